//! Pieces of SQL in a query: Django's `extra()`.

use std::borrow::Cow;

use crate::{OrderBy, Value};

/// Pieces of SQL that a query is given. Placeholders are `%s`, a percent sign is `%%`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extra {
    /// Columns.
    pub select: Vec<ExtraColumn>,
    /// Conditions, all of which must hold.
    pub conditions: Vec<Cow<'static, str>>,
    /// The parameters of the conditions.
    pub parameters: Vec<Value>,
    /// More tables.
    pub tables: Vec<Cow<'static, str>>,
    /// The ordering, when it is not empty.
    pub order_by: Vec<OrderBy>,
}

/// A column of [`Extra`].
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraColumn {
    /// The name.
    pub name: Cow<'static, str>,
    /// The text.
    pub sql: Cow<'static, str>,
    /// The text's parameters.
    pub parameters: Vec<Value>,
}
