//! Relations without a column of their own: over several columns, and to rows of any model.

use embellie::{Database, Expr, Q, Record, Value};
use embellie_core::expr::{Aggregate, AggregateFunction};
use embellie_suite::{Outcome, Rows, create, ids, list, q, refused, rows, texts, values};

embellie_suite::on_every_database! { pointing:
    several_columns_are_joined_together,
    several_columns_are_compared_together,
    what_excludes_looks_at_all_columns,
    related_objects_over_several_columns,
    what_points_by_several_columns_is_deleted,
    generic_relations_are_followed,
    generic_relations_are_excluded,
    generic_relations_are_counted,
    generic_objects_are_read_and_deleted,
}

fn parcels(db: &Database) -> Rows {
    rows(db, "pointing.Parcel").order_by("id")
}

/// Orders (1, 1) of Ann, (1, 2) of Bob and (2, 1) of Cid. Parcels: two of Ann's, one of Cid's, one of none, and one of an
/// order that there is not. Marks on shops and parcels, by keys that both have.
async fn filled(db: &Database) -> Outcome {
    for name in ["north", "south"] {
        create(db, "pointing.Shop", &[("name", name.into())]).await?;
    }
    for (shop, number, buyer) in [(1, 1, "Ann"), (1, 2, "Bob"), (2, 1, "Cid")] {
        let order = [("shop", shop.into()), ("number", number.into()), ("buyer", buyer.into())];
        create(db, "pointing.Order", &order).await?;
    }
    for (shop, number, street) in
        [(1, Some(1), "elm"), (1, Some(1), "oak"), (2, Some(1), "fir"), (2, None, "ash"), (2, Some(2), "yew")]
    {
        let number = number.map_or(Value::Null, |number: i32| number.into());
        let parcel = [("shop", shop.into()), ("order_number", number), ("street", street.into())];
        create(db, "pointing.Parcel", &parcel).await?;
    }
    for model in ["shop", "parcel"] {
        let kind = [("app_label", "pointing".into()), ("model", model.into())];
        create(db, "contenttypes.ContentType", &kind).await?;
    }
    for (kind, key, word) in [(1, "1", "big"), (1, "1", "red"), (2, "1", "wet"), (2, "3", "red"), (2, "99", "lost")] {
        let mark = [("kind_id", kind.into()), ("object_id", key.into()), ("word", word.into())];
        create(db, "pointing.Mark", &mark).await?;
    }
    Ok(())
}

async fn several_columns_are_joined_together(db: &Database) -> Outcome {
    filled(db).await?;
    assert_eq!(ids(parcels(db).filter(q("order__buyer", "Ann")), db).await?, [1, 2]);
    assert_eq!(ids(parcels(db).filter(q("order__buyer__in", list(["Bob", "Cid"]))), db).await?, [3]);
    let buyers = values(parcels(db), "order__buyer", db).await?;
    assert_eq!(buyers, ["Ann".into(), "Ann".into(), "Cid".into(), Value::Null, Value::Null]);
    let orders = || rows(db, "pointing.Order");
    assert_eq!(texts(orders().filter(q("parcels__street", "fir")), "buyer", db).await?, ["Cid"]);
    let both = orders().filter(q("parcels__street", "elm")).filter(q("parcels__street", "oak"));
    assert_eq!(texts(both, "buyer", db).await?, ["Ann"]);
    // What a column here says is not looked up there.
    let asked = db.capture();
    assert_eq!(ids(parcels(db).filter(q("order__number", 1)), db).await?, [1, 2, 3]);
    assert!(!asked.statements()[0].sql.contains("JOIN"), "{}", asked.statements()[0].sql);
    // As a relation is ordered like the model that it leads to.
    assert_eq!(
        ids(rows(db, "pointing.Parcel").order_by(("-order", "-id")).filter(q("order__buyer__isnull", false)), db)
            .await?,
        [3, 2, 1]
    );
    Ok(())
}

