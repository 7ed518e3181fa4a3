//! SQL by hand, for rusqlite.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use bench_common::{Failure, mix, text};
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, Row, params, params_from_iter};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::query::Query;
use crate::rows::{CUSTOMER, Customer, ORDER, Order, PRODUCT, Product, december};

pub(crate) struct Raw(Connection);

/// A value whose text is in the column.
struct Text<T>(T);

impl<T: FromStr<Err: Display>> FromSql for Text<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let parsed = value.as_str()?.parse().map(Text);
        parsed.map_err(|error: T::Err| FromSqlError::Other(error.to_string().into()))
    }
}

/// A moment, as Django writes it.
struct Moment(Timestamp);

impl FromSql for Moment {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let Text(moment) = Text::<DateTime>::column_result(value)?;
        let moment = Offset::UTC.to_timestamp(moment);
        moment.map(Moment).map_err(|error| FromSqlError::Other(error.to_string().into()))
    }
}

/// A number of two decimal places.
struct Money(Decimal);

impl FromSql for Money {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Integer(whole) => Ok(Money(whole.into())),
            ValueRef::Real(real) => {
                let money = Decimal::from_f64_retain(real).ok_or(FromSqlError::OutOfRange(0))?;
                Ok(Money(money.round_dp(2)))
            }
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

/// What is in a document.
struct Document(serde_json::Value);

impl FromSql for Document {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let document = serde_json::from_str(value.as_str()?);
        document.map(Document).map_err(|error| FromSqlError::Other(error.into()))
    }
}

impl Raw {
    pub(crate) fn open(file: &str) -> Result<Self, Failure> {
        let connection = Connection::open(file)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Raw(connection))
    }

    fn rows<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Failure> {
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement.query_map(values, read)?.collect::<Result<_, _>>()?)
    }

    fn count(&self, sql: &str) -> Result<u64, Failure> {
        let count: i64 = self.0.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(count.try_into()?)
    }

    pub(crate) fn run(&mut self, query: Query) -> Result<u64, Failure> {
        let mut sum: u64 = 0;
        let mut add = |row: u64| sum = sum.wrapping_add(row);
        match query {
            Query::Loop => {
                let sql = format!("SELECT {ORDER} FROM shop_order o ORDER BY o.placed_at DESC, o.id DESC LIMIT 500");
                let orders = self.rows(&sql, [], order)?;
                let mut keys: Vec<i64> = orders.iter().map(|order| order.customer_id).collect();
                keys.sort_unstable();
                keys.dedup();
                let mut marks = "?,".repeat(keys.len());
                marks.pop();
                let sql = format!("SELECT {CUSTOMER} FROM shop_customer c WHERE c.id IN ({marks})");
                let customers = self.rows(&sql, params_from_iter(keys), customer)?;
                let customers: HashMap<i64, Customer> = customers.into_iter().map(|one| (one.id, one)).collect();
                for order in &orders {
                    let customer = customers.get(&order.customer_id).ok_or("there is no such customer")?;
                    add(text(mix(0, order.id), &customer.last_name));
                }
            }
            Query::AnyItems => add(self.count(
                "SELECT COUNT(*) FROM (SELECT DISTINCT o.id FROM shop_order o JOIN shop_item a ON a.order_id = o.id \
                 JOIN shop_item b ON b.order_id = o.id WHERE a.unit_price > 300 AND b.quantity >= 2)",
            )?),
            Query::SameItem => add(self.count(
                "SELECT COUNT(*) FROM (SELECT DISTINCT order_id FROM shop_item WHERE unit_price > 300 AND quantity >= 2)",
            )?),
            Query::Months => {
                let sql = "SELECT strftime('%Y-%m-01 00:00:00', placed_at) AS month, COUNT(*), SUM(total) \
                           FROM shop_order GROUP BY month ORDER BY month DESC LIMIT 6";
                let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
                for (Moment(month), orders, Money(paid)) in self.rows(sql, [], read)? {
                    add(text(mix(mix(0, month.as_second()), orders), &paid.normalize().to_string()));
                }
            }
            Query::TalkedAbout => {
                let sql = format!(
                    "SELECT {PRODUCT}, r.said, COALESCE(i.sold, 0) AS sold FROM shop_product p \
                     JOIN (SELECT product_id, COUNT(*) AS said FROM shop_review GROUP BY product_id \
                     HAVING COUNT(*) > 10) r ON r.product_id = p.id LEFT JOIN (SELECT product_id, COUNT(*) AS sold \
                     FROM shop_item GROUP BY product_id) i ON i.product_id = p.id ORDER BY sold DESC, p.id LIMIT 5"
                );
                let read = |row: &Row<'_>| Ok((product(row)?, row.get(14)?, row.get(15)?));
                for (product, said, sold) in self.rows(&sql, [], read)? {
                    add(mix(mix(text(mix(0, product.id), &product.name), said), sold));
                }
            }
            Query::NeverCancelled => {
                let sql = format!(
                    "SELECT DISTINCT {CUSTOMER} FROM shop_customer c JOIN shop_order o ON o.customer_id = c.id \
                     WHERE o.placed_at >= ? AND NOT EXISTS (SELECT 1 FROM shop_order x WHERE x.customer_id = c.id \
                     AND x.status = 'cancelled') ORDER BY c.last_name, c.first_name, c.id"
                );
                let december = Offset::UTC.to_datetime(december()).strftime("%Y-%m-%d %H:%M:%S").to_string();
                for customer in self.rows(&sql, [december], customer)? {
                    add(text(mix(0, customer.id), &customer.email));
                }
            }
            Query::OrAndNot => {
                let sql = format!(
                    "SELECT DISTINCT {PRODUCT} FROM shop_product p JOIN shop_brand b ON b.id = p.brand_id \
                     LEFT JOIN shop_product_tags pt ON pt.product_id = p.id LEFT JOIN shop_tag t ON t.id = pt.tag_id \
                     WHERE (p.stock = 0 OR (p.price < 10 AND t.name = 'sale' AND b.country <> 'FR')) \
                     AND p.status = 'active' ORDER BY p.name, p.id"
                );
                for product in self.rows(&sql, [], product)? {
                    add(text(mix(0, product.id), &product.name));
                }
            }
            Query::Tuples => {
                let sql = "SELECT i.quantity, p.name, b.website, c.email FROM shop_item i \
                           JOIN shop_order o ON o.id = i.order_id JOIN shop_customer c ON c.id = o.customer_id \
                           JOIN shop_product p ON p.id = i.product_id JOIN shop_brand b ON b.id = p.brand_id \
                           WHERE i.quantity >= 5 AND c.newsletter";
                let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
                let rows: Vec<(i64, String, Option<String>, String)> = self.rows(sql, [], read)?;
                for (quantity, name, website, email) in &rows {
                    add(text(text(text(mix(0, *quantity), name), website.as_deref().unwrap_or("-")), email));
                }
            }
            Query::Dearest => {
                let sql = format!(
                    "SELECT * FROM (SELECT {PRODUCT}, ROW_NUMBER() OVER (PARTITION BY p.brand_id \
                     ORDER BY p.price DESC, p.id) AS place FROM shop_product p) WHERE place = 1 \
                     ORDER BY price DESC, id LIMIT 5"
                );
                for product in self.rows(&sql, [], product)? {
                    add(text(mix(0, product.id), &product.name));
                }
            }
            Query::Across => {
                let sql = format!(
                    "SELECT {ORDER} FROM shop_order o JOIN shop_customer c ON c.id = o.customer_id \
                     WHERE c.last_name LIKE ? AND o.total > ? ORDER BY o.total DESC"
                );
                for order in self.rows(&sql, params!["Mor%", 1000], order)? {
                    add(text(mix(0, order.id), &order.note));
                }
            }
        }
        Ok(sum)
    }
}

fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: row.get(0)?,
        reference: row.get::<_, Text<Uuid>>(1)?.0,
        customer_id: row.get(2)?,
        address_id: row.get(3)?,
        status: row.get(4)?,
        placed_at: row.get::<_, Moment>(5)?.0,
        shipped_at: row.get::<_, Option<Moment>>(6)?.map(|moment| moment.0),
        transit: row.get::<_, Option<i64>>(7)?.map(SignedDuration::from_micros),
        shipping: row.get::<_, Money>(8)?.0,
        total: row.get::<_, Money>(9)?.0,
        ip: row.get::<_, Option<Text<_>>>(10)?.map(|ip| ip.0),
        note: row.get(11)?,
    })
}

fn customer(row: &Row<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer {
        id: row.get(0)?,
        first_name: row.get(1)?,
        last_name: row.get(2)?,
        email: row.get(3)?,
        phone: row.get(4)?,
        birthday: row.get::<_, Option<Text<Date>>>(5)?.map(|date| date.0),
        newsletter: row.get(6)?,
        joined_at: row.get::<_, Moment>(7)?.0,
    })
}

fn product(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product {
        id: row.get(0)?,
        name: row.get(1)?,
        slug: row.get(2)?,
        sku: row.get(3)?,
        brand_id: row.get(4)?,
        category_id: row.get(5)?,
        description: row.get(6)?,
        price: row.get::<_, Money>(7)?.0,
        cost: row.get::<_, Option<Money>>(8)?.map(|money| money.0),
        stock: row.get(9)?,
        status: row.get(10)?,
        attributes: row.get::<_, Document>(11)?.0,
        weight: row.get(12)?,
        added_at: row.get::<_, Moment>(13)?.0,
    })
}
