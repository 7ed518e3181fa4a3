//! What statements share while they run: names, the output, and how much they may still do.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use embellie::log::Log;
use embellie::transaction::SavepointId;
use embellie_core::Sql;

use super::shared::Held;
use crate::{Error, Py, Result};

/// How much one entry may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many steps it may take: one is the value of an expression, or a turn of a loop.
    pub steps: u64,
    /// How many bytes of values it may make, all in all.
    pub bytes: u64,
    /// How many rows a query set may give that is read as a whole.
    pub rows: u64,
    /// How deep expressions, statements and calls may stand in each other.
    pub levels: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { steps: 20_000_000, bytes: 1 << 30, rows: 250_000, levels: 300 }
    }
}

/// After how many steps others get their turn.
const TURN: u64 = 1024;

/// The names of a session.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) globals: HashMap<String, Py>,
    /// Names that an import would have brought, and the modules that are not here.
    pub(crate) absent: HashMap<String, String>,
    frames: Vec<Frame>,
}

/// The names of a call, or of a comprehension.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(crate) names: HashMap<String, Py>,
    /// Whether the names around it cannot be seen from within: a function's own.
    pub(crate) is_call: bool,
}

/// One entry that runs.
pub(crate) struct Run<'r> {
    names: &'r Mutex<Names>,
    print: &'r (dyn Fn(&str) + Sync),
    pub(crate) limits: Limits,
    steps: AtomicU64,
    bytes: AtomicU64,
    levels: AtomicU32,
    /// The place in the text of the statement that runs.
    place: AtomicU32,
    only_reads: bool,
    /// What was sent so far, and the statement that each entry begins with.
    kept: (Option<&'r Log>, Option<&'r Sql>),
    /// Where a transaction is open that the text began: what is called when it is committed.
    hooks: Mutex<Option<Vec<Py>>>,
    /// The savepoints that were set by hand, by the names that they were given.
    savepoints: Mutex<Vec<(String, SavepointId)>>,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run").field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl<'r> Run<'r> {
    pub(crate) fn new(names: &'r Mutex<Names>, print: &'r (dyn Fn(&str) + Sync), limits: Limits) -> Self {
        let run = Run {
            names,
            print,
            limits,
            steps: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            levels: AtomicU32::new(0),
            place: AtomicU32::new(0),
            only_reads: false,
            kept: (None, None),
            hooks: Mutex::new(None),
            savepoints: Mutex::new(Vec::new()),
        };
        // What an entry that was abandoned has left.
        run.names().frames.clear();
        run
    }

    pub(crate) fn only_reads(mut self, only: bool) -> Self {
        self.only_reads = only;
        self
    }

    pub(crate) fn kept_by(mut self, log: Option<&'r Log>, opening: Option<&'r Sql>) -> Self {
        self.kept = (log, opening);
        self
    }

    /// Whether the entry is a transaction: what fails in it must be undone before it goes on.
    pub(crate) fn is_transaction(&self) -> bool {
        self.kept.1.is_some()
    }

    /// What was sent so far: Django's `connection.queries`.
    pub(crate) fn queries(&self) -> Result<Py> {
        let entries = self.kept.0.map(Log::statements).unwrap_or_default();
        let opening = self.kept.1.map(Sql::as_str);
        let own = entries.into_iter().filter(|entry| Some(&*entry.sql) != opening);
        let told = own.map(|entry| {
            let (text, time) = (entry.sql.to_string(), format!("{:.3}", entry.elapsed.as_secs_f64()));
            self.charge(text.len())?;
            Py::dict(vec![(Py::Str("sql".to_owned()), Py::Str(text)), (Py::Str("time".to_owned()), Py::Str(time))])
        });
        Ok(Py::list(told.collect::<Result<_>>()?))
    }

    /// Forgets what was sent so far: Django's `reset_queries()`.
    pub(crate) fn reset_queries(&self) {
        if let Some(log) = self.kept.0 {
            log.clear();
        }
    }

    fn hooks(&self) -> MutexGuard<'_, Option<Vec<Py>>> {
        self.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a transaction or a savepoint; gives how many functions wait for the end of the transaction around it.
    pub(crate) fn begin(&self) -> Option<usize> {
        let mut hooks = self.hooks();
        let waiting = hooks.as_ref().map(Vec::len);
        hooks.get_or_insert_default();
        waiting
    }

    /// Ends a transaction or a savepoint; gives what is to be called now.
    pub(crate) fn end(&self, outer: Option<usize>, is_done: bool) -> Vec<Py> {
        let mut hooks = self.hooks();
        match (outer, is_done) {
            (None, _) => {
                let all = hooks.take().unwrap_or_default();
                if is_done { all } else { Vec::new() }
            }
            (Some(_), true) => Vec::new(),
            (Some(before), false) => {
                let left = hooks.as_mut().map(|hooks| hooks.split_off(before.min(hooks.len())));
                drop(hooks);
                drop(left);
                Vec::new()
            }
        }
    }

    /// Whether a transaction is open that the text began.
    pub(crate) fn is_atomic(&self) -> bool {
        self.hooks().is_some()
    }

    /// Keeps a savepoint; gives its name.
    pub(crate) fn keep_savepoint(&self, savepoint: SavepointId) -> String {
        let mut savepoints = self.savepoints.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("s{}", savepoints.len() + 1);
        savepoints.push((name.clone(), savepoint));
        name
    }

    /// The savepoint of a name.
    ///
    /// # Errors
    /// A `TransactionManagementError` for a name that no savepoint has.
    pub(crate) fn savepoint(&self, name: &str) -> Result<SavepointId> {
        let savepoints = self.savepoints.lock().unwrap_or_else(PoisonError::into_inner);
        let found = savepoints.iter().find(|(known, _)| known == name).map(|(_, savepoint)| *savepoint);
        found.ok_or_else(|| {
            Error::python("TransactionManagementError", format!("there is no savepoint {name}: savepoint() gives one"))
        })
    }

    /// Keeps a function until the transaction that is open is committed; gives it back where none is.
    pub(crate) fn on_commit(&self, function: Py) -> Option<Py> {
        match &mut *self.hooks() {
            Some(hooks) => {
                hooks.push(function);
                None
            }
            None => Some(function),
        }
    }

    pub(crate) fn is_only_reads(&self) -> bool {
        self.only_reads
    }

    /// Refuses a method that writes, where nothing may be written.
    pub(crate) fn check_write(&self, of: &Py, method: &str) -> Result<()> {
        const WRITES: &[&str] = &[
            "save",
            "delete",
            "create",
            "bulk_create",
            "bulk_update",
            "get_or_create",
            "update_or_create",
            "update",
            "add",
            "remove",
            "set",
            "clear",
        ];
        let is_of_database = match of {
            Py::Manager(_) | Py::Related(_) | Py::Generic(_) | Py::QuerySet(_) | Py::Object(_) => true,
            Py::Shared(shared) => matches!(&*shared.lock(), Held::Object(_) | Held::Rows(_)),
            _ => false,
        };
        match self.only_reads && is_of_database && WRITES.contains(&method) {
            false => Ok(()),
            true => {
                Err(Error::not_supported(format!("{method}() changes the database, which is opened for reading only")))
            }
        }
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn print(&self, text: &str) {
        (self.print)(text);
    }

    pub(crate) fn at(&self, place: u32) {
        self.place.store(place, Ordering::Relaxed);
    }

    pub(crate) fn place(&self) -> u32 {
        self.place.load(Ordering::Relaxed)
    }

    /// Counts a step; says whether others should get their turn.
    pub(crate) fn step(&self) -> Result<bool> {
        let steps = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        if steps > self.limits.steps {
            return Err(Error::python(
                "RuntimeError",
                format!("stopped after {} steps: let the database do more of the work", self.limits.steps),
            ));
        }
        Ok(steps.is_multiple_of(TURN))
    }

    /// Counts bytes that are made.
    pub(crate) fn charge(&self, bytes: usize) -> Result<()> {
        let bytes = self.bytes.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        match bytes > self.limits.bytes {
            false => Ok(()),
            true => Err(Error::python(
                "MemoryError",
                format!("stopped after making {} MiB of values in one entry", self.limits.bytes >> 20),
            )),
        }
    }

    /// Counts elements that are made.
    pub(crate) fn charge_elements(&self, elements: usize) -> Result<()> {
        self.charge(elements.saturating_mul(std::mem::size_of::<Py>()))
    }

    /// Goes one level deeper, until what is given back is dropped.
    pub(crate) fn deeper(&self) -> Result<Level<'_>> {
        let level = Level(&self.levels);
        match self.levels.fetch_add(1, Ordering::Relaxed) < self.limits.levels {
            true => Ok(level),
            false => Err(Error::python("RecursionError", "maximum recursion depth exceeded")),
        }
    }

    /// What a name holds.
    pub(crate) fn get(&self, name: &str) -> Option<Py> {
        let names = self.names();
        for frame in names.frames.iter().rev() {
            if let Some(value) = frame.names.get(name) {
                return Some(value.clone());
            }
            if frame.is_call {
                break;
            }
        }
        names.globals.get(name).cloned()
    }

    /// The module that a name would have come from.
    pub(crate) fn absent(&self, name: &str) -> Option<String> {
        self.names().absent.get(name).cloned()
    }

    pub(crate) fn miss(&self, name: &str, module: &str) {
        self.names().absent.insert(name.to_owned(), module.to_owned());
    }

    /// Lets a name hold a value: in the function that runs, or else in the session.
    pub(crate) fn set(&self, name: &str, value: Py) {
        let mut names = self.names();
        let Names { globals, absent, frames } = &mut *names;
        let old = match frames.iter_mut().rev().find(|frame| frame.is_call) {
            Some(frame) => frame.names.insert(name.to_owned(), value),
            None => {
                absent.remove(name);
                globals.insert(name.to_owned(), value)
            }
        };
        drop(names);
        drop(old);
    }

    /// Lets a name of the innermost comprehension hold a value.
    pub(crate) fn set_inner(&self, name: &str, value: Py) {
        let mut names = self.names();
        if let Some(frame) = names.frames.last_mut() {
            let old = frame.names.insert(name.to_owned(), value);
            drop(names);
            drop(old);
        }
    }

    /// Forgets a name; says whether it was known.
    pub(crate) fn remove(&self, name: &str) -> bool {
        let mut names = self.names();
        let Names { globals, frames, .. } = &mut *names;
        let old = match frames.iter_mut().rev().find(|frame| frame.is_call) {
            Some(frame) => frame.names.remove(name),
            None => globals.remove(name),
        };
        drop(names);
        old.is_some()
    }

    /// All names that can be seen which are not the session's.
    pub(crate) fn captured(&self) -> Vec<(String, Py)> {
        let names = self.names();
        let mut captured: Vec<(String, Py)> = Vec::new();
        for frame in names.frames.iter().rev() {
            for (name, value) in &frame.names {
                if captured.iter().all(|(known, _)| known != name) {
                    captured.push((name.clone(), value.clone()));
                }
            }
            if frame.is_call {
                break;
            }
        }
        captured
    }

    /// Opens a frame, until what is given back is dropped.
    pub(crate) fn open(&self, frame: Frame) -> Opened<'_> {
        let mut names = self.names();
        names.frames.push(frame);
        Opened { names: self.names, depth: names.frames.len() }
    }
}

/// A level that was entered.
pub(crate) struct Level<'r>(&'r AtomicU32);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A frame that is open.
pub(crate) struct Opened<'r> {
    names: &'r Mutex<Names>,
    depth: usize,
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.depth.saturating_sub(1).min(names.frames.len());
        let left = names.frames.split_off(kept);
        drop(names);
        drop(left);
    }
}

/// A future that finds room on the stack wherever it is polled: expressions and calls stand within each other.
pub(crate) struct Roomy<F>(pub(crate) F);

impl<F: Future + Unpin> Future for Roomy<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // What is left when more is added, and how much that is.
        stacker::maybe_grow(256 << 10, 1 << 20, || Pin::new(&mut self.0).poll(context))
    }
}

/// Lets others have their turn, so that a loop without queries can be abandoned.
pub(crate) fn turn() -> impl Future<Output = ()> + Send {
    Turn(false)
}

struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
