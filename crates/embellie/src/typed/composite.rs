//! Paths that end in a primary key of several fields: `Line::pk`.

use std::collections::HashSet;
use std::marker::PhantomData;

use embellie_core::field::FieldType;
use embellie_core::lookup::Lookup;
use embellie_core::query::Operand;
use embellie_core::{Error, Expr, Path, Result, Value};

use super::order::Terms;
use super::trail::{Marker, Trail, expr, zero_sized};
use super::{IntoOrdering, Order, Paths, Q, Rhs, ValuesOf};
use crate::model::Model;
use crate::query_set::{QuerySet, Whole};

/// A path that ends in a primary key of several fields: the key `K` is a tuple of theirs, in the order of the declaration.
///
/// ```
/// use embellie::prelude::*;
///
/// #[model(app = "shop", primary_key = ["order", "number"])]
/// pub struct Line {
///     pub order: i64,
///     pub number: i32,
/// }
///
/// assert_eq!(Line::pk.eq((1, 2)).to_string(), "Q(pk=[1, 2])");
/// assert_eq!(Line::pk.gt((1, 2)).to_string(), "Q(pk__gt=[1, 2])");
/// assert_eq!(Line::pk.in_([(1, 2), (1, 3)]).to_string(), "Q(pk__in=[[1, 2], [1, 3]])");
/// ```
pub struct CompositeKey<P, K, const I: usize>(Marker<(P, K)>);

zero_sized!([P, K, const I: usize] CompositeKey<P, K, I>);

impl<P, K, const I: usize> CompositeKey<P, K, I> {
    /// The only value there is.
    #[doc(hidden)]
    pub const NEW: Self = CompositeKey(PhantomData);
}

impl<P: Trail, K, const I: usize> std::fmt::Debug for CompositeKey<P, K, I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path())
    }
}

impl<P: Trail, K, const I: usize> CompositeKey<P, K, I> {
    /// The path as data.
    pub fn path(self) -> Path {
        let mut path = Path::default();
        P::walk(&mut path);
        path.then(P::Model::NAMES[I])
    }

    fn expr(self) -> Expr {
        expr::<P>(self.path())
    }

    /// Orders by the fields of the key, one after the other, the smallest first.
    pub fn asc(self) -> Order<P::Root> {
        Order::new(self.expr().asc())
    }

    /// Orders by the fields of the key, one after the other, the greatest first.
    pub fn desc(self) -> Order<P::Root> {
        Order::new(self.expr().desc())
    }

    /// Equal to the key: each of its fields is.
    pub fn exact<V: RhsKey<P::Root, K>>(self, key: V) -> Q<P::Root> {
        Q::compare(Ok(self.expr()), None, key.operand())
    }

    /// Equal to the key: each of its fields is.
    pub fn eq<V: RhsKey<P::Root, K>>(self, key: V) -> Q<P::Root> {
        self.exact(key)
    }

    /// Not equal to the key.
    pub fn ne<V: RhsKey<P::Root, K>>(self, key: V) -> Q<P::Root> {
        !self.exact(key)
    }

    /// Greater than the key: the first field that differs decides.
    pub fn gt<V: RhsKey<P::Root, K>>(self, key: V) -> Q<P::Root> {
        self.compare(Lookup::Gt, key.operand())
    }

    /// Greater than the key or equal to it: the first field that differs decides.
    pub fn gte<V: RhsKey<P::Root, K>>(self, key: V) -> Q<P::Root> {
        self.compare(Lookup::Gte, key.operand())
    }

    /// Less than the key: the first field that differs decides.
    pub fn lt<V: RhsKey<P::Root, K>>(self, key: V) -> Q<P::Root> {
        self.compare(Lookup::Lt, key.operand())
    }

    /// Less than the key or equal to it: the first field that differs decides.
    pub fn lte<V: RhsKey<P::Root, K>>(self, key: V) -> Q<P::Root> {
        self.compare(Lookup::Lte, key.operand())
    }

    /// One of several keys, or of the keys that a query set gives.
    pub fn in_<V: RhsKeys<P::Root, K>>(self, keys: V) -> Q<P::Root> {
        self.compare(Lookup::In, keys.operand())
    }

    /// Null, or not null: whether there is such a row at all.
    pub fn isnull(self, null: bool) -> Q<P::Root> {
        self.compare(Lookup::IsNull, Ok(Value::Bool(null).into()))
    }

    fn compare(self, lookup: Lookup, operand: Result<Operand>) -> Q<P::Root> {
        Q::compare(Ok(self.expr()), Some(lookup), operand)
    }
}

/// What a primary key `K` of several fields is compared with, in a query over `M`: a tuple of what each of its fields may
/// be compared with, or a query set of one key.
#[diagnostic::on_unimplemented(
    message = "a primary key `{K}` is not compared with `{Self}`",
    label = "expected a tuple like `{K}`"
)]
pub trait RhsKey<M, K>: Sized {
    /// The right-hand side as data.
    ///
    /// # Errors
    /// When a value cannot be stored.
    fn operand(self) -> Result<Operand>;
}

/// Several right-hand sides for a primary key `K` of several fields: a list of any kind, or a query set of keys.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of primary keys `{K}`",
    label = "expected a list or a query set of `{K}`"
)]
pub trait RhsKeys<M, K>: Sized {
    /// The right-hand side as data.
    ///
    /// # Errors
    /// When a value cannot be stored.
    fn operand(self) -> Result<Operand>;
}

