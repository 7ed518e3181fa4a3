//! Annotations, aggregates and values of expressions build the tree that text does.

use blog::*;
use embellie::prelude::*;
use embellie_core::expr::{Aggregate, AggregateFunction as Function};
use embellie_core::query::Query;
use embellie_core::{Expr, Q as CoreQ};

fn count(path: &str) -> Aggregate {
    Aggregate::of(Function::Count, path)
}

fn users() -> Query {
    Query::new("blog.User")
}

#[test]
fn an_annotation_is_used_again_by_its_name() {
    let n = Count(User::posts());
    let typed = User::objects().annotate(&n).filter(n.gte(1)).order_by(n.desc());
    let mut text = users().annotate("_count1", count("posts")).filter(CoreQ::new("_count1__gte", 1));
    text.order_by = Some(vec![Expr::path("_count1").desc()]);
    assert_eq!(*typed.query(), text);

    let named = Count(User::posts()).named("n");
    let typed = User::objects().alias(&named).exclude(named.eq(0) | named.in_([3, 4])).order_by("-n");
    let mut text = users()
        .alias("n", count("posts"))
        .exclude(CoreQ::new("n", 0) | CoreQ::new("n__in", embellie::Value::List(vec![3.into(), 4.into()])));
    text.order_by = Some(vec![Expr::path("n").desc()]);
    assert_eq!(*typed.query(), text);
}

#[test]
fn annotations_stand_in_other_annotations() {
    let (posts, comments) = (Count(User::posts()).named("p"), Count(User::posts().comments()).named("c"));
    let rate = (&comments * 100 / &posts).named("rate");
    let typed = User::objects().annotate((&posts, &comments)).annotate(&rate).filter(rate.gt(5));
    let text = users()
        .annotate("p", count("posts"))
        .annotate("c", count("posts__comments"))
        .annotate("rate", Expr::path("c") * 100 / Expr::path("p"))
        .filter(CoreQ::new("rate__gt", 5));
    assert_eq!(*typed.query(), text);
}

#[test]
fn rows_are_flat_tuples() {
    fn output<M, S: embellie::query_set::Selection<M>>(_: embellie::QuerySet<M, S>) -> String {
        let name = std::any::type_name::<S::Output>();
        name.replace("alloc::string::", "").replace("core::option::", "").replace("blog::", "")
    }
    let (n, top, mean) = (Count(User::posts()), Max(User::posts().views), Avg(User::posts().views).default(0.0));
    assert_eq!(output(User::objects().annotate(&n)), "(User, i64)");
    assert_eq!(output(User::objects().annotate((&n, &top)).annotate(&mean)), "(User, i64, Option<i64>, f64)");
    assert_eq!(output(User::objects().values_list(User::name).annotate(&n)), "(String, i64)");
    assert_eq!(output(User::objects().annotate(&n).values_list((User::name, &n, &top))), "(String, i64, Option<i64>)");
    assert_eq!(output(User::objects().annotate(&q!(User, active = true))), "(User, bool)");
    assert_eq!(output(Post::objects().values_list(Post::views * 2 + 1)), "i64");
    assert_eq!(output(Comment::objects().values_list((-Comment::id, Comment::post.views * 0.5))), "(i64, f64)");
}

#[test]
fn values_may_be_expressions() {
    let typed = User::objects().values(row!(name, posts = Count(posts), top = Max(posts__views).default(0)));
    let text = users()
        .annotate("_posts", count("posts"))
        .annotate("_top", Aggregate::of(Function::Max, "posts__views").default(0))
        .values(["name", "_posts", "_top"]);
    assert_eq!(*typed.query(), text);

    let n = Count(User::posts());
    let typed = User::objects().annotate(&n).values_list((User::name, &n, n.gt(3)));
    assert_eq!(
        format!("{:?}", typed.query().selected()),
        r#"Some([Path(["name"]), Path(["_count1"]), Path(["_condition1"])])"#
    );
    let grouped = Post::objects().values(row!(author__name)).annotate(&Sum(Post::views));
    let text =
        Query::new("blog.Post").values(["author__name"]).annotate("_sum1", Aggregate::of(Function::Sum, "views"));
    assert_eq!(*grouped.query(), text);
}

#[test]
fn aggregates_say_what_they_are_made_of() {
    let shown = |expr: Result<Expr, Error>| expr.unwrap().to_string();
    let read = Count(User::posts()).filter(q!(posts__views__gt = 0)).distinct();
    assert_eq!(shown(read.into_expr()), "Count(F('posts'), distinct=True, filter=Q(posts__views__gt=0))");
    assert_eq!(shown(Count::<User, _>(Star).into_expr()), "Count('*')");
    assert_eq!(shown(StdDevSample(Post::views).into_expr()), "StdDev(F('views'), sample=True)");
    let names = StringAgg(Post::author.name, ", ").order_by(Post::views.desc()).default("");
    assert_eq!(
        shown(names.into_expr()),
        "StringAgg(F('author__name'), ', ', default='', order_by=[F('views').desc()])"
    );
    assert_eq!(shown(Sum(Post::views * 2 + 1).into_expr()), "Sum((F('views') * 2) + 1)");
}
