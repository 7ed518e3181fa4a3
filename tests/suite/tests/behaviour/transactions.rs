//! Transactions: all or nothing, in every nesting, and what runs when they have succeeded.

use std::sync::{Arc, Mutex};

use embellie::{Database, Error, Executor, Transaction};
use embellie_sql::Capability;
use embellie_suite::{Failure, Outcome, create, q, refused, rows, set, texts};

embellie_suite::on_every_database! { blog:
    what_succeeds_stays_and_what_fails_goes,
    nested_work_is_undone_by_itself,
    an_error_inside,
    hooks_run_when_all_is_done,
    others_see_it_when_it_is_done,
    rules_that_wait_for_the_end,
    reading_and_writing_inside,
    work_that_is_undone_though_it_succeeds,
}

async fn tag(db: &dyn Executor, name: &str) -> Outcome {
    create(db, "blog.Tag", &[("name", name.into())]).await?;
    Ok(())
}

async fn tags(db: &dyn Executor) -> Outcome<Vec<String>> {
    texts(rows(db, "blog.Tag").order_by("name"), "name", db).await
}

fn failure() -> Failure {
    Error::Value("on purpose".into()).into()
}

async fn what_succeeds_stays_and_what_fails_goes(db: &Database) -> Outcome {
    let given = db
        .atomic(async |tx| {
            tag(tx, "a").await?;
            tag(tx, "b").await?;
            Ok::<_, Failure>(42)
        })
        .await?;
    assert_eq!(given, 42);
    assert_eq!(tags(db).await?, ["a", "b"]);
    let failed: Outcome = db
        .atomic(async |tx| {
            tag(tx, "c").await?;
            rows(tx, "blog.Tag").delete(tx).await?;
            assert_eq!(tags(tx).await?, [""; 0]);
            Err(failure())
        })
        .await;
    assert!(format!("{:?}", failed.unwrap_err()).contains("on purpose"));
    assert_eq!(tags(db).await?, ["a", "b"]);
    tag(db, "d").await?;
    assert_eq!(tags(db).await?, ["a", "b", "d"], "the connection is clean");
    Ok(())
}

