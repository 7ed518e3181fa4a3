//! Random queries over random rows: what SQLite and PostgreSQL give is what the queries mean.

use std::collections::BTreeMap;

use embellie_core::field::FieldKind;
use embellie_core::meta::{Member, Model, ModelId};
use embellie_core::query::{Connector, Distinct, Step};
use embellie_core::{Expr, Q, Query, Registry, ServerInfo, Value};
use embellie_sql::Target;
use embellie_sql::schema::{SchemaOptions, create_tables};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use tokio_postgres::types::{ToSql, Type};

use crate::blog::*;
use crate::naive::{self, Tables};

const MODELS: [&str; 6] = ["Post", "Author", "Comment", "Category", "Person", "Tag"];

/// What a path's values are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Number,
    Text,
    Truth,
}

/// All paths of up to `depth` relations from a model, and whether each ends in a relation.
fn paths(registry: &Registry, model: &Model, depth: usize) -> Vec<(String, Kind, bool)> {
    let mut found = Vec::new();
    for name in model.choices().into_iter().filter(|name| !name.ends_with('+') && !name.ends_with("_id")) {
        let member = model.member(name).unwrap();
        let hops = registry.hops(model.id(), member);
        let (at, field) = match (hops.last(), member) {
            (Some(hop), _) if hop.forward => (hop.to, hop.to_field),
            (Some(hop), _) => (hop.to, registry.get(hop.to).primary_key_index()),
            (None, Member::Field(field)) => (model.id(), field),
            _ => unreachable!(),
        };
        match registry.storage_kind(at, field) {
            kind if kind.integer_range().is_some() => found.push((name.to_owned(), Kind::Number, !hops.is_empty())),
            FieldKind::Char => found.push((name.to_owned(), Kind::Text, !hops.is_empty())),
            FieldKind::Bool => found.push((name.to_owned(), Kind::Truth, false)),
            _ => {}
        }
        if let (true, Some(hop)) = (depth > 0, hops.last()) {
            let rest = paths(registry, registry.get(hop.to), depth - 1);
            found.extend(rest.into_iter().map(|(path, kind, relation)| (format!("{name}__{path}"), kind, relation)));
        }
    }
    found
}

fn constant(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Number => (0_i64..5).prop_map(Value::Int).boxed(),
        Kind::Text => select(vec!["a", "b", "ab"]).prop_map(Value::from).boxed(),
        Kind::Truth => any::<bool>().prop_map(Value::Bool).boxed(),
    }
}

fn condition(all: Vec<(String, Kind, bool)>) -> BoxedStrategy<Q> {
    let mut by_kind: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    for (path, kind, _) in &all {
        by_kind.entry(*kind).or_default().push(path.clone());
    }
    select(all)
        .prop_flat_map(move |(path, kind, relation)| {
            let with = |lookup: &str| format!("{path}__{lookup}");
            let (exact, gt, lte, within, null) = (path.clone(), with("gt"), with("lte"), with("in"), with("isnull"));
            let one = constant(kind).prop_map(move |value| Q::new(exact.as_str(), value));
            let null = any::<bool>().prop_map(move |value| Q::new(null.as_str(), value));
            let list = prop::collection::vec(prop_oneof![4 => constant(kind), 1 => Just(Value::Null)], 0..4)
                .prop_map(move |values| Q::new(within.as_str(), Value::List(values)));
            if kind == Kind::Truth {
                return prop_oneof![3 => one, 1 => null].boxed();
            }
            let (more, less) = (gt.clone(), lte.clone());
            let other = prop_oneof![
                constant(kind).prop_map(move |value| Q::new(more.as_str(), value)),
                constant(kind).prop_map(move |value| Q::new(less.as_str(), value)),
            ];
            let path = select(vec![path.clone(), gt, lte]);
            let column = (path, select(by_kind[&kind].clone()))
                .prop_map(|(path, other)| Q::new(path.as_str(), Expr::path(other.as_str())));
            let column = if relation { other.clone().boxed() } else { column.boxed() };
            prop_oneof![3 => one, 3 => null, 2 => list, 2 => other, 3 => column].boxed()
        })
        .boxed()
}

fn tree(all: Vec<(String, Kind, bool)>) -> BoxedStrategy<Q> {
    let connector = select(vec![Connector::And, Connector::And, Connector::Or, Connector::Or, Connector::Xor]);
    condition(all)
        .prop_recursive(3, 8, 3, move |inner| {
            (connector.clone(), prop::bool::weighted(0.4), prop::collection::vec(inner, 0..4))
                .prop_map(|(connector, negated, children)| Q::Group { connector, negated, children })
        })
        .boxed()
}

