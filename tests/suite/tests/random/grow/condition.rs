//! Conditions.

use embellie_core::query::{Connector, Operand};
use embellie_core::{Path, Q, Value};

use super::expr::{exists, expr, leaf};
use super::{Made, Scope, query};
use crate::models::Sort;
use crate::tape::Tape;
use crate::values::{value, word};

const SORTS: [Sort; 15] = [
    Sort::Int,
    Sort::Text,
    Sort::Bool,
    Sort::Date,
    Sort::Moment,
    Sort::Float,
    Sort::Decimal,
    Sort::Json,
    Sort::Time,
    Sort::Naive,
    Sort::Duration,
    Sort::Uuid,
    Sort::Ip,
    Sort::Words,
    Sort::Numbers,
];

pub(crate) fn condition(scope: &Scope, depth: usize, tape: &mut Tape<'_>) -> Q {
    let shallower = depth.saturating_sub(1);
    match if depth == 0 { 0 } else { tape.below(9) } {
        0..4 => comparison(scope, tape),
        4 => {
            let children = tape.list(1, 3, |tape| condition(scope, shallower, tape));
            let connector = tape.pick(&[Connector::And, Connector::Or, Connector::Xor]);
            Q::Group { connector, negated: tape.once_in(3), children }
        }
        5 => !condition(scope, shallower, tape),
        6 if scope.queries => {
            let exists = Q::expr(exists(query::correlated(scope, tape)));
            if tape.once_in(2) { !exists } else { exists }
        }
        7 => expression(scope, shallower, tape),
        _ => aggregate_or_window(scope, tape).unwrap_or_else(|| comparison(scope, tape)),
    }
}

/// A comparison of an annotation that is an aggregate or computed in a window.
fn aggregate_or_window(scope: &Scope, tape: &mut Tape<'_>) -> Option<Q> {
    let made = |named: &&super::Named| named.made != Made::Plain && named.sort == Sort::Int;
    let aliases: Vec<&str> = scope.named.iter().filter(made).map(|named| named.alias.as_str()).collect();
    let path = Path::from(*aliases.get(tape.below(aliases.len().max(1)))?);
    Some(match tape.below(4) {
        3 => Q::new(path.then("isnull"), tape.below(2) == 1),
        lookup => Q::new(path.then(["gt", "exact", "lte"][lookup]), tape.below(3) as i64),
    })
}

/// A comparison of a field with a value, an expression or the rows of a query.
fn comparison(scope: &Scope, tape: &mut Tape<'_>) -> Q {
    let sort = tape.pick(&SORTS);
    let names = scope.names(sort, Made::Plain);
    let path = match (tape.below(4), names.is_empty()) {
        (3, false) => Some(Path::from(tape.pick(&names))),
        _ => scope.path(sort, tape),
    };
    match path {
        Some(path) => lookup(scope, path, sort, tape),
        None => lookup(scope, scope.path(Sort::Int, tape).unwrap_or_else(|| "id".into()), Sort::Int, tape),
    }
}

fn lookup(scope: &Scope, path: Path, sort: Sort, tape: &mut Tape<'_>) -> Q {
    let lookup = |name: &'static str| path.clone().then(name);
    match tape.below(10) {
        0 => return Q::new(path, value(sort, tape)),
        1 => return Q::new(lookup("isnull"), tape.below(2) == 1),
        2 | 3 if sort != Sort::Json => return Q::new(lookup("in"), list(sort, tape)),
        4 if scope.queries && sort != Sort::Json => {
            let rows = query::values_of(scope, sort, tape);
            return Q::new(lookup("in"), Operand::Query(Box::new(rows)));
        }
        _ => {}
    }
    match sort {
        Sort::Text => {
            let patterns =
                ["contains", "startswith", "endswith", "iexact", "icontains", "istartswith", "iendswith", "gt", "lte"];
            match tape.below(12) {
                9 => Q::new(lookup("regex"), tape.pick(&["a", "^a", "b$", "a|b", "[a-c]+", "^$", "."])),
                10 => Q::new(lookup("iregex"), tape.pick(&["A", "^a", "B|c"])),
                11 => Q::new(lookup("exact"), leaf(scope, sort, tape)),
                pattern if tape.once_in(4) => Q::new(lookup(patterns[pattern]), leaf(scope, sort, tape)),
                pattern => Q::new(lookup(patterns[pattern]), word(tape)),
            }
        }
        Sort::Json => document(path, tape),
        Sort::Words | Sort::Numbers => array(scope, path, sort, tape),
        // Databases have orders of their own for these.
        Sort::Bool | Sort::Uuid | Sort::Ip => Q::new(path, leaf(scope, sort, tape)),
        Sort::Date | Sort::Moment | Sort::Naive | Sort::Time if tape.once_in(2) => part(path, sort, tape),
        _ => match tape.below(7) {
            0 => Q::new(lookup("gt"), value(sort, tape)),
            1 => Q::new(lookup("gte"), value(sort, tape)),
            2 => Q::new(lookup("lt"), value(sort, tape)),
            3 => Q::new(lookup("lte"), leaf(scope, sort, tape)),
            4 => Q::new(lookup("range"), Value::List(vec![value(sort, tape), value(sort, tape)])),
            5 => Q::new(lookup("range"), Operand::List(vec![leaf(scope, sort, tape), leaf(scope, sort, tape)])),
            _ => Q::new(path, expr(scope, sort, 1, tape)),
        },
    }
}

