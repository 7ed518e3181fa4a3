//! What is computed of rows: annotations, groups, windows, and a tree in one query.

use embellie::Result;
use embellie::functions::TruncMonth;
use embellie::prelude::*;
use embellie::query_set::Cte;
use shop::models::*;

use super::super::shown::{Shown, cells};
use super::{Stop, part};

const SOURCE: &str = include_str!("computed.rs");

pub(super) fn stops() -> Vec<Stop> {
    vec![
        Stop {
            title: "Annotations",
            text: "An annotation is a value: it is added to the rows, and used again to filter and to order. Products have \
                   reviews and items; each is counted alone, so that neither count is multiplied by the other.",
            parts: vec![part!(
                talked_about,
                "# Django's numbers are wrong here: ticket 10060.\nProduct.objects.annotate(\n    said=Count(\"reviews\"), \
                 sold=Count(\"items\")).filter(said__gt=10).order_by(\"-sold\")[:5]"
            )],
        },
        Stop {
            title: "Groups",
            text: "Values, and then an aggregate: one row for each month, with what was ordered in it.",
            parts: vec![part!(
                months,
                "Order.objects.annotate(month=TruncMonth(\"placed_at\")).values(\"month\").annotate(\n    \
                 orders=Count(\"id\"), paid=Sum(\"total\")).order_by(\"-month\")[:6]"
            )],
        },
        Stop {
            title: "The best of each",
            text: "A window numbers the products of each brand by their price; a condition on it leaves the first.",
            parts: vec![part!(
                dearest,
                "Product.objects.annotate(place=Window(RowNumber(),\n    partition_by=\"brand\", order_by=[\"-price\", \
                 \"id\"])).filter(place=1).order_by(\"-price\")[:5]"
            )],
        },
        Stop {
            title: "A tree in one query",
            text: "A common table expression that refers to itself: every category with its depth. Django has none.",
            parts: vec![part!(tree, "# Category.objects has no way to say it.")],
        },
    ]
}

async fn talked_about(db: &Database) -> Result<Shown> {
    // ↓
    let said = Count(Product::reviews());
    let sold = Count(Product::items());
    let products: Vec<(Product, i64, i64)> = Product::objects()
        .annotate((&said, &sold))
        .filter(said.gt(10))
        .order_by((sold.desc(), Product::id))
        .limit(5)
        .all(db)
        .await?;
    // ↑
    let row = |(product, said, sold): &(Product, i64, i64)| cells![product.name, *said, *sold];
    Ok(Shown::rows(&["name", "said", "sold"], products.iter().map(row)))
}

async fn months(db: &Database) -> Result<Shown> {
    // ↓
    let month = TruncMonth(Order::placed_at);
    let (orders, paid) = (Count(Order::id), Sum(Order::total));
    let months: Vec<(Timestamp, i64, Option<Decimal>)> =
        Order::objects().values_list(&month).annotate((&orders, &paid)).order_by(month.desc()).limit(6).all(db).await?;
    // ↑
    let row = |(month, orders, paid): &(Timestamp, i64, Option<Decimal>)| cells![*month, *orders, *paid];
    Ok(Shown::rows(&["month", "orders", "paid"], months.iter().map(row)))
}

async fn dearest(db: &Database) -> Result<Shown> {
    // ↓
    let place = RowNumber().over().partition_by(Product::brand).order_by((Product::price.desc(), Product::id));
    let products: Vec<(Product, i64)> = Product::objects()
        .annotate(&place)
        .filter(place.eq(1))
        .order_by((Product::price.desc(), Product::id))
        .limit(5)
        .all(db)
        .await?;
    // ↑
    let row = |(product, place): &(Product, i64)| cells![product.name, product.price, *place];
    Ok(Shown::rows(&["name", "price", "place"], products.iter().map(row)))
}

async fn tree(db: &Database) -> Result<Shown> {
    // ↓
    let depth = Value(0_i64).named("depth");
    let roots = Category::objects().filter(q!(parent__isnull = true)).annotate(&depth);
    let tree = Cte::recursive("tree", roots, |tree| {
        let deeper = (tree.column(&depth) + 1).named("depth");
        Category::objects().join(tree.on(Category::parent_id, Category::id)).annotate(&deeper)
    });
    let categories: Vec<(Category, i64)> = tree.rows().order_by(("depth", "name")).limit(8).all(db).await?;
    // ↑
    let row = |(category, depth): &(Category, i64)| cells![category.name, *depth];
    Ok(Shown::rows(&["name", "depth"], categories.iter().map(row)))
}
