//! Functions of text.

use embellie_core::Result;
use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;

use super::Call;
use crate::resolved::Scalar;

/// Whether a function is one of text.
pub(super) fn is_about(function: F) -> bool {
    matches!(
        function,
        F::Chr
            | F::Concat
            | F::Left
            | F::Length
            | F::Lower
            | F::LPad
            | F::LTrim
            | F::Md5
            | F::Ord
            | F::Repeat
            | F::Replace
            | F::Reverse
            | F::Right
            | F::RPad
            | F::RTrim
            | F::Sha1
            | F::Sha224
            | F::Sha256
            | F::Sha384
            | F::Sha512
            | F::StrIndex
            | F::Substr
            | F::Trim
            | F::Upper
    )
}

pub(super) fn call(mut call: Call<'_>) -> Result<Scalar<'_>> {
    let like_first = call.first_kind().filter(|kind| kind.is_text()).unwrap_or(FieldKind::Char);
    let kind = match call.function {
        F::Concat => {
            call.takes_several()?;
            call.common()?.filter(|kind| kind.is_text()).unwrap_or(FieldKind::Text)
        }
        F::Left | F::Right => {
            call.takes(2..=2)?;
            call.at_least(1, "length", 1)?;
            FieldKind::Char
        }
        F::LPad | F::RPad => {
            call.takes(2..=3)?;
            call.at_least(1, "length", 0)?;
            call.or_value(2, " ");
            FieldKind::Char
        }
        F::Repeat => {
            call.takes(2..=2)?;
            call.at_least(1, "number", 0)?;
            FieldKind::Char
        }
        F::Replace => {
            call.takes(2..=3)?;
            call.or_value(2, "");
            like_first
        }
        F::StrIndex => {
            call.takes(2..=2)?;
            FieldKind::Integer
        }
        F::Substr => {
            call.takes(2..=3)?;
            call.at_least(1, "pos", 1)?;
            FieldKind::Char
        }
        F::Chr => {
            call.takes(1..=1)?;
            FieldKind::Char
        }
        F::Length | F::Ord => {
            call.takes(1..=1)?;
            FieldKind::Integer
        }
        _ => {
            call.takes(1..=1)?;
            like_first
        }
    };
    Ok(call.gives(kind))
}
