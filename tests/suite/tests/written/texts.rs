use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie_suite::Outcome;

use super::Asked;

pub(crate) async fn discussed(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Exists(&|post: OuterRef<Post, _>| Comment::objects().filter(Comment::post.eq(post.pk))))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("discussed", &asked))
}

pub(crate) async fn silent(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(!Exists(&|post: OuterRef<Post, _>| Comment::objects().filter(Comment::post.eq(post.pk))) & q!(Post, views__gt = 3))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("silent", &asked))
}

pub(crate) async fn said_or_read(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Exists(&|post: OuterRef<Post, _>| Comment::objects().filter(q!(Comment, author__name = "Ann") & Comment::post.eq(post.pk))) | q!(Post, views__gt = 9))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("said_or_read", &asked))
}

pub(crate) async fn last_comment(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let last = Subquery(&|post: OuterRef<Post, _>| {
            Comment::objects()
                .filter(Comment::post.eq(post.pk))
                .values_list(Comment::body)
                .order_by(Comment::id.desc())
                .limit(1)
        }).named("last");
        let rows = Post::objects().annotate(&last).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("last_comment", &asked))
}

pub(crate) async fn last_comment_compared(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let last = Subquery(&|post: OuterRef<Post, _>| {
            Comment::objects()
                .filter(Comment::post.eq(post.pk))
                .values_list(Comment::body)
                .order_by(Comment::id.desc())
                .limit(1)
        }).named("last");
        let rows = Post::objects()
            .annotate(&last)
            .filter(last.icontains("x"))
            .order_by(last.desc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("last_comment_compared", &asked))
}

pub(crate) async fn counted_within(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Subquery(&|post: OuterRef<Post, _>| {
            let n = Count(Comment::id).named("n");
            Comment::objects()
                .filter(Comment::post.eq(post.pk))
                .values_list(Comment::post)
                .annotate(&n)
                .values_list(&n)
                .order_by(())
        }).named("n");
        let rows = Post::objects().annotate(&n).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("counted_within", &asked))
}

pub(crate) async fn counted_within_or_zero(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Coalesce((Subquery(&|user: OuterRef<User, _>| {
            let c = Count::<Post, _>(Star).named("c");
            Post::objects()
                .filter(Post::author.eq(user.id))
                .values_list(Post::author)
                .annotate(&c)
                .values_list(&c)
                .order_by(())
        }), 0)).named("n");
        let rows = User::objects()
            .annotate(&n)
            .filter(n.gte(1))
            .order_by((n.desc(), User::name))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("counted_within_or_zero", &asked))
}

pub(crate) async fn own_comments(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .filter(Exists(&|user: OuterRef<User, _>| {
                Post::objects()
                    .filter(Exists(&|post: OuterRef<Post, _>| {
                        Comment::objects()
                            .filter(Comment::author.eq(user.within(post).pk) & Comment::post.eq(post.pk))
                    }))
            }))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("own_comments", &asked))
}

pub(crate) async fn annotated_exists(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let said = Exists(&|post: OuterRef<Post, _>| Comment::objects().filter(Comment::post.eq(post.pk))).named("said");
        let rows = Post::objects()
            .annotate(&said)
            .filter(Q::text("said", true))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("annotated_exists", &asked))
}

pub(crate) async fn compared_with_the_row_around(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Exists(&|post: OuterRef<Post, _>| {
                Post::objects()
                    .filter(Post::author.eq(post.author) & Post::created_at.lt(post.created_at) & Post::views.gt(post.views))
            }))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("compared_with_the_row_around", &asked))
}

pub(crate) async fn among_values(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::author.in_(User::objects().filter(q!(active = true))))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("among_values", &asked))
}

pub(crate) async fn among_keys(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::author_id.in_(User::objects().filter(q!(active = true)).values_list(User::id)))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("among_keys", &asked))
}

pub(crate) async fn among_texts(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .filter(User::name.in_(Post::objects().values_list(Post::title)))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("among_texts", &asked))
}

pub(crate) async fn same_as_the_first(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::author.eq(User::objects().filter(q!(name = "Ann")).values_list(User::id).limit(1)))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("same_as_the_first", &asked))
}

