//! Many values at once, and what the server itself says of them.

use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use embellie_core::{ColumnRef, FromColumn, Value};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

use crate::support::{Link, fresh, read};

const COUNT: usize = 2000;

/// Sends many values as an array, has each compared with its text on the server, and reads it back both as the value
/// and as the text.
async fn check<T>(link: &mut Link, ty: &str, strategy: impl Strategy<Value = T>, text: impl Fn(&T) -> String)
where
    T: Clone + Debug + PartialEq + Into<Value> + FromColumn,
{
    let mut runner = TestRunner::deterministic();
    let values: Vec<T> = (0..COUNT).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let list = |map: &dyn Fn(&T) -> Value| Value::List(values.iter().map(map).collect());
    let sql = format!("SELECT v, v = t::{ty} FROM unnest($1::{ty}[], $2::text[]) AS _ (v, t)");
    let parameters = vec![list(&|v| v.clone().into()), list(&|v| text(v).into())];
    let rows = read(link, &sql, parameters).await.unwrap();
    assert_eq!(rows.len(), COUNT);
    for (row, value) in rows.iter().zip(&values) {
        assert_eq!(row[1], Value::Bool(true), "{ty}: {value:?} is not what the server reads from {}", text(value));
        let back = match &row[0] {
            Value::Int(v) => T::from_column(ColumnRef::Int(*v)),
            Value::Float(v) => T::from_column(ColumnRef::Float(*v)),
            Value::Decimal(v) => T::from_column(ColumnRef::Decimal(*v)),
            Value::Text(v) => T::from_column(ColumnRef::Text(v)),
            Value::Date(v) => T::from_column(ColumnRef::Date(*v)),
            Value::Time(v) => T::from_column(ColumnRef::Time(*v)),
            Value::DateTime(v) => T::from_column(ColumnRef::DateTime(*v)),
            Value::Timestamp(v) => T::from_column(ColumnRef::Timestamp(*v)),
            Value::Duration(v) => T::from_column(ColumnRef::Duration(*v)),
            Value::Ip(v) => T::from_column(ColumnRef::Ip(*v)),
            other => panic!("{ty}: {other:?}"),
        };
        assert_eq!(&back.unwrap(), value, "{ty}");
    }
}

fn decimals() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![
        -(1i128 << 96) + 1..1i128 << 96,
        -100_000_000_000i128..100_000_000_000,
        (0u32..28, -99i128..99).prop_map(|(zeros, n)| n * 10i128.pow(zeros.min(26))),
    ];
    (mantissa, 0u32..=28).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

fn dates() -> impl Strategy<Value = jiff::civil::Date> {
    // The server's calendar begins in 4713 BC; its text for years before 1 is not ISO's.
    (1i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d))
}

fn times() -> impl Strategy<Value = jiff::civil::Time> {
    (0i8..24, 0i8..60, 0i8..60, 0i32..1_000_000).prop_map(|(h, m, s, us)| jiff::civil::time(h, m, s, us * 1000))
}

fn seconds_text(duration: &jiff::SignedDuration) -> String {
    let micros = duration.as_micros();
    let sign = if micros < 0 { "-" } else { "" };
    format!("{sign}{}.{:06} seconds", micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000)
}

#[tokio::test]
async fn the_server_reads_what_was_meant() {
    let (_database, mut link) = fresh().await;
    let link = &mut link;
    check(link, "int2", any::<i16>(), i16::to_string).await;
    check(link, "int4", any::<i32>(), i32::to_string).await;
    check(link, "int8", any::<i64>(), i64::to_string).await;
    check(link, "float8", prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, |v| v.to_string())
        .await;
    check(link, "numeric", decimals(), Decimal::to_string).await;
    check(link, "text", "[^\0]{0,40}", String::clone).await;
    check(link, "date", dates(), |v| v.to_string()).await;
    check(link, "time", times(), |v| v.to_string()).await;
    let datetimes = || (dates(), times()).prop_map(|(date, time)| date.to_datetime(time));
    check(link, "timestamp", datetimes(), |v| v.to_string()).await;
    let timestamps = datetimes().prop_filter_map("in range", |v| v.to_zoned(jiff::tz::TimeZone::UTC).ok());
    check(link, "timestamptz", timestamps.prop_map(|v| v.timestamp()), |v| v.to_string()).await;
    let durations = (-1i64 << 50..1i64 << 50).prop_map(jiff::SignedDuration::from_micros);
    check(link, "interval", durations, seconds_text).await;
    let ips = prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
    ];
    check(link, "inet", ips, IpAddr::to_string).await;
}

#[tokio::test]
async fn decimals_keep_their_decimals() {
    let (_database, mut link) = fresh().await;
    let mut runner = TestRunner::deterministic();
    let values: Vec<Decimal> = (0..COUNT).map(|_| decimals().new_tree(&mut runner).unwrap().current()).collect();
    let list = Value::List(values.iter().map(|&v| v.into()).collect());
    let rows = read(&mut link, "SELECT v, v::text FROM unnest($1::numeric[]) AS _ (v)", vec![list]).await.unwrap();
    for (row, value) in rows.iter().zip(&values) {
        let shown = if value.is_zero() { value.abs().to_string() } else { value.to_string() };
        assert_eq!(row[1], Value::from(shown.as_str()));
        assert!(matches!(row[0], Value::Decimal(back) if back.to_string() == shown), "{row:?}");
    }
}