async fn nested_work_is_undone_by_itself(db: &Database) -> Outcome {
    db.atomic(async |tx| {
        tag(tx, "outer").await?;
        let failed: Outcome = tx
            .atomic(async |tx| {
                tag(tx, "inner").await?;
                tx.atomic(async |tx| tag(tx, "innermost").await).await?;
                assert_eq!(tags(tx).await?, ["inner", "innermost", "outer"]);
                Err(failure())
            })
            .await;
        assert!(failed.is_err());
        assert_eq!(tags(tx).await?, ["outer"]);
        tx.atomic(async |tx| tag(tx, "second").await).await?;
        for n in 0..5 {
            let kept = n % 2 == 0;
            let _: Outcome = tx
                .atomic(async |tx| {
                    tag(tx, &format!("loop {n}")).await?;
                    if kept { Ok(()) } else { Err(failure()) }
                })
                .await;
        }
        Ok::<_, Failure>(())
    })
    .await?;
    assert_eq!(tags(db).await?, ["loop 0", "loop 2", "loop 4", "outer", "second"]);
    // What an inner one has kept goes with the outer one.
    let failed: Outcome = db
        .atomic(async |tx| {
            tx.atomic(async |tx| tag(tx, "kept by the inner").await).await?;
            Err(failure())
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(tags(db).await?.len(), 5);
    Ok(())
}

async fn an_error_inside(db: &Database) -> Outcome {
    tag(db, "taken").await?;
    // Caught inside a transaction of its own, it does no harm.
    db.atomic(async |tx| {
        tag(tx, "before").await?;
        let refusal = tx.atomic(async |tx| tag(tx, "taken").await).await;
        assert!(format!("{:?}", refusal.unwrap_err()).contains("IntegrityError"));
        tag(tx, "after").await
    })
    .await?;
    assert_eq!(tags(db).await?, ["after", "before", "taken"]);
    // Passed over without one: all of it, or an error that says so; never a part in silence.
    let outcome: Result<(), Error> = db
        .atomic(async |tx| {
            save(tx, "more").await?;
            refused(save(tx, "taken").await, "IntegrityError");
            Ok(())
        })
        .await;
    if db.target().can(Capability::GoOnAfterError) {
        outcome?;
        assert_eq!(tags(db).await?, ["after", "before", "more", "taken"]);
    } else {
        let message = refused(outcome, "TransactionManagementError");
        assert!(message.contains("tx.atomic"), "{message}");
        assert_eq!(tags(db).await?, ["after", "before", "taken"]);
    }
    // What can be known before the database is asked breaks nothing.
    db.atomic(async |tx| {
        refused(rows(tx, "blog.Tag").filter(q("nothing", 1)).count(tx).await, "FieldError");
        refused(rows(tx, "blog.Tag").filter(q("name", "nobody")).get(tx).await, "DoesNotExist");
        tag(tx, "well").await
    })
    .await?;
    assert!(tags(db).await?.contains(&"well".to_owned()));
    Ok(())
}

async fn save(db: &dyn Executor, name: &str) -> Result<(), Error> {
    let mut record = db.session().database().record("blog.Tag")?;
    record.set("name", name)?;
    record.save(db).await
}

async fn hooks_run_when_all_is_done(db: &Database) -> Outcome {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let say = |tx: &Transaction, what: &'static str| {
        let heard = Arc::clone(&heard);
        tx.on_commit(move || heard.lock().unwrap().push(what));
    };
    db.atomic(async |tx| {
        say(tx, "first");
        tx.atomic(async |tx| {
            say(tx, "second");
            Ok::<_, Failure>(())
        })
        .await?;
        let _: Outcome = tx
            .atomic(async |tx| {
                say(tx, "undone");
                tx.atomic(async |tx| {
                    say(tx, "undone as well");
                    Ok::<_, Failure>(())
                })
                .await?;
                Err(failure())
            })
            .await;
        say(tx, "third");
        tag(tx, "a").await?;
        assert!(heard.lock().unwrap().is_empty(), "not before the end");
        Ok::<_, Failure>(())
    })
    .await?;
    assert_eq!(*heard.lock().unwrap(), ["first", "second", "third"]);
    let _: Outcome = db
        .atomic(async |tx| {
            say(tx, "never");
            Err(failure())
        })
        .await;
    // A commit that fails is no success either.
    let refusal: Outcome = db
        .atomic(async |tx| {
            say(tx, "never");
            let fields = [("post", 999.into()), ("body", "x".into())];
            create(tx, "blog.Comment", &fields).await?;
            Ok(())
        })
        .await;
    assert!(refusal.is_err());
    assert_eq!(heard.lock().unwrap().len(), 3);
    Ok(())
}

async fn others_see_it_when_it_is_done(db: &Database) -> Outcome {
    tag(db, "old").await?;
    db.atomic(async |tx| {
        rows(tx, "blog.Tag").update(set("name", "new"), tx).await?;
        assert_eq!(tags(tx).await?, ["new"]);
        assert_eq!(tags(db).await?, ["old"], "by another connection");
        Ok::<_, Failure>(())
    })
    .await?;
    assert_eq!(tags(db).await?, ["new"]);
    Ok(())
}

/// Foreign keys are checked at the end of a transaction, as Django declares them.
async fn rules_that_wait_for_the_end(db: &Database) -> Outcome {
    let post = |id: i64, author: i64| [("id", id.into()), ("title", "x".into()), ("author", author.into())];
    db.atomic(async |tx| {
        create(tx, "blog.Post", &post(1, 7)).await?;
        let user = [("id", 7.into()), ("name", "Late".into()), ("email", "late@x.org".into())];
        create(tx, "blog.User", &user).await?;
        Ok::<_, Failure>(())
    })
    .await?;
    let refusal: Result<(), Failure> = db
        .atomic(async |tx| {
            create(tx, "blog.Post", &post(2, 8)).await?;
            tag(tx, "lost").await
        })
        .await;
    assert!(format!("{:?}", refusal.unwrap_err()).contains("IntegrityError"));
    assert_eq!(tags(db).await?, [""; 0]);
    let outside: Outcome<_> = create(db, "blog.Post", &post(3, 8)).await;
    assert!(format!("{:?}", outside.unwrap_err()).contains("IntegrityError"));
    assert_eq!(rows(db, "blog.Post").count(db).await?, 1);
    Ok(())
}

/// Every call takes the transaction in place of the database.
async fn reading_and_writing_inside(db: &Database) -> Outcome {
    tag(db, "a").await?;
    let failed: Outcome = db
        .atomic(async |tx| {
            let all = || rows(tx, "blog.Tag").order_by("name");
            let mut b = create(tx, "blog.Tag", &[("name", "b".into())]).await?;
            b.set("name", "c")?;
            b.save(tx).await?;
            b.refresh(tx).await?;
            assert_eq!(all().count(tx).await?, 2);
            assert!(all().filter(q("name", "c")).exists(tx).await?);
            assert_eq!(all().last(tx).await?.unwrap(), b);
            assert_eq!(all().get_or_create(q("name", "c"), || unreachable!(), tx).await?, (b.clone(), false));
            let new = db.record("blog.Tag")?;
            let (mut d, created) = all()
                .get_or_create(
                    q("name", "d"),
                    || {
                        let mut d = new;
                        d.set("name", "d").unwrap();
                        d
                    },
                    tx,
                )
                .await?;
            assert!(created);
            let mut many = [db.record("blog.Tag")?, db.record("blog.Tag")?];
            many[0].set("name", "e")?;
            many[1].set("name", "f")?;
            all().bulk_create(&mut many, tx).await?;
            assert_eq!(tags(tx).await?, ["a", "c", "d", "e", "f"]);
            d.delete(tx).await?;
            all().filter(q("name__in", embellie_suite::list(["e", "f"]))).delete(tx).await?;
            all().update(set("name", embellie_core::Expr::path("name")), tx).await?;
            assert_eq!(tags(tx).await?, ["a", "c"]);
            Err(failure())
        })
        .await;
    assert!(format!("{:?}", failed.unwrap_err()).contains("on purpose"));
    assert_eq!(tags(db).await?, ["a"]);
    Ok(())
}

async fn work_that_is_undone_though_it_succeeds(db: &Database) -> Outcome {
    let heard = Arc::new(Mutex::new(0));
    let given = db
        .atomic(async |tx| {
            tag(tx, "outer").await?;
            let hook = Arc::clone(&heard);
            let inner = tx
                .atomic(async |tx| {
                    tag(tx, "inner").await?;
                    tx.on_commit(move || *hook.lock().unwrap() += 1);
                    tx.set_rollback(true);
                    assert!(tx.is_rollback_set());
                    // As in Django, nothing is asked between that and the end.
                    refused(rows(tx, "blog.Tag").count(tx).await, "TransactionManagementError");
                    Ok::<_, Failure>(7)
                })
                .await?;
            // The innermost block alone was undone.
            assert!(!tx.is_rollback_set());
            assert_eq!((inner, tags(tx).await?), (7, vec!["outer".to_owned()]));
            // What was said is taken back.
            tx.set_rollback(true);
            let refusal = rows(tx, "blog.Tag").count(tx).await;
            assert!(refused(refusal, "TransactionManagementError").contains("set_rollback(false)"));
            refused(tx.atomic(async |_| Ok::<_, Error>(())).await, "TransactionManagementError");
            tx.set_rollback(false);
            tag(tx, "more").await?;
            Ok::<_, Failure>(42)
        })
        .await?;
    assert_eq!((given, tags(db).await?), (42, vec!["more".to_owned(), "outer".to_owned()]));
    let hook = Arc::clone(&heard);
    let given = db
        .atomic(async |tx| {
            rows(tx, "blog.Tag").delete(tx).await?;
            tx.on_commit(move || *hook.lock().unwrap() += 1);
            tx.set_rollback(true);
            Ok::<_, Failure>("given all the same")
        })
        .await?;
    assert_eq!((given, tags(db).await?.len(), *heard.lock().unwrap()), ("given all the same", 2, 0));
    // The connection is clean.
    tag(db, "after").await?;
    assert_eq!(tags(db).await?, ["after", "more", "outer"]);
    Ok(())
}
