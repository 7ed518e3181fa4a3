//! A server that is killed and comes back.

use std::time::Duration;

use embellie::{Database, Error};
use embellie_suite::models::blog;
use embellie_suite::{Failure, Outcome, create, refused, rows};
use embellie_testing::{PrivatePostgres, Settings};

use super::{is_soon, tags};

/// A server that keeps what it has committed, whatever happens.
fn server() -> Outcome<PrivatePostgres> {
    let mut settings = Settings::default();
    settings.configuration.push("synchronous_commit=on".into());
    Ok(PrivatePostgres::start_with(&settings)?)
}

#[test]
fn a_killed_server_is_an_error_until_it_is_back() -> Outcome {
    let mut server = server()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let url = format!("{}?sslmode=disable&pool_size=3&pool_timeout=5", server.url());
    let db = runtime.block_on(async {
        let db = Database::builder(&url).registry(blog()).connect().await?;
        db.create_tables(&[]).await?;
        create(&db, "blog.Tag", &[("name", "kept".into())]).await?;
        Outcome::Ok(db)
    })?;
    runtime.block_on(async {
        // In the middle of a transaction, with other connections idle.
        let outcome: Result<(), Failure> = db
            .atomic(async |tx| {
                create(tx, "blog.Tag", &[("name", "lost".into())]).await?;
                assert_eq!(tags(&db).await?, ["kept"]);
                tokio::task::block_in_place(|| server.kill());
                create(tx, "blog.Tag", &[("name", "lost too".into())]).await?;
                Ok(())
            })
            .await;
        assert!(format!("{:?}", outcome.unwrap_err()).contains("OperationalError"));
        for _ in 0..5 {
            let told = async || {
                refused(rows(&db, "blog.Tag").count(&db).await, "OperationalError");
                Ok(())
            };
            assert!(is_soon(Duration::from_secs(6), told).await?);
        }
        let outcome = db.atomic(async |_| Ok::<_, Error>(())).await;
        refused(outcome, "OperationalError");
        Outcome::Ok(())
    })?;
    server.restart()?;
    runtime.block_on(async {
        assert_eq!(tags(&db).await?, ["kept"], "the same Database, at the first try");
        create(&db, "blog.Tag", &[("name", "new".into())]).await?;
        assert_eq!(tags(&db).await?, ["kept", "new"]);
        db.close();
        Ok(())
    })
}

/// Connections that died while nobody used them are replaced, and no caller hears of it more than once.
#[test]
fn a_server_that_restarts_between_two_calls() -> Outcome {
    let mut server = server()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let url = format!("{}?sslmode=disable&pool_size=4", server.url());
    let db = runtime.block_on(async {
        let db = Database::builder(&url).registry(blog()).connect().await?;
        db.create_tables(&[]).await?;
        let (a, b, c, d) = tokio::join!(tags(&db), tags(&db), tags(&db), tags(&db));
        a.and(b).and(c).and(d)?;
        Outcome::Ok(db)
    })?;
    server.kill();
    server.restart()?;
    runtime.block_on(async {
        let mut failed = 0;
        for _ in 0..20 {
            failed += usize::from(tags(&db).await.is_err());
        }
        assert!(failed <= 4, "{failed} calls failed, with four connections to replace");
        db.close();
        Ok(())
    })
}
