//! Arrays: what fields hold, and what the database makes.

use std::ops::Deref;

use embellie_core::field::{ArrayElement, FieldKind, FieldType};
use embellie_core::{ColumnRef, Error, Result, Value, each_element};

/// Several values, as `ArrayAgg` and `ArraySubquery` give them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Array<T>(pub Vec<T>);

impl<T> Deref for Array<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> IntoIterator for Array<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: FieldType> FieldType for Array<T> {
    const KIND: FieldKind = FieldKind::Array(&T::KIND);

    fn encode(&self) -> Result<Value, Error> {
        self.0.iter().map(T::encode).collect::<Result<Vec<_>>>().map(Value::List)
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        let mut values = Vec::new();
        each_element(column, |element| {
            values.push(T::decode(element)?);
            Ok(())
        })?;
        Ok(Array(values))
    }

    fn with_decimal_places(self, places: u16) -> Self {
        Array(self.0.into_iter().map(|value| value.with_decimal_places(places)).collect())
    }
}

/// Several values: `Vec<T>`, as a field has them, and [`Array`].
#[diagnostic::on_unimplemented(message = "`{Self}` is no array", label = "expected an array")]
pub trait ArrayType: FieldType {
    /// What it holds, without `Option`.
    type Item: FieldType;
}

impl<T: ArrayElement> ArrayType for Vec<T> {
    type Item = T::Plain;
}

impl<T: ArrayElement> ArrayType for Array<T> {
    type Item = T::Plain;
}
