//! Snippets as they stand in a Django project's shell, notebooks and answers, pasted one after the other into a session
//! with models of a project.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Mutex;

use embellie::Database;
use embellie_text::Models;
use embellie_text::statement::Session;

const MODELS: &str = r#"
from django.db import models
from django.db.models import F


class WriterQuerySet(models.QuerySet):
    def living(self):
        return self.filter(living=True)

    def called(self, *names, **others):
        wanted = {}
        for key, value in others.items():
            if isinstance(key, str) and key.startswith("old_"):
                wanted[key[4:]] = value
            elif key == "nothing":
                continue
            else:
                wanted[key] = value
        if names:
            wanted["name__in"] = list(names)
        return self.filter(**wanted)

    def hidden(self):
        return self.filter(name=secret_of_another_module())

    def marked(self):
        if self.mark:
            return self.none()
        return self


class Writer(models.Model):
    name = models.CharField(max_length=80, unique=True)
    living = models.BooleanField(default=True)

    objects = WriterQuerySet.as_manager()

    def __str__(self):
        return self.name


class LatestFirst(Writer):
    class Meta:
        proxy = True
        ordering = ["-name"]


class Topic(models.Model):
    word = models.CharField(max_length=40)


class Book(models.Model):
    class Kind(models.TextChoices):
        NOVEL = "n", "A novel"
        POEMS = "p", "Poems"

    title = models.CharField(max_length=100)
    kind = models.CharField(max_length=1, choices=Kind.choices, default=Kind.NOVEL)
    pages = models.IntegerField(default=100)
    writer = models.ForeignKey(Writer, models.CASCADE, related_name="books")
    topics = models.ManyToManyField(Topic, related_name="books")


class Review(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, related_name="reviews")
    stars = models.IntegerField()
    answer_to = models.ForeignKey("self", models.CASCADE, null=True, related_name="answers")
"#;

/// What is pasted, and what is printed for it.
const PASTED: &[(&str, &str)] = &[
    (
        "from django.db import connection, reset_queries, transaction\n\
         from django.db.models import (\n    Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Sum, Value, When, Window\n)\n\
         from django.db.models.functions import Lag, Rank, Upper\n\
         from books.models import Book, Review, Topic, Writer\n\
         import time",
        "",
    ),
    (
        "ann, created = Writer.objects.get_or_create(name='Ann', defaults={'living': False})\n\
         print(ann, created, f'{ann.name!r:>8}|{ann.pk:03d}')",
        "Ann True    'Ann'|001\n",
    ),
    (
        "bob = Writer.objects.create(name='Bob')\n\
         Book.objects.bulk_create([Book(title=f'Book {n}', writer=ann if n % 3 else bob, pages=n * 10) for n in range(1, 7)])\n\
         words = [Topic.objects.create(word=w) for w in ('sea', 'sky')]\n\
         for book in Book.objects.all():\n    book.topics.set(words[:book.pk % 3])\n\
         print(Book.objects.filter(topics__word='sky').count())",
        "2\n",
    ),
    (
        "book = Book.objects.get(pk=1)\nbook.pages = F('pages') + 5\nbook.save(update_fields=['pages'])\n\
         book.refresh_from_db()\nbook.kind = Book.Kind.POEMS\nbook.save()\n\
         print(book.pages, book.get_kind_display(), book.kind == Book.Kind.POEMS, Book.Kind.choices, Book.Kind.values)",
        "15 Poems True [('n', 'A novel'), ('p', 'Poems')] ['n', 'p']\n",
    ),
    (
        "reset_queries()\nfor writer in Writer.objects.order_by('name'):\n    print(f'{writer.name}: {writer.books.count()}')\n\
         print(len(connection.queries), connection.queries[0]['sql'].split()[0])",
        "Ann: 4\nBob: 2\n3 SELECT\n",
    ),
    (
        "writers = Writer.objects.prefetch_related(\n\
         \x20   Prefetch('books', queryset=Book.objects.filter(pages__gt=30).order_by('pk'), to_attr='long'),\n\
         \x20   Prefetch('books', queryset=Book.objects.filter(pages__lte=30).order_by('pk'), to_attr='short'),\n).order_by('pk')\n\
         for w in writers: print(w, [b.title for b in w.long], len(w.short))",
        "Ann ['Book 4', 'Book 5'] 2\nBob ['Book 6'] 1\n",
    ),
    (
        "for w in Writer.objects.annotate(n=Count('books'), pages=Sum('books__pages')).filter(n__gt=1).order_by('-n'):\n\
         \x20   print(w.name, w.n, w.pages)\n\
         print(Book.objects.aggregate(most=Sum('pages'), n=Count('pk')))",
        "Ann 4 125\nBob 2 90\n{'most': 215, 'n': 6}\n",
    ),
    (
        "newest = Book.objects.filter(writer=OuterRef('pk')).order_by('-pk')\n\
         found = Writer.objects.annotate(newest=Subquery(newest.values('title')[:1]), any=Exists(newest)).order_by('pk')\n\
         print([(w.newest, w.any) for w in found])",
        "[('Book 5', True), ('Book 6', True)]\n",
    ),
    (
        "ranked = Book.objects.annotate(\n    rank=Window(expression=Rank(), partition_by=[F('writer')], order_by=F('pages').desc()),\n\
         \x20   before=Window(expression=Lag('pages', default=0), order_by=F('pk').asc()),\n\
         \x20   size=Case(When(pages__gte=50, then=Value('long')), default=Value('short')),\n).order_by('pk')\n\
         print({b.pk: (b.rank, b.before, b.size) for b in ranked[:3]})",
        "{1: (4, 0, 'short'), 2: (3, 15, 'short'), 3: (2, 20, 'short')}\n",
    ),
    (
        "def search(name=None, living=None):\n    query = Q()\n    if name:\n        query &= Q(name__icontains=name)\n\
         \x20   if living is not None:\n        query |= Q(living=living)\n    return Writer.objects.filter(query)\n\n\
         print(search('an').count(), search(living=True).count(), search().count(), search('x').exists())",
        "1 1 2 False\n",
    ),
    (
        "@transaction.atomic\ndef write(name, *titles):\n    writer = Writer.objects.create(name=name)\n\
         \x20   transaction.on_commit(lambda: print('kept', name))\n\
         \x20   for title in titles:\n        Book.objects.create(title=title, writer=writer)\n    return writer\n\n\
         print(write('Cat', 'One', 'Two').books.count())\n\
         try:\n    write('Bob')\nexcept Exception as error:\n    print(type(error).__name__)\n\
         print(Writer.objects.count())",
        "kept Cat\n2\nIntegrityError\n3\n",
    ),
    (
        "try:\n    with transaction.atomic():\n        Writer.objects.create(name='Dan')\n        raise ValueError('no')\n\
         except ValueError as error:\n    print('undone:', error)\nelse:\n    print('kept')\nfinally:\n    print(Writer.objects.count())",
        "undone: no\n3\n",
    ),
    (
        "try:\n    Writer.objects.get(name='Nobody')\nexcept Writer.DoesNotExist as error:\n    print(error)",
        "Writer matching query does not exist.\n",
    ),
    (
        "books = list(Book.objects.filter(pk__lte=2))\nfor b in books:\n    b.pages *= 2\n\
         Book.objects.bulk_update(books, ['pages'])\n\
         print(Book.objects.in_bulk([2])[2].pages, Book.objects.filter(pk=1).update(pages=F('pages') - 1))",
        "40 1\n",
    ),
    (
        "for b in Book.objects.raw('SELECT * FROM books_book WHERE pages > %s ORDER BY id', [50]):\n    print(b.title, b.pages)",
        "Book 6 60\nOne 100\nTwo 100\n",
    ),
    (
        "query = Book.objects.filter(title='x').query\nprint(str(query).startswith('SELECT'), \"-- parameters: 'x'\" in str(query))\n\
         print('books_book' in Book.objects.filter(pk=1).explain())",
        "True True\nTrue\n",
    ),
    (
        "print(list(Book.objects.filter(pages__gt=50).values_list('pk').union(Book.objects.filter(pk=3).values_list('pk')).order_by('pk')))\n\
         print(sorted(Book.objects.values_list('title', flat=True), key=lambda t: t[::-1])[0], sum(b.pages for b in Book.objects.all()))",
        "[(3,), (6,), (7,), (8,)]\nBook 1 449\n",
    ),
    (
        "start = time.perf_counter()\nfor place in range(0, Book.objects.count(), 3):\n    print(len(Book.objects.order_by('pk')[place:place + 3]), end=' ')\n\
         print(time.perf_counter() - start < 1000)",
        "3 3 2 True\n",
    ),
    (
        "print(Writer.objects.living().called('Ann', 'Cat', nothing=1).count(), Writer.objects.called(old_name='Bob').get())",
        "1 Bob\n",
    ),
    (
        "print(LatestFirst.objects.first(), LatestFirst.objects.last(), list(LatestFirst.objects.all()))",
        "Cat Ann [<LatestFirst: Cat>, <LatestFirst: Bob>, <LatestFirst: Ann>]\n",
    ),
    (
        "print((Writer.objects.filter(name='Ann') | Writer.objects.extra(where=['id > %s'], params=[2])).order_by('pk').count())",
        "2\n",
    ),
];

