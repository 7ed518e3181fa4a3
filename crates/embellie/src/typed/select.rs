//! Rows of values: tuples, named rows, and what annotations add to rows.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::Result;
use embellie_core::field::FieldKind;
use embellie_sql::OutputColumn;

use super::Rel;
use super::cells::{Cells, Join, Places};
use super::scalar::{Cell, Scalar, Selected, for_each_scalar};
use super::trail::{Marker, Root};
use crate::model::Instance;
use crate::partial::PartialRows;
use crate::query_set::{Selection, TextValues, Whole, WholeRecord};
use crate::related::{Joined, Joins, Peers};

/// The values of each row of a query over `M`: one path or expression, or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value of a row of `{M}`",
    label = "expected a field of a query over `{M}`, an expression over such fields, or a tuple of them"
)]
pub trait Select<M>: Sized {
    /// How the rows are read.
    type Rows: Selection<M> + Default;

    /// Hands on the values as data, one after the other.
    #[doc(hidden)]
    fn select(self, hand_on: &mut dyn FnMut(Selected));
}

/// One value or several that are computed for each row of `M`, or for all: expressions, and tuples of them, borrowed or
/// owned.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression over the fields of `{M}`",
    label = "expected an expression over the fields of `{M}`, or a tuple of such expressions"
)]
pub trait Annotations<M>: Sized {
    /// How the values are read.
    #[doc(hidden)]
    type Cells: Cells;

    /// The values of one row: one by itself, several as a tuple.
    type Output;

    /// The expressions as data.
    #[doc(hidden)]
    fn annotations(self) -> Vec<Selected>;

    /// The values of one row.
    #[doc(hidden)]
    fn output(values: <Self::Cells as Cells>::Values) -> Self::Output;
}

