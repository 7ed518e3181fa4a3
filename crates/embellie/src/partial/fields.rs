//! Which fields an object was read with, as types: so that reading another one does not compile.

use std::marker::PhantomData;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::query::Loading;
use embellie_core::{ColumnRef, FromColumn, Path, Result, Row, Value};

use super::shape::Shape;
use crate::related::{ForeignKey, KeyField, KeySlot};
use crate::typed::{Column, Forward, KeyColumn, KeyOf, NotNull, Nullability, Nullable, Paths, Rel, Root, Via};

/// A field that can be read by itself: one of `M`'s own, or of an object that its foreign keys lead to.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no field that can be read of `{M}` by itself",
    label = "expected a field of `{M}`, or of an object that its foreign keys lead to"
)]
pub trait Loadable<M>: Copy + Send + Sync + 'static {
    /// What is read: `Option` where there may be none.
    type Value: Clone + Send + Sync + 'static;

    /// The path as data.
    fn path(self) -> Path;

    /// Reads the value.
    #[doc(hidden)]
    fn read(column: ColumnRef<'_>, kind: FieldKind) -> Result<Self::Value>;

    /// The value in stored form.
    #[doc(hidden)]
    fn stored(value: &Self::Value) -> Result<Value>;

    /// The only one there is.
    #[doc(hidden)]
    const NEW: Self;

    /// What is known of the other end, where it is a foreign key that is not null.
    #[doc(hidden)]
    fn slot(_value: &mut Self::Value) -> Option<&mut KeySlot> {
        None
    }
}

/// A field of `M` itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no field of `{M}` itself",
    label = "a field of a related object is changed by that object"
)]
pub trait OwnField<M>: Loadable<M> {}

impl<P: Forward, T: FieldType, N: Nullability, const I: usize> Loadable<P::Root> for Column<P, T, N, I> {
    type Value = <<P::Null as Nullability>::Or<N> as Nullability>::Of<T>;

    fn path(self) -> Path {
        Column::path(self)
    }

    fn read(column: ColumnRef<'_>, kind: FieldKind) -> Result<Self::Value> {
        decode(column, kind)
    }

    fn stored(value: &Self::Value) -> Result<Value> {
        value.encode()
    }

    const NEW: Self = Column::NEW;
}

impl<M: Paths, T: FieldType, N: Nullability, const I: usize> OwnField<M> for Column<Root<M>, T, N, I> {}

impl<P: Forward, To: 'static, K: KeyOf<To>, N: Nullability, const I: usize> Loadable<P::Root>
    for KeyColumn<P, To, K, N, I>
{
    type Value = <<P::Null as Nullability>::Or<N> as Nullability>::Of<K::Key>;

    fn path(self) -> Path {
        Column::path(*self)
    }

    fn read(column: ColumnRef<'_>, kind: FieldKind) -> Result<Self::Value> {
        decode(column, kind)
    }

    fn stored(value: &Self::Value) -> Result<Value> {
        value.encode()
    }

    const NEW: Self = KeyColumn::NEW;
}

impl<M: Paths, To: 'static, K: KeyOf<To>, N: Nullability, const I: usize> OwnField<M>
    for KeyColumn<Root<M>, To, K, N, I>
{
}

/// The value of a field of some kind: decimals have the places that it says.
fn decode<T: FieldType>(column: ColumnRef<'_>, kind: FieldKind) -> Result<T> {
    let value = T::decode(column)?;
    Ok(match kind {
        FieldKind::Decimal { decimal_places, .. } => value.with_decimal_places(decimal_places),
        _ => value,
    })
}

/// The foreign key that a column holds.
fn key<To, K: KeyOf<To>>(column: ColumnRef<'_>) -> Result<ForeignKey<To>> {
    let key = K::Key::decode(column)?.encode()?;
    Ok(ForeignKey::from_slot(KeySlot::from_key(key).of_field(K::PLACE)))
}

impl<M: Paths, To: Paths, K: KeyOf<To>, const I: usize> Loadable<M> for Rel<Via<Root<M>, To, I, NotNull, K>, To> {
    type Value = ForeignKey<To>;

    fn path(self) -> Path {
        Rel::path(self)
    }

    fn read(column: ColumnRef<'_>, _: FieldKind) -> Result<Self::Value> {
        key::<To, K>(column)
    }