async fn several_columns_are_compared_together(db: &Database) -> Outcome {
    filled(db).await?;
    assert_eq!(ids(parcels(db).filter(q("order", list([1, 1]))), db).await?, [1, 2]);
    let one_of = Value::List(vec![list([2, 1]), list([1, 2])]);
    assert_eq!(ids(parcels(db).filter(q("order__in", one_of)), db).await?, [3]);
    let of_queries = rows(db, "pointing.Order").filter(q("buyer__startswith", "C"));
    assert_eq!(ids(parcels(db).filter(q("order__in", of_queries.query().clone())), db).await?, [3]);
    assert_eq!(ids(parcels(db).filter(q("order__gt", list([1, 1]))), db).await?, [3, 4, 5]);
    assert_eq!(ids(parcels(db).filter(q("order__isnull", true)), db).await?, [4]);
    assert_eq!(ids(parcels(db).exclude(q("order", list([1, 1]))), db).await?, [3, 4, 5]);
    let orders = rows(db, "pointing.Order").filter(q("parcels", 3));
    assert_eq!(texts(orders, "buyer", db).await?, ["Cid"]);
    refused(parcels(db).filter(q("order", list([1]))).all(db).await, "ValueError");
    refused(parcels(db).filter(q("order__contains", "x")).all(db).await, "FieldError");
    Ok(())
}

async fn what_excludes_looks_at_all_columns(db: &Database) -> Outcome {
    filled(db).await?;
    let orders = || rows(db, "pointing.Order");
    // The orders (1, 1) and (1, 2) are of one shop, and only one of them has parcels.
    assert_eq!(texts(orders().exclude(q("parcels__street", "elm")), "buyer", db).await?, ["Bob", "Cid"]);
    assert_eq!(texts(orders().filter(q("parcels__isnull", true)), "buyer", db).await?, ["Bob"]);
    assert_eq!(texts(orders().exclude(q("parcels__isnull", true)).distinct(), "buyer", db).await?, ["Ann", "Cid"]);
    assert_eq!(ids(parcels(db).exclude(q("order__parcels__street", "oak")), db).await?, [3, 4, 5]);
    Ok(())
}

async fn related_objects_over_several_columns(db: &Database) -> Outcome {
    filled(db).await?;
    let buyer = |order: Option<&Record>| order.map(|order| order.get("buyer").unwrap().clone());
    let asked = db.capture();
    let found = parcels(db).select_related(["order"]).all(db).await?;
    assert_eq!(asked.len(), 1);
    let buyers: Vec<_> = found.iter().map(|parcel| buyer(parcel.selected("order").unwrap())).collect();
    assert_eq!(buyers, [Some("Ann".into()), Some("Ann".into()), Some("Cid".into()), None, None]);

    let asked = db.capture();
    let found = parcels(db).prefetch(["order"]).all(db).await?;
    assert_eq!(asked.len(), 2);
    assert_eq!(buyer(found[2].selected("order").unwrap()), Some("Cid".into()));
    assert_eq!(found[3].related_one("order", db).await?, None);
    assert_eq!(asked.len(), 2);
    let found = rows(db, "pointing.Order").prefetch(["parcels"]).all(db).await?;
    assert_eq!(found.iter().map(|order| order.prefetched("parcels").unwrap().len()).collect::<Vec<_>>(), [2, 0, 1]);
    let back = &found[2].prefetched("parcels")?[0];
    assert_eq!(buyer(back.selected("order").unwrap()), Some("Cid".into()));

    let parcel = parcels(db).filter(q("id", 3)).get(db).await?;
    let order = parcel.related_one("order", db).await?.unwrap();
    assert_eq!(order.key(), &list([2, 1]));
    assert_eq!(ids(order.related("parcels")?.objects(), db).await?, [3]);
    refused(order.related("parcels")?.add(&[&parcel], db).await, "NotSupportedError");
    Ok(())
}

async fn what_points_by_several_columns_is_deleted(db: &Database) -> Outcome {
    filled(db).await?;
    let deleted = rows(db, "pointing.Order").filter(q("shop", 1)).delete(db).await?;
    assert_eq!(deleted.per_model["pointing.Parcel"], 2);
    // With a parcel go its marks, but not those of the shop with the same key.
    assert_eq!(deleted.per_model["pointing.Mark"], 1);
    assert_eq!(ids(parcels(db), db).await?, [3, 4, 5]);
    assert_eq!(texts(rows(db, "pointing.Mark").order_by("id"), "word", db).await?, ["big", "red", "red", "lost"]);
    Ok(())
}

