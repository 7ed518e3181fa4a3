//! The driver against a server, through the traits of the core.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batch;
mod columns;
mod copy;
mod differential;
mod dropped;
mod errors;
mod faults;
mod options;
mod secrecy;
mod statements;
mod support;
mod tls;
mod transactions;
mod values;
