//! JSON by typed paths, and arrays of what queries give.

use embellie::prelude::*;
use embellie_suite::models::typed::*;
use embellie_suite::{Kind, Outcome, refused};
use serde_json::json;

embellie_suite::on_every_database! { typed:
    keys_and_what_they_lead_to,
    documents_within_documents,
}

async fn rows(db: &Database) -> Outcome {
    for document in [
        json!({"name": "a", "sizes": [40, 42], "box": {"colour": "red"}}),
        json!({"name": "b", "sizes": [], "weight": null}),
        json!(["name"]),
    ] {
        new!(Nothing { document }).create(db).await?;
    }
    Ok(())
}

async fn keys_and_what_they_lead_to(db: &Database) -> Outcome {
    rows(db).await?;
    let ids = |q: Q<Nothing>| async {
        Nothing::objects().filter(q).order_by(Nothing::id).values_list(Nothing::id).all(db).await
    };
    let document = Nothing::document;
    assert_eq!(ids(document.has_key("name")).await?, [1, 2, 3]);
    assert_eq!(ids(document.has_keys(["name", "box"])).await?, [1]);
    assert_eq!(ids(document.has_any_keys(["box", "weight"])).await?, [1, 2]);
    assert_eq!(ids(document.key("box").key("colour").eq(json!("red"))).await?, [1]);
    assert_eq!(ids(q!(Nothing, document__sizes__1 = json!(42))).await?, [1]);
    let names = document.key("name").key_text();
    let given = Nothing::objects().order_by(Nothing::id).values_list(&names).all(db).await?;
    assert_eq!(given, [Some("a".to_owned()), Some("b".to_owned()), None]);
    assert_eq!(ids(names.startswith("b")).await?, [2]);
    let first = Nothing::objects().order_by(Nothing::id).values_list(document.key("sizes").index(0)).first(db).await?;
    assert_eq!(first, Some(Some(json!(40))));
    Ok(())
}

async fn documents_within_documents(db: &Database) -> Outcome {
    rows(db).await?;
    let within = Nothing::objects().filter(Nothing::document.contains(json!({"name": "a"}))).count(db).await;
    let outer = json!({"name": "b", "sizes": [1], "weight": null});
    let around = Nothing::objects().filter(Nothing::document.contained_by(outer)).count(db).await;
    if Kind::of(db) == Kind::Sqlite {
        refused(within, "NotSupportedError");
        refused(around, "NotSupportedError");
    } else {
        assert_eq!((within?, around?), (1, 1));
    }
    Ok(())
}
