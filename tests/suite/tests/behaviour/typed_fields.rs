//! Models that are structs: every field type there and back, keys of every kind, relations of every shape.

use std::collections::HashMap;

use embellie::model::Instance;
use embellie::prelude::*;
use embellie::write::BulkCreate;
use embellie_suite::models::typed::*;
use embellie_suite::{Kind, Outcome, refused};
use jiff::civil::{Time, date};
use serde_json::json;

embellie_suite::on_every_database! { typed:
    every_field_type_goes_there_and_back,
    many_rows_with_keys_of_their_own,
    every_field_type_is_asked_for,
    null_is_none,
    what_is_filled_in,
    keys_that_are_not_counted_up,
    foreign_keys_to_another_field,
    people_and_their_relations,
    what_does_not_fit_is_refused,
    get_or_create_and_update_or_create,
}

fn everything() -> Everything {
    new!(Everything {
        short: "short 'text'",
        long: "日本語 \"\\%_\n".repeat(100),
        email: "ann@x.org",
        slug: "a-slug",
        url: "https://x.org/?a=b&c=d",
        truth: true,
        small: i16::MIN,
        int: i32::MAX,
        big: i64::MIN,
        positive_small: 32_767,
        positive: 2_147_483_647,
        positive_big: i64::MAX as u64,
        float: 0.1 + 0.2,
        decimal: Decimal::new(-123_456_789_123, 3),
        date: date(2024, 2, 29),
        time: Time::constant(23, 59, 59, 999_999_000),
        moment: Timestamp::from_microsecond(-1).unwrap(),
        naive: date(1, 1, 1).at(0, 0, 0, 1_000),
        duration: SignedDuration::from_micros(-86_400_000_001),
        uuid: Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        bytes: vec![0, 255, 39],
        document: json!({"a": [1, null, {"b": "ü"}]}),
        point: Json(Point { x: -0.5, label: Some("here".into()) }),
        ip: "2001:db8::1".parse::<std::net::IpAddr>().unwrap(),
        heat: Celsius(-12.34),
        size: Size::Large,
        rank: Rank::Last,
    })
}

/// The fields' values, as they are stored.
fn values(object: &dyn Instance, fields: usize) -> Vec<embellie::Value> {
    (0..fields).map(|place| object.value(place).unwrap()).collect()
}

async fn every_field_type_goes_there_and_back(db: &Database) -> Outcome {
    let fields = Everything::meta().fields.len();
    let mut one = everything().create(db).await?;
    let read = Everything::objects().get(db).await?;
    assert_eq!(values(&read, fields), values(&one, fields));
    assert_eq!((read.heat, read.size, read.rank), (Celsius(-12.34), Size::Large, Rank::Last));
    assert_eq!(read.point, Json(Point { x: -0.5, label: Some("here".into()) }));
    assert_eq!(read.float.to_bits(), (0.1_f64 + 0.2).to_bits());
    one.short = String::new();
    one.truth = false;
    one.point.0.label = None;
    one.bytes.clear();
    one.decimal = Decimal::ZERO;
    one.save(db).await?;
    let mut again = Everything::objects().get(db).await?;
    one.refresh(db).await?;
    assert_eq!(values(&again, fields), values(&one, fields));
    assert_eq!((again.point.0.label.as_deref(), again.bytes.len(), again.short.as_str()), (None, 0, ""));
    again.delete(db).await?;
    let mut many = [everything(), everything(), everything()];
    Everything::objects().bulk_create_with(&mut many, BulkCreate::new().batch_size(2), db).await?;
    let read = Everything::objects().order_by("id").all(db).await?;
    for (read, many) in read.iter().zip(&many) {
        assert_eq!(values(read, fields), values(many, fields));
    }
    Ok(())
}

