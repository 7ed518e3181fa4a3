//! Servers that do not keep to the protocol: whatever they send, there is an error or a result, soon, and no more memory
//! than what they sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod server;

use std::sync::atomic::Ordering;
use std::time::Duration;

use embellie_core::{Connection, Control, Driver, Error, FromColumn, Outcome, Row, RowSink, Statement, Value};
use embellie_postgres::PostgresDriver;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use server::{Damage, Harm, Server};

/// What is done to each byte: among it what makes lengths negative, far too large, or a little off.
const DAMAGES: [Damage; 7] = [
    Damage::Flip(0x01),
    Damage::Flip(0x10),
    Damage::Flip(0x80),
    Damage::Set(0x3f),
    Damage::Set(0),
    Damage::Cut,
    Damage::Lose,
];
/// More than any of the conversations takes.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Default)]
struct Rows(Vec<Vec<Result<Value, Error>>>);

impl RowSink for Rows {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        self.0.push((0..row.len()).map(|i| Value::from_column(row.column(i)?)).collect());
        Ok(())
    }

    fn restart(&mut self) {
        self.0.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// All that a connection does, with whatever comes of it; the number of steps that went well.
async fn converse(url: &str) -> (usize, Option<Error>) {
    let driver = PostgresDriver::new(url.parse().unwrap());
    let mut link = match driver.connect().await {
        Ok(link) => link,
        Err(error) => return (0, Some(error)),
    };
    let select = Statement::read(server::SELECT, vec![Value::Int(7), "x".into()]);
    let (mut good, mut first) = (1, None);
    let mut note = |result: Result<(), Error>| match result {
        Ok(()) => good += 1,
        Err(error) => drop(first.get_or_insert(error)),
    };
    for _ in 0..2 {
        note(rows_of(&mut link, &select).await.map(drop));
    }
    let refused = link.execute(&Statement::write(server::REFUSED, vec![]), Box::<Rows>::default()).await.1;
    note(match refused {
        Err(Error::Integrity(_)) => Ok(()),
        Ok(_) => Err(Error::Interface("it was not refused".into())),
        Err(error) => Err(error),
    });
    let mut pieces = [Ok(b"1\tx\n2\t\\N\n".to_vec())].into_iter();
    note(two(link.copy_in(&Statement::write(server::TAKES, vec![]), &mut pieces).await));
    let mut length = 0;
    let mut take = |piece: &[u8]| {
        length += piece.len();
        Ok(())
    };
    note(two(link.copy_out(&Statement::read(server::GIVES, vec![]), &mut take).await));
    note(link.control(&Control::Begin).await);
    let work = (0..3).map(|_| (&select, Box::<Rows>::default() as Box<dyn RowSink>)).collect();
    let (sinks, results) = link.execute_all(work).await;
    assert_eq!(sinks.len(), 3);
    note(results.into_iter().try_for_each(|result| result.map(drop)));
    note(link.control(&Control::Commit).await);
    note(link.reset().await);
    (good, first)
}

fn two(outcome: Result<Outcome, Error>) -> Result<(), Error> {
    match outcome?.rows {
        2 => Ok(()),
        other => Err(Error::Interface(format!("{other} rows instead of 2"))),
    }
}

async fn rows_of(link: &mut Box<dyn Connection>, statement: &Statement) -> Result<Rows, Error> {
    let (sink, result) = link.execute(statement, Box::<Rows>::default()).await;
    result.map(|_| *sink.into_any().downcast().unwrap())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Converses with a server that does this to what it says. How much that was is given back too.
async fn harmed(harm: Vec<Harm>) -> (usize, Option<Error>, usize) {
    let server = Server::start(harm).await;
    let conversation = tokio::time::timeout(PATIENCE, converse(&server.url)).await;
    let (good, error) = conversation.expect("the driver waits for something that never comes");
    (good, error, server.said.load(Ordering::Relaxed))
}

/// The memory that this process has asked for, in bytes, at its highest.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmPeak:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// One test, so that the process's memory is its own.
#[test]
fn whatever_comes_is_an_error_or_a_result() {
    let (good, error, length) = runtime().block_on(harmed(Vec::new()));
    assert_eq!((good, error), (10, None), "the conversation itself is sound");
    let before = peak();
    everything_once(length);
    several_at_random(length);
    if let (Some(before), Some(after)) = (before, peak()) {
        let most = 400 << 20;
        assert!(after - before < most, "{} MB", (after - before) >> 20);
    }
}

fn everything_once(length: usize) {
    let runtime = runtime();
    let mut errors = 0;
    for place in 0..length {
        for damage in DAMAGES {
            let (_, error, _) = runtime.block_on(harmed(vec![Harm { place, damage }]));
            errors += usize::from(error.is_some());
        }
    }
    // Most of it is seen: what is not changes a value.
    assert!(errors > length * DAMAGES.len() / 2, "{errors} of {}", length * DAMAGES.len());
}

fn several_at_random(length: usize) {
    let runtime = runtime();
    let damage = prop_oneof![
        any::<u8>().prop_map(Damage::Set),
        any::<u8>().prop_map(Damage::Flip),
        any::<u8>().prop_map(Damage::Add),
        Just(Damage::Lose),
    ];
    let harm = (0..length, damage).prop_map(|(place, damage)| Harm { place, damage });
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRunner::deterministic().new_rng());
    let run = runner.run(&prop::collection::vec(harm, 1..6), |harm| {
        runtime.block_on(harmed(harm));
        Ok(())
    });
    run.unwrap();
}
