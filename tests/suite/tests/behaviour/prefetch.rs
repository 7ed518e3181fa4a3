//! Related objects that are read with the rows, by statements of their own: what is read, and by how many statements.

use blog::*;
use embellie::prefetch_related_objects;
use embellie::prelude::*;
use embellie_suite::{Outcome, refused};

embellie_suite::on_every_database! { documented:
    many_rows_take_one_statement_for_each_relation,
    what_is_pointed_back_at_is_a_row_as_any,
    fifty_one_statements_become_three,
    thousands_of_statements_become_three,
    chains_take_one_statement_for_each_level,
    what_came_by_joins_is_not_read_again,
    a_query_set_says_which,
    slices_are_of_each_owner,
    handles_keep_several_apart,
    prefetches_nest,
    what_was_read_lasts_until_it_is_changed,
    objects_that_were_read_before,
    mistakes_are_told,
}

/// Users, some with profiles, of whom each has ten posts; each post has two tags and two comments.
async fn rows(db: &Database, users: usize) -> Outcome {
    let mut people: Vec<User> =
        (0..users).map(|n| new!(User { name: format!("User {n:04}"), email: format!("{n}@x.org") })).collect();
    User::objects().bulk_create(&mut people, db).await?;
    let mut profiles: Vec<Profile> = people.iter().step_by(2).map(|user| new!(Profile { user })).collect();
    Profile::objects().bulk_create(&mut profiles, db).await?;
    let mut posts: Vec<Post> = (0..users * 10)
        .map(|n| {
            let author = &people[n / 10];
            new!(Post { title: format!("Post {n:05}"), author, views: n as i64, published: n % 2 == 0 })
        })
        .collect();
    Post::objects().bulk_create(&mut posts, db).await?;
    let mut comments: Vec<Comment> = (0..posts.len() * 2)
        .map(|n| {
            let author = (n % 2 == 0).then(|| ForeignKey::to(&people[n % users]));
            new!(Comment { post: &posts[n / 2], author, body: format!("{n}") })
        })
        .collect();
    Comment::objects().bulk_create(&mut comments, db).await?;
    let mut tags = ["db", "orm", "rust"].map(|word| new!(Tag { word }));
    Tag::objects().bulk_create(&mut tags, db).await?;
    for post in posts.iter().take(20) {
        post.tags.add(&[&tags[post.views as usize % 3], &tags[(post.views as usize + 1) % 3]], db).await?;
    }
    Ok(())
}

async fn many_rows_take_one_statement_for_each_relation(db: &Database) -> Outcome {
    rows(db, 100).await?;
    // Foreign keys, ways back, one-to-one and many-to-many both ways.
    let asked = db.capture();
    let users = User::objects().prefetch((User::posts(), User::profile())).all(db).await?;
    assert_eq!((users.len(), asked.len()), (100, 3), "{:?}", asked.statements());
    for (n, user) in users.iter().enumerate() {
        let posts = User::posts().of(user);
        let posts = posts.cached().expect("they were read");
        assert_eq!(posts.len(), 10);
        assert!(posts.iter().all(|post| post.title[5..9] == user.name[5..]), "{posts:?}");
        // What points back knows where.
        assert_eq!(posts[3].author.get(db).await?.email, user.email);
        assert_eq!(User::posts().of(user).all(db).await?.len(), 10);
        assert_eq!(User::posts().of(user).count(db).await?, 10);
        match User::profile().of(user).get(db).await {
            Ok(profile) => assert_eq!((n % 2, profile.user.get(db).await?.id), (0, user.id)),
            Err(missing) => assert_eq!((n % 2, missing.class()), (1, "DoesNotExist")),
        }
    }
    assert_eq!(asked.len(), 3, "nothing more was read");
    let asked = db.capture();
    let posts = Post::objects().prefetch((Post::author, Post::tags, Post::comments())).order_by("id").all(db).await?;
    assert_eq!((posts.len(), asked.len()), (1000, 4));
    for (n, post) in posts.iter().enumerate() {
        assert_eq!(post.author.cached().map(|author| author.name.as_str()), Some(&*format!("User {:04}", n / 10)));
        let mut words: Vec<&str> = post.tags.cached().unwrap_or_default().iter().map(|tag| &*tag.word).collect();
        words.sort_unstable();
        let expected: &[&str] = match n % 3 {
            _ if n >= 20 => &[],
            0 => &["db", "orm"],
            1 => &["orm", "rust"],
            _ => &["db", "rust"],
        };
        assert_eq!(words, expected, "{n}");
        assert_eq!(Post::comments().of(post).cached().map(<[Comment]>::len), Some(2));
    }
    let tags = Tag::objects().prefetch(Tag::posts()).all(db).await?;
    let posts: Vec<Option<usize>> = tags.iter().map(|tag| Tag::posts().of(tag).cached().map(<[Post]>::len)).collect();
    assert_eq!((posts, asked.len()), (vec![Some(13), Some(14), Some(13)], 6));
    Ok(())
}

