//! What Django has around queries: enumerations, `_meta`, cursors, savepoints. What they print is what Django 5.2 printed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Mutex;

use embellie::Database;
use embellie_text::Models;
use embellie_text::statement::Session;

const MODELS: &str = r#"from django.db import models


class Mood(models.TextChoices):
    GOOD = "g", "In good spirits"
    BAD = "b"


class User(models.Model):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"


class BlogPost(models.Model):
    class Status(models.TextChoices):
        DRAFT = "d", "Not yet"
        LIVE = "l", "For all"

    class Level(models.IntegerChoices):
        LOW = 1
        HIGH = 9

    title = models.CharField(max_length=200, help_text="in a few words")
    status = models.CharField(max_length=1, choices=Status.choices, default=Status.DRAFT)
    level = models.IntegerField(choices=Level.choices, null=True, blank=True)
    author = models.ForeignKey(User, models.CASCADE, related_name="posts")
    editor = models.OneToOneField(User, models.SET_NULL, null=True, related_name="edits", db_column="ed")
    readers = models.ManyToManyField(User, related_name="+")
    price = models.DecimalField("what it costs", max_digits=6, decimal_places=2, default=0)
    made = models.DateTimeField(auto_now_add=True)
    slug = models.SlugField(db_index=False)

    class Meta:
        ordering = ["-made", "title"]
        db_table = "posts"
        unique_together = [("title", "author")]


class Comment(models.Model):
    post = models.ForeignKey(BlogPost, models.CASCADE)


class Spot(models.Model):
    pk = models.CompositePrimaryKey("x", "y")
    x = models.IntegerField()
    y = models.IntegerField()
"#;

