//! Typed expressions that stand by themselves: arrays of subqueries, bits, functions by their names, casts, collations,
//! documents of JSON, aggregates over joins.

use embellie::functions::*;
use embellie::prelude::*;
use embellie_suite::models::typed::*;
use embellie_suite::{Kind, Outcome};
use serde_json::json;

embellie_suite::on_every_database! { typed:
    arrays_of_subqueries,
    bits_casts_and_functions_by_name,
    documents,
    aggregates_over_all_joins,
    what_update_or_create_saves,
    mistakes_are_told_before_the_database_is_asked,
}

async fn people(db: &Database) -> embellie::Result<()> {
    let clubs = [new!(Club { name: "Chess" }).create(db).await?, new!(Club { name: "Go" }).create(db).await?];
    let ann = new!(Person { name: "Ann" }).create(db).await?;
    let bob = new!(Person { name: "bob" }).create(db).await?;
    for (person, club) in [(&ann, &clubs[0]), (&ann, &clubs[1]), (&bob, &clubs[1])] {
        new!(Membership { person: person, club: club }).create(db).await?;
    }
    ann.idols.add(&[&bob], db).await?;
    ann.friends.add(&[&bob], db).await?;
    Ok(())
}

async fn arrays_of_subqueries(db: &Database) -> Outcome {
    people(db).await?;
    let clubs = ArraySubquery(&|person: OuterRef<Person, _>| {
        Membership::objects()
            .filter(Membership::person.eq(person))
            .order_by("club__name")
            .values_list(Membership::club.name)
    });
    let rows = Person::objects().annotate(&clubs).order_by(Lower(Person::name)).all(db).await;
    match (Kind::of(db), rows) {
        (Kind::Sqlite, Err(Error::NotSupported(_))) => {}
        (_, rows) => {
            let rows = rows?;
            let shown: Vec<(&str, String)> =
                rows.iter().map(|(person, clubs)| (person.name.as_str(), clubs.join("+"))).collect();
            assert_eq!(shown, [("Ann", "Chess+Go".into()), ("bob", "Go".into())]);
        }
    }
    Ok(())
}

async fn bits_casts_and_functions_by_name(db: &Database) -> Outcome {
    new!(Filled { name: "a", called: 12 }).create(db).await?;
    let called = || Filled::called.f();
    let row = Filled::objects().values_list((
        called().bitand(10),
        called().bitor(3),
        called().bitxor(5),
        called().shl(2),
        called().shr(1),
        called().pow(2),
        Filled::called % 5,
    ));
    assert_eq!(row.get(db).await?, (8, 15, 9, 48, 6, 144, 2));
    let text = Filled::called.cast::<String>();
    assert_eq!(Filled::objects().filter(text.startswith("1")).count(db).await?, 1);
    let half = Cast::<f64, _, _>(Filled::called) / 5;
    assert_eq!(Filled::objects().values_list(half).get(db).await?, 2.4);
    let hex = Func("printf", ("%x", Filled::called)).template("postgres", "to_hex({1})").returns::<String>();
    assert_eq!(Filled::objects().values_list(hex).get(db).await?.as_deref(), Some("c"));
    let wider = (Filled::called + 1).typed::<f64>();
    assert_eq!(Filled::objects().values_list(wider).get(db).await?, 13.0);

    people(db).await?;
    let binary = if Kind::of(db) == Kind::Sqlite { "BINARY" } else { "C" };
    let names: Vec<String> =
        Person::objects().order_by(Collate(Person::name, binary).desc()).values_list(Person::name).all(db).await?;
    assert_eq!(names, ["bob", "Ann"]);
    Ok(())
}

