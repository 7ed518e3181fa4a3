//! Typed paths, `q!` and text build the same tree.

#![deny(missing_docs, warnings)]
#![forbid(unsafe_code)]

mod blog {
    use embellie::{ForeignKey, ManyToMany, model};
    use jiff::Timestamp;

    #[model(app = "blog")]
    pub struct User {
        #[field(max_length = 100)]
        pub name: String,
        #[field(unique)]
        pub email: String,
        #[field(default = true)]
        pub active: bool,
    }

    #[model(app = "blog")]
    pub struct Tag {
        #[field(max_length = 30)]
        pub name: String,
    }

    #[model(app = "blog", ordering = ["-created_at"], indexes(index(fields = ["author", "published"])))]
    pub struct Post {
        #[field(max_length = 200)]
        pub title: String,
        #[field(on_delete = Cascade, related_name = "posts")]
        pub author: ForeignKey<User>,
        #[field(related_name = "posts")]
        pub tags: ManyToMany<Tag>,
        #[field(default = 0)]
        pub views: i64,
        #[field(default = 0)]
        pub likes: u64,
        #[field(default = false)]
        pub published: bool,
        pub subtitle: Option<String>,
        #[field(auto_now_add)]
        pub created_at: Timestamp,
        #[field(on_delete = SetNull, related_name = "edited")]
        pub editor: Option<ForeignKey<User>>,
    }

    #[model(app = "blog")]
    pub struct Comment {
        #[field(on_delete = Cascade, related_name = "comments")]
        pub post: ForeignKey<Post>,
        pub body: String,
        pub rating: i16,
    }
}

use blog::*;
use embellie::typed::IntoOrdering;
use embellie::{F, Model, Q, Value, new, q, row, set};

/// What `filter` takes: `q!` finds its model by it.
fn filter<M>(q: Q<M>) -> embellie_core::Q {
    assert_eq!(q.mistake(), None);
    q.into_core()
}

fn posts(q: Q<Post>) -> embellie_core::Q {
    filter(q)
}

fn text(path: &str, value: impl Into<embellie_core::query::Operand>) -> embellie_core::Q {
    embellie_core::Q::new(path, value)
}

fn list(values: &[i64]) -> Value {
    Value::List(values.iter().map(|value| Value::Int(*value)).collect())
}

#[test]
fn paths_and_q_and_text_are_one() {
    let term = String::from("ann");
    let expected = text("author__name__icontains", "ann");
    assert_eq!(posts(Post::author.name.icontains(&term)), expected);
    assert_eq!(posts(q!(author__name__icontains = &term)), expected);

    let expected = text("author__name__icontains", "ann") & (text("views__gt", 2) | !text("subtitle__isnull", true));
    assert_eq!(posts(q!(author__name__icontains = &term, views__gt = 2 | !(subtitle__isnull = true))), expected);
    assert_eq!(
        posts(Post::author.name.icontains(&term) & (Post::views.gt(2) | !Post::subtitle.isnull(true))),
        expected
    );
}

#[test]
fn relations_lead_both_ways() {
    assert_eq!(filter(User::posts().title.contains("x")), text("posts__title__contains", "x"));
    assert_eq!(filter::<User>(q!(posts__comments__body = "spam")), text("posts__comments__body", "spam"));
    assert_eq!(posts(Post::tags.name.exact("rust")), text("tags__name", "rust"));
    assert_eq!(posts(Post::author.posts().comments().rating.gte(3)), text("author__posts__comments__rating__gte", 3));
    assert_eq!(filter::<Tag>(q!(posts__author__active = true)), text("posts__author__active", true));
}

#[test]
fn objects_and_keys() {
    let ann = new!(User { id: 7, name: "Ann", email: "ann@x.org" });
    assert_eq!(posts(q!(author = &ann)), text("author", 7));
    assert_eq!(posts(q!(author = 7)), text("author", 7));
    assert_eq!(posts(q!(author_id = 7)), text("author_id", 7));
    assert_eq!(posts(q!(author__in = [&ann])), text("author__in", list(&[7])));
    assert_eq!(posts(q!(pk = 7)), text("pk", 7));
    assert_eq!(posts(q!(author__pk__in = vec![1, 2])), text("author__pk__in", list(&[1, 2])));
    assert_eq!(posts(q!(editor = None::<&User>)), text("editor", Value::Null));
    assert_eq!(posts(q!(author = F(editor))), text("author", embellie_core::Expr::path("editor")));
    assert_eq!(posts(Post::author.eq(Post::editor)), text("author", embellie_core::Expr::path("editor")));
}

#[test]
fn query_sets_are_lists_of_their_rows() {
    let names = || User::objects().filter(q!(active = true));
    assert_eq!(posts(q!(author__in = names())), text("author__in", names().query().clone()));
    assert_eq!(posts(q!(author_id__in = names())), text("author_id__in", names().query().clone()));
    let ids = Post::objects().values_list(Post::author_id);
    assert_eq!(filter::<User>(q!(id__in = &ids)), text("id__in", ids.query().clone()));
    assert_eq!(posts(Post::author.in_(&ids)), text("author__in", ids.query().clone()));
    let first = names().values_list(User::name).limit(1);
    assert_eq!(posts(q!(title = &first)), text("title", first.query().clone()));
}

