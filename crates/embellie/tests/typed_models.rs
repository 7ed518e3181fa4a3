//! What `#[model]` says of a model: its metadata, option by option, and new objects.

#![deny(missing_docs, warnings)]

use embellie::model::Instance;
use embellie::{Choices, Error, ForeignKey, ManyToMany, Model, OneToOne, Registry, Value, model, new};
use embellie_core::expr::Function;
use embellie_core::field::{FieldKind, FieldType};
use embellie_core::meta::{
    Choice, ConstraintMeta, Default as MetaDefault, Deferrable, FieldMeta, IndexKind, IndexMeta, IndexTerm, ModelMeta,
    OnDelete, Validator,
};
use embellie_core::{ColumnRef, Expr, Q};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
enum Status {
    Draft,
    InReview,
    #[choice(value = "p", label = "Out there")]
    Published,
}

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
#[repr(i16)]
enum Level {
    Low = 1,
    #[choice(label = "Top")]
    High = 3,
}

fn not_shouted(value: &Value) -> Result<(), Error> {
    match value {
        Value::Text(text) if text.chars().any(char::is_lowercase) => Ok(()),
        _ => Err(Error::Validation("do not shout".into())),
    }
}

#[model(app = "test", table = "countries", managed = false)]
struct Country {
    #[field(primary_key, max_length = 2)]
    code: String,
    #[field(unique, max_length = 80, column = "title", verbose_name = "full name", help_text = "As it calls itself.")]
    name: String,
}

#[model(app = "test", default_related_name = "%(class)s_of")]
struct Person {
    #[field(primary_key, auto)]
    number: i32,
    #[field(email)]
    email: String,
    #[field(slug, unique)]
    slug: String,
    #[field(url, blank)]
    home: Option<String>,
    #[field(on_delete = Protect, to_field = "name", db_constraint = false)]
    country: ForeignKey<Country>,
    #[field(on_delete = SetNull, related_name = "reports", related_query_name = "report", index = false)]
    boss: Option<ForeignKey<Person>>,
    friends: ManyToMany<Person>,
    #[field(through = Membership, through_fields(person, group), related_name = "members")]
    groups: ManyToMany<Group>,
}

#[model(app = "test", verbose_name = "circle", verbose_name_plural = "circles", get_latest_by = ["-founded", "id"])]
struct Group {
    founded: Date,
}

#[model(app = "test", unique_together = [["person", "group"]])]
struct Membership {
    #[field(on_delete = Cascade)]
    person: ForeignKey<Person>,
    #[field(on_delete = Set(3), related_name = "+")]
    group: ForeignKey<Group>,
    #[field(on_delete = DoNothing, related_name = "invited")]
    invited_by: Option<ForeignKey<Person>>,
}

#[model(
    app = "test",
    ordering = ["-level", "id"],
    indexes(
        index(fields = ["status", "-level"], name = "by_status", condition = level__gte = 1 & !(status = "p"),
              include = ["price"], opclasses = ["text_ops"], kind = "gin"),
        index(name = "doubled", expression = F(price) * 2),
    ),
    constraints(
        unique(name = "one_token", fields = ["token"], condition(status__in = ["p", "d"], price__isnull = false),
               nulls_distinct = false),
        unique(name = "one_name", fields = ["name", "rating"], deferrable = Deferred),
        check(name = "priced", condition = price__gt = 0 | price__lte = F(rating)),
    ),
)]
struct Ware {
    #[field(default = Status::Draft)]
    status: Status,
    #[field(default = Level::Low, index)]
    level: Level,
    #[field(max_digits = 8, decimal_places = 2, validators(min_value(0), max_value(999)))]
    price: Decimal,
    #[field(default = Uuid::nil())]
    token: Uuid,
    #[field(db_default = Now())]
    made: Timestamp,
    #[field(db_default = 5)]
    stock: u32,
    #[field(kind = "positive_integer")]
    rating: i32,
    #[field(
        max_length = 20,
        validators(min_length(2), regex = "^[a-z]+$", custom = not_shouted),
        default = "thing"
    )]
    name: String,
    #[field(auto_now)]
    seen: Timestamp,
    lasts: Option<SignedDuration>,
    data: serde_json::Value,
    r#type: bool,
    #[field(on_delete = Cascade)]
    owner: OneToOne<Person>,
}

fn field(model: &ModelMeta, name: &str) -> FieldMeta {
    model.fields[model.fields.iter().position(|field| field.name == name).unwrap_or(usize::MAX)].clone()
}

#[test]
fn a_key_is_added_unless_declared() {
    let group = Group::meta();
    assert_eq!((group.fields[0].name.as_str(), group.fields[0].kind), ("id", FieldKind::BigAuto));
    assert!(group.fields[0].primary_key);
    let person = Person::meta();
    assert_eq!((person.fields[0].name.as_str(), person.fields[0].kind), ("number", FieldKind::Auto));
    let country = Country::meta();
    assert_eq!((country.fields.len(), country.fields[0].kind), (2, FieldKind::Char));
    assert_eq!((country.table.as_str(), country.managed, group.table.as_str()), ("countries", false, "test_group"));
}

