//! Asking for rows.

use embellie::{Database, Model, Q, Result, q};
use shop::choices::{OrderStatus, ProductStatus};
use shop::models::*;

use super::super::shown::{Shown, cells};
use super::{Stop, part};

const SOURCE: &str = include_str!("filters.rs");

pub(super) fn stops() -> Vec<Stop> {
    vec![
        Stop {
            title: "Filter across relations",
            text: "A path goes through foreign keys as a field goes through a dot. The compiler knows each step: a \
                   wrong name or a number compared with text does not build. Nothing reaches the database before \
                   `all`, `get`, `count` or the like is awaited.",
            parts: vec![part!(
                across_relations,
                "Order.objects.filter(customer__last_name__startswith=\"Mor\", total__gt=1000)\n    .order_by(\"-total\")"
            )],
        },
        Stop {
            title: "Three ways to say the same",
            text: "Typed paths; Django's own keywords inside q!, checked by the compiler just so; and text, checked when \
                   the query runs, for filters that come from a URL or a person. All three build the same tree, so \
                   the SQL is the same.",
            parts: vec![
                part!("typed paths", by_paths, COFFEE),
                part!("Django's keywords", by_keywords, COFFEE),
                part!("text", by_text, COFFEE),
            ],
        },
        Stop {
            title: "And, or, not",
            text: "A comma is AND, as in Django; | and ! are Q objects. Tags are a many-to-many relation: its table is \
                   joined by outer joins, because the other side of the | may hold without it.",
            parts: vec![part!(
                or_and_not,
                "Product.objects.filter(\n    Q(stock=0) | Q(price__lt=10, tags__name=\"sale\") & ~Q(brand__country=\"FR\"),\n    \
                 status=\"active\",\n).distinct()"
            )],
        },
        Stop {
            title: "Exclude, where there may be many",
            text: "Who ordered in December 2024, but never had an order cancelled? exclude() over a relation to many \
                   asks whether there is no such row at all: a correlated NOT EXISTS, not a join with the wrong meaning.",
            parts: vec![part!(
                never_cancelled,
                "Customer.objects.filter(orders__placed_at__gte=december).exclude(orders__status=\"cancelled\").distinct()"
            )],
        },
        Stop {
            title: "One filter() or two",
            text: "Inside one filter(), conditions on a relation to many speak of the same row; a second filter() may be \
                   met by another one. The first asks for orders with one item that is both dear and bought twice; \
                   the second for orders with a dear item and an item bought twice.",
            parts: vec![
                part!(
                    "the same item",
                    same_item,
                    "Order.objects.filter(items__unit_price__gt=300, items__quantity__gte=2).distinct().count()"
                ),
                part!(
                    "any two items",
                    any_items,
                    "Order.objects.filter(items__unit_price__gt=300).filter(items__quantity__gte=2).distinct().count()"
                ),
            ],
        },
    ]
}

const COFFEE: &str =
    "Product.objects.filter(category__slug__startswith=\"kitchen-coffee\", reviews__rating=1).distinct()";

async fn across_relations(db: &Database) -> Result<Shown> {
    // ↓
    let orders = Order::objects()
        .filter(Order::customer.last_name.startswith("Mor") & Order::total.gt(1000))
        .order_by(Order::total.desc())
        .all(db)
        .await?;
    // ↑
    Ok(Shown::rows(
        &["id", "placed_at", "status", "total"],
        orders.iter().map(|order| cells![order.id, order.placed_at, order.status, order.total]),
    ))
}

fn products(products: &[Product]) -> Shown {
    Shown::rows(
        &["sku", "name", "price", "stock"],
        products.iter().map(|product| cells![product.sku, product.name, product.price, product.stock]),
    )
}

async fn by_paths(db: &Database) -> Result<Shown> {
    // ↓
    let found = Product::objects()
        .filter(Product::category.slug.startswith("kitchen-coffee") & Product::reviews().rating.eq(1))
        .distinct()
        .all(db)
        .await?;
    // ↑
    Ok(products(&found))
}

async fn by_keywords(db: &Database) -> Result<Shown> {
    // ↓
    let found = Product::objects()
        .filter(q!(category__slug__startswith = "kitchen-coffee", reviews__rating = 1))
        .distinct()
        .all(db)
        .await?;
    // ↑
    Ok(products(&found))
}

async fn by_text(db: &Database) -> Result<Shown> {
    // ↓
    let found = Product::objects()
        .filter(Q::text("category__slug__startswith", "kitchen-coffee") & Q::text("reviews__rating", 1))
        .distinct()
        .all(db)
        .await?;
    // ↑
    Ok(products(&found))
}

async fn or_and_not(db: &Database) -> Result<Shown> {
    // ↓
    let found = Product::objects()
        .filter(q!(
            stock = 0 | (price__lt = 10, tags__name = "sale") & !(brand__country = "FR"),
            status = ProductStatus::Active
        ))
        .distinct()
        .all(db)
        .await?;
    // ↑
    Ok(products(&found))
}

async fn never_cancelled(db: &Database) -> Result<Shown> {
    let december = "2024-12-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap_or_default();
    // ↓
    let customers = Customer::objects()
        .filter(q!(orders__placed_at__gte = december))
        .exclude(q!(orders__status = OrderStatus::Cancelled))
        .distinct()
        .all(db)
        .await?;
    // ↑
    Ok(Shown::rows(
        &["first_name", "last_name", "email", "joined_at"],
        customers.iter().map(|c| cells![c.first_name, c.last_name, c.email, c.joined_at]),
    ))
}

async fn same_item(db: &Database) -> Result<Shown> {
    // ↓
    let count =
        Order::objects().filter(q!(items__unit_price__gt = 300, items__quantity__gte = 2)).distinct().count(db).await?;
    // ↑
    Ok(Shown::rows(&["orders"], [cells![count]]))
}

async fn any_items(db: &Database) -> Result<Shown> {
    // ↓
    let count = Order::objects()
        .filter(q!(items__unit_price__gt = 300))
        .filter(q!(items__quantity__gte = 2))
        .distinct()
        .count(db)
        .await?;
    // ↑
    Ok(Shown::rows(&["orders"], [cells![count]]))
}
