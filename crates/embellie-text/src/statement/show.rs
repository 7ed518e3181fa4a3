//! Values as text: Python's `str()` and `repr()`.

use embellie_core::{BoxFuture, Value};
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::expression::value_type;
use super::run::Run;
use super::shared::{Held, Rows};
use crate::evaluate::Evaluator;
use crate::models::Found;
use crate::query_set::read;
use crate::{Error, Object, Py, Result};

/// How many rows of a query set are shown, as in Django.
const SHOWN: usize = 20;

/// How deep values may be nested that are shown.
const DEEPEST: u32 = 40;

impl Evaluator<'_> {
    /// The value as `print()` shows it.
    pub(super) async fn text(&self, run: &Run<'_>, value: &Py) -> Result<String> {
        match value {
            Py::Shared(shared) => {
                let held = match &*shared.lock() {
                    Held::Exception(error) => return Ok(error.to_string()),
                    Held::Thing(thing) => return Ok(thing.text.clone().unwrap_or_else(|| thing.repr.clone())),
                    Held::Object(held) => Some(held.object.clone()),
                    _ => None,
                };
                match held {
                    Some(object) => self.object_text(&object).await,
                    None => self.repr(run, value).await,
                }
            }
            Py::Object(object) => self.object_text(object).await,
            // What `.query` of a query set gives.
            Py::QuerySet(set) => self.sql(set),
            value => Ok(text(value)),
        }
    }

    /// The value as an expression that would make it.
    pub(crate) async fn repr(&self, run: &Run<'_>, value: &Py) -> Result<String> {
        let mut made = String::new();
        self.write(run, value, &mut made, DEEPEST).await?;
        Ok(made)
    }

    /// What an object's class says that it is.
    fn object_text<'s>(&'s self, object: &'s Object) -> BoxFuture<'s, Result<String>> {
        Box::pin(async move {
            let this = Py::Object(Box::new(object.clone()));
            if matches!(self.models.classes().find(object.model(), "__str__"), Found::Understood(..))
                && let Ok(Some(Py::Str(text))) =
                    self.own_method(this, object.model(), "__str__", Default::default()).await
            {
                return Ok(text);
            }
            let key = match object.key() {
                Value::Null => "None".to_owned(),
                Value::List(values) => {
                    let parts: Vec<String> = values.into_iter().map(|value| repr(&value.into())).collect();
                    format!("({})", parts.join(", "))
                }
                value => text(&value.into()),
            };
            Ok(format!("{} object ({key})", object.model()))
        })
    }

    fn write<'s>(
        &'s self,
        run: &'s Run<'_>,
        value: &'s Py,
        made: &'s mut String,
        levels: u32,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            run.charge(16)?;
            let shared = match value {
                Py::Shared(shared) => shared,
                Py::Object(object) => {
                    made.push_str(&format!("<{}: {}>", object.model(), self.object_text(object).await?));
                    return Ok(());
                }
                value => {
                    made.push_str(&repr(value));
                    return Ok(());
                }
            };
            let Some(left) = levels.checked_sub(1) else {
                made.push_str("...");
                return Ok(());
            };
            let held = shared.held();
            match held {
                Held::List(values) => self.write_all(run, values, ("[", "]"), made, left).await?,
                Held::Tuple(values) if values.len() == 1 => {
                    self.write_all(run, values, ("(", ",)"), made, left).await?;
                }
                Held::Tuple(values) => self.write_all(run, values, ("(", ")"), made, left).await?,
                Held::Set(values) if values.is_empty() => made.push_str("set()"),
                Held::Set(values) => {
                    self.write_all(run, values.into_values().collect(), ("{", "}"), made, left).await?;
                }
                Held::Dict(dict) => {
                    let (before, after) = match (dict.counts, &dict.default) {
                        (true, _) => ("Counter({", "})"),
                        (_, Some(_)) => ("defaultdict(..., {", "})"),
                        _ => ("{", "}"),
                    };
                    made.push_str(before);
                    for (place, (key, value)) in dict.items.into_values().enumerate() {
                        if place > 0 {
                            made.push_str(", ");
                        }
                        self.write(run, &key, made, left).await?;
                        made.push_str(": ");
                        self.write(run, &value, made, left).await?;
                    }
                    made.push_str(after);
                }
                Held::Object(held) => {
                    made.push_str(&format!("<{}: {}>", held.object.model(), self.object_text(&held.object).await?));
                }
                Held::Rows(rows) => self.write_rows(run, *rows, made, left).await?,
                Held::Function(function) => made.push_str(&format!("<function {}>", function.name)),
                Held::Thing(thing) => made.push_str(&thing.repr),
                Held::Cursor(_) => made.push_str("<CursorWrapper object>"),
                Held::Exception(error) => {
                    // The message of a missing key is the key's own notation.
                    let message =
                        if error.class() == "KeyError" { error.to_string() } else { quoted(&error.to_string()) };
                    made.push_str(&format!("{}({message})", error.class()));
                }
            }
            Ok(())
        })
    }

    async fn write_all(
        &self,
        run: &Run<'_>,
        values: Vec<Py>,
        (before, after): (&str, &str),
        made: &mut String,
        levels: u32,
    ) -> Result<()> {
        made.push_str(before);
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                made.push_str(", ");
            }
            self.write(run, value, made, levels).await?;
        }
        made.push_str(after);
        Ok(())
    }

    /// The first rows of a query set.
    async fn write_rows(&self, run: &Run<'_>, rows: Rows, made: &mut String, levels: u32) -> Result<()> {
        let mut shown = match rows.read {
            Some(rows) => rows,
            None => {
                let first = rows.set.sliced(Some(0), Some(SHOWN as i64 + 1))?;
                read(&first, self).await?.into_iter().map(Py::shared).collect::<Result<_>>()?
            }
        };
        let more = shown.len() > SHOWN;
        shown.truncate(SHOWN);
        let after = if more { ", '...(remaining elements truncated)...']>" } else { "]>" };
        self.write_all(run, shown, ("<QuerySet [", after), made, levels).await
    }
}

