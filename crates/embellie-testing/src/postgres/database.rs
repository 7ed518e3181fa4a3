//! A database of one's own in a server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use tokio_postgres::{Client, NoTls};
use url::Url;

use super::postgres_url;
use crate::Error;

/// A fresh, empty database, dropped with the value. No other database is touched.
#[derive(Debug)]
pub struct TestDatabase {
    server: Url,
    name: String,
}

impl TestDatabase {
    /// Makes a database in the server that [`postgres_url`] names.
    ///
    /// # Errors
    /// When there is no server, or it does not let its user make databases.
    pub async fn create() -> Result<Self, Error> {
        // The first call starts the server, which takes a second or two.
        let url = tokio::task::spawn_blocking(postgres_url).await;
        let url = url.map_err(|e| Error::new(format!("starting the server failed: {e}")))??;
        TestDatabase::create_in(&url).await
    }

    /// Makes a database in the server at `url`.
    ///
    /// # Errors
    /// As [`TestDatabase::create`].
    pub async fn create_in(url: &str) -> Result<Self, Error> {
        let server = Url::parse(url).map_err(|e| Error::new(format!("the URL of the test server is not one: {e}")))?;
        let name = unique_name();
        administer(&server, &format!("CREATE DATABASE {name}")).await?;
        Ok(TestDatabase { server, name })
    }

    /// The database's URL.
    pub fn url(&self) -> String {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url.into()
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // The test's own runtime may be this thread's, which must not be blocked on.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            // A server that is gone has taken its databases along.
            let _ = runtime.map(|runtime| runtime.block_on(administer(&server, &sql)));
        });
        let _ = dropping.join();
    }
}

/// A name that no other test, process or machine uses on the same server.
fn unique_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("embellie_test_{}_{:x}_{}", std::process::id(), now, NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn administer(server: &Url, sql: &str) -> Result<(), Error> {
    let client = connect(server).await.map_err(|e| Error::new(format!("cannot connect to the test server: {e}")))?;
    client.batch_execute(sql).await.map_err(|e| {
        let reason = e.as_db_error().map_or_else(|| e.to_string(), |e| e.message().to_owned());
        Error::new(format!("`{sql}` failed on the test server: {reason}"))
    })
}

async fn connect(server: &Url) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(server.as_str(), NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
