//! The data set, written to a database.

use embellie::{Database, ForeignKey, Model, OneToOne, Record, Result, new};

use crate::data::{self, Plan};
use crate::models::*;

/// How many objects are handed over at a time.
const BATCH: usize = 5_000;

/// Told of each batch: what it was, and how many rows.
pub type Progress<'a> = &'a mut (dyn FnMut(&'static str, u64) + Send);

/// How many rows a data set has, those of link tables included. It takes the time to make all orders.
pub fn row_count(plan: &Plan) -> u64 {
    let small = plan.brands().count() + plan.categories().count() + plan.tags().count();
    let catalogue = plan.product_tags().count() + plan.images().count() + plan.addresses().count();
    let orders = plan.items().count() + plan.payments().count() + plan.reviews().count();
    plan.product_count() + plan.customer_count() + plan.order_count() + (small + catalogue + orders) as u64
}

/// Writes a data set into empty tables. Each batch is a transaction of its own; only keys are held in memory.
///
/// # Errors
/// What the database says.
pub async fn fill(db: &Database, plan: &Plan, progress: Progress<'_>) -> Result<()> {
    let mut writer = Writer { db, progress };
    let brands = writer.insert("brands", plan.brands().map(brand)).await?;
    let categories = writer.categories(plan).await?;
    let tags = writer.insert("tags", plan.tags().map(tag)).await?;
    let products = plan.products().map(|row| product(row, &brands, &categories));
    let products = writer.insert("products", products).await?;
    writer.tag_products(plan, &products, &tags).await?;
    writer.insert("images", plan.images().map(|row| image(row, &products))).await?;
    let customers = writer.insert("customers", plan.customers().map(customer)).await?;
    let addresses = Addresses {
        first: first_addresses(plan),
        keys: writer.insert("addresses", plan.addresses().map(|row| address(row, &customers))).await?,
    };
    let orders = plan.orders().map(|row| order(row, &customers, &addresses));
    let orders = writer.insert("orders", orders).await?;
    writer.insert("items", plan.items().map(|row| item(row, &orders, &products))).await?;
    writer.insert("payments", plan.payments().map(|row| payment(row, &orders))).await?;
    writer.insert("reviews", plan.reviews().map(|row| review(row, &products, &customers))).await?;
    Ok(())
}

struct Writer<'a> {
    db: &'a Database,
    progress: Progress<'a>,
}

impl Writer<'_> {
    /// Inserts the objects in batches, and gives their keys in order.
    async fn insert<M: Model<Key = i64>>(
        &mut self,
        what: &'static str,
        mut objects: impl Iterator<Item = M> + Send,
    ) -> Result<Vec<i64>> {
        let mut keys = Vec::new();
        loop {
            let mut batch: Vec<M> = objects.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(keys);
            }
            M::objects().bulk_create(&mut batch, self.db).await?;
            for object in &batch {
                keys.push(object.key()?);
            }
            (self.progress)(what, batch.len() as u64);
        }
    }

    /// One after the other: a category's parent has to have its key.
    async fn categories(&mut self, plan: &Plan) -> Result<Vec<i64>> {
        self.db
            .atomic(async |tx| {
                let mut keys = Vec::new();
                for row in plan.categories() {
                    let parent = row.parent.map(|parent| key(&keys, parent));
                    let category =
                        new!(Category { name: row.name, slug: row.slug, parent: parent, position: row.position });
                    keys.push(category.create(tx).await?.id);
                    (self.progress)("categories", 1);
                }
                Ok(keys)
            })
            .await
    }

    /// The link table has no Rust type: its rows are records.
    async fn tag_products(&mut self, plan: &Plan, products: &[i64], tags: &[i64]) -> Result<()> {
        let blank = self.db.record("shop.Product_tags")?;
        let mut links = plan.product_tags().map(|row| {
            let mut link = blank.clone();
            link.set("product", products[row.product as usize])?;
            link.set("tag", tags[row.tag as usize])?;
            Ok(link)
        });
        loop {
            let mut batch: Vec<Record> = links.by_ref().take(BATCH).collect::<Result<_>>()?;
            if batch.is_empty() {
                return Ok(());
            }
            self.db.objects("shop.Product_tags")?.bulk_create(&mut batch, self.db).await?;
            (self.progress)("tagging", batch.len() as u64);
        }
    }
}

