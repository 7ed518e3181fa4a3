//! How a server is reached and how its sessions behave.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

mod parse;

/// How to reach a PostgreSQL database, and how the sessions there behave.
///
/// ```
/// use std::time::Duration;
/// use embellie_postgres::{PostgresOptions, TlsMode};
///
/// let options = PostgresOptions::new("db.example.org", "shop")
///     .user("ann")
///     .password("secret")
///     .tls_mode(TlsMode::VerifyFull)
///     .statement_timeout(Duration::from_secs(30));
/// let url = "postgres://ann:secret@db.example.org/shop?sslmode=verify-full&statement_timeout=30s";
/// assert_eq!(options, url.parse().unwrap());
/// assert!(!format!("{options:?}").contains("secret"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) application_name: Option<String>,
    pub(crate) server_options: Option<String>,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) lock_timeout: Option<Duration>,
    pub(crate) statement_cache: usize,
    pub(crate) tls_mode: TlsMode,
    pub(crate) root_certificates: Option<PathBuf>,
    pub(crate) client_certificate: Option<PathBuf>,
    pub(crate) client_key: Option<PathBuf>,
    pub(crate) keepalive: Keepalive,
}

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    Tcp(String),
    /// The directory of its Unix sockets.
    Unix(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keepalive {
    pub(crate) enabled: bool,
    pub(crate) idle: Option<Duration>,
    pub(crate) interval: Option<Duration>,
    pub(crate) retries: Option<u32>,
    pub(crate) user_timeout: Option<Duration>,
}

/// Whether a connection is encrypted, and whether the server must prove who it is: PostgreSQL's `sslmode`. A Unix
/// socket is never encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Never encrypted.
    Disable,
    /// Encrypted if the server offers it, without proof of who it is. The default, as PostgreSQL's.
    Prefer,
    /// Encrypted. No proof is asked for, unless root certificates are given: then as `VerifyCa`.
    Require,
    /// Encrypted, with a certificate by a known authority.
    VerifyCa,
    /// Encrypted, with a certificate by a known authority for this host.
    VerifyFull,
}

impl PostgresOptions {
    /// The database `database` of the server at `host`: a name, an address, or a directory that holds its Unix
    /// sockets, which begins with `/`.
    pub fn new(host: impl Into<String>, database: impl Into<String>) -> Self {
        let mut options = PostgresOptions::at(Host::from_text(host.into()));
        options.database = Some(database.into());
        options
    }

    fn at(host: Host) -> Self {
        PostgresOptions {
            host,
            port: 5432,
            user: None,
            password: None,
            database: None,
            application_name: None,
            server_options: None,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: None,
            lock_timeout: None,
            statement_cache: 256,
            tls_mode: TlsMode::Prefer,
            root_certificates: None,
            client_certificate: None,
            client_key: None,
            keepalive: Keepalive { enabled: true, idle: None, interval: None, retries: None, user_timeout: None },
        }
    }

    /// The port. 5432 unless set.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The user. Unless set, the name of the operating system's user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The password. It is never shown.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// The name under which the server lists the sessions.
    #[must_use]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = Some(name.into());
        self
    }

    /// Command-line options for the server, such as `-c search_path=shop` (Django's `OPTIONS["options"]`).
    #[must_use]
    pub fn server_options(mut self, options: impl Into<String>) -> Self {
        self.server_options = Some(options.into());
        self
    }

    /// How long making a connection may take altogether. 10 seconds unless set; zero waits for ever.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long a statement may run before the server stops it. Without end unless set or the server says otherwise.
    #[must_use]
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = Some(timeout);
        self
    }

    /// How long a statement may wait for a lock. Without end unless set or the server says otherwise.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = Some(timeout);
        self
    }

    /// How many prepared statements each connection keeps. 256 unless set; 0 keeps none.
    ///
    /// Behind a pooler that changes the server's session between transactions, either the pooler must keep prepared
    /// statements apart itself (PgBouncer does since 1.21), or all work must be done in transactions, with 0 here.
    #[must_use]
    pub fn statement_cache(mut self, size: usize) -> Self {
        self.statement_cache = size;
        self
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn tls_mode(mut self, mode: TlsMode) -> Self {
        self.tls_mode = mode;
        self
    }

    /// A PEM file with the certificates of the authorities to trust. Unless set, those that the operating system
    /// trusts.
    #[must_use]
    pub fn root_certificates(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(file.into());
        self
    }

    /// PEM files with the certificate that tells the server who connects, and with its key.
    #[must_use]
    pub fn client_certificate(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.client_certificate = Some(certificate.into());
        self.client_key = Some(key.into());
        self
    }

    /// Whether the operating system checks an idle TCP connection. It does unless set.
    #[must_use]
    pub fn keepalives(mut self, enabled: bool) -> Self {
        self.keepalive.enabled = enabled;
        self
    }

    /// After which time without traffic a TCP connection is checked. The operating system's choice unless set.
    #[must_use]
    pub fn keepalives_idle(mut self, idle: Duration) -> Self {
        self.keepalive.idle = Some(idle);
        self
    }

    /// Where the server is, for messages: `db.example.org:5432`.
    pub(crate) fn place(&self) -> String {
        match &self.host {
            Host::Tcp(host) => format!("{host}:{}", self.port),
            Host::Unix(directory) => format!("{}, port {}", directory.display(), self.port),
        }
    }

    /// Whether the connection may be encrypted.
    pub(crate) fn may_encrypt(&self) -> bool {
        matches!(self.host, Host::Tcp(_)) && self.tls_mode != TlsMode::Disable
    }
}

impl Host {
    pub(crate) fn from_text(text: String) -> Self {
        if text.starts_with('/') { Host::Unix(text.into()) } else { Host::Tcp(text) }
    }
}

/// All but the password, and the server's options, which may hold secrets too.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("password", &self.password.as_ref().map(|_| "…"))
            .field("database", &self.database)
            .field("application_name", &self.application_name)
            .field("server_options", &self.server_options.as_ref().map(|_| "…"))
            .field("connect_timeout", &self.connect_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("lock_timeout", &self.lock_timeout)
            .field("statement_cache", &self.statement_cache)
            .field("tls_mode", &self.tls_mode)
            .field("root_certificates", &self.root_certificates)
            .field("client_certificate", &self.client_certificate)
            .field("keepalive", &self.keepalive)
            .finish_non_exhaustive()
    }
}
