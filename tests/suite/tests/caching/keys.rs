//! What differs is kept apart.

use std::time::Duration;

use blog::*;
use embellie::prelude::*;
use embellie_suite::models::documented;
use embellie_suite::{Kind, Outcome};

use super::{caches, everywhere, runtime, seen_twice};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn other_values_are_another_key() -> Outcome {
    everywhere(documented, async |db, _| {
        for n in 0..4 {
            new!(User { name: format!("{n}"), email: format!("{n}@x.org") }).create(db).await?;
        }
        let named = |name: &str| User::objects().filter(User::name.eq(name.to_owned())).cache(HOUR);
        for _ in 0..2 {
            for n in 0..4 {
                let name = n.to_string();
                assert_eq!(named(&name).get(db).await?.name, name);
                // The same statement, with a value of another type.
                assert_eq!(User::objects().filter(User::id.eq(n + 1)).cache(HOUR).get(db).await?.name, name);
                let page = User::objects().order_by("id").slice(n as u64..n as u64 + 1).cache(HOUR);
                assert_eq!(page.get(db).await?.name, name);
            }
            assert!(!named("0' OR '1'='1").exists(db).await?);
            // Values that would be the same text one after the other.
            let pair = |a: &str, b: &str| User::objects().filter(q!(name = a, email = b)).cache(HOUR);
            assert_eq!((pair("1", "1@x.org").count(db).await?, pair("11", "@x.org").count(db).await?), (1, 0));
        }
        Ok(())
    })
}

#[test]
fn users_have_keys_of_their_own() -> Outcome {
    everywhere(documented, async |db, _| {
        let mine = |user: &str| Tag::objects().cache(HOUR).cache_key(format!("user {user}"));
        assert_eq!(mine("ann").count(db).await?, 0);
        // Unseen by the cache: what Bob gets is not what Ann got.
        db.cursor().execute("INSERT INTO blog_tag (word) VALUES (%s)", ("sky",)).await?;
        assert_eq!(mine("bob").count(db).await?, 1);
        assert_eq!(mine("ann").count(db).await?, 0);
        assert_eq!(Tag::objects().cache(HOUR).count(db).await?, 1);
        db.invalidate(&["blog.Tag"]).await?;
        assert_eq!(mine("ann").count(db).await?, 1);
        Ok(())
    })
}

/// Two files, and two schemas of one database, share a cache: the same statements, other rows.
#[test]
fn databases_and_schemas_are_kept_apart() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for (cache, _) in caches() {
            runtime().block_on(async {
                let (one, _one, _keep) = seen_twice(kind, documented, (cache.clone(), cache.clone())).await?;
                let (two, _two, _kept) = seen_twice(kind, documented, (cache.clone(), cache.clone())).await?;
                new!(Tag { word: "one" }).create(&one).await?;
                new!(Tag { word: "two" }).create(&two).await?;
                for _ in 0..2 {
                    let tags = Tag::objects().cache(HOUR);
                    assert_eq!(tags.get(&one).await?.word, "one");
                    assert_eq!(tags.get(&two).await?.word, "two");
                }
                // Another application in the same store.
                let other = cache.clone().prefix("another");
                cache.set("key", "ours", None).await?;
                assert_eq!(other.get::<String>("key").await?, None);
                other.clear().await?;
                assert_eq!(cache.get::<String>("key").await?.as_deref(), Some("ours"));
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}