/// The keys of all addresses, and where those of each customer begin.
struct Addresses {
    first: Vec<usize>,
    keys: Vec<i64>,
}

fn first_addresses(plan: &Plan) -> Vec<usize> {
    let mut first = Vec::new();
    for (place, address) in plan.addresses().enumerate() {
        if address.customer as usize == first.len() {
            first.push(place);
        }
    }
    first
}

fn key<T: Model<Key = i64>>(keys: &[i64], number: u64) -> ForeignKey<T> {
    ForeignKey::from_value(keys[number as usize].into())
}

fn brand(row: data::Brand) -> Brand {
    new!(Brand { name: row.name, slug: row.slug, country: row.country, founded: row.founded, website: row.website })
}

fn tag(row: data::Tag) -> Tag {
    new!(Tag { name: row.name, slug: row.slug })
}

fn product(row: data::Product, brands: &[i64], categories: &[i64]) -> Product {
    new!(Product {
        name: row.name,
        slug: row.slug,
        sku: row.sku,
        brand: key(brands, row.brand),
        category: key(categories, row.category),
        description: row.description,
        price: row.price,
        cost: row.cost,
        stock: row.stock,
        status: row.status,
        attributes: row.attributes,
        weight: row.weight,
        added_at: row.added_at,
    })
}

fn image(row: data::Image, products: &[i64]) -> Image {
    new!(Image {
        product: key(products, row.product),
        position: row.position,
        url: row.url,
        caption: row.caption,
        width: row.width,
        height: row.height,
        digest: row.digest,
    })
}

fn customer(row: data::Customer) -> Customer {
    new!(Customer {
        first_name: row.first_name,
        last_name: row.last_name,
        email: row.email,
        phone: row.phone,
        birthday: row.birthday,
        newsletter: row.newsletter,
        joined_at: row.joined_at,
    })
}

fn address(row: data::Address, customers: &[i64]) -> Address {
    new!(Address {
        customer: key(customers, row.customer),
        label: row.label,
        street: row.street,
        city: row.city,
        postal_code: row.postal_code,
        country: row.country,
        is_default: row.is_default,
    })
}

fn order(row: data::Order, customers: &[i64], addresses: &Addresses) -> Order {
    let first = addresses.first[row.customer as usize] as u64;
    new!(Order {
        reference: row.reference,
        customer: key(customers, row.customer),
        address: row.address.map(|number| key(&addresses.keys, first + number)),
        status: row.status,
        placed_at: row.placed_at,
        shipped_at: row.shipped_at,
        transit: row.transit,
        shipping: row.shipping,
        total: row.total,
        ip: row.ip,
        note: row.note,
    })
}

fn item(row: data::Item, orders: &[i64], products: &[i64]) -> Item {
    new!(Item {
        order: key(orders, row.order),
        product: key(products, row.product),
        quantity: row.quantity,
        unit_price: row.unit_price,
    })
}

fn payment(row: data::Payment, orders: &[i64]) -> Payment {
    new!(Payment {
        order: OneToOne::from(key(orders, row.order)),
        method: row.method,
        amount: row.amount,
        paid_at: row.paid_at,
        refunded: row.refunded,
    })
}

fn review(row: data::Review, products: &[i64], customers: &[i64]) -> Review {
    new!(Review {
        product: key(products, row.product),
        customer: key(customers, row.customer),
        rating: row.rating,
        title: row.title,
        body: row.body,
        written_at: row.written_at,
    })
}
