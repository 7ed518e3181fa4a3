//! Rows of one result read what they are related to together: how many statements that takes, and what it leaves alone.

use blog::*;
use embellie::prefetch_related_objects;
use embellie::prelude::*;
use embellie_suite::Outcome;

embellie_suite::on_every_database! { documented:
    every_relation_in_every_mode,
    loops_within_loops,
    what_was_assigned_stays,
    what_is_there_is_not_read_again,
    sets_are_read_anew_after_writes,
    what_a_transaction_undid_is_not_kept,
    what_was_read_goes_with_the_rows,
    tasks_at_one_time_share,
    saving_keeps_what_was_read,
}

const MODES: [FetchMode; 3] = [FetchMode::Peers, FetchMode::One, FetchMode::Raise];

/// `n` users, each with a profile, a post, and a tag that the post has.
async fn rows(db: &Database, n: usize) -> Outcome {
    let mut users: Vec<User> =
        (0..n).map(|n| new!(User { name: format!("User {n:04}"), email: format!("{n}@x.org") })).collect();
    User::objects().bulk_create(&mut users, db).await?;
    let mut profiles: Vec<Profile> =
        users.iter().map(|user| new!(Profile { user, about: user.name.clone() })).collect();
    Profile::objects().bulk_create(&mut profiles, db).await?;
    let mut posts: Vec<Post> = users.iter().map(|author| new!(Post { title: author.name.clone(), author })).collect();
    Post::objects().bulk_create(&mut posts, db).await?;
    let mut tags: Vec<Tag> = (0..n).map(|n| new!(Tag { word: format!("User {n:04}") })).collect();
    Tag::objects().bulk_create(&mut tags, db).await?;
    let link = "INSERT INTO blog_post_tags (post_id, tag_id) SELECT p.id, t.id FROM blog_post p \
                JOIN blog_tag t ON t.word = p.title";
    db.cursor().execute(link, ()).await?;
    Ok(())
}

/// How a loop over the rows of a query set reads them: what it asks of each row, and how many statements that takes.
macro_rules! in_every_mode {
    ($db:expr, $n:expr, $rows:expr, |$row:ident| $name:expr) => {
        for mode in MODES {
            let asked = $db.capture();
            let mut refused = 0;
            let rows = $rows.fetch_mode(mode).order_by("id").all($db).await?;
            assert_eq!(rows.len(), $n);
            for (n, $row) in rows.iter().enumerate() {
                let name: embellie::Result<String> = async { $name }.await;
                match name {
                    Ok(name) => assert_eq!(name, format!("User {n:04}")),
                    Err(error) => {
                        assert_eq!((error.class(), mode), ("FieldError", FetchMode::Raise), "{error}");
                        refused += 1;
                    }
                }
            }
            let expected = match mode {
                FetchMode::Peers => (2, 0),
                FetchMode::One => ($n + 1, 0),
                FetchMode::Raise => (1, $n),
            };
            assert_eq!((asked.len(), refused), expected, "{mode:?} {}", stringify!($name));
        }
    };
}

fn one<T: Clone>(mut rows: Vec<T>) -> embellie::Result<T> {
    assert_eq!(rows.len(), 1);
    Ok(rows.remove(0))
}

