//! Functions of modules: counting, JSON, the time, transactions.

use std::time::Duration;

use jiff::Timestamp;

use super::sequence::pairs;
use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::statement::cursor::Cursor;
use crate::statement::expression::value_type;
use crate::statement::key::Key;
use crate::statement::run::Run;
use crate::statement::shared::{Dict, Held, Shared, from_json};
use crate::statement::show::{self, float_text};
use crate::{Error, Py, Result};

pub(super) async fn call(
    on: &Evaluator<'_>,
    run: &Run<'_>,
    name: &'static str,
    mut arguments: Arguments,
) -> Result<Py> {
    Ok(match name {
        "collections.Counter" => {
            let mut dict = Dict { counts: true, ..Dict::default() };
            if let Some(values) = arguments.positional.first() {
                let is_dict = matches!(values.as_shared(), Some(shared) if matches!(&*shared.lock(), Held::Dict(_)));
                if is_dict {
                    dict.items = pairs(on, run, values).await?.items;
                } else {
                    for value in on.rows_of(run, values).await? {
                        let (_, count) = dict.items.entry(Key::of(&value)?).or_insert((value, Py::Int(0)));
                        if let Py::Int(count) = count {
                            *count += 1;
                        }
                    }
                }
            }
            Py::Shared(Shared::new(Held::Dict(dict)))
        }
        "collections.defaultdict" => {
            let mut positional = arguments.positional.into_iter();
            let default = positional.next().filter(|default| !matches!(default, Py::None)).map(Box::new);
            let mut dict = match positional.next() {
                Some(items) => pairs(on, run, &items).await?,
                None => Dict::default(),
            };
            dict.default = default;
            Py::Shared(Shared::new(Held::Dict(dict)))
        }
        "json.dumps" => {
            let indent = arguments.keyword("indent");
            let default = arguments.keyword("default").is_some();
            let ascii = arguments.keyword("ensure_ascii").is_none_or(|ascii| ascii.is_true());
            let _ = arguments.keyword("sort_keys");
            let value = super::only("dumps", arguments)?.plain()?;
            let json = match default {
                false => value.to_json()?,
                true => lenient(&value)?,
            };
            let indent = match indent {
                None | Some(Py::None) => None,
                Some(indent) => Some(usize::try_from(indent.into_int("indent")?.clamp(0, 16)).unwrap_or_default()),
            };
            let mut text = String::new();
            dump(&json, indent, 0, ascii, &mut text);
            run.charge(text.len())?;
            Py::Str(text)
        }
        "json.loads" => {
            let text = super::only("loads", arguments)?.into_text("the JSON object")?;
            let json = serde_json::from_str(&text).map_err(|why| Error::value_error(why.to_string()))?;
            run.charge(text.len().saturating_mul(8))?;
            from_json(json)
        }
        "operator.and_" | "operator.or_" => {
            let [a, b] = arguments.bind(name, ["a", "b"])?;
            let op = match name {
                "operator.or_" => ruff_python_ast::Operator::BitOr,
                _ => ruff_python_ast::Operator::BitAnd,
            };
            on.combined(run, op, required(name, "a", a)?, required(name, "b", b)?)?
        }
        "reset_queries" => {
            arguments.none(name)?;
            run.reset_queries();
            Py::None
        }
        "time.time" => Py::Float(Timestamp::now().duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()),
        "time.monotonic" => {
            static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
            let since: Duration = START.get_or_init(std::time::Instant::now).elapsed();
            Py::Float(since.as_secs_f64())
        }
        "timezone.now" => {
            arguments.none("now")?;
            let now = micros(Timestamp::now());
            match on.models.settings().use_tz {
                true => Py::Timestamp(now),
                false => Py::DateTime(jiff::tz::TimeZone::UTC.to_datetime(now)),
            }
        }
        "timezone.localdate" => {
            let zone = crate::names::zone(on.models.settings().time_zone.as_deref().unwrap_or("UTC"))?;
            Py::Date(zone.to_datetime(Timestamp::now()).date())
        }
        "transaction.atomic" => {
            let _ = (arguments.keyword("using"), arguments.keyword("savepoint"), arguments.keyword("durable"));
            arguments.none("atomic")?;
            Py::Name("transaction.atomic()")
        }
        "transaction.on_commit" => {
            let [function, _, _] = arguments.bind("on_commit", ["func", "using", "robust"])?;
            match run.on_commit(required("on_commit", "func", function)?) {
                Some(function) => on.invoke(run, function, Arguments::default()).await?,
                None => Py::None,
            };
            Py::None
        }
        "transaction.savepoint" => {
            let _ = arguments.keyword("using");
            arguments.none("savepoint")?;
            // Outside of `atomic` there is nothing to go back to, and no savepoint.
            match on.transaction.filter(|_| run.is_atomic()) {
                Some(transaction) => Py::Str(run.keep_savepoint(transaction.savepoint().await?)),
                None => Py::None,
            }
        }
        "transaction.savepoint_commit" | "transaction.savepoint_rollback" => {
            let function = name.rsplit('.').next().unwrap_or(name);
            let [sid, _] = arguments.bind(function, ["sid", "using"])?;
            let sid = required(function, "sid", sid)?;
            if let Some(transaction) = on.transaction.filter(|_| run.is_atomic()) {
                let savepoint = run.savepoint(&show::text(&sid))?;
                match function == "savepoint_rollback" {
                    true => transaction.savepoint_rollback(savepoint).await?,
                    false => transaction.savepoint_commit(savepoint).await?,
                }
            }
            Py::None
        }
        "transaction.set_rollback" | "transaction.get_rollback" => {
            let Some(transaction) = on.transaction.filter(|_| run.is_atomic()) else {
                return Err(Error::python(
                    "TransactionManagementError",
                    "The rollback flag doesn't work outside of an 'atomic' block.",
                ));
            };
            if name == "transaction.get_rollback" {
                return Ok(Py::Bool(transaction.is_rollback_set()));
            }
            let [rollback, _] = arguments.bind("set_rollback", ["rollback", "using"])?;
            transaction.set_rollback(required("set_rollback", "rollback", rollback)?.is_true());
            Py::None
        }
        "connection.cursor" => {
            arguments.none("cursor")?;
            Py::Shared(Shared::new(Held::Cursor(Box::new(Cursor::new()))))
        }
        "uuid.uuid4" => Py::Uuid(uuid::Uuid::new_v4()),
        _ => {
            return Err(Error::type_error(format!("'{name}' object is not callable")));
        }
    })
}

