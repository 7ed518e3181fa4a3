//! Where the statements of a database are recorded.

use std::collections::VecDeque;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use embellie_core::{Error, Registry, Value};
use embellie_sql::Plan;
use jiff::Timestamp;

use super::along::Along;
use super::call_site::Call;
use super::detect::Detector;
use super::entry::{Entry, Kind, Parameters};
use super::finding::Finding;
use super::lines::{Header, LogFile, Told, write_line};
use super::options::LogOptions;
use super::remedy::model_of;
use super::scope::Scope;

/// Values of which no more than this is kept.
const LONGEST: usize = 1000;

/// The logs of one database.
#[derive(Debug, Default)]
pub(crate) struct Recorders {
    active: Arc<AtomicUsize>,
    transactions: AtomicU64,
    all: Mutex<Vec<Weak<Recorder>>>,
}

/// What ran.
pub(crate) struct Ran<'a> {
    pub(crate) kind: Kind,
    pub(crate) sql: &'a Arc<str>,
    pub(crate) parameters: &'a [Value],
    /// Rows read or changed, where there are any to speak of.
    pub(crate) outcome: Result<Option<u64>, &'a Error>,
    pub(crate) elapsed: Duration,
    /// How long ago it ended.
    pub(crate) since: Duration,
    pub(crate) waited: Duration,
    pub(crate) transaction: Option<u64>,
    pub(crate) plan: Option<Plan>,
}

impl Recorders {
    pub(crate) fn begin(&self, options: LogOptions, registry: &Arc<Registry>, system: &str) -> Log {
        let mut state = State {
            entries: VecDeque::new(),
            next: 1,
            forgotten: 0,
            detector: Detector::new(options.watch),
            writer: options.writer,
        };
        state.write(&Header::new(system));
        let recorder = Arc::new(Recorder {
            capacity: options.capacity,
            shown: options.shown,
            quiet: options.quiet,
            slow: options.watch.slow.filter(|_| options.plans),
            system: system.to_owned(),
            secret: RandomState::new(),
            registry: Arc::clone(registry),
            state: Mutex::new(state),
        });
        let mut all = lock(&self.all);
        all.retain(|recorder| recorder.strong_count() > 0);
        all.push(Arc::downgrade(&recorder));
        self.active.fetch_add(1, Ordering::Relaxed);
        Log { recorder, active: Arc::clone(&self.active) }
    }

    /// Whether anything is recorded at all.
    pub(crate) fn is_active(&self) -> bool {
        self.active.load(Ordering::Relaxed) > 0
    }

