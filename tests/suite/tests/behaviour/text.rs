//! Django query text: what it means, what it refuses, and what it cannot reach.

use embellie::{Database, Value};
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, ids, int, rows};
use embellie_text::models::Settings;
use embellie_text::{Error, Models, Py, evaluate};

embellie_suite::on_every_database! { blog:
    queries_mean_what_they_mean_in_django,
    expressions_and_aggregates,
    objects_are_written,
    relations_of_objects_are_sets,
    mistakes_have_the_classes_of_django,
    nothing_but_the_language_of_queries_is_there,
}

async fn ask(text: &str, db: &Database) -> Result<Py, Error> {
    evaluate(text, &Models::of_registry(db.registry().clone(), Settings::default()), db).await
}

/// The value in Python's notation, objects by their names or titles.
fn shown(value: &Py) -> String {
    let list = |values: &[Py]| values.iter().map(shown).collect::<Vec<_>>().join(", ");
    match value {
        Py::None => "None".into(),
        Py::Bool(value) => if *value { "True" } else { "False" }.into(),
        Py::Int(value) => value.to_string(),
        Py::Float(value) => format!("{value:?}"),
        Py::Str(value) => format!("'{value}'"),
        Py::Date(value) => value.to_string(),
        Py::List(values) => format!("[{}]", list(values)),
        Py::Tuple(values) => format!("({})", list(values)),
        Py::Dict(items) => {
            let items = items.iter().map(|(key, item)| format!("{}: {}", shown(key), shown(item)));
            format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
        }
        Py::Object(object) => {
            let record = object.record();
            let name = ["name", "title", "body", "bio"].iter().find_map(|field| record.get(field).ok());
            let added: String =
                object.annotations().iter().map(|(name, item)| format!(" {name}={}", shown(item))).collect();
            format!("<{}{added}>", name.map_or_else(String::new, |name| name.to_string().replace('\'', "")))
        }
        other => format!("a {}", other.type_name()),
    }
}

async fn assert_all(db: &Database, expected: &[(&str, &str)]) -> Outcome {
    for (text, wanted) in expected {
        match ask(text, db).await {
            Ok(value) => assert_eq!(shown(&value), *wanted, "{text}"),
            Err(error) => panic!("{text}: {}: {error}", error.class()),
        }
    }
    Ok(())
}

async fn queries_mean_what_they_mean_in_django(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_all(
        db,
        &[
            ("User.objects.all()", "[<Ann>, <Bob>, <Cid>, <Dörte>]"),
            ("Post.objects.filter(author__name='Ann', views__gte=5)", "[<Alpha>, <Beta>]"),
            ("Post.objects.filter(Q(views__gt=50) | ~Q(published=True))", "[<Beta>, <Delta>]"),
            ("Post.objects.exclude(tags__name='rust').order_by('-views')", "[<Delta>, <Gamma>]"),
            ("Post.objects.filter(tags__name='rust').filter(tags__name='orm')", "[<Alpha>]"),
            ("Post.objects.filter(author=User.objects.get(name='Ann')).count()", "2"),
            ("Post.objects.filter(pk__in=[1, 3]) | Post.objects.filter(title='Delta')", "[<Alpha>, <Delta>, <Gamma>]"),
            ("Post.objects.order_by('views')[1:3]", "[<Beta>, <Alpha>]"),
            ("Post.objects.order_by('views')[::2]", "[<Gamma>, <Alpha>]"),
            ("Post.objects.order_by('-pk')[0].title", "'Delta'"),
            ("Post.objects.values_list('title', flat=True).order_by('title')[:2]", "['Alpha', 'Beta']"),
            ("Post.objects.values('title', writer=F('author__name')).get(pk=1)", "{'title': 'Alpha', 'writer': 'Ann'}"),
            ("Post.objects.filter(posted__range=(datetime.date(2024, 1, 1), datetime.date(2024, 2, 1)))", "[<Alpha>]"),
            ("Post.objects.dates('posted', 'year')", "[2023-01-01, 2024-01-01]"),
            ("Tag.objects.filter(posts__isnull=True).exists()", "True"),
            ("Comment.objects.filter(**{'post__author__name': 'Ann', 'score__gt': 2})", "[<good>]"),
            ("Post.objects.filter(posted__isnull=False).latest().title", "'Beta'"),
            ("Post.objects.none().count()", "0"),
        ],
    )
    .await
}

