//! Relations over several columns, and generic ones, in every mode of fetching.

use embellie::{Database, FetchMode, Value};
use embellie_suite::{Outcome, create, refused, rows};

embellie_suite::on_every_database! { pointing:
    loops_take_one_statement,
    what_is_forbidden_is_named,
    many_owners_are_asked_about,
}

/// `n` orders, each with a parcel, and a mark on each parcel.
async fn filled(n: i64, db: &Database) -> Outcome {
    create(db, "contenttypes.ContentType", &[("app_label", "pointing".into()), ("model", "parcel".into())]).await?;
    for number in 1..=n {
        let order = [("shop", 1.into()), ("number", number.into()), ("buyer", format!("{number:04}").into())];
        create(db, "pointing.Order", &order).await?;
        let parcel = [("shop", 1.into()), ("order_number", number.into()), ("street", "elm".into())];
        let parcel = create(db, "pointing.Parcel", &parcel).await?;
        let mark = [("kind_id", 1.into()), ("object_id", parcel.key().to_string().into()), ("word", "red".into())];
        create(db, "pointing.Mark", &mark).await?;
    }
    Ok(())
}

async fn loops_take_one_statement(db: &Database) -> Outcome {
    filled(5, db).await?;
    create(db, "pointing.Parcel", &[("shop", 1.into()), ("order_number", Value::Null), ("street", "oak".into())])
        .await?;
    for (mode, expected) in [(FetchMode::Peers, 4), (FetchMode::One, 17)] {
        let asked = db.capture();
        let parcels = rows(db, "pointing.Parcel").fetch_mode(mode).order_by("id").all(db).await?;
        let mut buyers = Vec::new();
        for parcel in &parcels {
            if let Some(order) = parcel.related_one("order", db).await? {
                buyers.push(order.get("buyer")?.to_string());
                assert_eq!(order.related("parcels")?.all(db).await?, std::slice::from_ref(parcel));
            }
            let marks = parcel.related("marks")?.all(db).await?;
            assert_eq!(marks.len(), usize::from(parcel.get("street")? == &"elm".into()));
        }
        assert_eq!(buyers, ["'0001'", "'0002'", "'0003'", "'0004'", "'0005'"]);
        assert_eq!(asked.len(), expected, "{mode:?}: {:?}", asked.statements());
    }
    Ok(())
}

async fn what_is_forbidden_is_named(db: &Database) -> Outcome {
    filled(2, db).await?;
    let parcels = rows(db, "pointing.Parcel").fetch_mode(FetchMode::Raise).all(db).await?;
    let message = refused(parcels[0].related_one("order", db).await, "FieldError");
    assert!(message.contains("Parcel.order") && message.contains(r#"`.prefetch(["order"])`"#), "{message}");
    let message = refused(parcels[0].related("marks")?.all(db).await, "FieldError");
    assert!(message.contains("Parcel.marks"), "{message}");
    let orders = rows(db, "pointing.Order").fetch_mode(FetchMode::Raise).all(db).await?;
    let message = refused(orders[0].related("parcels")?.all(db).await, "FieldError");
    assert!(message.contains("Order.parcels"), "{message}");
    let marks = rows(db, "pointing.Mark").fetch_mode(FetchMode::Raise).all(db).await?;
    let message = refused(marks[0].related("parcels")?.all(db).await, "FieldError");
    assert!(message.contains("Mark.parcels"), "{message}");
    // What was asked for beforehand is not forbidden.
    let parcels = rows(db, "pointing.Parcel").fetch_mode(FetchMode::Raise).prefetch(["order", "marks"]);
    let parcels = parcels.all(db).await?;
    assert!(parcels[1].related_one("order", db).await?.is_some());
    assert_eq!(parcels[1].related("marks")?.all(db).await?.len(), 1);
    Ok(())
}

/// Comparisons of several columns are written out, some at a time.
async fn many_owners_are_asked_about(db: &Database) -> Outcome {
    const N: usize = 1_000;
    let (mut orders, mut parcels) = (Vec::new(), Vec::new());
    for number in 0..N as i64 {
        let mut order = db.record("pointing.Order")?;
        order.set("shop", number % 7)?;
        order.set("number", number)?;
        order.set("buyer", format!("{number}"))?;
        orders.push(order);
        let mut parcel = db.record("pointing.Parcel")?;
        parcel.set("shop", number % 7)?;
        parcel.set("order_number", number)?;
        parcel.set("street", format!("{number}"))?;
        parcels.push(parcel);
    }
    rows(db, "pointing.Order").bulk_create(&mut orders, db).await?;
    rows(db, "pointing.Parcel").bulk_create(&mut parcels, db).await?;
    let asked = db.capture();
    let found = rows(db, "pointing.Parcel").prefetch(["order"]).all(db).await?;
    for parcel in &found {
        let order = parcel.selected("order").flatten().expect("there is one");
        assert_eq!(order.get("buyer")?, parcel.get("street")?);
    }
    assert_eq!((found.len(), asked.len()), (N, 4));
    Ok(())
}