/// So many that databases may have a way of their own for them: what is stored is the same.
async fn many_rows_with_keys_of_their_own(db: &Database) -> Outcome {
    let fields = Everything::meta().fields.len();
    let mut many: Vec<Everything> = (0..2_000)
        .map(|n| {
            let mut one = everything();
            // Times are kept in microseconds, and what is finer is cut off.
            let fine = Timestamp::from_microsecond(-1 - n).unwrap() + SignedDuration::from_nanos(700);
            (one.id, one.int, one.moment) = (n + 1, n as i32, if n % 2 == 0 { one.moment } else { fine });
            one.long = ["", "\\", "\\N", "\\.", "a\tb\r\nc", "\u{1}\u{b}\u{c}"][n as usize % 6].to_owned();
            one.date = [date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31)][n as usize % 3];
            one
        })
        .collect();
    let asked = db.capture();
    Everything::objects().bulk_create(&mut many, db).await?;
    let statements = asked.statements();
    drop(asked);
    if Kind::of(db) == Kind::Postgres {
        assert!(statements.len() == 1 && statements[0].sql.contains("COPY"), "{statements:?}");
    }
    // Beside one that goes the usual way.
    for place in [0, 1, 5, 1_999] {
        let mut one = everything();
        let given = &many[place];
        (one.id, one.long, one.date) = (10_000, given.long.clone(), given.date);
        (one.moment, one.int) = (given.moment, given.int);
        let alone = one.create(db).await?.id;
        let stored = |id: i64| async move {
            let one = Everything::objects().get_pk(&id, db).await?;
            Outcome::Ok(values(&one, fields))
        };
        let (alone, copied) = (stored(alone).await?, stored(given.id).await?);
        assert_eq!(alone[1..], copied[1..], "row {place}");
        Everything::objects().filter(q!(id__gt = 2_000)).delete(db).await?;
    }
    assert_eq!(Everything::objects().count(db).await?, 2_000);

    // All or none, with the errors that fewer rows have.
    let parts = |name: &str| {
        let mut parts: Vec<Part> = (0..2_500).map(|n| new!(Part { name: format!("{n}") })).collect();
        parts[2_400].name = name.to_owned();
        parts
    };
    let mut twice = parts("x");
    twice[2_000].serial = twice[1].serial;
    assert!(!refused(Part::objects().bulk_create(&mut twice, db).await, "IntegrityError").is_empty());
    assert_eq!(Part::objects().count(db).await?, 0);
    if Kind::of(db) == Kind::Postgres {
        let mut long = parts("longer than twenty characters");
        refused(Part::objects().bulk_create(&mut long, db).await, "DataError");
        let mut nul = parts("\0");
        refused(Part::objects().bulk_create(&mut nul, db).await, "DataError");
    }
    db.atomic(async |tx| {
        let undone: Outcome = tx
            .atomic(async |tx| {
                Part::objects().bulk_create(&mut twice, tx).await?;
                Ok(())
            })
            .await;
        undone.expect_err("a key is there twice");
        Part::objects().bulk_create(&mut parts("y"), tx).await?;
        Outcome::Ok(())
    })
    .await?;
    assert_eq!(Part::objects().filter(q!(name = "y")).count(db).await?, 1);
    assert_eq!(Part::objects().count(db).await?, 2_500);
    Ok(())
}

