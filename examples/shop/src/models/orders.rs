//! What was bought, and how it was paid.

use std::net::IpAddr;

use embellie::{ForeignKey, ManyToMany, OneToOne, model};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Address, Customer, Product};
use crate::choices::{OrderStatus, PaymentMethod};

/// An order.
#[model(
    app = "shop",
    ordering = ["-placed_at", "-id"],
    get_latest_by = ["placed_at"],
    indexes(
        index(fields = ["customer", "-placed_at"], name = "order_history"),
        index(fields = ["-placed_at", "-id"], name = "order_newest"),
        index(fields = ["placed_at"], condition(status__in = ["pending", "paid"]), name = "order_to_do"),
    ),
    constraints(check(condition(total__gte = F(shipping)), name = "order_total_has_shipping")),
)]
pub struct Order {
    /// What the customer sees of it.
    #[field(default = Uuid::new_v4(), unique)]
    pub reference: Uuid,
    /// Who placed it.
    #[field(on_delete = Protect, related_name = "orders")]
    pub customer: ForeignKey<Customer>,
    /// Where it goes; `None` when it is fetched in the shop, or when the address is gone.
    #[field(on_delete = SetNull, related_name = "orders")]
    pub address: Option<ForeignKey<Address>>,
    /// What was ordered.
    #[field(through = Item, related_name = "orders")]
    pub products: ManyToMany<Product>,
    /// How far it has come.
    #[field(max_length = 12, default = OrderStatus::Pending)]
    pub status: OrderStatus,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it was sent.
    pub shipped_at: Option<Timestamp>,
    /// How long it was on its way, once it has arrived.
    pub transit: Option<SignedDuration>,
    /// What sending it costs.
    #[field(max_digits = 8, decimal_places = 2)]
    pub shipping: Decimal,
    /// What all items and the sending cost.
    #[field(max_digits = 10, decimal_places = 2)]
    pub total: Decimal,
    /// The machine that it was placed from, where that is known.
    pub ip: Option<IpAddr>,
    /// What the customer had to say.
    #[field(blank, default = "")]
    pub note: String,
}

/// A product in an order.
#[model(
    app = "shop",
    constraints(
        unique(fields = ["order", "product"], name = "one_item_for_each_product"),
        check(condition(quantity__gte = 1), name = "item_quantity_from_1"),
    ),
)]
pub struct Item {
    /// The order.
    #[field(on_delete = Cascade, related_name = "items")]
    pub order: ForeignKey<Order>,
    /// The product.
    #[field(on_delete = Protect, related_name = "items")]
    pub product: ForeignKey<Product>,
    /// How many.
    #[field(default = 1)]
    pub quantity: u16,
    /// The price of one, that day.
    #[field(max_digits = 10, decimal_places = 2)]
    pub unit_price: Decimal,
}

/// What was paid for an order.
#[model(app = "shop", ordering = ["-paid_at", "-id"], get_latest_by = ["paid_at"])]
pub struct Payment {
    /// The order, which has no other payment.
    #[field(on_delete = Cascade, related_name = "payment")]
    pub order: OneToOne<Order>,
    /// How it was paid.
    #[field(max_length = 12)]
    pub method: PaymentMethod,
    /// How much.
    #[field(max_digits = 10, decimal_places = 2)]
    pub amount: Decimal,
    /// When.
    pub paid_at: Timestamp,
    /// Whether it was given back.
    #[field(default = false)]
    pub refunded: bool,
}
