//! Creating many objects, and creating what may be there already.

use std::collections::HashSet;

use embellie::write::BulkCreate;
use embellie::{Database, Record, Value};
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, create, ids, int, list, object, path, q, refused, rows, set, texts};

embellie_suite::on_every_database! { blog:
    ten_thousand_rows,
    rows_that_differ_in_what_is_given,
    rows_that_are_there_are_passed_over,
    rows_that_are_there_are_changed,
    all_or_none,
    what_is_missing_is_created,
    what_is_missing_is_created_once,
    what_is_there_is_changed,
    updates,
}

fn tags(db: &Database, names: impl IntoIterator<Item = impl Into<String>>) -> Vec<Record> {
    names.into_iter().map(|name| object(db, "blog.Tag", &[("name", name.into().into())]).unwrap()).collect()
}

async fn ten_thousand_rows(db: &Database) -> Outcome {
    let mut new = tags(db, (0..10_000).map(|n| format!("tag {n}")));
    let asked = db.capture();
    rows(db, "blog.Tag").bulk_create(&mut new, db).await?;
    assert!(asked.len() <= 20, "{} statements", asked.len());
    assert!(new.windows(2).all(|pair| int(pair[0].key()) < int(pair[1].key())), "keys count up in order");
    let stored = rows(db, "blog.Tag").order_by("id").text_values(["id", "name"]).all(db).await?;
    assert_eq!(stored.len(), 10_000);
    for (record, row) in new.iter().zip(&stored) {
        assert_eq!(
            row.values(),
            [record.key().clone(), record.get("name")?.clone()],
            "each object was told its own key"
        );
    }
    new[7].set("name", "renamed")?;
    let asked = db.capture();
    new[7].save(db).await?;
    assert_eq!(asked.statements().len(), 1, "it has a row now: an update");
    let asked = db.capture();
    rows(db, "blog.Tag").bulk_create(&mut [], db).await?;
    assert!(asked.is_empty());
    let mut few = tags(db, ["x", "y", "z"]);
    rows(db, "blog.Tag").bulk_create_with(&mut few, BulkCreate::new().batch_size(2), db).await?;
    assert_eq!(asked.len(), 2);
    refused(rows(db, "blog.Tag").bulk_create_with(&mut few, BulkCreate::new().batch_size(0), db).await, "ValueError");
    Ok(())
}

async fn rows_that_differ_in_what_is_given(db: &Database) -> Outcome {
    let mut new = vec![
        object(db, "blog.Tag", &[("name", "a".into())])?,
        object(db, "blog.Tag", &[("id", 100.into()), ("name", "b".into())])?,
        object(db, "blog.Tag", &[("name", "c".into())])?,
        object(db, "blog.Tag", &[("id", 50.into()), ("name", "d".into())])?,
    ];
    rows(db, "blog.Tag").bulk_create(&mut new, db).await?;
    assert_eq!([int(new[1].key()), int(new[3].key())], [100, 50]);
    for record in &new {
        let row = rows(db, "blog.Tag").filter(q("pk", record.key().clone())).get(db).await?;
        assert_eq!(row.get("name")?, record.get("name")?);
    }
    Ok(())
}

async fn rows_that_are_there_are_passed_over(db: &Database) -> Outcome {
    create(db, "blog.Tag", &[("name", "b".into())]).await?;
    let mut new = tags(db, ["a", "b", "c"]);
    refused(rows(db, "blog.Tag").bulk_create(&mut new, db).await, "IntegrityError");
    assert_eq!(rows(db, "blog.Tag").count(db).await?, 1);
    let mut new = tags(db, ["a", "b", "c"]);
    rows(db, "blog.Tag").bulk_create_with(&mut new, BulkCreate::new().ignore_conflicts(), db).await?;
    assert_eq!(texts(rows(db, "blog.Tag").order_by("name"), "name", db).await?, ["a", "b", "c"]);
    assert!(new.iter().all(|record| record.key().is_null()), "which of them have a row is not known");
    Ok(())
}

