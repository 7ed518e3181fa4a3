//! Deletion, and what each `on_delete` makes of the rows that point at what is deleted.

use std::collections::BTreeMap;

use embellie::{Database, Error, Value};
use embellie_suite::{Outcome, create, ids, int, list, q, refused, rows, set};

embellie_suite::on_every_database! { deletion:
    cascades_go_all_the_way_down,
    protected_rows_forbid_it,
    restricted_rows_forbid_it_unless_they_go_too,
    keys_are_changed_where_they_stay,
    circles_and_trees,
    links_of_many_to_many_relations_go,
    rows_of_a_query,
    many_rows_take_few_statements,
    nothing_is_deleted_by_halves,
}

async fn add(db: &Database, model: &str, fields: &[(&str, Value)]) -> Outcome<i64> {
    Ok(int(create(db, &format!("del.{model}"), fields).await?.key()))
}

fn counts<const LEN: usize>(counts: [(&str, u64); LEN]) -> BTreeMap<String, u64> {
    counts.into_iter().map(|(model, count)| (format!("del.{model}"), count)).collect()
}

async fn left(db: &Database, model: &str) -> Outcome<Vec<i64>> {
    ids(rows(db, &format!("del.{model}")).order_by("pk"), db).await
}

async fn cascades_go_all_the_way_down(db: &Database) -> Outcome {
    let (kept, gone) = (add(db, "Target", &[]).await?, add(db, "Target", &[]).await?);
    let other = add(db, "Cascading", &[("target", kept.into())]).await?;
    add(db, "Deep", &[("above", other.into())]).await?;
    for _ in 0..2 {
        let cascading = add(db, "Cascading", &[("target", gone.into())]).await?;
        let deep = add(db, "Deep", &[("above", cascading.into())]).await?;
        for _ in 0..3 {
            add(db, "Deepest", &[("above", deep.into())]).await?;
        }
    }
    let mut target = rows(db, "del.Target").filter(q("pk", gone)).get(db).await?;
    let deleted = target.delete(db).await?;
    assert_eq!(deleted.per_model, counts([("Target", 1), ("Cascading", 2), ("Deep", 2), ("Deepest", 6)]));
    assert_eq!(deleted.total, 11);
    assert_eq!(left(db, "Target").await?, [kept]);
    assert_eq!(left(db, "Cascading").await?, [other]);
    assert_eq!(left(db, "Deep").await?, [1]);
    assert_eq!(left(db, "Deepest").await?, [0; 0]);
    refused(target.delete(db).await, "ValueError");
    Ok(())
}

async fn protected_rows_forbid_it(db: &Database) -> Outcome {
    let target = add(db, "Target", &[]).await?;
    let keys = [
        add(db, "Protecting", &[("target", target.into())]).await?,
        add(db, "Protecting", &[("target", target.into())]).await?,
    ];
    add(db, "Cascading", &[("target", target.into())]).await?;
    let refusal = rows(db, "del.Target").delete(db).await;
    let Err(Error::Protected { message, objects }) = refusal else { panic!("{refusal:?}") };
    assert!(
        message.starts_with(
            "Cannot delete some instances of model 'Target' because they are referenced through protected foreign keys: \
             'Protecting.target'"
        ),
        "{message}"
    );
    assert_eq!(objects, keys.map(|key| ("del.Protecting".to_owned(), Value::Int(key))));
    assert_eq!((left(db, "Target").await?.len(), left(db, "Cascading").await?.len()), (1, 1), "nothing was deleted");
    // Found below a cascade, too.
    let boss = add(db, "Fussy", &[]).await?;
    add(db, "Fussy", &[("boss", boss.into())]).await?;
    refused(rows(db, "del.Fussy").filter(q("pk", boss)).delete(db).await, "ProtectedError");
    refused(rows(db, "del.Fussy").delete(db).await, "ProtectedError"); // even when they would go as well
    rows(db, "del.Fussy").exclude(q("pk", boss)).delete(db).await?;
    assert_eq!(rows(db, "del.Fussy").delete(db).await?.total, 1);
    rows(db, "del.Protecting").delete(db).await?;
    assert_eq!(rows(db, "del.Target").delete(db).await?.total, 2);
    Ok(())
}

