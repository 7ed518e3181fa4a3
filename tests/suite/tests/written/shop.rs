use embellie::prelude::*;

#[model(
    app = "shop",
    verbose_name_plural = "addresses",
    ordering = ["customer", "-is_default", "id"],
    constraints(
        unique(fields = ["customer"], condition(is_default = true), name = "one_default_address"),
    ),
)]
pub struct Address {
    #[field(on_delete = Cascade, related_name = "addresses")]
    pub customer: ForeignKey<Customer>,
    #[field(max_length = 30)]
    pub label: String,
    #[field(max_length = 120)]
    pub street: String,
    #[field(max_length = 60, index)]
    pub city: String,
    #[field(max_length = 12)]
    pub postal_code: String,
    #[field(max_length = 2)]
    pub country: String,
    #[field(default = false)]
    pub is_default: bool,
}

#[model(app = "shop", ordering = ["name"])]
pub struct Brand {
    #[field(max_length = 80, unique)]
    pub name: String,
    #[field(slug, unique)]
    pub slug: String,
    #[field(max_length = 2)]
    pub country: String,
    pub founded: u16,
    #[field(url)]
    pub website: Option<String>,
}

#[model(
    app = "shop",
    verbose_name_plural = "categories",
    ordering = ["parent_id", "position"],
    unique_together = [["parent", "position"]],
)]
pub struct Category {
    #[field(max_length = 60)]
    pub name: String,
    #[field(slug, max_length = 120, unique)]
    pub slug: String,
    #[field(on_delete = Cascade, related_name = "children")]
    pub parent: Option<ForeignKey<Category>>,
    pub position: u16,
}

#[model(
    app = "shop",
    ordering = ["last_name", "first_name", "id"],
    get_latest_by = ["joined_at"],
    indexes(index(fields = ["last_name", "first_name"], name = "customer_name")),
)]
pub struct Customer {
    #[field(max_length = 60)]
    pub first_name: String,
    #[field(max_length = 60)]
    pub last_name: String,
    #[field(email, unique)]
    pub email: String,
    #[field(max_length = 24)]
    pub phone: Option<String>,
    pub birthday: Option<civil::Date>,
    #[field(default = false)]
    pub newsletter: bool,
    pub joined_at: Timestamp,
}

#[model(
    app = "shop",
    ordering = ["product", "position"],
    unique_together = [["product", "position"]],
)]
pub struct Image {
    #[field(on_delete = Cascade, related_name = "images")]
    pub product: ForeignKey<Product>,
    pub position: u16,
    #[field(url)]
    pub url: String,
    #[field(max_length = 80)]
    pub caption: String,
    pub width: u32,
    pub height: u32,
    pub digest: Vec<u8>,
}

#[model(
    app = "shop",
    constraints(
        unique(fields = ["order", "product"], name = "one_item_for_each_product"),
        check(condition(quantity__gte = 1), name = "item_quantity_from_1"),
    ),
)]
pub struct Item {
    #[field(on_delete = Cascade, related_name = "items")]
    pub order: ForeignKey<Order>,
    #[field(on_delete = Protect, related_name = "items")]
    pub product: ForeignKey<Product>,
    #[field(default = 1)]
    pub quantity: u16,
    #[field(max_digits = 10, decimal_places = 2)]
    pub unit_price: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
pub enum OrderStatus {
    Pending,
    Paid,
    Shipped,
    Delivered,
    Cancelled,
    Returned,
}

#[model(
    app = "shop",
    ordering = ["-placed_at", "-id"],
    get_latest_by = ["placed_at"],
    indexes(
        index(fields = ["customer", "-placed_at"], name = "order_history"),
        index(fields = ["-placed_at", "-id"], name = "order_newest"),
        index(
            fields = ["placed_at"],
            condition(status__in = ["pending", "paid"]),
            name = "order_to_do",
        ),
    ),
    constraints(check(condition(total__gte = F(shipping)), name = "order_total_has_shipping")),
)]
pub struct Order {
    // The default is made by a function.
    #[field(unique)]
    pub reference: Uuid,
    #[field(on_delete = Protect, related_name = "orders")]
    pub customer: ForeignKey<Customer>,
    #[field(on_delete = SetNull, related_name = "orders")]
    pub address: Option<ForeignKey<Address>>,
    #[field(max_length = 12, default = OrderStatus::Pending)]
    pub status: OrderStatus,
    pub placed_at: Timestamp,
    pub shipped_at: Option<Timestamp>,
    pub transit: Option<SignedDuration>,
    #[field(max_digits = 8, decimal_places = 2)]
    pub shipping: Decimal,
    #[field(max_digits = 10, decimal_places = 2)]
    pub total: Decimal,
    pub ip: Option<std::net::IpAddr>,
    #[field(blank, default = "")]
    pub note: String,
    #[field(through = Item, related_name = "orders")]
    pub products: ManyToMany<Product>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
pub enum PaymentMethod {
    Card,
    Wallet,
    Transfer,
    Invoice,
}

#[model(app = "shop", ordering = ["-paid_at", "-id"], get_latest_by = ["paid_at"])]
pub struct Payment {
    #[field(on_delete = Cascade, related_name = "payment")]
    pub order: OneToOne<Order>,
    #[field(max_length = 12)]
    pub method: PaymentMethod,
    #[field(max_digits = 10, decimal_places = 2)]
    pub amount: Decimal,
    pub paid_at: Timestamp,
    #[field(default = false)]
    pub refunded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Choices)]
pub enum ProductStatus {
    Draft,
    Active,
    Discontinued,
}

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
    #[field(max_length = 120)]
    pub name: String,
    #[field(slug, max_length = 140, unique)]
    pub slug: String,
    #[field(max_length = 12, unique, verbose_name = "stock-keeping unit")]
    pub sku: String,
    #[field(on_delete = Protect, related_name = "products")]
    pub brand: ForeignKey<Brand>,
    #[field(on_delete = Protect, related_name = "products")]
    pub category: ForeignKey<Category>,
    #[field(blank)]
    pub description: String,
    #[field(max_digits = 10, decimal_places = 2)]
    pub price: Decimal,
    #[field(max_digits = 10, decimal_places = 2)]
    pub cost: Option<Decimal>,
    #[field(default = 0)]
    pub stock: u32,
    #[field(max_length = 12, default = ProductStatus::Draft)]
    pub status: ProductStatus,
    pub attributes: serde_json::Value,
    #[field(help_text = "In grams.")]
    pub weight: Option<u32>,
    pub added_at: Timestamp,
    #[field(related_name = "products")]
    pub tags: ManyToMany<Tag>,
}

#[model(
    app = "shop",
    ordering = ["-written_at", "id"],
    get_latest_by = ["written_at"],
    constraints(
        unique(fields = ["customer", "product"], name = "one_review_each"),
        check(condition(rating__gte = 1, rating__lte = 5), name = "one_to_five_stars"),
    ),
)]
pub struct Review {
    #[field(on_delete = Cascade, related_name = "reviews")]
    pub product: ForeignKey<Product>,
    #[field(on_delete = Cascade, related_name = "reviews")]
    pub customer: ForeignKey<Customer>,
    #[field(validators(min_value(1), max_value(5)))]
    pub rating: u16,
    #[field(max_length = 100)]
    pub title: String,
    #[field(blank)]
    pub body: String,
    pub written_at: Timestamp,
}

#[model(app = "shop", ordering = ["name"])]
pub struct Tag {
    #[field(max_length = 40, unique)]
    pub name: String,
    #[field(slug, unique)]
    pub slug: String,
}
