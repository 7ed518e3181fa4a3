//! Parts of dates and times, dates and times cut down, and the zones by whose clocks they are read.

use embellie::{Database, Value};
use embellie_core::expr::{DatePart, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::{Expr, Query};
use embellie_suite::{Kind, Outcome, create, ids, path, q, refused, rows, values};
use jiff::civil::date;

embellie_suite::on_every_database! { fields:
    parts,
    parts_by_a_zone,
    units,
    units_by_a_zone,
    transforms_are_chained,
    years_are_ranges,
    the_query_has_a_zone,
    what_has_no_such_part_is_told,
    nothing_has_no_parts,
}

/// 2020-12-31 23:30:15.5, a Thursday, in the week 53; UTC where it is a point in time.
async fn insert(db: &Database) -> Outcome {
    create(
        db,
        "zoo.Nullable",
        &[
            ("date", "2020-12-31".into()),
            ("time", "23:30:15.5".into()),
            ("moment", "2020-12-31T23:30:15.5Z".into()),
            ("naive", "2020-12-31T23:30:15.5".into()),
            ("duration", Value::Duration(jiff::SignedDuration::from_millis(90_061_500))),
        ],
    )
    .await?;
    create(db, "zoo.Nullable", &[]).await?;
    Ok(())
}

async fn of(db: &Database, id: i64, expr: Expr) -> Outcome<Value> {
    let row = rows(db, "zoo.Nullable").filter(q("id", id)).annotate_expr("x", expr);
    Ok(values(row, "x", db).await?.remove(0))
}

fn extract(at: &str, part: DatePart, zone: Option<&'static str>) -> Expr {
    Expr::Extract { expr: Box::new(path(at)), part, zone: zone.map(Into::into) }
}

fn trunc(at: &str, unit: TruncUnit, zone: Option<&'static str>) -> Expr {
    Expr::Trunc { expr: Box::new(path(at)), unit, zone: zone.map(Into::into) }
}

async fn parts(db: &Database) -> Outcome {
    insert(db).await?;
    let calendar = [
        (DatePart::Year, 2020),
        (DatePart::IsoYear, 2020),
        (DatePart::Quarter, 4),
        (DatePart::Month, 12),
        (DatePart::Week, 53),
        (DatePart::Day, 31),
        (DatePart::WeekDay, 5),
        (DatePart::IsoWeekDay, 4),
    ];
    let clock = [(DatePart::Hour, 23), (DatePart::Minute, 30), (DatePart::Second, 15)];
    for (part, expected) in calendar {
        for field in ["date", "moment", "naive"] {
            assert_eq!(of(db, 1, extract(field, part, None)).await?, expected.into(), "{part:?} of {field}");
        }
    }
    for (part, expected) in clock {
        for field in ["time", "moment", "naive"] {
            assert_eq!(of(db, 1, extract(field, part, None)).await?, expected.into(), "{part:?} of {field}");
        }
    }
    // Of spans, only where the database has them.
    if Kind::of(db) == Kind::Sqlite {
        let spans = rows(db, "zoo.Nullable").annotate_expr("x", extract("duration", DatePart::Hour, None));
        refused(spans.all(db).await, "ValueError");
    } else {
        assert_eq!(of(db, 1, extract("duration", DatePart::Day, None)).await?, 1.into());
        assert_eq!(of(db, 1, extract("duration", DatePart::Second, None)).await?, 1.into());
    }
    Ok(())
}

async fn parts_by_a_zone(db: &Database) -> Outcome {
    insert(db).await?;
    let cases = [
        ("Europe/Paris", DatePart::Year, 2021),
        ("Europe/Paris", DatePart::IsoYear, 2020),
        ("Europe/Paris", DatePart::Hour, 0),
        ("America/New_York", DatePart::Hour, 18),
        ("Asia/Kolkata", DatePart::Minute, 0),
        ("+02:00", DatePart::Day, 1),
        ("-03:30", DatePart::Hour, 20),
        ("UTC+05:30", DatePart::Hour, 5),
        ("UTC", DatePart::Day, 31),
    ];
    for (zone, part, expected) in cases {
        assert_eq!(of(db, 1, extract("moment", part, Some(zone))).await?, expected.into(), "{part:?} by {zone}");
    }
    // What is no point in time is what it says.
    assert_eq!(of(db, 1, extract("naive", DatePart::Hour, Some("Asia/Tokyo"))).await?, 23.into());
    let dates = rows(db, "zoo.Nullable").annotate_expr("x", extract("date", DatePart::Day, Some("Asia/Tokyo")));
    assert_eq!(refused(dates.all(db).await, "ValueError"), "tzinfo can only be used with DateTimeField.");
    for zone in ["Nowhere/Land", "'; DROP TABLE x; --", "", "+25:00"] {
        let set = rows(db, "zoo.Nullable").annotate_expr("x", extract("moment", DatePart::Day, Some(zone)));
        assert!(refused(set.all(db).await, "ValueError").starts_with("No time zone found with key"), "{zone}");
    }
    Ok(())
}

async fn units(db: &Database) -> Outcome {
    insert(db).await?;
    let cases = [
        (TruncUnit::Year, "2020-01-01T00:00:00"),
        (TruncUnit::Quarter, "2020-10-01T00:00:00"),
        (TruncUnit::Month, "2020-12-01T00:00:00"),
        (TruncUnit::Week, "2020-12-28T00:00:00"),
        (TruncUnit::Day, "2020-12-31T00:00:00"),
        (TruncUnit::Hour, "2020-12-31T23:00:00"),
        (TruncUnit::Minute, "2020-12-31T23:30:00"),
        (TruncUnit::Second, "2020-12-31T23:30:15"),
    ];
    for (unit, expected) in cases {
        let naive: jiff::civil::DateTime = expected.parse()?;
        assert_eq!(of(db, 1, trunc("naive", unit, None)).await?, naive.into(), "{unit:?}");
        let point = naive.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
        assert_eq!(of(db, 1, trunc("moment", unit, None)).await?, point.into(), "{unit:?}");
        match unit {
            TruncUnit::Hour | TruncUnit::Minute | TruncUnit::Second => {
                assert_eq!(of(db, 1, trunc("time", unit, None)).await?, naive.time().into(), "{unit:?}");
                let time = trunc("moment", unit, None).typed(FieldKind::Time);
                assert_eq!(of(db, 1, time).await?, naive.time().into(), "{unit:?}");
            }
            _ => {
                assert_eq!(of(db, 1, trunc("date", unit, None)).await?, naive.date().into(), "{unit:?}");
                let day = trunc("moment", unit, None).typed(FieldKind::Date);
                assert_eq!(of(db, 1, day).await?, naive.date().into(), "{unit:?}");
            }
        }
    }
    for field in ["moment", "naive"] {
        assert_eq!(of(db, 1, trunc(field, TruncUnit::Date, None)).await?, date(2020, 12, 31).into());
        assert_eq!(of(db, 1, trunc(field, TruncUnit::Time, None)).await?, Value::Time("23:30:15.5".parse()?));
    }
    Ok(())
}

async fn units_by_a_zone(db: &Database) -> Outcome {
    insert(db).await?;
    let point = |text: &str| Ok::<_, jiff::Error>(Value::Timestamp(text.parse()?));
    let paris = Some("Europe/Paris");
    assert_eq!(of(db, 1, trunc("moment", TruncUnit::Year, paris)).await?, point("2020-12-31T23:00:00Z")?);
    assert_eq!(of(db, 1, trunc("moment", TruncUnit::Hour, paris)).await?, point("2020-12-31T23:00:00Z")?);
    assert_eq!(of(db, 1, trunc("moment", TruncUnit::Date, paris)).await?, date(2021, 1, 1).into());
    assert_eq!(of(db, 1, trunc("moment", TruncUnit::Time, paris)).await?, Value::Time("00:30:15.5".parse()?));
    let kolkata = Some("Asia/Kolkata");
    assert_eq!(of(db, 1, trunc("moment", TruncUnit::Hour, kolkata)).await?, point("2020-12-31T23:30:00Z")?);
    assert_eq!(of(db, 1, trunc("moment", TruncUnit::Day, Some("-05:00"))).await?, point("2020-12-31T05:00:00Z")?);
    // The day of a change to summer time begins before it, its hours go on after it.
    create(db, "zoo.Nullable", &[("moment", "2024-03-31T10:20:00Z".into())]).await?;
    assert_eq!(of(db, 3, trunc("moment", TruncUnit::Day, paris)).await?, point("2024-03-30T23:00:00Z")?);
    assert_eq!(of(db, 3, trunc("moment", TruncUnit::Hour, paris)).await?, point("2024-03-31T10:00:00Z")?);
    // Of the hour that there is twice, it is the one that it was.
    create(db, "zoo.Nullable", &[("moment", "2024-10-27T01:30:00Z".into())]).await?;
    assert_eq!(of(db, 4, trunc("moment", TruncUnit::Hour, paris)).await?, point("2024-10-27T01:00:00Z")?);
    Ok(())
}

async fn transforms_are_chained(db: &Database) -> Outcome {
    insert(db).await?;
    let found = [
        ("date__year", 2020.into()),
        ("date__month__gte", 12.into()),
        ("date__week_day", 5.into()),
        ("date__week__in", embellie_suite::list([52, 53])),
        ("moment__date", date(2020, 12, 31).into()),
        ("moment__date__gt", "2020-12-30".into()),
        ("moment__date__iso_week_day", 4.into()),
        ("moment__date__year__lte", 2020.into()),
        ("moment__time__lt", "23:30:16".into()),
        ("moment__time__hour", 23.into()),
        ("moment__hour__range", embellie_suite::list([22, 23])),
        ("naive__second", 15.into()),
        ("time__minute__gt", 29.into()),
        ("date__quarter__isnull", false.into()),
        ("date__day__contains", "3".into()),
    ];
    for (lookup, value) in found {
        let set = rows(db, "zoo.Nullable").filter(q(lookup, value));
        assert_eq!(ids(set, db).await?, [1], "{lookup}");
    }
    let ordered = rows(db, "zoo.Nullable").filter(q("date__isnull", false)).order_by("-date__year");
    assert_eq!(values(ordered, "date__year", db).await?, [2020.into()]);
    let same = rows(db, "zoo.Nullable").filter(q("date__year", path("moment__year")));
    assert_eq!(ids(same, db).await?, [1]);
    Ok(())
}

async fn years_are_ranges(db: &Database) -> Outcome {
    for text in
        ["2019-12-31T23:59:59.999999Z", "2020-01-01T00:00:00Z", "2020-12-31T23:59:59.999999Z", "2021-01-01T00:00:00Z"]
    {
        let day = &text[..10];
        create(db, "zoo.Nullable", &[("moment", text.into()), ("date", day.into()), ("naive", text[..19].into())])
            .await?;
    }
    let cases: [(&str, i64, &[i64]); 8] = [
        ("year", 2020, &[2, 3]),
        ("year__gt", 2020, &[4]),
        ("year__gte", 2020, &[2, 3, 4]),
        ("year__lt", 2020, &[1]),
        ("year__lte", 2020, &[1, 2, 3]),
        // The week of the turn of the year belongs to 2020, both times.
        ("iso_year", 2020, &[1, 2, 3, 4]),
        ("iso_year__gt", 2020, &[]),
        ("iso_year__lt", 2021, &[1, 2, 3, 4]),
    ];
    for (lookup, year, expected) in cases {
        for field in ["moment", "date", "naive"] {
            let set = rows(db, "zoo.Nullable").filter(q(&format!("{field}__{lookup}"), year)).order_by("id");
            assert_eq!(ids(set, db).await?, expected, "{field}__{lookup}");
        }
    }
    for year in [0, 10_000, -1] {
        refused(rows(db, "zoo.Nullable").filter(q("date__year", year)).all(db).await, "ValueError");
    }
    Ok(())
}

async fn the_query_has_a_zone(db: &Database) -> Outcome {
    insert(db).await?;
    let paris = |query: Query| Query { time_zone: Some("Europe/Paris".into()), ..query };
    let count = async |query: Query| Outcome::Ok(db.query_set(query)?.count(db).await?);
    let of = |lookup: &str, value: Value| Query::new("zoo.Nullable").filter(embellie_core::Q::new(lookup, value));
    assert_eq!(count(of("moment__year", 2020.into())).await?, 1);
    assert_eq!(count(paris(of("moment__year", 2020.into()))).await?, 0);
    assert_eq!(count(paris(of("moment__year", 2021.into()))).await?, 1);
    assert_eq!(count(paris(of("moment__date", "2021-01-01".into()))).await?, 1);
    assert_eq!(count(paris(of("moment__hour", 0.into()))).await?, 1);
    assert_eq!(count(paris(of("naive__hour", 23.into()))).await?, 1);
    Ok(())
}

async fn what_has_no_such_part_is_told(db: &Database) -> Outcome {
    let message =
        async |expr: Expr, class: &str| refused(rows(db, "zoo.Nullable").annotate_expr("x", expr).all(db).await, class);
    assert_eq!(
        message(extract("date", DatePart::Hour, None), "ValueError").await,
        "Cannot extract time component 'hour' from DateField 'date'."
    );
    message(extract("time", DatePart::Year, None), "ValueError").await;
    message(extract("duration", DatePart::Month, None), "ValueError").await;
    message(extract("int", DatePart::Year, None), "ValueError").await;
    assert_eq!(
        message(trunc("date", TruncUnit::Hour, None), "ValueError").await,
        "Cannot truncate DateField 'date' to DateTimeField."
    );
    assert_eq!(
        message(trunc("date", TruncUnit::Time, None), "ValueError").await,
        "Cannot truncate DateField 'date' to TimeField."
    );
    assert_eq!(
        message(trunc("time", TruncUnit::Month, None), "ValueError").await,
        "Cannot truncate TimeField 'time' to DateTimeField."
    );
    assert_eq!(
        message(trunc("char", TruncUnit::Day, None), "TypeError").await,
        "'char' isn't a DateField, TimeField, or DateTimeField."
    );
    message(trunc("moment", TruncUnit::Day, None).typed(FieldKind::Integer), "ValueError").await;
    for lookup in ["date__hour", "time__year", "date__date", "int__year", "duration__hour"] {
        let set = rows(db, "zoo.Nullable").filter(q(lookup, 1));
        assert!(refused(set.all(db).await, "FieldError").starts_with("Unsupported lookup"), "{lookup}");
    }
    Ok(())
}

async fn nothing_has_no_parts(db: &Database) -> Outcome {
    insert(db).await?;
    for field in ["date", "moment", "naive"] {
        assert_eq!(of(db, 2, extract(field, DatePart::Year, None)).await?, Value::Null, "{field}");
        assert_eq!(of(db, 2, trunc(field, TruncUnit::Month, None)).await?, Value::Null, "{field}");
    }
    assert_eq!(of(db, 2, extract("time", DatePart::Hour, None)).await?, Value::Null);
    assert_eq!(of(db, 2, trunc("moment", TruncUnit::Day, Some("Asia/Tokyo"))).await?, Value::Null);
    Ok(())
}
