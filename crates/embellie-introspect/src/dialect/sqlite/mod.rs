//! SQLite: pragmas as tables, joined with the list of tables, and the text of `CREATE TABLE` for what pragmas don't tell.

mod definition;
mod types;

use std::collections::HashMap;

use embellie::{Database, Executor, Result};
use embellie_core::field::FieldKind;

use crate::schema::{
    Action, Column, Django, ForeignKey, Generated, Holds, Index, IndexTerm, Indexed, Key, Problem, Schema, Table,
    TableKind, TableName,
};
use definition::Definition;

pub(super) const NAME: &str = "sqlite";

const DATABASE: &str = "SELECT file FROM pragma_database_list WHERE name = 'main'";

/// Tables and views but for those that belong to SQLite or to another table.
const TABLES: &str = "SELECT l.name, l.type, l.wr, m.sql FROM pragma_table_list l \
                      LEFT JOIN main.sqlite_schema m ON m.name = l.name AND m.type IN ('table', 'view') \
                      WHERE l.schema = 'main' AND l.type <> 'shadow' AND substr(l.name, 1, 7) <> 'sqlite_' \
                      ORDER BY l.name";

const COLUMNS: &str = "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden \
                       FROM main.sqlite_schema m, pragma_table_xinfo(m.name, 'main') c \
                       WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_' ORDER BY m.name, c.cid";

const COLUMNS_OF: &str =
    "SELECT %s, name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(%s, 'main') ORDER BY cid";

const FOREIGN_KEYS: &str = "SELECT m.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_delete, f.on_update \
                            FROM main.sqlite_schema m, pragma_foreign_key_list(m.name, 'main') f \
                            WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq";

const INDEXES: &str = "SELECT m.name, i.name, i.\"unique\", i.origin, i.partial, x.name, x.\"desc\", x.cid, d.sql \
                       FROM main.sqlite_schema m, pragma_index_list(m.name, 'main') i, pragma_index_xinfo(i.name, 'main') x \
                       LEFT JOIN main.sqlite_schema d ON d.type = 'index' AND d.name = i.name \
                       WHERE m.type = 'table' AND x.\"key\" = 1 ORDER BY m.name, i.seq DESC, x.seqno";

type ColumnRow = (String, String, String, bool, Option<String>, i64, i64);

pub(super) async fn read(db: &Database) -> Result<Schema> {
    let cursor = db.cursor();
    let file: Vec<Option<String>> = cursor.query(DATABASE, ()).await?;
    let mut schema = Schema { database: stem(file.into_iter().flatten().next().as_deref()), ..Schema::default() };
    let mut tables: Vec<(String, String, bool, Option<String>)> = cursor.query(TABLES, ()).await?;
    if tables.iter().any(|(name, ..)| name.is_empty()) {
        let message = "a table has no name, which no query can say".to_owned();
        schema.problems.push(Problem { object: String::new(), message });
        tables.retain(|(name, ..)| !name.is_empty());
    }
    schema.django = django(db, &tables).await?;
    let columns = columns(db, &tables, &mut schema.problems).await?;
    let by_name: HashMap<String, usize> =
        tables.iter().enumerate().map(|(place, (name, ..))| (name.to_ascii_lowercase(), place)).collect();
    let mut definitions = Vec::with_capacity(tables.len());
    for (name, kind, without_rowid, sql) in tables {
        let kind = match kind.as_str() {
            "view" => TableKind::View,
            "virtual" => TableKind::Foreign,
            _ => TableKind::Table,
        };
        let definition = sql.as_deref().filter(|_| kind == TableKind::Table).map(Definition::read).unwrap_or_default();
        definitions.push((definition, without_rowid));
        schema.tables.push(Table { name: TableName { schema: None, name }, kind, ..Table::default() });
    }
    if schema.django.is_none() && types::are_djangos(columns.iter().map(|(_, _, name, ..)| name.as_str())) {
        schema.django = Django::of_tables(schema.tables.iter().map(|table| table.name.name.as_str()));
    }
    let django = schema.django.is_some();
    for row in columns {
        let Some(place) = by_name.get(&row.0.to_ascii_lowercase()).copied() else { continue };
        if row.1.is_empty() {
            let message = "it has a column without a name, which no query can say".to_owned();
            schema.problems.push(Problem { object: row.0, message });
            continue;
        }
        add_column(&mut schema.tables[place], &definitions[place].0, row, django);
    }
    foreign_keys(db, &mut schema, &by_name, &definitions).await?;
    indexes(db, &mut schema, &by_name).await?;
    for (table, (definition, without_rowid)) in schema.tables.iter_mut().zip(definitions) {
        for key in table.uniques.iter_mut().filter(|key| key.name.is_none()) {
            let same = |columns: &Vec<String>| {
                columns.len() == key.columns.len()
                    && columns.iter().zip(&key.columns).all(|(one, other)| one.eq_ignore_ascii_case(other))
            };
            key.name = definition.uniques.iter().find(|(_, columns)| same(columns)).map(|(name, _)| name.clone());
        }
        // What makes a column one of JSON is told by its kind.
        let json = |check: &crate::schema::Check| {
            table.columns.iter().any(|column| types::says_json(&check.condition, &column.name))
        };
        table.checks = definition.checks.into_iter().filter(|check| !json(check)).collect();
        finish_key(table, definition.key_name, without_rowid);
    }
    Ok(schema)
}

