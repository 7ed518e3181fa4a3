//! Queries of one subject: their SQL on each database, which each database must take.

use embellie_core::query::{Annotation, Assignment};
use embellie_core::{Query, Registry, ServerInfo, Statement, Value};
use embellie_sql::Target;
use embellie_sql::schema::{SchemaOptions, create_tables};

use crate::blog::{postgres, registry, sqlite};

/// What is asked of a query.
pub(crate) enum Ask {
    Rows(Query),
    Count(Query),
    Exists(Query),
    Aggregate(Query, Vec<Annotation>),
    Update(Query, Vec<Assignment>),
    Delete(Query),
}

/// A query, and what it is to show.
pub(crate) type Case = (&'static str, Ask);

pub(crate) fn rows(name: &'static str, query: Query) -> Case {
    (name, Ask::Rows(query))
}

/// The query without the order of its model.
pub(crate) fn plain(query: Query) -> Query {
    Query { order_by: query.order_by.clone().or(Some(Vec::new())), ..query }
}

fn statement(ask: &Ask, registry: &Registry, target: &Target) -> Result<Option<Statement>, embellie_core::Error> {
    let compiled = match ask {
        Ask::Rows(query) => embellie_sql::select(&plain(query.clone()), registry, target),
        Ask::Count(query) => embellie_sql::count(query, registry, target),
        Ask::Exists(query) => embellie_sql::exists(query, registry, target),
        Ask::Aggregate(query, aggregates) => embellie_sql::aggregate(query, aggregates, registry, target).map(Some),
        Ask::Update(query, assignments) => return embellie_sql::update(query, assignments, registry, target),
        Ask::Delete(query) => return embellie_sql::delete(query, registry, target),
    };
    Ok(compiled?.map(|compiled| compiled.statement))
}

fn told(statement: &Result<Option<Statement>, embellie_core::Error>) -> String {
    match statement {
        Ok(None) => "nothing".into(),
        Ok(Some(statement)) if statement.parameters.is_empty() => statement.sql.to_string(),
        Ok(Some(statement)) => format!("{} -- {}", statement.sql, Value::List(statement.parameters.clone())),
        Err(error) => format!("{}: {error}", error.class()),
    }
}

/// The SQL of all cases, on each database; SQLite runs what is made for it.
pub(crate) fn show(cases: &[Case]) -> String {
    let registry = registry();
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let server = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };
    for statement in create_tables(&registry, &server, SchemaOptions::default()).unwrap().statements {
        connection.execute_batch(&statement.sql).unwrap();
    }
    let mut text = String::new();
    for (name, ask) in cases {
        let (on_sqlite, on_postgres) = (statement(ask, &registry, &sqlite()), statement(ask, &registry, &postgres()));
        if let Ok(Some(statement)) = &on_sqlite {
            let parameters = statement.parameters.iter().map(bound);
            let mut prepared = connection.prepare(&statement.sql).unwrap_or_else(|e| panic!("{name}: {e}"));
            let mut rows = prepared.query(rusqlite::params_from_iter(parameters)).unwrap();
            while rows.next().unwrap_or_else(|e| panic!("{name}: {e}")).is_some() {}
        }
        text += &format!("{name}\n  sqlite:   {}\n  postgres: {}\n", told(&on_sqlite), told(&on_postgres));
    }
    text
}

fn bound(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Int(v) => rusqlite::types::Value::Integer(*v),
        Value::Bool(v) => rusqlite::types::Value::Integer((*v).into()),
        other => rusqlite::types::Value::Text(other.to_string()),
    }
}

/// PostgreSQL takes every statement that is made for it: it knows all names, and the types of all parameters.
pub(crate) async fn prepare(cases: &[Case]) {
    let registry = registry();
    let database = embellie_testing::TestDatabase::create().await.unwrap();
    let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let server = ServerInfo { dialect: "postgres", version: (16, 0, 0) };
    for statement in create_tables(&registry, &server, SchemaOptions::default()).unwrap().statements {
        client.batch_execute(&statement.sql).await.unwrap();
    }
    for (name, ask) in cases {
        if let Ok(Some(statement)) = statement(ask, &registry, &postgres()) {
            client.prepare(&statement.sql).await.unwrap_or_else(|e| panic!("{name}: {e:?}\n{}", statement.sql));
        }
    }
}
