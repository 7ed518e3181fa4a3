//! What the driver costs beside bare tokio-postgres with statements that are prepared once: a row by primary key, rows in
//! bulk, and several statements at once.
//!
//! `cargo bench -p embellie-postgres` compares times. `… -- CASE driver|bare ROUNDS` only runs one side of one case,
//! for whoever counts instructions: the server should then be another process, named by `EMBELLIE_TEST_POSTGRES_URL`.
#![allow(clippy::expect_used)]

mod bare;
mod sinks;

use std::hint::black_box;
use std::time::{Duration, Instant};

use bare::Bare;
use embellie_core::{Connection, Discard, Driver, RowSink, Statement, Value};
use embellie_postgres::{PostgresDriver, PostgresOptions};
use embellie_testing::TestDatabase;
use sinks::{Every, Posts};

const ROWS: usize = 10_000;
const CREATE: &str = "CREATE TABLE post (id bigint PRIMARY KEY, title text NOT NULL, views int, created timestamptz,
    price numeric(10, 2), published bool);
    INSERT INTO post SELECT n, 'Post number ' || n, n % 97, now() - n * interval '1 min', n / 7.0, n % 2 = 0
    FROM generate_series(1, 10000) AS n";
const BY_KEY: &str = "SELECT id, title, views FROM post WHERE id = $1";
const HUNDRED: &str = "SELECT id, title, views FROM post WHERE id <= 100";
const ALL: &str = "SELECT id, title, views FROM post";
const WIDE: &str = "SELECT id, title, views, created, price, published FROM post";
/// How many statements are sent at once.
const TOGETHER: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Key,
    Hundred,
    All,
    Wide,
    Together,
}

const CASES: [(Case, &str, &str, u32); 5] = [
    (Case::Key, "key", "a row by its primary key", 100),
    (Case::Hundred, "hundred", "100 rows of 3 columns", 20),
    (Case::All, "all", "10,000 rows of 3 columns", 1),
    (Case::Wide, "wide", "10,000 rows of 6, theirs undecoded", 1),
    (Case::Together, "together", "20 rows by key at once", 10),
];

struct Ours {
    link: Box<dyn Connection>,
    hundred: Statement,
    all: Statement,
    wide: Statement,
}

impl Ours {
    async fn run(&mut self, case: Case, id: i64) {
        let key = |id: i64| Statement::read(BY_KEY, vec![Value::from(id)]);
        match case {
            Case::Key => assert_eq!(posts(&mut self.link, &key(id)).await, 1),
            Case::Hundred => assert_eq!(posts(&mut self.link, &self.hundred).await, 100),
            Case::All => assert_eq!(posts(&mut self.link, &self.all).await, ROWS),
            Case::Wide => drop(execute(&mut self.link, &self.wide, Box::new(Every)).await),
            Case::Together => {
                let statements: Vec<Statement> = (0..TOGETHER as i64).map(|n| key(id + n)).collect();
                let sink = || Box::<Posts>::default() as Box<dyn RowSink>;
                let work = statements.iter().map(|statement| (statement, sink())).collect();
                let (sinks, results) = self.link.execute_all(work).await;
                assert!(results.iter().all(Result::is_ok));
                black_box(sinks);
            }
        }
    }
}

async fn posts(link: &mut Box<dyn Connection>, statement: &Statement) -> usize {
    let sink = execute(link, statement, Box::<Posts>::default()).await;
    black_box(sink.into_any().downcast::<Posts>().expect("the sink")).0.len()
}

async fn execute(link: &mut Box<dyn Connection>, statement: &Statement, sink: Box<dyn RowSink>) -> Box<dyn RowSink> {
    let (sink, result) = link.execute(statement, sink).await;
    result.expect("runs");
    black_box(sink)
}

/// The best of several rounds of each, in turns: what is left when nothing else disturbs.
async fn compare(case: Case, times: u32, ours: &mut Ours, bare: &Bare) -> (Duration, Duration) {
    let (mut least, mut least_bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..100 {
        let started = Instant::now();
        for id in 1..=times {
            ours.run(case, id.into()).await;
        }
        least = least.min(started.elapsed());
        let started = Instant::now();
        for id in 1..=times {
            bare.run(case, id.into()).await;
        }
        least_bare = least_bare.min(started.elapsed());
    }
    (least / times, least_bare / times)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let database = TestDatabase::create().await?;
    let options: PostgresOptions = database.url().parse()?;
    let mut link = PostgresDriver::new(options).connect().await?;
    execute(&mut link, &Statement::schema(CREATE), Box::new(Discard)).await;
    let read = |sql: &str| Statement::read(sql, vec![]);
    let mut ours = Ours { link, hundred: read(HUNDRED), all: read(ALL), wide: read(WIDE) };
    let bare = Bare::connect(&database.url()).await?;

    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [name, side, rounds] = arguments.as_slice() {
        let case = CASES.iter().find(|(_, known, ..)| known == name).ok_or("no such case")?.0;
        for round in 0..rounds.parse()? {
            let id = round % 5_000 + 1;
            if side == "driver" { ours.run(case, id).await } else { bare.run(case, id).await }
        }
        return Ok(());
    }
    for (case, _, what, times) in CASES {
        let (driver, bare) = compare(case, times, &mut ours, &bare).await;
        let ratio = driver.as_secs_f64() / bare.as_secs_f64();
        println!("{what:<34} driver {driver:>10.3?}  tokio-postgres {bare:>10.3?}  ratio {ratio:.2}");
    }
    Ok(())
}
