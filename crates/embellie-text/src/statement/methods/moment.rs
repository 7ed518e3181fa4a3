//! Attributes and methods of dates, times, spans of time and decimals.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::statement::builtin::only;
use crate::statement::{format, show};
use crate::{Error, Py, Result};

const DAY: i128 = 86_400_000_000;

/// An attribute; `None` when it may be a method.
pub(super) fn attribute(of: &Py, name: &str) -> Option<Py> {
    let int = |value: i128| Some(Py::Int(value));
    let civil = match of {
        Py::DateTime(value) => Some(*value),
        Py::Timestamp(value) => Some(TimeZone::UTC.to_datetime(*value)),
        Py::Date(value) => Some(value.to_datetime(Time::midnight())),
        Py::Time(value) => Some(Date::constant(2000, 1, 1).to_datetime(*value)),
        _ => None,
    };
    let has_date = !matches!(of, Py::Time(_));
    let has_time = !matches!(of, Py::Date(_));
    if let Some(value) = civil {
        return match name {
            "year" if has_date => int(value.year().into()),
            "month" if has_date => int(value.month().into()),
            "day" if has_date => int(value.day().into()),
            "hour" if has_time => int(value.hour().into()),
            "minute" if has_time => int(value.minute().into()),
            "second" if has_time => int(value.second().into()),
            "microsecond" if has_time => int((value.subsec_nanosecond() / 1000).into()),
            "tzinfo" if has_time => Some(match of {
                Py::Timestamp(_) => Py::Zone("UTC".into()),
                _ => Py::None,
            }),
            _ => None,
        };
    }
    match (of, name) {
        (Py::Delta(value), "days") => int(value.as_micros().div_euclid(DAY)),
        (Py::Delta(value), "seconds") => int(value.as_micros().rem_euclid(DAY) / 1_000_000),
        (Py::Delta(value), "microseconds") => int(value.as_micros().rem_euclid(1_000_000)),
        (Py::Uuid(value), "hex") => Some(Py::Str(value.simple().to_string())),
        _ => None,
    }
}

fn now(on: &Evaluator<'_>) -> DateTime {
    let zone = crate::names::zone(on.models.settings().time_zone.as_deref().unwrap_or("UTC")).unwrap_or(TimeZone::UTC);
    let now = Timestamp::from_microsecond(Timestamp::now().as_microsecond()).unwrap_or_else(|_| Timestamp::now());
    zone.to_datetime(now)
}

/// What a method gives.
pub(super) fn call(on: &Evaluator<'_>, of: &Py, name: &str, arguments: Arguments) -> Result<Result<Py, Arguments>> {
    let bad = |what: &str, text: &str| Error::value_error(format!("Invalid {what} string: {}", show::quoted(text)));
    Ok(Ok(match (of, name) {
        (Py::Name("datetime.datetime"), "now" | "today" | "utcnow") => match arguments.positional.first() {
            Some(Py::Zone(_)) => Py::Timestamp(
                Timestamp::from_microsecond(Timestamp::now().as_microsecond()).unwrap_or_else(|_| Timestamp::now()),
            ),
            _ => Py::DateTime(now(on)),
        },
        (Py::Name("datetime.date"), "today") => Py::Date(now(on).date()),
        (Py::Name("datetime.datetime"), "fromisoformat") => {
            let text = only(name, arguments)?.into_text("the text")?;
            match text.parse::<Timestamp>() {
                Ok(value) => Py::Timestamp(value),
                Err(_) => Py::DateTime(text.parse().map_err(|_| bad("isoformat", &text))?),
            }
        }
        (Py::Name("datetime.date"), "fromisoformat") => {
            let text = only(name, arguments)?.into_text("the text")?;
            Py::Date(text.parse().map_err(|_| bad("isoformat", &text))?)
        }
        (Py::Name("datetime.datetime"), "strptime") => {
            let [text, spec] = arguments.bind(name, ["date_string", "format"])?;
            let text = required(name, "date_string", text)?.into_text("date_string")?;
            let spec = required(name, "format", spec)?.into_text("format")?;
            let parsed = strtime::parse(&spec, &text).and_then(|parsed| {
                parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.to_datetime(Time::midnight())))
            });
            Py::DateTime(parsed.map_err(|_| {
                Error::value_error(format!(
                    "time data {} does not match format {}",
                    show::quoted(&text),
                    show::quoted(&spec)
                ))
            })?)
        }
        (Py::Name("datetime.datetime"), "combine") => {
            let [date, time] = arguments.bind(name, ["date", "time"])?;
            match (date, time) {
                (Some(Py::Date(date)), Some(Py::Time(time))) => Py::DateTime(date.to_datetime(time)),
                _ => return Err(Error::type_error("combine() takes a date and a time")),
            }
        }
        (Py::Name("dict"), "fromkeys") => return Ok(Err(arguments)),
        (Py::Name(_), _) => return Ok(Err(arguments)),
        (_, "strftime") => {
            let spec = only(name, arguments)?.into_text("format")?;
            Py::Str(format::formatted(of, &spec)?)
        }
        (_, "isoformat") if !matches!(of, Py::Delta(_)) => {
            arguments.none(name)?;
            Py::Str(match of {
                Py::DateTime(value) => show::datetime_text(*value, 'T'),
                Py::Timestamp(value) => show::timestamp_text(*value, 'T'),
                other => show::text(other),
            })
        }
        (Py::DateTime(_) | Py::Timestamp(_) | Py::Date(_), "date" | "time" | "weekday" | "isoweekday") => {
            arguments.none(name)?;
            let civil = match of {
                Py::Timestamp(value) => TimeZone::UTC.to_datetime(*value),
                Py::DateTime(value) => *value,
                Py::Date(value) => value.to_datetime(Time::midnight()),
                _ => return Err(show::lacks(of, name)),
            };
            match name {
                "weekday" => Py::Int(civil.weekday().to_monday_zero_offset().into()),
                "isoweekday" => Py::Int(civil.weekday().to_monday_one_offset().into()),
                _ if matches!(of, Py::Date(_)) => return Err(show::lacks(of, name)),
                "date" => Py::Date(civil.date()),
                _ => Py::Time(civil.time()),
            }
        }
        (Py::DateTime(_) | Py::Date(_) | Py::Timestamp(_), "replace") => replaced(of, arguments)?,
        (Py::Timestamp(value), "timestamp") => Py::Float(value.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()),
        (Py::Delta(value), "total_seconds") => Py::Float(value.as_secs_f64()),
        _ => return Err(show::lacks(of, name)),
    }))
}

