//! JSON documents: paths into them, and lookups of them.

use embellie::{Database, Value};
use embellie_core::expr::Function;
use embellie_core::{Expr, Path};
use embellie_suite::{Kind, Outcome, create, ids, list, path, q, refused, rows, values};
use serde_json::json;

embellie_suite::on_every_database! { fields:
    paths_lead_into_documents,
    keys_are_compared_as_documents,
    nulls_of_json_are_no_nulls,
    keys_are_matched_as_text,
    documents_have_keys,
    documents_hold_documents,
    documents_stand_in_an_order,
    any_key_is_only_a_key,
    documents_are_built,
    text_of_keys,
    other_fields_beside_documents,
}

async fn insert(db: &Database) -> Outcome {
    let documents = [
        Some(json!({"a": 1, "b": {"c": ["x", "y", {"d": true}]}, "name": "Ann"})), // 1
        Some(json!({"a": 2.5, "b": [1, 2, 3], "name": "bob"})),                    // 2
        Some(json!({"a": "1", "name": null})),                                     // 3
        Some(json!([1, {"a": 7}, "a"])),                                           // 4
        Some(json!("a")),                                                          // 5
        Some(json!(null)),                                                         // 6
        None,                                                                      // 7
        Some(json!({"a": true, "0": "zero"})),                                     // 8
        Some(json!({})),                                                           // 9
    ];
    for document in documents {
        let document = document.map_or(Value::Null, |document| Value::Json(Box::new(document)));
        create(db, "zoo.Nullable", &[("json", document)]).await?;
    }
    Ok(())
}

async fn check(db: &Database, cases: Vec<(&str, Value, &[i64])>) -> Outcome {
    insert(db).await?;
    for (lookup, value, expected) in cases {
        let wanted = rows(db, "zoo.Nullable").filter(q(lookup, value.clone())).order_by("id");
        assert_eq!(ids(wanted, db).await?, *expected, "{lookup}={value}");
    }
    Ok(())
}

fn doc(document: serde_json::Value) -> Value {
    Value::Json(Box::new(document))
}

async fn paths_lead_into_documents(db: &Database) -> Outcome {
    insert(db).await?;
    let at = |id: i64, at: &'static str| async move {
        Outcome::Ok(values(rows(db, "zoo.Nullable").filter(q("id", id)), at, db).await?.remove(0))
    };
    assert_eq!(at(1, "json__a").await?, doc(json!(1)));
    assert_eq!(at(1, "json__b__c__0").await?, doc(json!("x")));
    assert_eq!(at(1, "json__b__c__-1__d").await?, doc(json!(true)));
    assert_eq!(at(1, "json__b__c__2").await?, doc(json!({"d": true})));
    assert_eq!(at(1, "json__b__missing__d").await?, Value::Null);
    assert_eq!(at(2, "json__a").await?, doc(json!(2.5)));
    assert_eq!(at(3, "json__name").await?, doc(json!(null)));
    assert_eq!(at(4, "json__1__a").await?, doc(json!(7)));
    assert_eq!(at(4, "json__9").await?, Value::Null);
    assert_eq!(at(7, "json__a").await?, Value::Null);
    assert_eq!(at(8, "json__0").await?, doc(json!("zero")));
    Ok(())
}

async fn keys_are_compared_as_documents(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("json__a", 1.into(), &[1]),
            ("json__a", 1.0.into(), &[1]),
            ("json__a", "1".into(), &[3]),
            ("json__a", true.into(), &[8]),
            ("json__a__in", list(vec![Value::from(1), "1".into(), 9.into()]), &[1, 3]),
            ("json__b", list([1, 2, 3]), &[2]),
            ("json__b", doc(json!([1.0, 2, 3])), &[2]),
            ("json__b__c__2", doc(json!({"d": true})), &[1]),
            ("json__b__in", Value::List(vec![list([1, 2, 3])]), &[2]),
            ("json", doc(json!({"name": "Ann", "b": {"c": ["x", "y", {"d": true}]}, "a": 1})), &[1]),
            ("json", doc(json!({})), &[9]),
            ("json__in", Value::List(vec![doc(json!({})), doc(json!("a"))]), &[5, 9]),
            // Texts are less than numbers, numbers less than truth values.
            ("json__a__gt", 1.into(), &[2, 8]),
            ("json__a__gte", 1.into(), &[1, 2, 8]),
            ("json__a__lt", 2.into(), &[1, 3]),
            ("json__a__lte", 2.5.into(), &[1, 2, 3]),
            ("json__a__range", list([1, 3]), &[1, 2]),
            ("json__1__a__gt", 6.into(), &[4]),
        ],
    )
    .await?;
    let other = rows(db, "zoo.Nullable").filter(q("json__a", path("json__b__0"))).order_by("id");
    assert_eq!(ids(other, db).await?, [] as [i64; 0]);
    // As in Django: of a document without the key it is unknown, but not of a row without a document.
    let not = rows(db, "zoo.Nullable").exclude(q("json__a", 1)).order_by("id");
    assert_eq!(ids(not, db).await?, [2, 3, 7, 8]);
    Ok(())
}

