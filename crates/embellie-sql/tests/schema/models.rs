//! Models with every kind of field and every option that shows in a table.

use embellie_core::expr::Function;
use embellie_core::field::FieldKind as Kind;
use embellie_core::meta::{
    ConstraintMeta, Deferrable, FieldMeta, IndexKind, IndexMeta, IndexTerm, ManyToManyMeta, ModelMeta, OnDelete,
};
use embellie_core::{Expr, Q, Registry, Value};

fn key(name: &str, to: &str) -> FieldMeta {
    FieldMeta::foreign_key(name, to, OnDelete::Cascade)
}

fn unique(name: &str, fields: &[&str]) -> ConstraintMeta {
    ConstraintMeta::Unique {
        name: name.into(),
        terms: fields.iter().map(|field| IndexTerm::field(field)).collect(),
        condition: None,
        include: Vec::new(),
        deferrable: None,
        nulls_distinct: None,
    }
}

fn with_opclasses(mut terms: Vec<IndexTerm>, classes: &[&str]) -> Vec<IndexTerm> {
    for (term, class) in terms.iter_mut().zip(classes) {
        term.opclass = Some((*class).into());
    }
    terms
}

fn lower(field: &str) -> IndexTerm {
    IndexTerm { expr: Expr::call(Function::Lower, [Expr::path(field)]), descending: false, opclass: None }
}

/// Truth, negation, lists and nulls.
fn partial() -> Q {
    Q::new("b", true)
        & !Q::new("c__in", vec![Value::from("x"), Value::from("y'")])
        & Q::new("f__gt", 1.5)
        & Q::new("u__isnull", false)
}

/// Patterns, in which some characters mean themselves.
fn texts() -> Q {
    Q::new("t__startswith", "50%_\\") | Q::new("c__contains", "it's") | Q::new("c__exact", "\\")
}

/// Values of types that a literal must name.
fn types() -> Q {
    (Q::new("d__lt", "99.5") | Q::new("d__isnull", true))
        & Q::new("da__range", vec![Value::from("1900-01-01"), Value::from("2999-12-31")])
        & Q::new("dt__gte", "1900-01-01 00:00:00Z")
        & Q::new("du__lte", "PT48H")
        & !Q::new("uu", "00000000-0000-0000-0000-000000000000")
        & Q::new("bi__lt", Expr::path("pbi") * 1000)
}

