//! Expressions as data: what has no type of its own.

use embellie_core::expr::{Aggregate, Func, Operator, RawSql, Window};
use embellie_core::field::FieldKind;
use embellie_core::query::{Extra, Operand};
use embellie_core::{Expr, Nulls, OrderBy, Params, Query, Value};

use super::{Unsaid, Writer, bracketed};
use crate::word::text;

impl Writer<'_> {
    /// An expression that is built as data.
    pub(super) fn data(&self, expr: &Expr) -> Result<String, Unsaid> {
        match expr {
            Expr::Path(path) => Ok(format!("embellie::Expr::path({})", text(&self.text_path(path)?))),
            Expr::Outer { path, levels } => {
                let names = self.outer_text(path, *levels)?;
                Ok(match levels {
                    1 => format!("embellie::Expr::outer({})", text(&names)),
                    levels => format!("embellie::Expr::Outer {{ path: {}.into(), levels: {levels} }}", text(&names)),
                })
            }
            Expr::Value(value) => Ok(format!("embellie::Expr::value({})", data_value(value)?)),
            Expr::Star => Ok("embellie::Expr::Star".into()),
            Expr::Combined { left, operator, right } => self.combined_data(left, *operator, right),
            Expr::Call { function, arguments } => {
                let arguments = self.many(arguments)?;
                Ok(format!("embellie::Expr::call(embellie::expr::Function::{function:?}, [{arguments}])"))
            }
            Expr::Extract { expr, part, zone } => Ok(format!(
                "embellie::Expr::Extract {{ expr: Box::new({}), part: embellie::expr::DatePart::{part:?}, zone: {} }}",
                self.data(expr)?,
                optional(zone.as_deref())
            )),
            Expr::Trunc { expr, unit, zone } => Ok(format!(
                "embellie::Expr::Trunc {{ expr: Box::new({}), unit: embellie::expr::TruncUnit::{unit:?}, zone: {} }}",
                self.data(expr)?,
                optional(zone.as_deref())
            )),
            Expr::Func(func) => self.func_data(func),
            Expr::Typed { expr, kind } => {
                let of = self.data(expr)?;
                let of = if matches!(**expr, Expr::Combined { .. }) { format!("({of})") } else { of };
                Ok(format!("{of}.typed({})", kind_data(*kind)?))
            }
            Expr::Cast { expr, kind, max_length } => Ok(format!(
                "embellie::Expr::Cast {{ expr: Box::new({}), kind: {}, max_length: {max_length:?} }}",
                self.data(expr)?,
                kind_data(*kind)?
            )),
            Expr::Collate { expr, collation } => Ok(format!(
                "embellie::Expr::Collate {{ expr: Box::new({}), collation: {}.into() }}",
                self.data(expr)?,
                text(collation)
            )),
            Expr::Case { whens, otherwise } => {
                let whens: Result<Vec<String>, Unsaid> = whens
                    .iter()
                    .map(|(q, then)| Ok(format!("({}.into_core(), {})", self.grouped(q)?, self.data(then)?)))
                    .collect();
                let otherwise = match otherwise {
                    Some(otherwise) => format!("Some(Box::new({}))", self.data(otherwise)?),
                    None => "None".into(),
                };
                let whens = whens?.join(", ");
                Ok(format!("embellie::Expr::Case {{ whens: vec![{whens}], otherwise: {otherwise} }}"))
            }
            Expr::Condition(q) => Ok(format!("embellie::Expr::from({}.into_core())", self.grouped(q)?)),
            Expr::Transform { expr, names } => Ok(format!(
                "embellie::Expr::Transform {{ expr: Box::new({}), names: {}.into() }}",
                self.data(expr)?,
                text(&names.to_string())
            )),
            Expr::Slice { expr, start, length } => Ok(format!(
                "embellie::Expr::Slice {{ expr: Box::new({}), start: {start}, length: {length:?} }}",
                self.data(expr)?
            )),
            Expr::Aggregate(aggregate) => self.aggregate_data(aggregate),
            Expr::Window(window) => self.window_data(window),
            Expr::Subquery(query) => Ok(format!("embellie::Expr::Subquery(Box::new({}))", self.query_data(query)?)),
            Expr::Exists(query) => Ok(format!("embellie::Expr::Exists(Box::new({}))", self.query_data(query)?)),
            Expr::ArraySubquery(query) => {
                Ok(format!("embellie::Expr::ArraySubquery(Box::new({}))", self.query_data(query)?))
            }
            Expr::Raw(raw) => raw_data(raw),
            other => Err(format!("'{other}' is not known here")),
        }
    }

    fn many(&self, expressions: &[Expr]) -> Result<String, Unsaid> {
        let listed: Result<Vec<String>, Unsaid> = expressions.iter().map(|expr| self.data(expr)).collect();
        Ok(listed?.join(", "))
    }

    /// A condition of which methods are called.
    fn grouped(&self, q: &embellie_core::Q) -> Result<String, Unsaid> {
        Ok(bracketed(self.joined(q, false)?))
    }

    /// A query as data.
    pub(super) fn query_data(&self, query: &Query) -> Result<String, Unsaid> {
        let inner = self.inner(query, false)?;
        Ok(format!("{}.query().clone()", inner.text))
    }

    /// What stands on the right of a comparison, as data.
    pub(super) fn operand_data(&self, operand: &Operand) -> Result<String, Unsaid> {
        match operand {
            Operand::Expr(expr) => self.data(expr),
            Operand::List(expressions) => {
                Ok(format!("embellie::query_set::Operand::List(vec![{}])", self.many(expressions)?))
            }
            Operand::Query(query) => self.query_data(query),
            _ => Err("what a condition compares with is not known here".into()),
        }
    }

    fn combined_data(&self, left: &Expr, operator: Operator, right: &Expr) -> Result<String, Unsaid> {
        let side = |expr: &Expr| -> Result<String, Unsaid> {
            let written = self.data(expr)?;
            Ok(if matches!(expr, Expr::Combined { .. }) { format!("({written})") } else { written })
        };
        Ok(match operator {
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                format!("{} {} {}", side(left)?, operator.symbol(), side(right)?)
            }
            other => {
                format!("{}.combine(embellie::expr::Operator::{other:?}, {})", side(left)?, self.data(right)?)
            }
        })
    }

    fn func_data(&self, func: &Func) -> Result<String, Unsaid> {
        let mut written = format!("embellie::expr::Func::new({}, [{}])", text(&func.name), self.many(&func.arguments)?);
        for (dialect, template) in &func.templates {
            written.push_str(&format!(".template({}, {})", text(dialect), text(template)));
        }
        if let Some(template) = &func.template {
            written.push_str(&format!(".text({})", text(template)));
        }
        if let Some(kind) = func.kind {
            written.push_str(&format!(".kind({})", kind_data(kind)?));
        }
        if func.aggregate {
            written.push_str(".aggregate()");
        }
        Ok(format!("embellie::Expr::from({written})"))
    }

    fn aggregate_data(&self, aggregate: &Aggregate) -> Result<String, Unsaid> {
        let mut written = format!(
            "embellie::expr::Aggregate::new(embellie::expr::AggregateFunction::{:?}, [{}])",
            aggregate.function,
            self.many(&aggregate.arguments)?
        );
        if aggregate.distinct {
            written.push_str(".distinct()");
        }
        if let Some(filter) = &aggregate.filter {
            written.push_str(&format!(".filter({}.into_core())", self.grouped(filter)?));
        }
        if let Some(default) = &aggregate.default {
            written.push_str(&format!(".default({})", self.data(default)?));
        }
        if !aggregate.order_by.is_empty() {
            written.push_str(&format!(".order_by([{}])", self.terms_data(&aggregate.order_by)?));
        }
        Ok(format!("embellie::Expr::from({written})"))
    }

    fn window_data(&self, window: &Window) -> Result<String, Unsaid> {
        let mut written = format!("embellie::expr::Window::over({})", self.data(&window.expr)?);
        if !window.partition_by.is_empty() {
            written.push_str(&format!(".partition_by([{}])", self.many(&window.partition_by)?));
        }
        if !window.order_by.is_empty() {
            written.push_str(&format!(".order_by([{}])", self.terms_data(&window.order_by)?));
        }
        if let Some(frame) = window.frame {
            let bound = |bound| format!("embellie::expr::Bound::{bound:?}");
            let exclusion = match frame.exclusion {
                Some(exclusion) => format!("Some(embellie::expr::Exclusion::{exclusion:?})"),
                None => "None".into(),
            };
            written.push_str(&format!(
                ".frame(embellie::expr::Frame {{ units: embellie::expr::FrameUnits::{:?}, start: {}, end: {}, \
                 exclusion: {exclusion} }})",
                frame.units,
                bound(frame.start),
                bound(frame.end)
            ));
        }
        Ok(format!("embellie::Expr::from({written})"))
    }

    fn terms_data(&self, terms: &[OrderBy]) -> Result<String, Unsaid> {
        let terms: Result<Vec<String>, Unsaid> = terms.iter().map(|term| self.term_data(term)).collect();
        Ok(terms?.join(", "))
    }

    /// A term of an ordering as data.
    pub(super) fn term_data(&self, term: &OrderBy) -> Result<String, Unsaid> {
        let of = self.data(&term.expr)?;
        let of = if matches!(term.expr, Expr::Combined { .. }) { format!("({of})") } else { of };
        let direction = if term.descending { "desc" } else { "asc" };
        Ok(format!("{of}.{direction}(){}", nulls(term.nulls)))
    }
}

