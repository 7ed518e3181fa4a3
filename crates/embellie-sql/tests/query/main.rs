//! Queries as SQL.
#![allow(clippy::unwrap_used, clippy::panic)]

mod aggregates;
mod blog;
mod database;
mod empty;
mod explain;
mod functions;
mod groups;
mod joins;
mod keys;
mod lists;
mod messages;
mod naive;
mod negation;
mod nonsense;
mod order;
mod property;
mod raw;
mod related;
mod rows;
mod separate;
mod spelling;
mod types;
mod windows;
mod writes;
