//! The compiler of embellie: models and queries in, SQL text out. Pure functions, no I/O.

mod identifier;

pub mod schema;

pub use identifier::quote;