async fn what_is_pointed_back_at_is_a_row_as_any(db: &Database) -> Outcome {
    rows(db, 3).await?;
    let asked = db.capture();
    let mut posts = Post::objects().prefetch(Post::comments()).order_by(Post::id).all(db).await?;
    let comments = Post::comments().of(&posts[0]).cached().unwrap_or_default().to_vec();
    let [Some(one), Some(other)] = [0, 1].map(|n| comments[n].post.cached()) else { panic!("{comments:?}") };
    assert!(std::ptr::eq(one, other), "objects of one post share it");
    // It is as it was read.
    posts[0].title = "Changed".into();
    assert_eq!(comments[0].post.get(db).await?.title, "Post 00000");
    assert_eq!(asked.len(), 2, "{:?}", asked.statements());
    // What it is related to is read for all together, and with them.
    for post in &posts {
        for comment in Post::comments().of(post).cached().unwrap_or_default() {
            let back = comment.post.get(db).await?;
            assert_eq!((back.id, back.author.get(db).await?.id), (post.id, post.author.key()?));
            let words = |tags: Vec<Tag>| tags.into_iter().map(|tag| tag.word).collect::<Vec<String>>();
            assert_eq!(words(back.tags.all(db).await?), words(post.tags.all(db).await?));
        }
    }
    assert_eq!(asked.len(), 4, "{:?}", asked.statements());
    // It may be saved as any, and stays when the one that it was read for goes.
    let mut back = comments[0].post.get(db).await?.clone();
    drop(posts);
    back.views = 77;
    back.save(db).await?;
    assert_eq!(Post::objects().get_pk(&back.id, db).await?.views, 77);
    assert_eq!(comments[1].post.cached().map(|post| post.views), Some(0));
    Ok(())
}

/// What an N+1 costs, and what is left of it: each row by itself, as peers, and read beforehand.
async fn fifty_one_statements_become_three(db: &Database) -> Outcome {
    rows(db, 50).await?;
    let mut told = String::new();
    let mut tell = |what: &str, statements: usize| told.push_str(&format!("{what:<60}{statements:>6} statements\n"));

    // Fifty users and their posts.
    let posts_of_users = async |users: QuerySet<User>| -> Outcome<(usize, usize)> {
        let asked = db.capture();
        let mut posts = 0;
        for user in users.all(db).await? {
            posts += User::posts().of(&user).all(db).await?.len();
        }
        Ok((posts, asked.len()))
    };
    let (alone, peers) = (User::objects().fetch_mode(FetchMode::One), User::objects());
    let read = [
        posts_of_users(alone).await?,
        posts_of_users(peers).await?,
        posts_of_users(User::objects().prefetch(User::posts())).await?,
    ];
    assert_eq!(read, [(500, 51), (500, 2), (500, 2)]);
    tell("50 users, their posts: each by itself", read[0].1);
    tell("  as peers", read[1].1);

    // Their posts and the comments on them.
    let everything = async |users: QuerySet<User>| -> Outcome<(usize, usize, usize)> {
        let asked = db.capture();
        let (mut posts, mut comments) = (0, 0);
        for user in users.all(db).await? {
            for post in User::posts().of(&user).all(db).await? {
                posts += 1;
                comments += Post::comments().of(&post).all(db).await?.len();
            }
        }
        Ok((posts, comments, asked.len()))
    };
    let alone = everything(User::objects().fetch_mode(FetchMode::One)).await?;
    let peers = everything(User::objects()).await?;
    let beforehand = everything(User::objects().prefetch(User::posts().comments())).await?;
    // As peers, the posts of one user are one result.
    assert_eq!((alone, peers, beforehand), ((500, 1000, 551), (500, 1000, 3), (500, 1000, 3)));
    tell("50 users, their posts and comments: each by itself", alone.2);
    tell("  as peers", peers.2);
    tell("  with prefetch(User::posts().comments())", beforehand.2);
    println!("{told}");
    Ok(())
}

