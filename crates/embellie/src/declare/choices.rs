//! Enums of choices: what `#[derive(Choices)]` calls.

use embellie_core::meta::Choice;
use embellie_core::{ColumnRef, Error, FromColumn, Result, Value};

/// The choices of an enum as metadata.
pub fn choices<T, V: Into<Value>>(all: &[T], value: fn(&T) -> V, label: fn(&T) -> &'static str) -> Vec<Choice> {
    all.iter().map(|choice| Choice { value: value(choice).into(), label: label(choice).to_owned() }).collect()
}

/// The choice whose stored text a column holds.
///
/// # Errors
/// [`Error::Decode`] when there is none.
pub fn choice_of_text<T: Clone>(column: ColumnRef<'_>, all: &[(&str, T)]) -> Result<T> {
    let text = match column {
        ColumnRef::Text(text) => text,
        other => return Err(Error::decode("text", other)),
    };
    let found = all.iter().find(|(value, _)| *value == text);
    found.map(|(_, choice)| choice.clone()).ok_or_else(|| no_choice(all.iter().map(|(value, _)| format!("'{value}'"))))
}

/// The choice whose stored integer a column holds.
///
/// # Errors
/// [`Error::Decode`] when there is none.
pub fn choice_of_integer<T: Clone>(column: ColumnRef<'_>, all: &[(i64, T)]) -> Result<T> {
    let number = i64::from_column(column)?;
    let found = all.iter().find(|(value, _)| *value == number);
    found.map(|(_, choice)| choice.clone()).ok_or_else(|| no_choice(all.iter().map(|(value, _)| value.to_string())))
}

fn no_choice(values: impl Iterator<Item = String>) -> Error {
    let values: Vec<String> = values.collect();
    Error::Decode(format!("the column holds none of the field's choices, which are {}", values.join(", ")))
}