/// A point in time as Python has it: to a microsecond.
pub(in crate::statement) fn micros(timestamp: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(timestamp.as_microsecond()).unwrap_or(timestamp)
}

/// Writes a document as Python does, with spaces after its signs.
fn dump(json: &serde_json::Value, indent: Option<usize>, level: usize, ascii: bool, made: &mut String) {
    use serde_json::Value as Json;
    let text = |text: &str, made: &mut String| {
        for c in Json::from(text).to_string().chars() {
            let mut units = [0; 2];
            match c.is_ascii() || !ascii {
                true => made.push(c),
                false => c.encode_utf16(&mut units).iter().for_each(|unit| made.push_str(&format!("\\u{unit:04x}"))),
            }
        }
    };
    let between = |level: usize, made: &mut String| {
        if let Some(indent) = indent {
            made.push_str(&format!("\n{}", " ".repeat(indent * level)));
        }
    };
    let separator = if indent.is_some() { "," } else { ", " };
    match json {
        Json::String(value) => text(value, made),
        Json::Number(number) if number.is_f64() => made.push_str(&float_text(number.as_f64().unwrap_or_default())),
        Json::Array(items) if !items.is_empty() => {
            made.push('[');
            for (place, item) in items.iter().enumerate() {
                made.push_str(if place > 0 { separator } else { "" });
                between(level + 1, made);
                dump(item, indent, level + 1, ascii, made);
            }
            between(level, made);
            made.push(']');
        }
        Json::Object(items) if !items.is_empty() => {
            made.push('{');
            for (place, (name, item)) in items.iter().enumerate() {
                made.push_str(if place > 0 { separator } else { "" });
                between(level + 1, made);
                text(name, made);
                made.push_str(": ");
                dump(item, indent, level + 1, ascii, made);
            }
            between(level, made);
            made.push('}');
        }
        other => made.push_str(&other.to_string()),
    }
}

/// The document of a value, with text for what JSON lacks.
fn lenient(value: &Py) -> Result<serde_json::Value> {
    Ok(match value {
        Py::List(values) | Py::Tuple(values) | Py::Set(values) => {
            serde_json::Value::Array(values.iter().map(lenient).collect::<Result<_>>()?)
        }
        Py::Dict(items) => {
            let mut map = serde_json::Map::new();
            for (key, value) in items {
                map.insert(crate::statement::show::text(key), lenient(value)?);
            }
            serde_json::Value::Object(map)
        }
        other => match other.to_json() {
            Ok(json) => json,
            Err(_) => crate::statement::show::text(other).into(),
        },
    })
}

/// The class of a value.
pub(super) fn type_of(value: Py) -> Py {
    if let Py::Shared(shared) = &value
        && let Held::Object(held) = &*shared.lock()
    {
        return Py::Model(held.object.label().to_owned());
    }
    let name = value_type(&value);
    let known = super::find(&name).or_else(|| match crate::names::lookup(&name) {
        Some(Py::Name(name)) => Some(name),
        _ => None,
    });
    known.map_or_else(|| Py::Str(format!("<class '{name}'>")), Py::Name)
}
