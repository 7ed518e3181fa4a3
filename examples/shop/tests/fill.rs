//! What reaches the database is what the plan says.
#![allow(clippy::unwrap_used)]

use embellie::prelude::*;
use shop::data::Plan;
use shop::fill::{fill, row_count};
use shop::models::*;

#[tokio::test]
async fn the_database_holds_the_plan() {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    assert_eq!(db.create_tables(&[]).await.unwrap(), Vec::<String>::new(), "everything is supported");
    let plan = Plan::with_orders(300);
    let mut told = 0;
    fill(&db, &plan, &mut |_, rows| told += rows).await.unwrap();
    assert_eq!(told, row_count(&plan));

    let mut stored = 0;
    for model in db.registry().models() {
        stored += db.objects(model.label()).unwrap().count(&db).await.unwrap();
    }
    assert_eq!(stored, told);

    // Rows find each other again: by number in the plan, by key in the database.
    let placed = plan.orders().nth(200).unwrap();
    let buyer = plan.customers().nth(placed.customer as usize).unwrap();
    let order = Order::objects().filter(q!(reference = placed.reference)).get(&db).await.unwrap();
    assert_eq!(order.customer.get(&db).await.unwrap().email, buyer.email);
    assert_eq!((order.status, order.placed_at, order.total), (placed.status, placed.placed_at, placed.total));
    let items = Item::objects().filter(q!(order = &order)).order_by("id").all(&db).await.unwrap();
    let expected: Vec<_> = plan.items().filter(|item| item.order == placed.number).collect();
    assert_eq!(items.len(), expected.len());
    for (item, expected) in items.iter().zip(expected) {
        let product = plan.products().nth(expected.product as usize).unwrap();
        assert_eq!(item.product.get(&db).await.unwrap().sku, product.sku);
        assert_eq!((item.quantity, item.unit_price), (expected.quantity, expected.unit_price));
    }

    // Money has two decimal places, whether the database keeps them or not.
    let amounts = Item::objects().values_list((Item::unit_price, Item::product.price, Item::product.cost));
    for (paid, price, cost) in amounts.limit(50).all(&db).await.unwrap() {
        assert_eq!((paid.scale(), price.scale(), cost.map_or(2, |cost| cost.scale())), (2, 2, 2));
    }
    assert!(items.iter().all(|item| item.unit_price.scale() == 2) && order.total.scale() == 2);

    // Each address belongs to the customer of the orders that go there.
    let astray = Order::objects().exclude(Order::customer.eq(Order::address.customer) | q!(address__isnull = true));
    assert_eq!(astray.count(&db).await.unwrap(), 0);
    let paths = Category::objects().filter(q!(parent__parent__isnull = false)).count(&db).await.unwrap();
    assert_eq!(paths, 30, "each shelf lies in a section of a department");
}

#[tokio::test]
async fn what_is_filled_passes_validation() {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    db.create_tables(&[]).await.unwrap();
    fill(&db, &Plan::with_orders(40), &mut |_, _| {}).await.unwrap();
    async fn check<M: Model>(db: &Database) {
        for object in M::objects().all(db).await.unwrap() {
            object.validate(db.registry()).unwrap();
        }
    }
    check::<Address>(&db).await;
    check::<Brand>(&db).await;
    check::<Category>(&db).await;
    check::<Customer>(&db).await;
    check::<Image>(&db).await;
    check::<Item>(&db).await;
    check::<Order>(&db).await;
    check::<Payment>(&db).await;
    check::<Product>(&db).await;
    check::<Review>(&db).await;
    check::<Tag>(&db).await;
}
