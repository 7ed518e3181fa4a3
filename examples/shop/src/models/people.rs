//! Customers, where they live, and what they think.

use embellie::{ForeignKey, model};
use jiff::Timestamp;
use jiff::civil::Date;

use super::Product;

/// Somebody who has an account.
#[model(
    app = "shop",
    ordering = ["last_name", "first_name", "id"],
    get_latest_by = ["joined_at"],
    indexes(index(fields = ["last_name", "first_name"], name = "customer_name")),
)]
pub struct Customer {
    /// The first name.
    #[field(max_length = 60)]
    pub first_name: String,
    /// The last name.
    #[field(max_length = 60)]
    pub last_name: String,
    /// The e-mail address.
    #[field(email, unique)]
    pub email: String,
    /// The telephone number, where it is known.
    #[field(max_length = 24)]
    pub phone: Option<String>,
    /// The birthday, where it is known.
    pub birthday: Option<Date>,
    /// Whether the newsletter is wanted.
    #[field(default = false)]
    pub newsletter: bool,
    /// Since when there has been an account.
    pub joined_at: Timestamp,
}

/// Where a customer lives or works.
#[model(
    app = "shop",
    verbose_name_plural = "addresses",
    ordering = ["customer", "-is_default", "id"],
    constraints(unique(fields = ["customer"], condition(is_default = true), name = "one_default_address")),
)]
pub struct Address {
    /// Whose address it is.
    #[field(on_delete = Cascade, related_name = "addresses")]
    pub customer: ForeignKey<Customer>,
    /// What the customer calls it.
    #[field(max_length = 30)]
    pub label: String,
    /// Street and number.
    #[field(max_length = 120)]
    pub street: String,
    /// The city.
    #[field(max_length = 60, index)]
    pub city: String,
    /// The postal code.
    #[field(max_length = 12)]
    pub postal_code: String,
    /// The country, as two letters.
    #[field(max_length = 2)]
    pub country: String,
    /// Whether parcels go there when nothing is said.
    #[field(default = false)]
    pub is_default: bool,
}

/// A customer's opinion of a product.
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
    /// The product.
    #[field(on_delete = Cascade, related_name = "reviews")]
    pub product: ForeignKey<Product>,
    /// Who wrote it.
    #[field(on_delete = Cascade, related_name = "reviews")]
    pub customer: ForeignKey<Customer>,
    /// From one to five stars.
    #[field(validators(min_value = 1, max_value = 5))]
    pub rating: u16,
    /// The headline.
    #[field(max_length = 100)]
    pub title: String,
    /// The text.
    #[field(blank)]
    pub body: String,
    /// When it was written.
    pub written_at: Timestamp,
}
