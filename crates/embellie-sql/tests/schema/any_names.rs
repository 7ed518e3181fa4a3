//! Whatever tables and columns are named, and whatever text a default holds, it stays a name or a text.

use embellie_core::field::FieldKind as Kind;
use embellie_core::meta::{ConstraintMeta, FieldMeta, IndexMeta, IndexTerm, ModelMeta, OnDelete};
use embellie_core::{Q, Registry, ServerInfo};
use embellie_sql::schema::{SchemaOptions, create_tables};
use proptest::prelude::*;
use tokio_postgres::NoTls;

/// A column: its name, its kind, whether it is null, unique, indexed, and the database's default of a text.
type Column = (String, usize, bool, bool, bool, String);

const KINDS: [Kind; 8] = [
    Kind::Text,
    Kind::Char,
    Kind::Integer,
    Kind::PositiveInteger,
    Kind::Json,
    Kind::Bool,
    Kind::DateTime,
    Kind::Decimal { max_digits: 6, decimal_places: 2 },
];

/// Names of any characters but NUL, with those more often that have a meaning in SQL.
fn name() -> impl Strategy<Value = String> {
    let character = prop_oneof![proptest::char::any(), prop::sample::select(vec!['"', '\'', '\\', ';', '-', '%', '$'])];
    proptest::collection::vec(character, 0..8).prop_map(|name| name.into_iter().filter(|c| *c != '\0').collect())
}

fn models() -> impl Strategy<Value = Vec<(String, Vec<Column>)>> {
    let column = (name(), 0..KINDS.len(), any::<bool>(), any::<bool>(), any::<bool>(), name());
    proptest::collection::vec((name(), proptest::collection::vec(column, 1..5)), 1..4)
}

fn registry(models: &[(String, Vec<Column>)]) -> Registry {
    let model = |(number, (table, columns)): (usize, &(String, Vec<Column>))| {
        // A number before each name makes them differ where databases take no regard of case.
        let mut model = ModelMeta::new("any", format!("M{number}")).table(format!("t{number}{table}"));
        let mut names = Vec::new();
        for (place, (column, kind, null, unique, index, text)) in columns.iter().enumerate() {
            let mut field = FieldMeta::new(format!("f{place}"), KINDS[*kind]).column(format!("{place}{column}"));
            field.null = *null;
            // What orders no values has no index.
            let plain = field.kind != Kind::Json;
            (field.unique, field.index) = (*unique && plain, *index && plain);
            if field.kind == Kind::Char {
                field.max_length = Some(100);
            }
            if field.kind.is_text() {
                field = field.db_default(text.as_str());
                let condition =
                    Q::new(field.name.as_str(), text.as_str()) | Q::new(format!("{}__contains", field.name), "x");
                model
                    .constraints
                    .push(ConstraintMeta::Check { name: format!("check{number}{place}{column}"), condition });
            }
            if plain {
                names.push(field.name.clone());
            }
            model = model.field(field);
        }
        let to = format!("M{}", number / 2);
        let column = format!("to{table}");
        model = model.field(
            FieldMeta::foreign_key("to", to, OnDelete::Cascade).relation(|r| r.related_name("+")).column(column),
        );
        names.push("to".to_owned());
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        model = model.index(IndexMeta::fields(names.clone())).unique_together(names.clone());
        model.constraint(ConstraintMeta::Unique {
            name: format!("unique{number}{table}"),
            terms: names.iter().map(|name| IndexTerm::field(name)).collect(),
            condition: Some(Q::new("to__isnull", false)),
            include: Vec::new(),
            deferrable: None,
            nulls_distinct: None,
        })
    };
    Registry::build(models.iter().enumerate().map(model)).unwrap()
}

/// The tables and their columns, as the models name them.
fn declared(registry: &Registry) -> Vec<(String, String)> {
    let columns = |model: &embellie_core::meta::Model| {
        model.fields.iter().map(|field| (model.table.clone(), field.column.clone())).collect::<Vec<_>>()
    };
    let mut all: Vec<(String, String)> = registry.models().iter().flat_map(columns).collect();
    all.sort();
    all
}

#[test]
fn on_sqlite() {
    let server = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };
    proptest!(|(models in models())| {
        let registry = registry(&models);
        let database = rusqlite::Connection::open_in_memory().unwrap();
        for statement in create_tables(&registry, &server, SchemaOptions::default()).unwrap().statements {
            database.execute_batch(&statement.sql).map_err(|e| TestCaseError::fail(format!("{e}: {}", statement.sql)))?;
        }
        let sql = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c
                   WHERE m.type = 'table' AND m.name <> 'sqlite_sequence'";
        let mut statement = database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let mut found: Vec<(String, String)> = rows.map(Result::unwrap).collect();
        found.sort();
        prop_assert_eq!(found, declared(&registry));
    });
}

#[test]
fn on_postgres() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let database = runtime.block_on(embellie_testing::TestDatabase::create()).unwrap();
    let server = ServerInfo { dialect: "postgres", version: (13, 0, 0) };
    let (client, connection) = runtime.block_on(tokio_postgres::connect(&database.url(), NoTls)).unwrap();
    runtime.spawn(connection);
    proptest!(ProptestConfig::with_cases(64), |(models in models())| {
        let registry = registry(&models);
        let plan = create_tables(&registry, &server, SchemaOptions { if_needed: true }).unwrap();
        let found = runtime.block_on(async {
            client.batch_execute("BEGIN").await.unwrap();
            for statement in &plan.statements {
                client.batch_execute(&statement.sql).await.map_err(|e| TestCaseError::fail(format!("{e:?}: {}", statement.sql)))?;
            }
            let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns
                       WHERE table_schema = 'public'";
            let rows = client.query(sql, &[]).await.unwrap();
            client.batch_execute("ROLLBACK").await.unwrap();
            let mut found: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            found.sort();
            Ok::<_, TestCaseError>(found)
        })?;
        prop_assert_eq!(found, declared(&registry));
    });
}
