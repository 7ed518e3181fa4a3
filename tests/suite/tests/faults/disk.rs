//! A disk that is full.

use embellie::{Database, Error};
use embellie_suite::{Failure, Kind, Outcome, create, fresh, models, rows, texts};

use super::flavours;

/// What did not fit is undone as a whole, what was there stays, and there is room again once something is deleted.
#[test]
fn a_full_disk_undoes_the_transaction() -> Outcome {
    for runtime in flavours() {
        runtime.block_on(async {
            let fresh = fresh(Kind::Sqlite).await?;
            fresh.connect(models::blog()).await?.close();
            let url = format!("{}&max_page_count=120&pool_size=1", fresh.url());
            let db = Database::builder(&url).registry(models::blog()).connect().await?;
            create(&db, "blog.User", &[("name", "Ann".into()), ("email", "a@x.org".into())]).await?;
            create(&db, "blog.Profile", &[("user", 1.into()), ("bio", "x".repeat(100_000).into())]).await?;
            create(&db, "blog.Tag", &[("name", "kept".into())]).await?;

            let outcome: Result<(), Failure> = db
                .atomic(async |tx| {
                    create(tx, "blog.Tag", &[("name", "lost".into())]).await?;
                    create(tx, "blog.User", &[("name", "Bob".into()), ("email", "b@x.org".into())]).await?;
                    create(tx, "blog.Profile", &[("user", 2.into()), ("bio", "y".repeat(1_000_000).into())]).await?;
                    Ok(())
                })
                .await;
            assert!(format!("{:?}", outcome.unwrap_err()).contains("OperationalError"));
            assert_eq!(texts(rows(&db, "blog.Tag"), "name", &db).await?, ["kept"]);
            assert_eq!(rows(&db, "blog.User").count(&db).await?, 1);

            // The same outside of a transaction, and for many rows at once.
            let mut many: Vec<_> = (0..3_000).map(|_| db.record("blog.Tag").unwrap()).collect();
            for (n, tag) in many.iter_mut().enumerate() {
                tag.set("name", format!("{n:0>400}"))?;
            }
            let outcome = rows(&db, "blog.Tag").bulk_create(&mut many, &db).await;
            let Err(Error::Operational(error)) = outcome else { panic!("{outcome:?}") };
            assert!(error.message.contains("full"), "{}", error.message);
            assert_eq!(rows(&db, "blog.Tag").count(&db).await?, 1);

            rows(&db, "blog.Profile").delete(&db).await?;
            create(&db, "blog.Profile", &[("user", 1.into()), ("bio", "z".repeat(100_000).into())]).await?;
            db.close();
            Outcome::Ok(())
        })?;
    }
    Ok(())
}
