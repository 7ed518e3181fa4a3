//! PostgreSQL: its catalogue, with one statement for each kind of thing, however many there are.

mod types;

use std::collections::HashMap;

use embellie::{Database, Executor, Result};
use embellie_core::field::FieldKind;
use embellie_core::meta::{Deferrable, IndexKind};

use crate::schema::{
    Action, Check, Column, Django, ForeignKey, Generated, Holds, Index, IndexTerm, Indexed, Key, Problem, Schema,
    Table, TableKind, TableName,
};

pub(super) const NAME: &str = "postgres";

const DATABASE: &str = "SELECT current_database()::text, current_schemas(false)::text[]";

/// Tables and views that names without a schema lead to, or would if another had not their name. Partitions are parts of
/// their table, and what an extension made is the extension's.
const TABLES: &str = "SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, \
                      o.description, pg_catalog.pg_table_is_visible(c.oid) \
                      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                      LEFT JOIN pg_catalog.pg_description o ON o.objoid = c.oid AND o.objsubid = 0 \
                      AND o.classoid = 'pg_catalog.pg_class'::regclass \
                      WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                      AND NOT c.relispartition AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
                      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
                      ORDER BY n.nspname, c.relname";

/// Columns, with their types under any domain. Comments are joined: the function that gives one is a query of its own.
const COLUMNS: &str = "SELECT a.attrelid::bigint, a.attnum::bigint, a.attname::text, \
                       pg_catalog.format_type(a.atttypid, a.atttypmod), b.typname::text, b.typtype::text, b.oid::bigint, \
                       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END::bigint, \
                       a.attnotnull OR t.typnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid), \
                       a.attidentity::text || a.attgenerated::text || a.attndims::text, \
                       o.description \
                       FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
                       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                       JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
                       JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END \
                       LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
                       LEFT JOIN pg_catalog.pg_description o ON o.objoid = a.attrelid AND o.objsubid = a.attnum \
                       AND o.classoid = 'pg_catalog.pg_class'::regclass \
                       WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                       AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum";

const ENUMERATIONS: &str =
    "SELECT enumtypid::bigint, enumlabel::text FROM pg_catalog.pg_enum ORDER BY enumtypid, enumsortorder";

const CONSTRAINTS: &str = "SELECT o.conrelid::bigint, o.conname::text, o.contype::text, o.conkey::bigint[], o.confrelid::bigint, \
                           o.confkey::bigint[], o.confdeltype::text, o.confupdtype::text, o.condeferrable, o.condeferred, \
                           CASE WHEN o.contype = 'c' THEN pg_catalog.pg_get_expr(o.conbin, o.conrelid) \
                           WHEN o.contype = 'f' THEN o.confrelid::regclass::text END \
                           FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid \
                           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                           WHERE n.nspname = ANY (current_schemas(false)) AND o.contype IN ('p', 'u', 'f', 'c') \
                           AND o.conparentid = 0 ORDER BY o.conrelid, o.oid";

/// Indexes that no constraint made.
const INDEXES: &str = "SELECT i.indrelid::bigint, c.relname::text, i.indisunique, i.indkey::int2[]::bigint[], \
                       i.indoption::int2[]::bigint[], i.indnkeyatts::bigint, m.amname::text, \
                       pg_catalog.pg_get_expr(i.indpred, i.indrelid), \
                       ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, true) \
                       FROM generate_series(1, i.indnkeyatts) k ORDER BY k), \
                       ARRAY(SELECT CASE WHEN p.opcdefault THEN '' ELSE p.opcname::text END \
                       FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS u (id, place) \
                       JOIN pg_catalog.pg_opclass p ON p.oid = u.id ORDER BY u.place) \
                       FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
                       JOIN pg_catalog.pg_am m ON m.oid = c.relam \
                       JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
                       JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace \
                       WHERE n.nspname = ANY (current_schemas(false)) AND t.relkind IN ('r', 'p', 'm') AND NOT t.relispartition \
                       AND i.indislive AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint o WHERE o.conindid = i.indexrelid \
                       AND o.contype IN ('p', 'u', 'x')) ORDER BY i.indrelid, i.indexrelid";

/// The tables by the number that the catalogue has for them.
struct Found {
    schema: Schema,
    places: HashMap<i64, usize>,
    /// The numbers of columns, as the tables have them.
    columns: Vec<HashMap<i64, String>>,
}

