//! Expressions, conditions and their parts.

use embellie_core::expr::{Frame, RawSql, Window};
use embellie_core::query::{Connector, FilteredRelation};
use embellie_core::{Expr, Nulls, OrderBy, Path, Q, Sql, Value};

use crate::arguments::{Arguments, required};
use crate::condition::Condition;
use crate::query_set::Prefetch;
use crate::value::bound;
use crate::{Error, Py, Result};

pub(super) const NAMES: &[&str] = &[
    "ArraySubquery",
    "Case",
    "Exists",
    "ExpressionWrapper",
    "F",
    "FilteredRelation",
    "Func",
    "GenericPrefetch",
    "OrderBy",
    "OuterRef",
    "Prefetch",
    "Q",
    "RawSQL",
    "RowRange",
    "Star",
    "Subquery",
    "Value",
    "ValueRange",
    "When",
    "Window",
    "WindowFrame",
];

/// A call of an expression's class.
pub(super) fn expression(name: &'static str, mut arguments: Arguments) -> Result<Py> {
    Ok(match name {
        "F" => {
            let [path] = arguments.bind("F", ["name"])?;
            Py::Expr(Expr::path(required("F", "name", path)?.into_text("name")?.as_str()))
        }
        "OuterRef" => {
            let [path] = arguments.bind("OuterRef", ["name"])?;
            Py::Expr(match required("OuterRef", "name", path)? {
                Py::Expr(Expr::Outer { path, levels }) => Expr::Outer { path, levels: levels.saturating_add(1) },
                Py::Expr(Expr::Path(path)) => Expr::Outer { path, levels: 1 },
                path => Expr::outer(path.into_text("name")?.as_str()),
            })
        }
        "Value" => {
            let [value, output_field] = arguments.bind("Value", ["value", "output_field"])?;
            return value_of(required("Value", "value", value)?, output_field);
        }
        "Q" => Py::Q(q(arguments)?),
        "Case" => case(arguments)?,
        "When" => when(arguments)?,
        "ExpressionWrapper" => {
            let [expr, field] = arguments.bind("ExpressionWrapper", ["expression", "output_field"])?;
            let expr = value_or_expression(required("ExpressionWrapper", "expression", expr)?)?;
            return output(expr, Some(required("ExpressionWrapper", "output_field", field)?));
        }
        "Func" => return super::functions::func(arguments),
        "Exists" | "Subquery" | "ArraySubquery" => {
            let [query, output_field] = arguments.bind(name, ["queryset", "output_field"])?;
            let query = match required(name, "queryset", query)? {
                Py::QuerySet(set) => Box::new(set.into_query()),
                Py::Manager(manager) => Box::new(manager.all()?.into_query()),
                other => return Err(Error::attribute(other.type_name(), "query")),
            };
            let expr = match name {
                "Exists" => Expr::Exists(query),
                "Subquery" => Expr::Subquery(query),
                _ => Expr::ArraySubquery(query),
            };
            return output(expr, output_field);
        }
        "OrderBy" => {
            let descending = arguments.keyword("descending");
            let nulls = nulls(&mut arguments)?;
            let [expr, second] = arguments.bind("OrderBy", ["expression", "descending"])?;
            let expr = match required("OrderBy", "expression", expr)? {
                Py::Expr(expr) => expr,
                _ => return Err(Error::value_error("expression must be an expression type")),
            };
            let descending = descending.or(second).is_some_and(|descending| descending.is_true());
            Py::OrderBy(OrderBy { expr, descending, nulls })
        }
        "RawSQL" => {
            let [sql, parameters, output_field] = arguments.bind("RawSQL", ["sql", "params", "output_field"])?;
            let sql = required("RawSQL", "sql", sql)?.into_text("sql")?;
            let parameters = match required("RawSQL", "params", parameters)? {
                Py::None => Vec::new(),
                list => list.into_elements()?.iter().map(Py::to_value).collect::<Result<Vec<Value>>>()?,
            };
            let kind = match output_field {
                Some(Py::Field(field)) => Some(field.kind),
                _ => None,
            };
            Py::Expr(RawSql { kind, ..RawSql::new(Sql::trusted(sql), parameters) }.into())
        }
        "Star" => Py::Expr(Expr::Star),
        "FilteredRelation" => {
            let [relation, condition] = arguments.bind(name, ["relation_name", "condition"])?;
            let relation = required(name, "relation_name", relation)?.into_text("relation_name")?;
            if relation.is_empty() {
                return Err(Error::value_error("relation_name cannot be empty."));
            }
            let condition = match condition {
                None => Q::all(),
                Some(Py::Q(q)) => q.into_core()?,
                Some(_) => return Err(Error::value_error("condition argument must be a Q() instance.")),
            };
            Py::FilteredRelation(Box::new(FilteredRelation {
                alias: "".into(),
                relation: Path::from(relation),
                condition,
            }))
        }
        "Prefetch" | "GenericPrefetch" => {
            let second = if name == "Prefetch" { "queryset" } else { "querysets" };
            let [lookup, queryset, to_attr] = arguments.bind(name, ["lookup", second, "to_attr"])?;
            let lookup = required(name, "lookup", lookup)?.into_text("lookup")?;
            let given = match queryset {
                None | Some(Py::None) => Vec::new(),
                Some(sets @ (Py::List(_) | Py::Tuple(_))) => sets.into_elements()?,
                Some(one) => vec![one],
            };
            let mut querysets = Vec::new();
            for set in given {
                match set {
                    Py::QuerySet(set) if set.gives_objects() => querysets.push(*set),
                    Py::Manager(manager) => querysets.push(manager.all()?),
                    _ => {
                        return Err(Error::value_error(
                            "Prefetch querysets cannot use raw(), values(), and values_list().",
                        ));
                    }
                }
            }
            let to_attr = match to_attr {
                None | Some(Py::None) => None,
                Some(name) => Some(name.into_text("to_attr")?),
            };
            Py::Prefetch(Box::new(Prefetch { lookup, querysets, to_attr }))
        }
        "Window" => window(arguments)?,
        "RowRange" | "ValueRange" | "WindowFrame" => {
            let [start, end, exclusion] = arguments.bind(name, ["start", "end", "exclusion"])?;
            let start = frame_bound(start)?;
            let end = frame_bound(end)?;
            let (start, end) = (bound(start), bound(end));
            let frame = if name == "ValueRange" { Frame::range(start, end) } else { Frame::rows(start, end) };
            Py::Frame(match exclusion {
                Some(Py::Exclusion(exclusion)) => frame.excluding(exclusion),
                _ => frame,
            })
        }
        _ => return Err(Error::Unknown(format!("{name} is not known"))),
    })
}

