//! What is written of queries is what is kept in `tests/written/queries.rs`, `texts.rs` and beside them.

use embellie::{Database, Registry};
use embellie_codegen::{Prefetched, rust_of_query, rust_of_rows};
use embellie_core::Query;
use embellie_suite::models;

use crate::{asked, same_as_written, texts};

/// A file of functions that ask queries.
fn file(queries: &[(&str, Query, Vec<Prefetched>)], registry: &Registry) -> String {
    let mut source = String::from(
        "use blog::*;\nuse embellie::functions::*;\nuse embellie::prelude::*;\nuse embellie_suite::Outcome;\n\n\
         use super::Asked;\n\n",
    );
    for (name, query, prefetched) in queries {
        let written = rust_of_rows(query, prefetched, registry);
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
    for (name, ..) in queries {
        source.push_str(&format!("        {name}(db).await?,\n"));
    }
    source.push_str("    ])\n}\n");
    source
}

#[test]
fn queries_in_rust() {
    let queries: Vec<_> = asked::queries().into_iter().map(|(name, query)| (name, query, Vec::new())).collect();
    same_as_written("queries.rs", &file(&queries, &models::documented()));
}

/// What texts ask is printed as Rust: with types, and without a word on what could not be.
#[tokio::test]
async fn texts_in_rust() -> embellie_suite::Outcome {
    let db = Database::builder("sqlite::memory:").registry(models::documented()).connect().await?;
    for (path, texts) in
        [("texts.rs", texts::TEXTS), ("on_postgres.rs", texts::ON_POSTGRES), ("prefetches.rs", texts::PREFETCHES)]
    {
        let mut queries = Vec::new();
        for (name, text) in texts {
            let set = texts::set(text, &db).await;
            queries.push((*name, set.narrowed(), texts::prefetched(&set)));
        }
        same_as_written(path, &file(&queries, db.registry()));
    }
    Ok(())
}

#[test]
fn what_has_no_form_says_so() {
    let registry = models::documented();
    let query = Query { from: Some("tree".into()), ..Query::new("blog.Post") };
    assert_eq!(
        rust_of_query(&query, &registry),
        "// No typed query: it has common table expressions. Records ask it: db.objects(\"blog.Post\")?, with the names of \
         the text.\n"
    );
    assert!(rust_of_query(&Query::new("blog.Pots"), &registry).contains("did you mean 'blog.Post'?"));
}
