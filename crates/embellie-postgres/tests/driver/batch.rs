//! Several statements at once, and what goes with the next one.

use std::time::Duration;

use embellie_core::{Control, Error, Outcome, RowSink, Statement, Value};
use embellie_testing::TestDatabase;

use crate::support::{Link, Rows, connect, fresh, one, read, schema, write};

/// Runs statements together: the rows of each, and the results of those that were run.
async fn all(link: &mut Link, statements: &[Statement]) -> (Vec<Vec<Vec<Value>>>, Vec<Result<Outcome, Error>>) {
    let sink = || Box::<Rows>::default() as Box<dyn RowSink>;
    let work = statements.iter().map(|statement| (statement, sink())).collect();
    let (sinks, results) = link.execute_all(work).await;
    let rows = sinks.into_iter().map(|sink| sink.into_any().downcast::<Rows>().unwrap().0);
    (rows.collect(), results)
}

fn numbers(from: i64, to: i64) -> Statement {
    Statement::read("SELECT n FROM generate_series($1::int8, $2::int8) AS n", vec![from.into(), to.into()])
}

fn length(text: String) -> Statement {
    Statement::read("SELECT length($1::text)", vec![text.into()])
}

/// How many times the server has been talked to, as far as another session sees it.
async fn last_change(watcher: &mut Link, pid: &Value) -> Value {
    let sql = "SELECT state_change FROM pg_stat_activity WHERE pid = $1";
    one(watcher, sql, vec![pid.clone()]).await.unwrap()
}

#[tokio::test]
async fn each_statement_gets_its_rows() {
    let database = TestDatabase::create().await.unwrap();
    for options in ["", "?statement_cache=0", "?statement_cache=1"] {
        let mut link = connect(&format!("{}{options}", database.url())).await;
        // Once unknown, once known, once half of them.
        for text in ["a", "bc", "def"] {
            let third = Statement::read(format!("SELECT '{text}'"), vec![]);
            let work = [numbers(1, 3), length(text.into()), third, numbers(5, 4), numbers(7, 7)];
            let (rows, results) = all(&mut link, &work).await;
            let counts: Vec<u64> = results.into_iter().map(|result| result.unwrap().rows).collect();
            assert_eq!(counts, [3, 1, 1, 0, 1]);
            assert_eq!(rows[0].concat(), [1, 2, 3].map(Value::Int));
            assert_eq!(rows[1].concat(), [Value::Int(text.len() as i64)]);
            assert_eq!(rows[2].concat(), [Value::from(text)]);
            assert_eq!((rows[3].len(), rows[4].concat()), (0, vec![Value::Int(7)]));
        }
        assert_eq!(all(&mut link, &[]).await, (vec![], vec![]));
    }
}

#[tokio::test]
async fn the_first_error_ends_it() {
    let (_database, mut link) = fresh().await;
    let divide = |by: i64| Statement::read("SELECT 6 / $1::int8", vec![by.into()]);
    for round in 0..2 {
        let (rows, results) = all(&mut link, &[divide(2), divide(0), divide(3)]).await;
        assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 0], "round {round}");
        assert!(matches!(results.as_slice(), [Ok(_), Err(Error::Data(_))]), "{results:?}");
        // One that cannot be sent, and one that cannot be prepared.
        for (wrong, class) in [
            (Statement::read("SELECT 6 / $1::int8", vec!["x".into()]), "DataError"),
            (Statement::read("SELECT 6 / $1::int8", vec![]), "ProgrammingError"),
            (Statement::read("SELECT * FROM nowhere", vec![]), "ProgrammingError"),
            (Statement::read("SELECT '\0'", vec![]), "ProgrammingError"),
        ] {
            let (rows, results) = all(&mut link, &[divide(2), divide(3), wrong.clone(), divide(1)]).await;
            assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0, 0], "{wrong:?}");
            assert!(matches!(results.as_slice(), [Ok(_), Ok(_), Err(e)] if e.class() == class), "{results:?}");
            let (_, results) = all(&mut link, &[wrong, divide(1)]).await;
            assert!(matches!(results.as_slice(), [Err(e)] if e.class() == class), "{results:?}");
        }
    }
    link.control(&Control::Begin).await.unwrap();
    let (_, results) = all(&mut link, &[divide(1), divide(0)]).await;
    assert!(matches!(results.as_slice(), [Ok(_), Err(Error::Data(_))]), "{results:?}");
    assert!(matches!(link.control(&Control::Commit).await, Err(Error::TransactionManagement(_))));
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
}

