//! One computes, others wait: within this process by a lock for each key, between processes by an entry of the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use uuid::Uuid;

use super::Cache;

/// How long another process is waited for. One that is gone has left its mark until then.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether another process is done.
const PAUSE: Duration = Duration::from_millis(20);

/// So many keys are kept before those that nobody waits for are forgotten.
const KEPT: usize = 1024;

/// Whose turn it is, key by key.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Weak<Turn<()>>>>);

impl Turns {
    /// Waits until nobody else of this process computes what belongs to a key.
    pub(super) async fn of(&self, key: &str) -> OwnedMutexGuard<()> {
        self.turn(key).lock_owned().await
    }

    fn turn(&self, key: &str) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        if turns.len() >= KEPT {
            turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::new(Turn::default());
        turns.insert(key.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

/// The mark in the store of the process that computes what belongs to a key.
pub(super) struct Mark {
    cache: Cache,
    key: String,
    token: Option<Uuid>,
}

impl Mark {
    /// Nobody's yet.
    pub(super) fn new(cache: &Cache, key: &str) -> Self {
        Mark { cache: cache.clone(), key: format!("{key}:turn"), token: None }
    }

    /// Sets the mark, or waits a little for the process that has it and gives `false`: what it computes may be there
    /// then. After a while, it is taken for gone.
    pub(super) async fn set(&mut self, since: Instant) -> bool {
        if !self.cache.store().is_shared() {
            return true;
        }
        let token = Uuid::new_v4();
        let added = self.cache.store().add(&self.key, token.as_bytes().as_slice().into(), Some(PATIENCE)).await;
        match added {
            Ok(true) => {
                self.token = Some(token);
                true
            }
            Ok(false) if since.elapsed() < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
                false
            }
            // What cannot be marked is computed by everybody.
            _ => true,
        }
    }

    /// Lets the next one.
    pub(super) async fn remove(mut self) {
        if let Some(token) = self.token.take() {
            let _ = self.cache.store().delete_if(&self.key, token.as_bytes()).await;
        }
    }
}

/// Who is dropped on the way lets the next one, too.
impl Drop for Mark {
    fn drop(&mut self) {
        let Some(token) = self.token.take() else { return };
        let (cache, key) = (self.cache.clone(), std::mem::take(&mut self.key));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let _ = cache.store().delete_if(&key, token.as_bytes()).await;
            });
        }
    }
}
