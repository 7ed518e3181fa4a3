//! UUIDs that the database makes.

use embellie_core::expr::Function;

use super::call;
use crate::typed::Expression;

/// A random UUID, of version 4: Django's `UUID4`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Token { key: Uuid, row: Uuid }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// Token::objects().update(set!(key = Uuid4(), row = Uuid7()), db).await?;
/// # Ok(()) }
/// ```
pub fn Uuid4<M>() -> Expression<M, uuid::Uuid> {
    call(Function::Uuid4, Vec::new())
}

/// A UUID that grows with time, of version 7: Django's `UUID7`.
pub fn Uuid7<M>() -> Expression<M, uuid::Uuid> {
    call(Function::Uuid7, Vec::new())
}
