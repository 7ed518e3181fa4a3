//! Which related row a condition speaks of: Django's join rules.

use embellie::Database;
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, Rows, ids, list, q, rows};

embellie_suite::on_every_database! { blog:
    conditions_of_one_call_speak_of_one_related_row,
    exclude_over_several_related_rows,
    relations_without_a_row_at_the_other_end,
    chains_of_relations,
    a_row_is_given_once_for_each_match,
}

fn posts(db: &Database) -> Rows {
    rows(db, "blog.Post").order_by("id")
}

fn users(db: &Database) -> Rows {
    rows(db, "blog.User").order_by("id")
}

async fn conditions_of_one_call_speak_of_one_related_row(db: &Database) -> Outcome {
    blog_rows(db).await?;
    // Alpha has "good" by Bob and "spam" by Cid: no comment is both.
    let good = || q("comments__body", "good");
    let by_cid = || q("comments__author__name", "Cid");
    assert_eq!(ids(posts(db).filter(good() & by_cid()), db).await?, [0; 0]);
    assert_eq!(ids(posts(db).filter(good()).filter(by_cid()), db).await?, [1]);
    assert_eq!(ids(posts(db).filter(good() & q("comments__author__name", "Bob")), db).await?, [1]);
    // The same for many-to-many relations.
    assert_eq!(ids(posts(db).filter(q("tags__name", "rust") & q("tags__name", "orm")), db).await?, [0; 0]);
    assert_eq!(ids(posts(db).filter(q("tags__name", "rust")).filter(q("tags__name", "orm")), db).await?, [1]);
    assert_eq!(ids(posts(db).filter(q("tags", 1)).filter(q("tags", 2)), db).await?, [1], "without the far table");
    assert_eq!(ids(posts(db).filter(q("tags", 1) & q("tags__name", "rust")), db).await?, [1, 2]);
    // One relation that leads to one row is one row, in however many calls.
    assert_eq!(ids(posts(db).filter(q("author__name", "Ann")).filter(q("author__active", true)), db).await?, [1, 2]);
    // From the other end: a user with a published post and one with more than 5 views; Ann's is one and the same.
    let published = || q("posts__published", true);
    assert_eq!(ids(users(db).filter(published() & q("posts__views__lt", 6)), db).await?, [2]);
    assert_eq!(ids(users(db).filter(published()).filter(q("posts__views__lt", 6)), db).await?, [1, 2]);
    Ok(())
}

