//! Inserting so many objects that they are not sent one by one.

use embellie::write::BulkCreate;
use embellie::{Database, Executor, Record, Sql, Value};
use embellie_suite::{Kind, Outcome, create, int, object, q, refused, rows, texts};

use crate::values::ordered;

embellie_suite::on_every_database! { fields:
    values_of_every_kind,
    keys_that_are_counted,
    keys_where_others_insert,
    rows_that_are_there,
    all_or_nothing,
    one_entry_of_a_log,
    columns_of_other_types,
    defaults_and_clocks,
}

const MANY: usize = 70;

fn labelled(db: &dyn Executor, count: usize) -> Vec<Record> {
    let label = |n| object(db, "zoo.IntKey", &[("label", format!("label {n}").into())]).unwrap();
    (0..count).map(label).collect()
}

/// Each object knows its own row.
async fn told_apart(db: &Database, made: &[Record]) -> Outcome {
    for record in made {
        let row = rows(db, "zoo.IntKey").filter(q("pk", record.key().clone())).get(db).await?;
        assert_eq!(row.get("label")?, record.get("label")?);
    }
    Ok(())
}

async fn values_of_every_kind(db: &Database) -> Outcome {
    let more = [
        ("uuid", vec![uuid::Uuid::max().into()]),
        ("json", vec![Value::Json(Box::new(serde_json::Value::Null)), serde_json::json!({"a": [1, "ü"]}).into()]),
        ("ip", vec![Value::Ip("2001:db8::".parse()?)]),
    ];
    let kinds: Vec<(&str, Vec<Value>)> = ordered().into_iter().chain(more).collect();
    let mut made = Vec::new();
    for n in 0..MANY {
        // Every third is null, so that each kind has its values and none.
        let of = |(place, (name, values)): (usize, &(&'static str, Vec<Value>))| {
            let value = values[n % values.len()].clone();
            (*name, if (n + place) % 3 == 0 { Value::Null } else { value })
        };
        made.push(object(db, "zoo.Nullable", &kinds.iter().enumerate().map(of).collect::<Vec<_>>())?);
    }
    rows(db, "zoo.Nullable").bulk_create(&mut made, db).await?;
    let read = rows(db, "zoo.Nullable").order_by("id").all(db).await?;
    assert_eq!(read.len(), MANY);
    for (made, read) in made.iter().zip(&read) {
        assert_eq!(made.key(), read.key());
        for (name, _) in &kinds {
            let (made, read) = (made.get(name)?, read.get(name)?);
            // A float that SQLite does not know is null there.
            let infinite = matches!(made, Value::Float(v) if v.is_infinite()) && Kind::of(db) == Kind::Sqlite;
            assert!(made == read || (infinite && !matches!(read, Value::Text(_))), "{name}: {made:?} {read:?}");
        }
    }
    Ok(())
}

async fn keys_that_are_counted(db: &Database) -> Outcome {
    create(db, "zoo.IntKey", &[("id", 500.into()), ("label", "far".into())]).await?;
    let mut made = labelled(db, MANY);
    rows(db, "zoo.IntKey").bulk_create(&mut made, db).await?;
    told_apart(db, &made).await?;
    rows(db, "zoo.IntKey").filter(q("pk", made[MANY - 1].key().clone())).delete(db).await?;
    let (mut first, mut second) = (labelled(db, MANY), labelled(db, MANY));
    db.atomic(async |tx| {
        rows(tx, "zoo.IntKey").bulk_create(&mut first, tx).await?;
        tx.atomic(async |tx| rows(tx, "zoo.IntKey").bulk_create(&mut second, tx).await).await
    })
    .await?;
    told_apart(db, &first).await?;
    told_apart(db, &second).await?;
    // Some of the keys are given.
    let mut mixed = labelled(db, 2 * MANY);
    for (n, record) in mixed.iter_mut().enumerate().filter(|(n, _)| n % 2 == 0) {
        record.set("id", 10_000 + n as i64)?;
    }
    rows(db, "zoo.IntKey").bulk_create(&mut mixed, db).await?;
    told_apart(db, &mixed).await
}

/// A trigger inserts rows of its own between those that are inserted.
async fn keys_where_others_insert(db: &Database) -> Outcome {
    let body = "INSERT INTO zoo_intkey (label) SELECT 'copy' WHERE NEW.label <> 'copy'";
    let cursor = db.cursor();
    match Kind::of(db) {
        Kind::Sqlite => {
            cursor
                .execute(
                    Sql::trusted(format!("CREATE TRIGGER copies AFTER INSERT ON zoo_intkey BEGIN {body}; END")),
                    (),
                )
                .await?;
        }
        Kind::Postgres => {
            let function = "CREATE FUNCTION copies() RETURNS trigger LANGUAGE plpgsql AS";
            cursor.execute(Sql::trusted(format!("{function} $$ BEGIN {body}; RETURN NEW; END $$")), ()).await?;
            let trigger = "CREATE TRIGGER copies BEFORE INSERT ON zoo_intkey FOR EACH ROW EXECUTE FUNCTION copies()";
            cursor.execute(trigger, ()).await?;
        }
    }
    let mut made = labelled(db, MANY);
    rows(db, "zoo.IntKey").bulk_create(&mut made, db).await?;
    told_apart(db, &made).await?;
    assert_eq!(rows(db, "zoo.IntKey").count(db).await?, 2 * MANY as u64, "each was inserted once");
    let mut made = labelled(db, MANY);
    db.atomic(async |tx| rows(tx, "zoo.IntKey").bulk_create(&mut made, tx).await).await?;
    told_apart(db, &made).await
}

async fn rows_that_are_there(db: &Database) -> Outcome {
    let text_key = |n: usize, label: &str| {
        object(db, "zoo.TextKey", &[("code", format!("code {n}").into()), ("label", label.into())]).unwrap()
    };
    let all = || rows(db, "zoo.TextKey").order_by("code");
    text_key(5, "old").create(db).await?;
    let mut made: Vec<Record> = (0..MANY).map(|n| text_key(n, "new")).collect();
    refused(all().bulk_create(&mut made, db).await, "IntegrityError");
    assert_eq!(all().count(db).await?, 1);
    all().bulk_create_with(&mut made, BulkCreate::new().ignore_conflicts(), db).await?;
    assert_eq!(all().count(db).await?, MANY as u64);
    assert_eq!(texts(all().filter(q("label", "old")), "code", db).await?, ["code 5"]);
    let mut changed: Vec<Record> = (0..2 * MANY).map(|n| text_key(n, "changed")).collect();
    all().bulk_create_with(&mut changed, BulkCreate::new().update_conflicts(["code"], ["label"]), db).await?;
    assert_eq!(all().filter(q("label", "changed")).count(db).await?, 2 * MANY as u64);
    Ok(())
}

async fn all_or_nothing(db: &Database) -> Outcome {
    let twice = |db: &dyn Executor| {
        let code = |n: usize| object(db, "zoo.TextKey", &[("code", format!("{}", n % (MANY - 1)).into())]).unwrap();
        (0..MANY).map(code).collect::<Vec<Record>>()
    };
    db.atomic(async |tx| {
        create(tx, "zoo.TextKey", &[("code", "before".into()), ("label", "".into())]).await?;
        let failed = tx.atomic(async |tx| rows(tx, "zoo.TextKey").bulk_create(&mut twice(tx), tx).await).await;
        refused(failed, "IntegrityError");
        create(tx, "zoo.TextKey", &[("code", "behind".into()), ("label", "".into())]).await
    })
    .await?;
    assert_eq!(texts(rows(db, "zoo.TextKey").order_by("code"), "code", db).await?, ["before", "behind"]);
    let mut too_long = labelled(db, MANY);
    too_long[MANY - 2].set("label", "x".repeat(21))?;
    if Kind::of(db) == Kind::Postgres {
        // It is not cut off, either.
        refused(rows(db, "zoo.IntKey").bulk_create(&mut too_long, db).await, "DataError");
        assert_eq!(rows(db, "zoo.IntKey").count(db).await?, 0);
    }
    let mut wrong = labelled(db, MANY);
    wrong[3].set("label", Value::Null)?;
    refused(rows(db, "zoo.IntKey").bulk_create(&mut wrong, db).await, "IntegrityError");
    assert_eq!(rows(db, "zoo.IntKey").count(db).await?, 0);
    Ok(())
}

async fn one_entry_of_a_log(db: &Database) -> Outcome {
    let seen = db.capture();
    rows(db, "zoo.IntKey").bulk_create(&mut labelled(db, 1000), db).await?;
    let inserts = seen.statements().iter().filter(|statement| statement.sql.starts_with("INSERT")).count();
    assert_eq!((inserts, seen.len() <= 3), (1, true), "what begins and ends a transaction may stand around it");
    Ok(())
}

/// Tables that something else has made may have other types than the model would have.
async fn columns_of_other_types(db: &Database) -> Outcome {
    if Kind::of(db) == Kind::Postgres {
        let cursor = db.cursor();
        cursor.execute("CREATE TYPE mood AS ENUM ('calm', 'wild')", ()).await?;
        for (column, other) in [
            ("email", "mood"),
            ("moment", "timestamp without time zone"),
            ("json", "json"),
            ("char", "character(8)"),
            ("float", "real"),
            ("small", "numeric(8, 2)"),
            ("ip", "cidr"),
        ] {
            let sql = format!("ALTER TABLE zoo_nullable ALTER COLUMN \"{column}\" TYPE {other} USING NULL");
            cursor.execute(Sql::trusted(sql), ()).await?;
        }
    }
    let moment: jiff::Timestamp = "2024-03-31T01:30:00.000001Z".parse()?;
    let values: [(&str, Value); 7] = [
        ("email", "wild".into()),
        ("moment", moment.into()),
        ("json", serde_json::json!({"a": 1}).into()),
        ("char", "12345678".into()),
        ("float", 0.5.into()),
        ("small", 12.into()),
        ("ip", Value::Ip("10.0.0.1".parse()?)),
    ];
    let mut made = vec![object(db, "zoo.Nullable", &values)?; MANY];
    rows(db, "zoo.Nullable").bulk_create(&mut made, db).await?;
    for read in rows(db, "zoo.Nullable").all(db).await? {
        for (name, value) in &values {
            assert_eq!(read.get(name)?, value, "{name}");
        }
    }
    Ok(())
}

async fn defaults_and_clocks(db: &Database) -> Outcome {
    let mut made: Vec<Record> = (0..MANY).map(|_| object(db, "zoo.Defaults", &[]).unwrap()).collect();
    made[1].set("stored", 43)?;
    rows(db, "zoo.Defaults").bulk_create(&mut made, db).await?;
    let read = rows(db, "zoo.Defaults").all(db).await?;
    assert_eq!(read.len(), MANY);
    for made in &made {
        let read = read.iter().find(|read| read.key() == made.key()).unwrap();
        assert_eq!((made.get("stored")?, made.get("noted")?), (read.get("stored")?, read.get("noted")?));
        assert_eq!(made.get("created")?, read.get("created")?);
    }
    assert_eq!((int(made[0].get("stored")?), int(made[1].get("stored")?)), (42, 43));
    Ok(())
}
