//! Ranges, and words kept for searches: where the database has them, and a clear refusal where it has not.

use embellie::functions::*;
use embellie::prelude::*;
use embellie_core::field::FieldKind;
use embellie_suite::models::arrays::*;
use embellie_suite::models::{indexed, ranges};
use embellie_suite::{Kind, Outcome, fresh, list, path, q, refused, rows, run, set, texts, values};
use jiff::civil::date;
use std::ops::Bound;

#[test]
fn a_database_without_ranges_says_so() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let fresh = fresh(Kind::Sqlite).await?;
        for (models, class) in [(ranges(), "IntegerRangeField"), (indexed(), "SearchVectorField")] {
            let db = Database::builder(fresh.url()).registry(models).connect().await?;
            let asked = db.capture();
            let wrong = refused(db.create_tables(&[]).await, "NotSupportedError");
            assert!(wrong.contains("SQLite") && wrong.contains(class), "{wrong}");
            assert!(asked.is_empty(), "nothing was sent");
        }
        let db = Database::builder(fresh.url()).registry(ranges()).connect().await?;
        let asked = db.capture();
        let conditions = [
            Event::ages.contains(5),
            Event::ages.overlap(1..3),
            Event::ages.lower().eq(1),
            Event::ages.eq(1..3),
            Event::days.isempty().holds(),
        ];
        for condition in conditions {
            refused(Event::objects().filter(condition).count(&db).await, "NotSupportedError");
        }
        refused(Visitor::objects().filter(Visitor::age.contained_by(1..3)).count(&db).await, "NotSupportedError");
        refused(new!(Event { ages: 1..3 }).create(&db).await, "NotSupportedError");
        assert!(asked.is_empty(), "nothing was sent");
        Ok(())
    })
}

#[test]
fn ranges_are_kept_and_asked() -> Outcome {
    run(Kind::Postgres, ranges(), async |db| {
        let noon = "2024-02-29T12:00:00Z".parse::<Timestamp>()?;
        let event = new!(Event {
            ages: 18..=64,
            bigs: 5_000_000_000..,
            prices: Range::Between(Bound::Excluded("1.5".parse::<Decimal>()?), Bound::Included("2.25".parse()?)),
            days: date(2024, 1, 1)..date(2024, 2, 1),
            open: ..noon,
        });
        event.create(db).await?;
        new!(Event { ages: Range::Empty, days: date(2024, 2, 1)..=date(2024, 2, 3) }).create(db).await?;
        new!(Event {}).create(db).await?;
        let read = Event::objects().all(db).await?;
        assert_eq!(read[0].ages, Some(Range::from(18..65)), "whole numbers come back in one way");
        assert_eq!(read[0].bigs, Some(Range::from(5_000_000_000..)));
        assert_eq!(read[0].prices.as_ref().map(Range::to_string).as_deref(), Some("(1.5,2.25]"));
        assert_eq!(read[0].days, Some(Range::from(date(2024, 1, 1)..date(2024, 2, 1))));
        assert_eq!(read[0].open, Some(Range::from(..noon)));
        assert_eq!((read[1].ages, read[2].ages), (Some(Range::Empty), None));
        assert_eq!(read[1].days.and_then(|days| days.upper().copied()), Some(date(2024, 2, 4)));

        let hits: [(Q<Event>, &[i64]); 28] = [
            (Event::ages.contains(18), &[1]),
            (Event::ages.contains(20..30), &[1]),
            (!Event::ages.contains(18), &[2, 3]),
            (Event::ages.contained_by(0..100), &[1, 2]),
            (Event::ages.overlap(60..70), &[1]),
            (Event::ages.fully_lt(65..), &[1]),
            (Event::ages.fully_gt(..18), &[1]),
            (Event::ages.not_lt(18..20), &[1]),
            (Event::ages.not_gt(60..65), &[1]),
            (Event::ages.adjacent_to(65..70), &[1]),
            (Event::ages.eq(18..65), &[1]),
            (Event::ages.ne(18..65), &[2, 3]),
            (Event::ages.in_([Range::from(18..65), Range::Empty]), &[1, 2]),
            (Event::ages.isempty().holds(), &[2]),
            (Event::ages.lower().gte(18), &[1]),
            (Event::ages.upper().eq(65), &[1]),
            (Event::ages.startswith(18), &[1]),
            (q!(Event, ages__endswith = 65), &[1]),
            (Event::ages.lower_inc().holds() & Event::ages.upper_inc().eq(false), &[1]),
            (Event::bigs.upper_inf().holds(), &[1]),
            (Event::open.lower_inf().holds() & Event::open.contains(noon - SignedDuration::from_secs(1)), &[1]),
            (Event::days.contains(date(2024, 2, 2)), &[2]),
            (Event::days.contains(date(2024, 1, 5)..date(2024, 1, 7)), &[1]),
            (Event::days.adjacent_to(date(2024, 2, 4)..), &[2]),
            (Event::days.lower().year().eq(2024) & Event::days.upper().month().eq(2), &[1, 2]),
            (Event::prices.contains("2.25".parse::<Decimal>()?), &[1]),
            (q!(Event, ages__overlap = 1..19, ages__contains = 18), &[1]),
            (Event::days.fully_lt(Event::days) | Event::days.isnull(true), &[3]),
        ];
        for (condition, expected) in hits {
            let found = Event::objects().filter(condition.clone()).values_list(Event::id).all(db).await?;
            assert_eq!(found, expected, "{condition:?}");
        }

        let named = async |name: &str, value: embellie::Value| {
            values(rows(db, "ranges.Event").filter(q(name, value)), "id", db).await
        };
        assert_eq!(named("ages__contains", 18.into()).await?, [1.into()]);
        assert_eq!(named("ages__contains", list([20, 30])).await?, [1.into()]);
        assert_eq!(named("ages__overlap", "[64,70)".into()).await?, [1.into()]);
        assert_eq!(named("ages", list([18, 65])).await?, [1.into()]);
        assert_eq!(named("ages__startswith__lt", 20.into()).await?, [1.into()]);
        assert_eq!(named("days__startswith__year", 2024.into()).await?.len(), 2);
        assert_eq!(named("open__contains", "2024-01-01".into()).await?, [1.into()]);
        assert_eq!(named("ages__isempty", true.into()).await?, [2.into()]);
        let order =
            Event::objects().order_by((Event::ages.lower().desc().nulls_last(), Event::id)).values_list(Event::id);
        assert_eq!(order.all(db).await?, [1, 2, 3]);
        let ends = Event::objects().values_list((Event::ages.lower(), Event::ages.upper_inf())).first(db).await?;
        assert_eq!(ends, Some((Some(18), Some(false))));

        let first = || Event::objects().filter(q!(id = 1));
        first().update(set!(ages = 1..3, days = None::<Range<civil::Date>>), db).await?;
        let mut changed = first().get(db).await?;
        assert_eq!((changed.ages, changed.days), (Some(Range::from(1..3)), None));
        changed.ages = Some(Range::from(..));
        Event::objects().bulk_update(std::slice::from_mut(&mut changed), &["ages"], db).await?;
        assert_eq!(first().get(db).await?.ages.map(|ages| ages.to_string()).as_deref(), Some("(,)"));
        rows(db, "ranges.Event").filter(q("id", 1)).update(set("ages", list([7, 9])), db).await?;
        assert_eq!(rows(db, "ranges.Event").filter(q("id", 1)).get(db).await?.get("ages")?.to_string(), "[7,9)");

        new!(Visitor { age: 20, small: 5_i16, weight: 60.5, born: date(2000, 1, 1) }).create(db).await?;
        for within in [
            Visitor::age.contained_by(18..65),
            Visitor::small.contained_by(1..=5),
            Visitor::weight.contained_by("60".parse::<Decimal>()?.."61".parse()?),
            Visitor::born.contained_by(date(2000, 1, 1)..),
            !Visitor::age.contained_by(21..),
        ] {
            assert_eq!(Visitor::objects().filter(within.clone()).count(db).await?, 1, "{within:?}");
        }

        let asked = db.capture();
        let refuse = async |name: &str, value: embellie::Value, class: &str| {
            refused(rows(db, "ranges.Event").filter(q(name, value)).count(db).await, class);
        };
        refuse("ages__contains", "x".into(), "ValueError").await;
        refuse("ages", list([1, 2, 3]), "ValueError").await;
        refuse("ages", 5.into(), "TypeError").await;
        refuse("ages", "1-5".into(), "ValidationError").await;
        refuse("ages__has_key", "x".into(), "FieldError").await;
        refuse("ages__fully_lt", embellie::Value::Null, "ValueError").await;
        assert!(asked.is_empty(), "nothing was sent");
        Ok(())
    })
}

