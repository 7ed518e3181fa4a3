//! Models built at run time, each set small enough that its tables are made in no time.

pub mod arrays;
mod blog;
mod deletion;
mod fields;
pub mod keys;
mod links;
mod lookups;
mod names;
mod places;
mod pointing;
pub mod typed;

pub use arrays::{arrays, indexed, ranges};
pub use blog::{blog, blog_rows};
pub use deletion::deletion;
pub use fields::{every_kind, fields};
pub use keys::{generated, keys};
pub use links::{links, ordered};
pub use lookups::lookups;
pub use names::names;
pub use places::{places, venues};
pub use pointing::pointing;
pub use typed::{documented, shop, typed};
