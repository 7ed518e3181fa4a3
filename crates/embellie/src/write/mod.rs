//! Writing objects: saving, inserting in bulk, deleting with what points at them.
//!
//! All of it works on [`Instance`](crate::model::Instance)s, so that it is compiled once and serves models with and
//! without a Rust type.

mod bulk;
mod bulk_update;
mod collector;
mod delete;
mod insert;
mod save;
mod validate;

pub use bulk::BulkCreate;
pub use bulk_update::BulkUpdate;
pub use delete::Deleted;
pub use save::Save;
pub(crate) use save::not_read;

pub(crate) use bulk::bulk_create;
pub(crate) use delete::{delete_instance, delete_query};
pub(crate) use insert::insert_rows;
pub(crate) use save::save;
pub(crate) use validate::validate;