/// A list of 1,000 posts, each with its author and their profile, its tags, and two comments with their authors' profiles.
async fn thousands_of_statements_become_three(db: &Database) -> Outcome {
    rows(db, 100).await?;
    let somebody = User::objects().order_by("id").first(db).await?.expect("there are users");
    let nobodys = Comment::objects().filter(q!(author__isnull = true));
    nobodys.update(set!(author = &somebody), db).await?;
    let list = async |posts: QuerySet<Post>| -> Outcome<(usize, usize)> {
        let asked = db.capture();
        let mut told = 0;
        for post in posts.all(db).await? {
            let author = post.author.get(db).await?;
            told += User::profile().of(author).all(db).await?.len() + post.tags.all(db).await?.len();
            for comment in Post::comments().of(&post).all(db).await? {
                if let Some(author) = &comment.author {
                    told += User::profile().of(author.get(db).await?).all(db).await?.len() + 1;
                }
            }
        }
        Ok((told, asked.len()))
    };
    let alone = list(Post::objects().fetch_mode(FetchMode::One)).await?;
    let peers = list(Post::objects()).await?;
    let comments = Comment::objects().select_related(Comment::author.profile());
    let posts = Post::objects().select_related(Post::author.profile());
    let beforehand = list(posts.prefetch((Post::tags, (Post::comments(), comments)))).await?;
    assert_eq!((alone.1, peers.1, beforehand.1), (8001, 7, 3));
    assert!(alone.0 == peers.0 && peers.0 == beforehand.0 && peers.0 > 3000, "{alone:?} {peers:?} {beforehand:?}");
    println!(
        "1000 posts with authors, profiles, tags, comments, their authors and profiles\n\
         each by itself                  {:>6} statements\nas peers                        {:>6}\n\
         with select_related and prefetch{:>6}",
        alone.1, peers.1, beforehand.1
    );
    Ok(())
}

async fn chains_take_one_statement_for_each_level(db: &Database) -> Outcome {
    rows(db, 10).await?;
    let asked = db.capture();
    let users = User::objects().prefetch((User::posts().comments().author, User::posts().tags)).all(db).await?;
    assert_eq!(asked.len(), 5, "{:?}", asked.statements());
    let mut authors = 0;
    for user in &users {
        for post in User::posts().of(user).cached().expect("they were read") {
            assert!(post.tags.cached().is_some());
            for comment in Post::comments().of(post).cached().expect("they were read") {
                assert_eq!(comment.post.cached().map(|post| post.id), Some(post.id));
                if let Some(author) = &comment.author {
                    authors += usize::from(author.cached().is_some());
                }
            }
        }
    }
    assert_eq!((authors, asked.len()), (100, 5));
    // Keys that are null, and no rows at all.
    let comments = Comment::objects().prefetch(Comment::author.posts()).order_by("id").all(db).await?;
    let posts = comments[0].author.as_ref().and_then(|author| author.cached());
    assert_eq!(User::posts().of(posts.expect("it was read")).cached().map(<[Post]>::len), Some(10));
    assert_eq!(asked.len(), 8);
    let asked = db.capture();
    let none = User::objects().filter(q!(name = "nobody")).prefetch(User::posts().comments()).all(db).await?;
    assert_eq!((none.len(), asked.len()), (0, 1));
    Ok(())
}

