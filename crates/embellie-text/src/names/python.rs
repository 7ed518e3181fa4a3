//! What a text may use of Python's library: dates, decimals, UUIDs and the builtin containers.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use rust_decimal::Decimal;

use crate::arguments::{Arguments, required};
use crate::{Error, Py, Result};

/// How many elements a `range` may have.
const LONGEST_RANGE: i64 = 1_000_000;

/// An attribute of a module or class.
pub(crate) fn attribute(of: &'static str, name: &str) -> Result<Py> {
    Ok(match (of, name) {
        ("datetime", "datetime") => Py::Name("datetime.datetime"),
        ("datetime", "date") => Py::Name("datetime.date"),
        ("datetime", "time") => Py::Name("datetime.time"),
        ("datetime", "timedelta") => Py::Name("datetime.timedelta"),
        ("datetime", "timezone") => Py::Name("datetime.timezone"),
        ("datetime", "UTC") | ("datetime.timezone", "utc") => Py::Zone("UTC".into()),
        ("uuid", "UUID") => Py::Name("uuid.UUID"),
        ("zoneinfo", "ZoneInfo") => Py::Name("zoneinfo.ZoneInfo"),
        ("WindowFrameExclusion", name) => Py::Exclusion(match name {
            "CURRENT_ROW" => embellie_core::expr::Exclusion::CurrentRow,
            "GROUP" => embellie_core::expr::Exclusion::Group,
            "TIES" => embellie_core::expr::Exclusion::Ties,
            "NO_OTHERS" => embellie_core::expr::Exclusion::NoOthers,
            _ => return Err(Error::attribute("WindowFrameExclusion", name)),
        }),
        _ => return Err(Error::attribute(of, name)),
    })
}

/// What a call of a name of Python's library gives; `None` when the name is not of it.
pub(super) fn call(name: &'static str, arguments: &Arguments) -> Result<Option<Py>> {
    let arguments = || arguments.clone();
    let one = |function: &str| -> Result<Option<Py>> {
        let [value] = arguments().bind(function, ["x"])?;
        Ok(value)
    };
    Ok(Some(match name {
        "datetime.datetime" => datetime(arguments())?,
        "datetime.date" => {
            let [year, month, day] = arguments().bind("date", ["year", "month", "day"])?;
            Py::Date(date(year, month, day)?)
        }
        "datetime.time" => {
            let [hour, minute, second, micro, zone, _] =
                arguments().bind("time", ["hour", "minute", "second", "microsecond", "tzinfo", "fold"])?;
            if zone.is_some_and(|zone| !matches!(zone, Py::None)) {
                return Err(Error::value_error("a time of day with a time zone is no value of a database"));
            }
            Py::Time(time(hour, minute, second, micro)?)
        }
        "datetime.timedelta" => timedelta(arguments())?,
        "datetime.timezone" => {
            let [offset, _] = arguments().bind("timezone", ["offset", "name"])?;
            match required("timezone", "offset", offset)? {
                Py::Delta(offset) => {
                    let minutes = offset.as_mins();
                    let sign = if minutes < 0 { '-' } else { '+' };
                    Py::Zone(format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60))
                }
                other => return Err(Error::type_error(format!("not a timedelta: {}", other.type_name()))),
            }
        }
        "zoneinfo.ZoneInfo" => {
            let [key] = arguments().bind("ZoneInfo", ["key"])?;
            let key = required("ZoneInfo", "key", key)?.into_text("key")?;
            zone(&key)?;
            Py::Zone(key)
        }
        "uuid.UUID" => {
            let [hex, bytes, _, _, int] = arguments().bind("UUID", ["hex", "bytes", "bytes_le", "fields", "int"])?;
            Py::Uuid(match (hex, bytes, int) {
                (Some(Py::Str(hex)), ..) => uuid::Uuid::try_parse(&hex)
                    .map_err(|_| Error::value_error("badly formed hexadecimal UUID string"))?,
                (_, Some(Py::Bytes(bytes)), _) => {
                    uuid::Uuid::from_slice(&bytes).map_err(|_| Error::value_error("bytes is not a 16-char string"))?
                }
                (_, _, Some(Py::Int(int))) => uuid::Uuid::from_u128(
                    u128::try_from(int)
                        .map_err(|_| Error::value_error("int is out of range (need a 128-bit value)"))?,
                ),
                _ => return Err(Error::type_error("one of the hex, bytes or int arguments must be given")),
            })
        }
        "Decimal" => decimal(one("Decimal")?)?,
        "float" => match one("float")? {
            None => Py::Float(0.0),
            Some(Py::Int(value)) => Py::Float(value as f64),
            Some(Py::Float(value)) => Py::Float(value),
            Some(Py::Str(text)) => Py::Float(
                text.trim()
                    .parse()
                    .map_err(|_| Error::value_error(format!("could not convert string to float: '{text}'")))?,
            ),
            Some(other) => {
                return Err(Error::type_error(format!("float() argument must not be '{}'", other.type_name())));
            }
        },
        "int" => match one("int")? {
            None => Py::Int(0),
            Some(Py::Bool(value)) => Py::Int(value.into()),
            Some(Py::Int(value)) => Py::Int(value),
            Some(Py::Float(value)) if value.is_finite() => Py::Int(value.trunc() as i128),
            Some(Py::Str(text)) => Py::Int(
                text.trim()
                    .parse()
                    .map_err(|_| Error::value_error(format!("invalid literal for int() with base 10: '{text}'")))?,
            ),
            Some(other) => {
                return Err(Error::type_error(format!("int() argument must not be '{}'", other.type_name())));
            }
        },
        "bool" => Py::Bool(one("bool")?.is_some_and(|value| value.is_true())),
        "str" => match one("str")? {
            None => Py::Str(String::new()),
            Some(Py::Str(text)) => Py::Str(text),
            Some(other) => Py::Str(other.to_value()?.to_string()),
        },
        "list" => Py::List(elements(one("list")?)?),
        "tuple" => Py::Tuple(elements(one("tuple")?)?),
        "set" | "frozenset" => Py::Set(elements(one("set")?)?),
        "bytes" => match one("bytes")? {
            None => Py::Bytes(Vec::new()),
            Some(Py::Bytes(bytes)) => Py::Bytes(bytes),
            Some(other) => {
                return Err(Error::type_error(format!("cannot convert '{}' object to bytes", other.type_name())));
            }
        },
        "dict" => {
            let mut arguments = arguments();
            let mut items = match arguments.positional.pop() {
                None => Vec::new(),
                Some(Py::Dict(items)) => items,
                Some(other) => {
                    return Err(Error::type_error(format!("cannot make a dict of a '{}'", other.type_name())));
                }
            };
            items.extend(arguments.keywords.into_iter().map(|(name, value)| (Py::Str(name), value)));
            Py::Dict(items)
        }
        "range" => range(arguments())?,
        _ => return Ok(None),
    }))
}

