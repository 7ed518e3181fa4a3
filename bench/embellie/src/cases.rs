//! The cases.

use std::ops::Range;

use bench_common::*;
use embellie::prelude::*;
use tokio::runtime::Runtime;

use crate::models::*;

pub(crate) struct Embellie {
    pub(crate) runtime: Runtime,
    pub(crate) db: Database,
    /// Where the database is, without options of the pool.
    pub(crate) url: String,
    pub(crate) crowd: Option<Crowd<Posts>>,
}

/// The pool, as tasks have it.
#[derive(Clone)]
pub(crate) struct Posts(Database);

impl Pool for Posts {
    async fn get(&mut self, operation: u64) -> Result<u64, Failure> {
        let post = Post::objects().filter(Post::id.eq(key_of(operation))).get(&self.0).await?;
        Ok(add(0, &post))
    }
}

impl Contender for Embellie {
    fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
        let db = &self.db;
        self.runtime.block_on(async {
            let mut sum = 0;
            for operation in operations {
                sum = one(case, operation, sum, db).await?;
            }
            Ok(sum)
        })
    }

    fn clean(&mut self, case: Case) -> Result<(), Failure> {
        if case == Case::Bulk {
            self.runtime.block_on(Entry::objects().delete(&self.db))?;
        }
        Ok(())
    }

    fn crowd(&mut self, operations: Range<u64>) -> Result<u64, Failure> {
        let connect = Database::builder(&self.url).pool_size(POOL_SIZE).connect();
        Crowd::run(&mut self.crowd, operations, async { Ok(Posts(connect.await?)) })
    }
}

fn key(value: &embellie::Value) -> i64 {
    if let embellie::Value::Int(key) = value { *key } else { 0 }
}

fn add(sum: u64, post: &Post) -> u64 {
    let sum = text(text(mix(sum, post.id), &post.title), &post.body);
    let sum = mix(mix(mix(sum, key(post.author.value())), post.views), post.published.into());
    text(sum, post.subtitle.as_deref().unwrap_or("-"))
}

async fn one(case: Case, operation: u64, mut sum: u64, db: &Database) -> embellie::Result<u64> {
    match case {
        Case::Get => {
            let post = Post::objects().filter(Post::id.eq(key_of(operation))).get(db).await?;
            sum = add(sum, &post);
        }
        Case::Columns => {
            let columns = (Post::id, Post::title, Post::views);
            let row = Post::objects().filter(Post::id.eq(key_of(operation))).values_list(columns).get(db).await?;
            sum = mix(text(mix(sum, row.0), &row.1), row.2);
        }
        Case::Few | Case::Many => {
            let limit = if case == Case::Few { FEW_ROWS } else { MANY_ROWS };
            for post in Post::objects().order_by(Post::id).limit(limit as u64).all(db).await? {
                sum = add(sum, &post);
            }
        }
        Case::Joined => {
            let posts = Post::objects().filter(Post::author.active.eq(true) & Post::views.gt(JOINED_VIEWS));
            let posts = posts.order_by((Post::views.desc(), Post::id)).limit(JOINED as u64);
            for (title, name, views) in posts.values_list((Post::title, Post::author.name, Post::views)).all(db).await?
            {
                sum = mix(text(text(sum, &title), &name), views);
            }
        }
        Case::Bulk => {
            let mut entries: Vec<Entry> =
                (0..BULK).map(bulk_row).map(|(name, number, note)| new!(Entry { name, number, note })).collect();
            Entry::objects().bulk_create(&mut entries, db).await?;
            sum = mix(sum, entries.len() as i64);
        }
        Case::Tree => {
            let comments = Comment::objects().order_by(Comment::id);
            let posts = Post::objects().order_by(Post::id).prefetch((Post::comments(), comments));
            let users = User::objects().order_by(User::id).limit(OWNERS as u64).prefetch((User::posts(), posts));
            for user in &users.all(db).await? {
                sum = text(mix(sum, user.id), &user.name);
                for post in User::posts().of(user).cached().into_iter().flatten() {
                    sum = add(sum, post);
                    for comment in Post::comments().of(post).cached().into_iter().flatten() {
                        sum = text(mix(sum, comment.id), &comment.body);
                    }
                }
            }
        }
        Case::WithAuthor => {
            let posts = Post::objects().select_related(Post::author).order_by(Post::id).limit(WITH_AUTHOR as u64);
            for post in &posts.all(db).await? {
                let author = post.author.get(db).await?;
                sum = mix(text(text(add(sum, post), &author.name), &author.email), author.active.into());
            }
        }
        Case::Update => {
            let key = key_of(operation);
            let changed = Post::objects().filter(Post::id.eq(key)).update(set!(views = views_of(key)), db).await?;
            sum = mix(sum, changed as i64);
        }
        Case::Group => {
            let (count, views) = (Count(Post::id), Sum(Post::views));
            let groups = Post::objects().filter(Post::published.eq(true)).order_by(Post::author);
            let groups = groups.values(row!(author)).annotate((&count, &views)).filter(count.gte(GROUP_AT_LEAST));
            for (row, count, views) in groups.all(db).await? {
                sum = mix(mix(mix(sum, row.author), count), views.unwrap_or_default());
            }
        }
    }
    Ok(sum)
}
