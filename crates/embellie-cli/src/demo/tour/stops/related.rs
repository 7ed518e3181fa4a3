//! Related objects: one loop, twice.

use embellie::{Database, FetchMode, Model, Result};
use shop::models::*;

use super::super::shown::{Shown, cells};
use super::{Stop, part};

const SOURCE: &str = include_str!("related.rs");

pub(super) fn stops() -> Vec<Stop> {
    vec![Stop {
        title: "The loop that everybody writes",
        text: "The newest five hundred orders, and the customer of each. Read one by one that is a statement for each order, the \
               famous N+1. By default the rows of a result are peers: the first access in the loop reads the customers \
               of all of them, so the same loop takes two statements. Nobody has to remember select_related.",
        parts: vec![
            part!("one by one", one_by_one, DJANGO),
            part!(
                "as it is by default",
                as_peers,
                "# Django 6.1: Order.objects.fetch_mode(FETCH_PEERS)\n# before: prefetch_related(\"customer\")"
            ),
        ],
    }]
}

const DJANGO: &str = "for order in Order.objects.all()[:500]:\n    order.customer.last_name";

async fn one_by_one(db: &Database) -> Result<Shown> {
    let mut rows = Vec::new();
    // ↓
    let orders = Order::objects().limit(500).fetch_mode(FetchMode::One);
    for order in &orders.all(db).await? {
        let customer = order.customer.get(db).await?;
        rows.push(cells![order.total, customer.last_name]);
    }
    // ↑
    Ok(Shown::rows(&["total", "last_name"], rows))
}

async fn as_peers(db: &Database) -> Result<Shown> {
    let mut rows = Vec::new();
    // ↓
    let orders = Order::objects().limit(500);
    for order in &orders.all(db).await? {
        let customer = order.customer.get(db).await?;
        rows.push(cells![order.total, customer.last_name]);
    }
    // ↑
    Ok(Shown::rows(&["total", "last_name"], rows))
}
