//! What is written of queries is what is kept in `tests/written/queries.rs`.

use embellie_codegen::rust_of_query;
use embellie_suite::models;

use crate::{asked, same_as_written};

#[test]
fn queries_in_rust() {
    let registry = models::documented();
    let mut source =
        String::from("use blog::*;\nuse embellie::prelude::*;\nuse embellie_suite::Outcome;\n\nuse super::Asked;\n\n");
    let queries = asked::queries();
    for (name, query) in &queries {
        let written = rust_of_query(query, &registry);
        assert!(!written.starts_with("//"), "{name}: {written}");
        let body: String = written.lines().map(|line| format!("        {line}\n")).collect();
        source.push_str(&format!(
            "pub(crate) async fn {name}(db: &Database) -> Outcome<Asked> {{\n    let asked = db.capture();\n    {{\n        \
             let db = db.clone();\n{body}        let _ = rows;\n    }}\n    \
             Ok(Asked::of(\"{name}\", &asked))\n}}\n\n"
        ));
    }
    source
        .push_str("/// All of them.\npub(crate) async fn all(db: &Database) -> Outcome<Vec<Asked>> {\n    Ok(vec![\n");
    for (name, _) in &queries {
        source.push_str(&format!("        {name}(db).await?,\n"));
    }
    source.push_str("    ])\n}\n");
    same_as_written("queries.rs", &source);
}

#[test]
fn what_has_no_form_says_so() {
    let registry = models::documented();
    let query = embellie_core::Query::new("blog.Post").filter(embellie_core::Q::expr(embellie_core::Expr::Exists(
        Box::new(embellie_core::Query::new("blog.Comment")),
    )));
    assert_eq!(rust_of_query(&query, &registry), "// This query has no form in Rust: a condition is an expression.\n");
    assert!(rust_of_query(&embellie_core::Query::new("blog.Pots"), &registry).contains("did you mean 'blog.Post'?"));
}
