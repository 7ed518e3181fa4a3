//! What others get to see: spans of statements, messages of errors. Never a value, never a password.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use embellie::{Database, Record};
use embellie_suite::{Failure, Kind, Outcome, create, fresh, list, q, rows, set};
use embellie_testing::postgres_url;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Metadata, Subscriber};

embellie_suite::on_every_database! { blog:
    every_statement_is_a_span_without_values,
    every_statement_names_the_line_that_asked_for_it,
    errors_hold_no_values,
    aggregates_that_joins_distort,
}

const SECRET: &str = "hunter2-Ünder-wraps";

/// Everything that spans and events say, as lines of text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

/// A subscriber that nobody uses. As long as there is but one, what other threads ask for first is taken for unwanted.
static ANOTHER: LazyLock<tracing::Dispatch> = LazyLock::new(|| tracing::Dispatch::new(Log::default()));

impl Log {
    /// A log of what this thread does, as long as the guard lives.
    fn watching() -> (Self, tracing::subscriber::DefaultGuard) {
        LazyLock::force(&ANOTHER);
        let log = Log::default();
        (log.clone(), tracing::subscriber::set_default(log))
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn push(&self, head: String, record: impl FnOnce(&mut Line)) {
        let mut line = Line(head);
        record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("embellie")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.push(format!("span {}", span.metadata().name()), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &tracing::span::Record<'_>) {
        self.push("record".into(), |line| values.record(line));
    }

    fn event(&self, event: &Event<'_>) {
        self.push("event".into(), |line| event.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// Statements of all kinds with the secret in them, some of which fail.
async fn work(db: &Database) -> Outcome<Vec<String>> {
    let mut said = Vec::new();
    create(db, "blog.User", &[("name", SECRET.into()), ("email", "s@x.org".into())]).await?;
    let again = create(db, "blog.User", &[("name", SECRET.into()), ("email", "s@x.org".into())]).await;
    said.push(format!("{:?}", again.unwrap_err()));
    rows(db, "blog.User").filter(q("name", SECRET) | q("name__in", list([SECRET, "x"]))).all(db).await?;
    rows(db, "blog.User").filter(q("name__icontains", SECRET)).update(set("name", SECRET.repeat(2)), db).await?;
    let mut many: Vec<Record> = Vec::new();
    for n in 0..3 {
        many.push(embellie_suite::object(db, "blog.Tag", &[("name", format!("{SECRET} {}", n % 2).into())])?);
    }
    said.push(format!("{:?}", rows(db, "blog.Tag").bulk_create(&mut many, db).await.unwrap_err()));
    let failed: Result<(), Failure> = db
        .atomic(async |tx| {
            create(tx, "blog.Tag", &[("name", SECRET.into())]).await?;
            create(tx, "blog.Tag", &[("name", SECRET.into())]).await?;
            Ok(())
        })
        .await;
    said.push(format!("{:?}", failed.unwrap_err()));
    let dangling = rows(db, "blog.User").filter(q("name__regex", format!("({SECRET}").as_str())).count(db).await;
    said.push(format!("{:?}", dangling.map(|_| ()).unwrap_err()));
    let long = create(db, "blog.Tag", &[("name", SECRET.repeat(20).into())]).await;
    said.extend(long.err().map(|error| format!("{error:?}")));
    said.push(format!("{db:?}"));
    Ok(said)
}

async fn every_statement_is_a_span_without_values(db: &Database) -> Outcome {
    let (log, guard) = Log::watching();
    let asked = db.capture();
    work(db).await?;
    drop(guard);
    let lines = log.lines();
    let spans = lines.iter().filter(|line| line.starts_with("span statement")).count();
    assert!(spans >= asked.len(), "{spans} spans of {} statements", asked.len());
    for line in &lines {
        assert!(!line.contains("hunter2") && !line.contains("wraps"), "{line}");
    }
    for statement in asked.statements() {
        assert!(!format!("{statement:?}").contains("hunter2"), "{statement:?}");
    }
    let all = lines.join("\n");
    for said in [
        "SELECT",
        "INSERT INTO",
        "UPDATE",
        "db.query.text",
        "db.system.name",
        "db.response.returned_rows=1",
        "elapsed_us",
        "otel.kind=\"client\"",
        "otel.name=\"INSERT blog_user\"",
        "otel.status_code=\"ERROR\"",
        "db.query.summary=\"SELECT blog_user\"",
        "db.operation.name=\"UPDATE\"",
        "db.operation.name=\"BEGIN\"",
        "db.operation.name=\"ROLLBACK\"",
        "db.collection.name=\"blog_tag\"",
        "db.response.status_code=",
        "db.namespace=",
        "IntegrityError",
    ] {
        assert!(all.contains(said), "{said} in\n{all}");
    }
    let system = if Kind::of(db) == Kind::Sqlite { "sqlite" } else { "postgresql" };
    assert!(all.contains(&format!("db.system.name=\"{system}\"")), "{all}");
    assert_eq!(all.contains("server.address=") && all.contains("server.port="), Kind::of(db) != Kind::Sqlite);
    Ok(())
}

/// The lines of this file that statements were asked for, in order.
fn lines_of(log: &Log) -> Vec<u32> {
    let said = log.lines();
    let spans = said.iter().filter(|line| line.starts_with("span statement"));
    let line = |span: &String| {
        assert!(span.contains("tests/behaviour/telemetry.rs"), "{span}");
        let (_, number) = span.split_once("code.line.number=").unwrap();
        number.split(' ').next().unwrap().parse().unwrap()
    };
    spans.map(line).collect()
}

async fn every_statement_names_the_line_that_asked_for_it(db: &Database) -> Outcome {
    let (log, guard) = Log::watching();
    let first = line!() + 1;
    let mut user = create(db, "blog.User", &[("name", "Ann".into()), ("email", "a@x.org".into())]).await?;
    user.set("name", "Bob")?;
    user.save(db).await?;
    let users = rows(db, "blog.User");
    let (one, two) = tokio::join!(
        users.count(db), // Each is polled by turns with the other.
        users.all(db),
    );
    assert_eq!((one?, two?.len()), (1, 1));
    db.atomic(async |tx| {
        users.exists(tx).await?;
        tx.atomic(async |tx| {
            // Nothing is asked for here.
            users.update(set("name", "Eve"), tx).await
        })
        .await?;
        users.delete(tx).await
    })
    .await?;
    drop(guard);
    let told: Vec<u32> = lines_of(&log).into_iter().map(|line| line - first).collect();
    let (deletions, others): (Vec<u32>, Vec<u32>) = told.into_iter().partition(|line| *line == 16);
    assert!(!deletions.is_empty());
    // Steps of the transaction are those of who begins it.
    assert_eq!(others, [0, 2, 5, 6, 9, 10, 11, 13, 11, 9]);
    Ok(())
}

async fn errors_hold_no_values(db: &Database) -> Outcome {
    for said in work(db).await? {
        assert!(!said.contains("hunter2") && !said.contains("wraps"), "{said}");
    }
    Ok(())
}

async fn aggregates_that_joins_distort(db: &Database) -> Outcome {
    let (log, guard) = Log::watching();
    let text = |text: &'static str| async move {
        let models = embellie_text::Models::of_registry(db.registry().clone(), Default::default());
        embellie_text::evaluate(text, &models, db).await.unwrap();
    };
    let warnings = || log.lines().iter().filter(|line| line.contains("10060")).count();
    text("User.objects.annotate(n=Count('posts'))").await;
    assert_eq!(warnings(), 0, "{:?}", log.lines());
    text("User.objects.annotate(n=Count('posts'), m=Sum('edited__views'))").await;
    assert_eq!(warnings(), 2, "{:?}", log.lines());
    text("User.objects.aggregate(Count('posts'), Count('edited'))").await;
    assert_eq!(warnings(), 4);
    let n = embellie::expr::Aggregate::of(embellie::expr::AggregateFunction::Count, "posts");
    let m = embellie::expr::Aggregate::of(embellie::expr::AggregateFunction::Count, "edited");
    let separate = rows(db, "blog.User").annotate_expr("n", n).annotate_expr("m", m);
    separate.all(db).await?;
    assert_eq!(warnings(), 4, "each is right by itself");
    drop(guard);
    assert!(log.lines().iter().any(|line| line.contains("aggregate=\"Sum\" paths=edited__views")), "{:?}", log.lines());
    Ok(())
}

/// Passwords of URLs are in no error, and not in what a builder shows of itself.
#[test]
fn passwords_are_never_shown() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let real = postgres_url()?;
    let (front, back) = real.split_once('@').unwrap();
    let user = front.rsplit('/').next().unwrap().split(':').next().unwrap();
    let wrong = [
        format!("postgres://{user}:hunter2@{back}"),
        format!("postgres://nobody:hunter2@{back}"),
        "postgres://ann:hunter2@127.0.0.1:1/shop".to_owned(),
        "postgres://ann:hunter2@no-such-host.invalid/shop".to_owned(),
        "postgres://ann:hunter2@127.0.0.1:99999/shop".to_owned(),
        "postgres://ann:hunter2@127.0.0.1/shop?unknown_option=1".to_owned(),
        "postgres://127.0.0.1/shop?password=hunter2&sslmode=hunter".to_owned(),
        "postgrs://ann:hunter2@127.0.0.1/shop".to_owned(),
        "postgres:/ann:hunter2@127.0.0.1".to_owned(),
        "ann:hunter2@127.0.0.1/shop".to_owned(),
    ];
    for (place, url) in wrong.iter().enumerate() {
        let builder = Database::builder(url);
        assert!(!format!("{builder:?}").contains("hunter2"), "URL {place}");
        let error = runtime.block_on(builder.connect()).expect_err("nothing is there");
        let said = format!("{error} {error:?}");
        assert!(!said.contains("hunter2"), "URL {place}: {said}");
    }
    runtime.block_on(async {
        let fresh = fresh(Kind::Postgres).await?;
        let password = front.rsplit(':').next().unwrap();
        let db = fresh.connect(embellie_suite::models::blog()).await?;
        assert!(!format!("{db:?}").contains(password));
        db.close();
        Ok(())
    })
}
