//! Functions of numbers.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::arguments::{Arguments, required};
use crate::statement::arithmetic;
use crate::statement::expression::value_type;
use crate::statement::run::Run;
use crate::{Error, Py, Result};

pub(super) fn call(run: &Run<'_>, name: &'static str, arguments: Arguments) -> Result<Py> {
    let overflow = || Error::python("OverflowError", "the number is too large");
    Ok(match name {
        "abs" => match super::only("abs", arguments)? {
            Py::Int(value) => Py::Int(value.checked_abs().ok_or_else(overflow)?),
            Py::Bool(value) => Py::Int(value.into()),
            Py::Float(value) => Py::Float(value.abs()),
            Py::Decimal(value) => Py::Decimal(value.abs()),
            Py::Delta(value) => Py::Delta(value.abs()),
            other => return Err(Error::type_error(format!("bad operand type for abs(): '{}'", value_type(&other)))),
        },
        "round" => {
            let [number, digits] = arguments.bind("round", ["number", "ndigits"])?;
            let digits = match digits {
                None | Some(Py::None) => None,
                Some(digits) => Some(digits.into_int("ndigits")?),
            };
            round(required("round", "number", number)?, digits)?
        }
        "divmod" => {
            let [a, b] = arguments.bind("divmod", ["x", "y"])?;
            let (a, b) = (required("divmod", "x", a)?, required("divmod", "y", b)?);
            let part = |op| {
                let value = arithmetic::binary(run, op, &a, &b)?;
                value.ok_or_else(|| Error::type_error("unsupported operand type(s) for divmod()"))
            };
            Py::tuple(vec![part(ruff_python_ast::Operator::FloorDiv)?, part(ruff_python_ast::Operator::Mod)?])
        }
        "pow" => {
            let [a, b] = arguments.bind("pow", ["base", "exp"])?;
            let (a, b) = (required("pow", "base", a)?, required("pow", "exp", b)?);
            arithmetic::binary(run, ruff_python_ast::Operator::Pow, &a, &b)?
                .ok_or_else(|| Error::type_error("unsupported operand type(s) for pow()"))?
        }
        "int" => {
            let [value, base] = arguments.bind("int", ["x", "base"])?;
            integer(value.unwrap_or(Py::Int(0)), base)?
        }
        "float" => match arguments.bind("float", ["x"])? {
            [None] => Py::Float(0.0),
            [Some(value)] => Py::Float(float("float", value)?),
        },
        "math.sqrt" => {
            let value = float("sqrt", super::only("sqrt", arguments)?)?;
            if value < 0.0 {
                return Err(Error::value_error("math domain error"));
            }
            Py::Float(value.sqrt())
        }
        "math.ceil" | "math.floor" => match super::only(name, arguments)? {
            value @ Py::Int(_) => value,
            Py::Decimal(value) => {
                let value = if name == "math.ceil" { value.ceil() } else { value.floor() };
                Py::Int(value.to_i128().ok_or_else(overflow)?)
            }
            value => {
                let value = float(name, value)?;
                Py::Int(if name == "math.ceil" { value.ceil() } else { value.floor() } as i128)
            }
        },
        "chr" => {
            let code = super::only("chr", arguments)?.into_int("chr()'s argument")?;
            let c = u32::try_from(code).ok().and_then(char::from_u32);
            Py::Str(c.ok_or_else(|| Error::value_error("chr() arg not in range(0x110000)"))?.to_string())
        }
        _ => {
            let text = super::only("ord", arguments)?.into_text("ord()'s argument")?;
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Py::Int((c as u32).into()),
                _ => {
                    return Err(Error::type_error(format!(
                        "ord() expected a character, but string of length {} found",
                        text.chars().count()
                    )));
                }
            }
        }
    })
}

fn integer(value: Py, base: Option<Py>) -> Result<Py> {
    let overflow = || Error::python("OverflowError", "the number is too large");
    Ok(Py::Int(match value {
        Py::Int(value) => value,
        Py::Bool(value) => value.into(),
        Py::Float(value) if value.is_finite() && value.abs() < 1e38 => value.trunc() as i128,
        Py::Float(value) if value.is_nan() => return Err(Error::value_error("cannot convert float NaN to integer")),
        Py::Float(_) => return Err(overflow()),
        Py::Decimal(value) => value.trunc().to_i128().ok_or_else(overflow)?,
        Py::Str(text) => {
            let base = base.map_or(Ok(10), |base| base.into_int("base"))?;
            let digits = text.trim().replace('_', "");
            let radix = u32::try_from(base).ok().filter(|base| (2..=36).contains(base));
            let radix = radix.ok_or_else(|| Error::value_error("int() base must be >= 2 and <= 36"))?;
            i128::from_str_radix(&digits, radix).map_err(|_| {
                Error::value_error(format!(
                    "invalid literal for int() with base {base}: {}",
                    crate::statement::show::quoted(&text)
                ))
            })?
        }
        other => {
            return Err(Error::type_error(format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                value_type(&other)
            )));
        }
    }))
}

fn float(function: &str, value: Py) -> Result<f64> {
    Ok(match value {
        Py::Float(value) => value,
        Py::Int(value) => value as f64,
        Py::Bool(value) => f64::from(u8::from(value)),
        Py::Decimal(value) => value.to_f64().unwrap_or(f64::NAN),
        Py::Str(text) => match text.trim().replace('_', "").parse() {
            Ok(value) => value,
            Err(_) => {
                return Err(Error::value_error(format!(
                    "could not convert string to float: {}",
                    crate::statement::show::quoted(&text)
                )));
            }
        },
        other => {
            return Err(Error::type_error(format!(
                "{function}() argument must be a string or a real number, not '{}'",
                value_type(&other)
            )));
        }
    })
}

/// Rounds half to even, as Python does.
fn round(number: Py, digits: Option<i64>) -> Result<Py> {
    let places = digits.unwrap_or_default();
    Ok(match number {
        Py::Int(value) if places >= 0 => Py::Int(value),
        Py::Bool(value) => Py::Int(value.into()),
        Py::Int(value) => {
            let unit = u32::try_from(-places).ok().and_then(|power| 10_i128.checked_pow(power));
            Py::Int(unit.map_or(0, |unit| {
                let (floor, rest) = (value.div_euclid(unit), value.rem_euclid(unit));
                let up = rest * 2 > unit || (rest * 2 == unit && floor % 2 != 0);
                (floor + i128::from(up)) * unit
            }))
        }
        Py::Float(value) => {
            let rounded = if places >= 0 {
                let places = usize::try_from(places).unwrap_or(usize::MAX).min(300);
                format!("{value:.places$}").parse().unwrap_or(value)
            } else {
                let unit = 10_f64.powi(i32::try_from(-places).unwrap_or(i32::MAX));
                (value / unit).round_ties_even() * unit
            };
            match digits {
                Some(_) => Py::Float(rounded),
                None if rounded.is_finite() => Py::Int(value.round_ties_even() as i128),
                None => return Err(Error::python("OverflowError", "cannot convert float infinity to integer")),
            }
        }
        Py::Decimal(value) => {
            let kept = u32::try_from(places.clamp(0, 28)).unwrap_or_default();
            let mut rounded = value.round_dp_with_strategy(kept, rust_decimal::RoundingStrategy::MidpointNearestEven);
            match digits {
                Some(_) => {
                    rounded.rescale(kept);
                    Py::Decimal(rounded)
                }
                None => Py::Int(Decimal::to_i128(&rounded).unwrap_or_default()),
            }
        }
        other => {
            return Err(Error::type_error(format!("type {} doesn't define __round__ method", value_type(&other))));
        }
    })
}
