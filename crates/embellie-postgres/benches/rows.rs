//! What the driver costs beside bare tokio-postgres: a row by primary key, and rows in bulk.
//!
//! `cargo bench -p embellie-postgres`
#![allow(clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use embellie_core::{Connection, Discard, Driver, Error, FromColumn, Row, RowSink, Statement, Value};
use embellie_postgres::{PostgresDriver, PostgresOptions};
use embellie_testing::TestDatabase;
use tokio_postgres::{Client, NoTls};

const ROWS: i64 = 10_000;
const CREATE: &str = "CREATE TABLE post (id bigint PRIMARY KEY, title text NOT NULL, views int, created timestamptz,
    price numeric(10, 2), published bool);
    INSERT INTO post SELECT n, 'Post number ' || n, n % 97, now() - n * interval '1 min', n / 7.0, n % 2 = 0
    FROM generate_series(1, 10000) AS n";
const BY_KEY: &str = "SELECT id, title, views FROM post WHERE id = $1";
const ALL: &str = "SELECT id, title, views FROM post";
const WIDE: &str = "SELECT id, title, views, created, price, published FROM post";

type Post = (i64, String, i32);

#[derive(Default)]
struct Posts(Vec<Post>);

impl RowSink for Posts {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        let title = String::from_column(row.column(1)?)?;
        self.0.push((i64::from_column(row.column(0)?)?, title, i32::from_column(row.column(2)?)?));
        Ok(())
    }

    fn restart(&mut self) {
        self.0.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// Reads every column.
struct Every;

impl RowSink for Every {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        for i in 0..row.len() {
            black_box(row.column(i)?);
        }
        Ok(())
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// The best of several rounds of each, in turns: what is left when nothing else disturbs.
async fn best(rounds: u32, mut driver: impl AsyncFnMut(), mut bare: impl AsyncFnMut()) -> (Duration, Duration) {
    let (mut least, mut least_bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let started = Instant::now();
        driver().await;
        least = least.min(started.elapsed());
        let started = Instant::now();
        bare().await;
        least_bare = least_bare.min(started.elapsed());
    }
    (least, least_bare)
}

fn report(what: &str, (driver, bare): (Duration, Duration), per: u32) {
    let ratio = driver.as_secs_f64() / bare.as_secs_f64();
    println!("{what:<34} driver {:>10.3?}  tokio-postgres {:>10.3?}  ratio {ratio:.2}", driver / per, bare / per);
}

async fn bare_posts(client: &Client, statement: &tokio_postgres::Statement) -> Vec<Post> {
    let rows = client.query(statement, &[]).await.expect("reads");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

async fn run(link: &mut Box<dyn Connection>, statement: &Statement, sink: Box<dyn RowSink>) {
    let (sink, result) = link.execute(statement, sink).await;
    result.expect("runs");
    black_box(sink);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database = TestDatabase::create().await?;
    let options: PostgresOptions = database.url().parse()?;
    let mut link = PostgresDriver::new(options).connect().await?;
    run(&mut link, &Statement::schema(CREATE), Box::new(Discard)).await;
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await?;
    tokio::spawn(connection);

    let (by_key, all) = (client.prepare(BY_KEY).await?, client.prepare(ALL).await?);
    let times = best(
        100,
        async || {
            for id in 1..=200_i64 {
                let statement = Statement::read(BY_KEY, vec![Value::from(id)]);
                run(&mut link, &statement, Box::new(Posts::default())).await;
            }
        },
        async || {
            for id in 1..=200_i64 {
                let row = client.query_one(&by_key, &[&id]).await.expect("reads");
                black_box::<Post>((row.get(0), row.get(1), row.get(2)));
            }
        },
    )
    .await;
    report("a row by its primary key", times, 200);

    let statement = Statement::read(ALL, vec![]);
    let times = best(
        100,
        async || run(&mut link, &statement, Box::new(Posts::default())).await,
        async || assert_eq!(black_box(bare_posts(&client, &all).await).len() as i64, ROWS),
    )
    .await;
    report("10,000 rows of 3 columns", times, 1);

    let statement = Statement::read(WIDE, vec![]);
    let wide = client.prepare(WIDE).await?;
    let times = best(
        100,
        async || run(&mut link, &statement, Box::new(Every)).await,
        // Their columns are not decoded: tokio-postgres has no types for all of them.
        async || drop(black_box(client.query(&wide, &[]).await.expect("reads"))),
    )
    .await;
    report("10,000 rows of 6, theirs undecoded", times, 1);
    Ok(())
}
