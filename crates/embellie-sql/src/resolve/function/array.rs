//! Functions of arrays.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use super::Call;
use crate::resolved::Scalar;

pub(super) fn call(call: Call<'_>) -> Result<Scalar<'_>> {
    if call.function == F::Array {
        let kind = call.common()?.map_or(FieldKind::List, FieldKind::array);
        return Ok(call.gives(kind));
    }
    let of = call.first_kind();
    if !of.is_none_or(FieldKind::is_array) {
        let class = of.map_or("value", FieldKind::django_name);
        return Err(Error::Type(format!("{} takes an array, not a {class}", call.function.name())));
    }
    let kind = match call.function {
        F::ArrayLength => {
            call.takes(1..=1)?;
            FieldKind::Integer
        }
        F::ArrayAt => {
            call.takes(2..=2)?;
            call.is_place(1)?;
            of.and_then(FieldKind::elements).unwrap_or(FieldKind::Any)
        }
        F::ArraySlice => {
            call.takes(2..=3)?;
            call.is_place(1)?;
            call.is_place(2)?;
            of.unwrap_or(FieldKind::List)
        }
        _ => {
            call.takes(2..=2)?;
            FieldKind::Bool
        }
    };
    Ok(call.gives(kind))
}

impl Call<'_> {
    /// Refuses what is no place in an array.
    fn is_place(&self, argument: usize) -> Result<()> {
        match self.arguments.get(argument) {
            None | Some(Scalar::Value { value: Value::Int(0..), .. }) => Ok(()),
            _ => {
                Err(Error::Value(format!("{}: a place in an array is a number, counted from 0", self.function.name())))
            }
        }
    }
}
