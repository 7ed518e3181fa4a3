//! From queries to statements: resolve, verify, legalize, render.

use std::sync::Arc;

use embellie_core::field::FieldKind;
use embellie_core::meta::ModelId;
use embellie_core::query::{Annotation, Assignment, BulkInsert, Insert};
use embellie_core::{Query, Registry, Result, Statement};

use crate::resolve::{self, Context};
use crate::resolved::{Output, RelatedColumns, Select};
use crate::{Target, legalize, render, verify};

/// A statement that gives rows, and what their columns are.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The statement.
    pub statement: Statement,
    /// The columns of each row, in order. A row may have more: they are of no interest.
    pub columns: Arc<[OutputColumn]>,
    /// Where the columns of related objects are, those nearer to the model first.
    pub related: Arc<[RelatedObject]>,
    /// The places of the model's fields that the first columns are, where the rows are objects and not all is read of them.
    pub fields: Option<Arc<[usize]>>,
}

/// The columns of a related object in a row: those of its model that are read, in order. All are null where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedObject {
    /// The names that lead to it.
    pub path: Vec<String>,
    /// Its model.
    pub model: ModelId,
    /// The place of its first column.
    pub start: usize,
    /// Which of its columns is never null when it is there: the first of its key.
    pub key: usize,
    /// The places of its model's fields that they are; `None` for all.
    pub fields: Option<Vec<usize>>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputColumn {
    /// The name: a field's attname (`author_id`), or the path that was asked for.
    pub name: String,
    /// How it is stored; for a foreign key, how the field at its end is.
    pub kind: FieldKind,
    /// Whether it may be null: it is declared so, or is reached by a relation that may lead nowhere.
    pub nullable: bool,
    /// For a primary key of several fields, what each of the columns in its place holds; empty for all else, which is
    /// one column.
    pub parts: Vec<FieldKind>,
}

impl OutputColumn {
    /// Makes this the key that it is with one more column.
    fn add(&mut self, kind: FieldKind, nullable: bool) {
        if self.parts.is_empty() {
            self.parts.push(std::mem::replace(&mut self.kind, FieldKind::CompositePrimaryKey));
        }
        self.parts.push(kind);
        self.nullable |= nullable;
    }
}

/// The statement that reads a query's rows. `None` when the query is known to have none: nothing needs to be sent.
///
/// ```
/// use embellie_core::{Q, Query, Registry, ServerInfo, field::FieldKind, meta::{FieldMeta, ModelMeta}};
/// use embellie_sql::Target;
///
/// let registry = Registry::build([
///     ModelMeta::new("blog", "Tag").field(FieldMeta::new("word", FieldKind::Char).max_length(50)),
/// ])?;
/// let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) })?;
/// let query = Query::new("blog.Tag").filter(Q::new("word__startswith", "r"));
/// let compiled = embellie_sql::select(&query, &registry, &target)?.unwrap();
/// assert_eq!(
///     &*compiled.statement.sql,
///     r#"SELECT "blog_tag"."id", "blog_tag"."word" FROM "blog_tag" WHERE "blog_tag"."word" LIKE $1"#
/// );
/// assert_eq!(compiled.columns[1].name, "word");
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Field`](embellie_core::Error::Field) for names that lead nowhere and lookups that a field does not have,
/// the errors of [`prepare`](embellie_core::field::prepare) for values that do not fit, and
/// [`Error::NotSupported`](embellie_core::Error::NotSupported) for what the server cannot do.
pub fn select(query: &Query, registry: &Registry, target: &Target) -> Result<Option<Compiled>> {
    resolve::check_depth(query)?;
    let context = Context::new(registry, target);
    compiled(&context, resolve::rows(&context, query)?)
}

/// The statement that counts a query's rows, as the one column of one row. `None` when there are none for sure.
///
/// # Errors
/// As [`select`].
pub fn count(query: &Query, registry: &Registry, target: &Target) -> Result<Option<Compiled>> {
    resolve::check_depth(query)?;
    let context = Context::new(registry, target);
    compiled(&context, resolve::count(&context, query)?)
}

/// The statement that gives one row when a query has any, and none otherwise. `None` when it has none for sure.
///
/// # Errors
/// As [`select`].
pub fn exists(query: &Query, registry: &Registry, target: &Target) -> Result<Option<Compiled>> {
    resolve::check_depth(query)?;
    let context = Context::new(registry, target);
    compiled(&context, resolve::exists(&context, query)?)
}

/// The statement that aggregates a query's rows: it gives one row, whatever the query.
///
/// ```
/// use embellie_core::expr::{Aggregate, AggregateFunction};
/// use embellie_core::query::Annotation;
/// # use embellie_core::{Query, Registry, ServerInfo, field::FieldKind, meta::{FieldMeta, ModelMeta}};
/// # let target = embellie_sql::Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) })?;
/// # let registry = Registry::build([ModelMeta::new("blog", "Post").field(FieldMeta::new("views", FieldKind::Integer))])?;
/// let sum = Annotation::new("total", Aggregate::of(AggregateFunction::Sum, "views"));
/// let compiled = embellie_sql::aggregate(&Query::new("blog.Post"), &[sum], &registry, &target)?;
/// assert_eq!(&*compiled.statement.sql, r#"SELECT SUM("blog_post"."views") FROM "blog_post""#);
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// As [`select`]; [`Error::Type`](embellie_core::Error::Type) for what is no aggregate.
pub fn aggregate(query: &Query, aggregates: &[Annotation], registry: &Registry, target: &Target) -> Result<Compiled> {
    resolve::check_depth(query)?;
    resolve::check_depth_of(aggregates.iter().map(|annotation| &annotation.expr))?;
    let context = Context::new(registry, target);
    finished(&context, resolve::aggregate(&context, query, aggregates)?)
}

