//! Plans: statements that are kept for all queries of one shape, which differ in their values only.
//!
//! A [`Shape`] is a query without its values, and those values in order. A [`Plan`] says which value each parameter of
//! the statement is made of. It is found by experiment: the query is compiled with other values of the same classes,
//! twice, and where the text is the same each time and every parameter follows one of the values in a way that is known,
//! the statement is that of all queries of the shape. Where not, there is no plan, and each query is compiled by itself.

mod one_row;
mod probe;
mod recipe;
mod replace;
mod shape;

use std::sync::Arc;

use embellie_core::query::{Assignment, Slice};
use embellie_core::{Effect, Query, Registry, Result, Statement, Value};

use crate::{Compiled, OutputColumn, RelatedObject, Target, compile};
use one_row::has_one_row_at_most;
use recipe::Recipe;
pub use shape::Shape;

/// What is asked of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Its rows.
    Select,
    /// The one row that it has: no more rows, in no order, than tell how many there are.
    Get,
    /// How many there are.
    Count,
    /// Whether there is one.
    Exists,
    /// To change them.
    Update,
}

/// A query, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'q> {
    /// What is asked.
    pub purpose: Purpose,
    /// The query.
    pub query: &'q Query,
    /// What to change, where that is asked.
    pub assignments: &'q [Assignment],
}

impl<'q> Asked<'q> {
    /// A question about a query's rows.
    pub fn of(purpose: Purpose, query: &'q Query) -> Self {
        Asked { purpose, query, assignments: &[] }
    }

    /// A change of a query's rows.
    pub fn update(query: &'q Query, assignments: &'q [Assignment]) -> Self {
        Asked { purpose: Purpose::Update, query, assignments }
    }

    /// The statement, by itself. `None` when nothing needs to be sent.
    ///
    /// # Errors
    /// As [`select`](crate::select) and [`update`](crate::update).
    pub fn compile(&self, registry: &Registry, target: &Target) -> Result<Option<Compiled>> {
        match self.purpose {
            Purpose::Select => compile::select(self.query, registry, target),
            Purpose::Get => {
                let mut query = self.query.clone().one_row();
                if self.query.slice.is_whole() && has_one_row_at_most(&query, registry) {
                    query.slice = Slice::default();
                }
                compile::select(&query, registry, target)
            }
            Purpose::Count => compile::count(self.query, registry, target),
            Purpose::Exists => compile::exists(self.query, registry, target),
            Purpose::Update => {
                let statement = compile::update(self.query, self.assignments, registry, target)?;
                Ok(statement.map(|statement| Compiled {
                    statement,
                    columns: Arc::default(),
                    related: Arc::default(),
                    fields: None,
                }))
            }
        }
    }
}

/// The statement of all queries of a shape.
#[derive(Debug)]
pub struct Plan {
    sql: Arc<str>,
    effect: Effect,
    table: Option<Arc<str>>,
    parameters: Vec<Recipe>,
    columns: Arc<[OutputColumn]>,
    related: Arc<[RelatedObject]>,
    fields: Option<Arc<[usize]>>,
}

impl Plan {
    /// The plan that a query and its statement are an instance of; `None` where there is none.
    ///
    /// ```
    /// use embellie_core::{Q, Query, Registry, ServerInfo, field::FieldKind, meta::{FieldMeta, ModelMeta}};
    /// use embellie_sql::{Target, plan::{Asked, Plan, Purpose, Shape}};
    ///
    /// let registry = Registry::build([
    ///     ModelMeta::new("blog", "Tag").field(FieldMeta::new("word", FieldKind::Char).max_length(50)),
    /// ])?;
    /// let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) })?;
    /// let [rust, rain] = ["rust", "rain_"].map(|word| Query::new("blog.Tag").filter(Q::new("word__startswith", word)));
    /// let (rust, rain) = (Asked::of(Purpose::Select, &rust), Asked::of(Purpose::Select, &rain));
    ///
    /// let compiled = rust.compile(&registry, &target)?.unwrap();
    /// let plan = Plan::find(&rust, &compiled, &registry, &target).unwrap();
    /// assert_eq!(Some(plan.bind(&Shape::of(&rain).unwrap())), rain.compile(&registry, &target)?);
    /// # Ok::<(), embellie_core::Error>(())
    /// ```
    pub fn find(asked: &Asked<'_>, compiled: &Compiled, registry: &Registry, target: &Target) -> Option<Plan> {
        let shape = Shape::of(asked)?;
        let parameters = probe::recipes(asked, &shape, compiled, registry, target)?;
        let plan = Plan {
            sql: Arc::clone(&compiled.statement.sql),
            effect: compiled.statement.effect,
            table: compiled.statement.table.clone(),
            parameters,
            columns: Arc::clone(&compiled.columns),
            related: Arc::clone(&compiled.related),
            fields: compiled.fields.clone(),
        };
        (plan.bind(&shape).statement == compiled.statement).then_some(plan)
    }

    /// The statement of a query of the same shape.
    pub fn bind(&self, shape: &Shape<'_>) -> Compiled {
        let parameters: Vec<Value> = self.parameters.iter().map(|recipe| recipe.apply(shape.slots())).collect();
        Compiled {
            statement: Statement {
                sql: Arc::clone(&self.sql),
                parameters,
                effect: self.effect,
                table: self.table.clone(),
            },
            columns: Arc::clone(&self.columns),
            related: Arc::clone(&self.related),
            fields: self.fields.clone(),
        }
    }
}
