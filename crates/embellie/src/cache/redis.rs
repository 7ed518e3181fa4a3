//! Entries in Redis, which several processes share.

use std::fmt;
use std::time::Duration;

use embellie_core::{BoxFuture, DatabaseError, Error, Result};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, Script};
use tokio::sync::OnceCell;

use super::store::{Bytes, Look, Store};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many keys are deleted at a time.
const BATCH: usize = 500;

/// Moves the clock (the first key) on to the microsecond, and notes it for the tables (the others). Time alone keeps it
/// going on where the server has lost it.
const CHANGE: &str = r"
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local clock = tonumber(redis.call('GET', KEYS[1]) or '0')
if now <= clock then now = clock + 1 end
local text = string.format('%.0f', now)
redis.call('SET', KEYS[1], text)
for i = 2, #KEYS do redis.call('SET', KEYS[i], text) end
return text
";

/// Notes for tables of which nothing is known, or no longer, that they have changed by now, and gives the clock.
const SETTLE: &str = r"
local clock = redis.call('GET', KEYS[1])
if not clock then
    local t = redis.call('TIME')
    clock = string.format('%.0f', t[1] * 1000000 + t[2])
    redis.call('SET', KEYS[1], clock)
end
for i = 2, #KEYS do redis.call('SET', KEYS[i], clock, 'NX') end
return clock
";

const DELETE_IF: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

const INCREMENT: &str = r"
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return redis.call('INCRBY', KEYS[1], ARGV[1])
";

/// Keeps entries in Redis.
pub(super) struct Redis {
    client: Client,
    connection: OnceCell<ConnectionManager>,
    change: Script,
    settle: Script,
    delete_if: Script,
    increment: Script,
}

impl Redis {
    /// Nothing is sent yet.
    pub(super) fn new(url: &str) -> Result<Self> {
        let client = Client::open(url).map_err(|error| {
            // A URL may hold a password, so that the message does not show it.
            Error::ImproperlyConfigured(format!("the URL of the Redis server is wrong: {}", error.category()))
        })?;
        Ok(Redis {
            client,
            connection: OnceCell::new(),
            change: Script::new(CHANGE),
            settle: Script::new(SETTLE),
            delete_if: Script::new(DELETE_IF),
            increment: Script::new(INCREMENT),
        })
    }

    /// The connection, made anew by itself when it was lost.
    async fn connection(&self) -> Result<ConnectionManager> {
        let connect = || {
            let config = ConnectionManagerConfig::new()
                .set_number_of_retries(1)
                .set_connection_timeout(Some(PATIENCE))
                .set_response_timeout(Some(PATIENCE));
            ConnectionManager::new_with_config(self.client.clone(), config)
        };
        self.connection.get_or_try_init(connect).await.cloned().map_err(failed)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redis")
    }
}

fn failed(error: RedisError) -> Error {
    Error::Operational(DatabaseError {
        message: format!("the Redis server did not do it: {error}"),
        retryable: true,
        ..DatabaseError::default()
    })
}

fn milliseconds(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 52)
}

fn number(text: Option<&Vec<u8>>) -> Option<u64> {
    std::str::from_utf8(text?).ok()?.parse().ok()
}

impl Store for Redis {
    fn get<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<Vec<Option<Bytes>>>> {
        Box::pin(async move {
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let mut connection = self.connection().await?;
            let found: Vec<Option<Vec<u8>>> =
                redis::cmd("MGET").arg(keys).query_async(&mut connection).await.map_err(failed)?;
            Ok(found.into_iter().map(|entry| entry.map(Bytes::from)).collect())
        })
    }

