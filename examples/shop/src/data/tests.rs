//! What the data set promises, checked on a small, a middling and a tiny one.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use rust_decimal::Decimal;

use super::*;
use crate::choices::OrderStatus;

fn plans() -> Vec<Plan> {
    [1, 17, 3_000].map(Plan::with_orders).to_vec()
}

fn assert_unique<T: Hash + Eq>(what: &str, values: impl Iterator<Item = T>) {
    let mut seen = HashSet::new();
    for (place, value) in values.enumerate() {
        assert!(seen.insert(value), "{what} number {place} is there twice");
    }
}

#[test]
fn unique_fields_are_unique() {
    for plan in plans() {
        assert_unique("brand name", plan.brands().map(|b| b.name));
        assert_unique("brand slug", plan.brands().map(|b| b.slug));
        assert_unique("category slug", plan.categories().map(|c| c.slug));
        assert_unique("category place", plan.categories().map(|c| (c.parent, c.position)));
        assert_unique("tag slug", plan.tags().map(|t| t.slug));
        assert_unique("product slug", plan.products().map(|p| p.slug));
        assert_unique("sku", plan.products().map(|p| p.sku));
        assert_unique("product tag", plan.product_tags());
        assert_unique("image", plan.images().map(|i| (i.product, i.position)));
        assert_unique("default address", plan.addresses().filter(|a| a.is_default).map(|a| a.customer));
        assert_unique("order reference", plan.orders().map(|o| o.reference));
        assert_unique("item", plan.items().map(|i| (i.order, i.product)));
        assert_unique("payment", plan.payments().map(|p| p.order));
        assert_unique("review", plan.reviews().map(|r| (r.customer, r.product)));
    }
    // More customers than pairs of names.
    assert_unique("e-mail address", Plan::with_orders(100_000).customers().map(|c| c.email));
}

#[test]
fn every_number_leads_to_a_row() {
    for plan in plans() {
        let (brands, tags) = (plan.brands().count() as u64, plan.tags().count() as u64);
        let categories: Vec<Category> = plan.categories().collect();
        let products: Vec<Product> = plan.products().collect();
        let customers = plan.customers().count() as u64;
        assert_eq!((products.len() as u64, customers), (plan.product_count(), plan.customer_count()));
        assert_eq!(plan.orders().count() as u64, plan.order_count());
        let orders = plan.order_count();

        let before = |(number, category): (usize, &Category)| category.parent.is_none_or(|p| p < number as u64);
        assert!(categories.iter().enumerate().all(before), "a category comes before the one it is part of");
        let parents: HashSet<u64> = categories.iter().filter_map(|c| c.parent).collect();
        for product in &products {
            assert!(product.brand < brands);
            assert!((product.category as usize) < categories.len() && !parents.contains(&product.category));
        }
        assert!(plan.product_tags().all(|t| t.product < plan.product_count() && t.tag < tags));
        assert!(plan.images().all(|i| i.product < plan.product_count()));
        let mut addresses: HashMap<u64, u64> = HashMap::new();
        plan.addresses().for_each(|a| *addresses.entry(a.customer).or_default() += 1);
        assert!((0..customers).all(|c| addresses.contains_key(&c)) && addresses.len() as u64 == customers);
        assert!(plan.orders().all(|o| o.address.is_none_or(|a| a < addresses[&o.customer])));
        assert!(plan.items().all(|i| i.order < orders && i.product < plan.product_count()));
        assert!(plan.payments().all(|p| p.order < orders));
        assert!(plan.reviews().all(|r| r.customer < customers && r.product < plan.product_count()));
    }
}

#[test]
fn totals_and_payments_agree_with_the_items() {
    for plan in plans() {
        let mut goods: HashMap<u64, Decimal> = HashMap::new();
        for item in plan.items() {
            assert!(item.quantity > 0 && item.unit_price > Decimal::ZERO);
            *goods.entry(item.order).or_default() += item.unit_price * Decimal::from(item.quantity);
        }
        let payments: HashMap<u64, Payment> = plan.payments().map(|p| (p.order, p)).collect();
        for order in plan.orders() {
            assert_eq!(order.total, goods[&order.number] + order.shipping, "order {}", order.number);
            let payment = payments.get(&order.number);
            match order.status {
                OrderStatus::Pending => assert!(payment.is_none()),
                OrderStatus::Cancelled => assert!(payment.is_none_or(|p| p.refunded)),
                OrderStatus::Returned => assert!(payment.is_some_and(|p| p.refunded)),
                _ => assert!(payment.is_some_and(|p| !p.refunded)),
            }
            if let Some(payment) = payment {
                assert_eq!(payment.amount, order.total);
                assert!(payment.paid_at > order.placed_at);
                assert!(order.shipped_at.is_none_or(|shipped| payment.paid_at < shipped));
            }
        }
    }
}

