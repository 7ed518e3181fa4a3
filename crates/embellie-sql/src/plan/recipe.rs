//! How a parameter is made of the values of a query.

use embellie_core::Value;

use super::shape::Slot;

/// How a parameter is made.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Recipe {
    /// The same for all queries of the shape.
    Fixed(Value),
    /// The value at a place.
    Value(usize),
    /// A text that has the text at a place in its middle.
    Around {
        before: String,
        slot: usize,
        after: String,
        /// Whether what means something in a pattern is escaped.
        escaped: bool,
    },
    /// A list of such.
    List(Vec<Recipe>),
}

/// The three times that a query was compiled: with its own values, and with two others.
type Three<T> = [T; 3];

impl Recipe {
    /// The recipe that gives these parameters for these values; `None` where none does.
    pub(super) fn find(parameters: Three<&Value>, slots: Three<&[Slot<'_>]>) -> Option<Recipe> {
        let [own, first, second] = parameters;
        if same(own, first) && same(own, second) {
            return Some(Recipe::Fixed(own.clone()));
        }
        if let [Value::List(own), Value::List(first), Value::List(second)] = parameters {
            if own.len() != first.len() || own.len() != second.len() {
                return None;
            }
            let parts = own.iter().zip(first).zip(second);
            let parts = parts.map(|((own, first), second)| Recipe::find([own, first, second], slots));
            return parts.collect::<Option<_>>().map(Recipe::List);
        }
        let gives = |recipe: &Recipe| {
            parameters.into_iter().zip(slots).all(|(parameter, slots)| same(&recipe.apply(slots), parameter))
        };
        let count = slots[0].len();
        let plain = (0..count).map(Recipe::Value).find(gives);
        plain.or_else(|| (0..count).flat_map(|slot| around(first, slots[1], slot)).find(gives))
    }

    /// The parameter, for these values.
    pub(super) fn apply(&self, slots: &[Slot<'_>]) -> Value {
        match self {
            Recipe::Fixed(value) => value.clone(),
            Recipe::Value(slot) => match slots.get(*slot) {
                Some(Slot::Value(value)) => (*value).clone(),
                Some(Slot::Number(number)) => Value::Int(i64::try_from(*number).unwrap_or(i64::MAX)),
                None => Value::Null,
            },
            Recipe::Around { before, slot, after, escaped } => {
                let Some(Slot::Value(Value::Text(inner))) = slots.get(*slot) else { return Value::Null };
                let inner = if *escaped { escape(inner) } else { inner.clone() };
                Value::Text([before.as_str(), &inner, after].concat())
            }
            Recipe::List(parts) => Value::List(parts.iter().map(|part| part.apply(slots)).collect()),
        }
    }
}

/// Whether values are the same in what databases are sent: equal decimals may have more places.
fn same(one: &Value, other: &Value) -> bool {
    let places = |value: &Value| if let Value::Decimal(value) = value { Some(value.scale()) } else { None };
    one == other && places(one) == places(other)
}

/// The ways in which a parameter may have the text at a place in its middle.
fn around(parameter: &Value, slots: &[Slot<'_>], slot: usize) -> Vec<Recipe> {
    let (Value::Text(whole), Some(Slot::Value(Value::Text(inner)))) = (parameter, slots.get(slot)) else {
        return Vec::new();
    };
    let way = |escaped: bool| {
        let inner = if escaped { escape(inner) } else { inner.clone() };
        let (before, after) = whole.split_once(inner.as_str())?;
        Some(Recipe::Around { before: before.to_owned(), slot, after: after.to_owned(), escaped })
    };
    [true, false].into_iter().filter_map(way).collect()
}

/// A text as patterns have it: `%`, `_` and `\` stand for themselves.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
