//! Looking up names: from a query as it was asked for to tables, joins, columns and conditions.
//!
//! The rules of when a join is shared, made anew, trimmed, and inner or outer are Django's; each file holds one group
//! of them.

mod aggregate;
mod annotate;
mod arithmetic;
mod array;
mod compare;
mod compound;
mod cte;
mod distinct;
mod document;
mod exclude;
mod expr;
mod extra;
mod filter;
mod function;
mod generic;
mod group;
mod insert;
mod joins;
mod left;
mod loading;
mod lock;
mod lookup;
mod message;
mod names;
mod operand;
mod order;
mod promote;
mod qualify;
mod range;
mod recursive;
mod registered;
mod related;
mod relation;
mod rows;
mod search;
mod select;
mod subquery;
mod transform;
mod tuple;
mod update;
mod widest;
mod window;
mod years;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use embellie_core::meta::Model;
use embellie_core::query::{Connector, Step};
use embellie_core::{Error, Query, Registry, Result};

use crate::Target;
use crate::resolved::{Alias, Condition};
use crate::separate::separate;
use annotate::Annotated;
use group::Grouping;
use joins::{Place, TableUse};
use select::Chosen;

pub(crate) use aggregate::{aggregate, count};
pub(crate) use insert::{bulk, insert};
pub(crate) use rows::{exists, rows};
pub(crate) use update::{delete, update};

/// What resolving one statement needs throughout, subqueries included.
pub(crate) struct Context<'r> {
    pub(crate) registry: &'r Registry,
    pub(crate) target: &'r Target,
    aliases: Cell<u32>,
    /// The common table expressions that the present place may use, the innermost last.
    known: RefCell<Vec<cte::Known>>,
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

/// Refuses what is nested deeper than the stack bears, before anything walks it.
pub(crate) fn check_depth(query: &Query) -> Result<()> {
    if query.is_deeper_than(DEEPEST) { Err(too_deep()) } else { Ok(()) }
}

/// The same of an expression beside a query.
pub(crate) fn check_depth_of<'e>(exprs: impl IntoIterator<Item = &'e embellie_core::Expr>) -> Result<()> {
    if exprs.into_iter().any(|expr| expr.is_deeper_than(DEEPEST)) { Err(too_deep()) } else { Ok(()) }
}

fn too_deep() -> Error {
    Error::Value(format!("the query is nested more than {DEEPEST} deep"))
}

impl<'r> Context<'r> {
    pub(crate) fn new(registry: &'r Registry, target: &'r Target) -> Self {
        Context { registry, target, aliases: Cell::new(0), known: RefCell::default(), depth: Cell::new(0) }
    }

    /// Goes one level deeper.
    fn enter(&self) -> Result<Level<'_>> {
        self.enter_levels(1)
    }

    fn enter_levels(&self, levels: u32) -> Result<Level<'_>> {
        let level = Level(&self.depth, levels);
        self.depth.set(self.depth.get() + levels);
        if self.depth.get() > DEEPEST {
            return Err(too_deep());
        }
        Ok(level)
    }

    pub(crate) fn new_alias(&self) -> Alias {
        let alias = self.aliases.get();
        self.aliases.set(alias + 1);
        Alias(alias)
    }
}

/// One query, or one subquery, while its names are looked up: the tables it uses so far, its conditions and values.
pub(crate) struct Scope<'c, 'r> {
    context: &'c Context<'r>,
    model: &'r Model,
    tables: Vec<TableUse<'r>>,
    conditions: Vec<Condition<'r>>,
    annotations: Vec<Annotated<'r>>,
    /// What `values()` chose, in order; the model's columns when `None`.
    values: Option<Vec<Chosen<'r>>>,
    grouping: Grouping<'r>,
    /// Whether a step asked for groups, and whether an aggregate did.
    grouped_by_step: bool,
    grouped_by_aggregate: bool,
    /// The ordering that `extra()` asks for, if it does.
    extra_order: Vec<embellie_core::OrderBy>,
    /// The time zone by whose clock points in time are read.
    zone: Option<Cow<'static, str>>,
    /// Whether all rows are made one: aggregates of annotations that are aggregates are then fine.
    summarizing: bool,
    /// The common table expressions that it declares.
    declared: Option<cte::Declared<'c, 'r>>,
    /// The common table expression in the place of the model's table.
    from: Option<cte::Known>,
    /// The annotations that are columns of common table expressions.
    cte_columns: Vec<String>,
    /// The annotations that are columns of `extra()`.
    extra_columns: Vec<String>,
    /// The relations that have conditions and names of their own.
    relations: Vec<relation::Filtered>,
    /// The related objects that come with its rows: the names that lead to them, and their tables.
    followed: Vec<(String, Place)>,
    /// Which fields of its objects are read.
    mask: loading::Mask,
    /// Whether it may not reach other tables.
    alone: bool,
    /// Tables that its annotations need but that it does not have.
    elsewhere: Vec<Alias>,
    /// Whether it was made for a condition of the query around it, and does not count as a query of its own.
    transparent: bool,
    /// The query around this one.
    outer: Option<Box<Scope<'c, 'r>>>,
}

