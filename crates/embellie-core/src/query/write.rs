//! What is written: assignments and new rows.

use std::borrow::Cow;

use crate::{Expr, Value};

/// A field and what it becomes in an update.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The field's name.
    pub field: Cow<'static, str>,
    /// Its new value, which may be computed from the row's columns.
    pub value: Expr,
}

/// New rows of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// The model's label, `app.Model`.
    pub model: Cow<'static, str>,
    /// The fields that are given, by their place in the model. None at all inserts rows of defaults.
    pub fields: Vec<usize>,
    /// The values of each row, stored form, in the order of `fields`.
    pub rows: Vec<Vec<Expr>>,
    /// The fields that the database gives back, by their place in the model.
    pub returning: Vec<usize>,
    /// What to do with rows that exist.
    pub conflict: Conflict,
}

/// New rows of one model of which all is values: many of them, with no more statements than the database needs.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkInsert {
    /// The model's label, `app.Model`.
    pub model: Cow<'static, str>,
    /// The fields that are given, by their place in the model; at least one.
    pub fields: Vec<usize>,
    /// The values, stored form: those of one row after those of the other, each in the order of `fields`. A key that
    /// counts up is none of them, unless all rows have one.
    pub values: Vec<Value>,
    /// The fields that the database gives back, by their place in the model.
    pub returning: Vec<usize>,
    /// What to do with rows that exist.
    pub conflict: Conflict,
}

/// What an insert does with rows that exist.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Conflict {
    /// Fail.
    #[default]
    Fail,
    /// Leave the existing row: Django's `ignore_conflicts`.
    Ignore,
    /// Change the existing row: Django's `update_conflicts`.
    Update {
        /// The fields that tell that a row exists.
        unique_fields: Vec<usize>,
        /// The fields that take the new row's values.
        update_fields: Vec<usize>,
    },
}
