//! A data set for the shop: plausible, of any size, and the same each time.
//!
//! Everything follows from the number of orders. Rows are made one by one and never held, so a large data set needs
//! no more memory than a small one. They name each other by number, counted from 0 in the order in which the iterators
//! give them; the database's own keys come later.
//!
//! What is true of the data, at any size:
//! - orders lie in 2023 and 2024, in order of time, with seasons, weekends, sales and hours of the day;
//! - some products sell a hundred times as often as others; some customers order often, many once, some never;
//! - an order's total is the sum of its items and the shipping, and its payment, if it has one, is over the total;
//! - customers review only what they bought and what has arrived, each product at most once, after it came;
//! - an order's prices are those of its day, which a sale may have lowered.
//!
//! ```
//! use shop::data::Plan;
//! let plan = Plan::new(0.01);
//! assert_eq!(plan.orders().count(), 200);
//! let items: usize = plan.items().map(|item| usize::from(item.quantity)).sum();
//! assert!(items > 400);
//! ```

mod calendar;
mod catalogue;
mod goods;
mod orders;
mod people;
mod random;
mod reviews;
#[cfg(test)]
mod tests;
mod words;

use rust_decimal::Decimal;

pub use catalogue::{Brand, Category, Image, Product, ProductTag, Tag};
pub use orders::{Item, Order, Payment};
pub use people::{Address, Customer};
pub use reviews::Review;

use calendar::Calendar;
use catalogue::Prices;

/// Changes whenever the same plan gives other rows.
pub const VERSION: u32 = 1;

/// The orders of a data set of scale 1.
pub const ORDERS: u64 = 20_000;

/// The most orders that a plan may have.
pub const MAX_ORDERS: u64 = 1_000_000_000;

/// How much of everything there is, and what all rows must agree on.
#[derive(Debug, Clone)]
pub struct Plan {
    orders: u64,
    products: u64,
    customers: u64,
    calendar: Calendar,
    prices: Prices,
}

impl Plan {
    /// A data set of so many times 20,000 orders, rounded; of one order at least.
    pub fn new(scale: f64) -> Self {
        Plan::with_orders((scale * ORDERS as f64).round() as u64)
    }

    /// A data set of so many orders: at least one, at most [`MAX_ORDERS`].
    pub fn with_orders(orders: u64) -> Self {
        let orders = orders.clamp(1, MAX_ORDERS);
        // Shops grow by selling the same goods to more people.
        let products = (orders * 50).isqrt().clamp(24, 50_000);
        let customers = (orders * 3 / 10).max(1);
        let prices = Prices::new(products);
        Plan { orders, products, customers, calendar: Calendar::new(), prices }
    }

    /// The number of orders.
    pub fn order_count(&self) -> u64 {
        self.orders
    }

    /// The number of products.
    pub fn product_count(&self) -> u64 {
        self.products
    }

    /// The number of customers.
    pub fn customer_count(&self) -> u64 {
        self.customers
    }
}

/// An amount of so many cents.
fn money(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}