pub(crate) fn queries() -> BoxedStrategy<Query> {
    let registry = registry();
    let of_model = |name: &'static str| {
        let paths = paths(&registry, registry.model(&format!("blog.{name}")).unwrap(), 2);
        prop::collection::vec((any::<bool>(), tree(paths)), 1..3).prop_map(move |steps| {
            let steps = steps.into_iter().map(|(filter, q)| if filter { Step::Filter(q) } else { Step::Exclude(q) });
            Query { steps: steps.collect(), ..keys(name) }
        })
    };
    prop::strategy::Union::new(MODELS.map(|name| of_model(name).boxed())).boxed()
}

/// A few rows for every model that is needed, such that relations hold, by a simple sequence of numbers.
fn rows(registry: &Registry, seed: u64) -> Tables {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut tables: Tables = registry.models().iter().map(|model| (model.id(), Vec::new())).collect();
    for model in ordered(registry) {
        let count = if model.auto_created { 6 } else { 3 + next(3) };
        for number in 0..count {
            let row: Vec<Value> = (0..model.fields.len())
                .map(|field| {
                    let meta = &model.fields[field];
                    if meta.null && next(3) == 0 {
                        return Value::Null;
                    }
                    if let Some((to, to_field)) = model.target(field) {
                        let there = &tables[&to];
                        let at = if meta.unique || meta.primary_key { number } else { next(there.len().max(1) as u64) };
                        let at = usize::try_from(at).unwrap();
                        return there.get(at).map_or(Value::Null, |row| row[to_field].clone());
                    }
                    match meta.kind {
                        kind if kind.is_auto() => Value::Int(i64::try_from(number).unwrap() + 1),
                        FieldKind::Char if meta.unique => ["a", "b", "ab", "c", "d", "e"][number as usize].into(),
                        FieldKind::Char => ["a", "b", "ab"][next(3) as usize].into(),
                        FieldKind::Bool => Value::Bool(next(2) == 0),
                        kind if kind.integer_range().is_some() => Value::Int(i64::try_from(next(4)).unwrap()),
                        _ => Value::Null,
                    }
                })
                .collect();
            // No link twice, and no row without what it must point at.
            let lacks = |(field, value): (usize, &Value)| value.is_null() && !model.fields[field].null;
            let known = |other: &Vec<Value>| model.auto_created && other[1..] == row[1..];
            if !row.iter().enumerate().any(lacks) && !tables[&model.id()].iter().any(known) {
                tables.get_mut(&model.id()).unwrap().push(row);
            }
        }
    }
    tables
}

/// The models with rows, each after those that it points at.
fn ordered(registry: &Registry) -> Vec<&Model> {
    let names = ["Author", "Profile", "Category", "Tag", "Post", "Comment", "Person", "Badge"];
    let links = registry.models().iter().filter(|model| model.auto_created);
    names.iter().map(|name| registry.model(&format!("blog.{name}")).unwrap()).chain(links).collect()
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Text(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}

/// The statements that fill the tables.
fn filling(registry: &Registry, tables: &Tables) -> String {
    let insert = |model: &Model, row: &Vec<Value>| {
        let columns: Vec<String> = model.fields.iter().map(|field| format!("\"{}\"", field.column)).collect();
        let values: Vec<String> = row.iter().map(literal).collect();
        format!("INSERT INTO {} ({}) VALUES ({});", model.table, columns.join(", "), values.join(", "))
    };
    let of = |id: ModelId| tables[&id].iter();
    ordered(registry).into_iter().flat_map(|model| of(model.id()).map(move |row| insert(model, row))).collect()
}

fn sqlite_database(registry: &Registry, tables: &Tables) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let server = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };
    for statement in create_tables(registry, &server, SchemaOptions::default()).unwrap().statements {
        connection.execute_batch(&statement.sql).unwrap();
    }
    connection.execute_batch(&filling(registry, tables)).unwrap();
    connection
}