    pub(crate) fn next_transaction(&self) -> u64 {
        self.transactions.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether a statement that took so long shall be explained.
    pub(crate) fn wants_plan(&self, elapsed: Duration) -> bool {
        lock(&self.all)
            .iter()
            .filter_map(Weak::upgrade)
            .any(|recorder| recorder.slow.is_some_and(|limit| elapsed > limit))
    }

    pub(crate) fn record(&self, ran: &Ran<'_>) {
        // Not locked while each records: what a warning sets off may ask the database again.
        let recorders: Vec<Arc<Recorder>> = lock(&self.all).iter().filter_map(Weak::upgrade).collect();
        for recorder in recorders {
            recorder.record(ran);
        }
    }
}

impl Recorders {
    /// The rows that something was read along with are gone; they were asked for it, or not.
    pub(crate) fn read_along(&self, read: &Along, used: bool) {
        let recorders: Vec<Arc<Recorder>> = lock(&self.all).iter().filter_map(Weak::upgrade).collect();
        for recorder in recorders.into_iter().filter(|recorder| !recorder.quiet) {
            recorder.read_along(read, used);
        }
    }
}

struct Recorder {
    capacity: usize,
    shown: bool,
    /// Whether nothing is looked for.
    quiet: bool,
    /// From when on plans are wanted.
    slow: Option<Duration>,
    system: String,
    /// Makes fingerprints that nobody can compute from guessed values.
    secret: RandomState,
    registry: Arc<Registry>,
    state: Mutex<State>,
}

struct State {
    entries: VecDeque<Entry>,
    next: u64,
    forgotten: u64,
    detector: Detector,
    writer: Option<Box<dyn Write + Send>>,
}

impl State {
    fn write(&mut self, line: &impl serde::Serialize) {
        if let Some(writer) = &mut self.writer
            && let Err(error) = write_line(&mut **writer, line)
        {
            tracing::warn!(target: "embellie::log", %error, "the log cannot be written; nothing more is");
            self.writer = None;
        }
    }
}

impl Recorder {
    fn record(&self, ran: &Ran<'_>) {
        let scope = Scope::current();
        let call = Call::current();
        let mut entry = Entry {
            number: 0,
            started: Timestamp::now().checked_sub(ran.elapsed + ran.since).unwrap_or_default(),
            waited: ran.waited,
            elapsed: ran.elapsed,
            kind: ran.kind,
            sql: Arc::clone(ran.sql),
            parameters: if self.shown {
                Parameters::Shown(ran.parameters.iter().map(shown).collect())
            } else {
                Parameters::Hidden(ran.parameters.len())
            },
            model: None,
            rows: ran.outcome.ok().flatten(),
            error: ran.outcome.err().map(class_and_code),
            site: call.map(|call| call.site.into()),
            call: call.map_or(0, |call| call.number),
            task: tokio::task::try_id().and_then(|id| id.to_string().parse().ok()),
            transaction: ran.transaction,
            scope_number: scope.as_ref().map(|scope| scope.number),
            scope: scope.map(|scope| scope.name),
            fingerprint: self.fingerprint(ran.parameters),
        };
        let told = {
            let mut state = lock(&self.state);
            entry.number = state.next;
            state.next += 1;
            if ran.kind != Kind::Control && !self.quiet {
                let outline = state.detector.outline(ran.sql);
                let model = outline.tables.first().and_then(|table| model_of(&self.registry, table));
                entry.model = model.map(|model| model.label().into());
            }
            let told = match self.quiet {
                true => Vec::new(),
                false => {
                    let plan = ran.plan.clone().map(|plan| if self.shown { plan } else { plan.without_values() });
                    state.detector.see(&entry, plan, Some(&self.registry))
                }
            };
            state.write(&entry);
            told.iter().for_each(|finding| state.write(&Told::of(finding)));
            if state.entries.len() >= self.capacity {
                state.forgotten += 1;
                state.entries.pop_front();
            }
            if self.capacity > 0 {
                state.entries.push_back(entry);
            }
            told
        };
        told.iter().for_each(warn);
    }

    fn read_along(&self, read: &Along, used: bool) {
        let told = {
            let state = &mut *lock(&self.state);
            // A statement that this log did not see, or has forgotten, is none of its.
            let mut of_call = state.entries.iter().rev().filter(|entry| read.may_be_of(entry));
            let Some(entry) = of_call.find(|entry| read.is_of(&state.detector.outline(&entry.sql))) else { return };
            let told = state.detector.see_along(entry, read, used);
            told.iter().for_each(|finding| state.write(&Told::of(finding)));
            told
        };
        told.iter().for_each(warn);
    }

