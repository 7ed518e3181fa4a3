//! Changing rows. Each part runs in a transaction that is undone, so that the next visitor finds the same shop.

use embellie::{Database, F, Model, Result, new, q, set};
use shop::choices::OrderStatus;
use shop::models::*;

use super::super::shown::{Shown, cells};
use super::{Stop, part, rehearse};

const SOURCE: &str = include_str!("writes.rs");

pub(super) fn stops() -> Vec<Stop> {
    vec![
        Stop {
            title: "Update in the database",
            text: "F is the row's own value: one statement raises all prices, and no row travels. `rehearse` is \
                   db.atomic that is undone at its end, so that the next visitor finds the same shop.",
            parts: vec![part!(
                raise_prices,
                "with transaction.atomic():\n    Product.objects.filter(brand__country=\"FR\").update(price=F(\"price\") * 2, stock=0)"
            )],
        },
        Stop {
            title: "Get or create",
            text: "The row that there is, or a new one. It is safe when two do it at once: the unique constraint decides, \
                   and the loser reads the winner's row. Here it runs twice, so the second finds the first's row.",
            parts: vec![part!(
                get_or_create,
                "tag, created = Tag.objects.get_or_create(slug=\"rainproof\", defaults={\"name\": \"rainproof\"})\n\
                 again, created_again = Tag.objects.get_or_create(slug=\"rainproof\", defaults={\"name\": \"rainproof\"})"
            )],
        },
        Stop {
            title: "Delete, with what depends on it",
            text: "on_delete = Cascade takes the items and payments of these orders along, in batches and in one \
                   transaction, and counts what went.",
            parts: vec![part!(delete_orders, "Order.objects.filter(status=\"cancelled\", total__lt=50).delete()")],
        },
        Stop {
            title: "A transaction in a transaction",
            text: "The inner one is a savepoint. Its second tag breaks a unique constraint, so all of it is undone; the \
                   outer one goes on as if nothing had happened. What only begins, marks or ends a transaction is not \
                   among the statements counted.",
            parts: vec![part!(
                savepoint,
                "with transaction.atomic():\n    Tag.objects.create(name=\"kept\", slug=\"kept\")\n    try:\n        with \
                 transaction.atomic():\n            Tag.objects.create(name=\"lost\", slug=\"lost\")\n            \
                 Tag.objects.create(name=\"sale\", slug=\"sale\")\n    except IntegrityError as error:\n        ...\n    \
                 Tag.objects.filter(slug__in=[\"kept\", \"lost\"])"
            )],
        },
    ]
}

async fn raise_prices(db: &Database) -> Result<Shown> {
    // ↓
    let changed = rehearse(db, async |tx| {
        Product::objects().filter(q!(brand__country = "FR")).update(set!(price = F(price) * 2, stock = 0), tx).await
    })
    .await?;
    // ↑
    Ok(Shown::rows(&["changed"], [cells![changed]]))
}

async fn get_or_create(db: &Database) -> Result<Shown> {
    // ↓
    let rainproof = || new!(Tag { name: "rainproof", slug: "rainproof" });
    let ((tag, created), (again, created_again)) = rehearse(db, async |tx| {
        let first = Tag::objects().get_or_create(q!(slug = "rainproof"), rainproof, tx).await?;
        let second = Tag::objects().get_or_create(q!(slug = "rainproof"), rainproof, tx).await?;
        Ok((first, second))
    })
    .await?;
    // ↑
    let rows = [cells![tag.name, tag.id == again.id, created], cells![again.name, tag.id == again.id, created_again]];
    Ok(Shown::rows(&["name", "same row", "created"], rows))
}

async fn delete_orders(db: &Database) -> Result<Shown> {
    // ↓
    let deleted = rehearse(db, async |tx| {
        Order::objects().filter(q!(status = OrderStatus::Cancelled, total__lt = 50)).delete(tx).await
    })
    .await?;
    // ↑
    Ok(Shown::rows(&["model", "deleted"], deleted.per_model.iter().map(|(model, rows)| cells![*model, *rows])))
}

async fn savepoint(db: &Database) -> Result<Shown> {
    // ↓
    let (refused, tags) = rehearse(db, async |tx| {
        new!(Tag { name: "kept", slug: "kept" }).create(tx).await?;
        let refused = tx
            .atomic(async |tx| {
                new!(Tag { name: "lost", slug: "lost" }).create(tx).await?;
                new!(Tag { name: "sale", slug: "sale" }).create(tx).await
            })
            .await;
        Ok((refused, Tag::objects().filter(q!(slug__in = ["kept", "lost"])).all(tx).await?))
    })
    .await?;
    // ↑
    let shown = Shown::rows(&["name"], tags.iter().map(|tag| cells![tag.name]));
    Ok(match refused {
        Err(error) => shown.and(format!("{}: {error}", error.class())),
        Ok(_) => shown,
    })
}