/// Snippets, and what Django printed for them; a mistake is printed last, by its class and message.
const SNIPPETS: &[(&str, &str)] = &[
    (
        r#"s = BlogPost.Status.LIVE
print(s, repr(s), s.label, s.value, s.name, BlogPost.Status.DRAFT.label, f"{s}|{s:>3}|{s!r}", "%s" % s)
print(BlogPost.Status.choices, BlogPost.Status.labels, BlogPost.Status.values, BlogPost.Status.names)
print([one.label for one in BlogPost.Status], len(BlogPost.Status), list(BlogPost.Level), BlogPost.Status)"#,
        r#"l BlogPost.Status.LIVE For all l LIVE Not yet l|  l|BlogPost.Status.LIVE l
[('d', 'Not yet'), ('l', 'For all')] ['Not yet', 'For all'] ['d', 'l'] ['DRAFT', 'LIVE']
['Not yet', 'For all'] 2 [BlogPost.Level.LOW, BlogPost.Level.HIGH] <enum 'Status'>
"#,
    ),
    (
        r#"print(Mood.GOOD.label, Mood.BAD.label, Mood.GOOD == "g", "g" == Mood.GOOD, Mood("g") is Mood.GOOD or Mood("g") == Mood.GOOD, Mood["BAD"].value, Mood.GOOD != Mood.BAD)
print(BlogPost.Level.HIGH + 1, BlogPost.Level(1).label, BlogPost.Level.LOW < BlogPost.Level.HIGH, Mood.GOOD.upper(), Mood.GOOD + "!", {Mood.GOOD: 1}["g"], bool(Mood.BAD), str(Mood.GOOD), sorted([BlogPost.Level.HIGH, BlogPost.Level.LOW]))"#,
        r#"In good spirits Bad True True True b True
10 Low True G g! 1 True g [BlogPost.Level.LOW, BlogPost.Level.HIGH]
"#,
    ),
    (
        r#"Mood("x")"#,
        r#"ValueError: 'x' is not a valid Mood
"#,
    ),
    (
        r#"Mood["X"]"#,
        r#"KeyError: 'X'
"#,
    ),
    (
        r#"Mood.GOOD.lable"#,
        r#"AttributeError: 'Mood' object has no attribute 'lable'
"#,
    ),
    (
        r#"ann = User.objects.create(name="Ann")
post = BlogPost.objects.create(title="a", author=ann, status=BlogPost.Status.LIVE, level=BlogPost.Level.HIGH)
print(post.status == BlogPost.Status.LIVE, post.get_status_display(), BlogPost.objects.filter(status=BlogPost.Status.LIVE).count(), BlogPost.objects.filter(status__in=BlogPost.Status.values).count(), BlogPost.objects.filter(level__in=[BlogPost.Level.HIGH]).count())
print(BlogPost.Status(BlogPost.objects.get().status).label)"#,
        r#"True For all 1 1 1
For all
"#,
    ),
    (
        r#"m = BlogPost._meta
print(m, m.label, m.label_lower, m.app_label, m.model_name, m.object_name, m.db_table, m.verbose_name, m.verbose_name_plural, m.pk, m.pk.name, m.ordering, m.unique_together, m.managed, m.proxy, m.abstract)
print(User._meta.verbose_name, User._meta.verbose_name_plural, User._meta.db_table, User._meta.ordering, m.get_latest_by)"#,
        r#"blog.blogpost blog.BlogPost blog.blogpost blog blogpost BlogPost posts blog post blog posts blog.BlogPost.id id ['-made', 'title'] (('title', 'author'),) True False False
person people blog_user [] None
"#,
    ),
    (
        r#"print(BlogPost._meta.fields)
print([f.name for f in BlogPost._meta.get_fields()])
print([f.name for f in User._meta.get_fields()], User._meta.related_objects, BlogPost._meta.many_to_many)"#,
        r#"(<django.db.models.fields.AutoField: id>, <django.db.models.fields.CharField: title>, <django.db.models.fields.CharField: status>, <django.db.models.fields.IntegerField: level>, <django.db.models.fields.related.ForeignKey: author>, <django.db.models.fields.related.OneToOneField: editor>, <django.db.models.fields.DecimalField: price>, <django.db.models.fields.DateTimeField: made>, <django.db.models.fields.SlugField: slug>)
['comment', 'id', 'title', 'status', 'level', 'author', 'editor', 'price', 'made', 'slug', 'readers']
['posts', 'edits', 'id', 'name'] (<ManyToOneRel: blog.blogpost>, <OneToOneRel: blog.blogpost>, <ManyToManyRel: blog.blogpost>) (<django.db.models.fields.related.ManyToManyField: readers>,)
"#,
    ),
    (
        r#"for f in BlogPost._meta.get_fields():
    if f.concrete:
        print(f.name, f.attname, f.column, f.verbose_name, f.null, f.blank, f.unique, f.primary_key, f.max_length, f.get_internal_type(), f.is_relation, f.many_to_one, f.one_to_one, f.many_to_many, f.one_to_many, f.auto_created, f.choices, f.help_text, f.db_index)"#,
        r#"id id id ID False True True True None AutoField False None None None None True None  False
title title title title False False False False 200 CharField False None None None None False None in a few words False
status status status status False False False False 1 CharField False None None None None False [('d', 'Not yet'), ('l', 'For all')]  False
level level level level True True False False None IntegerField False None None None None False [(1, 'Low'), (9, 'High')]  False
author author_id author_id author False False False False None ForeignKey True True False False False False None  True
editor editor_id ed editor True False True False None OneToOneField True False True False False False None  True
price price price what it costs False False False False None DecimalField False None None None None False None  False
made made made made False True False False None DateTimeField False None None None None False None  False
slug slug slug slug False False False False 50 SlugField False None None None None False None  False
readers readers readers readers False False False False None ManyToManyField True False False True False False None  False
"#,
    ),
    (
        r#"f = BlogPost._meta.get_field("author")
print(f, repr(f), f.related_model == User, f.related_model.__name__, f.many_to_one, f.remote_field.related_name, f.model == BlogPost)
r = User._meta.get_field("posts")
print(r.name, r.one_to_many, r.many_to_one, r.related_model == BlogPost, r.get_accessor_name(), r.field.name, r.concrete, r.auto_created, repr(r))
c = BlogPost._meta.get_field("comment")
print(c.name, c.get_accessor_name(), c.one_to_many, repr(c))
e = User._meta.get_field("edits")
print(e.one_to_one, e.one_to_many, repr(e), BlogPost._meta.get_field("editor"), repr(BlogPost._meta.get_field("editor")), repr(BlogPost._meta.get_field("readers")))
print(BlogPost._meta.get_field("price").max_digits, BlogPost._meta.get_field("price").decimal_places, BlogPost._meta.get_field("made").auto_now_add, BlogPost._meta.get_field("price").verbose_name, BlogPost._meta.get_field("title").default, BlogPost._meta.get_field("status").default)"#,
        r#"blog.BlogPost.author <django.db.models.fields.related.ForeignKey: author> True User True posts True
posts True False True posts author False True <ManyToOneRel: blog.blogpost>
comment comment_set True <ManyToOneRel: blog.comment>
True False <OneToOneRel: blog.blogpost> blog.BlogPost.editor <django.db.models.fields.related.OneToOneField: editor> <django.db.models.fields.related.ManyToManyField: readers>
6 2 True what it costs <class 'django.db.models.fields.NOT_PROVIDED'> d
"#,
    ),
    (
        r#"BlogPost._meta.get_field("titel")"#,
        r#"FieldDoesNotExist: BlogPost has no field named 'titel'
"#,
    ),
    (
        r#"post = BlogPost(title="x")
print(post._meta.get_field("title").max_length, [f.name for f in post._meta.fields if getattr(post, f.name if not f.is_relation else f.attname)])"#,
        r#"200 ['title', 'status']
"#,
    ),
    (
        r#"with connection.cursor() as cursor:
    cursor.execute("SELECT %s AS a, %s AS b", [1, "x%"])
    print(cursor.description, cursor.fetchone(), cursor.fetchone())
    cursor.execute("SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 ORDER BY 1")
    print(cursor.fetchmany(2), cursor.fetchmany(), cursor.fetchall(), cursor.fetchall())
    cursor.execute("SELECT 'a%' LIKE 'a%%'")
    print(cursor.fetchall())"#,
        r#"(('a', None, None, None, None, None, None), ('b', None, None, None, None, None, None)) (1, 'x%') None
[(1,), (2,)] [(3,)] [(4,)] []
[(1,)]
"#,
    ),
    (
        r#"User.objects.create(name="Ann")
cursor = connection.cursor()
cursor.execute("UPDATE blog_user SET name = %s WHERE name = %s", ["Bob", "Ann"])
print(cursor.rowcount, cursor.description)
cursor.execute("SELECT name FROM blog_user WHERE name = %(who)s", {"who": "Bob"})
print([row[0] for row in cursor])
cursor.executemany("INSERT INTO blog_user (name) VALUES (%s)", [("C",), ("D",)])
cursor.execute("SELECT name FROM blog_user ORDER BY name")
columns = [column[0] for column in cursor.description]
print([dict(zip(columns, row)) for row in cursor.fetchall()], connection.vendor)
cursor.close()"#,
        r#"1 None
['Bob']
[{'name': 'Bob'}, {'name': 'C'}, {'name': 'D'}] sqlite
"#,
    ),
    (
        r#"with transaction.atomic():
    User.objects.create(name="Ann")
    sid = transaction.savepoint()
    User.objects.create(name="Bob")
    transaction.savepoint_rollback(sid)
    User.objects.create(name="Cid")
    other = transaction.savepoint()
    User.objects.create(name="Dan")
    transaction.savepoint_commit(other)
print(sorted(User.objects.values_list("name", flat=True)), transaction.savepoint())"#,
        r#"['Ann', 'Cid', 'Dan'] None
"#,
    ),
    (
        r#"with transaction.atomic():
    User.objects.create(name="Ann")
    with transaction.atomic():
        User.objects.create(name="Bob")
        transaction.set_rollback(True)
        print(transaction.get_rollback())
    print(transaction.get_rollback(), User.objects.count())
print(User.objects.count())
with transaction.atomic():
    User.objects.create(name="Cid")
    transaction.set_rollback(True)
print(User.objects.count())"#,
        r#"True
False 1
1
1
"#,
    ),
    (
        r#"transaction.set_rollback(True)"#,
        r#"TransactionManagementError: The rollback flag doesn't work outside of an 'atomic' block.
"#,
    ),
    (
        r#"with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("INSERT INTO blog_user (name) VALUES (%s)", ["Ann"])
    sid = transaction.savepoint()
    cursor.execute("INSERT INTO blog_user (name) VALUES (%s)", ["Bob"])
    transaction.on_commit(lambda: print("committed"))
    transaction.savepoint_rollback(sid)
    transaction.on_commit(lambda: print("kept"))
print(User.objects.count())"#,
        r#"committed
kept
1
"#,
    ),
    (
        r#"ann, bob, cid = [User.objects.create(name=name) for name in ("Ann", "Bob", "Cid")]
for number, (author, title) in enumerate([(ann, "a"), (ann, "b"), (bob, "a"), (cid, "z"), (cid, "a")]):
    BlogPost.objects.create(title=title, author=author)
both = User.objects.filter(posts__title="a").filter(posts__title="b")
print([user.name for user in (User.objects.filter(posts__title="z") | both).order_by("name")])
print([user.name for user in (both | User.objects.filter(posts__title="z")).order_by("name")])
print([user.name for user in (both | both).order_by("name")], [user.name for user in (both | User.objects.filter(name="Bob")).order_by("name")])"#,
        r#"['Ann', 'Cid', 'Cid']
['Ann', 'Cid', 'Cid']
['Ann', 'Ann'] ['Ann', 'Bob']
"#,
    ),
    (
        r#"for x, y in [(1, 1), (1, 2), (2, 1)]:
    Spot.objects.create(x=x, y=y)
print(Spot.objects.filter(pk__in=[(1, Value(1) + 1), (2, 1)]).count(), Spot.objects.filter(pk__in=[(F("y"), 1)]).count(), Spot.objects.exclude(pk__in=[(1, F("x"))]).count())"#,
        r#"2 1 2
"#,
    ),
];

