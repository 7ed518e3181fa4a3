//! What rows give, and in which order.

use embellie::{Database, Model, Result, q};
use shop::models::*;

use super::super::shown::{Shown, cells};
use super::{Stop, part};

const SOURCE: &str = include_str!("rows.rs");

pub(super) fn stops() -> Vec<Stop> {
    vec![
        Stop {
            title: "Ordering",
            text: "By a relation means by that model's own ordering: a brand's is its name. Where nulls go is said, not \
                   left to the database.",
            parts: vec![part!(
                heaviest,
                "Product.objects.filter(tags__name=\"heavy duty\")\n    .order_by(\"brand\", F(\"weight\").desc(nulls_last=True))\n    .values_list(\"brand__name\", \"name\", \"weight\")"
            )],
        },
        Stop {
            title: "Values instead of objects",
            text: "Only the columns asked for are read, through any relation, and each row is a tuple of the right \
                   types. The brand's site may be null, so it comes as an Option.",
            parts: vec![part!(
                tuples,
                "Item.objects.filter(quantity__gte=5, order__customer__newsletter=True).values_list(\n    \"quantity\", \
                 \"product__name\", \"product__brand__website\", \"order__customer__email\")"
            )],
        },
        Stop {
            title: "Small questions",
            text: "exists() stops at the first row, count() counts in the database, latest() and earliest() go by the \
                   model's get_latest_by, in_bulk() gives rows by key.",
            parts: vec![part!(
                small_questions,
                "Review.objects.filter(rating=1).exists()\nReview.objects.filter(rating=5).count()\n\
                 Order.objects.earliest().placed_at, Order.objects.latest().placed_at\nBrand.objects.in_bulk([1, 2, 3])"
            )],
        },
    ]
}

async fn heaviest(db: &Database) -> Result<Shown> {
    // ↓
    let products = Product::objects()
        .filter(q!(tags__name = "heavy duty"))
        .order_by((Product::brand, Product::weight.desc().nulls_last()))
        .values_list((Product::brand.name, Product::name, Product::weight))
        .all(db)
        .await?;
    // ↑
    let row = |row: &(String, String, Option<u32>)| cells![row.0, row.1, row.2];
    Ok(Shown::rows(&["brand", "name", "weight"], products.iter().map(row)))
}

async fn tuples(db: &Database) -> Result<Shown> {
    // ↓
    let rows: Vec<(u16, String, Option<String>, String)> = Item::objects()
        .filter(q!(quantity__gte = 5, order__customer__newsletter = true))
        .values_list((Item::quantity, Item::product.name, Item::product.brand.website, Item::order.customer.email))
        .all(db)
        .await?;
    // ↑
    let row = |row: &(u16, String, Option<String>, String)| cells![row.0, row.1, row.2, row.3];
    Ok(Shown::rows(&["quantity", "name", "website", "email"], rows.iter().map(row)))
}

async fn small_questions(db: &Database) -> Result<Shown> {
    // ↓
    let has_angry = Review::objects().filter(q!(rating = 1)).exists(db).await?;
    let happy = Review::objects().filter(q!(rating = 5)).count(db).await?;
    let first = Order::objects().earliest(&[], db).await?.placed_at;
    let last = Order::objects().latest(&[], db).await?.placed_at;
    let brands = Brand::objects().in_bulk(&[1, 2, 3], db).await?;
    // ↑
    let names: Vec<String> = brands.into_values().map(|brand| brand.name).collect();
    Ok(Shown::rows(
        &["has_angry", "happy", "first", "last", "brands"],
        [cells![has_angry, happy, first, last, names.len() as i64]],
    ))
}