/// Where nulls go.
pub(super) fn nulls(nulls: Option<Nulls>) -> &'static str {
    match nulls {
        None => "",
        Some(Nulls::First) => ".nulls_first()",
        Some(Nulls::Last) => ".nulls_last()",
    }
}

fn optional(zone: Option<&str>) -> String {
    zone.map_or_else(|| "None".to_owned(), |zone| format!("Some({}.into())", text(zone)))
}

fn kind_data(kind: FieldKind) -> Result<String, Unsaid> {
    match kind {
        FieldKind::Array(elements) => Ok(format!("embellie::field::FieldKind::Array(&{})", kind_data(*elements)?)),
        FieldKind::Range(range) => {
            Ok(format!("embellie::field::FieldKind::Range(embellie::field::RangeKind::{range:?})"))
        }
        kind => Ok(format!("embellie::field::FieldKind::{kind:?}")),
    }
}

fn raw_data(raw: &RawSql) -> Result<String, Unsaid> {
    let mut written =
        format!("embellie::expr::RawSql::new({}, {})", text(raw.sql.as_str()), parameters(&raw.parameters)?);
    if let Some(kind) = raw.kind {
        written.push_str(&format!(".kind({})", kind_data(kind)?));
    }
    Ok(format!("embellie::Expr::from({written})"))
}

