//! SQL by hand, for tokio-postgres, with each statement prepared once.

use std::collections::HashMap;
use std::error::Error;

use bench_common::{Failure, mix, text};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::query::Query;
use crate::rows::{CUSTOMER, Customer, ORDER, Order, PRODUCT, Product, december};

pub(crate) struct Raw {
    client: Client,
    statements: HashMap<String, Statement>,
}

/// An interval, for which the driver has no type.
struct Interval(SignedDuration);

impl<'a> FromSql<'a> for Interval {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let [micros @ .., _, _, _, _, _, _, _, _] = *<&[u8; 16]>::try_from(raw)?;
        let days = i32::from_be_bytes([raw[8], raw[9], raw[10], raw[11]]);
        let micros = SignedDuration::from_micros(i64::from_be_bytes(micros));
        Ok(Interval(micros + SignedDuration::from_hours(24 * i64::from(days))))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::INTERVAL
    }
}

impl Raw {
    pub(crate) async fn connect(url: &str) -> Result<Self, Failure> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Raw { client, statements: HashMap::new() })
    }

    async fn rows<T>(
        &mut self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
        read: fn(&Row) -> Result<T, tokio_postgres::Error>,
    ) -> Result<Vec<T>, Failure> {
        let statement = match self.statements.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.client.prepare(sql).await?;
                self.statements.insert(sql.to_owned(), statement.clone());
                statement
            }
        };
        let rows = self.client.query(&statement, values).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    async fn count(&mut self, sql: &str) -> Result<u64, Failure> {
        let counts: Vec<i64> = self.rows(sql, &[], |row| row.try_get(0)).await?;
        Ok(counts.first().copied().ok_or("a count is a row")?.try_into()?)
    }

    pub(crate) async fn run(&mut self, query: Query) -> Result<u64, Failure> {
        let mut sum: u64 = 0;
        let mut add = |row: u64| sum = sum.wrapping_add(row);
        match query {
            Query::Loop => {
                let sql = format!("SELECT {ORDER} FROM shop_order o ORDER BY o.placed_at DESC, o.id DESC LIMIT 500");
                let orders = self.rows(&sql, &[], order).await?;
                let mut keys: Vec<i64> = orders.iter().map(|order| order.customer_id).collect();
                keys.sort_unstable();
                keys.dedup();
                let sql = format!("SELECT {CUSTOMER} FROM shop_customer c WHERE c.id = ANY($1)");
                let customers = self.rows(&sql, &[&keys], customer).await?;
                let customers: HashMap<i64, Customer> = customers.into_iter().map(|one| (one.id, one)).collect();
                for order in &orders {
                    let customer = customers.get(&order.customer_id).ok_or("there is no such customer")?;
                    add(text(mix(0, order.id), &customer.last_name));
                }
            }
            Query::AnyItems => {
                let sql = "SELECT COUNT(*) FROM (SELECT DISTINCT o.id FROM shop_order o \
                           JOIN shop_item a ON a.order_id = o.id JOIN shop_item b ON b.order_id = o.id \
                           WHERE a.unit_price > 300 AND b.quantity >= 2) found";
                add(self.count(sql).await?);
            }
            Query::SameItem => {
                let sql = "SELECT COUNT(*) FROM (SELECT DISTINCT order_id FROM shop_item WHERE unit_price > 300 \
                           AND quantity >= 2) found";
                add(self.count(sql).await?);
            }
            Query::Months => {
                let sql = "SELECT date_trunc('month', placed_at, 'UTC') AS month, COUNT(*), SUM(total) \
                           FROM shop_order GROUP BY month ORDER BY month DESC LIMIT 6";
                let read = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
                let months: Vec<(Timestamp, i64, Decimal)> = self.rows(sql, &[], read).await?;
                for (month, orders, paid) in months {
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
                let read = |row: &Row| Ok((product(row)?, row.try_get(14)?, row.try_get(15)?));
                for (product, said, sold) in self.rows(&sql, &[], read).await? {
                    add(mix(mix(text(mix(0, product.id), &product.name), said), sold));
                }
            }
            Query::NeverCancelled => {
                let sql = format!(
                    "SELECT DISTINCT {CUSTOMER} FROM shop_customer c JOIN shop_order o ON o.customer_id = c.id \
                     WHERE o.placed_at >= $1 AND NOT EXISTS (SELECT 1 FROM shop_order x WHERE x.customer_id = c.id \
                     AND x.status = 'cancelled') ORDER BY c.last_name, c.first_name, c.id"
                );
                for customer in self.rows(&sql, &[&december()], customer).await? {
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
                for product in self.rows(&sql, &[], product).await? {
                    add(text(mix(0, product.id), &product.name));
                }
            }
            Query::Tuples => {
                let sql = "SELECT i.quantity, p.name, b.website, c.email FROM shop_item i \
                           JOIN shop_order o ON o.id = i.order_id JOIN shop_customer c ON c.id = o.customer_id \
                           JOIN shop_product p ON p.id = i.product_id JOIN shop_brand b ON b.id = p.brand_id \
                           WHERE i.quantity >= 5 AND c.newsletter";
                let read = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?));
                let rows: Vec<(i16, String, Option<String>, String)> = self.rows(sql, &[], read).await?;
                for (quantity, name, website, email) in &rows {
                    add(text(text(text(mix(0, (*quantity).into()), name), website.as_deref().unwrap_or("-")), email));
                }
            }
            Query::Dearest => {
                let sql = format!(
                    "SELECT * FROM (SELECT {PRODUCT}, ROW_NUMBER() OVER (PARTITION BY p.brand_id \
                     ORDER BY p.price DESC, p.id) AS place FROM shop_product p) numbered WHERE place = 1 \
                     ORDER BY price DESC, id LIMIT 5"
                );
                for product in self.rows(&sql, &[], product).await? {
                    add(text(mix(0, product.id), &product.name));
                }
            }
            Query::Across => {
                let sql = format!(
                    "SELECT {ORDER} FROM shop_order o JOIN shop_customer c ON c.id = o.customer_id \
                     WHERE c.last_name LIKE $1 AND o.total > $2 ORDER BY o.total DESC"
                );
                for order in self.rows(&sql, &[&"Mor%", &Decimal::from(1000)], order).await? {
                    add(text(mix(0, order.id), &order.note));
                }
            }
        }
        Ok(sum)
    }
}

