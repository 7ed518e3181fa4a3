//! tokio-postgres, with each statement prepared once.

use std::collections::HashMap;
use std::ops::Range;

use bench_common::*;
use tokio::runtime::Runtime;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::Post;

pub(crate) struct Raw {
    runtime: Runtime,
    session: Session,
}

struct Session {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

pub(super) const GET: &str = "SELECT id, title, body, author_id, views, published, subtitle FROM bench_post WHERE id = $1";
pub(super) const COLUMNS: &str = "SELECT id, title, views FROM bench_post WHERE id = $1";
pub(super) const FIRST: &str =
    "SELECT id, title, body, author_id, views, published, subtitle FROM bench_post ORDER BY id LIMIT $1";
pub(super) const OF_AUTHORS: &str = "SELECT id, title, body, author_id, views, published, subtitle FROM bench_post WHERE author_id = ANY($1) ORDER BY id";
pub(super) const OF_POSTS: &str = "SELECT id, post_id, body FROM bench_comment WHERE post_id = ANY($1) ORDER BY id";
pub(super) const USERS: &str = "SELECT id, name FROM bench_user ORDER BY id LIMIT $1";
pub(super) const JOINED_SQL: &str = "SELECT p.title, u.name, p.views FROM bench_post p JOIN bench_user u ON u.id = p.author_id \
                          WHERE u.active AND p.views > $1 ORDER BY p.views DESC, p.id LIMIT $2";
pub(super) const WITH_AUTHOR_SQL: &str = "SELECT p.id, p.title, p.body, p.author_id, p.views, p.published, p.subtitle, u.name, \
                               u.email, u.active FROM bench_post p JOIN bench_user u ON u.id = p.author_id \
                               ORDER BY p.id LIMIT $1";
pub(super) const UPDATE: &str = "UPDATE bench_post SET views = $1 WHERE id = $2";
pub(super) const GROUP: &str = "SELECT author_id, COUNT(*), SUM(views)::bigint FROM bench_post WHERE published GROUP BY author_id \
                     HAVING COUNT(*) >= $1 ORDER BY author_id";

impl Raw {
    pub(crate) fn connect(url: &str) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            Ok::<_, Failure>(client)
        })?;
        Ok(Raw { runtime, session: Session { client, statements: HashMap::new() } })
    }
}

impl Contender for Raw {
    fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
        let session = &mut self.session;
        self.runtime.block_on(async {
            let mut sum = 0;
            for operation in operations {
                sum = session.one(case, operation, sum).await?;
            }
            Ok(sum)
        })
    }

    fn clean(&mut self, case: Case) -> Result<(), Failure> {
        if case == Case::Bulk {
            self.runtime.block_on(self.session.client.batch_execute("TRUNCATE bench_entry"))?;
        }
        Ok(())
    }
}

impl Session {
    async fn prepared(&mut self, sql: &'static str) -> Result<Statement, Failure> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    async fn rows(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        let statement = self.prepared(sql).await?;
        Ok(self.client.query(&statement, values).await?)
    }

    async fn posts(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Post>, Failure> {
        self.rows(sql, values).await?.iter().map(post).collect()
    }

    async fn one(&mut self, case: Case, operation: u64, mut sum: u64) -> Result<u64, Failure> {
        match case {
            Case::Get => {
                let statement = self.prepared(GET).await?;
                sum = post(&self.client.query_one(&statement, &[&key_of(operation)]).await?)?.add_to(sum);
            }
            Case::Columns => {
                let statement = self.prepared(COLUMNS).await?;
                let row = self.client.query_one(&statement, &[&key_of(operation)]).await?;
                let (id, title, views): (i64, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                sum = mix(text(mix(sum, id), &title), views);
            }
            Case::Few | Case::Many => {
                let limit = if case == Case::Few { FEW_ROWS } else { MANY_ROWS };
                for post in self.posts(FIRST, &[&limit]).await? {
                    sum = post.add_to(sum);
                }
            }
            Case::Joined => {
                let rows = self.rows(JOINED_SQL, &[&JOINED_VIEWS, &JOINED]).await?;
                let read = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
                for (title, name, views) in
                    rows.iter().map(read).collect::<Result<Vec<(String, String, i64)>, Failure>>()?
                {
                    sum = mix(text(text(sum, &title), &name), views);
                }
            }
            Case::Bulk => {
                // One statement with all values, as most libraries send it.
                let values: Vec<(String, i64, Option<String>)> = (0..BULK).map(bulk_row).collect();
                let parameters: Vec<&(dyn ToSql + Sync)> =
                    values.iter().flat_map(|(name, number, note)| [name as _, number as _, note as _]).collect();
                let statement = match self.statements.get("bulk") {
                    Some(statement) => statement.clone(),
                    None => {
                        let statement = self.client.prepare_typed(&entries(), &entry_types()).await?;
                        self.statements.insert("bulk", statement.clone());
                        statement
                    }
                };
                sum = mix(sum, self.client.execute(&statement, &parameters).await? as i64);
            }
            Case::Tree => {
                let rows = self.rows(USERS, &[&OWNERS]).await?;
                let read = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?));
                let users = rows.iter().map(read).collect::<Result<Vec<(i64, String)>, Failure>>()?;
                let keys: Vec<i64> = users.iter().map(|(id, _)| *id).collect();
                let mut posts: HashMap<i64, Vec<Post>> = HashMap::new();
                let mut post_keys = Vec::new();
                for post in self.posts(OF_AUTHORS, &[&keys]).await? {
                    post_keys.push(post.id);
                    posts.entry(post.author_id).or_default().push(post);
                }
                let mut comments: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
                for row in &self.rows(OF_POSTS, &[&post_keys]).await? {
                    comments.entry(row.try_get(1)?).or_default().push((row.try_get(0)?, row.try_get(2)?));
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
                let rows = self.rows(WITH_AUTHOR_SQL, &[&WITH_AUTHOR]).await?;
                let read = |row: &Row| Ok((post(row)?, row.try_get(7)?, row.try_get(8)?, row.try_get(9)?));
                let rows = rows.iter().map(read).collect::<Result<Vec<(Post, String, String, bool)>, Failure>>()?;
                for (post, name, email, active) in rows {
                    sum = mix(text(text(post.add_to(sum), &name), &email), active.into());
                }
            }
            Case::Update => {
                let (statement, key) = (self.prepared(UPDATE).await?, key_of(operation));
                sum = mix(sum, self.client.execute(&statement, &[&views_of(key), &key]).await? as i64);
            }
            Case::Group => {
                for row in &self.rows(GROUP, &[&GROUP_AT_LEAST]).await? {
                    sum = mix(mix(mix(sum, row.try_get(0)?), row.try_get(1)?), row.try_get(2)?);
                }
            }
        }
        Ok(sum)
    }
}

/// The insert of all entries at once.
pub(super) fn entries() -> String {
    let rows: Vec<String> = (0..BULK).map(|row| format!("(${},${},${})", row * 3 + 1, row * 3 + 2, row * 3 + 3)).collect();
    format!("INSERT INTO bench_entry (name, number, note) VALUES {}", rows.join(","))
}

/// The types of its parameters.
pub(super) fn entry_types() -> Vec<Type> {
    (0..BULK).flat_map(|_| [Type::TEXT, Type::INT8, Type::TEXT]).collect()
}

fn post(row: &Row) -> Result<Post, Failure> {
    Ok(Post {
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        body: row.try_get(2)?,
        author_id: row.try_get(3)?,
        views: row.try_get(4)?,
        published: row.try_get(5)?,
        subtitle: row.try_get(6)?,
    })
}
