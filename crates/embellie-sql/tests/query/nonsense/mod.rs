//! Whatever is asked, the answer is an error, or a statement that the database takes.

mod make;

use embellie_core::query::{Assignment, Conflict, Insert};
use embellie_core::{Expr, Q, Query, Statement, Value};
use proptest::prelude::*;

use crate::blog::*;
use crate::database::sqlite_with;
use make::Choices;

/// Whether what was given as a name or a value is in the text as a name alone. A quotation mark within a name is doubled,
/// so that every other piece is outside of names.
fn is_quoted(sql: &str) -> bool {
    let pieces: Vec<&str> = sql.split('"').collect();
    pieces.len() % 2 == 1 && !pieces.iter().step_by(2).any(|outside| outside.contains("--"))
}

/// What SQLite says against a statement, if anything. What the driver adds to it is left aside.
fn refusal(connection: &rusqlite::Connection, statement: &Statement) -> Option<String> {
    loop {
        let Err(error) = connection.prepare(&statement.sql) else { return None };
        let message = error.to_string();
        let missing = message.split_once("no such function: ").map(|(_, rest)| rest);
        let Some(name) = missing.and_then(|rest| rest.split([' ', '\n']).next()) else {
            return Some(format!("{message}: {}", statement.sql));
        };
        let flags = rusqlite::functions::FunctionFlags::SQLITE_UTF8;
        connection.create_scalar_function(name, -1, flags, |_| Ok(0_i64)).unwrap();
    }
}

/// Every statement that there is of a query, and of things to do with its rows.
fn statements(choices: &mut Choices<'_>, target: &embellie_sql::Target) -> Vec<Statement> {
    let registry = registry();
    let query = choices.query(4);
    let aggregates = [choices.annotation(3), choices.annotation(2)];
    let assignment = Assignment { field: choices.path().to_string().into(), value: choices.expr(3) };
    let (field, value) = (choices.value(), choices.expr(1));
    let field = if let Value::Int(1) = field { 3 } else { 99 };
    let conflict = if field == 3 { Conflict::Ignore } else { Conflict::Fail };
    let insert = Insert {
        model: query.model.clone(),
        rows: vec![vec![value; 2], vec![Value::Null.into(); 2]],
        returning: vec![field],
        conflict,
        fields: vec![0, field],
    };
    [
        embellie_sql::select(&query, &registry, target).map(|compiled| compiled.map(|compiled| compiled.statement)),
        embellie_sql::count(&query, &registry, target).map(|compiled| compiled.map(|compiled| compiled.statement)),
        embellie_sql::exists(&query, &registry, target).map(|compiled| compiled.map(|compiled| compiled.statement)),
        embellie_sql::aggregate(&query, &aggregates, &registry, target).map(|compiled| Some(compiled.statement)),
        embellie_sql::update(&query, std::slice::from_ref(&assignment), &registry, target),
        embellie_sql::delete(&query, &registry, target),
        embellie_sql::insert(&insert, &registry, target).map(Some),
    ]
    .into_iter()
    .flatten()
    .flatten()
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nonsense_is_refused_or_harmless(choices in prop::collection::vec(any::<u16>(), 0..200)) {
        thread_local!(static DATABASE: rusqlite::Connection = sqlite_with(""));
        for statement in statements(&mut Choices(choices.iter()), &postgres()) {
            prop_assert!(is_quoted(&statement.sql), "{}", statement.sql);
        }
        for statement in statements(&mut Choices(choices.iter()), &sqlite()) {
            prop_assert!(is_quoted(&statement.sql), "{}", statement.sql);
            let refusal = DATABASE.with(|database| refusal(database, &statement));
            prop_assert_eq!(refusal, None);
        }
    }
}

/// Whatever stands within itself more often than the stack bears is an error, in every place where it can.
#[test]
fn nothing_is_nested_too_deep_for_the_stack() {
    use embellie_core::expr::{Aggregate, AggregateFunction, DatePart, Func, Function, TruncUnit, Window};
    use embellie_core::field::FieldKind;
    let wrappers: [fn(Expr) -> Expr; 17] = [
        |inner| inner + 1,
        |inner| Expr::value(1) + inner,
        |inner| Expr::call(Function::Abs, [inner]),
        |inner| Func::new("f", [inner]).into(),
        |inner| inner.typed(FieldKind::Integer),
        |inner| Expr::Cast { expr: Box::new(inner), kind: FieldKind::Integer, max_length: None },
        |inner| Expr::Collate { expr: Box::new(inner), collation: "NOCASE".into() },
        |inner| Expr::Case { whens: vec![(Q::new("views", 1), inner)], otherwise: None },
        |inner| Expr::Case { whens: vec![(Q::new("views", inner), 1.into())], otherwise: None },
        |inner| Q::new("views", inner).into(),
        |inner| inner.lookup("gt", 1).into(),
        |inner| Expr::Extract { expr: Box::new(inner), part: DatePart::Year, zone: None },
        |inner| Expr::Trunc { expr: Box::new(inner), unit: TruncUnit::Year, zone: None },
        |inner| Aggregate::new(AggregateFunction::Count, [Expr::path("id")]).default(inner).into(),
        |inner| Window::over(Aggregate::of(AggregateFunction::Count, "id")).partition_by([inner]).into(),
        |inner| Expr::Subquery(Box::new(keys("Post").filter(Q::new("views", inner)))),
        |inner| Expr::Exists(Box::new(keys("Post").annotate("a", inner))),
    ];
    for (which, wrap) in wrappers.into_iter().enumerate() {
        let deep = || (0..1000).fold(Expr::path("views"), |inner, _| wrap(inner));
        for target in [sqlite(), postgres()] {
            let registry = registry();
            for query in [all("Post").annotate("a", deep()), all("Post").filter(Q::expr(deep()))] {
                assert!(embellie_sql::select(&query, &registry, &target).is_err(), "{which}");
                assert!(embellie_sql::count(&query, &registry, &target).is_err(), "{which}");
            }
            let ordered = Query { order_by: Some(vec![deep().into()]), ..all("Post") };
            assert!(embellie_sql::select(&ordered, &registry, &target).is_err(), "{which}");
        }
    }
}
