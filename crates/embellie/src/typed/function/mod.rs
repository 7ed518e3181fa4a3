//! Database functions, under the names of Django's classes: `Lower(Post::title)`, `Coalesce((Post::subtitle, "none"))`.
//!
//! Each gives an expression, to be used wherever one can stand: in annotations, conditions, orderings, updates, and as
//! an argument of others.
//!
//! ```
//! use embellie::functions::*;
//! use embellie::prelude::*;
//! # #[model(app = "blog")] pub struct Post { title: String, subtitle: Option<String>, created_at: Timestamp }
//!
//! # async fn example(db: &Database) -> embellie::Result<()> {
//! let shout = Concat((Upper(Post::title), "! ", Post::subtitle));
//! let month = TruncMonth(Post::created_at);
//! let rows: Vec<(Post, String, Timestamp)> = Post::objects().annotate((&shout, &month)).all(db).await?;
//! let short = Post::objects().filter(Length(Post::title).lt(10)).order_by(Lower(Post::title));
//! # Ok(()) }
//! ```

#![allow(non_snake_case)]

mod comparison;
mod date;
mod func;
mod json;
mod math;
mod search;
mod text;
mod uuid;

pub use comparison::*;
pub use date::*;
pub use func::*;
pub use json::*;
pub use math::*;
pub use search::*;
pub use text::*;
pub use uuid::*;

use embellie_core::expr::Function;
use embellie_core::{Expr, Result};

use super::Expression;

/// A function of some arguments.
fn call<M, T, N>(function: Function, arguments: Vec<Result<Expr>>) -> Expression<M, T, N> {
    let arguments: Result<Vec<Expr>> = arguments.into_iter().collect();
    Expression::new(arguments.map(|arguments| Expr::call(function, arguments)))
}
