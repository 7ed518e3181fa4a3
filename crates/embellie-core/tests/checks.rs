//! Every system check has models that fail it, and it alone.

use embellie_core::expr::{Aggregate, AggregateFunction, Function};
use embellie_core::field::FieldKind as Kind;
use embellie_core::meta::{
    CheckMessage, Choice, ConstraintMeta, Default as Initial, Deferrable, FieldMeta, Generated, IndexKind, IndexMeta,
    IndexTerm, ManyToManyMeta, ModelMeta, OnDelete, RelationMeta, Validator,
};
use embellie_core::{Error, Expr, Q, Query, Registry, Value};

fn findings(models: Vec<ModelMeta>) -> Vec<CheckMessage> {
    match Registry::build(models) {
        Ok(registry) => registry.warnings(),
        Err(Error::SystemCheck(findings)) => findings,
        Err(other) => unreachable!("{other}"),
    }
}

/// The models give exactly these findings, and each is about something and says what is wrong.
#[track_caller]
fn gives(models: impl IntoIterator<Item = ModelMeta>, expected: &[&str]) {
    let found = findings(models.into_iter().collect());
    let ids: Vec<&str> = found.iter().map(|finding| finding.id).collect();
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(ids, expected, "{texts:#?}");
    assert!(found.iter().all(|finding| !finding.object.is_empty() && finding.message.ends_with('.')), "{texts:#?}");
}

fn model(name: &str) -> ModelMeta {
    ModelMeta::new("blog", name)
}

fn one(field: FieldMeta) -> [ModelMeta; 1] {
    [model("Post").field(field)]
}

fn field(name: &str, kind: Kind) -> FieldMeta {
    FieldMeta::new(name, kind)
}

fn number(name: &str) -> FieldMeta {
    field(name, Kind::Integer)
}

fn key(name: &str, to: &str) -> FieldMeta {
    FieldMeta::foreign_key(name, to, OnDelete::Cascade)
}

