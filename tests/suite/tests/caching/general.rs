//! Values under keys of one's own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use embellie::Error;
use embellie::cache::Cache;
use embellie_suite::{Outcome, refused};
use serde::{Deserialize, Serialize};

use super::{caches, runtime};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Dashboard {
    posts: u64,
    titles: Vec<String>,
}

#[test]
fn values_are_kept_and_forgotten() -> Outcome {
    for (cache, other) in caches() {
        runtime().block_on(kept(&cache, &other))?;
    }
    Ok(())
}

async fn kept(cache: &Cache, other: &Cache) -> Outcome {
    let board = Dashboard { posts: 3, titles: vec!["Clouds ☁".into()] };
    cache.set("board", &board, Duration::from_secs(60)).await?;
    assert_eq!(other.get::<Dashboard>("board").await?, Some(board.clone()));
    assert_eq!(cache.get::<Dashboard>("none").await?, None);
    let message = refused(cache.get::<u64>("board").await, "DecodeError");
    assert!(message.contains("'board'") && !message.contains("Clouds"), "{message}");
    assert!(cache.contains("board").await? && !cache.contains("none").await?);

    assert!(!cache.add("board", &board, None).await?);
    assert!(cache.add("new", "first", None).await?);
    assert_eq!(cache.get::<String>("new").await?.as_deref(), Some("first"));

    cache.set_many([("a", &1), ("b", &2), ("c", &3)], Duration::from_secs(60)).await?;
    let found: HashMap<&str, i32> = other.get_many(["a", "c", "none"]).await?;
    assert_eq!(found, HashMap::from([("a", 1), ("c", 3)]));
    assert_eq!(cache.delete_many(["a", "b", "none"]).await?, 2);
    assert!(cache.delete("c").await? && !cache.delete("c").await?);

    cache.set("hits", &10, None).await?;
    assert_eq!((cache.increment("hits", 5).await?, other.increment("hits", -1).await?), (15, 14));
    assert_eq!(cache.get::<i64>("hits").await?, Some(14));
    refused(cache.increment("none", 1).await, "ValueError");
    refused(cache.increment("new", 1).await, "ValueError");

    // Times.
    cache.set("short", &1, Duration::from_millis(100)).await?;
    cache.set("at once", &1, Duration::ZERO).await?;
    let mut time = Duration::from_millis(100);
    loop {
        let begun = Instant::now();
        cache.set("touched", &1, time).await?;
        let touched = cache.touch("touched", Duration::from_secs(600)).await?;
        // On a busy machine it may be over already.
        if begun.elapsed() < time {
            assert!(touched);
            break;
        }
        time *= 4;
    }
    assert!(!cache.touch("none", None).await?);
    assert_eq!(cache.get::<i32>("at once").await?, None);
    tokio::time::sleep(time + Duration::from_millis(100)).await;
    assert_eq!((cache.get::<i32>("short").await?, cache.get::<i32>("touched").await?), (None, Some(1)));

    cache.clear().await?;
    assert!(!cache.contains("board").await?);
    Ok(())
}

#[test]
fn one_computes_and_the_others_wait() -> Outcome {
    for (cache, other) in caches() {
        runtime().block_on(async {
            let computed = AtomicU32::new(0);
            let compute = async || {
                let number = computed.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(100)).await;
                if number == 0 { Err(Error::Value("the first one fails".into())) } else { Ok(42) }
            };
            let minute = Duration::from_secs(60);
            refused(cache.get_or_set("answer", minute, compute).await, "ValueError");
            let ask = async |cache: &Cache| cache.get_or_set("answer", minute, compute).await;
            // Ten of this process, and of another one.
            let (a, b, c, d, e, f) =
                tokio::join!(ask(&cache), ask(&cache), ask(&other), ask(&cache), ask(&other), ask(&other));
            assert_eq!([a?, b?, c?, d?, e?, f?], [42; 6]);
            assert_eq!(computed.load(Ordering::Relaxed), 2);
            // Who is dropped while it computes lets the next one.
            let slow = cache.get_or_set("slow", minute, async || {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                Ok::<_, Error>(1)
            });
            tokio::time::timeout(Duration::from_millis(50), slow).await.expect_err("it takes long");
            let next = other.get_or_set("slow", minute, async || Ok::<_, Error>(2));
            assert_eq!(tokio::time::timeout(Duration::from_secs(60), next).await??, 2);
            Outcome::Ok(())
        })?;
    }
    Ok(())
}
