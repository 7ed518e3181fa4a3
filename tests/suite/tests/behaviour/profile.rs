//! Advice for a query, and reports on logs.

use std::time::Duration;

use embellie::log::{FindingKind, LogOptions, scope};
use embellie::profile::{HintKind, Profile, Report, advise, advise_sql, schema_hints};
use embellie::{Database, Executor, FetchMode, Value};
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, IndexMeta, ModelMeta, OnDelete};
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, create, ids, object, q, rows, set};

embellie_suite::on_every_database! { blog:
    an_index_that_is_missing,
    statements_without_their_values,
    a_loop_reported_and_mended,
    a_thousand_posts_with_all_around_them,
    a_report_of_a_file,
    values_are_in_no_report,
}

async fn an_index_that_is_missing(db: &Database) -> Outcome {
    let posts = || rows(db, "blog.Post");
    let hints = async |rows| -> Outcome<Vec<(HintKind, String, String)>> {
        let advice = advise(&rows, db).await?;
        let hint =
            |hint: &embellie::profile::Hint| (hint.kind, hint.columns.join(" "), hint.rust.clone().unwrap_or_default());
        Ok(advice.hints.iter().map(hint).collect())
    };
    let scan = |columns: &str, fields: &str| {
        (HintKind::FullScan, columns.to_owned(), format!("indexes(index(fields = [{fields}]))"))
    };
    let unordered = |rows: embellie_suite::Rows| rows.order_by(Vec::<&str>::new());
    assert_eq!(hints(unordered(posts().filter(q("views", 3)))).await?, [scan("views", "\"views\"")]);
    assert_eq!(
        hints(unordered(posts().filter(q("views__gt", 3) & q("published", true) & q("posted", "2024-01-01")))).await?,
        [scan("published posted views", "\"published\", \"posted\", \"views\"")],
        "what is equal comes first"
    );
    assert_eq!(hints(unordered(posts().filter(q("author", 1)))).await?, [], "there is an index");
    assert_eq!(hints(unordered(posts().filter(q("pk", 1)))).await?, []);
    assert_eq!(hints(unordered(rows(db, "blog.User").filter(q("email", "a@x.org")))).await?, []);
    let sorted = hints(posts().filter(q("published", true)).order_by(["-views", "title"])).await?;
    assert_eq!(sorted, [scan("published views title", "\"published\", \"-views\", \"title\"")], "found and in order");
    let sorted = hints(posts().order_by(["-views"])).await?;
    assert_eq!(sorted, [(HintKind::Sort, "views".into(), "indexes(index(fields = [\"-views\"]))".into())]);
    assert_eq!(hints(posts().order_by(["-pk"])).await?, []);
    let ranged = hints(posts().filter(q("views__gt", 3)).order_by(["title"])).await?;
    assert_eq!(ranged, [scan("views", "\"views\"")], "no index does both");
    let hidden = hints(unordered(posts().filter(q("title__icontains", "x")))).await?;
    assert_eq!(hidden, [(HintKind::Unsearchable, "title".into(), String::new())]);
    let advice = advise(&unordered(posts().filter(q("views", 3))), db).await?;
    let hint = &advice.hints[0];
    assert_eq!(hint.sql.as_deref(), Some(r#"CREATE INDEX "blog_post_views_idx" ON "blog_post" ("views")"#));
    assert_eq!(hint.django.as_deref(), Some(r#"models.Index(fields=["views"])"#));
    assert!(
        advice.to_string().starts_with("All rows of blog_post are read to find those by views. Add `indexes("),
        "{advice}"
    );
    assert!(advise(&posts().none(), db).await?.hints.is_empty());
    Ok(())
}

async fn statements_without_their_values(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let log = db.log_with(LogOptions::new().show_parameters());
    rows(db, "blog.Post").filter(q("views__gt", 3) & q("title", "Alpha")).all(db).await?;
    rows(db, "blog.Post").filter(q("title", "Alpha")).update(set("views", 4), db).await?;
    rows(db, "blog.Comment").filter(q("body", "spam")).delete(db).await?;
    let left = ids(rows(db, "blog.Comment"), db).await?;
    for entry in log.statements() {
        let advice = advise_sql(&entry.sql, entry.parameters.len(), db).await?;
        assert!(!advice.plan.nodes.is_empty(), "{entry}");
        let said = advice.plan.to_string();
        assert!(!said.contains("Alpha") && !said.contains("spam"), "{said}");
    }
    let read = log.statements()[0].clone();
    let hints = advise_sql(&read.sql, 2, db).await?.hints;
    assert_eq!(hints[0].columns, ["title", "views"]);
    // Once more, inside of a transaction, which is as usable afterwards as it was before.
    db.atomic(async |tx| {
        advise_sql(&read.sql, 2, tx).await?;
        advise_sql("SELECT 1", 0, tx).await?;
        rows(tx, "blog.Post").count(tx).await
    })
    .await?;
    let before = rows(db, "blog.Tag").count(db).await?;
    for sql in
        ["SELECT 1; DELETE FROM blog_tag", "DELETE FROM blog_tag", "SELECT no_such_column FROM blog_tag", "nonsense"]
    {
        let told = advise_sql(sql, 0, db).await;
        assert_eq!(told.is_ok(), sql == "DELETE FROM blog_tag", "{sql}");
    }
    assert_eq!(rows(db, "blog.Tag").count(db).await?, before, "nothing is run");
    assert_eq!(ids(rows(db, "blog.Comment"), db).await?, left);
    Ok(())
}

/// Users, their posts, and the authors of these posts' comments: as a loop asks.
async fn loops(db: &Database) -> Outcome {
    for user in rows(db, "blog.User").all(db).await? {
        for post in rows(db, "blog.Post").filter(q("author", user.key().clone())).all(db).await? {
            rows(db, "blog.Comment").filter(q("post", post.key().clone()) & q("score__gt", 0)).count(db).await?;
        }
    }
    Ok(())
}

async fn a_loop_reported_and_mended(db: &Database) -> Outcome {
    let blog = scope("fill", async {
        for n in 0..25 {
            create(db, "blog.User", &[("name", format!("u{n:02}").into()), ("email", format!("{n}@x.org").into())])
                .await?;
            create(db, "blog.Post", &[("title", "t".into()), ("author", (n + 1).into())]).await?;
        }
        Outcome::Ok(())
    });
    blog.await?;
    let log = db.log();
    scope("GET /users", loops(db)).await?;
    let slow = log.entries();
    log.clear();
    scope("GET /users", rows(db, "blog.User").prefetch(["posts__comments"]).all(db)).await?;
    let fast = log.entries();
    let profile = Profile::of(slow.clone()).models(db.registry().clone());
    let report = profile.explain(10, db).await.report();
    assert_eq!((report.totals.statements, report.totals.reads, report.totals.writes), (51, 51, 0));
    assert_eq!(report.statements.len(), 3);
    let total: Duration = report.statements.iter().map(|group| group.total).sum();
    assert_eq!(total, report.totals.elapsed);
    for group in &report.statements {
        assert!(group.plan.is_some() && group.sites.len() == 1, "{group:?}");
        assert!(group.median <= group.p95 && group.p95 <= group.max && group.mean <= group.max);
        assert!(group.total >= group.max && group.times > 0);
    }
    let found: Vec<_> = report
        .improvements
        .iter()
        .map(|found| (found.finding.kind, found.statements_now, found.statements_then))
        .collect();
    assert_eq!(found, [(FindingKind::NPlusOne, 25, 1); 2]);
    let change = |report: &Report| {
        report.database_changes.iter().map(|change| change.hint.columns.join(" ")).collect::<Vec<_>>()
    };
    assert!(change(&report).iter().all(|columns| columns != "author_id"), "{:?}", change(&report));
    assert_eq!(report.impact[0].place, "GET /users");
    assert_eq!((report.impact[0].calls, report.impact[0].statements), (1, 51));
    assert_eq!(report.files.len(), 1);
    let text = report.to_string();
    for part in [
        "51 statements (51 read, 0 wrote)",
        "## Performance improvements",
        "- N+1: 25 statements → 1",
        "## Database changes",
        "## Code optimizations",
        "`User::objects().prefetch(User::posts())`",
        "annotate(Count(Post::comments()))",
        "## Integration impact",
        "## Recommendations",
        "48 of 51 statements can be saved",
        "assert_num_queries!(&db, 3,",
        "## Files to change",
        "## Statements",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let mended = Profile::of(fast).before(slow).title("Users & <posts>").report();
    let before = mended.before.as_ref().unwrap();
    assert_eq!((before.totals.statements, mended.totals.statements), (51, 3));
    assert_eq!(mended.improvements, []);
    assert!(before.changes.iter().any(|change| (change.times_before, change.times_after) == (25, 0)));
    assert!(mended.to_string().contains("51 → 3 statements"), "{mended}");
    let page = mended.to_html();
    assert!(page.contains("<h1>Users &amp; &lt;posts&gt;</h1>") && page.contains("51 → 3</b> statements"));
    assert_eq!(page.matches("<rect").count(), 3 + page.matches("class=\"waited\"").count());
    let json: serde_json::Value = serde_json::from_str(&mended.to_json()?).unwrap();
    assert_eq!(json["before"]["totals"]["statements"], 51);
    assert_eq!(json["title"], "Users & <posts>");
    Ok(())
}

/// Posts with their authors and editors, their comments, and who wrote these: 1 + 1,000 + 1,000 + 1,000 + 5,000 statements where each
/// object is read when it is reached.
async fn a_thousand_posts_with_all_around_them(db: &Database) -> Outcome {
    let made = async |model, count: i64, fields: &dyn Fn(i64) -> Vec<(&'static str, Value)>| -> Outcome {
        let mut all = (1..=count).map(|n| object(db, model, &fields(n))).collect::<Outcome<Vec<_>>>()?;
        Ok(rows(db, model).bulk_create(&mut all, db).await?)
    };
    made("blog.User", 50, &|n| vec![("name", n.to_string().into()), ("email", format!("{n}@x.org").into())]).await?;
    let user = |n: i64| Value::from(n % 50 + 1);
    made("blog.Post", 1000, &|n| vec![("title", "t".into()), ("author", user(n)), ("editor", user(n + 7))]).await?;
    let comment = |n: i64| vec![("post", ((n - 1) / 5 + 1).into()), ("author", user(n)), ("body", "b".into())];
    made("blog.Comment", 5000, &comment).await?;
    let posts = rows(db, "blog.Post");

    let log = db.log();
    let mut seen = 0;
    for post in posts.clone().fetch_mode(FetchMode::One).all(db).await? {
        seen += usize::from(post.related_one("author", db).await?.is_some());
        seen += usize::from(post.related_one("editor", db).await?.is_some());
        let comments = rows(db, "blog.Comment").filter(q("post", post.key().clone())).fetch_mode(FetchMode::One);
        for comment in comments.all(db).await? {
            seen += usize::from(comment.related_one("author", db).await?.is_some());
        }
    }
    assert_eq!((seen, log.count()), (7000, 8001));
    // A slow statement would be an improvement of its own.
    let report = Profile::of(&log).title("A thousand posts").slow(Duration::from_secs(3_600)).report();
    assert_eq!(report.improvements.iter().map(|found| found.statements_now).sum::<u64>(), 8000);

    log.clear();
    let mut seen = 0;
    let ways = posts.select_related(["author", "editor"]).prefetch(["comments__author"]);
    for post in ways.all(db).await? {
        seen += usize::from(post.selected("author").is_some_and(|user| user.is_some()));
        seen += usize::from(post.related_one("editor", db).await?.is_some());
        for comment in post.prefetched("comments")? {
            seen += usize::from(comment.related_one("author", db).await?.is_some());
        }
    }
    assert_eq!((seen, log.count()), (7000, 3));
    assert_eq!(log.findings(), []);
    println!("{} → {} statements\n{report}", report.totals.statements, log.count());
    Ok(())
}

async fn a_report_of_a_file(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let log = db.log_with(LogOptions::new().repeats(3).slow(Duration::ZERO));
    loops(db).await?;
    let _ = create(db, "blog.Tag", &[("name", "rust".into())]).await;
    let mut file = Vec::new();
    log.write_to(&mut file)?;
    let report = Profile::read(file.as_slice())?.repeats(3).slow(Duration::from_secs(60)).report();
    assert_eq!(report.system, db.target().system());
    assert_eq!(report.totals.errors, 1);
    let advice: Vec<&str> = report.improvements.iter().map(|found| found.finding.advice.as_str()).collect();
    assert!(advice.iter().any(|advice| advice.contains("User::posts()")), "in the names of who wrote it: {advice:?}");
    assert!(report.statements[0].model.is_some());
    let slow = Profile::read(file.as_slice())?.slow(Duration::ZERO).report();
    assert!(slow.improvements.iter().any(|found| found.finding.kind == FindingKind::Slow));
    let empty = Profile::read("".as_bytes())?.report();
    assert!(empty.to_html().contains("<h2>Statements</h2>") && empty.to_string().contains("0 statements"));
    assert!(Profile::read("{}\n".as_bytes()).is_err());
    Ok(())
}

async fn values_are_in_no_report(db: &Database) -> Outcome {
    const SECRET: &str = "hunter2<script>";
    let log = db.log_with(LogOptions::new().show_parameters());
    for _ in 0..6 {
        rows(db, "blog.Post").filter(q("title", SECRET) | q("title__contains", SECRET)).all(db).await?;
        db.cursor().query::<i64>("SELECT 1 WHERE '<b>' <> %s", (SECRET,)).await?;
    }
    assert!(format!("{:?}", log.entries()).contains("hunter2"));
    let report = Profile::of(&log).explain(10, db).await.report();
    assert_eq!(report.system, db.target().system());
    let page = report.to_html();
    for said in [report.to_string(), report.to_json()?, page.clone(), format!("{report:?}")] {
        assert_eq!(said.find("hunter2"), None);
    }
    assert!(!page.contains("<script") && !page.contains("<b>' "), "markup in statements is text");
    for loading in ["http:", "https:", "src=", "href=", "url(", "@import"] {
        assert_eq!(page.find(loading), None, "{loading}");
    }
    Ok(())
}

#[test]
fn what_the_models_lack() {
    let model = |name: &str| ModelMeta::new("shop", name);
    let to = |name: &str| FieldMeta::foreign_key(name, "User", OnDelete::Cascade).relation(|r| r.related_name("+"));
    let order = model("Order")
        .field(to("buyer"))
        .field(to("seller").index(false))
        .field(to("agent").index(false))
        .field(FieldMeta::new("placed", FieldKind::Date))
        .index(IndexMeta::fields(["agent", "-placed"]));
    let registry = embellie::Registry::build([model("User"), order]).unwrap();
    let hints = schema_hints(&registry);
    assert_eq!(hints.len(), 1, "{hints:?}");
    assert_eq!(hints[0].rust.as_deref(), Some("indexes(index(fields = [\"seller\"]))"));
    assert!(hints[0].to_string().starts_with("The foreign key Order.seller has no index"), "{}", hints[0]);
    assert_eq!(hints[0].kind, HintKind::ForeignKeyWithoutIndex);
}
