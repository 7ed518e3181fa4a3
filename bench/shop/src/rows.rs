//! What the raw drivers read: the same columns and types as the models have.

use std::net::IpAddr;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The columns of an order, of a table called `o`.
pub(crate) const ORDER: &str = "o.id, o.reference, o.customer_id, o.address_id, o.status, o.placed_at, o.shipped_at, \
                                o.transit, o.shipping, o.total, o.ip, o.note";
/// The columns of a customer, of a table called `c`.
pub(crate) const CUSTOMER: &str =
    "c.id, c.first_name, c.last_name, c.email, c.phone, c.birthday, c.newsletter, c.joined_at";
/// The columns of a product, of a table called `p`.
pub(crate) const PRODUCT: &str = "p.id, p.name, p.slug, p.sku, p.brand_id, p.category_id, p.description, p.price, \
                                  p.cost, p.stock, p.status, p.attributes, p.weight, p.added_at";

#[allow(dead_code, reason = "read as the models are, whatever becomes of it")]
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) reference: Uuid,
    pub(crate) customer_id: i64,
    pub(crate) address_id: Option<i64>,
    pub(crate) status: String,
    pub(crate) placed_at: Timestamp,
    pub(crate) shipped_at: Option<Timestamp>,
    pub(crate) transit: Option<SignedDuration>,
    pub(crate) shipping: Decimal,
    pub(crate) total: Decimal,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) note: String,
}

#[allow(dead_code, reason = "read as the models are, whatever becomes of it")]
pub(crate) struct Customer {
    pub(crate) id: i64,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
    pub(crate) birthday: Option<Date>,
    pub(crate) newsletter: bool,
    pub(crate) joined_at: Timestamp,
}

#[allow(dead_code, reason = "read as the models are, whatever becomes of it")]
pub(crate) struct Product {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) sku: String,
    pub(crate) brand_id: i64,
    pub(crate) category_id: i64,
    pub(crate) description: String,
    pub(crate) price: Decimal,
    pub(crate) cost: Option<Decimal>,
    pub(crate) stock: i32,
    pub(crate) status: String,
    pub(crate) attributes: serde_json::Value,
    pub(crate) weight: Option<i32>,
    pub(crate) added_at: Timestamp,
}

/// When the December began that one of the queries asks for.
pub(crate) fn december() -> Timestamp {
    Timestamp::from_second(1_733_011_200).unwrap_or_default()
}