    fn stored(value: &Self::Value) -> Result<Value> {
        value.encode()
    }

    const NEW: Self = Rel::NEW;

    fn slot(value: &mut Self::Value) -> Option<&mut KeySlot> {
        value.slot_mut()
    }
}

impl<M: Paths, To: Paths, K: KeyOf<To>, const I: usize> Loadable<M> for Rel<Via<Root<M>, To, I, Nullable, K>, To> {
    type Value = Option<ForeignKey<To>>;

    fn path(self) -> Path {
        Rel::path(self)
    }

    fn read(column: ColumnRef<'_>, _: FieldKind) -> Result<Self::Value> {
        match column {
            ColumnRef::Null => Ok(None),
            column => key::<To, K>(column).map(Some),
        }
    }

    fn stored(value: &Self::Value) -> Result<Value> {
        value.as_ref().map_or(Ok(Value::Null), FieldType::encode)
    }

    const NEW: Self = Rel::NEW;

    fn slot(value: &mut Self::Value) -> Option<&mut KeySlot> {
        value.slot_mut()
    }
}

impl<M: Paths, To: Paths, N: Nullability, K: KeyOf<To>, const I: usize> OwnField<M>
    for Rel<Via<Root<M>, To, I, N, K>, To>
where
    Self: Loadable<M>,
{
}

/// The fields of `L`, a tuple, and the primary key: what [`only`](crate::QuerySet::only) reads.
pub struct Only<L>(PhantomData<fn() -> L>);

/// All fields but those of `D`, a tuple: what [`defer`](crate::QuerySet::defer) reads.
pub struct AllBut<D>(PhantomData<fn() -> D>);

/// Which fields an object is read with.
pub trait Fields<M>: 'static {
    /// Their values.
    #[doc(hidden)]
    type Values: Clone + Send + Sync + 'static;

    /// Which they are; `None` for all that came.
    #[doc(hidden)]
    fn paths() -> Option<Vec<Path>>;

    /// Reads them.
    #[doc(hidden)]
    fn read(row: &dyn Row, shape: &Shape) -> Result<Self::Values>;

    /// The value of one in stored form, by its place among them.
    #[doc(hidden)]
    fn stored(values: &Self::Values, place: usize) -> Result<Value>;

    /// Gives one another value.
    #[doc(hidden)]
    fn assign(values: &mut Self::Values, place: usize, column: ColumnRef<'_>, kind: FieldKind) -> Result<()>;

    /// Shows the foreign keys, each with its place among them.
    #[doc(hidden)]
    fn visit(values: &mut Self::Values, visit: &mut dyn FnMut(usize, &mut KeySlot));
}

/// Fields one of which is `C`, the one at `At`.
#[diagnostic::on_unimplemented(
    message = "the object was not read with `{C}`",
    label = "this field was not read",
    note = "let `only` name it, or read it by `.load(…, &db).await?`"
)]
pub trait Has<M, C: Loadable<M>, At>: Fields<M> {
    /// Its value.
    #[doc(hidden)]
    fn cell(values: &Self::Values) -> &C::Value;
}

/// A place in a tuple.
#[derive(Debug, Clone, Copy)]
pub enum At<const PLACE: usize> {}

/// Fields that were not put off. `Why` is known for those alone.
pub trait Lacks<M, C, Why> {}

/// The field was read.
#[derive(Debug, Clone, Copy)]
pub enum WasRead {}

/// The field was put off by `defer`: read it by `load`.
pub struct ThisFieldWasDeferred<At>(PhantomData<At>);

impl<M, D, C> Lacks<M, C, WasRead> for AllBut<D> {}

impl<M, D, C: Loadable<M>, X> Lacks<M, C, ThisFieldWasDeferred<X>> for AllBut<D> where Only<D>: Has<M, C, X> {}

impl<M, D: 'static> Fields<M> for AllBut<D> {
    type Values = Vec<Value>;

    fn paths() -> Option<Vec<Path>> {
        None
    }

    fn read(row: &dyn Row, shape: &Shape) -> Result<Vec<Value>> {
        shape.cells.iter().map(|cell| cell.kind.decode(row.column(cell.column)?)).collect()
    }

    fn stored(values: &Vec<Value>, place: usize) -> Result<Value> {
        Ok(values.get(place).cloned().unwrap_or_default())
    }

    fn assign(values: &mut Vec<Value>, place: usize, column: ColumnRef<'_>, _: FieldKind) -> Result<()> {
        if let Some(value) = values.get_mut(place) {
            *value = Value::from_column(column)?;
        }
        Ok(())
    }

    fn visit(_: &mut Vec<Value>, _: &mut dyn FnMut(usize, &mut KeySlot)) {}
}

