//! Stopping what the server still does for nobody.

use bytes::BytesMut;
use embellie_core::Error;
use postgres_protocol::message::frontend;
use tokio::io::AsyncWriteExt;

use crate::error;
use crate::link::{Encryption, Refusal, Stream};
use crate::options::Keepalive;
use crate::socket::{Address, Socket, UntilClosed};

/// Asks the server, on a connection of its own, to stop a session's statement.
#[derive(Clone)]
pub(crate) struct Canceller {
    pub(crate) process: i32,
    pub(crate) secret: i32,
    pub(crate) address: Address,
    pub(crate) keepalive: Keepalive,
    pub(crate) encryption: Option<Encryption>,
}

impl Canceller {
    /// Returns when the server has acted on the request: what the session is told to do afterwards is not stopped.
    pub(crate) async fn cancel(self) -> Result<(), Error> {
        let refused = |reason: String| error::operational(format!("the server could not be asked to cancel: {reason}"));
        let socket = Socket::connect(&self.address, &self.keepalive).await.map_err(|e| refused(e.to_string()))?;
        let opened = Stream::open(UntilClosed::new(socket), self.encryption.as_ref()).await;
        let mut stream = opened.map_err(|refusal| {
            refused(match refusal {
                Refusal::Server(error) => error.words(),
                Refusal::Closed => "it closed the connection".into(),
                Refusal::Failed(reason) => reason,
            })
        })?;
        let mut request = BytesMut::new();
        frontend::cancel_request(self.process, self.secret, &mut request);
        let told = async {
            stream.write_all(&request).await?;
            stream.flush().await?;
            stream.shutdown().await
        };
        told.await.map_err(|e| refused(e.to_string()))
    }
}
