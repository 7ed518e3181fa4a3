//! Objects read by SQL that somebody has written.

use blog::{Comment, Post, Tag, User};
use embellie::prelude::*;
use embellie::query_set::TextRow;
use embellie::{Error, Value};
use embellie_suite::{Kind, Outcome, refused};

embellie_suite::on_every_database! { documented:
    columns_are_found_by_name,
    columns_that_are_no_fields,
    columns_under_other_names,
    columns_that_are_missing,
    parameters_of_raw_queries,
    related_objects_of_raw_rows,
    records_by_raw_sql,
    what_a_column_holds,
}

async fn users(db: &Database) -> Outcome<(User, User)> {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "bob@x.org", active: false }).create(db).await?;
    new!(Post { title: "Alpha", author: &ann, views: 10 }).create(db).await?;
    new!(Post { title: "Beta", author: &bob, views: 5, published: true, subtitle: "b".to_string() }).create(db).await?;
    Ok((ann, bob))
}

async fn columns_are_found_by_name(db: &Database) -> Outcome {
    let (ann, _) = users(db).await?;
    let all = User::raw("SELECT * FROM blog_user ORDER BY id", ()).all(db).await?;
    assert_eq!(
        all.iter().map(|user| (user.name.as_str(), user.active)).collect::<Vec<_>>(),
        [("Ann", true), ("Bob", false)]
    );
    let shuffled =
        User::raw("SELECT active, email AS x, email, name, id, id AS id FROM blog_user ORDER BY id DESC", ());
    let mut shuffled = shuffled.all(db).await?;
    assert_eq!((shuffled[0].email.as_str(), shuffled[0].active), ("bob@x.org", false));
    // They are objects as any other: with a row, to be changed.
    shuffled[1].name = "Anna".into();
    shuffled[1].save(db).await?;
    assert_eq!(User::objects().filter(User::name.eq("Anna")).get(db).await?.id, ann.id);
    assert_eq!(User::objects().raw("SELECT * FROM blog_user WHERE id < 0", ()).all(db).await?.len(), 0);
    let posts = Post::raw("SELECT * FROM blog_post ORDER BY id", ()).all(db).await?;
    assert_eq!((posts[0].subtitle.as_deref(), posts[1].subtitle.as_deref()), (None, Some("b")));
    assert!(posts[0].created_at.as_second() > 0);
    Ok(())
}

async fn columns_that_are_no_fields(db: &Database) -> Outcome {
    users(db).await?;
    let sql = "SELECT p.*, u.name AS author_name, p.views * %(factor)s AS score, p.id AS id
        FROM blog_post p JOIN blog_user u ON u.id = p.author_id ORDER BY p.id";
    let params = Params::new().name("factor", 2);
    let rows = Post::raw(sql, params.clone()).annotated::<(String, i64)>().all(db).await?;
    let told: Vec<_> = rows.iter().map(|(post, (name, score))| (post.title.as_str(), name.as_str(), *score)).collect();
    assert_eq!(told, [("Alpha", "Ann", 20), ("Beta", "Bob", 10)]);
    let rows = Post::raw(sql, params.clone()).annotated::<TextRow>().all(db).await?;
    assert_eq!(rows[1].1.names().collect::<Vec<_>>(), ["author_name", "score"]);
    assert_eq!(rows[1].1.get("author_name"), Some(&Value::from("Bob")));
    // Without interest in them they are passed over; as something else they are an error.
    assert_eq!(Post::raw(sql, params.clone()).all(db).await?.len(), 2);
    refused(Post::raw(sql, params.clone()).annotated::<(String,)>().all(db).await, "DecodeError");
    refused(Post::raw(sql, params).annotated::<(i64, i64)>().all(db).await, "DecodeError");
    let plain = Tag::raw("SELECT * FROM blog_tag", ()).annotated::<TextRow>().all(db).await?;
    assert!(plain.is_empty());
    Ok(())
}

async fn columns_under_other_names(db: &Database) -> Outcome {
    users(db).await?;
    let sql = "SELECT id AS nr, email AS mail, name AS email, active AS works FROM blog_user ORDER BY id";
    let set = User::raw(sql, ()).translate("nr", "id").translate("mail", "email").translate("works", "active");
    let all = set.translate("email", "name").translate("unknown", "name").all(db).await?;
    assert_eq!((all[0].name.as_str(), all[0].email.as_str()), ("Ann", "ann@x.org"));
    // A foreign key by its name, its column or its attname.
    let sql = "SELECT id, body, post_id AS p, author_id AS a FROM blog_comment";
    for (post, author) in [("post", "author"), ("post_id", "author_id")] {
        assert_eq!(Comment::raw(sql, ()).translate("p", post).translate("a", author).all(db).await?.len(), 0);
    }
    // What is no field gets the name.
    let sql = "SELECT *, 7 AS seven FROM blog_user";
    let all = User::raw(sql, ()).translate("seven", "lucky").annotated::<TextRow>().all(db).await?;
    assert_eq!(all[0].1.get("lucky"), Some(&Value::Int(7)));
    Ok(())
}

