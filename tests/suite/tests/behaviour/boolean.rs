//! Conditions combined: and, or, exclusive or, not, in every nesting.

use embellie::{Database, Q, Record};
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, ids, q, rows};

embellie_suite::on_every_database! { blog:
    connectors_nest,
    exclusive_or_counts_to_odd,
    nothing_said_is_true,
    negation_of_groups_with_null,
}

async fn check(db: &Database, cases: Vec<(Q<Record>, &[i64])>) -> Outcome {
    blog_rows(db).await?;
    for (condition, expected) in cases {
        let posts = rows(db, "blog.Post").order_by("id");
        assert_eq!(ids(posts.clone().filter(condition.clone()), db).await?, expected, "{condition}");
        let left: Vec<i64> = (1..=4).filter(|id| !expected.contains(id)).collect();
        assert_eq!(ids(posts.exclude(condition.clone()), db).await?, left, "exclude {condition}");
    }
    Ok(())
}

/// views: 10, 5, 0, 100; published: yes, no, yes, yes; authors: Ann, Ann, Bob, Dörte.
async fn connectors_nest(db: &Database) -> Outcome {
    let (ann, published, popular) = (|| q("author__name", "Ann"), || q("published", true), || q("views__gte", 10));
    check(
        db,
        vec![
            (ann() & published(), &[1]),
            (ann() | published(), &[1, 2, 3, 4]),
            (ann() & published() | popular(), &[1, 4]),
            (ann() & (published() | popular()), &[1]),
            ((ann() | popular()) & published(), &[1, 4]),
            (!ann() & published(), &[3, 4]),
            (!(ann() & published()), &[2, 3, 4]),
            (!(ann() | popular()), &[3]),
            (!!ann(), &[1, 2]),
            (!(!ann() & !popular()), &[1, 2, 4]),
            (!(ann() & !published()), &[1, 3, 4]),
            ((ann() & published()) | (!ann() & !popular()), &[1, 3]),
            (q("id", 1) | q("id", 2) | q("id", 3) & q("views", 1), &[1, 2]),
        ],
    )
    .await
}

async fn exclusive_or_counts_to_odd(db: &Database) -> Outcome {
    let (ann, published, popular) = (|| q("author__name", "Ann"), || q("published", true), || q("views__gte", 10));
    check(
        db,
        vec![
            (ann() ^ published(), &[2, 3, 4]),
            (ann() ^ ann(), &[]),
            // Alpha holds all three, Beta one, Gamma one, Delta two.
            (ann() ^ published() ^ popular(), &[1, 2, 3]),
            (!(ann() ^ published()), &[1]),
            ((ann() ^ published()) & popular(), &[4]),
            (ann() ^ (published() | popular()), &[2, 3, 4]),
        ],
    )
    .await
}

async fn nothing_said_is_true(db: &Database) -> Outcome {
    let said = || q("id", 1);
    check(db, vec![(Q::all() & said(), &[1]), (Q::all() | said(), &[1]), (said() ^ Q::all(), &[1])]).await?;
    // Nothing is taken away by it either, as in Django.
    let posts = || rows(db, "blog.Post").order_by("id");
    for nothing in [posts().filter(Q::all()), posts().exclude(Q::all()), posts().filter(!Q::all())] {
        assert_eq!(ids(nothing, db).await?, [1, 2, 3, 4]);
    }
    Ok(())
}

/// editors: Bob, –, Ann, –; subtitles: null, b, "", null.
async fn negation_of_groups_with_null(db: &Database) -> Outcome {
    check(
        db,
        vec![
            (q("editor__name", "Bob") & q("subtitle__isnull", true), &[1]),
            (q("subtitle", "b") | q("editor__name", "Ann"), &[2, 3]),
            (!q("subtitle", "b") & !q("editor__name", "Ann"), &[1, 4]),
            (!(q("subtitle", "b") & q("editor__name", "Ann")), &[1, 2, 3, 4]),
            (!q("subtitle", "b") | q("views", 5), &[1, 2, 3, 4]),
            (q("subtitle", "b") ^ q("editor__name", "Bob"), &[1, 2]),
            (!(q("subtitle", "b") | !q("editor__name", "Ann")), &[3]),
        ],
    )
    .await
}
