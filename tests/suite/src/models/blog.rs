//! A blog, and a few rows of it that most questions can be asked about.

use embellie::{Database, Registry, Value};
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ManyToManyMeta, ModelMeta, OnDelete};
use jiff::civil::date;

use crate::{Outcome, create, ids, list, q, rows};

/// Users with profiles, their posts with tags and comments, and comments on comments.
pub fn blog() -> Registry {
    let user = ModelMeta::new("blog", "User")
        .field(FieldMeta::new("name", FieldKind::Char).max_length(100))
        .field(FieldMeta::new("email", FieldKind::Email).unique())
        .field(FieldMeta::new("active", FieldKind::Bool).default(true))
        .ordering(["name"]);
    let profile = ModelMeta::new("blog", "Profile")
        .field(FieldMeta::one_to_one("user", "User", OnDelete::Cascade))
        .field(FieldMeta::new("bio", FieldKind::Text));
    let tag = ModelMeta::new("blog", "Tag").field(FieldMeta::new("name", FieldKind::Char).max_length(50).unique());
    let post = ModelMeta::new("blog", "Post")
        .field(FieldMeta::new("title", FieldKind::Char).max_length(200))
        .field(FieldMeta::foreign_key("author", "User", OnDelete::Cascade).relation(|r| r.related_name("posts")))
        .field(
            FieldMeta::foreign_key("editor", "User", OnDelete::SetNull).null().relation(|r| r.related_name("edited")),
        )
        .field(FieldMeta::new("views", FieldKind::BigInteger).default(0))
        .field(FieldMeta::new("published", FieldKind::Bool).default(false))
        .field(FieldMeta::new("subtitle", FieldKind::Char).max_length(200).null())
        .field(FieldMeta::new("posted", FieldKind::Date).null())
        .many_to_many(ManyToManyMeta::new("tags", "Tag").related_name("posts"))
        .ordering(["title"])
        .get_latest_by(["posted"]);
    let comment = ModelMeta::new("blog", "Comment")
        .field(FieldMeta::foreign_key("post", "Post", OnDelete::Cascade).relation(|r| r.related_name("comments")))
        .field(FieldMeta::foreign_key("author", "User", OnDelete::SetNull).null())
        .field(
            FieldMeta::foreign_key("parent", "self", OnDelete::Cascade).null().relation(|r| r.related_name("replies")),
        )
        .field(FieldMeta::new("body", FieldKind::Text))
        .field(FieldMeta::new("score", FieldKind::Integer).null());
    Registry::build([user, profile, tag, post, comment]).unwrap()
}

/// Inserts the rows that the tests of queries ask about. Keys count from 1 in each table, in this order:
///
/// | users | posts (author, editor, views, published, subtitle, posted, tags) | comments (post, author, parent, body, score) |
/// |---|---|---|
/// | 1 Ann | 1 Alpha (Ann, Bob, 10, yes, null, 2024-01-10, rust orm) | 1 (Alpha, Bob, –, good, 5) |
/// | 2 Bob | 2 Beta (Ann, –, 5, no, b, 2024-03-01, rust) | 2 (Alpha, Cid, 1, spam, 1) |
/// | 3 Cid (inactive) | 3 Gamma (Bob, Ann, 0, yes, "", –, –) | 3 (Beta, –, –, good, –) |
/// | 4 Dörte | 4 Delta (Dörte, –, 100, yes, null, 2023-12-31, orm db) | 4 (Delta, Ann, –, spam, 9) |
/// | | | 5 (Alpha, Bob, 1, fine, –) |
///
/// Tags: 1 rust, 2 orm, 3 db, 4 unused. Profiles: 1 Ann's (writes), 2 Dörte's ("").
///
/// # Errors
/// When the database refuses a row.
pub async fn blog_rows(db: &Database) -> Outcome {
    let null = || Value::Null;
    for (name, email, active) in [
        ("Ann", "ann@x.org", true),
        ("Bob", "bob@x.org", true),
        ("Cid", "cid@y.org", false),
        ("Dörte", "doerte@y.org", true),
    ] {
        create(db, "blog.User", &[("name", name.into()), ("email", email.into()), ("active", active.into())]).await?;
    }
    for (user, bio) in [(1, "writes"), (4, "")] {
        create(db, "blog.Profile", &[("user", user.into()), ("bio", bio.into())]).await?;
    }
    for name in ["rust", "orm", "db", "unused"] {
        create(db, "blog.Tag", &[("name", name.into())]).await?;
    }
    let posts = [
        ("Alpha", 1, Some(2), 10, true, null(), Some(date(2024, 1, 10)), &["rust", "orm"][..]),
        ("Beta", 1, None, 5, false, "b".into(), Some(date(2024, 3, 1)), &["rust"]),
        ("Gamma", 2, Some(1), 0, true, "".into(), None, &[]),
        ("Delta", 4, None, 100, true, null(), Some(date(2023, 12, 31)), &["orm", "db"]),
    ];
    for (title, author, editor, views, published, subtitle, posted, tags) in posts {
        let post = create(
            db,
            "blog.Post",
            &[
                ("title", title.into()),
                ("author", author.into()),
                ("editor", editor.into()),
                ("views", views.into()),
                ("published", published.into()),
                ("subtitle", subtitle),
                ("posted", posted.into()),
            ],
        )
        .await?;
        for tag in
            ids(rows(db, "blog.Tag").filter(q("name__in", list(tags.iter().copied()))).order_by("pk"), db).await?
        {
            create(db, "blog.Post_tags", &[("post", post.key().clone()), ("tag", tag.into())]).await?;
        }
    }
    let comments = [
        (1, Some(2), None, "good", Some(5)),
        (1, Some(3), Some(1), "spam", Some(1)),
        (2, None, None, "good", None),
        (4, Some(1), None, "spam", Some(9)),
        (1, Some(2), Some(1), "fine", None),
    ];
    for (post, author, parent, body, score) in comments {
        let fields = [
            ("post", post.into()),
            ("author", author.into()),
            ("parent", parent.into()),
            ("body", body.into()),
            ("score", score.into()),
        ];
        create(db, "blog.Comment", &fields).await?;
    }
    Ok(())
}
