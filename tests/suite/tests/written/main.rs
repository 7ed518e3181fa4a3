//! Rust source that was written from models compiles, and declares the same models again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code,
    unreachable_pub,
    unused_imports
)]

#[rustfmt::skip]
mod deletion;
#[rustfmt::skip]
mod generated;
#[rustfmt::skip]
mod keys;
#[rustfmt::skip]
mod library;
#[rustfmt::skip]
mod links;
#[rustfmt::skip]
mod music;
#[rustfmt::skip]
mod names;
#[rustfmt::skip]
mod odd;
#[rustfmt::skip]
mod on_postgres;
#[rustfmt::skip]
mod prefetches;
#[rustfmt::skip]
mod queries;
#[rustfmt::skip]
mod shop;
#[rustfmt::skip]
mod texts;
#[rustfmt::skip]
mod zoo;

#[path = "../source/odd.rs"]
mod declared_odd;

#[path = "../source/asked.rs"]
mod to_ask;

#[path = "../source/texts.rs"]
mod to_read;

use embellie::database::Capture;
use embellie::model::Instance;
use embellie::{Database, Model, QuerySet, Registry, Sql};
use embellie_core::meta::{Default, ModelMeta, OnDelete};
use embellie_suite::models;

/// A declaration without what has several forms: `self` and short labels, functions that always give the same value, and
/// what may be null may be blank. Defaults that are another each time cannot be written.
fn normal(registry: &Registry, meta: &ModelMeta) -> ModelMeta {
    let mut meta = meta.clone();
    let (app, own) = (meta.app.clone(), meta.label());
    let full = |to: &str| match to {
        "self" => own.clone(),
        to if to.contains('.') => to.to_owned(),
        to => format!("{app}.{to}"),
    };
    for field in &mut meta.fields {
        field.blank |= field.null;
        field.default = match &field.default {
            Some(Default::Function(made)) if made() != made() => None,
            Some(Default::Function(made)) => Some(Default::Value(made())),
            Some(Default::Value(value)) if value.is_null() && field.null => None,
            other => other.clone(),
        };
        if let Some(relation) = &mut field.relation {
            relation.to = full(&relation.to);
            if let OnDelete::Set(Default::Function(made)) = &relation.on_delete {
                relation.on_delete = OnDelete::Set(Default::Value(made()));
            }
        }
    }
    for relation in &mut meta.many_to_many {
        relation.to = full(&relation.to);
        relation.through = relation.through.as_deref().map(full);
    }
    assert!(registry.model(&own).is_ok());
    meta
}

fn compare(registry: &Registry, compiled: Vec<ModelMeta>) {
    let declared: Vec<ModelMeta> = registry
        .models()
        .iter()
        .filter(|model| !model.auto_created)
        .map(|model| normal(registry, model.meta()))
        .collect();
    assert_eq!(compiled.len(), declared.len());
    // As a registry has it, with the keys that are added.
    let again = Registry::link(compiled).unwrap();
    for declared in declared {
        let compiled = normal(&again, again.model(&declared.label()).unwrap().meta());
        same(&compiled, &declared);
    }
}

