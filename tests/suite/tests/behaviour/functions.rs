//! Database functions, casts and conditional expressions: what each gives, of values and of nothing.

use embellie::{Database, Value};
use embellie_core::expr::{Func, Function as F, Operator};
use embellie_core::field::FieldKind;
use embellie_core::{Expr, Q as Core};
use embellie_suite::{Kind, Outcome, create, path, q, refused, rows, values};

embellie_suite::on_every_database! { fields:
    text,
    text_of_nothing,
    numbers,
    numbers_of_nothing,
    one_of_several,
    casts,
    conditions_are_values,
    collations,
    functions_by_their_text,
    slices,
    arguments_are_checked,
    types_are_told,
    identifiers_are_made,
    operators,
}

/// char: Ann Smith, text: é, int: 7, big: -3, float: 2.5, decimal: -1.250, bool: true.
async fn insert(db: &Database) -> Outcome {
    create(
        db,
        "zoo.Nullable",
        &[
            ("char", "Ann Smith".into()),
            ("text", "é".into()),
            ("int", 7.into()),
            ("big", (-3).into()),
            ("float", 2.5.into()),
            ("decimal", "-1.250".into()),
            ("bool", true.into()),
            ("date", "2024-02-29".into()),
            ("moment", "2024-02-29T12:30:45.5Z".into()),
        ],
    )
    .await?;
    create(db, "zoo.Nullable", &[]).await?;
    Ok(())
}

async fn of(db: &Database, id: i64, expr: impl Into<Expr>) -> Outcome<Value> {
    let row = rows(db, "zoo.Nullable").filter(q("id", id)).annotate_expr("x", expr);
    Ok(values(row, "x", db).await?.remove(0))
}

fn call(function: F, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::call(function, arguments)
}

fn cast(expr: Expr, kind: FieldKind, max_length: Option<u32>) -> Expr {
    Expr::Cast { expr: Box::new(expr), kind, max_length }
}

async fn check(db: &Database, cases: Vec<(Expr, Value)>) -> Outcome {
    insert(db).await?;
    for (expr, expected) in cases {
        let what = expr.to_string();
        let found = of(db, 1, expr.clone()).await.map_err(|e| panic!("{what}: {e:?}"))?;
        match (&found, &expected) {
            (Value::Float(a), Value::Float(b)) => assert!((a - b).abs() < 1e-12, "{what}: {a}, not {b}"),
            (found, expected) => assert_eq!(found, expected, "{what}"),
        }
        // A condition on it, and an ordering by it, make statements too.
        let both = rows(db, "zoo.Nullable").annotate_expr("x", expr.clone()).filter(q("x__isnull", false));
        both.order_by("x").all(db).await.map_err(|e| panic!("{what}: {e}")).unwrap_or_default();
    }
    Ok(())
}

