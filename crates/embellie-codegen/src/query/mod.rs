//! Queries as typed Rust.

mod condition;
mod data;
mod expression;
mod inner;
mod kind;
mod path;
mod step;

use std::rc::Rc;

use embellie_core::meta::{Model, ModelId};
use embellie_core::query::{Lock, Slice, Step};
use embellie_core::{Expr, Path, Query, Registry};

use crate::models::Names;
use crate::word::text;
use kind::Type;

/// Why a query has no form in Rust.
type Unsaid = String;

/// A query as Rust says it: with typed paths, expressions and `q!` where they can, with names as text and expressions as
/// data where they cannot. It reads all rows, from a `db: &Database`; `embellie::prelude::*`, `embellie::functions::*` and
/// the models, as [`ModelSource`](crate::ModelSource) writes them, are in scope.
///
/// What has no form in Rust is told by a comment instead, with the way that asks it.
///
/// ```
/// use embellie_codegen::rust_of_query;
/// use embellie_core::{OrderBy, Q, Query, Registry, field::FieldKind, meta::{FieldMeta, ModelMeta}};
///
/// let post = ModelMeta::new("blog", "Post")
///     .field(FieldMeta::new("title", FieldKind::Char).max_length(200))
///     .field(FieldMeta::new("views", FieldKind::Integer));
/// let mut query = Query::new("blog.Post").filter(Q::new("title__icontains", "rust") & Q::new("views__gt", 2));
/// query.order_by = Some(vec![OrderBy::from("-views")]);
/// assert_eq!(
///     rust_of_query(&query, &Registry::build([post])?),
///     "let rows = Post::objects()\n    .filter(q!(title__icontains = \"rust\", views__gt = 2))\n    \
///      .order_by(Post::views.desc())\n    .all(&db)\n    .await?;\n"
/// );
/// # Ok::<(), embellie_core::Error>(())
/// ```
pub fn rust_of_query(query: &Query, registry: &Registry) -> String {
    rust_of_rows(query, &[], registry)
}

/// Related objects that are read with the rows of a query: Django's `Prefetch`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prefetched {
    /// The relations that lead to them, by their names: `comments__author`.
    pub lookup: Path,
    /// Which of them are read, and what is read with those; all when `None`.
    pub rows: Option<(Query, Vec<Prefetched>)>,
    /// The name that they are known by, apart from their relation.
    pub to_attr: Option<String>,
}

/// A query as Rust says it, as [`rust_of_query`] does, with related objects that are read with its rows.
///
/// ```
/// use embellie_codegen::{Prefetched, rust_of_rows};
/// use embellie_core::{Query, Registry, field::FieldKind, meta::{FieldMeta, ModelMeta, OnDelete}};
///
/// let registry = Registry::build([
///     ModelMeta::new("blog", "User").field(FieldMeta::new("name", FieldKind::Char).max_length(100)),
///     ModelMeta::new("blog", "Post")
///         .field(FieldMeta::foreign_key("author", "User", OnDelete::Cascade).relation(|r| r.related_name("posts"))),
/// ])?;
/// let posts = Prefetched { lookup: "posts".into(), rows: None, to_attr: None };
/// assert_eq!(
///     rust_of_rows(&Query::new("blog.User"), &[posts], &registry),
///     "let rows = User::objects()\n    .prefetch(User::posts())\n    .all(&db)\n    .await?;\n"
/// );
/// # Ok::<(), embellie_core::Error>(())
/// ```
pub fn rust_of_rows(query: &Query, prefetched: &[Prefetched], registry: &Registry) -> String {
    match Writer::new(registry, query).and_then(|mut writer| writer.whole(query, prefetched)) {
        Ok(written) => written,
        Err(unsaid) => format!(
            "// No typed query: {}. Records ask it: db.objects({})?, with the names of the text.\n",
            crate::word::comment(&unsaid),
            text(&query.model)
        ),
    }
}

/// Writes a query over one model.
struct Writer<'r> {
    registry: &'r Registry,
    names: Rc<Names>,
    /// The model that the query is over.
    model: &'r Model,
    /// The query around it.
    outer: Option<&'r Writer<'r>>,
    /// What a row of the query around it is called here, where it has a name.
    row: Option<String>,
    /// How rows of values are written.
    rows: RowsAs,
    /// What the rows are, so far.
    shape: Shape,
    /// The statements that stand before the query: its annotations.
    before: Vec<String>,
    /// The annotations that are variables.
    variables: Vec<Variable>,
    /// All annotations.
    aliases: Vec<String>,
    /// The relations that have a name of the query's own.
    relations: Vec<Relation>,
}

/// How rows of values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowsAs {
    /// With names, where nothing else depends on what they are.
    Named,
    /// As single values and tuples.
    Listed,
    /// By names as text, whatever they are.
    Text,
}

/// What the rows of a query set are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// Objects of a model.
    Whole(ModelId),
    /// Single values of a type.
    One(Type),
    /// Values by name.
    Text,
    /// Others, by what they are made of.
    Others(Vec<String>),
}

/// An annotation that is a variable.
struct Variable {
    alias: String,
    name: String,
    ty: Type,
    is_condition: bool,
}