pub(super) async fn read(db: &Database) -> Result<Schema> {
    let (database, path): (String, Vec<String>) =
        db.cursor().query(DATABASE, ()).await?.into_iter().next().unwrap_or_default();
    let mut found =
        Found { schema: Schema { database, ..Schema::default() }, places: HashMap::new(), columns: Vec::new() };
    tables(db, &mut found, path.first().map(String::as_str)).await?;
    columns(db, &mut found).await?;
    constraints(db, &mut found).await?;
    indexes(db, &mut found).await?;
    let Found { mut schema, .. } = found;
    for table in &mut schema.tables {
        // A row's place tells it apart, where all rows lie in one file.
        if table.primary_key.is_none() && table.kind == TableKind::Table {
            table.hidden_key = Some(Column {
                name: "ctid".into(),
                type_name: "tid".into(),
                kind: Holds::of(FieldKind::Any),
                ..Column::default()
            });
        }
    }
    schema.django = match django(db, &schema.tables).await {
        None if are_djangos(&schema.tables) => {
            Django::of_tables(schema.tables.iter().map(|table| table.name.name.as_str()))
        }
        found => found,
    };
    Ok(schema)
}

async fn tables(db: &Database, found: &mut Found, first: Option<&str>) -> Result<()> {
    type Row = (i64, String, String, String, Option<String>, bool);
    let rows: Vec<Row> = db.cursor().query(TABLES, ()).await?;
    for (number, schema, name, kind, comment, visible) in rows {
        let name = TableName { schema: Some(schema).filter(|schema| Some(schema.as_str()) != first), name };
        if !visible {
            let message = "a table of the same name in another schema hides it".to_owned();
            found.schema.problems.push(Problem { object: name.to_string(), message });
            continue;
        }
        let kind = match kind.as_str() {
            "p" => TableKind::Partitioned,
            "v" => TableKind::View,
            "m" => TableKind::MaterializedView,
            "f" => TableKind::Foreign,
            _ => TableKind::Table,
        };
        found.places.insert(number, found.schema.tables.len());
        found.columns.push(HashMap::new());
        found.schema.tables.push(Table { name, kind, comment, ..Table::default() });
    }
    Ok(())
}

async fn columns(db: &Database, found: &mut Found) -> Result<()> {
    let mut enumerations: HashMap<i64, Vec<String>> = HashMap::new();
    let labels: Vec<(i64, String)> = db.cursor().query(ENUMERATIONS, ()).await?;
    for (number, label) in labels {
        enumerations.entry(number).or_default().push(label);
    }
    type Row = (i64, i64, String, String, String, String, i64, i64, bool, Option<String>, String, Option<String>);
    let rows: Vec<Row> = db.cursor().query(COLUMNS, ()).await?;
    for (table, number, name, type_name, base, class, base_number, modifier, not_null, expression, flags, comment) in
        rows
    {
        let Some(place) = found.places.get(&table).copied() else { continue };
        found.columns[place].insert(number, name.clone());
        let values = enumerations.get(&base_number).cloned().unwrap_or_default();
        let kind = match class.as_str() {
            "e" => types::enumeration(&values),
            _ => types::nested(types::holds(&base, modifier), &flags),
        };
        // `a` and `d` are identities; `s` and `v` are generated; the number is how deep arrays are.
        let generated = flags.contains(['s', 'v']);
        let counted =
            flags.contains(['a', 'd']) || expression.as_deref().is_some_and(|text| text.starts_with("nextval("));
        let (default, expression) = if generated { (None, expression) } else { (expression, None) };
        found.schema.tables[place].columns.push(Column {
            name,
            type_name,
            kind,
            null: !not_null,
            default: default.filter(|_| !counted),
            auto: counted,
            generated: generated
                .then(|| Generated { expression: expression.unwrap_or_default(), stored: flags.contains('s') }),
            collation: None,
            comment,
            values,
        });
    }
    Ok(())
}

async fn constraints(db: &Database, found: &mut Found) -> Result<()> {
    type Row =
        (i64, String, String, Option<Vec<i64>>, i64, Option<Vec<i64>>, String, String, bool, bool, Option<String>);
    let rows: Vec<Row> = db.cursor().query(CONSTRAINTS, ()).await?;
    for (table, name, class, columns, to, to_columns, on_delete, on_update, deferrable, deferred, text) in rows {
        let Some(place) = found.places.get(&table).copied() else { continue };
        let named = |place: usize, numbers: Option<Vec<i64>>| -> Vec<String> {
            let known = &found.columns[place];
            numbers.unwrap_or_default().iter().filter_map(|number| known.get(number).cloned()).collect()
        };
        let deferrable = deferrable.then_some(if deferred { Deferrable::Deferred } else { Deferrable::Immediate });
        let columns = named(place, columns);
        match class.as_str() {
            "p" | "u" => {
                let key = Key { name: Some(name), columns, nulls_are_equal: false, deferrable };
                let table = &mut found.schema.tables[place];
                if class == "p" { table.primary_key = Some(key) } else { table.uniques.push(key) }
            }
            "c" => {
                let condition = text.unwrap_or_default();
                found.schema.tables[place].checks.push(Check { name: Some(name), condition });
            }
            _ => {
                let target = found.places.get(&to).copied();
                let foreign_key = ForeignKey {
                    name: Some(name),
                    columns,
                    to: match target {
                        Some(target) => found.schema.tables[target].name.clone(),
                        None => TableName { schema: None, name: text.unwrap_or_default() },
                    },
                    to_columns: target.map(|target| named(target, to_columns)).unwrap_or_default(),
                    on_delete: action(&on_delete),
                    on_update: action(&on_update),
                    deferrable,
                };
                found.schema.tables[place].foreign_keys.push(foreign_key);
            }
        }
    }
    Ok(())
}

