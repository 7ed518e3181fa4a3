//! Looking up names: from a query as it was asked for to tables, joins, columns and conditions.
//!
//! The rules of when a join is shared, made anew, trimmed, and inner or outer are Django's; each file holds one group
//! of them.

mod arithmetic;
mod compare;
mod exclude;
mod expr;
mod filter;
mod insert;
mod joins;
mod lookup;
mod message;
mod names;
mod operand;
mod order;
mod promote;
mod rows;
mod select;
mod update;

use std::cell::Cell;

use embellie_core::meta::Model;
use embellie_core::query::Connector;
use embellie_core::{Error, Query, Registry, Result};

use crate::Target;
use crate::resolved::{Alias, Condition};
use joins::{Place, TableUse};
use names::Trimmed;

pub(crate) use insert::insert;
pub(crate) use rows::{count, exists, rows};
pub(crate) use update::{delete, update};

/// What resolving one statement needs throughout, subqueries included.
pub(crate) struct Context<'r> {
    pub(crate) registry: &'r Registry,
    pub(crate) target: &'r Target,
    aliases: Cell<u32>,
    /// How deep in queries, conditions and expressions the present place is.
    depth: Cell<u32>,
}

/// How deep queries, conditions and expressions may be nested: what the stack of a thread bears.
const DEEPEST: u32 = 200;

/// How many levels a query within another counts for.
const QUERY_LEVELS: u32 = 9;

/// One more level of nesting, as long as it lives.
struct Level<'c>(&'c Cell<u32>, u32);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(self.1));
    }
}

impl<'r> Context<'r> {
    pub(crate) fn new(registry: &'r Registry, target: &'r Target) -> Self {
        Context { registry, target, aliases: Cell::new(0), depth: Cell::new(0) }
    }

    /// Goes one level deeper.
    fn enter(&self) -> Result<Level<'_>> {
        self.enter_levels(1)
    }

    fn enter_levels(&self, levels: u32) -> Result<Level<'_>> {
        let level = Level(&self.depth, levels);
        self.depth.set(self.depth.get() + levels);
        if self.depth.get() > DEEPEST {
            return Err(Error::Value(format!("the query is nested more than {DEEPEST} deep")));
        }
        Ok(level)
    }

    fn new_alias(&self) -> Alias {
        let alias = self.aliases.get();
        self.aliases.set(alias + 1);
        Alias(alias)
    }
}

/// One query, or one subquery, while its names are looked up: the tables it uses so far, and its conditions.
pub(crate) struct Scope<'c, 'r> {
    context: &'c Context<'r>,
    model: &'r Model,
    tables: Vec<TableUse<'r>>,
    conditions: Vec<Condition<'r>>,
    /// The values asked for, once they are reached.
    values: Option<Vec<(String, Trimmed<'r>)>>,
}

/// The place of the query's own table.
const BASE: Place = Place(0);

impl<'c, 'r> Scope<'c, 'r> {
    /// All rows of a model.
    pub(crate) fn new(context: &'c Context<'r>, model: &'r Model) -> Self {
        let base = TableUse::base(context.new_alias(), &model.table);
        Scope { context, model, tables: vec![base], conditions: Vec::new(), values: None }
    }

    /// The rows that a query's steps leave.
    fn of_query(context: &'c Context<'r>, query: &Query) -> Result<Self> {
        let _level = context.enter_levels(QUERY_LEVELS)?;
        let mut scope = Scope::new(context, context.registry.model(&query.model)?);
        for step in &query.steps {
            scope.step(step)?;
        }
        if query.none || query.slice.limit == Some(0) {
            scope.conditions.push(Condition::Never);
        }
        Ok(scope)
    }

    fn registry(&self) -> &'r Registry {
        self.context.registry
    }

    /// All conditions so far, as one.
    fn take_condition(&mut self) -> Condition<'r> {
        Condition::group(Connector::And, false, std::mem::take(&mut self.conditions))
    }
}
