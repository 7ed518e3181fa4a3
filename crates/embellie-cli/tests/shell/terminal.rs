//! A terminal to type at, with the command in it.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long the command may take to show what it should: machines are busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Arc<Mutex<Box<dyn Write + Send>>>,
    shown: Arc<Mutex<Vec<u8>>>,
    /// How much of the text was looked at already.
    seen: usize,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Runs the command in a terminal of 100 columns.
    pub(crate) fn run(arguments: &[&str], directory: &Path) -> Terminal {
        let size = PtySize { rows: 40, cols: 100, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_embellie"));
        command.args(arguments);
        command.cwd(directory);
        command.env("XDG_STATE_HOME", directory);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (answers, sink) = (Arc::clone(&writer), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut part) {
                // Where the cursor is: the terminal is asked for it before each prompt.
                let asked = part[..length].windows(4).filter(|sent| *sent == b"\x1b[6n").count();
                sink.lock().unwrap().extend_from_slice(&part[..length]);
                for _ in 0..asked {
                    answers.lock().unwrap().write_all(b"\x1b[1;1R").unwrap();
                }
            }
        });
        Terminal { child, writer, shown, seen: 0, _master: pair.master }
    }

    /// Types keys.
    pub(crate) fn type_keys(&self, keys: &str) {
        let mut writer = self.writer.lock().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Waits until a text is shown after what was waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        let begun = Instant::now();
        loop {
            let shown = plain(&self.shown.lock().unwrap());
            let new = shown.get(self.seen..).unwrap_or_default();
            if let Some(place) = new.find(text) {
                self.seen += place + text.len();
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "'{text}' is not shown, but:\n{new}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the command has ended well.
    #[track_caller]
    pub(crate) fn end(mut self) {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}: {}", plain(&self.shown.lock().unwrap()));
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the command goes on: {}", plain(&self.shown.lock().unwrap()));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
    }
}

/// The text without what only moves the cursor or colours it.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut made = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\x1b' {
            made.push(c);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {},
            Some(']') => while chars.next().is_some_and(|c| c != '\x07' && c != '\\') {},
            _ => {}
        }
    }
    made
}