fn run_on_sqlite(connection: &rusqlite::Connection, statement: &embellie_core::Statement) -> Vec<i64> {
    let parameters = statement.parameters.iter().map(|value| match value {
        Value::Int(v) => rusqlite::types::Value::Integer(*v),
        Value::Text(v) => rusqlite::types::Value::Text(v.clone()),
        Value::Bool(v) => rusqlite::types::Value::Integer((*v).into()),
        other => unreachable!("{other}"),
    });
    let mut prepared = connection.prepare(&statement.sql).unwrap();
    let rows = prepared.query_map(rusqlite::params_from_iter(parameters), |row| row.get(0)).unwrap();
    let mut keys: Vec<i64> = rows.map(Result::unwrap).collect();
    keys.sort_unstable();
    keys
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    /// The rows of a query, their number and whether there are any, on SQLite.
    #[test]
    fn sqlite_gives_what_queries_mean(query in queries(), seed in 0_u64..1000) {
        let (registry, target) = (registry(), sqlite());
        let tables = rows(&registry, seed);
        let connection = sqlite_database(&registry, &tables);
        let expected = naive::keys(&query, &registry, &tables);
        let run = |compiled: Option<embellie_sql::Compiled>| {
            compiled.map_or_else(Vec::new, |compiled| run_on_sqlite(&connection, &compiled.statement))
        };
        let select = embellie_sql::select(&query, &registry, &target).unwrap();
        prop_assert_eq!(run(select), expected.clone(), "{}", sql(&query));
        let count = run(embellie_sql::count(&query, &registry, &target).unwrap());
        prop_assert_eq!(count.first().copied().unwrap_or(0), expected.len() as i64);
        let exists = run(embellie_sql::exists(&query, &registry, &target).unwrap());
        prop_assert_eq!(exists.is_empty(), expected.is_empty());
        // Distinct rows, and the rows that a deletion takes, are the same without repetition.
        let mut once = expected;
        once.dedup();
        let distinct = Query { distinct: Distinct::Rows, ..query.clone() };
        prop_assert_eq!(run(embellie_sql::select(&distinct, &registry, &target).unwrap()), once.clone());
        let mut whole = query;
        whole.steps.retain(|step| !matches!(step, Step::Values(_)));
        let deletion = embellie_sql::delete(&whole, &registry, &target).unwrap();
        let deleted = deletion.map_or(0, |statement| {
            let selected = statement.sql.replacen("DELETE", "SELECT COUNT(*)", 1);
            run_on_sqlite(&connection, &embellie_core::Statement { sql: selected.into(), ..statement })[0]
        });
        prop_assert_eq!(deleted, once.len() as i64);
    }
}

/// A parameter as the type that the server found for its place.
fn typed(value: &Value, ty: &Type) -> Box<dyn ToSql + Sync> {
    let int = |value: &Value| match value {
        Value::Int(v) => *v,
        other => unreachable!("{other}"),
    };
    let text = |value: &Value| match value {
        Value::Text(v) => v.clone(),
        other => unreachable!("{other}"),
    };
    match (value, ty.name()) {
        (Value::List(values), "_int8") => Box::new(values.iter().map(int).collect::<Vec<i64>>()),
        (Value::List(values), "_int4") => Box::new(values.iter().map(|v| int(v) as i32).collect::<Vec<i32>>()),
        (Value::List(values), "_text" | "_varchar") => Box::new(values.iter().map(text).collect::<Vec<String>>()),
        (value, "int8") => Box::new(int(value)),
        (value, "int4") => Box::new(int(value) as i32),
        (Value::Bool(value), "bool") => Box::new(*value),
        (value, "text" | "varchar") => Box::new(text(value)),
        (value, ty) => unreachable!("{value} for {ty}"),
    }
}

/// The same on PostgreSQL, where every statement must be one whose types the server can tell.
#[tokio::test]
async fn postgres_gives_what_queries_mean() {
    let registry = registry();
    let database = embellie_testing::TestDatabase::create().await.unwrap();
    let (mut client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let server = ServerInfo { dialect: "postgres", version: (15, 0, 0) };
    let target = Target::for_server(&server).unwrap();
    for statement in create_tables(&registry, &server, SchemaOptions::default()).unwrap().statements {
        client.batch_execute(&statement.sql).await.unwrap();
    }
    let mut runner = TestRunner::deterministic();
    for seed in 0..8 {
        let transaction = client.transaction().await.unwrap();
        let tables = rows(&registry, seed);
        transaction.batch_execute(&filling(&registry, &tables)).await.unwrap();
        for _ in 0..40 {
            let query = queries().new_tree(&mut runner).unwrap().current();
            let expected = naive::keys(&query, &registry, &tables);
            let Some(compiled) = embellie_sql::select(&query, &registry, &target).unwrap() else {
                assert!(expected.is_empty());
                continue;
            };
            let statement = compiled.statement;
            let prepared = transaction.prepare(&statement.sql).await.unwrap();
            let parameters: Vec<Box<dyn ToSql + Sync>> =
                statement.parameters.iter().zip(prepared.params()).map(|(value, ty)| typed(value, ty)).collect();
            let parameters: Vec<&(dyn ToSql + Sync)> = parameters.iter().map(AsRef::as_ref).collect();
            let found = transaction.query(&prepared, &parameters).await.unwrap();
            let mut keys: Vec<i64> = found.iter().map(|row| row.get(0)).collect();
            keys.sort_unstable();
            assert_eq!(keys, expected, "{}", statement.sql);
        }
        transaction.rollback().await.unwrap();
    }
}
