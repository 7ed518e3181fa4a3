//! One operation, written once for every kind of connection.

use bench_common::*;
use diesel::dsl::count_star;
use diesel::{
    BelongingToDsl, ExpressionMethods, GroupedBy, PgConnection, QueryDsl, SelectableHelper, SqliteConnection,
};
use diesel_async::AsyncPgConnection;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;

use crate::models::*;

macro_rules! one {
    ([$($asynchronous:tt)*] $name:ident, $connection:ty, $dsl:path, [$($wait:tt)*], $insert:path, $total:literal) => {
        pub(crate) $($asynchronous)* fn $name(
            case: Case,
            operation: u64,
            mut sum: u64,
            connection: &mut $connection,
        ) -> Result<u64, Failure> {
            use $dsl as _;
            match case {
                Case::Get => {
                    let post = bench_post::table.find(key_of(operation)).select(Post::as_select());
                    sum = post.first(connection)$($wait)*?.add_to(sum);
                }
                Case::Columns => {
                    let columns = (bench_post::id, bench_post::title, bench_post::views);
                    let row = bench_post::table.find(key_of(operation)).select(columns);
                    let (id, title, views) = row.first::<(i64, String, i64)>(connection)$($wait)*?;
                    sum = mix(text(mix(sum, id), &title), views);
                }
                Case::Few | Case::Many => {
                    let limit = if case == Case::Few { FEW_ROWS } else { MANY_ROWS };
                    let posts = bench_post::table.order(bench_post::id).limit(limit).select(Post::as_select());
                    for post in posts.load(connection)$($wait)*? {
                        sum = post.add_to(sum);
                    }
                }
                Case::Joined => {
                    let posts = bench_post::table
                        .inner_join(bench_user::table)
                        .filter(bench_user::active)
                        .filter(bench_post::views.gt(JOINED_VIEWS))
                        .order((bench_post::views.desc(), bench_post::id))
                        .limit(JOINED)
                        .select((bench_post::title, bench_user::name, bench_post::views));
                    for (title, name, views) in posts.load::<(String, String, i64)>(connection)$($wait)*? {
                        sum = mix(text(text(sum, &title), &name), views);
                    }
                }
                Case::Bulk => {
                    let entries: Vec<NewEntry> =
                        (0..BULK).map(bulk_row).map(|(name, number, note)| NewEntry { name, number, note }).collect();
                    let inserted = $insert(connection, entries)$($wait)*?;
                    sum = mix(sum, inserted as i64);
                }
                Case::Tree => {
                    let users = bench_user::table.order(bench_user::id).limit(OWNERS).select(User::as_select());
                    let users: Vec<User> = users.load(connection)$($wait)*?;
                    let posts = Post::belonging_to(&users).order(bench_post::id).select(Post::as_select());
                    let posts: Vec<Post> = posts.load(connection)$($wait)*?;
                    let comments = Comment::belonging_to(&posts).order(bench_comment::id).select(Comment::as_select());
                    let comments: Vec<Comment> = comments.load(connection)$($wait)*?;
                    let comments = comments.grouped_by(&posts);
                    let posts = posts.into_iter().zip(comments).grouped_by(&users);
                    for (user, posts) in users.iter().zip(posts) {
                        sum = text(mix(sum, user.id), &user.name);
                        for (post, comments) in posts {
                            sum = post.add_to(sum);
                            for comment in comments {
                                sum = text(mix(sum, comment.id), &comment.body);
                            }
                        }
                    }
                }
                Case::WithAuthor => {
                    let posts = bench_post::table
                        .inner_join(bench_user::table)
                        .order(bench_post::id)
                        .limit(WITH_AUTHOR)
                        .select((Post::as_select(), User::as_select()));
                    for (post, author) in posts.load::<(Post, User)>(connection)$($wait)*? {
                        sum = mix(text(text(post.add_to(sum), &author.name), &author.email), author.active.into());
                    }
                }
                Case::Update => {
                    let key = key_of(operation);
                    let update = diesel::update(bench_post::table.find(key)).set(bench_post::views.eq(views_of(key)));
                    sum = mix(sum, update.execute(connection)$($wait)*? as i64);
                }
                Case::Group => {
                    let views = diesel::dsl::sql::<diesel::sql_types::BigInt>($total);
                    let groups = bench_post::table
                        .filter(bench_post::published)
                        .group_by(bench_post::author_id)
                        .having(count_star().ge(GROUP_AT_LEAST))
                        .order(bench_post::author_id)
                        .select((bench_post::author_id, count_star(), views));
                    for (author, count, views) in groups.load::<(i64, i64, i64)>(connection)$($wait)*? {
                        sum = mix(mix(mix(sum, author), count), views);
                    }
                }
            }
            Ok(sum)
        }
    };
}

macro_rules! insert {
    ([$($asynchronous:tt)*] $name:ident, $connection:ty, $dsl:path, [$($wait:tt)*]) => {
        $($asynchronous)* fn $name(connection: &mut $connection, entries: Vec<NewEntry>) -> diesel::QueryResult<usize> {
            use $dsl as _;
            diesel::insert_into(bench_entry::table).values(&entries).execute(connection)$($wait)*
        }
    };
}

insert!([] insert_sqlite, SqliteConnection, diesel::RunQueryDsl, []);
insert!([] insert_postgres, PgConnection, diesel::RunQueryDsl, []);
insert!([async] insert_async_postgres, AsyncPgConnection, diesel_async::RunQueryDsl, [.await]);

/// SQLite's rows are inserted by a statement each, which is written for its own connection alone.
async fn insert_async_sqlite(
    connection: &mut SyncConnectionWrapper<SqliteConnection>,
    entries: Vec<NewEntry>,
) -> diesel::QueryResult<usize> {
    connection.spawn_blocking(move |connection| insert_sqlite(connection, entries)).await
}

one!([] sqlite, SqliteConnection, diesel::RunQueryDsl, [], insert_sqlite, "SUM(views)");
one!([] postgres, PgConnection, diesel::RunQueryDsl, [], insert_postgres, "SUM(views)::bigint");
one!([async] async_sqlite, SyncConnectionWrapper<SqliteConnection>, diesel_async::RunQueryDsl, [.await],
     insert_async_sqlite, "SUM(views)");
one!([async] async_postgres, AsyncPgConnection, diesel_async::RunQueryDsl, [.await], insert_async_postgres,
     "SUM(views)::bigint");
