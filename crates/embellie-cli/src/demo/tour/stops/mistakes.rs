//! What goes wrong, and what is said of it.

use embellie::{Database, Model, Q, Result, q};
use shop::models::*;

use super::super::shown::Shown;
use super::{Stop, part};

const SOURCE: &str = include_str!("mistakes.rs");

pub(super) fn stops() -> Vec<Stop> {
    vec![
        Stop {
            title: "What stands in the way",
            text: "A product that was ordered is protected: on_delete = Protect. The error says which rows stand in the \
                   way, and nothing was deleted.",
            parts: vec![part!(protected, "Brand.objects.filter(name=\"Aldermoor\").delete()")],
        },
        Stop {
            title: "A wrong name",
            text: "In typed paths and q! this does not build. In text it is an error before anything is sent, in Django's \
                   words and with a suggestion.",
            parts: vec![part!(wrong_name, "Order.objects.filter(custmer__email__endswith=\".org\")")],
        },
    ]
}

fn said<T>(result: Result<T>) -> Shown {
    match result {
        Err(error) => Shown::words(format!("{}: {error}", error.class())),
        Ok(_) => Shown::words("no error"),
    }
}

async fn protected(db: &Database) -> Result<Shown> {
    // ↓
    let refused = Brand::objects().filter(q!(name = "Aldermoor")).delete(db).await;
    // ↑
    Ok(said(refused))
}

async fn wrong_name(db: &Database) -> Result<Shown> {
    // ↓
    let refused = Order::objects().filter(Q::text("custmer__email__endswith", ".org")).all(db).await;
    // ↑
    Ok(said(refused))
}
