//! Pages of rows: by their numbers, as Django's `Paginator`, or by where one ends and the next begins.
//!
//! ```standalone_crate
//! use blog::Tag;
//! use embellie::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> embellie::Result<()> {
//! # let db = Database::connect("sqlite::memory:").await?;
//! # db.create_tables(&[]).await?;
//! # let mut tags: Vec<Tag> = (0..25).map(|n| new!(Tag { word: format!("{n:02}") })).collect();
//! # Tag::objects().bulk_create(&mut tags, &db).await?;
//! // By number: for people, who want to see how many there are and to jump.
//! let pages = Tag::objects().order_by(Tag::word).paginate(10);
//! let last = pages.get_page("99", &db).await?;
//! assert_eq!((last.number(), last.len(), last.has_next()), (3, 5, false));
//! assert_eq!((last.start_index(), last.end_index()), (21, 25));
//!
//! // From where the last page ended: as fast on the thousandth page as on the first, and no row is passed over or seen
//! // twice when others write in between.
//! let tags = Tag::objects().order_by(Tag::word.desc()).keyset(10);
//! let first = tags.page(&db).await?;
//! let second = tags.clone().after(first.end_cursor()).page(&db).await?;
//! assert_eq!((first[0].word.as_str(), second[0].word.as_str()), ("24", "14"));
//! # Ok(()) }
//! ```

mod cursor;
mod keyset;
mod number;
mod paginator;
mod terms;

pub use cursor::PageCursor;
pub use keyset::{Keyset, KeysetPage};
pub use number::PageNumber;
pub use paginator::{ELLIPSIS, Page, PageLink, Paginator};
