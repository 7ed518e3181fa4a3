//! Sets of objects that point at rows of any model are changed as Django's managers of generic relations do.

use embellie::{Database, Record};
use embellie_suite::{Outcome, create, object, q, refused, rows, texts};

embellie_suite::on_every_database! { pointing:
    objects_are_made_to_point_here,
    what_is_taken_out_is_deleted,
    sets_are_replaced,
}

async fn shop(name: &str, db: &Database) -> Outcome<Record> {
    create(db, "pointing.Shop", &[("name", name.into())]).await
}

fn mark(word: &str, db: &Database) -> Outcome<Record> {
    object(db, "pointing.Mark", &[("word", word.into())])
}

async fn words(record: &Record, db: &Database) -> Outcome<Vec<String>> {
    texts(record.related("marks")?.objects().order_by("id"), "word", db).await
}

async fn objects_are_made_to_point_here(db: &Database) -> Outcome {
    let (north, south) = (shop("north", db).await?, shop("south", db).await?);
    let parcel = create(db, "pointing.Parcel", &[("shop", 1.into()), ("street", "elm".into())]).await?;
    // The row that stands for a model is made by the first that needs it.
    let big = north.related("marks")?.create(mark("big", db)?, db).await?;
    assert_eq!((big.get("object_id")?, rows(db, "contenttypes.ContentType").count(db).await?), (&"1".into(), 1));
    let red = north.related("marks")?.create(mark("red", db)?, db).await?;
    parcel.related("marks")?.create(mark("wet", db)?, db).await?;
    assert_eq!(rows(db, "contenttypes.ContentType").count(db).await?, 2);
    assert_eq!(
        (words(&north, db).await?, words(&parcel, db).await?),
        (vec!["big".into(), "red".into()], vec!["wet".into()])
    );
    south.related("marks")?.add(&[&red], db).await?;
    assert_eq!((words(&north, db).await?, words(&south, db).await?), (vec!["big".into()], vec!["red".into()]));
    // What was read beforehand is read anew.
    let read = rows(db, "pointing.Shop").prefetch(["marks"]).order_by("id").all(db).await?;
    read[0].related("marks")?.add(&[&red], db).await?;
    assert_eq!(read[0].related("marks")?.all(db).await?.len(), 2);
    refused(north.related("marks")?.add(&[&mark("new", db)?], db).await, "ValueError");
    let unsaved = object(db, "pointing.Shop", &[("name", "none".into())])?;
    refused(unsaved.related("marks")?.create(mark("new", db)?, db).await, "ValueError");
    refused(big.related("shops")?.add(&[&north], db).await, "NotSupportedError");
    Ok(())
}

async fn what_is_taken_out_is_deleted(db: &Database) -> Outcome {
    let (north, south) = (shop("north", db).await?, shop("south", db).await?);
    let mut marks = Vec::new();
    for (shop, word) in [(&north, "big"), (&north, "red"), (&north, "old"), (&south, "new")] {
        marks.push(shop.related("marks")?.create(mark(word, db)?, db).await?);
    }
    // One of another shop's is not among these.
    north.related("marks")?.remove(&[&marks[0], &marks[3]], db).await?;
    assert_eq!((words(&north, db).await?.len(), words(&south, db).await?), (2, vec!["new".into()]));
    north.related("marks")?.clear(db).await?;
    assert_eq!(texts(rows(db, "pointing.Mark"), "word", db).await?, ["new"]);
    Ok(())
}

async fn sets_are_replaced(db: &Database) -> Outcome {
    let (north, south) = (shop("north", db).await?, shop("south", db).await?);
    let [big, red] = ["big", "red"].map(|word| mark(word, db));
    let (big, red) = (north.related("marks")?.create(big?, db).await?, south.related("marks")?.create(red?, db).await?);
    north.related("marks")?.set(&[&big, &red], db).await?;
    assert_eq!((words(&north, db).await?.len(), words(&south, db).await?.len()), (2, 0));
    let asked = db.capture();
    north.related("marks")?.set(&[&big, &red], db).await?;
    assert_eq!(asked.len(), 1, "nothing to do once it was read");
    north.related("marks")?.set(&[&red], db).await?;
    assert_eq!(words(&north, db).await?, ["red"]);
    assert_eq!(rows(db, "pointing.Mark").filter(q("word", "big")).count(db).await?, 0);
    Ok(())
}
