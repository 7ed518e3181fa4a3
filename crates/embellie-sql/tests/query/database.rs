//! Whether databases take the SQL, and what they give.

use embellie_core::query::Annotation;
use embellie_core::{Query, ServerInfo, Statement, Value};
use embellie_sql::schema::{SchemaOptions, create_tables};

use crate::blog::*;

/// A SQLite database with the tables of the tests and these rows.
pub(crate) fn sqlite_with(rows: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let server = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };
    for statement in create_tables(&registry(), &server, SchemaOptions::default()).unwrap().statements {
        connection.execute_batch(&statement.sql).unwrap();
    }
    connection.execute_batch(rows).unwrap();
    connection
}

/// What a statement gives on SQLite, with a space between columns and a line for each row.
pub(crate) fn given(connection: &rusqlite::Connection, statement: &Statement) -> String {
    use rusqlite::types::Value as Sql;
    let parameters = statement.parameters.iter().map(|value| match value {
        Value::Int(v) => Sql::Integer(*v),
        Value::Float(v) => Sql::Real(*v),
        Value::Bool(v) => Sql::Integer((*v).into()),
        other => Sql::Text(other.to_string().trim_matches('\'').to_owned()),
    });
    let mut prepared = connection.prepare(&statement.sql).unwrap_or_else(|e| panic!("{e}: {}", statement.sql));
    let columns = prepared.column_count();
    let mut rows = prepared.query(rusqlite::params_from_iter(parameters)).unwrap();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let line = (0..columns).map(|i| match row.get::<_, Sql>(i).unwrap() {
            Sql::Null => "-".to_owned(),
            Sql::Integer(v) => v.to_string(),
            Sql::Real(v) => v.to_string(),
            Sql::Text(v) => v,
            Sql::Blob(v) => format!("{v:?}"),
        });
        lines.push(line.collect::<Vec<_>>().join(" "));
    }
    lines.join("\n")
}

/// What a query gives on SQLite.
pub(crate) fn rows_of(connection: &rusqlite::Connection, query: &Query) -> String {
    match embellie_sql::select(query, &registry(), &sqlite()).unwrap() {
        Some(compiled) => given(connection, &compiled.statement),
        None => String::new(),
    }
}

/// What aggregates over a query's rows give on SQLite.
pub(crate) fn aggregates_of(connection: &rusqlite::Connection, query: &Query, aggregates: &[Annotation]) -> String {
    given(connection, &embellie_sql::aggregate(query, aggregates, &registry(), &sqlite()).unwrap().statement)
}

/// Has PostgreSQL prepare statements, which finds all mistakes of grammar, names and types.
pub(crate) async fn prepared_on_postgres(statements: &[Statement]) {
    let database = embellie_testing::TestDatabase::create().await.unwrap();
    let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let server = ServerInfo { dialect: "postgres", version: (15, 0, 0) };
    for statement in create_tables(&registry(), &server, SchemaOptions::default()).unwrap().statements {
        client.batch_execute(&statement.sql).await.unwrap();
    }
    for statement in statements {
        if let Err(error) = client.prepare(&statement.sql).await {
            let told = error.as_db_error().map_or_else(|| error.to_string(), |e| e.message().to_owned());
            panic!("{told}: {}", statement.sql);
        }
    }
}
