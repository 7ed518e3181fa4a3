//! Common table expressions: queries with names, whose rows others read and join.

use std::borrow::Cow;

use embellie_core::meta::{Member, Model};
use embellie_core::query::{Cte as Asked, CteJoin, SetOperator};
use embellie_core::{Error, Query, Registry, Result, did_you_mean};

use super::annotate::check_alias;
use super::joins::TableUse;
use super::{BASE, Context, Scope, recursive, rows};
use crate::Capability;
use crate::resolved::{Condition, Cte, JoinKind, Output, Scalar, Select, Source};

/// An expression that queries may use.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) columns: Vec<KnownColumn>,
    /// How often it is used.
    pub(super) uses: usize,
}

/// A column of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KnownColumn {
    /// The names that queries have for it, its own first.
    pub(super) names: Vec<String>,
    /// What it is called in SQL: as the model's column that it is, so that its rows can stand for the model's.
    pub(super) column: String,
    pub(super) kind: embellie_core::field::FieldKind,
    pub(super) null: bool,
}

impl KnownColumn {
    fn scalar<'r>(&self, alias: crate::resolved::Alias) -> Scalar<'r> {
        Scalar::Named { alias, name: self.column.clone(), kind: self.kind, null: self.null }
    }
}

/// The expressions that a query declares. They are known as long as it lives.
pub(super) struct Declared<'c, 'r> {
    context: &'c Context<'r>,
    height: usize,
    ctes: Vec<Cte<'r>>,
}

impl<'r> Declared<'_, 'r> {
    /// The expressions, to be written with the query.
    pub(super) fn take(&mut self) -> Vec<Cte<'r>> {
        std::mem::take(&mut self.ctes)
    }
}

impl Drop for Declared<'_, '_> {
    fn drop(&mut self) {
        self.context.known.borrow_mut().truncate(self.height);
    }
}

/// The scope around a query, taken and given back.
type Outer<'c, 'r> = Option<Box<Scope<'c, 'r>>>;

/// Resolves the expressions that a query declares, each of which those after it may use.
pub(super) fn declare<'c, 'r>(
    context: &'c Context<'r>,
    ctes: &[Asked],
    outer: Outer<'c, 'r>,
) -> Result<(Declared<'c, 'r>, Outer<'c, 'r>)> {
    let mut declared = Declared { context, height: context.known.borrow().len(), ctes: Vec::with_capacity(ctes.len()) };
    let mut outer = outer;
    for cte in ctes {
        check_name(context.registry, &cte.name)?;
        if declared.ctes.iter().any(|known| known.name.eq_ignore_ascii_case(&cte.name)) {
            return Err(Error::Value(format!("the common table expression '{}' is declared twice", cte.name)));
        }
        if cte.materialized.is_some() {
            context.target.require(Capability::MaterializedHint)?;
        }
        let query;
        (query, outer) = match cte.recursive {
            true => recursive::query(context, cte, outer)?,
            false => plain(context, cte, outer)?,
        };
        let known = known(context, cte, &query.outputs)?;
        declared.ctes.push(Cte {
            name: cte.name.to_string(),
            columns: known.columns.iter().map(|column| column.column.clone()).collect(),
            query,
            recursive: cte.recursive,
            materialized: cte.materialized,
        });
        context.known.borrow_mut().push(known);
    }
    Ok((declared, outer))
}

/// The query of an expression that does not refer to itself.
fn plain<'c, 'r>(context: &'c Context<'r>, cte: &Asked, outer: Outer<'c, 'r>) -> Result<(Select<'r>, Outer<'c, 'r>)> {
    let ((outputs, select), outer) = rows::members(context, &body(&cte.query), outer)?;
    let select = select.map(|select| rows::without_hidden(context, select));
    Ok((select.unwrap_or_else(|| nothing(outputs)), outer))
}

