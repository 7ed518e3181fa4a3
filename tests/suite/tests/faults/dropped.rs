//! Futures dropped at every await.

use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;

use embellie::{Database, Error, Transaction};
use embellie_suite::{Failure, Kind, Outcome, create, q, rows, set};

use super::{blog_with, flavours, is_soon, somewhere, tags};

/// Polls `work` so many times and drops it then, unless it was done before.
pub(super) async fn cut<F: Future>(work: F, polls: usize) -> Option<F::Output> {
    let mut work = Box::pin(work);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

async fn tag(tx: &Transaction, name: &str) -> Outcome {
    create(tx, "blog.Tag", &[("name", name.into())]).await?;
    // A place to be dropped at, also where a statement is run at once.
    tokio::task::yield_now().await;
    Ok(())
}

/// A transaction with every kind of work in it. It leaves the tags `a`, `b`, `c`.
async fn work(db: &Database) -> Outcome {
    db.atomic(async |tx| {
        tag(tx, "a").await?;
        let undone: Outcome = tx
            .atomic(async |tx| {
                tag(tx, "undone").await?;
                Err(Failure::from(Error::Value("on purpose".into())))
            })
            .await;
        assert!(undone.is_err());
        tx.atomic(async |tx| {
            tag(tx, "x").await?;
            rows(tx, "blog.Tag").filter(q("name", "x")).update(set("name", "b"), tx).await?;
            tokio::task::yield_now().await;
            tx.atomic(async |tx| tag(tx, "c").await).await
        })
        .await?;
        rows(tx, "blog.Post").delete(tx).await?;
        tokio::task::yield_now().await;
        Ok(())
    })
    .await
}

/// The pool has one connection: were it lost, or its transaction left open, nothing would go on.
async fn a_transaction_is_dropped_anywhere(kind: Kind) -> Outcome<usize> {
    let (db, fresh) = blog_with(kind, "&pool_size=1&pool_timeout=60").await?;
    let witness =
        Database::builder(fresh.url()).registry(embellie_suite::models::blog()).pool_size(1).connect().await?;
    let mut cuts = 0;
    for polls in 1..500 {
        let done = cut(work(&db), polls).await;
        if done.is_none() {
            cuts += 1;
        }
        let seen = tokio::time::timeout(Duration::from_secs(60), async {
            // Another connection can write at once: no lock is left behind.
            create(&witness, "blog.Tag", &[("name", "witness".into())]).await?;
            tags(&db).await
        });
        let seen = seen.await.expect("the database goes on")?;
        let whole = ["a", "b", "c", "witness"];
        match &done {
            Some(outcome) => {
                assert!(outcome.is_ok(), "{outcome:?}");
                assert_eq!(seen, whole);
            }
            // A commit that was sent may have been carried out.
            None => assert!(seen == whole || seen == ["witness"], "after {polls} polls: {seen:?}"),
        }
        rows(&db, "blog.Tag").delete(&db).await?;
        if done.is_some() {
            break;
        }
    }
    witness.close();
    db.close();
    Ok(cuts)
}

/// The same within an open transaction: what is dropped there is a savepoint, and the rest stays.
async fn a_savepoint_is_dropped_anywhere(kind: Kind) -> Outcome<usize> {
    let (db, _fresh) = blog_with(kind, "&pool_size=1&pool_timeout=60").await?;
    for polls in 1.. {
        let done = db
            .atomic(async |tx| {
                tag(tx, "before").await?;
                let nested = tx.atomic(async |tx| {
                    tag(tx, "x").await?;
                    tx.on_commit(|| ());
                    tx.atomic(async |tx| tag(tx, "y").await).await
                });
                let done = cut(nested, polls).await;
                tag(tx, "after").await?;
                Ok::<_, Failure>(done)
            })
            .await?;
        let expected = if done.is_some() { &["after", "before", "x", "y"][..] } else { &["after", "before"] };
        let seen = tags(&db).await?;
        // A release that was sent may have been carried out.
        assert!(seen == expected || done.is_none() && seen.len() == 4, "after {polls} polls: {seen:?}");
        rows(&db, "blog.Tag").delete(&db).await?;
        if done.is_some() {
            db.close();
            return Ok(polls - 1);
        }
        assert!(polls < 500, "the work is never done");
    }
    unreachable!()
}

#[test]
fn transactions_on_sqlite() -> Outcome {
    for runtime in flavours() {
        let cuts = runtime.block_on(a_transaction_is_dropped_anywhere(Kind::Sqlite))?;
        assert!(cuts > 3, "dropped at {cuts} places");
    }
    Ok(())
}

#[test]
fn transactions_on_postgres() -> Outcome {
    for runtime in flavours() {
        let cuts = somewhere(|| runtime.block_on(a_transaction_is_dropped_anywhere(Kind::Postgres)))?;
        assert!(cuts > 0, "dropped at {cuts} places");
    }
    Ok(())
}

#[test]
fn savepoints_on_sqlite() -> Outcome {
    for runtime in flavours() {
        let cuts = runtime.block_on(a_savepoint_is_dropped_anywhere(Kind::Sqlite))?;
        assert!(cuts > 1, "dropped at {cuts} places");
    }
    Ok(())
}

#[test]
fn savepoints_on_postgres() -> Outcome {
    for runtime in flavours() {
        let cuts = somewhere(|| runtime.block_on(a_savepoint_is_dropped_anywhere(Kind::Postgres)))?;
        assert!(cuts > 0, "dropped at {cuts} places");
    }
    Ok(())
}

/// A time-out in the middle of a statement that takes long: the connection is stopped or replaced, and goes on.
#[test]
fn a_query_that_takes_too_long() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for runtime in flavours() {
            runtime.block_on(async {
                let (db, _fresh) = blog_with(kind, "&pool_size=1&pool_timeout=60").await?;
                let mut many: Vec<_> = (0..600).map(|_| db.record("blog.Tag").unwrap()).collect();
                for (n, tag) in many.iter_mut().enumerate() {
                    tag.set("name", format!("{n}"))?;
                }
                rows(&db, "blog.Tag").bulk_create(&mut many, &db).await?;
                // Every pattern of every name is tried: seconds of work.
                let slow = rows(&db, "blog.Tag").filter(q("name__regex", "^(([0-9])*)*([0-9])*x$"));
                let heavy = (0..8).fold(slow, |rows, _| rows.filter(q("name__iregex", "(a|[0-9])+y?$")));
                let given_up = async || {
                    let _ = tokio::time::timeout(Duration::from_millis(1), heavy.count(&db)).await;
                    assert_eq!(rows(&db, "blog.Tag").count(&db).await?, 600);
                    Ok(())
                };
                assert!(is_soon(Duration::from_secs(5), given_up).await?);
                db.close();
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}