/// The parameters of a text.
pub(super) fn parameters(parameters: &Params) -> Result<String, Unsaid> {
    let mut written = String::from("Params::new()");
    for value in parameters.positional() {
        written.push_str(&format!(".push({})", data_value(value)?));
    }
    for (name, value) in parameters.named() {
        written.push_str(&format!(".name({}, {})", text(name), data_value(value)?));
    }
    Ok(if written.ends_with("new()") { "()".into() } else { written })
}

/// `extra()` with its pieces of SQL.
pub(super) fn extra(writer: &Writer<'_>, extra: &Extra) -> Result<String, Unsaid> {
    let mut written = String::from("embellie::query_set::Extra::new()");
    for column in &extra.select {
        written.push_str(&format!(
            ".column({}, {}, {})",
            text(&column.name),
            text(column.sql.as_str()),
            parameters(&column.parameters)?
        ));
    }
    // The parameters are those of all conditions, one after the other.
    let last = extra.conditions.len().saturating_sub(1);
    for (place, condition) in extra.conditions.iter().enumerate() {
        let given = if place == last { parameters(&extra.parameters)? } else { "()".into() };
        written.push_str(&format!(".condition({}, {given})", text(condition.as_str())));
    }
    for table in &extra.tables {
        written.push_str(&format!(".table({})", text(table)));
    }
    if !extra.order_by.is_empty() {
        written.push_str(&format!(".order_by([{}])", writer.terms_data(&extra.order_by)?));
    }
    Ok(written)
}

/// A value as data.
fn data_value(value: &Value) -> Result<String, Unsaid> {
    if let Value::List(values) = value {
        let values: Result<Vec<String>, Unsaid> =
            values.iter().map(|value| Ok(format!("embellie::Value::from({})", data_value(value)?))).collect();
        return Ok(format!("embellie::Value::List(vec![{}])", values?.join(", ")));
    }
    if value.is_null() {
        return Ok("embellie::Value::Null".into());
    }
    let literal =
        crate::notation::literal(value, FieldKind::Any).ok_or_else(|| format!("the value {value} has no literal"))?;
    Ok(match value {
        Value::Int(value) if i32::try_from(*value).is_err() => format!("{literal}_i64"),
        _ => literal,
    })
}
