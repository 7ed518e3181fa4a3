//! Django's functions and lookups as classes.

use embellie_core::expr::{DatePart, Func, Function, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::query::Operand;
use embellie_core::{Expr, Path};

use super::expressions::{argument, arguments_as_expressions, output, value_or_expression};
use crate::arguments::{Arguments, required};
use crate::{Error, Py, Result};

pub(super) const NAMES: &[&str] = &[
    "ACos",
    "ASin",
    "ATan",
    "ATan2",
    "Abs",
    "Cast",
    "Ceil",
    "Chr",
    "Coalesce",
    "Collate",
    "Concat",
    "ConcatPair",
    "Cos",
    "Cot",
    "CumeDist",
    "Degrees",
    "DenseRank",
    "Exp",
    "Extract",
    "ExtractDay",
    "ExtractHour",
    "ExtractIsoWeekDay",
    "ExtractIsoYear",
    "ExtractMinute",
    "ExtractMonth",
    "ExtractQuarter",
    "ExtractSecond",
    "ExtractWeek",
    "ExtractWeekDay",
    "ExtractYear",
    "FirstValue",
    "Floor",
    "Greatest",
    "JSONArray",
    "JSONObject",
    "KT",
    "KeyTextTransform",
    "KeyTransform",
    "LPad",
    "LTrim",
    "Lag",
    "LastValue",
    "Lead",
    "Least",
    "Left",
    "Length",
    "Ln",
    "Log",
    "Lower",
    "MD5",
    "Mod",
    "Now",
    "NthValue",
    "Ntile",
    "NullIf",
    "Ord",
    "PercentRank",
    "Pi",
    "Power",
    "RPad",
    "RTrim",
    "Radians",
    "Random",
    "Rank",
    "Repeat",
    "Replace",
    "Reverse",
    "Right",
    "Round",
    "RowNumber",
    "SHA1",
    "SHA224",
    "SHA256",
    "SHA384",
    "SHA512",
    "Sign",
    "Sin",
    "Sqrt",
    "StrIndex",
    "Substr",
    "Tan",
    "Trim",
    "Trunc",
    "TruncDate",
    "TruncDay",
    "TruncHour",
    "TruncMinute",
    "TruncMonth",
    "TruncQuarter",
    "TruncSecond",
    "TruncTime",
    "TruncWeek",
    "TruncYear",
    "UUID4",
    "UUID7",
    "Upper",
];

/// Lookup classes with the names of their lookups.
pub(super) const LOOKUPS: &[(&str, &str)] = &[
    ("Contains", "contains"),
    ("ContainedBy", "contained_by"),
    ("DataContains", "contains"),
    ("EndsWith", "endswith"),
    ("Exact", "exact"),
    ("GreaterThan", "gt"),
    ("GreaterThanOrEqual", "gte"),
    ("HasAnyKeys", "has_any_keys"),
    ("HasKey", "has_key"),
    ("HasKeys", "has_keys"),
    ("IContains", "icontains"),
    ("IEndsWith", "iendswith"),
    ("IExact", "iexact"),
    ("IRegex", "iregex"),
    ("IStartsWith", "istartswith"),
    ("In", "in"),
    ("IsNull", "isnull"),
    ("LessThan", "lt"),
    ("LessThanOrEqual", "lte"),
    ("Range", "range"),
    ("Regex", "regex"),
    ("StartsWith", "startswith"),
];

/// How many arguments a function takes, where it matters.
fn arity(function: Function) -> (usize, usize) {
    use Function as F;
    match function {
        F::Coalesce | F::Greatest | F::Least | F::Concat | F::JsonArray | F::JsonObject => (0, usize::MAX),
        F::Now | F::Pi | F::Random | F::Uuid4 | F::Uuid7 => (0, 0),
        F::CumeDist | F::DenseRank | F::PercentRank | F::Rank | F::RowNumber => (0, 0),
        F::NullIf | F::ATan2 | F::Log | F::Mod | F::Power | F::StrIndex => (2, 2),
        _ => (1, 1),
    }
}

/// A call of a function or lookup class.
pub(super) fn function(name: &'static str, mut arguments: Arguments) -> Result<Py> {
    if let Some((class, lookup)) = LOOKUPS.iter().find(|(class, _)| *class == name) {
        return comparison(class, lookup, arguments);
    }
    let output_field = arguments.keyword("output_field");
    let expr = match name {
        "Cast" => {
            let [expr, field] = arguments.bind("Cast", ["expression", "output_field"])?;
            let expr = argument(required("Cast", "expression", expr)?)?;
            match required("Cast", "output_field", field.or(output_field))? {
                Py::Field(field) => {
                    return Ok(Py::Expr(Expr::Cast {
                        expr: Box::new(expr),
                        kind: field.kind,
                        max_length: field.max_length,
                    }));
                }
                other => return Err(not_a_field(&other)),
            }
        }
        "Collate" => {
            let [expr, collation] = arguments.bind("Collate", ["expression", "collation"])?;
            let collation = required("Collate", "collation", collation)?.into_text("collation")?;
            let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            if collation.is_empty() || !collation.chars().all(plain) {
                return Err(Error::value_error(format!("Invalid collation name: '{collation}'.")));
            }
            let expr = Box::new(argument(required("Collate", "expression", expr)?)?);
            Expr::Collate { expr, collation: collation.into() }
        }
        "KeyTransform" | "KeyTextTransform" => {
            let [key, expr] = arguments.bind(name, ["key_name", "expression"])?;
            let key = match required(name, "key_name", key)? {
                Py::Int(key) => key.to_string(),
                key => key.into_text("key_name")?,
            };
            key_transform(argument(required(name, "expression", expr)?)?, key, name == "KeyTextTransform")
        }
        "KT" => {
            let [path] = arguments.bind("KT", ["lookup"])?;
            let path = required("KT", "lookup", path)?.into_text("lookup")?;
            Expr::call(Function::KeyText, [Expr::path(path.as_str())])
        }
        "JSONObject" => {
            let mut list = Vec::new();
            for (key, value) in arguments.keywords {
                list.extend([Expr::value(key), argument(value)?]);
            }
            Expr::call(Function::JsonObject, list)
        }
        _ if name.starts_with("Extract") => extract(name, arguments)?,
        _ if name.starts_with("Trunc") => return trunc(name, arguments, output_field),
        _ => plain(name, arguments)?,
    };
    output(expr, output_field)
}

fn not_a_field(value: &Py) -> Error {
    Error::attribute(value.type_name(), "get_internal_type")
}

/// A key of a JSON document, or its text.
fn key_transform(expr: Expr, key: String, text: bool) -> Expr {
    let expr = match expr {
        Expr::Transform { expr, names } => Expr::Transform { expr, names: names.then(key) },
        // The text of a key is a step on the way to the next.
        Expr::Call { function: Function::KeyText, mut arguments } if arguments.len() == 1 => {
            return key_transform(arguments.remove(0), key, text);
        }
        expr @ Expr::Raw(_) => Expr::Transform { expr: Box::new(expr.typed(FieldKind::Json)), names: Path::new([key]) },
        expr => Expr::Transform { expr: Box::new(expr), names: Path::new([key]) },
    };
    if text { Expr::call(Function::KeyText, [expr]) } else { expr }
}

fn comparison(class: &str, lookup: &'static str, arguments: Arguments) -> Result<Py> {
    let [left, right] = arguments.bind(class, ["lhs", "rhs"])?;
    let left = value_or_expression(required(class, "lhs", left)?)?;
    let operand = match required(class, "rhs", right)? {
        Py::QuerySet(set) => Operand::Query(Box::new(set.into_query())),
        Py::List(values) | Py::Tuple(values) | Py::Set(values) if values.iter().any(Py::is_expression) => {
            Operand::List(values.into_iter().map(value_or_expression).collect::<Result<_>>()?)
        }
        right => Operand::Expr(value_or_expression(right)?),
    };
    Ok(Py::Expr(left.lookup(Path::new([lookup]), operand).into()))
}

fn zone(value: Option<Py>) -> Result<Option<std::borrow::Cow<'static, str>>> {
    match value {
        None | Some(Py::None) => Ok(None),
        Some(Py::Zone(name)) => Ok(Some(name.into())),
        Some(other) => Err(Error::type_error(format!("tzinfo must be a time zone, not {}", other.type_name()))),
    }
}

