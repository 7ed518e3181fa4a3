//! Trails: the way from a query's model to where a path stands, as a type.

use std::marker::PhantomData;

use embellie_core::field::FieldType;
use embellie_core::{Expr, Path};

use super::Paths;
use crate::model::Model;
use crate::related::Step;

/// The way from the model that a query is over to the model where a path stands.
///
/// It is a type alone: a path of any length takes no room and no time before it is used.
pub trait Trail: Copy + Send + Sync + 'static {
    /// The model that the query is over.
    type Root: Paths;

    /// The model where the trail ends.
    type Model: Paths;

    /// Whether a row may have nothing at the trail's end.
    type Null: Nullability;

    /// The key that the last step of the trail goes by.
    type Key: KeyOf<Self::Model>;

    /// How many queries further out the trail begins.
    const LEVELS: u32 = 0;

    /// Adds the names of the trail to a path.
    fn walk(path: &mut Path);
}

/// The expression that a path along a trail is; where the trail has no steps, the object's key.
pub(super) fn expr<P: Trail>(path: Path) -> Expr {
    let path = if path.is_empty() { Path::new(["pk"]) } else { path };
    match P::LEVELS {
        0 => Expr::Path(path),
        levels => Expr::Outer { path, levels },
    }
}

/// Names types without holding values of them: what names them is `Send` and `Sync` whatever they are.
pub(super) type Marker<T> = PhantomData<fn() -> T>;

/// The beginning of a trail: the model that the query is over.
pub struct Root<M>(Marker<M>);

/// A trail that goes on by relation number `I` of its model, which leads to `To`.
pub struct Via<P, To, const I: usize, N = NotNull, K = PrimaryKey>(Marker<(P, To, N, K)>);

/// A trail that goes on by the way back of relation number `I` of `From`.
pub struct Back<P, From, const I: usize>(Marker<(P, From)>);

macro_rules! zero_sized {
    ($([$($generics:tt)*] $name:ty),+ $(,)?) => {$(
        impl<$($generics)*> Clone for $name {
            fn clone(&self) -> Self {
                *self
            }
        }
        impl<$($generics)*> Copy for $name {}
    )+};
}
zero_sized! {
    [M] Root<M>,
    [P, To, const I: usize, N, K] Via<P, To, I, N, K>,
    [P, From, const I: usize] Back<P, From, I>,
}
pub(super) use zero_sized;

impl<M: Paths> Trail for Root<M> {
    type Root = M;
    type Model = M;
    type Null = NotNull;
    type Key = PrimaryKey;

    fn walk(_: &mut Path) {}
}

impl<P: Trail, To: Paths, const I: usize, N: Nullability, K: KeyOf<To>> Trail for Via<P, To, I, N, K> {
    type Root = P::Root;
    type Model = To;
    type Null = <P::Null as Nullability>::Or<N>;
    type Key = K;
    const LEVELS: u32 = P::LEVELS;

    fn walk(path: &mut Path) {
        P::walk(path);
        path.push(P::Model::NAMES[I]);
    }
}

impl<P: Trail, From: Paths, const I: usize> Trail for Back<P, From, I> {
    type Root = P::Root;
    type Model = From;
    type Null = Nullable;
    type Key = PrimaryKey;
    const LEVELS: u32 = P::LEVELS;

    fn walk(path: &mut Path) {
        P::walk(path);
        path.push(From::BACK_NAMES[I]);
    }
}

/// A trail that leads to one object, by foreign keys and one-to-one fields both ways.
#[diagnostic::on_unimplemented(
    message = "this path does not lead from foreign key to foreign key",
    label = "`select_related` follows foreign keys and one-to-one fields"
)]
pub trait Forward: Trail {
    /// Adds the foreign keys, in order.
    #[doc(hidden)]
    fn steps(steps: &mut Vec<Step>);
}

impl<M: Paths> Forward for Root<M> {
    fn steps(_: &mut Vec<Step>) {}
}

/// A model whose relation at place `I` is one to one: its way back leads to one object.
#[diagnostic::on_unimplemented(
    message = "this way back leads to several objects",
    label = "`select_related` follows relations that lead to one object",
    note = "`prefetch` reads the objects of a way back that leads to several"
)]
pub trait SingleBack<const I: usize>: Paths {}

impl<P: Forward, From: SingleBack<I>, const I: usize> Forward for Back<P, From, I> {
    fn steps(steps: &mut Vec<Step>) {
        P::steps(steps);
        steps.push(Step::back::<P::Model, From, I>());
    }
}

impl<P: Forward, To: Paths, const I: usize, N: Nullability, K: KeyOf<To>> Forward for Via<P, To, I, N, K> {
    fn steps(steps: &mut Vec<Step>) {
        P::steps(steps);
        steps.push(Step::to::<To>(P::Model::NAMES[I], I));
    }
}

/// Whether there may be nothing: [`NotNull`] or [`Nullable`].
pub trait Nullability: Send + Sync + 'static {
    /// What a value of `T` is read as.
    type Of<T: FieldType>: FieldType;

    /// This, unless the other may be null.
    type Or<N: Nullability>: Nullability;

    /// This, unless the other may not be null.
    type And<N: Nullability>: Nullability;
}

/// There always is a value.
#[derive(Debug, Clone, Copy)]
pub enum NotNull {}

/// There may be no value.
#[derive(Debug, Clone, Copy)]
pub enum Nullable {}

impl Nullability for NotNull {
    type Of<T: FieldType> = T;
    type Or<N: Nullability> = N;
    type And<N: Nullability> = NotNull;
}

impl Nullability for Nullable {
    type Of<T: FieldType> = Option<T>;
    type Or<N: Nullability> = Nullable;
    type And<N: Nullability> = N;
}

/// What a foreign key to `To` holds.
pub trait KeyOf<To>: Send + Sync + 'static {
    /// The type of the field pointed at.
    type Key: FieldType;

    /// The place of the field pointed at; the primary key when `None`.
    const PLACE: Option<usize>;
}

/// A foreign key points at the primary key.
#[derive(Debug, Clone, Copy)]
pub enum PrimaryKey {}

impl<To: Model> KeyOf<To> for PrimaryKey {
    type Key = To::Key;
    const PLACE: Option<usize> = None;
}

/// A foreign key points at another field, given by the hash of its name: Django's `to_field`.
#[derive(Debug, Clone, Copy)]
pub enum ToField<const NAME: u64> {}

/// A unique field, found by the hash of its name.
#[diagnostic::on_unimplemented(
    message = "`to_field` names no unique field of `{Self}`",
    note = "a foreign key points at a field that is `unique` or the primary key"
)]
pub trait UniqueField<const NAME: u64>: Model {
    /// The field's type.
    type Type: FieldType;

    /// The field's place in the model.
    const PLACE: usize;

    /// What generated code knows of keys that point at the field.
    #[doc(hidden)]
    const POINTED: crate::declare::Pointed = crate::declare::Pointed::unique_field::<Self, NAME>();
}

impl<To: UniqueField<NAME>, const NAME: u64> KeyOf<To> for ToField<NAME> {
    type Key = To::Type;
    const PLACE: Option<usize> = Some(To::PLACE);
}