fn hidden(name: &str, to: &str) -> FieldMeta {
    key(name, to).relation(|r| r.related_name("+"))
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

fn named(name: &str, index: IndexMeta) -> IndexMeta {
    IndexMeta { name: Some(name.into()), ..index }
}

fn choice(value: impl Into<Value>) -> Choice {
    Choice { value: value.into(), label: "Label".into() }
}

#[test]
fn clean_models_give_nothing() {
    let lower =
        IndexTerm { expr: Expr::call(Function::Lower, [Expr::path("title")]), descending: false, opclass: None };
    gives(
        [
            model("User").field(field("email", Kind::Email).unique()),
            model("Tag").field(field("word", Kind::Slug).unique().default("rust")),
            model("Post")
                .field(field("title", Kind::Char).max_length(5).choices(vec![choice("hello"), choice("ab")]))
                .field(field("kind", Kind::SmallInteger).default(3).db_default(3))
                .field(field("type", Kind::Text))
                .field(field("created_at", Kind::DateTime).auto_now_add())
                .field(field("price", Kind::Decimal { max_digits: 8, decimal_places: 8 }))
                .field(field("data", Kind::Json).null())
                .field(key("author", "User").relation(|r| r.related_name("posts")))
                .field(key("editor", "User").relation(|r| r.related_name("edited_%(class)s")))
                .field(key("by_email", "User").relation(|r| r.to_field("email").related_name("+")))
                .field(FieldMeta::foreign_key("parent", "self", OnDelete::SetNull).null())
                .many_to_many(ManyToManyMeta::new("tags", "Tag").related_name("posts"))
                .many_to_many(ManyToManyMeta::new("similar", "self"))
                .many_to_many(ManyToManyMeta::new("readers", "User").through("Reading").related_name("read"))
                .ordering(["-author__email", "created_at__year", "data__a__b", "pk", "post", "?", "author_id"])
                .get_latest_by(["-created_at"])
                .unique_together(["title", "author"])
                .index(IndexMeta::fields(["title", "-kind"]))
                .index(named("lower_title", IndexMeta { terms: vec![lower], ..IndexMeta::default() }))
                .index(named(
                    "a_name_of_thirty_one_characters",
                    IndexMeta { kind: Some(IndexKind::Hash), ..IndexMeta::fields(["title"]) },
                ))
                .constraint(unique("title_per_author", &["title", "author_id"]))
                .constraint(ConstraintMeta::Check {
                    name: "kind_positive".into(),
                    condition: Q::new("kind__gte", 0) & !Q::new("author__in", vec![Value::Int(1)]),
                }),
            model("Reading").field(key("post", "Post")).field(key("user", "User")),
        ],
        &[],
    );
}

#[test]
fn all_findings_are_reported() {
    gives(
        [model("Post").field(number("a_")).field(number("b__c")).ordering(["nothing"])],
        &["fields.E001", "fields.E002", "models.E015"],
    );
}

#[test]
fn names() {
    gives(one(number("a_")), &["fields.E001"]);
    gives(one(number("a__b")), &["fields.E002"]);
    gives(one(number("pk")), &["fields.E003"]);
    for name in ["two words", "2nd", "", "a-b", "self"] {
        gives([model("Post").field(number(name).column("x"))], &["embellie.E003"]);
    }
    gives([ModelMeta::new("my-app", "Post")], &["embellie.E003"]);
    gives([model("Two Words")], &["embellie.E003"]);
    gives([model("Post_")], &["models.E023"]);
    gives([model("Po__st")], &["models.E024"]);
    gives(one(number("objects")), &["embellie.E004"]);
    gives(
        [model("User"), model("Post").field(key("user", "User").relation(|r| r.related_name("objects")))],
        &["embellie.E004"],
    );
    gives(one(number("contains")), &["embellie.W001"]);
    gives(one(number("save")), &["embellie.W002"]);
    gives(one(number("from")), &["embellie.W003"]);
    gives([model("Post"), model("Post")], &["embellie.E001", "models.E028"]);
}

#[test]
fn kinds_and_options_of_fields() {
    gives(one(field("a", Kind::Char)), &["fields.E120"]);
    gives(one(field("a", Kind::Char).max_length(0)), &["fields.E121"]);
    gives(one(number("a").max_length(5)), &["fields.W122"]);
    gives(one(field("a", Kind::Decimal { max_digits: 0, decimal_places: 1 })), &["fields.E133", "fields.E134"]);
    gives(one(field("a", Kind::DECIMAL)), &[]);
    gives(one(field("a", Kind::Decimal { max_digits: 4, decimal_places: 5 })), &["fields.E134"]);
    gives(one(field("a", Kind::Decimal { max_digits: 40, decimal_places: 5 })), &["embellie.W004"]);
    gives(one(field("a", Kind::Auto)), &["fields.E100"]);
    gives(one(field("a", Kind::GenericIpAddress).blank()), &["fields.E150"]);
    gives(one(number("a").primary_key().null()), &["fields.E007"]);
    gives(one(field("a", Kind::Date).auto_now().auto_now_add()), &["fields.E160"]);
    gives(one(field("a", Kind::Date).auto_now().default("2024-01-01")), &["fields.E160"]);
    gives(one(number("a").auto_now()), &["embellie.E005"]);
}

#[test]
fn values_of_fields() {
    gives(one(field("a", Kind::Char).max_length(3).choices(vec![choice("abc"), choice("üüüü")])), &["fields.E009"]);
    gives(one(number("a").choices(vec![choice("one")])), &["embellie.E006"]);
    gives(one(field("a", Kind::Binary).default("text")), &["fields.E170"]);
    gives(one(number("a").default("many")), &["embellie.E007"]);
    gives(one(field("a", Kind::SmallInteger).default(40_000)), &["embellie.E007"]);
    gives(one(field("a", Kind::PositiveInteger).default(-1)), &["embellie.E007"]);
    gives(one(field("a", Kind::Char).max_length(3).default("abcd")), &["embellie.E007"]);
    gives(one(field("a", Kind::Uuid).db_default("x")), &["embellie.E007"]);
    let set = |value: Value| FieldMeta::foreign_key("user", "User", OnDelete::Set(Initial::Value(value)));
    gives([model("User"), model("Post").field(set("nobody".into()))], &["embellie.E007"]);
    gives([model("User"), model("Post").field(set(1.into()))], &[]);
    gives(one(number("a").db_default(Expr::path("id") + 1)), &["fields.E012"]);
}

#[test]
fn validators_of_fields() {
    gives(one(number("a").validator(Validator::MinValue("one".into()))), &["embellie.E012"]);
    gives(one(number("a").validator(Validator::MaxValue("12".into()))), &[]);
    gives(one(field("a", Kind::Text).validator(Validator::Regex("(x".into()))), &["embellie.W006"]);
    gives(one(field("a", Kind::Text).validator(Validator::Regex(r"^x\Z".into()))), &[]);
}

#[test]
fn foreign_keys() {
    gives(one(key("user", "Usr")), &["fields.E300"]);
    let user = || model("User").field(number("number"));
    let post = |field: FieldMeta| model("Post").field(field);
    gives([user(), post(key("user", "User").relation(|r| r.to_field("nr")))], &["fields.E312"]);
    gives([user(), post(key("user", "User").relation(|r| r.to_field("number")))], &["fields.E311"]);
    let to_number = || post(key("user", "User").relation(|r| r.to_field("number")));
    gives([user().unique_together(["number"]), to_number()], &[]);
    gives([user().constraint(unique("u", &["number"])), to_number()], &[]);
    gives([user().constraint(unique("u", &["number", "id"])), to_number()], &["fields.E311"]);
    gives([user(), post(FieldMeta::foreign_key("user", "User", OnDelete::SetNull))], &["fields.E320"]);
    gives([user(), post(FieldMeta::foreign_key("user", "User", OnDelete::SetDefault))], &["fields.E321"]);
    gives([user(), post(key("user", "User").unique())], &["fields.W342"]);
    gives([user(), post(key("user", "User").relation(|r| r.related_name("my posts")))], &["fields.E306"]);
    gives([user(), post(key("user", "User").relation(|r| r.related_name("import")))], &["fields.E306"]);
    gives([user(), post(key("user", "User").relation(|r| r.related_name("posts_")))], &["fields.E308"]);
    gives([user(), post(key("user", "User").relation(|r| r.related_query_name("a__b")))], &["fields.E309"]);
}

#[test]
fn clashing_ways_back() {
    let related = |name: &str, related: &str| key(name, "User").relation(|r| r.related_name(related));
    let with = |field: FieldMeta| model("Post").field(field);
    gives([model("User").field(number("post_set")), with(key("user", "User"))], &["fields.E302"]);
    gives([model("User").field(number("post")), with(key("user", "User"))], &["fields.E303"]);
    gives([model("User").field(number("posts")), with(related("user", "posts"))], &["fields.E302", "fields.E303"]);
    gives(
        [model("Tag"), model("User").many_to_many(ManyToManyMeta::new("posts", "Tag")), with(related("user", "posts"))],
        &["fields.E302", "fields.E303"],
    );
    gives([model("User"), with(key("author", "User")).field(key("editor", "User"))], &["fields.E304", "fields.E304"]);
    gives(
        [model("User"), with(related("author", "posts")).field(related("editor", "posts"))],
        &["fields.E304", "fields.E305", "fields.E304", "fields.E305"],
    );
    gives([model("User"), with(hidden("author", "User")).field(hidden("editor", "User"))], &[]);
    let queried = |name: &str, accessor: &str| {
        key(name, "User").relation(|r| r.related_name(accessor).related_query_name("written"))
    };
    gives([model("User"), with(queried("author", "a")).field(queried("editor", "b"))], &["fields.E305", "fields.E305"]);
    gives(
        [model("User"), with(key("author", "User")).many_to_many(ManyToManyMeta::new("readers", "User"))],
        &["fields.E304", "fields.E304"],
    );
    gives([model("Post").field(key("post", "self"))], &["fields.E303"]);
    gives([model("Post").field(key("a", "self")).field(key("b", "self"))], &["fields.E304", "fields.E304"]);
    gives(
        [model("User"), with(FieldMeta::one_to_one("author", "User", OnDelete::Cascade)).field(key("editor", "User"))],
        &["fields.E305", "fields.E305"],
    );
    let default_name = |name: &str| model(name).field(key("user", "User")).default_related_name("things");
    gives(
        [model("User"), default_name("Post"), default_name("Page")],
        &["fields.E304", "fields.E305", "fields.E304", "fields.E305"],
    );
}

#[test]
fn many_to_many_relations() {
    let through = |fields: &[(&str, &str)]| {
        fields.iter().fold(model("Between"), |model, (name, to)| model.field(hidden(name, to)))
    };
    let readers = || ManyToManyMeta::new("readers", "User").through("Between");
    let post = |relation: ManyToManyMeta| model("Post").many_to_many(relation);
    let both = [("post", "Post"), ("user", "User")];
    gives([model("User"), through(&both), post(readers())], &[]);
    gives([post(ManyToManyMeta::new("tags", "Tag"))], &["fields.E300"]);
    gives([model("User"), post(readers())], &["fields.E331"]);
    gives([model("User"), through(&[("a", "User"), ("b", "Post"), ("c", "Post")]), post(readers())], &["fields.E334"]);
    gives([model("User"), through(&[("a", "User"), ("b", "User"), ("c", "Post")]), post(readers())], &["fields.E335"]);
    gives([model("User"), through(&[("a", "User")]), post(readers())], &["fields.E336"]);
    gives(
        [
            through(&[("a", "Post"), ("b", "Post"), ("c", "Post")]),
            post(ManyToManyMeta::new("similar", "self").through("Between")),
        ],
        &["fields.E333"],
    );
    gives([model("User"), through(&both), post(readers().through_fields("nothing", "user"))], &["fields.E338"]);
    gives([model("User"), through(&both), post(readers().through_fields("user", "post"))], &["fields.E339"]);
    gives([model("User"), through(&both), post(readers().through_fields("", "user"))], &["fields.E338", "fields.E337"]);
    gives([model("Post_tags"), model("Tag"), post(ManyToManyMeta::new("tags", "Tag"))], &["embellie.E002"]);
    gives([model("User"), through(&both), post(readers().table("readings"))], &["embellie.E008"]);
    gives(
        [model("User").table("posts_tags"), model("Tag"), post(ManyToManyMeta::new("tags", "Tag").table("posts_tags"))],
        &["fields.E340"],
    );
    for to in ["self", "Post", "blog.Post"] {
        let symmetrical = ManyToManyMeta::new("similar", to).related_name("like").symmetrical(true);
        gives([post(symmetrical)], &["fields.W345"]);
    }
    gives(
        [
            model("User"),
            through(&both),
            post(readers().related_name("a"))
                .many_to_many(ManyToManyMeta { name: "again".into(), ..readers().related_name("b") }),
        ],
        &["models.E003"],
    );
}

#[test]
fn names_columns_and_tables_of_models() {
    gives([model("Post").field(number("id"))], &["models.E004"]);
    gives([model("Post").field(number("a")).field(number("a"))], &["models.E006"]);
    gives([model("User"), model("Post").field(key("user", "User")).field(number("user_id"))], &["models.E006"]);
    gives(
        [model("Tag"), model("Post").field(number("tags")).many_to_many(ManyToManyMeta::new("tags", "Tag"))],
        &["models.E006"],
    );
    gives([model("Post").field(number("a")).field(number("b").column("a"))], &["models.E007"]);
    gives([model("Post").field(number("a").primary_key()).field(number("b").primary_key())], &["models.E026"]);
    gives([model("Post").table("t"), model("Page").table("t")], &["models.E028"]);
    gives([model("Post").table("t"), model("Page").table("t").managed(false)], &[]);
}

#[test]
fn options_that_name_fields() {
    let post = || model("Post").field(number("number")).many_to_many(ManyToManyMeta::new("tags", "Tag"));
    let tag = || model("Tag");
    gives([tag(), post().unique_together(["numbr"])], &["models.E012"]);
    gives([tag(), post().unique_together(["tags"])], &["models.E013"]);
    gives([tag(), post().index(IndexMeta::fields(["numbr"]))], &["models.E012"]);
    gives(
        [tag(), post().index(named("x", IndexMeta { include: vec!["numbr".into()], ..IndexMeta::fields(["number"]) }))],
        &["models.E012"],
    );
    gives([tag(), post().constraint(unique("x", &["numbr"]))], &["models.E012"]);
    let check = |condition: Q| ConstraintMeta::Check { name: "x".into(), condition };
    gives([tag(), post().constraint(check(Q::new("numbr__gt", 1)))], &["models.E012"]);
    gives([tag(), post().constraint(check(Q::new("number", Expr::path("numbr"))))], &["models.E012"]);
    gives(
        [tag(), model("Post").field(key("tag", "Tag")).constraint(check(Q::new("tag__id__gt", 1)))],
        &["models.E041"],
    );
    for wrong in ["numbr", "-numbr", "tags", "number__year", "tag__x"] {
        gives([tag(), post().ordering([wrong])], &["models.E015"]);
    }
    gives([tag(), post().ordering(["tags__id"])], &[]);
    gives([tag(), post().get_latest_by(["numbr"])], &["embellie.W005"]);
}

#[test]
fn names_and_parts_of_indexes_and_constraints() {
    let post = || model("Post").field(number("number"));
    let index = || IndexMeta::fields(["number"]);
    gives([post().index(named("_x", index()))], &["models.E033"]);
    gives([post().index(named("a_name_of_thirty_one_characters", index()))], &["models.E034"]);
    gives([post().index(named("x", index())).index(named("x", index()))], &["models.E029"]);
    gives([post().index(index()).index(index())], &["models.E029"]);
    gives(
        [post().index(named("x", index())), model("Page").field(number("number")).index(named("x", index()))],
        &["models.E030"],
    );
    gives([post().constraint(unique("x", &["number"])).constraint(unique("x", &["id"]))], &["models.E031"]);
    gives(
        [post().constraint(unique("x", &["number"])), model("Page").constraint(unique("x", &["id"]))],
        &["models.E032"],
    );
    gives([post().index(IndexMeta { name: Some("x".into()), ..IndexMeta::default() })], &["embellie.E009"]);
    gives([post().constraint(unique("x", &[]))], &["embellie.E009"]);
    gives([post().index(IndexMeta { condition: Some(Q::new("number", 1)), ..index() })], &["embellie.E010"]);
    gives([post().constraint(unique("", &["number"]))], &["embellie.E010"]);
    let mut deferrable = unique("x", &["number"]);
    if let ConstraintMeta::Unique { condition, deferrable, .. } = &mut deferrable {
        (*condition, *deferrable) = (Some(Q::new("number", 1)), Some(Deferrable::Deferred));
    }
    gives([post().constraint(deferrable)], &["embellie.E011"]);
}

#[test]
fn a_finding_says_what_and_where_and_what_to_do() {
    let found = findings(vec![
        model("User"),
        model("Post").field(key("author", "User")).field(key("editor", "User")).ordering(["autor"]),
    ]);
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "blog.Post.author: (fields.E304) The way back 'User.post_set' clashes with the way back of \
             'blog.Post.editor'. Give 'blog.Post.author' or 'blog.Post.editor' another related_name.",
            "blog.Post.editor: (fields.E304) The way back 'User.post_set' clashes with the way back of \
             'blog.Post.author'. Give 'blog.Post.editor' or 'blog.Post.author' another related_name.",
            "blog.Post: (models.E015) 'ordering' names 'autor', which is no field, relation or lookup. \
             Did you mean 'author'?",
        ]
    );
}