async fn nulls_of_json_are_no_nulls(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("json", Value::Null, &[6]),
            ("json__isnull", true.into(), &[7]),
            ("json__name", Value::Null, &[3]),
            ("json__name__isnull", false.into(), &[1, 2, 3]),
            ("json__name__isnull", true.into(), &[4, 5, 6, 7, 8, 9]),
            ("json__name__iexact", Value::Null, &[4, 5, 6, 7, 8, 9]),
            ("json__name__in", Value::List(vec![Value::Null, "Ann".into()]), &[1]),
        ],
    )
    .await?;
    let refusal = rows(db, "zoo.Nullable").filter(q("json__name__gt", Value::Null)).all(db).await;
    refused(refusal, "ValueError");
    Ok(())
}

async fn keys_are_matched_as_text(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("json__name__icontains", "N".into(), &[1]),
            ("json__name__startswith", "b".into(), &[2]),
            ("json__name__iexact", "ANN".into(), &[1]),
            ("json__name__iendswith", "B".into(), &[2]),
            ("json__name__regex", "^[A-Z]".into(), &[1]),
            ("json__name__iregex", "^[A-B]".into(), &[1, 2]),
            ("json__a__startswith", "1".into(), &[1, 3]),
            ("json__a__regex", r"^\d+\.\d$".into(), &[2]),
            ("json__icontains", "\"BOB\"".into(), &[2]),
        ],
    )
    .await
}

async fn documents_have_keys(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("json__has_key", "a".into(), &[1, 2, 3, 4, 5, 8]),
            ("json__has_key", "name".into(), &[1, 2, 3]),
            ("json__has_key", 0.into(), &[8]),
            ("json__b__has_key", "c".into(), &[1]),
            ("json__b__c__2__has_key", "d".into(), &[1]),
            ("json__has_keys", list(["a", "name"]), &[1, 2, 3]),
            ("json__has_any_keys", list(["b", "0"]), &[1, 2, 8]),
            ("json__has_keys", Value::List(Vec::new()), &[1, 2, 3, 4, 5, 6, 8, 9]),
            ("json__has_any_keys", Value::List(Vec::new()), &[]),
        ],
    )
    .await?;
    let by_path = rows(db, "zoo.Nullable").filter(q("json__has_key", path("json__b__c"))).order_by("id");
    assert_eq!(ids(by_path, db).await?, [1]);
    let on_text = rows(db, "zoo.Nullable").filter(q("char__has_key", "a")).all(db).await;
    assert!(refused(on_text, "FieldError").starts_with("Unsupported lookup 'has_key' for CharField"));
    Ok(())
}

async fn documents_hold_documents(db: &Database) -> Outcome {
    if Kind::of(db) == Kind::Sqlite {
        for lookup in ["json__contains", "json__contained_by", "json__b__contains"] {
            let refusal = rows(db, "zoo.Nullable").filter(q(lookup, doc(json!({"a": 1})))).all(db).await;
            refused(refusal, "NotSupportedError");
        }
        return Ok(());
    }
    check(
        db,
        vec![
            ("json__contains", doc(json!({"a": 1})), &[1]),
            ("json__contains", doc(json!({})), &[1, 2, 3, 8, 9]),
            ("json__contains", list([1]), &[4]),
            ("json__b__contains", list([3, 1]), &[2]),
            ("json__contained_by", doc(json!({"a": "1", "name": null, "more": 1})), &[3, 9]),
            ("json__b__contained_by", doc(json!([1, 2, 3, 4])), &[2]),
        ],
    )
    .await
}

async fn documents_stand_in_an_order(db: &Database) -> Outcome {
    insert(db).await?;
    let by_key = rows(db, "zoo.Nullable").filter(q("json__a__isnull", false));
    assert_eq!(ids(by_key.clone().order_by("json__a"), db).await?, [3, 1, 2, 8]);
    assert_eq!(ids(by_key.order_by("-json__a"), db).await?, [8, 2, 1, 3]);
    for (n, id) in [(9, 10), (10, 11), (100, 12)] {
        create(db, "zoo.Nullable", &[("json", doc(json!({"n": n})))]).await?;
        assert_eq!(ids(rows(db, "zoo.Nullable").filter(q("json__n", n)), db).await?, [id]);
    }
    let numbers = rows(db, "zoo.Nullable").filter(q("json__has_key", "n")).order_by("-json__n");
    assert_eq!(values(numbers, "json__n", db).await?, [doc(json!(100)), doc(json!(10)), doc(json!(9))]);
    Ok(())
}

