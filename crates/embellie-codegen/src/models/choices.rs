//! Choices as enums.

use std::collections::HashSet;

use embellie_core::Value;
use embellie_core::field::FieldKind;
use embellie_core::meta::{Choice, FieldMeta};

use crate::layout::{Item, attribute};
use crate::word::{ident, upper_camel_case};

/// The choices of a field as the variants of an enum.
pub(super) struct Variants<'f> {
    listed: Vec<(String, &'f Choice)>,
    repr: Option<&'static str>,
}

impl<'f> Variants<'f> {
    /// `None` where there are no choices, or the field may hold something else: what is blank is none of them.
    pub(super) fn of(field: &'f FieldMeta) -> Option<Self> {
        if field.choices.is_empty() || (field.blank && !field.null) || field.relation.is_some() {
            return None;
        }
        let repr = match field.kind {
            kind if kind.is_text() => None,
            FieldKind::SmallInteger => Some("i16"),
            FieldKind::PositiveSmallInteger => Some("u16"),
            FieldKind::Integer => Some("i32"),
            FieldKind::PositiveInteger => Some("u32"),
            FieldKind::BigInteger => Some("i64"),
            _ => return None,
        };
        let fits = |choice: &Choice| match (&choice.value, field.kind.integer_range()) {
            (Value::Text(_), None) => true,
            (Value::Int(value), Some((least, greatest))) => (least..=greatest).contains(value),
            _ => false,
        };
        let values: Vec<&Value> = field.choices.iter().map(|choice| &choice.value).collect();
        let distinct = values.iter().enumerate().all(|(place, value)| !values[..place].contains(value));
        if !distinct || !field.choices.iter().all(fits) {
            return None;
        }
        let mut taken = HashSet::new();
        let listed = field.choices.iter().map(|choice| {
            let name = variant(choice, &taken);
            taken.insert(name.clone());
            (name, choice)
        });
        Some(Variants { listed: listed.collect(), repr })
    }

    /// The variant of a value.
    pub(super) fn name_of(&self, value: &Value) -> Option<&str> {
        self.listed.iter().find(|(_, choice)| choice.value == *value).map(|(name, _)| name.as_str())
    }

    /// The lines of the enum, and an empty one. `default` is the variant that the database fills in.
    pub(super) fn write(&self, name: &str, derive: &str, default: Option<&str>, indent: usize) -> Vec<String> {
        let more = if default.is_some() { "Default, " } else { "" };
        let mut lines = vec![format!("#[derive(Debug, Clone, Copy, {more}PartialEq, Eq, Hash, {derive})]")];
        lines.extend(self.repr.map(|repr| format!("#[repr({repr})]")));
        lines.push(format!("pub enum {} {{", ident(name)));
        for (variant, choice) in &self.listed {
            if default == Some(variant) {
                lines.push("    #[default]".into());
            }
            let mut items = Vec::new();
            let plain = is_plain_word(variant);
            match &choice.value {
                Value::Text(value) if !plain || *value != variant.to_lowercase() => {
                    items.push(Item::text("value", value))
                }
                _ => {}
            }
            if !plain || choice.label != *variant {
                items.push(Item::text("label", &choice.label));
            }
            if !items.is_empty() {
                let wide = attribute("choice", items, indent + 4).into_iter();
                lines.extend(wide.map(|line| line.get(indent..).map_or(line.clone(), str::to_owned)));
            }
            lines.push(match &choice.value {
                Value::Int(value) => format!("    {} = {value},", ident(variant)),
                _ => format!("    {},", ident(variant)),
            });
        }
        lines.extend(["}".into(), String::new()]);
        lines
    }
}

/// Whether `#[derive(Choices)]` makes the value and the label of a name by itself: one word, of which no case is in doubt.
fn is_plain_word(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_uppercase()) && letters.all(|letter| letter.is_ascii_lowercase())
}

/// A variant's name: of the label or the value, whichever makes one.
fn variant(choice: &Choice, taken: &HashSet<String>) -> String {
    const LONGEST: usize = 40;
    let value = match &choice.value {
        Value::Text(value) => value.clone(),
        value => value.to_string(),
    };
    let usable = |name: &String| !name.is_empty() && name.starts_with(unicode_ident::is_xid_start) && name != "Self";
    let named = [choice.label.as_str(), value.as_str()].map(upper_camel_case);
    let short = named.iter().find(|name| usable(name) && name.chars().count() <= LONGEST);
    let name = short.cloned().unwrap_or_else(|| {
        let digits = upper_camel_case(&value).chars().take(LONGEST).collect::<String>();
        format!("Value{}", if value.starts_with('-') { format!("Minus{digits}") } else { digits })
    });
    if !taken.contains(&name) {
        return name;
    }
    (2_u32..).map(|number| format!("{name}{number}")).find(|name| !taken.contains(name)).unwrap_or(name)
}
