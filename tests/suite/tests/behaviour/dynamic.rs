//! What query sets of typed models do, done by names: for models without a Rust type, over an API that gets its names from
//! elsewhere.

use embellie::expr::TruncUnit;
use embellie::prelude::*;
use embellie_suite::{Outcome, create, q, refused, rows};
use embellie_text::models::Settings;
use embellie_text::{Models, evaluate};

embellie_suite::on_every_database! { documented:
    dates_by_name,
    records_by_a_unique_field,
    structs_by_name,
    arrays_in_texts,
}

#[derive(Debug, PartialEq, Row)]
struct Line {
    title: String,
    #[row(path = "author__name")]
    author: String,
}

#[derive(Debug, Row)]
struct Unknown {
    title: String,
    double: i64,
}

async fn posts(db: &Database) -> Outcome {
    let ann = create(db, "blog.User", &[("name", "Ann".into()), ("email", "ann@x.org".into())]).await?;
    create(db, "blog.User", &[("name", "Bob".into()), ("email", "bob@x.org".into())]).await?;
    for title in ["Ash", "Birch"] {
        create(db, "blog.Post", &[("title", title.into()), ("author", ann.key().clone())]).await?;
    }
    Ok(())
}

async fn dates_by_name(db: &Database) -> Outcome {
    posts(db).await?;
    let now = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let months = rows(db, "blog.Post").text_dates("created_at", TruncUnit::Year).all(db).await?;
    assert_eq!(months.len(), 1);
    assert!((months[0].year() - now.year()).abs() <= 1 && months[0].month() == 1);
    let days = rows(db, "blog.Post").filter(q("title", "Ash")).text_datetimes("created_at", TruncUnit::Day).reverse();
    let days: Vec<Timestamp> = days.all(db).await?;
    assert_eq!(days.len(), 1);
    let of_author = rows(db, "blog.User").text_dates("posts__created_at", TruncUnit::Month).all(db).await?;
    assert_eq!(of_author.len(), 1, "the dates of related rows");
    let asked = db.capture();
    refused(rows(db, "blog.Post").text_dates("created_at", TruncUnit::Hour).all(db).await, "ValueError");
    refused(rows(db, "blog.Post").text_datetimes("created_at", TruncUnit::Quarter).all(db).await, "ValueError");
    refused(rows(db, "blog.Post").text_dates("creatde_at", TruncUnit::Day).all(db).await, "FieldError");
    assert!(asked.is_empty(), "nothing was sent");
    Ok(())
}

async fn records_by_a_unique_field(db: &Database) -> Outcome {
    posts(db).await?;
    let mut found = rows(db, "blog.User").in_bulk_by("email", ["bob@x.org", "ann@x.org", "no@x.org"], db).await?;
    found.sort_by_key(|(email, _)| email.to_string());
    let names: Vec<_> =
        found.iter().map(|(email, user)| Ok((email, user.get("name")?))).collect::<Result<_, Error>>()?;
    let (ann, bob) = ("Ann".into(), "Bob".into());
    assert_eq!(names, [(&"ann@x.org".into(), &ann), (&"bob@x.org".into(), &bob)]);
    let by_key = rows(db, "blog.User").in_bulk_by("pk", [found[0].1.key().clone()], db).await?;
    assert_eq!(by_key.len(), 1);
    let asked = db.capture();
    refused(rows(db, "blog.User").in_bulk_by("name", ["Ann"], db).await, "ValueError");
    refused(rows(db, "blog.User").in_bulk_by("nmae", ["Ann"], db).await, "ValueError");
    refused(rows(db, "blog.User").limit(1).in_bulk_by("email", ["x"], db).await, "TypeError");
    assert!(asked.is_empty(), "nothing was sent");
    Ok(())
}

async fn structs_by_name(db: &Database) -> Outcome {
    posts(db).await?;
    let lines = rows(db, "blog.Post").order_by("title").values_as::<Line>().all(db).await?;
    let line = |title: &str| Line { title: title.to_owned(), author: "Ann".to_owned() };
    assert_eq!(lines, [line("Ash"), line("Birch")]);
    let asked = db.capture();
    let unknown = rows(db, "blog.Post").values_as::<Unknown>().all(db).await;
    let unknown = unknown.map(|rows| rows.iter().map(|row| format!("{}{}", row.title, row.double)).collect::<String>());
    let wrong = refused(unknown, "FieldError");
    assert!(wrong.contains("double"), "{wrong}");
    assert!(asked.is_empty(), "nothing was sent");
    Ok(())
}

/// Arrays in the text of a query, and lookups of array fields, as Django writes them.
async fn arrays_in_texts(db: &Database) -> Outcome {
    posts(db).await?;
    let models = Models::of_registry(db.registry().clone(), Settings::default());
    let ask = async |text: &str| evaluate(text, &models, db).await.map(|found| format!("{found:?}"));
    let typed = "User.objects.annotate(x=Value(['a', 'b'], output_field=ArrayField(CharField(max_length=3))))";
    for (condition, count) in [
        ("x__contains=['b'], x__len=2, x__0='a'", 2),
        ("x__0_1=['a'], x__overlap=['b', 'c'], name='Ann'", 1),
        ("x__contained_by=['b']", 0),
        ("x=['a', 'b'], x__in=[['a'], ['a', 'b']]", 2),
    ] {
        let found = evaluate(&format!("{typed}.filter({condition}).count()"), &models, db).await?;
        assert_eq!(format!("{found:?}"), format!("{:?}", embellie_text::Py::Int(count)), "{condition}");
    }
    let sliced = ask(&format!("{typed}.annotate(y=F('x')[1:2]).filter(y=['b']).exists()")).await?;
    assert!(sliced.contains("true"), "{sliced}");
    let truths = ask("User.objects.aggregate(a=BoolAnd(Q(name='Ann')), b=BoolOr(Q(name='Ann')))").await?;
    assert!(truths.contains("false") && truths.contains("true"), "{truths}");
    Ok(())
}
