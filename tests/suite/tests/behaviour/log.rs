//! Logs: what they say of statements, what they find, and what they never say.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use embellie::log::{Counted, Finding, FindingKind, Kind, LogOptions, Parameters, scope};
use embellie::{Database, FetchMode, Record, Value};
use embellie_suite::models::blog_rows;
use embellie_suite::{Failure, Outcome, create, int, list, object, q, rows, set};

embellie_suite::on_every_database! { blog:
    statements_with_what_is_known_of_them,
    steps_of_transactions,
    values_are_nowhere_unless_they_are_asked_for,
    what_a_loop_reads_for_each,
    what_a_loop_writes_row_by_row,
    what_is_no_loop,
    stretches_of_work_are_apart,
    slow_statements_with_their_plans,
    written_and_read_again,
    a_log_keeps_the_latest,
    statements_counted,
}

/// What a file would get.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

async fn statements_with_what_is_known_of_them(db: &Database) -> Outcome {
    let log = db.log();
    let line = line!() + 1;
    create(db, "blog.Tag", &[("name", "rust".into())]).await?;
    let again = create(db, "blog.Tag", &[("name", "rust".into())]).await;
    assert!(again.is_err());
    rows(db, "blog.Tag").filter(q("name__in", list(["rust", "orm"]))).all(db).await?;
    db.create_tables(&["blog.Tag"]).await.unwrap_err();
    let said = log.statements();
    let kinds: Vec<Kind> = said.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [Kind::Write, Kind::Write, Kind::Read, Kind::Schema]);
    let [written, refused, read, _] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((written.number, written.rows, &written.error), (1, Some(1), &None));
    assert_eq!(written.model.as_deref(), Some("blog.Tag"));
    let site = written.site.as_ref().unwrap();
    assert_eq!((site.line, site.column), (line, 5));
    assert!(site.file.ends_with("tests/behaviour/log.rs"), "{site}");
    assert_eq!(refused.rows, None);
    assert!(refused.error.as_ref().unwrap().starts_with("IntegrityError "), "{refused}");
    assert_eq!(refused.fingerprint, written.fingerprint, "the same values");
    assert_ne!(read.fingerprint, written.fingerprint);
    assert!(read.call > refused.call && refused.call > written.call);
    assert!(read.sql.starts_with("SELECT") && read.started >= written.ended());
    assert!(said.iter().all(|entry| entry.elapsed > Duration::ZERO && entry.task.is_none()));
    assert!(said[2].to_string().contains("1 rows  SELECT"), "{}", said[2]);
    log.clear();
    assert!(log.is_empty());
    Ok(())
}

async fn steps_of_transactions(db: &Database) -> Outcome {
    let log = db.log();
    let captured = db.capture();
    db.atomic(async |tx| {
        rows(tx, "blog.Tag").count(tx).await?;
        let undone: Result<(), Failure> = tx
            .atomic(async |tx| {
                create(tx, "blog.Tag", &[("name", "rust".into())]).await?;
                Err(embellie::Error::Value("no".into()).into())
            })
            .await;
        assert!(undone.is_err());
        Ok::<_, Failure>(())
    })
    .await?;
    rows(db, "blog.Tag").count(db).await?;
    let entries = log.entries();
    let words: Vec<&str> = entries.iter().map(|entry| entry.sql.split(' ').next().unwrap()).collect();
    assert_eq!(words, ["BEGIN", "SELECT", "SAVEPOINT", "INSERT", "ROLLBACK", "RELEASE", "COMMIT", "SELECT"]);
    let first = entries[0].transaction;
    assert!(first.is_some());
    assert!(entries[..7].iter().all(|entry| entry.transaction == first));
    assert_eq!(entries[7].transaction, None);
    assert!(entries.iter().all(|entry| entry.site.is_some()), "{entries:#?}");
    assert_eq!(captured.len(), 3, "a capture is of statements alone");
    assert_eq!(log.statements().len(), 3);
    Ok(())
}

const SECRET: &str = "hunter2-Ünder-wraps";