async fn generic_relations_are_followed(db: &Database) -> Outcome {
    filled(db).await?;
    let shops = || rows(db, "pointing.Shop").order_by("id");
    assert_eq!(ids(parcels(db).filter(q("marks__word", "red")), db).await?, [3]);
    assert_eq!(texts(shops().filter(q("marks__word", "red")), "name", db).await?, ["north"]);
    assert_eq!(ids(parcels(db).filter(q("marks", 3)), db).await?, [1]);
    assert_eq!(ids(parcels(db).filter(q("marks__isnull", true)), db).await?, [2, 4, 5]);
    let marks = || rows(db, "pointing.Mark").order_by("id");
    assert_eq!(
        texts(marks().filter(q("parcels__street__in", list(["elm", "fir"]))), "word", db).await?,
        ["wet", "red"]
    );
    assert_eq!(texts(marks().filter(q("shops__name", "north")), "word", db).await?, ["big", "red"]);
    let streets = values(marks(), "parcels__street", db).await?;
    assert_eq!(streets, [Value::Null, Value::Null, "elm".into(), "fir".into(), Value::Null]);
    Ok(())
}

async fn generic_relations_are_excluded(db: &Database) -> Outcome {
    filled(db).await?;
    assert_eq!(ids(parcels(db).exclude(q("marks__word", "red")), db).await?, [1, 2, 4, 5]);
    assert_eq!(ids(parcels(db).exclude(q("marks__word", "big")), db).await?, [1, 2, 3, 4, 5]);
    let marks = || rows(db, "pointing.Mark").order_by("id");
    // A mark on a shop is none on the parcel with the same key.
    assert_eq!(texts(marks().exclude(q("parcels__street", "elm")), "word", db).await?, ["big", "red", "red", "lost"]);
    assert_eq!(texts(marks().exclude(q("parcels__isnull", true)), "word", db).await?, ["wet", "red"]);
    Ok(())
}

async fn generic_relations_are_counted(db: &Database) -> Outcome {
    filled(db).await?;
    let count = |path: &'static str| Expr::from(Aggregate::of(AggregateFunction::Count, path));
    let counted = rows(db, "pointing.Shop").annotate_expr("n", count("marks")).order_by("id");
    assert_eq!(values(counted, "n", db).await?, [2.into(), 0.into()]);
    // Beside another relation, each is counted by itself.
    let orders =
        rows(db, "pointing.Parcel").annotate_expr("n", count("marks")).annotate_expr("m", count("order__parcels"));
    let both = orders.order_by("id").text_values(["n", "m"]).all(db).await?;
    let both: Vec<Vec<Value>> = both.iter().map(|row| row.values().to_vec()).collect();
    let expected = [[1, 2], [0, 2], [1, 1], [0, 0], [0, 0]];
    assert_eq!(both, expected.map(|row| row.map(Value::from).to_vec()));
    let last = Aggregate::of(AggregateFunction::Max, "parcels__street");
    assert_eq!(
        values(rows(db, "pointing.Mark").annotate_expr("s", last).filter(q("id", 4)), "s", db).await?,
        ["fir".into()]
    );
    Ok(())
}

async fn generic_objects_are_read_and_deleted(db: &Database) -> Outcome {
    filled(db).await?;
    let asked = db.capture();
    let found = parcels(db).prefetch(["marks"]).all(db).await?;
    assert_eq!(asked.len(), 2);
    assert_eq!(
        found.iter().map(|parcel| parcel.prefetched("marks").unwrap().len()).collect::<Vec<_>>(),
        [1, 0, 1, 0, 0]
    );
    let shop = rows(db, "pointing.Shop").filter(q("id", 1)).prefetch(["marks"]).get(db).await?;
    assert_eq!(shop.prefetched("marks")?.len(), 2);
    assert_eq!(texts(shop.related("marks")?.objects().order_by("id"), "word", db).await?, ["big", "red"]);
    let mark = rows(db, "pointing.Mark").filter(q("word", "wet")).get(db).await?;
    assert_eq!(texts(mark.related("parcels")?.objects(), "street", db).await?, ["elm"]);
    assert_eq!(mark.related("shops")?.objects().count(db).await?, 0);

    let mut shop = shop;
    let deleted = shop.delete(db).await?;
    assert_eq!(deleted.per_model["pointing.Mark"], 2);
    let left: Q<Record> = Q::all();
    assert_eq!(texts(rows(db, "pointing.Mark").filter(left).order_by("id"), "word", db).await?, ["wet", "red", "lost"]);
    Ok(())
}
