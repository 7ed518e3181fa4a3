//! Brands, categories, tags, products and their images.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::calendar::{DAY, START, timestamp};
use super::goods::{BRANDS, COLOURS, OPENINGS, SHELVES, STYLES, materials};
use super::random::{Random, Stream};
use super::words::{TAGS, slug};
use super::{Plan, money};
use crate::choices::ProductStatus;

/// A brand.
#[derive(Debug, Clone, PartialEq)]
pub struct Brand {
    /// Its name, unique.
    pub name: String,
    /// Its name in URLs, unique.
    pub slug: String,
    /// Where it is from, as two letters.
    pub country: String,
    /// Its first year.
    pub founded: u16,
    /// Its site; some have none.
    pub website: Option<String>,
}

/// A category: a department, a section in one, or a shelf in a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// Its name in URLs, unique.
    pub slug: String,
    /// The category that it is part of, which comes before it; departments are part of none.
    pub parent: Option<u64>,
    /// Its place among its siblings, from 1.
    pub position: u16,
}

/// A word for products.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// The word, unique.
    pub name: String,
    /// The word in URLs, unique.
    pub slug: String,
}

/// Something for sale.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Its number among the products.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Its name in URLs, unique.
    pub slug: String,
    /// The number in the stock-room, unique.
    pub sku: String,
    /// Who makes it.
    pub brand: u64,
    /// The shelf it lies on.
    pub category: u64,
    /// What it is like.
    pub description: String,
    /// Its price today.
    pub price: Decimal,
    /// What the shop pays for it, where that is known.
    pub cost: Option<Decimal>,
    /// How many there are.
    pub stock: u32,
    /// Whether it is for sale.
    pub status: ProductStatus,
    /// Colour, material, dimensions and the like.
    pub attributes: Value,
    /// What it weighs, in grams, where that is known.
    pub weight: Option<u32>,
    /// Since when it has been in the catalogue.
    pub added_at: Timestamp,
}

/// A word that a product has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProductTag {
    /// The product.
    pub product: u64,
    /// The tag.
    pub tag: u64,
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// The product.
    pub product: u64,
    /// Its place among the product's pictures, from 1.
    pub position: u16,
    /// Where it is.
    pub url: String,
    /// What it shows.
    pub caption: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The first eight bytes of its digest.
    pub digest: Vec<u8>,
}

/// What orders need to know of products: prices in cents, and how often each is bought.
#[derive(Debug, Clone)]
pub(super) struct Prices {
    cents: Vec<u32>,
    /// How often all products up to and with this one are bought.
    until: Vec<u64>,
}

impl Prices {
    pub(super) fn new(products: u64) -> Self {
        let cents = (0..products).map(price).collect();
        let mut sum = 0;
        // Zipf's law: the second is bought half as often as the first, and so on, softened at the top. A product's
        // rank has nothing to do with its number.
        let popularity = |product| {
            let rank = Random::of(Stream::Popularity, product).below(products);
            sum += 1_000_000_000 / (rank + 6);
            sum
        };
        Prices { cents, until: (0..products).map(popularity).collect() }
    }

    pub(super) fn cents(&self, product: u64) -> i64 {
        self.cents[product as usize].into()
    }

    /// A product, as likely as it is popular.
    pub(super) fn pick(&self, random: &mut Random) -> u64 {
        let total = self.until.last().copied().unwrap_or(0);
        let place = random.below(total);
        self.until.partition_point(|until| *until <= place) as u64
    }
}

/// Where a product lies, and what it is there.
fn shelf(product: u64) -> (usize, usize) {
    let mut random = Random::of(Stream::Product, product);
    // The first products fill each shelf once, so that even a small shop has something on each.
    let any = random.below(SHELVES.len() as u64) as usize;
    let shelf = if product < SHELVES.len() as u64 { product as usize } else { any };
    (shelf, random.below(6) as usize)
}

fn price(product: u64) -> u32 {
    let (low, high) = SHELVES[shelf(product).0].4;
    let mut random = Random::of(Stream::Product, product ^ (1 << 63));
    // The lowest of two: cheap goods are more common than dear ones.
    let euros = random.between(low, high).min(random.between(low, high));
    let cents = *random.pick(&[0, 50, 90, 95, 99]);
    (euros * 100 + cents) as u32
}

/// How good a product is, from 0 to 4: what its reviews depend on.
pub(super) fn quality(product: u64) -> u64 {
    let mut random = Random::of(Stream::Quality, product);
    random.weighted(&[(0, 4), (1, 12), (2, 30), (3, 36), (4, 18)])
}

/// The categories before the first shelf, and for each shelf its parent.
fn tree() -> Vec<Category> {
    let mut tree: Vec<Category> = Vec::new();
    for (department, section, shelf, ..) in SHELVES {
        let root = child(&mut tree, None, department);
        let middle = child(&mut tree, Some(root), section);
        child(&mut tree, Some(middle), shelf);
    }
    tree
}

