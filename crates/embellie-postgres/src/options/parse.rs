//! Options from a URL.

use std::str::FromStr;
use std::time::Duration;

use embellie_core::{Error, did_you_mean};
use percent_encoding::percent_decode_str;
use url::Url;

use super::{Host, PostgresOptions, TlsMode};

/// The options that a URL may hold, with what each may be.
const CHOICES: [(&str, &str); 20] = [
    ("host", "a name, an address or the directory of a Unix socket"),
    ("port", "a number from 1 to 65535"),
    ("user", "a name"),
    ("password", "text"),
    ("dbname", "a name"),
    ("application_name", "a name"),
    ("options", "command-line options of the server, such as -c search_path=shop"),
    ("connect_timeout", "a time such as 5s or 500ms, a number of seconds, or 0 to wait for ever"),
    ("statement_timeout", "a time such as 5s, or a number of milliseconds"),
    ("lock_timeout", "a time such as 5s, or a number of milliseconds"),
    ("statement_cache", "a number of statements"),
    ("sslmode", "disable, prefer, require, verify-ca or verify-full"),
    ("sslrootcert", "a file, or system"),
    ("sslcert", "a file"),
    ("sslkey", "a file"),
    ("keepalives", "on or off"),
    ("keepalives_idle", "a time such as 30s, or a number of seconds"),
    ("keepalives_interval", "a time such as 5s, or a number of seconds"),
    ("keepalives_count", "a number of checks"),
    ("tcp_user_timeout", "a time such as 10s, or a number of milliseconds"),
];

impl FromStr for PostgresOptions {
    type Err = Error;

    /// Reads a URL; see [`PostgresOptions::from_url`].
    fn from_str(url: &str) -> Result<Self, Error> {
        // The parser's error names what is wrong, and not the text, which may hold a password.
        let url = Url::parse(url).map_err(|e| {
            configuration(format!("a PostgreSQL database is given as postgres://user:password@host/database: {e}"))
        })?;
        PostgresOptions::from_url(&url)
    }
}