pub(crate) async fn most_read_of_all(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::views.eq(Subquery(&|_: OuterRef<Post, _>| Post::objects().values_list(Post::views).order_by(Post::views.desc()).limit(1))))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("most_read_of_all", &asked))
}

pub(crate) async fn heat(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let heat = Case(q!(Post, views__gt = 100), "hot").when(q!(Post, published = true, views__gt = 50), "warm").otherwise("cold").named("heat");
        let rows = Post::objects()
            .annotate(&heat)
            .order_by((heat.asc(), Post::id.desc()))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("heat", &asked))
}

pub(crate) async fn counted_by_case(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let hot = Sum(Case(q!(User, posts__views__gt = 100), 1).otherwise(0)).named("hot");
        let rows = User::objects().annotate(&hot).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("counted_by_case", &asked))
}

pub(crate) async fn case_of_fields(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let name = Case(q!(Post, published = true), Post::title).otherwise(Post::author.name).named("name");
        let rows = Post::objects().annotate(&name).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("case_of_fields", &asked))
}

pub(crate) async fn case_without_default(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let x = Case(q!(Post, title__startswith = "a"), Post::views + 1).named("x");
        let rows = Post::objects().annotate(&x).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("case_without_default", &asked))
}

pub(crate) async fn case_as_condition(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Case(q!(Post, views__gt = 1), q!(Post, published = true)).otherwise(q!(Post, views = 0)).holds())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("case_as_condition", &asked))
}

pub(crate) async fn ordered_by_case(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .order_by((Case(q!(Post, published = true), 0).otherwise(1).asc(), Post::views.desc()))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("ordered_by_case", &asked))
}

pub(crate) async fn ranks(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rank = Rank::<Post>().over().order_by(Post::views.desc()).named("rank");
        let rows = Post::objects().annotate(&rank).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("ranks", &asked))
}

pub(crate) async fn numbered_by_author(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = RowNumber::<Post>().over().partition_by((Post::author, Post::published)).order_by((Post::views.desc(), Post::id)).named("n");
        let rows = Post::objects()
            .annotate(&n)
            .filter(n.lte(2))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("numbered_by_author", &asked))
}

pub(crate) async fn running_total(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let total = Sum(Post::views).over().partition_by(Post::author_id).order_by(Post::created_at).rows(..=0).named("total");
        let rows = Post::objects().annotate(&total).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("running_total", &asked))
}

pub(crate) async fn moving_mean(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let mean = Avg(Post::views).over().order_by(Post::id).rows(-1..=1).named("mean");
        let rows = Post::objects().annotate(&mean).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("moving_mean", &asked))
}

pub(crate) async fn frames_of_values(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(Post::id).over().order_by(Post::views).value_range(..).named("n");
        let rows = Post::objects().annotate(&n).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("frames_of_values", &asked))
}

pub(crate) async fn neighbours(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let before = Lag(Post::views, 2).default(0).over().order_by(Post::id).named("before");
        let after = Lead(Post::title, 1).over().order_by(Post::id).named("after");
        let first = FirstValue(Post::title).over().order_by(Post::id).named("first");
        let third = NthValue(Post::title, 3).over().order_by(Post::id).named("third");
        let part = Ntile::<Post, _>(4).over().order_by(Post::id).named("part");
        let rows = Post::objects()
            .annotate(&before)
            .annotate(&after)
            .annotate(&first)
            .annotate(&third)
            .annotate(&part)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("neighbours", &asked))
}

pub(crate) async fn casts(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let f = Cast::<f64, _, _>(Post::views).named("f");
        let t = Cast::<String, _, _>(Post::views).named("t");
        let i = Cast::<i32, _, _>(Post::title).named("i");
        let rows = Post::objects()
            .annotate(&f)
            .annotate(&t)
            .annotate(&i)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("casts", &asked))
}

pub(crate) async fn casts_compared(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let f = Cast::<f64, _, _>(Post::views).named("f");
        let rows = Post::objects()
            .annotate(&f)
            .filter(f.gt(1.5))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("casts_compared", &asked))
}

