//! Primary keys of several fields, from a row's birth to its end.

use std::collections::HashMap;

use embellie::model::Instance;
use embellie::prelude::*;
use embellie::write::{BulkCreate, Save};
use embellie::{Expr, Record, Value};
use embellie_suite::models::keys::*;
use embellie_suite::{Outcome, create, list, object, q, refused, rows, set, values};
use jiff::civil::date;

embellie_suite::on_every_database! { keys:
    rows_are_saved_by_their_whole_key,
    parts_with_defaults,
    keys_are_looked_up,
    keys_are_ordered,
    greater_and_less,
    keys_beyond_their_columns,
    keys_across_relations,
    keys_as_values,
    keys_from_queries,
    many_at_once,
    deletion,
    updates,
    records,
    what_is_no_key_is_refused,
    keys_in_expressions,
    keys_of_the_query_around,
    sets_of_objects_with_keys,
    related_objects_beside_keys,
}

fn code(number: i32) -> Uuid {
    Uuid::from_u128(u128::try_from(number).unwrap())
}

/// Two shops; orders (1, 1), (1, 2), (2, 1), (2, 2) and (2, 10).
async fn orders(db: &Database) -> Outcome<Vec<Order>> {
    let mut made = Vec::new();
    for name in ["north", "south"] {
        new!(Shop { name: name }).create(db).await?;
    }
    for (shop, number) in [(2, 10), (1, 1), (2, 1), (1, 2), (2, 2)] {
        let paid = shop * 100 + i64::from(number);
        let code = code(i32::try_from(paid)?);
        made.push(new!(Order { shop: shop, number: number, code: code, paid: paid }).create(db).await?);
    }
    Ok(made)
}

async fn keys(set: embellie::QuerySet<Order>, db: &Database) -> Outcome<Vec<(i64, i32)>> {
    Ok(set.order_by(("shop_id", "number")).values_list(Order::pk).all(db).await?)
}

async fn found(q: Q<Order>, db: &Database) -> Outcome<Vec<(i64, i32)>> {
    keys(Order::objects().filter(q), db).await
}

async fn rows_are_saved_by_their_whole_key(db: &Database) -> Outcome {
    orders(db).await?;
    let mut order = Order::objects().filter(q!(pk = (1, 2))).get(db).await?;
    assert_eq!((order.key()?, order.paid), ((1, 2), 102));
    order.note = "changed".into();
    let asked = db.capture();
    order.save(db).await?;
    assert_eq!(asked.len(), 1, "an update");
    assert_eq!(Order::objects().filter(q!(note = "changed")).count(db).await?, 1, "of one row alone");

    let mut same = new!(Order { shop: 1, number: 2, code: code(99), note: "again" });
    same.save(db).await?;
    assert_eq!(Order::objects().count(db).await?, 5, "an update of the row there is");
    refused(same.save_with(Save::new().force_insert(), db).await, "IntegrityError");
    let mut other = new!(Order { shop: 1, number: 3, code: code(103) });
    refused(other.save_with(Save::new().force_update(), db).await, "OperationalError");
    other.save(db).await?;
    assert_eq!(Order::objects().count(db).await?, 6, "an insert of one that is not there");
    other.note = "x".into();
    other.paid = 9;
    other.save_with(Save::new().update_fields(&["note"]), db).await?;
    other.refresh(db).await?;
    assert_eq!((other.note.as_str(), other.paid), ("x", 0));
    refused(other.save_with(Save::new().update_fields(&["number"]), db).await, "ValueError");
    // A changed key is another row's.
    other.number = 4;
    other.code = code(104);
    other.save(db).await?;
    assert_eq!(found(q!(shop = 1), db).await?, [(1, 1), (1, 2), (1, 3), (1, 4)]);
    Ok(())
}

