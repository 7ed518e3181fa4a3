//! Which database is meant, and how it is opened for reading only.

use std::fmt;
use std::path::{Path, PathBuf};

use embellie::{ServerInfo, Sql};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::failure::Failure;

/// What may not stand in the path of a URL as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'?');

/// How a file of a database begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Where a database is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Address {
    File { path: PathBuf, options: String },
    Url(String),
}

impl Address {
    /// Reads what was given on the command line: a URL, or else the path of a file.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let Some(rest) = text.strip_prefix("sqlite:") else {
            return match text {
                "" => Err(Failure::Other("the database has no name: give a file or a URL".to_owned())),
                ":memory:" => Ok(Address::Url("sqlite::memory:".to_owned())),
                url if url.contains("://") => Ok(Address::Url(url.to_owned())),
                path => Ok(Address::File { path: path.into(), options: String::new() }),
            };
        };
        let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
        if path == ":memory:" || options.split('&').any(|option| option == "mode=memory") {
            return Ok(Address::Url(text.to_owned()));
        }
        let path = percent_decode_str(path.strip_prefix("//").unwrap_or(path)).decode_utf8_lossy();
        Ok(Address::File { path: PathBuf::from(&*path), options: options.to_owned() })
    }

    /// Refuses what cannot be a database, before anything opens it.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let Address::File { path, .. } = self else { return Ok(()) };
        let shown = path.display();
        let refuse = |why: &str| Err(Failure::Other(format!("'{shown}' {why}")));
        let mut header = Vec::new();
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Failure::Other(format!(
                    "there is no file '{shown}'; a database is a file or a URL, say postgres://user@host/name"
                )));
            }
            Err(error) => return refuse(&format!("cannot be read: {error}")),
            Ok(about) if about.is_dir() => return refuse("is a directory, not a database"),
            Ok(_) => {}
        }
        let read = std::fs::File::open(path).and_then(|file| {
            std::io::Read::read_to_end(&mut std::io::Read::take(file, MAGIC.len() as u64), &mut header)
        });
        match read {
            Err(error) => refuse(&format!("cannot be read: {error}")),
            // An empty file is a database without tables.
            Ok(0) => Ok(()),
            Ok(_) if header == MAGIC => Ok(()),
            Ok(_) => refuse("is not an SQLite database"),
        }
    }

    /// The file, where the database is in one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Address::File { path, .. } => Some(path),
            Address::Url(_) => None,
        }
    }

    /// The URL to connect to, with more options for a file: those that what was given may replace, and those that replace
    /// it.
    pub(crate) fn with(&self, before: &[&str], after: &[&str]) -> Result<String, Failure> {
        let (path, options) = match self {
            Address::File { path, options } => (path, options),
            Address::Url(url) => return Ok(url.clone()),
        };
        let Some(text) = path.to_str() else {
            return Err(Failure::Other(format!("the path '{}' is not Unicode", path.display())));
        };
        let given = Some(options.as_str()).filter(|options| !options.is_empty());
        let options: Vec<&str> = before.iter().copied().chain(given).chain(after.iter().copied()).collect();
        Ok(format!("sqlite://{}?{}", utf8_percent_encode(text, ESCAPED), options.join("&")))
    }

    /// The URL to connect to. The database itself refuses changes, unless they are asked for.
    pub(crate) fn url(&self, write: bool) -> Result<String, Failure> {
        Ok(match self {
            Address::File { .. } => self.with(&[], &[if write { "mode=rw" } else { "mode=ro" }])?,
            Address::Url(url) if write || url.starts_with("sqlite:") => url.clone(),
            Address::Url(url) => {
                let setting = utf8_percent_encode("-c default_transaction_read_only=on", NON_ALPHANUMERIC).to_string();
                match url.split_once("options=") {
                    // What is given goes first.
                    Some((before, rest)) => {
                        let (given, after) = rest.split_once('&').map_or((rest, ""), |(given, after)| (given, after));
                        let after = if after.is_empty() { String::new() } else { format!("&{after}") };
                        format!("{before}options={given}%20{setting}{after}")
                    }
                    None => format!("{url}{}options={setting}", if url.contains('?') { '&' } else { '?' }),
                }
            }
        })
    }

    /// What the database is called for short: at a prompt.
    pub(crate) fn name(&self) -> String {
        match self {
            Address::File { path, .. } => {
                path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            }
            Address::Url(url) => match url::Url::parse(url) {
                Ok(url) if url.has_host() => url.path().trim_start_matches('/').to_owned(),
                _ => "memory".to_owned(),
            },
        }
    }
}

