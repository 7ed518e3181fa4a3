//! Conditions and expressions in the definitions of tables and indexes: columns of one table, which go without its
//! name, and values written as literals, since a definition takes no parameters.

use embellie_core::meta::Model;
use embellie_core::{Expr, Q, Registry, Result, Value};

use crate::Target;
use crate::render::Writer;
use crate::resolve::{Context, Scope};

/// What makes an SQL literal of a value.
type Literal = fn(&Value) -> Result<String>;

/// A condition on a row of a model: for a check constraint or a partial index.
pub(crate) fn condition(
    registry: &Registry,
    model: &Model,
    q: &Q,
    target: &Target,
    literal: Literal,
) -> Result<String> {
    let condition = Scope::new(&Context::new(registry, target), model).own_condition(q)?;
    let mut writer = Writer::for_definition(target, literal);
    writer.condition(&condition)?;
    Ok(writer.into_text())
}

/// An expression over a row of a model: for an index, or a column's default.
pub(crate) fn expression(
    registry: &Registry,
    model: &Model,
    expr: &Expr,
    target: &Target,
    literal: Literal,
) -> Result<String> {
    let scalar = Scope::new(&Context::new(registry, target), model).own_scalar(expr)?;
    let mut writer = Writer::for_definition(target, literal);
    writer.scalar(&scalar)?;
    Ok(writer.into_text())
}
