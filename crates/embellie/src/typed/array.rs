//! Arrays that the database makes.

use std::ops::Deref;

use embellie_core::field::{FieldKind, FieldType};
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
    const KIND: FieldKind = T::KIND;

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
}