fn compiled<'r>(context: &Context<'r>, select: Option<Select<'r>>) -> Result<Option<Compiled>> {
    select.map(|select| finished(context, select)).transpose()
}

fn finished<'r>(context: &Context<'r>, select: Select<'r>) -> Result<Compiled> {
    let select = legalize::select(context, select);
    let statement = render::select(context.target, &select)?;
    // A key of several fields is one column.
    let place = |start: usize| start - select.outputs.iter().take(start).filter(|output| output.joined).count();
    let related = select
        .related
        .into_iter()
        .map(|RelatedColumns { path, model, start, key, fields }| RelatedObject {
            path,
            model,
            start: place(start),
            key,
            fields,
        })
        .collect();
    let mut columns: Vec<OutputColumn> = Vec::with_capacity(select.outputs.len());
    for Output { name, kind, nullable, joined, .. } in select.outputs {
        match columns.last_mut() {
            Some(key) if joined => key.add(kind, nullable),
            _ => columns.push(OutputColumn { name, kind, nullable, parts: Vec::new() }),
        }
    }
    let fields = select.fields.map(Into::into);
    Ok(Compiled { statement, columns: columns.into(), related, fields })
}

/// The statement that changes a query's rows. `None` when there is nothing to change.
///
/// Ordering and `distinct` have no say in which rows change.
///
/// # Errors
/// As [`select`]; [`Error::Type`](embellie_core::Error::Type) for a sliced query,
/// [`Error::Field`](embellie_core::Error::Field) for a relation without a column and for a value that reaches another
/// table, [`Error::FieldDoesNotExist`](embellie_core::Error::FieldDoesNotExist) for an unknown field.
pub fn update(
    query: &Query,
    assignments: &[Assignment],
    registry: &Registry,
    target: &Target,
) -> Result<Option<Statement>> {
    update_returning(query, assignments, &[], registry, target)
}

/// The statement that changes a query's rows and gives back some fields of each, by their places in the model. `None`
/// when there is nothing to change. Fields that the database computes are not assigned to.
///
/// # Errors
/// As [`update`]; [`Error::NotSupported`](embellie_core::Error::NotSupported) where the server gives nothing back.
pub fn update_returning(
    query: &Query,
    assignments: &[Assignment],
    returning: &[usize],
    registry: &Registry,
    target: &Target,
) -> Result<Option<Statement>> {
    resolve::check_depth(query)?;
    resolve::check_depth_of(assignments.iter().map(|assignment| &assignment.value))?;
    let context = Context::new(registry, target);
    let Some(update) = resolve::update(&context, query, assignments, returning)? else { return Ok(None) };
    verify::update(target, &update)?;
    render::update(target, &legalize::update(&context, update)).map(Some)
}

