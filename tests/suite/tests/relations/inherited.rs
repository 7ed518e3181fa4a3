//! What a row is related to by way of the row that it adds columns to.

use embellie::{Database, Record, Value};
use embellie_suite::{Outcome, create, object, refused, rows};

embellie_suite::on_every_database! { venues:
    every_kind_of_relation_is_read_beforehand,
    sets_are_reached_by_the_key,
    what_is_not_inherited_is_refused,
}

/// Two stages, each a hall and a place, and for each place one row of every kind that is related to it, which has the
/// place's name in its word.
async fn filled(db: &Database) -> Outcome {
    create(db, "contenttypes.ContentType", &[("app_label", "venues".into()), ("model", "place".into())]).await?;
    for (number, name) in [(1, "Moon"), (2, "Sun")] {
        let word = || ("word", Value::from(name));
        let city = create(db, "venues.City", &[("name", format!("{name} City").into())]).await?;
        let code = || ("code", format!("c{number}").into());
        let place = [("name", name.into()), code(), ("floor", 7.into()), ("city", city.key().clone())];
        let place = create(db, "venues.Place", &place).await?;
        let key = || place.key().clone();
        object(db, "venues.Hall", &[("place_ptr_id", key()), ("seats", 50.into())])?.save(db).await?;
        object(db, "venues.Stage", &[("hall_ptr_id", key()), ("width", 9.into())])?.save(db).await?;
        create(db, "venues.Visit", &[("place", key()), word()]).await?;
        create(db, "venues.Review", &[("place", format!("c{number}").into()), word()]).await?;
        create(db, "venues.Permit", &[("place", key()), word()]).await?;
        create(db, "venues.Survey", &[code(), ("floor", 7.into()), word()]).await?;
        create(db, "venues.Mark", &[("kind", 1.into()), ("object_id", key()), word()]).await?;
        let (guide, tag) = (create(db, "venues.Guide", &[word()]).await?, create(db, "venues.Tag", &[word()]).await?);
        guide.related("places")?.add(&[&place], db).await?;
        place.related("tags")?.add(&[&tag], db).await?;
    }
    Ok(())
}

/// Their words.
fn words(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| record.get("word").unwrap().to_string()).collect()
}

const SETS: [&str; 7] = ["visits", "permit", "guides", "tags", "marks", "reviews", "surveys"];

async fn every_kind_of_relation_is_read_beforehand(db: &Database) -> Outcome {
    filled(db).await?;
    for model in ["venues.Hall", "venues.Stage"] {
        for name in SETS {
            let asked = db.capture();
            let found = rows(db, model).prefetch([name]).order_by("pk").all(db).await?;
            // A set that goes by other columns than the key needs the rows that have them.
            let most = match (name, model) {
                ("reviews" | "surveys", "venues.Hall") => 3,
                ("reviews" | "surveys", _) => 4,
                _ => 2,
            };
            assert_eq!(asked.len(), most, "{model} {name}: {:?}", asked.statements());
            for (row, expected) in found.iter().zip(["'Moon'", "'Sun'"]) {
                assert_eq!(words(row.prefetched(name)?), [expected], "{model} {name}");
            }
            assert_eq!((found.len(), asked.len()), (2, most));
        }
        let found = rows(db, model).prefetch(["city", "visits__place"]).order_by("pk").all(db).await?;
        let asked = db.capture();
        for (row, name) in found.iter().zip(["Moon", "Sun"]) {
            let city = row.related_one("city", db).await?.unwrap();
            assert_eq!(city.get("name")?, &format!("{name} City").into());
            let place = row.prefetched("visits")?[0].selected("place").flatten().unwrap();
            assert_eq!((place.model().name.as_str(), place.get("name")?), ("Place", &name.into()));
        }
        assert_eq!(asked.len(), 0);
    }
    // Under a name of its own, and only some.
    let none = rows(db, "venues.Visit").filter(embellie_suite::q("word", "Sun"));
    let some = embellie::Prefetch::new("visits", none).to_attr("sunny");
    let found = rows(db, "venues.Stage").prefetch(some).order_by("pk").all(db).await?;
    assert_eq!((found[0].prefetched("sunny")?.len(), words(found[1].prefetched("sunny")?)), (0, vec!["'Sun'".into()]));
    Ok(())
}

async fn sets_are_reached_by_the_key(db: &Database) -> Outcome {
    filled(db).await?;
    let asked = db.capture();
    let stages = rows(db, "venues.Stage").order_by("pk").all(db).await?;
    for (name, so_far) in ["visits", "permit", "guides", "tags", "marks", "reviews"].into_iter().zip(2..) {
        for (stage, expected) in stages.iter().zip(["'Moon'", "'Sun'"]) {
            assert_eq!(words(&stage.related(name)?.all(db).await?), [expected], "{name}");
        }
        // The first that asks, asks for all.
        assert_eq!(asked.len(), so_far, "{:?}", asked.statements());
    }
    let tags = stages[0].related("tags")?;
    tags.clear(db).await?;
    assert_eq!((tags.objects().count(db).await?, stages[1].related("tags")?.objects().count(db).await?), (0, 1));
    Ok(())
}

async fn what_is_not_inherited_is_refused(db: &Database) -> Outcome {
    filled(db).await?;
    let stage = rows(db, "venues.Stage").order_by("pk").first(db).await?.unwrap();
    let message = refused(stage.related("surveys"), "NotSupportedError");
    assert!(message.contains("'surveys' of Stage") && message.contains("'hall_ptr'"), "{message}");
    // The way down to itself is not one of its own.
    for name in ["hall", "stage", "nothing"] {
        refused(stage.related(name), "FieldError");
        refused(rows(db, "venues.Stage").prefetch([name]).all(db).await, "FieldError");
    }
    Ok(())
}
