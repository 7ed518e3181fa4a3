//! Names of apps, models and fields.

use std::collections::{HashMap, HashSet};

use embellie_codegen::{is_identifier, snake_case, upper_camel_case};

use super::django;
use super::draft::Draft;
use super::english::singular;

/// Words that Python keeps for itself, so that no query text could say them.
const PYTHON: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Names that objects and paths have another use for.
const TAKEN: [&str; 22] = [
    "asc",
    "clean",
    "clone",
    "delete",
    "desc",
    "eq",
    "exact",
    "f",
    "full_clean",
    "in_",
    "into",
    "isnull",
    "ne",
    "objects",
    "of",
    "path",
    "pk",
    "refresh",
    "refresh_from_db",
    "save",
    "to_owned",
    "try_into",
];

/// Types that source made of the models counts on.
const TYPES: [&str; 3] = ["Box", "Self", "Sized"];

/// The longest name that is made of another one.
const LONGEST: usize = 50;

/// Cuts a name that would be too long to read.
fn cut(name: String) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => name.get(..end).unwrap_or(&name).trim_end_matches('_').to_owned(),
        None => name,
    }
}

/// A field's name of a column's, or of anything.
pub(super) fn field_name(column: &str) -> String {
    let name = cut(snake_case(column));
    if name.is_empty() {
        return "field".into();
    }
    if !is_identifier(&name) || PYTHON.contains(&name.as_str()) || TAKEN.contains(&name.as_str()) {
        return match name.chars().next() {
            Some(first) if first.is_numeric() => format!("field_{name}"),
            _ => format!("{name}_field"),
        };
    }
    name
}

/// A model's name of a table's, whose words are separated in whatever way.
pub(super) fn model_name(table: &str) -> String {
    let name = upper_camel_case(&cut(singular(&snake_case(table))));
    if name.is_empty() {
        return "Table".into();
    }
    if !is_identifier(&name) {
        return format!("Table{name}");
    }
    if PYTHON.contains(&name.as_str()) || TYPES.contains(&name.as_str()) {
        return format!("{name}Table");
    }
    name
}

/// An app's name of anything.
pub(super) fn app_name(name: &str) -> String {
    let name = cut(snake_case(name));
    match name.as_str() {
        "" => "main".into(),
        name if !is_identifier(name) || PYTHON.contains(&name) => format!("db_{name}"),
        _ => name,
    }
}

/// A name with a number where it is taken, which is then taken too.
pub(super) fn unique(wished: String, taken: &mut HashSet<String>) -> String {
    let mut name = wished.clone();
    let mut number = 2_u32;
    while !taken.insert(name.clone()) {
        name = format!("{wished}_{number}");
        number += 1;
    }
    name
}

/// Whether a name may be given to a way back.
pub(super) fn is_usable(name: &str) -> bool {
    is_identifier(name) && !PYTHON.contains(&name) && !TAKEN.contains(&name)
}

impl Draft<'_> {
    /// Gives every table its app and its model's name.
    pub(super) fn name_models(&mut self) {
        let database = app_name(&self.schema.database);
        let prefix = common_prefix(self.schema.tables.iter().map(|table| table.name.name.as_str()));
        let known = self.schema.django.as_ref().map(|known| django::Names::new(known, self.schema));
        let mut taken: HashMap<String, HashSet<String>> = HashMap::new();
        for model in &mut self.models {
            let table = &model.table.name;
            let found = known.as_ref().and_then(|known| known.of_table(&table.name));
            let (app, name) = found.unwrap_or_else(|| match (&table.schema, &prefix) {
                (Some(schema), _) => (app_name(schema), model_name(&table.name)),
                (None, Some(prefix)) => {
                    (app_name(prefix), model_name(table.name.strip_prefix(prefix.as_str()).unwrap_or(&table.name)))
                }
                (None, None) => (database.clone(), model_name(&table.name)),
            });
            // Models of two apps may have one name, but not differ in case alone: their default tables would not.
            let names = taken.entry(app.clone()).or_default();
            let mut free = name.clone();
            let mut number = 2_u32;
            while !names.insert(free.to_lowercase()) {
                free = format!("{name}{number}");
                number += 1;
            }
            (model.meta.app, model.meta.name) = (app, free);
        }
    }
}

/// The word that all tables begin with, where there are several: `shop_` of `shop_order`, `shop_item`, `shop_tag`.
fn common_prefix<'t>(names: impl Iterator<Item = &'t str>) -> Option<String> {
    let names: Vec<&str> = names.collect();
    let (prefix, _) = names.first()?.split_once('_')?;
    let prefix = format!("{prefix}_");
    let shared = |name: &&str| name.strip_prefix(&prefix).is_some_and(|rest| !rest.is_empty());
    (prefix.len() > 1 && names.len() > 2 && names.iter().all(shared)).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_people() {
        assert_eq!(field_name("SupportRepId"), "support_rep_id");
        assert_eq!(field_name("class"), "class_field");
        assert_eq!(field_name("self"), "self_field");
        assert_eq!(field_name("1st"), "field_1st");
        assert_eq!(field_name("\"; DROP TABLE x"), "drop_table_x");
        assert_eq!(field_name(""), "field");
        assert_eq!(field_name(&"x".repeat(10_000)).len(), LONGEST);
        assert_eq!(model_name("order_items"), "OrderItem");
        assert_eq!(model_name("InvoiceLine"), "InvoiceLine");
        assert_eq!(model_name("🦀"), "Table");
        assert_eq!(model_name("none"), "NoneTable");
        assert_eq!(model_name("2024 sales"), "Table2024Sale");
        assert_eq!(app_name("my-shop.v2"), "my_shop_v2");
        assert_eq!(common_prefix(["wp_posts", "wp_users", "wp_terms"].into_iter()).as_deref(), Some("wp_"));
        assert_eq!(common_prefix(["a_b", "a_c"].into_iter()), None);
    }
}
