//! Text lookups: `exact` to `iregex`, with every character that some database takes for something else.

use embellie::Database;
use embellie_suite::{Outcome, all_of, create, ids, q, rows};

embellie_suite::on_every_database! { fields:
    text_is_matched_as_it_is_written,
    case_counts_or_not_for_all_letters,
    regular_expressions_are_pythons,
    numbers_are_matched_as_text,
    negated_patterns_and_null,
    one_field_is_matched_with_another,
}

const TEXTS: [Option<&str>; 14] = [
    Some("100%"),        // 1
    Some("100"),         // 2
    Some("a_b"),         // 3
    Some("aXb"),         // 4
    Some(r"back\slash"), // 5
    Some("O'Hara"),      // 6
    Some("ÄÖü"),         // 7
    Some("äöÜ"),         // 8
    Some(""),            // 9
    None,                // 10
    Some("Straße"),      // 11
    Some("line\nbreak"), // 12
    Some("日本語"),      // 13
    Some("[a-z]*"),      // 14
];

async fn insert(db: &Database) -> Outcome {
    for text in TEXTS {
        create(db, "zoo.Nullable", &[("char", text.into()), ("text", text.into())]).await?;
    }
    Ok(())
}

/// Asks each question of both a CharField and a TextField.
async fn check(db: &Database, cases: &[(&str, &str, &[i64])]) -> Outcome {
    for (lookup, value, expected) in cases {
        for field in ["char", "text"] {
            let wanted = rows(db, "zoo.Nullable").filter(q(&format!("{field}__{lookup}"), *value)).order_by("id");
            assert_eq!(ids(wanted, db).await?, *expected, "{field}__{lookup}={value:?}");
        }
    }
    Ok(())
}

async fn text_is_matched_as_it_is_written(db: &Database) -> Outcome {
    insert(db).await?;
    let every_text = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14];
    check(
        db,
        &[
            ("exact", "100", &[2]),
            ("exact", "a_b", &[3]),
            ("exact", "", &[9]),
            ("exact", "O'Hara", &[6]),
            ("exact", r"back\slash", &[5]),
            ("contains", "%", &[1]),
            ("contains", "_", &[3]),
            ("contains", r"\", &[5]),
            ("contains", "'", &[6]),
            ("contains", "100", &[1, 2]),
            ("contains", "", &every_text),
            ("contains", "e\nb", &[12]),
            ("contains", "本", &[13]),
            ("startswith", "a", &[3, 4]),
            ("startswith", "a_", &[3]),
            ("startswith", "100%", &[1]),
            ("startswith", "", &every_text),
            ("endswith", "b", &[3, 4]),
            ("endswith", "_b", &[3]),
            ("endswith", "%", &[1]),
            ("endswith", r"\slash", &[5]),
            ("endswith", "語", &[13]),
            ("gt", "Straße", &[3, 4, 5, 7, 8, 12, 13, 14]),
            ("lte", "100", &[2, 9]),
        ],
    )
    .await
}

async fn case_counts_or_not_for_all_letters(db: &Database) -> Outcome {
    insert(db).await?;
    check(
        db,
        &[
            ("exact", "äöÜ", &[8]),
            ("iexact", "äöü", &[7, 8]),
            ("iexact", "o'hara", &[6]),
            ("iexact", "A_B", &[3]),
            ("iexact", "", &[9]),
            ("contains", "X", &[4]),
            ("icontains", "x", &[4]),
            ("contains", "Ö", &[7]),
            ("icontains", "Ö", &[7, 8]),
            ("icontains", "100%", &[1]),
            ("istartswith", "A", &[3, 4]),
            ("istartswith", "ä", &[7, 8]),
            ("istartswith", "A_", &[3]),
            ("iendswith", "B", &[3, 4]),
            ("iendswith", "ü", &[7, 8]),
            ("iendswith", "_B", &[3]),
        ],
    )
    .await?;
    // As Django documents: SQLite's LIKE takes no regard of the case of ASCII letters.
    let blind = db.server().dialect == "sqlite";
    let of = |found: &'static [i64]| if blind { found } else { &[] };
    check(db, &[("contains", "x", of(&[4])), ("startswith", "A", of(&[3, 4])), ("endswith", "B", of(&[3, 4]))]).await
}