macro_rules! singles {
    ($([$($generics:tt)*] $type:ty, $model:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Select<$model> for $type
        where
            <$type as Scalar<$model>>::Type: 'static,
        {
            type Rows = One<<$type as Scalar<$model>>::Type, <$type as Scalar<$model>>::Cell>;

            fn select(self, hand_on: &mut dyn FnMut(Selected)) {
                hand_on(self.scalar());
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Annotations<$model> for $type {
            type Cells = (<$type as Scalar<$model>>::Cell,);
            type Output = <<$type as Scalar<$model>>::Cell as Cell>::Value;

            fn annotations(self) -> Vec<Selected> {
                vec![self.scalar()]
            }

            fn output(values: <Self::Cells as Cells>::Values) -> Self::Output {
                values.0
            }
        }
    )+};
}
for_each_scalar!(singles);

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        #[diagnostic::do_not_recommend]
        impl<Model, $($name: Scalar<Model>),+> Select<Model> for ($($name,)+) {
            type Rows = Rows<($($name::Cell,)+)>;

            fn select(self, hand_on: &mut dyn FnMut(Selected)) {
                $(hand_on(self.$index.scalar());)+
            }
        }

        #[diagnostic::do_not_recommend]
        impl<Model, $($name: Scalar<Model>),+> Annotations<Model> for ($($name,)+) {
            type Cells = ($($name::Cell,)+);
            type Output = ($(<$name::Cell as Cell>::Value,)+);

            fn annotations(self) -> Vec<Selected> {
                vec![$(self.$index.scalar()),+]
            }

            fn output(values: <Self::Cells as Cells>::Values) -> Self::Output {
                values
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

/// Rows of one value by itself; it is of type `U`, and read as `C`.
pub struct One<U, C> {
    kind: FieldKind,
    types: Marker<(U, C)>,
}

/// Rows of several values, as tuples; they are read as `C`.
pub struct Rows<C> {
    places: Places,
    types: Marker<C>,
}

/// The rows of `S`, each with values behind it; they are read as `C`.
pub struct With<S, C> {
    rows: S,
    places: Places,
    types: Marker<C>,
}

impl<U, C> Default for One<U, C> {
    fn default() -> Self {
        One { kind: FieldKind::Text, types: PhantomData }
    }
}

impl<C> Rows<C> {
    fn new(places: Places) -> Self {
        Rows { places, types: PhantomData }
    }
}

impl<C: Cells> Default for Rows<C> {
    fn default() -> Self {
        Rows::new(Places::first(C::LEN))
    }
}

impl<S, C> With<S, C> {
    pub(crate) fn new(rows: S, places: Places) -> Self {
        With { rows, places, types: PhantomData }
    }
}

impl<U, C> Clone for One<U, C> {
    fn clone(&self) -> Self {
        One { ..*self }
    }
}

impl<C> Clone for Rows<C> {
    fn clone(&self) -> Self {
        Rows::new(self.places.clone())
    }
}

impl<S: Clone, C> Clone for With<S, C> {
    fn clone(&self) -> Self {
        With::new(self.rows.clone(), self.places.clone())
    }
}

impl<M, U: 'static, C: Cell> Selection<M> for One<U, C> {
    type Output = C::Value;

    fn with_columns(mut self, columns: &[OutputColumn]) -> Self {
        self.kind = columns.first().map_or(FieldKind::Text, |column| column.kind);
        self
    }

    fn decode(&self, row: &dyn embellie_core::Row) -> Result<Self::Output> {
        C::read(row.column(0)?, self.kind)
    }
}

impl<M, C: Cells> Selection<M> for Rows<C> {
    type Output = C::Values;

    fn with_result(
        self,
        _: &embellie_core::Query,
        compiled: &embellie_sql::Compiled,
        _: &embellie_core::meta::Model,
        _: &Arc<embellie_core::Registry>,
    ) -> Result<Self> {
        Ok(Rows::new(self.places.of_result(&compiled.columns)))
    }

    fn with_columns(self, columns: &[OutputColumn]) -> Self {
        Rows::new(self.places.find(columns))
    }

    fn decode(&self, row: &dyn embellie_core::Row) -> Result<Self::Output> {
        C::read(row, &self.places)
    }
}

impl<S, C> With<S, C> {
    /// The same with other rows in front.
    pub(crate) fn with_rows<R>(self, change: impl FnOnce(S) -> R) -> With<R, C> {
        With::new(change(self.rows), self.places)
    }
}

impl<M, S: Selection<M>, C: Cells> Selection<M> for With<S, C> {
    type Output = C::Behind<S::Output>;

    fn with_columns(self, columns: &[OutputColumn]) -> Self {
        With::new(self.rows.with_columns(columns), self.places.find(columns))
    }

    fn with_result(
        self,
        query: &embellie_core::Query,
        compiled: &embellie_sql::Compiled,
        model: &embellie_core::meta::Model,
        registry: &Arc<embellie_core::Registry>,
    ) -> Result<Self> {
        Ok(With::new(self.rows.with_result(query, compiled, model, registry)?, self.places))
    }

    fn with_related(
        self,
        related: &[embellie_sql::RelatedObject],
        peers: &dyn Fn(&embellie_sql::RelatedObject) -> Arc<Peers>,
    ) -> Self {
        With::new(self.rows.with_related(related, peers), self.places)
    }

    fn fits(&self) -> Result<()> {
        self.rows.fits()
    }

    fn decode(&self, row: &dyn embellie_core::Row) -> Result<Self::Output> {
        Ok(C::behind(self.rows.decode(row)?, C::read(row, &self.places)?))
    }

    fn object<'r>(&self, row: &'r mut Self::Output) -> Option<&'r mut (dyn Instance + 'static)> {
        self.rows.object(C::front(row))
    }
}

impl<S: Joins, C> Joins for With<S, C> {
    fn joined(&mut self) -> &mut Joined {
        self.rows.joined()
    }

    fn join_all(&mut self) {
        self.rows.join_all();
    }
}

/// Rows that annotations can be added to.
pub trait Annotate<C> {
    /// The rows with the annotations.
    type Rows;

    /// The rows with the annotations of these names.
    #[doc(hidden)]
    fn annotated(self, names: Vec<Cow<'static, str>>) -> Self::Rows;
}

impl<U, A: Cell, C: Cells> Annotate<C> for One<U, A>
where
    (A,): Join<C>,
{
    type Rows = Rows<<(A,) as Join<C>>::Output>;

    fn annotated(self, names: Vec<Cow<'static, str>>) -> Self::Rows {
        Rows::new(Places::first(1).and(names))
    }
}

impl<A: Join<C>, C: Cells> Annotate<C> for Rows<A> {
    type Rows = Rows<A::Output>;

    fn annotated(self, names: Vec<Cow<'static, str>>) -> Self::Rows {
        Rows::new(self.places.and(names))
    }
}

impl<S, A: Join<C>, C: Cells> Annotate<C> for With<S, A> {
    type Rows = With<S, A::Output>;

    fn annotated(self, names: Vec<Cow<'static, str>>) -> Self::Rows {
        With::new(self.rows, self.places.and(names))
    }
}

/// Rows that are one thing, before which annotations are added as the rest of a tuple.
macro_rules! whole {
    ($([$($generics:tt)*] $type:ty;)+) => {$(
        impl<$($generics)* Added: Cells> Annotate<Added> for $type {
            type Rows = With<Self, Added>;

            fn annotated(self, names: Vec<Cow<'static, str>>) -> Self::Rows {
                With::new(self, Places::default().and(names))
            }
        }
    )+};
}
whole! {
    [M,] Whole<M>;
    [M, F,] PartialRows<M, F>;
    [] WholeRecord;
    [] TextValues;
    [M, C: Cells, R,] Made<M, C, R>;
}

/// Rows with named values, `R`, made of the values of `C`: what `row!` writes.
pub struct Row<M, C: Annotations<M>, R> {
    values: C,
    names: &'static [&'static str],
    make: Make<M, C, R>,
}

/// What makes a row of its values.
type Make<M, C, R> = fn(<<C as Annotations<M>>::Cells as Cells>::Values) -> R;

impl<M, C: Annotations<M>, R> Row<M, C, R> {
    /// What `row!` writes: `values` is given the beginning of all paths, `make` names the values.
    #[doc(hidden)]
    pub fn of(names: &'static [&'static str], values: &dyn Fn(Rel<Root<M>, M>) -> C, make: Make<M, C, R>) -> Self {
        Row { values: values(Rel::NEW), names, make }
    }

    /// The values with their names, and how rows are made of them.
    pub(crate) fn into_parts(self) -> (Vec<Selected>, &'static [&'static str], Made<M, C::Cells, R>) {
        (self.values.annotations(), self.names, Made { rows: Rows::default(), make: self.make, model: PhantomData })
    }
}

impl<M, C: Annotations<M> + Clone, R> Clone for Row<M, C, R> {
    fn clone(&self) -> Self {
        Row { values: self.values.clone(), names: self.names, make: self.make }
    }
}

impl<M, C: Annotations<M>, R> std::fmt::Debug for Row<M, C, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Row").field(&self.names).finish()
    }
}

/// Rows of `R`, each made of the values of `C`.
pub struct Made<M, C: Cells, R> {
    rows: Rows<C>,
    make: fn(C::Values) -> R,
    model: Marker<M>,
}

impl<M, C: Cells, R> Clone for Made<M, C, R> {
    fn clone(&self) -> Self {
        Made { rows: self.rows.clone(), make: self.make, model: PhantomData }
    }
}

impl<M: 'static, C: Cells, R: Send + 'static> Selection<M> for Made<M, C, R> {
    type Output = R;

    fn with_columns(mut self, columns: &[OutputColumn]) -> Self {
        self.rows = Selection::<M>::with_columns(self.rows, columns);
        self
    }

    fn decode(&self, row: &dyn embellie_core::Row) -> Result<R> {
        Selection::<M>::decode(&self.rows, row).map(self.make)
    }
}
