//! What the driver costs beside bare rusqlite: rows by primary key, rows in bulk, and patterns.
//!
//! `cargo bench -p embellie-sqlite`
#![allow(clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use embellie_core::{Connection, Driver, Error, FromColumn, Row, RowSink, Statement};
use embellie_sqlite::{SqliteDriver, SqliteOptions};

const ROWS: i64 = 20_000;
const CREATE: &str = "CREATE TABLE post (id integer PRIMARY KEY, title text NOT NULL, views integer NOT NULL)";
const FILL: &str = "INSERT INTO post SELECT value, 'Post number ' || value, value % 97 FROM generate";
const BY_KEY: &str = "SELECT id, title, views FROM post WHERE id = ?1";
const ALL: &str = "SELECT id, title, views FROM post";

#[derive(Default)]
struct Posts(Vec<(i64, String, i64)>);

impl RowSink for Posts {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        let title = String::from_column(row.column(1)?)?;
        self.0.push((i64::from_column(row.column(0)?)?, title, i64::from_column(row.column(2)?)?));
        Ok(())
    }

    fn restart(&mut self) {
        self.0.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

fn fill_sql() -> String {
    let generate = format!(
        "WITH RECURSIVE generate(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM generate WHERE value < {ROWS})"
    );
    format!("{generate} {FILL}")
}

/// The best of several rounds: what is left when nothing else disturbs.
fn best(rounds: u32, mut round: impl FnMut()) -> Duration {
    (0..rounds)
        .map(|_| {
            let started = Instant::now();
            round();
            started.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn report(what: &str, driver: Duration, bare: Duration, per: u32) {
    let ratio = driver.as_secs_f64() / bare.as_secs_f64();
    println!("{what:<34} driver {:>10.3?}  rusqlite {:>10.3?}  ratio {ratio:.2}", driver / per, bare / per);
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bare = rusqlite::Connection::open_in_memory()?;
    bare.execute_batch(CREATE)?;
    bare.execute(&fill_sql(), [])?;

    let mut link = runtime.block_on(async {
        let mut link = SqliteDriver::new(SqliteOptions::in_memory()).connect().await?;
        link.execute(&Statement::schema(CREATE), Box::new(Posts::default())).await.1?;
        link.execute(&Statement::write(fill_sql(), vec![]), Box::new(Posts::default())).await.1?;
        Ok::<_, Error>(link)
    })?;

    let by_key = driver_by_key(&runtime, &mut link);
    let by_key_bare = best(20, || {
        for id in 1..=1000_i64 {
            let mut statement = bare.prepare_cached(BY_KEY).expect("prepares");
            let mut rows = statement.query([id]).expect("runs");
            while let Some(row) = rows.next().expect("reads") {
                black_box((row.get::<_, i64>(0).ok(), row.get::<_, String>(1).ok(), row.get::<_, i64>(2).ok()));
            }
        }
    });
    report("a row by its primary key", by_key, by_key_bare, 1000);

    let all = runtime.block_on(async {
        let statement = Statement::read(ALL, vec![]);
        let mut least = Duration::MAX;
        for _ in 0..20 {
            let started = Instant::now();
            let (sink, result) = link.execute(&statement, Box::new(Posts::default())).await;
            result.expect("reads");
            black_box(sink);
            least = least.min(started.elapsed());
        }
        least
    });
    let all_bare = best(20, || {
        let mut statement = bare.prepare_cached(ALL).expect("prepares");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("runs");
        black_box(rows.collect::<Result<Vec<(i64, String, i64)>, _>>().expect("reads"));
    });
    report("20,000 rows", all, all_bare, 1);

    for (what, condition) in [
        ("LIKE, as SQLite has it", "title LIKE '%ER 123%' ESCAPE '\\'"),
        ("embellie_ilike", "embellie_ilike(title, '%ER 123%')"),
        ("embellie_like", "embellie_like(title, '%er 123%')"),
        ("REGEXP '(?i)…'", "title REGEXP '(?i)er 123'"),
    ] {
        let statement = Statement::read(format!("SELECT count(*) FROM post WHERE {condition}"), vec![]);
        let time = runtime.block_on(async {
            let mut least = Duration::MAX;
            for _ in 0..20 {
                let started = Instant::now();
                link.execute(&statement, Box::new(Count)).await.1.expect("reads");
                least = least.min(started.elapsed());
            }
            least
        });
        println!("{what:<34} {:>7.1?} a row", time / u32::try_from(ROWS)?);
    }
    Ok(())
}

struct Count;

impl RowSink for Count {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        black_box(i64::from_column(row.column(0)?)?);
        Ok(())
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

fn driver_by_key(runtime: &tokio::runtime::Runtime, link: &mut Box<dyn Connection>) -> Duration {
    let sql: std::sync::Arc<str> = BY_KEY.into();
    runtime.block_on(async {
        let mut least = Duration::MAX;
        for _ in 0..20 {
            let started = Instant::now();
            for id in 1..=1000_i64 {
                let statement = Statement::read(std::sync::Arc::clone(&sql), vec![id.into()]);
                let (sink, result) = link.execute(&statement, Box::new(Posts::default())).await;
                result.expect("reads");
                black_box(sink);
            }
            least = least.min(started.elapsed());
        }
        least
    })
}