/// A relation with a name of the query's own.
struct Relation {
    alias: String,
    name: String,
    to: ModelId,
}

impl<'r> Writer<'r> {
    fn new(registry: &'r Registry, query: &Query) -> Result<Self, Unsaid> {
        let models: Vec<_> = registry.models().iter().filter(|model| !model.auto_created).collect();
        let names = Rc::new(Names::new(&models));
        Self::over(registry, names, query)
    }

    fn over(registry: &'r Registry, names: Rc<Names>, query: &Query) -> Result<Self, Unsaid> {
        let model = registry.model(&query.model).map_err(|error| error.to_string())?;
        if model.auto_created {
            return Err("the model of a link table has no Rust type".into());
        }
        Ok(Writer {
            registry,
            names,
            model,
            outer: None,
            row: None,
            rows: RowsAs::Named,
            shape: Shape::Whole(model.id()),
            before: Vec::new(),
            variables: Vec::new(),
            aliases: Vec::new(),
            relations: Vec::new(),
        })
    }

    /// The model's type.
    fn model_type(&self) -> String {
        self.type_of(self.model)
    }

    fn type_of(&self, model: &Model) -> String {
        let name = crate::word::ident(self.names.model(model.id()));
        let same = |other: &&Model| other.id() != model.id() && other.name == model.name;
        match self.registry.models().iter().find(same) {
            Some(_) => format!("{}::{name}", self.names.module(&model.app)),
            None => name,
        }
    }

    /// Whether the query stands within another's closure, which cannot fail.
    fn is_within(&self) -> bool {
        self.outer.is_some()
    }

    /// The variable of an annotation.
    fn variable(&self, alias: &str) -> Option<&Variable> {
        // The last one of a name counts.
        self.variables.iter().rev().find(|variable| variable.alias == alias)
    }

    /// The relation of a name of the query's own.
    fn relation(&self, alias: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.alias == alias)
    }

    fn whole(&mut self, query: &Query, prefetched: &[Prefetched]) -> Result<String, Unsaid> {
        let (start, mut calls) = self.chain(query)?;
        calls.extend(self.prefetched(prefetched)?);
        calls.extend([".all(&db)".to_owned(), ".await?;".to_owned()]);
        let mut written = String::new();
        for line in &self.before {
            written.push_str(line);
            written.push('\n');
        }
        written.push_str(&laid_out(&format!("let rows = {start}"), &calls, 60));
        written.push('\n');
        Ok(written)
    }
}

/// A condition in brackets, unless it is one call.
fn bracketed(written: String) -> String {
    let (mut depth, mut in_text, mut escaped, mut closed) = (0_usize, false, false, false);
    for letter in written.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                closed = depth == 0;
            }
            // What goes on after a call, with an operator and not with another.
            ' ' if closed && depth == 0 => return format!("({written})"),
            '!' if depth == 0 && !closed && !written.starts_with("q!(") => return format!("({written})"),
            _ => {}
        }
    }
    written
}

/// A chain of calls: on one line where there is room.
fn laid_out(start: &str, calls: &[String], room: usize) -> String {
    let flat: usize = calls.iter().map(|call| call.chars().count()).sum();
    let one_line = start.chars().count() + flat <= room && !calls.iter().any(|call| call.contains('\n'));
    if one_line && !start.contains('\n') {
        return format!("{start}{}", calls.concat());
    }
    let mut written = start.to_owned();
    for call in calls {
        written.push_str("\n    ");
        written.push_str(&expression::indented(call));
    }
    written
}

/// How many values of a query are computed of many rows.
fn aggregates(query: &Query) -> usize {
    let mut found = 0;
    for step in &query.steps {
        if let Step::Annotate(annotation) = step {
            let _ = annotation.expr.clone().rewrite(&mut |part| {
                found += usize::from(matches!(part, Expr::Aggregate(_)));
                part
            });
        }
    }
    found
}

fn tuple(terms: &[String]) -> String {
    match terms {
        [] => "()".into(),
        [term] => term.clone(),
        // Tuples have eight elements at most, and may stand in tuples.
        terms if terms.len() > 8 => {
            let parts: Vec<String> = terms.chunks(8).map(tuple).collect();
            tuple(&parts)
        }
        terms => format!("({})", terms.join(", ")),
    }
}

fn slice(slice: Slice) -> Option<String> {
    match (slice.offset, slice.limit) {
        (0, None) => None,
        (0, Some(limit)) => Some(format!(".limit({limit})")),
        (offset, None) => Some(format!(".offset({offset})")),
        (offset, Some(limit)) => Some(format!(".slice({offset}..{})", offset.saturating_add(limit))),
    }
}

fn lock(lock: &Lock) -> String {
    if *lock == Lock::default() {
        return ".select_for_update()".into();
    }
    let mut options = "embellie::query_set::ForUpdate::new()".to_owned();
    for (set, call) in [(lock.nowait, ".nowait()"), (lock.skip_locked, ".skip_locked()"), (lock.no_key, ".no_key()")] {
        options.push_str(if set { call } else { "" });
    }
    for path in &lock.of {
        options.push_str(&format!(".of_path({})", text(&path.to_string())));
    }
    format!(".select_for_update_with({options})")
}