/// The place of the query's own table.
const BASE: Place = Place(0);

impl<'c, 'r> Scope<'c, 'r> {
    /// All rows of a model.
    pub(crate) fn new(context: &'c Context<'r>, model: &'r Model) -> Self {
        Scope::within(context, model, None)
    }

    fn within(context: &'c Context<'r>, model: &'r Model, outer: Option<Box<Self>>) -> Self {
        let base = TableUse::base(context.new_alias(), model);
        Scope {
            context,
            model,
            tables: vec![base],
            conditions: Vec::new(),
            annotations: Vec::new(),
            values: None,
            grouping: Grouping::None,
            grouped_by_step: false,
            grouped_by_aggregate: false,
            extra_order: Vec::new(),
            zone: outer.as_ref().and_then(|outer| outer.zone.clone()),
            summarizing: false,
            declared: None,
            from: None,
            cte_columns: Vec::new(),
            extra_columns: Vec::new(),
            relations: Vec::new(),
            followed: Vec::new(),
            mask: loading::Mask::default(),
            alone: false,
            elsewhere: Vec::new(),
            transparent: false,
            outer,
        }
    }

    /// The rows that a query's steps leave.
    fn of_query(context: &'c Context<'r>, query: &Query, outer: Option<Box<Self>>) -> Result<Self> {
        let _level = context.enter_levels(QUERY_LEVELS)?;
        let query = &*separate(context.registry, query);
        let (declared, outer) = cte::declare(context, &query.ctes, outer)?;
        let mut scope = Scope::within(context, context.registry.model(&query.model)?, outer);
        scope.declared = Some(declared);
        if query.time_zone.is_some() {
            scope.zone.clone_from(&query.time_zone);
        }
        if let Some(cte) = &query.from {
            scope.read_from(cte)?;
        }
        for step in &query.steps {
            scope.step(step)?;
        }
        if query.none || query.slice.limit == Some(0) {
            scope.conditions.push(Condition::Never);
        }
        Ok(scope)
    }

    /// Adds what one call asks for.
    fn step(&mut self, step: &Step) -> Result<()> {
        match step {
            Step::Filter(q) => self.filter(q, false),
            Step::Exclude(q) => self.filter(q, true),
            Step::Annotate(annotation) => self.annotate(annotation),
            Step::Values(paths) => self.choose(paths),
            Step::Group => {
                self.grouped_by_step = true;
                if let Some(annotation) = self.annotations.last_mut() {
                    annotation.of_group = true;
                }
                self.group_by_selected()
            }
            Step::Relation(relation) => self.add_relation(relation),
            Step::Join(join) => self.join_cte(join),
            Step::Extra(extra) => self.add_extra(extra),
            _ => Err(Error::NotSupported("this step of a query is not known to the compiler".into())),
        }
    }

    /// Makes a scope within this one, and takes it apart. This one is the inner one's `outer` meanwhile.
    ///
    /// Once the work has failed, this one is of no use, but nothing in it goes wrong.
    fn enclosing<T>(&mut self, work: impl FnOnce(Box<Self>) -> Result<(T, Option<Box<Self>>)>) -> Result<T> {
        let hollow = Scope {
            context: self.context,
            model: self.model,
            tables: vec![TableUse::base(self.context.new_alias(), self.model)],
            conditions: Vec::new(),
            annotations: Vec::new(),
            values: None,
            grouping: Grouping::None,
            grouped_by_step: false,
            grouped_by_aggregate: false,
            extra_order: Vec::new(),
            zone: None,
            summarizing: false,
            declared: None,
            from: None,
            cte_columns: Vec::new(),
            extra_columns: Vec::new(),
            relations: Vec::new(),
            followed: Vec::new(),
            mask: loading::Mask::default(),
            alone: false,
            elsewhere: Vec::new(),
            transparent: false,
            outer: None,
        };
        let outer = Box::new(std::mem::replace(self, hollow));
        let (made, outer) = work(outer)?;
        if let Some(outer) = outer {
            *self = *outer;
        }
        Ok(made)
    }

    fn registry(&self) -> &'r Registry {
        self.context.registry
    }

    /// All conditions so far, as one.
    fn take_condition(&mut self) -> Condition<'r> {
        Condition::group(Connector::And, false, std::mem::take(&mut self.conditions))
    }
}
