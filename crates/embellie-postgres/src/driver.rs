//! The driver: makes connections.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use embellie_core::{BoxFuture, Connection, DatabaseError, Driver, Endpoint, Error, Identity, ServerInfo};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::runtime::Handle;

use crate::cancel::Canceller;
use crate::connection::PostgresConnection;
use crate::error::operational;
use crate::link::{Encryption, Login, Refusal, Started};
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
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
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
        Handle::try_current()
            .map_err(|_| Error::Interface("a PostgreSQL connection needs a tokio runtime, and there is none".into()))?;
        let encryption = self.encryption()?;
        let addresses = Address::resolve(&self.options).await.map_err(|e| self.unreachable(&e.to_string()))?;
        let mut failure = self.unreachable("its name has no address");
        for address in addresses {
            match self.open_at(&address, encryption.as_ref()).await {
                Ok(connection) => return Ok(connection),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn encryption(&self) -> Result<Option<Encryption>, Error> {
        let Host::Tcp(host) = &self.options.host else { return Ok(None) };
        if !self.options.may_encrypt() {
            return Ok(None);
        }
        let config = match self.tls.get() {
            Some(config) => config,
            None => {
                let made = tls::configuration(&self.options)?;
                self.tls.get_or_init(|| made)
            }
        };
        let name = ServerName::try_from(host.clone())
            .map_err(|_| Error::ImproperlyConfigured(format!("TLS needs the name of a host, which {host} is not")))?;
        let required = self.options.tls_mode != TlsMode::Prefer;
        Ok(Some(Encryption { config: Arc::clone(config), name, required }))
    }

    async fn open_at(&self, address: &Address, encryption: Option<&Encryption>) -> Result<PostgresConnection, Error> {
        match self.open_with(address, encryption).await {
            // The server offers encryption and then cannot do it, or does not let this user in that way.
            Err(Failure::Handshake(refusal))
                if encryption.is_some_and(|encryption| !encryption.required) && may_be_plain(&refusal) =>
            {
                self.open_with(address, None).await
            }
            result => result,
        }
        .map_err(|failure| match failure {
            Failure::Handshake(refusal) => self.refused(refusal),
            Failure::Other(error) => error,
        })
    }

    async fn open_with(
        &self,
        address: &Address,
        encryption: Option<&Encryption>,
    ) -> Result<PostgresConnection, Failure> {
        let options = &self.options;
        let socket = Socket::connect(address, &options.keepalive).await;
        let socket = socket.map_err(|e| Failure::Other(self.unreachable(&e.to_string())))?;
        let system_user;
        let user = match &options.user {
            Some(user) => user.as_str(),
            None => {
                system_user = whoami::username().map_err(|e| {
                    Failure::Other(self.unreachable(&format!("no user is named, and the system tells of none: {e}")))
                })?;
                system_user.as_str()
            }
        };
        let login = Login {
            user,
            password: options.password.as_deref(),
            database: options.database.as_deref(),
            application_name: options.application_name.as_deref(),
            server_options: options.server_options.as_deref(),
        };
        let started = login.start(socket, encryption).await.map_err(Failure::Handshake)?;
        let Started { mut link, process, secret, server_version, time_zone } = started;
        let server = self.server(server_version.as_deref().and_then(version))?;
        if let Some(script) = self.set_up(time_zone.as_deref() == Some("UTC")) {
            link.run(&script).await.map_err(Failure::Handshake)?;
        }
        let canceller = Canceller {
            process,
            secret,
            address: address.clone(),
            keepalive: options.keepalive.clone(),
            encryption: encryption.cloned(),
        };
        Ok(PostgresConnection::new(link, server, canceller, options.statement_cache))
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
    fn set_up(&self, is_utc: bool) -> Option<String> {
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
        Some(script).filter(|script| !script.is_empty())
    }

    fn unreachable(&self, reason: &str) -> Error {
        operational(format!("cannot connect to the PostgreSQL server at {}: {reason}", self.options.place()))
    }

    /// What is wrong when no session came about is always operational, as in Django.
    fn refused(&self, refusal: Refusal) -> Error {
        let (reason, code) = match refusal {
            Refusal::Server(error) => (error.message, Some(error.code)),
            Refusal::Closed => ("connection closed".into(), None),
            Refusal::Failed(reason) => (reason, None),
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
    Handshake(Refusal),
    Other(Error),
}

/// Whether an encrypted connection that failed is worth a second try without encryption: whenever the encryption
/// failed, or the server's rules (28000) may let this user in only without.
fn may_be_plain(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Server(error) => error.code == "28000",
        Refusal::Closed => false,
        Refusal::Failed(_) => true,
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
