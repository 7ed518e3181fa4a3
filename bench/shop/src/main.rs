//! The ten heaviest queries of embellie's demo, beside SQL written by hand for the raw drivers.
//!
//! `fill URL` makes the shop; `embellie URL` and `raw URL` answer lines as the other contenders do, with queries of
//! `query.rs` as the cases.

mod orm;
mod postgres;
mod query;
mod rows;
mod sqlite;

use bench_common::{Arguments, Failure, measure, serve_lines};
use embellie::Database;
use shop::data::Plan;

/// How many orders the shop has, as in the demo.
const ORDERS: u64 = 20_000;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let url = match arguments.file() {
        Some(file) => format!("sqlite://{file}?synchronous=normal"),
        None => arguments.url.clone(),
    };
    let connect = Database::builder(&url).pool_size(1).connect();
    match (arguments.name.as_str(), arguments.file()) {
        ("fill", _) => runtime.block_on(async {
            let db = connect.await?;
            db.create_tables(&[]).await?;
            shop::fill::fill(&db, &Plan::with_orders(ORDERS), &mut |_, _| {}).await?;
            Ok(())
        }),
        ("embellie", _) => {
            let db = runtime.block_on(connect)?;
            serve_lines(&mut |case, operations| {
                let query = case.parse()?;
                let work = async {
                    let mut sum: u64 = 0;
                    for _ in operations {
                        sum = sum.wrapping_add(orm::run(query, &db).await?);
                    }
                    Ok(sum)
                };
                Ok(measure(|| runtime.block_on(work)))
            })
        }
        (_, Some(file)) => {
            let mut raw = sqlite::Raw::open(file)?;
            serve_lines(&mut |case, operations| {
                let query = case.parse()?;
                Ok(measure(|| {
                    operations.map(|_| raw.run(query)).try_fold(0_u64, |sum, one| Ok(sum.wrapping_add(one?)))
                }))
            })
        }
        (_, None) => {
            let mut raw = runtime.block_on(postgres::Raw::connect(&arguments.url))?;
            serve_lines(&mut |case, operations| {
                let query = case.parse()?;
                let work = async {
                    let mut sum: u64 = 0;
                    for _ in operations {
                        sum = sum.wrapping_add(raw.run(query).await?);
                    }
                    Ok(sum)
                };
                Ok(measure(|| runtime.block_on(work)))
            })
        }
    }
}
