//! Queries as programs put them together: several parts of the language in each, over the models of the shop.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod advanced;
mod expert;
mod fields;
mod often;
mod optimizer;
mod several;
mod shelves;