#[test]
fn kinds_come_from_types_and_options() {
    let kinds = |model: ModelMeta| model.fields.into_iter().map(|field| field.kind).collect::<Vec<_>>();
    assert_eq!(
        kinds(Ware::meta()),
        [
            FieldKind::BigAuto,
            FieldKind::Char,
            FieldKind::SmallInteger,
            FieldKind::Decimal { max_digits: 8, decimal_places: 2 },
            FieldKind::Uuid,
            FieldKind::DateTime,
            FieldKind::PositiveInteger,
            FieldKind::PositiveInteger,
            FieldKind::Char,
            FieldKind::DateTime,
            FieldKind::Duration,
            FieldKind::Json,
            FieldKind::Bool,
            FieldKind::ForeignKey,
        ]
    );
    let person = Person::meta();
    let texts = ["email", "slug", "home"].map(|name| (field(&person, name).kind, field(&person, name).max_length));
    assert_eq!(texts, [(FieldKind::Email, Some(254)), (FieldKind::Slug, Some(50)), (FieldKind::Url, Some(200))]);
    assert!(field(&person, "home").null && field(&person, "home").blank);
    assert!(field(&Ware::meta(), "lasts").null);
    assert_eq!(field(&Ware::meta(), "type").column, "type");
}

#[test]
fn field_options() {
    let ware = Ware::meta();
    let default = |name: &str| field(&ware, name).default.map(|default| default.get());
    assert_eq!(default("status"), Some("draft".into()));
    assert_eq!(default("level"), Some(1.into()));
    assert_eq!(default("name"), Some("thing".into()));
    assert!(matches!(field(&ware, "status").default, Some(MetaDefault::Value(_))));
    assert!(matches!(field(&ware, "token").default, Some(MetaDefault::Function(_))));
    assert_eq!(field(&ware, "made").db_default, Some(Expr::call(Function::Now, [])));
    assert_eq!(field(&ware, "stock").db_default, Some(5.into()));
    assert!(field(&ware, "seen").auto_now && field(&ware, "level").index);
    assert_eq!(field(&ware, "status").max_length, Some(9));
    assert_eq!(
        field(&ware, "price").validators,
        [Validator::MinValue(0.into()).clone(), Validator::MaxValue(999.into())].map(|validator| match validator {
            Validator::MinValue(_) => Validator::MinValue(Decimal::from(0).into()),
            _ => Validator::MaxValue(Decimal::from(999).into()),
        })
    );
    assert_eq!(
        field(&ware, "name").validators,
        [
            Validator::MinLength(2),
            Validator::Regex("^[a-z]+$".into()),
            Validator::Custom { name: "not_shouted", check: not_shouted },
        ]
    );
    let country = Country::meta();
    let name = field(&country, "name");
    assert_eq!((name.column.as_str(), name.unique, name.help_text.as_str()), ("title", true, "As it calls itself."));
    assert_eq!(name.verbose_name.as_deref(), Some("full name"));
}

#[test]
fn choices_are_values_and_labels() {
    let choice = |value: Value, label: &str| Choice { value, label: label.to_owned() };
    assert_eq!(
        field(&Ware::meta(), "status").choices,
        [choice("draft".into(), "Draft"), choice("in_review".into(), "In Review"), choice("p".into(), "Out there"),]
    );
    assert_eq!(field(&Ware::meta(), "level").choices, [choice(1.into(), "Low"), choice(3.into(), "Top")]);
    assert_eq!(Status::VALUES, [Status::Draft, Status::InReview, Status::Published]);
    assert_eq!((Status::Published.value(), Status::Published.label(), Level::High.value()), ("p", "Out there", 3));
    assert_eq!(Status::decode(ColumnRef::Text("in_review")), Ok(Status::InReview));
    assert_eq!(Level::decode(ColumnRef::Int(3)), Ok(Level::High));
    let error = Level::decode(ColumnRef::Int(2)).unwrap_err();
    assert_eq!(error.to_string(), "the column holds none of the field's choices, which are 1, 3");
}

#[test]
fn relations() {
    let person = Person::meta();
    let country = field(&person, "country").relation.unwrap();
    assert_eq!((country.to.as_str(), country.to_field.as_deref()), ("test.Country", Some("name")));
    assert_eq!((country.on_delete, country.db_constraint, country.related_name), (OnDelete::Protect, false, None));
    let boss = field(&person, "boss");
    assert!(boss.null && !boss.index);
    let boss = boss.relation.unwrap();
    assert_eq!((boss.related_name.as_deref(), boss.related_query_name.as_deref()), (Some("reports"), Some("report")));
    assert_eq!(boss.on_delete, OnDelete::SetNull);
    let group = field(&Membership::meta(), "group").relation.unwrap();
    assert!(matches!(group.on_delete, OnDelete::Set(default) if default.get() == Value::Int(3)));
    let owner = field(&Ware::meta(), "owner");
    assert!(owner.unique && owner.relation.unwrap().one_to_one);

    let [friends, groups] = person.many_to_many.as_slice() else { panic!("two relations") };
    assert!(friends.symmetrical && !groups.symmetrical);
    assert_eq!(groups.through.as_deref(), Some("test.Membership"));
    assert_eq!(groups.through_fields, Some(("person".into(), "group".into())));
    assert_eq!(groups.related_name.as_deref(), Some("members"));
}

