//! Every lookup on every kind of field, as a real PostgreSQL types it: the parameters must be of types that their values
//! can be sent as.

use embellie_core::expr::{Function, Operator};
use embellie_core::field::{FieldKind, RangeKind};
use embellie_core::lookup::Lookup;
use embellie_core::meta::{FieldMeta, ModelMeta};
use embellie_core::query::{Assignment, Conflict, Distinct, Insert, Operand};
use embellie_core::{Expr, Q, Query, ServerInfo, Statement, Value};
use embellie_sql::Target;
use embellie_sql::schema::{SchemaOptions, create_tables};
use jiff::SignedDuration;
use tokio_postgres::Client;

use crate::blog::*;

/// The types of PostgreSQL that a value can be sent as.
fn fits(value: &Value, ty: &str) -> bool {
    match value {
        Value::Null => true,
        Value::List(values) => ty.strip_prefix('_').is_some_and(|element| {
            // An array of arrays is of the same type.
            values.iter().all(|value| fits(value, if matches!(value, Value::List(_)) { ty } else { element }))
        }),
        Value::Range(_) => ty.ends_with("range"),
        Value::Bool(_) => ty == "bool",
        Value::Int(v) => match ty {
            "int2" => i16::try_from(*v).is_ok(),
            "int4" => i32::try_from(*v).is_ok(),
            ty => matches!(ty, "int8" | "numeric" | "float8"),
        },
        Value::Float(_) => matches!(ty, "float8" | "numeric"),
        Value::Decimal(_) => ty == "numeric",
        Value::Text(_) => matches!(ty, "text" | "varchar" | "tsvector"),
        Value::Date(_) => ty == "date",
        Value::Time(_) => ty == "time",
        Value::Timestamp(_) => ty == "timestamptz",
        Value::Duration(_) => ty == "interval",
        Value::Uuid(_) => ty == "uuid",
        Value::Ip(_) => ty == "inet",
        _ => false,
    }
}

pub(crate) async fn check(client: &Client, statement: &Statement, what: &str) {
    match client.prepare(&statement.sql).await {
        Err(error) => unreachable!("{what}: {error:?}\n{}", statement.sql),
        Ok(prepared) => {
            assert_eq!(prepared.params().len(), statement.parameters.len(), "{}", statement.sql);
            for (value, ty) in statement.parameters.iter().zip(prepared.params()) {
                assert!(fits(value, ty.name()), "{what}: {value} as {}\n{}", ty.name(), statement.sql);
            }
        }
    }
}

/// A value of a field's kind.
pub(crate) fn sample(kind: FieldKind) -> Value {
    match kind {
        _ if kind.integer_range().is_some() => 7.into(),
        _ if kind.is_text() => "x".into(),
        FieldKind::Bool => true.into(),
        FieldKind::Float => 1.5.into(),
        FieldKind::Decimal { .. } => Value::Decimal("1.5".parse().unwrap()),
        FieldKind::Date => "2024-02-29".into(),
        FieldKind::Time => "12:30:00".into(),
        FieldKind::DateTime => "2024-02-29T12:30:00Z".into(),
        FieldKind::Duration => Value::Duration(SignedDuration::from_secs(1)),
        FieldKind::Uuid => "67e55044-10b1-426f-9247-bb680e5fe0c8".into(),
        FieldKind::GenericIpAddress => "10.0.0.1".into(),
        FieldKind::Array(base) => Value::List(vec![sample(*base), sample(*base)]),
        FieldKind::Range(of) => Value::List(vec![sample(of.ends()), Value::Null]),
        FieldKind::SearchVector => "x".into(),
        other => unreachable!("{other:?}"),
    }
}

fn operand(lookup: Lookup, kind: FieldKind) -> Value {
    match lookup {
        Lookup::ContainedBy if !kind.is_array() && !matches!(kind, FieldKind::Range(_)) => {
            RangeKind::of(kind).map_or_else(|| sample(kind), |of| sample(FieldKind::Range(of)))
        }
        Lookup::Contains | Lookup::ContainedBy if kind.is_array() || matches!(kind, FieldKind::Range(_)) => {
            sample(kind)
        }
        Lookup::IsNull => true.into(),
        Lookup::In => Value::List(vec![sample(kind), sample(kind)]),
        Lookup::Range => Value::List(vec![sample(kind), sample(kind)]),
        lookup if lookup.is_pattern() || lookup == Lookup::IExact => "1%".into(),
        _ => sample(kind),
    }
}

pub(crate) async fn connect() -> (embellie_testing::TestDatabase, Client, Target) {
    let database = embellie_testing::TestDatabase::create().await.unwrap();
    let (client, connection) = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_trgm").await.unwrap();
    let server = ServerInfo { dialect: "postgres", version: (15, 0, 0) };
    for statement in create_tables(&registry(), &server, SchemaOptions::default()).unwrap().statements {
        client.batch_execute(&statement.sql).await.unwrap();
    }
    (database, client, Target::for_server(&server).unwrap())
}

