//! Any query over any rows: every database gives the same answer, and it is the one that Django's rules give when they
//! are followed to the letter, row by row.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use embellie::{Database, Q, Record, Value};
use embellie_suite::models::blog;
use embellie_suite::{Kind, Outcome, Rows, fresh, ids, list, object, q, rows};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// The rows of one case. Keys count from 1 in each list.
#[derive(Debug, Clone)]
struct World {
    /// Name, active.
    users: Vec<(String, bool)>,
    /// Names.
    tags: Vec<String>,
    posts: Vec<Post>,
    comments: Vec<Comment>,
}

#[derive(Debug, Clone)]
struct Post {
    author: usize,
    editor: Option<usize>,
    views: i64,
    published: bool,
    subtitle: Option<String>,
    tags: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
struct Comment {
    post: usize,
    author: Option<usize>,
    body: String,
    score: Option<i64>,
}

/// A comparison: a path to a field and what it asks.
#[derive(Debug, Clone)]
struct Leaf {
    path: &'static str,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Is(Value),
    Below(i64),
    AtLeast(i64),
    Between(i64, i64),
    OneOf(Vec<Value>),
    Holds(String),
    BeginsWith(String),
    HoldsAnyCase(String),
    IsNull(bool),
}

#[derive(Debug, Clone)]
enum Tree {
    Leaf(Leaf),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

#[derive(Debug, Clone)]
struct Step {
    exclude: bool,
    tree: Tree,
}

/// All of them in lower case, of which `contains` takes no regard on SQLite.
const WORDS: [&str; 6] = ["", "a", "ü", "ab", "c%", "_"];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(&WORDS[..]).prop_map(str::to_owned)
}

fn world() -> impl Strategy<Value = World> {
    let users = prop::collection::vec((word(), any::<bool>()), 1..4);
    let tags = Just(vec!["a".to_owned(), "ab".to_owned(), "c%".to_owned()]);
    let post = (
        0..3usize,
        prop::option::of(0..3usize),
        0..4i64,
        any::<bool>(),
        prop::option::of(word()),
        prop::collection::btree_set(0..3usize, 0..3),
    )
        .prop_map(|(author, editor, views, published, subtitle, tags)| Post {
            author,
            editor,
            views,
            published,
            subtitle,
            tags,
        });
    let comment = (0..5usize, prop::option::of(0..3usize), word(), prop::option::of(0..4i64))
        .prop_map(|(post, author, body, score)| Comment { post, author, body, score });
    (users, tags, prop::collection::vec(post, 1..6), prop::collection::vec(comment, 0..8)).prop_map(
        |(users, tags, mut posts, mut comments)| {
            // Whom and what they point at exists.
            for post in &mut posts {
                post.author %= users.len();
                post.editor = post.editor.map(|editor| editor % users.len());
            }
            for comment in &mut comments {
                comment.post %= posts.len();
                comment.author = comment.author.map(|author| author % users.len());
            }
            World { users, tags, posts, comments }
        },
    )
}

fn leaf() -> impl Strategy<Value = Leaf> {
    let texts =
        &["subtitle", "author__name", "editor__name", "comments__body", "comments__author__name", "tags__name"][..];
    let numbers = &["views", "comments__score"][..];
    let booleans = &["published", "author__active", "editor__active", "comments__author__active"][..];
    let nullable = &[
        "subtitle",
        "editor",
        "editor__name",
        "comments",
        "comments__score",
        "comments__author",
        "comments__author__name",
        "tags",
        "tags__name",
    ][..];
    let text = prop_oneof![
        word().prop_map(|word| Test::Is(word.into())),
        word().prop_map(Test::Holds),
        word().prop_map(Test::BeginsWith),
        word().prop_map(|word| Test::HoldsAnyCase(word.to_uppercase())),
        prop::collection::vec(word(), 0..3).prop_map(|words| Test::OneOf(words.into_iter().map(Value::from).collect())),
    ];
    let number = prop_oneof![
        (0..4i64).prop_map(|n| Test::Is(n.into())),
        (0..5i64).prop_map(Test::Below),
        (0..5i64).prop_map(Test::AtLeast),
        (0..4i64, 0..4i64).prop_map(|(low, high)| Test::Between(low, high)),
        prop::collection::vec(0..4i64, 0..3).prop_map(|ns| Test::OneOf(ns.into_iter().map(Value::from).collect())),
    ];
    prop_oneof![
        (prop::sample::select(texts), text).prop_map(|(path, test)| Leaf { path, test }),
        (prop::sample::select(numbers), number).prop_map(|(path, test)| Leaf { path, test }),
        (prop::sample::select(booleans), any::<bool>()).prop_map(|(path, b)| Leaf { path, test: Test::Is(b.into()) }),
        (prop::sample::select(nullable), any::<bool>())
            .prop_map(|(path, null)| Leaf { path, test: Test::IsNull(null) }),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    leaf().prop_map(Tree::Leaf).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Tree::And),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Tree::Or),
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
        ]
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((any::<bool>(), tree()).prop_map(|(exclude, tree)| Step { exclude, tree }), 1..4)
}

