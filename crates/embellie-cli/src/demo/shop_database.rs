//! From an argument to a database with a complete shop in it, without harm to anything else.

use std::collections::BTreeSet;
use std::time::Instant;

use embellie::{Database, Error, Model, model, new};
use shop::data::{Plan, VERSION};

use super::dialect::{Found, inspect, is_half_done, reading, writing};
use super::report::Report;
use super::{Shop, fill};
use crate::args::Demo;
use crate::database::{Address, product};
use crate::failure::Failure;

/// What the demo knows of the shop that it made: the only row of its table.
#[model(app = "demo", verbose_name = "demo information")]
struct DemoInfo {
    /// The version of the data set.
    version: i64,
    /// The orders of a complete data set.
    orders: i64,
    /// Whether all rows are there.
    finished: bool,
}

/// What a database holds.
#[derive(Debug)]
enum State {
    /// No tables at all.
    Empty,
    /// A complete shop of so many orders.
    Complete(u64),
    /// A shop that was not filled to the end.
    Unfinished,
    /// A shop of another version of the demo.
    Outdated(i64),
    /// Something else: the tables that are not the demo's.
    Foreign(Vec<String>),
}

/// Opens the shop, and fills it first if that is needed.
pub(super) async fn open(args: &Demo, report: &mut dyn Report) -> Result<Shop, Failure> {
    let place = Address::parse(&args.database)?;
    let is_new_file = check_file(&place)?;
    let state = match is_new_file {
        Some(true) => State::Empty,
        _ => read_state(&place).await?,
    };
    let asked = args.size();
    let make = |old| (asked.clone().unwrap_or_else(|| Plan::new(1.0)), old);
    let (plan, has_tables) = match state {
        State::Foreign(tables) => return Err(foreign(&place, &tables)),
        State::Empty => make(false),
        _ if args.fresh => make(true),
        State::Unfinished => {
            report.note("An earlier run did not fill the shop to the end, so it is filled anew.")?;
            make(true)
        }
        State::Outdated(version) => {
            return Err(Failure::Other(format!(
                "{place} holds a shop of version {version} of the data set, and this is version {VERSION}. Add --fresh \
                 to fill it anew."
            )));
        }
        State::Complete(orders) => {
            let plan = Plan::with_orders(orders);
            if asked.is_some_and(|asked| asked.order_count() != orders) {
                return Err(Failure::Other(format!(
                    "{place} holds a shop of {orders} orders. Leave the size away to use it, add --fresh to fill it \
                     anew, or choose another place with --database."
                )));
            }
            return ready(&place, plan, None).await;
        }
    };
    let begun = Instant::now();
    let shop = ready(&place, plan, None).await?;
    let rows = build(&shop, has_tables, report).await?;
    Ok(Shop { filled: Some((rows, begun.elapsed())), ..shop })
}

async fn ready(place: &Address, plan: Plan, filled: Option<(u64, std::time::Duration)>) -> Result<Shop, Failure> {
    let db = connect(place, &writing(place)?).await?;
    Ok(Shop { place: place.to_string(), product: product(db.server()), db, plan, filled })
}

async fn connect(place: &Address, url: &str) -> Result<Database, Failure> {
    Database::connect(url).await.map_err(|error| Failure::while_doing(&format!("{place} cannot be opened"), &error))
}

/// Looks at the file before anything opens it as a database: `Some(true)` when there is none yet, `None` when the
/// shop is not in a file.
fn check_file(place: &Address) -> Result<Option<bool>, Failure> {
    let Some(path) = place.file() else { return Ok(None) };
    let found = inspect(path).map_err(|error| Failure::Other(format!("{place} cannot be read: {error}")))?;
    match found {
        Found::Nothing => Ok(Some(true)),
        Found::Ours => Ok(Some(false)),
        Found::Foreign(what) => Err(Failure::Other(format!(
            "{place} is {what}, so it is left alone. Choose another place with --database."
        ))),
        Found::Truncated => Err(damaged(place, "a part of it is missing")),
    }
}

fn damaged(place: &Address, why: &str) -> Failure {
    Failure::Other(format!(
        "{place} is damaged: {why}. It is left as it is. Delete it and run the demo again, or choose another place with \
         --database."
    ))
}

fn foreign(place: &Address, tables: &[String]) -> Failure {
    let shown: Vec<&str> = tables.iter().take(5).map(String::as_str).collect();
    let more = if tables.len() > shown.len() { ", …" } else { "" };
    Failure::Other(format!(
        "{place} holds tables that are not the demo's ({}{more}), so it is left alone. Choose an empty database with \
         --database.",
        shown.join(", ")
    ))
}

/// What is in the database, found out without writing.
async fn read_state(place: &Address) -> Result<State, Failure> {
    let unreadable = |error: Error| match (place.file(), &error) {
        (Some(_), Error::Operational(_) | Error::Programming(_) | Error::Decode(_)) if !error.is_retryable() => {
            damaged(place, &error.to_string())
        }
        _ => Failure::while_doing(&format!("{place} cannot be read"), &error),
    };
    let read = async |url: String| {
        let db = Database::connect(&url).await?;
        let state = state(&db).await?;
        db.close();
        Ok::<State, Error>(state)
    };
    let state = match read(reading(place)?).await {
        // The file bears the demo's mark, and a run that was killed has left something half done, which only who may
        // write can undo.
        Err(error) if is_half_done(&error) => read(writing(place)?).await,
        read => read,
    };
    state.map_err(unreadable)
}

async fn state(db: &Database) -> Result<State, Error> {
    let present: BTreeSet<String> = db.table_names().await?.into_iter().collect();
    if present.is_empty() {
        return Ok(State::Empty);
    }
    let registry = db.registry();
    let ours: BTreeSet<String> = registry.models().iter().map(|model| model.table.clone()).collect();
    let others: Vec<String> = present.difference(&ours).cloned().collect();
    let mark = &registry.model(DemoInfo::LABEL)?.table;
    if !others.is_empty() {
        return Ok(State::Foreign(others));
    }
    if !present.contains(mark) {
        return Ok(State::Foreign(present.into_iter().collect()));
    }
    let Some(info) = DemoInfo::objects().first(db).await? else { return Ok(State::Unfinished) };
    if info.version != i64::from(VERSION) {
        return Ok(State::Outdated(info.version));
    }
    if !info.finished || present != ours {
        return Ok(State::Unfinished);
    }
    // A damaged page shows itself only when it is read.
    for model in registry.models() {
        db.objects(model.label())?.count(db).await?;
    }
    Ok(State::Complete(u64::try_from(info.orders).unwrap_or_default()))
}

/// Creates the tables and fills them; gives the number of rows.
async fn build(shop: &Shop, has_tables: bool, report: &mut dyn Report) -> Result<u64, Failure> {
    let failed = |error: Error| Failure::while_doing(&format!("{} cannot be filled", shop.place), &error);
    let db = &shop.db;
    if has_tables {
        db.drop_tables(&[]).await.map_err(failed)?;
    }
    let notes = db.create_tables(&[]).await.map_err(failed)?;
    let orders = i64::try_from(shop.plan.order_count()).unwrap_or(i64::MAX);
    let info = new!(DemoInfo { version: i64::from(VERSION), orders: orders, finished: false });
    let mut info = info.create(db).await.map_err(failed)?;
    let rows = fill::fill(shop, report).await?;
    info.finished = true;
    info.save(db).await.map_err(failed)?;
    for note in notes {
        report.note(&format!("{}: {note}", shop.product))?;
    }
    Ok(rows)
}