pub(crate) async fn cast_to_char(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .annotate_expr("t", embellie::Expr::Cast { expr: Box::new(embellie::Expr::path("views")), kind: embellie::field::FieldKind::Char, max_length: Some(5) })
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("cast_to_char", &asked))
}

pub(crate) async fn united(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(views = 1))
            .order_by(())
            .union(Post::objects().filter(q!(views = 2)).order_by(()))
            .order_by(())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("united", &asked))
}

pub(crate) async fn united_all(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(views = 1))
            .order_by(())
            .union_all(Post::objects().filter(q!(views = 2)).order_by(()))
            .union_all(Post::objects().filter(q!(published = true)).order_by(()))
            .order_by(Post::title)
            .limit(5)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("united_all", &asked))
}

pub(crate) async fn in_both(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(views__gt = 1))
            .order_by(())
            .intersection(Post::objects().filter(q!(published = true)).order_by(()))
            .order_by(())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("in_both", &asked))
}

pub(crate) async fn in_the_first_alone(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(views__gt = 1))
            .order_by(())
            .difference(Post::objects().filter(q!(published = true)).order_by(()))
            .order_by(Post::views.desc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("in_the_first_alone", &asked))
}

pub(crate) async fn united_values(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .values_list((Post::title, Post::views))
            .order_by(())
            .union(Post::objects().filter(q!(views = 1)).values_list((Post::title, Post::views)).order_by(()))
            .order_by(())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("united_values", &asked))
}

pub(crate) async fn united_names(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .values_list(User::name)
            .order_by(())
            .union(Tag::objects().values_list(Tag::word).order_by(()))
            .order_by(())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("united_names", &asked))
}

pub(crate) async fn united_with_nulls(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .text_values(["title"])
            .order_by(())
            .union(Post::objects().text_values(["subtitle"]).order_by(()))
            .order_by(Post::title)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("united_with_nulls", &asked))
}

pub(crate) async fn united_counts(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(User::posts()).named("n");
        let rows = User::objects()
            .annotate(&n)
            .values_list((User::name, &n))
            .order_by(())
            .union({
                let n = Count(Tag::posts()).named("n");
                Tag::objects().annotate(&n).values_list((Tag::word, &n)).order_by(())
            })
            .order_by("n")
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("united_counts", &asked))
}

pub(crate) async fn named_relation(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let read = embellie::filtered_relation!(read = User::posts(), q!(User, posts__views__gt = 100));
        let rows = User::objects()
            .relation(&read)
            .filter(read.title.icontains("x"))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("named_relation", &asked))
}

pub(crate) async fn named_relation_counted(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let read = embellie::filtered_relation!(read = User::posts(), q!(User, posts__views__gt = 100));
        let n = Count(read.path()).named("n");
        let top = Max(read.views).named("top");
        let rows = User::objects()
            .joined_aggregates()
            .relation(&read)
            .annotate(&n)
            .annotate(&top)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("named_relation_counted", &asked))
}

pub(crate) async fn arithmetic(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let x = ((Post::views * 2) + Post::id).named("x");
        let y = ((Post::views + 1) * (Post::id - 1)).named("y");
        let z = (Value::<Post, i64, _>(2) * Post::views).named("z");
        let rows = Post::objects()
            .annotate(&x)
            .annotate(&y)
            .annotate(&z)
            .filter(x.gt(&y))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("arithmetic", &asked))
}

pub(crate) async fn powers_and_bits(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let p = Post::views.f().pow(2).named("p");
        let b = Post::views.f().bitand(6).named("b");
        let s = Post::views.f().shl(2).named("s");
        let m = (Post::views % 7).named("m");
        let rows = Post::objects()
            .annotate(&p)
            .annotate(&b)
            .annotate(&s)
            .annotate(&m)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("powers_and_bits", &asked))
}

pub(crate) async fn compared_fields(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::title.contains(Post::author.name) & Post::views.gt(Post::id + 1))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("compared_fields", &asked))
}

pub(crate) async fn durations(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let later = (Post::created_at + SignedDuration::new(86400, 0)).named("later");
        let rows = Post::objects()
            .annotate(&later)
            .filter(later.gt(Post::created_at))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("durations", &asked))
}

