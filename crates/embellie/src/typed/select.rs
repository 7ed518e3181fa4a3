//! Rows of values at typed paths.

use embellie_core::field::FieldType;
use embellie_core::{Path, Result};

use super::trail::{KeyOf, Nullability, Root};
use super::{Column, CompositeKey, Paths, Rel, Trail};
use crate::query_set::Selection;

/// One value of a row of a query over `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a row of `{M}`",
    label = "expected a field in a query over `{M}`"
)]
pub trait Select<M>: Copy + Send + Sync + 'static {
    /// What the value is read as: an `Option` where there may be none.
    type Value: FieldType;

    /// The value's path.
    #[doc(hidden)]
    fn select(self) -> Path;

    /// Reads the value.
    ///
    /// # Errors
    /// When the column holds what the type cannot.
    #[doc(hidden)]
    fn read(row: &dyn embellie_core::Row, index: usize) -> Result<Self::Value> {
        Self::Value::decode(row.column(index)?)
    }
}

impl<P: Trail, T: FieldType, N: Nullability, const I: usize> Select<P::Root> for Column<P, T, N, I> {
    type Value = <<P::Null as Nullability>::Or<N> as Nullability>::Of<T>;

    fn select(self) -> Path {
        self.path()
    }

    fn read(row: &dyn embellie_core::Row, index: usize) -> Result<Self::Value> {
        let value = Self::Value::decode(row.column(index)?)?;
        Ok(match P::Model::DECIMAL_PLACES.get(I).copied().flatten() {
            Some(places) => value.with_decimal_places(places),
            None => value,
        })
    }
}

/// A relation gives the key of the object at its end.
impl<P: Trail<Model = M>, M: 'static> Select<P::Root> for Rel<P, M> {
    type Value = <P::Null as Nullability>::Of<<P::Key as KeyOf<M>>::Key>;

    fn select(self) -> Path {
        self.path()
    }
}

/// One value of each row, by itself.
macro_rules! single {
    ([$($generics:tt)*] $path:ty) => {
        impl<$($generics)*> Selection<P::Root> for $path
        where
            $path: Select<P::Root>,
            P: Trail,
        {
            type Output = <$path as Select<P::Root>>::Value;

            fn paths(&self) -> Option<Vec<Path>> {
                Some(vec![self.select()])
            }

            fn decode(&self, row: &dyn embellie_core::Row) -> Result<Self::Output> {
                <Self as Select<P::Root>>::read(row, 0)
            }
        }
    };
}
single!([P, T: 'static, N: 'static, const I: usize] Column<P, T, N, I>);
single!([P, N: 'static] Rel<P, N>);
single!([P, K: FieldType, const I: usize] CompositeKey<P, K, I>);

/// Several values of each row.
macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<M, $($name: Select<M>),+> Selection<M> for ($($name,)+) {
            type Output = ($($name::Value,)+);

            fn paths(&self) -> Option<Vec<Path>> {
                Some(vec![$(self.$index.select()),+])
            }

            fn decode(&self, row: &dyn embellie_core::Row) -> Result<Self::Output> {
                Ok(($(<$name as Select<M>>::read(row, $index)?,)+))
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

/// Rows with named values, `R`, made of the values at the paths `C`: what `row!` writes.
pub struct Row<M, C: Selection<M>, R> {
    paths: C,
    make: fn(C::Output) -> R,
}

impl<M, C: Selection<M>, R> Row<M, C, R> {
    /// What `row!` writes: `paths` is given the beginning of all paths, `make` names the values.
    #[doc(hidden)]
    pub fn of(paths: &dyn Fn(Rel<Root<M>, M>) -> C, make: fn(C::Output) -> R) -> Self {
        Row { paths: paths(Rel::NEW), make }
    }
}

impl<M, C: Selection<M>, R> Clone for Row<M, C, R> {
    fn clone(&self) -> Self {
        Row { paths: self.paths.clone(), make: self.make }
    }
}

impl<M, C: Selection<M>, R> std::fmt::Debug for Row<M, C, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({:?})", self.paths.paths().unwrap_or_default())
    }
}

impl<M: 'static, C: Selection<M>, R: Send + 'static> Selection<M> for Row<M, C, R> {
    type Output = R;

    fn paths(&self) -> Option<Vec<Path>> {
        self.paths.paths()
    }

    fn decode(&self, row: &dyn embellie_core::Row) -> Result<R> {
        self.paths.decode(row).map(self.make)
    }
}
