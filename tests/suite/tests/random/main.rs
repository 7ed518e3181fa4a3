//! Random queries over random rows: every database gives the same rows, or refuses for the same reason.
//!
//! The queries of an ordinary run are always the same, so that a failure is of the change at hand.
//! `EMBELLIE_QUERIES=5000` asks so many others; a failure names its seed, which `EMBELLIE_QUERIES_SEED` asks again.
//! `EMBELLIE_QUERIES_GATHER=1` goes on after a failure, and lists all kinds of them with the shortest query of each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ask;
mod compare;
mod grow;
mod models;
mod show;
mod tape;
mod values;
mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;

use embellie_core::Error;
use embellie_suite::{Kind, Outcome};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use ask::{Answer, Side};
use grow::Asked;
use tape::Tape;
use world::World;

/// How many queries are asked of the same rows.
const QUERIES_OF_A_WORLD: usize = 12;

/// How many an ordinary run asks.
const QUERIES: u32 = 480;

/// How many choices a query is made of at most, and the rows.
const CHOICES: usize = 120;
const CHOICES_OF_ROWS: usize = 500;

#[test]
fn databases_agree() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    let asked = number("EMBELLIE_QUERIES");
    let seed = number("EMBELLIE_QUERIES_SEED").unwrap_or_else(|| match asked {
        Some(_) => std::time::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_micros() as u64),
        None => 1,
    });
    let queries = asked.map_or(QUERIES, |asked| asked as u32);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sides: Outcome<Vec<Side>> =
        runtime.block_on(async { Ok(vec![Side::open(Kind::Sqlite).await?, Side::open(Kind::Postgres).await?]) });
    let sides = RefCell::new(sides.unwrap());
    let tally = RefCell::new(Tally::default());
    let gather = std::env::var_os("EMBELLIE_QUERIES_GATHER").is_some();
    let mistakes = RefCell::new(Mistakes::default());

    let config = Config {
        cases: queries.div_ceil(QUERIES_OF_A_WORLD as u32),
        failure_persistence: None,
        max_shrink_iters: 3000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let choices = |most| prop::collection::vec(any::<u16>(), 0..most);
    let cases = (choices(CHOICES_OF_ROWS), prop::collection::vec(choices(CHOICES), QUERIES_OF_A_WORLD));
    let outcome = TestRunner::new_with_rng(config, rng).run(&cases, |(rows, queries)| {
        let world = World::new(&mut Tape::new(&rows));
        let sides = &mut *sides.borrow_mut();
        runtime.block_on(async {
            for side in sides.iter() {
                world.store(&side.db).await.map_err(|failure| TestCaseError::fail(format!("{failure:?}")))?;
            }
            for choices in queries.iter().filter(|choices| !choices.is_empty()) {
                let asked = grow::question(&mut Tape::new(choices));
                let mut answers = Vec::with_capacity(sides.len());
                for side in &mut *sides {
                    answers.push((side.kind, side.ask(&asked.question).await));
                }
                tally.borrow_mut().add(&answers);
                match judge(&asked, &answers) {
                    Err(mistake) if gather => mistakes.borrow_mut().add(mistake, &asked),
                    verdict => verdict.map_err(TestCaseError::fail)?,
                }
            }
            Ok(())
        })
    });
    runtime.block_on(async { sides.borrow().iter().for_each(|side| side.db.close()) });
    match outcome {
        Ok(()) => {
            mistakes.into_inner().check();
            let tally = tally.into_inner();
            println!("{tally:#?}");
            tally.check();
        }
        Err(TestError::Fail(reason, (rows, queries))) => {
            let asked = queries.iter().filter(|choices| !choices.is_empty());
            let asked: Vec<String> =
                asked.map(|choices| show::question(&grow::question(&mut Tape::new(choices)).question)).collect();
            panic!("seed {seed}: {reason}\nasked: {}\nrows: {}", asked.join("\n"), World::new(&mut Tape::new(&rows)));
        }
        Err(error) => panic!("seed {seed}: {error}"),
    }
}

/// Whether the answers are what they should be.
fn judge(asked: &Asked, answers: &[(Kind, Answer)]) -> Result<(), String> {
    let sent = |answer: &Answer| -> String {
        answer.sent.iter().map(|statement| format!("\n    {} {:?}", statement.sql, statement.parameters)).collect()
    };
    for (kind, answer) in answers {
        if let Err(error) = &answer.rows
            && !matches!(error, Error::NotSupported(_))
        {
            return Err(format!("{kind:?} refuses: {}: {error}{}", error.class(), sent(answer)));
        }
        if let Some(contradiction) = &answer.contradiction {
            return Err(format!("{kind:?} contradicts itself: {contradiction}{}", sent(answer)));
        }
    }
    let given: Vec<_> =
        answers.iter().filter_map(|(kind, a)| a.rows.as_ref().ok().map(|rows| (kind, a, rows))).collect();
    let [(left, first, rows), (right, second, others)] = &given[..] else { return Ok(()) };
    match compare::difference(asked.ordered, rows, others) {
        Some(difference) => Err(format!("{left:?} and {right:?} differ: {difference}{}{}", sent(first), sent(second))),
        None => Ok(()),
    }
}

/// What goes wrong, by what is said of it, with the shortest query of each.
#[derive(Default)]
struct Mistakes(BTreeMap<String, (u32, String)>);

impl Mistakes {
    fn add(&mut self, mistake: String, asked: &Asked) {
        // Of the same cause is what has the same first words, whatever names and values follow.
        let first = mistake.lines().next().unwrap_or_default();
        let first = first.split(" differ:").next().unwrap_or_default();
        let unquoted = first.split(['\'', '"']).step_by(2).collect::<Vec<_>>().join("…");
        let cause: String = unquoted.replace(char::is_numeric, "").chars().take(90).collect();
        let told = format!("{}\n  {mistake}", show::question(&asked.question));
        let (count, shortest) = self.0.entry(cause).or_insert_with(|| (0, told.clone()));
        *count += 1;
        if told.len() < shortest.len() {
            *shortest = told;
        }
    }

    fn check(&self) {
        let mut mistakes: Vec<_> = self.0.iter().collect();
        mistakes.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for (cause, (count, shortest)) in &mistakes {
            println!("{count} times {cause}\n  {shortest}\n");
        }
        assert!(mistakes.is_empty(), "{} mistakes", mistakes.len());
    }
}

/// What was asked, so that it is known that the test asks anything.
#[derive(Debug, Default)]
struct Tally {
    asked: u32,
    /// Questions that found rows.
    found: u32,
    refused: BTreeMap<String, u32>,
}

impl Tally {
    fn add(&mut self, answers: &[(Kind, Answer)]) {
        self.asked += 1;
        self.found += u32::from(answers.iter().any(|(_, a)| a.rows.as_ref().is_ok_and(|rows| !rows.is_empty())));
        for (kind, answer) in answers {
            if let Err(error) = &answer.rows {
                *self.refused.entry(format!("{kind:?}: {error}")).or_default() += 1;
            }
        }
    }

    fn check(&self) {
        let refused: u32 = self.refused.values().sum();
        assert!(self.found * 2 > self.asked, "most questions found nothing: {self:#?}");
        assert!(refused * 20 < self.asked, "many questions were refused: {self:#?}");
    }
}