async fn restricted_rows_forbid_it_unless_they_go_too(db: &Database) -> Outcome {
    let target = add(db, "Target", &[]).await?;
    let holder = add(db, "Cascading", &[("target", target.into())]).await?;
    let held = add(db, "Restricting", &[("target", target.into()), ("holder", holder.into())]).await?;
    let free = add(db, "Restricting", &[("target", target.into())]).await?;
    let refusal = rows(db, "del.Target").delete(db).await;
    let Err(Error::Restricted { message, objects }) = refusal else { panic!("{refusal:?}") };
    assert!(
        message.starts_with(
            "Cannot delete some instances of model 'Target' because they are referenced through restricted foreign \
             keys: 'Restricting.target'"
        ),
        "{message}"
    );
    assert_eq!(objects, [("del.Restricting".to_owned(), Value::Int(free))], "only what would stay stands in the way");
    assert_eq!(left(db, "Restricting").await?, [held, free]);
    assert_eq!(left(db, "Cascading").await?, [holder]);
    rows(db, "del.Restricting").filter(q("pk", free)).delete(db).await?;
    let deleted = rows(db, "del.Target").delete(db).await?;
    assert_eq!(deleted.per_model, counts([("Target", 1), ("Cascading", 1), ("Restricting", 1)]));

    let boss = add(db, "Wary", &[]).await?;
    add(db, "Wary", &[("boss", boss.into())]).await?;
    refused(rows(db, "del.Wary").filter(q("pk", boss)).delete(db).await, "RestrictedError");
    assert_eq!(rows(db, "del.Wary").delete(db).await?.total, 2, "together they go");
    Ok(())
}

async fn keys_are_changed_where_they_stay(db: &Database) -> Outcome {
    let (first, gone) = (add(db, "Target", &[]).await?, add(db, "Target", &[]).await?);
    for model in ["Nulling", "Defaulting", "Setting", "Ignoring"] {
        add(db, model, &[("target", gone.into())]).await?;
    }
    let deleted = rows(db, "del.Target").filter(q("pk", gone)).delete(db).await?;
    assert_eq!(deleted.per_model, counts([("Target", 1)]), "what is changed is not counted");
    for (model, expected) in
        [("Nulling", Value::Null), ("Defaulting", first.into()), ("Setting", first.into()), ("Ignoring", gone.into())]
    {
        let row = rows(db, &format!("del.{model}")).get(db).await?;
        assert_eq!(row.get("target")?, &expected, "{model}");
    }
    Ok(())
}

async fn circles_and_trees(db: &Database) -> Outcome {
    let egg = add(db, "Egg", &[]).await?;
    let hen = add(db, "Hen", &[("egg", egg.into())]).await?;
    rows(db, "del.Egg").update(set("hen", hen), db).await?;
    add(db, "Egg", &[("hen", hen.into())]).await?;
    let bystander = add(db, "Egg", &[]).await?;
    let deleted = rows(db, "del.Egg").filter(q("pk", egg)).delete(db).await?;
    assert_eq!(deleted.per_model, counts([("Egg", 2), ("Hen", 1)]));
    assert_eq!(left(db, "Egg").await?, [bystander]);

    let root = add(db, "Node", &[]).await?;
    let branch = add(db, "Node", &[("parent", root.into())]).await?;
    let leaf = add(db, "Node", &[("parent", root.into())]).await?;
    let mut last = branch;
    for _ in 0..30 {
        last = add(db, "Node", &[("parent", last.into())]).await?;
    }
    assert_eq!(rows(db, "del.Node").filter(q("pk", branch)).delete(db).await?.per_model, counts([("Node", 31)]));
    assert_eq!(left(db, "Node").await?, [root, leaf]);
    rows(db, "del.Node").filter(q("pk", leaf)).update(set("parent", leaf), db).await?;
    assert_eq!(rows(db, "del.Node").filter(q("pk", leaf)).delete(db).await?.total, 1, "its own parent");
    Ok(())
}

async fn links_of_many_to_many_relations_go(db: &Database) -> Outcome {
    let (one, two) = (add(db, "Target", &[]).await?, add(db, "Target", &[]).await?);
    let (red, blue) = (add(db, "Label", &[]).await?, add(db, "Label", &[]).await?);
    for (target, label) in [(one, red), (one, blue), (two, red)] {
        add(db, "Target_labels", &[("target", target.into()), ("label", label.into())]).await?;
    }
    let deleted = rows(db, "del.Target").filter(q("pk", one)).delete(db).await?;
    assert_eq!(deleted.per_model, counts([("Target", 1), ("Target_labels", 2)]));
    assert_eq!(left(db, "Label").await?, [red, blue], "the other end stays");
    let deleted = rows(db, "del.Label").delete(db).await?;
    assert_eq!(deleted.per_model, counts([("Label", 2), ("Target_labels", 1)]));
    assert_eq!(left(db, "Target").await?, [two]);
    Ok(())
}

