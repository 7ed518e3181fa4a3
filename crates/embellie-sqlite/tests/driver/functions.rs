//! The functions that Django's queries need: facts about each.

use embellie_core::{Error, Value};

use crate::support::*;

/// Each line: an SQL expression, and what it gives as SQLite's `quote()` writes it (`!` for an error).
const FACTS: &str = "
django_date_extract('year', '2024-02-29') = 2024
django_date_extract('quarter', '2024-02-29') = 1
django_date_extract('week_day', '2024-02-25') = 1
django_date_extract('iso_week_day', '2024-02-25') = 7
django_date_extract('week', '2024-12-30') = 1
django_date_extract('iso_year', '2024-12-30') = 2025
django_date_extract('iso_year', '2021-01-03') = 2020
django_date_extract('century', '2024-02-29') = !
django_date_extract('year', NULL) = NULL
django_date_extract('year', 'yesterday') = NULL
django_date_extract('year', '2023-02-29') = NULL
django_datetime_extract('hour', '2024-06-01 23:30:00', 'UTC', 'UTC') = 23
django_datetime_extract('hour', '2024-06-01 23:30:00', 'Europe/Paris', 'UTC') = 1
django_datetime_extract('hour', '2024-06-01 23:30:00', 'Asia/Kolkata', 'UTC') = 5
django_datetime_extract('hour', '2024-06-01 23:30:00', 'Europe/Paris', 'America/New_York') = 5
django_datetime_extract('hour', '2024-06-01 23:30:00', NULL, NULL) = 23
django_datetime_extract('hour', '2024-06-01 23:30:00', 'Mars/Olympus', 'UTC') = !
django_datetime_extract('second', '2024-06-01 23:30:59.999', NULL, NULL) = 59
django_datetime_cast_date('2024-06-01 23:30:00', 'Europe/Paris', 'UTC') = '2024-06-02'
django_datetime_cast_date('2024-06-01 23:30:00', 'America/New_York', 'UTC') = '2024-06-01'
django_datetime_cast_date('2024-06-01T23:30:00Z', 'Europe/Paris', 'UTC') = '2024-06-02'
django_datetime_cast_date('2024-06-01 23:30:00-05:00', 'UTC', 'UTC') = '2024-06-02'
django_datetime_cast_date('2024-06-01', 'America/New_York', 'UTC') = '2024-06-01'
django_datetime_cast_time('2024-06-01 23:30:00', '+03:00', 'UTC') = '02:30:00'
django_datetime_cast_time('2024-06-01 23:30:00', '-03:30', 'UTC') = '20:00:00'
django_datetime_cast_time('2024-06-01 23:30:00', 'UTC+01:15', 'UTC') = '00:45:00'
django_datetime_cast_time('2024-06-01 23:30:00', 'Etc/GMT+10', 'UTC') = '13:30:00'
django_datetime_cast_time('2024-06-01 23:30:00.25', 'UTC', 'UTC') = '23:30:00.250000'
django_datetime_cast_time('2024-10-27 00:30:00', 'Europe/Paris', 'UTC') = '02:30:00'
django_datetime_cast_time('2024-10-27 01:30:00', 'Europe/Paris', 'UTC') = '02:30:00'
django_date_trunc('week', '2024-03-03', NULL, NULL) = '2024-02-26'
django_date_trunc('quarter', '2024-11-30', NULL, NULL) = '2024-10-01'
django_date_trunc('month', '0099-11-30', NULL, NULL) = '0099-11-01'
django_date_trunc('hour', '2024-03-03', NULL, NULL) = !
django_datetime_trunc('year', '2024-12-31 23:30:00', 'Europe/Paris', 'UTC') = '2025-01-01 00:00:00'
django_datetime_trunc('week', '2024-03-01 08:00:00', NULL, NULL) = '2024-02-26 00:00:00'
django_datetime_trunc('minute', '2024-03-01 08:15:59.5', NULL, NULL) = '2024-03-01 08:15:00'
django_datetime_trunc('day', NULL, 'UTC', 'UTC') = NULL
django_time_extract('minute', '08:15:59') = 15
django_time_trunc('hour', '08:15:59', NULL, NULL) = '08:00:00'
django_time_trunc('second', '2024-03-01 08:15:59.5', NULL, NULL) = '08:15:59'
django_time_diff('12:00:00', '10:30:00.5') = 5399500000
django_time_diff('10:00:00', '12:00:00') = -7200000000
django_time_diff('10:00:00', NULL) = NULL
django_timestamp_diff('2024-03-01 00:00:00', '2024-02-28') = 172800000000
django_timestamp_diff('x', '2024-02-28') = !
django_format_dtdelta('+', '2024-02-28 12:00:00', 86400000000) = '2024-02-29 12:00:00'
django_format_dtdelta(' + ', 1, '2024-02-28 12:00:00') = '2024-02-28 12:00:00.000001'
django_format_dtdelta('-', '2024-03-01', 86400000000) = '2024-02-29'
django_format_dtdelta('-', '2024-03-01', 1) = '2024-02-29'
django_format_dtdelta('+', '9999-12-31 23:00:00', 86400000000) = !
django_format_dtdelta('+', 1000000, 500000) = 1500000
django_format_dtdelta('*', 1000000, 3) = 3000000
django_format_dtdelta('/', 1000000, 4) = 250000.0
django_format_dtdelta('/', 1000000, 0) = !
django_format_dtdelta(NULL, 1, 2) = NULL
'abc' REGEXP '^a.c$' = 1
'abc' REGEXP 'B' = 0
'ÉCOLE' REGEXP '(?i)' || 'école' = 1
'aXbX' REGEXP '(.)X.X(?!Y)' = 1
'abab' REGEXP '^(ab)\\1$' = 1
'abc' REGEXP NULL = NULL
NULL REGEXP 'a' = NULL
123 REGEXP '^\\d+$' = 1
'abc' REGEXP '(' = !
embellie_ilike('Élan vital', '%éLAN%') = 1
embellie_ilike('Élan vital', 'vital') = 0
embellie_ilike('100%', '100\\%') = 1
embellie_ilike('1000', '100\\%') = 0
embellie_ilike('ab', 'a_') = 1
embellie_ilike('a' || char(10) || 'b', 'a%b') = 1
embellie_ilike(NULL, 'a') = NULL
embellie_ilike('a', NULL) = NULL
embellie_ilike(42, '4%') = 1
embellie_like('Abc', 'abc') = 0
embellie_like('abc', 'a%') = 1
embellie_lower('ÀÉÎ') = 'àéî'
embellie_upper('straße') = 'STRASSE'
('É' LIKE 'é') = 0
lower('É') = 'É'
LPAD('é', 3, 'ab') = 'abé'
LPAD('abcdef', 3, 'x') = 'abc'
LPAD('a', 3, '') = 'a'
RPAD('é', 4, 'ab') = 'éaba'
RPAD(NULL, 4, 'ab') = NULL
REPEAT('ab', 3) = 'ababab'
REPEAT('ab', -1) = ''
REPEAT('ab', 2000000000) = !
REVERSE('añb') = 'bña'
BITXOR(12, 10) = 6
BITXOR(12, NULL) = NULL
MD5('abc') = '900150983cd24fb0d6963f7d28e17f72'
SHA1('abc') = 'a9993e364706816aba3e25717850c26c9cd0d89d'
SHA224('') = 'd14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f'
SHA256('abc') = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
SHA384(NULL) = NULL
substr(SHA384('abc'), 1, 16) = 'cb00753f45a35e8b'
substr(SHA512('abc'), 1, 16) = 'ddaf35a193617aba'
CEILING(1.2) = 2.0
CEILING(-3) = -3
FLOOR(-1.2) = -2.0
MOD(-7, 3) = -1.0
MOD(7, 0) = NULL
POWER(2, 10) = 1024.0
SQRT(-1) = NULL
SQRT('16') = 4.0
LN(0) = NULL
LOG(2, 8) = 3.0
ACOS(2) = NULL
SIGN(-3.5) = -1
round(PI(), 5) = 3.14159
round(ATAN2(1, -1), 5) = 2.35619
round(COT(1), 5) = 0.64209
round(DEGREES(PI()), 5) = 180.0
SIN(NULL) = NULL
COS('x') = NULL
(RAND() >= 0 AND RAND() < 1 AND RAND() <> RAND()) = 1
(SELECT VAR_POP(v) FROM (SELECT 1 AS v UNION ALL SELECT 3 UNION ALL SELECT NULL)) = 1.0
(SELECT VAR_SAMP(v) FROM (SELECT 1 AS v UNION ALL SELECT 3)) = 2.0
(SELECT STDDEV_POP(v) FROM (SELECT 2 AS v UNION ALL SELECT 6)) = 2.0
(SELECT VAR_POP(v) FROM (SELECT 1000000000.1 AS v UNION ALL SELECT 1000000000.1)) = 0.0
(SELECT VAR_SAMP(v) FROM (SELECT 1 AS v)) = NULL
(SELECT STDDEV_SAMP(v) FROM (SELECT 1 AS v WHERE 0)) = NULL
(SELECT group_concat(s) FROM (SELECT VAR_POP(v) OVER (ORDER BY v ROWS 1 PRECEDING) AS s FROM (SELECT 1 AS v UNION ALL SELECT 3 UNION ALL SELECT 7))) = '0.0,1.0,4.0'
(SELECT ANY_VALUE(v) FROM (SELECT NULL AS v UNION ALL SELECT 'x')) = 'x'
";

