//! What is told of statements from their text alone.

use embellie_sql::{Comparison, Outline};

/// The columns that are compared, in few words.
fn compared(sql: &str) -> Vec<String> {
    let word = |how: &Comparison| match how {
        Comparison::Column(other) => format!("= {}.{}", other.table, other.name),
        how => format!("{how:?}"),
    };
    let outline = Outline::of(sql);
    outline.compared.iter().map(|c| format!("{}.{} {}", c.column.table, c.column.name, word(&c.how))).collect()
}

#[test]
fn statements_that_differ_in_values_alone_have_one_shape() {
    let shape = |sql: &str| Outline::of(sql).shape;
    let same = [
        vec![
            r#"SELECT "id" FROM "t" WHERE "id" IN (?)"#,
            r#"SELECT "id" FROM "t" WHERE "id" IN (?, ?2, $3)"#,
            r#"SELECT "id"  FROM "t" -- that is all
               WHERE "id" IN ( 1 , 2.5, 'x)', E'\'', $$ ) $$ )"#,
        ],
        vec![
            r#"INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?) RETURNING "id""#,
            r#"INSERT INTO "t" ("a", "b") VALUES ($1, $2), ($3, $4), ($5, $6) RETURNING "id""#,
        ],
        vec![r#"SELECT 1 FROM "t" LIMIT 21"#, r#"SELECT 2 FROM "t" LIMIT $1"#],
        vec![
            r#"DELETE FROM "t" WHERE ("a", "b") IN ((?, ?))"#,
            r#"DELETE FROM "t" WHERE ("a", "b") IN ((?, ?), (?, ?))"#,
        ],
    ];
    for group in &same {
        for sql in group {
            assert_eq!(shape(sql), shape(group[0]));
        }
    }
    let all: std::collections::HashSet<String> = same.iter().map(|group| shape(group[0])).collect();
    assert_eq!(all.len(), same.len());
    assert_eq!(
        shape(r#"SELECT COUNT(*) AS "n", x::int FROM "a""b" WHERE NOT ("v" >= 3.14 AND UPPER("n") = ?) LIMIT 1"#),
        r#"SELECT COUNT(*) AS "n", x::int FROM "a""b" WHERE NOT ("v" >= ? AND UPPER("n") = ?) LIMIT ?"#
    );
    assert_ne!(shape(r#"SELECT 1 FROM "t" WHERE "a" IN (SELECT 1)"#), shape(r#"SELECT 1 FROM "t" WHERE "a" IN (1)"#));
}

#[test]
fn tables_are_those_that_are_read_or_written() {
    let tables = |sql: &str| Outline::of(sql).tables.join(" ");
    for (sql, wanted) in [
        (r#"SELECT * FROM "a""#, "a"),
        (r#"SELECT * FROM "s"."a" "x" INNER JOIN "b" ON ("x"."id" = "b"."a_id")"#, "a b"),
        (r#"SELECT "x"."n" FROM (SELECT "n" FROM "a") "x""#, "a"),
        (r#"SELECT EXTRACT('year' FROM "a"."d") FROM "a" WHERE "a"."n" IS DISTINCT FROM "a"."m""#, "a"),
        (r#"WITH "tree" AS (SELECT * FROM "a" UNION ALL SELECT * FROM "tree") SELECT * FROM "tree""#, "a"),
        (r#"UPDATE "a" SET "n" = (SELECT MAX("n") FROM "b") WHERE "id" = 1"#, "a b"),
        (r#"INSERT INTO "a" ("n") VALUES (?) ON CONFLICT ("n") DO UPDATE SET "n" = excluded."n""#, "a"),
        (r#"DELETE FROM "a" WHERE EXISTS (SELECT 1 FROM "b" "u0" WHERE "u0"."a_id" = "a"."id")"#, "a b"),
        ("select * from plain where id = 1", "plain"),
        (r#"SELECT * FROM "a" FOR UPDATE"#, "a"),
        ("BEGIN", ""),
        ("", ""),
    ] {
        assert_eq!(tables(sql), wanted, "{sql}");
    }
}

#[test]
fn conditions_tell_what_an_index_would_have_to_find() {
    let sql = r#"SELECT "p"."id", "u"."name" = 'x' FROM "post" "p"
        INNER JOIN "user" "u" ON ("p"."author_id" = "u"."id")
        WHERE ("p"."published" = ? AND "p"."views" >= ? AND UPPER("p"."title") LIKE ? AND "u"."name" LIKE 'a%'
            AND "p"."kind" IN (?, ?) AND "p"."gone" IS NULL AND "p"."n" BETWEEN 1 AND 2 AND "p"."t"::text = 'x')
        ORDER BY "p"."views" DESC, COALESCE("p"."n", 1), "p"."id" ASC LIMIT 3"#;
    assert_eq!(
        compared(sql),
        [
            "post.author_id = user.id",
            "post.published Equal",
            "post.views Range",
            "post.title Computed",
            "user.name Pattern",
            "post.kind Equal",
            "post.gone Null",
            "post.n Range",
            "post.t Computed",
        ]
    );
    let ordered: Vec<(String, bool)> = Outline::of(sql)
        .ordered
        .iter()
        .map(|o| (format!("{}.{}", o.column.table, o.column.name), o.descending))
        .collect();
    assert_eq!(ordered, [("post.views".to_owned(), true), ("post.id".to_owned(), false)]);
    for sql in
        [r#"SELECT 1 FROM "t" WHERE "t"."on""#, r#"SELECT 1 FROM "t" WHERE (NOT "t"."on" AND "t"."a" > 1) LIMIT 3"#]
    {
        assert_eq!(compared(sql)[0], "t.on Equal", "{sql}");
    }
    assert_eq!(compared(r#"UPDATE "t" SET "a" = ? WHERE "id" = ?"#), ["t.id Equal"]);
    assert_eq!(compared(r#"DELETE FROM "t" WHERE "id" = ANY($1)"#), ["t.id Equal"]);
    assert_eq!(
        compared(r#"SELECT 1 FROM "a" WHERE NOT EXISTS (SELECT 1 FROM "b" "u0" WHERE ("u0"."a_id" = "a"."id"))"#)[0],
        "b.a_id = a.id"
    );
}

#[test]
fn tables_are_known_by_what_they_are_called() {
    let outline = Outline::of(r#"WITH "c" AS (SELECT 1 FROM "a" "x") SELECT 1 FROM "b" AS "y", "c" "z""#);
    let known: Vec<Option<&str>> = ["a", "x", "b", "y", "c", "z"].map(|name| outline.table(name)).into();
    assert_eq!(known, [Some("a"), Some("a"), Some("b"), Some("b"), None, None]);
}

#[test]
fn any_text_has_an_outline() {
    for sql in ["((((", "))))", "SELECT FROM WHERE", "\"", "'", "FROM", "IN (", "VALUES (", "ORDER BY \"a\".", "é ? $"]
    {
        let outline = Outline::of(sql);
        assert!(outline.shape.len() < 100, "{outline:?}");
    }
}

#[test]
fn plans_without_values_keep_what_is_measured() {
    let rows = [vec![embellie_core::Value::Json(Box::new(serde_json::json!([{"Plan": {
        "Node Type": "Seq Scan", "Relation Name": "t", "Filter": "((a = 'it''s') AND (b > 3) AND (c ~~ '%x%'::text))",
        "Rows Removed by Filter": 17, "Sort Key": ["(CASE WHEN (d = 'x'::text) THEN 1 ELSE 2 END)"]
    }}])))]];
    let server = embellie_core::ServerInfo { dialect: "postgres", version: (16, 0, 0) };
    let plan = embellie_sql::read_plan(&rows, &embellie_sql::Target::for_server(&server).unwrap()).unwrap();
    let said = plan.without_values().to_string();
    assert!(said.contains("Filter: ((a = ?) AND (b > ?) AND (c ~~ ?::text))"), "{said}");
    assert!(said.contains("Rows Removed by Filter: 17"), "{said}");
    assert!(said.contains("CASE WHEN (d = ?::text) THEN ? ELSE ? END"), "{said}");
}
