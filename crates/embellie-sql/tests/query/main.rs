//! Queries as SQL.
#![allow(clippy::unwrap_used)]

mod blog;
mod joins;
mod messages;