fn elements(value: Option<Py>) -> Result<Vec<Py>> {
    value.map_or_else(|| Ok(Vec::new()), Py::into_elements)
}

fn range(arguments: Arguments) -> Result<Py> {
    arguments.no_keywords("range")?;
    let numbers: Vec<i64> = arguments
        .positional
        .into_iter()
        .map(|value| value.into_int("an argument of range()"))
        .collect::<Result<_>>()?;
    let (start, stop, step) = match numbers[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step] if step != 0 => (start, stop, step),
        [_, _, _] => return Err(Error::value_error("range() arg 3 must not be zero")),
        _ => return Err(Error::type_error("range expected from 1 to 3 arguments")),
    };
    let mut values = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        if values.len() as i64 >= LONGEST_RANGE {
            return Err(Error::python("MemoryError", format!("a range of more than {LONGEST_RANGE} elements")));
        }
        values.push(Py::Int(at.into()));
        at = at.saturating_add(step);
    }
    Ok(Py::List(values))
}

fn decimal(value: Option<Py>) -> Result<Py> {
    let invalid = || Error::python("InvalidOperation", "[<class 'decimal.ConversionSyntax'>]");
    Ok(match value {
        None => Py::Decimal(Decimal::ZERO),
        Some(Py::Decimal(value)) => Py::Decimal(value),
        Some(Py::Int(value)) => Py::Decimal(Decimal::try_from_i128_with_scale(value, 0).map_err(|_| invalid())?),
        Some(Py::Float(value)) => Decimal::try_from(value).map_or(Py::Float(value), Py::Decimal),
        Some(Py::Str(text)) => {
            let digits = text.trim().replace('_', "");
            match digits.to_ascii_lowercase().trim_start_matches(['+', '-']) {
                "nan" | "snan" => Py::Float(f64::NAN),
                "inf" | "infinity" if digits.starts_with('-') => Py::Float(f64::NEG_INFINITY),
                "inf" | "infinity" => Py::Float(f64::INFINITY),
                _ => match digits.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&digits)) {
                    Ok(value) => Py::Decimal(value),
                    // More digits than a decimal here has: as near as a float comes.
                    Err(_) => Py::Float(digits.parse().map_err(|_| invalid())?),
                },
            }
        }
        Some(other) => {
            return Err(Error::type_error(format!(
                "conversion from {} to Decimal is not supported",
                other.type_name()
            )));
        }
    })
}

