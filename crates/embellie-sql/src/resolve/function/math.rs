//! Functions of numbers.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use super::super::arithmetic::{is_integer, is_number};
use super::Call;
use crate::resolved::Scalar;

pub(super) fn call(mut call: Call<'_>) -> Result<Scalar<'_>> {
    match call.function {
        F::Pi | F::Random => call.takes(0..=0)?,
        F::ATan2 | F::Log | F::Mod | F::Power => call.takes(2..=2)?,
        F::Round => {
            call.takes(1..=2)?;
            call.or_value(1, 0);
        }
        _ => call.takes(1..=1)?,
    }
    for argument in &call.arguments {
        if let Some(kind) = argument.kind().filter(|kind| !is_number(*kind)) {
            return Err(Error::Field(format!(
                "{} takes a number, not a {}: cast it to one",
                call.function.name(),
                kind.django_name()
            )));
        }
    }
    let kind = match call.function {
        // The number of another value.
        F::Abs | F::Ceil | F::Floor | F::Round | F::Sign => call.first_kind().unwrap_or(FieldKind::Float),
        _ => numeric(&call.arguments),
    };
    Ok(call.gives(kind))
}

/// What comes of numbers that need not come out whole.
fn numeric(arguments: &[Scalar<'_>]) -> FieldKind {
    let mut kinds = arguments.iter().filter_map(Scalar::kind);
    if kinds.clone().any(|kind| matches!(kind, FieldKind::Decimal { .. })) {
        return FieldKind::DECIMAL;
    }
    match kinds.next() {
        Some(kind) if !is_integer(kind) => kind,
        _ => FieldKind::Float,
    }
}
