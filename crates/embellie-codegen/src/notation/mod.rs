//! Values, expressions and conditions as `#[model]` and `q!` are given them.

mod condition;
mod literal;

pub(crate) use condition::{condition, expression};
pub(crate) use literal::literal;
