//! The models in Diesel, as its guide and `diesel print-schema` write them.

use std::fmt::Write;

use super::{Content, Crate, MODELS, write};
use crate::shell::Result;

/// Writes the crate.
pub(super) fn generate(content: Content) -> Result<Crate> {
    let mut code = String::from(
        "//! Generated: the models in Diesel.\n\nuse diesel::prelude::*;\nuse diesel::sqlite::Sqlite;\n\n",
    );
    for n in 0..MODELS {
        code.push_str(&model(n));
        if content == Content::Queries {
            code.push_str(&queries(n));
        }
    }
    for n in 1..MODELS {
        writeln!(code, "diesel::joinable!(model_{n} -> model_{} (parent_id));", n - 1)?;
        writeln!(code, "diesel::allow_tables_to_appear_in_same_query!(model_{n}, model_{});", n - 1)?;
    }
    let dependencies = "diesel = { version = \"2.3\", default-features = false, features = [\"sqlite\", \"returning_clauses_for_sqlite_3_35\"] }";
    match content {
        Content::Models => write("models-diesel", dependencies, &code),
        Content::Queries => write("queries-diesel", dependencies, &code),
    }
}

fn model(n: usize) -> String {
    let associations = match n {
        0 => String::new(),
        _ => format!("#[diesel(belongs_to(Model{}, foreign_key = parent_id))]\n", n - 1),
    };
    let derive = if n == 0 { "" } else { ", Associations" };
    format!(
        "diesel::table! {{
    model_{n} (id) {{
        id -> BigInt,
        name -> Text,
        code -> Text,
        note -> Nullable<Text>,
        active -> Bool,
        views -> BigInt,
        rank -> Integer,
        score -> Double,
        parent_id -> BigInt,
    }}
}}

#[derive(Debug, Clone, Queryable, Selectable, Identifiable, AsChangeset{derive})]
#[diesel(table_name = model_{n}, check_for_backend(Sqlite))]
{associations}pub struct Model{n} {{
    pub id: i64,
    pub name: String,
    pub code: String,
    pub note: Option<String>,
    pub active: bool,
    pub views: i64,
    pub rank: i32,
    pub score: f64,
    pub parent_id: i64,
}}

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = model_{n}, check_for_backend(Sqlite))]
pub struct NewModel{n} {{
    pub name: String,
    pub code: String,
    pub note: Option<String>,
    pub active: bool,
    pub views: i64,
    pub rank: i32,
    pub score: f64,
    pub parent_id: i64,
}}

"
    )
}

fn queries(n: usize) -> String {
    let parent = match n {
        0 => format!("model_{n}::table.filter(model_{n}::parent_id.eq(1))"),
        _ => {
            let above = n - 1;
            format!("model_{n}::table.inner_join(model_{above}::table).filter(model_{above}::name.eq(name))")
        }
    };
    format!(
        "pub fn add_{n}(db: &mut SqliteConnection, new: &NewModel{n}) -> QueryResult<Model{n}> {{
    diesel::insert_into(model_{n}::table).values(new).returning(Model{n}::as_returning()).get_result(db)
}}

pub fn top_{n}(db: &mut SqliteConnection, term: &str) -> QueryResult<Vec<Model{n}>> {{
    model_{n}::table
        .filter(model_{n}::name.like(term).and(model_{n}::views.gt(2)))
        .order((model_{n}::views.desc(), model_{n}::id))
        .limit(20)
        .select(Model{n}::as_select())
        .load(db)
}}

pub fn below_{n}(db: &mut SqliteConnection, name: &str) -> QueryResult<Vec<(i64, String)>> {{
    let _ = name;
    {parent}.select((model_{n}::id, model_{n}::code)).load(db)
}}

pub fn view_{n}(db: &mut SqliteConnection, id: i64) -> QueryResult<usize> {{
    diesel::update(model_{n}::table.find(id)).set(model_{n}::views.eq(model_{n}::views + 1)).execute(db)
}}

"
    )
}