impl Leaf {
    fn condition(&self) -> Q<Record> {
        let at = |lookup: &str| format!("{}__{lookup}", self.path);
        match &self.test {
            Test::Is(value) => q(self.path, value.clone()),
            Test::Below(n) => q(&at("lt"), *n),
            Test::AtLeast(n) => q(&at("gte"), *n),
            Test::Between(low, high) => q(&at("range"), list([*low, *high])),
            Test::OneOf(values) => q(&at("in"), Value::List(values.clone())),
            Test::Holds(word) => q(&at("contains"), word.as_str()),
            Test::BeginsWith(word) => q(&at("startswith"), word.as_str()),
            Test::HoldsAnyCase(word) => q(&at("icontains"), word.as_str()),
            Test::IsNull(null) => q(&at("isnull"), *null),
        }
    }

    /// Whether the value satisfies the comparison. Null satisfies none but `isnull`.
    fn holds(&self, value: &Value) -> bool {
        let text = || if let Value::Text(text) = value { text.clone() } else { String::new() };
        let number = || if let Value::Int(n) = value { *n } else { 0 };
        match &self.test {
            Test::IsNull(null) => value.is_null() == *null,
            _ if value.is_null() => false,
            Test::Is(wanted) => value == wanted,
            Test::Below(n) => number() < *n,
            Test::AtLeast(n) => number() >= *n,
            Test::Between(low, high) => (*low..=*high).contains(&number()),
            Test::OneOf(wanted) => wanted.contains(value),
            Test::Holds(word) => text().contains(word.as_str()),
            Test::BeginsWith(word) => text().starts_with(word.as_str()),
            Test::HoldsAnyCase(word) => text().to_lowercase().contains(&word.to_lowercase()),
        }
    }
}

impl Tree {
    /// Whether the answer follows from the rules as they are documented. Of two cases Django says nothing, and its
    /// answers depend on the order of the conditions: a negation below another, where related rows that are absent may
    /// be forgotten; and a related row that is asked for and ruled out in one call. The databases must agree there,
    /// too, but what is right is another matter.
    fn is_documented(&self, excluded: bool) -> bool {
        let mut asked = [BTreeSet::new(), BTreeSet::new()];
        let nested = self.survey(excluded, &mut asked);
        !nested && asked[0].is_disjoint(&asked[1])
    }

    /// Gathers the multi-valued relations that are asked for and those that are ruled out, and tells whether a
    /// negation stands below another.
    fn survey(&self, negated: bool, asked: &mut [BTreeSet<&'static str>; 2]) -> bool {
        match self {
            Tree::Leaf(leaf) => {
                let relation = ["comments", "tags"].into_iter().find(|relation| leaf.path.starts_with(relation));
                asked[usize::from(negated)].extend(relation);
                false
            }
            Tree::And(trees) | Tree::Or(trees) => {
                let mut nested = false;
                for tree in trees {
                    nested |= tree.survey(negated, asked);
                }
                nested
            }
            Tree::Not(tree) => tree.survey(true, asked) || negated,
        }
    }

    fn condition(&self) -> Q<Record> {
        match self {
            Tree::Leaf(leaf) => leaf.condition(),
            Tree::And(trees) => trees.iter().map(Tree::condition).reduce(|a, b| a & b).unwrap(),
            Tree::Or(trees) => trees.iter().map(Tree::condition).reduce(|a, b| a | b).unwrap(),
            Tree::Not(tree) => !tree.condition(),
        }
    }
}

/// The related rows that one call of `filter()` speaks of.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    comment: Option<usize>,
    tag: Option<usize>,
}