async fn what_came_by_joins_is_not_read_again(db: &Database) -> Outcome {
    rows(db, 3).await?;
    let asked = db.capture();
    let posts = Post::objects().select_related(Post::author).prefetch(Post::author.posts()).all(db).await?;
    assert_eq!((posts.len(), asked.len()), (30, 2), "{:?}", asked.statements());
    for post in &posts {
        let author = post.author.cached().expect("it came by a join");
        let others = User::posts().of(author);
        assert!(
            others.cached().is_some_and(|others| others.len() == 10 && others.iter().any(|other| other.id == post.id))
        );
    }
    // The other way round: joins within what is prefetched.
    let comments = Comment::objects().select_related(Comment::author).order_by(Comment::id.desc());
    let asked = db.capture();
    for post in Post::objects().prefetch((Post::comments(), comments)).all(db).await? {
        let set = Post::comments().of(&post);
        let comments = set.cached().expect("they were read");
        assert!(comments[0].id > comments[1].id);
        assert!(comments.iter().flat_map(|comment| &comment.author).all(|author| author.cached().is_some()));
    }
    assert_eq!(asked.len(), 2);
    Ok(())
}

async fn a_query_set_says_which(db: &Database) -> Outcome {
    rows(db, 4).await?;
    let published = Post::objects().filter(q!(published = true)).order_by(Post::views.desc());
    for user in User::objects().prefetch((User::posts(), published.clone())).all(db).await? {
        let views: Vec<i64> = User::posts().of(&user).all(db).await?.iter().map(|post| post.views % 10).collect();
        assert_eq!(views, [8, 6, 4, 2, 0]);
        // A refined set is a query of its own.
        assert_eq!(User::posts().of(&user).objects().count(db).await?, 10);
    }
    // Of many-to-many relations, the conditions speak of the row that it leads from.
    let popular = Tag::objects().filter(q!(posts__views__gte = 10));
    for post in Post::objects().filter(q!(views__lt = 20)).prefetch((Post::tags, popular)).all(db).await? {
        assert_eq!(post.tags.cached().map(<[Tag]>::len), Some(if post.views >= 10 { 2 } else { 0 }), "{post:?}");
    }
    // The query set of an annotation that is not given, and one without rows.
    let comments = Count(Post::comments());
    let commented = Post::objects().alias(&comments).filter(comments.gt(0));
    let asked = db.capture();
    let users = User::objects().prefetch((User::posts(), commented)).all(db).await?;
    assert!(users.iter().all(|user| User::posts().of(user).cached().is_some_and(|posts| posts.len() == 10)));
    let users = User::objects().prefetch((User::posts(), Post::objects().none())).all(db).await?;
    assert!(users.iter().all(|user| User::posts().of(user).cached().is_some_and(<[Post]>::is_empty)));
    assert_eq!(asked.len(), 3);
    Ok(())
}

async fn slices_are_of_each_owner(db: &Database) -> Outcome {
    rows(db, 4).await?;
    let asked = db.capture();
    let newest = Post::objects().filter(q!(published = true)).order_by(Post::views.desc()).slice(1..3);
    let users = User::objects().prefetch((User::posts(), newest)).order_by("id").all(db).await?;
    let views = users.iter().map(|user| {
        let posts = User::posts().of(user);
        posts.cached().unwrap_or_default().iter().map(|post| post.views).collect::<Vec<_>>()
    });
    assert_eq!(views.collect::<Vec<_>>(), [[6, 4], [16, 14], [26, 24], [36, 34]]);
    let first = Tag::objects().order_by(Tag::word).limit(1);
    let posts = Post::objects().filter(q!(views__lt = 3)).order_by("id").prefetch((Post::tags, first)).all(db).await?;
    let words = posts.iter().map(|post| post.tags.cached().unwrap_or_default().iter().map(|tag| &*tag.word).collect());
    assert_eq!(words.collect::<Vec<Vec<&str>>>(), [["db"], ["orm"], ["db"]]);
    assert_eq!(asked.len(), 4, "{:?}", asked.statements());
    Ok(())
}

