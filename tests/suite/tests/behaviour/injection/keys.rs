//! Keys of JSON documents: whatever a key is, it is data.

use embellie::{Database, Q, Value};
use embellie_core::{Expr, Path};
use embellie_suite::{Outcome, create, ids, list, rows};
use serde_json::json;

use super::{ATTEMPTS, unharmed};

embellie_suite::on_every_database! { fields:
    cve_2019_14234_keys_in_conditions,
    cve_2024_42005_keys_as_values,
    cve_2024_53908_has_key,
}

/// A path to a key, which may hold anything.
fn key(keys: &[&str]) -> Path {
    Path::new(["json"].into_iter().chain(keys.iter().copied()).map(str::to_owned))
}

/// Two rows for each attempt: one whose document has it for a key, and one whose document does not.
async fn documents(db: &Database) -> Outcome {
    for attempt in ATTEMPTS {
        create(db, "zoo.Nullable", &[("text", attempt.into()), ("json", json!({attempt: {attempt: 1}}).into())])
            .await?;
    }
    create(db, "zoo.Nullable", &[("json", json!({"x": 2}).into())]).await?;
    Ok(())
}

/// The rows that hold an attempt in `text`, which are those that its key finds.
async fn only_its_own(q: Q<embellie::Record>, attempt: &str, db: &Database) -> Outcome {
    let found = ids(rows(db, "zoo.Nullable").filter(q).order_by("id"), db).await?;
    let own = ids(rows(db, "zoo.Nullable").filter(Q::text("text", attempt)), db).await?;
    assert_eq!(found, own, "{attempt}");
    Ok(())
}

async fn cve_2019_14234_keys_in_conditions(db: &Database) -> Outcome {
    documents(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS {
            only_its_own(Q::text(key(&[attempt, attempt]), 1), attempt, db).await?;
            only_its_own(Q::text(key(&[attempt, attempt, "gte"]), 1), attempt, db).await?;
            only_its_own(Q::text(key(&[attempt, attempt, "in"]), list([1, 3])), attempt, db).await?;
            only_its_own(Q::text(key(&[attempt, "isnull"]), false), attempt, db).await?;
            only_its_own(Q::text(key(&[attempt, "icontains"]), "PWNED"), attempt, db).await?;
            only_its_own(Q::text(key(&[attempt]), Value::from(json!({attempt: 1}))), attempt, db).await?;
            only_its_own(Q::text("json", Value::from(json!({attempt: {attempt: 1}}))), attempt, db).await?;
            assert_eq!(rows(db, "zoo.Nullable").filter(Q::text(key(&["x", attempt]), 1)).count(db).await?, 0);
        }
        Ok(())
    })
    .await
}

async fn cve_2024_42005_keys_as_values(db: &Database) -> Outcome {
    documents(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS {
            let path = key(&[attempt, attempt]);
            let found = rows(db, "zoo.Nullable").filter(Q::text("text", attempt)).text_values([path.clone()]);
            let found = found.all(db).await?;
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].values(), [json!(1).into()], "{attempt}");
            let ordered = rows(db, "zoo.Nullable").order_by(Expr::Path(path).desc().nulls_last()).limit(1);
            only_its_own(Q::text("pk__in", list(ids(ordered, db).await?)), attempt, db).await?;
        }
        Ok(())
    })
    .await
}

async fn cve_2024_53908_has_key(db: &Database) -> Outcome {
    documents(db).await?;
    unharmed(db, async || {
        for attempt in ATTEMPTS {
            only_its_own(Q::text("json__has_key", attempt), attempt, db).await?;
            only_its_own(Q::text("json__has_keys", list([attempt])), attempt, db).await?;
            only_its_own(Q::text("json__has_any_keys", list([attempt, "pwned"])), attempt, db).await?;
            only_its_own(Q::text(key(&[attempt, "has_key"]), attempt), attempt, db).await?;
            let left = Expr::Transform { expr: Box::new(Expr::path("json")), names: Path::new([attempt]) };
            only_its_own(Q::from(left.lookup("has_key", attempt)), attempt, db).await?;
        }
        Ok(())
    })
    .await
}
