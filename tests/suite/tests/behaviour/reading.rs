//! What query sets read: one row, the ends, counts, values, many by their keys.

use embellie::{Database, Value};
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, Rows, int, q, refused, rows, texts};
use jiff::civil::date;

embellie_suite::on_every_database! { blog:
    one_row,
    the_ends,
    counts_and_existence,
    values_at_paths,
    whole_objects,
    statements_are_as_few_as_said,
}

fn posts(db: &Database) -> Rows {
    rows(db, "blog.Post")
}

async fn one_row(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_eq!(posts(db).filter(q("title", "Beta")).get(db).await?.key(), &Value::Int(2));
    let message = refused(posts(db).filter(q("title", "None")).get(db).await, "DoesNotExist");
    assert_eq!(message, "Post matching query does not exist.");
    let message = refused(posts(db).filter(q("author", 1)).get(db).await, "MultipleObjectsReturned");
    assert!(message.contains("one Post:") && message.contains('2'), "{message}");
    refused(posts(db).filter(q("comments__author", 2)).get(db).await, "MultipleObjectsReturned");
    assert_eq!(posts(db).filter(q("comments__author", 2)).distinct().get(db).await?.key(), &Value::Int(1));
    assert_eq!(posts(db).order_by("-views").limit(1).get(db).await?.key(), &Value::Int(4), "of a slice");
    assert_eq!(posts(db).order_by("-views").slice(1..2).get(db).await?.key(), &Value::Int(1));
    Ok(())
}

async fn the_ends(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let key = |row: Option<embellie::Record>| row.map(|row| int(row.key()));
    assert_eq!(key(posts(db).first(db).await?), Some(1), "by the model's order: title");
    assert_eq!(key(posts(db).last(db).await?), Some(3));
    assert_eq!(key(posts(db).order_by("-views").first(db).await?), Some(4));
    assert_eq!(key(posts(db).order_by("-views").last(db).await?), Some(3));
    assert_eq!(key(rows(db, "blog.Comment").first(db).await?), Some(1), "by key where nothing is said");
    assert_eq!(key(rows(db, "blog.Comment").last(db).await?), Some(5));
    assert_eq!(key(posts(db).order_by(()).last(db).await?), Some(4), "order_by() forgets the model's order");
    assert_eq!(key(posts(db).order_by("views").slice(1..).first(db).await?), Some(2));
    assert_eq!(key(posts(db).filter(q("id", 77)).first(db).await?), None);
    assert_eq!(key(posts(db).filter(q("id", 77)).last(db).await?), None);

    let id = |row: embellie::Record| int(row.key());
    let dated = || posts(db).filter(q("posted__isnull", false));
    assert_eq!(id(dated().latest(&[], db).await?), 2, "get_latest_by");
    assert_eq!(id(dated().earliest(&[], db).await?), 4);
    assert_eq!(id(posts(db).latest(&["views"], db).await?), 4);
    assert_eq!(id(posts(db).latest(&["-views"], db).await?), 3);
    assert_eq!(id(posts(db).earliest(&["author", "-views"], db).await?), 1);
    assert_eq!(id(posts(db).latest(&["published", "id"], db).await?), 4);
    refused(posts(db).filter(q("id", 77)).latest(&["id"], db).await, "DoesNotExist");
    refused(posts(db).filter(q("id", 77)).earliest(&["id"], db).await, "DoesNotExist");
    refused(rows(db, "blog.Comment").latest(&[], db).await, "ValueError");
    refused(posts(db).limit(3).latest(&["id"], db).await, "TypeError");
    Ok(())
}

async fn counts_and_existence(db: &Database) -> Outcome {
    assert_eq!(posts(db).count(db).await?, 0);
    assert!(!posts(db).exists(db).await?);
    blog_rows(db).await?;
    assert_eq!(posts(db).count(db).await?, 4);
    assert_eq!(posts(db).filter(q("tags__name", "orm")).count(db).await?, 2);
    assert!(posts(db).filter(q("tags__name", "orm")).exists(db).await?);
    assert!(!posts(db).filter(q("tags__name", "unused")).exists(db).await?);
    assert_eq!(posts(db).exclude(q("comments__body", "spam")).count(db).await?, 2);
    assert_eq!(posts(db).filter(q("editor__name", "Bob") | q("views", 5)).count(db).await?, 2);
    assert_eq!(rows(db, "blog.Tag").filter(q("posts__comments__score__gte", 5)).distinct().count(db).await?, 3);
    refused(posts(db).filter(q("nothing", 1)).count(db).await, "FieldError");
    refused(posts(db).filter(q("nothing", 1)).exists(db).await, "FieldError");
    Ok(())
}