/// The statement that deletes exactly a query's rows, without regard to what points at them. `None` when there is
/// nothing to delete.
///
/// # Errors
/// As [`select`]; [`Error::Type`](embellie_core::Error::Type) for a sliced query and one of values.
pub fn delete(query: &Query, registry: &Registry, target: &Target) -> Result<Option<Statement>> {
    resolve::check_depth(query)?;
    let context = Context::new(registry, target);
    let Some(delete) = resolve::delete(&context, query)? else { return Ok(None) };
    render::delete(target, &legalize::delete(&context, delete)).map(Some)
}

/// The statement that inserts rows, all at once. With `returning`, it gives a row for each.
///
/// A null for a key that counts up asks for the next number. The rows of one statement may have
/// [`Target::max_parameters`] values together.
///
/// # Errors
/// The errors of [`prepare`](embellie_core::field::prepare) for values that do not fit,
/// [`Error::Value`](embellie_core::Error::Value) for no rows, rows of a wrong length and expressions of columns, and
/// [`Error::NotSupported`](embellie_core::Error::NotSupported) for what the server cannot do.
pub fn insert(insert: &Insert, registry: &Registry, target: &Target) -> Result<Statement> {
    resolve::check_depth_of(insert.rows.iter().flatten())?;
    let insert = resolve::insert(&Context::new(registry, target), insert)?;
    verify::insert(target, &insert)?;
    render::insert(target, &insert)
}

/// The statements that insert many rows of values, to be run one after the other in a transaction. With `returning`, they
/// give a row for each, in the order of the rows.
///
/// Where the database reads rows from arrays it is one statement, whose text is the same for any number of rows, and where it
/// takes them from the client and nothing is given back, thousands of rows are copied; elsewhere they are statements of as many rows as are inserted fastest, which have the same text but for the last ones.
///
/// ```
/// use embellie_core::query::{BulkInsert, Conflict};
/// # use embellie_core::{Registry, ServerInfo, Value, field::FieldKind, meta::{FieldMeta, ModelMeta}};
/// # let registry = Registry::build([
/// #     ModelMeta::new("blog", "Tag").field(FieldMeta::new("word", FieldKind::Char).max_length(50)),
/// # ])?;
/// # let target = embellie_sql::Target::for_server(&ServerInfo { dialect: "sqlite", version: (3, 50, 0) })?;
/// let values = (0..100).map(|n| Value::from(format!("word {n}"))).collect();
/// let (fields, returning) = (vec![1], vec![]);
/// let rows = BulkInsert { model: "blog.Tag".into(), fields, values, returning, conflict: Conflict::Fail };
/// let statements = embellie_sql::bulk_insert(rows, &registry, &target)?;
/// assert_eq!(statements.iter().map(|statement| statement.parameters.len()).sum::<usize>(), 100);
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// As [`insert`].
pub fn bulk_insert(insert: BulkInsert, registry: &Registry, target: &Target) -> Result<Vec<Statement>> {
    let (insert, kinds, values) = resolve::bulk(&Context::new(registry, target), insert)?;
    verify::insert(target, &insert)?;
    render::bulk(target, &insert, &kinds, values)
}

/// The statement that tells what a transaction has inserted into a model's table, asked before and after: the number of
/// rows changed since the connection was opened, the key of the row inserted last, and the highest key. `None` where the
/// database has no such thing, and for keys that it does not count up.
///
/// Where rows without a key were inserted between the two, as many rows were changed as were inserted, and the key
/// inserted last is the highest, then no trigger had a hand in it, and their keys are those up to it, in the order of
/// the rows.
///
/// # Errors
/// [`Error::FieldDoesNotExist`](embellie_core::Error::FieldDoesNotExist) for an unknown model.
pub fn inserted_keys(model: &str, registry: &Registry, target: &Target) -> Result<Option<Statement>> {
    render::inserted_keys(target, registry.model(model)?)
}
