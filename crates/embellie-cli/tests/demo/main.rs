//! The `embellie demo` command as people and programs run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod files;
mod server;
mod support;
mod tour;
