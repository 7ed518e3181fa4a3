//! Values of any kind under keys of one's own: Django's low-level cache API.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use embellie_core::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::turns::Mark;
use super::{Bytes, Cache};

impl Cache {
    /// The value of a key; `None` where there is none, or no longer.
    ///
    /// # Errors
    /// [`Error::Decode`] when the value is not of this type; else what the store fails with.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let found = self.store().get(&[self.own(key)]).await?;
        found.into_iter().next().flatten().map(|value| decode(key, &value)).transpose()
    }

    /// Keeps a value so long; for ever without a time.
    ///
    /// # Errors
    /// [`Error::Value`] when the value has no form in JSON; else what the store fails with.
    pub async fn set<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        ttl: impl Into<Option<Duration>>,
    ) -> Result<()> {
        let (key, value, ttl) = (self.own(key), encode(key, value)?, ttl.into());
        // What is kept for no time is not kept, as in Django.
        if ttl == Some(Duration::ZERO) {
            return self.store().delete(&[key]).await.map(drop);
        }
        self.store().set(&key, value, ttl).await
    }

    /// Keeps a value unless the key has one, and says whether it did.
    ///
    /// # Errors
    /// As [`set`](Cache::set).
    pub async fn add<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        ttl: impl Into<Option<Duration>>,
    ) -> Result<bool> {
        self.store().add(&self.own(key), encode(key, value)?, ttl.into()).await
    }

    /// The value of a key; where there is none, what `compute` gives, which is kept so long. When many ask at the same
    /// time, one computes, and the others wait.
    ///
    /// # Errors
    /// What `compute` fails with; nothing is kept then, and the next one computes. Else as [`get`](Cache::get) and
    /// [`set`](Cache::set).
    pub async fn get_or_set<T, E, F>(&self, key: &str, ttl: impl Into<Option<Duration>>, compute: F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<Error>,
        F: AsyncFnOnce() -> Result<T, E>,
    {
        if let Some(value) = self.get(key).await? {
            return Ok(value);
        }
        let own = self.own(key);
        let _turn = self.0.turns.of(&own).await;
        let (mut mark, since) = (Mark::new(self, &own), Instant::now());
        loop {
            let marked = mark.set(since).await;
            if let Some(value) = self.get(key).await? {
                mark.remove().await;
                return Ok(value);
            }
            if marked {
                break;
            }
        }
        let computed = compute().await;
        let kept = match &computed {
            Ok(value) => self.set(key, value, ttl).await,
            Err(_) => Ok(()),
        };
        mark.remove().await;
        kept?;
        computed
    }

    /// The values of those keys that have one.
    ///
    /// # Errors
    /// As [`get`](Cache::get).
    pub async fn get_many<K, T>(&self, keys: impl IntoIterator<Item = K>) -> Result<HashMap<K, T>>
    where
        K: AsRef<str> + Eq + Hash,
        T: DeserializeOwned,
    {
        let keys: Vec<K> = keys.into_iter().collect();
        let own: Vec<String> = keys.iter().map(|key| self.own(key.as_ref())).collect();
        let found = self.store().get(&own).await?;
        let mut values = HashMap::new();
        for (key, value) in keys.into_iter().zip(found) {
            if let Some(value) = value {
                let value = decode(key.as_ref(), &value)?;
                values.insert(key, value);
            }
        }
        Ok(values)
    }

    /// Keeps several values so long.
    ///
    /// # Errors
    /// As [`set`](Cache::set): some may be kept then.
    pub async fn set_many<'v, K, T>(
        &self,
        values: impl IntoIterator<Item = (K, &'v T)>,
        ttl: impl Into<Option<Duration>>,
    ) -> Result<()>
    where
        K: AsRef<str>,
        T: Serialize + 'v,
    {
        let ttl = ttl.into();
        for (key, value) in values {
            self.set(key.as_ref(), value, ttl).await?;
        }
        Ok(())
    }

    /// Forgets the value of a key, and says whether there was one.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn delete(&self, key: &str) -> Result<bool> {
        Ok(self.delete_many([key]).await? > 0)
    }

    /// Forgets the values of several keys, and says how many there were.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn delete_many(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<u64> {
        let keys: Vec<String> = keys.into_iter().map(|key| self.own(key.as_ref())).collect();
        self.store().delete(&keys).await
    }

    /// Whether a key has a value: Django's `has_key`.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn contains(&self, key: &str) -> Result<bool> {
        Ok(self.store().get(&[self.own(key)]).await?.iter().any(Option::is_some))
    }

    /// Changes how long a value is kept, from now on, and says whether there is one.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn touch(&self, key: &str, ttl: impl Into<Option<Duration>>) -> Result<bool> {
        self.store().touch(&self.own(key), ttl.into()).await
    }

    /// Adds to an integer and gives what it is then: Django's `incr` and, for negative numbers, `decr`.
    ///
    /// # Errors
    /// [`Error::Value`] when the key has no value, or one that is no integer; else what the store fails with.
    pub async fn increment(&self, key: &str, by: i64) -> Result<i64> {
        let number = self.store().increment(&self.own(key), by).await?;
        number.ok_or_else(|| Error::Value(format!("Key '{key}' not found")))
    }

    /// Forgets everything that begins with this cache's [prefix](Cache::prefix), results of query sets included.
    ///
    /// # Errors
    /// What the store fails with.
    pub async fn clear(&self) -> Result<()> {
        for kind in ["values", "rows"] {
            self.store().clear(&format!("{}:{kind}:", self.0.prefix)).await?;
        }
        Ok(())
    }

    /// The key in the store.
    fn own(&self, key: &str) -> String {
        format!("{}:values:{key}", self.0.prefix)
    }
}

fn encode<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<Bytes> {
    let text = serde_json::to_vec(value);
    text.map(Bytes::from).map_err(|error| Error::Value(format!("the value of '{key}' cannot be cached: {error}")))
}

fn decode<T: DeserializeOwned>(key: &str, value: &[u8]) -> Result<T> {
    serde_json::from_slice(value).map_err(|error| {
        // The message of serde may hold the value.
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::Decode(format!("the cached value of '{key}' is no {}: {place}", std::any::type_name::<T>()))
    })
}
