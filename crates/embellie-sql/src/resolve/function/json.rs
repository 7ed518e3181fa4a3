//! Functions of JSON.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use super::Call;
use crate::resolved::Scalar;

pub(super) fn call(mut call: Call<'_>) -> Result<Scalar<'_>> {
    match call.function {
        F::KeyText => {
            call.takes(1..=1)?;
            match call.arguments.pop() {
                Some(Scalar::Json { expr, path, .. }) => Ok(Scalar::Json { expr, path, text: true }),
                _ => Err(Error::Value("Lookup must contain key or index transforms.".into())),
            }
        }
        F::JsonObject if call.arguments.len() % 2 == 1 => {
            Err(Error::Type("'JSONObject' takes keys and values in turns; the last key has no value".into()))
        }
        _ => Ok(call.gives(FieldKind::Json)),
    }
}