async fn every_field_type_is_asked_for(db: &Database) -> Outcome {
    let one = everything().create(db).await?;
    let rows = || Everything::objects();
    let found = [
        rows().filter(q!(short = &one.short, long = &one.long, email = &one.email, slug = &one.slug, url = &one.url)),
        rows().filter(q!(truth = true, small = one.small, int = one.int, big = one.big)),
        rows().filter(q!(
            positive_small = one.positive_small,
            positive = one.positive,
            positive_big = one.positive_big
        )),
        rows().filter(q!(float = one.float, decimal = one.decimal, date = one.date, time = one.time)),
        rows().filter(q!(moment = one.moment, naive = one.naive, duration = one.duration, uuid = one.uuid)),
        rows().filter(q!(bytes = &one.bytes, document = &one.document, ip = one.ip)),
        rows().filter(q!(heat = Celsius(-12.34), heat__lt = Celsius(0.0), size = Size::Large, rank__gt = Rank::First)),
        rows().filter(q!(size__in = [Size::Small, Size::Large], rank__range = (Rank::First, Rank::Last))),
        rows().filter(Everything::moment.lt(Timestamp::UNIX_EPOCH) & Everything::date.gte(date(2024, 2, 29))),
        rows().filter(
            Everything::decimal.lt(0) & Everything::float.gt(0.3) & Everything::positive_big.gt(Everything::big),
        ),
    ];
    for (place, rows) in found.into_iter().enumerate() {
        assert_eq!(rows.count(db).await?, 1, "question {place}");
    }
    let nothing = rows().exclude(q!(heat = Celsius(-12.34) | size = Size::Small));
    assert_eq!(nothing.count(db).await?, 0);
    let set: Set<Everything> =
        set!(heat = Celsius(1.5), size = Size::Small, date = date(2000, 1, 1), document = json!([]), int = F(int) - 1);
    rows().update(set, db).await?;
    let read: (Celsius, Size, i32) =
        rows().values_list((Everything::heat, Everything::size, Everything::int)).get(db).await?;
    assert_eq!(read, (Celsius(1.5), Size::Small, i32::MAX - 1));
    Ok(())
}

async fn null_is_none(db: &Database) -> Outcome {
    let fields = Nothing::meta().fields.len();
    let none = new!(Nothing {}).create(db).await?;
    let read = Nothing::objects().get(db).await?;
    assert_eq!(values(&read, fields)[1..], vec![embellie::Value::Null; fields - 1]);
    assert_eq!(values(&none, fields), values(&read, fields));
    assert_eq!(
        Nothing::objects().filter(q!(heat__isnull = true, size = None::<Size>, date__isnull = true)).count(db).await?,
        1
    );
    let some =
        new!(Nothing { short: "", truth: false, int: 0, heat: Celsius(0.0), size: Size::Small, document: json!(null) });
    let some = some.create(db).await?;
    let read = Nothing::objects().filter(q!(heat = Celsius(0.0))).get(db).await?;
    assert_eq!((read.short.as_deref(), read.truth, read.int), (Some(""), Some(false), Some(0)));
    assert_eq!(read.document, Some(json!(null)), "JSON's null is a document");
    assert_eq!(values(&some, fields), values(&read, fields));
    Nothing::objects().update(set!(short = None::<String>, int = 5), db).await?;
    let rows: Vec<(Option<String>, Option<i32>)> =
        Nothing::objects().values_list((Nothing::short, Nothing::int)).all(db).await?;
    assert_eq!(rows, [(None, Some(5)), (None, Some(5))]);
    Ok(())
}

async fn what_is_filled_in(db: &Database) -> Outcome {
    let new = new!(Filled { name: "a" });
    assert_eq!((new.fixed.as_str(), new.called, new.size), ("fixed", 7, Size::Large));
    let a = new.create(db).await?;
    assert_eq!((a.id, a.stored), (1, 42), "what the database fills in comes back");
    let mut b = new!(Filled { name: "b", stored: 5, called: 8, size: Size::Small }).create(db).await?;
    assert_eq!((b.stored, b.called, b.size), (5, 8, Size::Small));
    let (created, changed) = (b.created, b.changed);
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    b.name = "c".into();
    b.save(db).await?;
    let read = Filled::objects().filter(q!(name = "c")).get(db).await?;
    assert_eq!((read.created, read.changed), (created, b.changed));
    assert!(b.changed > changed);
    let mut both = [new!(Filled { name: "d" }), new!(Filled { name: "e", stored: 9 })];
    Filled::objects().bulk_create(&mut both, db).await?;
    assert_eq!([both[0].stored, both[1].stored], [42, 9]);
    assert!(both[0].id > 2 && both[1].id > 2);
    Ok(())
}

