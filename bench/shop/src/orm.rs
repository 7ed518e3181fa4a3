//! The queries, as the demo has them.

use bench_common::{mix, text};
use embellie::functions::TruncMonth;
use embellie::prelude::*;
use shop::choices::{OrderStatus, ProductStatus};
use shop::models::*;

use crate::query::Query;
use crate::rows::december;

/// Runs a query; gives a sum that does not depend on the order of rows, which not all say.
pub(crate) async fn run(query: Query, db: &Database) -> embellie::Result<u64> {
    let mut sum: u64 = 0;
    let mut add = |row: u64| sum = sum.wrapping_add(row);
    match query {
        Query::Loop => {
            for order in &Order::objects().limit(500).all(db).await? {
                let customer = order.customer.get(db).await?;
                add(text(mix(0, order.id), &customer.last_name));
            }
        }
        Query::AnyItems => {
            let orders = Order::objects().filter(q!(items__unit_price__gt = 300)).filter(q!(items__quantity__gte = 2));
            add(orders.distinct().count(db).await? as u64);
        }
        Query::SameItem => {
            let orders = Order::objects().filter(q!(items__unit_price__gt = 300, items__quantity__gte = 2));
            add(orders.distinct().count(db).await? as u64);
        }
        Query::Months => {
            let month = TruncMonth(Order::placed_at);
            let (orders, paid) = (Count(Order::id), Sum(Order::total));
            let months: Vec<(Timestamp, i64, Option<Decimal>)> = Order::objects()
                .values_list(&month)
                .annotate((&orders, &paid))
                .order_by(month.desc())
                .limit(6)
                .all(db)
                .await?;
            for (month, orders, paid) in months {
                add(text(
                    mix(mix(0, month.as_second()), orders),
                    &paid.unwrap_or_default().round_dp(2).normalize().to_string(),
                ));
            }
        }
        Query::TalkedAbout => {
            let (said, sold) = (Count(Product::reviews()), Count(Product::items()));
            let products: Vec<(Product, i64, i64)> = Product::objects()
                .annotate((&said, &sold))
                .filter(said.gt(10))
                .order_by((sold.desc(), Product::id))
                .limit(5)
                .all(db)
                .await?;
            for (product, said, sold) in &products {
                add(mix(mix(text(mix(0, product.id), &product.name), *said), *sold));
            }
        }
        Query::NeverCancelled => {
            let customers = Customer::objects().filter(q!(orders__placed_at__gte = december()));
            let customers = customers.exclude(q!(orders__status = OrderStatus::Cancelled)).distinct();
            for customer in &customers.all(db).await? {
                add(text(mix(0, customer.id), &customer.email));
            }
        }
        Query::OrAndNot => {
            let products = Product::objects().filter(q!(
                stock = 0 | (price__lt = 10, tags__name = "sale") & !(brand__country = "FR"),
                status = ProductStatus::Active
            ));
            for product in &products.distinct().all(db).await? {
                add(text(mix(0, product.id), &product.name));
            }
        }
        Query::Tuples => {
            let items = Item::objects().filter(q!(quantity__gte = 5, order__customer__newsletter = true));
            let columns = (Item::quantity, Item::product.name, Item::product.brand.website, Item::order.customer.email);
            let rows: Vec<(u16, String, Option<String>, String)> = items.values_list(columns).all(db).await?;
            for (quantity, name, website, email) in &rows {
                let sum = text(text(mix(0, (*quantity).into()), name), website.as_deref().unwrap_or("-"));
                add(text(sum, email));
            }
        }
        Query::Dearest => {
            let place = RowNumber().over().partition_by(Product::brand).order_by((Product::price.desc(), Product::id));
            let products: Vec<(Product, i64)> = Product::objects()
                .annotate(&place)
                .filter(place.eq(1))
                .order_by((Product::price.desc(), Product::id))
                .limit(5)
                .all(db)
                .await?;
            for (product, _) in &products {
                add(text(mix(0, product.id), &product.name));
            }
        }
        Query::Across => {
            let orders = Order::objects().filter(Order::customer.last_name.startswith("Mor") & Order::total.gt(1000));
            for order in &orders.order_by(Order::total.desc()).all(db).await? {
                add(text(mix(0, order.id), &order.note));
            }
        }
    }
    Ok(sum)
}