fn list(sort: Sort, tape: &mut Tape<'_>) -> Value {
    Value::List(tape.list(0, 3, |tape| value(sort, tape)))
}

/// A part of a date or a time, by its name in a path.
fn part(path: Path, sort: Sort, tape: &mut Tape<'_>) -> Q {
    let of_date = ["year", "month", "day", "week", "week_day", "iso_week_day", "quarter", "iso_year"];
    let of_time = ["hour", "minute", "second"];
    let name = match sort {
        Sort::Date => tape.pick(&of_date),
        Sort::Time => tape.pick(&of_time),
        _ => match tape.below(13) {
            0 => return Q::new(path.then("date"), value(Sort::Date, tape)),
            1 => return Q::new(path.then("time").then("gte"), value(Sort::Time, tape)),
            2 => return Q::new(path.then("date").then("year").then("lt"), tape.pick(&[2021, 2024])),
            n if n < 10 => tape.pick(&of_date),
            _ => tape.pick(&of_time),
        },
    };
    let number = match name {
        "year" | "iso_year" => tape.pick(&[2020, 2021, 2023, 2024]),
        _ => tape.pick(&[1, 2, 3, 7, 12, 30, 53]),
    };
    let path = path.then(name);
    match tape.below(4) {
        0 => Q::new(path, number),
        1 => Q::new(path.then("gte"), number),
        2 => Q::new(path.then("in"), Value::List(vec![number.into(), (number + 1).into()])),
        _ => Q::new(path.then("lt"), number),
    }
}

/// What arrays have in common, their parts and their order.
fn array(scope: &Scope, path: Path, sort: Sort, tape: &mut Tape<'_>) -> Q {
    let element = sort.element().unwrap_or(Sort::Int);
    let lookup = |name: &'static str| path.clone().then(name);
    match tape.below(11) {
        0 => Q::new(lookup("contains"), value(sort, tape)),
        1 => Q::new(lookup("contained_by"), value(sort, tape)),
        2 => Q::new(lookup("overlap"), value(sort, tape)),
        3 => Q::new(lookup(tape.pick(&["contains", "overlap", "contained_by"])), leaf(scope, sort, tape)),
        4 => Q::new(lookup("len").then(tape.pick(&["exact", "gt", "lte"])), tape.below(4) as i64),
        5 => Q::new(lookup(tape.pick(&["0", "1", "5"])), value(element, tape)),
        6 => Q::new(lookup(tape.pick(&["0", "2"])).then("isnull"), tape.below(2) == 1),
        7 => Q::new(lookup("0").then("in"), list(element, tape)),
        8 => {
            Q::new(lookup(tape.pick(&["0_1", "1_3", "2_1"])).then(tape.pick(&["exact", "contains"])), value(sort, tape))
        }
        9 => Q::new(lookup(tape.pick(&["gt", "gte", "lt", "lte"])), value(sort, tape)),
        _ => Q::new(path.clone(), expr(scope, sort, 1, tape)),
    }
}

/// Keys of documents. Numbers and texts in one place have no common order, so there is none; what contains what is not
/// known to SQLite.
fn document(path: Path, tape: &mut Tape<'_>) -> Q {
    let keys = |tape: &mut Tape<'_>| {
        let paths: [&[&'static str]; 6] = [&["a"], &["b"], &["a", "b"], &["0"], &["1", "a"], &["a", "b", "0"]];
        tape.pick(&paths).iter().fold(path.clone(), |path, key| path.then(*key))
    };
    match tape.below(7) {
        0 => Q::new(keys(tape), json(tape)),
        1 => Q::new(keys(tape).then("isnull"), tape.below(2) == 1),
        2 => Q::new(path.clone().then("has_key"), tape.pick(&["a", "b", "0", "x"])),
        3 => Q::new(path.clone().then(tape.pick(&["has_keys", "has_any_keys"])), {
            Value::List(tape.list(1, 2, |tape| tape.pick(&["a", "b", "0"]).into()))
        }),
        4 => Q::new(keys(tape).then("icontains"), tape.pick(&["x", "A"])),
        5 => Q::new(keys(tape).then("in"), Value::List(tape.list(1, 2, json))),
        _ => Q::new(path.clone(), value(Sort::Json, tape)),
    }
}

fn json(tape: &mut Tape<'_>) -> Value {
    tape.pick(&[
        Value::Int(1),
        "x".into(),
        Value::Bool(true),
        Value::from(serde_json::json!({"b": [1, "x", true]})),
        "ab".into(),
    ])
}

/// A comparison of an expression, or one that is true or not by itself.
fn expression(scope: &Scope, depth: usize, tape: &mut Tape<'_>) -> Q {
    let sort = tape.pick(&[Sort::Int, Sort::Text, Sort::Date, Sort::Moment, Sort::Float, Sort::Decimal, Sort::Bool]);
    let left = expr(scope, sort, depth + 1, tape);
    match tape.below(4) {
        _ if sort == Sort::Bool => Q::expr(left),
        0 => left.lookup("exact", leaf(scope, sort, tape)),
        1 => left.lookup("gte", leaf(scope, sort, tape)),
        2 => left.lookup("in", list(sort, tape)),
        _ => left.lookup("isnull", tape.below(2) == 1),
    }
}
