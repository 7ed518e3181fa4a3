//! What is asked often, or of everything: results too big to hold, pages, and what is kept instead of being computed again.

use std::time::Duration;

use embellie::cache::Warmup;
use embellie::functions::Coalesce;
use embellie::prelude::*;
use embellie_suite::Outcome;
use serde::{Deserialize, Serialize};
use shop::choices::OrderStatus;
use shop::models::*;

use crate::shelves::{at, cents, stock};

embellie_suite::on_every_database! { shop:
    customers_one_after_the_other,
    exports_of_everything,
    pages_of_a_catalogue,
    the_best_customers_are_computed_once,
    a_dashboard_for_each_customer,
    caches_are_warmed,
}

/// Customers by the thousand, chunk by chunk, each with their orders.
async fn customers_one_after_the_other(db: &Database) -> Outcome {
    let mut customers: Vec<Customer> = (0..4500)
        .map(|n| {
            let (first_name, last_name) = (format!("{n:04}"), "Miller");
            new!(Customer { first_name, last_name, email: format!("{n}@x.org"), joined_at: at("2024-01-01T00:00:00Z") })
        })
        .collect();
    Customer::objects().bulk_create(&mut customers, db).await?;
    let order = |customer| {
        new!(Order { customer: customer, placed_at: at("2024-02-01T00:00:00Z"), shipping: cents(0), total: cents(100) })
    };
    let mut orders: Vec<Order> = customers.iter().step_by(9).map(order).collect();
    Order::objects().bulk_create(&mut orders, db).await?;

    let asked = db.capture();
    let mut everybody = Customer::objects().prefetch(Customer::orders()).iterator(2000, db);
    let (mut number, mut bought, mut last) = (0, 0, String::new());
    while let Some(customer) = everybody.next().await {
        let customer = customer?;
        assert!(last < customer.first_name);
        bought += Customer::orders().of(&customer).cached().expect("they were read").len();
        number += 1;
        last = customer.first_name;
    }
    assert_eq!((number, bought), (4500, 500));
    // One statement for the customers, and one for the orders of each of three chunks.
    assert_eq!(asked.len(), 4);
    Ok(())
}

/// Rows of values for a file, and changes made on the way: on the same connection, in the same transaction.
async fn exports_of_everything(db: &Database) -> Outcome {
    stock(db).await?;
    let lines = Item::objects().order_by("id").values(row!(order__customer__email, product__sku, quantity));
    let mut file = String::new();
    let mut rows = lines.stream(db);
    while let Some(row) = rows.next().await {
        let row = row?;
        file.push_str(&format!("{};{};{}\n", row.order__customer__email, row.product__sku, row.quantity));
    }
    assert_eq!(file.lines().next(), Some("Ann@x.org;N-Kettle;1"));
    assert_eq!(file.lines().count(), 5);

    let raised = db
        .atomic(async |tx| {
            let mut products = Product::objects().filter(q!(brand__name = "Acme")).order_by("id").iterator(1, tx);
            let mut raised = 0;
            while let Some(product) = products.next().await {
                let mut product = product?;
                product.price += cents(100);
                product.save(tx).await?;
                raised += 1;
            }
            Outcome::Ok(raised)
        })
        .await?;
    assert_eq!(raised, 2);
    assert_eq!(Product::objects().filter(q!(price = cents(4100))).count(db).await?, 1);
    Ok(())
}

async fn pages_of_a_catalogue(db: &Database) -> Outcome {
    stock(db).await?;
    let catalogue = Product::objects().select_related(Product::brand).order_by("-price");
    let names = |products: &[Product]| products.iter().map(|product| product.name.clone()).collect::<Vec<_>>();
    // By hand, by number, and from where the last one ended: the same.
    assert_eq!(names(&catalogue.clone().slice(2..4).all(db).await?), ["Rake", "Gnome"]);
    let pages = catalogue.clone().paginate(2);
    let second = pages.get_page("2", db).await?;
    assert_eq!(
        (names(&second), second.has_next(), second.to_string()),
        (vec!["Rake".into(), "Gnome".into()], false, "<Page 2 of 2>".into())
    );
    let keyset = catalogue.keyset(2);
    let first = keyset.page(db).await?;
    assert_eq!(names(&first), ["Kettle", "Toaster"]);
    let second = keyset.after(first.end_cursor()).page(db).await?;
    assert_eq!((names(&second), second.has_next()), (vec!["Rake".into(), "Gnome".into()], false));
    assert_eq!(second[0].brand.cached().map(|brand| brand.name.as_str()), Some("Borealis"));
    Ok(())
}