async fn handles_keep_several_apart(db: &Database) -> Outcome {
    rows(db, 3).await?;
    let published = Prefetch::new(User::posts(), Post::objects().filter(q!(published = true))).handle();
    let comments = Count(Post::comments());
    let drafts = Post::objects().filter(q!(published = false)).annotate(&comments).order_by("views");
    let drafts = Prefetch::new(User::posts(), drafts).handle();
    let asked = db.capture();
    let users = User::objects().prefetch((&published, &drafts)).order_by("id").all(db).await?;
    for (n, user) in users.iter().enumerate() {
        assert_eq!(published.of(user)?.len(), 5);
        let drafts: Vec<(i64, i64)> = drafts.of(user)?.iter().map(|(post, comments)| (post.views, *comments)).collect();
        assert_eq!(drafts, [1, 3, 5, 7, 9].map(|views| (n as i64 * 10 + views, 2)));
        assert!(User::posts().of(user).cached().is_none());
    }
    assert_eq!(asked.len(), 3);
    let other = User::objects().prefetch(&published).first(db).await?.expect("there are users");
    assert!(published.of(&other).is_ok());
    refused(drafts.of(&other), "FieldError");
    // Of objects further on, and of a foreign key.
    let author = Prefetch::new(Comment::post.author, User::objects().filter(q!(name = "User 0001"))).handle();
    for comment in Comment::objects().prefetch(&author).all(db).await? {
        let post = comment.post.cached().expect("it is on the way");
        assert_eq!(author.of(post)?.len(), usize::from((10..20).contains(&post.views)));
    }
    Ok(())
}

async fn prefetches_nest(db: &Database) -> Outcome {
    rows(db, 3).await?;
    let comments = Comment::objects().filter(q!(author__isnull = false)).prefetch(Comment::author.profile());
    let posts = Post::objects().order_by(Post::views.desc()).limit(2).prefetch((Post::comments(), comments));
    let asked = db.capture();
    let users = User::objects().prefetch((User::posts(), posts)).order_by("id").all(db).await?;
    assert_eq!(asked.len(), 5, "{:?}", asked.statements());
    let posts = User::posts().of(&users[1]);
    let posts = posts.cached().expect("they were read");
    assert_eq!(posts.iter().map(|post| post.views).collect::<Vec<_>>(), [19, 18]);
    let comments = Post::comments().of(&posts[0]);
    let author = comments.cached().and_then(|comments| comments[0].author.as_ref()?.cached()).expect("it was read");
    assert!(User::profile().of(author).cached().is_some());
    // A path goes on from what a query set gave.
    let two = Post::objects().order_by("id").limit(2);
    let users = User::objects().prefetch(((User::posts(), two), User::posts().comments())).all(db).await?;
    let posts = User::posts().of(&users[0]);
    let lengths =
        posts.cached().unwrap_or_default().iter().map(|post| Post::comments().of(post).cached().map(<[_]>::len));
    assert_eq!(lengths.collect::<Vec<_>>(), [Some(2), Some(2)]);
    assert_eq!(asked.len(), 8);
    Ok(())
}

async fn what_was_read_lasts_until_it_is_changed(db: &Database) -> Outcome {
    rows(db, 2).await?;
    let tags = Tag::objects().order_by("word").all(db).await?;
    let post = Post::objects().prefetch((Post::tags, Post::comments())).order_by("id").first(db).await?;
    let post = post.expect("there are posts");
    assert_eq!(post.tags.cached().map(<[Tag]>::len), Some(2));
    post.tags.remove(&[&tags[0]], db).await?;
    assert!(post.tags.cached().is_none());
    assert_eq!(post.tags.all(db).await?.len(), 1);
    let comments = Post::comments().of(&post);
    comments.create(new!(Comment { post: &post, body: "new" }), db).await?;
    assert!(comments.cached().is_none());
    assert_eq!(Post::comments().of(&post).all(db).await?.len(), 3);
    Ok(())
}

