//! Names of tables and columns that mean something else in SQL.

use embellie::write::BulkCreate;
use embellie::{Database, Value};
use embellie_suite::{Outcome, create, ids, int, path, q, rows, set, texts};

embellie_suite::on_every_database! { names:
    everything_works_under_any_name,
    tables_are_dropped_and_made_again,
}

async fn everything_works_under_any_name(db: &Database) -> Outcome {
    let order = async |group: &str, select: &str| {
        create(db, "names.Order", &[("group", group.into()), ("select", select.into())]).await
    };
    let (a, b) = (order("b", "x").await?, order("a", "y'\"; --").await?);
    let orders = || rows(db, "names.Order");
    assert_eq!(ids(orders(), db).await?, [int(b.key()), int(a.key())]);
    assert_eq!(ids(orders().filter(q("select", "y'\"; --") & q("where__isnull", true)), db).await?, [int(b.key())]);
    assert_eq!(ids(orders().filter(q("select__contains", "'\"")).order_by("-like"), db).await?, [int(b.key())]);
    assert_eq!(orders().update(set("where", path("select")), db).await?, 2);
    assert_eq!(texts(orders(), "where", db).await?, ["y'\"; --", "x"]);
    let mut table = create(db, "names.Table", &[("from", a.key().clone()), ("on", "1".into())]).await?;
    table.related("union")?.add(&[&a, &b], db).await?;
    assert_eq!(
        texts(rows(db, "names.Table").filter(q("from__group", "b") & q("union__select", "x")), "on", db).await?,
        ["1"]
    );
    assert_eq!(ids(orders().filter(q("join__on", "1") & q("having__on", "1")), db).await?, [int(a.key())]);
    assert_eq!(ids(orders().exclude(q("join__on", "1")).order_by("join__on"), db).await?, [int(b.key())]);
    let values =
        orders().order_by(["group", "key"]).text_values(["key", "group", "join__on", "having__from"]).all(db).await?;
    assert_eq!(values[1].values(), [a.key().clone(), "b".into(), "1".into(), a.key().clone()]);
    table.set("on", "2")?;
    table.save(db).await?;
    let mut again = [db.record("names.Order")?, db.record("names.Order")?];
    again[0].set("select", "x")?;
    again[0].set("group", "new")?;
    again[1].set("select", "z")?;
    again[1].set("group", "z")?;
    let options = BulkCreate::new().update_conflicts(["select"], ["group"]);
    orders().bulk_create_with(&mut again, options, db).await?;
    assert_eq!(texts(orders(), "group", db).await?, ["a", "new", "z"]);
    assert_eq!(orders().filter(q("select", "x")).delete(db).await?.total, 4, "with the table and its two links");
    let long = create(db, "names.Long", &[("value", "x".into())]).await?;
    assert_eq!(rows(db, "names.Long").filter(q("value", "x")).get(db).await?.key(), long.key());
    Ok(())
}

/// Also while statements about the old tables are kept prepared.
async fn tables_are_dropped_and_made_again(db: &Database) -> Outcome {
    for round in 0..3 {
        let order = [("group", "g".into()), ("select", Value::from(format!("{round}")))];
        assert_eq!(int(create(db, "names.Order", &order).await?.key()), 1, "keys count from 1 again");
        assert_eq!(rows(db, "names.Order").filter(q("group", "g")).count(db).await?, 1);
        db.drop_tables(&[]).await?;
        let error = rows(db, "names.Order").count(db).await.unwrap_err();
        assert!(matches!(error.class(), "OperationalError" | "ProgrammingError"), "{error:?}");
        db.drop_tables(&[]).await?;
        db.create_tables(&[]).await?;
    }
    embellie_suite::refused(db.create_tables(&["names.Nothing"]).await, "ImproperlyConfigured");
    db.drop_tables(&["names.Table"]).await?;
    db.create_tables(&["names.Table"]).await?;
    assert!(db.create_tables(&["names.Table"]).await.is_err(), "it is there already");
    assert_eq!(rows(db, "names.Table").count(db).await?, 0);
    Ok(())
}