/// What `only` and `defer` take: fields, one or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` says no fields of `{M}`",
    label = "expected fields of `{M}`, or of objects that its foreign keys lead to: `{M}::title`, or a tuple of such"
)]
pub trait Listed<M> {
    /// The fields as a tuple.
    type List: 'static;

    /// Their paths.
    #[doc(hidden)]
    fn paths(&self) -> Vec<Path>;
}

macro_rules! single {
    ($([$($generics:tt)*] $type:ty, $model:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Listed<$model> for $type
        where
            $type: Loadable<$model>,
        {
            type List = ($type,);

            fn paths(&self) -> Vec<Path> {
                vec![Loadable::path(*self)]
            }
        }
    )+};
}
single! {
    [P: Forward, T: FieldType, N: Nullability, const I: usize] Column<P, T, N, I>, P::Root;
    [P: Forward, To: 'static, K: KeyOf<To>, N: Nullability, const I: usize] KeyColumn<P, To, K, N, I>, P::Root;
    [M: Paths, To: Paths, N: Nullability, K: KeyOf<To>, const I: usize] Rel<Via<Root<M>, To, I, N, K>, To>, M;
}

macro_rules! tuples {
    ($all:tt $($name:ident $index:tt)+) => {
        #[diagnostic::do_not_recommend]
        impl<Model, $($name: Loadable<Model>),+> Listed<Model> for ($($name,)+) {
            type List = ($($name,)+);

            fn paths(&self) -> Vec<Path> {
                vec![$(self.$index.path()),+]
            }
        }

        impl<Model, $($name: Loadable<Model>),+> Fields<Model> for Only<($($name,)+)> {
            type Values = ($($name::Value,)+);

            fn paths() -> Option<Vec<Path>> {
                Some(vec![$($name::NEW.path()),+])
            }

            fn read(row: &dyn Row, shape: &Shape) -> Result<Self::Values> {
                Ok(($(shape.read(row, $index, $name::read)?,)+))
            }

            fn stored(values: &Self::Values, place: usize) -> Result<Value> {
                match place {
                    $($index => $name::stored(&values.$index),)+
                    _ => Ok(Value::Null),
                }
            }

            fn assign(values: &mut Self::Values, place: usize, column: ColumnRef<'_>, kind: FieldKind) -> Result<()> {
                match place {
                    $($index => values.$index = $name::read(column, kind)?,)+
                    _ => {}
                }
                Ok(())
            }

            fn visit(values: &mut Self::Values, visit: &mut dyn FnMut(usize, &mut KeySlot)) {
                $(if let Some(slot) = $name::slot(&mut values.$index) {
                    visit($index, slot);
                })+
            }
        }

        $(has! { $all $name $index })+
    };
}

macro_rules! has {
    ([$($all:ident)+] $name:ident $index:tt) => {
        impl<Model, $($all: Loadable<Model>),+> Has<Model, $name, At<$index>> for Only<($($all,)+)> {
            fn cell(values: &Self::Values) -> &$name::Value {
                &values.$index
            }
        }
    };
}
tuples!([A] A 0);
tuples!([A B] A 0 B 1);
tuples!([A B C] A 0 B 1 C 2);
tuples!([A B C D] A 0 B 1 C 2 D 3);
tuples!([A B C D E] A 0 B 1 C 2 D 3 E 4);
tuples!([A B C D E F] A 0 B 1 C 2 D 3 E 4 F 5);
tuples!([A B C D E F G] A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuples!([A B C D E F G H] A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);
tuples!([A B C D E F G H I] A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8);
tuples!([A B C D E F G H I J] A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9);

/// What a query over these fields loads.
pub(super) fn loading<M, F: Fields<M>>(deferred: Vec<Path>) -> Loading {
    match F::paths() {
        Some(paths) => Loading::Only(paths),
        None => Loading::AllBut(deferred),
    }
}