async fn keys_that_are_not_counted_up(db: &Database) -> Outcome {
    let bolt = new!(Part { name: "bolt" }).create(db).await?;
    let nut = new!(Part { name: "nut" }).create(db).await?;
    assert_ne!(bolt.serial, nut.serial);
    assert_eq!(Part::objects().filter(q!(pk = bolt.serial)).get(db).await?.name, "bolt");
    let outer = new!(Carton { code: "A'1", part: &bolt }).create(db).await?;
    let inner = new!(Carton { code: "B", part: &nut, outer: &outer }).create(db).await?;
    assert_eq!(inner.outer.as_ref().unwrap().get(db).await?.code, "A'1");
    let boxes = Carton::objects().order_by("code").all(db).await?;
    assert_eq!(boxes[1].outer.as_ref().unwrap().get(db).await?.part.get(db).await?.name, "bolt");
    assert_eq!(Carton::objects().filter(q!(outer = &outer)).get(db).await?.code, "B");
    assert_eq!(Part::objects().filter(q!(boxes__inside__code = "B")).get(db).await?.serial, bolt.serial);
    assert_eq!(Part::boxes().of(&nut).all(db).await?[0].code, "B");
    let found: HashMap<Uuid, Part> = Part::objects().in_bulk(&[nut.serial], db).await?;
    assert_eq!(found[&nut.serial].name, "nut");
    refused(new!(Carton { code: "B", part: &bolt }).create(db).await, "IntegrityError");
    let deleted = Part::objects().filter(q!(pk = bolt.serial)).delete(db).await?;
    assert_eq!((deleted.total, deleted.per_model["typed.Carton"]), (2, 1));
    assert!(Carton::objects().get(db).await?.outer.is_none(), "set to null");
    Ok(())
}

async fn foreign_keys_to_another_field(db: &Database) -> Outcome {
    new!(Country { name: "Nowhere", code: "NN" }).create(db).await?;
    let germany = new!(Country { name: "Germany", code: "DE" }).create(db).await?;
    let mut towns = ["Ulm", "Bonn", "Jena"].map(|name| new!(Town { name, country: &germany }));
    Town::objects().bulk_create(&mut towns, db).await?;
    assert_eq!(Town::objects().values_list(Town::country_id).all(db).await?, ["DE", "DE", "DE"]);
    let asked = db.capture();
    for town in &Town::objects().all(db).await? {
        assert_eq!(town.country.get(db).await?.name, "Germany");
    }
    assert_eq!(asked.len(), 2);
    assert_eq!(Town::objects().filter(q!(country = &germany)).count(db).await?, 3);
    assert_eq!(Town::objects().filter(q!(country__in = [&germany])).count(db).await?, 3);
    assert_eq!(Town::objects().filter(q!(country__name = "Nowhere")).count(db).await?, 0);
    assert_eq!(Country::towns().of(&germany).all(db).await?.len(), 3);
    assert_eq!(Country::objects().filter(Country::towns().name.eq("Ulm")).get(db).await?.id, germany.id);
    let atlantis = new!(Town { name: "Atlantis", country: ForeignKey::<Country>::from_value("XX".into()) });
    refused(atlantis.create(db).await, "IntegrityError");
    Ok(())
}

