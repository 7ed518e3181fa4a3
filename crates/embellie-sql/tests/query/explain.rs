//! Explanations: what is asked of each database, and what is read from its answer.

use embellie_core::{ServerInfo, Statement, Value};
use embellie_sql::{
    Explain, ExplainOption, Format, Plan, Setting, Target, explain, explain_plan, explanation, read_plan,
};

use crate::blog::{postgres, sqlite};

fn asked(how: &Explain, target: &Target) -> String {
    let select = Statement::read("SELECT 1 WHERE 1 = $1", vec![1.into()]);
    match explain(&select, how, target) {
        Ok(statement) => {
            assert_eq!(statement.parameters, select.parameters);
            statement.sql.to_string()
        }
        Err(error) => format!("{}: {error}", error.class()),
    }
}

fn server(version: (u32, u32, u32)) -> Target {
    Target::for_server(&ServerInfo { dialect: "postgres", version }).unwrap()
}

#[test]
fn each_database_is_asked_in_its_words() {
    assert_eq!(asked(&Explain::new(), &sqlite()), "EXPLAIN QUERY PLAN SELECT 1 WHERE 1 = $1");
    assert_eq!(asked(&Explain::new(), &postgres()), "EXPLAIN SELECT 1 WHERE 1 = $1");
    let how =
        Explain::new().analyze().verbose().buffers().option(ExplainOption::Costs, Setting::Off).format(Format::Xml);
    assert_eq!(
        asked(&how, &postgres()),
        "EXPLAIN (ANALYZE true, VERBOSE true, BUFFERS true, COSTS false, FORMAT XML) SELECT 1 WHERE 1 = $1"
    );
    let select = Statement::read("SELECT 1", vec![]);
    let plan = |how: Explain, target: &Target| explain_plan(&select, &how, target).unwrap().sql.to_string();
    assert_eq!(plan(Explain::new().format(Format::Yaml), &postgres()), "EXPLAIN (FORMAT JSON) SELECT 1");
    assert_eq!(plan(Explain::new(), &sqlite()), "EXPLAIN QUERY PLAN SELECT 1");
}

#[test]
fn what_a_server_lacks_is_refused() {
    assert_eq!(
        asked(&Explain::new().analyze(), &sqlite()),
        "NotSupportedError: SQLite 3.50 cannot explain with the option ANALYZE"
    );
    assert_eq!(
        asked(&Explain::new().format(Format::Json), &sqlite()),
        "NotSupportedError: SQLite 3.50 cannot explain with the format JSON"
    );
    let serialize = Explain::from_options([("serialize", "binary")]).unwrap();
    assert_eq!(
        asked(&serialize, &server((16, 4, 0))),
        "NotSupportedError: PostgreSQL 16.4 cannot explain with the option SERIALIZE"
    );
    assert_eq!(asked(&serialize, &server((17, 0, 0))), "EXPLAIN (SERIALIZE BINARY) SELECT 1 WHERE 1 = $1");
}

/// Django let the names of options into the statement once (CVE-2022-28347).
#[test]
fn names_of_options_never_reach_the_statement() {
    for name in ["analyze true) SELECT 1; --", "a;b", "", "a b", "analyze--", "ANALYZE\0", "(", "'"] {
        let error = Explain::from_options([(name, "true")]).unwrap_err();
        assert_eq!(
            (error.class(), error.to_string().starts_with("Invalid option name")),
            ("ValueError", true),
            "{name}"
        );
    }
    for (name, value, expected) in [
        ("test", "true", "Unknown options: test"),
        ("analyse", "true", "did you mean 'analyze'?"),
        ("format", "html", "HTML is not a recognized format. Allowed formats: JSON, TEXT, XML, YAML"),
        ("format", "JSON) SELECT 1; --", "is not a recognized format"),
        ("analyze", "true, verbose", "is 'true' or 'false'"),
        ("serialize", "none, wal", "is 'text' or 'binary'"),
    ] {
        let error = Explain::from_options([(name, value)]).unwrap_err();
        assert_eq!((error.class(), error.to_string().contains(expected)), ("ValueError", true), "{error}");
    }
    let how = Explain::from_options([("Analyze", "off"), ("FORMAT", "Text"), ("analyze", "1")]).unwrap();
    assert_eq!(asked(&how, &postgres()), "EXPLAIN (ANALYZE true, FORMAT TEXT) SELECT 1 WHERE 1 = $1");
}

fn rows(said: &[(i64, i64, &str)]) -> Vec<Vec<Value>> {
    said.iter().map(|(id, parent, words)| vec![(*id).into(), (*parent).into(), 0.into(), (*words).into()]).collect()
}