async fn parts_with_defaults(db: &Database) -> Outcome {
    let pair = new!(Pair {}).create(db).await?;
    assert_eq!(pair.key()?, (7, 8));
    let asked = db.capture();
    let mut twin = new!(Pair {});
    refused(twin.save(db).await, "IntegrityError");
    assert_eq!(asked.len(), 1, "all parts have a default, so that it is inserted without a look for its row");
    let mut read = Pair::objects().get(db).await?;
    read.save(db).await?;
    assert_eq!(Pair::objects().count(db).await?, 1);
    assert!(Pair::objects().contains(&read, db).await?);

    let chosen = new!(Chosen {}).create(db).await?;
    assert_eq!((chosen.id, chosen.nothing), (40, 0), "the default, not the first number");
    assert_eq!(Chosen::objects().get(db).await?.id, 40);
    let mut many = [new!(Chosen { id: 7 }), new!(Chosen { id: 8, nothing: 9 })];
    Chosen::objects().bulk_create(&mut many, db).await?;
    assert_eq!(Chosen::objects().order_by("id").values_list(Chosen::id).all(db).await?, [7, 8, 40]);
    refused(new!(Chosen {}).create(db).await, "IntegrityError");
    Ok(())
}

async fn keys_are_looked_up(db: &Database) -> Outcome {
    orders(db).await?;
    assert_eq!(found(Order::pk.eq((2, 10)), db).await?, [(2, 10)]);
    assert_eq!(found(q!(pk = (1_i64, 1_i32)), db).await?, [(1, 1)]);
    assert_eq!(found(Q::text("pk", list([2, 1])), db).await?, [(2, 1)]);
    assert_eq!(found(Q::text("pk", list(["2", "1"])), db).await?, [(2, 1)], "as text");
    assert_eq!(found(q!(pk = (2, 77)), db).await?, []);
    assert_eq!(found(Order::pk.ne((1, 1)), db).await?, [(1, 2), (2, 1), (2, 2), (2, 10)]);
    assert_eq!(found(!q!(Order, pk = (1, 1) | pk = (2, 10)), db).await?, [(1, 2), (2, 1), (2, 2)]);
    assert_eq!(found(q!(pk__in = [(1, 1), (2, 2), (1, 1), (3, 3)]), db).await?, [(1, 1), (2, 2)]);
    assert_eq!(found(Order::pk.in_([(2_i64, 1_i32)]), db).await?, [(2, 1)]);
    assert_eq!(found(Order::pk.in_(Vec::<(i64, i32)>::new()), db).await?, []);
    let nested = Value::List(vec![list([1, 2]), Value::List(vec![1.into(), Value::Null]), list([2, 10])]);
    assert_eq!(found(Q::text("pk__in", nested), db).await?, [(1, 2), (2, 10)]);
    assert_eq!(keys(Order::objects().exclude(q!(pk__in = [(1, 1), (2, 2)])), db).await?, [(1, 2), (2, 1), (2, 10)]);
    assert_eq!(found(Order::pk.isnull(false), db).await?.len(), 5);
    assert_eq!(found(Order::pk.isnull(true), db).await?, []);
    assert_eq!(found(Order::pk.eq((Order::number, 2)), db).await?, [(2, 2)]);

    let many: Vec<(i64, i32)> = (0..3000).map(|n| (2, n)).collect();
    assert_eq!(found(Order::pk.in_(&many), db).await?, [(2, 1), (2, 2), (2, 10)]);
    let asked = [(1, 1), (2, 10), (9, 9)];
    let by_key: HashMap<(i64, i32), Order> = Order::objects().in_bulk(&asked, db).await?;
    assert_eq!((by_key.len(), by_key[&(2, 10)].paid), (2, 210));
    let all: Vec<Order> = Order::objects().filter(q!(shop = 1)).all(db).await?;
    assert!(Order::objects().filter(q!(number = 2)).contains(&all[1], db).await?);
    assert!(!Order::objects().filter(q!(number = 2)).contains(&all[0], db).await?);
    assert!(Order::objects().order_by(Order::pk).slice(1..2).contains(&all[1], db).await?);
    Ok(())
}

