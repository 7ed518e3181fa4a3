//! The driver: makes connections.

use std::future::poll_fn;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use embellie_core::{BoxFuture, Connection, DatabaseError, Driver, Endpoint, Error, Identity, ServerInfo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::cancel::Canceller;
use crate::connection::{Parts, PostgresConnection};
use crate::error::{self, describe, operational};
use crate::options::{Host, PostgresOptions, TlsMode};
use crate::socket::{Address, Socket};
use crate::tls;

/// The oldest server that is supported.
const OLDEST: u32 = 13;

/// Makes connections to one PostgreSQL database.
///
/// A connection lives on the tokio runtime where it is made, which must have its timers and I/O enabled, and ends
/// with it.
#[derive(Clone)]
pub struct PostgresDriver {
    options: Arc<PostgresOptions>,
    /// Made by the first connection: reading root certificates takes a while.
    tls: Arc<OnceLock<MakeRustlsConnect>>,
}

impl PostgresDriver {
    /// A driver for the database that `options` describe. Nothing is connected yet.
    pub fn new(options: PostgresOptions) -> Self {
        PostgresDriver { options: Arc::new(options), tls: Arc::default() }
    }

    /// The options it was made with.
    pub fn options(&self) -> &PostgresOptions {
        &self.options
    }

    async fn open(&self) -> Result<PostgresConnection, Error> {
        let runtime = Handle::try_current()
            .map_err(|_| Error::Interface("a PostgreSQL connection needs a tokio runtime, and there is none".into()))?;
        let tls = match self.tls.get() {
            Some(tls) => tls.clone(),
            None => {
                let made = self.make_tls()?;
                self.tls.get_or_init(|| made).clone()
            }
        };
        let addresses = Address::resolve(&self.options).await.map_err(|e| self.unreachable(&e.to_string()))?;
        let mut failure = self.unreachable("its name has no address");
        for address in addresses {
            match self.open_at(&runtime, &address, &tls).await {
                Ok(connection) => return Ok(connection),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn make_tls(&self) -> Result<MakeRustlsConnect, Error> {
        if self.options.may_encrypt() {
            return tls::connector(&self.options);
        }
        let mut plain = PostgresOptions::clone(&self.options);
        plain.tls_mode = TlsMode::Disable;
        plain.client_certificate = None;
        tls::connector(&plain)
    }

    async fn open_at(
        &self,
        runtime: &Handle,
        address: &Address,
        tls: &MakeRustlsConnect,
    ) -> Result<PostgresConnection, Error> {
        let mode = match self.options.tls_mode {
            _ if !self.options.may_encrypt() => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        };
        match self.open_with(runtime, address, tls, mode).await {
            // The server offers encryption and then cannot do it, or does not let this user in that way.
            Err(Failure::Handshake(error)) if mode == SslMode::Prefer && may_be_plain(&error) => {
                self.open_with(runtime, address, tls, SslMode::Disable).await
            }
            result => result,
        }
        .map_err(|failure| match failure {
            Failure::Handshake(error) => self.refused(&error),
            Failure::Other(error) => error,
        })
    }

    async fn open_with(
        &self,
        runtime: &Handle,
        address: &Address,
        tls: &MakeRustlsConnect,
        mode: SslMode,
    ) -> Result<PostgresConnection, Failure> {
        let options = &self.options;
        let socket = Socket::connect(address, &options.keepalive).await;
        let socket = socket.map_err(|e| Failure::Other(self.unreachable(&e.to_string())))?;
        let tls_name = match &options.host {
            Host::Tcp(host) if mode != SslMode::Disable => host.clone(),
            _ => "localhost".into(),
        };
        let encryption = MakeTlsConnect::<Socket>::make_tls_connect(&mut tls.clone(), &tls_name).map_err(|_| {
            Failure::Other(Error::ImproperlyConfigured(format!(
                "TLS needs the name of a host, which {tls_name} is not"
            )))
        })?;
        let opened = self.config(mode).connect_raw(socket, encryption).await;
        let (client, connection) = opened.map_err(Failure::Handshake)?;
        let version = connection.parameter("server_version").and_then(version);
        let is_utc = connection.parameter("TimeZone") == Some("UTC");
        let last_words = Arc::new(OnceLock::new());
        let task = runtime.spawn(drive(connection, Arc::clone(&last_words)));
        let canceller = Canceller {
            token: client.cancel_token(),
            address: address.clone(),
            keepalive: options.keepalive.clone(),
            tls: tls.clone(),
            tls_name,
        };
        let parts = Parts { server: self.server(version)?, client, canceller, task: task.abort_handle(), last_words };
        self.set_up(&parts.client, is_utc).await?;
        Ok(PostgresConnection::new(parts, options.statement_cache))
    }

    fn config(&self, mode: SslMode) -> Config {
        let options = &self.options;
        let mut config = Config::new();
        config.ssl_mode(mode);
        if let Some(user) = &options.user {
            config.user(user);
        }
        if let Some(password) = &options.password {
            config.password(password);
        }
        if let Some(database) = &options.database {
            config.dbname(database);
        }
        if let Some(name) = &options.application_name {
            config.application_name(name);
        }
        if let Some(text) = &options.server_options {
            config.options(text);
        }
        config
    }

    fn server(&self, version: Option<(u32, u32, u32)>) -> Result<ServerInfo, Failure> {
        let place = self.options.place();
        let version = version.ok_or_else(|| {
            Failure::Other(Error::NotSupported(format!("the server at {place} does not say which version it is")))
        })?;
        if version.0 < OLDEST {
            return Err(Failure::Other(Error::NotSupported(format!(
                "PostgreSQL {OLDEST} or newer is needed; the server at {place} is {}.{}",
                version.0, version.1
            ))));
        }
        Ok(ServerInfo { dialect: "postgres", version })
    }

    /// Gives the session what it needs, in one round trip, or none when the server's defaults are right already.
    async fn set_up(&self, client: &Client, is_utc: bool) -> Result<(), Failure> {
        let mut script = String::new();
        if !is_utc {
            script.push_str("SET TIME ZONE 'UTC';");
        }
        for (name, timeout) in
            [("statement_timeout", self.options.statement_timeout), ("lock_timeout", self.options.lock_timeout)]
        {
            if let Some(timeout) = timeout {
                script.push_str(&format!("SET {name} = {};", timeout.as_millis()));
            }
        }
        if script.is_empty() {
            return Ok(());
        }
        client.batch_execute(&script).await.map_err(|e| Failure::Other(error::from_postgres(e)))
    }

    fn unreachable(&self, reason: &str) -> Error {
        operational(format!("cannot connect to the PostgreSQL server at {}: {reason}", self.options.place()))
    }

    /// What is wrong when no session came about is always operational, as in Django.
    fn refused(&self, error: &tokio_postgres::Error) -> Error {
        let code = error.code().map(|code| code.code().to_owned());
        let reason = match error.as_db_error() {
            Some(server) => server.message().to_owned(),
            None => describe(error),
        };
        let message = format!("cannot connect to the PostgreSQL server at {}: {reason}", self.options.place());
        Error::Operational(DatabaseError { message, code, ..DatabaseError::default() })
    }
}

impl std::fmt::Debug for PostgresDriver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresDriver").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Driver for PostgresDriver {
    fn identity(&self) -> Identity {
        let options = &self.options;
        let text = |option: &Option<String>| option.clone().unwrap_or_default();
        Identity {
            database: format!("postgres {} {}", options.place(), text(&options.database)),
            view: format!("{} {}", text(&options.user), text(&options.server_options)),
        }
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, Error>> {
        Box::pin(async {
            let limit = self.options.connect_timeout;
            let opened = if limit == Duration::ZERO {
                self.open().await
            } else {
                match tokio::time::timeout(limit, self.open()).await {
                    Ok(opened) => opened,
                    Err(_) => Err(self.unreachable(&format!("no answer within {limit:?} (connect_timeout)"))),
                }
            };
            opened.map(|connection| Box::new(connection) as Box<dyn Connection>)
        })
    }

    fn endpoint(&self) -> Endpoint {
        let address = match &self.options.host {
            Host::Tcp(host) => host.clone(),
            Host::Unix(directory) => directory.display().to_string(),
        };
        let namespace = self.options.database.clone().or_else(|| self.options.user.clone());
        Endpoint { address: Some(address), port: Some(self.options.port), namespace }
    }
}

/// Why there is no connection.
enum Failure {
    /// The server was reached, but no session came about.
    Handshake(tokio_postgres::Error),
    Other(Error),
}

/// Whether an encrypted connection that failed is worth a second try without encryption: whenever the encryption
/// failed, or the server's rules (28000) may let this user in only without.
fn may_be_plain(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => code.code() == "28000",
        None => !error.is_closed(),
    }
}

/// Moves bytes between the client and the server until either ends, and keeps why.
async fn drive<S, T>(mut connection: tokio_postgres::Connection<S, T>, last_words: Arc<OnceLock<String>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                tracing::debug!(severity = notice.severity(), code = notice.code().code(), "{}", notice.message());
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                let _ = last_words.set(describe(&error));
                return;
            }
            None => return,
        }
    }
}

/// `15.4 (Debian 15.4-1)` → 15, 4, 0; `17beta1` → 17, 0, 0.
fn version(text: &str) -> Option<(u32, u32, u32)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let mut numbers = text[..end].split('.').map(|number| number.parse().ok());
    let major = numbers.next()??;
    let mut next = || numbers.next().flatten().unwrap_or(0);
    Some((major, next(), next()))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_are_read() {
        assert_eq!(version("15.18 (Debian 15.18-0+deb12u1)"), Some((15, 18, 0)));
        assert_eq!(version("17beta1"), Some((17, 0, 0)));
        assert_eq!(version("9.6.24"), Some((9, 6, 24)));
        assert_eq!(version("unknown"), None);
    }
}
