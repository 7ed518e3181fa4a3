//! Pages of rows: by their numbers, and from where the last one ended.

use blog::*;
use embellie::Value;
use embellie::page::{KeysetPage, PageLink};
use embellie::prelude::*;
use embellie::query_set::{QuerySet, Selection};
use embellie_suite::{Outcome, refused, rows as records};

embellie_suite::on_every_database! { documented:
    pages_have_numbers,
    a_page_that_is_not_there,
    few_rows_join_the_page_before,
    links_to_pages,
    pages_follow_each_other_in_every_order,
    pages_of_values_groups_and_records,
    rows_that_come_and_go_shift_nothing,
    an_index_can_find_a_page,
    cursors_are_checked,
    what_has_no_pages_is_refused,
}

/// Twelve posts of three users: views in twos, every third without a subtitle.
async fn rows(db: &Database) -> Outcome {
    let user = |n| new!(User { name: format!("User {n}"), email: format!("{n}@x.org") });
    let mut users: Vec<User> = (0..3).map(user).collect();
    User::objects().bulk_create(&mut users, db).await?;
    let post = |n: usize| {
        let subtitle = (!n.is_multiple_of(3)).then(|| format!("part {}", n % 4));
        let author = &users[(n * 7) % 3];
        new!(Post { title: format!("Post {n:02}"), author, views: (n / 2) as i64, subtitle })
    };
    let mut posts: Vec<Post> = (0..12).map(post).collect();
    Post::objects().bulk_create(&mut posts, db).await?;
    Ok(())
}

async fn pages_have_numbers(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let pages = Post::objects().order_by("title").paginate(5);
    assert_eq!((pages.count(db).await?, pages.num_pages(db).await?), (12, 3));
    assert_eq!(pages.page_range(db).await?, 1..=3);
    let second = pages.page(2, db).await?;
    let titles: Vec<&str> = second.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(titles, ["Post 05", "Post 06", "Post 07", "Post 08", "Post 09"]);
    assert_eq!((second.start_index(), second.end_index(), second.to_string()), (6, 10, "<Page 2 of 3>".into()));
    assert!(second.has_next() && second.has_previous() && second.has_other_pages());
    assert_eq!((second.next_page_number()?, second.previous_page_number()?), (3, 1));
    let last = pages.page("3", db).await?;
    assert_eq!((last.len(), last.start_index(), last.end_index()), (2, 11, 12));
    assert!(!last.has_next());
    refused(last.next_page_number(), "EmptyPage");
    refused(pages.page(1, db).await?.previous_page_number(), "EmptyPage");
    // How many rows there are was asked once.
    assert_eq!(asked.len(), 4, "{:?}", asked.statements());

    let untyped = records(db, "blog.Post").order_by("-title").paginate(5).page(3, db).await?;
    assert_eq!(untyped[1].get("title")?, &Value::from("Post 00"));
    Ok(())
}

async fn a_page_that_is_not_there(db: &Database) -> Outcome {
    rows(db).await?;
    let pages = Post::objects().order_by("title").paginate(5);
    for (number, class) in [("x", "PageNotAnInteger"), ("1.5", "PageNotAnInteger"), ("", "PageNotAnInteger")] {
        refused(pages.page(number, db).await, class);
        assert_eq!(pages.get_page(number, db).await?.number(), 1);
    }
    for number in ["0", "-1", "4", "99999999999999999999", " 7 "] {
        refused(pages.page(number, db).await, "EmptyPage");
        assert_eq!(pages.get_page(number, db).await?.number(), 3, "{number}");
    }
    refused(pages.page(1.5, db).await, "PageNotAnInteger");
    assert_eq!(pages.page(2.0, db).await?.number(), 2);
    assert_eq!(pages.get_page(None::<&str>, db).await?.number(), 1);

    let none = Post::objects().order_by("title").filter(q!(views__gt = 99)).paginate(5);
    assert_eq!((none.num_pages(db).await?, none.page(1, db).await?.len()), (1, 0));
    assert_eq!((none.page(1, db).await?.start_index(), none.page(1, db).await?.end_index()), (0, 0));
    let none = none.allow_empty_first_page(false);
    assert_eq!(none.num_pages(db).await?, 0);
    refused(none.page(1, db).await, "EmptyPage");
    refused(none.get_page(1, db).await, "EmptyPage");
    refused(Post::objects().paginate(0).page(1, db).await, "ValueError");
    Ok(())
}

async fn few_rows_join_the_page_before(db: &Database) -> Outcome {
    rows(db).await?;
    let pages = Post::objects().order_by("title").paginate(5).orphans(2);
    assert_eq!(pages.num_pages(db).await?, 2);
    let last = pages.page(2, db).await?;
    assert_eq!((last.len(), last.start_index(), last.end_index()), (7, 6, 12));
    assert_eq!(pages.page(1, db).await?.len(), 5);
    refused(pages.page(3, db).await, "EmptyPage");
    Ok(())
}