fn part<T: TryFrom<i64>>(name: &str, value: Option<Py>, default: Option<i64>) -> Result<T> {
    let value = match (value, default) {
        (None, Some(default)) => default,
        (value, _) => required("datetime", name, value)?.into_int(name)?,
    };
    T::try_from(value).map_err(|_| Error::value_error(format!("{name} is out of range")))
}

fn date(year: Option<Py>, month: Option<Py>, day: Option<Py>) -> Result<Date> {
    Date::new(part("year", year, None)?, part("month", month, None)?, part("day", day, None)?)
        .map_err(|_| Error::value_error("day is out of range for month"))
}

fn time(hour: Option<Py>, minute: Option<Py>, second: Option<Py>, micro: Option<Py>) -> Result<Time> {
    let nanos = part::<i32>("microsecond", micro, Some(0))?.checked_mul(1000).unwrap_or(-1);
    Time::new(part("hour", hour, Some(0))?, part("minute", minute, Some(0))?, part("second", second, Some(0))?, nanos)
        .map_err(|_| Error::value_error("the time is out of range"))
}

fn datetime(arguments: Arguments) -> Result<Py> {
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];
    let [year, month, day, hour, minute, second, micro, tzinfo, fold] = arguments.bind("datetime", names)?;
    let datetime: DateTime = date(year, month, day)?.to_datetime(time(hour, minute, second, micro)?);
    match tzinfo {
        None | Some(Py::None) => Ok(Py::DateTime(datetime)),
        Some(Py::Zone(name)) => {
            let ambiguous = zone(&name)?.to_ambiguous_zoned(datetime);
            let later = matches!(fold, Some(Py::Int(1)));
            let zoned = if later { ambiguous.later() } else { ambiguous.earlier() };
            let zoned = zoned.map_err(|_| Error::python("OverflowError", "date value out of range"))?;
            Ok(Py::Timestamp(zoned.timestamp()))
        }
        Some(other) => {
            Err(Error::type_error(format!("tzinfo argument must be None or a tzinfo, not {}", other.type_name())))
        }
    }
}

/// A time zone by its name, or its offset `+03:00`.
pub(crate) fn zone(name: &str) -> Result<TimeZone> {
    let offset = name.strip_prefix(['+', '-']).and_then(|rest| {
        let (hours, minutes) = rest.split_once(':')?;
        let seconds = (hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?) * 60;
        Offset::from_seconds(if name.starts_with('-') { -seconds } else { seconds }).ok()
    });
    match offset {
        Some(offset) => Ok(TimeZone::fixed(offset)),
        None => TimeZone::get(name)
            .map_err(|_| Error::python("ZoneInfoNotFoundError", format!("No time zone found with key {name}"))),
    }
}

fn timedelta(arguments: Arguments) -> Result<Py> {
    const MICROS: [f64; 7] = [86_400e6, 1e6, 1.0, 1e3, 60e6, 3600e6, 604_800e6];
    let names = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];
    let mut micros: i128 = 0;
    for ((value, unit), name) in arguments.bind("timedelta", names)?.into_iter().zip(MICROS).zip(names) {
        micros += match value {
            None => 0,
            Some(Py::Int(value)) => value.saturating_mul(unit as i128),
            Some(Py::Float(value)) => (value * unit).round_ties_even() as i128,
            Some(other) => {
                return Err(Error::type_error(format!(
                    "unsupported type for timedelta {name} component: {}",
                    other.type_name()
                )));
            }
        };
    }
    match i64::try_from(micros) {
        Ok(micros) => Ok(Py::Delta(SignedDuration::from_micros(micros))),
        Err(_) => Err(Error::python("OverflowError", "the timedelta is too large")),
    }
}
