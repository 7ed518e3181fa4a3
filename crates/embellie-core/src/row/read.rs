//! Types that are read from whole rows.

use super::{Columns, FromColumn, Header, Row};
use crate::Error;

/// A type that a whole row is read into: a tuple by position, a struct by the names of its fields, or a type of one
/// column.
///
/// What names mean is found once for all rows of a result, in [`plan`](FromRow::plan):
///
/// ```
/// use embellie_core::{Columns, Error, FromColumn, FromRow, Row};
///
/// struct Reader {
///     name: String,
///     books: i64,
/// }
///
/// impl FromRow for Reader {
///     type Plan = [usize; 2];
///
///     fn plan(columns: &Columns) -> Result<Self::Plan, Error> {
///         columns.places(["name", "books"])
///     }
///
///     fn from_row(&[name, books]: &Self::Plan, row: &dyn Row) -> Result<Self, Error> {
///         Ok(Reader { name: String::from_column(row.column(name)?)?, books: i64::from_column(row.column(books)?)? })
///     }
/// }
/// ```
pub trait FromRow: Sized + Send + 'static {
    /// Where in a row the values are.
    type Plan: Send + Sync + 'static;

    /// Finds where in the rows of these columns the values are.
    ///
    /// # Errors
    /// [`Error::Decode`] when the columns are not those that the type needs.
    fn plan(columns: &Columns) -> Result<Self::Plan, Error>;

    /// Reads a row.
    ///
    /// # Errors
    /// When a column holds what its type cannot.
    fn from_row(plan: &Self::Plan, row: &dyn Row) -> Result<Self, Error>;
}

fn expect(columns: &Columns, expected: usize) -> Result<(), Error> {
    let found = columns.len();
    if found == expected {
        return Ok(());
    }
    let names: Vec<&str> = columns.names().collect();
    Err(Error::Decode(match found {
        0 => format!("expected rows of {expected} column(s), but the statement gives no rows"),
        _ => format!("expected rows of {expected} column(s), found {found}: {}", names.join(", ")),
    }))
}

fn read<T: FromColumn>(row: &dyn Row, index: usize) -> Result<T, Error> {
    T::from_column(row.column(index)?).map_err(|error| match (error, row.name(index)) {
        (Error::Decode(message), Some(name)) => Error::Decode(format!("column '{name}': {message}")),
        (error, _) => error,
    })
}

impl<T: FromColumn + Send + 'static> FromRow for T {
    type Plan = ();

    fn plan(columns: &Columns) -> Result<(), Error> {
        expect(columns, 1)
    }

    fn from_row((): &(), row: &dyn Row) -> Result<Self, Error> {
        read(row, 0)
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<$($name: FromColumn + Send + 'static),+> FromRow for ($($name,)+) {
            type Plan = ();

            fn plan(columns: &Columns) -> Result<(), Error> {
                expect(columns, [$($index),+].len())
            }

            fn from_row((): &(), row: &dyn Row) -> Result<Self, Error> {
                Ok(($(read::<$name>(row, $index)?,)+))
            }
        }
    };
}
tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