fn frame_bound(value: Option<Py>) -> Result<Option<i64>> {
    match value {
        None | Some(Py::None) => Ok(None),
        Some(value @ (Py::Int(_) | Py::Bool(_))) => value.into_int("a bound of a frame").map(Some),
        Some(other) => {
            Err(Error::value_error(format!("a bound must be an integer or None, not {}", other.type_name())))
        }
    }
}

/// A constant, perhaps of a type that it is given.
fn value_of(value: Py, output_field: Option<Py>) -> Result<Py> {
    let json = matches!(&output_field, Some(Py::Field(field)) if field.kind == embellie_core::field::FieldKind::Json);
    let expr = match (&value, json) {
        (Py::Expr(expr), _) => expr.clone(),
        (Py::None, true) => Expr::Value(Value::Json(Box::new(serde_json::Value::Null))),
        (_, true) => Expr::Value(Value::Json(Box::new(value.to_json()?))),
        _ => Expr::Value(value.to_value()?),
    };
    output(expr, output_field)
}

/// The expression with the type it is given, if one is.
pub(super) fn output(expr: Expr, field: Option<Py>) -> Result<Py> {
    match field {
        None | Some(Py::None) => Ok(Py::Expr(expr)),
        Some(Py::Field(field)) => Ok(Py::Expr(expr.typed(field.kind))),
        Some(other) => Err(Error::attribute(other.type_name(), "get_internal_type")),
    }
}

/// An argument of a function: a text names a field.
pub(super) fn argument(value: Py) -> Result<Expr> {
    match value {
        Py::Str(path) => Ok(Expr::path(path.as_str())),
        other => value_or_expression(other),
    }
}

pub(super) fn arguments_as_expressions(values: Vec<Py>) -> Result<Vec<Expr>> {
    values.into_iter().map(argument).collect()
}

