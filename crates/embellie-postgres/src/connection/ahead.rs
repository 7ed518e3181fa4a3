//! What goes in front of the next statement, in the same write: the beginning of its transaction, savepoints, and the
//! closing of statements that are not used any more.

use std::sync::Arc;

use bytes::BytesMut;
use embellie_core::Control;
use postgres_protocol::message::frontend;

use crate::cache::Handle;
use crate::link::{Unsendable, bind, execute};
use crate::transaction;

#[derive(Default)]
pub(super) struct Ahead {
    /// Steps of the transaction, in their order.
    pub(super) controls: Vec<Control>,
    /// The names of statements to close. To close what is not there is no error.
    closing: Vec<Arc<str>>,
}

impl Ahead {
    /// Whether a transaction is to begin.
    pub(super) fn begins(&self) -> bool {
        matches!(self.controls.first(), Some(Control::Begin | Control::BeginReading))
    }

    pub(super) fn close(&mut self, handle: &Handle) {
        if let Handle::Kept(name) | Handle::Once(name) = handle {
            self.closing.push(Arc::clone(name));
        }
    }

    /// A statement is in use, or closed already.
    pub(super) fn keep(&mut self, name: &str) {
        self.closing.retain(|closing| &**closing != name);
    }

    /// Writes all of it. It stays until [`Ahead::sent`].
    pub(super) fn write(&self, out: &mut BytesMut) -> Result<(), Unsendable> {
        for name in &self.closing {
            frontend::close(b'S', name, out)?;
        }
        self.controls.iter().try_for_each(|control| write_control(control, out))
    }

    /// It is on its way. How many commands that are is given back.
    pub(super) fn sent(&mut self) -> usize {
        self.closing.clear();
        let commands = self.controls.len();
        self.controls.clear();
        commands
    }
}

/// Adds a step of the transaction, which is answered as one command.
pub(super) fn write_control(control: &Control, out: &mut BytesMut) -> Result<(), Unsendable> {
    frontend::parse("", &transaction::sql(control), [], out)?;
    bind("", &[], &[], out)?;
    execute(out);
    Ok(())
}
