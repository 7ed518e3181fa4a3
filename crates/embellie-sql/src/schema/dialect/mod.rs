//! What databases spell or support otherwise, as data: one file each.

mod postgres;
mod sqlite;

use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, ServerInfo, Value};

/// How a database defines tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// The database's name, for people.
    pub(crate) product: &'static str,
    /// What stands around names.
    pub(crate) mark: char,
    /// How long a name may be; 200 where there is no limit, as in Django.
    pub(crate) name_limit: usize,
    /// A column's type.
    pub(crate) column_type: fn(FieldKind, Option<u32>) -> Result<String>,
    /// What every value of a column satisfies, for a column of this quoted name.
    pub(crate) column_check: fn(FieldKind, &str) -> Option<String>,
    /// What makes a column count up by itself.
    pub(crate) auto_suffix: &'static str,
    /// The operator class of an index for `LIKE` on a column of this type.
    pub(crate) like_opclass: fn(&str) -> Option<&'static str>,
    /// A value as a literal.
    pub(crate) literal: fn(&Value) -> Result<String>,
    /// Wraps a statement such that it does nothing where the constraint it adds exists; `None` where constraints
    /// cannot be added to a table, but only be declared with it.
    pub(crate) add_constraint_if_missing: Option<fn(&str) -> String>,
    /// What follows `DROP TABLE name`.
    pub(crate) drop_suffix: &'static str,
    /// Gives the names of the tables and views where new tables are made, in order.
    pub(crate) table_names: &'static str,
    /// What it supports.
    pub(crate) supports: Supports,
}

/// What a database supports, in its version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Supports {
    /// `INCLUDE`.
    pub(crate) covering_indexes: bool,
    /// Operator classes.
    pub(crate) opclasses: bool,
    /// Kinds of index, by `USING`.
    pub(crate) index_kinds: bool,
    /// Deferrable unique constraints.
    pub(crate) deferrable_unique: bool,
    /// `NULLS NOT DISTINCT`.
    pub(crate) nulls_not_distinct: bool,
}

/// The way in which a server defines tables.
///
/// # Errors
/// [`Error::NotSupported`] for a database that has none here.
pub(crate) fn of(server: &ServerInfo) -> Result<Dialect> {
    match server.dialect {
        sqlite::NAME => Ok(sqlite::dialect()),
        postgres::NAME => Ok(postgres::dialect(server.version)),
        other => Err(Error::NotSupported(format!("tables cannot be made on a database of the dialect '{other}'"))),
    }
}

/// `varchar(100)`, or without a limit.
fn varchar(max_length: Option<u32>) -> String {
    max_length.map_or_else(|| "varchar".to_owned(), |length| format!("varchar({length})"))
}

/// The error of a kind of field without a column type.
fn no_type(kind: FieldKind, product: &str) -> Error {
    Error::NotSupported(format!("{product} has no column type for a {}", kind.django_name()))
}