async fn values_at_paths(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let read = async |rows: Rows, paths: &[&str]| -> Outcome<Vec<Vec<Value>>> {
        Ok(rows
            .text_values(paths.iter().copied())
            .all(db)
            .await?
            .into_iter()
            .map(|row| row.values().to_vec())
            .collect())
    };
    let text = |text: &str| Value::from(text);
    assert_eq!(
        read(posts(db).order_by("id").limit(3), &["title", "author__name", "editor__name", "views"]).await?,
        [
            vec![text("Alpha"), text("Ann"), text("Bob"), 10.into()],
            vec![text("Beta"), text("Ann"), Value::Null, 5.into()],
            vec![text("Gamma"), text("Bob"), text("Ann"), 0.into()],
        ]
    );
    assert_eq!(
        read(posts(db).filter(q("id", 1)), &["author", "author_id", "author__id", "pk"]).await?,
        [vec![1.into(); 4]]
    );
    // A multi-valued path gives a row for each, and one with null where there is none.
    assert_eq!(
        read(posts(db).order_by(["id", "tags__id"]), &["id", "tags__name"]).await?,
        [
            vec![1.into(), text("rust")],
            vec![1.into(), text("orm")],
            vec![2.into(), text("rust")],
            vec![3.into(), Value::Null],
            vec![4.into(), text("orm")],
            vec![4.into(), text("db")],
        ]
    );
    // The values are of the row that the filter speaks of.
    assert_eq!(
        read(posts(db).filter(q("tags__name", "db")), &["title", "tags__name"]).await?,
        [vec![text("Delta"), text("db")]]
    );
    assert_eq!(
        read(posts(db).filter(q("id", 4)), &[]).await?,
        [vec![
            4.into(),
            text("Delta"),
            4.into(),
            Value::Null,
            100.into(),
            true.into(),
            Value::Null,
            date(2023, 12, 31).into(),
        ]],
        "no path at all means every column"
    );
    assert_eq!(
        texts(rows(db, "blog.User").filter(q("posts__comments__body", "fine")), "profile__bio", db).await?,
        ["writes"]
    );
    refused(read(posts(db), &["nothing"]).await.map_err(|_| embellie::Error::Field(String::new())), "FieldError");
    Ok(())
}

async fn whole_objects(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let post = posts(db).filter(q("id", 1)).get(db).await?;
    for (field, expected) in [
        ("id", 1.into()),
        ("pk", 1.into()),
        ("title", "Alpha".into()),
        ("author", 1.into()),
        ("author_id", 1.into()),
        ("editor", 2.into()),
        ("views", 10.into()),
        ("published", true.into()),
        ("subtitle", Value::Null),
        ("posted", date(2024, 1, 10).into()),
    ] {
        assert_eq!(post.get(field)?, &expected, "{field}");
    }
    let message = refused(post.get("titel").cloned(), "FieldDoesNotExist");
    assert!(message.contains("titel") && message.contains("title"), "{message}");
    let again = posts(db).filter(q("title", "Alpha")).get(db).await?;
    assert_eq!(post, again, "equal by key");
    assert_ne!(post, posts(db).filter(q("id", 2)).get(db).await?);
    assert_ne!(
        post,
        rows(db, "blog.User").filter(q("id", 1)).get(db).await?,
        "a row of another model is another object"
    );
    Ok(())
}

async fn statements_are_as_few_as_said(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let asked = db.capture();
    posts(db).filter(q("tags__name", "orm")).all(db).await?;
    posts(db).first(db).await?;
    posts(db).last(db).await?;
    posts(db).filter(q("id", 1)).get(db).await?;
    posts(db).count(db).await?;
    posts(db).exists(db).await?;
    posts(db).latest(&["views"], db).await?;
    assert_eq!(asked.len(), 7, "one statement each: {:#?}", asked.statements());
    let reading = asked.statements();
    assert!(reading.iter().all(|statement| statement.sql.starts_with("SELECT")), "{reading:#?}");
    assert_eq!(reading.iter().map(|statement| statement.rows).collect::<Vec<_>>(), [2, 1, 1, 1, 1, 1, 1].map(Some));
    drop(asked);
    posts(db).count(db).await?;
    assert_eq!(reading.len(), 7, "a capture that was dropped records nothing more");
    Ok(())
}
