//! Formats: those of f-strings, of `format()` and of the `%` operator.

use jiff::fmt::strtime;
use rust_decimal::prelude::ToPrimitive;

use super::expression::value_type;
use super::shared::Held;
use super::show::{decimal_text, exponent, float_text, repr, text};
use crate::{Error, Py, Result};

/// The widest that a field of a format may be.
const WIDEST: usize = 10_000;

/// What a format says: `[[fill]align][sign][#][0][width][,][.precision][type]`.
#[derive(Debug, Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(text: &str, of: &Py) -> Result<Spec> {
        let invalid =
            || Error::value_error(format!("Invalid format specifier '{text}' for object of type '{}'", value_type(of)));
        let mut spec = Spec::default();
        let mut rest: &[char] = &text.chars().collect::<Vec<_>>();
        let is_align = |c: &char| matches!(c, '<' | '>' | '^' | '=');
        match rest {
            [fill, align, ..] if is_align(align) => {
                (spec.fill, spec.align, rest) = (Some(*fill), Some(*align), &rest[2..]);
            }
            [align, ..] if is_align(align) => (spec.align, rest) = (Some(*align), &rest[1..]),
            _ => {}
        }
        if let [sign @ ('+' | '-' | ' '), after @ ..] = rest {
            (spec.sign, rest) = (Some(*sign), after);
        }
        if let ['#', after @ ..] = rest {
            (spec.alternate, rest) = (true, after);
        }
        if let ['0', after @ ..] = rest {
            spec.fill = spec.fill.or(Some('0'));
            spec.align = spec.align.or(Some('='));
            rest = after;
        }
        let number = |rest: &mut &[char]| -> Result<Option<usize>> {
            let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            let (number, after) = rest.split_at(digits);
            *rest = after;
            if number.is_empty() {
                return Ok(None);
            }
            let number: usize = number.iter().collect::<String>().parse().map_err(|_| invalid())?;
            if number > WIDEST {
                Err(Error::value_error(format!("a field of {number} columns")))
            } else {
                Ok(Some(number))
            }
        };
        spec.width = number(&mut rest)?.unwrap_or_default();
        if let [grouping @ (',' | '_'), after @ ..] = rest {
            (spec.grouping, rest) = (Some(*grouping), after);
        }
        if let ['.', after @ ..] = rest {
            rest = after;
            spec.precision =
                Some(number(&mut rest)?.ok_or_else(|| Error::value_error("Format specifier missing precision"))?);
        }
        if let [kind, after @ ..] = rest {
            (spec.kind, rest) = (Some(*kind), after);
        }
        if rest.is_empty() { Ok(spec) } else { Err(invalid()) }
    }

    /// The text in its field.
    fn pad(&self, sign: &str, body: &str, default: char) -> String {
        let missing = self.width.saturating_sub(sign.chars().count() + body.chars().count());
        let fill = |count: usize| self.fill.unwrap_or(' ').to_string().repeat(count);
        match self.align.unwrap_or(default) {
            '<' => format!("{sign}{body}{}", fill(missing)),
            '^' => format!("{}{sign}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{sign}{}{body}", fill(missing)),
            _ => format!("{}{sign}{body}", fill(missing)),
        }
    }

    fn number(&self, negative: bool, body: &str) -> String {
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        };
        let body = match self.grouping {
            None => body.to_owned(),
            Some(grouping) => grouped(body, grouping),
        };
        self.pad(sign, &body, '>')
    }
}

/// The digits before the point with a sign between each three.
fn grouped(number: &str, grouping: char) -> String {
    let digits = number.chars().take_while(char::is_ascii_digit).count();
    let (whole, rest) = number.split_at(digits);
    let mut made = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (digits - place).is_multiple_of(3) {
            made.push(grouping);
        }
        made.push(digit);
    }
    made + rest
}

