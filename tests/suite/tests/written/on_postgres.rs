use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie_suite::Outcome;

use super::Asked;

pub(crate) async fn arrays_within(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let titles = ArraySubquery(&|user: OuterRef<User, _>| Post::objects().filter(Post::author.eq(user.pk)).values_list(Post::title)).named("titles");
        let rows = User::objects()
            .annotate(&titles)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("arrays_within", &asked))
}

pub(crate) async fn collated(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .order_by(Collate(User::name, "C").asc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("collated", &asked))
}

pub(crate) async fn arrays_of_rows(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let titles = ArrayAgg(User::posts().title).order_by(User::posts().title).named("titles");
        let rows = User::objects()
            .annotate(&titles)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("arrays_of_rows", &asked))
}

/// All of them.
pub(crate) async fn all(db: &Database) -> Outcome<Vec<Asked>> {
    Ok(vec![
        arrays_within(db).await?,
        collated(db).await?,
        arrays_of_rows(db).await?,
    ])
}
