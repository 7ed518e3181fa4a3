//! Statements with Django query text in them: snippets run as they stand, change what they should, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Mutex;
use std::time::Duration;

use embellie::Database;
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, rows};
use embellie_text::models::Settings;
use embellie_text::statement::{Failure, Limits, Session};
use embellie_text::{Models, Py};

embellie_suite::on_every_database! { blog:
    snippets_print_what_python_prints,
    objects_are_changed_where_they_are_held,
    transactions_hold_together,
    related_objects_in_a_loop_and_rows_are_read_once,
    mistakes_tell_their_class_and_line,
    an_entry_is_bounded_and_can_be_abandoned,
    long_chains_of_values_are_dropped,
}

fn session(db: &Database) -> Session {
    Session::new(Models::of_registry(db.registry().clone(), Settings::default()))
}

/// What an entry prints; the value of its last expression comes last.
async fn printed(session: &mut Session, text: &str, db: &Database) -> Result<String, Failure> {
    let output = Mutex::new(String::new());
    let value = session.run(text, db, &|text| output.lock().unwrap().push_str(text)).await?;
    let mut output = output.into_inner().unwrap();
    if let Some(value) = value.filter(|value| !matches!(value, Py::None)) {
        output.push_str(&session.repr(&value, db).await.unwrap_or_else(|error| error.to_string()));
    }
    Ok(output)
}

async fn assert_prints(db: &Database, text: &str, expected: &str) {
    match printed(&mut session(db), text, db).await {
        Ok(output) => assert_eq!(output.trim_end(), expected.trim_end(), "{text}"),
        Err(failure) => panic!("line {} of {text}: {failure}", failure.line),
    }
}

async fn refused(db: &Database, text: &str) -> (String, usize) {
    match printed(&mut session(db), text, db).await {
        Ok(output) => panic!("{text} printed {output}"),
        Err(failure) => (failure.to_string(), failure.line),
    }
}

async fn snippets_print_what_python_prints(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_prints(
        db,
        r#"
"""Posts by author."""
from django.db.models import Count, Q, F
from blog.models import User, Post

users = User.objects.annotate(post_count=Count('posts')).filter(post_count__gt=0).order_by('name')
for user in users:
    print(f"{user.name}: {user.post_count} posts")  # a comment
"#,
        "Ann: 2 posts\nBob: 1 posts\nDörte: 1 posts",
    )
    .await;
    assert_prints(
        db,
        r#"
def search(title=None, published=None):
    query = Q()
    if title:
        query &= Q(title__icontains=title)
    if published is not None:
        query &= Q(published=published)
    return Post.objects.filter(query)

titles = [post.title for post in search(published=True) if post.views >= 10]
print(titles, len(search('a')), search('nothing').exists())
by_author = {}
for post in Post.objects.select_related('author'):
    by_author.setdefault(post.author.name, []).append(post.title)
for name, posts in sorted(by_author.items(), key=lambda item: (-len(item[1]), item[0])):
    print(name, ', '.join(posts), sep=': ')
total = sum(post.views for post in Post.objects.all())
print(f"{total:,} views, {total / 7:.2f} {'many' if total > 100 else 'few'} {total!r:>6}|")
"#,
        "['Alpha', 'Delta'] 4 False\nAnn: Alpha, Beta\nBob: Gamma\nDörte: Delta\n115 views, 16.43 many    115|",
    )
    .await;
    assert_prints(
        db,
        "try:\n    Post.objects.get(title='none')\nexcept Post.DoesNotExist as e:\n    print('missing:', e)\n\
         finally:\n    print('done')",
        "missing: Post matching query does not exist.\ndone",
    )
    .await;
    // What is read for others is apart from what is shared.
    let mut own = session(db);
    let value = own.run("Post.objects.order_by('id').first()", db, &|_| {}).await?.unwrap();
    assert!(matches!(own.read(&value, Some(5), db).await?, (Py::Object(post), false) if post.key() == 1.into()));
    let value = own.run("[post.title for post in Post.objects.order_by('id')]", db, &|_| {}).await?.unwrap();
    assert!(matches!(own.read(&value, Some(2), db).await?, (Py::List(titles), true) if titles.len() == 2));
    assert_prints(db, "Post.objects.all()[:1]", "<QuerySet [<Post: Post object (1)>]>").await;
    assert_prints(db, "x = Post.objects.values_list('title', flat=True)\nx[1:3]", "<QuerySet ['Beta', 'Delta']>").await;
    Ok(())
}