#[test]
fn model_options() {
    let ware = Ware::meta();
    assert_eq!(ware.ordering, ["-level".into(), "id".into()]);
    assert_eq!(
        ware.indexes,
        [
            IndexMeta {
                name: Some("by_status".into()),
                terms: vec![
                    IndexTerm { opclass: Some("text_ops".into()), ..IndexTerm::field("status") },
                    IndexTerm::field("-level")
                ],
                condition: Some(Q::new("level__gte", 1) & !Q::new("status", "p")),
                include: vec!["price".into()],
                kind: Some(IndexKind::Gin),
            },
            IndexMeta {
                name: Some("doubled".into()),
                terms: vec![IndexTerm { expr: Expr::path("price") * 2, descending: false, opclass: None }],
                ..IndexMeta::default()
            },
        ]
    );
    let listed = Value::List(vec!["p".into(), "d".into()]);
    assert_eq!(
        ware.constraints,
        [
            ConstraintMeta::Unique {
                name: "one_token".into(),
                terms: vec![IndexTerm::field("token")],
                condition: Some(Q::new("status__in", listed) & Q::new("price__isnull", false)),
                include: Vec::new(),
                deferrable: None,
                nulls_distinct: Some(false),
            },
            ConstraintMeta::Unique {
                name: "one_name".into(),
                terms: vec![IndexTerm::field("name"), IndexTerm::field("rating")],
                condition: None,
                include: Vec::new(),
                deferrable: Some(Deferrable::Deferred),
                nulls_distinct: None,
            },
            ConstraintMeta::Check {
                name: "priced".into(),
                condition: Q::new("price__gt", 0) | Q::new("price__lte", Expr::path("rating")),
            },
        ]
    );
    assert_eq!(Membership::meta().unique_together, [["person", "group"]]);
    let group = Group::meta();
    assert_eq!(group.get_latest_by, ["-founded", "id"]);
    assert_eq!(
        (group.verbose_name.as_deref(), group.verbose_name_plural.as_deref()),
        (Some("circle"), Some("circles"))
    );
    assert_eq!(Person::meta().default_related_name.as_deref(), Some("%(class)s_of"));
}

#[test]
fn the_models_link() {
    let models = [Country::meta(), Person::meta(), Group::meta(), Membership::meta(), Ware::meta()];
    let registry = Registry::build(models).unwrap();
    assert_eq!(registry.model("test.Person").unwrap().primary_key().name, "number");
}

#[test]
fn typed_paths_use_the_names_of_queries() {
    assert_eq!(Person::report().slug.path().to_string(), "report__slug");
    assert_eq!(Country::person_of().email.path().to_string(), "person_of__email");
    assert_eq!(Person::ware().r#type.path().to_string(), "ware__type");
    assert_eq!(Group::members().number.path().to_string(), "members__number");
    let france = new!(Country { code: "FR", name: "France" });
    assert_eq!(Person::country.eq(&france).into_core(), Q::new("country", "France"));
    assert_eq!(Person::country_id.eq("France").into_core(), Q::new("country_id", "France"));
    assert_eq!(Ware::status.eq(Status::Published).into_core(), Q::new("status", "p"));
    assert_eq!(Ware::level.in_([Level::Low, Level::High]).into_core().to_string(), "Q(level__in=[1, 3])");
}

#[test]
fn new_objects_have_defaults() {
    let france = new!(Country { code: "FR", name: "France" });
    let email = String::from("ann@x.org");
    let ann = new!(Person { email, slug: "ann", country: &france });
    assert!(ann.state().is_adding() && ann.home.is_none() && ann.boss.is_none());
    assert_eq!((ann.number, ann.value(4)), (0, Ok("France".into())));
    let ware = new!(Ware { price: 3, rating: 1, data: serde_json::json!({}), r#type: true, owner: &ann });
    assert_eq!(
        (ware.status, ware.level, ware.name.as_str(), ware.token),
        (Status::Draft, Level::Low, "thing", Uuid::nil())
    );
    assert_eq!(ware.price, Decimal::from(3));
}

#[test]
fn instances_give_and_take_their_fields() {
    let mut group = new!(Group { founded: jiff::civil::date(1999, 1, 2) });
    assert_eq!((group.label(), group.value(1)), ("test.Group", Ok(jiff::civil::date(1999, 1, 2).into())));
    group.set_column(0, ColumnRef::Int(9)).unwrap();
    assert_eq!((group.id, group.key()), (9, Ok(9)));
    assert!(group.set_column(0, ColumnRef::Text("x")).is_err());
}