fn extract(name: &'static str, mut arguments: Arguments) -> Result<Expr> {
    let zone = zone(arguments.keyword("tzinfo"))?;
    let [expr, part] = arguments.bind(name, ["expression", "lookup_name"])?;
    let part = match name.strip_prefix("Extract") {
        Some("") => match part {
            Some(part) => part.into_text("lookup_name")?,
            None => return Err(Error::value_error("lookup_name must be provided")),
        },
        Some("IsoWeekDay") => "iso_week_day".to_owned(),
        Some("IsoYear") => "iso_year".to_owned(),
        Some("WeekDay") => "week_day".to_owned(),
        Some(part) => part.to_lowercase(),
        None => String::new(),
    };
    let part = DatePart::from_name(&part)
        .ok_or_else(|| Error::value_error(format!("'{part}' is no part of a date or time")))?;
    Ok(Expr::Extract { expr: Box::new(argument(required(name, "expression", expr)?)?), part, zone })
}

fn trunc(name: &'static str, mut arguments: Arguments, output_field: Option<Py>) -> Result<Py> {
    let zone = zone(arguments.keyword("tzinfo"))?;
    let _ = arguments.keyword("is_dst");
    let [expr, kind] = arguments.bind(name, ["expression", "kind"])?;
    let unit = match name.strip_prefix("Trunc") {
        Some("") => required(name, "kind", kind)?.into_text("kind")?,
        Some(unit) => unit.to_lowercase(),
        None => String::new(),
    };
    let unit = TruncUnit::from_name(&unit)
        .ok_or_else(|| Error::value_error(format!("'{unit}' is no unit that a date or time is cut down to")))?;
    let expr = Expr::Trunc { expr: Box::new(argument(required(name, "expression", expr)?)?), unit, zone };
    output(expr, output_field)
}

