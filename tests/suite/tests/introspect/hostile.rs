//! Tables and columns of any name: quoted or renamed, never run and never written as they are.

use std::collections::HashSet;

use embellie::{Database, Executor, Registry, Sql};
use embellie_codegen::ModelSource;
use embellie_introspect::models;
use embellie_suite::{Kind, Outcome, on_every_database};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

on_every_database! { names: tables_of_any_name }

/// What names are made of.
const PIECES: [&str; 34] = [
    "\"",
    "'",
    "\"; DROP TABLE victim; --",
    "*/",
    "/*",
    "//",
    "\n",
    "\r\n",
    "\\",
    "\\u{41}",
    "]]",
    "`",
    "[",
    "type",
    "self",
    "Self",
    "crate",
    "class",
    "id",
    "pk",
    "objects",
    "🦀",
    "é",
    "e\u{301}",
    "日本",
    "\u{202e}",
    "\u{200b}",
    "%s",
    "%(x)s",
    "{}",
    "$1",
    "?",
    "A B",
    "a_b",
];

fn name() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned);
    let any = prop_oneof![4 => piece, 1 => "[a-zA-Z_ ]{1,3}", 1 => "[^\0]{1,4}"];
    prop::collection::vec(any, 1..4).prop_map(|pieces| pieces.concat())
}

/// The names of a table and of its columns.
#[derive(Debug, Clone)]
struct Table {
    name: String,
    columns: Vec<String>,
}

/// Names that the database tells apart.
fn apart(db: &Database, names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let kept = names.into_iter().map(|name| match Kind::of(db) {
        Kind::Sqlite => name,
        // It cuts names, between letters.
        Kind::Postgres => {
            let end = (0..=name.len().min(63)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
            name[..end].to_owned()
        }
    });
    kept.filter(|name| {
        !name.is_empty() && !name.to_lowercase().starts_with("sqlite_") && seen.insert(name.to_ascii_lowercase())
    })
    .collect()
}

fn quoted(name: &str) -> String {
    embellie_sql::quote(name, '"').unwrap()
}

async fn run(db: &Database, sql: String) -> Outcome {
    db.cursor().execute(Sql::trusted(sql), ()).await?;
    Ok(())
}

/// Makes the tables, each after the first with a foreign key to the one before, and a row in each.
async fn make(db: &Database, tables: &[Table]) -> Outcome {
    for (place, table) in tables.iter().enumerate() {
        let texts: Vec<String> =
            table.columns[1..].iter().map(|column| format!(", {} varchar(40)", quoted(column))).collect();
        let relation = match place.checked_sub(1).map(|before| &tables[before]) {
            Some(before) => format!(
                ", {} integer REFERENCES {} ({})",
                quoted("to \"it\""),
                quoted(&before.name),
                quoted(&before.columns[0])
            ),
            None => String::new(),
        };
        let key = quoted(&table.columns[0]);
        run(
            db,
            format!("CREATE TABLE {} ({key} integer PRIMARY KEY{}{relation})", quoted(&table.name), texts.concat()),
        )
        .await?;
        let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
        let values = "1".to_owned() + &", 'x'".repeat(table.columns.len() - 1);
        run(db, format!("INSERT INTO {} ({}) VALUES ({values})", quoted(&table.name), columns.join(", "))).await?;
    }
    Ok(())
}

/// Whether source is nothing but what models are.
fn is_plain(source: &str) -> bool {
    let Ok(file) = syn::parse_file(source) else { return false };
    let plain = |item: &syn::Item| matches!(item, syn::Item::Struct(_) | syn::Item::Use(_) | syn::Item::Enum(_));
    file.items.iter().all(|item| match item {
        syn::Item::Mod(module) => module.content.iter().flat_map(|(_, items)| items).all(plain),
        item => plain(item),
    })
}

async fn tables_of_any_name(db: &Database) -> Outcome {
    run(db, "CREATE TABLE victim (id integer PRIMARY KEY)".into()).await?;
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec((name(), prop::collection::vec(name(), 1..6)), 1..4);
    for round in 0..16 {
        let mut wished = strategy.new_tree(&mut runner).unwrap().current();
        if round == 0 {
            wished.push((
                "x".repeat(10_000),
                vec!["y".repeat(10_000), "A B".into(), "a b".into(), "a_b".into(), "aB".into()],
            ));
        }
        let names = apart(db, wished.iter().map(|(name, _)| name.clone()).collect());
        let tables: Vec<Table> = names
            .into_iter()
            .filter(|name| !["victim", "order"].contains(&name.as_str()))
            .zip(wished)
            .map(|(name, (_, columns))| Table { name, columns: apart(db, columns) })
            .filter(|table| !table.columns.is_empty() && !table.columns.contains(&"to \"it\"".to_owned()))
            .collect();
        make(db, &tables).await?;
        let (registry, report) = models(db).await?;
        // All names are ones that the checks take.
        let metas = registry.models().iter().filter(|model| !model.auto_created).map(|model| model.meta().clone());
        Registry::build(metas.collect::<Vec<_>>())?;
        let source = ModelSource::new(&registry).one_file();
        assert!(is_plain(&source), "{source}");
        let found = db.with_registry(registry.clone());
        for table in &tables {
            let model = registry
                .models()
                .iter()
                .find(|model| model.table == table.name)
                .unwrap_or_else(|| panic!("{table:?} {report:?}"));
            let columns: Vec<&String> = model.fields.iter().map(|field| &field.column).collect();
            assert!(table.columns.iter().all(|column| columns.contains(&column)), "{table:?}");
            let mut rows = found.objects(model.label())?.select_related_all();
            for field in &model.fields {
                rows = rows.filter(
                    embellie::Q::text(field.name.as_str(), embellie_core::Expr::path(field.name.as_str()))
                        | embellie::Q::text(format!("{}__isnull", field.name), true),
                );
            }
            let rows = rows.order_by("pk").all(&found).await?;
            assert_eq!(rows.len(), 1, "{table:?}");
        }
        assert_eq!(found.objects("Victim")?.count(&found).await?, 0, "it is still there");
        for table in tables.iter().rev() {
            run(db, format!("DROP TABLE {}", quoted(&table.name))).await?;
        }
    }
    Ok(())
}