async fn objects_that_were_read_before(db: &Database) -> Outcome {
    rows(db, 3).await?;
    let mut users = User::objects().order_by("id").all(db).await?;
    users.remove(1);
    let asked = db.capture();
    prefetch_related_objects(&mut users, User::posts(), db).await?;
    assert_eq!(asked.len(), 1);
    let kept = users.clone();
    // What is there is not read again, and what somebody else holds too is left as it is.
    prefetch_related_objects(&mut users, (User::posts().comments(), User::posts().author.profile()), db).await?;
    assert_eq!(asked.len(), 3, "{:?}", asked.statements());
    let first = |users: &[User]| User::posts().of(&users[0]).cached().map(|posts| posts[0].clone()).expect("read");
    assert!(Post::comments().of(&first(&users)).cached().is_some());
    assert!(Post::comments().of(&first(&kept)).cached().is_none());
    assert!(first(&users).author.cached().is_some_and(|author| User::profile().of(author).cached().is_some()));
    // Peers share what they fetched.
    let mut posts = Post::objects().order_by("id").all(db).await?;
    posts[0].author.get(db).await?;
    posts[1].author.get(db).await?;
    let asked = db.capture();
    prefetch_related_objects(&mut posts, Post::author.profile(), db).await?;
    assert_eq!(asked.len(), 3, "the others' authors, their profiles, and those of the authors that were there");
    assert!(posts.iter().all(|post| post.author.cached().is_some_and(|a| User::profile().of(a).cached().is_some())));
    prefetch_related_objects(&mut Vec::<Post>::new(), Post::tags, db).await?;
    assert_eq!(asked.len(), 3);
    Ok(())
}

async fn mistakes_are_told(db: &Database) -> Outcome {
    rows(db, 1).await?;
    let twice = User::objects().prefetch((User::posts(), (User::posts(), Post::objects())));
    refused(twice.all(db).await, "ValueError");
    let sliced = Post::objects().limit(3).filter(q!(views = 1));
    refused(User::objects().prefetch((User::posts(), sliced)).all(db).await, "TypeError");
    // Rows that are no objects have no related ones.
    let asked = db.capture();
    User::objects().prefetch(User::posts()).values_list(User::name).all(db).await?;
    assert_eq!(asked.len(), 1);
    Ok(())
}

mod dynamic {
    use embellie::{Database, Prefetch, Record};
    use embellie_suite::models::blog_rows;
    use embellie_suite::{Outcome, q, refused, rows};

    embellie_suite::on_every_database! { blog:
        records_hold_what_was_read,
        names_are_checked,
    }

    async fn records_hold_what_was_read(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let asked = db.capture();
        let paths = ["comments__author", "tags", "editor", "author__profile"];
        let posts = rows(db, "blog.Post").prefetch(paths).order_by("id").all(db).await?;
        assert_eq!(asked.len(), 7, "{:?}", asked.statements());
        let texts = |records: &[Record], field: &str| -> Outcome<Vec<String>> {
            records.iter().map(|record| Ok(record.get(field)?.to_string())).collect()
        };
        assert_eq!(texts(posts[0].prefetched("comments")?, "body")?, ["'good'", "'spam'", "'fine'"]);
        assert_eq!(texts(posts[3].prefetched("tags")?, "name")?, ["'orm'", "'db'"]);
        assert_eq!(posts[2].related("tags")?.all(db).await?, []);
        let comments = posts[0].prefetched("comments")?;
        assert_eq!(comments[0].related_one("author", db).await?.expect("Bob").get("name")?.to_string(), "'Bob'");
        assert_eq!(comments[0].selected("post").flatten(), Some(&posts[0]));
        assert_eq!(posts[2].selected("editor").flatten().expect("Ann").get("name")?.to_string(), "'Ann'");
        assert_eq!(posts[1].selected("editor"), Some(None));
        let profiles = |post: &Record| -> Outcome<usize> {
            Ok(post.selected("author").flatten().expect("it was read").prefetched("profile")?.len())
        };
        assert_eq!((profiles(&posts[0])?, profiles(&posts[2])?), (1, 0));
        assert_eq!(asked.len(), 7, "nothing more was read");
        // Query sets, under names of their own, with annotations.
        let spam = rows(db, "blog.Comment").filter(q("body", "spam"));
        let latest =
            rows(db, "blog.Comment").order_by("-id").limit(1).annotate_expr("twice", embellie::Expr::path("score") + 1);
        let posts = rows(db, "blog.Post").order_by("id").prefetch(vec![
            Prefetch::new("comments", spam).to_attr("spam"),
            Prefetch::new("comments", latest).to_attr("latest"),
        ]);
        let posts = posts.all(db).await?;
        assert_eq!(asked.len(), 10);
        assert_eq!(posts[0].prefetched("spam")?.len(), 1);
        assert_eq!(posts[0].prefetched("latest")?[0].get("pk")?.to_string(), "5");
        assert_eq!(posts[3].prefetched("latest")?[0].get("twice")?.to_string(), "10");
        refused(posts[0].prefetched("comments"), "FieldError");
        Ok(())
    }

