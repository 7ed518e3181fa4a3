use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie_suite::Outcome;

use super::Asked;

pub(crate) async fn all_there_are(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects().all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("all_there_are", &asked))
}

pub(crate) async fn a_chain_of_relations(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(author__name__icontains = "ann \"quoted\""))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("a_chain_of_relations", &asked))
}

pub(crate) async fn every_connector(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(
                views__gt = 1 | !(title__startswith = "x"),
                published = true ^ views__lte = 9,
            ))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("every_connector", &asked))
}

pub(crate) async fn ways_back_and_what_is_ruled_out(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(comments__body = "a"))
            .filter(q!(comments__author__name = "b"))
            .exclude(q!(tags__word__in = ["a", "b"] | comments__author__isnull = true))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("ways_back_and_what_is_ruled_out", &asked))
}

pub(crate) async fn keys_and_nulls(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(author_id = 1, pk__in = [1, 2], subtitle__isnull = true))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("keys_and_nulls", &asked))
}

pub(crate) async fn dates(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(
                created_at__year = 2024,
                created_at__gte = "2024-01-01T00:00:00Z".parse::<Timestamp>()?,
                created_at__range = ("2024-01-01T00:00:00Z".parse::<Timestamp>()?, "2024-12-31T00:00:00Z".parse::<Timestamp>()?),
            ))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("dates", &asked))
}

pub(crate) async fn fields_of_the_row_itself(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::views.gt(Post::id + 1) | q!(Post, title__iexact = "x"))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("fields_of_the_row_itself", &asked))
}

pub(crate) async fn a_transform_of_text(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Q::text("title__in", embellie::Expr::value(embellie::Value::List(vec![]))) | q!(Post, views = 1))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("a_transform_of_text", &asked))
}

pub(crate) async fn orders_and_slices(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .order_by((Post::author.name.desc(), Post::subtitle.asc().nulls_last(), Post::id))
            .slice(2..7)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("orders_and_slices", &asked))
}

pub(crate) async fn the_first(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .order_by(Post::title)
            .limit(1)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("the_first", &asked))
}

pub(crate) async fn the_rest(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects().offset(9).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("the_rest", &asked))
}

pub(crate) async fn in_no_order(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects().order_by(()).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("in_no_order", &asked))
}

pub(crate) async fn the_other_way_round(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects().reverse().all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("the_other_way_round", &asked))
}

pub(crate) async fn busy_writers(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(User::posts()).named("n");
        let rows = User::objects()
            .annotate(&n)
            .filter(n.gte(1) & q!(User, active = true))
            .order_by((n.desc(), User::name))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("busy_writers", &asked))
}

pub(crate) async fn of_some_rows(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let read = Count(User::posts()).filter(q!(posts__views__gt = 3)).distinct().named("read");
        let rows = User::objects().annotate(&read).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("of_some_rows", &asked))
}

pub(crate) async fn silent(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let posts_n = Count(User::posts()).named("posts_n");
        let rows = User::objects()
            .alias(&posts_n)
            .filter(posts_n.eq(0))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("silent", &asked))
}

pub(crate) async fn named_rows(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .values(row!(title, author__name, tags__word))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("named_rows", &asked))
}

pub(crate) async fn groups(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(Post::id).named("n");
        let top = Max(Post::views).named("top");
        let rows = Post::objects()
            .values_list(Post::author.name)
            .annotate(&n)
            .annotate(&top)
            .order_by(top.desc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("groups", &asked))
}

pub(crate) async fn annotated_values(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(User::posts()).named("n");
        let rows = User::objects()
            .annotate(&n)
            .values_list((User::name, &n))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("annotated_values", &asked))
}

pub(crate) async fn as_data(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let size = Length(User::name).named("size");
        let rows = User::objects()
            .annotate(&size)
            .values_list((User::name, &size))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("as_data", &asked))
}

pub(crate) async fn joined(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(User::posts()).named("n");
        let c = Count(User::comments()).named("c");
        let rows = User::objects()
            .joined_aggregates()
            .annotate(&n)
            .annotate(&c)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("joined", &asked))
}

pub(crate) async fn once_each(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .values(row!(author))
            .distinct()
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("once_each", &asked))
}

pub(crate) async fn with_their_authors(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .select_related(Post::author)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("with_their_authors", &asked))
}

pub(crate) async fn locked(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .select_for_update()
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("locked", &asked))
}

pub(crate) async fn nothing(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects().none().all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("nothing", &asked))
}

/// All of them.
pub(crate) async fn all(db: &Database) -> Outcome<Vec<Asked>> {
    Ok(vec![
        all_there_are(db).await?,
        a_chain_of_relations(db).await?,
        every_connector(db).await?,
        ways_back_and_what_is_ruled_out(db).await?,
        keys_and_nulls(db).await?,
        dates(db).await?,
        fields_of_the_row_itself(db).await?,
        a_transform_of_text(db).await?,
        orders_and_slices(db).await?,
        the_first(db).await?,
        the_rest(db).await?,
        in_no_order(db).await?,
        the_other_way_round(db).await?,
        busy_writers(db).await?,
        of_some_rows(db).await?,
        silent(db).await?,
        named_rows(db).await?,
        groups(db).await?,
        annotated_values(db).await?,
        as_data(db).await?,
        joined(db).await?,
        once_each(db).await?,
        with_their_authors(db).await?,
        locked(db).await?,
        nothing(db).await?,
    ])
}