/// The value in a format: `format(value, spec)`.
pub(super) fn formatted(value: &Py, spec: &str) -> Result<String> {
    let value = &value.clone().bare();
    if spec.is_empty() {
        return Ok(text(value));
    }
    let unknown = |kind: char| {
        Err(Error::value_error(format!("Unknown format code '{kind}' for object of type '{}'", value_type(value))))
    };
    match value {
        Py::Date(date) => return moment(spec, strtime::format(spec, *date)),
        Py::Time(time) => return moment(spec, strtime::format(spec, *time)),
        Py::DateTime(datetime) => return moment(spec, strtime::format(spec, *datetime)),
        Py::Timestamp(timestamp) => return moment(spec, strtime::format(spec, *timestamp)),
        _ => {}
    }
    let mut parsed = Spec::parse(spec, value)?;
    match value {
        Py::Str(text) => match parsed.kind {
            None | Some('s') => {
                let text: String = match parsed.precision {
                    Some(most) => text.chars().take(most).collect(),
                    None => text.clone(),
                };
                Ok(parsed.pad("", &text, '<'))
            }
            Some(kind) => unknown(kind),
        },
        Py::Int(_) | Py::Bool(_) => {
            let number = match value {
                Py::Int(number) => *number,
                other => i128::from(other.is_true()),
            };
            let magnitude = number.unsigned_abs();
            let body = match parsed.kind {
                None | Some('d' | 'n') => magnitude.to_string(),
                Some('x') => format!("{}{magnitude:x}", if parsed.alternate { "0x" } else { "" }),
                Some('X') => format!("{}{magnitude:X}", if parsed.alternate { "0X" } else { "" }),
                Some('o') => format!("{}{magnitude:o}", if parsed.alternate { "0o" } else { "" }),
                Some('b') => format!("{}{magnitude:b}", if parsed.alternate { "0b" } else { "" }),
                Some('c') => u32::try_from(number).ok().and_then(char::from_u32).map(String::from).unwrap_or_default(),
                Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
                    return float(number as f64, &mut parsed);
                }
                Some(kind) => return unknown(kind),
            };
            Ok(parsed.number(number < 0, &body))
        }
        Py::Float(number) => match parsed.kind {
            None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') => float(*number, &mut parsed),
            Some(kind) => unknown(kind),
        },
        Py::Decimal(number) => {
            let negative = number.is_sign_negative();
            let number = number.abs();
            let body = match (parsed.kind, parsed.precision) {
                (None | Some('f' | 'F'), Some(places)) => decimal_text(number, places),
                (None, None) | (Some('f' | 'F'), None) => number.to_string(),
                (Some('%'), places) => {
                    let percent = number.checked_mul(100.into()).unwrap_or(number);
                    format!("{}%", places.map_or_else(|| percent.normalize().to_string(), |p| decimal_text(percent, p)))
                }
                (Some('e' | 'E' | 'g' | 'G' | 'n'), _) => {
                    let number = number.to_f64().unwrap_or(f64::NAN);
                    return float(if negative { -number } else { number }, &mut parsed);
                }
                (Some(kind), _) => return unknown(kind),
            };
            Ok(parsed.number(negative, &body))
        }
        Py::None | Py::Shared(_) | Py::Delta(_) => {
            Err(Error::type_error(format!("unsupported format string passed to {}.__format__", value_type(value))))
        }
        other => Ok(parsed.pad("", &text(other), '<')),
    }
}

fn moment(spec: &str, shown: std::result::Result<String, jiff::Error>) -> Result<String> {
    shown.map_err(|why| Error::value_error(format!("Invalid format string '{spec}': {why}")))
}

fn float(number: f64, spec: &mut Spec) -> Result<String> {
    let negative = number.is_sign_negative() && !number.is_nan();
    let number = number.abs();
    let body = match (spec.kind, spec.precision) {
        _ if !number.is_finite() => float_text(number),
        (Some('f' | 'F'), places) => format!("{number:.*}", places.unwrap_or(6)),
        (Some('%'), places) => format!("{:.*}%", places.unwrap_or(6), number * 100.0),
        (Some('e'), places) => exponent(&format!("{number:.*e}", places.unwrap_or(6))),
        (Some('E'), places) => exponent(&format!("{number:.*e}", places.unwrap_or(6))).to_uppercase(),
        (Some(_), places) => general(number, places.unwrap_or(6)),
        (None, Some(places)) => general(number, places),
        (None, None) => float_text(number),
    };
    Ok(spec.number(negative, &body))
}