#[test]
fn plans_of_rows() {
    let said = rows(&[
        (2, 0, "CO-ROUTINE subquery"),
        (5, 2, "SCAN blog_post USING COVERING INDEX blog_post_views"),
        (9, 0, "SCAN subquery AS s"),
        (12, 0, "SEARCH u USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"),
        (20, 0, "CORRELATED SCALAR SUBQUERY 2"),
        (24, 20, "SEARCH c USING AUTOMATIC PARTIAL COVERING INDEX (post_id=? AND score>?)"),
        (30, 20, "SEARCH TABLE t AS x USING INDEX t_a (a=?)"),
        (40, 0, "USE TEMP B-TREE FOR ORDER BY"),
        (41, 0, "SCAN CONSTANT ROW"),
        (42, 0, "SCAN json_each VIRTUAL TABLE INDEX 1:"),
    ]);
    let plan = read_plan(&said, &sqlite()).unwrap();
    insta::assert_snapshot!(plan, @r"
    CO-ROUTINE on subquery
    └─ SCAN on blog_post using blog_post_views
          Index: COVERING
    SCAN on subquery as s
    SEARCH on u using INTEGER PRIMARY KEY
       Index Cond: rowid=?
       Join: LEFT-JOIN
    CORRELATED SCALAR SUBQUERY 2
    ├─ SEARCH on c
    │     Index Cond: post_id=? AND score>?
    │     Index: AUTOMATIC PARTIAL COVERING INDEX
    └─ SEARCH on t as x using t_a
          Index Cond: a=?
    USE TEMP B-TREE FOR ORDER BY
    SCAN CONSTANT ROW
    SCAN on json_each using 1:
    ");
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(
        json["nodes"][0],
        serde_json::json!({"kind": "CO-ROUTINE", "relation": "subquery", "children": [
            {"kind": "SCAN", "relation": "blog_post", "index": "blog_post_views",
                "details": [{"name": "Index", "text": "COVERING"}]}
        ]})
    );
    assert_eq!(plan.walk().filter(|node| node.index.is_some()).count(), 4);
    assert_eq!(
        explanation(&said[..2]),
        "2 0 0 CO-ROUTINE subquery\n5 2 0 SCAN blog_post USING COVERING INDEX blog_post_views"
    );
    assert!(read_plan(&[vec![1.into()]], &sqlite()).is_err());
}

#[test]
fn plans_of_documents() {
    let document = serde_json::json!([{
        "Plan": {
            "Node Type": "Hash Join", "Join Type": "Left", "Parallel Aware": false,
            "Startup Cost": 1.5, "Total Cost": 10.25, "Plan Rows": 3, "Plan Width": 40,
            "Actual Startup Time": 0.01, "Actual Total Time": 0.025, "Actual Rows": 2, "Actual Loops": 1,
            "Hash Cond": "(p.author_id = u.id)", "Shared Hit Blocks": 0, "Output": ["p.id", "u.name"],
            "Plans": [
                {"Node Type": "Seq Scan", "Relation Name": "blog_post", "Alias": "p", "Filter": "(views > 3)",
                    "Startup Cost": 0.0, "Total Cost": 8.0, "Plan Rows": 3},
                {"Node Type": "Hash", "Plans": [
                    {"Node Type": "Index Scan", "Relation Name": "blog_user", "Alias": "blog_user",
                        "Index Name": "blog_user_pkey", "Index Cond": "(id < 9)"}
                ]}
            ]
        },
        "Planning Time": 0.125, "Execution Time": 0.5, "Triggers": [], "Settings": {"work_mem": "1MB"}
    }]);
    let rows = vec![vec![Value::Json(Box::new(document))]];
    let plan = read_plan(&rows, &postgres()).unwrap();
    insta::assert_snapshot!(plan, @r#"
    Hash Join (cost 1.50..10.25, rows 3, actual rows 2, loops 1, took 0.025 ms)
    │  Hash Cond: (p.author_id = u.id)
    │  Join Type: Left
    │  Output: p.id, u.name
    ├─ Seq Scan on blog_post as p (cost 0.00..8.00, rows 3)
    │     Filter: (views > 3)
    └─ Hash
       └─ Index Scan on blog_user using blog_user_pkey
             Index Cond: (id < 9)
    Settings: {"work_mem":"1MB"}
    Planning Time: 0.125 ms
    Execution Time: 0.500 ms
    "#);
    assert_eq!(plan.nodes[0].actual.map(|actual| (actual.rows, actual.total_ms)), Some((2.0, Some(0.025))));
    assert!(explanation(&rows).starts_with("{\"Plan\": {\"Node Type\": \"Hash Join\""));
    for wrong in ["[]", "{}", "[{\"Plan\": {}}]", "[{\"Plan\": {\"Node Type\": \"A\", \"Plans\": [1]}}]", "x"] {
        assert!(read_plan(&[vec![wrong.into()]], &postgres()).is_err(), "{wrong}");
    }
    assert!(read_plan(&[], &postgres()).is_err());
    assert_eq!(Plan::default().to_string(), "nothing is sent: the query has no rows");
}
