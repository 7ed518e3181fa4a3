//! Query sets as what a field is compared with.

use embellie_core::Result;
use embellie_core::query::Operand;
use uuid::Uuid;

use super::{Like, One, Rhs, RhsList};
use crate::model::Model;
use crate::partial::PartialRows;
use crate::query_set::{QuerySet, TextValues, Whole, WholeRecord};
use crate::related::ForeignKey;

/// Rows that are single values which a field of type `T` may be compared with: one path, or the objects that a relation
/// leads to.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` is not compared with the rows of this query set",
    label = "these rows are not values of such a field",
    note = "rows of one value are made by `values_list(path)`"
)]
pub trait ValuesOf<T> {}

#[diagnostic::do_not_recommend]
impl<T, U: Like<T>, C> ValuesOf<T> for One<U, C> {}

#[diagnostic::do_not_recommend]
impl<M> ValuesOf<ForeignKey<M>> for Whole<M> {}

impl<M, F> ValuesOf<ForeignKey<M>> for PartialRows<M, F> {}

#[diagnostic::do_not_recommend]
impl<T> ValuesOf<T> for TextValues {}

#[diagnostic::do_not_recommend]
impl<T> ValuesOf<T> for WholeRecord {}

/// Objects stand for their primary keys; keys stand for the objects that a relation leads to.
macro_rules! keys {
    ($($key:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl<M: Model<Key = $key>> ValuesOf<$key> for Whole<M> {}

        #[diagnostic::do_not_recommend]
        impl<M: Model<Key = $key>> Like<ForeignKey<M>> for $key {}
    )+};
}
keys!(i16, i32, i64, u16, u32, u64, String, Uuid);

fn subquery<N, S>(rows: &QuerySet<N, S>) -> Result<Operand> {
    rows.checked().map(|query| query.clone().into())
}

#[diagnostic::do_not_recommend]
impl<M, T, N, S: ValuesOf<T>> Rhs<M, T> for QuerySet<N, S> {
    fn operand(self) -> Result<Operand> {
        subquery(&self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, N, S: ValuesOf<T>> Rhs<M, T> for &QuerySet<N, S> {
    fn operand(self) -> Result<Operand> {
        subquery(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, N, S: ValuesOf<T>> RhsList<M, T> for QuerySet<N, S> {
    fn operand_to(self, _: Option<usize>) -> Result<Operand> {
        subquery(&self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, N, S: ValuesOf<T>> RhsList<M, T> for &QuerySet<N, S> {
    fn operand_to(self, _: Option<usize>) -> Result<Operand> {
        subquery(self)
    }
}
