//! Toasty, over a pool of one connection. It cannot group. Keys of tables that nothing is added to are not `#[auto]`: on
//! SQLite such keys and what points at them have types that it cannot compare.

use std::ops::Range;

use bench_common::{
    Arguments, BULK, Case, Contender, Crowd, FEW_ROWS, Failure, JOINED, JOINED_VIEWS, MANY_ROWS, OWNERS, POOL_SIZE,
    Pool, WITH_AUTHOR, bulk_row, key_of, mix, serve, text, views_of,
};
use toasty::{Db, Deferred};
use tokio::runtime::Runtime;

#[derive(Debug, toasty::Model)]
#[table = "bench_user"]
struct User {
    #[key]
    id: i64,
    name: String,
    email: String,
    active: bool,
    #[has_many(pair = author)]
    posts: Deferred<Vec<Post>>,
}

#[derive(Debug, toasty::Model)]
#[table = "bench_post"]
struct Post {
    #[key]
    id: i64,
    title: String,
    body: String,
    #[index]
    author_id: i64,
    #[belongs_to(key = author_id, references = id)]
    author: Deferred<User>,
    views: i64,
    published: bool,
    subtitle: Option<String>,
    #[has_many]
    comments: Deferred<Vec<Comment>>,
}

#[derive(Debug, toasty::Model)]
#[table = "bench_comment"]
struct Comment {
    #[key]
    id: i64,
    #[index]
    post_id: i64,
    #[belongs_to(key = post_id, references = id)]
    post: Deferred<Post>,
    body: String,
}

#[derive(Debug, toasty::Model)]
#[table = "bench_entry"]
struct Entry {
    #[key]
    #[auto]
    id: i64,
    name: String,
    number: i64,
    note: Option<String>,
}

struct Toasty {
    runtime: Runtime,
    db: Db,
    arguments: Arguments,
    crowd: Option<Crowd<Posts>>,
}

/// The pool, as tasks have it.
#[derive(Clone)]
struct Posts(Db);

impl Pool for Posts {
    async fn get(&mut self, operation: u64) -> Result<u64, Failure> {
        Ok(add(0, &Post::get_by_id(&mut self.0, &key_of(operation)).await?))
    }
}

async fn connect(arguments: &Arguments, pool_size: usize) -> Result<Db, Failure> {
    let url = arguments.file().map_or_else(|| arguments.url.clone(), |file| format!("sqlite:{file}"));
    let models = toasty::models!(User, Post, Comment, Entry);
    let mut db = Db::builder().models(models).max_pool_size(pool_size).connect(&url).await?;
    if arguments.file().is_some() {
        toasty::sql::query("PRAGMA journal_mode = wal").exec(&mut db).await?;
        toasty::sql::statement("PRAGMA synchronous = normal").exec(&mut db).await?;
    }
    Ok(db)
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let db = runtime.block_on(connect(&arguments, 1))?;
    serve(&mut Toasty { runtime, db, arguments, crowd: None })
}

impl Contender for Toasty {
    fn run(&mut self, case: Case, operations: Range<u64>) -> Result<u64, Failure> {
        let db = &mut self.db;
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
            self.runtime.block_on(Entry::all().delete().exec(&mut self.db))?;
        }
        Ok(())
    }

    fn crowd(&mut self, operations: Range<u64>) -> Result<u64, Failure> {
        let connect = connect(&self.arguments, POOL_SIZE);
        Crowd::run(&mut self.crowd, operations, async { Ok(Posts(connect.await?)) })
    }
}

/// Rows in the order that all contenders have them in; an `include` cannot be ordered.
fn by_key<T>(rows: &[T], key: fn(&T) -> i64) -> Vec<&T> {
    let mut rows: Vec<&T> = rows.iter().collect();
    rows.sort_unstable_by_key(|row| key(row));
    rows
}

fn add(sum: u64, post: &Post) -> u64 {
    let sum = text(text(mix(sum, post.id), &post.title), &post.body);
    let sum = mix(mix(mix(sum, post.author_id), post.views), post.published.into());
    text(sum, post.subtitle.as_deref().unwrap_or("-"))
}

async fn one(case: Case, operation: u64, mut sum: u64, db: &mut Db) -> Result<u64, Failure> {
    match case {
        Case::Get => {
            let post = Post::get_by_id(db, &key_of(operation)).await?;
            sum = add(sum, &post);
        }
        Case::Columns => {
            let post = Post::filter_by_id(key_of(operation));
            let columns = (Post::fields().id(), Post::fields().title(), Post::fields().views());
            let rows: Vec<(i64, String, i64)> = post.select(columns).exec(db).await?;
            for (id, title, views) in rows {
                sum = mix(text(mix(sum, id), &title), views);
            }
        }
        Case::Few | Case::Many => {
            let limit = if case == Case::Few { FEW_ROWS } else { MANY_ROWS };
            let posts = Post::all().order_by(Post::fields().id().asc()).limit(limit as usize);
            for post in posts.exec(db).await? {
                sum = add(sum, &post);
            }
        }
        Case::Joined => {
            let fields = Post::fields();
            let posts = Post::all()
                .filter(fields.author().active().eq(true).and(fields.views().gt(JOINED_VIEWS)))
                .order_by((Post::fields().views().desc(), Post::fields().id().asc()))
                .limit(JOINED as usize)
                .include(Post::fields().author());
            for post in posts.exec(db).await? {
                sum = mix(text(text(sum, &post.title), &post.author.get().name), post.views);
            }
        }
        Case::Bulk => {
            let mut entries = Entry::create_many();
            for (name, number, note) in (0..BULK).map(bulk_row) {
                entries = entries.with_item(|entry| entry.name(name).number(number).note(note));
            }
            sum = mix(sum, entries.exec(db).await?.len() as i64);
        }
        Case::Tree => {
            let users = User::all().order_by(User::fields().id().asc()).limit(OWNERS as usize);
            let comments = User::fields().posts().comments();
            for user in users.include(User::fields().posts()).include(comments).exec(db).await? {
                sum = text(mix(sum, user.id), &user.name);
                for post in by_key(user.posts.get(), |post| post.id) {
                    sum = add(sum, post);
                    for comment in by_key(post.comments.get(), |comment| comment.id) {
                        sum = text(mix(sum, comment.id), &comment.body);
                    }
                }
            }
        }
        Case::WithAuthor => {
            let posts = Post::all().order_by(Post::fields().id().asc()).limit(WITH_AUTHOR as usize);
            for post in posts.include(Post::fields().author()).exec(db).await? {
                let author = post.author.get();
                sum = mix(text(text(add(sum, &post), &author.name), &author.email), author.active.into());
            }
        }
        Case::Update => {
            let key = key_of(operation);
            Post::filter_by_id(key).update().views(views_of(key)).exec(db).await?;
            sum = mix(sum, 1);
        }
        Case::Group => return Err("it cannot group".into()),
    }
    Ok(sum)
}
