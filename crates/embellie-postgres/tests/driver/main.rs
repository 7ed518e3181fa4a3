//! The driver against a server, through the traits of the core.

#![allow(clippy::unwrap_used, clippy::panic)] // these are all tests

mod support;
mod values;
