//! Tables become models again.

use embellie::{Database, Registry};
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, Model, ModelMeta};
use embellie_introspect::{Report, models};
use embellie_suite::{Kind, Outcome, on_every_database};

/// What a database without as many types as there are kinds of field can tell of a kind.
fn told(db: &Database, field: &FieldMeta) -> FieldKind {
    let plain = |kind: FieldKind| match kind {
        FieldKind::Email | FieldKind::Slug | FieldKind::Url => FieldKind::Char,
        kind => kind,
    };
    match (Kind::of(db), plain(field.kind)) {
        // Arrays of arrays have the type of plain ones.
        (Kind::Postgres, kind) if kind.is_array() => plain(kind.innermost()).array(),
        (Kind::Sqlite, FieldKind::Decimal { .. }) => FieldKind::DECIMAL,
        (Kind::Sqlite, FieldKind::Duration) => FieldKind::BigInteger,
        (Kind::Sqlite, FieldKind::NaiveDateTime) => FieldKind::DateTime,
        (Kind::Sqlite, FieldKind::SmallAuto | FieldKind::Auto) => FieldKind::BigAuto,
        (_, kind) => kind,
    }
}

/// A name as the database keeps it.
fn kept(db: &Database, name: &str) -> String {
    match Kind::of(db) {
        Kind::Sqlite => name.to_owned(),
        Kind::Postgres => name.chars().take(63).collect(),
    }
}

/// The model of a declared one's table.
fn of_table<'r>(registry: &'r Registry, table: &str) -> &'r Model {
    let found = registry.models().iter().find(|model| model.table == table);
    found.unwrap_or_else(|| panic!("there is no model of the table {table}"))
}

/// Compares the models of the tables with those that the tables were made for.
async fn compare(db: &Database) -> Outcome<(Registry, Report)> {
    let (found, report) = models(db).await?;
    assert_eq!(Registry::build(metas(&found))?.warnings().len(), found.warnings().len());
    for declared in db.registry().models() {
        let model = of_table(&found, &kept(db, &declared.table));
        assert_eq!(model.fields.len(), declared.fields.len(), "{}", declared.table);
        for field in &declared.fields {
            let place = model.fields.iter().position(|known| known.column == kept(db, &field.column));
            let known = &model.fields[place.unwrap_or_else(|| panic!("no field of the column {}", field.column))];
            let at = format!("{}.{}", declared.table, field.column);
            assert_eq!(known.kind, told(db, field), "{at}");
            assert_eq!(known.is_generated(), field.is_generated(), "{at}");
            assert!(known.null == field.null || known.is_generated(), "{at}");
            assert_eq!(known.unique && !known.primary_key, field.unique && !field.primary_key, "{at}");
            let length = |field: &FieldMeta| field.max_length.filter(|_| told(db, field) == FieldKind::Char);
            assert_eq!(length(known), length(field), "{at}");
            assert_eq!(known.db_default.is_some(), field.db_default.is_some(), "{at}");
            let end = |registry: &Registry, model: &Model, field: &FieldMeta| {
                let place = model.fields.iter().position(|other| other.name == field.name)?;
                let (to, to_field) = model.target(place)?;
                Some((registry.get(to).table.clone(), registry.get(to).fields[to_field].column.clone()))
            };
            let enforced = field.relation.as_ref().is_some_and(|relation| relation.db_constraint);
            if enforced || field.relation.is_none() {
                assert_eq!(end(&found, model, known), end(db.registry(), declared, field), "{at}");
            }
        }
        let key = |model: &Model| -> Vec<String> {
            model.key_fields().iter().map(|place| kept(db, &model.fields[*place].column)).collect()
        };
        assert_eq!(key(model), key(declared));
        let links = |registry: &Registry, model: &Model| {
            let links = model.many_to_many().iter();
            links.map(|link| registry.get(link.through).table.clone()).collect::<std::collections::BTreeSet<_>>()
        };
        let made: Vec<&String> = declared
            .many_to_many()
            .iter()
            .filter(|link| link.meta.through.is_none())
            .map(|link| &db.registry().get(link.through).table)
            .collect();
        for table in made {
            assert!(
                links(&found, model).contains(table)
                    || found.models().iter().any(|other| links(&found, other).contains(table)),
                "{table}"
            );
        }
    }
    Ok((found, report))
}

