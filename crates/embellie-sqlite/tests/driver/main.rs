//! The driver as the runtime uses it: through the traits alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod columns;
mod execution;
mod faults;
mod files;
mod functions;
mod support;
mod together;
mod transactions;
mod values;
