//! What could be better in what a program asks of its database: the advice for one query, and the report on a log.
//!
//! [`advise`] asks the database how it would run a query, and says which index is missing. [`Profile`] makes a [`Report`] of
//! a [log](crate::log): statements by shape with their times, N+1 and what to write instead, indexes to add, where the time
//! goes, before and after; as text, JSON and one HTML page. The command `embellie profile` does the same with a file.
//!
//! What is an index for one database is one for the other: whether a full read of a table is wrong depends on how many rows
//! it has, so ask a database with real rows.

mod advice;
mod build;
mod hint;
mod html;
mod report;
mod text;

pub use advice::{Advice, advise, advise_sql};
pub use build::Profile;
pub use hint::{Hint, HintKind, hints, schema_hints};
pub use report::{Change, Comparison, DatabaseChange, File, Group, Improvement, Origin, Report, Totals};