    async fn names_are_checked(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let post = || rows(db, "blog.Post");
        let message = refused(post().prefetch("coments").all(db).await, "FieldError");
        assert!(message.contains("did you mean 'comments'"), "{message}");
        refused(post().prefetch("title").all(db).await, "ValueError");
        refused(post().prefetch("author__posts__title").all(db).await, "ValueError");
        refused(post().prefetch(Prefetch::new("tags", rows(db, "blog.User"))).all(db).await, "ValueError");
        let titled = Prefetch::new("tags", rows(db, "blog.Tag")).to_attr("title");
        let message = refused(post().prefetch(titled).all(db).await, "ValueError");
        assert_eq!(message, "to_attr=title conflicts with a field on the Post model.");
        Ok(())
    }
}

mod shapes {
    use embellie::{Database, Record};
    use embellie_suite::{Outcome, create, rows};

    embellie_suite::on_every_database! { links:
        relations_of_every_shape,
    }

    async fn relations_of_every_shape(db: &Database) -> Outcome {
        for (name, code) in [("Norway", "NO"), ("Chile", "CL")] {
            create(db, "links.Country", &[("name", name.into()), ("code", code.into())]).await?;
        }
        let towns = [("Bergen", Some("NO")), ("Oslo", Some("NO")), ("Arica", Some("CL")), ("Atlantis", None)];
        for (name, country) in towns {
            create(db, "links.Town", &[("name", name.into()), ("country", country.into())]).await?;
        }
        let mut people = Vec::new();
        for name in ["Ann", "Bob", "Cid"] {
            people.push(create(db, "links.Person", &[("name", name.into())]).await?);
        }
        people[0].related("friends")?.add(&[&people[1], &people[2]], db).await?;
        people[0].related("idols")?.add(&[&people[1]], db).await?;
        let club = create(db, "links.Club", &[("name", "chess".into())]).await?;
        for person in &people[..2] {
            create(db, "links.Membership", &[("person", person.key().clone()), ("club", club.key().clone())]).await?;
        }
        create(db, "links.Passport", &[("number", "N1".into()), ("person", people[1].key().clone())]).await?;
        let names = |records: &[Record]| -> Vec<String> {
            let mut names: Vec<String> =
                records.iter().filter_map(|r| r.get("name").ok()).map(|n| n.to_string()).collect();
            names.sort_unstable();
            names
        };
        let asked = db.capture();
        // Keys that point at another field than the primary key, both ways.
        let countries = rows(db, "links.Country").prefetch("towns__country").order_by("id").all(db).await?;
        assert_eq!(names(countries[0].prefetched("towns")?), ["'Bergen'", "'Oslo'"]);
        let towns = rows(db, "links.Town").prefetch("country").order_by("id").all(db).await?;
        assert_eq!(towns[2].selected("country").flatten(), Some(&countries[1]));
        assert_eq!(towns[3].selected("country"), Some(None));
        assert_eq!(asked.len(), 4, "{:?}", asked.statements());
        // Relations to the same model, by a model between, and one to one.
        let asked = db.capture();
        let paths = ["friends", "idols", "fans", "clubs__members", "passport"];
        let people = rows(db, "links.Person").prefetch(paths).order_by("id").all(db).await?;
        assert_eq!(asked.len(), 7, "{:?}", asked.statements());
        assert_eq!(names(people[0].prefetched("friends")?), ["'Bob'", "'Cid'"]);
        assert_eq!(names(people[2].prefetched("friends")?), ["'Ann'"]);
        assert_eq!(names(people[0].prefetched("idols")?), ["'Bob'"]);
        assert_eq!(names(people[1].prefetched("fans")?), ["'Ann'"]);
        assert_eq!(names(people[1].prefetched("idols")?), Vec::<String>::new());
        assert_eq!(names(people[1].prefetched("clubs")?[0].prefetched("members")?), ["'Ann'", "'Bob'"]);
        let passports: Vec<usize> = people.iter().map(|p| p.prefetched("passport").map_or(9, <[_]>::len)).collect();
        assert_eq!(passports, [0, 1, 0]);
        Ok(())
    }
}
