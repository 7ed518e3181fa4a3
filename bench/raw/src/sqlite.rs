//! rusqlite, with its statements cached.

use std::collections::HashMap;
use std::ops::Range;

use bench_common::*;
use rusqlite::{Connection, Row, params};

use super::Post;

pub(crate) struct Raw(Connection);

const POST: &str = "SELECT id, title, body, author_id, views, published, subtitle FROM bench_post";

impl Raw {
    pub(crate) fn open(file: &str) -> Result<Self, Failure> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Raw(connection))
    }

    fn posts(&self, sql: &str, limit: i64) -> Result<Vec<Post>, Failure> {
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([limit], |row| post(row, 0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn one(&mut self, case: Case, operation: u64, mut sum: u64) -> Result<u64, Failure> {
        match case {
            Case::Get => {
                let mut statement = self.0.prepare_cached(&format!("{POST} WHERE id = ?"))?;
                sum = statement.query_row([key_of(operation)], |row| post(row, 0))?.add_to(sum);
            }
            Case::Columns => {
                let mut statement = self.0.prepare_cached("SELECT id, title, views FROM bench_post WHERE id = ?")?;
                let (id, title, views): (i64, String, i64) =
                    statement.query_row([key_of(operation)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                sum = mix(text(mix(sum, id), &title), views);
            }
            Case::Few | Case::Many => {
                let limit = if case == Case::Few { FEW_ROWS } else { MANY_ROWS };
                for post in self.posts(&format!("{POST} ORDER BY id LIMIT ?"), limit)? {
                    sum = post.add_to(sum);
                }
            }
            Case::Joined => {
                let mut statement = self.0.prepare_cached(
                    "SELECT p.title, u.name, p.views FROM bench_post p JOIN bench_user u ON u.id = p.author_id \
                     WHERE u.active AND p.views > ? ORDER BY p.views DESC, p.id LIMIT ?",
                )?;
                let rows =
                    statement.query_map([JOINED_VIEWS, JOINED], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                let rows: Vec<(String, String, i64)> = rows.collect::<Result<_, _>>()?;
                for (title, name, views) in rows {
                    sum = mix(text(text(sum, &title), &name), views);
                }
            }
            Case::Bulk => {
                let transaction = self.0.transaction()?;
                {
                    let sql = "INSERT INTO bench_entry (name, number, note) VALUES (?, ?, ?)";
                    let mut statement = transaction.prepare_cached(sql)?;
                    for place in 0..BULK {
                        let (name, number, note) = bulk_row(place);
                        statement.execute(params![name, number, note])?;
                    }
                }
                transaction.commit()?;
                sum = mix(sum, BULK);
            }
            Case::Tree => {
                let mut statement = self.0.prepare_cached("SELECT id, name FROM bench_user ORDER BY id LIMIT ?")?;
                let users = statement.query_map([OWNERS], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let users: Vec<(i64, String)> = users.collect::<Result<_, _>>()?;
                let keys: Vec<i64> = users.iter().map(|(id, _)| *id).collect();
                let mut posts: HashMap<i64, Vec<Post>> = HashMap::new();
                let mut post_keys = Vec::new();
                let sql = format!("{POST} WHERE author_id IN ({}) ORDER BY id", marks(keys.len()));
                let mut statement = self.0.prepare_cached(&sql)?;
                for row in statement.query_map(rusqlite::params_from_iter(keys), |row| post(row, 0))? {
                    let post = row?;
                    post_keys.push(post.id);
                    posts.entry(post.author_id).or_default().push(post);
                }
                let mut comments: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
                let sql = format!(
                    "SELECT id, post_id, body FROM bench_comment WHERE post_id IN ({}) ORDER BY id",
                    marks(post_keys.len())
                );
                let mut statement = self.0.prepare_cached(&sql)?;
                let rows = statement.query_map(rusqlite::params_from_iter(post_keys), |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
                })?;
                for row in rows {
                    let (id, post, body) = row?;
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
                let mut statement = self.0.prepare_cached(
                    "SELECT p.id, p.title, p.body, p.author_id, p.views, p.published, p.subtitle, u.name, u.email, \
                     u.active FROM bench_post p JOIN bench_user u ON u.id = p.author_id ORDER BY p.id LIMIT ?",
                )?;
                let rows = statement.query_map([WITH_AUTHOR], |row| {
                    Ok((post(row, 0)?, row.get::<_, String>(7)?, row.get::<_, String>(8)?, row.get::<_, bool>(9)?))
                })?;
                for row in rows.collect::<Result<Vec<_>, _>>()? {
                    let (post, name, email, active) = row;
                    sum = mix(text(text(post.add_to(sum), &name), &email), active.into());
                }
            }
            Case::Update => {
                let mut statement = self.0.prepare_cached("UPDATE bench_post SET views = ? WHERE id = ?")?;
                let key = key_of(operation);
                let changed = statement.execute(params![views_of(key), key])?;
                sum = mix(sum, changed as i64);
            }
            Case::Group => {
                let mut statement = self.0.prepare_cached(
                    "SELECT author_id, COUNT(*), SUM(views) FROM bench_post WHERE published GROUP BY author_id \
                     HAVING COUNT(*) >= ? ORDER BY author_id",
                )?;
                let rows = statement.query_map([GROUP_AT_LEAST], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                for (author, count, views) in rows.collect::<Result<Vec<(i64, i64, i64)>, _>>()? {
                    sum = mix(mix(mix(sum, author), count), views);
                }
            }
        }
        Ok(sum)
    }
}

impl Contender for Raw {
    fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
        let mut sum = 0;
        for operation in operations {
            sum = self.one(case, operation, sum)?;
        }
        Ok(sum)
    }

    fn clean(&mut self, case: Case) -> Result<(), Failure> {
        if case == Case::Bulk {
            self.0.execute("DELETE FROM bench_entry", [])?;
        }
        Ok(())
    }
}

fn marks(count: usize) -> String {
    let mut marks = "?,".repeat(count);
    marks.pop();
    marks
}

fn post(row: &Row<'_>, start: usize) -> rusqlite::Result<Post> {
    Ok(Post {
        id: row.get(start)?,
        title: row.get(start + 1)?,
        body: row.get(start + 2)?,
        author_id: row.get(start + 3)?,
        views: row.get(start + 4)?,
        published: row.get(start + 5)?,
        subtitle: row.get(start + 6)?,
    })
}