/// `exclude` over several related rows asks that none of them matches; each condition may be met by another one.
async fn exclude_over_several_related_rows(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let spam = || q("comments__body", "spam");
    assert_eq!(ids(posts(db).exclude(spam()), db).await?, [2, 3], "not Alpha, though it has others");
    assert_eq!(ids(posts(db).filter(!spam()), db).await?, [2, 3]);
    assert_eq!(ids(posts(db).exclude(q("comments__score__gt", 4)), db).await?, [2, 3]);
    assert_eq!(ids(posts(db).exclude(q("comments__author", 1)), db).await?, [1, 2, 3]);
    assert_eq!(ids(posts(db).exclude(q("comments__author__name", "Bob")), db).await?, [2, 3, 4]);
    // As Django documents: not one comment that is both, but one that is spam and one by Bob.
    let spam_and_by_bob = || spam() & q("comments__author__name", "Bob");
    assert_eq!(ids(posts(db).filter(spam_and_by_bob()), db).await?, [0; 0]);
    assert_eq!(ids(posts(db).exclude(spam_and_by_bob()), db).await?, [2, 3, 4]);
    assert_eq!(ids(posts(db).exclude(spam()).exclude(q("comments__body", "good")), db).await?, [3]);
    assert_eq!(ids(posts(db).exclude(q("tags__name", "orm")), db).await?, [2, 3]);
    assert_eq!(ids(posts(db).exclude(q("tags", 2)), db).await?, [2, 3]);
    assert_eq!(ids(posts(db).exclude(q("tags__name__in", list(["rust", "db"]))), db).await?, [3]);
    assert_eq!(ids(posts(db).exclude(q("tags__isnull", true)), db).await?, [1, 2, 4], "with a tag");
    assert_eq!(ids(posts(db).exclude(q("comments__isnull", false)), db).await?, [3], "without a comment");
    // Users whose posts have no spam; those without a post have none.
    assert_eq!(ids(users(db).exclude(q("posts__comments__body", "spam")), db).await?, [2, 3]);
    assert_eq!(ids(users(db).exclude(q("posts__tags__name", "rust")), db).await?, [2, 3, 4]);
    assert_eq!(ids(users(db).exclude(q("posts__editor__name", "Bob")), db).await?, [2, 3, 4]);
    // A null among the rows of the inner query must not swallow the outer ones.
    assert_eq!(ids(users(db).exclude(q("edited__title", "Alpha")), db).await?, [1, 3, 4]);
    assert_eq!(ids(users(db).exclude(q("comment__body", "good")), db).await?, [1, 3, 4]);
    assert_eq!(ids(users(db).filter(!q("comment__body", "good") & q("active", true)), db).await?, [1, 4]);
    // An or of a plain and a multi-valued condition, negated.
    assert_eq!(ids(posts(db).exclude(spam() | q("views", 5)), db).await?, [3]);
    assert_eq!(ids(posts(db).filter(!(spam() | q("views", 5))), db).await?, [3]);
    assert_eq!(ids(posts(db).filter(!spam() | q("views", 100)), db).await?, [2, 3, 4]);
    // With a relation that filter() has joined already.
    assert_eq!(ids(posts(db).filter(q("comments__body", "good")).exclude(spam()), db).await?, [2]);
    Ok(())
}

async fn relations_without_a_row_at_the_other_end(db: &Database) -> Outcome {
    blog_rows(db).await?;
    // Editors: 1 Bob, 2 –, 3 Ann, 4 –.
    assert_eq!(
        ids(posts(db).filter(q("editor__name", "Bob") | q("views", 5)), db).await?,
        [1, 2],
        "or keeps those without"
    );
    assert_eq!(ids(posts(db).filter(q("views", 5) | q("editor__name", "Bob")), db).await?, [1, 2]);
    assert_eq!(ids(posts(db).filter(q("editor__name", "Bob") | q("editor__name", "Ann")), db).await?, [1, 3]);
    assert_eq!(ids(posts(db).filter(q("editor__name", "Bob") & q("views", 5)), db).await?, [0; 0]);
    assert_eq!(ids(posts(db).filter(q("editor__isnull", true) | q("editor__name", "Ann")), db).await?, [2, 3, 4]);
    assert_eq!(ids(posts(db).filter(q("editor__profile__bio", "writes") | q("views", 100)), db).await?, [3, 4]);
    assert_eq!(
        ids(posts(db).filter((q("editor__name", "Bob") | q("views", 5)) & q("published", true)), db).await?,
        [1]
    );
    // A later filter() on the same relation takes the rows without one away again.
    let either = posts(db).filter(q("editor__name", "Bob") | q("views", 5));
    assert_eq!(ids(either.clone().filter(q("editor__active", true)), db).await?, [1]);
    assert_eq!(ids(either.filter(q("editor__active", true) | q("views", 5)), db).await?, [1, 2]);
    // Multi-valued relations likewise.
    assert_eq!(ids(posts(db).filter(q("comments__isnull", true)), db).await?, [3]);
    assert_eq!(ids(posts(db).filter(q("comments__isnull", true) | q("comments__body", "fine")), db).await?, [1, 3]);
    assert_eq!(ids(posts(db).filter(q("tags__isnull", true)), db).await?, [3]);
    assert_eq!(
        ids(posts(db).filter(q("tags__name", "db") | q("comments__body", "fine")).distinct(), db).await?,
        [1, 4]
    );
    assert_eq!(ids(users(db).filter(q("profile__isnull", true)), db).await?, [2, 3], "the way back of a one-to-one");
    assert_eq!(ids(users(db).filter(q("profile__bio", "")), db).await?, [4]);
    assert_eq!(ids(users(db).exclude(q("profile__bio", "")), db).await?, [1, 2, 3]);
    assert_eq!(ids(users(db).filter(q("posts__isnull", true)), db).await?, [3]);
    assert_eq!(ids(users(db).filter(q("posts", 1)), db).await?, [1]);
    assert_eq!(ids(users(db).filter(q("comment__isnull", false)).distinct(), db).await?, [1, 2, 3], "the default name");
    // Comments on comments: 2 and 5 answer 1.
    let comments = rows(db, "blog.Comment").order_by("id");
    assert_eq!(ids(comments.clone().filter(q("parent__body", "good")), db).await?, [2, 5]);
    assert_eq!(ids(comments.clone().filter(q("replies__body", "spam")), db).await?, [1]);
    assert_eq!(ids(comments.clone().filter(q("parent__isnull", true)), db).await?, [1, 3, 4]);
    assert_eq!(ids(comments.clone().filter(q("replies__isnull", true)), db).await?, [2, 3, 4, 5]);
    assert_eq!(ids(comments.clone().exclude(q("parent__author__name", "Bob")), db).await?, [1, 3, 4]);
    assert_eq!(ids(comments.filter(q("parent__parent__isnull", true)), db).await?, [1, 2, 3, 4, 5]);
    Ok(())
}

