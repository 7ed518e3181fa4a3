//! Conditions: `q!` where it can say them, text where it cannot.

use embellie_core::expr::DatePart;
use embellie_core::field::{FieldKind, prepare};
use embellie_core::lookup::Lookup;
use embellie_core::query::{Condition, Connector, Operand};
use embellie_core::{Expr, Path, Q, Query, Value};

use super::expression::{Form, Typed};
use super::kind::Type;
use super::{Shape, Unsaid, Writer, bracketed};
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
                    true => Ok(format!("q!(\n    {},\n)", parts.join(",\n    "))),
                    false => Ok(flat),
                }
            }
            None => self.joined(q, true),
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
        if self.is_name(first) {
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
                Value::Timestamp(value) if !self.is_within() => Some(format!("\"{value}\".parse::<Timestamp>()?")),
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

    /// `Post::views.gt(Post::id)`, `n.gte(1)`: a path or an expression compared by one of the lookups that have methods.
    fn compared(&self, left: &Typed, lookup: Lookup, operand: &Operand) -> Option<String> {
        let receiver = match left.form {
            Form::Constant | Form::Condition | Form::ConditionVariable => return None,
            _ => left.receiver(),
        };
        let method = match lookup {
            Lookup::Exact => "eq",
            Lookup::In => "in_",
            Lookup::Contains if left.ty != Type::TEXT => return None,
            lookup if lookup.is_special() => return None,
            lookup => lookup.name(),
        };
        let fits = match lookup {
            Lookup::Exact | Lookup::In | Lookup::IsNull => true,
            _ if left.form == Form::Relation => false,
            Lookup::Gt | Lookup::Gte | Lookup::Lt | Lookup::Lte | Lookup::Range => true,
            _ => left.ty == Type::TEXT,
        };
        if !fits {
            return None;
        }
        let one = |expr: &Expr| self.right(left, expr);
        let right = match (lookup, operand) {
            (Lookup::IsNull, Operand::Expr(Expr::Value(Value::Bool(null)))) => null.to_string(),
            (Lookup::IsNull, _) => return None,
            (Lookup::In, Operand::Expr(Expr::Value(Value::List(values)))) if !values.is_empty() => {
                let values: Option<Vec<String>> = values.iter().map(|value| one(&Expr::Value(value.clone()))).collect();
                format!("[{}]", values?.join(", "))
            }
            (Lookup::Range, Operand::Expr(Expr::Value(Value::List(values)))) => match values.as_slice() {
                [least, greatest] => {
                    format!("({}, {})", one(&Expr::Value(least.clone()))?, one(&Expr::Value(greatest.clone()))?)
                }
                _ => return None,
            },
            (Lookup::Range, Operand::List(bounds)) => match bounds.as_slice() {
                [least, greatest] => format!("({}, {})", one(least)?, one(greatest)?),
                _ => return None,
            },
            (Lookup::In | Lookup::Exact, Operand::Query(query)) => self.rows_to_compare(left, query)?,
            (Lookup::In | Lookup::Range, _) => return None,
            (_, Operand::Expr(expr)) => one(expr)?,
            _ => return None,
        };
        Some(format!("{receiver}.{method}({right})"))
    }

    /// What stands on the right, where it is like what stands on the left.
    fn right(&self, left: &Typed, expr: &Expr) -> Option<String> {
        if let Expr::Value(value) = expr {
            return match left.ty {
                // A number alone could be a key of any type.
                Type::Object(model) => {
                    let key = self.key_type(model)?;
                    let written = key.compared(value)?;
                    let bare = matches!(value, Value::Int(number) if i32::try_from(*number).is_ok());
                    Some(if bare { format!("{written}_i64") } else { written })
                }
                ty => ty.compared(value),
            };
        }
        let right = self.expression(expr)?;
        let is_like = match (left.ty, right.ty) {
            (Type::Object(model), Type::Object(other)) => model == other && right.form == Form::Relation,
            (Type::Object(model), ty) => self.key_type(model) == Some(ty) && right.form != Form::Relation,
            (ty, other) => ty.is_like(other) && right.form != Form::Relation,
        };
        if is_like { right.compared() } else { None }
    }

    /// A query set that a field is compared with.
    fn rows_to_compare(&self, left: &Typed, query: &Query) -> Option<String> {
        let inner = self.inner(query, false).ok()?;
        let fits = match (&inner.shape, left.ty) {
            (Shape::Whole(model), Type::Object(of)) => *model == of,
            (Shape::One(ty), of) => ty.is_like(of) || matches!(of, Type::Object(of) if self.key_type(of) == Some(*ty)),
            (Shape::Text, _) => true,
            _ => false,
        };
        fits.then_some(inner.text)
    }

    /// A comparison of a path that has a type.
    fn comparison_of_types(&self, condition: &Condition) -> Option<String> {
        let (left, rest) = self.typed(&condition.path)?;
        match rest.as_slice() {
            [] => self.compared(&left, Lookup::Exact, &condition.operand),
            [name] => self.compared(&left, Lookup::from_name(name)?, &condition.operand),
            _ => None,
        }
    }

    /// Conditions joined by operators, each said as it can be. What stands around tells whose rows they are about, or they
    /// have to say it themselves.
    pub(super) fn joined(&self, q: &Q, is_told: bool) -> Result<String, Unsaid> {
        let model = self.model_type();
        if let Some(parts) = self.in_macro(q) {
            return Ok(format!("q!({model}, {})", parts.join(", ")));
        }
        let type_of = || if is_told { "Q".to_owned() } else { format!("Q::<{model}>") };
        match q {
            Q::Condition(condition) => {
                if let Some(compared) = self.comparison_of_types(condition) {
                    return Ok(compared);
                }
                let path = text(&self.text_path(&condition.path)?);
                let plain = condition.operand.as_value().filter(|value| !value.is_null());
                let operand = match plain.and_then(Type::of_value) {
                    Some((Type::I64, value)) if value.len() > 9 => format!("{value}_i64"),
                    Some((_, value)) => value,
                    None => self.operand_data(&condition.operand)?,
                };
                Ok(format!("{}::text({path}, {operand})", type_of()))
            }
            Q::Group { negated, children, .. } if children.is_empty() => {
                Ok(format!("{}{}::all()", if *negated { "!" } else { "" }, type_of()))
            }
            Q::Group { connector, negated, children } => {
                let parts: Result<Vec<String>, Unsaid> = children
                    .iter()
                    .map(|child| {
                        let part = self.joined(child, is_told)?;
                        let group = matches!(child, Q::Group { negated: false, children, .. } if children.len() > 1);
                        Ok(if group && !part.starts_with("q!(") { format!("({part})") } else { part })
                    })
                    .collect();
                let joined = parts?.join(sign(*connector));
                Ok(if *negated { format!("!{}", bracketed(joined)) } else { joined })
            }
            Q::Lookup(comparison) => {
                let lookup = match comparison.lookups.names().collect::<Vec<_>>().as_slice() {
                    [] => Some(Lookup::Exact),
                    [name] => Lookup::from_name(name),
                    _ => None,
                };
                let typed = lookup.zip(self.expression(&comparison.left));
                if let Some(compared) =
                    typed.and_then(|(lookup, left)| self.compared(&left, lookup, &comparison.operand))
                {
                    return Ok(compared);
                }
                let lookups = match comparison.lookups.is_empty() {
                    true => text("exact"),
                    false => text(&comparison.lookups.to_string()),
                };
                let left = self.data(&comparison.left)?;
                let left = if matches!(comparison.left, Expr::Combined { .. }) { format!("({left})") } else { left };
                let operand = self.operand_data(&comparison.operand)?;
                Ok(format!("{}::from({left}.lookup({lookups}, {operand}))", type_of()))
            }
            Q::Expr(expr) => match self.expression(expr) {
                Some(of) if of.form == Form::Condition => Ok(of.text),
                Some(of) if of.form == Form::ConditionVariable => Ok(format!("{}.clone()", of.text)),
                Some(of) if of.ty == Type::BOOL && of.form != Form::Constant => {
                    let of = if of.form == Form::Column { format!("{}.f()", of.text) } else { of.receiver() };
                    Ok(format!("{of}.holds()"))
                }
                _ => Ok(format!("{}::from({})", type_of(), self.data(expr)?)),
            },
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