pub(crate) async fn texts(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let shout = Concat((Upper(User::name), "! ", User::email)).named("shout");
        let size = Length(User::name).named("size");
        let start = Left(User::name, 3).named("start");
        let part = Substr(User::name, 2, 3).named("part");
        let place = StrIndex(User::email, "@").named("place");
        let changed = Replace(User::name, "a", "b").named("changed");
        let rows = User::objects()
            .annotate(&shout)
            .annotate(&size)
            .annotate(&start)
            .annotate(&part)
            .annotate(&place)
            .annotate(&changed)
            .filter(size.gt(2))
            .order_by(Lower(User::name).desc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("texts", &asked))
}

pub(crate) async fn functions_compared(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .filter(User::name.eq(Lower(User::email)))
            .exclude(User::email.startswith(Lower(User::name)))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("functions_compared", &asked))
}

pub(crate) async fn first_of_several(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let s = Coalesce((Post::subtitle, Post::title, "none")).named("s");
        let g = Greatest((Post::views, Post::id)).named("g");
        let l = Least((Post::views, 3)).named("l");
        let n = NullIf(Post::title, "").named("n");
        let rows = Post::objects()
            .annotate(&s)
            .annotate(&g)
            .annotate(&l)
            .annotate(&n)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("first_of_several", &asked))
}

pub(crate) async fn numbers(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let a = Abs(Post::views).named("a");
        let r = Round(Post::views, 1).named("r");
        let q = Sqrt(Post::views).named("q");
        let m = Mod(Post::views, 7).named("m");
        let p = Power(Post::views, 2).named("p");
        let rows = Post::objects()
            .annotate(&a)
            .annotate(&r)
            .annotate(&q)
            .annotate(&m)
            .annotate(&p)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("numbers", &asked))
}

pub(crate) async fn parts_of_dates(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let y = ExtractYear(Post::created_at).named("y");
        let m = TruncMonth(Post::created_at).named("m");
        let d = TruncDate(Post::created_at).named("d");
        let h = ExtractHour(Post::created_at).in_time_zone("Europe/Berlin").named("h");
        let rows = Post::objects()
            .annotate(&y)
            .annotate(&m)
            .annotate(&d)
            .annotate(&h)
            .filter(Post::created_at.month().eq(&y - 2000) & y.gte(2000))
            .order_by(m.asc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("parts_of_dates", &asked))
}

pub(crate) async fn months(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let month = TruncMonth(Post::created_at).named("month");
        let n = Count(Post::id).named("n");
        let rows = Post::objects()
            .annotate(&month)
            .values_list(&month)
            .annotate(&n)
            .order_by(month.asc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("months", &asked))
}

pub(crate) async fn dates_as_paths(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::created_at.date().gt(civil::date(2024, 1, 1)) & Post::created_at.hour().eq(Post::views))
            .order_by(Post::created_at.year().asc())
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("dates_as_paths", &asked))
}

pub(crate) async fn json_made(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let j = JsonObject((("title", Post::title), ("n", Post::views))).named("j");
        let rows = Post::objects().annotate(&j).all(&db).await?;
        let _ = rows;
    }
    Ok(Asked::of("json_made", &asked))
}

pub(crate) async fn functions_by_name(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let h = Func("LOWER", (Post::title,)).returns::<String>().named("h");
        let rows = Post::objects()
            .annotate(&h)
            .annotate_expr("w", embellie::Expr::from(embellie::expr::Func::new("COALESCE", [embellie::Expr::path("views"), embellie::Expr::value(2)])))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("functions_by_name", &asked))
}

pub(crate) async fn typed_values(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let word = Value::<Post, String, _>("x").typed::<String>().named("word");
        let t = (Post::views / 2).typed::<f64>().named("t");
        let rows = Post::objects()
            .annotate_expr("one", embellie::Expr::value(1))
            .annotate(&word)
            .annotate(&t)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("typed_values", &asked))
}

pub(crate) async fn truths(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let hot = q!(Post, views__gt = 100).named("hot");
        let both = q!(Post, views__gt = 1, published = true).named("both");
        let rows = Post::objects()
            .annotate(&hot)
            .annotate(&both)
            .filter(Q::text("hot", true))
            .order_by("both")
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("truths", &asked))
}

