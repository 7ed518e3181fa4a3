//! Queries as typed Rust.

mod condition;
mod core_expr;
mod expression;
mod path;

use embellie_core::query::{Aggregation, Annotation, Distinct, Lock, SelectRelated, Slice, Step};
use embellie_core::{Expr, OrderBy, Path, Query, Registry, Result};

use crate::models::Names;
use crate::word::text;

/// Why a query has no form in Rust.
type Unsaid = String;

/// A query as Rust says it: with typed paths and `q!` where they can, with names as text where they cannot. It reads all
/// rows, from a `db: &Database`; `embellie::prelude::*` and the models, as [`ModelSource`](crate::ModelSource) writes them,
/// are in scope.
///
/// What has no form in Rust is told by a comment instead.
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
    match Writer::new(registry, query).and_then(|mut writer| writer.whole(query)) {
        Ok(written) => written,
        Err(unsaid) => format!("// This query has no form in Rust: {}.\n", crate::word::comment(&unsaid)),
    }
}

/// Writes a query over one model.
pub(super) struct Writer<'r> {
    registry: &'r Registry,
    names: Names,
    /// The model that the query is over.
    model: &'r embellie_core::meta::Model,
    /// The statements that stand before the query: its annotations.
    before: Vec<String>,
    /// The annotations that are variables.
    variables: Vec<Variable>,
    /// All annotations.
    aliases: Vec<String>,
}

/// An annotation that is a variable.
pub(super) struct Variable {
    alias: String,
    name: String,
    /// Whether it is a whole number.
    is_integer: bool,
}

impl<'r> Writer<'r> {
    fn new(registry: &'r Registry, query: &Query) -> std::result::Result<Self, Unsaid> {
        let found: Result<_> = registry.model(&query.model);
        let model = found.map_err(|error| error.to_string())?;
        let models: Vec<_> = registry.models().iter().filter(|model| !model.auto_created).collect();
        if model.auto_created {
            return Err("the model of a link table has no Rust type".into());
        }
        let names = Names::new(&models);
        Ok(Writer { registry, names, model, before: Vec::new(), variables: Vec::new(), aliases: Vec::new() })
    }

    /// The model's type.
    pub(super) fn model_type(&self) -> String {
        self.type_of(self.model)
    }

    fn type_of(&self, model: &embellie_core::meta::Model) -> String {
        let name = crate::word::ident(self.names.model(model.id()));
        let same = |other: &&embellie_core::meta::Model| other.id() != model.id() && other.name == model.name;
        match self.registry.models().iter().find(same) {
            Some(_) => format!("{}::{name}", self.names.module(&model.app)),
            None => name,
        }
    }

    fn whole(&mut self, query: &Query) -> std::result::Result<String, Unsaid> {
        let calls = self.calls(query)?;
        let mut written = String::new();
        for line in &self.before {
            written.push_str(line);
            written.push('\n');
        }
        let start = format!("let rows = {}::objects()", self.model_type());
        let end = [".all(&db)".to_owned(), ".await?;".to_owned()];
        written.push_str(&start);
        let flat: usize = calls.iter().chain(&end).map(|call| call.chars().count()).sum();
        let one_line = start.chars().count() + flat <= 60 && !calls.iter().any(|call| call.contains('\n'));
        for call in calls.iter().chain(&end) {
            if !one_line {
                written.push_str("\n    ");
            }
            written.push_str(call);
        }
        written.push('\n');
        Ok(written)
    }

    /// The methods of the query set, in order.
    fn calls(&mut self, query: &Query) -> std::result::Result<Vec<String>, Unsaid> {
        if query.compound.is_some() {
            return Err("queries put together are written one by one".into());
        }
        if !query.ctes.is_empty() || query.from.is_some() {
            return Err("it has common table expressions".into());
        }
        let mut calls = Vec::new();
        if query.aggregation == Aggregation::Joined && aggregates(query) > 1 {
            calls.push(".joined_aggregates()".to_owned());
        }
        if let Some(zone) = &query.time_zone {
            calls.push(format!(".in_time_zone({})", text(zone)));
        }
        let last = query.steps.iter().rposition(|step| matches!(step, Step::Values(_)));
        for (place, step) in query.steps.iter().enumerate() {
            calls.push(self.step(step, Some(place) == last && place + 1 == query.steps.len())?);
        }
        match &query.distinct {
            Distinct::No => {}
            Distinct::Rows => calls.push(".distinct()".into()),
            Distinct::On(paths) => {
                let terms: Vec<String> = paths.iter().map(|path| self.order_path(path)).collect();
                calls.push(format!(".distinct_on({})", tuple(&terms)));
            }
        }
        if let Some(terms) = &query.order_by {
            let terms: std::result::Result<Vec<String>, Unsaid> = terms.iter().map(|term| self.order(term)).collect();
            calls.push(format!(".order_by({})", tuple(&terms?)));
        }
        if query.reversed {
            calls.push(".reverse()".into());
        }
        calls.extend(self.related(&query.select_related)?);
        calls.extend(query.lock.as_ref().map(lock));
        if query.none {
            calls.push(".none()".into());
        }
        calls.extend(slice(query.slice));
        Ok(calls)
    }