async fn every_relation_in_every_mode(db: &Database) -> Outcome {
    const N: usize = 1000;
    rows(db, N).await?;
    // Foreign keys, one-to-one both ways, sets of ways back, many-to-many both ways.
    in_every_mode!(db, N, Post::objects(), |post| Ok(post.author.get(db).await?.name.clone()));
    in_every_mode!(db, N, Profile::objects(), |profile| Ok(profile.user.get(db).await?.name.clone()));
    in_every_mode!(db, N, User::objects(), |user| Ok(User::profile().of(user).get(db).await?.about));
    in_every_mode!(db, N, User::objects(), |user| Ok(one(User::posts().of(user).all(db).await?)?.title));
    in_every_mode!(db, N, Post::objects(), |post| Ok(one(post.tags.all(db).await?)?.word));
    in_every_mode!(db, N, Tag::objects(), |tag| Ok(one(Tag::posts().of(tag).all(db).await?)?.title));
    // Objects that annotations stand behind are no different.
    let length = embellie::functions::Length(User::name);
    let asked = db.capture();
    for (user, _) in &User::objects().annotate(&length).all(db).await? {
        assert_eq!(User::posts().of(user).all(db).await?.len(), 1);
    }
    assert_eq!(asked.len(), 2);
    // A set that is refined is a query of its own.
    let asked = db.capture();
    for user in &User::objects().limit(3).all(db).await? {
        User::posts().of(user).objects().filter(q!(published = false)).all(db).await?;
        User::posts().of(user).count(db).await?;
    }
    assert_eq!(asked.len(), 7);
    Ok(())
}

/// Each level inherits how it is read, and its rows are peers in turn.
async fn loops_within_loops(db: &Database) -> Outcome {
    rows(db, 20).await?;
    let read = async |mode: FetchMode| -> Outcome<usize> {
        let asked = db.capture();
        let mut words = Vec::new();
        for profile in &Profile::objects().fetch_mode(mode).all(db).await? {
            for post in User::posts().of(profile.user.get(db).await?).all(db).await? {
                for tag in post.tags.all(db).await? {
                    words.push(tag.word);
                }
            }
        }
        assert_eq!(words.len(), 20);
        Ok(asked.len())
    };
    assert_eq!((read(FetchMode::Peers).await?, read(FetchMode::One).await?), (4, 61));
    // One row has no peers, and what it leads to has.
    let asked = db.capture();
    let user = User::objects().order_by("id").first(db).await?.unwrap();
    let more = (0..5).map(|n| new!(Post { title: format!("{n}"), author: &user })).collect::<Vec<_>>();
    Post::objects().bulk_create(&mut { more }, db).await?;
    for post in &User::posts().of(&user).all(db).await? {
        post.tags.all(db).await?;
    }
    assert_eq!(asked.len(), 4);
    Ok(())
}

async fn what_was_assigned_stays(db: &Database) -> Outcome {
    rows(db, 4).await?;
    let mut posts = Post::objects().order_by("id").all(db).await?;
    let mut users = User::objects().order_by("id").all(db).await?;
    // An object that was changed and not saved, and a key of another row.
    users[1].name = "changed".into();
    posts[1].author = ForeignKey::to(&users[1]);
    posts[2].author = ForeignKey::to_key(&users[0].id)?;
    posts[3].title = "changed".into();
    let asked = db.capture();
    assert_eq!(posts[0].author.get(db).await?.name, "User 0000");
    assert_eq!(posts[1].author.get(db).await?.name, "changed");
    assert_eq!(posts[3].author.get(db).await?.name, "User 0003");
    assert_eq!(asked.len(), 1);
    assert_eq!(posts[2].author.get(db).await?.name, "User 0000");
    assert_eq!((asked.len(), posts[3].title.as_str()), (2, "changed"), "a key that was assigned reads alone");
    // What is there is one object for all that have its key.
    let user = &users[0];
    let more = (0..2).map(|n| new!(Post { title: format!("{n}"), author: user })).collect::<Vec<_>>();
    Post::objects().bulk_create(&mut { more }, db).await?;
    let posts = Post::objects().filter(Post::author.eq(user)).all(db).await?;
    let first: *const User = posts[0].author.get(db).await?;
    assert!(std::ptr::eq(first, posts[1].author.get(db).await?));
    Ok(())
}

/// The keys that a statement asks for.
fn keys_asked(asked: &embellie::database::Capture) -> u64 {
    asked.statements().last().and_then(|statement| statement.rows).unwrap_or_default()
}

