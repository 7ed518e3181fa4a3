//! Typed expressions build the tree that core's builders do.

use embellie::expr::{Aggregate, AggregateFunction, DatePart, Exclusion, Function, Operator, TruncUnit, Window};
use embellie::expr::{Bound, Frame};
use embellie::functions::*;
use embellie::prelude::*;
use embellie_core::query::Query;
use embellie_core::{Expr, Q as CoreQ};

#[model(app = "lab")]
struct Person {
    name: String,
    score: i32,
    weight: Option<f64>,
    price: Decimal,
    flags: i64,
    born: civil::Date,
    seen: Timestamp,
    spent: SignedDuration,
    data: Option<serde_json::Value>,
    #[field(on_delete = SetNull, related_name = "pupils")]
    teacher: Option<ForeignKey<Person>>,
}

#[model(app = "lab")]
struct Note {
    text: String,
    #[field(on_delete = Cascade, related_name = "notes")]
    person: ForeignKey<Person>,
}

#[model(app = "lab")]
struct Mark {
    #[field(on_delete = Cascade, related_name = "marks")]
    note: ForeignKey<Note>,
    #[field(on_delete = Cascade, related_name = "marks")]
    by: ForeignKey<Person>,
}

fn path(path: &str) -> Expr {
    Expr::path(path)
}

/// What a typed expression is, and the type of its values.
fn read<V>(value: V) -> (Expr, String)
where
    V: Clone + embellie::typed::Scalar<Person> + embellie::typed::Select<Person>,
{
    fn output<V: embellie::typed::Select<Person>>(_: &V) -> String {
        let name = std::any::type_name::<<V::Rows as embellie::query_set::Selection<Person>>::Output>();
        let mut short = name.to_owned();
        for prefix in [
            "alloc::string::",
            "core::option::",
            "rust_decimal::decimal::",
            "jiff::civil::datetime::",
            "jiff::civil::date::",
            "jiff::civil::time::",
            "jiff::timestamp::",
            "jiff::signed_duration::",
            "serde_json::value::",
        ] {
            short = short.replace(prefix, "");
        }
        short
    }
    let types = output(&value);
    let query = Person::objects().annotate_expr("x", embellie::Value::Null).values_list(value);
    let steps = &query.query().steps;
    let expr = steps.iter().rev().find_map(|step| match step {
        embellie_core::query::Step::Annotate(annotation) if annotation.alias != "x" => Some(annotation.expr.clone()),
        _ => None,
    });
    let path = || query.query().selected().and_then(<[_]>::first).cloned().unwrap_or_default();
    (expr.unwrap_or_else(|| Expr::Path(path())), types)
}

macro_rules! reads {
    ($($value:expr => $expr:expr, $type:literal;)+) => {$(
        assert_eq!(read($value), ($expr, $type.to_owned()));
    )+};
}

#[test]
fn operators_give_what_the_database_gives() {
    reads! {
        Person::score + 1 => path("score") + 1, "i64";
        Person::score * Person::price => path("score") * path("price"), "Decimal";
        Person::score / 2.5 => path("score") / 2.5, "f64";
        Person::weight % 2 => path("weight") % 2, "Option<f64>";
        Person::score - Person::weight => path("score") - path("weight"), "Option<f64>";
        -Person::score => path("score") * -1, "i64";
        Person::score.f().pow(2) => path("score").combine(Operator::Power, 2), "i64";
        Person::flags.f().bitand(3).shl(1) =>
            path("flags").combine(Operator::BitAnd, 3).combine(Operator::ShiftLeft, 1), "i64";
        Person::seen - Person::seen => path("seen") - path("seen"), "SignedDuration";
        Person::seen + Person::spent => path("seen") + path("spent"), "Timestamp";
        Person::spent * 2 => path("spent") * 2, "SignedDuration";
        Value(1_i32) + Person::score => Expr::value(1) + path("score"), "i64";
    }
}