fn metas(registry: &Registry) -> Vec<ModelMeta> {
    registry.models().iter().filter(|model| !model.auto_created).map(|model| model.meta().clone()).collect()
}

mod of_fields {
    use super::*;
    async fn every_kind(db: &Database) -> Outcome {
        let (_, report) = compare(db).await?;
        assert_eq!(report.remarks, []);
        Ok(())
    }
    on_every_database!(fields: every_kind);
}

mod of_links {
    use super::*;
    async fn every_shape(db: &Database) -> Outcome {
        compare(db).await?;
        Ok(())
    }
    on_every_database!(links: every_shape);
}

mod of_names {
    use super::*;
    async fn every_name(db: &Database) -> Outcome {
        compare(db).await?;
        Ok(())
    }
    on_every_database!(names: every_name);
}

mod of_keys {
    use super::*;
    async fn every_key(db: &Database) -> Outcome {
        compare(db).await?;
        Ok(())
    }
    on_every_database!(keys: every_key);
}

mod of_generated {
    use super::*;
    async fn what_the_database_computes(db: &Database) -> Outcome {
        compare(db).await?;
        Ok(())
    }
    on_every_database!(generated: what_the_database_computes);
}

mod of_a_shop {
    use super::*;
    async fn the_whole(db: &Database) -> Outcome {
        let (registry, _) = compare(db).await?;
        let product = registry.model("shop.Product")?;
        assert!(
            product.member("images").is_some() && product.member("tags").is_some() && product.member("items").is_some()
        );
        let db = db.with_registry(registry);
        let mut tag = db.record("shop.Tag")?;
        tag.set("name", "blue")?;
        tag.set("slug", "blue")?;
        tag.save(&db).await?;
        assert_eq!(db.objects("shop.Tag")?.filter(embellie::Q::text("name__startswith", "bl")).count(&db).await?, 1);
        Ok(())
    }
    on_every_database!(shop: the_whole);
}

mod of_arrays {
    use super::*;
    async fn arrays_and_ranges(db: &Database) -> Outcome {
        // Arrays are text in a database without them.
        if Kind::of(db) == Kind::Postgres {
            compare(db).await?;
        }
        Ok(())
    }
    on_every_database!(arrays: arrays_and_ranges);
}

mod of_many {
    use embellie::{Executor, Sql};

    use super::*;

    /// However many tables there are, it is asked a few times.
    async fn a_handful_of_statements(db: &Database) -> Outcome {
        db.atomic(async |tx| {
            for number in 0..200 {
                let to = number / 2;
                let relation = if number == 0 { String::new() } else { format!(" REFERENCES many_{to} (id)") };
                let columns: String = (0..12).map(|column| format!(", c{column} varchar(40) NOT NULL DEFAULT 'x'")).collect();
                let sql = format!("CREATE TABLE many_{number} (id integer PRIMARY KEY, up integer{relation}{columns}, UNIQUE (c1, c2))");
                tx.cursor().execute(Sql::trusted(sql), ()).await?;
            }
            Ok::<_, embellie::Error>(())
        })
        .await?;
        let asked = db.capture();
        let begun = std::time::Instant::now();
        let schema = embellie_introspect::read(db).await?;
        let read = begun.elapsed();
        let found = embellie_introspect::models_of(&schema)?;
        println!("{:?}: read in {read:?}, told in {:?}", Kind::of(db), begun.elapsed() - read);
        assert!(asked.len() <= 7, "{} statements", asked.len());
        assert_eq!(found.registry.models().iter().filter(|model| model.table.starts_with("many_")).count(), 200);
        Ok(())
    }
    on_every_database!(names: a_handful_of_statements);
}