impl World {
    /// The value at a path from a post, by way of the chosen rows.
    fn value(&self, post: usize, path: &str, chosen: Chosen) -> Value {
        let row = &self.posts[post];
        let user = |user: Option<usize>, field: &str| -> Value {
            match (user, field) {
                (None, _) => Value::Null,
                (Some(user), "") => (user as i64).into(),
                (Some(user), "__name") => self.users[user].0.as_str().into(),
                (Some(user), _) => self.users[user].1.into(),
            }
        };
        let comment = chosen.comment.map(|comment| &self.comments[comment]);
        let of_comment = |value: &dyn Fn(&Comment) -> Value| comment.map_or(Value::Null, value);
        match path {
            "views" => row.views.into(),
            "published" => row.published.into(),
            "subtitle" => row.subtitle.clone().into(),
            "comments" => of_comment(&|_| 1.into()),
            "comments__body" => of_comment(&|comment| comment.body.as_str().into()),
            "comments__score" => of_comment(&|comment| comment.score.into()),
            "tags" => chosen.tag.map_or(Value::Null, |_| 1.into()),
            "tags__name" => chosen.tag.map_or(Value::Null, |tag| self.tags[tag].as_str().into()),
            path => {
                if let Some(field) = path.strip_prefix("author") {
                    user(Some(row.author), field)
                } else if let Some(field) = path.strip_prefix("editor") {
                    user(row.editor, field)
                } else if let Some(field) = path.strip_prefix("comments__author") {
                    user(comment.and_then(|comment| comment.author), field)
                } else {
                    panic!("no such path: {path}")
                }
            }
        }
    }

    /// The comments of a post, or the one absent comment where there is none.
    fn comments_of(&self, post: usize) -> Vec<Option<usize>> {
        let comments = 0..self.comments.len();
        let found: Vec<_> = comments.filter(|&comment| self.comments[comment].post == post).map(Some).collect();
        if found.is_empty() { vec![None] } else { found }
    }

    fn tags_of(&self, post: usize) -> Vec<Option<usize>> {
        let found: Vec<_> = self.posts[post].tags.iter().copied().map(Some).collect();
        if found.is_empty() { vec![None] } else { found }
    }

    fn choices(&self, post: usize) -> impl Iterator<Item = Chosen> {
        let tags = self.tags_of(post);
        self.comments_of(post)
            .into_iter()
            .flat_map(move |comment| tags.clone().into_iter().map(move |tag| Chosen { comment, tag }))
    }

    fn holds(&self, post: usize, tree: &Tree, chosen: Chosen, negated: bool) -> bool {
        match tree {
            // Below a negation each condition asks for itself whether any related row satisfies it.
            Tree::Leaf(leaf) if negated => {
                self.choices(post).any(|chosen| leaf.holds(&self.value(post, leaf.path, chosen)))
            }
            Tree::Leaf(leaf) => leaf.holds(&self.value(post, leaf.path, chosen)),
            Tree::And(trees) => trees.iter().all(|tree| self.holds(post, tree, chosen, negated)),
            Tree::Or(trees) => trees.iter().any(|tree| self.holds(post, tree, chosen, negated)),
            Tree::Not(tree) => !self.holds(post, tree, chosen, true),
        }
    }

    fn answer(&self, steps: &[Step]) -> Vec<i64> {
        (0..self.posts.len())
            .filter(|&post| {
                steps.iter().all(|step| match step.exclude {
                    false => self.choices(post).any(|chosen| self.holds(post, &step.tree, chosen, false)),
                    true => !self.holds(post, &step.tree, Chosen { comment: None, tag: None }, true),
                })
            })
            .map(|post| post as i64 + 1)
            .collect()
    }

