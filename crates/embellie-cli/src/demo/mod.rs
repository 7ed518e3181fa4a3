//! `embellie demo`: a shop of real size, and a tour of it.

mod dialect;
mod fill;
mod report;
mod shop_database;
mod tour;

use std::time::Duration;

use shop::data::Plan;

use crate::args::Demo;
use crate::failure::Failure;
use report::{Json, Report, Text};

pub(crate) use dialect::DEFAULT_PLACE;

/// A shop that is ready for the tour.
#[derive(Debug)]
struct Shop {
    db: embellie::Database,
    /// Where it is, for people.
    place: String,
    /// The database's product and version.
    product: String,
    plan: Plan,
    /// How long it took to fill it, if it was filled now: with how many rows.
    filled: Option<(u64, Duration)>,
}

/// Fills the shop if need be, and takes the tour.
pub(crate) async fn run(args: Demo) -> Result<(), Failure> {
    let mut report: Box<dyn Report> = if args.json { Box::<Json>::default() } else { Box::<Text>::default() };
    let shop = shop_database::open(&args, &mut *report).await?;
    report.shop(&shop)?;
    let stops = tour::stops();
    for (place, stop) in stops.iter().enumerate() {
        let visit = stop.visit(&shop.db).await?;
        report.stop(place + 1, stops.len(), stop, &visit)?;
    }
    report.end(&shop)?;
    shop.db.close();
    Ok(())
}
