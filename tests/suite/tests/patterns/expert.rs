//! What services around a shop ask and change: orders with what a page shows of them, orders that are placed, confirmed
//! and sent once, rows that are filled in batch by batch.

use embellie::prelude::*;
use embellie::write::Save;
use embellie_suite::{Kind, Outcome, refused};
use shop::choices::{OrderStatus, ProductStatus};
use shop::models::*;

use crate::shelves::{at, cents, stock};

embellie_suite::on_every_database! { shop:
    one_statement_for_each_row_becomes_two_for_all,
    queries_that_have_names,
    an_order_is_placed_with_its_items,
    an_order_is_confirmed_once,
    something_is_done_once_however_often_it_is_tried,
    products_that_cannot_be_bought,
    rows_are_filled_in_batches,
    a_locked_row_is_changed,
}

async fn customer(name: &str, db: &dyn Executor) -> embellie::Result<Customer> {
    Customer::objects().filter(q!(first_name = name)).get(db).await
}

async fn one_statement_for_each_row_becomes_two_for_all(db: &Database) -> Outcome {
    stock(db).await?;
    let ann = customer("Ann", db).await?;
    let mine = Order::objects().filter(Order::customer.eq(&ann)).order_by(Order::placed_at.desc());

    // Objects that nothing is known of: each asks for itself.
    let asked = db.capture();
    let mut slow = Vec::new();
    for order in mine.clone().fetch_mode(FetchMode::One).all(db).await? {
        let name = order.customer.get(db).await?.first_name.clone();
        slow.push((name, Order::items().of(&order).count(db).await?));
    }
    assert_eq!(slow, [("Ann".to_owned(), 1), ("Ann".to_owned(), 2)]);
    assert_eq!(asked.len(), 1 + 2 + 2, "{:?}", asked.statements());

    let items = Item::objects().select_related(Item::product).order_by("id");
    let number = Count(Order::items());
    let orders = mine.select_related(Order::customer).prefetch((Order::items(), items)).annotate(&number);
    let asked = db.capture();
    let mut shown = Vec::new();
    for (order, number) in orders.all(db).await? {
        let mut products = Vec::new();
        for item in Order::items().of(&order).all(db).await? {
            products.push(item.product.get(db).await?.name.clone());
        }
        shown.push((order.customer.get(db).await?.first_name.clone(), number, products));
    }
    let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(shown, [("Ann".to_owned(), 1, names(&["Kettle"])), ("Ann".to_owned(), 2, names(&["Kettle", "Rake"]))]);
    assert_eq!(asked.len(), 2, "{:?}", asked.statements());
    Ok(())
}

/// What orders are asked for again and again.
trait Orders {
    fn of(self, customer: &Customer) -> Self;
    fn pending(self) -> Self;
}

impl Orders for QuerySet<Order> {
    fn of(self, customer: &Customer) -> Self {
        let orders = self.filter(Order::customer.eq(customer));
        orders.select_related(Order::customer).prefetch(Order::items().product)
    }

    fn pending(self) -> Self {
        self.filter(q!(status = OrderStatus::Pending))
    }
}

async fn queries_that_have_names(db: &Database) -> Outcome {
    stock(db).await?;
    let (ann, bob) = (customer("Ann", db).await?, customer("Bob", db).await?);
    assert_eq!(Order::objects().pending().count(db).await?, 1);
    assert_eq!(Order::objects().of(&ann).pending().count(db).await?, 0);
    let number = Count(Order::items());
    let asked = db.capture();
    let orders = Order::objects().of(&bob).pending().annotate(&number).all(db).await?;
    let [(order, 1)] = orders.as_slice() else { panic!("{orders:?}") };
    let items = Order::items().of(order);
    assert_eq!(items.all(db).await?[0].product.get(db).await?.name, "Rake");
    assert_eq!(order.customer.get(db).await?.first_name, "Bob");
    assert_eq!(asked.len(), 3, "{:?}", asked.statements());
    Ok(())
}

/// Places an order of so many of these products, at their prices of today.
async fn place(customer: &Customer, wanted: &[(&Product, u16)], db: &Database) -> embellie::Result<Order> {
    db.atomic(async |tx| {
        let total = wanted.iter().map(|(product, quantity)| product.price * Decimal::from(*quantity)).sum::<Decimal>();
        let placed_at = at("2024-03-01T00:00:00Z");
        let order = new!(Order { customer, placed_at, shipping: cents(0), total }).create(tx).await?;
        let items = wanted.iter().map(|(product, quantity)| {
            new!(Item { order: &order, product: *product, quantity: *quantity, unit_price: product.price })
        });
        Item::objects().bulk_create(&mut items.collect::<Vec<_>>(), tx).await?;
        Ok(order)
    })
    .await
}

