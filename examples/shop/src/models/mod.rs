//! The shop's models.

mod catalogue;
mod orders;
mod people;

pub use catalogue::*;
pub use orders::*;
pub use people::*;

#[cfg(test)]
mod tests {
    use embellie::{Model, Registry};

    use super::*;

    #[test]
    fn the_models_pass_all_checks() {
        let models = [
            Address::meta(),
            Brand::meta(),
            Category::meta(),
            Customer::meta(),
            Image::meta(),
            Item::meta(),
            Order::meta(),
            Payment::meta(),
            Product::meta(),
            Review::meta(),
            Tag::meta(),
        ];
        let registry = Registry::build(models).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(registry.warnings(), []);
        assert_eq!(registry.models().len(), 12, "eleven models and one link table");
    }
}