async fn rows_of_a_query(db: &Database) -> Outcome {
    let target = add(db, "Target", &[("label", "t".into())]).await?;
    for label in ["a", "b", "c"] {
        let cascading = add(db, "Cascading", &[("target", target.into()), ("label", label.into())]).await?;
        add(db, "Deep", &[("above", cascading.into()), ("label", label.into())]).await?;
    }
    assert_eq!(rows(db, "del.Deep").filter(q("label", "nothing")).delete(db).await?.total, 0);
    assert_eq!(rows(db, "del.Deep").none().delete(db).await?.total, 0);
    let asked = db.capture();
    let by_relation = rows(db, "del.Deep").filter(q("above__label", "a") & q("above__target__label", "t"));
    assert_eq!(by_relation.order_by("label").delete(db).await?.per_model, counts([("Deep", 1)]));
    drop(asked);
    assert_eq!(left(db, "Deep").await?, [2, 3]);
    let with_deep = rows(db, "del.Cascading").filter(q("deep__label", "b")).exclude(q("deep__label", "c"));
    assert_eq!(with_deep.delete(db).await?.per_model, counts([("Cascading", 1), ("Deep", 1)]));
    assert_eq!(left(db, "Cascading").await?, [1, 3]);
    refused(rows(db, "del.Cascading").limit(1).delete(db).await, "TypeError");
    refused(rows(db, "del.Cascading").distinct().delete(db).await, "TypeError");
    refused(rows(db, "del.Cascading").filter(q("nothing", 1)).delete(db).await, "FieldError");
    let asked = db.capture();
    assert_eq!(rows(db, "del.Deepest").delete(db).await?.total, 0);
    assert_eq!(asked.len(), 1, "what nothing points at is deleted unread: {:?}", asked.statements());
    Ok(())
}

async fn many_rows_take_few_statements(db: &Database) -> Outcome {
    const MANY: i64 = 2_500;
    let target = add(db, "Target", &[]).await?;
    let mut cascading: Vec<_> = (0..MANY).map(|_| db.record("del.Cascading").unwrap()).collect();
    cascading.iter_mut().for_each(|record| record.set("target", target).unwrap());
    rows(db, "del.Cascading").bulk_create(&mut cascading, db).await?;
    let mut deep: Vec<_> = (0..MANY).map(|_| db.record("del.Deep").unwrap()).collect();
    for (record, above) in deep.iter_mut().zip(&cascading) {
        record.set("above", above.key().clone())?;
    }
    rows(db, "del.Deep").bulk_create(&mut deep, db).await?;
    let asked = db.capture();
    let deleted = rows(db, "del.Target").delete(db).await?;
    assert_eq!(deleted.per_model, counts([("Target", 1), ("Cascading", MANY as u64), ("Deep", MANY as u64)]));
    assert!(asked.len() < 40, "{} statements", asked.len());
    assert_eq!(rows(db, "del.Deep").count(db).await? + rows(db, "del.Cascading").count(db).await?, 0);
    Ok(())
}

/// The database itself refuses in the middle: everything that went before comes back.
async fn nothing_is_deleted_by_halves(db: &Database) -> Outcome {
    add(db, "Target", &[]).await?;
    let target = add(db, "Target", &[]).await?;
    add(db, "Cascading", &[("target", target.into())]).await?;
    add(db, "Nulling", &[("target", target.into())]).await?;
    add(db, "Defaulting", &[("target", target.into())]).await?;
    // The default's row goes as well, so that its foreign key leads nowhere.
    let refusal = rows(db, "del.Target").filter(q("pk__in", list([1, 2]))).delete(db).await;
    refused(refusal, "IntegrityError");
    assert_eq!(left(db, "Target").await?, [1, 2]);
    assert_eq!(left(db, "Cascading").await?, [1]);
    assert_eq!(rows(db, "del.Nulling").get(db).await?.get("target")?, &Value::Int(2));
    Ok(())
}
