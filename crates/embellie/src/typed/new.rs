//! New objects: what `new!` is made of.

use std::net::IpAddr;
use std::ops;

use embellie_core::field::{ArrayElement, Json, RangeElement};
use embellie_core::{Range, Value};
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Paths;
use crate::model::{Model, State};
use crate::related::{ForeignKey, OneToOne};

/// A model that `new!` makes objects of: implemented by `#[model]`, never by hand.
pub trait New: Paths {
    /// The fields that were given so far.
    type Given;

    /// No field given.
    const BLANK: Self::Given;

    /// The fields that must be given, each with what to say when it is not.
    const REQUIRED: &'static [(&'static str, &'static str)];

    /// The object, with defaults for the fields that were not given.
    fn make(given: Self::Given) -> Self;
}

/// What a field may be given in `new!`.
#[diagnostic::on_unimplemented(message = "a field of type `{T}` is not given a `{Self}`", label = "expected a `{T}`")]
pub trait IntoField<T> {
    /// The field's value.
    fn into_field(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoField<Option<T>> for T {
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

macro_rules! into_field {
    ($([$($generics:tt)*] $source:ty => $target:ty: |$value:ident| $result:expr;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<$target> for $source {
            fn into_field(self) -> $target {
                let $value = self;
                $result
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<Option<$target>> for $source {
            fn into_field(self) -> Option<$target> {
                Some(IntoField::<$target>::into_field(self))
            }
        }
    )+};
}
into_field! {
    [] &str => String: |text| text.to_owned();
    [] &String => String: |text| text.clone();
    [] std::borrow::Cow<'_, str> => String: |text| text.into_owned();
    [] Box<str> => String: |text| text.into();
    [] char => String: |text| text.into();
    [] &[u8] => Vec<u8>: |bytes| bytes.to_vec();
    [const LEN: usize] &[u8; LEN] => Vec<u8>: |bytes| bytes.to_vec();
    [] i32 => Decimal: |number| number.into();
    [T: ArrayElement, V: IntoField<T>, const LEN: usize] [V; LEN] => Vec<T>:
        |values| values.into_iter().map(IntoField::into_field).collect();
    [T: RangeElement] ops::Range<T> => Range<T>: |range| range.into();
    [T: RangeElement] ops::RangeInclusive<T> => Range<T>: |range| range.into();
    [T: RangeElement] ops::RangeFrom<T> => Range<T>: |range| range.into();
    [T: RangeElement] ops::RangeTo<T> => Range<T>: |range| range.into();
    [T: RangeElement] ops::RangeToInclusive<T> => Range<T>: |range| range.into();
    [] Date => DateTime: |date| date.into();
    [] std::net::Ipv4Addr => IpAddr: |address| address.into();
    [] std::net::Ipv6Addr => IpAddr: |address| address.into();
    [T] T => Json<T>: |value| Json(value);
    [N: Model] &N => ForeignKey<N>: |object| ForeignKey::to(object);
    [N: Model] &N => OneToOne<N>: |object| OneToOne::to(object);
    [N] &ForeignKey<N> => ForeignKey<N>: |key| key.clone();
    [N] &OneToOne<N> => OneToOne<N>: |key| key.clone();
    [N] ForeignKey<N> => OneToOne<N>: |key| key.into();
}

/// Keys, for foreign keys.
macro_rules! keys {
    ($($key:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl<N: Model<Key = $key>> IntoField<ForeignKey<N>> for $key {
            fn into_field(self) -> ForeignKey<N> {
                ForeignKey::from_value(Value::from(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<N: Model<Key = $key>> IntoField<Option<ForeignKey<N>>> for $key {
            fn into_field(self) -> Option<ForeignKey<N>> {
                Some(IntoField::into_field(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<N: Model<Key = $key>> IntoField<OneToOne<N>> for $key {
            fn into_field(self) -> OneToOne<N> {
                OneToOne::from_value(Value::from(self))
            }
        }
    )+};
}
keys!(i16, i32, i64, u16, u32, u64, String, Uuid);

/// Checks at compile time that the fields that must be given are.
#[doc(hidden)]
#[track_caller]
#[allow(clippy::panic)]
pub const fn check_new<M: New>(given: &[&str]) {
    let mut required = M::REQUIRED;
    while let [(name, message), rest @ ..] = required {
        let mut left = given;
        let mut found = false;
        while let [first, others @ ..] = left {
            found |= same(first.as_bytes(), name.as_bytes());
            left = others;
        }
        if !found {
            // Only the compiler gets here.
            panic!("{}", *message);
        }
        required = rest;
    }
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    match (a, b) {
        ([], []) => true,
        ([x, a @ ..], [y, b @ ..]) => *x == *y && same(a, b),
        _ => false,
    }
}

/// A field that must be given: [`check_new`] saw to it.
#[doc(hidden)]
pub fn required<T>(given: Option<T>) -> T {
    match given {
        Some(value) => value,
        None => unreachable!("`new!` checks at compile time that no field is missing"),
    }
}

/// A field that the database fills in unless it is given.
#[doc(hidden)]
pub fn left<T: Default>(given: Option<T>, place: usize, state: &mut State) -> T {
    given.unwrap_or_else(|| {
        state.leave_to_database(place);
        T::default()
    })
}