pub(crate) async fn wrapped_truths(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .annotate_expr("hot", embellie::Expr::from(q!(Post, views__gt = 1).into_core()).typed(embellie::field::FieldKind::Bool))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("wrapped_truths", &asked))
}

pub(crate) async fn lookups_as_expressions(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let big = q!(Post, views__gt = 10).named("big");
        let rows = Post::objects()
            .annotate(&big)
            .filter(Post::views.lt(Post::id + 5))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("lookups_as_expressions", &asked))
}

pub(crate) async fn slices_of_texts(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let s = User::name.slice(0..3).named("s");
        let rows = User::objects()
            .annotate(&s)
            .filter(s.eq("Ann"))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("slices_of_texts", &asked))
}

pub(crate) async fn aggregates_of_all_kinds(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(User::posts()).filter(User::posts().views.gt(User::id)).distinct().named("n");
        let top = Max(User::posts().views).default(0).named("top");
        let words = StringAgg(User::posts().title, ", ").order_by(User::posts().title).named("words");
        let spread = StdDevSample(User::posts().views).named("spread");
        let rows = User::objects()
            .joined_aggregates()
            .annotate(&n)
            .annotate(&top)
            .annotate(&words)
            .annotate(&spread)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("aggregates_of_all_kinds", &asked))
}

pub(crate) async fn aggregates_of_expressions(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Sum(User::posts().views * 2).named("n");
        let m = Avg(Length(User::posts().title)).named("m");
        let rows = User::objects()
            .joined_aggregates()
            .annotate(&n)
            .annotate(&m)
            .filter(n.gt(&m * 2))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("aggregates_of_expressions", &asked))
}

pub(crate) async fn aggregates_divided(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Count(User::posts()).named("n");
        let v = Sum(User::posts().views).named("v");
        let mean = ((&v * 1.0) / &n).named("mean");
        let k = (&n + 1).named("k");
        let rows = User::objects()
            .joined_aggregates()
            .annotate(&n)
            .annotate(&v)
            .annotate(&mean)
            .alias(&k)
            .filter(k.gt(1))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("aggregates_divided", &asked))
}

pub(crate) async fn raw_pieces(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .annotate_expr("near", embellie::Expr::from(embellie::expr::RawSql::new("abs(views - %s)", Params::new().push(100))))
            .order_by("near")
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("raw_pieces", &asked))
}

pub(crate) async fn raw_numbers(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let near = RawSql::<i64, Post>("abs(views - %s)", Params::new().push(100)).named("near");
        let rows = Post::objects()
            .annotate(&near)
            .filter(near.lt(5))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("raw_numbers", &asked))
}

pub(crate) async fn extra_pieces(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .extra(embellie::query_set::Extra::new().column("double", "views * 2", ()).condition("views > %s", Params::new().push(1)))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("extra_pieces", &asked))
}

pub(crate) async fn some_fields(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .only((Post::author, Post::title))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("some_fields", &asked))
}

pub(crate) async fn all_but_some_fields(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .select_related(Post::author)
            .defer((Post::author.email, Post::subtitle))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("all_but_some_fields", &asked))
}

pub(crate) async fn ways_back(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .filter(User::posts().isnull(false) & User::profile().isnull(true))
            .distinct()
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("ways_back", &asked))
}

pub(crate) async fn objects_of_relations(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(Post, author_id__in = [1, 2]) & Post::tags.eq(1_i64))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("objects_of_relations", &asked))
}

pub(crate) async fn big_numbers(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = (Value::<Post, i64, _>(8000000000) + Post::views).named("n");
        let rows = Post::objects()
            .filter(q!(Post, views__gt = 7000000000) | Post::views.lt(Post::id))
            .annotate(&n)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("big_numbers", &asked))
}

pub(crate) async fn values_in_lists(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Q::text("views__in", embellie::query_set::Operand::List(vec![embellie::Expr::path("id"), embellie::Expr::value(7)])))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("values_in_lists", &asked))
}

pub(crate) async fn ranges_of_expressions(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(Post::views.range((Post::id, Post::id + 10)))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("ranges_of_expressions", &asked))
}