impl PostgresOptions {
    /// Reads a URL such as `postgres://user:password@host:port/database?option=value`. Parts that are left out take
    /// PostgreSQL's defaults: `localhost`, 5432, the operating system's user, and the database that has the user's
    /// name. A Unix socket is given by its directory: `postgres:///database?host=/run/postgresql`.
    ///
    /// | option | value | sets |
    /// |---|---|---|
    /// | `host`, `port`, `user`, `password`, `dbname` | | the same as in the URL's front |
    /// | `application_name` | a name | [`application_name`](Self::application_name) |
    /// | `options` | text | [`server_options`](Self::server_options) |
    /// | `connect_timeout` | `5s`, `5` (seconds) | [`connect_timeout`](Self::connect_timeout) |
    /// | `statement_timeout` | `30s`, `500` (milliseconds) | [`statement_timeout`](Self::statement_timeout) |
    /// | `lock_timeout` | `30s`, `500` (milliseconds) | [`lock_timeout`](Self::lock_timeout) |
    /// | `statement_cache` | a number | [`statement_cache`](Self::statement_cache) |
    /// | `sslmode` | `disable`, `prefer`, `require`, `verify-ca`, `verify-full` | [`tls_mode`](Self::tls_mode) |
    /// | `sslrootcert` | a file, `system` | [`root_certificates`](Self::root_certificates) |
    /// | `sslcert`, `sslkey` | a file | [`client_certificate`](Self::client_certificate) |
    /// | `keepalives` | `on`, `off` | [`keepalives`](Self::keepalives) |
    /// | `keepalives_idle`, `keepalives_interval` | `30s`, `30` (seconds) | [`keepalives_idle`](Self::keepalives_idle); the time between checks |
    /// | `keepalives_count` | a number | how many checks fail before the connection is lost |
    /// | `tcp_user_timeout` | `10s`, `500` (milliseconds) | how long sent data may stay unacknowledged (Linux) |
    ///
    /// # Errors
    /// [`Error::ImproperlyConfigured`] when the URL is not PostgreSQL's or holds an option that is unknown or
    /// malformed. The password is never part of the message.
    pub fn from_url(url: &Url) -> Result<Self, Error> {
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(configuration(format!(
                "the URL of a PostgreSQL database begins with postgres://, not {}:",
                url.scheme()
            )));
        }
        // What looks like a path would be taken as the database's name, password and all.
        if !url.has_authority() {
            return Err(configuration(
                "a PostgreSQL database is given as postgres://user:password@host/database".into(),
            ));
        }
        let mut options = PostgresOptions::at(Host::Tcp("localhost".into()));
        if let Some(host) = url.host_str().filter(|host| !host.is_empty()) {
            options.host = host_of(&decoded("host", host)?)?;
        }
        if let Some(port) = url.port() {
            options.set("port", &port.to_string())?;
        }
        if !url.username().is_empty() {
            options.user = Some(decoded("user", url.username())?);
        }
        if let Some(password) = url.password() {
            options.password = Some(decoded("password", password)?);
        }
        let database = url.path().strip_prefix('/').unwrap_or(url.path());
        if !database.is_empty() {
            options.database = Some(decoded("database", database)?);
        }
        for (name, value) in url.query_pairs() {
            options.set(&name, &value)?;
        }
        if options.client_certificate.is_some() != options.client_key.is_some() {
            return Err(configuration("sslcert and sslkey are given together, or neither".into()));
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
            return Err(configuration(format!(
                "a PostgreSQL URL has no option '{name}'{near}; the options are {}",
                names.join(", ")
            )));
        };
        if name == "host" {
            self.host = host_of(value)?;
            return Ok(());
        }
        self.apply(name, value).ok_or_else(|| {
            let shown = if matches!(name, "password" | "options") { "…" } else { value };
            configuration(format!("the option {name} of a PostgreSQL URL is {choices}, not '{shown}'"))
        })
    }

    fn apply(&mut self, name: &str, value: &str) -> Option<()> {
        let (seconds, milliseconds) = (Duration::from_secs(1), Duration::from_millis(1));
        let named = || Some(value.to_owned()).filter(|value| !value.is_empty() && !value.contains('\0'));
        match name {
            "port" => self.port = value.parse().ok().filter(|&port| port > 0)?,
            "user" => self.user = Some(named()?),
            "password" => self.password = Some(named()?),
            "dbname" => self.database = Some(named()?),
            "application_name" => self.application_name = Some(named()?),
            "options" => self.server_options = Some(named()?),
            "connect_timeout" => self.connect_timeout = duration(value, seconds)?,
            "statement_timeout" => self.statement_timeout = Some(duration(value, milliseconds)?),
            "lock_timeout" => self.lock_timeout = Some(duration(value, milliseconds)?),
            "statement_cache" => self.statement_cache = value.parse().ok()?,
            "sslmode" => self.tls_mode = TlsMode::named(value)?,
            "sslrootcert" if value == "system" => self.root_certificates = None,
            "sslrootcert" => self.root_certificates = Some(named()?.into()),
            "sslcert" => self.client_certificate = Some(named()?.into()),
            "sslkey" => self.client_key = Some(named()?.into()),
            "keepalives" => {
                self.keepalive.enabled = match value {
                    "on" | "true" | "1" => true,
                    "off" | "false" | "0" => false,
                    _ => return None,
                }
            }
            "keepalives_idle" => self.keepalive.idle = Some(duration(value, seconds)?),
            "keepalives_interval" => self.keepalive.interval = Some(duration(value, seconds)?),
            "keepalives_count" => self.keepalive.retries = Some(value.parse().ok()?),
            "tcp_user_timeout" => self.keepalive.user_timeout = Some(duration(value, milliseconds)?),
            _ => return None,
        }
        Some(())
    }
}

impl TlsMode {
    fn named(name: &str) -> Option<Self> {
        match name {
            "disable" => Some(TlsMode::Disable),
            "prefer" => Some(TlsMode::Prefer),
            "require" => Some(TlsMode::Require),
            "verify-ca" => Some(TlsMode::VerifyCa),
            "verify-full" => Some(TlsMode::VerifyFull),
            _ => None,
        }
    }
}

fn configuration(message: String) -> Error {
    Error::ImproperlyConfigured(message)
}

fn decoded(part: &str, text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8().ok().filter(|text| !text.contains('\0'));
    decoded.map(Into::into).ok_or_else(|| {
        configuration(format!("the {part} of a PostgreSQL URL must be UTF-8 without NUL after percent-decoding"))
    })
}

fn host_of(text: &str) -> Result<Host, Error> {
    if text.is_empty() || text.contains([',', '\0']) {
        return Err(configuration(
            "a PostgreSQL URL names one host: a name, an address, or a directory that begins with /".into(),
        ));
    }
    // A URL has an IPv6 address in brackets.
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    Ok(Host::from_text(bare.to_owned()))
}

/// `5s`, `500ms`, `2min`, or a number of `unit`s.
fn duration(text: &str, unit: Duration) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let number: u32 = number.parse().ok()?;
    let unit = match suffix {
        "" => unit,
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "min" => Duration::from_secs(60),
        _ => return None,
    };
    unit.checked_mul(number)
}