    /// Equal for equal values. Half of the bits, so that every reader of JSON keeps them.
    fn fingerprint(&self, values: &[Value]) -> u64 {
        let mut hasher = HashText(self.secret.build_hasher());
        for value in values {
            // Writing to a hasher cannot fail.
            let _ = fmt::Write::write_fmt(&mut hasher, format_args!("{value:?},"));
        }
        hasher.0.finish() >> 32
    }
}

struct HashText<H>(H);

impl<H: Hasher> fmt::Write for HashText<H> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

fn shown(value: &Value) -> String {
    let mut text = value.to_string();
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// The class of an error and the database's code; messages may be long, and are told to who asked.
pub(crate) fn class_and_code(error: &Error) -> String {
    match code(error) {
        Some(code) => format!("{} {code}", error.class()),
        None => error.class().to_owned(),
    }
}

/// The database's code for an error.
pub(crate) fn code(error: &Error) -> Option<&str> {
    match error {
        Error::Integrity(said) | Error::Data(said) | Error::Operational(said) | Error::Programming(said) => {
            said.code.as_deref()
        }
        _ => None,
    }
}

fn warn(finding: &Finding) {
    let site = finding.site.as_ref().map(ToString::to_string);
    let model = finding.model.as_deref();
    let plan = finding.plan.as_ref().map(|plan| plan.to_string().replace('\n', "; "));
    tracing::warn!(
        target: "embellie::log",
        finding = finding.kind.name(),
        times = finding.times,
        total_ms = finding.total.as_secs_f64() * 1e3,
        db.query.text = &*finding.sql,
        model,
        site,
        plan,
        "{}",
        finding.advice,
    );
}

/// Records what a database does while it lives: Django's `connection.queries`.
///
/// [`Database::log`](crate::Database::log) begins one. It sees the statements of all users of the database, in the order in
/// which they end, and steps of transactions as well. Values of placeholders are left out, unless
/// [`LogOptions::show_parameters`] asks for them.
#[must_use = "a log records for as long as it lives"]
pub struct Log {
    recorder: Arc<Recorder>,
    active: Arc<AtomicUsize>,
}

impl Log {
    /// What was recorded so far, the oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.recorder.state).entries.iter().cloned().collect()
    }

    /// What was recorded so far, without steps of transactions.
    pub fn statements(&self) -> Vec<Entry> {
        lock(&self.recorder.state).entries.iter().filter(|entry| !entry.is_control()).cloned().collect()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        lock(&self.recorder.state).entries.len()
    }

    /// Whether nothing was recorded so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many statements were recorded so far, without steps of transactions.
    pub fn count(&self) -> usize {
        lock(&self.recorder.state).entries.iter().filter(|entry| !entry.is_control()).count()
    }

    /// How many entries were dropped, since there were more than the log keeps.
    pub fn forgotten(&self) -> u64 {
        lock(&self.recorder.state).forgotten
    }

    /// Drops what was recorded and found so far: Django's `reset_queries`.
    pub fn clear(&self) {
        let mut state = lock(&self.recorder.state);
        state.entries.clear();
        state.detector.clear();
    }

    /// What was done more often, or for longer, than it has to be.
    pub fn findings(&self) -> Vec<Finding> {
        lock(&self.recorder.state).detector.findings(Some(&self.recorder.registry))
    }

    /// What was recorded so far, as it is read from a file.
    pub(crate) fn to_file(&self) -> LogFile {
        let told = self.findings().iter().map(Told::of).collect();
        LogFile { system: self.recorder.system.clone(), entries: self.entries(), told }
    }

    /// Writes what was recorded as lines of JSON, which [`read`](super::read) and `embellie profile` read.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_to(&self, mut writer: impl Write) -> std::io::Result<()> {
        write_line(&mut writer, &Header::new(&self.recorder.system))?;
        self.entries().iter().try_for_each(|entry| write_line(&mut writer, entry))?;
        self.findings().iter().try_for_each(|finding| write_line(&mut writer, &Told::of(finding)))?;
        writer.flush()
    }

    /// Writes out what a writer of [`LogOptions::write_to`] still holds back.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&self) -> std::io::Result<()> {
        lock(&self.recorder.state).writer.as_mut().map_or(Ok(()), |writer| writer.flush())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.active.fetch_sub(1, Ordering::Relaxed);
        if let Err(error) = self.flush() {
            tracing::warn!(target: "embellie::log", %error, "the end of the log cannot be written");
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("entries", &self.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
