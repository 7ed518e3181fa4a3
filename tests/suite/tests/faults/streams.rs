//! Streams dropped at every await: no cursor, no lock and no transaction is left open.

use std::time::Duration;

use embellie::{Database, Executor};
use embellie_suite::{Failure, Kind, Outcome, create, rows};

use super::dropped::cut;
use super::{blog_with, flavours, somewhere, tags};

const WORDS: [&str; 5] = ["a", "b", "c", "d", "e"];

async fn streamed(db: &dyn Executor) -> Outcome<Vec<String>> {
    let mut stream = rows(db, "blog.Tag").prefetch(["posts"]).order_by("name").iterator(2, db);
    let mut names = Vec::new();
    while let Some(tag) = stream.next().await {
        names.push(tag?.get("name")?.to_string());
    }
    Ok(names)
}

async fn filled(kind: Kind) -> Outcome<(Database, embellie_suite::Fresh)> {
    let (db, fresh) = blog_with(kind, "&pool_size=1&pool_timeout=60").await?;
    for word in WORDS {
        create(&db, "blog.Tag", &[("name", word.into())]).await?;
    }
    Ok((db, fresh))
}

async fn a_stream_is_dropped_anywhere(kind: Kind) -> Outcome<usize> {
    let (db, fresh) = filled(kind).await?;
    let witness =
        Database::builder(fresh.url()).registry(embellie_suite::models::blog()).pool_size(1).connect().await?;
    for polls in 1..500 {
        let done = cut(streamed(&db), polls).await;
        // The pool's one connection goes on, and others can write at once.
        let seen = tokio::time::timeout(Duration::from_secs(60), async {
            create(&witness, "blog.Tag", &[("name", "witness".into())]).await?.delete(&witness).await?;
            create(&db, "blog.Tag", &[("name", "own".into())]).await?.delete(&db).await?;
            tags(&db).await
        });
        assert_eq!(seen.await.expect("the database goes on")?, WORDS, "after {polls} polls");
        if let Some(names) = done {
            assert_eq!(names?.len(), 5);
            witness.close();
            db.close();
            return Ok(polls - 1);
        }
    }
    panic!("the stream is never done")
}

async fn a_stream_in_a_transaction_is_dropped_anywhere(kind: Kind) -> Outcome<usize> {
    let (db, _fresh) = filled(kind).await?;
    for polls in 1..500 {
        let done = db
            .atomic(async |tx| {
                create(tx, "blog.Tag", &[("name", "before".into())]).await?;
                let done = cut(streamed(tx), polls).await;
                create(tx, "blog.Tag", &[("name", "the end".into())]).await?;
                if kind == Kind::Postgres {
                    let open: Vec<String> =
                        tx.cursor().query("SELECT name::text FROM pg_cursors WHERE name <> ''", ()).await?;
                    assert_eq!(open, [""; 0], "after {polls} polls");
                }
                Ok::<_, Failure>(done)
            })
            .await?;
        assert_eq!(tags(&db).await?, ["a", "b", "before", "c", "d", "e", "the end"], "after {polls} polls");
        rows(&db, "blog.Tag")
            .filter(embellie_suite::q("name__in", embellie_suite::list(["before", "the end"])))
            .delete(&db)
            .await?;
        if let Some(names) = done {
            assert_eq!(names?.len(), 6);
            db.close();
            return Ok(polls - 1);
        }
    }
    panic!("the stream is never done")
}

#[test]
fn streams_on_sqlite() -> Outcome {
    for runtime in flavours() {
        // How often it has to wait depends on the machine.
        runtime.block_on(a_stream_is_dropped_anywhere(Kind::Sqlite))?;
    }
    Ok(())
}

#[test]
fn streams_on_postgres() -> Outcome {
    for runtime in flavours() {
        let cuts = somewhere(|| runtime.block_on(a_stream_is_dropped_anywhere(Kind::Postgres)))?;
        assert!(cuts > 0, "dropped at {cuts} places");
    }
    Ok(())
}

#[test]
fn streams_in_transactions_on_sqlite() -> Outcome {
    for runtime in flavours() {
        // How often it has to wait depends on the machine.
        runtime.block_on(a_stream_in_a_transaction_is_dropped_anywhere(Kind::Sqlite))?;
    }
    Ok(())
}

#[test]
fn streams_in_transactions_on_postgres() -> Outcome {
    for runtime in flavours() {
        let cuts = somewhere(|| runtime.block_on(a_stream_in_a_transaction_is_dropped_anywhere(Kind::Postgres)))?;
        assert!(cuts > 0, "dropped at {cuts} places");
    }
    Ok(())
}
