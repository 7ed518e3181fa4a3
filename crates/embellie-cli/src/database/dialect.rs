//! Which database is meant, and how it is opened for reading only.

use std::fmt;
use std::path::{Path, PathBuf};

use embellie::ServerInfo;
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
        let refuse = |why: &str| Err(Failure::Other(format!("'{}' {why}", path.display())));
        let mut header = Vec::new();
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return refuse(
                    "does not exist. Give the path of an SQLite file, or a URL such as postgres://user@host/name",
                );
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

    /// The URL to connect to. The database itself refuses changes, unless they are asked for.
    pub(crate) fn url(&self, write: bool) -> String {
        match self {
            Address::File { path, options } => {
                let mode = if write { "mode=rw" } else { "mode=ro" };
                let options = if options.is_empty() { mode.to_owned() } else { format!("{options}&{mode}") };
                format!("sqlite://{}?{options}", escaped(path))
            }
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
        }
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

fn escaped(path: &Path) -> String {
    utf8_percent_encode(&path.to_string_lossy(), ESCAPED).to_string()
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
        Address::parse(text).unwrap().url(write)
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
    fn what_is_shown_has_no_password() {
        let address = Address::parse("postgres://me:secret@host:1/shop?x=y").unwrap();
        assert_eq!((address.to_string().as_str(), address.name().as_str()), ("postgres://me@host:1/shop", "shop"));
    }
}