async fn keys_are_ordered(db: &Database) -> Outcome {
    orders(db).await?;
    let ordered = async |set: embellie::QuerySet<Order>| set.values_list(Order::pk).all(db).await;
    let up = [(1, 1), (1, 2), (2, 1), (2, 2), (2, 10)];
    let down: Vec<(i64, i32)> = up.into_iter().rev().collect();
    assert_eq!(ordered(Order::objects().order_by("pk")).await?, up);
    assert_eq!(ordered(Order::objects().order_by(Order::pk.desc())).await?, down);
    assert_eq!(ordered(Order::objects().order_by("pk").reverse()).await?, down);
    assert_eq!(Order::objects().first(db).await?.unwrap().key()?, (1, 1), "by the key where no order is given");
    assert_eq!(Order::objects().last(db).await?.unwrap().key()?, (2, 10));
    assert_eq!(Order::objects().latest(&["pk"], db).await?.key()?, (2, 10));
    let visits = [(date(2024, 1, 2), 101, 1), (date(2024, 1, 1), 210, 2), (date(2024, 1, 1), 210, 1)];
    for (day, order, nth) in visits {
        new!(Visit { day: day, order: ForeignKey::from_value(code(order).into()), nth: nth }).create(db).await?;
    }
    let by_order =
        Visit::objects().order_by(("-order__pk", "pk")).values_list((Visit::day, Visit::nth)).all(db).await?;
    assert_eq!(by_order, [(date(2024, 1, 1), 1), (date(2024, 1, 1), 2), (date(2024, 1, 2), 1)]);
    Ok(())
}

async fn greater_and_less(db: &Database) -> Outcome {
    orders(db).await?;
    assert_eq!(found(Order::pk.gt((1, 2)), db).await?, [(2, 1), (2, 2), (2, 10)]);
    assert_eq!(found(q!(pk__gte = (1, 2)), db).await?, [(1, 2), (2, 1), (2, 2), (2, 10)]);
    assert_eq!(found(q!(pk__lt = (2, 2)), db).await?, [(1, 1), (1, 2), (2, 1)]);
    assert_eq!(found(Order::pk.lte((2, 2)), db).await?, [(1, 1), (1, 2), (2, 1), (2, 2)]);
    assert_eq!(found(!Order::pk.gt((1, 2)), db).await?, [(1, 1), (1, 2)]);
    assert_eq!(found(Q::text("pk__gt", list([1, 1])) & Q::text("pk__lt", list([2, 2])), db).await?, [(1, 2), (2, 1)]);
    // Pages by key: each begins after the last row of the one before.
    let (mut seen, mut last) = (Vec::new(), (0, 0));
    loop {
        let page = Order::objects().filter(Order::pk.gt(last)).order_by(Order::pk).limit(2);
        let page = page.values_list(Order::pk).all(db).await?;
        let Some(&end) = page.last() else { break };
        seen.extend(page);
        last = end;
    }
    assert_eq!(seen, [(1, 1), (1, 2), (2, 1), (2, 2), (2, 10)]);
    let day = date(2024, 1, 1);
    let mut three = Vec::new();
    for (day, order, nth) in [(day, 101, 2), (day, 102, 1), (day, 101, 1), (day.yesterday()?, 210, 9)] {
        three.push(new!(Visit { day: day, order: ForeignKey::from_value(code(order).into()), nth: nth }));
    }
    Visit::objects().bulk_create(&mut three, db).await?;
    let after = Visit::objects().filter(Visit::pk.gt((day, code(101), 1))).order_by("pk");
    assert_eq!(after.values_list((Visit::order_id, Visit::nth)).all(db).await?, [(code(101), 2), (code(102), 1)]);
    assert_eq!(Visit::objects().filter(Visit::pk.lte((day, code(101), 1))).count(db).await?, 2);
    Ok(())
}

