//! What there is to buy.

use embellie::{ForeignKey, ManyToMany, model};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::choices::ProductStatus;

/// A brand.
#[model(app = "shop", ordering = ["name"])]
pub struct Brand {
    /// Its name.
    #[field(max_length = 80, unique)]
    pub name: String,
    /// Its name in URLs.
    #[field(slug, unique)]
    pub slug: String,
    /// Where it is from, as two letters.
    #[field(max_length = 2)]
    pub country: String,
    /// Its first year.
    pub founded: u16,
    /// Its site; some have none.
    #[field(url)]
    pub website: Option<String>,
}

/// A category, which may be part of another one.
#[model(
    app = "shop",
    verbose_name_plural = "categories",
    ordering = ["parent_id", "position"],
    unique_together = [["parent", "position"]],
)]
pub struct Category {
    /// Its name.
    #[field(max_length = 60)]
    pub name: String,
    /// Its name in URLs.
    #[field(slug, max_length = 120, unique)]
    pub slug: String,
    /// The category that it is part of.
    #[field(on_delete = Cascade, related_name = "children")]
    pub parent: Option<ForeignKey<Category>>,
    /// Its place among its siblings, from 1.
    pub position: u16,
}

/// A word for products.
#[model(app = "shop", ordering = ["name"])]
pub struct Tag {
    /// The word.
    #[field(max_length = 40, unique)]
    pub name: String,
    /// The word in URLs.
    #[field(slug, unique)]
    pub slug: String,
}

/// Something for sale.
#[model(
    app = "shop",
    ordering = ["name", "id"],
    indexes(
        index(fields = ["category", "-price"], name = "product_shelf"),
        index(fields = ["name"], condition(status = "active"), name = "product_for_sale"),
    ),
    constraints(check(condition(price__gt = 0), name = "product_price_above_0")),
)]
pub struct Product {
    /// Its name.
    #[field(max_length = 120)]
    pub name: String,
    /// Its name in URLs.
    #[field(slug, max_length = 140, unique)]
    pub slug: String,
    /// The number in the stock-room.
    #[field(max_length = 12, unique, verbose_name = "stock-keeping unit")]
    pub sku: String,
    /// Who makes it.
    #[field(on_delete = Protect, related_name = "products")]
    pub brand: ForeignKey<Brand>,
    /// The shelf it lies on.
    #[field(on_delete = Protect, related_name = "products")]
    pub category: ForeignKey<Category>,
    /// Words for it.
    #[field(related_name = "products")]
    pub tags: ManyToMany<Tag>,
    /// What it is like.
    #[field(blank)]
    pub description: String,
    /// Its price today.
    #[field(max_digits = 10, decimal_places = 2)]
    pub price: Decimal,
    /// What the shop pays for it, where that is known.
    #[field(max_digits = 10, decimal_places = 2)]
    pub cost: Option<Decimal>,
    /// How many there are.
    #[field(default = 0)]
    pub stock: u32,
    /// Whether it is for sale.
    #[field(max_length = 12, default = ProductStatus::Draft)]
    pub status: ProductStatus,
    /// Colour, material, dimensions and the like.
    pub attributes: Json,
    /// What it weighs, where that is known.
    #[field(help_text = "In grams.")]
    pub weight: Option<u32>,
    /// Since when it has been in the catalogue.
    pub added_at: Timestamp,
}

/// A picture of a product.
#[model(app = "shop", ordering = ["product", "position"], unique_together = [["product", "position"]])]
pub struct Image {
    /// The product.
    #[field(on_delete = Cascade, related_name = "images")]
    pub product: ForeignKey<Product>,
    /// Its place among the product's pictures, from 1.
    pub position: u16,
    /// Where it is.
    #[field(url)]
    pub url: String,
    /// What it shows.
    #[field(max_length = 80)]
    pub caption: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The first eight bytes of its digest.
    pub digest: Vec<u8>,
}
