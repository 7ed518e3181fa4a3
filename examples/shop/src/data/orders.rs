//! Orders, their items and their payments.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::calendar::{DAY, END, timestamp};
use super::people::address_count;
use super::random::{Random, Stream};
use super::{Plan, money};
use crate::choices::{OrderStatus, PaymentMethod};

/// An order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Its number among the orders.
    pub number: u64,
    /// What the customer sees of it, unique.
    pub reference: Uuid,
    /// Who placed it.
    pub customer: u64,
    /// Which of the customer's addresses it goes to, from 0; `None` when it is fetched in the shop.
    pub address: Option<u64>,
    /// How far it has come.
    pub status: OrderStatus,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it was sent.
    pub shipped_at: Option<Timestamp>,
    /// How long it was on its way, once it has arrived.
    pub transit: Option<SignedDuration>,
    /// What sending it costs.
    pub shipping: Decimal,
    /// What all items and the sending cost.
    pub total: Decimal,
    /// The machine that it was placed from, where that is known.
    pub ip: Option<IpAddr>,
    /// What the customer had to say.
    pub note: String,
}

/// A product in an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The order.
    pub order: u64,
    /// The product, once in each order.
    pub product: u64,
    /// How many.
    pub quantity: u16,
    /// The price of one, that day.
    pub unit_price: Decimal,
}

/// What was paid for an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// The order, which has no other payment.
    pub order: u64,
    /// How it was paid.
    pub method: PaymentMethod,
    /// How much: the order's total.
    pub amount: Decimal,
    /// When.
    pub paid_at: Timestamp,
    /// Whether it was given back.
    pub refunded: bool,
}

/// An order with all that belongs to it.
pub(super) struct Whole {
    pub(super) order: Order,
    pub(super) items: Vec<Item>,
    pub(super) payment: Option<Payment>,
    /// When it arrived, in seconds.
    pub(super) arrived: Option<i64>,
}

impl Plan {
    /// The orders, the oldest first.
    pub fn orders(&self) -> impl Iterator<Item = Order> + Send + '_ {
        (0..self.orders).map(|number| self.whole(number).order)
    }

    /// The items, by order.
    pub fn items(&self) -> impl Iterator<Item = Item> + Send + '_ {
        (0..self.orders).flat_map(|number| self.whole(number).items)
    }

    /// The payments, by order; not every order has one.
    pub fn payments(&self) -> impl Iterator<Item = Payment> + Send + '_ {
        (0..self.orders).filter_map(|number| self.whole(number).payment)
    }

    pub(super) fn whole(&self, number: u64) -> Whole {
        let mut random = Random::of(Stream::Order, number);
        let placed = self.calendar.moment(number, self.orders, random.next());
        let customer = self.buyer(placed, &mut random);
        let (items, goods) = self.basket(number, placed, &mut random);
        let address = (!random.per_mille(45)).then(|| random.below(address_count(customer)));
        let shipping = match address {
            None => 0,
            Some(_) if goods >= 7_500 => 0,
            Some(_) => *random.pick(&[390, 490, 490, 690]),
        };

        let sent = placed + random.between(3 * 3600, 3 * DAY as u64) as i64;
        let arrived = sent + random.between(DAY as u64, 6 * DAY as u64) as i64;
        let status = status(placed, sent, arrived, &mut random);
        let has_left = matches!(status, OrderStatus::Shipped | OrderStatus::Delivered | OrderStatus::Returned);
        let has_come = has_left && status != OrderStatus::Shipped;
        let amount = money(goods + shipping);
        let is_paid = match status {
            OrderStatus::Pending => false,
            OrderStatus::Cancelled => random.per_mille(400),
            _ => true,
        };
        let payment = is_paid.then(|| Payment {
            order: number,
            method: random.weighted(&[
                (PaymentMethod::Card, 52),
                (PaymentMethod::Wallet, 27),
                (PaymentMethod::Transfer, 13),
                (PaymentMethod::Invoice, 8),
            ]),
            amount,
            paid_at: timestamp(placed + random.between(20, 3 * 3600 - 1) as i64),
            refunded: matches!(status, OrderStatus::Cancelled | OrderStatus::Returned),
        });
        let order = Order {
            number,
            reference: reference(&mut random),
            customer,
            address,
            status,
            placed_at: timestamp(placed),
            shipped_at: has_left.then(|| timestamp(sent)),
            transit: has_come.then(|| SignedDuration::from_secs(arrived - sent)),
            shipping: money(shipping),
            total: amount,
            ip: (!random.per_mille(30)).then(|| ip(&mut random)),
            note: note(&mut random).to_owned(),
        };
        Whole { order, items, payment, arrived: has_come.then_some(arrived) }
    }

    /// What is in an order, and what that costs, in cents.
    fn basket(&self, order: u64, placed: i64, random: &mut Random) -> (Vec<Item>, i64) {
        let size = random.weighted(&[(1, 24), (2, 24), (3, 19), (4, 13), (5, 9), (6, 6), (8, 3), (12, 2)]);
        // A sale of a week in each season; on other days a voucher now and then.
        let percent = match placed / (7 * DAY) % 13 {
            0 => *random.pick(&[10, 20, 20, 30]),
            _ if random.per_mille(60) => 10,
            _ => 0,
        };
        let mut items: Vec<Item> = Vec::with_capacity(size);
        let mut sum = 0;
        for _ in 0..size {
            let product = self.prices.pick(random);
            if items.iter().any(|item| item.product == product) {
                continue;
            }
            let cents = (self.prices.cents(product) * (100 - percent) / 100).max(1);
            let most = if cents > 10_000 { 2 } else { 6 };
            let quantity = random.weighted(&[(1, 78), (2, 14), (3, 4), (4, 2), (6, 2)]).min(most);
            sum += cents * i64::from(quantity);
            items.push(Item { order, product, quantity, unit_price: money(cents) });
        }
        (items, sum)
    }
}

fn status(placed: i64, sent: i64, arrived: i64, random: &mut Random) -> OrderStatus {
    let fate = random.below(1000);
    match fate {
        0..48 => OrderStatus::Cancelled,
        // The shop forgets the few who never pay after two weeks, unless nobody has looked yet.
        48..60 if placed > END - 14 * DAY => OrderStatus::Pending,
        48..60 => OrderStatus::Cancelled,
        _ if sent > END => OrderStatus::Paid,
        _ if arrived > END => OrderStatus::Shipped,
        60..92 => OrderStatus::Returned,
        _ => OrderStatus::Delivered,
    }
}

/// A version 4 UUID of this generator's numbers.
fn reference(random: &mut Random) -> Uuid {
    let bits = (u128::from(random.next()) << 64) | u128::from(random.next());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// An address from the blocks that are kept for examples.
fn ip(random: &mut Random) -> IpAddr {
    let last = random.between(1, 254) as u8;
    match random.below(4) {
        0 => Ipv4Addr::new(192, 0, 2, last).into(),
        1 => Ipv4Addr::new(198, 51, 100, last).into(),
        2 => Ipv4Addr::new(203, 0, 113, last).into(),
        _ => Ipv6Addr::new(0x2001, 0xdb8, random.below(64) as u16, 0, 0, 0, 0, last.into()).into(),
    }
}

fn note(random: &mut Random) -> &'static str {
    random.weighted(&[
        ("", 880),
        ("Please leave it with the neighbours.", 40),
        ("A gift: no bill in the box, please.", 35),
        ("Ring twice, the bell is weak.", 20),
        ("Not before ten in the morning.", 15),
        ("Thank you for the card last time!", 10),
    ])
}
