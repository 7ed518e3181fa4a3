//! Values of every sort, few enough that they meet often.

use std::net::{IpAddr, Ipv4Addr};

use embellie_core::Value;
use jiff::SignedDuration;
use jiff::civil::{Date, Time, date, time};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use crate::models::Sort;
use crate::tape::Tape;

/// Lower case: `contains` and its like take no regard of case on SQLite, as Django documents. What `LIKE` and regular
/// expressions give a meaning to is among them, and letters of several bytes.
const WORDS: [&str; 10] = ["a", "", "b", "ab", "ü", "a b", "c%", "_", "ba a", "\\"];

/// Around the ends of years, ISO weeks and daylight saving.
const DATES: [Date; 6] =
    [date(2024, 2, 29), date(2024, 1, 1), date(2023, 12, 31), date(2021, 1, 3), date(2024, 3, 31), date(2024, 10, 27)];

const TIMES: [Time; 5] = [
    time(0, 0, 0, 0),
    time(12, 30, 15, 0),
    time(23, 59, 59, 999_999_000),
    time(0, 30, 0, 0),
    time(1, 0, 0, 500_000_000),
];

pub(crate) fn word(tape: &mut Tape<'_>) -> String {
    tape.pick(&WORDS).to_owned()
}

pub(crate) fn value(sort: Sort, tape: &mut Tape<'_>) -> Value {
    match sort {
        // Small, so that no sum or product leaves the range of the narrowest column.
        Sort::Int => tape.pick(&[0, 1, 2, 3, 7, -1, -4]).into(),
        // Fractions that floats hold exactly: sums then do not depend on the order in which a database adds.
        Sort::Float => tape.pick(&[0.0, 1.0, 0.5, 2.25, -1.5, 100.0]).into(),
        Sort::Decimal => Decimal::new(tape.pick(&[0, 100, 50, 225, -150, 1999]), 2).into(),
        Sort::Text => word(tape).into(),
        Sort::Bool => (tape.below(2) == 1).into(),
        Sort::Date => tape.pick(&DATES).into(),
        Sort::Time => tape.pick(&TIMES).into(),
        Sort::Naive => tape.pick(&DATES).to_datetime(tape.pick(&TIMES)).into(),
        Sort::Moment => {
            let moment = tape.pick(&DATES).to_datetime(tape.pick(&TIMES));
            TimeZone::UTC.to_timestamp(moment).unwrap().into()
        }
        Sort::Duration => SignedDuration::from_micros(tape.pick(&[0, 1, 1_000_000, 90_000_000_000, -1_500_000])).into(),
        Sort::Uuid => Uuid::from_u128(tape.pick(&[0, 1, u128::MAX])).into(),
        Sort::Ip => IpAddr::from(tape.pick(&[Ipv4Addr::LOCALHOST, Ipv4Addr::new(10, 0, 0, 7)])).into(),
        Sort::Json => document(tape).into(),
        Sort::Words | Sort::Numbers => {
            let element = sort.element().unwrap_or(Sort::Int);
            // A null is no element of anything, but there.
            Value::List(tape.list(0, 3, |tape| if tape.once_in(6) { Value::Null } else { value(element, tape) }))
        }
    }
}

fn document(tape: &mut Tape<'_>) -> serde_json::Value {
    tape.pick(&[
        json!({}),
        json!({"a": 1}),
        json!({"a": null, "b": "x"}),
        json!({"a": {"b": [1, "x", true]}}),
        json!([1, {"a": "ab"}]),
        json!("x"),
        json!(2),
        json!(null),
        json!({"b": true, "0": 3}),
    ])
}
