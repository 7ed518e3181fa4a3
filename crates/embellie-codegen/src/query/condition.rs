//! Conditions: `q!` where it can say them, text where it cannot.

use embellie_core::expr::DatePart;
use embellie_core::field::{FieldKind, prepare};
use embellie_core::lookup::Lookup;
use embellie_core::query::{Condition, Connector, Operand};
use embellie_core::{Expr, Path, Q, Value};

use super::{Unsaid, Writer};
use crate::notation::literal;
use crate::word::{ident, is_identifier, text};

/// How wide a condition may be on a line of its own.
const WIDEST: usize = 80;

impl Writer<'_> {
    /// A condition as the argument of `filter`.
    pub(super) fn condition(&self, q: &Q) -> Result<String, Unsaid> {
        match self.in_macro(q) {
            Some(parts) => {
                let flat = format!("q!({})", parts.join(", "));
                match flat.chars().count() > WIDEST && parts.len() > 1 {
                    true => Ok(format!("q!(\n        {},\n    )", parts.join(",\n        "))),
                    false => Ok(flat),
                }
            }
            None => self.joined(q),
        }
    }

    /// The parts between the commas of `q!`, if it can say all of them.
    fn in_macro(&self, q: &Q) -> Option<Vec<String>> {
        match q {
            Q::Group { connector: Connector::And, negated: false, children } if !children.is_empty() => {
                children.iter().map(|child| self.part(child, true)).collect()
            }
            other => Some(vec![self.part(other, true)?]),
        }
    }

    fn part(&self, q: &Q, alone: bool) -> Option<String> {
        match q {
            Q::Condition(condition) => self.comparison(condition),
            Q::Group { connector, negated, children } if !children.is_empty() => {
                let single = children.len() == 1;
                let parts: Option<Vec<String>> =
                    children.iter().map(|child| self.part(child, single && (*negated || alone))).collect();
                let joined = parts?.join(sign(*connector));
                Some(match (negated, alone || single) {
                    (true, _) => format!("!({joined})"),
                    (false, true) => joined,
                    (false, false) => format!("({joined})"),
                })
            }
            _ => None,
        }
    }

    /// `path = value`.
    fn comparison(&self, condition: &Condition) -> Option<String> {
        let first = condition.path.names().next()?;
        if self.aliases.iter().any(|alias| alias == first) {
            return None;
        }
        let found = self.follow(&condition.path)?;
        let field = found.field?;
        let (meta, stored) = (self.registry.get(field.0).fields.get(field.1)?, self.kind(field));
        let mut rest: Vec<&str> = found.rest.iter().map(String::as_str).collect();
        let lookup = match rest.last().copied().and_then(Lookup::from_name) {
            Some(lookup) => {
                rest.pop();
                lookup
            }
            None => Lookup::Exact,
        };
        // Parts of dates are known to paths of dates; what else there is, is not.
        let kind = match rest.as_slice() {
            [] => stored,
            [part] => {
                let dated = matches!(stored, FieldKind::Date | FieldKind::DateTime | FieldKind::NaiveDateTime);
                DatePart::from_name(part).filter(|_| dated && *part != "hour")?;
                FieldKind::Integer
            }
            _ => return None,
        };
        if !meta.choices.is_empty()
            || lookup.is_special()
            || matches!(kind, FieldKind::Json | FieldKind::Any | FieldKind::List)
        {
            return None;
        }
        let (value, isnull) = self.value(&condition.operand, lookup, kind)?;
        let names: Vec<&str> = condition.path.names().take(found.length).collect();
        let mut path =
            self.names.path(self.registry, self.model.id(), &Path::new(names.iter().map(|name| (*name).to_owned())));
        let related = meta.relation.is_some() && names.last() == Some(&meta.name.as_str());
        let is_key = names.last() == Some(&"pk") && meta.relation.is_some();
        if is_key {
            return None;
        }
        // A key that is a value is compared as the column.
        if related && !isnull && rest.is_empty() {
            path.push_str("_id");
        }
        for name in rest {
            path.push_str("__");
            path.push_str(name);
        }
        if isnull {
            path.push_str("__isnull");
        } else if lookup != Lookup::Exact {
            path.push_str("__");
            path.push_str(lookup.name());
        }
        is_identifier(&path).then(|| format!("{} = {value}", ident(&path)))
    }

    /// The value of a comparison, and whether it became one with null.
    fn value(&self, operand: &Operand, lookup: Lookup, kind: FieldKind) -> Option<(String, bool)> {
        let one = |value: &Value| -> Option<String> {
            let stored = match kind {
                FieldKind::Duration | FieldKind::Binary => value.clone(),
                kind => prepare(kind, "", value.clone()).ok()?,
            };
            if stored.is_null() {
                return None;
            }
            match &stored {
                Value::Timestamp(value) => Some(format!("\"{value}\".parse::<Timestamp>()?")),
                stored => literal(stored, kind),
            }
        };
        let Operand::Expr(expr) = operand else { return None };
        match (lookup, expr) {
            (Lookup::IsNull, Expr::Value(Value::Bool(value))) => Some((value.to_string(), true)),
            (Lookup::IsNull, Expr::Value(Value::Int(value))) => Some(((*value != 0).to_string(), true)),
            (Lookup::Exact, Expr::Value(Value::Null)) => Some(("true".into(), true)),
            (Lookup::In, Expr::Value(Value::List(values))) if !values.is_empty() => {
                let values: Option<Vec<String>> = values.iter().map(one).collect();
                Some((format!("[{}]", values?.join(", ")), false))
            }
            (Lookup::Range, Expr::Value(Value::List(values))) => match values.as_slice() {
                [least, greatest] => Some((format!("({}, {})", one(least)?, one(greatest)?), false)),
                _ => None,
            },
            (Lookup::In | Lookup::Range | Lookup::IsNull, _) => None,
            (lookup, Expr::Value(Value::Text(value))) if lookup.is_pattern() || lookup == Lookup::IExact => {
                kind.is_text().then(|| (text(value), false))
            }
            (lookup, _) if lookup.is_pattern() || lookup == Lookup::IExact => None,
            (_, Expr::Value(value)) => Some((one(value)?, false)),
            _ => None,
        }
    }

    /// `n.gte(1)` of an annotation that is a whole number.
    fn of_annotation(&self, condition: &Condition) -> Option<String> {
        let mut names = condition.path.names();
        let variable = self.integer(names.next()?)?;
        let method = match names.next() {
            None | Some("exact") => "eq",
            Some(lookup @ ("gt" | "gte" | "lt" | "lte")) => lookup,
            Some(_) => return None,
        };
        match (names.next(), condition.operand.as_value()?) {
            (None, Value::Int(value)) => Some(format!("{variable}.{method}({value})")),
            _ => None,
        }
    }

    /// Conditions joined by operators, each said as it can be.
    fn joined(&self, q: &Q) -> Result<String, Unsaid> {
        let model = self.model_type();
        if let Some(parts) = self.in_macro(q) {
            return Ok(format!("q!({model}, {})", parts.join(", ")));
        }
        match q {
            Q::Condition(condition) => {
                if let Some(compared) = self.of_annotation(condition) {
                    return Ok(compared);
                }
                let plain = condition.operand.as_value().filter(|value| !value.is_null());
                if let Some(value) = plain.and_then(|value| literal(value, FieldKind::Any)) {
                    return Ok(format!("Q::text({}, {value})", text(&self.text_path(&condition.path))));
                }
                let operand = match &condition.operand {
                    Operand::Expr(expr) => self.core(expr)?,
                    Operand::List(_) => return Err("a comparison has a list of expressions".into()),
                    _ => return Err("a comparison has a query on its right".into()),
                };
                Ok(format!("Q::text({}, {operand})", text(&self.text_path(&condition.path))))
            }
            Q::Group { negated, children, .. } if children.is_empty() => {
                Ok(if *negated { "!Q::all()".into() } else { "Q::all()".to_owned() })
            }
            Q::Group { connector, negated, children } => {
                let parts: Result<Vec<String>, Unsaid> = children
                    .iter()
                    .map(|child| {
                        let part = self.joined(child)?;
                        let group = matches!(child, Q::Group { negated: false, children, .. } if children.len() > 1);
                        Ok(if group && !part.starts_with("q!(") { format!("({part})") } else { part })
                    })
                    .collect();
                let joined = parts?.join(sign(*connector));
                Ok(if *negated { format!("!({joined})") } else { joined })
            }
            Q::Lookup(comparison) => {
                let (left, Operand::Expr(right)) = (&comparison.left, &comparison.operand) else {
                    return Err("a comparison has a query on its right".into());
                };
                let lookups = text(&comparison.lookups.to_string());
                let lookups = if comparison.lookups.is_empty() { text("exact") } else { lookups };
                Ok(format!("Q::from({}.lookup({lookups}, {}))", self.core(left)?, self.core(right)?))
            }
            Q::Expr(_) => Err("a condition is an expression".into()),
            _ => Err("a condition is not known here".into()),
        }
    }
}

fn sign(connector: Connector) -> &'static str {
    match connector {
        Connector::And => " & ",
        Connector::Or => " | ",
        Connector::Xor => " ^ ",
    }
}
