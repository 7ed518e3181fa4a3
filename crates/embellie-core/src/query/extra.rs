//! Pieces of SQL in a query: Django's `extra()`.

use std::borrow::Cow;

use crate::{OrderBy, Params, Sql};

/// Pieces of SQL that a query is given. Values are parameters, as in [`Sql`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extra {
    /// Columns.
    pub select: Vec<ExtraColumn>,
    /// Conditions, all of which must hold.
    pub conditions: Vec<Sql>,
    /// The parameters of the conditions, one after the other.
    pub parameters: Params,
    /// More tables: every row is joined with every row of theirs.
    pub tables: Vec<Cow<'static, str>>,
    /// The ordering, when it is not empty. A name may be one of the columns above, or `table.column`.
    pub order_by: Vec<OrderBy>,
}

/// A column of [`Extra`].
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraColumn {
    /// The name.
    pub name: Cow<'static, str>,
    /// The text.
    pub sql: Sql,
    /// The text's parameters.
    pub parameters: Params,
}
