//! Keys of several fields, and columns that the database computes.

use embellie_core::field::FieldKind as Kind;
use embellie_core::meta::{FieldMeta, Generated, ModelMeta, OnDelete};
use embellie_core::{Expr, Registry, ServerInfo};
use embellie_sql::schema::{SchemaOptions, create_tables};

const SQLITE: ServerInfo = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };
const POSTGRES: ServerInfo = ServerInfo { dialect: "postgres", version: (17, 0, 0) };
const NEWER: ServerInfo = ServerInfo { dialect: "postgres", version: (18, 0, 0) };

fn tables(models: impl IntoIterator<Item = ModelMeta>, server: &ServerInfo) -> embellie_core::Result<String> {
    let registry = Registry::build(models)?;
    let plan = create_tables(&registry, server, SchemaOptions::default())?;
    Ok(plan.statements.iter().map(|statement| format!("{};\n", statement.sql)).collect())
}

fn line() -> ModelMeta {
    ModelMeta::new("shop", "Line")
        .field(FieldMeta::foreign_key("order", "Order", OnDelete::Cascade))
        .field(FieldMeta::new("number", Kind::SmallInteger).column("line_no"))
        .field(FieldMeta::new("price", Kind::Decimal { max_digits: 8, decimal_places: 2 }))
        .composite_primary_key(["order", "number"])
}

fn total() -> FieldMeta {
    FieldMeta::new("total", Kind::Decimal { max_digits: 12, decimal_places: 2 })
}

#[test]
fn several_fields_are_the_key() {
    let models = || [ModelMeta::new("shop", "Order"), line()];
    insta::assert_snapshot!(tables(models(), &SQLITE).unwrap());
    insta::assert_snapshot!(tables(models(), &POSTGRES).unwrap());
}

#[test]
fn columns_are_computed() {
    let double = Expr::path("number") * 2 + 1;
    let models = || {
        [ModelMeta::new("shop", "Item")
            .field(FieldMeta::new("number", Kind::Integer))
            .field(FieldMeta::new("name", Kind::Char).max_length(20))
            .field(FieldMeta::new("double", Kind::Integer).generated(Generated::stored(double.clone())).unique())
            .field(FieldMeta::new("said", Kind::Char).max_length(9).generated(Generated::stored("it's")).index(true))]
    };
    insta::assert_snapshot!(tables(models(), &SQLITE).unwrap());
    insta::assert_snapshot!(tables(models(), &POSTGRES).unwrap());
}

#[test]
fn columns_that_are_not_stored_need_a_server_that_has_them() {
    let models = || {
        let total = total().generated(Generated::unstored(Expr::path("price") * Expr::path("number")));
        [ModelMeta::new("shop", "Order"), line().field(total)]
    };
    for server in [&SQLITE, &NEWER] {
        let sql = tables(models(), server).unwrap();
        assert!(sql.contains(" GENERATED ALWAYS AS (") && sql.contains(") VIRTUAL"), "{sql}");
    }
    let error = tables(models(), &POSTGRES).unwrap_err();
    assert_eq!(error.class(), "NotSupportedError");
    assert_eq!(
        error.to_string(),
        "shop.Line.total cannot be created: PostgreSQL 17.0 lacks generated columns that are not stored"
    );
}

#[test]
fn columns_that_are_computed_from_such_columns_need_a_server_that_has_them() {
    let doubled =
        |name: &str, from: &str| FieldMeta::new(name, Kind::Integer).generated(Generated::stored(Expr::path(from) * 2));
    let model = || {
        let number = FieldMeta::new("number", Kind::Integer);
        [ModelMeta::new("shop", "Item").field(number).field(doubled("four", "two")).field(doubled("two", "number"))]
    };
    assert!(tables(model(), &SQLITE).unwrap().contains(r#"AS (("two" * 2)) STORED"#));
    let error = tables(model(), &NEWER).unwrap_err();
    assert_eq!(error.class(), "NotSupportedError");
    assert!(error.to_string().starts_with("shop.Item.four cannot be created"), "{error}");
}
