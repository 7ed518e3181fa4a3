//! Seeing what the database does: every statement with its time, its rows and the line that asked for it, and what could
//! be done with fewer of them.
//!
//! ```standalone_crate
//! use blog::{Post, User};
//! use embellie::log::FindingKind;
//! use embellie::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> embellie::Result<()> {
//! # let db = Database::connect("sqlite::memory:").await?;
//! # db.create_tables(&[]).await?;
//! # for n in 0..5 {
//! #     let user = new!(User { name: format!("{n}"), email: format!("{n}@x.org") }).create(&db).await?;
//! #     new!(Post { title: "Clouds", author: &user }).create(&db).await?;
//! # }
//! let log = db.log();
//! for user in User::objects().all(&db).await? {
//!     let posts = Post::objects().filter(Post::author.eq(&user)).all(&db).await?;
//!     println!("{} wrote {}", user.name, posts.len());
//! }
//! let findings = log.findings();
//! assert_eq!((findings[0].kind, findings[0].times), (FindingKind::NPlusOne, 5));
//! assert!(findings[0].advice.contains("User::objects().prefetch(User::posts())"), "{}", findings[0]);
//! # Ok(()) }
//! ```
//!
//! The same is said as a warning of the target `embellie::log` by `tracing`, where each statement is a span as well, with
//! OpenTelemetry's names. Values of placeholders are in neither; a log has them when [`LogOptions::show_parameters`] asks for
//! them. While no log is kept, a statement costs nothing more than a look at one number.
//!
//! A log that is [written to a file](LogOptions::write_to) is read by [`profile`](crate::profile) and by the command
//! `embellie profile`.
//!
//! In tests, [`assert_num_queries!`](crate::assert_num_queries) says how many statements some work may take.

mod along;
mod assert;
mod call_site;
mod detect;
mod entry;
mod finding;
mod lines;
mod options;
mod recorder;
mod remedy;
mod scope;

pub(crate) use along::{Along, Beside};
#[doc(hidden)]
pub use assert::Counted;
pub(crate) use call_site::Call;
pub use call_site::{CallSite, Called, called};
pub(crate) use detect::Detector;
pub(crate) use entry::milliseconds;
pub use entry::{Entry, Kind, Parameters, Place};
pub use finding::{Finding, FindingKind};
pub use lines::{LogFile, read};
pub use options::LogOptions;
pub(crate) use options::Watch;
pub use recorder::Log;
pub(crate) use recorder::{Ran, Recorders, code};
pub(crate) use remedy::model_of;
pub use scope::{Scoped, scope};
