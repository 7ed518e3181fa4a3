//! Related objects: what is read for many rows at once, how it is asked for, and what is told when nobody wants it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod columns;
mod generic;
mod inherited;
mod keys;
mod through;
mod together;
mod unused;