#[test]
fn functions_know_what_they_give() {
    let call = |function, arguments: &[Expr]| Expr::call(function, arguments.to_vec());
    let extract = |part, zone: Option<&'static str>| Expr::Extract {
        expr: Box::new(path("seen")),
        part,
        zone: zone.map(Into::into),
    };
    reads! {
        Lower(Person::name) => call(Function::Lower, &[path("name")]), "String";
        Length(Person::teacher.name) => call(Function::Length, &[path("teacher__name")]), "Option<i64>";
        Concat((Person::name, " ", Person::weight)) =>
            call(Function::Concat, &[path("name"), " ".into(), path("weight")]), "String";
        Coalesce((Person::weight, Person::score, 0)) =>
            call(Function::Coalesce, &[path("weight"), path("score"), 0_i64.into()]), "f64";
        Coalesce((Person::weight, None::<f64>)) =>
            call(Function::Coalesce, &[path("weight"), Expr::Value(embellie::Value::Null)]), "Option<f64>";
        Greatest((Person::score, Person::weight)) => call(Function::Greatest, &[path("score"), path("weight")]), "Option<f64>";
        NullIf(Person::score, 0) => call(Function::NullIf, &[path("score"), 0_i64.into()]), "Option<i32>";
        Round(Person::price, 2) => call(Function::Round, &[path("price"), 2_i64.into()]), "Decimal";
        Sqrt(Person::score) => call(Function::Sqrt, &[path("score")]), "f64";
        Now() => call(Function::Now, &[]), "Timestamp";
        ExtractHour(Person::seen).in_time_zone("Europe/Berlin") => extract(DatePart::Hour, Some("Europe/Berlin")), "i64";
        TruncDate(Person::seen) => Expr::Trunc { expr: Box::new(path("seen")), unit: TruncUnit::Date, zone: None }, "Date";
        JsonObject((("n", Person::name),)) => call(Function::JsonObject, &["n".into(), path("name")]), "Value";
        Cast::<f64, _, _>(Person::score) =>
            Expr::Cast { expr: Box::new(path("score")), kind: f64::KIND, max_length: None }, "f64";
        Person::name.slice(2..5) => Expr::Slice { expr: Box::new(path("name")), start: 2, length: Some(3) }, "String";
        (Person::score + 1).typed::<f64>() => (path("score") + 1).typed(f64::KIND), "f64";
        Func("soundex", (Person::name,)).returns::<String>() =>
            embellie::expr::Func::new("soundex", [path("name")]).kind(String::KIND).into(), "Option<String>";
    }
}

#[test]
fn transforms_go_on_from_paths() {
    let data = Person::data.key("a").index(0).key("b");
    reads! {
        Person::born.year() => path("born__year"), "i64";
        Person::teacher.seen.date() => path("teacher__seen__date"), "Option<Date>";
        data => path("data__a__0__b"), "Option<Value>";
        TruncMonth(Person::born).year() => Expr::Transform {
            expr: Box::new(Expr::Trunc { expr: Box::new(path("born")), unit: TruncUnit::Month, zone: None }),
            names: "year".into(),
        }, "i64";
    }
    let q = |q: Q<Person>| q.into_core();
    assert_eq!(q(q!(born__year__gte = 2024)), CoreQ::new("born__year__gte", 2024));
    assert_eq!(q(q!(seen__date__month__in = [1, 2])), q(Person::seen.date().month().in_([1, 2])));
    assert_eq!(q(Person::data.key("a").eq(1)), CoreQ::new("data__a", 1));
    assert_eq!(q(Person::data.key("gte").eq(1)), CoreQ::new("data__gte__exact", 1));
    assert_eq!(
        q(Person::data.has_keys(["a", "b"])),
        CoreQ::new("data__has_keys", embellie::Value::List(vec!["a".into(), "b".into()]))
    );
    assert_eq!(q(q!(data__has_key = "a")), CoreQ::new("data__has_key", "a"));
    assert_eq!(q(q!(data__a__0__b__gte = 1)), CoreQ::new("data__a__0__b__gte", 1));
    assert_eq!(q(q!(teacher__data__0__icontains = "x")), CoreQ::new("teacher__data__0__icontains", "x"));
    assert_eq!(q(q!(data["a"][0]["b"] = true)), CoreQ::new("data__a__0__b", true));
    assert_eq!(q(q!(data["a"]__icontains = "x")), CoreQ::new("data__a__icontains", "x"));
    let json = serde_json::json!({"a": 1});
    assert_eq!(q(q!(data__contains = &json)), CoreQ::new("data__contains", json));
}

#[test]
fn cases_conditions_and_truth() {
    let heat = Case(q!(Person, score__gt = 100), "hot").when(q!(Person, score__gt = 50), "warm");
    let whens = vec![(CoreQ::new("score__gt", 100), "hot".into()), (CoreQ::new("score__gt", 50), "warm".into())];
    let case = |otherwise: Option<Expr>| Expr::Case { whens: whens.clone(), otherwise: otherwise.map(Box::new) };
    reads! {
        heat.clone() => case(None), "Option<String>";
        heat.clone().otherwise("cold") => case(Some("cold".into())), "String";
        heat.clone().otherwise(Person::teacher.name) => case(Some(path("teacher__name"))), "Option<String>";
        q!(Person, score = 1) => CoreQ::new("score", 1).into(), "bool";
    }
    let shown = Case(q!(Person, score = 1), true).otherwise(false);
    let query = Person::objects().filter(shown.holds() & heat.otherwise("cold").in_(["hot", "warm"]));
    assert_eq!(format!("{:?}", query.query().steps.len()), "1");
    assert_eq!(Lower(Person::name).eq("x").to_string(), "Q(Lower(F('name'))='x')");
    assert_eq!(Lower(Person::name).icontains("x").to_string(), "Q(Lower(F('name'))__icontains='x')");
    assert_eq!(
        format!("{:?}", Lower(Person::name).asc().nulls_last()),
        format!("{:?}", { Ok::<_, Error>(Expr::call(Function::Lower, [path("name")]).asc().nulls_last()) })
    );
}