async fn keys_beyond_their_columns(db: &Database) -> Outcome {
    orders(db).await?;
    let beyond = 1_i64 << 40;
    assert_eq!(found(Q::text("pk", list([1, beyond])), db).await?, []);
    assert_eq!(found(!Q::text("pk", list([1, beyond])), db).await?.len(), 5);
    assert_eq!(found(Q::text("pk__gt", list([1, beyond])), db).await?, [(2, 1), (2, 2), (2, 10)]);
    assert_eq!(found(Q::text("pk__lt", list([1, beyond])), db).await?, [(1, 1), (1, 2)]);
    assert_eq!(found(Q::text("pk__gt", list([1, -beyond])), db).await?.len(), 5);
    assert_eq!(found(Q::text("pk__in", Value::List(vec![list([1, beyond]), list([1, 1])])), db).await?, [(1, 1)]);
    Ok(())
}

async fn keys_across_relations(db: &Database) -> Outcome {
    let made = orders(db).await?;
    let day = date(2024, 2, 29);
    for order in &made[..2] {
        new!(Visit { day: day, order: order }).create(db).await?;
    }
    let shops = async |q: Q<Shop>| Shop::objects().filter(q).values_list(Shop::name).all(db).await;
    assert_eq!(shops(q!(orders__pk = (1, 2))).await?, ["north"]);
    assert_eq!(shops(Shop::orders().pk.in_([(2, 1), (2, 2)])).await?, ["south", "south"]);
    assert_eq!(shops(Shop::orders().eq(&made[0])).await?, ["south"]);
    assert_eq!(shops(q!(orders = &made[1])).await?, ["north"]);
    assert_eq!(shops(Shop::orders().in_(Order::objects().filter(q!(paid__gt = 209)))).await?, ["south"]);
    assert_eq!(shops(!q!(Shop, orders__pk = (1, 2))).await?, ["south"]);
    assert_eq!(Shop::objects().exclude(q!(orders__pk__gt = (1, 1))).count(db).await?, 0);
    let visits = Visit::objects().filter(q!(order__pk = (2, 10)));
    assert_eq!(visits.count(db).await?, 1);
    assert_eq!(Visit::objects().filter(q!(order__pk__lt = (2, 1))).get(db).await?.order.get(db).await?.key()?, (1, 1));
    new!(Shop { name: "empty" }).create(db).await?;
    assert_eq!(shops(Shop::orders().isnull(true)).await?, ["empty"]);
    assert_eq!(shops(q!(orders__pk__isnull = true)).await?, ["empty"]);
    assert_eq!(shops(!q!(Shop, orders__pk = (1, 2))).await?, ["empty", "south"]);

    let north = Shop::objects().filter(q!(pk = 1)).get(db).await?;
    let of_north = Shop::orders().of(&north);
    assert_eq!(of_north.all(db).await?.len(), 2);
    let added = of_north.create(new!(Order { shop: 0, number: 5, code: code(105) }), db).await?;
    assert_eq!(added.key()?, (1, 5));
    Ok(())
}

async fn keys_as_values(db: &Database) -> Outcome {
    orders(db).await?;
    let set = || Order::objects().order_by("pk");
    let both = set().values_list((Order::number, Order::pk, Order::paid)).all(db).await?;
    assert_eq!(both[2], (1, (2, 1), 201));
    let named = set().values(row!(pk, paid)).all(db).await?;
    assert_eq!((named[4].pk, named[4].paid), ((2, 10), 210));
    let text = set().text_values(["paid", "pk", "number"]).all(db).await?;
    assert_eq!(text[0].values(), [101.into(), list([1, 1]), 1.into()]);
    assert_eq!(text[0].get("pk"), Some(&list([1, 1])));
    new!(Shop { name: "empty" }).create(db).await?;
    let of_shops = Shop::objects().order_by(("name", "orders__pk")).values_list((Shop::name, Shop::orders().pk));
    let of_shops = of_shops.all(db).await?;
    assert_eq!(of_shops[0], ("empty".to_owned(), None));
    assert_eq!(of_shops[1], ("north".to_owned(), Some((1, 1))));
    assert_eq!(set().values_list(Order::pk).distinct().limit(2).all(db).await?, [(1, 1), (1, 2)]);
    assert_eq!(set().values_list(Order::pk).distinct().count(db).await?, 5);
    assert_eq!(set().slice(1..4).count(db).await?, 3);
    assert_eq!(
        values(rows(db, "keys.Shop").filter(q("orders__pk", list([2, 2]))), "orders__pk", db).await?,
        [list([2, 2])]
    );
    Ok(())
}