#[tokio::test]
async fn every_lookup_on_every_kind_of_field() {
    let (_database, client, target) = connect().await;
    let registry = registry();
    for model in ["Sample", "Post", "Badge"] {
        let of_model = registry.model(&format!("blog.{model}")).unwrap();
        for (index, field) in of_model.fields.iter().enumerate() {
            let kind = registry.storage_kind(of_model.id(), index);
            for name in Lookup::names() {
                let lookup = Lookup::from_name(name).unwrap();
                let path = format!("{}__{name}", field.name);
                let query = keys(model).filter(Q::new(path.as_str(), operand(lookup, kind)));
                match embellie_sql::select(&query, &registry, &target) {
                    Ok(Some(compiled)) => check(&client, &compiled.statement, &path).await,
                    Ok(None) => unreachable!("{path}"),
                    // Relations have few lookups, and documents some of their own.
                    Err(e) => assert!(field.relation.is_some() || !lookup.is_of(kind), "{path}: {e}"),
                }
                // The same with a column of the kind on the right.
                let one = !matches!(lookup, Lookup::IsNull | Lookup::In | Lookup::Range) && !lookup.is_special();
                if one && field.relation.is_none() {
                    let query = keys(model).filter(Q::new(path.as_str(), Expr::path(field.name.as_str())));
                    let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
                    check(&client, &compiled.statement, &path).await;
                }
            }
            let assignments = [Assignment { field: field.name.clone().into(), value: sample(kind).into() }];
            let update = embellie_sql::update(&all(model), &assignments, &registry, &target).unwrap().unwrap();
            check(&client, &update, &field.name).await;
        }
    }
}

/// A model with fields that hold several values.
fn holders() -> embellie_core::Registry {
    let kinds = [
        ("tags", FieldKind::Char.array()),
        ("texts", FieldKind::Text.array()),
        ("numbers", FieldKind::SmallInteger.array()),
        ("board", FieldKind::BigInteger.array().array()),
        ("moments", FieldKind::DateTime.array()),
        ("ids", FieldKind::Uuid.array()),
        ("prices", FieldKind::Decimal { max_digits: 6, decimal_places: 2 }.array()),
        ("ages", FieldKind::Range(RangeKind::Integer)),
        ("bigs", FieldKind::Range(RangeKind::BigInteger)),
        ("costs", FieldKind::Range(RangeKind::Decimal)),
        ("days", FieldKind::Range(RangeKind::Date)),
        ("open", FieldKind::Range(RangeKind::DateTime)),
        ("words", FieldKind::SearchVector),
    ];
    let model = kinds.into_iter().fold(ModelMeta::new("blog", "Holder"), |model, (name, kind)| {
        let field = FieldMeta::new(name, kind).null();
        model.field(if kind == FieldKind::Char.array() { field.max_length(9) } else { field })
    });
    embellie_core::Registry::build([model]).unwrap()
}

#[tokio::test]
async fn every_lookup_on_arrays_ranges_and_words() {
    let (_database, client, target) = connect().await;
    let registry = holders();
    let server = ServerInfo { dialect: "postgres", version: (15, 0, 0) };
    for statement in create_tables(&registry, &server, SchemaOptions::default()).unwrap().statements {
        client.batch_execute(&statement.sql).await.unwrap();
    }
    let model = registry.model("blog.Holder").unwrap();
    for field in model.fields.iter().skip(1) {
        let (name, kind) = (&field.name, field.kind);
        let mut conditions: Vec<(String, Value)> = Lookup::names()
            .filter(|lookup| Lookup::from_name(lookup).unwrap().is_of(kind))
            .map(|lookup| (format!("{name}__{lookup}"), operand(Lookup::from_name(lookup).unwrap(), kind)))
            .collect();
        match kind {
            FieldKind::Array(base) => {
                conditions.push((format!("{name}__len__gt"), 1.into()));
                conditions.push((format!("{name}__0"), sample(*base)));
                conditions.push((format!("{name}__0__in"), Value::List(vec![sample(*base)])));
                conditions.push((format!("{name}__1_3__contains"), sample(kind)));
            }
            FieldKind::Range(of) => {
                conditions.push((format!("{name}__contains"), sample(of.ends())));
                conditions.push((format!("{name}__startswith__gte"), sample(of.ends())));
                conditions.push((format!("{name}__endswith"), sample(of.ends())));
                for flag in ["isempty", "lower_inc", "lower_inf", "upper_inc", "upper_inf"] {
                    conditions.push((format!("{name}__{flag}"), true.into()));
                }
            }
            _ => {}
        }
        for (path, value) in conditions {
            let query = keys("Holder").filter(Q::new(path.as_str(), value));
            let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
            check(&client, &compiled.statement, &path).await;
        }
        for lookup in ["exact", "contains", "contained_by", "overlap", "gt"] {
            if Lookup::from_name(lookup).unwrap().is_of(kind) && kind != FieldKind::SearchVector {
                let path = format!("{name}__{lookup}");
                let query = keys("Holder").filter(Q::new(path.as_str(), Expr::path(name.as_str())));
                let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
                check(&client, &compiled.statement, &path).await;
            }
        }
        let assignments = [Assignment { field: name.clone().into(), value: sample(kind).into() }];
        let update = embellie_sql::update(&all("Holder"), &assignments, &registry, &target).unwrap().unwrap();
        check(&client, &update, name).await;
        // Made of many, in a group, and beside one that is given.
        let chosen = Expr::call(Function::Coalesce, [Expr::path(name.as_str()), Expr::value(sample(kind)).typed(kind)]);
        let query = all("Holder").values(["pk"]).annotate("x", chosen);
        let query = Query { order_by: Some(vec![Expr::path("x").asc()]), ..query };
        let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
        check(&client, &compiled.statement, name).await;
    }
}