async fn expressions_and_aggregates(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_all(
        db,
        &[
            ("User.objects.annotate(n=Count('posts')).filter(n__gt=0).order_by('pk')", "[<Ann n=2>, <Bob n=1>, <Dörte n=1>]"),
            ("Post.objects.aggregate(Max('views'), mean=Avg('views'))", "{'mean': 28.75, 'views__max': 100}"),
            (
                "Post.objects.values('author__name').annotate(n=Sum('views')).order_by('author__name')",
                "[{'author__name': 'Ann', 'n': 15}, {'author__name': 'Bob', 'n': 0}, {'author__name': 'Dörte', 'n': 100}]",
            ),
            // Two relations of several rows in one query are joined, as in Django: each row counts for every other.
            ("User.objects.annotate(a=Count('posts'), b=Count('posts__comments')).get(name='Ann')", "<Ann a=4 b=4>"),
            (
                "Post.objects.annotate(heat=Case(When(views__gt=50, then=Value('hot')), default=Value('cold'))).get(pk=4)",
                "<Delta heat='hot'>",
            ),
            ("User.objects.filter(Exists(Post.objects.filter(author=OuterRef('pk'), views=0)))", "[<Bob>]"),
            (
                "Post.objects.annotate(n=Window(RowNumber(), partition_by='author', order_by='-views')).filter(n=1)",
                "[<Alpha n=1>, <Delta n=1>, <Gamma n=1>]",
            ),
            ("Post.objects.annotate(x=F('views') * 2 + 1).get(pk=1)", "<Alpha x=21>"),
            ("Post.objects.annotate(x=Upper('title')).values_list('x', flat=True).order_by('x')[0]", "'ALPHA'"),
        ],
    )
    .await
}

async fn objects_are_written(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_all(
        db,
        &[
            ("User.objects.create(name='Eve', email='eve@x.org').pk", "5"),
            ("User(name='Fay', email='fay@x.org').save()", "None"),
            ("User.objects.get_or_create(email='eve@x.org', defaults={'name': 'Other'})", "(<Eve>, False)"),
            ("User.objects.update_or_create(email='gus@x.org', defaults={'name': 'Gus'})", "(<Gus>, True)"),
            ("Post.objects.filter(author__name='Ann').update(views=F('views') + 1)", "2"),
            ("Post.objects.order_by('pk').values_list('views', flat=True)", "[11, 6, 0, 100]"),
            (
                "User.objects.bulk_create([User(name='Hal', email='hal@x.org'), User(name='Ida', email='ida@x.org')])",
                "[<Hal>, <Ida>]",
            ),
            ("User.objects.filter(name__in=['Eve', 'Fay', 'Gus', 'Hal', 'Ida']).delete()", "(5, {'blog.User': 5})"),
        ],
    )
    .await
}

async fn relations_of_objects_are_sets(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_all(
        db,
        &[
            ("Post.objects.get(pk=1).author", "<Ann>"),
            ("User.objects.get(name='Ann').posts.filter(views__gt=5)", "[<Alpha>]"),
            ("User.objects.get(name='Ann').profile", "<writes>"),
            ("Post.objects.get(pk=3).tags.add(Tag.objects.get(name='db'), Tag.objects.get(name='orm'))", "None"),
            ("Post.objects.get(pk=3).tags.order_by('name')", "[<db>, <orm>]"),
            ("Post.objects.get(pk=3).tags.set([Tag.objects.get(name='rust')])", "None"),
            ("Tag.objects.get(name='rust').posts.order_by('title')", "[<Alpha>, <Beta>, <Gamma>]"),
            ("Post.objects.get(pk=3).tags.clear()", "None"),
            ("Post.objects.get(pk=3).tags.count()", "0"),
            ("User.objects.get(name='Bob').posts.create(title='New').author.name", "'Bob'"),
        ],
    )
    .await
}

