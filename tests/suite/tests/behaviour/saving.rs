//! Saving one object: insert or update, some fields, forced, and what is filled in on the way.

use embellie::write::Save;
use embellie::{Database, Record, Value};
use embellie_suite::{Outcome, create, ids, int, object, q, refused, rows, set, texts};
use jiff::{Timestamp, Zoned};

embellie_suite::on_every_database! { fields:
    an_object_is_inserted_and_then_updated,
    an_object_with_a_key_is_updated_if_it_has_a_row,
    a_key_with_a_default_is_new,
    some_fields_alone,
    forced_to_insert_or_update,
    defaults_of_the_model_and_the_database,
    times_are_set,
    what_breaks_a_rule_is_refused,
    keys_of_every_kind,
    reading_a_row_again,
}

async fn an_object_is_inserted_and_then_updated(db: &Database) -> Outcome {
    let mut one = object(db, "zoo.IntKey", &[("label", "a".into())])?;
    assert!(one.key().is_null(), "no key before it has a row");
    let asked = db.capture();
    one.save(db).await?;
    assert_eq!(one.key(), &Value::Int(1));
    one.set("label", "b")?;
    one.save(db).await?;
    let verbs: Vec<String> = asked.statements().iter().map(|s| s.sql.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(verbs, ["INSERT", "UPDATE"]);
    assert_eq!(texts(rows(db, "zoo.IntKey"), "label", db).await?, ["b"]);
    let two = object(db, "zoo.IntKey", &[("label", "c".into())])?.create(db).await?;
    assert_eq!(two.key(), &Value::Int(2));
    assert_eq!(two.get("label")?, &"c".into());
    Ok(())
}

async fn an_object_with_a_key_is_updated_if_it_has_a_row(db: &Database) -> Outcome {
    create(db, "zoo.IntKey", &[("label", "a".into())]).await?;
    let asked = db.capture();
    create(db, "zoo.IntKey", &[("id", 1.into()), ("label", "b".into())]).await?;
    assert_eq!(asked.len(), 1, "an update of the row there is");
    create(db, "zoo.IntKey", &[("id", 77.into()), ("label", "c".into())]).await?;
    assert_eq!(asked.len(), 3, "an update that finds nothing, and an insert");
    assert_eq!(texts(rows(db, "zoo.IntKey").order_by("id"), "label", db).await?, ["b", "c"]);
    Ok(())
}

/// As in Django: a new object whose key has a default is inserted without a look for its row.
async fn a_key_with_a_default_is_new(db: &Database) -> Outcome {
    let asked = db.capture();
    let one = create(db, "zoo.UuidKey", &[("label", "a".into())]).await?;
    assert!(matches!(one.key(), Value::Uuid(key) if !key.is_nil()));
    assert_eq!(asked.len(), 1);
    let mut again = object(db, "zoo.UuidKey", &[("id", one.key().clone()), ("label", "b".into())])?;
    refused(again.save(db).await, "IntegrityError");
    again.save_with(Save::new().force_update(), db).await?;
    assert_eq!(texts(rows(db, "zoo.UuidKey"), "label", db).await?, ["b"]);
    Ok(())
}

async fn some_fields_alone(db: &Database) -> Outcome {
    let mut one = create(db, "zoo.Limits", &[("name", "a".into())]).await?;
    rows(db, "zoo.Limits").update(set("size", "L"), db).await?;
    one.set("name", "b")?;
    one.set("high", 9)?;
    one.save_with(Save::new().update_fields(&["name"]), db).await?;
    let mut row = rows(db, "zoo.Limits").get(db).await?;
    let seen = |row: &Record| ["name", "size", "high"].map(|field| row.get(field).unwrap().clone());
    assert_eq!(
        seen(&row),
        ["b".into(), "L".into(), 1.into()],
        "what others changed stays, what was not named is not written"
    );

    let asked = db.capture();
    row.set("name", "c")?;
    row.save_with(Save::new().update_fields(&[]), db).await?;
    assert!(asked.is_empty(), "no fields, no statement");
    let message = refused(row.save_with(Save::new().update_fields(&["nmae"]), db).await, "ValueError");
    assert!(message.contains("nmae") && message.contains("'name'"), "{message}");
    refused(row.save_with(Save::new().update_fields(&["id"]), db).await, "ValueError");
    let mut unsaved = object(db, "zoo.Limits", &[("name", "x".into())])?;
    refused(unsaved.save_with(Save::new().update_fields(&["name"]), db).await, "ValueError");
    rows(db, "zoo.Limits").delete(db).await?;
    let message = refused(row.save_with(Save::new().update_fields(&["name"]), db).await, "OperationalError");
    assert!(message.contains("did not affect any rows"), "{message}");
    assert_eq!(rows(db, "zoo.Limits").count(db).await?, 0);
    Ok(())
}

async fn forced_to_insert_or_update(db: &Database) -> Outcome {
    let mut one = create(db, "zoo.TextKey", &[("code", "a".into()), ("label", "1".into())]).await?;
    refused(one.save_with(Save::new().force_insert(), db).await, "IntegrityError");
    let mut two = object(db, "zoo.TextKey", &[("code", "b".into()), ("label", "2".into())])?;
    let message = refused(two.save_with(Save::new().force_update(), db).await, "OperationalError");
    assert!(message.contains("did not affect any rows"), "{message}");
    refused(two.save_with(Save::new().force_update().force_insert(), db).await, "ValueError");
    refused(two.save_with(Save::new().update_fields(&["label"]).force_insert(), db).await, "ValueError");
    two.save_with(Save::new().force_insert(), db).await?;
    assert_eq!(texts(rows(db, "zoo.TextKey").order_by("code"), "code", db).await?, ["a", "b"]);
    Ok(())
}

async fn defaults_of_the_model_and_the_database(db: &Database) -> Outcome {
    let before = object(db, "zoo.Defaults", &[])?;
    assert_eq!(
        [before.get("fixed")?, before.get("called")?],
        [&"fixed".into(), &Value::Int(7)],
        "the model's own are there at once"
    );
    let one = create(db, "zoo.Defaults", &[]).await?;
    assert_eq!([one.get("stored")?, one.get("noted")?], [&Value::Int(42), &"it's".into()], "the database's come back");
    let two = create(db, "zoo.Defaults", &[("stored", 1.into()), ("fixed", "given".into())]).await?;
    assert_eq!(
        [two.get("stored")?, two.get("noted")?, two.get("fixed")?],
        [&Value::Int(1), &"it's".into(), &"given".into()]
    );
    for mut record in [one, two] {
        let told = record.clone();
        record.refresh(db).await?;
        assert_eq!(format!("{record:?}"), format!("{told:?}"), "an object holds what its row holds");
    }
    Ok(())
}

async fn times_are_set(db: &Database) -> Outcome {
    let moment = |record: &Record, field: &str| match record.get(field).unwrap() {
        Value::Timestamp(moment) => *moment,
        other => panic!("{field} is {other}"),
    };
    let begun = Timestamp::now();
    let mut one = create(db, "zoo.Defaults", &[("created", "1999-01-01T00:00:00Z".into())]).await?;
    let (created, changed) = (moment(&one, "created"), moment(&one, "changed"));
    let micro = jiff::SignedDuration::from_micros(1);
    assert!(created >= begun - micro && changed <= Timestamp::now(), "auto_now_add writes over what was given");
    assert_eq!(one.get("day")?, &Value::Date(Zoned::now().date()));
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    one.save_with(Save::new().update_fields(&["fixed"]), db).await?;
    one.refresh(db).await?;
    assert_eq!(moment(&one, "changed"), changed, "a field that is not saved is not set");
    one.save(db).await?;
    assert_eq!(moment(&one, "created"), created);
    assert!(moment(&one, "changed") > changed);
    let told = moment(&one, "changed");
    one.refresh(db).await?;
    assert_eq!(moment(&one, "changed"), told, "the object holds the very moment of its row");
    rows(db, "zoo.Defaults").update(set("fixed", "x"), db).await?;
    one.refresh(db).await?;
    assert_eq!(moment(&one, "changed"), told, "update() leaves auto_now alone");
    Ok(())
}

async fn what_breaks_a_rule_is_refused(db: &Database) -> Outcome {
    let insert = async |fields: &[(&str, Value)]| {
        let mut record = object(db, "zoo.Limits", fields).unwrap();
        record.save(db).await
    };
    insert(&[("name", "a".into())]).await?;
    refused(insert(&[("name", "b".into())]).await, "IntegrityError"); // low and high again
    refused(insert(&[("name", "a".into()), ("high", 2.into())]).await, "IntegrityError"); // two live ones
    insert(&[("name", "a".into()), ("high", 3.into()), ("live", false.into())]).await?;
    refused(insert(&[("name", "c".into()), ("low", 9.into()), ("high", 8.into())]).await, "IntegrityError");
    refused(insert(&[("name", Value::Null), ("high", 5.into())]).await, "IntegrityError");
    refused(rows(db, "zoo.Limits").update(set("low", 9), db).await, "IntegrityError");
    let mut positive = object(db, "zoo.Nullable", &[("positive", (-1).into())])?;
    refused(positive.save(db).await, "IntegrityError");
    let mut dangling = object(db, "zoo.Pointer", &[("text", "nobody".into())])?;
    refused(dangling.save(db).await, "IntegrityError");
    // Names of people's data stay out of what is said of them.
    let message = refused(insert(&[("name", "a".into()), ("high", 2.into())]).await, "IntegrityError");
    assert!(!message.contains("'a'") && !message.contains("(a)"), "{message}");
    assert_eq!(ids(rows(db, "zoo.Limits").order_by("pk"), db).await?.len(), 2);
    assert_eq!(rows(db, "zoo.Pointer").count(db).await?, 0);
    Ok(())
}

async fn keys_of_every_kind(db: &Database) -> Outcome {
    for model in ["zoo.SmallKey", "zoo.IntKey", "zoo.BigKey"] {
        for expected in 1..=3 {
            assert_eq!(int(create(db, model, &[("label", "x".into())]).await?.key()), expected, "{model}");
        }
    }
    let uuid = create(db, "zoo.UuidKey", &[("label", "u".into())]).await?;
    let mut text = create(db, "zoo.TextKey", &[("code", "t'%".into()), ("label", "t".into())]).await?;
    let pointer = [("uuid", uuid.key().clone()), ("text", "t'%".into()), ("small", 2.into())];
    create(db, "zoo.Pointer", &pointer).await?;
    create(db, "zoo.Pointer", &[]).await?;
    let pointers = || rows(db, "zoo.Pointer").order_by("id");
    for (field, key, label) in
        [("uuid", uuid.key().clone(), "u"), ("text", "t'%".into(), "t"), ("small", 2.into(), "x")]
    {
        assert_eq!(ids(pointers().filter(q(field, key.clone())), db).await?, [1], "{field}");
        assert_eq!(ids(pointers().filter(q(&format!("{field}__pk__in"), Value::List(vec![key]))), db).await?, [1]);
        assert_eq!(ids(pointers().filter(q(&format!("{field}__label"), label)), db).await?, [1]);
        assert_eq!(ids(pointers().filter(q(field, Value::Null)), db).await?, [2]);
        let target = pointers().first(db).await?.unwrap().related_one(field, db).await?.unwrap();
        assert_eq!(target.get("label")?, &label.into());
    }
    assert_eq!(
        ids(
            pointers().filter(q("uuid", uuid.key().to_string().trim_start_matches("UUID('").trim_end_matches("')"))),
            db
        )
        .await?,
        [1],
        "as text"
    );
    refused(pointers().filter(q("uuid", "no uuid")).all(db).await, "ValidationError");
    // A changed key is another row's, as in Django.
    text.set("code", "new")?;
    text.save(db).await?;
    assert_eq!(texts(rows(db, "zoo.TextKey").order_by("code"), "code", db).await?, ["new", "t'%"]);
    assert_eq!(rows(db, "zoo.UuidKey").filter(q("pointer__small", 2)).count(db).await?, 1);
    assert_eq!(rows(db, "zoo.TextKey").filter(q("pk", "new")).delete(db).await?.total, 1);
    assert_eq!(rows(db, "zoo.UuidKey").delete(db).await?.total, 2, "and what points at it");
    Ok(())
}

async fn reading_a_row_again(db: &Database) -> Outcome {
    let mut one = create(db, "zoo.IntKey", &[("label", "a".into())]).await?;
    rows(db, "zoo.IntKey").update(set("label", "b"), db).await?;
    assert_eq!(one.get("label")?, &"a".into());
    one.refresh(db).await?;
    assert_eq!(one.get("label")?, &"b".into());
    rows(db, "zoo.IntKey").delete(db).await?;
    refused(one.refresh(db).await, "DoesNotExist");
    let mut unsaved = object(db, "zoo.IntKey", &[("label", "x".into())])?;
    refused(unsaved.delete(db).await, "ValueError");
    let message = refused(one.set("lable", "x"), "FieldDoesNotExist");
    assert!(message.contains("label"), "{message}");
    refused(one.set("id", "x"), "ValueError");
    Ok(())
}
