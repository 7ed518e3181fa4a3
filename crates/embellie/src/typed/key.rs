//! Paths that end in the key that a foreign key holds: `Post::author_id`.

use std::ops::Deref;

use embellie_core::Result;
use embellie_core::query::Operand;

use super::order::Terms;
use super::trail::{KeyOf, Marker, zero_sized};
use super::{Column, IntoOrdering, Like, Rhs, Trail};

/// A path that ends in the key which a foreign key to `To` holds: all that it can do is done by the [`Column`] that it
/// dereferences to.
pub struct KeyColumn<P, To, K, N, const I: usize>(Marker<(P, To, K, N)>);

zero_sized!([P, To, K, N, const I: usize] KeyColumn<P, To, K, N, I>);

impl<P, To, K, N, const I: usize> KeyColumn<P, To, K, N, I> {
    /// The only value there is.
    #[doc(hidden)]
    pub const NEW: Self = KeyColumn(std::marker::PhantomData);
}

impl<P, To, K: KeyOf<To>, N, const I: usize> Deref for KeyColumn<P, To, K, N, I> {
    type Target = Column<P, K::Key, N, I>;

    fn deref(&self) -> &Self::Target {
        &Column::NEW
    }
}

impl<P: Trail, To, K: KeyOf<To>, N, const I: usize> std::fmt::Debug for KeyColumn<P, To, K, N, I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&**self, f)
    }
}

impl<P: Trail, To, K: KeyOf<To>, N, const I: usize> IntoOrdering<P::Root> for KeyColumn<P, To, K, N, I> {
    fn add_to(self, terms: &mut Terms) {
        IntoOrdering::<P::Root>::add_to(*self, terms);
    }
}

#[diagnostic::do_not_recommend]
impl<P: Trail, T, To, K: KeyOf<To, Key: Like<T>>, N, const I: usize> Rhs<P::Root, T> for KeyColumn<P, To, K, N, I> {
    fn operand(self) -> Result<Operand> {
        Rhs::<P::Root, T>::operand(*self)
    }
}
