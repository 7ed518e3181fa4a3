//! Stopping what the server still does for nobody.

use embellie_core::Error;
use tokio_postgres::CancelToken;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error;
use crate::options::Keepalive;
use crate::socket::{Address, Socket, UntilClosed};

/// Asks the server, on a connection of its own, to stop a session's statement.
#[derive(Clone)]
pub(crate) struct Canceller {
    pub(crate) token: CancelToken,
    pub(crate) address: Address,
    pub(crate) keepalive: Keepalive,
    pub(crate) tls: MakeRustlsConnect,
    pub(crate) tls_name: String,
}

impl Canceller {
    /// Returns when the server has acted on the request: what the session is told to do afterwards is not stopped.
    pub(crate) async fn cancel(mut self) -> Result<(), Error> {
        let refused = |reason: String| error::operational(format!("the server could not be asked to cancel: {reason}"));
        let socket = Socket::connect(&self.address, &self.keepalive).await;
        let socket = UntilClosed::new(socket.map_err(|e| refused(e.to_string()))?);
        let tls = MakeTlsConnect::<UntilClosed<Socket>>::make_tls_connect(&mut self.tls, &self.tls_name);
        let tls = tls.map_err(|e| refused(e.to_string()))?;
        self.token.cancel_query_raw(socket, tls).await.map_err(|e| refused(error::describe(&e)))
    }
}
