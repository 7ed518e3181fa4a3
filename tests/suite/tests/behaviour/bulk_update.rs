//! Changing some fields of many objects at once.

use embellie::write::BulkUpdate;
use embellie::{Database, Value};
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, create, q, refused, rows};

embellie_suite::on_every_database! { fields:
    each_object_has_its_own_value,
}

async fn each_object_has_its_own_value(db: &Database) -> Outcome {
    for (field, values) in super::values::ordered() {
        let mut objects = Vec::new();
        for _ in 0..=values.len() {
            objects.push(create(db, "zoo.Nullable", &[]).await?);
        }
        let values: Vec<Value> = values.into_iter().chain([Value::Null]).collect();
        for (object, value) in objects.iter_mut().zip(&values) {
            object.set(field, value.clone())?;
        }
        let all = rows(db, "zoo.Nullable");
        let asked = db.capture();
        let changed = all.bulk_update(&mut objects, &[field], db).await?;
        assert_eq!((changed, asked.len()), (values.len() as u64, 1), "{field}");
        for (object, value) in objects.iter().zip(&values) {
            let row = all.clone().filter(q("pk", object.key().clone())).get(db).await?;
            assert_eq!(row.get(field)?, value, "{field}");
        }
        for object in &mut objects {
            object.set(field, Value::Null)?;
        }
        assert_eq!(all.bulk_update(&mut objects, &[field], db).await?, values.len() as u64, "{field}: all null");
    }
    Ok(())
}

mod blog {
    use super::*;

    embellie_suite::on_every_database! { blog:
        batches_and_foreign_keys,
        what_cannot_be_changed,
    }

    async fn batches_and_foreign_keys(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let all = rows(db, "blog.Post").order_by("id");
        let author = rows(db, "blog.User").order_by("-id").first(db).await?.unwrap().key().clone();
        let mut posts = all.all(db).await?;
        for (number, post) in posts.iter_mut().enumerate() {
            post.set("author_id", author.clone())?;
            post.set("title", Value::Text(format!("post {number}")))?;
        }
        let asked = db.capture();
        let some = rows(db, "blog.Post").exclude(q("pk", posts[0].key().clone()));
        let batches = BulkUpdate::new().batch_size(2);
        let changed = some.bulk_update_with(&mut posts, &["author", "title"], batches, db).await?;
        assert_eq!(changed, posts.len() as u64 - 1, "rows outside of the query set are left alone");
        assert_eq!(asked.len(), posts.len().div_ceil(2));
        let titles = all.exclude(q("title__startswith", "post ")).count(db).await?;
        assert_eq!(titles, 1);
        assert!(rows(db, "blog.Post").filter(q("author", author)).count(db).await? >= changed);
        Ok(())
    }

    async fn what_cannot_be_changed(db: &Database) -> Outcome {
        let all = rows(db, "blog.Tag");
        let mut tags = vec![create(db, "blog.Tag", &[("name", "a".into())]).await?];
        refused(all.bulk_update(&mut tags, &[], db).await, "ValueError");
        refused(all.bulk_update(&mut tags, &["id"], db).await, "ValueError");
        refused(all.bulk_update(&mut tags, &["posts"], db).await, "ValueError");
        refused(all.bulk_update(&mut tags, &["nome"], db).await, "FieldDoesNotExist");
        refused(all.bulk_update_with(&mut tags, &["name"], BulkUpdate::new().batch_size(0), db).await, "ValueError");
        refused(all.bulk_update(&mut [db.record("blog.Tag")?], &["name"], db).await, "ValueError");
        let asked = db.capture();
        assert_eq!(all.bulk_update(&mut [], &["name"], db).await?, 0);
        assert!(asked.is_empty());
        Ok(())
    }
}