#[tokio::test]
async fn expressions() {
    let (_database, client, target) = connect().await;
    let registry = registry();
    let hour = || Value::Duration(SignedDuration::from_hours(1));
    let decimal = || Value::Decimal("1.5".parse().unwrap());
    let f = Expr::path;
    let call = |function, arguments: &[Expr]| Expr::call(function, arguments.to_vec());
    let now = || call(Function::Now, &[]);
    let conditions: Vec<(&str, &str, Expr)> = vec![
        ("Post", "views", f("views") + 1),
        ("Post", "views", Expr::value(1) + 1),
        ("Post", "views", f("rating") * f("views") - 3),
        ("Post", "views", f("views") + (1_i64 << 40)),
        ("Post", "views", f("views") % 2),
        ("Post", "views", f("views").combine(Operator::Power, 2)),
        ("Post", "views", f("views").combine(Operator::BitXor, 2)),
        ("Post", "views", f("views").combine(Operator::ShiftLeft, f("rating"))),
        ("Post", "price", f("price") * 2),
        ("Post", "price", f("price") * decimal() + f("views")),
        ("Post", "price__gt", f("price") * 1.5),
        ("Sample", "ratio", f("ratio") / 2 + f("small")),
        ("Sample", "small", f("small") + f("count")),
        ("Post", "created__lt", f("created") + hour()),
        ("Post", "created__lt", now() - hour()),
        ("Sample", "day", f("day") + hour()),
        ("Sample", "at", f("at") + hour()),
        ("Sample", "span", f("span") * 2),
        ("Sample", "span", f("day") - f("day")),
        ("Sample", "span", f("at") - f("at")),
        ("Sample", "span", f("span") + hour()),
        ("Sample", "day", call(Function::Coalesce, &[f("day"), Value::Date(jiff::civil::date(2024, 2, 29)).into()])),
        ("Post", "title", call(Function::Lower, &[f("subtitle")])),
        ("Post", "title__contains", call(Function::Upper, &["x".into()])),
        ("Post", "title", call(Function::Coalesce, &[f("subtitle"), "none".into(), Value::Null.into()])),
        ("Post", "views", call(Function::Length, &[f("title")])),
        ("Post", "views", call(Function::Length, &[f("views")])),
        ("Post", "views", call(Function::Abs, &[f("rating") - 5])),
        ("Post", "views", call(Function::Coalesce, &[f("rating"), 0.into()])),
    ];
    for (model, path, expr) in conditions {
        let what = expr.to_string();
        let query = Query { order_by: Some(vec![expr.clone().desc()]), distinct: Distinct::Rows, ..keys(model) };
        let query = query.filter(Q::new(path, expr.clone())).exclude(Q::new(path, expr.clone()));
        let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
        check(&client, &compiled.statement, &what).await;
        let list = Operand::List(vec![expr, sample_of(path)]);
        if !path.contains("__") {
            let query = keys(model).filter(Q::new(format!("{path}__in"), list));
            let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
            check(&client, &compiled.statement, &what).await;
        }
    }
}

#[tokio::test]
async fn inserts_of_several_rows() {
    let (_database, client, target) = connect().await;
    let registry = registry();
    for model in ["Sample", "Post", "Badge"] {
        let of_model = registry.model(&format!("blog.{model}")).unwrap();
        let fields: Vec<usize> = (1..of_model.fields.len()).collect();
        let full: Vec<Expr> =
            fields.iter().map(|&field| sample(registry.storage_kind(of_model.id(), field)).into()).collect();
        let empty = fields.iter().map(|_| Value::Null.into()).collect();
        let insert = Insert {
            model: of_model.label().to_owned().into(),
            rows: vec![empty, full.clone(), full],
            returning: vec![0],
            conflict: Conflict::Update { unique_fields: vec![0], update_fields: fields.clone() },
            fields,
        };
        check(&client, &embellie_sql::insert(&insert, &registry, &target).unwrap(), model).await;
    }
}

fn sample_of(path: &str) -> Expr {
    let registry = registry();
    let models = ["blog.Post", "blog.Sample"].map(|label| registry.model(label).unwrap());
    let found = models.iter().find_map(|model| Some((model.id(), model.field_index(path)?)));
    found.map_or(Value::Null, |(model, field)| sample(registry.storage_kind(model, field))).into()
}