async fn the_best_customers_are_computed_once(db: &Database) -> Outcome {
    stock(db).await?;
    let total = Coalesce((Sum(Customer::orders().total), cents(0)));
    let best = Customer::objects().annotate(&total).order_by(total.desc()).limit(10).cache(Duration::from_secs(600));
    let asked = db.capture();
    for _ in 0..3 {
        let shown: Vec<_> = best.all(db).await?.iter().map(|(who, total)| (who.first_name.clone(), *total)).collect();
        let expected = [("Ann", 19900), ("Bob", 6000), ("Cid", 0)];
        assert_eq!(shown, expected.map(|(name, total)| (name.to_owned(), cents(total))));
    }
    assert_eq!(asked.len(), 1);
    // An order is in it at once, with no handler to write that would forget it.
    let cid = Customer::objects().get_by(db, "Cid").await?;
    new!(Order { customer: &cid, placed_at: at("2024-03-01T00:00:00Z"), shipping: cents(0), total: cents(50_000) })
        .create(db)
        .await?;
    assert_eq!(best.all(db).await?[0].0.first_name, "Cid");
    Ok(())
}

trait GetBy {
    async fn get_by(&self, db: &Database, name: &str) -> embellie::Result<Customer>;
}

impl GetBy for embellie::QuerySet<Customer> {
    async fn get_by(&self, db: &Database, name: &str) -> embellie::Result<Customer> {
        self.clone().filter(q!(first_name = name)).get(db).await
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Dashboard {
    orders: u64,
    recent: Vec<String>,
    spent: String,
}

/// Values that are put together of several queries, under a key of one's own.
async fn dashboard(customer: i64, db: &Database) -> embellie::Result<Dashboard> {
    let key = format!("dashboard {customer}");
    let compute = async || {
        let orders = Order::objects().filter(q!(customer = customer));
        let recent = orders.clone().order_by("-placed_at").limit(5).values_list(Order::status).all(db).await?;
        let recent = recent.into_iter().map(|status: OrderStatus| format!("{status:?}")).collect();
        let spent = orders.aggregate(Sum(Order::total).default(cents(0)), db).await?.normalize().to_string();
        Ok::<_, Error>(Dashboard { orders: orders.count(db).await?, recent, spent })
    };
    db.cache().get_or_set(&key, Duration::from_secs(600), compute).await
}

async fn a_dashboard_for_each_customer(db: &Database) -> Outcome {
    stock(db).await?;
    let (ann, bob) = (Customer::objects().get_by(db, "Ann").await?, Customer::objects().get_by(db, "Bob").await?);
    let asked = db.capture();
    for _ in 0..2 {
        let expected =
            Dashboard { orders: 2, recent: vec!["Delivered".into(), "Delivered".into()], spent: "199".into() };
        assert_eq!(dashboard(ann.id, db).await?, expected);
        assert_eq!(dashboard(bob.id, db).await?.recent, ["Pending", "Delivered"]);
    }
    assert_eq!(asked.len(), 6);
    // Keys of one's own are forgotten by oneself: once the change is there to stay.
    db.atomic(async |tx| {
        Order::objects().filter(q!(status = OrderStatus::Pending)).update(set!(status = OrderStatus::Paid), tx).await
    })
    .await?;
    let keys = [ann.id, bob.id].map(|id| format!("dashboard {id}"));
    assert_eq!(db.cache().delete_many(keys).await?, 2);
    assert_eq!(dashboard(bob.id, db).await?.recent, ["Paid", "Delivered"]);
    Ok(())
}

async fn caches_are_warmed(db: &Database) -> Outcome {
    stock(db).await?;
    let shelf = || Product::objects().filter(q!(stock__gt = 0)).order_by("name").cache(Duration::from_secs(900));
    let everybody =
        Customer::objects().filter(q!(orders__isnull = false)).distinct().values_list(Customer::id).all(db).await?;
    let warmup = everybody.into_iter().fold(Warmup::new().query_set("shelf", shelf()), |warmup, customer| {
        warmup.task(format!("dashboard {customer}"), async move |db| dashboard(customer, &db).await.map(drop))
    });
    let report = warmup.run(db).await;
    assert!(report.is_ok(), "{report}");
    assert_eq!(report.done().len(), 3);
    let asked = db.capture();
    assert_eq!(shelf().all(db).await?.len(), 3);
    let ann = Customer::objects().get_by(db, "Ann").await?;
    dashboard(ann.id, db).await?;
    assert_eq!(asked.len(), 1);
    Ok(())
}