async fn mistakes_have_the_classes_of_django(db: &Database) -> Outcome {
    blog_rows(db).await?;
    for (text, class) in [
        ("Post.objects.filter(nothing=1)", "FieldError"),
        ("Post.objects.filter(views='many')", "ValueError"),
        ("Post.objects.get(title='none')", "DoesNotExist"),
        ("Post.objects.get(views__gte=0)", "MultipleObjectsReturned"),
        ("Post.objects.all()[1:2].filter(pk=1)", "TypeError"),
        ("Post.objects.all()[-1]", "ValueError"),
        ("Post.objects.all()[100]", "IndexError"),
        ("Post.objects.annotate(title=F('views'))", "ValueError"),
        ("Post.objects.annotate(F('views') + 1)", "TypeError"),
        ("Post.objects.annotate(**{'a\" FROM x; --': F('views')})", "ValueError"),
        ("Post.objects.filter(author=Tag.objects.get(pk=1))", "ValueError"),
        ("Post.objects.union(Post.objects.all()).filter(pk=1)", "NotSupportedError"),
        ("Post.objects.values_list('title', 'views', flat=True)", "TypeError"),
        ("Post(nothing=1)", "TypeError"),
        ("User.objects.create(name='x', email='ann@x.org')", "IntegrityError"),
        ("User.objects.get(name='Cid').profile", "RelatedObjectDoesNotExist"),
        ("Post.objects.nothing()", "AttributeError"),
        ("Nothing.objects.all()", "NameError"),
        ("Left('title', 0)", "ValueError"),
        ("Upper('title') & Q(pk=1)", "NotImplementedError"),
    ] {
        let found = ask(text, db).await;
        assert_eq!(found.map(|value| shown(&value)).map_err(|error| error.class()), Err(class), "{text}");
    }
    assert_eq!(ids(rows(db, "blog.Post"), db).await?.len(), 4);
    Ok(())
}

/// No name, attribute or form of Python leads out of the language of queries.
async fn nothing_but_the_language_of_queries_is_there(db: &Database) -> Outcome {
    for text in [
        "__import__('os')",
        "open('/etc/passwd')",
        "eval('1')",
        "exec('1')",
        "print(1)",
        "getattr(Post, 'objects')",
        "Post.__class__",
        "Post.objects.__class__.__mro__",
        "''.__class__",
        "datetime.sys",
        "uuid.os.system('x')",
        "(lambda: 1)()",
        "[x for x in range(3)]",
        "(x := 1)",
        "f'{1}'",
        "1 if True else 2",
        "1 < 2",
        "import os",
        "Post.objects.all(); 1",
        "await x",
    ] {
        let result = ask(text, db).await;
        let harmless = matches!(&result, Ok(Py::Method(_)));
        assert!(harmless || result.is_err(), "{text}: {result:?}");
    }
    for deep in [format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000)), format!("Tag{}", ".all()".repeat(5_000))] {
        assert_eq!(ask(&deep, db).await.map(|_| ()).map_err(|error| error.class()), Err("RecursionError"));
    }
    // What stands in a text as data stays data.
    let name = "x'); DROP TABLE blog_tag; --";
    ask(&format!("Tag.objects.create(name=\"{name}\")"), db).await.unwrap();
    let tag = rows(db, "blog.Tag").get(db).await?;
    assert_eq!(tag.get("name")?, &Value::from(name));
    assert_eq!(int(tag.key()), 1);
    Ok(())
}