fn kinds() -> ModelMeta {
    let mut model = ModelMeta::new("blog", "Kinds")
        .field(FieldMeta::new("c", Kind::Char).max_length(17).index(true).db_default("it's \\ here"))
        .field(FieldMeta::new("t", Kind::Text).unique())
        .field(FieldMeta::new("e", Kind::Email))
        .field(FieldMeta::new("s", Kind::Slug))
        .field(FieldMeta::new("u", Kind::Url).null())
        .field(FieldMeta::new("b", Kind::Bool).db_default(true))
        .field(FieldMeta::new("si", Kind::SmallInteger).db_default(-5))
        .field(FieldMeta::new("i", Kind::Integer))
        .field(FieldMeta::new("bi", Kind::BigInteger).index(true))
        .field(FieldMeta::new("psi", Kind::PositiveSmallInteger))
        .field(FieldMeta::new("pi", Kind::PositiveInteger))
        .field(FieldMeta::new("pbi", Kind::PositiveBigInteger))
        .field(FieldMeta::new("f", Kind::Float).db_default(1.5))
        .field(FieldMeta::new("d", Kind::Decimal { max_digits: 8, decimal_places: 2 }).db_default("1.50"))
        .field(FieldMeta::new("da", Kind::Date).db_default("2024-02-29"))
        .field(FieldMeta::new("ti", Kind::Time))
        .field(FieldMeta::new("dt", Kind::DateTime).db_default("2024-02-29 12:30:00Z"))
        .field(FieldMeta::new("naive", Kind::NaiveDateTime).db_default("2024-02-29 12:30:00.5"))
        .field(FieldMeta::new("du", Kind::Duration).db_default("PT1M30S"))
        .field(FieldMeta::new("uu", Kind::Uuid).db_default("12345678123456781234567812345678"))
        .field(FieldMeta::new("bin", Kind::Binary).db_default(Value::Bytes(vec![0, 255])))
        .field(FieldMeta::new("j", Kind::Json).db_default(serde_json::json!({"a": 1})))
        .field(FieldMeta::new("ip", Kind::GenericIpAddress).null())
        .field(FieldMeta::new("made", Kind::DateTime).db_default(Expr::call(Function::Now, [])))
        .field(FieldMeta::new("renamed", Kind::Integer).column("we \"ird"))
        .field(key("slugged", "Slugged"))
        .field(FieldMeta::one_to_one("counter", "Counter", OnDelete::Cascade).null())
        .field(key("loose", "User").relation(|r| r.db_constraint(false)).index(false))
        .field(key("by_email", "User").relation(|r| r.to_field("email").related_name("+")))
        .field(key("tiny", "Tiny"))
        .many_to_many(ManyToManyMeta::new("tags", "Slugged").related_name("tagged"))
        .many_to_many(ManyToManyMeta::new("friends", "self"))
        .unique_together(["i", "bi"])
        .unique_together(["c", "slugged"]);
    let named = |name: &str, index: IndexMeta| IndexMeta { name: Some(name.into()), ..index };
    let terms = |names: &[&str]| names.iter().map(|name| IndexTerm::field(name)).collect::<Vec<_>>();
    model.indexes = vec![
        IndexMeta::fields(["i", "-bi"]),
        named("named_idx", IndexMeta::fields(["si"])),
        named("covering", IndexMeta { include: vec!["i".into()], ..IndexMeta::fields(["c"]) }),
        named(
            "classy",
            IndexMeta {
                terms: with_opclasses(terms(&["t", "-c"]), &["text_pattern_ops", "varchar_pattern_ops"]),
                ..IndexMeta::default()
            },
        ),
        named("hashed", IndexMeta { kind: Some(IndexKind::Hash), ..IndexMeta::fields(["uu"]) }),
        IndexMeta { kind: Some(IndexKind::Gin), ..IndexMeta::fields(["j"]) },
        named("part", IndexMeta { condition: Some(partial()), ..IndexMeta::fields(["f"]) }),
        named(
            "expr",
            IndexMeta {
                terms: vec![IndexTerm { descending: true, ..lower("e") }, IndexTerm::field("i")],
                ..IndexMeta::default()
            },
        ),
        named("part_text", IndexMeta { condition: Some(texts()), ..IndexMeta::fields(["t"]) }),
    ];
    let change = |mut constraint: ConstraintMeta, change: &dyn Fn(&mut ConstraintMeta)| {
        change(&mut constraint);
        constraint
    };
    model.constraints = vec![
        unique("plain_uniq", &["psi", "pi"]),
        change(unique("deferred_uniq", &["psi"]), &|c| {
            if let ConstraintMeta::Unique { deferrable, .. } = c {
                *deferrable = Some(Deferrable::Deferred);
            }
        }),
        change(unique("immediate_uniq", &["pi"]), &|c| {
            if let ConstraintMeta::Unique { deferrable, .. } = c {
                *deferrable = Some(Deferrable::Immediate);
            }
        }),
        change(unique("cond_uniq", &["pi"]), &|c| {
            if let ConstraintMeta::Unique { condition, .. } = c {
                *condition = Some(Q::new("b", true));
            }
        }),
        change(unique("expr_uniq", &[]), &|c| {
            if let ConstraintMeta::Unique { terms, .. } = c {
                *terms = vec![lower("s")];
            }
        }),
        ConstraintMeta::Check {
            name: "checked".into(),
            condition: Q::new("i__gte", 0) | Q::new("si__lt", Expr::path("i") + 1),
        },
        ConstraintMeta::Check { name: "typed".into(), condition: types() },
        change(unique("incl_uniq", &["pbi"]), &|c| {
            if let ConstraintMeta::Unique { include, .. } = c {
                *include = vec!["i".into()];
            }
        }),
        change(unique("nulls_uniq", &["u"]), &|c| {
            if let ConstraintMeta::Unique { nulls_distinct, .. } = c {
                *nulls_distinct = Some(false);
            }
        }),
        change(unique("nulls_differ_uniq", &["u", "ip"]), &|c| {
            if let ConstraintMeta::Unique { nulls_distinct, .. } = c {
                *nulls_distinct = Some(true);
            }
        }),
        change(unique("nulls_incl_uniq", &["ip"]), &|c| {
            if let ConstraintMeta::Unique { nulls_distinct, include, .. } = c {
                *nulls_distinct = Some(false);
                *include = vec!["i".into()];
            }
        }),
        change(unique("ops_uniq", &["t"]), &|c| {
            if let ConstraintMeta::Unique { terms, .. } = c {
                terms[0].opclass = Some("text_pattern_ops".into());
            }
        }),
    ];
    model
}

/// The models; some come before those they point at, and `Profile` and `Badge` point at each other.
pub(crate) fn registry() -> Registry {
    Registry::build([
        kinds(),
        ModelMeta::new("blog", "User")
            .field(FieldMeta::new("name", Kind::Char).max_length(100))
            .field(FieldMeta::new("email", Kind::Email).unique()),
        ModelMeta::new("blog", "Slugged").table("odd table").field(FieldMeta::new("slug", Kind::Slug).primary_key()),
        ModelMeta::new("blog", "Counter")
            .field(FieldMeta::new("key", Kind::PositiveInteger).primary_key())
            .field(FieldMeta::new("small", Kind::PositiveSmallInteger).unique()),
        ModelMeta::new("blog", "Profile")
            .field(FieldMeta::one_to_one("user", "User", OnDelete::Cascade).primary_key())
            .field(FieldMeta::foreign_key("best", "Badge", OnDelete::SetNull).null().relation(|r| r.related_name("+"))),
        ModelMeta::new("blog", "Badge")
            .field(FieldMeta::new("id", Kind::Auto).primary_key())
            .field(key("owner", "Profile"))
            .field(key("parent", "self").null()),
        ModelMeta::new("blog", "Tiny").field(FieldMeta::new("id", Kind::SmallAuto).primary_key()),
        ModelMeta::new("blog", "Legacy").managed(false).field(key("user", "User")),
    ])
    .unwrap()
}