#[tokio::test]
async fn what_is_outdated_is_prepared_anew_with_what_follows() {
    let (database, mut link) = fresh().await;
    let mut other = connect(&database.url()).await;
    schema(&mut link, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)").await;
    let table = Statement::read("SELECT * FROM t", vec![]);
    let work = [numbers(1, 2), table, numbers(3, 3)];
    let (before, _) = all(&mut link, &work).await;
    schema(&mut other, "ALTER TABLE t ADD COLUMN name text DEFAULT 'new'").await;
    let (after, results) = all(&mut link, &work).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(before[1], [[Value::Int(1)]]);
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert_eq!(after[1], [[Value::Int(1), "new".into()]]);
}

/// More is sent than any buffer holds before the server has said all it has to say, which is more than that too.
#[tokio::test]
async fn much_goes_both_ways_at_once() {
    let (_database, mut link) = fresh().await;
    let echo = |n: usize| {
        let text = char::from(b'a' + (n % 26) as u8).to_string().repeat(40_000);
        Statement::read("SELECT $1::text", vec![text.into()])
    };
    let work: Vec<Statement> = (0..600).map(echo).collect();
    let (rows, results) = tokio::time::timeout(Duration::from_secs(60), all(&mut link, &work)).await.unwrap();
    assert_eq!(results.into_iter().filter(Result::is_ok).count(), 600);
    for (rows, statement) in rows.iter().zip(&work) {
        assert_eq!(rows.concat(), statement.parameters);
    }
    let large = "x".repeat(5_000_000);
    assert_eq!(one(&mut link, "SELECT $1::text", vec![large.as_str().into()]).await.unwrap(), Value::from(large));
}

#[tokio::test]
async fn batches_that_are_dropped_at_every_poll_leave_nothing() {
    let (_database, mut link) = fresh().await;
    let wide = Statement::read("SELECT repeat('x', 30000) FROM generate_series(1, 40)", vec![]);
    let long = length("y".repeat(300_000));
    for polls in 0.. {
        let statements = [numbers(1, polls), wide.clone(), long.clone(), wide.clone()];
        let finished = {
            let mut work = Box::pin(async {
                link.control(&Control::Begin).await.unwrap();
                let (_, results) = all(&mut link, &statements).await;
                assert_eq!(results.len(), 4);
                link.control(&Control::Commit).await.unwrap();
            });
            let mut finished = false;
            for _ in 0..polls {
                finished = std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx).is_ready())).await;
                if finished {
                    break;
                }
                tokio::task::yield_now().await;
            }
            finished
        };
        // With and without a reset.
        if polls % 2 == 0 {
            link.reset().await.unwrap();
        }
        assert_eq!(one(&mut link, "SELECT $1::int8", vec![polls.into()]).await.unwrap(), Value::Int(polls));
        link.reset().await.unwrap();
        if finished {
            return;
        }
    }
}

#[tokio::test]
async fn a_transaction_without_statements_is_never_sent() {
    let (database, mut link) = fresh().await;
    let mut watcher = connect(&database.url()).await;
    let pid = one(&mut link, "SELECT pg_backend_pid()", vec![]).await.unwrap();
    let before = last_change(&mut watcher, &pid).await;
    for end in [Control::Commit, Control::Rollback] {
        link.control(&Control::Begin).await.unwrap();
        for control in [Control::Savepoint(1), Control::Savepoint(2), Control::RollbackTo(1), Control::Release(1)] {
            link.control(&control).await.unwrap();
        }
        link.control(&end).await.unwrap();
        assert!(matches!(link.control(&end).await, Err(Error::TransactionManagement(_))));
    }
    link.control(&Control::BeginReading).await.unwrap();
    link.reset().await.unwrap();
    assert_eq!(last_change(&mut watcher, &pid).await, before);
    link.control(&Control::BeginReading).await.unwrap();
    let only = one(&mut link, "SELECT current_setting('transaction_read_only')", vec![]).await.unwrap();
    assert_eq!(only, Value::from("on"));
    link.control(&Control::Rollback).await.unwrap();
}

