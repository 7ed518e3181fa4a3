//! What a field may be compared with.

use std::ops::RangeInclusive;

use embellie_core::field::{ArrayElement, FieldType, Json};
use embellie_core::query::Operand;
use embellie_core::{Expr, Result, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::trail::expr;
use super::{Array, Column, Expression, Named, Paths, Q, Rel, Trail};
use crate::model::Model;
use crate::related::{ForeignKey, OneToOne};

/// The right-hand side of a comparison, in a query over `M`, with a field of type `T`; for a relation `T` is
/// `ForeignKey<…>`.
///
/// Values of `T`, borrowed or owned, `None` for null, other fields of the same query, expressions, and for relations
/// objects and keys.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` is not compared with `{Self}`",
    label = "expected a `{T}`, or a field of such a type in a query over `{M}`"
)]
pub trait Rhs<M, T>: Sized {
    /// The right-hand side as data.
    ///
    /// # Errors
    /// When the value cannot be stored.
    fn operand(self) -> Result<Operand>;

    /// The right-hand side for a relation that points at the field at `place`, or at the primary key.
    ///
    /// # Errors
    /// When the value cannot be stored.
    #[doc(hidden)]
    fn operand_to(self, _place: Option<usize>) -> Result<Operand> {
        self.operand()
    }
}

