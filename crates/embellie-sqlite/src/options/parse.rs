//! Options from a URL.

use std::str::FromStr;
use std::time::Duration;

use embellie_core::{Error, did_you_mean};

use super::{Access, JournalMode, Location, SqliteOptions, Synchronous, TransactionMode};

/// The options that a URL may hold, with what each may be.
const CHOICES: [(&str, &str); 10] = [
    ("mode", "ro, rw, rwc or memory"),
    ("busy_timeout", "a time such as 5s, 500ms or 0"),
    ("inline_budget", "a time such as 2ms or 500us"),
    ("statement_cache", "a number of statements"),
    ("foreign_keys", "on or off"),
    ("journal_mode", "wal, delete, truncate, persist or memory"),
    ("synchronous", "off, normal, full or extra"),
    ("transaction_mode", "deferred, immediate or exclusive"),
    ("max_page_count", "a number of pages"),
    ("application_id", "a whole number of 32 bits"),
];

impl FromStr for SqliteOptions {
    type Err = Error;

    /// Reads a URL: `sqlite://blog.sqlite3` (relative), `sqlite:///srv/blog.sqlite3` (absolute) or `sqlite::memory:`,
    /// with options after `?`, such as `mode=ro&busy_timeout=10s`. See [`SqliteOptions::from_path_and_query`].
    fn from_str(url: &str) -> Result<Self, Error> {
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return Err(Error::ImproperlyConfigured(
                "an SQLite database is given as sqlite://path, sqlite:///absolute/path or sqlite::memory:".into(),
            ));
        };
        let rest = rest.split('#').next().unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = percent_encoding::percent_decode_str(path).decode_utf8().map_err(|_| {
            Error::ImproperlyConfigured("the path of the SQLite URL is not UTF-8 after percent-decoding".into())
        })?;
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        SqliteOptions::from_path_and_query(&path, pairs)
    }
}

impl SqliteOptions {
    /// Reads a parsed URL, as [`FromStr`] does for text.
    ///
    /// # Errors
    /// [`Error::ImproperlyConfigured`] when the URL is not SQLite's or holds an option that is unknown or malformed.
    pub fn from_url(url: &url::Url) -> Result<Self, Error> {
        url.as_str().parse()
    }

    /// Options from a path (`:memory:` for a database in memory) and the pairs of a query string:
    ///
    /// | option | value | sets |
    /// |---|---|---|
    /// | `mode` | `ro`, `rw`, `rwc`, `memory` | [`read_only`](Self::read_only), [`must_exist`](Self::must_exist), neither, [`in_memory`](Self::in_memory) |
    /// | `busy_timeout` | `5s`, `500ms` | [`busy_timeout`](Self::busy_timeout) |
    /// | `inline_budget` | `2ms`, `500us` | [`inline_budget`](Self::inline_budget) |
    /// | `statement_cache` | a number | [`statement_cache`](Self::statement_cache) |
    /// | `foreign_keys` | `on`, `off` | [`foreign_keys`](Self::foreign_keys) |
    /// | `journal_mode` | `wal`, `delete`, `truncate`, `persist`, `memory` | [`journal_mode`](Self::journal_mode) |
    /// | `synchronous` | `off`, `normal`, `full`, `extra` | [`synchronous`](Self::synchronous) |
    /// | `transaction_mode` | `deferred`, `immediate`, `exclusive` | [`transaction_mode`](Self::transaction_mode) |
    /// | `max_page_count` | a number | [`max_page_count`](Self::max_page_count) |
    /// | `application_id` | a number | [`application_id`](Self::application_id) |
    ///
    /// # Errors
    /// [`Error::ImproperlyConfigured`] when the path is empty, or an option is unknown or malformed.
    pub fn from_path_and_query<K, V>(path: &str, pairs: impl IntoIterator<Item = (K, V)>) -> Result<Self, Error>
    where
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let mut options = match path {
            ":memory:" => SqliteOptions::in_memory(),
            path => SqliteOptions::file(path),
        };
        for (name, value) in pairs {
            options.set(name.as_ref(), value.as_ref())?;
        }
        if options.location == Location::File("".into()) {
            return Err(Error::ImproperlyConfigured(
                "the SQLite URL names no file; write sqlite://path, sqlite:///absolute/path or sqlite::memory:".into(),
            ));
        }
        Ok(options)
    }

    /// The names of the options that a URL may hold.
    pub fn option_names() -> impl Iterator<Item = &'static str> {
        CHOICES.iter().map(|&(name, _)| name)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let Some(&(_, choices)) = CHOICES.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = Self::option_names().collect();
            let near = did_you_mean(name, names.iter().copied());
            return Err(Error::ImproperlyConfigured(format!(
                "an SQLite URL has no option '{name}'{near}; the options are {}",
                names.join(", ")
            )));
        };
        self.apply(name, value).ok_or_else(|| {
            Error::ImproperlyConfigured(format!("the option {name} of an SQLite URL is {choices}, not '{value}'"))
        })
    }

    fn apply(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "mode" => match value {
                "ro" => self.access = Access::ReadOnly,
                "rw" => self.access = Access::ReadWrite,
                "rwc" => self.access = Access::Create,
                "memory" => self.location = Location::Memory,
                _ => return None,
            },
            "busy_timeout" => self.busy_timeout = duration(value)?,
            "inline_budget" => self.inline_budget = duration(value)?,
            "statement_cache" => self.statement_cache = value.parse().ok()?,
            "max_page_count" => self.max_page_count = Some(value.parse().ok().filter(|&pages| pages > 0)?),
            "application_id" => self.application_id = Some(value.parse().ok()?),
            "foreign_keys" => {
                self.foreign_keys = match value {
                    "on" | "true" | "1" => true,
                    "off" | "false" | "0" => false,
                    _ => return None,
                }
            }
            "journal_mode" => {
                use JournalMode::*;
                self.journal_mode = by_keyword(value, [Wal, Delete, Truncate, Persist, Memory], JournalMode::keyword)?;
            }
            "synchronous" => {
                use Synchronous::*;
                self.synchronous = by_keyword(value, [Off, Normal, Full, Extra], Synchronous::keyword)?;
            }
            "transaction_mode" => {
                self.transaction_mode = match value.to_ascii_lowercase().as_str() {
                    "deferred" => TransactionMode::Deferred,
                    "immediate" => TransactionMode::Immediate,
                    "exclusive" => TransactionMode::Exclusive,
                    _ => return None,
                }
            }
            _ => return None,
        }
        Some(())
    }
}

fn by_keyword<T: Copy, const N: usize>(value: &str, choices: [T; N], keyword: fn(T) -> &'static str) -> Option<T> {
    choices.into_iter().find(|&choice| keyword(choice).eq_ignore_ascii_case(value))
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    match unit {
        "us" => Some(Duration::from_micros(number)),
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "" if number == 0 => Some(Duration::ZERO),
        _ => None,
    }
}