/// An expression, or a constant.
pub(crate) fn value_or_expression(value: Py) -> Result<Expr> {
    Ok(match value {
        Py::Expr(expr) => expr,
        Py::Q(q) => Expr::Condition(Box::new(q.into_core()?)),
        Py::QuerySet(set) => Expr::Subquery(Box::new(set.into_query())),
        Py::OrderBy(term) => term.expr,
        other => Expr::Value(other.to_value()?),
    })
}

/// A condition, as `filter()` takes it without keywords.
pub(crate) fn condition(value: Py) -> Result<Condition> {
    match value {
        Py::Q(q) => Ok(q),
        Py::Expr(expr) if is_conditional(&expr) => Ok(expr.into()),
        Py::Tuple(pair) => match <[Py; 2]>::try_from(pair) {
            Ok([path, value]) => Ok(Condition::Compare(path.into_text("a lookup")?, Box::new(value))),
            Err(_) => Err(Error::value_error("a condition must be a pair of a lookup and a value")),
        },
        Py::Dict(_) => Err(Error::field_error("Cannot parse keyword query as dict")),
        other => {
            Err(Error::type_error(format!("Cannot filter against a non-conditional expression: {}", other.type_name())))
        }
    }
}

/// Positional conditions and lookups by keywords, all of which hold: what `filter()` and `Q()` take.
pub(crate) fn conditions(mut arguments: Arguments) -> Result<Vec<Condition>> {
    if arguments.keywords.iter().any(|(name, _)| matches!(name.as_str(), "_connector" | "_negated")) {
        return Err(Error::type_error("The following kwargs are invalid: '_connector', '_negated'"));
    }
    let mut children: Vec<Condition> = arguments.positional.into_iter().map(condition).collect::<Result<_>>()?;
    arguments.keywords.sort_by(|(a, _), (b, _)| a.cmp(b));
    children.extend(arguments.keywords.into_iter().map(|(path, value)| Condition::Compare(path, Box::new(value))));
    Ok(children)
}

fn q(mut arguments: Arguments) -> Result<Condition> {
    let connector = match arguments.keyword("_connector") {
        None | Some(Py::None) => Connector::And,
        Some(Py::Str(name)) => match name.as_str() {
            "AND" => Connector::And,
            "OR" => Connector::Or,
            "XOR" => Connector::Xor,
            _ => return Err(Error::value_error("connector must be one of 'AND', 'OR', 'XOR', or None.")),
        },
        Some(_) => return Err(Error::value_error("connector must be one of 'AND', 'OR', 'XOR', or None.")),
    };
    let negated = arguments.keyword("_negated").is_some_and(|negated| negated.is_true());
    let mut children = conditions(arguments)?;
    Ok(match (children.len(), children.pop()) {
        (1, Some(only)) if !negated => only,
        (_, last) => {
            children.extend(last);
            Condition::Group { connector, negated, children }
        }
    })
}

fn case(mut arguments: Arguments) -> Result<Py> {
    let output_field = arguments.keyword("output_field");
    let default = arguments.keyword("default");
    arguments.no_keywords("Case")?;
    let mut whens = Vec::new();
    for when in arguments.positional {
        match when {
            Py::When(when) => whens.push(*when),
            _ => return Err(Error::type_error("Positional arguments must all be When objects.")),
        }
    }
    let otherwise = match default {
        None | Some(Py::None) => None,
        Some(default) => Some(Box::new(argument(default)?)),
    };
    output(Expr::Case { whens, otherwise }, output_field)
}

fn when(mut arguments: Arguments) -> Result<Py> {
    const WANTED: &str = "When() supports a Q object, a boolean expression, or lookups as a condition.";
    let then = arguments.keyword("then");
    let named = arguments.keyword("condition");
    let mut positional = arguments.positional.into_iter();
    let given = positional.next().or(named);
    let then = positional.next().or(then);
    let lookups = Arguments { positional: Vec::new(), keywords: arguments.keywords };
    let q = match (given, lookups.keywords.is_empty()) {
        (Some(Py::Q(q)), true) => q,
        (Some(Py::Expr(expr)), true) if is_conditional(&expr) => expr.into(),
        (None | Some(Py::None), false) => self::q(lookups)?,
        (Some(Py::Q(q)), false) => q.join(Connector::And, self::q(lookups)?),
        _ => return Err(Error::type_error(WANTED)),
    };
    if q.is_all() {
        return Err(Error::value_error("An empty Q() can't be used as a When() condition."));
    }
    let then = argument(then.unwrap_or(Py::None))?;
    Ok(Py::When(Box::new((q.into_core()?, then))))
}

