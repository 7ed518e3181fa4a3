//! Django query text: Python expressions as they stand in a Django project become queries, without Python.
//!
//! A text is parsed by ruff's parser and evaluated onto a closed set of values: scalars, expressions, conditions, query
//! sets, objects. Nothing else of Python is there: no names but those of Django's query language, no files, no
//! network, no processes.
//!
//! What a text means is Django's contract, in its numbers too: aggregates over several multi-valued relations are
//! joined, as Django joins them.

mod arguments;
pub mod complete;
mod condition;
mod error;
mod evaluate;
pub mod models;
mod names;
mod object;
mod parse;
mod query_set;
pub mod statement;
mod tokens;
mod value;

pub use condition::Condition;
pub use error::{Error, Result};
pub use evaluate::evaluate;
pub use models::Models;
pub use object::Object;
pub use query_set::{Prefetch, RowKind, Set};
pub use tokens::{Class, is_whole, tokens};
pub use value::Py;