    fn set<'a>(&'a self, key: &'a str, entry: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let mut set = redis::cmd("SET");
            set.arg(key).arg(&*entry);
            if let Some(ttl) = ttl {
                set.arg("PX").arg(milliseconds(ttl));
            }
            set.query_async(&mut connection).await.map_err(failed)
        })
    }

    fn add<'a>(&'a self, key: &'a str, entry: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let mut set = redis::cmd("SET");
            set.arg(key).arg(&*entry).arg("NX");
            if let Some(ttl) = ttl {
                set.arg("PX").arg(milliseconds(ttl));
            }
            let set: Option<String> = set.query_async(&mut connection).await.map_err(failed)?;
            Ok(set.is_some())
        })
    }

    fn delete<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let mut deleted = 0;
            for keys in keys.chunks(BATCH) {
                let number: u64 = redis::cmd("DEL").arg(keys).query_async(&mut connection).await.map_err(failed)?;
                deleted += number;
            }
            Ok(deleted)
        })
    }

    fn delete_if<'a>(&'a self, key: &'a str, entry: &'a [u8]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let mut script = self.delete_if.prepare_invoke();
            script.key(key).arg(entry);
            let _: u64 = script.invoke_async(&mut connection).await.map_err(failed)?;
            Ok(())
        })
    }

    fn touch<'a>(&'a self, key: &'a str, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let Some(ttl) = ttl else {
                let _: u64 = redis::cmd("PERSIST").arg(key).query_async(&mut connection).await.map_err(failed)?;
                return redis::cmd("EXISTS").arg(key).query_async(&mut connection).await.map_err(failed);
            };
            redis::cmd("PEXPIRE").arg(key).arg(milliseconds(ttl)).query_async(&mut connection).await.map_err(failed)
        })
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64) -> BoxFuture<'a, Result<Option<i64>>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let mut script = self.increment.prepare_invoke();
            script.key(key).arg(by);
            script.invoke_async(&mut connection).await.map_err(|error| match error.code() {
                Some("ERR") => Error::Value("the cached value is no integer that this can be added to".into()),
                _ => failed(error),
            })
        })
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let pattern: String =
                prefix.chars().flat_map(|c| ["*?[]\\".contains(c).then_some('\\'), Some(c)]).flatten().collect();
            let mut place = 0_u64;
            loop {
                let mut scan = redis::cmd("SCAN");
                scan.arg(place).arg("MATCH").arg(format!("{pattern}*")).arg("COUNT").arg(BATCH);
                let (next, keys): (u64, Vec<String>) = scan.query_async(&mut connection).await.map_err(failed)?;
                self.delete(&keys).await?;
                place = next;
                if place == 0 {
                    return Ok(());
                }
            }
        })
    }

    fn look<'a>(&'a self, key: &'a str, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<Look>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let noted: Vec<String> = tables.iter().map(|table| format!("{clock}:{table}")).collect();
            let mut asked = redis::cmd("MGET");
            asked.arg(key).arg(clock).arg(&noted);
            let mut found: Vec<Option<Vec<u8>>> = asked.query_async(&mut connection).await.map_err(failed)?;
            let times = found.split_off(found.len().min(1));
            let entry = found.pop().flatten().map(Bytes::from);
            let times: Option<Vec<u64>> = times.iter().map(|time| number(time.as_ref())).collect();
            if let Some((now, changed)) = times.as_ref().and_then(|times| times.split_first()) {
                return Ok(Look::new(entry, *now, changed.iter().copied().max().unwrap_or_default()));
            }
            // Something is not known, or no longer: what was read before now is not good any more.
            let mut script = self.settle.prepare_invoke();
            script.key(clock).key(&noted);
            let now: String = script.invoke_async(&mut connection).await.map_err(failed)?;
            let now = now.parse().unwrap_or_default();
            Ok(Look::new(entry, now, now))
        })
    }

    fn change<'a>(&'a self, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let mut connection = self.connection().await?;
            let mut script = self.change.prepare_invoke();
            script.key(clock);
            for table in tables {
                script.key(format!("{clock}:{table}"));
            }
            let _: String = script.invoke_async(&mut connection).await.map_err(failed)?;
            Ok(())
        })
    }
}