#[test]
fn queries_within_queries_know_the_row_around_them() {
    let inner = |q: CoreQ| Query::new("lab.Note").filter(q);
    let mine = CoreQ::new("person", Expr::outer("pk"));
    let exists = Person::objects().filter(!Exists(&|p| Note::objects().filter(Note::person.eq(p))));
    assert_eq!(
        *exists.query(),
        Query::new("lab.Person").filter(!CoreQ::expr(Expr::Exists(Box::new(inner(mine.clone())))))
    );

    let text = Subquery(&|p: OuterRef<Person, _>| {
        Note::objects().filter(Note::person.eq(p) & Note::text.ne(p.teacher.name)).values_list(Note::text).limit(1)
    });
    let mut query = inner(mine & !CoreQ::new("text", Expr::outer("teacher__name"))).values(["text"]);
    query.slice.limit = Some(1);
    reads! {
        &text => Expr::Subquery(Box::new(query.clone())), "Option<String>";
        Coalesce((&text, "none")) => Expr::call(Function::Coalesce, [Expr::Subquery(Box::new(query)), "none".into()]), "String";
    }

    let nested = Person::objects().filter(Exists(&|p| {
        Note::objects().filter(Exists(&|n| Mark::objects().filter(Mark::note.eq(n) & Mark::by.eq(p.within(n).teacher))))
    }));
    let marks = Query::new("lab.Mark").filter(
        CoreQ::new("note", Expr::outer("pk")) & CoreQ::new("by", Expr::Outer { path: "teacher".into(), levels: 2 }),
    );
    let notes = inner(CoreQ::expr(Expr::Exists(Box::new(marks))));
    assert_eq!(*nested.query(), Query::new("lab.Person").filter(CoreQ::expr(Expr::Exists(Box::new(notes)))));

    let set: Set<Person> = set!(name = Subquery(&|p| Note::objects().filter(q!(person = p)).values_list(Note::text)));
    assert!(matches!(set.into_assignments()[0].value, Expr::Subquery(_)));
}

#[test]
fn windows_are_partitioned_ordered_and_framed() {
    let number = || Window::over(Expr::call(Function::RowNumber, []));
    let sum = || Window::over(Aggregate::of(AggregateFunction::Sum, "score"));
    reads! {
        RowNumber().over().partition_by(Person::teacher).order_by(Person::score.desc()) =>
            number().partition_by([path("teacher")]).order_by([path("score").desc()]).into(), "i64";
        Sum(Person::score).default(0).over().order_by("id").rows(-2..=0) =>
            Window::over(Aggregate::of(AggregateFunction::Sum, "score").default(0))
                .order_by(["id"]).frame(Frame::rows(Bound::Preceding(2), Bound::CurrentRow)).into(), "i64";
        Sum(Person::score).over().order_by("id").groups(..=1).excluding(Exclusion::Ties) =>
            sum().order_by(["id"])
                .frame(Frame::groups(Bound::Unbounded, Bound::Following(1)).excluding(Exclusion::Ties)).into(), "Option<i64>";
        Lag(Person::score, 1).over().order_by("id") =>
            Window::over(Expr::call(Function::Lag, [path("score"), 1.into()])).order_by(["id"]).into(), "Option<i32>";
        Lead(Person::score, 2).default(0).over().order_by("id") =>
            Window::over(Expr::call(Function::Lead, [path("score"), 2.into(), 0.into()])).order_by(["id"]).into(), "i32";
    }
    let (start, end) = (1, 0);
    let backwards = Rank::<Person>().over().order_by("id").rows(start..=end);
    assert!(matches!(backwards.into_expr(), Err(Error::Value(_))));
    // An aggregate that is annotated and also used over a window stays an aggregate of the window.
    let total = Sum(Person::score);
    let query = Person::objects().annotate(&total).annotate(&total.clone().over());
    assert!(format!("{:?}", query.query().steps[1]).contains("Window"), "{query:?}");
}
