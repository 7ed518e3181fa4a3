//! Queries as Django would have them written, so that a failure can be tried there.

use embellie_core::expr::{Aggregate, AggregateFunction, Bound, Frame, FrameUnits, Operator, TruncUnit, Window};
use embellie_core::query::{Aggregation, Connector, Distinct, Operand, SetOperator, Step};
use embellie_core::{Expr, Nulls, OrderBy, Path, Q, Query, Value};
use jiff::civil::{Date, DateTime, Time};

use crate::ask::Question;

pub(crate) fn question(question: &Question) -> String {
    match question {
        Question::Rows(rows) => query(rows),
        Question::Aggregate(rows, aggregates) => {
            let named = aggregates.iter().map(|annotation| format!("{}={}", annotation.alias, expr(&annotation.expr)));
            format!("{}.aggregate({})", query(rows), join(named))
        }
        Question::Update(rows, assignments) => {
            let set = assignments.iter().map(|assignment| format!("{}={}", assignment.field, expr(&assignment.value)));
            format!("{}.update({})", query(rows), join(set))
        }
        Question::Delete(rows) => format!("{}.delete()", query(rows)),
    }
}

fn join(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(", ")
}

fn query(query: &Query) -> String {
    let mut text = match &query.compound {
        Some(compound) => {
            let mut members = compound.queries.iter().map(self::query);
            let first = members.next().unwrap_or_default();
            let (name, all) = match compound.operator {
                SetOperator::Union => ("union", ""),
                SetOperator::UnionAll => ("union", ", all=True"),
                SetOperator::Intersection => ("intersection", ""),
                SetOperator::Difference => ("difference", ""),
            };
            format!("{first}.{name}({}{all})", join(members))
        }
        None => format!("{}.objects", query.model.split('.').next_back().unwrap_or_default()),
    };
    for step in &query.steps {
        text += &match step {
            Step::Filter(q) => format!(".filter({})", condition(q)),
            Step::Exclude(q) => format!(".exclude({})", condition(q)),
            Step::Annotate(annotation) => {
                let call = if annotation.selected { "annotate" } else { "alias" };
                format!(".{call}({}={})", annotation.alias, expr(&annotation.expr))
            }
            Step::Values(paths) => format!(".values_list({})", join(paths.iter().map(|path| format!("'{path}'")))),
            other => format!(".{other:?}"),
        };
    }
    if let Some(terms) = &query.order_by {
        text += &format!(".order_by({})", join(terms.iter().map(term)));
    }
    if query.reversed {
        text += ".reverse()";
    }
    if query.distinct != Distinct::No {
        text += ".distinct()";
    }
    if !query.slice.is_whole() {
        let end = query.slice.limit.map(|limit| (query.slice.offset + limit).to_string()).unwrap_or_default();
        text += &format!("[{}:{end}]", query.slice.offset);
    }
    if query.aggregation == Aggregation::Joined {
        text += " # joined";
    }
    text
}

fn term(term: &OrderBy) -> String {
    let way = if term.descending { "desc" } else { "asc" };
    let nulls = match term.nulls {
        None => "",
        Some(Nulls::First) => "nulls_first=True",
        Some(Nulls::Last) => "nulls_last=True",
    };
    format!("{}.{way}({nulls})", expr(&term.expr))
}

pub(crate) fn expr(this: &Expr) -> String {
    match this {
        Expr::Path(path) => format!("F('{path}')"),
        Expr::Outer { path, .. } => format!("OuterRef('{path}')"),
        Expr::Value(value) => format!("Value({})", self::value(value)),
        Expr::Typed { expr: inner, kind } => match &**inner {
            Expr::Value(value) => format!("Value({}, {})", self::value(value), field(*kind)),
            inner => format!("ExpressionWrapper({}, {})", expr(inner), field(*kind)),
        },
        Expr::Combined { left, operator, right } => {
            let method = match operator {
                Operator::BitAnd => "bitand",
                Operator::BitOr => "bitor",
                Operator::BitXor => "bitxor",
                Operator::ShiftLeft => "bitleftshift",
                Operator::ShiftRight => "bitrightshift",
                _ => return format!("({} {} {})", expr(left), operator.symbol(), expr(right)),
            };
            format!("{}.{method}({})", expr(left), expr(right))
        }
        Expr::Call { function, arguments } => format!("{}({})", function.name(), join(arguments.iter().map(expr))),
        Expr::Extract { expr: inner, part, zone } => {
            format!("Extract({}, '{}'{})", expr(inner), part.name(), tzinfo(zone.as_deref()))
        }
        Expr::Trunc { expr: inner, unit, zone } => match unit {
            TruncUnit::Date => format!("TruncDate({}{})", expr(inner), tzinfo(zone.as_deref())),
            TruncUnit::Time => format!("TruncTime({}{})", expr(inner), tzinfo(zone.as_deref())),
            _ => format!("Trunc({}, '{}'{})", expr(inner), unit.name(), tzinfo(zone.as_deref())),
        },
        Expr::Cast { expr: inner, kind, .. } => format!("Cast({}, {})", expr(inner), field(*kind)),
        Expr::Case { whens, otherwise } => {
            let whens = whens.iter().map(|(q, then)| format!("When({}, then={})", condition(q), expr(then)));
            let otherwise = otherwise.iter().map(|otherwise| format!("default={}", expr(otherwise)));
            format!("Case({})", join(whens.chain(otherwise)))
        }
        Expr::Condition(q) => condition(q),
        Expr::Aggregate(aggregate) => self::aggregate(aggregate),
        Expr::Window(window) => self::window(window),
        Expr::Subquery(inner) => format!("Subquery({})", query(inner)),
        Expr::Exists(inner) => format!("Exists({})", query(inner)),
        Expr::Star => "'*'".to_owned(),
        other => other.to_string(),
    }
}