fn action(letter: &str) -> Action {
    match letter {
        "r" => Action::Restrict,
        "c" => Action::Cascade,
        "n" => Action::SetNull,
        "d" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

async fn indexes(db: &Database, found: &mut Found) -> Result<()> {
    type Row = (i64, String, bool, Vec<i64>, Vec<i64>, i64, String, Option<String>, Vec<String>, Vec<String>);
    let rows: Vec<Row> = db.cursor().query(INDEXES, ()).await?;
    for (table, name, unique, numbers, options, keys, method, condition, texts, opclasses) in rows {
        let Some(place) = found.places.get(&table).copied() else { continue };
        let known = &found.columns[place];
        let keys = usize::try_from(keys).unwrap_or_default().min(numbers.len());
        let (keyed, beside) = numbers.split_at(keys);
        let terms: Vec<IndexTerm> = keyed
            .iter()
            .enumerate()
            .map(|(term, number)| IndexTerm {
                of: match known.get(number) {
                    Some(column) => Indexed::Column(column.clone()),
                    None => Indexed::Expression(texts.get(term).cloned().unwrap_or_default()),
                },
                descending: options.get(term).is_some_and(|options| options & 1 == 1),
                opclass: opclasses.get(term).filter(|class| !class.is_empty()).cloned(),
            })
            .collect();
        let include = beside.iter().filter_map(|number| known.get(number).cloned()).collect();
        let columns: Option<Vec<String>> = terms
            .iter()
            .map(|term| match &term.of {
                Indexed::Column(column) => Some(column.clone()),
                Indexed::Expression(_) => None,
            })
            .collect();
        let table = &mut found.schema.tables[place];
        match columns {
            Some(columns) if unique && condition.is_none() => {
                table.uniques.push(Key { name: Some(name), columns, ..Key::default() });
            }
            _ => table.indexes.push(Index { name, unique, terms, condition, include, kind: index_kind(&method) }),
        }
    }
    Ok(())
}

fn index_kind(method: &str) -> Option<IndexKind> {
    Some(match method {
        "hash" => IndexKind::Hash,
        "gin" => IndexKind::Gin,
        "gist" => IndexKind::Gist,
        "spgist" => IndexKind::SpGist,
        "brin" => IndexKind::Brin,
        "bloom" => IndexKind::Bloom,
        _ => return None,
    })
}

/// Whether tables look as Django and embellie make them: each with a word before the first underscore, a key that is counted
/// up as an identity and called `id`, and foreign keys that end in `_id`.
fn are_djangos(tables: &[Table]) -> bool {
    let counted = |table: &Table| table.column("id").is_some_and(|id| id.auto && id.default.is_none());
    let keys =
        |table: &Table| table.foreign_keys.iter().flat_map(|key| &key.columns).all(|column| column.ends_with("_id"));
    let deferred =
        tables.iter().flat_map(|table| &table.foreign_keys).all(|key| key.deferrable == Some(Deferrable::Deferred));
    let tables = || tables.iter().filter(|table| table.kind == TableKind::Table);
    tables().any(counted) && deferred && tables().all(|table| keys(table) && table.name.name.contains('_'))
}

async fn django(db: &Database, tables: &[Table]) -> Option<Django> {
    let has = |wanted: &str| tables.iter().any(|table| table.name.name == wanted);
    if !has("django_migrations") {
        return None;
    }
    // A table of that name need not be Django's.
    let cursor = db.cursor();
    let apps = cursor.query("SELECT DISTINCT app::text FROM django_migrations ORDER BY 1", ()).await.ok()?;
    let models = match has("django_content_type") {
        true => {
            let sql = "SELECT app_label::text, model::text FROM django_content_type ORDER BY id";
            cursor.query(sql, ()).await.unwrap_or_default()
        }
        false => Vec::new(),
    };
    Some(Django { apps, models, is_project: true })
}
