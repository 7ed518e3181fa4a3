//! Conditional expressions.

#![allow(non_snake_case)]

use std::marker::PhantomData;

use embellie_core::{Error, Expr};

use super::scalar::Term;
use super::trail::{Nullability, Nullable};
use super::{Common, Expression, Q};

/// Of a `Case` without `otherwise`: more cases may be added. `N` says whether one of the cases may be null.
#[derive(Debug, Clone, Copy)]
pub struct Cases<N>(PhantomData<N>);

/// The value whose condition holds; the first one, when several do: Django's `Case` and `When`.
///
/// Without [`otherwise`](Expression::otherwise) it is null when no condition holds.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { views: i64 }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let heat = Case(q!(Post, views__gt = 100), "hot").when(q!(Post, views__gt = 50), "warm").otherwise("cold");
/// let rows: Vec<(Post, String)> = Post::objects().annotate(&heat).order_by(heat.asc()).all(db).await?;
/// let hot: i64 = Post::objects().filter(heat.eq("hot")).aggregate(Count(Star), db).await?;
/// # Ok(()) }
/// ```
pub fn Case<M, V: Term<M>>(condition: Q<M>, value: V) -> Expression<M, V::Type, Nullable, Cases<V::Null>> {
    let none = Expr::Case { whens: Vec::new(), otherwise: None };
    Expression::<M, V::Type>::new(Ok(none)).and_then(|case| with(case, condition, value))
}

fn with<M, V: Term<M>>(case: Expr, condition: Q<M>, value: V) -> Result<Expr, Error> {
    let when = (condition.checked()?, value.term()?);
    Ok(match case {
        Expr::Case { mut whens, otherwise } => {
            whens.push(when);
            Expr::Case { whens, otherwise }
        }
        other => other,
    })
}

impl<M, T, N: Nullability> Expression<M, T, Nullable, Cases<N>> {
    /// Another case: Django's `When`.
    pub fn when<V: Term<M>>(
        self,
        condition: Q<M>,
        value: V,
    ) -> Expression<M, T::Output, Nullable, Cases<N::Or<V::Null>>>
    where
        T: Common<V::Type>,
    {
        self.and_then(|case| with(case, condition, value))
    }

    /// The value when no condition holds: Django's `default`.
    pub fn otherwise<V: Term<M>>(self, value: V) -> Expression<M, T::Output, N::Or<V::Null>>
    where
        T: Common<V::Type>,
    {
        self.and_then(|case| {
            let value = Box::new(value.term()?);
            Ok(match case {
                Expr::Case { whens, .. } => Expr::Case { whens, otherwise: Some(value) },
                other => other,
            })
        })
    }
}