async fn links_to_pages(db: &Database) -> Outcome {
    rows(db).await?;
    let pages = Post::objects().order_by("title").paginate(1);
    let links = pages.elided_page_range(6, 1, 1, db).await?;
    let shown: Vec<String> = links.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["1", "…", "5", "6", "7", "…", "12"]);
    assert_eq!(links[3], PageLink::Page(6));
    refused(pages.elided_page_range(13, 1, 1, db).await, "EmptyPage");
    Ok(())
}

/// All pages of so many rows, forwards and backwards, as what `show` says of their rows.
async fn walk<M, S: Selection<M>>(
    set: &QuerySet<M, S>,
    size: u64,
    show: impl Fn(&S::Output) -> String,
    db: &Database,
) -> embellie::Result<(Vec<String>, Vec<String>)> {
    let pages = set.clone().keyset(size);
    let shown = |page: &KeysetPage<S::Output>| page.iter().map(&show).collect::<Vec<_>>();
    let mut forwards = Vec::new();
    let mut page = pages.page(db).await?;
    assert!(!page.has_previous());
    loop {
        forwards.extend(shown(&page));
        if !page.has_next() {
            break;
        }
        assert_eq!(page.len() as u64, size);
        page = pages.clone().after(page.end_cursor()).page(db).await?;
        assert!(page.has_previous());
    }
    let mut backwards = Vec::new();
    let mut page = pages.clone().from_end().page(db).await?;
    assert!(!page.has_next());
    loop {
        backwards.splice(0..0, shown(&page));
        if !page.has_previous() {
            break;
        }
        page = pages.clone().before(page.start_cursor()).page(db).await?;
        assert!(page.has_next());
    }
    Ok((forwards, backwards))
}

async fn pages_follow_each_other_in_every_order(db: &Database) -> Outcome {
    rows(db).await?;
    let orders: [&[&str]; 12] = [
        &["title"],
        &["-title"],
        &["views"],
        &["-views", "title"],
        &["views", "-title"],
        &["subtitle"],
        &["-subtitle"],
        &["-subtitle", "views", "-id"],
        &["author__name", "-views"],
        // The ordering of the model that it leads to.
        &["-author", "subtitle"],
        &["-pk"],
        &[],
    ];
    for order in orders {
        let terms: Vec<embellie::OrderBy> = order.iter().map(|term| embellie::OrderBy::from(*term)).collect();
        let ordered = Post::objects().order_by(terms.clone());
        // The same rows in the same order, where ties are broken as the pages break them.
        let descending = terms.last().is_some_and(|term| term.descending);
        let key = embellie::OrderBy::from(if descending { "-pk" } else { "pk" });
        let whole = Post::objects().order_by(terms.into_iter().chain([key]).collect::<Vec<_>>()).all(db).await?;
        let whole: Vec<String> = whole.into_iter().map(|post| post.title).collect();
        for size in [1, 2, 5, 12, 20] {
            let (forwards, backwards) = walk(&ordered, size, |post| post.title.clone(), db).await?;
            assert_eq!(forwards, whole, "{order:?} in pages of {size}");
            assert_eq!(backwards, whole, "{order:?} in pages of {size}, backwards");
        }
    }
    // Nulls where they are asked for; the model's own ordering; turned around; expressions.
    let sets = [
        Post::objects().order_by((Post::subtitle.asc().nulls_first(), Post::title)),
        Post::objects().order_by((Post::subtitle.desc().nulls_last(), Post::title.desc())),
        Post::objects(),
        Post::objects().order_by(("views", "title")).reverse(),
        Post::objects().order_by((-Post::views, Post::title)),
    ];
    for set in sets {
        let whole: Vec<String> = set.all(db).await?.into_iter().map(|post| post.title).collect();
        let (forwards, backwards) = walk(&set, 5, |post| post.title.clone(), db).await?;
        if set.query().order_by.is_some() {
            assert_eq!(forwards, whole);
        }
        assert_eq!(forwards, backwards);
        let mut sorted = forwards.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), 12);
    }
    Ok(())
}

