"""Django, as its users write it: `contender.py NAME URL` answers lines as the other contenders do (`bench/common`).

What tells the results apart is summed up after each operation and not measured: in the other contenders it costs next to
nothing, here it would cost more than some of the operations.
"""

import sys
import time
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings


def database(url):
    if url.startswith("sqlite:"):
        options = {"init_command": "PRAGMA journal_mode=wal; PRAGMA synchronous=normal;"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:"), "OPTIONS": options}
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": parts.port or "",
    }


settings.configure(
    DATABASES={"default": database(sys.argv[2])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["bench"],
    USE_TZ=True,
)
django.setup()

from bench.models import Comment, Entry, Post, User  # noqa: E402 (models want settings)
from django.db.models import Count, Prefetch, Sum  # noqa: E402

# The numbers of `bench/common/src/case.rs`.
POSTS, BULK, OWNERS, JOINED, JOINED_VIEWS, WITH_AUTHOR, GROUP_AT_LEAST = 10_000, 1_000, 100, 1_000, 100, 1_000, 6
ROWS = {"few": 100, "many": 10_000}
WHOLE = (1 << 64) - 1


def key_of(operation):
    return operation * 7_919 % POSTS + 1


def bulk_row(place):
    return {"name": f"entry {place}", "number": place * 3, "note": None if place % 2 else f"a note on entry {place}"}


def get(operation):
    return Later([Post.objects.get(id=key_of(operation))], of_post)


def columns(operation):
    return [Post.objects.values_list("id", "title", "views").get(id=key_of(operation))]


def first(rows):
    return Later(list(Post.objects.order_by("id")[:rows]), of_post)


def joined(_):
    posts = Post.objects.filter(author__active=True, views__gt=JOINED_VIEWS).order_by("-views", "id")
    return list(posts.values_list("title", "author__name", "views")[:JOINED])


def bulk(_):
    return [(len(Entry.objects.bulk_create([Entry(**bulk_row(place)) for place in range(BULK)])),)]


def tree(_):
    comments = Prefetch("comments", Comment.objects.order_by("id"))
    posts = Prefetch("posts", Post.objects.order_by("id").prefetch_related(comments))
    users = list(User.objects.order_by("id").prefetch_related(posts)[:OWNERS])
    found = [(user, [(post, list(post.comments.all())) for post in user.posts.all()]) for user in users]
    return Later([found], of_tree)


def with_author(_):
    posts = list(Post.objects.select_related("author").order_by("id")[:WITH_AUTHOR])
    return Later([(post, post.author) for post in posts], of_pair)


def update(operation):
    key = key_of(operation)
    return [(Post.objects.filter(id=key).update(views=key * 37 % 1_000),)]


def group(_):
    groups = Post.objects.filter(published=True).values("author").annotate(count=Count("id"), total=Sum("views"))
    return [tuple(row.values()) for row in groups.filter(count__gte=GROUP_AT_LEAST).order_by("author")]


CASES = {
    "get": get,
    "columns": columns,
    "few": lambda _: first(ROWS["few"]),
    "many": lambda _: first(ROWS["many"]),
    "joined": joined,
    "bulk": bulk,
    "tree": tree,
    "with-author": with_author,
    "update": update,
    "group": group,
}


class Later:
    """Objects, and what makes values of them once nobody measures any more."""

    def __init__(self, objects, values):
        self.objects, self.values = objects, values

    def __iter__(self):
        return map(self.values, self.objects)


def of_post(post):
    return (post.id, post.title, post.body, post.author_id, post.views, post.published, post.subtitle or "-")


def of_pair(pair):
    post, author = pair
    return (*of_post(post), author.name, author.email, author.active)


def of_tree(users):
    values = []
    for user, posts in users:
        values += (user.id, user.name)
        for post, comments in posts:
            values += of_post(post)
            for comment in comments:
                values += (comment.id, comment.body)
    return values


def mix(total, value):
    total = (total << 5 | total >> 59) & WHOLE
    return (total + (value & WHOLE)) * 0x9E37_79B9_7F4A_7C15 & WHOLE


def add(total, value):
    if isinstance(value, str):
        text = value.encode()
        return mix(total, len(text) << 8 | (text[-1] if text else 0))
    return mix(total, int(value))


def answer(case, count, start):
    if case == "pool":
        return "- it cannot: it has no tasks"
    if case not in CASES:
        return f"- there is no case `{case}`"
    operate, elapsed, processor, total = CASES[case], 0, 0, 0
    for operation in range(start, start + count):
        began, used = time.perf_counter_ns(), time.process_time_ns()
        rows = operate(operation)
        elapsed += time.perf_counter_ns() - began
        processor += time.process_time_ns() - used
        for row in rows:
            for value in row:
                total = add(total, value)
    if case == "bulk":
        Entry.objects.all().delete()
    return f"{elapsed} {processor} - - {total}"


for line in sys.stdin:
    case, count, start = line.split()
    try:
        print(answer(case, int(count), int(start)), flush=True)
    except Exception as error:
        print("-", " ".join(str(error).split()), flush=True)