/// Says where two declarations differ.
fn same(compiled: &ModelMeta, declared: &ModelMeta) {
    let [compiled, declared] = [compiled, declared].map(|meta| format!("{meta:#?}"));
    let differs = compiled.lines().zip(declared.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(compiled == declared, "first difference: {differs:?}\n{compiled}");
}

/// The metadata of models of a module.
macro_rules! metas {
    ($module:ident: $($name:ident)+) => {
        vec![$(<$module::$name as Model>::meta()),+]
    };
}

#[test]
fn every_kind_of_field() {
    let registry = models::fields();
    let compiled = metas!(zoo: Required Nullable TextKey Pointer Defaults Limits SmallKey IntKey BigKey);
    let again = Registry::link(compiled).unwrap();
    for model in again.models().iter().filter(|model| !["Pointer", "Defaults", "Limits"].contains(&model.name.as_str()))
    {
        let declared = registry.model(model.label()).unwrap().meta();
        same(&normal(&again, model.meta()), &normal(&registry, declared));
    }
    // One relation leads to what is not written, and a default is no constant.
    let pointer = again.model("zoo.Pointer").unwrap();
    assert!(pointer.fields[1].relation.is_none() && pointer.fields[2].relation.is_some());
    assert_eq!(pointer.fields[1].column, registry.model("zoo.Pointer").unwrap().fields[1].column);
}

#[test]
fn relations_of_every_shape() {
    compare(&models::links(), metas!(links: Country Town Person Club Membership Passport));
}

#[test]
fn every_answer_to_a_deletion() {
    let compiled = metas!(deletion: Target Label Cascading Protecting Restricting Nulling Defaulting Setting Ignoring Deep
        Deepest Egg Hen Node Fussy Wary);
    compare(&models::deletion(), compiled);
}

#[test]
fn names_that_have_another_use() {
    compare(&models::names(), metas!(names: Order Table Long));
}

#[test]
fn keys_of_several_fields() {
    compare(&models::keys(), metas!(keys: Shop Order Visit Pair Chosen));
}

#[test]
fn what_the_database_computes() {
    let registry = models::generated();
    let again = Registry::link(metas!(generated: Item)).unwrap();
    let [compiled, declared] =
        [&again, &registry].map(|registry| normal(registry, registry.model("keys.Item").unwrap().meta()));
    same(&compiled, &declared);
}

#[test]
fn a_shop() {
    let compiled = metas!(shop: Address Brand Category Customer Image Item Order Payment Product Review Tag);
    compare(&models::shop(), compiled);
}

/// Names that could not stay are others now, and the columns have theirs.
#[test]
fn several_apps_and_names_that_clash() {
    let compiled = vec![odd::left::Option::meta(), odd::right::String::meta(), odd::right::StringX::meta()];
    let (compiled, declared) = (Registry::link(compiled).unwrap(), declared_odd::registry());
    for model in declared.models().iter().filter(|model| !model.auto_created) {
        let again = compiled.model(model.label()).unwrap();
        let columns = |model: &ModelMeta| model.fields.iter().map(|field| field.column.clone()).collect::<Vec<_>>();
        assert_eq!(columns(again), columns(model));
        assert_eq!(again.table, model.table);
    }
    let option = compiled.model("left.Option").unwrap();
    assert_eq!(option.ordering, ModelMeta::new("", "").ordering(["path_field", "-type"]).ordering);
    assert!(option.fields.iter().any(|field| field.name == "self_field" && field.column == "self"));
    assert_eq!(option.constraints.len(), 1, "the other has no form");
    assert!(option.fields.iter().any(|field| field.is_generated()));
    assert_eq!(
        odd::left::OptionSize::VALUES.iter().map(|size| size.value()).collect::<Vec<_>>(),
        ["S", "small", "🦀", "-1"]
    );
    assert_eq!(odd::left::OptionRank::VALUES.iter().map(|rank| rank.value()).collect::<Vec<_>>(), [-1, 0, 1]);
}

/// What a query asked the database.
#[derive(Debug)]
struct Asked {
    name: &'static str,
    statements: Vec<String>,
}

impl Asked {
    fn of(name: &'static str, capture: &Capture) -> Self {
        let statements = capture.statements().into_iter().map(|statement| statement.sql.to_string());
        Asked { name, statements: statements.collect() }
    }
}

/// Queries ask the same in Rust as they do as data.
#[tokio::test]
async fn queries_ask_the_same() -> embellie_suite::Outcome {
    let db = Database::builder("sqlite::memory:").registry(models::documented()).connect().await?;
    db.create_tables(&[]).await?;
    let written = queries::all(&db).await?;
    for (asked, (name, query)) in written.iter().zip(to_ask::queries()) {
        let capture = db.capture();
        match query.selected() {
            Some(_) => drop(db.query_values(query).all(&db).await?),
            None => drop(db.query_set(query)?.all(&db).await?),
        }
        let same = Asked::of(name, &capture);
        assert_eq!((asked.name, &asked.statements), (name, &same.statements));
        assert_eq!(asked.statements.len(), usize::from(name != "nothing"), "{name}");
    }
    Ok(())
}

/// What is printed of a text asks what the text asks.
async fn same_as_texts(written: Vec<Asked>, texts: &[(&'static str, &str)], db: &Database) -> embellie_suite::Outcome {
    assert_eq!(written.len(), texts.len());
    for (asked, (name, text)) in written.iter().zip(texts) {
        let query = to_read::set(text, db).await.narrowed();
        let capture = db.capture();
        match query.selected() {
            Some(_) => drop(db.query_values(query).all(db).await?),
            None => drop(db.query_set(query)?.all(db).await?),
        }
        let same = Asked::of(name, &capture);
        assert_eq!((asked.name, &asked.statements), (*name, &same.statements), "{text}");
    }
    Ok(())
}

async fn texts_ask_the_same(db: &Database) -> embellie_suite::Outcome {
    same_as_texts(texts::all(db).await?, to_read::TEXTS, db).await
}

async fn prefetched_objects_are_read(db: &Database) -> embellie_suite::Outcome {
    use embellie::prelude::*;
    let ann = new!(blog::User { name: "Ann", email: "ann@example.org" }).create(db).await?;
    for title in ["a", "b"] {
        let post = new!(blog::Post { title: title, author: &ann }).create(db).await?;
        new!(blog::Comment { post: &post, author: &ann, body: "a" }).create(db).await?;
        let tag = new!(blog::Tag { word: title }).create(db).await?;
        post.tags.add(&[&tag], db).await?;
    }
    let written = prefetches::all(db).await?;
    assert_eq!(written.len(), to_read::PREFETCHES.len());
    for (asked, (name, text)) in written.iter().zip(to_read::PREFETCHES) {
        let mut session = to_read::session(db);
        let value = session.run(text, db, &|_| {}).await.unwrap().unwrap();
        let capture = db.capture();
        let (rows, _) = session.read(&value, None, db).await.unwrap();
        drop(rows);
        let same = Asked::of(name, &capture);
        assert_eq!(
            asked.statements.len(),
            same.statements.len(),
            "{name}: {:?} {:?}",
            asked.statements,
            same.statements
        );
        assert!(asked.statements.len() > 1, "{name}");
    }
    Ok(())
}

embellie_suite::on_every_database!(documented: texts_ask_the_same, prefetched_objects_are_read);

#[test]
fn what_postgres_has_is_asked_the_same() -> embellie_suite::Outcome {
    embellie_suite::run(embellie_suite::Kind::Postgres, models::documented(), async |db| {
        same_as_texts(on_postgres::all(db).await?, to_read::ON_POSTGRES, db).await
    })
}

/// Rows read as structs are those that are read without them.
async fn same_rows<M: Model + Instance>(db: &Database) -> embellie_suite::Outcome<usize> {
    let meta = M::meta();
    let objects = QuerySet::<M>::objects().all(db).await?;
    let found = db.registry().models().iter().find(|model| model.table == meta.table).unwrap();
    let records = db.objects(found.label())?.all(db).await?;
    assert_eq!(objects.len(), records.len());
    for (object, record) in objects.iter().zip(&records) {
        for (place, field) in found.fields.iter().enumerate() {
            assert_eq!(&object.value(place)?, record.get(&field.attname())?, "{}.{}", meta.table, field.column);
        }
    }
    Ok(objects.len())
}

#[tokio::test]
async fn rows_of_a_database_that_models_were_written_for() -> embellie_suite::Outcome {
    use embellie::prelude::*;
    use music::*;
    let db = Database::builder("sqlite::memory:?foreign_keys=off").registry(Registry::default()).connect().await?;
    for statement in include_str!("../source/music.sql").split(";\n") {
        db.cursor().execute(Sql::trusted(statement), ()).await?;
    }
    let (registry, _) = embellie_introspect::models(&db).await?;
    let dynamic = db.with_registry(registry);
    let typed = [
        Album::meta(),
        Artist::meta(),
        Cover::meta(),
        Employee::meta(),
        LongTrack::meta(),
        Option::meta(),
        Playlist::meta(),
        PlaylistTrack::meta(),
        TaBleOfLine::meta(),
        Track::meta(),
    ];
    // The models that connecting would use pass all checks.
    let db = db.with_registry(Registry::build(typed)?);
    assert_eq!(db.registry().models().len(), dynamic.registry().models().len());
    let rows = [
        same_rows::<Album>(&dynamic).await?,
        same_rows::<Artist>(&dynamic).await?,
        same_rows::<Cover>(&dynamic).await?,
        same_rows::<Employee>(&dynamic).await?,
        same_rows::<LongTrack>(&dynamic).await?,
        same_rows::<Option>(&dynamic).await?,
        same_rows::<Playlist>(&dynamic).await?,
        same_rows::<PlaylistTrack>(&dynamic).await?,
        same_rows::<TaBleOfLine>(&dynamic).await?,
        same_rows::<Track>(&dynamic).await?,
    ];
    assert_eq!(rows, [2, 2, 1, 2, 2, 1, 2, 3, 2, 2]);
    let loud = Track::objects().filter(q!(playlists__name = "Best", album__artist__name = "Ann")).count(&db).await?;
    assert_eq!(loud, 1);
    let boss = Employee::objects().filter(Employee::employees().last_name.eq("Bell")).get(&db).await?;
    assert_eq!((boss.full_name.as_deref(), boss.r#type.as_deref()), (Some("Adams!"), Some("boss")));
    let made = new!(Track { name: "C", milliseconds: 1 }).create(&db).await?;
    assert!(!made.heard && made.added.is_some(), "the database says what it filled in");
    Ok(())
}

/// What Django's models are read as, written and compiled, has the same tables.
#[test]
fn a_django_project() {
    let project =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/embellie-text/tests/projects/library");
    let (models, _) = embellie_text::Models::from_python(project).unwrap();
    let compiled = [
        library::people::Reader::meta(),
        library::books::Note::meta(),
        library::books::Author::meta(),
        library::books::Book::meta(),
        library::books::Edition::meta(),
        library::books::Written::meta(),
        library::lending::Loan::meta(),
        library::lending::Fine::meta(),
    ];
    for compiled in compiled {
        let read = models.registry().model(&compiled.label()).unwrap();
        let columns = |meta: &ModelMeta| {
            let columns = meta.fields.iter().filter(|field| field.name != "id");
            columns.map(|field| (field.column.clone(), field.kind, field.null)).collect::<Vec<_>>()
        };
        assert_eq!(compiled.table, read.table);
        assert_eq!(columns(&compiled), columns(read.meta()), "{}", compiled.label());
        assert_eq!(compiled.many_to_many.len(), read.meta().many_to_many.len());
    }
}
