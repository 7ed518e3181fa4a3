//! Functions of ranges.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use super::{Call, Scope};
use crate::Capability;
use crate::resolved::Scalar;

impl<'r> Scope<'_, 'r> {
    /// A function of ranges.
    pub(super) fn of_range(&self, call: Call<'r>) -> Result<Scalar<'r>> {
        self.context.target.require(Capability::Ranges)?;
        let of = call.first_kind();
        let ends = match of {
            Some(FieldKind::Range(of)) => of.ends(),
            None => FieldKind::Any,
            Some(other) => {
                return Err(Error::Type(format!(
                    "{} takes a range, not a {}",
                    call.function.name(),
                    other.django_name()
                )));
            }
        };
        let (count, kind) = match call.function {
            F::RangeLower | F::RangeUpper => (1, ends),
            F::RangeIsEmpty
            | F::RangeLowerIncluded
            | F::RangeLowerInfinite
            | F::RangeUpperIncluded
            | F::RangeUpperInfinite => (1, FieldKind::Bool),
            _ => (2, FieldKind::Bool),
        };
        call.takes(count..=count)?;
        Ok(call.gives(kind))
    }
}
