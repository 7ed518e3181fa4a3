//! How contenders are asked.

use std::error::Error;
use std::io::{BufRead, Write};
use std::ops::Range;
use std::time::Instant;

use crate::{Case, allocation};

/// What went wrong.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What a contender is started with: `NAME URL`.
pub struct Arguments {
    /// Which contender, where a program is several.
    pub name: String,
    /// `sqlite:<file>` or `postgres://…`.
    pub url: String,
}

impl Arguments {
    /// The arguments of this program.
    pub fn read() -> Result<Self, Failure> {
        let mut arguments = std::env::args().skip(1);
        match (arguments.next(), arguments.next()) {
            (Some(name), Some(url)) => Ok(Arguments { name, url }),
            _ => Err("usage: NAME URL".into()),
        }
    }

    /// The file, when the database is SQLite's.
    pub fn file(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite:")
    }
}

/// One library, on one database, over one connection.
pub trait Contender {
    /// Runs the operations of these numbers, and gives a sum that tells their results apart. This is what is measured.
    fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure>;

    /// Undoes what the case left behind.
    fn clean(&mut self, case: Case) -> Result<(), Failure>;
}

/// Answers the lines of the standard input until it ends: `case count first` with
/// `nanoseconds cpu-nanoseconds allocations bytes sum`, or `- why` where a contender cannot do the case.
pub fn serve(contender: &mut dyn Contender) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split(' ');
        let mut word = || words.next().ok_or_else(|| format!("a line of three words, not `{line}`"));
        let (case, count, first): (Case, u64, u64) = (word()?.parse()?, word()?.parse()?, word()?.parse()?);
        let answer = match measure(contender, case, first..first + count) {
            Ok(answer) => answer,
            Err(error) => format!("- {}", error.to_string().replace('\n', " ")),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn measure(contender: &mut dyn Contender, case: Case, operations: Range<u64>) -> Result<String, Failure> {
    let (count, bytes) = allocation::so_far();
    let (processor, started) = (processor_time(), Instant::now());
    let sum = contender.run(case, operations)?;
    let (elapsed, used) = (started.elapsed().as_nanos(), processor_time() - processor);
    let (count_after, bytes_after) = allocation::so_far();
    contender.clean(case)?;
    Ok(format!("{elapsed} {used} {} {} {sum}", count_after - count, bytes_after - bytes))
}

/// The processor's time that this program has used, in nanoseconds.
fn processor_time() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value of its own, which the call fills.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
