//! A stretch of work with a name: a request, a job, a command.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

/// A stretch of work that logs tell from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: Arc<str>,
    pub(crate) number: u64,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CURRENT: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

impl Scope {
    pub(crate) fn current() -> Option<Self> {
        CURRENT.with(|current| current.borrow().clone())
    }
}

/// Gives what `work` does a name in logs, and makes it the stretch in which repeated statements are counted: a request, a
/// job. Without one they are counted by task.
///
/// A scope in another is its own for as long as it lasts.
///
/// ```standalone_crate
/// use blog::Post;
/// use embellie::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// let log = db.log();
/// embellie::log::scope("GET /posts", Post::objects().count(&db)).await?;
/// assert_eq!(log.entries()[0].scope.as_deref(), Some("GET /posts"));
/// # Ok(()) }
/// ```
pub fn scope<F: Future>(name: impl Into<Arc<str>>, work: F) -> Scoped<F> {
    Scoped { scope: Some(Scope { name: name.into(), number: NEXT.fetch_add(1, Ordering::Relaxed) }), work }
}

pin_project! {
    /// Work with a name: see [`scope`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Scoped<F> {
        scope: Option<Scope>,
        #[pin]
        work: F,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _around = Around(CURRENT.replace(this.scope.clone()));
        this.work.poll(context)
    }
}

/// The scope around, which is the current one again when this is dropped.
struct Around(Option<Scope>);

impl Drop for Around {
    fn drop(&mut self) {
        CURRENT.replace(self.0.take());
    }
}
