//! Two writers of one SQLite file.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use embellie_suite::{Failure, Kind, Outcome, create, refused, rows, set};
use tokio::sync::Notify;

use super::{blog_with, flavours, is_soon, tags};

/// The second waits for the first without holding up the others on the same thread.
#[test]
fn writers_wait_for_each_other_and_block_nobody() -> Outcome {
    for runtime in flavours() {
        runtime.block_on(async {
            let (db, _fresh) = blog_with(Kind::Sqlite, "&pool_size=4&busy_timeout=60s").await?;
            let (written, waits) = (Notify::new(), Notify::new());
            let ending = AtomicBool::new(false);
            let slow = db.atomic(async |tx| {
                create(tx, "blog.Tag", &[("name", "slow".into())]).await?;
                written.notify_one();
                waits.notified().await;
                // Were the thread held up by who waits, no other task would tick, and the waiting would end in an error.
                let others = async {
                    for _ in 0..40 {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                };
                tokio::spawn(others).await?;
                ending.store(true, Ordering::Relaxed);
                Ok::<_, Failure>(())
            });
            let fast = async {
                written.notified().await;
                assert_eq!(tags(&db).await?, [""; 0], "reading waits for nobody");
                waits.notify_one();
                create(&db, "blog.Tag", &[("name", "fast".into())]).await?;
                assert!(ending.load(Ordering::Relaxed), "the second wrote before the first had ended");
                Outcome::Ok(())
            };
            let (slow, fast) = tokio::join!(slow, fast);
            slow.and(fast)?;
            assert_eq!(tags(&db).await?, ["fast", "slow"]);
            db.close();
            Outcome::Ok(())
        })?;
    }
    Ok(())
}

/// Who waits longer than it may is told so; nothing is half done, and the next try succeeds.
#[test]
fn waiting_has_an_end() -> Outcome {
    for runtime in flavours() {
        runtime.block_on(async {
            let (db, _fresh) = blog_with(Kind::Sqlite, "&busy_timeout=100ms").await?;
            create(&db, "blog.Tag", &[("name", "a".into())]).await?;
            db.atomic(async |tx| {
                rows(tx, "blog.Tag").update(set("name", "b"), tx).await?;
                let told = async || {
                    let outcome = rows(&db, "blog.Tag").update(set("name", "c"), &db).await;
                    assert!(outcome.as_ref().is_err_and(embellie::Error::is_retryable), "{outcome:?}");
                    refused(outcome, "OperationalError");
                    Ok(())
                };
                assert!(is_soon(Duration::from_secs(2), told).await?);
                Ok::<_, Failure>(())
            })
            .await?;
            assert_eq!(rows(&db, "blog.Tag").update(set("name", "d"), &db).await?, 1);
            db.close();
            Outcome::Ok(())
        })?;
    }
    Ok(())
}

/// Counting up by `F` loses no step, whoever counts.
#[test]
fn counting_together() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for runtime in flavours() {
            runtime.block_on(async {
                let (db, _fresh) = blog_with(kind, "&pool_size=4").await?;
                create(&db, "blog.User", &[("name", "Ann".into()), ("email", "a@x.org".into())]).await?;
                create(&db, "blog.Post", &[("title", "x".into()), ("author", 1.into())]).await?;
                let mut tasks = tokio::task::JoinSet::new();
                for _ in 0..8 {
                    let db = db.clone();
                    tasks.spawn(async move {
                        for _ in 0..10 {
                            let next = embellie_core::Expr::path("views") + 1;
                            rows(&db, "blog.Post").update(set("views", next), &db).await?;
                        }
                        Outcome::Ok(())
                    });
                }
                while let Some(outcome) = tasks.join_next().await {
                    outcome??;
                }
                assert_eq!(rows(&db, "blog.Post").get(&db).await?.get("views")?, &80.into());
                db.close();
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}