async fn chains_of_relations(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let tags = || rows(db, "blog.Tag").order_by("id");
    assert_eq!(ids(tags().filter(q("posts__author__name", "Ann")).distinct(), db).await?, [1, 2]);
    assert_eq!(ids(tags().filter(q("posts__comments__author__name", "Cid")), db).await?, [1, 2]);
    assert_eq!(ids(tags().filter(q("posts__comments__replies__body", "fine")), db).await?, [1, 2]);
    assert_eq!(ids(tags().exclude(q("posts__author__name", "Ann")), db).await?, [3, 4]);
    assert_eq!(ids(users(db).filter(q("posts__tags__posts__author__name", "Dörte")).distinct(), db).await?, [1, 4]);
    assert_eq!(ids(rows(db, "blog.Profile").filter(q("user__posts__tags__name", "db")), db).await?, [2]);
    assert_eq!(ids(users(db).filter(q("edited__author__edited__title", "Gamma")), db).await?, [2]);
    assert_eq!(
        ids(posts(db).filter(q("author__posts__title", "Beta")), db).await?,
        [1, 2],
        "posts by the author of Beta"
    );
    assert_eq!(ids(posts(db).filter(q("author__posts", 2)), db).await?, [1, 2]);
    Ok(())
}

async fn a_row_is_given_once_for_each_match(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_eq!(
        ids(posts(db).filter(q("comments__score__isnull", true)), db).await?,
        [1, 2, 3],
        "Gamma by no comment at all"
    );
    assert_eq!(ids(posts(db).filter(q("comments__author", 2)), db).await?, [1, 1], "Bob wrote two");
    assert_eq!(ids(posts(db).filter(q("comments__author", 2)).distinct(), db).await?, [1]);
    assert_eq!(posts(db).filter(q("comments__author", 2)).count(db).await?, 2);
    assert_eq!(posts(db).filter(q("comments__author", 2)).distinct().count(db).await?, 1);
    assert_eq!(ids(users(db).filter(q("posts__tags__isnull", false)), db).await?, [1, 1, 1, 4, 4]);
    assert_eq!(ids(posts(db).filter(q("comments__body__in", list(["good", "fine"]))), db).await?, [1, 1, 2]);
    Ok(())
}