fn constant<T: FieldType>(value: &T) -> Result<Operand> {
    value.encode().map(Operand::from)
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType> Rhs<M, T> for T {
    fn operand(self) -> Result<Operand> {
        constant(&self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType> Rhs<M, T> for &T {
    fn operand(self) -> Result<Operand> {
        constant(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType> Rhs<M, T> for Option<T> {
    fn operand(self) -> Result<Operand> {
        constant(&self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType> Rhs<M, T> for Option<&T> {
    fn operand(self) -> Result<Operand> {
        self.map_or(Ok(Value::Null.into()), constant)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType> Rhs<M, T> for &Option<T> {
    fn operand(self) -> Result<Operand> {
        constant(self)
    }
}

/// Values of other types that fit: each as itself, borrowed, and as an `Option`.
macro_rules! values {
    ($($target:ty: $($source:ty),+;)+) => {$($(
        #[diagnostic::do_not_recommend]
        impl<M> Rhs<M, $target> for $source {
            fn operand(self) -> Result<Operand> {
                Ok(Value::from(self).into())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M> Rhs<M, $target> for Option<$source> {
            fn operand(self) -> Result<Operand> {
                Ok(Value::from(self).into())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M> Rhs<M, $target> for &$source {
            fn operand(self) -> Result<Operand> {
                Ok(Value::from(*self).into())
            }
        }
    )+)+};
}
values! {
    i16: i8, i32, i64, u8, u16, u32, u64;
    i32: i8, i16, i64, u8, u16, u32, u64;
    i64: i8, i16, i32, u8, u16, u32, u64;
    u16: i8, i16, i32, i64, u8, u32, u64;
    u32: i8, i16, i32, i64, u8, u16, u64;
    u64: i8, i16, i32, i64, u8, u16, u32;
    f64: i8, i16, i32, i64, u8, u16, u32, f32;
    Decimal: i8, i16, i32, i64, u8, u16, u32, u64;
    String: &str;
    Vec<u8>: &[u8];
    serde_json::Value: bool, i32, i64, f64, &str;
}

/// Sizes: of a collection, of a page.
macro_rules! sizes {
    ($($target:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl<M> Rhs<M, $target> for usize {
            fn operand(self) -> Result<Operand> {
                Ok(Value::from(self as u64).into())
            }
        }
    )+};
}
sizes!(i16, i32, i64, u16, u32, u64, f64, Decimal);

/// Owned text, for what stands at the end of a path into JSON.
#[diagnostic::do_not_recommend]
impl<M> Rhs<M, serde_json::Value> for String {
    fn operand(self) -> Result<Operand> {
        Ok(Value::from(self).into())
    }
}

#[diagnostic::do_not_recommend]
impl<M> Rhs<M, serde_json::Value> for &String {
    fn operand(self) -> Result<Operand> {
        Ok(Value::from(self.as_str()).into())
    }
}

/// The elements of an array.
#[diagnostic::do_not_recommend]
impl<M, T: ArrayElement, V: Rhs<M, T::Plain>, const LEN: usize> Rhs<M, Vec<T>> for [V; LEN] {
    fn operand(self) -> Result<Operand> {
        list(self.into_iter().map(Rhs::operand))
    }
}

#[diagnostic::do_not_recommend]
impl<M> Rhs<M, Vec<String>> for Vec<&str> {
    fn operand(self) -> Result<Operand> {
        Ok(Value::List(self.into_iter().map(Value::from).collect()).into())
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: ArrayElement> Rhs<M, Vec<T>> for Array<T> {
    fn operand(self) -> Result<Operand> {
        constant(&self)
    }
}

/// A JSON column that holds a type of its own is compared with any JSON.
#[diagnostic::do_not_recommend]
impl<M, T> Rhs<M, Json<T>> for serde_json::Value {
    fn operand(self) -> Result<Operand> {
        Ok(Value::from(self).into())
    }
}

/// Field types whose values may be compared with each other in the database.
#[diagnostic::on_unimplemented(message = "a field of type `{T}` is not compared with a field of type `{Self}`")]
pub trait Like<T> {}

#[diagnostic::do_not_recommend]
impl<T> Like<T> for T {}

/// An array that a field holds, and one that the database makes.
#[diagnostic::do_not_recommend]
impl<T> Like<Vec<T>> for Array<T> {}

#[diagnostic::do_not_recommend]
impl<T> Like<Array<T>> for Vec<T> {}

macro_rules! like {
    ($($a:ty: $($b:ty),+;)+) => {$($(
        #[diagnostic::do_not_recommend]
        impl Like<$b> for $a {}
    )+)+};
}
like! {
    i16: i32, i64, u16, u32, u64, f64, Decimal;
    i32: i16, i64, u16, u32, u64, f64, Decimal;
    i64: i16, i32, u16, u32, u64, f64, Decimal;
    u16: i16, i32, i64, u32, u64, f64, Decimal;
    u32: i16, i32, i64, u16, u64, f64, Decimal;
    u64: i16, i32, i64, u16, u32, f64, Decimal;
    f64: i16, i32, i64, u16, u32, u64, Decimal;
    Decimal: i16, i32, i64, u16, u32, u64, f64;
}

/// Another field of the same query.
#[diagnostic::do_not_recommend]
impl<P: Trail, T, U: Like<T>, N, const I: usize> Rhs<P::Root, T> for Column<P, U, N, I> {
    fn operand(self) -> Result<Operand> {
        Ok(expr::<P>(self.path()).into())
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, U: Like<T>, N, K> Rhs<M, T> for Expression<M, U, N, K> {
    fn operand(self) -> Result<Operand> {
        self.into_expr().map(Operand::from)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, U: Like<T>, N, K> Rhs<M, T> for &Expression<M, U, N, K> {
    fn operand(self) -> Result<Operand> {
        self.expr().map(Operand::from)
    }
}

/// A condition is a truth value.
#[diagnostic::do_not_recommend]
impl<M> Rhs<M, bool> for Q<M> {
    fn operand(self) -> Result<Operand> {
        self.into_expr().map(Operand::from)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T> Rhs<M, T> for Named {
    fn operand(self) -> Result<Operand> {
        Ok(self.into_expr().into())
    }
}

/// Another relation of the same query to the same model, or an object of the query around.
#[diagnostic::do_not_recommend]
impl<P: Trail, N> Rhs<P::Root, ForeignKey<N>> for Rel<P, N> {
    fn operand(self) -> Result<Operand> {
        Rhs::<P::Root, ForeignKey<N>>::operand_to(self, None)
    }

    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        let path = self.path();
        let name = place.and_then(|place| P::Model::NAMES.get(place));
        let path = match name {
            Some(name) if path.is_empty() => path.then(*name),
            _ => path,
        };
        Ok(expr::<P>(path).into())
    }
}

fn key_of<N: Model>(object: &N, place: Option<usize>) -> Result<Operand> {
    match place {
        Some(place) => object.value(place).map(Operand::from),
        None => constant(&object.key()?),
    }
}

/// An object, for a relation that leads to its model.
#[diagnostic::do_not_recommend]
impl<M, N: Paths> Rhs<M, ForeignKey<N>> for &N {
    fn operand(self) -> Result<Operand> {
        key_of(self, None)
    }

    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        key_of(self, place)
    }
}

#[diagnostic::do_not_recommend]
impl<M, N: Paths> Rhs<M, ForeignKey<N>> for Option<&N> {
    fn operand(self) -> Result<Operand> {
        Rhs::<M, ForeignKey<N>>::operand_to(self, None)
    }

    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        self.map_or(Ok(Value::Null.into()), |object| key_of(object, place))
    }
}

#[diagnostic::do_not_recommend]
impl<M, N: Model> Rhs<M, ForeignKey<N>> for &OneToOne<N> {
    fn operand(self) -> Result<Operand> {
        constant(self)
    }
}

/// A key, for a relation that leads to a model with such a key.
macro_rules! keys {
    ($($key:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<'a, M, N: Model> Rhs<M, ForeignKey<N>> for $key
        where
            $key: Rhs<M, N::Key>,
        {
            fn operand(self) -> Result<Operand> {
                Rhs::<M, N::Key>::operand(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'a, M, N: Model> Rhs<M, ForeignKey<N>> for Option<$key>
        where
            $key: Rhs<M, N::Key>,
        {
            fn operand(self) -> Result<Operand> {
                self.map_or(Ok(Value::Null.into()), Rhs::<M, N::Key>::operand)
            }
        }
    )+};
}
keys! {
    i16, i32, i64, u16, u32, u64, String, Uuid,
    &'a i16, &'a i32, &'a i64, &'a u16, &'a u32, &'a u64, &'a String, &'a str, &'a Uuid,
}

/// Several right-hand sides: lists of any kind, or a query set whose rows are such values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of values for a field of type `{T}`",
    label = "expected a list or a query set of `{T}`"
)]
pub trait RhsList<M, T>: Sized {
    /// The right-hand side as data.
    ///
    /// # Errors
    /// When a value cannot be stored.
    fn operand(self) -> Result<Operand> {
        self.operand_to(None)
    }

    /// The right-hand side for a relation that points at the field at `place`, or at the primary key.
    ///
    /// # Errors
    /// When a value cannot be stored.
    #[doc(hidden)]
    fn operand_to(self, place: Option<usize>) -> Result<Operand>;
}

/// A list as an operand: one value where all are constants.
fn list(operands: impl Iterator<Item = Result<Operand>>) -> Result<Operand> {
    let mut expressions = Vec::new();
    for operand in operands {
        match operand? {
            Operand::Expr(expr) => expressions.push(expr),
            _ => return Err(embellie_core::Error::NotSupported("a query set cannot stand in a list of values".into())),
        }
    }
    if !expressions.iter().all(|expr| matches!(expr, Expr::Value(_))) {
        return Ok(Operand::List(expressions));
    }
    let values = expressions.into_iter().filter_map(|expr| match expr {
        Expr::Value(value) => Some(value),
        _ => None,
    });
    Ok(Value::List(values.collect()).into())
}

#[diagnostic::do_not_recommend]
impl<M, T, V: Rhs<M, T>> RhsList<M, T> for Vec<V> {
    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        list(self.into_iter().map(|value| value.operand_to(place)))
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, V: Rhs<M, T>, const LEN: usize> RhsList<M, T> for [V; LEN] {
    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        list(self.into_iter().map(|value| value.operand_to(place)))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, T, V> RhsList<M, T> for &'a [V]
where
    &'a V: Rhs<M, T>,
{
    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        list(self.iter().map(|value| value.operand_to(place)))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, T, V> RhsList<M, T> for &'a Vec<V>
where
    &'a V: Rhs<M, T>,
{
    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        list(self.iter().map(|value| value.operand_to(place)))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, T, V, const LEN: usize> RhsList<M, T> for &'a [V; LEN]
where
    &'a V: Rhs<M, T>,
{
    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        list(self.iter().map(|value| value.operand_to(place)))
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, V: Rhs<M, T>, H> RhsList<M, T> for std::collections::HashSet<V, H> {
    fn operand_to(self, place: Option<usize>) -> Result<Operand> {
        list(self.into_iter().map(|value| value.operand_to(place)))
    }
}

/// Two bounds: `(low, high)`, `[low, high]` or `low..=high`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a range of values for a field of type `{T}`",
    label = "expected `(low, high)`, `[low, high]` or `low..=high`"
)]
pub trait RhsRange<M, T>: Sized {
    /// The bounds as data.
    ///
    /// # Errors
    /// When a value cannot be stored.
    fn operand(self) -> Result<Operand>;
}

#[diagnostic::do_not_recommend]
impl<M, T, A: Rhs<M, T>, B: Rhs<M, T>> RhsRange<M, T> for (A, B) {
    fn operand(self) -> Result<Operand> {
        list([self.0.operand(), self.1.operand()].into_iter())
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, V: Rhs<M, T>> RhsRange<M, T> for [V; 2] {
    fn operand(self) -> Result<Operand> {
        list(self.into_iter().map(Rhs::operand))
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, V: Rhs<M, T>> RhsRange<M, T> for RangeInclusive<V> {
    fn operand(self) -> Result<Operand> {
        let (low, high) = self.into_inner();
        list([low.operand(), high.operand()].into_iter())
    }
}