async fn objects_are_changed_where_they_are_held(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_prints(
        db,
        r#"
posts = list(Post.objects.filter(author__name='Ann'))
for post in posts:
    post.views += 1000
    post.note = post.title.upper()
print(Post.objects.bulk_update(posts, ['views']), [p.note for p in posts])
print(Post.objects.filter(views__gt=1000).count())

made = [Tag(name=f'tag {i}') for i in range(3)]
Tag.objects.bulk_create(made)
print(all(tag.pk for tag in made), Tag.objects.filter(name__startswith='tag ').count())

post = Post.objects.get(title='Gamma')
post.author = User.objects.get(name='Ann')
post.save()
print(post.author.name, Post.objects.get(pk=post.pk).author.name, post.author is post.author)
Post.objects.filter(pk=post.pk).update(title='Gamma 2')
print(post.title)
post.refresh_from_db()
print(post.title)
"#,
        "2 ['ALPHA', 'BETA']\n2\nTrue 3\nAnn Ann True\nGamma\nGamma 2",
    )
    .await;
    Ok(())
}

async fn transactions_hold_together(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let mut session = session(db);
    let failure = printed(
        &mut session,
        "with transaction.atomic():\n    User.objects.create(name='Eve', email='e')\n    raise ValueError('no')",
        db,
    )
    .await
    .unwrap_err();
    assert_eq!((failure.to_string().as_str(), failure.line), ("ValueError: no", 3));
    assert_eq!(rows(db, "blog.User").count(db).await?, 4);
    let text = r#"
with transaction.atomic():
    User.objects.create(name='Eve', email='e')
    try:
        with transaction.atomic():
            User.objects.create(name='Zoe', email='e')
    except IntegrityError:
        print('taken')
print([user.name for user in User.objects.order_by('id')][-1])"#;
    assert_eq!(printed(&mut session, text, db).await?, "taken\nEve\n");
    Ok(())
}

async fn related_objects_in_a_loop_and_rows_are_read_once(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let capture = db.capture();
    let text = r#"
posts = Post.objects.all()
if posts:
    for post in posts:
        post.views
print(len(posts), posts.count(), posts[0].title)
post = posts[0]
print(post.author.name, post.author.email)"#;
    let output = printed(&mut session(db), text, db).await?;
    assert!(output.starts_with("4 4 Alpha\nAnn "), "{output}");
    assert_eq!(capture.len(), 2, "{:?}", capture.statements());
    // The authors of all posts are read at the first post's.
    let capture = db.capture();
    let text = "for post in Post.objects.order_by('id'):\n    print(post.author.name)";
    assert_eq!(printed(&mut session(db), text, db).await?, "Ann\nAnn\nBob\nDörte\n");
    assert_eq!(capture.len(), 2, "{:?}", capture.statements());
    Ok(())
}