async fn keys_from_queries(db: &Database) -> Outcome {
    orders(db).await?;
    let twos = || Order::objects().filter(q!(number = 2));
    assert_eq!(found(Order::pk.in_(twos()), db).await?, [(1, 2), (2, 2)]);
    assert_eq!(found(!Order::pk.in_(twos().values_list(Order::pk)), db).await?, [(1, 1), (2, 1), (2, 10)]);
    let last = Order::objects().order_by("-pk").limit(1);
    assert_eq!(found(Order::pk.in_(last.clone()), db).await?, [(2, 10)]);
    assert_eq!(found(Order::pk.eq(last), db).await?, [(2, 10)]);
    assert_eq!(found(Order::pk.in_(twos().none()), db).await?, []);
    let pairs = rows(db, "keys.Order").filter(q("paid__lt", 200)).text_values(["shop", "number"]);
    assert_eq!(found(Q::text("pk__in", pairs.query().clone()), db).await?, [(1, 1), (1, 2)]);
    let one = rows(db, "keys.Order").text_values(["number"]);
    let message = refused(Order::objects().filter(Q::text("pk__in", one)).all(db).await, "ValueError");
    assert!(message.contains("must have 2 selected fields (received 1)"), "{message}");
    let message = refused(Order::objects().filter(Order::pk.eq(twos())).all(db).await, "ValueError");
    assert!(message.contains("limited to one result"), "{message}");
    Ok(())
}

async fn many_at_once(db: &Database) -> Outcome {
    new!(Shop { name: "north" }).create(db).await?;
    let mut many: Vec<Order> = (0..700).map(|n| new!(Order { shop: 1, number: n, code: code(n) })).collect();
    Order::objects().bulk_create(&mut many, db).await?;
    assert!(many.iter().all(|order| !order.state().is_adding()));
    let again = BulkCreate::new().ignore_conflicts();
    Order::objects().bulk_create_with(&mut many[..3], again, db).await?;
    many[5].note = "new".into();
    many[5].code = code(9999);
    let upsert = BulkCreate::new().update_conflicts(["shop", "number"], ["note"]);
    Order::objects().bulk_create_with(&mut many[5..6], upsert, db).await?;
    assert_eq!(found(q!(note = "new"), db).await?, [(1, 5)]);
    assert_eq!(Order::objects().count(db).await?, 700);
    for (unique, update) in [(["pk"], ["note"]), (["code"], ["number"])] {
        let wrong = BulkCreate::new().update_conflicts(unique, update);
        refused(Order::objects().bulk_create_with(&mut many[..1], wrong, db).await, "ValueError");
    }
    let (first, created) = Order::objects()
        .get_or_create(q!(pk = (1, 0)), || new!(Order { shop: 1, number: 0, code: code(0) }), db)
        .await?;
    assert_eq!((first.key()?, created), ((1, 0), false));
    let (changed, created) = Order::objects()
        .update_or_create(q!(pk = (1, 7)), set!(number = 7000, code = code(7000)), || unreachable!("it is there"), db)
        .await?;
    // A key that changes makes another row, as in Django.
    assert_eq!((changed.key()?, created), ((1, 7000), false));
    assert_eq!(Order::objects().filter(q!(pk__in = [(1, 7), (1, 7000)])).count(db).await?, 2);
    Ok(())
}