async fn rows_that_are_there_are_changed(db: &Database) -> Outcome {
    let user = |email: &str, name: &str, active: bool| {
        object(db, "blog.User", &[("email", email.into()), ("name", name.into()), ("active", active.into())]).unwrap()
    };
    let first = user("ann@x.org", "Ann", true).create(db).await?;
    let mut new = [user("bob@x.org", "Bob", true), user("ann@x.org", "Anna", false)];
    let options = BulkCreate::new().update_conflicts(["email"], ["name"]);
    rows(db, "blog.User").bulk_create_with(&mut new, options, db).await?;
    let seen = rows(db, "blog.User").order_by("email").text_values(["email", "name", "active"]).all(db).await?;
    assert_eq!(seen[0].values(), ["ann@x.org".into(), "Anna".into(), true.into()], "the named field alone");
    assert_eq!(seen[1].values(), ["bob@x.org".into(), "Bob".into(), true.into()]);
    assert_eq!(new[1].key(), first.key(), "the row that there is");
    refused(
        rows(db, "blog.User").bulk_create_with(&mut new, BulkCreate::new().update_conflicts(["email"], []), db).await,
        "ValueError",
    );
    let both = BulkCreate::new().ignore_conflicts().update_conflicts(["email"], ["name"]);
    refused(rows(db, "blog.User").bulk_create_with(&mut new, both, db).await, "ValueError");
    let unknown = BulkCreate::new().update_conflicts(["email"], ["nmae"]);
    refused(rows(db, "blog.User").bulk_create_with(&mut new, unknown, db).await, "FieldDoesNotExist");
    Ok(())
}

async fn all_or_none(db: &Database) -> Outcome {
    // The last of several batches fails.
    let mut new = tags(db, (0..5_000).map(|n| format!("tag {}", n % 4_999)));
    refused(rows(db, "blog.Tag").bulk_create(&mut new, db).await, "IntegrityError");
    assert_eq!(rows(db, "blog.Tag").count(db).await?, 0);
    assert_eq!(texts(rows(db, "blog.Tag"), "name", db).await?, [""; 0], "and the connection is clean");
    Ok(())
}

async fn what_is_missing_is_created(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let all = || rows(db, "blog.Tag");
    let new = |name: &str| {
        let record = object(db, "blog.Tag", &[("name", name.into())]).unwrap();
        move || record
    };
    let (tag, created) = all().get_or_create(q("name", "orm"), new("other"), db).await?;
    assert_eq!((int(tag.key()), created), (2, false));
    let (tag, created) = all().get_or_create(q("name", "new"), new("new"), db).await?;
    assert_eq!((int(tag.key()), created), (5, true));
    let (tag, created) = all().get_or_create(q("name__iexact", "NEW"), new("new"), db).await?;
    assert_eq!((int(tag.key()), created), (5, false));
    refused(all().get_or_create(q("name__contains", "r"), new("x"), db).await, "MultipleObjectsReturned");
    refused(all().get_or_create(q("name", "missing"), new("orm"), db).await, "IntegrityError");
    assert_eq!(all().count(db).await?, 5);
    Ok(())
}

/// Eight tasks want the same row, ten times over: one makes it, the others get it.
async fn what_is_missing_is_created_once(db: &Database) -> Outcome {
    for round in 0..10 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let db = db.clone();
            tasks.spawn(async move {
                let name = format!("round {round}");
                let new = object(&db, "blog.Tag", &[("name", name.clone().into())]).unwrap();
                rows(&db, "blog.Tag").get_or_create(q("name", name), || new, &db).await
            });
        }
        let (mut keys, mut made) = (HashSet::new(), 0);
        while let Some(outcome) = tasks.join_next().await {
            let (tag, created) = outcome??;
            keys.insert(int(tag.key()));
            made += usize::from(created);
        }
        assert_eq!((keys.len(), made), (1, 1));
    }
    assert_eq!(rows(db, "blog.Tag").count(db).await?, 10);
    Ok(())
}

