//! `embellie shell`: Django query text, typed at a prompt.

mod command;
mod complete;
mod editor;
mod entry;
mod highlight;
mod hint;
mod models;
mod prompt;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use embellie::database::Captured;
use embellie::log::Finding;
use embellie_text::complete::Knowledge;
use embellie_text::statement::Session;
use reedline::Signal;

use crate::args::Shell as Args;
use crate::database::{self, Opened, product};
use crate::failure::Failure;
use crate::terminal;

/// A shell at work.
pub(crate) struct Shell {
    opened: Opened,
    session: Session,
    write: bool,
    /// The statements of the last entry.
    log: Vec<Captured>,
    /// What of them was more than it had to be.
    findings: Vec<Finding>,
    knowledge: Arc<Mutex<Knowledge>>,
    runtime: tokio::runtime::Runtime,
}

/// What becomes of the shell after an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Entry,
    End,
}

/// Opens the database, and reads entries until the end.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if !console::user_attended() || !console::Term::stdout().is_term() {
        return Err(Failure::Other(
            "a shell needs a terminal; `embellie query DATABASE -` runs what is piped into it".to_owned(),
        ));
    }
    // On a runtime of one thread, a statement that takes long is one that can be abandoned: it does not keep the thread.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("the runtime cannot be started: {error}")))?;
    let database = args.database.as_deref().unwrap_or(":memory:");
    let opened = runtime.block_on(database::open(database, args.models.as_deref(), args.write))?;
    let session = opened.session(args.write);
    let knowledge = Arc::new(Mutex::new(Knowledge::of(&session)));
    let mut shell =
        Shell { opened, session, write: args.write, log: Vec::new(), findings: Vec::new(), knowledge, runtime };
    shell.greet()?;
    let mut editor = editor::editor(Arc::clone(&shell.knowledge));
    let prompt = prompt::Prompt::new(&shell.opened.name, args.write);
    loop {
        match editor.read_line(&prompt) {
            Ok(Signal::Success(text)) => {
                if shell.entry(&text)? == Next::End {
                    break;
                }
                let known = Knowledge::of(&shell.session);
                *shell.knowledge.lock().unwrap_or_else(PoisonError::into_inner) = known;
            }
            Ok(Signal::CtrlD) => break,
            Ok(_) => {}
            Err(error) => return Err(Failure::Other(format!("the terminal cannot be read: {error}"))),
        }
    }
    shell.opened.db.close();
    Ok(())
}

impl Shell {
    /// Says where this is, and what can be done.
    fn greet(&self) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        let models = self.opened.models.registry().models().len();
        let access = if self.write { "reading and writing" } else { "reading only" };
        let product = product(self.opened.db.server());
        writeln!(
            out,
            "{} · {product} · {models} model{} · {access}",
            terminal::strong().apply_to(&self.opened.place),
            if models == 1 { "" } else { "s" }
        )?;
        const NOTES: usize = 5;
        for note in self.opened.notes.iter().take(NOTES) {
            writeln!(out, "{}", terminal::small().apply_to(format!("note: {note}")))?;
        }
        if let Some(more) = self.opened.notes.len().checked_sub(NOTES).filter(|more| *more > 0) {
            writeln!(out, "{}", terminal::small().apply_to(format!("and {more} more notes")))?;
        }
        writeln!(out, "{}", terminal::small().apply_to("Tab completes, .help says more, Ctrl-D ends."))?;
        Ok(())
    }

    /// One entry: a command, or a text.
    fn entry(&mut self, text: &str) -> Result<Next, Failure> {
        let text = text.trim_end();
        match text.trim_start() {
            "" => Ok(Next::Entry),
            "exit" | "quit" | "exit()" | "quit()" => Ok(Next::End),
            "help" | "help()" | "?" => self.command(".help"),
            command if command.starts_with('.') => self.command(command),
            _ => {
                self.run_text(text)?;
                Ok(Next::Entry)
            }
        }
    }
}
