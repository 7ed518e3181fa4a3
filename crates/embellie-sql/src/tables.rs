//! The tables that a statement reads.

use std::collections::BTreeSet;

use embellie_core::field::FieldKind;
use embellie_core::query::Annotation;
use embellie_core::{Query, Registry, Result};

use crate::Target;
use crate::resolve::{self, Context};
use crate::resolved::{Among, Condition, Distinct, Scalar, Select, Source};

/// What is read of a query.
#[derive(Debug, Clone, Copy)]
pub enum Reading<'q> {
    /// Its rows: [`select`](crate::select).
    Rows(&'q Query),
    /// Their number: [`count`](crate::count).
    Count(&'q Query),
    /// Whether there are any: [`exists`](crate::exists).
    Exists(&'q Query),
    /// Aggregates of them: [`aggregate`](crate::aggregate).
    Aggregate(&'q Query, &'q [Annotation]),
}

/// The tables that are read, those of queries within included, and what the columns of the rows hold. Names of common
/// table expressions may be among them; tables in SQL that somebody has written are not.
///
/// ```
/// use embellie_core::{Q, Query, Registry, ServerInfo, field::FieldKind, meta::{FieldMeta, ModelMeta}};
/// use embellie_sql::{Reading, Target};
///
/// let registry = Registry::build([
///     ModelMeta::new("blog", "Tag").field(FieldMeta::new("word", FieldKind::Char).max_length(50)),
/// ])?;
/// let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) })?;
/// let (tables, _) = embellie_sql::tables(Reading::Rows(&Query::new("blog.Tag")), &registry, &target)?;
/// assert_eq!(tables, ["blog_tag"]);
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// As the function that makes the statement.
pub fn tables(reading: Reading<'_>, registry: &Registry, target: &Target) -> Result<(Vec<String>, Vec<FieldKind>)> {
    let context = Context::new(registry, target);
    let select = match reading {
        Reading::Rows(query) => {
            resolve::check_depth(query)?;
            resolve::rows(&context, query)?
        }
        Reading::Count(query) => {
            resolve::check_depth(query)?;
            resolve::count(&context, query)?
        }
        Reading::Exists(query) => {
            resolve::check_depth(query)?;
            resolve::exists(&context, query)?
        }
        Reading::Aggregate(query, aggregates) => {
            resolve::check_depth(query)?;
            resolve::check_depth_of(aggregates.iter().map(|annotation| &annotation.expr))?;
            Some(resolve::aggregate(&context, query, aggregates)?)
        }
    };
    let Some(select) = select else { return Ok((Vec::new(), Vec::new())) };
    let mut tables = BTreeSet::new();
    select.add_tables(&mut tables);
    let kinds = select.outputs.iter().map(|output| output.kind).collect();
    Ok((tables.into_iter().collect(), kinds))
}

impl Select<'_> {
    fn add_tables(&self, tables: &mut BTreeSet<String>) {
        match &self.source {
            Source::Table { table, .. } => {
                tables.insert(table.to_string());
            }
            Source::Query { query, .. } => query.add_tables(tables),
            Source::Compound { queries, .. } => queries.iter().for_each(|query| query.add_tables(tables)),
            Source::Nothing => {}
        }
        self.ctes.iter().for_each(|cte| cte.query.add_tables(tables));
        for join in &self.joins {
            tables.insert(join.table.to_string());
            join.condition.add_tables(tables);
            for (near, far) in &join.on {
                near.add_tables(tables);
                far.add_tables(tables);
            }
        }
        self.outputs.iter().for_each(|output| output.expr.add_tables(tables));
        self.hidden.iter().chain(&self.group_by).for_each(|scalar| scalar.add_tables(tables));
        self.order_by.iter().for_each(|term| term.expr.add_tables(tables));
        if let Distinct::On(scalars) = &self.distinct {
            scalars.iter().for_each(|scalar| scalar.add_tables(tables));
        }
        self.condition.add_tables(tables);
        self.having.add_tables(tables);
    }
}

impl Scalar<'_> {
    fn add_tables(&self, tables: &mut BTreeSet<String>) {
        match self {
            Scalar::Query(query) | Scalar::Array(query) => query.add_tables(tables),
            // Conditions may hold queries that are no expressions.
            Scalar::Condition(condition) => condition.add_tables(tables),
            Scalar::Case { whens, otherwise, .. } => {
                for (condition, then) in whens {
                    condition.add_tables(tables);
                    then.add_tables(tables);
                }
                otherwise.add_tables(tables);
            }
            Scalar::Aggregate(aggregate) => {
                aggregate.arguments.iter().for_each(|argument| argument.add_tables(tables));
                aggregate.filter.iter().for_each(|filter| filter.add_tables(tables));
                aggregate.order_by.iter().for_each(|term| term.expr.add_tables(tables));
            }
            other => other.each_part(&mut |part| part.add_tables(tables)),
        }
    }
}

impl Condition<'_> {
    fn add_tables(&self, tables: &mut BTreeSet<String>) {
        match self {
            Condition::Group { children, .. } => children.iter().for_each(|child| child.add_tables(tables)),
            Condition::Exists(query) => query.add_tables(tables),
            Condition::OneOf { expr, among: Among::Query(query) } => {
                expr.add_tables(tables);
                query.add_tables(tables);
            }
            other => other.each_scalar(&mut |scalar| scalar.add_tables(tables)),
        }
    }
}
