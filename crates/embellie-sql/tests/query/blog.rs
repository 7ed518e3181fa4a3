//! The models of the tests, and short ways to ask of them.

use embellie_core::field::FieldKind as Kind;
use embellie_core::meta::{FieldMeta as Field, ManyToManyMeta as ManyToMany, ModelMeta as Model, OnDelete};
use embellie_core::{Error, Query, Registry, ServerInfo, Value};
use embellie_sql::Target;

fn char(name: &str, length: u32) -> Field {
    Field::new(name, Kind::Char).max_length(length)
}

fn key(name: &str, to: &str, related: &str) -> Field {
    Field::foreign_key(name, to, OnDelete::Cascade).relation(|r| r.related_name(related))
}

pub(crate) fn registry() -> Registry {
    Registry::build([
        Model::new("blog", "Author")
            .field(char("name", 100))
            .field(char("email", 100).unique())
            .field(Field::new("age", Kind::Integer).null())
            .field(char("nick", 20).null())
            .ordering(["name"]),
        Model::new("blog", "Profile")
            .field(
                Field::one_to_one("author", "Author", OnDelete::Cascade)
                    .primary_key()
                    .relation(|r| r.related_name("profile")),
            )
            .field(Field::new("bio", Kind::Text).null())
            .field(char("city", 20)),
        Model::new("blog", "Category")
            .field(char("name", 50).unique())
            .field(key("parent", "self", "children").null())
            .ordering(["parent", "name"]),
        Model::new("blog", "Tag").field(char("word", 50)).field(Field::new("weight", Kind::Integer).null()),
        Model::new("blog", "Post")
            .field(char("title", 200))
            .field(char("subtitle", 200).null())
            .field(Field::new("views", Kind::Integer).default(0))
            .field(Field::new("rating", Kind::Integer).null())
            .field(Field::new("published", Kind::Bool).default(false))
            .field(key("author", "Author", "posts"))
            .field(key("editor", "Author", "edited").null())
            .field(key("category", "Category", "posts").null().relation(|r| r.to_field("name")))
            .many_to_many(ManyToMany::new("tags", "Tag").related_name("posts"))
            .field(Field::new("created", Kind::DateTime).null())
            .field(Field::new("price", Kind::Decimal { max_digits: 8, decimal_places: 2 }).null())
            .ordering(["-created", "id"]),
        Model::new("blog", "Comment")
            .field(key("post", "Post", "comments"))
            .field(key("author", "Author", "comments").null())
            .field(char("body", 100))
            .field(Field::new("score", Kind::Integer).null()),
        Model::new("blog", "Person")
            .field(char("name", 20))
            .many_to_many(ManyToMany::new("friends", "self"))
            .many_to_many(ManyToMany::new("follows", "self").symmetrical(false).related_name("followers")),
        Model::new("blog", "Badge").field(key("profile", "Profile", "badges").null()).field(char("label", 20)),
        Model::new("blog", "Sample")
            .field(Field::new("uuid", Kind::Uuid))
            .field(Field::new("day", Kind::Date).null())
            .field(Field::new("span", Kind::Duration))
            .field(Field::new("small", Kind::SmallInteger))
            .field(Field::new("count", Kind::PositiveInteger))
            .field(Field::new("ratio", Kind::Float))
            .field(Field::new("address", Kind::GenericIpAddress))
            .field(Field::new("at", Kind::Time)),
    ])
    .unwrap()
}

pub(crate) fn sqlite() -> Target {
    Target::for_server(&ServerInfo { dialect: "sqlite", version: (3, 50, 0) }).unwrap()
}

pub(crate) fn postgres() -> Target {
    Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) }).unwrap()
}

/// All of a model, by its name.
pub(crate) fn all(model: &str) -> Query {
    Query::new(format!("blog.{model}"))
}

/// The keys of a model's rows, without an order: short SQL.
pub(crate) fn keys(model: &str) -> Query {
    Query { order_by: Some(Vec::new()), ..all(model).values(["pk"]) }
}

/// What follows the selected columns, with the parameters in the text's order.
pub(crate) fn sql_on(query: &Query, target: &Target) -> Result<String, Error> {
    let Some(compiled) = embellie_sql::select(query, &registry(), target)? else { return Ok("nothing".into()) };
    let statement = compiled.statement;
    Ok(match statement.parameters.is_empty() {
        true => statement.sql.to_string(),
        false => format!("{} -- {}", statement.sql, Value::List(statement.parameters)),
    })
}

pub(crate) fn sql(query: &Query) -> String {
    sql_on(query, &sqlite()).unwrap_or_else(|e| format!("{}: {e}", e.class()))
}

pub(crate) fn pg(query: &Query) -> String {
    sql_on(query, &postgres()).unwrap_or_else(|e| format!("{}: {e}", e.class()))
}
