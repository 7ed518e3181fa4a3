//! Where the shop is: what the demo has to know of each kind of database before it connects.

mod file;

use std::path::{Path, PathBuf};

use embellie::ServerInfo;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::failure::Failure;

pub(super) use file::{Found, inspect};

/// Where the shop is when nothing is said.
pub(crate) const DEFAULT_PLACE: &str = "shop.sqlite3";

/// Another place that the shop can be.
pub(super) const OTHER_PLACE: &str = "postgres://user@host/empty";

/// What may not stand in the path of a URL as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'?');

/// The mark in the header of the demo's files: "ebli".
const MARK: u32 = 0x6562_6c69;

/// Where the shop is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// In a file of ours, or in one that we make; with the options of its URL.
    File { path: PathBuf, options: String },
    /// In a database reached by a URL.
    Url(String),
}

impl Place {
    /// Reads what was given on the command line: a URL, or else a path.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let Some(rest) = text.strip_prefix("sqlite:") else {
            return match text {
                "" => Err(Failure::Other("the database has no name: give a file or a URL".to_owned())),
                url if url.contains("://") => Ok(Place::Url(url.to_owned())),
                path => Ok(Place::File { path: path.into(), options: String::new() }),
            };
        };
        let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
        if path == ":memory:" || options.split('&').any(|option| option == "mode=memory") {
            return Ok(Place::Url(text.to_owned()));
        }
        let path = percent_decode_str(path.strip_prefix("//").unwrap_or(path)).decode_utf8_lossy();
        Ok(Place::File { path: PathBuf::from(&*path), options: options.to_owned() })
    }

    /// The file, if the shop is in one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Place::File { path, .. } => Some(path),
            Place::Url(_) => None,
        }
    }

    /// The URL to connect to for reading only, where that can be said.
    pub(super) fn reading(&self) -> Result<String, Failure> {
        self.url(&[], &["mode=ro"])
    }

    /// The URL to connect to. What the demo writes can be made anew, so that no disk has to be waited for.
    pub(super) fn writing(&self) -> Result<String, Failure> {
        self.url(&["synchronous=normal", &format!("application_id={MARK}")], &[])
    }

    fn url(&self, before: &[&str], after: &[&str]) -> Result<String, Failure> {
        let Place::File { path, options } = self else {
            let Place::Url(url) = self else { return Ok(String::new()) };
            return Ok(url.clone());
        };
        let Some(text) = path.to_str() else {
            return Err(Failure::Other(format!("the path '{}' is not Unicode", path.display())));
        };
        let given = Some(options.as_str()).filter(|options| !options.is_empty());
        let options: Vec<&str> = before.iter().copied().chain(given).chain(after.iter().copied()).collect();
        Ok(format!("sqlite://{}?{}", utf8_percent_encode(text, ESCAPED), options.join("&")))
    }
}

/// As it may be shown: without a password.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::File { path, .. } => write!(f, "{}", path.display()),
            Place::Url(url) => match url::Url::parse(url) {
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
pub(super) fn product(server: &ServerInfo) -> String {
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

    fn place(text: &str) -> Place {
        Place::parse(text).unwrap()
    }

    #[test]
    fn paths_and_urls() {
        assert_eq!(place("a b#c%?.db").file(), Some(Path::new("a b#c%?.db")));
        assert_eq!(place("a b#c%?.db").reading().unwrap(), "sqlite://a%20b%23c%25%3F.db?mode=ro");
        assert_eq!(place("sqlite:///srv/a%20b.db?busy_timeout=9s").file(), Some(Path::new("/srv/a b.db")));
        assert_eq!(
            place("sqlite://a.db?busy_timeout=9s").writing().unwrap(),
            "sqlite://a.db?synchronous=normal&application_id=1700949097&busy_timeout=9s"
        );
        assert_eq!(place("sqlite://a.db?mode=rwc").reading().unwrap(), "sqlite://a.db?mode=rwc&mode=ro");
        assert_eq!(place("sqlite::memory:").file(), None);
        assert!(Place::parse("").is_err());
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(place("postgres://me:secret@host:1/shop?x=y").to_string(), "postgres://me@host:1/shop");
        assert_eq!(place("postgres://me:sec ret@[host/shop").to_string(), "postgres:…");
        assert_eq!(place("shop.db").to_string(), "shop.db");
    }
}
