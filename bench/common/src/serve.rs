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

    /// Runs operations in many tasks over a pool.
    fn crowd(&mut self, _operations: Range<u64>) -> Result<u64, Failure> {
        Err("it cannot: it has no pool for tasks".into())
    }
}

/// Answers the lines of the standard input until it ends: `case count first`, where a case may also be `pool`, with
/// `nanoseconds cpu-nanoseconds allocations bytes sum`, or `- why` where a contender cannot do the case.
pub fn serve(contender: &mut dyn Contender) -> Result<(), Failure> {
    serve_lines(&mut |case, operations| {
        if case == "pool" {
            return Ok(measure(|| contender.crowd(operations)));
        }
        let case: Case = case.parse()?;
        let measured = measure(|| contender.run(case, operations));
        contender.clean(case)?;
        Ok(measured)
    })
}

/// The sum that came of some operations, and what they cost.
pub type Measured = (Result<u64, Failure>, Cost);

/// The same for cases of other names.
pub fn serve_lines(answer: &mut dyn FnMut(&str, Range<u64>) -> Result<Measured, Failure>) -> Result<(), Failure> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split(' ');
        let mut word = || words.next().ok_or_else(|| format!("a line of three words, not `{line}`"));
        let (case, count, first): (&str, u64, u64) = (word()?, word()?.parse()?, word()?.parse()?);
        match answer(case, first..first + count).and_then(|(sum, cost)| Ok((sum?, cost))) {
            Ok((sum, cost)) => {
                let Cost { elapsed, processor, allocations, bytes } = cost;
                writeln!(output, "{elapsed} {processor} {allocations} {bytes} {sum}")?;
            }
            Err(error) => writeln!(output, "- {}", error.to_string().replace('\n', " "))?,
        }
        output.flush()?;
    }
    Ok(())
}

/// What some work cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Time that passed, in nanoseconds.
    pub elapsed: u64,
    /// The program's own time on the processor, in nanoseconds.
    pub processor: u64,
    /// How many allocations there were.
    pub allocations: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Does some work, and tells what it cost.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let start = Start::now();
    let done = work();
    (done, start.cost())
}

/// Awaits some work, and tells what it cost.
pub async fn measure_future<T>(work: impl Future<Output = T>) -> (T, Cost) {
    let start = Start::now();
    let done = work.await;
    (done, start.cost())
}

/// Where the counters stood.
struct Start {
    allocations: (u64, u64),
    processor: u64,
    time: Instant,
}

impl Start {
    fn now() -> Start {
        Start { allocations: allocation::so_far(), processor: processor_time(), time: Instant::now() }
    }

    fn cost(&self) -> Cost {
        let (elapsed, processor) = (self.time.elapsed().as_nanos() as u64, processor_time() - self.processor);
        let (allocations, bytes) = allocation::so_far();
        Cost { elapsed, processor, allocations: allocations - self.allocations.0, bytes: bytes - self.allocations.1 }
    }
}

/// The processor's time that this program has used, in nanoseconds.
fn processor_time() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value of its own, which the call fills.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