#[test]
fn facts() {
    on_current_thread(|| async {
        let mut link = memory().await;
        let mut wrong = Vec::new();
        for fact in FACTS.lines().filter(|line| !line.is_empty()) {
            let (expression, expected) = fact.rsplit_once(" = ").unwrap_or_else(|| panic!("{fact}"));
            let given = match read(&mut link, &format!("SELECT quote({expression})"), vec![]).await {
                Ok(rows) => match &rows[0][0] {
                    Value::Text(text) => text.clone(),
                    other => format!("{other:?}"),
                },
                Err(Error::Operational(_) | Error::Data(_)) => "!".into(),
                Err(error) => format!("{error:?}"),
            };
            if given != expected {
                wrong.push(format!("{expression} gives {given}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn patterns_are_kept_apart_and_may_come_from_columns() {
    on_current_thread(|| async {
        let mut link = memory().await;
        schema(&mut link, "CREATE TABLE t (body text, pattern text)").await;
        for (body, pattern) in [("abc", "^a"), ("abc", "^b"), ("bcd", "^b"), ("bcd", "%b%")] {
            write(&mut link, "INSERT INTO t VALUES (?1, ?2)", vec![body.into(), pattern.into()]).await.unwrap();
        }
        let rows = read(&mut link, "SELECT body REGEXP pattern, embellie_ilike(body, pattern) FROM t", vec![]).await;
        assert_eq!(rows.unwrap(), [[1, 0], [0, 0], [1, 0], [0, 1]].map(|row| row.map(Value::Int)));
        for (pattern, matches) in [("^a", 2), ("^b", 2), ("^a", 2), ("d$", 2), ("", 4)] {
            let rows = read(&mut link, "SELECT count(*) FROM t WHERE body REGEXP ?1", vec![pattern.into()]).await;
            assert_eq!(rows.unwrap(), [[Value::Int(matches)]]);
        }
    });
}

#[test]
fn pure_functions_may_stand_in_an_index() {
    on_current_thread(|| async {
        let mut link = memory().await;
        schema(&mut link, "CREATE TABLE t (body text CHECK (body REGEXP '^[a-zé]+$'))").await;
        schema(&mut link, "CREATE UNIQUE INDEX t_upper ON t (embellie_upper(body))").await;
        write(&mut link, "INSERT INTO t VALUES ('é')", vec![]).await.unwrap();
        let refused = write(&mut link, "INSERT INTO t VALUES ('É')", vec![]).await.unwrap_err();
        assert!(matches!(&refused, Error::Integrity(e) if e.code.as_deref() == Some("SQLITE_CONSTRAINT_CHECK")));
        let refused = write(&mut link, "INSERT INTO t VALUES ('é')", vec![]).await.unwrap_err();
        assert!(matches!(&refused, Error::Integrity(e) if e.constraint.as_deref() == Some("t_upper")), "{refused:?}");
    });
}