async fn nothing(db: &Database, exprs: Vec<Expr>) -> Outcome {
    insert(db).await?;
    for expr in exprs {
        let what = expr.to_string();
        assert_eq!(of(db, 2, expr).await?, Value::Null, "{what}");
    }
    Ok(())
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

async fn text(db: &Database) -> Outcome {
    let name = || path("char");
    let accent = || path("text");
    check(
        db,
        vec![
            (call(F::Lower, [name()]), "ann smith".into()),
            (call(F::Upper, [accent()]), "É".into()),
            (call(F::Upper, [call(F::Lower, [name()])]), "ANN SMITH".into()),
            (call(F::Length, [accent()]), 1.into()),
            (call(F::Length, [path("int")]), 1.into()),
            (call(F::Concat, [name(), ", ".into(), path("email"), accent()]), "Ann Smith, é".into()),
            (call(F::Left, [name(), 3.into()]), "Ann".into()),
            (call(F::Left, [name(), 99.into()]), "Ann Smith".into()),
            (call(F::Right, [name(), 5.into()]), "Smith".into()),
            (call(F::Right, [name(), 99.into()]), "Ann Smith".into()),
            (call(F::Right, [name(), path("int") - 7]), "".into()),
            (call(F::LPad, [accent(), 3.into(), "ab".into()]), "abé".into()),
            (call(F::RPad, [accent(), 3.into()]), "é  ".into()),
            (call(F::LPad, [name(), 2.into()]), "An".into()),
            (call(F::Trim, [call(F::LPad, [accent(), 3.into()])]), "é".into()),
            (call(F::LTrim, ["  x ".into()]), "x ".into()),
            (call(F::RTrim, ["  x ".into()]), "  x".into()),
            (call(F::Repeat, [accent(), 3.into()]), "ééé".into()),
            (call(F::Repeat, [accent(), 0.into()]), "".into()),
            (call(F::Replace, [name(), "n".into(), "N".into()]), "ANN Smith".into()),
            (call(F::Replace, [name(), " Smith".into()]), "Ann".into()),
            (call(F::Reverse, [name()]), "htimS nnA".into()),
            (call(F::StrIndex, [name(), "S".into()]), 5.into()),
            (call(F::StrIndex, [name(), "%".into()]), 0.into()),
            (call(F::Substr, [name(), 5.into()]), "Smith".into()),
            (call(F::Substr, [name(), 5.into(), 2.into()]), "Sm".into()),
            (call(F::Substr, [name(), call(F::StrIndex, [name(), "S".into()]), 2.into()]), "Sm".into()),
            (call(F::Ord, [accent()]), 233.into()),
            (call(F::Chr, [233.into()]), "é".into()),
            (call(F::Md5, ["".into()]), "d41d8cd98f00b204e9800998ecf8427e".into()),
            (call(F::Sha224, ["".into()]), "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f".into()),
            (call(F::Sha256, ["".into()]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".into()),
            (call(F::Length, [call(F::Sha384, [name()])]), 96.into()),
            (call(F::Length, [call(F::Sha512, [name()])]), 128.into()),
        ],
    )
    .await
}

async fn text_of_nothing(db: &Database) -> Outcome {
    let none = || path("char");
    nothing(
        db,
        vec![
            call(F::Lower, [none()]),
            call(F::Length, [none()]),
            call(F::Left, [none(), 2.into()]),
            call(F::LPad, ["x".into(), path("int")]),
            call(F::Repeat, ["x".into(), Value::Null.into()]),
            call(F::Replace, [none(), "a".into(), "b".into()]),
            call(F::StrIndex, ["a".into(), none()]),
            call(F::Substr, [none(), 1.into()]),
            call(F::Md5, [none()]),
        ],
    )
    .await?;
    assert_eq!(of(db, 2, call(F::Concat, [none(), path("text")])).await?, "".into());
    Ok(())
}

async fn numbers(db: &Database) -> Outcome {
    let (int, float, dec) = (|| path("int"), || path("float"), || path("decimal"));
    check(
        db,
        vec![
            (call(F::Abs, [path("big")]), 3.into()),
            (call(F::Abs, [dec()]), decimal("1.250")),
            (call(F::Ceil, [float()]), 3.0.into()),
            (call(F::Floor, [dec()]), decimal("-2.000")),
            (call(F::Round, [float()]), 3.0.into()),
            (call(F::Round, [call(F::Abs, [dec()]), 1.into()]), decimal("1.300")),
            (call(F::Round, [int()]), 7.into()),
            (call(F::Sign, [path("big")]), (-1).into()),
            (call(F::Sign, [call(F::Abs, [dec()])]), decimal("1.000")),
            (call(F::Sqrt, [int() + 9]), 4.0.into()),
            (call(F::Power, [int(), 2.into()]), 49.0.into()),
            (call(F::Mod, [int(), 4.into()]), 3.0.into()),
            (call(F::Mod, [float(), 2.into()]), 0.5.into()),
            (call(F::Log, [2.into(), 8.into()]), 3.0.into()),
            (call(F::Ln, [call(F::Exp, [float()])]), 2.5.into()),
            (call(F::Pi, []), std::f64::consts::PI.into()),
            (call(F::Degrees, [call(F::Pi, [])]), 180.0.into()),
            (call(F::Radians, [180.into()]), std::f64::consts::PI.into()),
            (call(F::Sin, [float()]), 2.5_f64.sin().into()),
            (call(F::Cos, [float()]), 2.5_f64.cos().into()),
            (call(F::Tan, [float()]), 2.5_f64.tan().into()),
            (call(F::Cot, [float()]), (1.0 / 2.5_f64.tan()).into()),
            (call(F::ASin, [0.5.into()]), 0.5_f64.asin().into()),
            (call(F::ACos, [0.5.into()]), 0.5_f64.acos().into()),
            (call(F::ATan, [float()]), 2.5_f64.atan().into()),
            (call(F::ATan2, [float(), int()]), 2.5_f64.atan2(7.0).into()),
        ],
    )
    .await?;
    let random = of(db, 1, call(F::Random, [])).await?;
    assert!(matches!(random, Value::Float(v) if (0.0..1.0).contains(&v)), "{random}");
    if Kind::of(db) == Kind::Sqlite {
        let refusal = rows(db, "zoo.Nullable").annotate_expr("x", call(F::Round, [int(), (-1).into()])).all(db).await;
        assert_eq!(refused(refusal, "ValueError"), "SQLite does not support negative precision.");
    } else {
        assert_eq!(of(db, 1, call(F::Round, [int(), (-1).into()])).await?, 10.into());
    }
    Ok(())
}

async fn numbers_of_nothing(db: &Database) -> Outcome {
    let none = || path("float");
    let one = [F::Abs, F::Ceil, F::Floor, F::Round, F::Sign, F::Sqrt, F::Exp, F::Ln, F::Sin, F::ACos, F::Degrees];
    let two = [F::ATan2, F::Log, F::Mod, F::Power];
    let mut exprs: Vec<Expr> = one.into_iter().map(|function| call(function, [none()])).collect();
    exprs.extend(two.into_iter().map(|function| call(function, [2.into(), none()])));
    exprs.push(none() + 1);
    nothing(db, exprs).await
}

async fn one_of_several(db: &Database) -> Outcome {
    insert(db).await?;
    let coalesced = || call(F::Coalesce, [path("int"), path("big"), 0.into()]);
    assert_eq!(of(db, 1, coalesced()).await?, 7.into());
    assert_eq!(of(db, 2, coalesced()).await?, 0.into());
    assert_eq!(of(db, 1, call(F::Greatest, [path("int"), path("big"), 5.into()])).await?, 7.into());
    assert_eq!(of(db, 1, call(F::Least, [path("int"), path("big")])).await?, (-3).into());
    assert_eq!(of(db, 1, call(F::NullIf, [path("int"), 7.into()])).await?, Value::Null);
    assert_eq!(of(db, 1, call(F::NullIf, [path("int"), 8.into()])).await?, 7.into());
    // As Django documents: the greatest that is not null, or null.
    let known = if Kind::of(db) == Kind::Sqlite { Value::Null } else { 5.into() };
    assert_eq!(of(db, 2, call(F::Greatest, [path("int"), 5.into()])).await?, known);
    assert_eq!(of(db, 2, call(F::Least, [5.into(), path("int")])).await?, known);
    Ok(())
}

async fn casts(db: &Database) -> Outcome {
    use FieldKind as K;
    let places = K::Decimal { max_digits: 6, decimal_places: 2 };
    check(
        db,
        vec![
            (cast(path("int"), K::Text, None), "7".into()),
            (cast("12".into(), K::Integer, None), 12.into()),
            (cast(path("char"), K::Char, Some(3)), "Ann".into()),
            (cast("0.126".into(), places, None), decimal("0.13")),
            (cast(path("int"), K::Float, None), 7.0.into()),
            (cast("2024-02-29".into(), K::Date, None), Value::Date(jiff::civil::date(2024, 2, 29))),
            (cast(path("moment"), K::Date, None), Value::Date(jiff::civil::date(2024, 2, 29))),
            (cast(path("moment"), K::Time, None), Value::Time("12:30:45.5".parse()?)),
            (cast("12:30:45.000001".into(), K::Time, None), Value::Time("12:30:45.000001".parse()?)),
            (
                cast("2024-02-29 12:30:45.000001".into(), K::NaiveDateTime, None),
                Value::DateTime("2024-02-29T12:30:45.000001".parse()?),
            ),
            (cast(1.into(), K::Bool, None), true.into()),
            (
                cast("67e55044-10b1-426f-9247-bb680e5fe0c8".into(), K::Uuid, None),
                Value::Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".parse()?),
            ),
            (cast(r#"{"a": [1]}"#.into(), K::Json, None), serde_json::json!({"a": [1]}).into()),
        ],
    )
    .await?;
    assert_eq!(of(db, 2, cast(path("int"), K::Text, None)).await?, Value::Null);
    Ok(())
}

async fn conditions_are_values(db: &Database) -> Outcome {
    insert(db).await?;
    let positive = || Expr::from(Core::new("int__gt", 0));
    assert_eq!(of(db, 1, positive()).await?, true.into());
    assert_eq!(of(db, 1, Expr::from(!Core::new("int__gt", 0))).await?, false.into());
    assert_eq!(of(db, 2, Expr::from(Core::new("int__isnull", true))).await?, true.into());
    let case = |otherwise: Option<Expr>| Expr::Case {
        whens: vec![(Core::new("int__gt", 100), "many".into()), (Core::new("bool", true), "some".into())],
        otherwise: otherwise.map(Box::new),
    };
    assert_eq!(of(db, 1, case(None)).await?, "some".into());
    assert_eq!(of(db, 2, case(None)).await?, Value::Null);
    assert_eq!(of(db, 2, case(Some("none".into()))).await?, "none".into());
    let longer = call(F::Length, [path("char")]).lookup("gt", 3);
    assert_eq!(of(db, 1, Expr::from(longer.clone())).await?, true.into());
    let kept = rows(db, "zoo.Nullable").filter(embellie::Q::from(longer)).order_by("id");
    assert_eq!(embellie_suite::ids(kept, db).await?, [1]);
    Ok(())
}

async fn collations(db: &Database) -> Outcome {
    insert(db).await?;
    let name = if Kind::of(db) == Kind::Sqlite { "BINARY" } else { "C" };
    let collate = |expr: Expr, collation: String| Expr::Collate { expr: Box::new(expr), collation: collation.into() };
    assert_eq!(of(db, 1, collate(path("char"), name.to_owned())).await?, "Ann Smith".into());
    for hostile in ["", "a b", "C\"; DROP TABLE zoo_nullable; --", "x'y", "a.b"] {
        let set = rows(db, "zoo.Nullable").annotate_expr("x", collate(path("char"), hostile.to_owned()));
        assert!(refused(set.all(db).await, "ValueError").starts_with("Invalid collation name"), "{hostile}");
    }
    Ok(())
}

async fn functions_by_their_text(db: &Database) -> Outcome {
    check(
        db,
        vec![
            (Func::new("LOWER", [path("char")]).into(), "ann smith".into()),
            (
                Func::new("f", [path("int"), 2.into()]).text("({0} * {1} - {0})").kind(FieldKind::Integer).into(),
                7.into(),
            ),
            (Func::new("f", [path("char")]).text("'{{' || {0} || '}}'").into(), "{Ann Smith}".into()),
            (Func::new("COALESCE", [path("email"), "%s ? $1".into()]).kind(FieldKind::Text).into(), "%s ? $1".into()),
            (
                Func::new("f", [path("int")])
                    .text("{0} / 0")
                    .template("sqlite", "{0}")
                    .template("postgres", "{0}")
                    .into(),
                7.into(),
            ),
        ],
    )
    .await?;
    let wrong = [
        Func::new("f(); DROP TABLE x; --", [path("char")]),
        Func::new("", [path("char")]),
        Func::new("a.b.c", [path("char")]),
        Func::new("f", [path("char")]).text("{1}"),
        Func::new("f", [path("char")]).text("{0"),
        Func::new("f", [path("char")]).text("{what}"),
        Func::new("f", [path("char")]).text("}"),
    ];
    for func in wrong {
        let what = format!("{func:?}");
        let set = rows(db, "zoo.Nullable").annotate_expr("x", func);
        let message = refused(set.all(db).await, "ValueError");
        assert!(message.contains("Invalid function name") || message.contains("template"), "{what}: {message}");
    }
    Ok(())
}

async fn slices(db: &Database) -> Outcome {
    let slice = |start, length| Expr::Slice { expr: Box::new(path("char")), start, length };
    check(
        db,
        vec![
            (slice(0, Some(3)), "Ann".into()),
            (slice(4, None), "Smith".into()),
            (slice(4, Some(1)), "S".into()),
            (slice(99, Some(1)), "".into()),
        ],
    )
    .await?;
    let of_number = Expr::Slice { expr: Box::new(path("int")), start: 0, length: None };
    refused(rows(db, "zoo.Nullable").annotate_expr("x", of_number).all(db).await, "NotSupportedError");
    Ok(())
}

async fn arguments_are_checked(db: &Database) -> Outcome {
    let name = || path("char");
    let cases: Vec<(Expr, &str, &str)> = vec![
        (call(F::Left, [name(), 0.into()]), "ValueError", "'length' must be greater than 0."),
        (call(F::Right, [name(), (-1).into()]), "ValueError", "'length' must be greater than 0."),
        (call(F::LPad, [name(), (-1).into()]), "ValueError", "'length' must be greater or equal to 0."),
        (call(F::Repeat, [name(), (-1).into()]), "ValueError", "'number' must be greater or equal to 0."),
        (call(F::Substr, [name(), 0.into()]), "ValueError", "'pos' must be greater than 0."),
        (call(F::Concat, [name()]), "ValueError", "Concat must take at least two expressions"),
        (call(F::Coalesce, [name()]), "ValueError", "Coalesce must take at least two expressions"),
        (call(F::Greatest, []), "ValueError", "Greatest must take at least two expressions"),
        (call(F::NullIf, [name()]), "TypeError", "'NullIf' takes exactly 2 arguments (1 given)"),
        (call(F::Lower, [name(), name()]), "TypeError", "'Lower' takes exactly 1 argument (2 given)"),
        (call(F::Now, [name()]), "TypeError", "'Now' takes exactly 0 arguments (1 given)"),
        (call(F::LPad, [name()]), "TypeError", "'LPad' takes 2 to 3 arguments (1 given)"),
    ];
    for (expr, class, message) in cases {
        assert_eq!(refused(rows(db, "zoo.Nullable").annotate_expr("x", expr).all(db).await, class), message);
    }
    Ok(())
}

async fn types_are_told(db: &Database) -> Outcome {
    insert(db).await?;
    let mixed = || call(F::Coalesce, [path("int"), path("char")]);
    let refusal = rows(db, "zoo.Nullable").annotate_expr("x", mixed()).all(db).await;
    assert_eq!(
        refused(refusal, "FieldError"),
        "Expression contains mixed types: IntegerField, CharField. You must set output_field."
    );
    // Said what it gives, it is asked for, and what databases make of it is theirs.
    let said = call(F::Coalesce, [path("char"), path("text")]).typed(FieldKind::Text);
    assert_eq!(of(db, 1, said).await?, "Ann Smith".into());
    let added = rows(db, "zoo.Nullable").annotate_expr("x", path("char") + 1).all(db).await;
    assert!(refused(added, "FieldError").starts_with("Cannot infer type of '+' expression"));
    let root = rows(db, "zoo.Nullable").annotate_expr("x", call(F::Sqrt, [path("char")])).all(db).await;
    assert!(refused(root, "FieldError").starts_with("Sqrt takes a number"));
    Ok(())
}

async fn identifiers_are_made(db: &Database) -> Outcome {
    insert(db).await?;
    let version = |value: &Value| match value {
        Value::Uuid(uuid) => uuid.get_version_num(),
        other => panic!("{other}"),
    };
    let made = values(rows(db, "zoo.Nullable").annotate_expr("x", call(F::Uuid4, [])), "x", db).await?;
    assert_eq!(made.iter().map(version).collect::<Vec<_>>(), [4, 4]);
    assert_ne!(made[0], made[1]);
    let seven = rows(db, "zoo.Nullable").annotate_expr("x", call(F::Uuid7, []));
    if Kind::of(db) == Kind::Sqlite || db.server().version >= (18, 0, 0) {
        assert_eq!(values(seven, "x", db).await?.iter().map(version).collect::<Vec<_>>(), [7, 7]);
    } else {
        assert!(refused(seven.all(db).await, "NotSupportedError").contains("UUID7"));
    }
    Ok(())
}

async fn operators(db: &Database) -> Outcome {
    let combine = |operator, right: i64| path("int").combine(operator, right);
    check(
        db,
        vec![
            (path("int") / 2, 3.into()),
            (path("int") % 4, 3.into()),
            (path("float") % 2, 0.5.into()),
            (path("decimal") / 2, decimal("-0.625")),
            (path("decimal") % decimal("0.5"), decimal("-0.25")),
            (Expr::value(decimal("1.00")) / decimal("2.00"), decimal("0.5")),
            (path("decimal") * decimal("0.001"), decimal("-0.00125")),
            (combine(Operator::Power, 2), 49.into()),
            (combine(Operator::BitAnd, 5), 5.into()),
            (combine(Operator::BitOr, 8), 15.into()),
            (combine(Operator::BitXor, 5), 2.into()),
            (combine(Operator::ShiftLeft, 2), 28.into()),
            (combine(Operator::ShiftRight, 1), 3.into()),
        ],
    )
    .await
}