async fn values_are_nowhere_unless_they_are_asked_for(db: &Database) -> Outcome {
    let lines = Lines::default();
    let options = || LogOptions::new().repeats(2).slow(Duration::ZERO).explain_slow();
    let hidden = db.log_with(options().write_to(lines.clone()));
    let shown = db.log_with(options().show_parameters());
    for _ in 0..3 {
        let user = [("name", SECRET.into()), ("email", format!("{SECRET}@x.org").into())];
        let _ = create(db, "blog.User", &user).await;
        rows(db, "blog.User").filter(q("name", SECRET)).all(db).await?;
        rows(db, "blog.User").filter(q("name__contains", SECRET)).update(set("name", SECRET), db).await?;
    }
    let mut file = Vec::new();
    hidden.write_to(&mut file)?;
    let mut said = format!("{hidden:?} {:?} {:?} {}", hidden.entries(), hidden.findings(), lines.text());
    for text in hidden.entries().iter().map(ToString::to_string) {
        said.push_str(&text);
    }
    for finding in hidden.findings() {
        said.push_str(&finding.to_string());
        said.push_str(&serde_json::to_string(&finding).unwrap());
    }
    said.push_str(std::str::from_utf8(&file).unwrap());
    assert!(said.contains("\"plan\":"), "plans are among what is said");
    assert!(said.contains("INSERT INTO"));
    assert!(!hidden.findings().is_empty());
    let at = said.find("hunter2").or(said.find("wraps"));
    assert_eq!(at.map(|at| &said[at.saturating_sub(300)..at]), None);
    let entries = shown.entries();
    let Parameters::Shown(values) = &entries[0].parameters else { panic!("{entries:?}") };
    assert_eq!(values[0], format!("'{SECRET}'"));
    assert_eq!(hidden.entries()[0].parameters, Parameters::Hidden(values.len()));
    assert!(entries[0].to_string().contains(SECRET));
    Ok(())
}

fn only(findings: &[Finding], kind: FindingKind) -> &Finding {
    let [finding] = findings else { panic!("{findings:#?}") };
    assert_eq!(finding.kind, kind, "{finding}");
    finding
}