#[test]
fn words_kept_are_searched() -> Outcome {
    run(Kind::Postgres, indexed(), async |db| {
        for (title, body) in [("Clouds over Paris", "grey sky"), ("Rain", "clouds and a grey cat"), ("Sun", "blue")] {
            new!(Article { title, body }).create(db).await?;
        }
        let vector = SearchVector((Article::title,)).weight(Weight::A).plus(SearchVector((Article::body,)));
        let vector = vector.config("english");
        assert_eq!(Article::objects().update(set!(words = vector.clone()), db).await?, 3);
        let article = Article::objects().filter(Article::title.eq("Sun")).get(db).await?;
        assert_eq!(article.words.as_ref().map(SearchVector::as_str), Some("'blue':2 'sun':1A"));
        let query = SearchQuery("cloud").config("english");
        let rank = SearchRank(Article::words, &query);
        let found = Article::objects().filter(Article::words.search(&query)).order_by(rank.desc());
        let titles = found.clone().values_list(Article::title).all(db).await?;
        assert_eq!(titles, ["Clouds over Paris", "Rain"]);
        let asked = db.capture();
        assert_eq!(found.count(db).await?, 2);
        let sql = asked.statements()[0].sql.to_string();
        assert!(sql.contains("\"words\" @@ plainto_tsquery"), "{sql}");
        let conditions = [
            q!(Article, words = &query),
            q!(Article, words__search = "clouds"),
            q!(Article, title__search = "clouds" | body__search = "clouds"),
            q!(Article, words = "clouds"),
            Article::words.f().matches(&query),
        ];
        for condition in conditions {
            assert_eq!(Article::objects().filter(condition.clone()).count(db).await?, 2, "{condition:?}");
        }
        let named = rows(db, "indexed.Article").filter(q("words__search", "grey"));
        assert_eq!(texts(named, "title", db).await?.len(), 2);
        let all = rows(db, "indexed.Article").annotate_expr("found", path("words").typed(FieldKind::SearchVector));
        assert_eq!(all.filter(q("found", "cat")).count(db).await?, 1);
        assert_eq!(Article::objects().filter(Article::words.isnull(true)).count(db).await?, 0);
        Ok(())
    })
}