    fn step(&mut self, step: &Step, is_last: bool) -> std::result::Result<String, Unsaid> {
        match step {
            Step::Filter(q) => Ok(format!(".filter({})", self.condition(q)?)),
            Step::Exclude(q) => Ok(format!(".exclude({})", self.condition(q)?)),
            Step::Annotate(annotation) => self.annotation(annotation),
            Step::Values(paths) => Ok(self.values(paths, is_last)),
            Step::Group => Err("it groups rows by what is selected so far".into()),
            Step::Relation(relation) => Err(format!("it has the filtered relation '{}'", relation.alias)),
            Step::Join(_) => Err("it joins a common table expression".into()),
            Step::Extra(_) => Err("it has pieces of SQL".into()),
            _ => Err("it has a step that is not known here".into()),
        }
    }

    fn annotation(&mut self, annotation: &Annotation) -> std::result::Result<String, Unsaid> {
        let Annotation { alias, expr, selected } = annotation;
        self.aliases.push(alias.to_string());
        let method = if *selected { "annotate" } else { "alias" };
        match self.expression(expr) {
            Some(typed) => {
                let variable = crate::word::ident(&crate::word::snake_case(alias));
                let variable = match variable.as_str() {
                    "rows" | "db" => format!("{variable}_value"),
                    _ => variable,
                };
                self.before.push(format!("let {variable} = {typed}.named({});", text(alias)));
                let is_integer = self.is_integer(expr);
                self.variables.push(Variable { alias: alias.to_string(), name: variable.clone(), is_integer });
                Ok(format!(".{method}(&{variable})"))
            }
            None => Ok(format!(".{method}_expr({}, {})", text(alias), self.core(expr)?)),
        }
    }

    fn values(&self, paths: &[Path], is_last: bool) -> String {
        if paths.is_empty() {
            return ".text_values([] as [&str; 0])".into();
        }
        let rows = |path: &Path| {
            let name = self.names.path(self.registry, self.model.id(), path);
            (self.is_field(path) && crate::word::is_identifier(&name)).then(|| crate::word::ident(&name))
        };
        let named: Option<Vec<String>> = paths.iter().map(rows).collect();
        if let Some(named) = named.filter(|_| is_last) {
            return format!(".values(row!({}))", named.join(", "));
        }
        let typed = |path: &Path| match self.variable(path) {
            Some(variable) => Some(format!("&{variable}")),
            None => self.is_field(path).then(|| self.typed_path(path)).flatten(),
        };
        let listed: Option<Vec<String>> = paths.iter().map(typed).collect();
        match listed.filter(|listed| listed.len() <= 8) {
            Some(listed) => format!(".values_list({})", tuple(&listed)),
            None => {
                let names: Vec<String> = paths.iter().map(|path| text(&self.text_path(path))).collect();
                format!(".text_values([{}])", names.join(", "))
            }
        }
    }

    /// The variable of an annotation.
    fn variable(&self, path: &Path) -> Option<&str> {
        let name = path.to_string();
        self.variables.iter().find(|variable| variable.alias == name).map(|variable| variable.name.as_str())
    }

    /// The variable of an annotation that is a whole number.
    pub(super) fn integer(&self, alias: &str) -> Option<&str> {
        let found = self.variables.iter().find(|variable| variable.alias == alias && variable.is_integer);
        found.map(|variable| variable.name.as_str())
    }

    fn order_path(&self, path: &Path) -> String {
        match self.is_field(path).then(|| self.typed_path(path)).flatten() {
            Some(typed) => typed,
            None => text(&self.text_path(path)),
        }
    }

    fn order(&self, term: &OrderBy) -> std::result::Result<String, Unsaid> {
        use embellie_core::Nulls;
        let nulls = match term.nulls {
            None => "",
            Some(Nulls::First) => ".nulls_first()",
            Some(Nulls::Last) => ".nulls_last()",
        };
        let Expr::Path(path) = &term.expr else {
            let direction = if term.descending { "desc" } else { "asc" };
            return Ok(format!("{}.{direction}(){nulls}", self.core(&term.expr)?));
        };
        if let Some(variable) = self.variable(path) {
            return Ok(format!("{variable}.{}(){nulls}", if term.descending { "desc" } else { "asc" }));
        }
        match self.is_field(path).then(|| self.typed_path(path)).flatten() {
            Some(typed) => Ok(match (term.descending, nulls.is_empty()) {
                (false, true) => typed,
                (descending, _) => format!("{typed}.{}(){nulls}", if descending { "desc" } else { "asc" }),
            }),
            None if nulls.is_empty() => {
                Ok(text(&format!("{}{}", if term.descending { "-" } else { "" }, self.text_path(path))))
            }
            None => {
                let direction = if term.descending { "desc" } else { "asc" };
                Ok(format!("{}.{direction}(){nulls}", self.core(&term.expr)?))
            }
        }
    }

    fn related(&self, related: &SelectRelated) -> std::result::Result<Option<String>, Unsaid> {
        match related {
            SelectRelated::No => Ok(None),
            SelectRelated::All => Ok(Some(".select_related_all()".into())),
            SelectRelated::Paths(paths) => {
                let typed: Option<Vec<String>> = paths.iter().map(|path| self.typed_path(path)).collect();
                let typed = typed.ok_or("it selects related objects along a path that is none")?;
                Ok(Some(format!(".select_related({})", tuple(&typed))))
            }
        }
    }
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
