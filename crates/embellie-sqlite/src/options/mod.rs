//! How a database is opened.

use std::path::PathBuf;
use std::time::Duration;

mod parse;

/// How to open an SQLite database: where it is, and how its connections behave.
///
/// ```
/// use std::time::Duration;
/// use embellie_sqlite::{SqliteOptions, Synchronous};
///
/// let options = SqliteOptions::file("shop.sqlite3")
///     .busy_timeout(Duration::from_secs(10))
///     .synchronous(Synchronous::Normal);
/// let same: SqliteOptions = "sqlite://shop.sqlite3?busy_timeout=10s&synchronous=normal".parse().unwrap();
/// assert_eq!(options, same);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    pub(crate) location: Location,
    pub(crate) access: Access,
    pub(crate) busy_timeout: Duration,
    pub(crate) inline_budget: Duration,
    pub(crate) statement_cache: usize,
    pub(crate) foreign_keys: bool,
    pub(crate) journal_mode: JournalMode,
    pub(crate) synchronous: Synchronous,
    pub(crate) transaction_mode: TransactionMode,
    pub(crate) max_page_count: Option<u32>,
    pub(crate) application_id: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    File(PathBuf),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    ReadOnly,
    ReadWrite,
    Create,
}

/// SQLite's journal, `PRAGMA journal_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalMode {
    /// A write-ahead log: readers and a writer work side by side. The default.
    Wal,
    /// A rollback journal, deleted after each transaction: SQLite's own default.
    Delete,
    /// A rollback journal that is emptied.
    Truncate,
    /// A rollback journal that is kept.
    Persist,
    /// A rollback journal in memory: a crash in the middle of a transaction may damage the database.
    Memory,
}

/// How hard SQLite makes sure that a commit has reached the disk, `PRAGMA synchronous`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Synchronous {
    /// It leaves that to the operating system: a loss of power may damage the database.
    Off,
    /// It waits at the critical moments: with a write-ahead log, a loss of power may undo the last commits. A commit
    /// then takes place on the thread of its task, though one in some hundreds has to wait for the disk.
    Normal,
    /// It waits at every commit. The default.
    Full,
    /// As `Full`, and it also waits for the directory.
    Extra,
}

/// How a transaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionMode {
    /// It locks nothing until its first statement. A transaction that reads first and writes later fails at once when
    /// another one has written in between. Django's default.
    Deferred,
    /// It takes the write lock, and waits for it if need be; readers outside transactions go on. The default here: it
    /// never fails for having read first.
    Immediate,
    /// It locks everybody out (with a write-ahead log: as `Immediate`).
    Exclusive,
}

impl SqliteOptions {
    /// A database in memory, private to one connection and gone with it.
    pub fn in_memory() -> Self {
        SqliteOptions::at(Location::Memory)
    }

    /// A database file, made when there is none.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        SqliteOptions::at(Location::File(path.into()))
    }

    fn at(location: Location) -> Self {
        SqliteOptions {
            location,
            access: Access::Create,
            busy_timeout: Duration::from_secs(5),
            inline_budget: Duration::from_millis(1),
            statement_cache: 256,
            foreign_keys: true,
            journal_mode: JournalMode::Wal,
            synchronous: Synchronous::Full,
            transaction_mode: TransactionMode::Immediate,
            max_page_count: None,
            application_id: None,
        }
    }

    /// How long to wait for another connection's lock before giving up with a retryable
    /// [`Error::Operational`](embellie_core::Error::Operational). 5 seconds unless set (Django's `timeout`).
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How long a statement may run on the thread of the task before it makes room for others. 1 millisecond unless
    /// set.
    #[must_use]
    pub fn inline_budget(mut self, budget: Duration) -> Self {
        self.inline_budget = budget;
        self
    }

    /// How many prepared statements each connection keeps. 256 unless set; 0 keeps none.
    #[must_use]
    pub fn statement_cache(mut self, size: usize) -> Self {
        self.statement_cache = size;
        self
    }

    /// Whether foreign keys are enforced. They are unless set.
    #[must_use]
    pub fn foreign_keys(mut self, enforce: bool) -> Self {
        self.foreign_keys = enforce;
        self
    }

    /// The journal. The choice is written to the database file. Not applied when read-only.
    #[must_use]
    pub fn journal_mode(mut self, mode: JournalMode) -> Self {
        self.journal_mode = mode;
        self
    }

    /// How hard a commit is made to last.
    #[must_use]
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// How transactions begin. A read-only database always uses [`TransactionMode::Deferred`].
    #[must_use]
    pub fn transaction_mode(mut self, mode: TransactionMode) -> Self {
        self.transaction_mode = mode;
        self
    }

    /// Opens the file for reading only; it must exist.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    /// Opens the file only if it exists.
    #[must_use]
    pub fn must_exist(mut self) -> Self {
        if self.access == Access::Create {
            self.access = Access::ReadWrite;
        }
        self
    }

    /// The number of pages that the database may grow to, after which it is "full".
    #[must_use]
    pub fn max_page_count(mut self, pages: u32) -> Self {
        self.max_page_count = Some(pages);
        self
    }

    /// The number that a new file gets, for others to see whose it is: `PRAGMA application_id`, bytes 68 to 71 of the
    /// file. A file that has tables keeps the number it has.
    #[must_use]
    pub fn application_id(mut self, id: i32) -> Self {
        self.application_id = Some(id);
        self
    }

    /// Whether a commit waits for a disk.
    pub(crate) fn syncs_on_commit(&self) -> bool {
        let least = match self.journal_mode {
            JournalMode::Wal => Synchronous::Full,
            _ => Synchronous::Normal,
        };
        self.location != Location::Memory && self.synchronous >= least
    }

    pub(crate) fn begin_sql(&self) -> &'static str {
        match (self.access, self.transaction_mode) {
            (Access::ReadOnly, _) | (_, TransactionMode::Deferred) => "BEGIN DEFERRED",
            (_, TransactionMode::Immediate) => "BEGIN IMMEDIATE",
            (_, TransactionMode::Exclusive) => "BEGIN EXCLUSIVE",
        }
    }
}

impl JournalMode {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            JournalMode::Wal => "wal",
            JournalMode::Delete => "delete",
            JournalMode::Truncate => "truncate",
            JournalMode::Persist => "persist",
            JournalMode::Memory => "memory",
        }
    }
}

impl Synchronous {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Synchronous::Off => "off",
            Synchronous::Normal => "normal",
            Synchronous::Full => "full",
            Synchronous::Extra => "extra",
        }
    }
}
