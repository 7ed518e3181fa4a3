//! Whatever is asked, the answer is a statement or an error.

use embellie_core::expr::{Function, Operator};
use embellie_core::query::{Assignment, Conflict, Connector, Distinct, Insert, Operand, Slice, Step};
use embellie_core::{Expr, OrderBy, Path, Q, Query, Value};
use proptest::prelude::*;
use proptest::sample::select;

use crate::blog::*;

fn path() -> impl Strategy<Value = Path> {
    let names = vec![
        "id",
        "pk",
        "author",
        "author_id",
        "posts",
        "tags",
        "comments",
        "category",
        "parent",
        "children",
        "friends",
        "profile",
        "title",
        "price",
        "created",
        "published",
        "views",
        "day",
        "span",
        "uuid",
        "exact",
        "in",
        "range",
        "isnull",
        "icontains",
        "gt",
        "lte",
        "regex",
        "iexact",
        "year",
        "?",
        "",
        "Post_tags+",
        "\"; --",
        "é",
    ];
    prop::collection::vec(select(names), 0..4).prop_map(Path::new)
}

fn value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        any::<u64>().prop_map(Value::from),
        ".{0,4}".prop_map(Value::Text),
        Just(Value::Text("2024-02-29".into())),
        any::<Vec<u8>>().prop_map(Value::Bytes),
        Just(Value::Date(jiff::civil::Date::MIN)),
        Just(Value::Timestamp(jiff::Timestamp::MIN)),
        Just(Value::Duration(jiff::SignedDuration::MAX)),
        Just(Value::Decimal(rust_decimal::Decimal::MAX)),
        Just(Value::Uuid(uuid::Uuid::nil())),
        Just(Value::Json(Box::new(serde_json::Value::Null))),
    ];
    plain.prop_recursive(2, 8, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::List))
}

fn expr() -> impl Strategy<Value = Expr> {
    use Operator as O;
    let operators =
        vec![O::Add, O::Subtract, O::Multiply, O::Divide, O::Modulo, O::Power, O::BitAnd, O::BitXor, O::ShiftLeft];
    let functions =
        vec![Function::Lower, Function::Upper, Function::Length, Function::Abs, Function::Coalesce, Function::Now];
    prop_oneof![path().prop_map(Expr::Path), value().prop_map(Expr::Value)].prop_recursive(3, 8, 3, move |inner| {
        let functions = functions.clone();
        prop_oneof![
            (inner.clone(), select(operators.clone()), inner.clone()).prop_map(|(a, o, b)| a.combine(o, b)),
            (select(functions), prop::collection::vec(inner, 0..3)).prop_map(|(f, a)| Expr::call(f, a)),
        ]
    })
}

fn query() -> impl Strategy<Value = Query> {
    let model = select(vec!["Post", "Author", "Category", "Person", "Sample", "Badge", "Profile", "Nope"]);
    let bare = (model, any::<bool>()).prop_map(|(model, none)| Query { none, ..all(model) });
    bare.prop_recursive(3, 12, 4, |inner| {
        let operand = prop_oneof![
            4 => expr().prop_map(Operand::Expr),
            1 => prop::collection::vec(expr(), 0..3).prop_map(Operand::List),
            1 => inner.clone().prop_map(|query| Operand::Query(Box::new(query))),
        ];
        let condition = (path(), operand).prop_map(|(path, operand)| Q::new(path, operand));
        let q = condition.prop_recursive(2, 6, 3, |inner| {
            let connector = select(vec![Connector::And, Connector::Or, Connector::Xor]);
            (connector, any::<bool>(), prop::collection::vec(inner, 0..3))
                .prop_map(|(connector, negated, children)| Q::Group { connector, negated, children })
        });
        let steps = prop::collection::vec((any::<bool>(), q), 0..3);
        let order = prop::option::of(prop::collection::vec(expr().prop_map(OrderBy::from), 0..3));
        let selection = prop::option::of(prop::collection::vec(path(), 0..3));
        let slice = (0_u64..3, prop::option::of(any::<u64>()));
        (inner, steps, order, selection, slice, any::<bool>(), any::<bool>()).prop_map(
            |(query, steps, order_by, selection, (offset, limit), distinct, reversed)| Query {
                steps: steps
                    .into_iter()
                    .map(|(keep, q)| if keep { Step::Filter(q) } else { Step::Exclude(q) })
                    .chain(selection.map(Step::Values))
                    .collect(),
                order_by,
                slice: Slice { offset, limit },
                distinct: if distinct { Distinct::Rows } else { Distinct::No },
                reversed,
                ..query
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nonsense_is_refused_or_harmless(
        query in query(),
        field in path(),
        to in expr(),
        fields in prop::collection::vec(0_usize..14, 0..3),
        conflict in select(vec![0, 1, 2]),
    ) {
        let registry = registry();
        let assignment = Assignment { field: field.to_string().into(), value: to.clone() };
        let insert = Insert {
            model: query.model.clone(),
            rows: vec![vec![to.clone(); fields.len()], vec![Value::Null.into(); fields.len()]],
            returning: fields.clone(),
            conflict: match conflict {
                0 => Conflict::Fail,
                1 => Conflict::Ignore,
                _ => Conflict::Update { unique_fields: fields.clone(), update_fields: fields.clone() },
            },
            fields,
        };
        for target in [sqlite(), postgres()] {
            let statements = [
                embellie_sql::select(&query, &registry, &target).map(|c| c.map(|c| c.statement)),
                embellie_sql::count(&query, &registry, &target).map(|c| c.map(|c| c.statement)),
                embellie_sql::exists(&query, &registry, &target).map(|c| c.map(|c| c.statement)),
                embellie_sql::update(&query, std::slice::from_ref(&assignment), &registry, &target),
                embellie_sql::delete(&query, &registry, &target),
                embellie_sql::insert(&insert, &registry, &target).map(Some),
            ];
            for statement in statements.into_iter().flatten().flatten() {
                // What was given as a name or a value is not in the text as SQL.
                prop_assert!(!statement.sql.contains("--"), "{}", statement.sql);
            }
        }
    }
}