/// The values of a key as one operand: one list of values where all are constants.
fn together<const LEN: usize>(parts: [Result<Operand>; LEN]) -> Result<Operand> {
    let mut expressions = Vec::with_capacity(LEN);
    for part in parts {
        match part? {
            Operand::Expr(expr) => expressions.push(expr),
            _ => return Err(Error::NotSupported("a query set cannot stand for one field of a key".into())),
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

/// Keys as one operand.
fn list(keys: impl Iterator<Item = Result<Operand>>) -> Result<Operand> {
    let mut values = Vec::new();
    for key in keys {
        match key? {
            Operand::Expr(Expr::Value(value)) => values.push(value),
            _ => return Err(Error::NotSupported("a list of keys holds values: compare with each by `eq`".into())),
        }
    }
    Ok(Value::List(values).into())
}

/// Marks the tuples that are keys, so that objects stand for theirs.
pub trait KeyTuple: FieldType {}

macro_rules! tuples {
    ($($name:ident $value:ident $index:tt),+) => {
        impl<$($name: FieldType),+> KeyTuple for ($($name,)+) {}

        #[diagnostic::do_not_recommend]
        impl<M, $($name, $value: Rhs<M, $name>),+> RhsKey<M, ($($name,)+)> for ($($value,)+) {
            fn operand(self) -> Result<Operand> {
                together([$(self.$index.operand()),+])
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'a, M, $($name, $value),+> RhsKey<M, ($($name,)+)> for &'a ($($value,)+)
        where
            $(&'a $value: Rhs<M, $name>,)+
        {
            fn operand(self) -> Result<Operand> {
                together([$((&self.$index).operand()),+])
            }
        }
    };
}
tuples!(A AV 0, B BV 1);
tuples!(A AV 0, B BV 1, C CV 2);
tuples!(A AV 0, B BV 1, C CV 2, D DV 3);
tuples!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4);
tuples!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4, F FV 5);
tuples!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4, F FV 5, G GV 6);
tuples!(A AV 0, B BV 1, C CV 2, D DV 3, E EV 4, F FV 5, G GV 6, H HV 7);

/// The key of a row of the query around: `Line::pk.eq(outer.pk)`.
#[diagnostic::do_not_recommend]
impl<P: Trail, K, const I: usize> RhsKey<P::Root, K> for CompositeKey<P, K, I> {
    fn operand(self) -> Result<Operand> {
        Ok(self.expr().into())
    }
}

#[diagnostic::do_not_recommend]
impl<M, K, N, S: ValuesOf<K>> RhsKey<M, K> for QuerySet<N, S> {
    fn operand(self) -> Result<Operand> {
        self.checked().map(|query| query.clone().into())
    }
}

#[diagnostic::do_not_recommend]
impl<M, K, N, S: ValuesOf<K>> RhsKeys<M, K> for QuerySet<N, S> {
    fn operand(self) -> Result<Operand> {
        self.checked().map(|query| query.clone().into())
    }
}

#[diagnostic::do_not_recommend]
impl<M, K, N, S: ValuesOf<K>> RhsKeys<M, K> for &QuerySet<N, S> {
    fn operand(self) -> Result<Operand> {
        self.checked().map(|query| query.clone().into())
    }
}

#[diagnostic::do_not_recommend]
impl<M, K, V: RhsKey<M, K>> RhsKeys<M, K> for Vec<V> {
    fn operand(self) -> Result<Operand> {
        list(self.into_iter().map(V::operand))
    }
}

#[diagnostic::do_not_recommend]
impl<M, K, V: RhsKey<M, K>, const LEN: usize> RhsKeys<M, K> for [V; LEN] {
    fn operand(self) -> Result<Operand> {
        list(self.into_iter().map(V::operand))
    }
}

#[diagnostic::do_not_recommend]
impl<M, K, V: RhsKey<M, K>, H> RhsKeys<M, K> for HashSet<V, H> {
    fn operand(self) -> Result<Operand> {
        list(self.into_iter().map(V::operand))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, K, V> RhsKeys<M, K> for &'a [V]
where
    &'a V: RhsKey<M, K>,
{
    fn operand(self) -> Result<Operand> {
        list(self.iter().map(RhsKey::operand))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, K, V> RhsKeys<M, K> for &'a Vec<V>
where
    &'a V: RhsKey<M, K>,
{
    fn operand(self) -> Result<Operand> {
        list(self.iter().map(RhsKey::operand))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, K, V, const LEN: usize> RhsKeys<M, K> for &'a [V; LEN]
where
    &'a V: RhsKey<M, K>,
{
    fn operand(self) -> Result<Operand> {
        list(self.iter().map(RhsKey::operand))
    }
}

/// Objects stand for their primary keys.
#[diagnostic::do_not_recommend]
impl<M: Model<Key = K>, K: KeyTuple> ValuesOf<K> for Whole<M> {}

impl<P: Trail, K, const I: usize> IntoOrdering<P::Root> for CompositeKey<P, K, I> {
    fn add_to(self, terms: &mut Terms) {
        IntoOrdering::<P::Root>::add_to(self.asc(), terms);
    }
}
