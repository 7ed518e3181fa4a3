//! The compiler of embellie: models and queries in, SQL text out. Pure functions, no I/O.

mod compile;
mod definition;
mod dialect;
mod explain;
mod identifier;
mod legalize;
mod outline;
mod raw;
mod render;
mod resolve;
mod resolved;
mod separate;
mod tables;
mod target;
mod verify;

pub mod plan;
pub mod schema;

pub use compile::{
    Compiled, OutputColumn, RelatedObject, aggregate, bulk_insert, count, delete, exists, insert, inserted_keys,
    select, update, update_returning,
};
pub use explain::{
    Actual, Cost, Detail, Explain, ExplainOption, Format, Plan, PlanNode, Setting, Step, Unvalued, explain,
    explain_plan, explain_unvalued, explanation, read_plan,
};
pub use identifier::quote;
pub use outline::{Compared, Comparison, Ordered, Outline, TableColumn};
pub use raw::raw;
pub use separate::distorted;
pub use tables::{Reading, tables};
pub use target::{Capability, Target};