    async fn store(&self, db: &Database) -> Outcome {
        let key = |place: usize| Value::Int(place as i64 + 1);
        let insert = async |model: &str, fields: Vec<Vec<(&str, Value)>>| -> Outcome {
            let mut records = Vec::new();
            for (place, fields) in fields.into_iter().enumerate() {
                let mut record = object(db, model, &fields)?;
                record.set("id", key(place))?;
                records.push(record);
            }
            rows(db, model).bulk_create(&mut records, db).await?;
            Ok(())
        };
        for model in ["blog.Comment", "blog.Post", "blog.Tag", "blog.User"] {
            rows(db, model).delete(db).await?;
        }
        let users = self.users.iter().enumerate().map(|(n, (name, active))| {
            vec![("name", name.as_str().into()), ("email", format!("{n}@x.org").into()), ("active", (*active).into())]
        });
        insert("blog.User", users.collect()).await?;
        insert("blog.Tag", self.tags.iter().map(|name| vec![("name", name.as_str().into())]).collect()).await?;
        let posts = self.posts.iter().map(|post| {
            vec![
                ("title", "x".into()),
                ("author", key(post.author)),
                ("editor", post.editor.map(key).unwrap_or_default()),
                ("views", post.views.into()),
                ("published", post.published.into()),
                ("subtitle", post.subtitle.clone().into()),
            ]
        });
        insert("blog.Post", posts.collect()).await?;
        let links = self.posts.iter().enumerate().flat_map(|(post, row)| row.tags.iter().map(move |tag| (post, *tag)));
        insert("blog.Post_tags", links.map(|(post, tag)| vec![("post", key(post)), ("tag", key(tag))]).collect())
            .await?;
        let comments = self.comments.iter().map(|comment| {
            vec![
                ("post", key(comment.post)),
                ("author", comment.author.map(key).unwrap_or_default()),
                ("body", comment.body.as_str().into()),
                ("score", comment.score.into()),
            ]
        });
        insert("blog.Comment", comments.collect()).await
    }
}

fn query(db: &Database, steps: &[Step]) -> Rows {
    steps.iter().fold(rows(db, "blog.Post").order_by("id"), |rows, step| match step.exclude {
        true => rows.exclude(step.tree.condition()),
        false => rows.filter(step.tree.condition()),
    })
}

/// The keys of a query's rows, as often as they come.
async fn answer(db: &Database, steps: &[Step]) -> Outcome<Vec<i64>> {
    let asked = query(db, steps);
    let found = ids(asked.clone(), db).await?;
    assert_eq!(asked.count(db).await?, found.len() as u64, "count()");
    assert_eq!(asked.exists(db).await?, !found.is_empty(), "exists()");
    let mut once = found.clone();
    once.dedup();
    assert_eq!(ids(asked.distinct(), db).await?, once, "distinct()");
    Ok(found)
}

#[test]
fn every_database_gives_the_same_right_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let databases: Outcome<Vec<_>> = runtime.block_on(async {
        let mut databases = Vec::new();
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let fresh = fresh(kind).await?;
            databases.push((kind, fresh.connect(blog()).await?, fresh));
        }
        Ok(databases)
    });
    let databases = databases.unwrap();
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config =
        Config { cases: cases.unwrap_or(40), failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let cases = (world(), prop::collection::vec(steps(), 25));
    let outcome = TestRunner::new(config).run(&cases, |(world, queries)| {
        runtime.block_on(async {
            for (_, db, _) in &databases {
                world.store(db).await.map_err(|failure| TestCaseError::fail(format!("{failure:?}")))?;
            }
            for steps in &queries {
                let documented = steps.iter().all(|step| step.tree.is_documented(step.exclude));
                let expected = documented.then(|| world.answer(steps));
                let shown = query(&databases[0].1, steps);
                let mut first: Option<Vec<i64>> = None;
                for (kind, db, _) in &databases {
                    let found = match answer(db, steps).await {
                        Ok(found) => found,
                        Err(failure) => return Err(TestCaseError::fail(format!("{kind:?}: {failure:?}: {shown:?}"))),
                    };
                    let mut once = found.clone();
                    once.dedup();
                    if let Some(expected) = &expected {
                        prop_assert_eq!(&once, expected, "{:?}: {:?}", kind, shown);
                    }
                    let first = first.get_or_insert_with(|| found.clone());
                    prop_assert_eq!(&*first, &found, "{:?}: {:?}", kind, shown);
                }
            }
            Ok(())
        })
    });
    runtime.block_on(async { databases.iter().for_each(|(_, db, _)| db.close()) });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
