//! Seeing what the database does.

mod call_site;

pub use call_site::{CallSite, Called, called};
