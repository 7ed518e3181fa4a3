//! More work than connections.

use std::time::Duration;

use embellie::Error;
use embellie_suite::{Failure, Kind, Outcome, create, refused, rows};

use super::{blog_with, flavours, is_soon, tags};

/// Whoever asks for a second connection while it holds the only one is told so, and is helped by giving it back.
#[test]
fn an_exhausted_pool_says_so_and_recovers() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for runtime in flavours() {
            runtime.block_on(async {
                let (db, _fresh) = blog_with(kind, "&pool_size=1&pool_timeout=0.2").await?;
                let asked_inside = async || {
                    rows(&db, "blog.Tag").delete(&db).await?;
                    db.atomic(async |tx| {
                        create(tx, "blog.Tag", &[("name", "inside".into())]).await?;
                        let outcome = rows(&db, "blog.Tag").count(&db).await;
                        assert!(outcome.as_ref().is_err_and(Error::is_retryable), "{outcome:?}");
                        let message = refused(outcome, "OperationalError");
                        assert!(message.contains("connection") && message.contains("200ms"), "{message}");
                        refused(db.atomic(async |_| Ok::<_, Error>(())).await, "OperationalError");
                        Ok::<_, Failure>(())
                    })
                    .await
                };
                assert!(is_soon(Duration::from_secs(3), asked_inside).await?);
                assert_eq!(tags(&db).await?, ["inside"]);
                db.close();
                refused(rows(&db, "blog.Tag").count(&db).await, "InterfaceError");
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}

/// Those who wait get their turn.
#[test]
fn more_tasks_than_connections() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for runtime in flavours() {
            runtime.block_on(async {
                let (db, _fresh) = blog_with(kind, "&pool_size=2").await?;
                let mut tasks = tokio::task::JoinSet::new();
                for n in 0..40 {
                    let db = db.clone();
                    tasks.spawn(async move {
                        db.atomic(async |tx| {
                            create(tx, "blog.Tag", &[("name", format!("{n}").into())]).await?;
                            tokio::task::yield_now().await;
                            rows(tx, "blog.Tag").count(tx).await.map_err(Failure::from)
                        })
                        .await
                    });
                }
                while let Some(outcome) = tasks.join_next().await {
                    outcome??;
                }
                assert_eq!(rows(&db, "blog.Tag").count(&db).await?, 40);
                db.close();
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}

/// The connection that was given back last serves who asks next and who waits, single statements and transactions alike;
/// it is gone when the pool is closed.
#[test]
fn one_connection_in_turns() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for runtime in flavours() {
            runtime.block_on(async {
                let (db, _fresh) = blog_with(kind, "&pool_size=1").await?;
                let mut tasks = tokio::task::JoinSet::new();
                for n in 0..12 {
                    let db = db.clone();
                    tasks.spawn(async move {
                        for turn in 0..10 {
                            rows(&db, "blog.Tag").count(&db).await?;
                            let name = format!("{n}-{turn}");
                            db.atomic(async |tx| create(tx, "blog.Tag", &[("name", name.into())]).await).await?;
                            rows(&db, "blog.Tag").exists(&db).await?;
                        }
                        Outcome::Ok(())
                    });
                }
                while let Some(outcome) = tasks.join_next().await {
                    outcome??;
                }
                assert_eq!(rows(&db, "blog.Tag").count(&db).await?, 120);
                db.close();
                refused(rows(&db, "blog.Tag").count(&db).await, "InterfaceError");
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}