async fn documents(db: &Database) -> Outcome {
    for document in [json!({"a": {"b": [1, "two"]}, "c": null}), json!({"a": 3, "d": "text"}), json!([1, 2])] {
        new!(Nothing { document: document }).create(db).await?;
    }
    let count = async |q: Q<Nothing>| Nothing::objects().filter(q).count(db).await;
    assert_eq!(count(Nothing::document.key("a").key("b").index(1).eq("two")).await?, 1);
    assert_eq!(count(q!(document__a__b__0 = 1)).await?, 1);
    assert_eq!(count(q!(document["a"]__lt = 4)).await?, 1);
    assert_eq!(count(Nothing::document.has_key("d")).await?, 1);
    assert_eq!(count(Nothing::document.has_keys(["a", "c"])).await?, 1);
    assert_eq!(count(Nothing::document.has_any_keys(["c", "d"])).await?, 2);
    assert_eq!(count(Nothing::document.key("d").icontains("EX")).await?, 1);
    let texts: Vec<Option<String>> =
        Nothing::objects().order_by("id").values_list(Nothing::document.key("d").key_text()).all(db).await?;
    assert_eq!(texts, [None, Some("text".into()), None]);
    let wide = json!({"a": 3, "d": "text", "e": 1});
    match Kind::of(db) {
        Kind::Postgres => {
            assert_eq!(count(Nothing::document.contains(json!({"a": 3}))).await?, 1);
            assert_eq!(count(Nothing::document.contained_by(wide)).await?, 1);
        }
        Kind::Sqlite => {
            assert!(matches!(count(Nothing::document.contains(json!({"a": 3}))).await, Err(Error::NotSupported(_))));
            assert!(matches!(count(Nothing::document.contained_by(wide)).await, Err(Error::NotSupported(_))));
        }
    }
    let made = JsonObject((("id", Nothing::id), ("all", JsonArray((Nothing::id, 1)))));
    let first = Nothing::objects().order_by("id").values_list(made).first(db).await?;
    assert_eq!(first, Some(json!({"id": 1, "all": [1, 1]})));
    Ok(())
}

async fn aggregates_over_all_joins(db: &Database) -> Outcome {
    people(db).await?;
    let (clubs, idols) = (Count(Person::memberships()), Count(Person::idols));
    let ann = || Person::objects().filter(q!(name = "Ann")).annotate((&clubs, &idols));
    let (_, clubs, idols) = ann().get(db).await?;
    assert_eq!((clubs, idols), (2, 1));
    let (_, clubs, idols) = ann().joined_aggregates().get(db).await?;
    assert_eq!((clubs, idols), (2, 2));
    Ok(())
}

async fn what_update_or_create_saves(db: &Database) -> Outcome {
    let new = || new!(Filled { name: "a" });
    let (made, created) = Filled::objects().update_or_create(q!(name = "a"), set!(called = 1), new, db).await?;
    assert_eq!((created, made.called), (true, 7));
    let (changed, created) = Filled::objects().update_or_create(q!(name = "a"), set!(called = 1), new, db).await?;
    assert_eq!((created, changed.called), (false, 1));
    assert!(changed.changed > made.changed);
    let (computed, _) =
        Filled::objects().update_or_create(q!(name = "a"), set!(called = F(called) + 2), new, db).await?;
    assert_eq!((computed.called, computed.changed > changed.changed), (3, true));
    Ok(())
}

async fn mistakes_are_told_before_the_database_is_asked(db: &Database) -> Outcome {
    let asked = db.capture();
    let n = Count(Person::memberships()).named("na me; --");
    assert!(matches!(Person::objects().annotate(&n).all(db).await, Err(Error::Value(_))));
    let clash = Count(Person::memberships()).named("name");
    assert!(matches!(Person::objects().annotate(&clash).all(db).await, Err(Error::Value(_))));
    let nested = Sum(Count(Person::memberships()));
    assert!(matches!(Person::objects().aggregate(nested, db).await, Err(Error::Field(_))));
    assert!(matches!(Person::objects().limit(3).filter(q!(name = "x")).all(db).await, Err(Error::Type(_))));
    assert_eq!(asked.statements().len(), 0);
    Ok(())
}