fn child(tree: &mut Vec<Category>, parent: Option<u64>, name: &str) -> u64 {
    let siblings = || tree.iter().enumerate().filter(|(_, category)| category.parent == parent);
    if let Some((found, _)) = siblings().find(|(_, category)| category.name == name) {
        return found as u64;
    }
    let position = siblings().count() as u16 + 1;
    let slug = match parent.map(|parent| &tree[parent as usize].slug) {
        Some(above) => format!("{above}-{}", slug(name)),
        None => slug(name),
    };
    tree.push(Category { name: name.to_owned(), slug, parent, position });
    tree.len() as u64 - 1
}

impl Plan {
    /// The brands.
    pub fn brands(&self) -> impl Iterator<Item = Brand> + Send + use<> {
        (0u64..).zip(BRANDS).map(|(number, (name, country, founded))| {
            let has_site = !Random::of(Stream::Brand, number).per_mille(150);
            let slug = slug(name);
            let website = has_site.then(|| format!("https://{slug}.example"));
            Brand { name: name.to_owned(), slug, country: country.to_owned(), founded, website }
        })
    }

    /// The categories, each after the one it is part of.
    pub fn categories(&self) -> impl Iterator<Item = Category> + Send + use<> {
        tree().into_iter()
    }

    /// The tags.
    pub fn tags(&self) -> impl Iterator<Item = Tag> + Send + use<> {
        TAGS.into_iter().map(|name| Tag { name: name.to_owned(), slug: slug(name) })
    }

    /// The products.
    pub fn products(&self) -> impl Iterator<Item = Product> + Send + '_ {
        let tree = tree();
        let leaf = |name: &str| tree.iter().rposition(|category| category.name == name).unwrap_or(0) as u64;
        let shelves: Vec<u64> = SHELVES.iter().map(|shelf| leaf(shelf.2)).collect();
        (0..self.products).map(move |number| self.product(number, &shelves))
    }

    fn product(&self, number: u64, shelves: &[u64]) -> Product {
        let mut random = Random::of(Stream::Product, number ^ (1 << 62));
        let (place, thing) = shelf(number);
        let (.., code, _, things) = SHELVES[place];
        let brand = random.below(BRANDS.len() as u64).min(random.below(BRANDS.len() as u64));
        let name = format!("{} {}", random.pick(&STYLES), things[thing]);
        let sku = format!("{code}-{:05}", number + 1);
        let cents = self.prices.cents(number);
        let cost = (!random.per_mille(120)).then(|| money(cents * random.between(38, 72) as i64 / 100));
        let (colour, material) = (*random.pick(&COLOURS), *random.pick(materials(code)));
        let mut attributes = json!({
            "colour": colour,
            "material": material,
            "dimensions": {"width": random.between(4, 120), "height": random.between(3, 90)},
        });
        if random.per_mille(300) {
            attributes["warranty_years"] = random.between(2, 10).into();
        }
        let status = random.weighted(&[
            (ProductStatus::Active, 90),
            (ProductStatus::Discontinued, 7),
            (ProductStatus::Draft, 3),
        ]);
        let stock = match status {
            ProductStatus::Active if random.per_mille(60) => 0,
            ProductStatus::Active => random.between(1, 220).min(random.between(1, 220)) as u32,
            _ => 0,
        };
        Product {
            number,
            slug: format!("{}-{}", slug(&name), sku.to_lowercase()),
            description: format!("{} In {colour} {material}, by {}.", random.pick(&OPENINGS), BRANDS[brand as usize].0),
            name,
            sku,
            brand,
            category: shelves[place],
            price: money(cents),
            cost,
            stock,
            status,
            attributes,
            weight: (!random.per_mille(80)).then(|| random.between(40, 18_000).min(random.between(40, 18_000)) as u32),
            added_at: timestamp(START - (random.below(900 * DAY as u64) as i64)),
        }
    }

    /// Which products have which tags.
    pub fn product_tags(&self) -> impl Iterator<Item = ProductTag> + Send + use<> {
        (0..self.products).flat_map(|product| {
            let mut random = Random::of(Stream::ProductTags, product);
            let count = random.weighted(&[(0, 12), (1, 30), (2, 30), (3, 18), (4, 7), (6, 3)]);
            let mut tags: Vec<u64> = (0..count).map(|_| random.below(TAGS.len() as u64)).collect();
            tags.sort_unstable();
            tags.dedup();
            tags.into_iter().map(move |tag| ProductTag { product, tag })
        })
    }

    /// The pictures of the products.
    pub fn images(&self) -> impl Iterator<Item = Image> + Send + use<> {
        (0..self.products).flat_map(|product| {
            let mut random = Random::of(Stream::ProductImages, product);
            let count = random.weighted(&[(0u16, 5), (1, 30), (2, 35), (3, 20), (5, 10)]);
            (1..=count).map(move |position| {
                let (width, height) = *random.pick(&[(1600, 1200), (1200, 1600), (1500, 1500), (2400, 1600)]);
                let caption = *random.pick(&["From the front", "In use", "A detail", "In its box", "From above"]);
                Image {
                    product,
                    position,
                    url: format!("https://images.shop.example/{:05}/{position}.jpg", product + 1),
                    caption: caption.to_owned(),
                    width,
                    height,
                    digest: random.next().to_be_bytes().to_vec(),
                }
            })
        })
    }
}