/// A value without parts, as `str()` has it.
pub fn text(value: &Py) -> String {
    match value {
        Py::Str(text) => text.clone(),
        Py::Decimal(value) => value.to_string(),
        Py::Date(value) => value.to_string(),
        Py::Time(value) => time_text(*value),
        Py::DateTime(value) => datetime_text(*value, ' '),
        Py::Timestamp(value) => timestamp_text(*value, ' '),
        Py::Delta(value) => delta_text(*value),
        Py::Uuid(value) => value.to_string(),
        Py::Zone(name) => name.clone(),
        Py::Model(label) => format!("<class '{label}'>"),
        Py::Name(name) => format!("<class '{name}'>"),
        other => repr(other),
    }
}

/// A value without parts, as `repr()` has it.
pub fn repr(value: &Py) -> String {
    match value {
        Py::None => "None".into(),
        Py::Bool(true) => "True".into(),
        Py::Bool(false) => "False".into(),
        Py::Int(value) => value.to_string(),
        Py::Float(value) => float_text(*value),
        Py::Decimal(value) => format!("Decimal('{value}')"),
        Py::Str(text) => quoted(text),
        Py::Bytes(bytes) => bytes_text(bytes),
        Py::Date(value) => format!("datetime.date({}, {}, {})", value.year(), value.month(), value.day()),
        Py::Time(value) => format!("datetime.time({})", clock(*value)),
        Py::DateTime(value) => {
            let date = value.date();
            format!("datetime.datetime({}, {}, {}, {})", date.year(), date.month(), date.day(), clock(value.time()))
        }
        Py::Timestamp(value) => {
            let inner = repr(&Py::DateTime(TimeZone::UTC.to_datetime(*value)));
            format!("{}, tzinfo=datetime.timezone.utc)", inner.trim_end_matches(')'))
        }
        Py::Delta(value) => {
            let micros = value.as_micros();
            let (days, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
            let parts = [("days", days), ("seconds", rest / 1_000_000), ("microseconds", rest % 1_000_000)];
            let parts: Vec<String> =
                parts.iter().filter(|(_, part)| *part != 0).map(|(name, part)| format!("{name}={part}")).collect();
            format!("datetime.timedelta({})", if parts.is_empty() { "0".into() } else { parts.join(", ") })
        }
        Py::Uuid(value) => format!("UUID('{value}')"),
        Py::Zone(name) => format!("zoneinfo.ZoneInfo(key='{name}')"),
        Py::List(values) => format!("[{}]", all(values)),
        Py::Tuple(values) if values.len() == 1 => format!("({},)", all(values)),
        Py::Tuple(values) => format!("({})", all(values)),
        Py::Set(values) => format!("{{{}}}", all(values)),
        Py::Dict(items) => {
            let items: Vec<String> =
                items.iter().map(|(key, value)| format!("{}: {}", repr(key), repr(value))).collect();
            format!("{{{}}}", items.join(", "))
        }
        Py::Json(document) => document.to_string(),
        Py::Slice(start, stop, step) => {
            let part = |part: &Option<i64>| part.map_or("None".to_owned(), |part| part.to_string());
            format!("slice({}, {}, {})", part(start), part(stop), part(step))
        }
        Py::Expr(embellie_core::Expr::Path(path)) => format!("F({path})"),
        Py::Object(object) => format!("<{} object>", object.model()),
        Py::Model(label) => format!("<class '{label}'>"),
        Py::Name(name) => format!("<class '{name}'>"),
        Py::Manager(manager) => format!("<Manager of {}>", manager.label),
        Py::Related(related) => format!("<RelatedManager of {}>", related.label),
        Py::Method(bound) => format!("<method {} of {}>", bound.1, value_type(&bound.0)),
        other => format!("<{} object>", other.type_name()),
    }
}

fn all(values: &[Py]) -> String {
    values.iter().map(repr).collect::<Vec<_>>().join(", ")
}

/// A number as Python writes it: the shortest that reads as the same one.
pub(in crate::statement) fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf".into() } else { "inf".into() };
    }
    exponent(&format!("{value:?}"))
}