async fn what_a_loop_reads_for_each(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let watch = || db.log_with(LogOptions::new().repeats(3));
    let users = async || rows(db, "blog.User").all(db).await;

    let log = watch();
    let line = line!() + 2;
    for user in users().await? {
        rows(db, "blog.Post").filter(q("author", user.key().clone())).all(db).await?;
    }
    let found = log.findings();
    let finding = only(&found, FindingKind::NPlusOne);
    assert_eq!((finding.times, finding.first), (4, 2));
    assert_eq!(finding.site.as_ref().map(|site| site.line), Some(line));
    assert_eq!(finding.model.as_deref(), Some("blog.Post"));
    assert!(finding.advice.contains("`User::objects().prefetch(User::posts())`"), "{finding}");
    assert!(finding.total > Duration::ZERO && finding.shape.contains(r#""author_id" = ?"#), "{finding}");

    let log = watch();
    for user in users().await? {
        rows(db, "blog.Post").filter(q("editor", user.key().clone())).count(db).await?;
    }
    let advice = &only(&log.findings(), FindingKind::NPlusOne).advice.clone();
    assert!(advice.contains("annotate(Count(User::edited()))"), "{advice}");

    let log = watch();
    for post in rows(db, "blog.Post").all(db).await? {
        let author = post.get("author_id").unwrap().clone();
        rows(db, "blog.User").get_by(author, db).await?;
    }
    let advice = &only(&log.findings(), FindingKind::NPlusOne).advice.clone();
    assert!(advice.contains("`Post::objects().select_related(Post::author)`"), "{advice}");
    assert!(advice.contains("`User::objects().in_bulk(&keys, &db)`"), "{advice}");
    assert!(!advice.contains("Comment::"), "the loop goes over posts: {advice}");

    let log = watch();
    for post in rows(db, "blog.Post").fetch_mode(FetchMode::One).all(db).await? {
        post.related("tags")?.all(db).await?;
    }
    let advice = &only(&log.findings(), FindingKind::NPlusOne).advice.clone();
    assert!(advice.contains("`Post::objects().prefetch(Post::tags())`"), "{advice}");

    let log = watch();
    for _ in 0..3 {
        rows(db, "blog.Tag").filter(q("name", "rust")).all(db).await?;
    }
    let found = log.findings();
    assert_eq!(only(&found, FindingKind::Duplicate).times, 3);
    Ok(())
}

/// One row by its key.
trait GetBy {
    fn get_by(self, key: Value, db: &Database) -> impl Future<Output = embellie::Result<Record>>;
}

impl GetBy for embellie_suite::Rows {
    fn get_by(self, key: Value, db: &Database) -> impl Future<Output = embellie::Result<Record>> {
        embellie::log::called(async move { self.filter(q("pk", key)).get(db).await })
    }
}

async fn what_a_loop_writes_row_by_row(db: &Database) -> Outcome {
    let advice = |log: &embellie::log::Log| only(&log.findings(), FindingKind::RowByRow).advice.clone();
    let log = db.log();
    for n in 0..5 {
        create(db, "blog.Tag", &[("name", format!("tag {n}").into())]).await?;
    }
    assert!(advice(&log).contains("`Tag::objects().bulk_create("), "{}", advice(&log));
    let log = db.log();
    for mut tag in rows(db, "blog.Tag").all(db).await? {
        tag.set("name", format!("{} more", int(tag.key())))?;
        tag.save(db).await?;
    }
    assert!(advice(&log).contains("bulk_update("), "{}", advice(&log));
    Ok(())
}

async fn what_is_no_loop(db: &Database) -> Outcome {
    let log = db.log_with(LogOptions::new().repeats(2).pause(Duration::from_secs(60)));
    let mut tags: Vec<Record> =
        (0..20_000).map(|n| object(db, "blog.Tag", &[("name", n.to_string().into())])).collect::<Outcome<_>>()?;
    rows(db, "blog.Tag").bulk_create(&mut tags, db).await?;
    assert!(log.statements().iter().any(|entry| entry.site == log.statements()[0].site), "batches of one call");
    blog_rows(db).await?;
    log.clear();
    rows(db, "blog.User").prefetch(["posts__comments", "posts__tags", "edited"]).all(db).await?;
    rows(db, "blog.User").count(db).await?;
    rows(db, "blog.User").count(db).await?;
    let findings = log.findings();
    assert!(findings.iter().all(|found| found.kind == FindingKind::UnusedPrefetch), "{findings:?}");
    let log = db.log_with(LogOptions::new().repeats(2).pause(Duration::ZERO));
    for user in rows(db, "blog.User").all(db).await? {
        tokio::time::sleep(Duration::from_millis(2)).await;
        rows(db, "blog.Post").filter(q("author", user.key().clone())).all(db).await?;
    }
    assert_eq!(log.findings(), [], "far apart");
    Ok(())
}

async fn stretches_of_work_are_apart(db: &Database) -> Outcome {
    let log = db.log_with(LogOptions::new().repeats(2));
    let request = async |n: i64| rows(db, "blog.Post").filter(q("author", n)).count(db).await;
    for n in 0..3 {
        scope("GET /posts", request(n)).await?;
    }
    assert_eq!(log.findings(), [], "once for each request");
    scope("GET /users", async {
        for n in 0..3 {
            request(n).await?;
        }
        scope("inside", request(1)).await?;
        request(2).await
    })
    .await?;
    let found = log.findings();
    let finding = only(&found, FindingKind::NPlusOne);
    assert_eq!((finding.times, finding.scope.as_deref()), (4, Some("GET /users")));
    let named: Vec<Option<u64>> = log.entries().iter().map(|entry| entry.scope_number).collect();
    assert!(named[0] < named[1] && named[3] == named[4] && named[4] == named[7] && named[6] != named[7], "{named:?}");

    let log = db.log();
    let mut tasks = Vec::new();
    for n in 0..6_i64 {
        let db = db.clone();
        tasks.push(tokio::spawn(async move { rows(&db, "blog.Post").filter(q("author", n)).count(&db).await }));
    }
    for task in tasks {
        task.await.unwrap()?;
    }
    assert_eq!(log.findings(), [], "once for each task");
    assert!(log.entries().iter().all(|entry| entry.task.is_some() && entry.site.is_some()));
    Ok(())
}

async fn slow_statements_with_their_plans(db: &Database) -> Outcome {
    let log = db.log_with(LogOptions::new().slow(Duration::ZERO).explain_slow());
    db.atomic(async |tx| {
        rows(tx, "blog.Post").filter(q("views__gt", 3)).all(tx).await?;
        create(tx, "blog.Tag", &[("name", "rust".into())]).await
    })
    .await?;
    let found = log.findings();
    assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::Slow; 2]);
    let plan = found[0].plan.as_ref().unwrap();
    assert!(plan.walk().any(|node| node.relation.as_deref() == Some("blog_post")), "{plan}");
    assert!(found[1].plan.is_none(), "what writes is not run again");
    assert_eq!(log.statements().len(), 2, "asking for a plan is no statement of the program");
    let log = db.log_with(LogOptions::new().slow(Duration::from_secs(60)).explain_slow());
    rows(db, "blog.Post").all(db).await?;
    assert_eq!(log.findings(), []);
    Ok(())
}