/// Whether an expression is known to be true or false: Django's `conditional`.
pub(crate) fn is_conditional(expr: &Expr) -> bool {
    use embellie_core::field::FieldKind;
    match expr {
        Expr::Exists(_) | Expr::Condition(_) => true,
        Expr::Typed { kind, .. } | Expr::Cast { kind, .. } => *kind == FieldKind::Bool,
        Expr::Value(value) => matches!(value, Value::Bool(_)),
        Expr::Case { whens, otherwise } => {
            let mut results = whens.iter().map(|(_, then)| then).chain(otherwise.as_deref());
            results.all(is_conditional)
        }
        Expr::Raw(raw) => raw.kind == Some(FieldKind::Bool),
        Expr::Func(func) => func.kind == Some(FieldKind::Bool),
        Expr::Path(_) | Expr::Outer { .. } => true,
        _ => false,
    }
}

fn window(arguments: Arguments) -> Result<Py> {
    let names = ["expression", "partition_by", "order_by", "frame", "output_field"];
    let [expr, partition_by, order_by, frame, output_field] = arguments.bind("Window", names)?;
    let expr = match required("Window", "expression", expr)? {
        Py::Expr(expr) if window_compatible(&expr) => expr,
        other => {
            return Err(Error::value_error(format!(
                "Expression '{}' isn't compatible with OVER clauses.",
                other.type_name()
            )));
        }
    };
    let mut window = Window::over(expr);
    window.partition_by = match partition_by {
        None | Some(Py::None) => Vec::new(),
        Some(list @ (Py::List(_) | Py::Tuple(_))) => arguments_as_expressions(list.into_elements()?)?,
        Some(one) => vec![argument(one)?],
    };
    window.order_by = match order_by {
        None | Some(Py::None) => Vec::new(),
        Some(given @ (Py::List(_) | Py::Tuple(_) | Py::Str(_) | Py::Expr(_) | Py::OrderBy(_))) => orderings(given)?,
        Some(_) => {
            return Err(Error::value_error(
                "Window.order_by must be either a string reference to a field, an expression, or a list or tuple of \
                 them.",
            ));
        }
    };
    window.frame = match frame {
        Some(Py::Frame(frame)) => Some(frame),
        _ => None,
    };
    output(window.into(), output_field)
}

fn window_compatible(expr: &Expr) -> bool {
    match expr {
        Expr::Aggregate(_) => true,
        Expr::Call { function, .. } => function.is_window(),
        Expr::Func(func) => func.aggregate,
        Expr::Typed { expr, .. } => window_compatible(expr),
        _ => false,
    }
}

/// Terms of an ordering.
pub(super) fn orderings(value: Py) -> Result<Vec<OrderBy>> {
    match value {
        list @ (Py::List(_) | Py::Tuple(_)) => list.into_elements()?.into_iter().map(ordering).collect(),
        one => Ok(vec![ordering(one)?]),
    }
}

/// One term of an ordering.
pub(crate) fn ordering(value: Py) -> Result<OrderBy> {
    match value {
        Py::Str(term) => Ok(OrderBy::from(term.as_str())),
        Py::OrderBy(term) => Ok(term),
        Py::Expr(expr) => Ok(expr.asc()),
        Py::Q(q) => Ok(Expr::from(q.into_core()?).asc()),
        other => Err(Error::field_error(format!("'{}' is no term of an ordering", other.type_name()))),
    }
}

/// Where nulls go, by the keywords of `asc()` and `desc()`.
pub(crate) fn nulls(arguments: &mut Arguments) -> Result<Option<Nulls>> {
    let mut given = |name: &str| match arguments.keyword(name) {
        None | Some(Py::None) => Ok(false),
        Some(Py::Bool(true)) => Ok(true),
        Some(_) => Err(Error::value_error("nulls_first and nulls_last values must be True or None.")),
    };
    match (given("nulls_first")?, given("nulls_last")?) {
        (true, true) => Err(Error::value_error("nulls_first and nulls_last are mutually exclusive")),
        (true, false) => Ok(Some(Nulls::First)),
        (false, true) => Ok(Some(Nulls::Last)),
        (false, false) => Ok(None),
    }
}