/// Whatever a key holds, it is a key: CVE-2019-14234, CVE-2024-42005 and CVE-2024-53908 were of this kind.
async fn any_key_is_only_a_key(db: &Database) -> Outcome {
    let hostile = [
        "' OR 1=1 --",
        "\"",
        "a\"b",
        "a'b",
        "x') = '1' OR 1 = 1 OR ('d",
        "$.a",
        "a.b",
        "a[0]",
        "{a,b}",
        "%s",
        "%",
        "?",
        "$1",
        ":a",
        "\\",
        "\\\"",
        "é\u{10ffff}",
        " ",
        "",
        "*/ --",
        "1e5",
        "+1",
        "-0",
        "01",
        "99999999999999999999",
    ];
    for (i, key) in hostile.iter().enumerate() {
        create(db, "zoo.Nullable", &[("json", doc(json!({*key: i, "nested": {*key: i}})))]).await?;
    }
    for (i, key) in hostile.iter().enumerate() {
        let id = i64::try_from(i)? + 1;
        let all = || rows(db, "zoo.Nullable").order_by("id");
        let at = || Expr::Transform { expr: Box::new(path("json")), names: Path::new([*key]) };
        let nested = || Expr::Transform { expr: Box::new(path("json__nested")), names: Path::new([*key]) };
        let exact = |expr: Expr| embellie::Q::from(expr.lookup("exact", i64::try_from(i).unwrap_or_default()));
        assert_eq!(ids(all().filter(exact(at())), db).await?, [id], "{key:?}");
        assert_eq!(ids(all().filter(exact(nested())), db).await?, [id], "{key:?}");
        assert_eq!(ids(all().filter(q("json__has_key", *key)), db).await?, [id], "{key:?}");
        assert_eq!(ids(all().filter(q("json__nested__has_keys", list([*key]))), db).await?, [id], "{key:?}");
        let found = all().filter(q("id", id)).annotate_expr("x", at()).annotate_expr("y", nested());
        assert_eq!(values(found.clone(), "x", db).await?, [doc(json!(i))], "{key:?}");
        assert_eq!(values(found, "y", db).await?, [doc(json!(i))], "{key:?}");
    }
    Ok(())
}

async fn documents_are_built(db: &Database) -> Outcome {
    create(
        db,
        "zoo.Nullable",
        &[("char", "x".into()), ("int", 3.into()), ("bool", true.into()), ("json", doc(json!({"k": [1]})))],
    )
    .await?;
    let object = Expr::call(
        Function::JsonObject,
        [
            "text".into(),
            path("char"),
            "n".into(),
            path("int") + 1,
            "live".into(),
            path("bool"),
            "none".into(),
            path("text"),
            "json".into(),
            path("json"),
            "deep".into(),
            Expr::call(Function::JsonArray, [1.into(), "a".into(), Value::Null.into()]),
        ],
    );
    let built = rows(db, "zoo.Nullable").annotate_expr("x", object);
    let expected = json!({"text": "x", "n": 4, "live": true, "none": null, "json": {"k": [1]}, "deep": [1, "a", null]});
    assert_eq!(values(built.clone(), "x", db).await?, [doc(expected)]);
    assert_eq!(values(built.clone(), "x__deep__1", db).await?, [doc(json!("a"))]);
    assert_eq!(built.filter(q("x__n__gt", 3)).count(db).await?, 1);
    Ok(())
}

async fn text_of_keys(db: &Database) -> Outcome {
    insert(db).await?;
    let text = |at: &'static str| Expr::call(Function::KeyText, [path(at)]);
    let all = || rows(db, "zoo.Nullable").order_by("id");
    let texts = values(all().annotate_expr("x", text("json__a")), "x", db).await?;
    let some = |text: &str| Value::Text(text.to_owned());
    let nothing = Value::Null;
    assert_eq!(
        texts,
        [
            some("1"),
            some("2.5"),
            some("1"),
            nothing.clone(),
            nothing.clone(),
            nothing.clone(),
            nothing.clone(),
            some("true"),
            nothing.clone()
        ]
    );
    let names = values(all().annotate_expr("x", text("json__name")).filter(q("x__contains", "n")), "x", db).await?;
    assert_eq!(names, [some("Ann")]);
    let parts = values(all().filter(q("id", 1)).annotate_expr("x", text("json__b")), "x", db).await?;
    assert_eq!(parts, [some(r#"{"c": ["x", "y", {"d": true}]}"#)]);
    let refusal = all().annotate_expr("x", text("json")).all(db).await;
    assert_eq!(refused(refusal, "ValueError"), "Lookup must contain key or index transforms.");
    Ok(())
}

async fn other_fields_beside_documents(db: &Database) -> Outcome {
    for (int, char, json) in [(1, "x", json!({"n": 1, "c": "y"})), (2, "y", json!({"n": 1, "c": "y"}))] {
        create(db, "zoo.Nullable", &[("int", int.into()), ("char", char.into()), ("json", doc(json))]).await?;
    }
    let all = || rows(db, "zoo.Nullable").order_by("id");
    assert_eq!(ids(all().filter(q("json__n", path("int"))), db).await?, [1]);
    assert_eq!(ids(all().filter(q("json__n__lt", path("int"))), db).await?, [2]);
    assert_eq!(ids(all().filter(q("json__c", path("char"))), db).await?, [2]);
    Ok(())
}