async fn written_and_read_again(db: &Database) -> Outcome {
    let lines = Lines::default();
    let log = db.log_with(LogOptions::new().show_parameters().write_to(lines.clone()));
    blog_rows(db).await?;
    db.atomic(async |tx| scope("job", rows(tx, "blog.User").all(tx)).await).await?;
    let _ = create(db, "blog.Tag", &[("name", "rust".into())]).await;
    let as_it_came = embellie::log::read(lines.text().as_bytes())?;
    let mut at_once = Vec::new();
    log.write_to(&mut at_once)?;
    let at_once = embellie::log::read(at_once.as_slice())?;
    assert_eq!(as_it_came.entries, at_once.entries);
    assert_eq!(as_it_came.system, db.target().system());
    // Times are kept to the precision of a float of milliseconds.
    let known = log.entries();
    assert_eq!(as_it_came.entries.len(), known.len());
    for (read, known) in as_it_came.entries.iter().zip(&known) {
        let mut read = read.clone();
        assert!(read.elapsed.abs_diff(known.elapsed) < Duration::from_micros(1), "{read} {known}");
        (read.elapsed, read.waited) = (known.elapsed, known.waited);
        assert_eq!(read, *known);
    }
    let whole = lines.text();
    let cut = &whole[..whole.len() - 20];
    assert_eq!(embellie::log::read(cut.as_bytes())?.entries.len(), known.len() - 1);
    let wrong = whole.replacen("\"kind\":\"write\"", "\"kind\":\"wrote\"", 1);
    let error = embellie::log::read(wrong.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("Line 2 is no line of a log"), "{error}");
    let newer = whole.replacen("\"embellie_log\":1", "\"embellie_log\":2", 1);
    assert!(embellie::log::read(newer.as_bytes()).is_err());
    assert_eq!(embellie::log::read("\n\n".as_bytes())?.entries, []);
    Ok(())
}

async fn a_log_keeps_the_latest(db: &Database) -> Outcome {
    let lines = Lines::default();
    let log = db.log_with(LogOptions::new().capacity(3).write_to(lines.clone()));
    let none = db.log_with(LogOptions::new().capacity(0));
    for _ in 0..10 {
        rows(db, "blog.Tag").count(db).await?;
    }
    let numbers: Vec<u64> = log.entries().iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [8, 9, 10]);
    assert_eq!(log.forgotten(), 7);
    let written = lines.text().lines().filter(|line| line.contains("\"number\"")).count();
    assert_eq!(written, 10);
    assert_eq!((none.len(), none.findings().len()), (0, 1));
    drop(log);
    let before = lines.text();
    rows(db, "blog.Tag").count(db).await?;
    assert_eq!(lines.text(), before, "a dropped log records nothing");
    Ok(())
}

async fn statements_counted(db: &Database) -> Outcome {
    let count = embellie::assert_num_queries!(db, 1, rows(db, "blog.Tag").count(db).await?);
    assert_eq!(count, 0);
    db.atomic(async |tx| {
        embellie::assert_num_queries!(tx, 2, {
            create(tx, "blog.Tag", &[("name", SECRET.into())]).await?;
            tx.atomic(async |tx| rows(tx, "blog.Tag").count(tx).await).await?;
        });
        Ok::<_, Failure>(())
    })
    .await?;
    let counted = Counted::begin(db);
    rows(db, "blog.Tag").filter(q("name", SECRET)).all(db).await?;
    let wrong = counted.check(3).unwrap_err();
    assert!(wrong.starts_with("1 statements were run, 3 expected. They were:\n"), "{wrong}");
    assert!(wrong.contains("SELECT") && wrong.contains("tests/behaviour/log.rs:"), "{wrong}");
    assert!(!wrong.contains("hunter2"), "{wrong}");
    let (tags, queries) = db.capture_queries(async || rows(db, "blog.Tag").all(db).await).await;
    assert_eq!((tags?.len(), queries.len()), (1, 1));
    Ok(())
}