async fn regular_expressions_are_pythons(db: &Database) -> Outcome {
    insert(db).await?;
    check(
        db,
        &[
            ("regex", r"^\d+$", &[2]),
            ("regex", "^a.b$", &[3, 4]),
            ("regex", "^A.B$", &[]),
            ("iregex", "^A.B$", &[3, 4]),
            ("regex", "(ra|sh)$", &[5, 6]),
            ("regex", r"^\[a-z\]\*$", &[14]),
            ("regex", "^$", &[9]),
            ("iregex", "^ä", &[7, 8]),
        ],
    )
    .await?;
    let wrong = rows(db, "zoo.Nullable").filter(q("char__regex", "(unclosed")).all(db).await;
    let error = wrong.expect_err("the pattern is no regular expression");
    assert!(
        matches!(error.class(), "DataError" | "OperationalError" | "ProgrammingError"),
        "{}: {error}",
        error.class()
    );
    Ok(())
}

async fn numbers_are_matched_as_text(db: &Database) -> Outcome {
    for (int, date) in [(120, "2024-02-29"), (21, "2023-12-31"), (1200, "2024-12-01")] {
        create(db, "zoo.Nullable", &[("int", int.into()), ("date", date.into())]).await?;
    }
    let cases: &[(&str, &str, &[i64])] = &[
        ("int__startswith", "12", &[1, 3]),
        ("int__contains", "20", &[1, 3]),
        ("int__endswith", "1", &[2]),
        ("int__regex", "^.{3}$", &[1]),
        ("date__startswith", "2024", &[1, 3]),
        ("date__contains", "-12-", &[2, 3]),
    ];
    for (lookup, value, expected) in cases {
        let wanted = rows(db, "zoo.Nullable").filter(q(lookup, *value)).order_by("id");
        assert_eq!(ids(wanted, db).await?, *expected, "{lookup}={value:?}");
    }
    Ok(())
}

/// `NOT (x LIKE …)` is unknown for null, and Django's `exclude` counts null among the rows that do not match.
async fn negated_patterns_and_null(db: &Database) -> Outcome {
    insert(db).await?;
    let all = rows(db, "zoo.Nullable").order_by("id");
    assert_eq!(
        ids(all.clone().exclude(q("char__contains", "a")), db).await?,
        [1, 2, 7, 8, 9, 10, 13],
        "null does not contain it"
    );
    assert_eq!(
        ids(all.clone().filter(!q("char__iexact", "ÄÖÜ")), db).await?,
        [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14]
    );
    let neither = all_of([!q("char__contains", "a"), !q("char__regex", "^1")]);
    assert_eq!(ids(all.filter(neither), db).await?, [7, 8, 9, 10, 13]);
    Ok(())
}

async fn one_field_is_matched_with_another(db: &Database) -> Outcome {
    for (char, text) in [
        (Some("50%"), Some("about 50% off")),
        (Some("5_0"), Some("5X0")),
        (Some("AB"), Some("xaby")),
        (None, Some("x")),
        (Some("x"), None),
        (Some(r"\"), Some(r"a\b")),
    ] {
        create(db, "zoo.Nullable", &[("char", char.into()), ("text", text.into())]).await?;
    }
    let other = || embellie_suite::path("char");
    let all = rows(db, "zoo.Nullable").order_by("id");
    for (lookup, expected) in [
        ("text__contains", if db.server().dialect == "sqlite" { &[1, 3, 6][..] } else { &[1, 6] }),
        ("text__icontains", &[1, 3, 6]),
        ("text__startswith", &[]),
        ("text", &[]),
    ] {
        assert_eq!(ids(all.clone().filter(q(lookup, other())), db).await?, expected, "{lookup}");
    }
    Ok(())
}
