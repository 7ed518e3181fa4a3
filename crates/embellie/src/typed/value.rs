//! Constants as expressions.

#![allow(non_snake_case)]

use embellie_core::Expr;
use embellie_core::field::FieldType;

use super::Expression;

/// A constant as an expression: Django's `Value`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String, views: i64 }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let rows: Vec<(String, i64)> = Post::objects().values_list((Post::title, Value(1) + Post::views)).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Value<M, T: FieldType, V: Constant<T>>(value: V) -> Expression<M, T> {
    Expression::new(value.constant().encode().map(Expr::Value))
}

/// What a constant of type `T` is written as.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no constant",
    label = "expected a value of a type that a field may have"
)]
pub trait Constant<T> {
    /// The constant.
    fn constant(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T: FieldType> Constant<T> for T {
    fn constant(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl Constant<String> for &str {
    fn constant(self) -> String {
        self.to_owned()
    }
}