/// A number in as many digits as asked for, without zeros at the end.
fn general(number: f64, digits: usize) -> String {
    let digits = digits.max(1);
    let scientific = format!("{number:.*e}", digits - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or_default();
    let trim = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if power < -4 || power >= i32::try_from(digits).unwrap_or(i32::MAX) {
        let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        return exponent(&format!("{}e{power}", trim(mantissa)));
    }
    let places = usize::try_from(i32::try_from(digits).unwrap_or(i32::MAX) - 1 - power).unwrap_or_default();
    trim(&format!("{number:.places$}"))
}

/// A text with the values that stand for its signs: `"%s of %d" % (…)`.
pub(super) fn percent(format: &str, values: &Py) -> Result<String> {
    let (mut positional, named) = match values {
        Py::Shared(shared) => match &*shared.lock() {
            Held::Tuple(values) => (values.clone(), None),
            Held::Dict(dict) => (Vec::new(), Some(dict.clone())),
            _ => (vec![values.clone()], None),
        },
        other => (vec![other.clone()], None),
    };
    positional.reverse();
    let few = || Error::type_error("not enough arguments for format string");
    let mut made = String::new();
    let mut rest = format;
    while let Some(place) = rest.find('%') {
        made.push_str(&rest[..place]);
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            made.push('%');
            rest = after;
            continue;
        }
        let mut value = None;
        if let Some(after) = rest.strip_prefix('(')
            && let Some((name, after)) = after.split_once(')')
        {
            let found = named.as_ref().and_then(|dict| dict.items.get(&super::key::Key::Text(name.to_owned())));
            let (_, found) = found.ok_or_else(|| Error::python("KeyError", format!("'{name}'")))?;
            (value, rest) = (Some(found.clone()), after);
        }
        let end = rest.find(|c: char| c.is_ascii_alphabetic());
        let end = end.ok_or_else(|| Error::value_error("incomplete format"))?;
        let (flags, kind) = (&rest[..end], rest[end..].chars().next().unwrap_or('s'));
        rest = &rest[end + 1..];
        let value = match value {
            Some(value) => value,
            None => positional.pop().ok_or_else(few)?,
        };
        let left = flags.contains('-');
        let flags = flags.replace('-', "");
        let shown = match kind {
            's' => formatted(&Py::Str(shown(&value)), &format!("{}{flags}s", if left { "<" } else { ">" }))?,
            'r' => formatted(&Py::Str(repr(&value)), &format!("{}{flags}s", if left { "<" } else { ">" }))?,
            'd' | 'i' => {
                let whole = match &value {
                    Py::Float(value) => Py::Int(value.trunc() as i128),
                    Py::Decimal(value) => Py::Int(value.trunc().to_i128().unwrap_or_default()),
                    Py::Int(_) | Py::Bool(_) => value,
                    other => {
                        return Err(Error::type_error(format!(
                            "%d format: a real number is required, not {}",
                            value_type(other)
                        )));
                    }
                };
                formatted(&whole, &format!("{}{flags}d", if left { "<" } else { "" }))?
            }
            kind @ ('f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'x' | 'X' | 'o') => {
                formatted(&value, &format!("{}{flags}{kind}", if left { "<" } else { "" }))?
            }
            other => return Err(Error::value_error(format!("unsupported format character '{other}'"))),
        };
        made.push_str(&shown);
    }
    made.push_str(rest);
    if !positional.is_empty() && named.is_none() {
        return Err(Error::type_error("not all arguments converted during string formatting"));
    }
    Ok(made)
}

/// The value as text, where nothing may be read for it.
fn shown(value: &Py) -> String {
    match value {
        Py::Shared(_) => value.clone().plain().map_or_else(|_| value_type(value), |plain| text(&plain)),
        value => text(value),
    }
}