/// The moment with some of its parts replaced.
fn replaced(of: &Py, arguments: Arguments) -> Result<Py> {
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"];
    let [year, month, day, hour, minute, second, micro, zone] = arguments.bind("replace", names)?;
    let civil = match of {
        Py::Timestamp(value) => TimeZone::UTC.to_datetime(*value),
        Py::DateTime(value) => *value,
        Py::Date(value) => value.to_datetime(Time::midnight()),
        other => return Err(show::lacks(other, "replace")),
    };
    let part = |given: Option<Py>, known: i64, name: &str| given.map_or(Ok(known), |given| given.into_int(name));
    let small = |value: i64| i8::try_from(value).map_err(|_| Error::value_error("a part of the date is out of range"));
    let wrong = |_| Error::value_error("day is out of range for month");
    let year = i16::try_from(part(year, civil.year().into(), "year")?)
        .map_err(|_| Error::value_error("year is out of range"))?;
    let date = Date::new(
        year,
        small(part(month, civil.month().into(), "month")?)?,
        small(part(day, civil.day().into(), "day")?)?,
    )
    .map_err(wrong)?;
    let micros = part(micro, (civil.subsec_nanosecond() / 1000).into(), "microsecond")?;
    let time = Time::new(
        small(part(hour, civil.hour().into(), "hour")?)?,
        small(part(minute, civil.minute().into(), "minute")?)?,
        small(part(second, civil.second().into(), "second")?)?,
        i32::try_from(micros.saturating_mul(1000)).unwrap_or(-1),
    )
    .map_err(|_| Error::value_error("a part of the time is out of range"))?;
    let made = date.to_datetime(time);
    Ok(match (of, zone) {
        (Py::Date(_), _) => Py::Date(date),
        (Py::Timestamp(_), Some(Py::None)) => Py::DateTime(made),
        (Py::DateTime(_), None | Some(Py::None)) => Py::DateTime(made),
        (_, Some(Py::Zone(zone))) => zoned(made, &zone)?,
        _ => zoned(made, "UTC")?,
    })
}

fn zoned(civil: DateTime, zone: &str) -> Result<Py> {
    let zoned = crate::names::zone(zone)?.to_zoned(civil);
    let zoned = zoned.map_err(|_| Error::python("OverflowError", "date value out of range"))?;
    Ok(Py::Timestamp(zoned.timestamp()))
}

/// A method of a decimal.
pub(super) fn of_decimal(of: Decimal, name: &str, arguments: Arguments) -> Result<Result<Py, Arguments>> {
    Ok(Ok(match name {
        "quantize" => {
            let [unit, _] = arguments.bind("quantize", ["exp", "rounding"])?;
            let Some(Py::Decimal(unit)) = unit else {
                return Err(Error::type_error("quantize() takes a Decimal"));
            };
            let mut made = of.round_dp_with_strategy(unit.scale(), rust_decimal::RoundingStrategy::MidpointNearestEven);
            made.rescale(unit.scale());
            Py::Decimal(made)
        }
        "normalize" => Py::Decimal(of.normalize()),
        "is_zero" => Py::Bool(of.is_zero()),
        _ => return Err(show::lacks(&Py::Decimal(of), name)),
    }))
}