fn line() -> ModelMeta {
    model("Line").field(number("order")).field(number("number"))
}

#[test]
fn composite_primary_keys() {
    let user = || model("User").field(number("number").unique());
    gives([line().composite_primary_key(["order", "number"]).ordering(["pk", "-pk"])], &[]);
    gives(
        [user(), model("Line").field(key("user", "User")).field(number("id")).composite_primary_key(["user", "id"])],
        &[],
    );
    gives([user(), line().field(key("user", "User")).composite_primary_key(["user_id", "order"])], &[]);
    gives([line().composite_primary_key(["order", "numbre"])], &["models.E042"]);
    gives([line().composite_primary_key(["order", "pk"])], &["models.E042"]);
    gives([line().field(number("null").null()).composite_primary_key(["order", "null"])], &["models.E042"]);
    gives([line().composite_primary_key(["order", "order"])], &["models.E042"]);
    gives([user(), line().field(key("user", "User")).composite_primary_key(["user", "user_id"])], &["models.E042"]);
    let generated = number("twice").generated(Generated::stored(Expr::path("order") * 2));
    gives([line().field(generated).composite_primary_key(["order", "twice"])], &["models.E042"]);
    let linked = line().many_to_many(ManyToManyMeta::new("users", "User").related_name("+"));
    gives([user(), linked.composite_primary_key(["order", "users"])], &["fields.E347", "models.E042"]);
    gives([line().composite_primary_key(["order"])], &["embellie.E013"]);
    gives([line().composite_primary_key(Vec::<String>::new())], &["embellie.E013"]);
    gives([model("Line").composite_primary_key(["a", "b"])], &["models.E042", "models.E042"]);
    gives([line().field(number("id").primary_key()).composite_primary_key(["order", "id"])], &["models.E026"]);
    gives([line().field(field("id", Kind::Auto)).composite_primary_key(["order", "id"])], &["fields.E100"]);
    gives(one(field("pair", Kind::CompositePrimaryKey)), &["fields.E013"]);
    let named = |model: ModelMeta| model.composite_primary_key(["order", "number"]);
    gives([named(line().unique_together(["pk"]))], &["models.E048"]);
    gives([named(line().index(IndexMeta::fields(["order", "pk"])))], &["models.E048"]);
    gives([named(line().constraint(unique("pk_uniq", &["pk"])))], &["models.E048"]);
}

