//! Every function of windows, frames, and conditions on what windows give.

use blog::*;
use embellie::expr::Exclusion;
use embellie::prelude::*;
use embellie_suite::Outcome;

embellie_suite::on_every_database! { documented:
    ranks,
    neighbours,
    frames,
    conditions_on_windows,
    windows_over_groups,
}

/// Ann: A (1 view), B (2), C (2), D (5); Bob: E (3), F (4).
async fn rows(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "a@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "b@x.org" }).create(db).await?;
    for (title, author, views) in
        [("A", &ann, 1), ("B", &ann, 2), ("C", &ann, 2), ("D", &ann, 5), ("E", &bob, 3), ("F", &bob, 4)]
    {
        new!(Post { title, author, views }).create(db).await?;
    }
    Ok(())
}

/// What an expression gives for each post, in the order of their titles.
macro_rules! column {
    ($db:expr, $expr:expr) => {{
        let expr = $expr;
        Post::objects().order_by(Post::title).values_list(&expr).all($db).await?
    }};
}

async fn ranks(db: &Database) -> Outcome {
    rows(db).await?;
    assert_eq!(column!(db, RowNumber().over().order_by(Post::title)), [1, 2, 3, 4, 5, 6]);
    assert_eq!(column!(db, Rank().over().order_by(Post::views)), [1, 2, 2, 6, 4, 5]);
    assert_eq!(column!(db, DenseRank().over().order_by(Post::views)), [1, 2, 2, 5, 3, 4]);
    let within = Rank().over().partition_by(Post::author).order_by(Post::views.desc());
    assert_eq!(column!(db, within), [4, 2, 2, 1, 2, 1]);
    assert_eq!(column!(db, PercentRank().over().order_by(Post::views)), [0.0, 0.2, 0.2, 1.0, 0.6, 0.8]);
    assert_eq!(column!(db, CumeDist().over().order_by(Post::views)), [1.0 / 6.0, 0.5, 0.5, 1.0, 4.0 / 6.0, 5.0 / 6.0]);
    assert_eq!(column!(db, Ntile(3).over().order_by(Post::title)), [1, 1, 2, 2, 3, 3]);
    Ok(())
}

async fn neighbours(db: &Database) -> Outcome {
    rows(db).await?;
    let text = |texts: &[Option<&str>]| texts.iter().map(|t| t.map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(column!(db, Lag(Post::views, 1).default(0).over().order_by(Post::title)), [0, 1, 2, 2, 5, 3]);
    let next = Lead(Post::title, 2).over().partition_by(Post::author).order_by(Post::title);
    assert_eq!(column!(db, next), text(&[Some("C"), Some("D"), None, None, None, None]));
    let first = FirstValue(Post::title).over().partition_by(Post::author).order_by(Post::title);
    assert_eq!(column!(db, first), text(&[Some("A"), Some("A"), Some("A"), Some("A"), Some("E"), Some("E")]));
    let last = LastValue(Post::title).over().partition_by(Post::author).order_by(Post::title).rows(..);
    assert_eq!(column!(db, last), text(&[Some("D"), Some("D"), Some("D"), Some("D"), Some("F"), Some("F")]));
    let second = NthValue(Post::title, 2).over().partition_by(Post::author).order_by(Post::title);
    assert_eq!(column!(db, second), text(&[None, Some("B"), Some("B"), Some("B"), None, Some("F")]));
    Ok(())
}

async fn frames(db: &Database) -> Outcome {
    rows(db).await?;
    let sum = || Sum(Post::views).default(0).over();
    assert_eq!(column!(db, sum()), [17; 6]);
    assert_eq!(column!(db, sum().order_by(Post::title).rows(..=0)), [1, 3, 5, 10, 13, 17]);
    assert_eq!(column!(db, sum().order_by(Post::title).rows(-1..=1)), [3, 5, 9, 10, 12, 7]);
    assert_eq!(column!(db, sum().order_by(Post::views).groups(-1..=0)), [1, 5, 5, 9, 7, 7]);
    assert_eq!(column!(db, sum().order_by(Post::views).value_range(..=0)), [1, 5, 5, 17, 8, 12]);
    let around = sum().order_by(Post::title).rows(-1..=1);
    assert_eq!(column!(db, around.clone().excluding(Exclusion::CurrentRow)), [2, 3, 7, 5, 9, 3]);
    let ties = sum().order_by(Post::views).groups(0..=0);
    assert_eq!(column!(db, ties.excluding(Exclusion::Ties)), [1, 2, 2, 5, 3, 4]);
    Ok(())
}

async fn conditions_on_windows(db: &Database) -> Outcome {
    rows(db).await?;
    // The two posts of each author that are read most.
    let rank = RowNumber().over().partition_by(Post::author).order_by((Post::views.desc(), Post::title));
    let top = Post::objects().annotate(&rank).filter(rank.lte(2)).order_by((Post::author.name, &rank));
    let titles: Vec<(String, i64)> = top.all(db).await?.into_iter().map(|(post, rank)| (post.title, rank)).collect();
    let expected = [("D", 1), ("B", 2), ("F", 1), ("E", 2)].map(|(title, rank)| (title.to_owned(), rank));
    assert_eq!(titles, expected);
    let ranked = || Post::objects().annotate(&rank).filter(rank.lte(2));
    assert_eq!(ranked().count(db).await?, 4);
    assert!(ranked().filter(q!(title = "D")).exists(db).await?);
    assert_eq!(ranked().aggregate(Sum(Post::views), db).await?, Some(14));
    assert_eq!(ranked().filter(rank.eq(1) | q!(Post, title = "E")).count(db).await?, 3);
    assert_eq!(Post::objects().exclude(q!(id__in = ranked().values_list(Post::id))).count(db).await?, 2);
    Ok(())
}

async fn windows_over_groups(db: &Database) -> Outcome {
    rows(db).await?;
    let views = Sum(User::posts().views).default(0);
    let rank = Rank().over().order_by(views.desc());
    let users = User::objects().annotate((&views, &rank)).order_by(&rank).all(db).await?;
    let given: Vec<(&str, i64, i64)> =
        users.iter().map(|(user, views, rank)| (user.name.as_str(), *views, *rank)).collect();
    assert_eq!(given, [("Ann", 10, 1), ("Bob", 7, 2)]);
    Ok(())
}
