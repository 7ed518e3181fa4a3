//! Several values of a row.

use std::borrow::Cow;
use std::sync::Arc;

use embellie_core::field::FieldKind;
use embellie_core::{Result, Row};
use embellie_sql::OutputColumn;

use super::scalar::Cell;

/// Where the values are in a row: the first columns, and then those of some names.
#[doc(hidden)]
#[derive(Debug, Clone, Default)]
pub struct Places {
    first: usize,
    names: Vec<Cow<'static, str>>,
    found: Found,
}

/// Where values were found.
#[derive(Debug, Clone)]
enum Found {
    /// Each at its own place: these are the columns of the result.
    First(Arc<[OutputColumn]>),
    At(Arc<[(usize, FieldKind)]>),
}

impl Default for Found {
    fn default() -> Self {
        Found::At(Arc::default())
    }
}

impl Found {
    fn get(&self, index: usize) -> Option<(usize, FieldKind)> {
        match self {
            Found::First(columns) => columns.get(index).map(|column| (index, column.kind)),
            Found::At(places) => places.get(index).copied(),
        }
    }
}

impl Places {
    /// The first columns.
    pub(crate) fn first(first: usize) -> Self {
        Places { first, ..Places::default() }
    }

    /// These, and then the columns of some names.
    pub(crate) fn and(mut self, names: Vec<Cow<'static, str>>) -> Self {
        self.names.extend(names);
        self
    }

    /// The same, told what all columns of a result are: where only the first are wanted, they are found.
    pub(crate) fn of_result(mut self, columns: &Arc<[OutputColumn]>) -> Self {
        if self.names.is_empty() {
            self.found = Found::First(Arc::clone(columns));
        }
        self
    }

    /// The same, found among the columns of a result.
    pub(crate) fn find(mut self, columns: &[OutputColumn]) -> Self {
        if matches!(self.found, Found::First(_)) {
            return self;
        }
        let first = columns.iter().take(self.first).enumerate().map(|(place, column)| (place, column.kind));
        let named = self.names.iter().map(|name| {
            let found = columns.iter().enumerate().find(|(_, column)| column.name == *name);
            found.map_or((columns.len(), FieldKind::Text), |(place, column)| (place, column.kind))
        });
        self.found = Found::At(first.chain(named).collect());
        self
    }

    fn read<C: Cell>(&self, row: &dyn Row, index: usize) -> Result<C::Value> {
        let (place, kind) = self.found.get(index).unwrap_or((row.len(), FieldKind::Text));
        C::read(row.column(place)?, kind)
    }
}

/// The values that some columns of a row hold, one after the other: a tuple of [`Cell`]s.
#[doc(hidden)]
pub trait Cells: 'static {
    /// How many.
    const LEN: usize;

    /// What they become.
    type Values: Send + 'static;

    /// What they become behind something else.
    type Behind<B: Send + 'static>: Send + 'static;

    /// Reads the values.
    fn read(row: &dyn Row, places: &Places) -> Result<Self::Values>;

    /// The values behind something else.
    fn behind<B: Send + 'static>(first: B, values: Self::Values) -> Self::Behind<B>;

    /// What the values stand behind.
    fn front<B: Send + 'static>(row: &mut Self::Behind<B>) -> &mut B;
}

/// Tuples that others may be added to.
#[doc(hidden)]
pub trait Join<C: Cells>: Cells {
    /// Both.
    type Output: Cells;
}

macro_rules! cells {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Cell),+> Cells for ($($name,)+) {
            const LEN: usize = [$($index),+].len();
            type Values = ($($name::Value,)+);
            type Behind<Base: Send + 'static> = (Base, $($name::Value),+);

            fn read(row: &dyn Row, places: &Places) -> Result<Self::Values> {
                Ok(($(places.read::<$name>(row, $index)?,)+))
            }

            fn behind<Base: Send + 'static>(first: Base, values: Self::Values) -> Self::Behind<Base> {
                (first, $(values.$index),+)
            }

            fn front<Base: Send + 'static>(row: &mut Self::Behind<Base>) -> &mut Base {
                &mut row.0
            }
        }
    };
}
cells!(A 0);
cells!(A 0, B 1);
cells!(A 0, B 1, C 2);
cells!(A 0, B 1, C 2, D 3);
cells!(A 0, B 1, C 2, D 3, E 4);
cells!(A 0, B 1, C 2, D 3, E 4, F 5);
cells!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
cells!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
cells!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
cells!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
cells!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
cells!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

macro_rules! join {
    ($([$($left:ident)+] [$($right:ident)+];)+) => {$(
        impl<$($left: Cell,)+ $($right: Cell),+> Join<($($right,)+)> for ($($left,)+) {
            type Output = ($($left,)+ $($right,)+);
        }
    )+};
}
join! {
    [A] [B];
    [A] [B C];
    [A] [B C D];
    [A] [B C D E];
    [A] [B C D E F];
    [A] [B C D E F G];
    [A] [B C D E F G H];
    [A] [B C D E F G H I];
    [A] [B C D E F G H I J];
    [A] [B C D E F G H I J K];
    [A] [B C D E F G H I J K L];
    [A B] [C];
    [A B] [C D];
    [A B] [C D E];
    [A B] [C D E F];
    [A B] [C D E F G];
    [A B] [C D E F G H];
    [A B] [C D E F G H I];
    [A B] [C D E F G H I J];
    [A B] [C D E F G H I J K];
    [A B] [C D E F G H I J K L];
    [A B C] [D];
    [A B C] [D E];
    [A B C] [D E F];
    [A B C] [D E F G];
    [A B C] [D E F G H];
    [A B C] [D E F G H I];
    [A B C] [D E F G H I J];
    [A B C] [D E F G H I J K];
    [A B C] [D E F G H I J K L];
    [A B C D] [E];
    [A B C D] [E F];
    [A B C D] [E F G];
    [A B C D] [E F G H];
    [A B C D] [E F G H I];
    [A B C D] [E F G H I J];
    [A B C D] [E F G H I J K];
    [A B C D] [E F G H I J K L];
    [A B C D E] [F];
    [A B C D E] [F G];
    [A B C D E] [F G H];
    [A B C D E] [F G H I];
    [A B C D E] [F G H I J];
    [A B C D E] [F G H I J K];
    [A B C D E] [F G H I J K L];
    [A B C D E F] [G];
    [A B C D E F] [G H];
    [A B C D E F] [G H I];
    [A B C D E F] [G H I J];
    [A B C D E F] [G H I J K];
    [A B C D E F] [G H I J K L];
    [A B C D E F G] [H];
    [A B C D E F G] [H I];
    [A B C D E F G] [H I J];
    [A B C D E F G] [H I J K];
    [A B C D E F G] [H I J K L];
    [A B C D E F G H] [I];
    [A B C D E F G H] [I J];
    [A B C D E F G H] [I J K];
    [A B C D E F G H] [I J K L];
    [A B C D E F G H I] [J];
    [A B C D E F G H I] [J K];
    [A B C D E F G H I] [J K L];
    [A B C D E F G H I J] [K];
    [A B C D E F G H I J] [K L];
    [A B C D E F G H I J K] [L];
}
