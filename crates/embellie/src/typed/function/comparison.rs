//! Functions that choose among values.

use embellie_core::expr::Function;
use embellie_core::{Expr, Result};

use super::call;
use crate::typed::scalar::{Scalar, Term};
use crate::typed::trail::{Nullability, Nullable};
use crate::typed::{Common, Expression, Like};

/// Several values with a type in common: a tuple of two at least.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tuple of values of one type in a query over `{M}`",
    label = "expected a tuple of constants, fields and expressions of one type, as in `(Post::subtitle, \"none\")`"
)]
pub trait Alternatives<M> {
    /// The type in common.
    type Type;

    /// Whether all of them may be null.
    type All: Nullability;

    /// Whether one of them may be null.
    type Any: Nullability;

    /// The values as data.
    #[doc(hidden)]
    fn alternatives(self) -> Vec<Result<Expr>>;
}

macro_rules! alternatives {
    ($first:ident $($name:ident $index:tt),+; $type:ty; $all:ty; $any:ty; $($bound:tt)+) => {
        #[diagnostic::do_not_recommend]
        impl<M, $first: Term<M>, $($name: Term<M>),+> Alternatives<M> for ($first, $($name),+)
        where
            $($bound)+
        {
            type Type = $type;
            type All = $all;
            type Any = $any;

            fn alternatives(self) -> Vec<Result<Expr>> {
                vec![self.0.term(), $(self.$index.term()),+]
            }
        }
    };
}

type Both<A, B> = <A as Common<B>>::Output;
type And<A, B> = <A as Nullability>::And<B>;
type Or<A, B> = <A as Nullability>::Or<B>;

alternatives!(A B 1; Both<A::Type, B::Type>; And<A::Null, B::Null>; Or<A::Null, B::Null>; A::Type: Common<B::Type>);
alternatives!(A B 1, C 2;
    Both<Both<A::Type, B::Type>, C::Type>;
    And<And<A::Null, B::Null>, C::Null>;
    Or<Or<A::Null, B::Null>, C::Null>;
    A::Type: Common<B::Type>, Both<A::Type, B::Type>: Common<C::Type>);
alternatives!(A B 1, C 2, D 3;
    Both<Both<Both<A::Type, B::Type>, C::Type>, D::Type>;
    And<And<And<A::Null, B::Null>, C::Null>, D::Null>;
    Or<Or<Or<A::Null, B::Null>, C::Null>, D::Null>;
    A::Type: Common<B::Type>, Both<A::Type, B::Type>: Common<C::Type>,
    Both<Both<A::Type, B::Type>, C::Type>: Common<D::Type>);
alternatives!(A B 1, C 2, D 3, E 4;
    Both<Both<Both<Both<A::Type, B::Type>, C::Type>, D::Type>, E::Type>;
    And<And<And<And<A::Null, B::Null>, C::Null>, D::Null>, E::Null>;
    Or<Or<Or<Or<A::Null, B::Null>, C::Null>, D::Null>, E::Null>;
    A::Type: Common<B::Type>, Both<A::Type, B::Type>: Common<C::Type>,
    Both<Both<A::Type, B::Type>, C::Type>: Common<D::Type>,
    Both<Both<Both<A::Type, B::Type>, C::Type>, D::Type>: Common<E::Type>);

/// The first of several values that is not null: Django's `Coalesce`. It is null only where all of them may be.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { title: String, subtitle: Option<String> }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let rows: Vec<String> = Post::objects().values_list(Coalesce((Post::subtitle, Post::title))).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Coalesce<M, V: Alternatives<M>>(values: V) -> Expression<M, V::Type, V::All> {
    call(Function::Coalesce, values.alternatives())
}

/// The greatest of several values: Django's `Greatest`. With a null among them, databases differ as they do for Django.
pub fn Greatest<M, V: Alternatives<M>>(values: V) -> Expression<M, V::Type, V::Any> {
    call(Function::Greatest, values.alternatives())
}

/// The least of several values: Django's `Least`. With a null among them, databases differ as they do for Django.
pub fn Least<M, V: Alternatives<M>>(values: V) -> Expression<M, V::Type, V::Any> {
    call(Function::Least, values.alternatives())
}

/// The value, or null where it equals the other: Django's `NullIf`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { title: String }
/// let titles = Post::objects().values_list(NullIf(Post::title, ""));
/// ```
pub fn NullIf<M, V: Scalar<M>, O: Term<M>>(value: V, other: O) -> Expression<M, V::Type, Nullable>
where
    O::Type: Like<V::Type>,
{
    call(Function::NullIf, vec![value.scalar().expr, other.term()])
}