async fn pages_of_values_groups_and_records(db: &Database) -> Outcome {
    rows(db).await?;
    // Annotations, aggregates among them, means that are no round numbers.
    let (n, mean) = (Count(User::posts()), Avg(User::posts().views));
    let counted = User::objects().annotate((&n, &mean)).order_by((n.desc(), mean.desc()));
    let show = |(user, n, mean): &(User, i64, Option<f64>)| format!("{} {n} {mean:?}", user.name);
    let whole: Vec<String> = counted.all(db).await?.iter().map(show).collect();
    assert_eq!(walk(&counted, 1, show, db).await?, (whole.clone(), whole));

    let n = Count(Post::id);
    let groups = Post::objects().order_by(()).values_list(Post::views).annotate(&n).order_by(n.desc());
    let show = |(views, n): &(i64, i64)| format!("{views}: {n}");
    let (forwards, backwards) = walk(&groups, 2, show, db).await?;
    assert_eq!(forwards, ["5: 2", "4: 2", "3: 2", "2: 2", "1: 2", "0: 2"]);
    assert_eq!(backwards, forwards);

    let pairs = Post::objects().order_by("-views").values_list((Post::title, Post::author.name));
    let (forwards, _) = walk(&pairs, 5, |(title, _)| title.clone(), db).await?;
    assert_eq!(forwards[..3], ["Post 11", "Post 10", "Post 09"]);

    let untyped = records(db, "blog.Post").annotate_expr("n", embellie::Expr::path("views")).order_by("-n");
    let (forwards, backwards) = walk(&untyped, 5, |post| post.get("title").unwrap().to_string(), db).await?;
    assert_eq!((forwards.len(), forwards[0].as_str()), (12, "'Post 11'"));
    assert_eq!(backwards, forwards);
    let page = untyped.clone().keyset(1).page(db).await?;
    assert_eq!(page[0].annotations().map(|(name, _)| name).collect::<Vec<_>>(), ["n"]);

    let named = records(db, "blog.Post").order_by(("author__name", "title")).text_values(["title", "author__name"]);
    let (forwards, _) = walk(&named, 5, |row| row.get("title").unwrap().to_string(), db).await?;
    assert_eq!(forwards.len(), 12);
    assert_eq!(named.clone().keyset(1).page(db).await?[0].values().len(), 2);

    let users = User::objects().prefetch(User::posts()).keyset(2).page(db).await?;
    assert_eq!(User::posts().of(&users[1]).cached().map(<[Post]>::len), Some(4));
    assert_eq!(User::objects().none().keyset(2).page(db).await?.end_cursor(), None);
    Ok(())
}

async fn rows_that_come_and_go_shift_nothing(db: &Database) -> Outcome {
    rows(db).await?;
    let pages = Post::objects().order_by("-title").keyset(4);
    let first = pages.page(db).await?;
    assert_eq!(first[3].title, "Post 08");
    // The row of the cursor goes, others come before it.
    let author = User::objects().first(db).await?.expect("a user");
    Post::objects().filter(q!(title = "Post 08")).delete(db).await?;
    new!(Post { title: "Post 99", author: &author }).create(db).await?;
    let second = pages.clone().after(first.end_cursor()).page(db).await?;
    let titles: Vec<&str> = second.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(titles, ["Post 07", "Post 06", "Post 05", "Post 04"]);
    assert_eq!(second.cursor(3), second.end_cursor());
    assert_eq!(second.cursor(4), None);
    Ok(())
}

async fn an_index_can_find_a_page(db: &Database) -> Outcome {
    rows(db).await?;
    let page = Post::objects().order_by(("-views", "title")).keyset(2);
    let cursor = page.page(db).await?.end_cursor();
    let asked = db.capture();
    page.after(cursor).page(db).await?;
    let statements = asked.statements();
    assert_eq!(statements.len(), 1);
    assert!(statements[0].sql.contains("<= "), "{}", statements[0].sql);
    assert!(statements[0].sql.contains(" LIMIT "), "{}", statements[0].sql);
    Ok(())
}

async fn cursors_are_checked(db: &Database) -> Outcome {
    rows(db).await?;
    let pages = Post::objects().order_by("title").keyset(3);
    let cursor = pages.page(db).await?.end_cursor().expect("a cursor");
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
    let asked = db.capture();
    // Every byte changed, and every beginning of it: an error, or another place, never more than that.
    for wrong in ["", "x", "☁", "AAAA", "\' OR 1=1 --", &"A".repeat(100_000), &cursor[..cursor.len() - 1]] {
        let message = refused(pages.clone().after(wrong).page(db).await, "ValueError");
        assert!(message.contains("cursor"), "{message}");
    }
    let other = Post::objects().order_by("-title").keyset(3).after(cursor.as_str());
    assert!(refused(other.page(db).await, "ValueError").contains("another ordering"));
    let other = Tag::objects().order_by("word").keyset(3).after(cursor.as_str());
    refused(other.page(db).await, "ValueError");
    assert_eq!(asked.len(), 0);
    for place in 0..cursor.len() {
        for letter in ["A", "Q", "z", "_"] {
            let mut changed = cursor.clone();
            changed.replace_range(place..=place, letter);
            if let Err(error) = pages.clone().after(changed.as_str()).page(db).await {
                assert!(["ValueError", "DataError"].contains(&error.class()), "{changed}: {error:?}");
            }
        }
    }
    // A cursor survives another filter and page size.
    let fewer = Post::objects().order_by("title").filter(q!(views__gte = 2)).keyset(1).after(cursor.as_str());
    assert_eq!(fewer.page(db).await?[0].title, "Post 04");
    Ok(())
}

async fn what_has_no_pages_is_refused(db: &Database) -> Outcome {
    let posts = Post::objects;
    refused(posts().keyset(0).page(db).await, "ValueError");
    refused(posts().limit(5).keyset(2).page(db).await, "TypeError");
    refused(posts().order_by("?").keyset(2).page(db).await, "NotSupportedError");
    refused(posts().union(posts()).keyset(2).page(db).await, "NotSupportedError");
    refused(posts().order_by("author").distinct_on(Post::author_id).keyset(2).page(db).await, "NotSupportedError");
    let unknown = records(db, "blog.Post").order_by("titel").keyset(2).page(db).await;
    assert!(refused(unknown, "FieldError").contains("did you mean 'title'?"));
    Ok(())
}
