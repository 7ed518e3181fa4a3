//! The behaviour suite: what embellie does, on every database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod boolean;
mod bulk_update;
mod clock;
mod composite;
mod conditions;
mod creating;
mod cursor;
mod deletion;
mod documents;
mod explain;
mod functions;
mod generated;
mod inheritance;
mod joins;
mod links;
mod names;
mod ordering;
mod patterns;
mod prefetch;
mod raw;
mod reading;
mod registered;
mod related;
mod same_sql;
mod saving;
mod search;
mod select_related;
mod telemetry;
mod text;
mod transactions;
mod typed_annotations;
mod typed_expressions;
mod typed_fields;
mod typed_rows;
mod values;