/// A query as an expression's: its rows have no order, unless it says which there are.
pub(super) fn body(query: &Query) -> Query {
    let mut query = Query { select_related: Default::default(), loading: Default::default(), ..query.clone() };
    if query.slice.is_whole() && !matches!(query.distinct, embellie_core::query::Distinct::On(_)) {
        query.order_by = Some(Vec::new());
    }
    query
}

/// No rows, of columns of these types.
pub(super) fn nothing(outputs: Vec<Output<'_>>) -> Select<'_> {
    let outputs = outputs
        .into_iter()
        .map(|output| {
            let null = Scalar::Value { value: embellie_core::Value::Null, kind: Some(output.kind) };
            Output { expr: Scalar::Widest { expr: Box::new(null), kind: output.kind }, ..output }
        })
        .collect();
    Select { condition: Condition::Never, ..Select::new(Source::Nothing, outputs) }
}

/// What queries know of an expression with these columns.
pub(super) fn known<'r>(context: &Context<'r>, cte: &Asked, outputs: &[Output<'r>]) -> Result<Known> {
    let model = context.registry.model(&cte.query.model)?;
    let mut columns: Vec<KnownColumn> = Vec::with_capacity(outputs.len());
    for output in outputs {
        let (names, column) = names(model, &output.name);
        if columns.iter().any(|known| known.column.eq_ignore_ascii_case(&column)) {
            return Err(Error::Value(format!(
                "the common table expression '{}' has two columns named '{column}': give one another name",
                cte.name
            )));
        }
        columns.push(KnownColumn { names, column, kind: output.kind, null: output.nullable });
    }
    Ok(Known { name: cte.name.to_string(), columns, uses: 0 })
}

/// The names of a column in queries, and in SQL.
fn names(model: &Model, name: &str) -> (Vec<String>, String) {
    let Some(Member::Field(index)) = model.member(name) else { return (vec![name.to_owned()], name.to_owned()) };
    let field = &model.fields[index];
    let mut names = vec![name.to_owned()];
    let key = if index == model.primary_key_index() { "pk" } else { name };
    for other in [field.name.as_str(), &field.attname(), key] {
        if names.iter().all(|known| known != other) {
            names.push(other.to_owned());
        }
    }
    (names, field.column.clone())
}

fn check_name(registry: &Registry, name: &str) -> Result<()> {
    check_alias(name)?;
    if name.contains('.') || name.contains("__") {
        return Err(Error::Value(format!(
            "the name '{name}' of a common table expression cannot contain periods and double underscores, which \
             separate it from its columns"
        )));
    }
    if registry.models().iter().any(|model| model.table.eq_ignore_ascii_case(name)) {
        return Err(Error::Value(format!(
            "the common table expression '{name}' has the name of a table: give it another"
        )));
    }
    Ok(())
}

impl<'r> Context<'r> {
    /// The expression of a name, the innermost if there are several. It is used once more.
    fn use_cte(&self, name: &str) -> Result<Known> {
        let mut known = self.known.borrow_mut();
        if let Some(found) = known.iter_mut().rev().find(|known| known.name == name) {
            found.uses += 1;
            return Ok(found.clone());
        }
        let near = did_you_mean(name, known.iter().map(|known| known.name.as_str()));
        Err(Error::Field(format!(
            "there is no common table expression '{name}' here{near}: declare it in this query or one around it, before \
             those that use it; one that refers to itself is recursive"
        )))
    }
}

impl<'r> Scope<'_, 'r> {
    /// The expressions that the query declares, to be written with it.
    pub(super) fn take_ctes(&mut self) -> Vec<Cte<'r>> {
        self.declared.as_mut().map(Declared::take).unwrap_or_default()
    }

    /// Reads the rows of an expression instead of the model's table.
    pub(super) fn read_from(&mut self, cte: &str) -> Result<()> {
        let known = self.context.use_cte(cte)?;
        let alias = self.table(BASE).alias;
        self.tables[BASE.0] = TableUse::of_cte(alias, known.name.clone(), None);
        for column in &known.columns {
            if column.names.iter().all(|name| self.model.member(name).is_none()) {
                self.add_cte_column(column.names.first().cloned().unwrap_or_default(), column.scalar(alias));
            }
        }
        self.from = Some(known);
        Ok(())
    }

    /// Joins the rows of an expression.
    pub(super) fn join_cte(&mut self, join: &CteJoin) -> Result<()> {
        let known = self.context.use_cte(&join.cte)?;
        if self.model.member(&join.cte).is_some() {
            return Err(Error::Value(format!(
                "the common table expression '{}' has the name of a field of {}: give it another",
                join.cte,
                self.model.label()
            )));
        }
        let prefix = format!("{}__", join.cte);
        if self.cte_columns.iter().any(|name| name.starts_with(&prefix)) {
            return Err(Error::Value(format!("the common table expression '{}' is joined twice", join.cte)));
        }
        if join.on.is_empty() {
            return Err(Error::Value(format!(
                "a join of '{}' needs columns that must be equal: those of this query and those of '{}'",
                join.cte, join.cte
            )));
        }
        let alias = self.context.new_alias();
        let mut on = Vec::with_capacity(join.on.len());
        for (path, name) in &join.on {
            let names: Vec<&str> = path.names().collect();
            let near = self.path(&names, &mut None, true)?;
            let Some(column) = known.columns.iter().find(|column| column.names.iter().any(|known| known == name))
            else {
                let choices = known.columns.iter().flat_map(|column| column.names.iter().map(String::as_str));
                let near = did_you_mean(name, choices.clone());
                return Err(Error::Field(format!(
                    "the common table expression '{}' has no column '{name}'{near}. Choices are: {}",
                    join.cte,
                    choices.collect::<Vec<_>>().join(", ")
                )));
            };
            on.push((near, column.scalar(alias)));
        }
        let kind = if join.outer { JoinKind::Left } else { JoinKind::Inner };
        self.tables.push(TableUse::of_cte(alias, known.name.clone(), Some((kind, on))));
        for column in &known.columns {
            let column = KnownColumn { null: column.null || join.outer, ..column.clone() };
            for name in &column.names {
                self.add_cte_column(format!("{prefix}{name}"), column.scalar(alias));
            }
        }
        Ok(())
    }

    /// A column of an expression is an annotation that is selected when it is asked for.
    fn add_cte_column(&mut self, name: String, scalar: Scalar<'r>) {
        self.add_annotation(name.clone(), scalar, false);
        self.cte_columns.push(name);
    }

    /// Refuses a query that needs columns of the model which the expression in its place does not have.
    pub(super) fn check_from(&self, select: &Select<'r>) -> Result<()> {
        let Some(known) = &self.from else { return Ok(()) };
        let alias = self.table(BASE).alias;
        let mut missing = None;
        select.each_scalar_within(&mut |scalar| {
            if let Scalar::Column(column) = scalar
                && column.alias == alias
                && known.columns.iter().all(|known| known.column != column.name)
            {
                missing = Some(column.name);
            }
        });
        match missing {
            None => Ok(()),
            Some(missing) => Err(Error::Field(format!(
                "the common table expression '{}' has no column '{missing}': add it to its values, or choose the values \
                 of this query",
                known.name
            ))),
        }
    }
}

/// Whether a query reads or joins the rows of an expression itself.
pub(super) fn refers(query: &Query, name: &str) -> bool {
    query.from.as_deref() == Some(name)
        || query.steps.iter().any(|step| matches!(step, embellie_core::query::Step::Join(join) if join.cte == name))
}

/// The set operation that a recursive expression is made by.
pub(super) fn is_union(operator: SetOperator) -> bool {
    matches!(operator, SetOperator::Union | SetOperator::UnionAll)
}

impl<'r> TableUse<'r> {
    /// The rows of an expression: in the place of the query's own table, or joined.
    fn of_cte(
        alias: crate::resolved::Alias,
        name: String,
        join: Option<(JoinKind, Vec<(Scalar<'r>, Scalar<'r>)>)>,
    ) -> Self {
        TableUse::other(alias, Cow::Owned(name), join)
    }
}
