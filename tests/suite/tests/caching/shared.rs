//! A Redis server that goes away and comes back.

use std::time::Duration;

use blog::*;
use embellie::Database;
use embellie::cache::Cache;
use embellie::prelude::*;
use embellie_suite::models::documented;
use embellie_suite::{Kind, Outcome, refused};
use embellie_testing::PrivateRedis;

use super::{runtime, seen_twice};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn without_the_server_the_database_is_asked() -> Outcome {
    let mut server = match PrivateRedis::start() {
        Ok(server) => server,
        Err(error) => {
            eprintln!("passed over: {error}");
            return Ok(());
        }
    };
    runtime().block_on(async {
        let cache = || Cache::redis(&server.url()).expect("the URL is right");
        let (db, other, _fresh) = seen_twice(Kind::Sqlite, documented, (cache(), cache())).await?;
        new!(Tag { word: "sky" }).create(&db).await?;
        let tags = Tag::objects().order_by("word").cache(HOUR);
        let words = async |db: &Database| {
            let tags = tags.all(db).await?;
            Outcome::Ok(tags.into_iter().map(|tag| tag.word).collect::<Vec<_>>())
        };
        assert_eq!((words(&db).await?, words(&other).await?), (vec!["sky".to_owned()], vec!["sky".to_owned()]));
        server.kill();
        new!(Tag { word: "sea" }).create(&db).await?;
        assert_eq!((words(&db).await?.len(), words(&other).await?.len()), (2, 2));
        refused(db.cache().get::<i32>("x").await, "OperationalError");
        server.restart()?;
        let mut asked = 1;
        for _ in 0..50 {
            // The connection is made anew by itself.
            let capture = db.capture();
            assert_eq!(words(&db).await?.len(), 2);
            asked = capture.len();
            if asked == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(asked, 0);
        assert_eq!(words(&other).await?.len(), 2);
        new!(Tag { word: "sun" }).create(&other).await?;
        assert_eq!(words(&db).await?.len(), 3);
        Outcome::Ok(())
    })
}

/// Entries of before are not taken for good when the server has lost what it knew of the tables.
#[test]
fn a_clock_that_is_lost_goes_on() -> Outcome {
    let Some(url) = super::redis_url() else { return Ok(()) };
    runtime().block_on(async {
        let cache = || Cache::redis(&url).expect("the URL is right").prefix("lost");
        let (db, other, _fresh) = seen_twice(Kind::Sqlite, documented, (cache(), cache())).await?;
        let tags = Tag::objects().cache(HOUR);
        assert_eq!(tags.count(&db).await?, 0);
        new!(Tag { word: "sky" }).create(&other).await?;
        // The entry is out of date; what tells it is lost, as by a server that is short of memory.
        let client = redis::Client::open(url.as_str())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let keys: Vec<String> = redis::cmd("KEYS").arg("lost:*:clock*").query_async(&mut connection).await?;
        assert!(keys.len() >= 2, "{keys:?}");
        let _: u64 = redis::cmd("DEL").arg(&keys).query_async(&mut connection).await?;
        assert_eq!(tags.count(&db).await?, 1);
        assert_eq!(tags.count(&other).await?, 1);
        Outcome::Ok(())
    })
}

#[test]
fn urls_are_checked() {
    let message = refused(Cache::redis("redis://:secret@host:port").map(drop), "ImproperlyConfigured");
    assert!(!message.contains("secret"), "{message}");
}
