//! Full-text search: where the database has it, and a clear refusal where it has not.

use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie::typed::Expression;
use embellie_suite::{Kind, Outcome, refused};

embellie_suite::on_every_database! { documented:
    words_are_found_and_ranked,
    queries_of_every_syntax,
    hostile_texts_are_texts,
    nearness_and_likeness,
    arrays_of_what_queries_give,
}

async fn rows(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "a@x.org" }).create(db).await?;
    for (title, subtitle) in [
        ("Clouds over Paris", Some("grey sky, all day")),
        ("The city of Paris", None),
        ("Rain", Some("Clouds, clouds, and a grey cat")),
    ] {
        let subtitle = subtitle.map(str::to_owned);
        new!(Post { title, author: &ann, subtitle }).create(db).await?;
    }
    Ok(())
}

fn words() -> Expression<Post, Words> {
    SearchVector((Post::title,)).weight(Weight::A).plus(SearchVector((Post::subtitle,)).weight(Weight::B))
}

async fn words_are_found_and_ranked(db: &Database) -> Outcome {
    rows(db).await?;
    let (vector, query) = (words().config("english"), SearchQuery("cloud").config("english"));
    let rank = SearchRank(&vector, &query);
    let wanted = Post::objects().filter(vector.matches(&query)).order_by(rank.desc());
    let wanted = wanted.values_list((Post::title, &rank, SearchHeadline(Post::title, &query)));
    let asked = db.capture();
    let found = wanted.all(db).await;
    if Kind::of(db) == Kind::Sqlite {
        refused(found, "NotSupportedError");
        assert!(asked.is_empty(), "it was refused before anything was sent");
        return Ok(());
    }
    let found = found?;
    let titles: Vec<&str> = found.iter().map(|(title, ..)| title.as_str()).collect();
    assert_eq!(titles, ["Clouds over Paris", "Rain"]);
    assert!(found[0].1 > found[1].1 && found[1].1 > 0.0);
    assert_eq!(found[0].2, "<b>Clouds</b> over Paris");
    let average: Option<f64> = Post::objects().filter(vector.matches(&query)).aggregate(Avg(&rank), db).await?;
    assert!(average.is_some_and(|average| average > 0.0));
    Ok(())
}

async fn queries_of_every_syntax(db: &Database) -> Outcome {
    rows(db).await?;
    if Kind::of(db) == Kind::Sqlite {
        refused(Post::objects().filter(words().matches(&SearchQuery("a"))).count(db).await, "NotSupportedError");
        return Ok(());
    }
    let simple = |text: &str| SearchQuery::<Post>(text).config("simple");
    for (query, titles) in [
        (simple("paris clouds"), &["Clouds over Paris"][..]),
        (simple("grey sky").phrase(), &["Clouds over Paris"]),
        (simple("sky grey").phrase(), &[]),
        (simple("cloud:* & !paris").raw(), &["Rain"]),
        (simple("city or cat").websearch(), &["Rain", "The city of Paris"]),
        (simple("paris").and(simple("city")), &["The city of Paris"]),
        (simple("cat").or(simple("city")), &["Rain", "The city of Paris"]),
        (simple("paris").negated(), &["Rain"]),
    ] {
        let found = Post::objects().filter(words().config("simple").matches(&query)).order_by(Post::title);
        assert_eq!(found.values_list(Post::title).all(db).await?, titles, "{query:?}");
    }
    Ok(())
}

async fn nearness_and_likeness(db: &Database) -> Outcome {
    rows(db).await?;
    let near = SearchRankCover(&words().config("simple"), &SearchQuery("grey").config("simple"));
    let ranked = Post::objects().filter(near.gt(0.0)).order_by((near.desc(), Post::title)).values_list(Post::title);
    let alike = TrigramSimilarity(Post::title, "Cloud over Paris");
    let within = TrigramWordSimilarity("paris", Post::title);
    let likest = Post::objects().filter(alike.gt(0.4)).values_list((Post::title, &within));
    if Kind::of(db) == Kind::Sqlite {
        refused(ranked.all(db).await, "NotSupportedError");
        refused(likest.all(db).await, "NotSupportedError");
        return Ok(());
    }
    assert_eq!(ranked.all(db).await?, ["Clouds over Paris", "Rain"]);
    db.cursor().execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", ()).await?;
    assert_eq!(likest.all(db).await?, [("Clouds over Paris".to_owned(), 1.0)]);
    let strictly = Post::objects().values_list(TrigramStrictWordSimilarity("clouds", Post::title));
    assert_eq!(strictly.order_by(Post::title).first(db).await?, Some(1.0));
    for alike in [
        q!(Post, title__trigram_similar = "Cloud over Paris") & Post::title.trigram_similar("Clouds over"),
        Post::title.trigram_word_similar("cloud ove"),
        Post::title.trigram_strict_word_similar("clouds"),
    ] {
        assert_eq!(Post::objects().filter(alike.clone()).count(db).await?, 1, "{alike:?}");
    }
    Ok(())
}

async fn arrays_of_what_queries_give(db: &Database) -> Outcome {
    rows(db).await?;
    let titles = ArraySubquery(&|user: OuterRef<User, _>| {
        Post::objects().filter(Post::author.eq(user)).order_by(Post::title).values_list(Post::title)
    });
    let users = User::objects().annotate(&titles).get(db).await;
    match Kind::of(db) {
        Kind::Sqlite => drop(refused(users, "NotSupportedError")),
        Kind::Postgres => assert_eq!(users?.1.to_vec(), ["Clouds over Paris", "Rain", "The city of Paris"]),
    }
    Ok(())
}

async fn hostile_texts_are_texts(db: &Database) -> Outcome {
    rows(db).await?;
    let hostile = "'); DROP TABLE blog_post; --";
    let asked = db.capture();
    let found = Post::objects().filter(words().matches(&SearchQuery(hostile))).count(db).await;
    assert!(asked.statements().iter().all(|sql| !sql.sql.contains("DROP")));
    match Kind::of(db) {
        Kind::Sqlite => drop(refused(found, "NotSupportedError")),
        Kind::Postgres => {
            assert_eq!(found?, 0);
            let config = Post::objects().filter(words().config(hostile).matches(&SearchQuery("a"))).count(db).await;
            assert!(config.is_err());
        }
    }
    assert_eq!(Post::objects().count(db).await?, 3);
    Ok(())
}