async fn people_and_their_relations(db: &Database) -> Outcome {
    let mut people = ["Ann", "Bob", "Cid"].map(|name| new!(Person { name }));
    Person::objects().bulk_create(&mut people, db).await?;
    let [ann, bob, cid] = &people;
    ann.friends.add(&[bob], db).await?;
    assert_eq!(bob.friends.all(db).await?[0].name, "Ann", "both ways");
    ann.idols.add(&[bob, cid], db).await?;
    assert!(bob.idols.all(db).await?.is_empty());
    assert_eq!(Person::fans().of(bob).all(db).await?[0].name, "Ann");
    let chess = new!(Club { name: "Chess" }).create(db).await?;
    new!(Membership { person: ann, club: &chess, role: "chair" }).create(db).await?;
    new!(Membership { person: bob, club: &chess, invited_by: ann }).create(db).await?;
    cid.clubs.add(&[&chess], db).await?;
    let members: Vec<String> = Club::members().of(&chess).objects().values_list(Person::name).all(db).await?;
    assert_eq!(members, ["Ann", "Bob", "Cid"]);
    let chairs = Club::objects().filter(q!(members__name = "Ann", memberships__role = "chair"));
    assert_eq!(chairs.count(db).await?, 1);
    assert_eq!(Person::objects().filter(q!(idols__friends__name = "Ann")).count(db).await?, 1);
    assert_eq!(Person::objects().exclude(q!(fans__name = "Ann")).get(db).await?.name, "Ann");
    let memberships = Membership::objects().order_by("id").all(db).await?;
    let asked = db.capture();
    for membership in &memberships {
        membership.person.get(db).await?;
        if let Some(person) = &membership.invited_by {
            assert_eq!(person.get(db).await?.name, "Ann");
        }
    }
    assert_eq!(asked.len(), 2, "each relation by itself, though both lead to people");
    let deleted = ann.clone().delete(db).await?;
    assert_eq!(deleted.per_model["typed.Person"], 1);
    assert_eq!(deleted.per_model["typed.Membership"], 1);
    assert_eq!(deleted.per_model["typed.Person_friends"], 2);
    assert_eq!(deleted.per_model["typed.Person_idols"], 2);
    assert_eq!(Membership::objects().filter(q!(invited_by__isnull = true)).count(db).await?, 2);
    Ok(())
}

async fn what_does_not_fit_is_refused(db: &Database) -> Outcome {
    let mut cold = everything();
    cold.heat = Celsius(-300.0);
    let asked = db.capture();
    let message = refused(cold.save(db).await, "ValueError");
    assert!(message.contains("colder"), "{message}");
    refused(Everything::objects().filter(q!(heat = Celsius(-300.0))).count(db).await, "ValueError");
    refused(Everything::objects().update(set!(heat = Celsius(-300.0)), db).await, "ValueError");
    refused(
        Everything::objects().filter(q!(positive_big = u64::MAX)).update(set!(positive_big = u64::MAX), db).await,
        "ValueError",
    );
    assert!(asked.is_empty(), "{:?}", asked.statements());
    assert_eq!(Everything::objects().count(db).await?, 0);
    // What the column holds and the type does not is an error that names the field, and no panic.
    everything().create(db).await?;
    db.objects("typed.Everything")?.update(Set::text("size", "X"), db).await?;
    let message = refused(Everything::objects().all(db).await, "DecodeError");
    assert!(message.contains("Everything.size"), "{message}");
    Ok(())
}

async fn get_or_create_and_update_or_create(db: &Database) -> Outcome {
    let club = |name: &str| {
        let name = name.to_owned();
        move || new!(Club { name })
    };
    let (chess, created) = Club::objects().get_or_create(q!(name = "Chess"), club("Chess"), db).await?;
    assert!(created);
    let (again, created) = Club::objects().get_or_create(q!(name = "Chess"), club("Chess"), db).await?;
    assert_eq!((again.id, created), (chess.id, false));
    let (renamed, created) =
        Club::objects().update_or_create(q!(name = "Chess"), set!(name = "Go"), club("Chess"), db).await?;
    assert_eq!((renamed.id, renamed.name.as_str(), created), (chess.id, "Go", false));
    let (other, created) =
        Club::objects().update_or_create(q!(name = "Chess"), set!(name = "Go"), club("Chess"), db).await?;
    assert_eq!((other.name.as_str(), created), ("Chess", true));
    Ok(())
}