/// The exponent of a number with its sign, and two digits at least.
pub(super) fn exponent(number: &str) -> String {
    match number.split_once(['e', 'E']) {
        None => number.to_owned(),
        Some((digits, power)) => {
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
            format!("{digits}e{sign}{power:0>2}")
        }
    }
}

/// A text in quotes, as Python chooses them.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut made = String::with_capacity(text.len() + 2);
    made.push(quote);
    for c in text.chars() {
        match c {
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            c if c == quote => made.extend(['\\', c]),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => made.push_str(&format!("\\x{:02x}", c as u32)),
            c if c.is_control() => made.push_str(&format!("\\x{:02x}", c as u32)),
            c => made.push(c),
        }
    }
    made.push(quote);
    made
}

fn bytes_text(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut made = format!("b{}", char::from(quote));
    for byte in bytes {
        match byte {
            b'\\' => made.push_str("\\\\"),
            byte if *byte == quote => made.extend(['\\', char::from(quote)]),
            b'\n' => made.push_str("\\n"),
            b'\r' => made.push_str("\\r"),
            b'\t' => made.push_str("\\t"),
            0x20..=0x7e => made.push(char::from(*byte)),
            byte => made.push_str(&format!("\\x{byte:02x}")),
        }
    }
    made.push(char::from(quote));
    made
}

fn clock(time: Time) -> String {
    let micros = time.subsec_nanosecond() / 1000;
    let mut parts = vec![time.hour().to_string(), time.minute().to_string()];
    if time.second() != 0 || micros != 0 {
        parts.push(time.second().to_string());
    }
    if micros != 0 {
        parts.push(micros.to_string());
    }
    parts.join(", ")
}

/// A time of day as `isoformat()` has it.
pub(super) fn time_text(time: Time) -> String {
    let micros = time.subsec_nanosecond() / 1000;
    let seconds = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    if micros == 0 { seconds } else { format!("{seconds}.{micros:06}") }
}

pub(super) fn datetime_text(value: DateTime, between: char) -> String {
    format!("{}{between}{}", value.date(), time_text(value.time()))
}

pub(super) fn timestamp_text(value: Timestamp, between: char) -> String {
    format!("{}+00:00", datetime_text(TimeZone::UTC.to_datetime(value), between))
}

fn delta_text(value: SignedDuration) -> String {
    let micros = value.as_micros();
    let (days, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let mut made = String::new();
    if days != 0 {
        made.push_str(&format!("{days} day{}, ", if days.abs() == 1 { "" } else { "s" }));
    }
    made.push_str(&format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    if micros != 0 {
        made.push_str(&format!(".{micros:06}"));
    }
    made
}

/// The type of a value that lacks what was asked of it.
pub(super) fn lacks(value: &Py, what: &str) -> Error {
    Error::python("AttributeError", format!("'{}' object has no attribute '{what}'", value_type(value)))
}

/// The number of digits after the point.
pub(super) fn decimal_text(value: Decimal, places: usize) -> String {
    let places = u32::try_from(places).unwrap_or(u32::MAX).min(28);
    let rounded = value.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointNearestEven);
    format!("{rounded:.*}", places as usize)
}
