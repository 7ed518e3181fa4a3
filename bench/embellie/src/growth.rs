//! How time and memory grow with what is asked for.
//!
//! A line `WHAT SIZE` is answered with `nanoseconds cpu-nanoseconds peak-bytes`, of the least of a few runs; `- why` where
//! a size is beyond what the database can do. A line `WHAT SIZE TIMES` is answered with `done` when it was done so many
//! times: its instructions are counted from outside.

use std::hint::black_box;
use std::io::{BufRead, Write};

use bench_common::{Cost, Failure, measure_future, peak_of};
use embellie::field::FieldKind;
use embellie::meta::{FieldMeta, ModelMeta, OnDelete};
use embellie::prelude::*;
use embellie::{Executor, Registry, Sql};
use tokio::runtime::Runtime;

/// The most rows that are read.
const ROWS: i64 = 1_000_000;
/// How many nodes there are, each the child of the one before.
const NODES: i64 = 128;
/// How often each is measured.
const RUNS: usize = 3;

#[model(app = "growth")]
pub struct Entry {
    #[field(max_length = 100)]
    pub name: String,
    pub number: i64,
    #[field(max_length = 200)]
    pub note: Option<String>,
}

#[model(app = "growth")]
pub struct Node {
    #[field(unique)]
    pub number: i64,
    #[field(on_delete = Cascade, related_name = "children")]
    pub parent: Option<ForeignKey<Node>>,
}

/// Makes tables of its own, and fills them.
pub(crate) fn fill(runtime: &Runtime, url: &str) -> Result<(), Failure> {
    runtime.block_on(filled(url)).map(|db| db.close())
}

/// Answers the lines of the standard input until it ends.
pub(crate) fn run(runtime: &Runtime, url: &str) -> Result<(), Failure> {
    let db = runtime.block_on(Database::connect(url))?;
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split(' ');
        let (what, size) = words.next().zip(words.next()).ok_or_else(|| format!("a line of two words, not `{line}`"))?;
        let size: usize = size.parse()?;
        let answer = match words.next() {
            None => runtime
                .block_on(least(what, size, url, &db))
                .map(|(cost, peak)| format!("{} {} {peak}", cost.elapsed, cost.processor)),
            Some(times) => {
                let times: usize = times.parse()?;
                let work = async {
                    for _ in 0..times {
                        one(what, size, url, &db).await?;
                    }
                    Ok("done".to_owned())
                };
                runtime.block_on(work)
            }
        };
        match answer {
            Ok(answer) => writeln!(output, "{answer}")?,
            Err(error) => writeln!(output, "- {}", error.to_string().replace('\n', " "))?,
        }
        output.flush()?;
    }
    Ok(())
}

async fn filled(url: &str) -> Result<Database, Failure> {
    let db = Database::connect(url).await?;
    db.create_tables(&["growth.Entry", "growth.Node"]).await?;
    let numbers = |upto: i64| {
        format!("WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {upto})")
    };
    let entries = format!(
        "{} INSERT INTO growth_entry (id, name, number, note) SELECT n, 'entry ' || n, n * 3, \
         CASE WHEN n % 2 = 0 THEN 'a note on entry ' || n END FROM numbers",
        numbers(ROWS)
    );
    let nodes = format!(
        "{} INSERT INTO growth_node (id, number, parent_id) SELECT n, n, CASE WHEN n > 1 THEN n - 1 END FROM numbers \
         ORDER BY n",
        numbers(NODES)
    );
    for statement in [entries, nodes] {
        db.cursor().execute(Sql::trusted(statement), ()).await?;
    }
    db.cursor().execute("ANALYZE", ()).await?;
    Ok(db)
}

/// The least of a few runs, after one that prepares, and the memory that a run takes at its peak.
async fn least(what: &str, size: usize, url: &str, db: &Database) -> Result<(Cost, u64), Failure> {
    one(what, size, url, db).await?;
    let (outcome, peak) = peak_of(one(what, size, url, db)).await;
    outcome?;
    let mut least: Option<Cost> = None;
    for _ in 0..RUNS {
        let (outcome, cost) = measure_future(one(what, size, url, db)).await;
        outcome?;
        least = Some(match least {
            Some(least) if least.processor <= cost.processor => least,
            _ => cost,
        });
    }
    Ok((least.ok_or("nothing was measured")?, peak))
}

async fn one(what: &str, size: usize, url: &str, db: &Database) -> Result<(), Failure> {
    match what {
        "rows" => {
            let rows = Entry::objects().order_by(Entry::id).limit(size as u64).all(db).await?;
            expect(black_box(&rows).len(), size)
        }
        "models" => {
            let db = Database::builder(url).registry(registry(size)?).connect().await?;
            let rows = db.objects("growth.Model0")?.filter(Q::text("name", "none"));
            black_box(rows.query());
            db.close();
            Ok(())
        }
        "joins" => {
            let path = format!("{}number", "parent__".repeat(size));
            let node = Node::objects().filter(Q::text(path, 1)).get(db).await?;
            expect(node.id as usize, size + 1)
        }
        "inserted" => {
            let mut entries: Vec<Entry> = (0..size as i64)
                .map(|n| {
                    let mut entry = new!(Entry { name: format!("new entry {n}"), number: n });
                    entry.id = ROWS + 1 + n;
                    entry
                })
                .collect();
            // Undone again, so that each time finds the same rows.
            db.atomic(async |tx| {
                Entry::objects().bulk_create(&mut entries, tx).await?;
                tx.set_rollback(true);
                Ok::<_, Failure>(())
            })
            .await
        }
        "in" => {
            let keys: Vec<i64> = (1..=size as i64).collect();
            expect(Entry::objects().filter(Entry::id.in_(keys)).count(db).await? as usize, size)
        }
        _ => Err(format!("there is no growth of `{what}`").into()),
    }
}

fn expect(got: usize, wanted: usize) -> Result<(), Failure> {
    if got == wanted { Ok(()) } else { Err(format!("{got} instead of {wanted}").into()) }
}

/// Models of eight fields, each with a foreign key to the one before.
fn registry(models: usize) -> Result<Registry, Failure> {
    let models = (0..models).map(|n| {
        let model = ModelMeta::new("growth", format!("Model{n}"))
            .field(FieldMeta::new("name", FieldKind::Char).max_length(100))
            .field(FieldMeta::new("code", FieldKind::Char).max_length(20))
            .field(FieldMeta::new("note", FieldKind::Text).null())
            .field(FieldMeta::new("active", FieldKind::Bool).default(true))
            .field(FieldMeta::new("views", FieldKind::BigInteger))
            .field(FieldMeta::new("rank", FieldKind::Integer))
            .field(FieldMeta::new("score", FieldKind::Float));
        match n.checked_sub(1) {
            None => model,
            Some(above) => model.field(FieldMeta::foreign_key("parent", format!("Model{above}"), OnDelete::Cascade)),
        }
    });
    Ok(Registry::build(models)?)
}