/// As it may be shown: without a password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::File { path, .. } => write!(f, "{}", path.display()),
            Address::Url(url) => match url::Url::parse(url) {
                Ok(mut parsed) => {
                    // A URL that cannot have a password has none to hide.
                    let _ = parsed.set_password(None);
                    parsed.set_query(None);
                    write!(f, "{parsed}")
                }
                Err(_) => write!(f, "{}:…", url.split(':').next().unwrap_or_default()),
            },
        }
    }
}

/// What a session that only reads begins each of its transactions with, where the connection's own setting can be lifted by
/// a statement: once a transaction has asked for something, nothing in it gives it back the right to write.
pub(crate) fn opening(server: &ServerInfo) -> Option<Sql> {
    match server.dialect {
        "postgres" => Some(Sql::from("SELECT set_config('transaction_read_only', 'on', true)")),
        _ => None,
    }
}

/// The server's product and version, for people.
pub(crate) fn product(server: &ServerInfo) -> String {
    let (major, minor, patch) = server.version;
    match server.dialect {
        "sqlite" => format!("SQLite {major}.{minor}.{patch}"),
        "postgres" => format!("PostgreSQL {major}.{minor}"),
        other => format!("{other} {major}.{minor}.{patch}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str, write: bool) -> String {
        Address::parse(text).unwrap().url(write).unwrap()
    }

    #[test]
    fn a_database_is_opened_for_reading_unless_asked_otherwise() {
        assert_eq!(url("a b.db", false), "sqlite://a%20b.db?mode=ro");
        assert_eq!(url("sqlite:///srv/a.db?busy_timeout=9s", true), "sqlite:///srv/a.db?busy_timeout=9s&mode=rw");
        let setting = "%2Dc%20default%5Ftransaction%5Fread%5Fonly%3Don";
        assert_eq!(url("postgres://me@h/shop", false), format!("postgres://me@h/shop?options={setting}"));
        assert_eq!(
            url("postgres://me@h/shop?options=-c%20x%3D1&sslmode=disable", false),
            format!("postgres://me@h/shop?options=-c%20x%3D1%20{setting}&sslmode=disable")
        );
        assert_eq!(url("postgres://me@h/shop", true), "postgres://me@h/shop");
    }

    #[test]
    fn a_path_is_the_same_file_however_it_is_written() {
        let file = |text: &str| Address::parse(text).unwrap().file().map(Path::to_owned);
        assert_eq!(file("a b#c%?.db"), Some(PathBuf::from("a b#c%?.db")));
        assert_eq!(url("a b#c%?.db", false), "sqlite://a%20b%23c%25%3F.db?mode=ro");
        for text in ["/srv/a b.db", "sqlite:///srv/a b.db", "sqlite:/srv/a%20b.db", "sqlite:///srv/a%20b.db?mode=rwc"] {
            assert_eq!(file(text), Some(PathBuf::from("/srv/a b.db")), "{text}");
        }
        assert_eq!(url("sqlite://a.db?mode=rwc", false), "sqlite://a.db?mode=rwc&mode=ro");
        assert_eq!((file("sqlite::memory:"), file(":memory:")), (None, None));
        assert!(Address::parse("").is_err());
    }

    #[test]
    fn what_is_shown_has_no_password() {
        assert_eq!(Address::parse("postgres://me:sec ret@[host/shop").unwrap().to_string(), "postgres:…");
        let address = Address::parse("postgres://me:secret@host:1/shop?x=y").unwrap();
        assert_eq!((address.to_string().as_str(), address.name().as_str()), ("postgres://me@host:1/shop", "shop"));
    }
}