async fn columns_that_are_missing(db: &Database) -> Outcome {
    users(db).await?;
    let message =
        refused(User::raw("SELECT name, email, active FROM blog_user", ()).all(db).await, "FieldDoesNotExist");
    assert!(message.starts_with("Raw query must include the primary key"), "{message}");
    let message = refused(User::raw("SELECT id, name FROM blog_user", ()).all(db).await, "FieldDoesNotExist");
    assert!(message.contains("leaves out 'email', 'active'"), "{message}");
    // Also where there are no rows; and nothing is changed that cannot be read.
    refused(User::raw("SELECT name FROM blog_user WHERE id < 0", ()).all(db).await, "FieldDoesNotExist");
    refused(Tag::raw("INSERT INTO blog_tag (word) VALUES ('x') RETURNING word", ()).all(db).await, "FieldDoesNotExist");
    assert_eq!(Tag::objects().count(db).await?, 0);
    let made = Tag::raw("INSERT INTO blog_tag (word) VALUES (%s) RETURNING *", ("x",)).all(db).await?;
    assert_eq!(made[0].word, "x");
    Ok(())
}

async fn parameters_of_raw_queries(db: &Database) -> Outcome {
    users(db).await?;
    let by_name = "SELECT * FROM blog_user WHERE name = %s";
    for nasty in ["Ann' OR '1'='1", "%s", "'; DROP TABLE blog_user; --", "\"Ann\"", "?"] {
        assert_eq!(User::raw(by_name, (nasty,)).all(db).await?.len(), 0);
    }
    assert_eq!(User::raw(by_name, ("Ann",)).all(db).await?.len(), 1);
    let capture = db.capture();
    refused(User::raw(by_name, ()).all(db).await, "ProgrammingError");
    refused(User::raw(by_name, ("Ann", 1)).all(db).await, "ProgrammingError");
    refused(User::raw("SELECT * FROM blog_user WHERE name = '%s'", ("Ann",)).all(db).await, "ProgrammingError");
    assert_eq!(capture.len(), 0);
    assert!(!format!("{:?}", User::raw(by_name, ("secret",))).contains("secret"));
    Ok(())
}

/// The rows of one raw query are peers: their authors are read together.
async fn related_objects_of_raw_rows(db: &Database) -> Outcome {
    users(db).await?;
    let sql = "SELECT *, 1 AS one FROM blog_post ORDER BY id";
    for mode in [FetchMode::Peers, FetchMode::One] {
        let capture = db.capture();
        let posts = Post::raw(sql, ()).fetch_mode(mode).annotated::<(i64,)>().all(db).await?;
        for ((post, _), name) in posts.iter().zip(["Ann", "Bob"]) {
            assert_eq!(post.author.get(db).await?.name, name);
        }
        assert_eq!(capture.len(), if mode == FetchMode::Peers { 2 } else { 3 });
    }
    let posts = Post::raw(sql, ()).fetch_mode(FetchMode::Raise).all(db).await?;
    assert!(posts[0].author.get(db).await.is_err());
    Ok(())
}

async fn records_by_raw_sql(db: &Database) -> Outcome {
    users(db).await?;
    let sql = "SELECT views, title AS t, * FROM blog_post WHERE author_id = %s";
    let set = db.objects("blog.Post")?.raw(sql, (1,));
    let posts = set.clone().all(db).await?;
    assert_eq!((posts[0].get("title")?, posts[0].get("published")?), (&"Alpha".into(), &false.into()));
    assert_eq!((posts[0].get("t")?, posts[0].annotations().count()), (&"Alpha".into(), 1));
    let (post, extra) = set.annotated::<TextRow>().all(db).await?.remove(0);
    assert_eq!((post.key(), extra.get("t")), (&Value::Int(1), Some(&"Alpha".into())));
    let author = post.related_one("author", db).await?;
    assert_eq!(author.map(|author| author.get("name").cloned()), Some(Ok("Ann".into())));
    let missing = db.objects("blog.Tag")?.raw("SELECT word FROM blog_tag", ()).all(db).await;
    refused(missing, "FieldDoesNotExist");
    Ok(())
}

/// A column that holds what its field cannot is named.
async fn what_a_column_holds(db: &Database) -> Outcome {
    users(db).await?;
    let result = User::raw("SELECT id, NULL AS name, email, active FROM blog_user", ()).all(db).await;
    assert!(matches!(&result, Err(Error::Decode(m)) if m.contains("User.name")), "{result:?}");
    let wrong = match Kind::of(db) {
        Kind::Sqlite => "OperationalError",
        Kind::Postgres => "ProgrammingError",
    };
    refused(User::raw("SELECT * FROM nobody", ()).all(db).await, wrong);
    Ok(())
}