/// The name of a file without its folder and its ending.
fn stem(file: Option<&str>) -> String {
    let name = file.and_then(|file| std::path::Path::new(file).file_stem()).and_then(|stem| stem.to_str());
    name.unwrap_or_default().to_owned()
}

async fn django(db: &Database, tables: &[(String, String, bool, Option<String>)]) -> Result<Option<Django>> {
    let has = |wanted: &str| tables.iter().any(|(name, ..)| name == wanted);
    if !has("django_migrations") {
        return Ok(None);
    }
    let cursor = db.cursor();
    // A table of that name need not be Django's.
    let apps = cursor.query("SELECT DISTINCT app FROM django_migrations ORDER BY app", ()).await;
    let Ok(apps) = apps else { return Ok(None) };
    let models = match has("django_content_type") {
        true => {
            cursor.query("SELECT app_label, model FROM django_content_type ORDER BY id", ()).await.unwrap_or_default()
        }
        false => Vec::new(),
    };
    Ok(Some(Django { apps, models, is_project: true }))
}

/// The columns of all tables at once; of views one by one, since one that is broken fails.
async fn columns(
    db: &Database,
    tables: &[(String, String, bool, Option<String>)],
    problems: &mut Vec<Problem>,
) -> Result<Vec<ColumnRow>> {
    let all = db.cursor().query(COLUMNS, ()).await;
    // A virtual table whose module is missing fails as well.
    let one_by_one = all.is_err();
    let mut rows: Vec<ColumnRow> = all.unwrap_or_default();
    for (name, kind, ..) in tables.iter().filter(|(_, kind, ..)| one_by_one || kind == "view") {
        match db.cursor().query::<ColumnRow>(COLUMNS_OF, (name.as_str(), name.as_str())).await {
            Ok(found) => rows.extend(found),
            Err(error) => problems.push(Problem {
                object: name.clone(),
                message: format!("the columns of the {kind} cannot be read: {error}"),
            }),
        }
    }
    Ok(rows)
}

fn add_column(table: &mut Table, definition: &Definition, row: ColumnRow, django: bool) {
    let (_, name, type_name, not_null, default, key, hidden) = row;
    // 1 is a hidden column of a virtual table; 2 and 3 are generated ones.
    if hidden == 1 {
        return;
    }
    let written = definition.column(&name);
    let mut holds = types::holds(&type_name, django);
    if definition.checks.iter().any(|check| types::says_json(&check.condition, &name)) {
        holds = Holds::of(FieldKind::Json);
    }
    if key > 0 {
        let columns = &mut table.primary_key.get_or_insert_default().columns;
        let place = usize::try_from(key - 1).unwrap_or_default();
        if columns.len() <= place {
            columns.resize(place + 1, String::new());
        }
        columns[place] = name.clone();
    }
    let generated = (hidden == 2 || hidden == 3).then(|| Generated {
        expression: written.and_then(|column| column.generated.clone()).unwrap_or_default(),
        stored: hidden == 3,
    });
    table.columns.push(Column {
        kind: holds,
        null: !not_null,
        // What is null by default has none.
        default: default.filter(|default| !default.eq_ignore_ascii_case("null")),
        auto: false,
        generated,
        collation: written.and_then(|column| column.collation.clone()),
        comment: None,
        values: Vec::new(),
        name,
        type_name,
    });
}

/// An integer that is the primary key by itself is the row's number, which SQLite counts up; a table without a primary key
/// has that number too.
fn finish_key(table: &mut Table, name: Option<String>, without_rowid: bool) {
    // A key of which a column has no name is none.
    table.primary_key = table.primary_key.take().filter(|key| key.columns.iter().all(|column| !column.is_empty()));
    if let Some(key) = &mut table.primary_key {
        key.name = name;
    }
    match &table.primary_key {
        Some(key) => {
            for name in &key.columns {
                let alone = key.columns.len() == 1;
                let Some(column) = table.columns.iter_mut().find(|column| column.name == *name) else { continue };
                column.null = false;
                if alone && !without_rowid && column.type_name.eq_ignore_ascii_case("integer") {
                    column.auto = true;
                    column.kind = Holds::of(FieldKind::BigInteger);
                }
            }
        }
        None if table.kind == TableKind::Table || table.kind == TableKind::Foreign => {
            let names = ["rowid", "_rowid_", "oid"];
            let taken = |name: &&str| table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
            table.hidden_key = names.into_iter().find(|name| !taken(name)).map(|name| Column {
                name: name.to_owned(),
                type_name: "INTEGER".into(),
                kind: Holds::of(FieldKind::BigInteger),
                auto: true,
                ..Column::default()
            });
        }
        None => {}
    }
}

