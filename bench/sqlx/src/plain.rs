//! sqlx: SQL by hand, rows into structs, over one connection.

use std::collections::HashMap;
use std::ops::Range;

use bench_common::*;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Database, FromRow, QueryBuilder};
use tokio::runtime::Runtime;

pub(crate) struct Plain<C: Connection> {
    pub(crate) runtime: Runtime,
    pub(crate) connection: C,
    pub(crate) options: C::Options,
    pub(crate) crowd: Option<Crowd<Posts<C::Database>>>,
}

/// The pool, as tasks have it.
pub(crate) struct Posts<D: Database>(sqlx::Pool<D>);

impl<D: Database> Clone for Posts<D> {
    fn clone(&self) -> Self {
        Posts(self.0.clone())
    }
}

pub(crate) fn sqlite_options(file: &str) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(file).journal_mode(SqliteJournalMode::Wal);
    options.synchronous(SqliteSynchronous::Normal).foreign_keys(true).disable_statement_logging()
}

pub(crate) fn postgres_options(url: &str) -> Result<PgConnectOptions, Failure> {
    Ok(url.parse::<PgConnectOptions>()?.disable_statement_logging())
}

#[derive(FromRow)]
struct Post {
    id: i64,
    title: String,
    body: String,
    author_id: i64,
    views: i64,
    published: bool,
    subtitle: Option<String>,
}

#[derive(FromRow)]
struct WithAuthor {
    #[sqlx(flatten)]
    post: Post,
    name: String,
    email: String,
    active: bool,
}

impl Post {
    fn add_to(&self, sum: u64) -> u64 {
        let sum = text(text(mix(sum, self.id), &self.title), &self.body);
        let sum = mix(mix(mix(sum, self.author_id), self.views), self.published.into());
        text(sum, self.subtitle.as_deref().unwrap_or("-"))
    }
}

const GET: &str = "SELECT id, title, body, author_id, views, published, subtitle FROM bench_post WHERE id = $1";

/// The keys of a list as the database takes them best: an array, or a parameter each.
macro_rules! of_keys {
    (postgres, $before:literal, $keys:expr) => {{
        let mut query = QueryBuilder::<Postgres>::new(concat!($before, " = ANY("));
        query.push_bind($keys).push(") ORDER BY id");
        query
    }};
    (sqlite, $before:literal, $keys:expr) => {{
        let mut query = QueryBuilder::<Sqlite>::new(concat!($before, " IN ("));
        let mut list = query.separated(", ");
        for key in $keys {
            list.push_bind(key);
        }
        query.push(") ORDER BY id");
        query
    }};
}