#[test]
fn time_goes_forward() {
    for plan in plans() {
        let joined: Vec<_> = plan.customers().map(|c| c.joined_at).collect();
        assert!(joined.is_sorted());
        let orders: Vec<Order> = plan.orders().collect();
        assert!(orders.is_sorted_by_key(|o| o.placed_at));
        for order in &orders {
            assert!(("2023-01-01".."2025-01-01").contains(&order.placed_at.to_string().as_str()));
            assert!(joined[order.customer as usize] <= order.placed_at, "order {} before its customer", order.number);
            assert!(order.shipped_at.is_none_or(|shipped| shipped > order.placed_at));
            assert_eq!(order.transit.is_some(), matches!(order.status, OrderStatus::Delivered | OrderStatus::Returned));
        }
        let mut bought: HashMap<(u64, u64), _> = HashMap::new();
        for item in plan.items() {
            let order = &orders[item.order as usize];
            bought.entry((order.customer, item.product)).or_insert(order.placed_at);
        }
        for review in plan.reviews() {
            let since = bought.get(&(review.customer, review.product)).expect("reviewed what was never bought");
            assert!(review.written_at > *since && (1..=5).contains(&review.rating));
        }
    }
}

#[test]
fn the_shop_looks_like_one() {
    let plan = Plan::with_orders(3_000);
    let orders: Vec<Order> = plan.orders().collect();
    let share = |test: &dyn Fn(&Order) -> bool| orders.iter().filter(|o| test(o)).count() as f64 / orders.len() as f64;
    assert!((0.8..0.95).contains(&share(&|o| o.status == OrderStatus::Delivered)));
    assert!((0.02..0.09).contains(&share(&|o| o.status == OrderStatus::Cancelled)));
    let items = plan.items().count() as f64 / orders.len() as f64;
    assert!((2.5..3.5).contains(&items), "{items} items in each order");

    let mut sold: HashMap<u64, u64> = HashMap::new();
    plan.items().for_each(|i| *sold.entry(i.product).or_default() += 1);
    let mut sold: Vec<u64> = sold.into_values().collect();
    sold.sort_unstable();
    assert!(sold[sold.len() - 1] > 10 * sold[sold.len() / 2], "no product stands out");

    let mut placed: HashMap<u64, u64> = HashMap::new();
    orders.iter().for_each(|o| *placed.entry(o.customer).or_default() += 1);
    let repeat = placed.values().filter(|count| **count > 1).count();
    assert!(repeat > placed.len() / 3, "{repeat} of {} customers came back", placed.len());
    assert!((placed.len() as u64) < plan.customer_count() * 9 / 10, "nobody only looks");

    let in_month = |month: &str| orders.iter().filter(|o| o.placed_at.to_string()[5..7] == *month).count();
    assert!(in_month("12") > in_month("02") * 5 / 4, "no season");
    let ratings: Vec<u16> = plan.reviews().map(|r| r.rating).collect();
    let high = ratings.iter().filter(|r| **r >= 4).count();
    assert!(ratings.len() > 800 && high * 3 > ratings.len() * 2 && high < ratings.len());
}

/// The rows as text, hashed: FNV-1a, which never changes.
fn fingerprint(rows: impl Iterator<Item = String>) -> u64 {
    rows.flat_map(String::into_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// When this fails, the rows have changed: raise [`VERSION`], so that old databases are not taken for new ones.
#[test]
fn rows_never_change_within_a_version() {
    let plan = Plan::new(0.05);
    let found = [
        fingerprint(plan.brands().map(|b| format!("{}|{}|{:?};", b.slug, b.founded, b.website))),
        fingerprint(plan.categories().map(|c| format!("{}|{:?}|{};", c.slug, c.parent, c.position))),
        fingerprint(plan.products().map(|p| {
            format!("{}|{}|{}|{}|{}|{}|{};", p.slug, p.brand, p.category, p.price, p.stock, p.attributes, p.added_at)
        })),
        fingerprint(plan.product_tags().map(|t| format!("{}|{};", t.product, t.tag))),
        fingerprint(plan.images().map(|i| format!("{}|{}|{:?};", i.url, i.width, i.digest))),
        fingerprint(plan.customers().map(|c| format!("{}|{}|{:?};", c.email, c.joined_at, c.phone))),
        fingerprint(plan.addresses().map(|a| format!("{}|{}|{}|{};", a.customer, a.street, a.postal_code, a.city))),
        fingerprint(plan.orders().map(|o| {
            format!(
                "{}|{}|{:?}|{:?}|{}|{}|{};",
                o.reference, o.customer, o.address, o.status, o.placed_at, o.total, o.note
            )
        })),
        fingerprint(plan.items().map(|i| format!("{}|{}|{}|{};", i.order, i.product, i.quantity, i.unit_price))),
        fingerprint(plan.payments().map(|p| format!("{}|{:?}|{}|{};", p.order, p.method, p.amount, p.paid_at))),
        fingerprint(plan.reviews().map(|r| format!("{}|{}|{}|{};", r.product, r.customer, r.rating, r.title))),
    ];
    assert_eq!((VERSION, found.map(|hash| format!("{hash:016x}"))), (1, EXPECTED.map(str::to_owned)));
}

const EXPECTED: [&str; 11] = [
    "628fb8b3bad8133b",
    "faf59d2930745303",
    "aa9027413a68166d",
    "3a10c0a77b03f338",
    "f722fc082087b51a",
    "e94fb3d5812b540e",
    "62ac0a1f8504b741",
    "857aab8308b0cec1",
    "cec1cee30722da2c",
    "6387e81b9b09f310",
    "de9400371030a976",
];
