//! Preparing statements: their text goes to the server, which says what their parameters and columns are.

use std::sync::Arc;

use embellie_core::Error;
use postgres_protocol::Oid;
use postgres_protocol::message::frontend;
use postgres_types::Type;

use super::PostgresConnection;
use crate::cache::{Handle, Prepared};
use crate::decode::Named;
use crate::link::{Field, Malformed, Sent, Unsendable, fields, parameters, unexpected};
use crate::readable;
use crate::types::{self, Entries};

/// A statement to prepare, and how it is to be known.
pub(super) struct Draft {
    pub(super) sql: Arc<str>,
    pub(super) handle: Handle,
}

/// What the server says of a statement.
#[derive(Default)]
struct Described {
    parameters: Vec<Oid>,
    fields: Vec<Field>,
    /// Whether all has been said.
    complete: bool,
}

impl PostgresConnection {
    /// A name that this connection has never given to a statement.
    pub(super) fn new_name(&mut self) -> Arc<str> {
        self.named += 1;
        format!("s{}", self.named).into()
    }

    /// Prepares statements together, each so that all of its columns can be read.
    pub(super) async fn prepare(&mut self, mut drafts: Vec<Draft>) -> Result<Vec<Prepared>, Error> {
        let mut prepared = self.parse(&drafts).await?;
        let mut rewritten = Vec::new();
        for (place, (draft, prepared)) in drafts.iter_mut().zip(&prepared).enumerate() {
            let Some(sql) = readable::rewrite(&draft.sql, &prepared.columns) else { continue };
            self.ahead.close(&prepared.handle);
            let sql: Arc<str> = sql.into();
            let handle = match &draft.handle {
                Handle::Kept(_) => Handle::Kept(self.new_name()),
                Handle::Once(_) => Handle::Once(self.new_name()),
                Handle::Text(_) => Handle::Text(Arc::clone(&sql)),
            };
            rewritten.push((place, Draft { sql, handle }));
        }
        if !rewritten.is_empty() {
            let (places, drafts): (Vec<usize>, Vec<Draft>) = rewritten.into_iter().unzip();
            for (place, again) in places.into_iter().zip(self.parse(&drafts).await?) {
                if let Some(prepared) = prepared.get_mut(place) {
                    *prepared = again;
                }
            }
        }
        Ok(prepared)
    }

    /// Has the server parse statements as they are. What is known of their types is found out once.
    pub(super) async fn parse(&mut self, drafts: &[Draft]) -> Result<Vec<Prepared>, Error> {
        let ahead = &self.ahead;
        let written = self.link.send(Sent::Several, |out| {
            ahead.write(out)?;
            for draft in drafts {
                let name = draft.handle.name();
                log::trace!("preparing {name}: {}", draft.sql);
                frontend::parse(name, &draft.sql, [], out)?;
                frontend::describe(b'S', name, out)?;
            }
            Ok::<(), Unsendable>(())
        });
        written.map_err(|unsendable| unsendable.0)?;
        self.ahead.sent();
        // Until they are known to be in use, they are to be closed.
        drafts.iter().for_each(|draft| self.ahead.close(&draft.handle));
        let mut described: Vec<Described> = Vec::new();
        let answered = self.link.answers(|kind, body| {
            match kind {
                b'1' | b'2' | b'3' | b'C' => {}
                b't' if described.last().is_none_or(|last| last.complete) => {
                    described.push(Described { parameters: parameters(body)?, ..Described::default() });
                }
                b'T' | b'n' => match described.last_mut() {
                    Some(last) if !last.complete => {
                        last.complete = true;
                        if kind == b'T' {
                            last.fields = fields(body)?;
                        }
                    }
                    _ => return Err(unexpected(kind).into()),
                },
                kind => return Err(unexpected(kind).into()),
            }
            Ok(())
        });
        let answered = answered.await;
        self.concluded(answered)?;
        if described.len() != drafts.len() || !described.iter().all(|described| described.complete) {
            self.link.damaged(Malformed("a statement was not described".into()));
            return Err(self.lost());
        }
        self.learn_types(&described).await?;
        drafts.iter().for_each(|draft| self.ahead.keep(draft.handle.name()));
        let made = described.into_iter().zip(drafts).map(|(described, draft)| Prepared {
            parameters: described.parameters.iter().map(|&oid| self.type_of(oid)).collect(),
            columns: described
                .fields
                .into_iter()
                .map(|field| Named::new(field.name, self.type_of(field.ty), field.table != 0))
                .collect(),
            handle: draft.handle.clone(),
        });
        Ok(made.collect())
    }

    fn type_of(&self, oid: Oid) -> Type {
        self.types.get(oid).unwrap_or(Type::UNKNOWN)
    }

    async fn learn_types(&mut self, described: &[Described]) -> Result<(), Error> {
        let needed = described.iter().flat_map(|described| {
            described.parameters.iter().copied().chain(described.fields.iter().map(|field| field.ty))
        });
        let unknown = self.types.unknown(needed);
        if unknown.is_empty() {
            return Ok(());
        }
        let question = types::question(&unknown);
        let sent = self.link.send(Sent::Script, |out| Ok::<(), Unsendable>(frontend::query(&question, out)?));
        sent.map_err(|unsendable| unsendable.0)?;
        let mut entries = Entries::default();
        let answered = self.link.answers(|kind, body| {
            match kind {
                b'D' => entries.row(body)?,
                b'T' | b'C' => {}
                kind => return Err(unexpected(kind).into()),
            }
            Ok(())
        });
        let answered = answered.await;
        self.concluded(answered)?;
        self.types.learn(&unknown, &entries);
        Ok(())
    }
}
