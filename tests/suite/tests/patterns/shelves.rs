//! A small shop whose numbers can be worked out by hand.

use embellie::prelude::*;
use embellie_suite::Outcome;
use serde_json::json;
use shop::choices::{OrderStatus, PaymentMethod, ProductStatus};
use shop::models::*;

/// A moment.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An amount of money, in cents.
pub(crate) fn cents(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

/// Whose order it is, when it was placed, how far it has come, its items (product, quantity, price in cents), what
/// sending it costs, and how it was paid and whether that was given back.
type Placed<'a> = (usize, &'a str, OrderStatus, &'a [(usize, u16, i64)], i64, Option<(PaymentMethod, bool)>);

/// Four products of two brands on two shelves of three, and four orders of two customers of three.
///
/// | product | brand    | category | price | stock | status | sold                | ratings |
/// |---------|----------|----------|-------|-------|--------|---------------------|---------|
/// | Kettle  | Acme     | Kitchen  | 40    | 5     | active | 1 for 40, 3 for 38  | 5, 3    |
/// | Toaster | Acme     | Kitchen  | 30    | 50    | active | 1 for 30            |         |
/// | Rake    | Borealis | Garden   | 20    | 10    | active | 2 for 20, 1 for 20  | 4       |
/// | Gnome   | Borealis | Garden   | 15    | 0     | draft  |                     |         |
///
/// | order | customer | placed at        | status    | items             | total | payment          |
/// |-------|----------|------------------|-----------|-------------------|-------|------------------|
/// | 1     | Ann      | 2024-01-10 09:00 | delivered | 1 Kettle, 2 Rakes | 85    | by card          |
/// | 2     | Bob      | 2024-01-20 15:00 | delivered | 1 Toaster         | 35    | by card, refunded |
/// | 3     | Ann      | 2024-02-05 09:30 | delivered | 3 Kettles         | 114   | by wallet        |
/// | 4     | Bob      | 2024-02-25 12:00 | pending   | 1 Rake            | 25    |                  |
pub(crate) async fn stock(db: &Database) -> Outcome {
    let mut brands = Vec::new();
    for (name, country, founded) in [("Acme", "US", 1950), ("Borealis", "NO", 1990)] {
        let new = new!(Brand { name, slug: name.to_lowercase(), country, founded });
        brands.push(new.create(db).await?);
    }
    let mut shelves = Vec::new();
    for (name, position) in [("Kitchen", 1), ("Garden", 2), ("Attic", 3)] {
        shelves.push(new!(Category { name, slug: name.to_lowercase(), position }).create(db).await?);
    }
    let mut products = Vec::new();
    for (name, place, price, stock, status, description) in [
        ("Kettle", 0, 4000, 5, ProductStatus::Active, "boils water for the tea in no time"),
        ("Toaster", 0, 3000, 50, ProductStatus::Active, "two slices at a time"),
        ("Rake", 1, 2000, 10, ProductStatus::Active, "gathers leaves, even tea leaves"),
        ("Gnome", 1, 1500, 0, ProductStatus::Draft, "stands in the garden"),
    ] {
        let new = new!(Product {
            name,
            slug: name.to_lowercase(),
            sku: format!("N-{name}"),
            brand: &brands[place],
            category: &shelves[place],
            description,
            price: cents(price),
            stock: stock,
            status,
            attributes: json!({"colour": if place == 0 { "steel" } else { "green" }}),
            added_at: at("2024-01-01T00:00:00Z"),
        });
        products.push(new.create(db).await?);
    }
    let mut customers = Vec::new();
    for (first_name, last_name) in [("Ann", "Archer"), ("Bob", "Baker"), ("Cid", "Cook")] {
        let email = format!("{first_name}@x.org");
        let new = new!(Customer { first_name, last_name, email, joined_at: at("2023-12-01T00:00:00Z") });
        customers.push(new.create(db).await?);
    }
    let home = new!(Address {
        customer: &customers[0],
        label: "home",
        street: "1 Elm",
        city: "Oslo",
        postal_code: "0150",
        country: "NO",
        is_default: true
    });
    let home = home.create(db).await?;
    let orders: [Placed<'_>; 4] = [
        (
            0,
            "2024-01-10T09:00:00Z",
            OrderStatus::Delivered,
            &[(0, 1, 4000), (2, 2, 2000)],
            500,
            Some((PaymentMethod::Card, false)),
        ),
        (1, "2024-01-20T15:00:00Z", OrderStatus::Delivered, &[(1, 1, 3000)], 500, Some((PaymentMethod::Card, true))),
        (0, "2024-02-05T09:30:00Z", OrderStatus::Delivered, &[(0, 3, 3800)], 0, Some((PaymentMethod::Wallet, false))),
        (1, "2024-02-25T12:00:00Z", OrderStatus::Pending, &[(2, 1, 2000)], 500, None),
    ];
    for (customer, placed_at, status, items, shipping, paid) in orders {
        let placed_at = at(placed_at);
        let total =
            cents(shipping + items.iter().map(|(_, quantity, price)| i64::from(*quantity) * price).sum::<i64>());
        let order = new!(Order {
            customer: &customers[customer],
            address: (customer == 0).then(|| ForeignKey::to(&home)),
            status,
            placed_at,
            shipping: cents(shipping),
            total,
        });
        let order = order.create(db).await?;
        for (product, quantity, price) in items {
            let product = &products[*product];
            new!(Item { order: &order, product, quantity: *quantity, unit_price: cents(*price) }).create(db).await?;
        }
        if let Some((method, refunded)) = paid {
            new!(Payment { order: &order, method, amount: total, paid_at: placed_at, refunded }).create(db).await?;
        }
    }
    for (product, customer, rating, written_at) in
        [(0, 0, 5, "2024-01-15T00:00:00Z"), (0, 1, 3, "2024-02-01T00:00:00Z"), (2, 0, 4, "2024-01-16T00:00:00Z")]
    {
        let (product, customer) = (&products[product], &customers[customer]);
        let new = new!(Review { product, customer, rating, title: "Well", body: "", written_at: at(written_at) });
        new.create(db).await?;
    }
    for (product, position) in [(0, 1), (0, 2), (2, 1)] {
        let new = new!(Image {
            product: &products[product],
            position,
            url: "https://x.org/1.png",
            caption: "",
            width: 1u32,
            height: 1u32,
            digest: vec![0; 8],
        });
        new.create(db).await?;
    }
    Ok(())
}
