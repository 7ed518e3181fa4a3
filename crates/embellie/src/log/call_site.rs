//! Which line of a program asked for what the database does.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

/// A place in the program that uses embellie: the line that called one of its methods.
///
/// Every method that reaches the database remembers its caller, and for as long as its future is polled,
/// [`CallSite::current`] tells which that was. Nothing is allocated, looked up or printed for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallSite(&'static Location<'static>);

/// One call from one place.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) site: CallSite,
    /// Which of this thread's calls it is, and of which thread: no other call has it.
    pub(crate) number: u64,
}

/// Threads that called so far.
static THREADS: AtomicU64 = AtomicU64::new(1);
/// Calls of one thread at most, before it begins again.
const CALLS: u32 = 32;

thread_local! {
    static CURRENT: Cell<Option<Call>> = const { Cell::new(None) };
    static NEXT: Cell<u64> = Cell::new(THREADS.fetch_add(1, Ordering::Relaxed) << CALLS);
}

impl Call {
    /// The call that what is done now belongs to.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.get()
    }
}

impl CallSite {
    /// The caller of the function that calls this, where that function has the attribute `#[track_caller]`; else the
    /// line with the call itself.
    #[track_caller]
    pub fn here() -> Self {
        CallSite(Location::caller())
    }

    /// The place that asked for what is done now. `None` outside of embellie's futures.
    pub fn current() -> Option<Self> {
        CURRENT.get().map(|call| call.site)
    }

    /// The file, as the compiler was given it.
    pub fn file(self) -> &'static str {
        self.0.file()
    }

    /// The line, from 1 on.
    pub fn line(self) -> u32 {
        self.0.line()
    }

    /// The column, from 1 on.
    pub fn column(self) -> u32 {
        self.0.column()
    }

    /// Makes this the place that asked for all that `future` does. A place that is known already stays: the outermost
    /// call is the program's own.
    pub fn around<F>(self, future: F) -> Called<F> {
        Called { site: self, number: 0, future }
    }
}

/// `src/views.rs:12:30`.
impl fmt::Display for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Makes the caller the place that asked for all that `future` does: for functions of your own that others call, so that
/// logs and warnings name the line that called them.
///
/// ```standalone_crate
/// use blog::Post;
/// use embellie::prelude::*;
///
/// #[track_caller]
/// fn popular(db: &Database) -> impl Future<Output = embellie::Result<Vec<Post>>> {
///     embellie::log::called(async move { Post::objects().filter(q!(views__gt = 100)).all(db).await })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// let log = db.log();
/// let line = line!() + 1;
/// popular(&db).await?;
/// assert_eq!(log.entries()[0].site.as_ref().map(|site| site.line), Some(line));
/// # Ok(()) }
/// ```
#[track_caller]
pub fn called<F: Future>(future: F) -> Called<F> {
    CallSite::here().around(future)
}

pin_project! {
    /// A future whose caller is known: see [`called`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are awaited"]
    pub struct Called<F> {
        site: CallSite,
        number: u64,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Called<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _known = Known::set(*this.site, this.number);
        this.future.poll(context)
    }
}

/// The current call, forgotten when this is dropped by who made it known.
struct Known(bool);

impl Known {
    fn set(site: CallSite, number: &mut u64) -> Self {
        let first = CURRENT.get().is_none();
        if first {
            if *number == 0 {
                *number = NEXT.get();
                NEXT.set(*number + 1);
            }
            CURRENT.set(Some(Call { site, number: *number }));
        }
        Known(first)
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        if self.0 {
            CURRENT.set(None);
        }
    }
}
