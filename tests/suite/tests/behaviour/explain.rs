//! How databases explain queries: nothing changes, and what is told is of the query that would run.

use embellie::Database;
use embellie::explain::{Explain, ExplainOption, Format, Setting};
use embellie_suite::models::blog_rows;
use embellie_suite::{Kind, Outcome, create, list, q, refused, rows};

embellie_suite::on_every_database! { blog:
    as_text,
    as_a_tree,
    with_parameters_of_every_kind,
    what_the_database_lacks,
    queries_that_are_not_sent,
    options_by_name,
    in_a_transaction,
}

async fn as_text(db: &Database) -> Outcome {
    let capture = db.capture();
    let text = rows(db, "blog.Post").filter(q("author__name", "Ann")).order_by("-views").explain(db).await?;
    assert!(text.contains("blog_post"), "{text}");
    match Kind::of(db) {
        Kind::Sqlite => assert!(text.contains("USE TEMP B-TREE FOR ORDER BY"), "{text}"),
        Kind::Postgres => assert!(text.contains("Sort Key: blog_post.views DESC"), "{text}"),
    }
    let ran = capture.statements();
    assert_eq!((ran.len(), ran[0].sql.starts_with("EXPLAIN ")), (1, true));
    if Kind::of(db) == Kind::Postgres {
        let ask = async |format| rows(db, "blog.Post").explain_with(Explain::new().verbose().format(format), db).await;
        assert!(ask(Format::Json).await?.starts_with("{\"Plan\": {\"Node Type\": "));
        assert!(ask(Format::Xml).await?.contains("<Node-Type>"));
        assert!(ask(Format::Yaml).await?.contains("Node Type: "));
        assert!(ask(Format::Text).await?.contains("Output: id, title"));
    }
    Ok(())
}

async fn as_a_tree(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let plan = rows(db, "blog.Post").filter(q("pk", 1)).plan(db).await?;
    let reads = plan.walk().find(|node| node.relation.as_deref() == Some("blog_post")).unwrap();
    match Kind::of(db) {
        Kind::Sqlite => {
            assert_eq!((reads.kind.as_str(), reads.index.as_deref()), ("SEARCH", Some("INTEGER PRIMARY KEY")));
            assert_eq!(plan.to_string(), "SEARCH on blog_post using INTEGER PRIMARY KEY\n   Index Cond: rowid=?");
        }
        Kind::Postgres => {
            assert!(reads.cost.is_some_and(|cost| cost.total > 0.0) && reads.rows == Some(1.0), "{plan}");
            assert!(reads.actual.is_none() && plan.execution_ms.is_none());
        }
    }
    let joined = rows(db, "blog.Post").filter(q("author__name", "Ann")).order_by("title").plan(db).await?;
    let read: Vec<_> = joined.walk().filter_map(|node| node.relation.as_deref()).collect();
    assert!(read.contains(&"blog_user") && read.contains(&"blog_post"), "{joined}");
    let json = serde_json::to_value(&joined)?;
    assert!(json["nodes"].as_array().is_some_and(|nodes| !nodes.is_empty()), "{json}");

    if Kind::of(db) == Kind::Postgres {
        let how = Explain::new().analyze().buffers().format(Format::Text);
        let plan = rows(db, "blog.Post").filter(q("views__gte", 5)).plan_with(how, db).await?;
        let reads = plan.walk().find(|node| node.relation.is_some()).unwrap();
        assert_eq!(reads.actual.map(|actual| (actual.rows, actual.loops)), Some((3.0, 1.0)), "{plan}");
        assert!(reads.conditions.iter().any(|condition| condition.text.contains("views")), "{plan}");
        assert!(plan.execution_ms.is_some() && plan.to_string().contains("took "), "{plan}");
    }
    Ok(())
}

async fn with_parameters_of_every_kind(db: &Database) -> Outcome {
    let posts = || rows(db, "blog.Post");
    for set in [
        posts().filter(q("title__icontains", "x' %s ? OR 1=1")),
        posts().filter(q("pk__in", list([1, 2, 3]))),
        posts().filter(q("published", true) & q("views__gt", 3) & q("posted__lt", jiff::civil::date(2024, 1, 1))),
        posts().filter(q("tags__name", "rust")).distinct().limit(3).offset(1),
        posts().exclude(q("comments__score__gt", 3)),
    ] {
        assert!(!set.explain(db).await?.is_empty());
        assert!(set.plan(db).await?.walk().count() > 0);
    }
    Ok(())
}

async fn what_the_database_lacks(db: &Database) -> Outcome {
    let capture = db.capture();
    if Kind::of(db) == Kind::Sqlite {
        let options = [Explain::new().analyze(), Explain::new().verbose(), Explain::new().format(Format::Json)];
        for how in options {
            refused(rows(db, "blog.Post").explain_with(how.clone(), db).await, "NotSupportedError");
            refused(rows(db, "blog.Post").none().explain_with(how, db).await, "NotSupportedError");
        }
        refused(rows(db, "blog.Post").plan_with(Explain::new().buffers(), db).await, "NotSupportedError");
    } else if db.server().version < (17, 0, 0) {
        let how = Explain::new().option(ExplainOption::Memory, Setting::On);
        refused(rows(db, "blog.Post").explain_with(how, db).await, "NotSupportedError");
    }
    refused(rows(db, "blog.Post").filter(q("nobody", 1)).explain(db).await, "FieldError");
    refused(rows(db, "blog.Post").filter(q("nobody", 1)).plan(db).await, "FieldError");
    assert_eq!(capture.len(), 0);
    Ok(())
}

async fn queries_that_are_not_sent(db: &Database) -> Outcome {
    let capture = db.capture();
    let none = rows(db, "blog.Post").filter(q("pk__in", list([0; 0])));
    assert_eq!(none.explain(db).await?, "");
    let plan = none.plan(db).await?;
    assert_eq!((plan.nodes.len(), plan.to_string().contains("nothing is sent")), (0, true));
    assert_eq!(capture.len(), 0);
    Ok(())
}

/// The names of options come from outside: CVE-2022-28347.
async fn options_by_name(db: &Database) -> Outcome {
    for (name, class) in
        [("test", "ValueError"), ("analyze true) SELECT 1; --", "ValueError"), ("format", "ValueError")]
    {
        let how = Explain::from_options([(name, "x")]);
        refused(how, class);
    }
    let how = Explain::from_options([("analyze", "true"), ("timing", "off"), ("summary", "off")])?;
    let told = rows(db, "blog.Tag").explain_with(how, db).await;
    match Kind::of(db) {
        Kind::Sqlite => drop(refused(told, "NotSupportedError")),
        Kind::Postgres => assert!(told?.contains("loops=1")),
    }
    Ok(())
}

async fn in_a_transaction(db: &Database) -> Outcome {
    db.atomic(async |tx| {
        create(tx, "blog.Tag", &[("name", "new".into())]).await?;
        assert!(!rows(tx, "blog.Tag").explain(tx).await?.is_empty());
        assert!(rows(tx, "blog.Tag").plan(tx).await?.walk().count() > 0);
        Outcome::Ok(())
    })
    .await
}
