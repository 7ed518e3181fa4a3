//! Fields that the database computes: never written, known after each save.

use embellie::prelude::*;
use embellie::write::{BulkCreate, Save};
use embellie::{Registry, Value};
use embellie_core::Expr;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, Generated, ModelMeta};
use embellie_sql::Capability;
use embellie_suite::models::keys::Item;
use embellie_suite::{Outcome, create, ids, object, q, refused, rows, set, values};

embellie_suite::on_every_database! { generated:
    what_is_computed_is_known_after_a_save,
    what_is_computed_is_not_written,
    many_at_once,
    questions_about_it,
    models_without_a_type,
    columns_that_are_not_stored,
}

async fn what_is_computed_is_known_after_a_save(db: &Database) -> Outcome {
    let mut item = new!(Item { name: "a", price: 5, amount: 3 });
    item.save(db).await?;
    assert_eq!((item.total, item.twice, item.stars), (15, Some(10), 3));
    assert_eq!((item.cry.as_str(), item.said.as_str()), ("a!", "AB"));
    assert!((Timestamp::now() - item.made).get_seconds().abs() < 60, "{}", item.made);
    item.price = 7;
    let asked = db.capture();
    item.save(db).await?;
    assert_eq!((item.total, item.twice), (21, Some(14)), "after an update, too");
    assert_eq!(asked.len(), 1);
    item.amount = 100;
    item.save_with(Save::new().update_fields(&["amount"]), db).await?;
    assert_eq!(item.total, 700);
    let read = Item::objects().get(db).await?;
    assert_eq!((read.total, read.twice), (700, Some(14)));
    let other = new!(Item { name: "b", price: 1 }).create(db).await?;
    assert_eq!((other.total, other.twice), (1, Some(2)));
    let again = new!(Item { name: "c", price: 1 }).create(db).await;
    refused(again, "IntegrityError"); // `twice` is unique
    Ok(())
}

async fn what_is_computed_is_not_written(db: &Database) -> Outcome {
    let mut item = new!(Item { name: "a", price: 5 }).create(db).await?;
    item.total = 99;
    let asked = db.capture();
    item.save(db).await?;
    assert_eq!(item.total, 5);
    item.save_with(Save::new().update_fields(&["name", "total"]), db).await?;
    // As in Django, an update passes over it.
    let changed = Item::objects().update(set!(total = 3, price = 6), db).await?;
    assert_eq!(changed, 1);
    for statement in asked.statements() {
        let (written, _) = statement.sql.split_once(" WHERE ").unwrap_or((&statement.sql, ""));
        assert!(!written.contains("\"total\" ="), "{written}");
    }
    item.refresh(db).await?;
    assert_eq!((item.total, item.twice), (6, Some(12)));
    Ok(())
}

async fn many_at_once(db: &Database) -> Outcome {
    let mut many: Vec<Item> = (1..=5).map(|price| new!(Item { name: "x", price: price, amount: 10 })).collect();
    Item::objects().bulk_create(&mut many, db).await?;
    assert_eq!(many.iter().map(|item| item.total).collect::<Vec<_>>(), [10, 20, 30, 40, 50]);
    many[0].price = 100;
    let upsert = || BulkCreate::new().update_conflicts(["id"], ["price"]);
    Item::objects().bulk_create_with(&mut many[..1], upsert(), db).await?;
    assert_eq!(many[0].total, 1000);
    let computed = BulkCreate::new().update_conflicts(["id"], ["total"]);
    let message = refused(Item::objects().bulk_create_with(&mut many, computed, db).await, "ValueError");
    assert!(message.contains("'total'"), "{message}");
    let key = BulkCreate::new().update_conflicts(["id"], ["id"]);
    refused(Item::objects().bulk_create_with(&mut many, key, db).await, "ValueError");
    Ok(())
}

async fn questions_about_it(db: &Database) -> Outcome {
    for (name, price, amount) in [("a", 5, 3), ("b", 2, 2), ("c", 1, 1)] {
        new!(Item { name: name, price: price, amount: amount }).create(db).await?;
    }
    let names = async |q: Q<Item>| Item::objects().filter(q).order_by("-total").values_list(Item::name).all(db).await;
    assert_eq!(names(q!(total__gte = 4)).await?, ["a", "b"]);
    assert_eq!(names(Item::twice.lt(Item::total)).await?, ["a"]);
    let totals = Item::objects().order_by("total").values_list((Item::total, Item::twice)).all(db).await?;
    assert_eq!(totals, [(1, Some(2)), (4, Some(4)), (15, Some(10))]);
    let lifted = Item::objects().filter(q!(total = 1)).update(set!(price = F(total) + 10), db).await?;
    assert_eq!((lifted, Item::objects().filter(q!(total = 11)).count(db).await?), (1, 1));
    Ok(())
}

async fn models_without_a_type(db: &Database) -> Outcome {
    let mut one = create(db, "keys.Dynamic", &[("name", "ANN".into()), ("size", 11.into())]).await?;
    assert_eq!([one.get("lower")?, one.get("next")?], [&"ann".into(), &12.into()]);
    one.set("size", Value::Null)?;
    one.set("next", 5)?;
    one.save(db).await?;
    assert_eq!(one.get("next")?, &Value::Null);
    assert_eq!(object(db, "keys.Dynamic", &[])?.get("lower")?, &Value::Null, "not known before it has a row");
    create(db, "keys.Dynamic", &[("name", "Bob".into()), ("size", 3.into())]).await?;
    assert_eq!(values(rows(db, "keys.Dynamic").filter(q("lower", "bob")), "next", db).await?, [Value::Int(4)]);
    rows(db, "keys.Dynamic").update(set("next", 99), db).await?;
    assert_eq!(ids(rows(db, "keys.Dynamic").filter(q("next", 99)), db).await?, [0_i64; 0]);
    one.set("size", 1)?;
    one.validate()?;
    Ok(())
}

async fn columns_that_are_not_stored(db: &Database) -> Outcome {
    let double = FieldMeta::new("double", FieldKind::Integer).generated(Generated::unstored(Expr::path("number") * 2));
    let model = ModelMeta::new("keys", "Virtual").field(FieldMeta::new("number", FieldKind::Integer)).field(double);
    let registry = Registry::build([model])?;
    let server = db.server();
    let made = embellie_sql::schema::create_tables(&registry, server, Default::default());
    if !db.target().can(Capability::UnstoredGeneratedColumns) {
        let message = refused(made, "NotSupportedError");
        assert!(message.starts_with("keys.Virtual.double cannot be created"), "{message}");
        return Ok(());
    }
    assert!(made?.statements[0].sql.ends_with("VIRTUAL)"));
    Ok(())
}