#[test]
fn rows_are_typed_by_their_paths() {
    fn output<M, S: embellie::query_set::Selection<M>>(rows: embellie::QuerySet<M, S>) -> (Vec<String>, &'static str) {
        let Some(paths) = rows.query().selected() else { return Default::default() };
        (paths.iter().map(ToString::to_string).collect(), std::any::type_name::<S::Output>())
    }
    let (paths, types) =
        output(Post::objects().values_list((Post::title, Post::author.name, Post::editor.name, Post::subtitle)));
    assert_eq!(paths, ["title", "author__name", "editor__name", "subtitle"]);
    assert_eq!(types.replace("alloc::string::", "").replace("core::option::", ""), {
        "(String, String, Option<String>, Option<String>)"
    });
    let (_, types) = output(Post::objects().values_list((Post::tags.id, Post::editor, Post::author_id)));
    assert_eq!(types.replace("core::option::", ""), "(Option<i64>, Option<i64>, i64)");
    let (paths, _) = output(Post::objects().values(row!(title, who = author__name, tag = tags__name)));
    assert_eq!(paths, ["title", "author__name", "tags__name"]);
}

#[test]
fn operators_bind_as_in_rust() {
    let (a, b, c) = (text("views", 1), text("views", 2), text("views", 3));
    assert_eq!(posts(q!(views = 1 | views = 2 & views = 3)), a.clone() | (b.clone() & c.clone()));
    assert_eq!(posts(q!((views = 1 | views = 2) & views = 3)), (a.clone() | b.clone()) & c.clone());
    assert_eq!(posts(q!(views = 1 ^ views = 2)), a.clone() ^ b.clone());
    assert_eq!(posts(q!(!(views = 1, views = 2))), !(a.clone() & b.clone()));
    assert_eq!(posts(q!(Post, views = 1) | Post::views.eq(2)), a.clone() | b.clone());
    let made = q!(Post, views = 2);
    assert_eq!(posts(q!(views = 1 | made)), a | b);
    assert_eq!(posts(q!()), embellie_core::Q::all());
}

#[test]
fn values_of_other_widths_fit() {
    let (small, wide, size): (i16, u32, usize) = (1, 2, 4);
    assert_eq!(posts(q!(views = small | views = wide | views = 3_000_000_000 | views = size)), {
        text("views", 1) | text("views", 2) | text("views", 3_000_000_000_i64) | text("views", 4)
    });
    assert_eq!(posts(q!(author = Some(7))), text("author", 7));
    assert_eq!(filter::<Comment>(q!(rating__range = (1, 5))), text("rating__range", list(&[1, 5])));
    assert_eq!(filter(Comment::rating.range(1..=5)), text("rating__range", list(&[1, 5])));
}

#[test]
fn values_that_cannot_be_stored_are_told() {
    let condition = Post::likes.gt(u64::MAX) | Post::views.gt(1);
    assert!(matches!(condition.mistake(), Some(embellie::Error::Value(_))));
    let update: embellie::Set<Post> = set!(likes = u64::MAX, title = "x");
    assert!(matches!(update.mistake(), Some(embellie::Error::Value(_))));
    let ordering = (Post::likes + Value(u64::MAX)).desc().into_ordering();
    assert!(matches!(ordering, Err(embellie::Error::Value(_))));
}

#[test]
fn orderings_are_paths_terms_and_text() {
    let typed =
        (Post::created_at.desc(), Post::author.name, Post::subtitle.asc().nulls_last(), "-id").into_ordering().unwrap();
    let name = |name: &str| embellie_core::Expr::path(name);
    assert_eq!(
        typed,
        [name("created_at").desc(), name("author__name").asc(), name("subtitle").asc().nulls_last(), name("id").desc()]
    );
    let named = IntoOrdering::<Post>::into_ordering(["-views", "title"]).unwrap();
    assert_eq!(named, [name("views").desc(), name("title").asc()]);
    assert_eq!(IntoOrdering::<Post>::into_ordering(()), Ok(Vec::new()));
    let computed = (Post::views * 2, (F(Post::views) + 1).desc().nulls_first()).into_ordering().unwrap();
    assert_eq!(computed, [(name("views") * 2).asc(), (name("views") + 1).desc().nulls_first()]);
}

#[test]
fn updates_take_values_and_expressions() {
    let ann = new!(User { id: 7, name: "Ann", email: "ann@x.org" });
    let title = "new";
    let typed: embellie::Set<Post> =
        set!(views = F(views) + 1, title = title, author = &ann, subtitle = None::<String>);
    let shown: Vec<String> = typed.into_assignments().iter().map(|a| format!("{}={}", a.field, a.value)).collect();
    assert_eq!(shown, ["views=F('views') + 1", "title='new'", "author=7", "subtitle=None"]);
}
