//! Pieces of SQL in a query: Django's `extra()`.

use std::borrow::Cow;

use crate::{IntoParams, OrderBy, Params, Sql};

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

impl Extra {
    /// Nothing.
    pub fn new() -> Self {
        Extra::default()
    }

    /// A column, with the text's parameters.
    #[must_use]
    pub fn column(
        mut self,
        name: impl Into<Cow<'static, str>>,
        sql: impl Into<Sql>,
        parameters: impl IntoParams,
    ) -> Self {
        self.select.push(ExtraColumn { name: name.into(), sql: sql.into(), parameters: parameters.into_params() });
        self
    }

    /// A condition that must hold, with its parameters, one for each `%s`.
    #[must_use]
    pub fn condition(mut self, sql: impl Into<Sql>, parameters: impl IntoParams) -> Self {
        self.conditions.push(sql.into());
        let parameters = parameters.into_params();
        for value in parameters.positional() {
            self.parameters = self.parameters.push(value.clone());
        }
        for (name, value) in parameters.named() {
            self.parameters = self.parameters.name(name.to_owned(), value.clone());
        }
        self
    }

    /// Another table: every row is joined with every row of it.
    #[must_use]
    pub fn table(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.tables.push(name.into());
        self
    }

    /// The ordering, which may name columns of [`column`](Extra::column).
    #[must_use]
    pub fn order_by(mut self, terms: impl IntoIterator<Item = impl Into<OrderBy>>) -> Self {
        self.order_by = terms.into_iter().map(Into::into).collect();
        self
    }
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