pub(crate) async fn nulls_compared(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .filter(q!(Post, subtitle__isnull = true) | q!(Post, subtitle__in = ["a"]) ^ Post::views.eq(Post::id))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("nulls_compared", &asked))
}

pub(crate) async fn values_of_expressions(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let low = Lower(Post::title).named("low");
        let year = Post::created_at.year().named("year");
        let rows = Post::objects()
            .annotate(&low)
            .annotate(&year)
            .values_list((&low, &year))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("values_of_expressions", &asked))
}

pub(crate) async fn within_a_closure(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .filter(Exists(&|user: OuterRef<User, _>| {
                let n = Count(Post::comments()).named("n");
                Post::objects()
                    .annotate(&n)
                    .filter(Post::author.eq(user.pk) & q!(Post, created_at__gte = Timestamp::constant(1704067200, 0)) & n.gt(1))
            }))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("within_a_closure", &asked))
}

pub(crate) async fn united_within(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = User::objects()
            .filter(User::id.in_(Post::objects()
                .text_values(["author"])
                .order_by(())
                .union(Comment::objects().text_values(["author"]).order_by(()))
                .order_by(())))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("united_within", &asked))
}

pub(crate) async fn outer_annotation(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let n = Length(User::name).named("n");
        let rows = User::objects()
            .annotate(&n)
            .filter(Exists(&|_: OuterRef<User, _>| Post::objects().filter(Q::text("views", embellie::Expr::outer("n")))))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("outer_annotation", &asked))
}

/// All of them.
pub(crate) async fn all(db: &Database) -> Outcome<Vec<Asked>> {
    Ok(vec![
        discussed(db).await?,
        silent(db).await?,
        said_or_read(db).await?,
        last_comment(db).await?,
        last_comment_compared(db).await?,
        counted_within(db).await?,
        counted_within_or_zero(db).await?,
        own_comments(db).await?,
        annotated_exists(db).await?,
        compared_with_the_row_around(db).await?,
        among_values(db).await?,
        among_keys(db).await?,
        among_texts(db).await?,
        same_as_the_first(db).await?,
        most_read_of_all(db).await?,
        heat(db).await?,
        counted_by_case(db).await?,
        case_of_fields(db).await?,
        case_without_default(db).await?,
        case_as_condition(db).await?,
        ordered_by_case(db).await?,
        ranks(db).await?,
        numbered_by_author(db).await?,
        running_total(db).await?,
        moving_mean(db).await?,
        frames_of_values(db).await?,
        neighbours(db).await?,
        casts(db).await?,
        casts_compared(db).await?,
        cast_to_char(db).await?,
        united(db).await?,
        united_all(db).await?,
        in_both(db).await?,
        in_the_first_alone(db).await?,
        united_values(db).await?,
        united_names(db).await?,
        united_with_nulls(db).await?,
        united_counts(db).await?,
        named_relation(db).await?,
        named_relation_counted(db).await?,
        arithmetic(db).await?,
        powers_and_bits(db).await?,
        compared_fields(db).await?,
        durations(db).await?,
        texts(db).await?,
        functions_compared(db).await?,
        first_of_several(db).await?,
        numbers(db).await?,
        parts_of_dates(db).await?,
        months(db).await?,
        dates_as_paths(db).await?,
        json_made(db).await?,
        functions_by_name(db).await?,
        typed_values(db).await?,
        truths(db).await?,
        wrapped_truths(db).await?,
        lookups_as_expressions(db).await?,
        slices_of_texts(db).await?,
        aggregates_of_all_kinds(db).await?,
        aggregates_of_expressions(db).await?,
        aggregates_divided(db).await?,
        raw_pieces(db).await?,
        raw_numbers(db).await?,
        extra_pieces(db).await?,
        some_fields(db).await?,
        all_but_some_fields(db).await?,
        ways_back(db).await?,
        objects_of_relations(db).await?,
        big_numbers(db).await?,
        values_in_lists(db).await?,
        ranges_of_expressions(db).await?,
        nulls_compared(db).await?,
        values_of_expressions(db).await?,
        within_a_closure(db).await?,
        united_within(db).await?,
        outer_annotation(db).await?,
    ])
}