fn plain(name: &'static str, mut arguments: Arguments) -> Result<Expr> {
    let function = Function::ALL
        .iter()
        .copied()
        .find(|function| function.name() == name)
        .ok_or_else(|| Error::Unknown(format!("the function {name} is not known")))?;
    use Function as F;
    match function {
        F::Coalesce | F::Greatest | F::Least | F::Concat if arguments.positional.len() < 2 => {
            return Err(Error::value_error(format!("{name} must take at least two expressions")));
        }
        F::LPad | F::RPad => {
            let [expr, length, fill] = arguments.bind(name, ["expression", "length", "fill_text"])?;
            let length = required(name, "length", length)?;
            at_least("length", &length, 0, "greater or equal to 0")?;
            let fill = fill.map_or_else(|| Ok(Expr::value(" ")), argument)?;
            return Ok(Expr::call(function, [argument(required(name, "expression", expr)?)?, argument(length)?, fill]));
        }
        F::Left | F::Right => {
            let [expr, length] = arguments.bind(name, ["expression", "length"])?;
            let length = required(name, "length", length)?;
            at_least("length", &length, 1, "greater than 0")?;
            return Ok(Expr::call(function, [argument(required(name, "expression", expr)?)?, argument(length)?]));
        }
        F::Repeat => {
            let [expr, number] = arguments.bind(name, ["expression", "number"])?;
            let number = required(name, "number", number)?;
            at_least("number", &number, 0, "greater or equal to 0")?;
            return Ok(Expr::call(function, [argument(required(name, "expression", expr)?)?, argument(number)?]));
        }
        F::Replace => {
            let [expr, text, replacement] = arguments.bind(name, ["expression", "text", "replacement"])?;
            let replacement = replacement.map_or_else(|| Ok(Expr::value("")), argument)?;
            let text = argument(required(name, "text", text)?)?;
            return Ok(Expr::call(function, [argument(required(name, "expression", expr)?)?, text, replacement]));
        }
        F::Substr => {
            let [expr, pos, length] = arguments.bind(name, ["expression", "pos", "length"])?;
            let pos = required(name, "pos", pos)?;
            at_least("pos", &pos, 1, "greater than 0")?;
            let mut list = vec![argument(required(name, "expression", expr)?)?, argument(pos)?];
            if let Some(length) = length.filter(|length| !matches!(length, Py::None)) {
                list.push(argument(length)?);
            }
            return Ok(Expr::call(function, list));
        }
        F::Round => {
            let [expr, precision] = arguments.bind(name, ["expression", "precision"])?;
            let precision = precision.map_or_else(|| Ok(Expr::value(0)), argument)?;
            return Ok(Expr::call(function, [argument(required(name, "expression", expr)?)?, precision]));
        }
        F::Lag | F::Lead => {
            let [expr, offset, default] = arguments.bind(name, ["expression", "offset", "default"])?;
            let Some(expr) = expr.filter(|expr| !matches!(expr, Py::None)) else {
                return Err(Error::value_error(format!("{name} requires a non-null source expression.")));
            };
            let offset = offset.unwrap_or(Py::Int(1));
            if !matches!(offset, Py::Int(1..)) {
                return Err(Error::value_error(format!("{name} requires a positive integer for the offset.")));
            }
            let mut list = vec![argument(expr)?, argument(offset)?];
            if let Some(default) = default.filter(|default| !matches!(default, Py::None)) {
                list.push(argument(default)?);
            }
            return Ok(Expr::call(function, list));
        }
        F::NthValue => {
            let [expr, nth] = arguments.bind(name, ["expression", "nth"])?;
            let Some(expr) = expr.filter(|expr| !matches!(expr, Py::None)) else {
                return Err(Error::value_error(format!("{name} requires a non-null source expression.")));
            };
            let nth = nth.unwrap_or(Py::Int(1));
            if !matches!(nth, Py::Int(1..)) {
                return Err(Error::value_error(format!("{name} requires a positive integer as for nth.")));
            }
            return Ok(Expr::call(function, [argument(expr)?, argument(nth)?]));
        }
        F::Ntile => {
            let [buckets] = arguments.bind(name, ["num_buckets"])?;
            let buckets = buckets.unwrap_or(Py::Int(1));
            if !matches!(buckets, Py::Int(1..)) {
                return Err(Error::value_error("num_buckets must be greater than 0."));
            }
            return Ok(Expr::call(function, [argument(buckets)?]));
        }
        F::NullIf => {
            if let Some(second) = arguments.keyword("expression2") {
                arguments.positional.push(second);
            }
        }
        _ => {}
    }
    let (least, most) = arity(function);
    let named: Vec<Py> = ["expression", "expression1"].iter().filter_map(|name| arguments.keyword(name)).collect();
    arguments.positional.splice(0..0, named);
    arguments.no_keywords(name)?;
    let list = arguments_as_expressions(arguments.positional)?;
    if list.len() < least || list.len() > most {
        let s = if least == 1 { "" } else { "s" };
        return Err(Error::type_error(format!("'{name}' takes exactly {least} argument{s} ({} given)", list.len())));
    }
    Ok(Expr::call(function, list))
}