async fn foreign_keys(
    db: &Database,
    schema: &mut Schema,
    by_name: &HashMap<String, usize>,
    definitions: &[(Definition, bool)],
) -> Result<()> {
    type Row = (String, i64, String, String, Option<String>, String, String);
    let rows: Vec<Row> = match db.cursor().query(FOREIGN_KEYS, ()).await {
        Ok(rows) => rows,
        Err(error) => {
            let message = format!("the foreign keys cannot be read: {error}");
            schema.problems.push(Problem { object: schema.database.clone(), message });
            return Ok(());
        }
    };
    let mut last = None;
    for (table, id, to, from, to_column, on_delete, on_update) in rows {
        let Some(place) = by_name.get(&table.to_ascii_lowercase()).copied() else { continue };
        let column = schema.tables[place].columns.iter().find(|column| column.name.eq_ignore_ascii_case(&from));
        let from = column.map_or(from, |column| column.name.clone());
        // SQLite does not mind the case of names.
        let target = by_name.get(&to.to_ascii_lowercase()).map(|place| &schema.tables[*place]);
        let to_column = to_column.map(|name| {
            let known = target.and_then(|target| {
                target
                    .columns
                    .iter()
                    .find(|column| column.name.eq_ignore_ascii_case(&name))
                    .map(|column| column.name.clone())
            });
            known.unwrap_or(name)
        });
        let to = target.map_or(to, |target| target.name.name.clone());
        let foreign_keys = &mut schema.tables[place].foreign_keys;
        let same = last == Some((place, id));
        last = Some((place, id));
        match foreign_keys.last_mut().filter(|_| same) {
            Some(known) => {
                known.columns.push(from);
                known.to_columns.extend(to_column);
            }
            None => foreign_keys.push(ForeignKey {
                name: None,
                columns: vec![from],
                to: TableName { schema: None, name: to },
                to_columns: to_column.into_iter().collect(),
                on_delete: action(&on_delete),
                on_update: action(&on_update),
                deferrable: None,
            }),
        }
    }
    for (table, (definition, _)) in schema.tables.iter_mut().zip(definitions) {
        // SQLite counts them from the last.
        table.foreign_keys.reverse();
        for (foreign_key, written) in table.foreign_keys.iter_mut().zip(&definition.foreign_keys) {
            foreign_key.name.clone_from(&written.name);
            foreign_key.deferrable = written.deferrable;
        }
    }
    Ok(())
}

fn action(name: &str) -> Action {
    match name {
        "CASCADE" => Action::Cascade,
        "SET NULL" => Action::SetNull,
        "SET DEFAULT" => Action::SetDefault,
        "RESTRICT" => Action::Restrict,
        _ => Action::NoAction,
    }
}

async fn indexes(db: &Database, schema: &mut Schema, by_name: &HashMap<String, usize>) -> Result<()> {
    type Row = (String, String, bool, String, bool, Option<String>, bool, i64, Option<String>);
    let rows: Vec<Row> = match db.cursor().query(INDEXES, ()).await {
        Ok(rows) => rows,
        Err(error) => {
            let message = format!("the indexes cannot be read: {error}");
            schema.problems.push(Problem { object: schema.database.clone(), message });
            return Ok(());
        }
    };
    let mut gathered: Vec<(usize, String, bool, Index)> = Vec::new();
    for (table, name, unique, origin, partial, column, descending, _, sql) in rows {
        let Some(place) = by_name.get(&table.to_ascii_lowercase()).copied() else { continue };
        if origin == "pk" {
            continue;
        }
        if gathered.last().is_none_or(|(known, _, _, index)| *known != place || index.name != name) {
            let condition = sql.as_deref().filter(|_| partial).and_then(definition::condition_of_index);
            let index = Index { name, unique, condition, ..Index::default() };
            gathered.push((place, origin, partial, index));
        }
        let Some((_, _, _, index)) = gathered.last_mut() else { continue };
        let number = index.terms.len();
        let of = match column {
            Some(column) => Indexed::Column(column),
            None => {
                let expressions = sql.as_deref().map(definition::terms_of_index).unwrap_or_default();
                Indexed::Expression(expressions.get(number).cloned().unwrap_or_default())
            }
        };
        index.terms.push(IndexTerm { of, descending, opclass: None });
    }
    for (place, origin, partial, index) in gathered {
        let columns: Option<Vec<String>> = index
            .terms
            .iter()
            .map(|term| match &term.of {
                Indexed::Column(column) => Some(column.clone()),
                Indexed::Expression(_) => None,
            })
            .collect();
        let table = &mut schema.tables[place];
        match columns {
            Some(columns) if index.unique && !partial => {
                // Those that a constraint made have names of SQLite's own.
                let name = (origin != "u").then_some(index.name);
                table.uniques.push(Key { name, columns, ..Key::default() });
            }
            _ => table.indexes.push(index),
        }
    }
    Ok(())
}
