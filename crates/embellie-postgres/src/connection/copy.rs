//! Data that the server takes from the client, or gives to it: `COPY`.

use bytes::BytesMut;
use embellie_core::{CopySink, CopySource, DatabaseError, Error, Outcome, Statement};
use postgres_protocol::message::frontend;

use super::PostgresConnection;
use super::ahead::Ahead;
use crate::link::{Malformed, Sent, Unanswered, Unsendable, bind, execute, rows, unexpected};

impl PostgresConnection {
    pub(super) async fn take_in(
        &mut self,
        statement: &Statement,
        source: &mut CopySource<'_>,
    ) -> Result<Outcome, Error> {
        without_parameters(statement)?;
        self.ready().await?;
        let ahead = &self.ahead;
        self.link.begin_to_feed(|out| begin(ahead, statement, out)).map_err(|unsendable| unsendable.0)?;
        let mut copied = Copied::after(self.ahead.sent());
        let (mut mistake, mut refused) = (None, None);
        let fed = loop {
            match source.next() {
                Some(Ok(data)) => self.link.feed(&data),
                Some(Err(error)) => {
                    mistake = Some(error);
                    break Ok(());
                }
                None => {
                    self.link.end_feeding();
                    break Ok(());
                }
            }
            let wanted =
                self.link.wants_more(&mut refused, |kind, body| copied.take(kind, b'G', body, &mut |_| Ok(())));
            match wanted.await {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(unanswered) => break Err(unanswered),
            }
        };
        // Where there was a mistake on either side, the server is told that no more comes.
        self.link.stop_feeding("not all of it could be sent");
        let answered = match fed {
            Ok(()) => {
                let each = |kind: u8, body: &[u8]| copied.take(kind, b'G', body, &mut |_| Ok(()));
                self.link.answers_beyond(refused, each).await
            }
            Err(unanswered) => Err(unanswered),
        };
        let outcome = self.copied(answered, &copied, "gives data instead of taking some");
        match mistake {
            Some(mistake) if !self.link.has_ended() => Err(mistake),
            _ => outcome,
        }
    }

    pub(super) async fn give_out(&mut self, statement: &Statement, sink: &mut CopySink<'_>) -> Result<Outcome, Error> {
        without_parameters(statement)?;
        self.ready().await?;
        let ahead = &self.ahead;
        self.link.send(Sent::CopyOut, |out| begin(ahead, statement, out)).map_err(|unsendable| unsendable.0)?;
        let mut copied = Copied::after(self.ahead.sent());
        let answered = self.link.answers(|kind, body| copied.take(kind, b'H', body, sink)).await;
        self.copied(answered, &copied, "takes data instead of giving some")
    }

    /// What has come of a copy.
    pub(super) fn copied(
        &mut self,
        answered: Result<(), Unanswered>,
        copied: &Copied,
        otherwise: &str,
    ) -> Result<Outcome, Error> {
        let wrong_way = matches!(answered, Err(Unanswered::Copies));
        match self.concluded(answered) {
            Err(_) if wrong_way => Err(programming(format!("the statement {otherwise}"))),
            Err(error) => Err(error),
            Ok(()) if copied.complete => Ok(copied.outcome),
            Ok(()) => {
                self.link.damaged(Malformed("a copy was not answered".into()));
                Err(self.lost())
            }
        }
    }
}

/// Writes what goes ahead, and the statement.
fn begin(ahead: &Ahead, statement: &Statement, out: &mut BytesMut) -> Result<(), Unsendable> {
    ahead.write(out)?;
    write_copy(&statement.sql, out)
}

/// Writes a statement that copies.
pub(super) fn write_copy(sql: &str, out: &mut BytesMut) -> Result<(), Unsendable> {
    frontend::parse("", sql, [], out)?;
    bind("", &[], &[], out)?;
    execute(out);
    Ok(())
}

fn without_parameters(statement: &Statement) -> Result<(), Error> {
    match statement.parameters.len() {
        0 => Ok(()),
        given => Err(programming(format!("a statement that copies has no parameters, but {given} were given"))),
    }
}

pub(super) fn programming(message: String) -> Error {
    Error::Programming(DatabaseError { message, ..DatabaseError::default() })
}

/// What has come of one copy so far.
pub(super) struct Copied {
    /// How many commands before it are still to end.
    before: usize,
    /// Whether the server has agreed to copy.
    agreed: bool,
    complete: bool,
    outcome: Outcome,
}

impl Copied {
    pub(super) fn after(commands: usize) -> Self {
        Copied { before: commands, agreed: false, complete: false, outcome: Outcome::default() }
    }

    /// Takes a message; `agrees` is the kind of the one that the server agrees with.
    pub(super) fn take(
        &mut self,
        kind: u8,
        agrees: u8,
        body: &[u8],
        sink: &mut CopySink<'_>,
    ) -> Result<(), Unanswered> {
        match kind {
            b'1' | b'2' | b'3' => Ok(()),
            b'C' if self.before > 0 => {
                self.before -= 1;
                Ok(())
            }
            _ if self.before > 0 || self.complete => Err(unexpected(kind).into()),
            kind if kind == agrees && !self.agreed => {
                self.agreed = true;
                Ok(())
            }
            b'd' if self.agreed && agrees == b'H' => sink(body).map_err(Unanswered::Stopped),
            b'c' if self.agreed && agrees == b'H' => Ok(()),
            b'C' if self.agreed => {
                self.complete = true;
                self.outcome.rows = rows(body)?;
                Ok(())
            }
            b'D' | b'C' | b'I' if !self.agreed => {
                Err(Unanswered::Stopped(programming("the statement copies nothing from or to the client".into())))
            }
            kind => Err(unexpected(kind).into()),
        }
    }
}