async fn mistakes_tell_their_class_and_line(db: &Database) -> Outcome {
    blog_rows(db).await?;
    for (text, wanted, line) in [
        ("x = 1\nif x:\n    y = list(Post.objects.filter(autor=1))\n", "FieldError: Cannot resolve keyword 'autor'", 3),
        ("x = 1\nprint(x +)\n", "SyntaxError: Expected an expression", 2),
        ("Pots.objects.all()", "NameError: name 'Pots' is not defined; did you mean 'Post'?", 1),
        ("def f(a):\n    return a\n\nf()", "TypeError: f() missing 1 required positional argument: 'a'", 4),
        ("class A:\n    pass", "NotImplementedError: class A is not understood here", 1),
        ("import os\nos.system('ls')", "NameError: name 'os' is not defined: it was to come from 'os'", 2),
        ("open('/etc/passwd')", "NameError: name 'open' is not defined", 1),
        ("__import__('os')", "NameError", 1),
        ("Post.objects.__class__", "", 0),
        ("[1][2]", "IndexError: list index out of range", 1),
        ("{'a': 1}['b']", "KeyError: 'b'", 1),
        ("'1' + 1", "TypeError", 1),
        ("a, b = 1, 2, 3", "ValueError: too many values to unpack (expected 2)", 1),
        ("break", "SyntaxError", 1),
        ("x: int = 'a'\nx.nothing()", "AttributeError: 'str' object has no attribute 'nothing'", 2),
        (
            "Post.objects.first().autor",
            "AttributeError: 'Post' object has no attribute 'autor'; did you mean 'author'?",
            1,
        ),
    ] {
        if wanted.is_empty() {
            continue;
        }
        let (message, at) = refused(db, text).await;
        assert!(message.starts_with(wanted), "{text}: {message}");
        assert_eq!(at, line, "{text}: {message}");
    }
    Ok(())
}

async fn an_entry_is_bounded_and_can_be_abandoned(db: &Database) -> Outcome {
    let limits = {
        let mut limits = Limits::default();
        (limits.steps, limits.bytes) = (200_000, 8 << 20);
        limits
    };
    let small = || session(db).with_limits(limits);
    for (text, class) in [
        ("while True:\n    pass", "RuntimeError"),
        ("x = 'a'\nwhile True:\n    x += x", "MemoryError"),
        ("x = [0]\nwhile True:\n    x = x + x", "MemoryError"),
        ("x = []\nwhile True:\n    x.append(x)", "MemoryError"),
        ("'a' * 10 ** 12", "MemoryError"),
        ("f'{1:1000000000}'", "ValueError"),
        ("list(range(10 ** 9))", "MemoryError"),
        ("q = F('views')\nfor i in range(3000):\n    q = q + 1", "RecursionError"),
        ("q = Q(views=1)\nfor i in range(3000):\n    q = ~(q | Q(views=i)) & Q(id=i)", "RecursionError"),
        (
            "s = Post.objects.all()\nfor i in range(100):\n    s = Post.objects.filter(id__in=s.values('id')) \
             .exclude(id__in=s.values('id'))",
            "MemoryError",
        ),
        ("def f(n):\n    return f(n + 1)\nf(0)", "RecursionError"),
        ("f = lambda g: g(g)\nf(f)", "RecursionError"),
        ("x = []\nx.append(x)\nPost.objects.filter(id__in=x)", "RecursionError"),
        ("x = []\nx.append(x)\ny = []\ny.append(y)\nx == y", "RecursionError"),
    ] {
        let failure = printed(&mut small(), text, db).await.map(|output| panic!("{text}: {output}")).unwrap_err();
        assert_eq!(failure.error.class(), class, "{text}: {failure}");
    }
    // A loop without a query is abandoned too, and the session goes on with what it has.
    let mut session = session(db);
    let endless = "n = 0\nwhile True:\n    n += 1";
    assert!(tokio::time::timeout(Duration::from_millis(50), printed(&mut session, endless, db)).await.is_err());
    assert_eq!(printed(&mut session, "print(n > 0)", db).await?, "True\n");
    Ok(())
}

async fn long_chains_of_values_are_dropped(db: &Database) -> Outcome {
    let mut session = session(db);
    for chain in ["x = [x]", "x = (x,)", "x = {'a': x}", "x = x.append if False else [x.__len__]", "x = lambda: x"] {
        let text = format!("x = []\nfor i in range(50000):\n    {chain}\nx = None");
        if let Err(failure) = printed(&mut session, &text, db).await {
            assert_eq!(failure.error.class(), "AttributeError", "{chain}: {failure}");
        }
    }
    Ok(())
}
