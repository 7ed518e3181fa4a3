//! Defaults that SQL writes as constants, and the few functions that everybody uses.

use embellie_core::Expr;
use embellie_core::Value;
use embellie_core::expr::Function;
use embellie_core::field::{FieldKind, prepare};

/// The expression that a default of a column of this kind stands for, if it is one that is known here.
pub(super) fn of(text: &str, kind: FieldKind) -> Option<Expr> {
    let text = without_brackets(text.trim());
    let lower = text.to_ascii_lowercase();
    let dated = matches!(kind, FieldKind::DateTime | FieldKind::NaiveDateTime);
    match lower.as_str() {
        "current_timestamp" | "now()" | "datetime('now')" if dated => {
            return Some(Expr::call(Function::Now, []));
        }
        "gen_random_uuid()" | "uuid_generate_v4()" if kind == FieldKind::Uuid => {
            return Some(Expr::call(Function::Uuid4, []));
        }
        _ => {}
    }
    let value = match kind {
        FieldKind::Bool => match lower.as_str() {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return None,
        },
        kind if kind.integer_range().is_some() => Value::Int(number(text)?.parse().ok()?),
        FieldKind::Float => Value::Float(number(text)?.parse().ok().filter(|value: &f64| value.is_finite())?),
        FieldKind::Decimal { .. } => prepare(kind, "", Value::Text(number(text)?.to_owned())).ok()?,
        kind if kind.is_text() => Value::Text(quoted(text)?),
        _ => return None,
    };
    let fits = match (&value, kind.integer_range()) {
        (Value::Int(value), Some((least, greatest))) => (least..=greatest).contains(value),
        _ => true,
    };
    fits.then_some(Expr::Value(value))
}

/// `((x))` as `x`.
fn without_brackets(text: &str) -> &str {
    match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) if !inner.contains(['(', ')']) => without_brackets(inner.trim()),
        _ => text,
    }
}

/// A number, be it a text with a cast: `'-1'::integer`.
fn number(text: &str) -> Option<&str> {
    let text = match text.strip_prefix('\'') {
        Some(rest) => {
            let (number, cast) = rest.split_once('\'')?;
            cast.starts_with("::").then_some(number)?
        }
        None => text.split_once("::").map_or(text, |(number, _)| number),
    };
    let text = without_brackets(text);
    let plausible = text.chars().all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
    (plausible && text.contains(|letter: char| letter.is_ascii_digit())).then_some(text)
}

/// A text between quotes, be it with a cast.
fn quoted(text: &str) -> Option<String> {
    let rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    let mut letters = rest.char_indices();
    while let Some((place, letter)) = letters.next() {
        if letter != '\'' {
            value.push(letter);
            continue;
        }
        let after = rest.get(place + 1..).unwrap_or_default();
        if after.starts_with('\'') {
            value.push('\'');
            letters.next();
            continue;
        }
        let cast = after.is_empty() || after.starts_with("::") && !after.contains(['\'', '(']) || is_sized_cast(after);
        return cast.then_some(value);
    }
    None
}

/// `::character varying(20)`.
fn is_sized_cast(text: &str) -> bool {
    let Some(name) = text.strip_prefix("::") else { return false };
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || " ()_\"".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_of_both_databases() {
        let text = |text: &str| of(text, FieldKind::Text);
        assert_eq!(text("'it''s'::character varying"), Some(Expr::value("it's")));
        assert_eq!(text("'a' || 'b'"), None);
        assert_eq!(text("upper('a')"), None);
        assert_eq!(of("('-1'::integer)", FieldKind::Integer), Some(Expr::value(-1)));
        assert_eq!(of("0.5", FieldKind::Float), Some(Expr::value(0.5)));
        assert_eq!(of("99999", FieldKind::SmallInteger), None);
        assert_eq!(of("CURRENT_TIMESTAMP", FieldKind::NaiveDateTime), Some(Expr::call(Function::Now, [])));
        assert_eq!(of("CURRENT_TIMESTAMP", FieldKind::Text), None);
        assert_eq!(of("1", FieldKind::Bool), Some(Expr::value(true)));
        assert_eq!(of("-", FieldKind::Integer), None);
    }
}