async fn what_is_there_is_not_read_again(db: &Database) -> Outcome {
    rows(db, 10).await?;
    // What was prefetched for some of the rows is not read for them again.
    let mut posts = Post::objects().order_by("id").all(db).await?;
    prefetch_related_objects(&mut posts[..4], (Post::author, Post::tags), db).await?;
    let asked = db.capture();
    for post in &posts {
        post.author.get(db).await?;
        post.tags.all(db).await?;
    }
    let found: Vec<Option<u64>> = asked.statements().iter().map(|statement| statement.rows).collect();
    assert_eq!(found, [Some(6), Some(6)], "{:?}", asked.statements());
    // Once more: nothing is read.
    for post in &posts {
        post.author.get(db).await?;
        post.tags.all(db).await?;
    }
    assert_eq!(asked.len(), 2);
    // What was prefetched by a query set of its own is not what the others have.
    let mut users = User::objects().order_by("id").all(db).await?;
    let none = Post::objects().filter(q!(published = true));
    prefetch_related_objects(&mut users[..4], (User::posts(), none), db).await?;
    let mut read = Vec::new();
    for user in &users {
        read.push(User::posts().of(user).all(db).await?.len());
    }
    assert_eq!(read, [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    let asked = db.capture();
    // Nor what came by a join.
    for post in &Post::objects().select_related(Post::author).all(db).await? {
        post.author.get(db).await?;
    }
    assert_eq!((asked.len(), keys_asked(&asked)), (1, 10));
    Ok(())
}

async fn sets_are_read_anew_after_writes(db: &Database) -> Outcome {
    rows(db, 5).await?;
    let users = User::objects().order_by("id").all(db).await?;
    let count = async |user: &User| -> Outcome<usize> { Ok(User::posts().of(user).all(db).await?.len()) };
    let asked = db.capture();
    for user in users.iter().chain(&users) {
        assert_eq!(count(user).await?, 1);
    }
    assert_eq!(asked.len(), 1);
    // Something else was written.
    Tag::objects().update(set!(word = "same"), db).await.ok();
    new!(Tag { word: "new" }).create(db).await?;
    assert_eq!(
        (count(&users[1]).await?, asked.statements().iter().filter(|s| s.sql.starts_with("SELECT")).count()),
        (1, 1)
    );
    // By whatever way a row comes into being, it is seen.
    let post = new!(Post { title: "x", author: &users[1] }).create(db).await?;
    assert_eq!((count(&users[0]).await?, count(&users[1]).await?), (1, 2));
    User::posts().of(&users[2]).add(&[&post], db).await?;
    assert_eq!((count(&users[1]).await?, count(&users[2]).await?), (1, 2));
    db.cursor().execute("DELETE FROM blog_post_tags", ()).await?;
    db.cursor().execute("DELETE FROM blog_post", ()).await?;
    assert_eq!((count(&users[1]).await?, count(&users[2]).await?), (0, 0));
    assert_eq!(Post::objects().all(db).await?.len(), 0);
    let posts = [
        new!(Post { title: "a", author: &users[0] }).create(db).await?,
        new!(Post { title: "b", author: &users[0] }).create(db).await?,
    ];
    let read = Post::objects().order_by("id").all(db).await?;
    assert_eq!(read[0].tags.all(db).await?.len(), 0);
    let tag = new!(Tag { word: "tag" }).create(db).await?;
    posts[1].tags.add(&[&tag], db).await?;
    assert_eq!(read[1].tags.all(db).await?.len(), 1);
    // A loop that writes to what it reads takes no more than it would without peers, and one.
    let users = User::objects().order_by("id").all(db).await?;
    let asked = db.capture();
    for user in &users {
        count(user).await?;
        new!(Post { title: "x", author: user }).create(db).await?;
    }
    assert_eq!(asked.len(), 10);
    for user in &users {
        assert!(count(user).await? >= 1);
    }
    assert_eq!(asked.len(), 12, "one alone, and one for the rest");
    Ok(())
}

async fn what_a_transaction_undid_is_not_kept(db: &Database) -> Outcome {
    rows(db, 3).await?;
    let users = User::objects().order_by("id").all(db).await?;
    let undone: embellie::Result<()> = db
        .atomic(async |tx| {
            new!(Post { title: "x", author: &users[0] }).create(tx).await?;
            assert_eq!(User::posts().of(&users[0]).all(tx).await?.len(), 2);
            let undone: embellie::Result<()> = tx
                .atomic(async |tx| {
                    new!(Post { title: "y", author: &users[0] }).create(tx).await?;
                    assert_eq!(User::posts().of(&users[0]).all(tx).await?.len(), 3);
                    Err(Error::Value("no".into()))
                })
                .await;
            assert!(undone.is_err());
            assert_eq!(User::posts().of(&users[0]).all(tx).await?.len(), 2);
            Err(Error::Value("no".into()))
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(User::posts().of(&users[0]).all(db).await?.len(), 1);
    let gone: embellie::Result<usize> = db
        .atomic(async |tx| {
            Post::objects().delete(tx).await?;
            Ok(User::posts().of(&users[0]).all(tx).await?.len())
        })
        .await;
    assert_eq!(gone?, 0);
    assert_eq!(User::posts().of(&users[1]).all(db).await?.len(), 0);
    Ok(())
}

/// What was read for rows is theirs together: it goes with the last of them, and not before.
async fn what_was_read_goes_with_the_rows(db: &Database) -> Outcome {
    rows(db, 10).await?;
    let mut posts = Post::objects().order_by("id").all(db).await?;
    let asked = db.capture();
    posts[0].author.get(db).await?;
    let kept = posts.split_off(8);
    drop(posts);
    assert_eq!(kept[1].author.get(db).await?.name, "User 0009");
    assert_eq!(asked.len(), 1);
    // When all others are gone, the last asks for itself alone.
    let last = Post::objects().order_by("id").all(db).await?.swap_remove(3);
    last.author.get(db).await?;
    assert_eq!(keys_asked(&asked), 1);
    let last = User::objects().order_by("id").all(db).await?.swap_remove(3);
    assert_eq!((User::posts().of(&last).all(db).await?.len(), keys_asked(&asked)), (1, 1));
    Ok(())
}

async fn tasks_at_one_time_share(db: &Database) -> Outcome {
    rows(db, 20).await?;
    let posts = Post::objects().order_by("id").all(db).await?;
    let asked = db.capture();
    let author = async |n: usize| posts[n].author.get(db).await.map(|author| author.name.clone());
    let authors = tokio::try_join!(author(0), author(7), author(3), author(19))?;
    assert_eq!((authors.3.as_str(), asked.len()), ("User 0019", 1));
    // Who waits for another's reading does not hold the connection that the other waits for.
    let posts = Post::objects().order_by("id").all(db).await?;
    let inside = db.atomic(async |tx| Ok::<_, Error>(posts[0].author.get(tx).await?.name.clone()));
    let (outside, inside) = tokio::join!(posts[1].author.get(db), inside);
    assert_eq!((outside?.name.as_str(), inside?.as_str()), ("User 0001", "User 0000"));
    Ok(())
}

async fn saving_keeps_what_was_read(db: &Database) -> Outcome {
    rows(db, 3).await?;
    let mut users = User::objects().prefetch(User::profile()).order_by("id").all(db).await?;
    let asked = db.capture();
    for user in &mut users {
        user.name.push('!');
        user.save(db).await?;
        User::profile().of(user).get(db).await?;
    }
    assert_eq!(asked.len(), 3, "three updates");
    Ok(())
}

mod dynamic {
    use embellie::{Database, FetchMode, Value};
    use embellie_suite::models::blog_rows;
    use embellie_suite::{Outcome, refused, rows};

    embellie_suite::on_every_database! { blog:
        records_in_every_mode,
        what_is_forbidden_is_told,
    }

    async fn records_in_every_mode(db: &Database) -> Outcome {
        blog_rows(db).await?;
        for (mode, expected) in [(FetchMode::Peers, 5), (FetchMode::One, 1 + 4 + 2 + 4 + 4)] {
            let asked = db.capture();
            let posts = rows(db, "blog.Post").fetch_mode(mode).order_by("id").all(db).await?;
            let mut told = Vec::new();
            for post in &posts {
                let author = post.related_one("author", db).await?.expect("every post has one");
                let editor = post.related_one("editor", db).await?;
                let comments = post.related("comments")?.all(db).await?;
                let tags = post.related("tags")?.all(db).await?;
                told.push((author.get("name")?.to_string(), editor.is_some(), comments.len(), tags.len()));
            }
            let expected_rows =
                [("'Ann'", true, 3, 2), ("'Ann'", false, 1, 1), ("'Bob'", true, 0, 0), ("'Dörte'", false, 1, 2)];
            assert_eq!(
                told,
                expected_rows.map(|(name, editor, comments, tags)| (name.to_owned(), editor, comments, tags))
            );
            assert_eq!(asked.len(), expected, "{mode:?} {:?}", asked.statements());
        }
        // A key that was set is not the one that came with the row.
        let mut posts = rows(db, "blog.Post").select_related("author").order_by("id").all(db).await?;
        posts[0].set("author", 2)?;
        let author = posts[0].related_one("author", db).await?.expect("it is set");
        assert_eq!(author.get("name")?, &Value::from("Bob"));
        Ok(())
    }

    async fn what_is_forbidden_is_told(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let posts = rows(db, "blog.Post").fetch_mode(FetchMode::Raise).all(db).await?;
        let asked = db.capture();
        let message = refused(posts[0].related_one("author", db).await, "FieldError");
        assert!(message.contains("blog.Post.author") && message.contains(".select_related([\"author\"])"), "{message}");
        let message = refused(posts[0].related("comments")?.all(db).await, "FieldError");
        assert!(message.contains(".prefetch([\"comments\"])"), "{message}");
        assert!(asked.is_empty());
        let comments = posts[0].related("comments")?.objects().all(db).await?;
        assert!(asked.len() == 1 && !comments.is_empty(), "a query set says itself that it is read");
        refused(comments[0].related_one("author", db).await, "FieldError");
        Ok(())
    }
}

mod messages {
    use blog::*;
    use embellie::prelude::*;
    use embellie_suite::{Outcome, refused};

    embellie_suite::on_every_database! { documented:
        what_is_forbidden_says_what_to_add,
    }

    fn raising<M: Model>() -> QuerySet<M> {
        M::objects().fetch_mode(FetchMode::Raise)
    }

    async fn what_is_forbidden_says_what_to_add(db: &Database) -> Outcome {
        super::rows(db, 2).await?;
        let line = line!() + 2;
        #[rustfmt::skip]
        let (posts, users, tags) = (raising::<Post>().all(db).await?, raising::<User>().all(db).await?, raising::<Tag>().all(db).await?);
        let told = [
            (
                refused(posts[0].author.get(db).await.map(drop), "FieldError"),
                "blog.Post.author",
                "`.select_related(Post::author)`",
            ),
            (refused(posts[0].tags.all(db).await, "FieldError"), "blog.Post.tags", "`.prefetch(Post::tags)`"),
            (
                refused(User::posts().of(&users[0]).all(db).await, "FieldError"),
                "blog.User.posts",
                "`.prefetch(User::posts())`",
            ),
            (
                refused(User::profile().of(&users[0]).get(db).await, "FieldError"),
                "blog.User.profile",
                "User::profile()",
            ),
            (
                refused(Tag::posts().of(&tags[0]).all(db).await, "FieldError"),
                "blog.Tag.posts",
                "`.prefetch(Tag::posts())`",
            ),
        ];
        for (message, name, add) in told {
            assert!(message.contains(name) && message.contains(add), "{message}");
            // The line that read the row.
            assert!(message.contains(&format!("{}:{line}", file!())), "{message}");
        }
        Ok(())
    }
}