#[test]
fn relations_to_composite_primary_keys() {
    let line = || line().composite_primary_key(["order", "number"]);
    gives([line(), model("Post").field(key("line", "Line"))], &["fields.E347"]);
    gives([line(), model("Post").field(key("line", "Line").relation(|r| r.to_field("order")))], &["fields.E311"]);
    let unique = line().field(number("code").unique());
    gives([unique, model("Post").field(key("line", "Line").relation(|r| r.to_field("code")))], &[]);
    gives([line(), model("Post").many_to_many(ManyToManyMeta::new("lines", "Line"))], &["fields.E347"]);
    gives([line().many_to_many(ManyToManyMeta::new("posts", "Post")), model("Post")], &["fields.E347"]);
    gives([line(), model("Post").field(FieldMeta::one_to_one("line", "Line", OnDelete::Cascade))], &["fields.E347"]);
}

#[test]
fn generated_fields() {
    let generated = |name: &str, expr: Expr| number(name).generated(Generated::unstored(expr));
    let twice = || generated("twice", Expr::path("number") * 2);
    gives([line().field(twice())], &[]);
    gives([line().field(twice().null().unique().index(true))], &[]);
    for field in [twice().default(1), twice().db_default(1), twice().primary_key()] {
        gives([line().field(field)], &["embellie.E014"]);
    }
    gives(
        [line().field(field("at", Kind::DateTime).auto_now().generated(Generated::stored(Expr::value(Value::Null))))],
        &["embellie.E014"],
    );
    gives(
        [line().field(hidden("other", "self").generated(Generated::stored(Expr::path("number"))))],
        &["embellie.E014"],
    );
    gives([line().field(generated("twice", Expr::path("nubmer") * 2))], &["embellie.E015"]);
    gives([line().field(generated("twice", Expr::path("twice") * 2))], &["embellie.E015"]);
    let sum = Expr::from(Aggregate::of(AggregateFunction::Sum, "number"));
    gives([line().field(generated("sum", sum.clone()))], &["embellie.E015"]);
    gives([line().field(number("sum").db_default(sum))], &["fields.E012"]);
    let all = Expr::Exists(Box::new(Query::new("blog.Line")));
    gives([line().field(field("any", Kind::Bool).db_default(all))], &["fields.E012"]);
    gives(
        [line().field(hidden("other", "self")).field(generated("twice", Expr::path("other__number") * 2))],
        &["embellie.E015"],
    );
    let decimal = Kind::Decimal { max_digits: 2, decimal_places: 3 };
    gives(
        [line().field(field("share", decimal).generated(Generated::stored(Expr::path("number") / 7)))],
        &["fields.E223"],
    );
    gives(
        [line().field(field("text", Kind::Char).generated(Generated::stored(Expr::path("number"))))],
        &["fields.W224"],
    );
}