async fn an_order_is_placed_with_its_items(db: &Database) -> Outcome {
    stock(db).await?;
    let cid = customer("Cid", db).await?;
    let products = Product::objects().order_by("id").all(db).await?;
    let order = place(&cid, &[(&products[0], 2), (&products[2], 1)], db).await?;
    assert_eq!((order.status, order.total), (OrderStatus::Pending, cents(10000)));
    // Prices that change later leave the order as it was.
    Product::objects().update(set!(price = F(price) * 2), db).await?;
    let items = Order::items().of(&order).objects().order_by("id");
    let lines = items.values_list((Item::product.name, Item::quantity, Item::unit_price)).all(db).await?;
    assert_eq!(lines, [("Kettle".to_owned(), 2, cents(4000)), ("Rake".to_owned(), 1, cents(2000))]);

    // An item that is refused takes the order with it.
    let twice = place(&cid, &[(&products[1], 1), (&products[1], 1)], db).await;
    refused(twice, "IntegrityError");
    assert_eq!((Order::objects().count(db).await?, Item::objects().count(db).await?), (5, 7));
    Ok(())
}

async fn an_order_is_confirmed_once(db: &Database) -> Outcome {
    stock(db).await?;
    let mut order = Order::objects().filter(q!(status = OrderStatus::Pending)).get(db).await?;
    Order::objects().filter(q!(pk = order.id)).update(set!(note = "by hand, please"), db).await?;
    order.status = OrderStatus::Paid;
    order.save_with(Save::new().update_fields(&["status"]), db).await?;
    let stored = Order::objects().filter(q!(pk = order.id)).get(db).await?;
    assert_eq!((stored.status, stored.note.as_str()), (OrderStatus::Paid, "by hand, please"));
    let none = Order::objects().filter(q!(status = OrderStatus::Pending)).get(db).await;
    refused(none, "DoesNotExist");
    Ok(())
}

/// Sends an order, unless that was done before.
async fn send(order: i64, db: &Database) -> embellie::Result<bool> {
    let order = Order::objects().select_related(Order::customer).filter(q!(pk = order)).get(db).await?;
    db.atomic(async |tx| {
        let unsent = Order::objects().filter(q!(pk = order.id, shipped_at__isnull = true));
        Ok(unsent.update(set!(shipped_at = at("2024-03-01T00:00:00Z")), tx).await? == 1)
    })
    .await
}

async fn something_is_done_once_however_often_it_is_tried(db: &Database) -> Outcome {
    stock(db).await?;
    let order = Order::objects().order_by("id").first(db).await?.expect("there are orders").id;
    assert!(send(order, db).await?);
    assert!(!send(order, db).await?);
    assert_eq!(Order::objects().filter(q!(shipped_at__isnull = false)).count(db).await?, 1);
    refused(send(order + 1000, db).await, "DoesNotExist");
    Ok(())
}

async fn products_that_cannot_be_bought(db: &Database) -> Outcome {
    stock(db).await?;
    let ids: Vec<i64> = Product::objects().order_by("id").values_list(Product::id).all(db).await?;
    let gone = Product::objects().filter(q!(id__in = &ids[1..])).exclude(q!(status = ProductStatus::Active));
    let gone = gone.values_list(Product::id);
    assert_eq!(gone.all(db).await?, [ids[3]]);
    assert!(!gone.filter(q!(id__in = &ids[..2])).exists(db).await?);
    Ok(())
}

async fn rows_are_filled_in_batches(db: &Database) -> Outcome {
    stock(db).await?;
    let unknown = Product::objects().filter(q!(weight__isnull = true)).order_by("id");
    let asked = db.capture();
    let mut batches = Vec::new();
    loop {
        // The rows that are filled are no longer among them, so each batch is the first.
        let mut batch = unknown.clone().limit(3).all(db).await?;
        if batch.is_empty() {
            break;
        }
        for product in &mut batch {
            product.weight = Some(product.stock * 100);
        }
        batches.push(Product::objects().bulk_update(&mut batch, &["weight"], db).await?);
    }
    assert_eq!((batches, asked.len()), (vec![3, 1], 5));
    let weights = Product::objects().order_by("id").values_list(Product::weight).all(db).await?;
    assert_eq!(weights, [500, 5000, 1000, 0].map(Some));
    Ok(())
}

async fn a_locked_row_is_changed(db: &Database) -> Outcome {
    stock(db).await?;
    let asked = db.capture();
    db.atomic(async |tx| {
        let mut kettle = Product::objects().filter(q!(name = "Kettle")).select_for_update().get(tx).await?;
        kettle.stock -= 2;
        kettle.save_with(Save::new().update_fields(&["stock"]), tx).await
    })
    .await?;
    let locks = asked.statements().iter().filter(|statement| statement.sql.contains("FOR UPDATE")).count();
    assert_eq!(locks, usize::from(Kind::of(db) == Kind::Postgres), "SQLite has one writer, and nothing to lock");
    let left = Product::objects().filter(q!(name = "Kettle")).values_list(Product::stock).get(db).await?;
    assert_eq!(left, 3);
    Ok(())
}