fn field(kind: embellie_core::field::FieldKind) -> String {
    match kind {
        embellie_core::field::FieldKind::Decimal { max_digits, decimal_places } => {
            format!("DecimalField(max_digits={max_digits}, decimal_places={decimal_places})")
        }
        kind => format!("{}()", kind.django_name()),
    }
}

fn tzinfo(zone: Option<&str>) -> String {
    zone.map(|zone| format!(", tzinfo=ZoneInfo('{zone}')")).unwrap_or_default()
}

fn aggregate(aggregate: &Aggregate) -> String {
    let mut parts: Vec<String> = aggregate.arguments.iter().map(expr).collect();
    if let AggregateFunction::StdDev { sample: true } | AggregateFunction::Variance { sample: true } =
        aggregate.function
    {
        parts.push("sample=True".into());
    }
    if aggregate.distinct {
        parts.push("distinct=True".into());
    }
    parts.extend(aggregate.filter.iter().map(|q| format!("filter={}", condition(q))));
    parts.extend(aggregate.default.iter().map(|default| format!("default={}", expr(default))));
    if !aggregate.order_by.is_empty() {
        parts.push(format!("order_by=[{}]", join(aggregate.order_by.iter().map(term))));
    }
    format!("{}({})", aggregate.function.name(), join(parts))
}

fn window(window: &Window) -> String {
    let mut parts = vec![expr(&window.expr)];
    if !window.partition_by.is_empty() {
        parts.push(format!("partition_by=[{}]", join(window.partition_by.iter().map(expr))));
    }
    parts.push(format!("order_by=[{}]", join(window.order_by.iter().map(term))));
    parts.extend(window.frame.as_ref().map(|frame| format!("frame={}", self::frame(frame))));
    format!("Window({})", join(parts))
}

fn frame(frame: &Frame) -> String {
    let name = match frame.units {
        FrameUnits::Rows => "RowRange",
        FrameUnits::Range => "ValueRange",
        FrameUnits::Groups => "GroupRange",
    };
    let bound = |bound| match bound {
        Bound::Unbounded => "None".to_owned(),
        Bound::Preceding(n) => format!("-{n}"),
        Bound::CurrentRow => "0".to_owned(),
        Bound::Following(n) => n.to_string(),
    };
    let exclusion = frame.exclusion.map(|exclusion| format!(", exclusion={exclusion:?}")).unwrap_or_default();
    format!("{name}(start={}, end={}{exclusion})", bound(frame.start), bound(frame.end))
}

fn condition(q: &Q) -> String {
    match q {
        Q::Condition(condition) => format!("Q({}={})", path(&condition.path), operand(&condition.operand)),
        Q::Group { connector, negated, children } => {
            let sign = match connector {
                Connector::And => " & ",
                Connector::Or => " | ",
                Connector::Xor => " ^ ",
            };
            let not = if *negated { "~" } else { "" };
            let parts: Vec<String> = children.iter().map(|child| format!("Q({})", condition(child))).collect();
            match parts.is_empty() {
                true => format!("{not}Q()"),
                false => format!("{not}({})", parts.join(sign)),
            }
        }
        Q::Lookup(comparison) => {
            format!("lookup({}, '{}', {})", expr(&comparison.left), comparison.lookups, operand(&comparison.operand))
        }
        Q::Expr(inner) => format!("Q({})", expr(inner)),
        other => other.to_string(),
    }
}

fn path(path: &Path) -> String {
    path.to_string()
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Expr(Expr::Value(value)) => self::value(value),
        Operand::Expr(inner) => expr(inner),
        Operand::List(exprs) => format!("[{}]", join(exprs.iter().map(expr))),
        Operand::Query(inner) => query(inner),
        other => other.to_string(),
    }
}

pub(crate) fn value(this: &Value) -> String {
    let date = |d: Date| format!("{}, {}, {}", d.year(), d.month(), d.day());
    let time = |t: Time| format!("{}, {}, {}, {}", t.hour(), t.minute(), t.second(), t.subsec_nanosecond() / 1000);
    let moment = |m: DateTime| format!("{}, {}", date(m.date()), time(m.time()));
    match this {
        Value::Date(d) => format!("date({})", date(*d)),
        Value::Time(t) => format!("time({})", time(*t)),
        Value::DateTime(m) => format!("datetime({})", moment(*m)),
        Value::Timestamp(t) => format!("datetime({}, tzinfo=utc)", moment(jiff::tz::TimeZone::UTC.to_datetime(*t))),
        Value::Json(document) => format!("loads({:?})", document.to_string()),
        Value::List(values) => format!("[{}]", join(values.iter().map(value))),
        other => other.to_string(),
    }
}
