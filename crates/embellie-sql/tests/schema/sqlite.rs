//! The tables as a real SQLite makes them, read back through its pragmas.

use embellie_core::{Registry, ServerInfo};
use embellie_sql::schema::{SchemaOptions, SchemaPlan, create_tables, drop_tables, table_names};
use rusqlite::Connection;

use crate::models::registry;

const SERVER: ServerInfo = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };

fn run(connection: &Connection, plan: &SchemaPlan) {
    connection.execute_batch("BEGIN").unwrap();
    for statement in &plan.statements {
        connection.execute_batch(&statement.sql).unwrap_or_else(|e| panic!("{e}: {}", statement.sql));
    }
    connection.execute_batch("COMMIT").unwrap();
}

fn database(registry: &Registry) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    run(&connection, &create_tables(registry, &SERVER, SchemaOptions::default()).unwrap());
    connection
}

fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..columns).map(|i| Ok(format!("{:?}", row.get::<_, rusqlite::types::Value>(i)?)));
        Ok(cells.collect::<rusqlite::Result<Vec<_>>>()?.join(" "))
    });
    let mut rows: Vec<String> = rows.unwrap().map(Result::unwrap).collect();
    rows.sort();
    rows
}

#[test]
fn columns_are_what_the_models_say() {
    let registry = registry();
    let connection = database(&registry);
    for model in registry.models().iter().filter(|model| model.managed) {
        let sql = format!("SELECT name, \"notnull\", pk FROM pragma_table_info('{}')", model.table);
        let mut expected: Vec<String> = model
            .fields
            .iter()
            .map(|field| {
                let (not_null, key) = (i32::from(!field.null), i32::from(field.primary_key));
                format!("Text({:?}) Integer({not_null}) Integer({key})", field.column)
            })
            .collect();
        expected.sort();
        assert_eq!(rows(&connection, &sql), expected, "{}", model.label());
    }
    assert!(rows(&connection, "SELECT name FROM sqlite_schema WHERE name = 'blog_legacy'").is_empty());
}

#[test]
fn foreign_keys_lead_where_the_models_say() {
    let registry = registry();
    let connection = database(&registry);
    for model in registry.models().iter().filter(|model| model.managed) {
        let sql = format!("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('{}')", model.table);
        let mut expected: Vec<String> = model
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.relation.as_ref().is_some_and(|relation| relation.db_constraint))
            .map(|(place, field)| {
                let (to, to_field) = model.target(place).unwrap();
                let to = registry.get(to);
                format!("Text({:?}) Text({:?}) Text({:?})", field.column, to.table, to.fields[to_field].column)
            })
            .collect();
        expected.sort();
        assert_eq!(rows(&connection, &sql), expected, "{}", model.label());
    }
}

#[test]
fn indexes_cover_the_columns() {
    let connection = database(&registry());
    let sql = "SELECT il.name, il.\"unique\", group_concat(ii.name, ',') \
               FROM pragma_index_list('blog_kinds') il, pragma_index_info(il.name) ii \
               WHERE il.name NOT LIKE 'sqlite_autoindex%' GROUP BY il.name";
    insta::assert_snapshot!(rows(&connection, sql).join("\n"));
}

#[test]
fn defaults_and_checks_work() {
    let connection = database(&registry());
    connection
        .execute_batch(
            "INSERT INTO blog_user (name, email) VALUES ('Ann', 'ann@x.org');
             INSERT INTO \"odd table\" VALUES ('s');
             INSERT INTO blog_tiny DEFAULT VALUES;
             INSERT INTO blog_kinds (t, e, s, i, bi, psi, pi, pbi, ti, \"we \"\"ird\", slugged_id, loose_id, by_email_id, tiny_id)
             VALUES ('t', 'e', 's', 1, 2, 3, 4, 5, '12:00:00', 0, 's', 99, 'ann@x.org', 1)",
        )
        .unwrap();
    let found = rows(&connection, "SELECT c, b, si, f, d, da, dt, naive, du, uu, hex(bin), j FROM blog_kinds");
    let expected = r#"Text("it's \\ here") Integer(1) Integer(-5) Real(1.5) Real(1.5) Text("2024-02-29")"#.to_owned()
        + r#" Text("2024-02-29 12:30:00") Text("2024-02-29 12:30:00.500000") Integer(90000000)"#
        + r#" Text("12345678123456781234567812345678") Text("00FF") Text("{\"a\": 1}")"#;
    assert_eq!(found, [expected]);
    connection.execute_batch("UPDATE blog_kinds SET i = -9, si = -9, d = 99.25, bi = 4999").unwrap();
    for refused in [
        "UPDATE blog_kinds SET psi = -1",
        "UPDATE blog_kinds SET j = '{'",
        "UPDATE blog_kinds SET slugged_id = 'nowhere'",
        "UPDATE blog_kinds SET c = NULL",
        "UPDATE blog_kinds SET i = -9, si = 0",
        "UPDATE blog_kinds SET d = 100",
        "UPDATE blog_kinds SET bi = 5000",
        "INSERT INTO blog_user (name, email) VALUES ('Bob', 'ann@x.org')",
    ] {
        assert!(connection.execute_batch(refused).is_err(), "{refused}");
    }
}

#[test]
fn once_more_if_needed() {
    let registry = registry();
    let connection = database(&registry);
    let before = rows(&connection, "SELECT sql FROM sqlite_schema");
    let plan = create_tables(&registry, &SERVER, SchemaOptions { if_needed: true }).unwrap();
    run(&connection, &plan);
    assert_eq!(rows(&connection, "SELECT sql FROM sqlite_schema"), before);
}

#[test]
fn the_names_of_all_tables_and_no_others() {
    let registry = registry();
    let connection = database(&registry);
    let mut expected: Vec<String> =
        registry.models().iter().filter(|m| m.managed).map(|m| format!("Text({:?})", m.table)).collect();
    expected.sort();
    assert_eq!(rows(&connection, &table_names(&SERVER).unwrap().sql), expected);
}

/// Rows that point at each other in a circle do not stand in the way.
#[test]
fn drop_everything() {
    let registry = registry();
    let connection = database(&registry);
    connection
        .execute_batch(
            "BEGIN;
             INSERT INTO blog_user VALUES (1, 'Ann', 'ann@x.org');
             INSERT INTO blog_profile VALUES (1, 1);
             INSERT INTO blog_badge VALUES (1, 1, 1);
             COMMIT",
        )
        .unwrap();
    run(&connection, &drop_tables(&registry, &SERVER, SchemaOptions::default()).unwrap());
    assert!(rows(&connection, "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'").is_empty());
    run(&connection, &drop_tables(&registry, &SERVER, SchemaOptions { if_needed: true }).unwrap());
}
