//! Queries as SQL.
#![allow(clippy::unwrap_used)]

mod blog;
mod empty;
mod joins;
mod messages;
mod negation;
mod order;
mod rows;
mod spelling;
mod writes;