fn order(row: &Row) -> Result<Order, tokio_postgres::Error> {
    Ok(Order {
        id: row.try_get(0)?,
        reference: row.try_get(1)?,
        customer_id: row.try_get(2)?,
        address_id: row.try_get(3)?,
        status: row.try_get(4)?,
        placed_at: row.try_get(5)?,
        shipped_at: row.try_get(6)?,
        transit: row.try_get::<_, Option<Interval>>(7)?.map(|interval| interval.0),
        shipping: row.try_get(8)?,
        total: row.try_get(9)?,
        ip: row.try_get(10)?,
        note: row.try_get(11)?,
    })
}

fn customer(row: &Row) -> Result<Customer, tokio_postgres::Error> {
    Ok(Customer {
        id: row.try_get(0)?,
        first_name: row.try_get(1)?,
        last_name: row.try_get(2)?,
        email: row.try_get(3)?,
        phone: row.try_get(4)?,
        birthday: row.try_get(5)?,
        newsletter: row.try_get(6)?,
        joined_at: row.try_get(7)?,
    })
}

fn product(row: &Row) -> Result<Product, tokio_postgres::Error> {
    Ok(Product {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        slug: row.try_get(2)?,
        sku: row.try_get(3)?,
        brand_id: row.try_get(4)?,
        category_id: row.try_get(5)?,
        description: row.try_get(6)?,
        price: row.try_get(7)?,
        cost: row.try_get(8)?,
        stock: row.try_get(9)?,
        status: row.try_get(10)?,
        attributes: row.try_get(11)?,
        weight: row.try_get(12)?,
        added_at: row.try_get(13)?,
    })
}
