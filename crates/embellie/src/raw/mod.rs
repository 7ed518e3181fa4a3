//! SQL that you write: rows by a [`Cursor`], objects by [`Model::raw`](crate::Model::raw).
//!
//! The text is a literal and takes no values: they are parameters, written `%s` or `%(name)s` on every database. What
//! stands in quotation marks or comments is text, percent signs included.
//!
//! ```standalone_crate
//! use blog::{Post, User};
//! use embellie::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> embellie::Result<()> {
//! # let db = Database::connect("sqlite::memory:").await?;
//! # db.create_tables(&[]).await?;
//! let ann = new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
//! new!(Post { title: "Clouds", author: &ann, views: 7 }).create(&db).await?;
//!
//! // Rows, as tuples.
//! let sql = "SELECT title, views FROM blog_post WHERE author_id = %s AND title LIKE 'C%'";
//! let rows: Vec<(String, i64)> = db.cursor().query(sql, (ann.id,)).await?;
//! assert_eq!(rows, [("Clouds".to_string(), 7)]);
//!
//! // Objects, with a column more.
//! let sql = "SELECT *, views * %(factor)s AS score FROM blog_post";
//! let scored = Post::raw(sql, Params::new().name("factor", 10)).annotated::<(i64,)>().all(&db).await?;
//! let (post, (score,)) = &scored[0];
//! assert_eq!((post.title.as_str(), *score), ("Clouds", 70));
//!
//! // A change.
//! assert_eq!(db.cursor().execute("UPDATE blog_post SET views = views + %s", (1,)).await?, 1);
//! # Ok(()) }
//! ```

mod cursor;
mod mapping;
mod query_set;
mod read;
mod stream;

pub use cursor::{Cursor, Rows};
pub use query_set::{AnnotatedRawQuerySet, RawQuerySet};
