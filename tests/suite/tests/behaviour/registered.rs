//! Transforms and lookups that the program has added.

use embellie::{Database, Registry};
use embellie_core::field::FieldKind;
use embellie_core::lookup::{CustomLookup, Transform};
use embellie_core::query::Operand;
use embellie_core::{Expr, Query};
use embellie_suite::{Outcome, create, ids, list, path, q, refused, rows, values};

embellie_suite::on_every_database! { lookups:
    functions_are_transforms,
    texts_are_transforms,
    both_sides_are_transformed,
    texts_are_lookups,
    names_are_checked,
}

async fn insert(db: &Database) -> Outcome {
    for (char, int) in [("Ann", 3), ("bob", -4), ("ANN", 5), ("Käthe", 12)] {
        create(db, "zoo.Nullable", &[("char", char.into()), ("int", int.into())]).await?;
    }
    create(db, "zoo.Nullable", &[]).await?;
    Ok(())
}

async fn check(db: &Database, cases: Vec<(&str, Operand, &[i64])>) -> Outcome {
    insert(db).await?;
    for (lookup, operand, expected) in cases {
        let wanted = rows(db, "zoo.Nullable").filter(q(lookup, operand.clone())).order_by("id");
        assert_eq!(ids(wanted, db).await?, *expected, "{lookup}={operand}");
    }
    Ok(())
}

async fn functions_are_transforms(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("char__length", 3.into(), &[1, 2, 3]),
            ("char__length__gt", 3.into(), &[4]),
            ("char__length__in", list([4, 5]).into(), &[4]),
            ("char__length__isnull", true.into(), &[5]),
            ("email__length__isnull", true.into(), &[1, 2, 3, 4, 5]),
            ("char__length__abs", 5.into(), &[4]),
            ("int__abs__gte", 4.into(), &[2, 3, 4]),
            ("int__abs", path("char__length"), &[1]).map_operand(),
        ],
    )
    .await?;
    let lengths = rows(db, "zoo.Nullable").filter(q("char__isnull", false)).order_by("-char__length").order_by("id");
    assert_eq!(values(lengths, "char__length", db).await?, [3.into(), 3.into(), 3.into(), 5.into()]);
    // It was added for fields of limited length alone.
    let text = rows(db, "zoo.Nullable").filter(q("text__length", 3)).all(db).await;
    assert!(refused(text, "FieldError").starts_with("Unsupported lookup 'length' for TextField"));
    Ok(())
}

/// Tuples with an expression on the right.
trait MapOperand<'a> {
    fn map_operand(self) -> (&'a str, Operand, &'a [i64]);
}

impl<'a, const N: usize> MapOperand<'a> for (&'a str, Expr, &'a [i64; N]) {
    fn map_operand(self) -> (&'a str, Operand, &'a [i64]) {
        (self.0, self.1.into(), self.2)
    }
}

async fn texts_are_transforms(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("int__plus__gt", 12.into(), &[4]),
            ("int__plus__plus", 5.into(), &[1]),
            ("int__plus__length", 2.into(), &[2, 4]),
            ("char__braces", "{Ann}".into(), &[1]),
        ],
    )
    .await
}

async fn both_sides_are_transformed(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("char__caseless", "aNN".into(), &[1, 3]),
            ("char__caseless__startswith", "A".into(), &[1, 3]),
            ("char__caseless__contains", "äT".into(), &[4]),
            ("char__caseless__in", list(["BOB", "käthe", "%"]).into(), &[2, 4]),
            ("char__caseless__gt", "BOA".into(), &[2, 4]),
            ("char__caseless__range", list(["ANM", "anz"]).into(), &[1, 3]),
            ("char__caseless__isnull", true.into(), &[5]),
        ],
    )
    .await?;
    let inner = Query::new("zoo.Nullable").values(["char"]);
    let nested = rows(db, "zoo.Nullable").filter(q("char__caseless__in", inner)).all(db).await;
    refused(nested, "NotSupportedError");
    Ok(())
}

async fn texts_are_lookups(db: &Database) -> Outcome {
    check(
        db,
        vec![
            ("int__ne", 3.into(), &[2, 3, 4]),
            ("char__ne", "bob".into(), &[1, 3, 4]),
            ("char__length__ne", 3.into(), &[4]),
            ("int__divides", 24.into(), &[1, 2, 4]),
            ("int__divides", "24".into(), &[1, 2, 4]),
            ("char__longer", 3.into(), &[4]),
        ],
    )
    .await?;
    let not = rows(db, "zoo.Nullable").exclude(q("int__ne", 3)).order_by("id");
    assert_eq!(ids(not, db).await?, [1, 5], "as Django's exclude, with the rows that have none");
    let hostile = rows(db, "zoo.Nullable").filter(q("char__ne", "' OR 1 = 1 --")).order_by("id");
    assert_eq!(ids(hostile, db).await?, [1, 2, 3, 4]);
    refused(rows(db, "zoo.Nullable").filter(q("int__ne", embellie::Value::Null)).all(db).await, "ValueError");
    refused(rows(db, "zoo.Nullable").filter(q("int__ne", list([1]))).all(db).await, "TypeError");
    refused(rows(db, "zoo.Nullable").filter(q("char__broken", "x")).all(db).await, "ValueError");
    Ok(())
}

async fn names_are_checked(_: &Database) -> Outcome {
    for name in ["", "a__b", "a b", "1", "a'"] {
        let registry = Registry::default();
        refused(registry.clone().with_lookup(CustomLookup::template(name, "{0}")), "ImproperlyConfigured");
        refused(registry.with_transform(Transform::template(name, "{0}").on(FieldKind::Char)), "ImproperlyConfigured");
    }
    Ok(())
}