macro_rules! contender {
    ($kind:ident, $connection:ty, $database:ty, $batch:literal, $emptied:literal, $total:literal) => {
        impl Contender for Plain<$connection> {
            fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
                let connection = &mut self.connection;
                self.runtime.block_on(async {
                    let mut sum = 0;
                    for operation in operations {
                        sum = $kind(case, operation, sum, connection).await?;
                    }
                    Ok(sum)
                })
            }

            fn clean(&mut self, case: Case) -> Result<(), Failure> {
                if case == Case::Bulk {
                    self.runtime.block_on(sqlx::query($emptied).execute(&mut self.connection))?;
                }
                Ok(())
            }

            fn crowd(&mut self, operations: Range<u64>) -> Result<u64, Failure> {
                let pool = PoolOptions::<$database>::new().max_connections(POOL_SIZE as u32);
                let connect = pool.connect_with(self.options.clone());
                Crowd::run(&mut self.crowd, operations, async { Ok(Posts(connect.await?)) })
            }
        }

        impl Pool for Posts<$database> {
            async fn get(&mut self, operation: u64) -> Result<u64, Failure> {
                let post: Post = sqlx::query_as(GET).bind(key_of(operation)).fetch_one(&self.0).await?;
                Ok(post.add_to(0))
            }
        }

        async fn $kind(case: Case, operation: u64, mut sum: u64, connection: &mut $connection) -> Result<u64, Failure> {
            match case {
                Case::Get => {
                    let post: Post = sqlx::query_as(GET).bind(key_of(operation)).fetch_one(connection).await?;
                    sum = post.add_to(sum);
                }
                Case::Columns => {
                    let sql = "SELECT id, title, views FROM bench_post WHERE id = $1";
                    let row = sqlx::query_as(sql).bind(key_of(operation)).fetch_one(connection).await?;
                    let (id, title, views): (i64, String, i64) = row;
                    sum = mix(text(mix(sum, id), &title), views);
                }
                Case::Few | Case::Many => {
                    let limit = if case == Case::Few { FEW_ROWS } else { MANY_ROWS };
                    let sql = "SELECT id, title, body, author_id, views, published, subtitle FROM bench_post \
                               ORDER BY id LIMIT $1";
                    let posts: Vec<Post> = sqlx::query_as(sql).bind(limit).fetch_all(connection).await?;
                    for post in posts {
                        sum = post.add_to(sum);
                    }
                }
                Case::Joined => {
                    let sql = "SELECT p.title, u.name, p.views FROM bench_post p JOIN bench_user u \
                               ON u.id = p.author_id WHERE u.active AND p.views > $1 \
                               ORDER BY p.views DESC, p.id LIMIT $2";
                    let rows: Vec<(String, String, i64)> =
                        sqlx::query_as(sql).bind(JOINED_VIEWS).bind(JOINED).fetch_all(connection).await?;
                    for (title, name, views) in rows {
                        sum = mix(text(text(sum, &title), &name), views);
                    }
                }
                Case::Bulk => {
                    let entries: Vec<(String, i64, Option<String>)> = (0..BULK).map(bulk_row).collect();
                    let mut inserted = 0;
                    for batch in entries.chunks($batch) {
                        let mut query = QueryBuilder::<$database>::new("INSERT INTO bench_entry (name, number, note) ");
                        query.push_values(batch, |mut row, (name, number, note)| {
                            row.push_bind(name.as_str()).push_bind(*number).push_bind(note.as_deref());
                        });
                        inserted += query.build().execute(&mut *connection).await?.rows_affected();
                    }
                    sum = mix(sum, inserted as i64);
                }
                Case::Tree => {
                    let sql = "SELECT id, name FROM bench_user ORDER BY id LIMIT $1";
                    let users: Vec<(i64, String)> =
                        sqlx::query_as(sql).bind(OWNERS).fetch_all(&mut *connection).await?;
                    let keys: Vec<i64> = users.iter().map(|(id, _)| *id).collect();
                    let mut query = of_keys!(
                        $kind,
                        "SELECT id, title, body, author_id, views, published, subtitle FROM bench_post WHERE author_id",
                        keys
                    );
                    let found: Vec<Post> = query.build_query_as().fetch_all(&mut *connection).await?;
                    let keys: Vec<i64> = found.iter().map(|post| post.id).collect();
                    let mut posts: HashMap<i64, Vec<Post>> = HashMap::new();
                    for post in found {
                        posts.entry(post.author_id).or_default().push(post);
                    }
                    let mut query = of_keys!($kind, "SELECT id, post_id, body FROM bench_comment WHERE post_id", keys);
                    let found: Vec<(i64, i64, String)> = query.build_query_as().fetch_all(connection).await?;
                    let mut comments: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
                    for (id, post, body) in found {
                        comments.entry(post).or_default().push((id, body));
                    }
                    for (id, name) in &users {
                        sum = text(mix(sum, *id), name);
                        for post in posts.get(id).into_iter().flatten() {
                            sum = post.add_to(sum);
                            for (id, body) in comments.get(&post.id).into_iter().flatten() {
                                sum = text(mix(sum, *id), body);
                            }
                        }
                    }
                }
                Case::WithAuthor => {
                    let sql = "SELECT p.id, p.title, p.body, p.author_id, p.views, p.published, p.subtitle, u.name, \
                               u.email, u.active FROM bench_post p JOIN bench_user u ON u.id = p.author_id \
                               ORDER BY p.id LIMIT $1";
                    let rows: Vec<WithAuthor> = sqlx::query_as(sql).bind(WITH_AUTHOR).fetch_all(connection).await?;
                    for WithAuthor { post, name, email, active } in rows {
                        sum = mix(text(text(post.add_to(sum), &name), &email), active.into());
                    }
                }
                Case::Update => {
                    let key = key_of(operation);
                    let update = sqlx::query("UPDATE bench_post SET views = $1 WHERE id = $2");
                    let done = update.bind(views_of(key)).bind(key).execute(connection).await?;
                    sum = mix(sum, done.rows_affected() as i64);
                }
                Case::Group => {
                    let sql = concat!(
                        "SELECT author_id, COUNT(*), ",
                        $total,
                        " FROM bench_post WHERE published GROUP BY author_id HAVING COUNT(*) >= $1 ORDER BY author_id"
                    );
                    let groups = sqlx::query_as(sql).bind(GROUP_AT_LEAST).fetch_all(connection).await?;
                    let groups: Vec<(i64, i64, i64)> = groups;
                    for (author, count, views) in groups {
                        sum = mix(mix(mix(sum, author), count), views);
                    }
                }
            }
            Ok(sum)
        }
    };
}

contender!(sqlite, SqliteConnection, Sqlite, 1_000, "DELETE FROM bench_entry", "SUM(views)");
contender!(postgres, PgConnection, Postgres, 1_000, "TRUNCATE bench_entry", "SUM(views)::bigint");
