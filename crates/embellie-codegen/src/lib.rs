//! Rust source from embellie's data: models become structs with `#[model]`, queries become query sets.
//!
//! Where the models come from does not matter: a database, a Django project, code. Everything here is pure: text comes
//! out, nothing is read or written.
//!
//! ```
//! use embellie_codegen::ModelSource;
//! use embellie_core::{Registry, field::FieldKind, meta::{FieldMeta, ModelMeta, OnDelete}};
//!
//! let registry = Registry::build([
//!     ModelMeta::new("blog", "Author").field(FieldMeta::new("name", FieldKind::Char).max_length(100)),
//!     ModelMeta::new("blog", "Post")
//!         .field(FieldMeta::foreign_key("author", "Author", OnDelete::Cascade).relation(|r| r.related_name("posts"))),
//! ])?;
//! let source = ModelSource::new(&registry).one_file();
//! assert!(source.contains("    #[field(max_length = 100)]\n    pub name: String,\n"));
//! assert!(source.contains("    #[field(on_delete = Cascade, related_name = \"posts\")]\n    pub author: ForeignKey<Author>,\n"));
//! # Ok::<(), embellie_core::Error>(())
//! ```

mod layout;
mod models;
mod notation;
mod query;
mod word;

pub use models::{ModelFile, ModelSource};
pub use query::{Prefetched, rust_of_query, rust_of_rows};
pub use word::{ident, is_identifier, snake_case, upper_camel_case};
