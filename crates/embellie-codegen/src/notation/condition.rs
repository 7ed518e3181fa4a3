//! Conditions and expressions within declarations: `status__in = ["a", "b"], !(price__lt = F(cost))`.

use embellie_core::expr::{Function, Operator};
use embellie_core::field::FieldKind;
use embellie_core::query::{Connector, Operand};
use embellie_core::{Expr, Path, Q, Value};

use super::literal;
use crate::word::{ident, is_identifier, text};

/// What a name of a path is called in Rust.
pub(crate) type Rename<'r> = &'r dyn Fn(&Path) -> String;

/// A condition as declarations are given it, its parts joined by commas where all of them hold; `None` for what cannot
/// be written so.
pub(crate) fn condition(q: &Q, rename: Rename<'_>) -> Option<Vec<String>> {
    match q {
        Q::Group { connector: Connector::And, negated: false, children } if !children.is_empty() => {
            children.iter().map(|child| part(child, rename, true)).collect()
        }
        other => part(other, rename, true).map(|part| vec![part]),
    }
}

fn part(q: &Q, rename: Rename<'_>, alone: bool) -> Option<String> {
    match q {
        Q::Condition(condition) => {
            let path = rename(&condition.path);
            if !is_identifier(&path) {
                return None;
            }
            Some(format!("{} = {}", ident(&path), operand(&condition.operand, rename)?))
        }
        Q::Group { connector, negated, children } if !children.is_empty() => {
            let sign = match connector {
                Connector::And => " & ",
                Connector::Or => " | ",
                Connector::Xor => " ^ ",
            };
            let single = children.len() == 1;
            let parts: Option<Vec<String>> =
                children.iter().map(|child| part(child, rename, single && (*negated || alone))).collect();
            let joined = parts?.join(sign);
            Some(match (negated, alone || single) {
                (true, _) => format!("!({joined})"),
                (false, true) => joined,
                (false, false) => format!("({joined})"),
            })
        }
        _ => None,
    }
}

fn operand(operand: &Operand, rename: Rename<'_>) -> Option<String> {
    match operand {
        Operand::Expr(Expr::Value(Value::Null)) => Some("None".into()),
        Operand::Expr(Expr::Value(Value::List(values))) => {
            let values: Option<Vec<String>> = values.iter().map(|value| literal(value, FieldKind::Any)).collect();
            Some(format!("[{}]", values?.join(", ")))
        }
        Operand::Expr(expr) => expression(expr, rename),
        _ => None,
    }
}

/// An expression over fields as declarations are given it; `None` for what cannot be written so.
pub(crate) fn expression(expr: &Expr, rename: Rename<'_>) -> Option<String> {
    match expr {
        Expr::Path(path) => {
            let path = rename(path);
            is_identifier(&path).then(|| format!("F({})", ident(&path)))
        }
        Expr::Value(value) => literal(value, FieldKind::Any),
        Expr::Combined { left, operator, right } => {
            let sign = match operator {
                Operator::Add => '+',
                Operator::Subtract => '-',
                Operator::Multiply => '*',
                Operator::Divide => '/',
                Operator::Modulo => '%',
                _ => return None,
            };
            // A value on the left has no operators with expressions.
            if matches!(**left, Expr::Value(_)) {
                return None;
            }
            let side = |expr: &Expr| {
                let written = expression(expr, rename)?;
                Some(if matches!(expr, Expr::Combined { .. }) { format!("({written})") } else { written })
            };
            Some(format!("{} {sign} {}", side(left)?, side(right)?))
        }
        Expr::Call { function, arguments } if is_known(*function) => {
            let arguments: Option<Vec<String>> =
                arguments.iter().map(|argument| expression(argument, rename)).collect();
            Some(format!("{}({})", function.name(), arguments?.join(", ")))
        }
        Expr::Raw(raw) if raw.parameters.positional().is_empty() && raw.parameters.named().len() == 0 => {
            Some(format!("RawSQL({})", text(raw.sql.as_str())))
        }
        _ => None,
    }
}

/// Whether declarations know a function by its name: those that are no search, no window and have no other name of
/// another function within theirs.
fn is_known(function: Function) -> bool {
    !function.is_window() && !function.is_search() && !function.name().contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(q: &Q) -> Option<String> {
        condition(q, &|path| path.to_string()).map(|parts| parts.join(", "))
    }

    #[test]
    fn conditions_read_as_they_are_written() {
        let low = || Q::new("rating__gte", 1);
        let status = || Q::new("status__in", Value::List(vec!["a".into(), "b".into()]));
        assert_eq!(written(&(low() & status())).as_deref(), Some("rating__gte = 1, status__in = [\"a\", \"b\"]"));
        let either = low() | (status() & !Q::new("type", Value::Null));
        assert_eq!(
            written(&either).as_deref(),
            Some("rating__gte = 1 | (status__in = [\"a\", \"b\"] & !(r#type = None))")
        );
        let compared = Q::new("total__gt", (Expr::path("a") + 1) * Expr::call(Function::Lower, [Expr::path("b")]));
        assert_eq!(
            written(&!(compared | low())).as_deref(),
            Some("!(total__gt = (F(a) + 1) * Lower(F(b)) | rating__gte = 1)")
        );
        assert_eq!(written(&Q::new("data__0__x y", 1)), None);
    }
}