async fn deletion(db: &Database) -> Outcome {
    let mut made = orders(db).await?;
    let day = date(2024, 2, 29);
    for order in &made {
        new!(Visit { day: day, order: order }).create(db).await?;
    }
    let deleted = made[0].delete(db).await?;
    assert_eq!((deleted.per_model["keys.Order"], deleted.per_model["keys.Visit"]), (1, 1));
    assert_eq!(keys(Order::objects(), db).await?, [(1, 1), (1, 2), (2, 1), (2, 2)]);
    refused(made[0].refresh(db).await, "DoesNotExist");
    let message = refused(new!(Order { shop: 1, number: 1, code: code(0) }).delete(db).await, "ValueError");
    assert!(message.contains("primary key is not set"), "{message}");
    let deleted = Order::objects().filter(q!(pk__in = [(1, 2), (2, 1)])).delete(db).await?;
    assert_eq!(deleted.total, 4);
    // By a relation: the rows are found first, and deleted by their keys.
    let deleted = Visit::objects().filter(q!(order__shop__name = "north")).delete(db).await?;
    assert_eq!((deleted.total, Visit::objects().count(db).await?), (1, 1));
    let deleted = Shop::objects().delete(db).await?;
    assert_eq!((deleted.per_model["keys.Shop"], deleted.per_model["keys.Order"], deleted.total), (2, 2, 5));
    Ok(())
}

async fn updates(db: &Database) -> Outcome {
    orders(db).await?;
    assert_eq!(Order::objects().filter(q!(pk__gt = (1, 2))).update(set!(note = "later"), db).await?, 3);
    assert_eq!(found(q!(note = "later"), db).await?, [(2, 1), (2, 2), (2, 10)]);
    // By a relation, the rows are chosen by their keys.
    assert_eq!(Order::objects().filter(q!(shop__name = "north")).update(set!(paid = F(paid) + 1), db).await?, 2);
    assert_eq!(found(q!(paid__in = [102, 103]), db).await?, [(1, 1), (1, 2)]);
    assert_eq!(Order::objects().filter(q!(pk = (1, 2))).update(set!(number = 3), db).await?, 1);
    assert_eq!(found(q!(shop = 1), db).await?, [(1, 1), (1, 3)]);
    let message = refused(rows(db, "keys.Order").update(set("pk", list([1, 1])), db).await, "FieldError");
    assert!(message.contains("must be updated individually"), "{message}");
    let message = refused(rows(db, "keys.Order").update(set("note", Expr::path("pk")), db).await, "FieldError");
    assert!(message.contains("(note=F('pk'))"), "{message}");
    Ok(())
}

async fn records(db: &Database) -> Outcome {
    orders(db).await?;
    let key = list([1, 2]);
    let mut one = rows(db, "keys.Order").filter(q("pk", key.clone())).get(db).await?;
    assert_eq!((one.key(), one.get("pk")?, one.get("number")?), (&key, &key, &2.into()));
    one.set("note", "x")?;
    one.save(db).await?;
    assert_eq!(values(rows(db, "keys.Order").filter(q("note", "x")), "pk", db).await?, [list([1, 2])]);
    one.set("pk", list([2, 77]))?;
    one.set("code", code(277))?;
    assert_eq!((one.get("shop_id")?, one.key()), (&2.into(), &list([2, 77])));
    one.save(db).await?;
    assert_eq!(rows(db, "keys.Order").count(db).await?, 6);
    refused(one.set("pk", 5), "ValueError");
    let message = refused(one.set("pk", list([1, 2, 3])), "ValueError");
    assert!(message.contains("must have 2 elements"), "{message}");
    one.refresh(db).await?;
    assert_eq!(one.delete(db).await?.total, 1);
    let unsaved: Record = object(db, "keys.Order", &[("number", 1.into())])?;
    assert!(unsaved.key().is_null(), "as long as a part of it is");
    let mut incomplete = object(db, "keys.Order", &[("number", 1.into()), ("code", code(5).into())])?;
    refused(incomplete.save_with(Save::new().force_update(), db).await, "ValueError");
    refused(incomplete.save(db).await, "IntegrityError");
    let shop = rows(db, "keys.Shop").filter(q("name", "north")).get(db).await?;
    assert_eq!(shop.related("orders")?.all(db).await?.len(), 2);
    let visit = create(db, "keys.Visit", &[("day", date(2024, 1, 1).into()), ("order", code(101).into())]).await?;
    assert_eq!(visit.related_one("order", db).await?.unwrap().key(), &list([1, 1]));
    Ok(())
}

