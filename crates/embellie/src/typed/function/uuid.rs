//! UUIDs that the database makes.

use embellie_core::expr::Function;

use super::call;
use crate::typed::Expression;

/// A random UUID, of version 4: Django's `UUID4`.
pub fn Uuid4<M>() -> Expression<M, uuid::Uuid> {
    call(Function::Uuid4, Vec::new())
}

/// A UUID that grows with time, of version 7: Django's `UUID7`.
pub fn Uuid7<M>() -> Expression<M, uuid::Uuid> {
    call(Function::Uuid7, Vec::new())
}