#[tokio::test]
async fn savepoints_that_wait_mean_what_they_would() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int PRIMARY KEY)").await;
    let insert = async |link: &mut Link, id: i64| write(link, "INSERT INTO t VALUES ($1)", vec![id.into()]).await;
    link.control(&Control::Begin).await.unwrap();
    link.control(&Control::Savepoint(1)).await.unwrap();
    insert(&mut link, 1).await.unwrap();
    link.control(&Control::Savepoint(2)).await.unwrap();
    link.control(&Control::Savepoint(3)).await.unwrap();
    link.control(&Control::Release(3)).await.unwrap();
    insert(&mut link, 2).await.unwrap();
    assert!(insert(&mut link, 2).await.is_err());
    assert!(link.control(&Control::Savepoint(4)).await.is_err(), "the server refuses it, as it always has");
    link.control(&Control::RollbackTo(2)).await.unwrap();
    link.control(&Control::Release(2)).await.unwrap();
    link.control(&Control::Savepoint(5)).await.unwrap();
    link.control(&Control::RollbackTo(5)).await.unwrap();
    insert(&mut link, 3).await.unwrap();
    link.control(&Control::RollbackTo(5)).await.unwrap();
    assert!(link.control(&Control::RollbackTo(3)).await.is_err());
    link.control(&Control::RollbackTo(1)).await.unwrap();
    insert(&mut link, 4).await.unwrap();
    // A script takes what waits with it as well.
    link.control(&Control::Savepoint(6)).await.unwrap();
    schema(&mut link, "INSERT INTO t VALUES (5)").await;
    link.control(&Control::RollbackTo(6)).await.unwrap();
    link.control(&Control::Commit).await.unwrap();
    assert_eq!(read(&mut link, "SELECT id FROM t", vec![]).await.unwrap().concat(), [Value::Int(4)]);
}

#[tokio::test]
async fn copies_are_refused_and_harm_nothing() {
    let (database, mut link) = fresh().await;
    let mut keeps_nothing = connect(&format!("{}?statement_cache=0", database.url())).await;
    schema(&mut link, "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)").await;
    for sql in ["COPY t FROM STDIN", "COPY t TO STDOUT"] {
        for statement in [Statement::write(sql, vec![]), Statement::schema(sql)] {
            let error = link.execute(&statement, Box::<Rows>::default()).await.1.unwrap_err();
            assert!(matches!(&error, Error::NotSupported(m) if m.contains("COPY")), "{error:?}");
            assert_eq!(one(&mut link, "SELECT count(*) FROM t", vec![]).await.unwrap(), Value::Int(2), "{sql}");
        }
        let (_, results) = all(&mut link, &[numbers(1, 1), Statement::write(sql, vec![]), numbers(1, 1)]).await;
        assert!(matches!(results.as_slice(), [Ok(_), Err(_)]), "{results:?}");
        if link.is_broken() {
            link = connect(&database.url()).await;
        }
        assert!(write(&mut keeps_nothing, sql, vec![]).await.is_err());
        if keeps_nothing.is_broken() {
            keeps_nothing = connect(&format!("{}?statement_cache=0", database.url())).await;
        }
        for link in [&mut link, &mut keeps_nothing] {
            assert_eq!(one(link, "SELECT count(*) FROM t", vec![]).await.unwrap(), Value::Int(2), "{sql}");
        }
    }
}

/// Whatever comes of it, a statement that is not to be kept is not left at the server.
#[tokio::test]
async fn what_is_not_kept_is_closed() {
    let database = TestDatabase::create().await.unwrap();
    let mut link = connect(&format!("{}?statement_cache=0", database.url())).await;
    let half = |value: Value| Statement::read("SELECT $1::int8 / 2", vec![value]);
    for value in [Value::Int(4), "x".into()] {
        let good = value == Value::Int(4);
        let alone = link.execute(&half(value.clone()), Box::<Rows>::default()).await.1;
        assert_eq!(alone.is_ok(), good);
        let (_, results) = all(&mut link, &[half(Value::Int(1)), half(value.clone()), half(Value::Int(2))]).await;
        assert_eq!(results.len(), if good { 3 } else { 2 });
        let (_, results) = all(&mut link, &[half(value), numbers(1, 2)]).await;
        assert_eq!(results[0].is_ok(), good);
        let kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%'";
        assert_eq!(one(&mut link, kept, vec![]).await.unwrap(), Value::Int(0));
    }
}