async fn what_is_no_key_is_refused(db: &Database) -> Outcome {
    let all = || rows(db, "keys.Order");
    for (path, operand, expected) in [
        ("pk", Value::Int(1), "'exact' lookup of 'pk' must be a tuple or a list"),
        ("pk", list([1]), "'exact' lookup of 'pk' must have 2 elements"),
        ("pk__gt", list([1, 2, 3]), "'gt' lookup of 'pk' must have 2 elements"),
        ("pk__in", Value::Int(1), "'in' lookup of 'pk' must be a tuple or a list"),
        ("pk__in", list([1, 2]), "'in' lookup of 'pk' must be a collection of tuples or lists"),
        ("pk__in", Value::List(vec![list([1])]), "'in' lookup of 'pk' must have 2 elements each"),
        ("pk__isnull", Value::Int(1), "must be True or False"),
        ("pk", Value::Null, "'exact' lookup of 'pk' must be a tuple or a list"),
    ] {
        let message = refused(all().filter(q(path, operand)).all(db).await, "ValueError");
        assert!(message.contains(expected), "{message}");
    }
    refused(all().filter(q("pk", list(["x", "y"]))).all(db).await, "ValueError");
    let message = refused(all().filter(q("pk__contains", list([1, 2]))).all(db).await, "FieldError");
    assert!(message.contains("Unsupported lookup 'contains' for CompositePrimaryKey"), "{message}");
    refused(all().filter(q("pk__number", 1)).all(db).await, "FieldError");
    refused(all().filter(q("pk", Expr::path("pk"))).all(db).await, "ValueError");
    let message = refused(all().filter(q("number", Expr::path("pk"))).all(db).await, "ValueError");
    assert!(message.contains("cannot be used as a lookup value"), "{message}");
    Ok(())
}

async fn keys_in_expressions(db: &Database) -> Outcome {
    use embellie_core::expr::{Aggregate, AggregateFunction, Function};
    use embellie_core::query::Annotation;

    orders(db).await?;
    let query = rows(db, "keys.Order").query().clone();
    let (registry, target) = (db.registry(), db.target());
    let count = Annotation::new("n", Aggregate::of(AggregateFunction::Count, "pk"));
    let counted = embellie_sql::aggregate(&query, &[count], registry, target)?;
    assert!(counted.statement.sql.contains("COUNT(\"keys_order\".\"shop_id\")"), "{}", counted.statement.sql);
    let greatest = Annotation::new("n", Aggregate::of(AggregateFunction::Max, "pk"));
    let message = refused(embellie_sql::aggregate(&query, &[greatest], registry, target), "ValueError");
    assert!(message.contains("Max expression does not support composite primary keys"), "{message}");
    for expr in [Expr::path("pk") + 1, Expr::call(Function::Lower, [Expr::path("pk")])] {
        let message = refused(embellie_sql::select(&query.clone().annotate("x", expr), registry, target), "ValueError");
        assert!(message.contains("expression does not support composite primary keys"), "{message}");
    }
    Ok(())
}