async fn pasted() -> (Database, Session, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("books");
    std::fs::create_dir(&app).unwrap();
    std::fs::write(app.join("models.py"), MODELS).unwrap();
    let (models, report) = Models::from_python(app).unwrap();
    assert!(report.findings().is_empty(), "{:?}", report.findings());
    let db = Database::builder("sqlite::memory:").registry(models.registry().clone()).connect().await.unwrap();
    db.create_tables(&[]).await.unwrap();
    (db, Session::new(models), folder)
}

async fn run(session: &mut Session, db: &Database, text: &str) -> String {
    let printed = Mutex::new(String::new());
    let end = session.run(text, db, &|text| printed.lock().unwrap().push_str(text)).await;
    let mut printed = printed.into_inner().unwrap();
    if let Err(mistake) = end {
        printed.push_str(&mistake.to_string());
    }
    printed
}

#[tokio::test]
async fn pasted_snippets_run() {
    let (db, mut session, _folder) = pasted().await;
    let mut wrong = Vec::new();
    for (text, expected) in PASTED {
        let printed = run(&mut session, &db, text).await;
        if printed != *expected {
            wrong.push(format!("{text}\n--- printed\n{printed}\n--- instead of\n{expected}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n======\n"));
}

#[tokio::test]
async fn methods_that_do_more_are_refused_by_name_and_place() {
    let (db, mut session, _folder) = pasted().await;
    for (text, method, why) in [
        ("Writer.objects.hidden()", "WriterQuerySet.hidden()", "secret_of_another_module"),
        ("Writer.objects.all().marked().count()", "WriterQuerySet.marked()", "'mark'"),
    ] {
        let said = run(&mut session, &db, text).await;
        let place = said.find("models.py:").map(|place| &said[place..]);
        assert!(said.starts_with("NotImplementedError") && said.contains(method) && said.contains(why), "{said}");
        assert!(
            place.is_some_and(|place| place["models.py:".len()..].starts_with(|c: char| c.is_ascii_digit())),
            "{said}"
        );
    }
}