async fn what_is_there_is_changed(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let all = || rows(db, "blog.User");
    let new = |email: &str| {
        let record = object(db, "blog.User", &[("name", "New".into()), ("email", email.into())]).unwrap();
        move || record
    };
    let (user, created) =
        all().update_or_create(q("email", "ann@x.org"), set("name", "Anna"), new("ann@x.org"), db).await?;
    assert_eq!((int(user.key()), created, user.get("name")?), (1, false, &"Anna".into()));
    let (user, created) =
        all().update_or_create(q("email", "new@x.org"), set("name", "Other"), new("new@x.org"), db).await?;
    assert_eq!((int(user.key()), created, user.get("name")?), (5, true, &"New".into()));
    assert_eq!(texts(all().filter(q("pk__in", list([1, 5]))).order_by("pk"), "name", db).await?, ["Anna", "New"]);
    // Found again, though it no longer meets the query set's own condition.
    let (user, created) = all()
        .filter(q("name", "Anna"))
        .update_or_create(q("email", "ann@x.org"), set("name", "Ann"), new("ann@x.org"), db)
        .await?;
    assert_eq!((int(user.key()), created, user.get("name")?), (1, false, &"Ann".into()));
    let several = all().update_or_create(q("active", true), set("name", "x"), new("y@x.org"), db).await;
    refused(several, "MultipleObjectsReturned");
    Ok(())
}

async fn updates(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let posts = || rows(db, "blog.Post").order_by("id");
    let views = async || -> Outcome<Vec<i64>> {
        Ok(embellie_suite::values(posts(), "views", db).await?.iter().map(int).collect())
    };
    assert_eq!(posts().filter(q("author__name", "Ann")).update(set("views", path("views") + 1), db).await?, 2);
    assert_eq!(views().await?, [11, 6, 0, 100]);
    assert_eq!(posts().update(set("views", path("views") * 2 - path("id")), db).await?, 4);
    assert_eq!(views().await?, [21, 10, -3, 196]);
    let several = set("title", "X").and(set("subtitle", path("title"))).and(set("editor", Value::Null));
    assert_eq!(posts().exclude(q("tags__name", "rust")).update(several, db).await?, 2);
    assert_eq!(texts(posts(), "title", db).await?, ["Alpha", "Beta", "X", "X"]);
    assert_eq!(texts(posts(), "subtitle", db).await?, ["None", "b", "Gamma", "Delta"], "F reads the row as it was");
    assert_eq!(ids(posts().filter(q("editor__isnull", true)), db).await?, [2, 3, 4]);
    // Each row is changed once, however often it matches.
    assert_eq!(posts().filter(q("comments__author", 2)).update(set("views", path("views") + 1), db).await?, 1);
    assert_eq!(views().await?, [22, 10, -3, 196]);
    assert_eq!(posts().filter(q("pk", 77)).update(set("views", 1), db).await?, 0);
    assert_eq!(posts().order_by("comments__id").update(set("author_id", 3), db).await?, 4);
    assert_eq!(ids(posts().filter(q("author__name", "Cid")), db).await?, [1, 2, 3, 4]);
    refused(posts().update(set("views", path("author__name")), db).await, "FieldError"); // not of the row itself
    refused(posts().update(set("tags", 1), db).await, "FieldError");
    refused(posts().update(set("views", "many"), db).await, "ValueError");
    refused(posts().update(set("title", Value::Null), db).await, "IntegrityError");
    refused(posts().update(set("author", 99), db).await, "IntegrityError");
    assert_eq!(posts().filter(q("pk", 1)).update(set("posted", Value::Null), db).await?, 1);
    Ok(())
}