async fn keys_of_the_query_around(db: &Database) -> Outcome {
    let made = orders(db).await?;
    let day = date(2024, 2, 29);
    for order in &made[..2] {
        new!(Visit { day: day, order: order }).create(db).await?;
    }
    let visited = Exists(&|order: OuterRef<Order, _>| Visit::objects().filter(Visit::order.pk.eq(order.pk)));
    assert_eq!(keys(Order::objects().filter(visited.clone()), db).await?, [(1, 1), (2, 10)]);
    assert_eq!(keys(Order::objects().filter(!visited), db).await?, [(1, 2), (2, 1), (2, 2)]);
    let later = Exists(&|order: OuterRef<Order, _>| {
        Order::objects().filter(Order::shop_id.eq(order.shop_id) & Order::pk.gt(order.pk))
    });
    assert_eq!(keys(Order::objects().filter(!later), db).await?, [(1, 2), (2, 10)], "the last of each shop");
    let message = refused(Order::objects().filter(Order::pk.eq(Order::pk)).all(db).await, "ValueError");
    assert!(message.contains("only supports OuterRef and QuerySet"), "{message}");

    let n = Count(Order::pk);
    assert_eq!(Order::objects().filter(q!(shop = 2)).aggregate(&n, db).await?, 3);
    let per_shop = Shop::objects().annotate(Count(Shop::orders().pk)).order_by("name").all(db).await?;
    assert_eq!(
        per_shop.iter().map(|(shop, n)| (shop.name.as_str(), *n)).collect::<Vec<_>>(),
        [("north", 2), ("south", 3)]
    );
    let visits = Count(Order::visits());
    let mut with_visits = Order::objects().annotate(&visits).filter(visits.clone().gte(1)).all(db).await?;
    with_visits.sort_by_key(|(order, _)| order.number);
    let found: Vec<_> = with_visits.iter().map(|(order, n)| (order.key().unwrap(), *n)).collect();
    assert_eq!(found, [((1, 1), 1), ((2, 10), 1)], "grouped by the whole key");
    Ok(())
}

async fn sets_of_objects_with_keys(db: &Database) -> Outcome {
    let made = orders(db).await?;
    let shop = Shop::objects().filter(q!(name = "south")).get(db).await?;
    let sent = Shop::sent().of(&shop);
    sent.add(&[&made[0], &made[1], &made[3]], db).await?;
    assert_eq!(found(q!(sender = &shop), db).await?, [(1, 1), (1, 2), (2, 10)]);
    sent.remove(&[&made[1]], db).await?;
    assert_eq!(found(q!(sender = &shop), db).await?, [(1, 2), (2, 10)]);
    sent.set(&[&made[2], &made[3]], db).await?;
    assert_eq!(found(q!(sender__name = "south"), db).await?, [(1, 2), (2, 1)]);
    sent.clear(db).await?;
    assert_eq!(sent.all(db).await?.len(), 0);
    sent.add(&[&made[0]], db).await?;
    let mut shop = shop;
    let deleted = shop.delete(db).await?;
    assert_eq!(deleted.per_model["keys.Order"], 3, "its own orders");
    assert_eq!(found(Q::all(), db).await?, [(1, 1), (1, 2)]);
    Ok(())
}

async fn related_objects_beside_keys(db: &Database) -> Outcome {
    let made = orders(db).await?;
    new!(Visit { day: date(2024, 2, 29), order: &made[0] }).create(db).await?;
    let asked = db.capture();
    let visits = Visit::objects().select_related((Visit::order.shop,)).all(db).await?;
    let order = visits[0].order.get(db).await?;
    assert_eq!((order.key()?, order.shop.get(db).await?.name.as_str()), ((2, 10), "south"));
    assert_eq!(asked.len(), 1);
    let all = Order::objects().order_by("pk").all(db).await?;
    for order in &all {
        order.shop.get(db).await?;
    }
    assert_eq!(asked.len(), 3, "one statement for the shops of all");
    let asked = db.capture();
    let shops = Shop::objects().prefetch(Shop::orders().visits()).all(db).await?;
    for (shop, count) in shops.iter().zip([2, 3]) {
        assert_eq!(Shop::orders().of(shop).all(db).await?.len(), count);
    }
    let orders = Shop::orders().of(&shops[1]).all(db).await?;
    let visited = orders.iter().find(|order| order.number == 10).unwrap();
    assert_eq!(Order::visits().of(visited).all(db).await?.len(), 1);
    assert_eq!(asked.len(), 3, "shops, their orders, and the visits of these");
    // A key among the annotations, and related objects after it.
    let set = rows(db, "keys.Order").annotate_expr("key", Expr::path("pk")).select_related(["shop"]);
    let row = set.filter(q("pk", list([2, 2]))).get(db).await?;
    assert_eq!(row.get("key")?, &list([2, 2]));
    assert_eq!(row.selected("shop").unwrap().unwrap().get("name")?, &"south".into());
    Ok(())
}