fn at_least(name: &str, value: &Py, least: i128, words: &str) -> Result<()> {
    match value {
        Py::Int(value) if *value < least => Err(Error::value_error(format!("'{name}' must be {words}"))),
        _ => Ok(()),
    }
}

/// A function by its name, as Django's `Func` takes it.
pub(super) fn func(mut arguments: Arguments) -> Result<Py> {
    let output_field = arguments.keyword("output_field");
    let name = match arguments.keyword("function") {
        Some(name) => name.into_text("function")?,
        None => return Err(Error::python("KeyError", "'function'")),
    };
    let _ = arguments.keyword("arity");
    let template = match arguments.keyword("template") {
        None | Some(Py::None) => None,
        Some(template) => Some(own_template(&template.into_text("template")?)?),
    };
    arguments.no_keywords("Func")?;
    let mut func = Func::new(name, arguments_as_expressions(arguments.positional)?);
    func.template = template.map(Into::into);
    func.kind = field(&output_field)?;
    Ok(Py::Expr(func.into()))
}

fn field(value: &Option<Py>) -> Result<Option<FieldKind>> {
    match value {
        None | Some(Py::None) => Ok(None),
        Some(Py::Field(field)) => Ok(Some(field.kind)),
        Some(other) => Err(not_a_field(other)),
    }
}

/// Django's `%(function)s(%(expressions)s)` as a template of ours.
fn own_template(text: &str) -> Result<String> {
    let mut template = String::new();
    let mut rest = text;
    while let Some(place) = rest.find(['%', '{', '}']) {
        let (before, after) = rest.split_at(place);
        template.push_str(before);
        let known =
            [("%(function)s", "{name}"), ("%(expressions)s", "{arguments}"), ("%%", "%"), ("{", "{{"), ("}", "}}")];
        match known.iter().find(|(theirs, _)| after.starts_with(theirs)) {
            Some((theirs, ours)) => {
                template.push_str(ours);
                rest = after.get(theirs.len()..).unwrap_or_default();
            }
            None => return Err(Error::Unknown(format!("the template '{text}' has a part that is not known"))),
        }
    }
    template.push_str(rest);
    Ok(template)
}