#[test]
fn relations_without_a_column() {
    let model = |name: &str| ModelMeta::new("shop", name);
    let number = |name: &str| FieldMeta::new(name, Kind::Integer);
    let line = || model("Line").field(number("order")).field(number("row")).composite_primary_key(["order", "row"]);
    let to_line = |there: &str| RelationMeta::new("line", "Line", [("order", "order"), ("row", there)]);
    let parcel =
        |relation: RelationMeta| model("Parcel").field(number("order")).field(number("row")).relation(relation);
    gives([line(), parcel(to_line("row"))], &[]);
    gives([line(), parcel(to_line("rows"))], &["fields.E312"]);
    gives([line(), parcel(RelationMeta::new("line", "Line", [("number", "row")]))], &["embellie.E016"]);
    gives([line(), parcel(RelationMeta::new("line", "Line", [("row", "row")]))], &["fields.E310"]);
    gives([line(), parcel(to_line("row").on_delete(OnDelete::SetNull))], &["embellie.E017"]);
    gives([line(), parcel(RelationMeta { name: "row".into(), ..to_line("row") })], &["models.E006"]);
    gives(
        [line().field(number("parcels")), parcel(to_line("row").related_name("parcels"))],
        &["fields.E302", "fields.E303"],
    );
    gives([parcel(to_line("row"))], &["fields.E300"]);

    let types = || {
        let text = |name: &str| FieldMeta::new(name, Kind::Char).max_length(50);
        ModelMeta::new("contenttypes", "ContentType").field(text("app_label")).field(text("model"))
    };
    let to_types = || FieldMeta::foreign_key("kind", "contenttypes.ContentType", OnDelete::Cascade);
    let mark = || model("Mark").field(to_types()).field(number("key"));
    let shop = |kind: &str, key: &str| model("Shop").relation(RelationMeta::generic("marks", "Mark", kind, key));
    gives([types(), mark(), shop("kind", "key")], &[]);
    gives([types(), mark(), shop("kind", "object_id")], &["contenttypes.E001"]);
    gives([types(), mark(), shop("type", "key")], &["contenttypes.E002"]);
    gives([types(), mark(), shop("key", "key")], &["contenttypes.E003"]);
    let to_shops = FieldMeta::foreign_key("kind", "Shop", OnDelete::Cascade);
    let mark_of_shops = model("Mark").field(to_shops).field(number("key"));
    gives([mark_of_shops, shop("kind", "key")], &["contenttypes.E004"]);
    let lines = line().relation(RelationMeta::generic("marks", "Mark", "kind", "key"));
    gives([types(), mark(), lines], &["fields.E347"]);
}