#[tokio::test]
async fn djangos_words_are_what_django_makes_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("blog");
    std::fs::create_dir(&app).unwrap();
    std::fs::write(app.join("__init__.py"), "").unwrap();
    std::fs::write(app.join("models.py"), MODELS).unwrap();
    let (models, report) = Models::from_python(&app).unwrap();
    let mut wrong = String::new();
    for (snippet, printed) in SNIPPETS {
        let db = Database::builder("sqlite::memory:").registry(models.registry().clone()).connect().await.unwrap();
        db.create_tables(&[]).await.unwrap();
        let mut session = Session::new(models.clone());
        let out = Mutex::new(String::new());
        let print = |text: &str| out.lock().unwrap().push_str(text);
        if let Err(failure) = session.run(snippet, &db, &print).await {
            print(&format!("{}: {}\n", failure.error.class(), failure.error));
        }
        let out = out.into_inner().unwrap();
        // Help that Django does not give may follow a message.
        let told: Vec<&str> = out.lines().map(|line| line.split("; did you mean").next().unwrap_or(line)).collect();
        if told != printed.lines().collect::<Vec<_>>() {
            wrong.push_str(&format!("{snippet}\n--- {out}\n--- Django: {printed}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{report}");
}

#[tokio::test]
async fn what_only_reads_refuses_cursors_that_write() {
    let models = Models::of_registry(embellie::Registry::default(), Default::default());
    let db = Database::builder("sqlite::memory:").registry(models.registry().clone()).connect().await.unwrap();
    let mut session = Session::new(models).only_reads();
    let text = "connection.cursor().execute('CREATE TABLE x (id INTEGER)')";
    let failure = session.run(text, &db, &|_| {}).await.unwrap_err();
    assert_eq!(failure.error.class(), "NotSupportedError");
    let text = "c = connection.cursor()\nc.close()\nc.execute('SELECT 1')";
    let failure = session.run(text, &db, &|_| {}).await.unwrap_err();
    assert_eq!((failure.error.class(), failure.error.to_string().as_str()), ("InterfaceError", "Cursor is closed."));
    let failure = session.run("connection.cursor().execute('BEGIN')", &db, &|_| {}).await.unwrap_err();
    assert!(failure.error.to_string().contains("reading only"), "{}", failure.error);
}
