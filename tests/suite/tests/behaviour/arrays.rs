//! Fields that hold several values, and what queries ask of them: the same on every database.

use embellie::functions::*;
use embellie::prelude::*;
use embellie::typed::Array;
use embellie_core::Expr;
use embellie_core::field::FieldKind;
use embellie_suite::models::arrays::*;
use embellie_suite::{Kind, Outcome, int, list, path, refused, rows, set, texts, values};
use serde_json::json;

embellie_suite::on_every_database! { arrays:
    arrays_come_back_as_they_were_given,
    arrays_of_every_type,
    lookups,
    elements_lengths_and_slices,
    comparisons_order_and_groups,
    nulls_and_arrays_of_arrays,
    conditions_as_keywords,
    names_and_text,
    updates,
    bulk,
    aggregates,
    what_makes_no_sense,
    validation,
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

async fn shelves(db: &Database) -> Outcome<Vec<Shelf>> {
    let mut shelves = Vec::new();
    for (name, tags, numbers) in [
        ("both", words(&["rust", "sql"]), Some(vec![1, 2, 3])),
        ("one", words(&["rust"]), Some(vec![])),
        ("none", words(&[]), None),
        ("three", words(&["sql", "web", "a, \"b\" {c}\\"]), Some(vec![3, 2])),
    ] {
        shelves.push(new!(Shelf { name, tags, numbers, board: Vec::new() }).create(db).await?);
    }
    Ok(shelves)
}

async fn named(db: &Database, condition: Q<Shelf>) -> Outcome<Vec<String>> {
    Ok(Shelf::objects().filter(condition).values_list(Shelf::name).all(db).await?)
}

async fn arrays_come_back_as_they_were_given(db: &Database) -> Outcome {
    let given = shelves(db).await?;
    let read = Shelf::objects().all(db).await?;
    for (given, read) in given.iter().zip(&read) {
        assert_eq!((&given.tags, &given.numbers), (&read.tags, &read.numbers));
        assert_eq!(read.gaps, [Some(1), None]);
        assert!(read.board.is_empty());
    }
    assert_eq!(read[3].tags[2], "a, \"b\" {c}\\");
    let tags: Vec<Vec<String>> = Shelf::objects().values_list(Shelf::tags).all(db).await?;
    assert_eq!(tags[0], ["rust", "sql"]);
    let record = rows(db, "arrays.Shelf").get(db).await;
    refused(record, "MultipleObjectsReturned");
    let record = rows(db, "arrays.Shelf").filter(embellie_suite::q("name", "both")).get(db).await?;
    assert_eq!(*record.get("numbers")?, list([1, 2, 3]));
    Ok(())
}

async fn arrays_of_every_type(db: &Database) -> Outcome {
    let date = civil::date(2024, 2, 29);
    let noon = date.at(12, 30, 0, 5_000);
    let moment = noon.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp();
    let sampler = new!(Sampler {
        truths: vec![true, false],
        floats: vec![0.5, -1e30],
        decimals: vec!["1.50".parse::<Decimal>()?, "-3.00".parse()?],
        dates: vec![date],
        times: vec![noon.time(), civil::time(0, 0, 0, 0)],
        moments: vec![moment],
        naive: vec![noon],
        spans: vec![SignedDuration::from_micros(1_500_000), SignedDuration::from_hours(-30)],
        uuids: vec![Uuid::from_u128(7)],
        documents: vec![json!({"a": [1, "x"]}), json!("text"), json!(3), json!([1])],
        addresses: vec!["::1".parse::<std::net::IpAddr>()?],
        grades: vec![Grade::Better, Grade::Good],
        emails: ["a@x.org"],
    });
    let sampler = sampler.create(db).await?;
    let read = Sampler::objects().get(db).await?;
    assert_eq!(read.truths, sampler.truths);
    assert_eq!(read.floats, sampler.floats);
    assert_eq!(read.decimals.iter().map(Decimal::to_string).collect::<Vec<_>>(), ["1.50", "-3.00"]);
    assert_eq!((&read.dates, &read.times), (&sampler.dates, &sampler.times));
    assert_eq!((&read.moments, &read.naive, &read.spans), (&sampler.moments, &sampler.naive, &sampler.spans));
    assert_eq!((&read.uuids, &read.documents), (&sampler.uuids, &sampler.documents));
    assert_eq!((&read.addresses, &read.grades), (&sampler.addresses, &sampler.grades));
    assert_eq!(read.emails, ["a@x.org"]);
    let hits = [
        Sampler::truths.contains([true]) & Sampler::truths.at(1).eq(false),
        Sampler::floats.contains([-1e30]) & Sampler::floats.at(0).eq(0.5),
        Sampler::decimals.contains([sampler.decimals[1]]) & Sampler::decimals.at(0).gt(1),
        Sampler::dates.overlap([date]) & Sampler::dates.at(0).year().eq(2024),
        Sampler::times.contains([noon.time()]) & Sampler::times.at(0).hour().eq(12),
        Sampler::moments.eq(vec![moment]) & Sampler::moments.at(0).eq(moment),
        Sampler::naive.eq(vec![noon]) & Sampler::naive.at(0).lte(noon),
        Sampler::spans.contained_by([sampler.spans[1], sampler.spans[0]]),
        Sampler::uuids.contains([Uuid::from_u128(7)]) & Sampler::uuids.at(0).eq(Uuid::from_u128(7)),
        Sampler::documents.contains([json!("text")]) & Sampler::documents.at(0).key("a").index(1).eq("x"),
        Sampler::documents.at(1).eq(json!("text")) & Sampler::documents.at(3).eq(json!([1])),
        Sampler::addresses.contains(sampler.addresses.clone()),
        Sampler::grades.contains([Grade::Good]) & Sampler::grades.at(0).eq(Grade::Better),
        Sampler::emails.len().eq(1) & Sampler::emails.at(0).icontains("X.ORG"),
    ];
    for hit in hits {
        assert!(Sampler::objects().filter(hit.clone()).exists(db).await?, "{hit:?}");
    }
    let read = rows(db, "arrays.Sampler").get(db).await?;
    assert_eq!(read.get("documents")?.to_string(), "[{\"a\":[1,\"x\"]}, \"text\", 3, [1]]");
    assert_eq!(read.get("decimals")?.to_string(), "[Decimal('1.50'), Decimal('-3.00')]");
    Ok(())
}

async fn lookups(db: &Database) -> Outcome {
    shelves(db).await?;
    assert_eq!(named(db, Shelf::tags.contains(["rust"])).await?, ["both", "one"]);
    assert_eq!(named(db, Shelf::tags.contains(["sql", "rust"])).await?, ["both"]);
    assert_eq!(named(db, Shelf::tags.contains(Vec::<String>::new())).await?.len(), 4, "nothing is in all");
    assert_eq!(named(db, !Shelf::tags.contains(["rust"])).await?, ["none", "three"]);
    assert_eq!(named(db, Shelf::tags.contained_by(vec!["rust", "sql", "x"])).await?, ["both", "one", "none"]);
    assert_eq!(named(db, Shelf::tags.overlap(["web", "rust"])).await?, ["both", "one", "three"]);
    assert_eq!(named(db, Shelf::numbers.overlap([3])).await?, ["both", "three"]);
    assert_eq!(named(db, !Shelf::numbers.overlap([3])).await?, ["one", "none"], "null overlaps nothing");
    assert_eq!(named(db, Shelf::tags.contains([Shelf::name])).await?, Vec::<String>::new(), "an array of expressions");
    assert_eq!(named(db, Shelf::numbers.contains(Shelf::numbers)).await?, ["both", "one", "three"]);
    let odd = "a, \"b\" {c}\\";
    assert_eq!(named(db, Shelf::tags.contains([odd])).await?, ["three"]);
    let readers = Reader::objects().values_list(Reader::favourite);
    let shelf = Shelf::objects().filter(Shelf::name.eq("three")).get(db).await?;
    new!(Reader { shelf: &shelf, favourite: "web" }).create(db).await?;
    if Kind::of(db) == Kind::Postgres {
        let favourites = ArraySubquery(&|_| readers.clone());
        assert_eq!(named(db, Shelf::tags.overlap(&favourites)).await?, ["three"]);
    }
    let by_related = Reader::objects().filter(Reader::shelf.tags.contains(["sql"])).count(db).await?;
    assert_eq!(by_related, 1);
    Ok(())
}

async fn elements_lengths_and_slices(db: &Database) -> Outcome {
    shelves(db).await?;
    assert_eq!(named(db, Shelf::tags.len().eq(1)).await?, ["one"]);
    assert_eq!(named(db, Shelf::numbers.len().lt(1)).await?, ["one"], "of null there is no length, of nothing it is 0");
    assert_eq!(named(db, Shelf::tags.at(1).eq("sql")).await?, ["both"]);
    assert_eq!(named(db, Shelf::tags.at(0).startswith("r")).await?, ["both", "one"]);
    assert_eq!(named(db, Shelf::tags.at(0).isnull(true)).await?, ["none"]);
    assert_eq!(named(db, Shelf::numbers.at(0).gte(3)).await?, ["three"]);
    assert_eq!(named(db, Shelf::tags.slice(0..1).eq(["rust"])).await?, ["both", "one"]);
    assert_eq!(named(db, Shelf::numbers.slice(1..).contains([2])).await?, ["both", "three"]);
    let firsts = Shelf::objects().values_list((Shelf::tags.slice(..2), Shelf::tags.at(7), Shelf::tags.len()));
    let firsts: Vec<(Vec<String>, Option<String>, i32)> = firsts.all(db).await?;
    let web = vec!["sql".to_owned(), "web".to_owned()];
    assert_eq!(firsts[3], (web, None, 3));
    assert_eq!(firsts[2], (Vec::new(), None, 0));
    let longest: Option<i32> = Shelf::objects().aggregate(Max(Shelf::tags.len()), db).await?;
    assert_eq!(longest, Some(3));
    let by_length = Shelf::objects().order_by((Shelf::tags.len().desc(), Shelf::name)).values_list(Shelf::name);
    assert_eq!(by_length.all(db).await?, ["three", "both", "one", "none"]);
    let upper: Vec<Option<String>> = Shelf::objects().values_list(Upper(Shelf::tags.at(0))).all(db).await?;
    assert_eq!(upper[0].as_deref(), Some("RUST"));
    Ok(())
}

async fn comparisons_order_and_groups(db: &Database) -> Outcome {
    shelves(db).await?;
    assert_eq!(named(db, Shelf::tags.eq(["rust", "sql"])).await?, ["both"]);
    assert_eq!(named(db, Shelf::tags.ne(["rust", "sql"])).await?, ["one", "none", "three"]);
    assert_eq!(named(db, Shelf::tags.eq(Vec::<String>::new())).await?, ["none"]);
    assert_eq!(named(db, Shelf::numbers.isnull(true)).await?, ["none"]);
    assert_eq!(named(db, Shelf::numbers.eq(None::<Vec<i32>>)).await?, ["none"]);
    assert_eq!(named(db, Shelf::tags.in_(vec![vec!["rust"], vec![], vec!["x"]])).await?, ["one", "none"]);
    assert_eq!(named(db, !Shelf::tags.in_(vec![vec!["rust"]])).await?, ["both", "none", "three"]);
    assert_eq!(named(db, Shelf::numbers.gt([1, 2])).await?, ["both", "three"]);
    assert_eq!(named(db, Shelf::numbers.gt([1, 2, 3])).await?, ["three"]);
    assert_eq!(named(db, Shelf::numbers.range(([1, 2], [3, 1]))).await?, ["both"]);
    assert_eq!(named(db, Shelf::numbers.lte([9])).await?, ["both", "one", "three"]);
    let order = Shelf::objects().filter(Shelf::numbers.isnull(false)).order_by(Shelf::numbers.desc());
    assert_eq!(order.values_list(Shelf::name).all(db).await?, ["three", "both", "one"]);
    new!(Shelf { name: "again", tags: ["rust", "sql"], board: vec![] }).create(db).await?;
    let n = Count(Shelf::id);
    let grouped = Shelf::objects().values_list(Shelf::tags).annotate(&n).order_by(n.desc()).all(db).await?;
    assert_eq!((grouped[0].1, grouped[0].0.join("+").as_str()), (2, "rust+sql"));
    let twins =
        Shelf::objects().filter(Shelf::tags.in_(Shelf::objects().filter(q!(name = "both")).values_list(Shelf::tags)));
    assert_eq!(twins.count(db).await?, 2);
    assert_eq!(Shelf::objects().order_by(Shelf::tags).values_list(Shelf::tags).distinct().all(db).await?.len(), 4);
    Ok(())
}

async fn nulls_and_arrays_of_arrays(db: &Database) -> Outcome {
    let board = vec![vec![1, 2, 3], vec![4, 5, 6]];
    let shelf = new!(Shelf { name: "b", tags: vec![], board, gaps: [Some(5), None, Some(7)] }).create(db).await?;
    let read = Shelf::objects().get(db).await?;
    assert_eq!((read.board, read.gaps), (shelf.board, shelf.gaps));
    let hits = [
        q!(Shelf, board = vec![vec![1, 2, 3], vec![4, 5, 6]]),
        q!(Shelf, board__1__2 = 6),
        q!(Shelf, board__0__0__lt = 2),
        Shelf::board.len().eq(2) & Shelf::board.at(1).at(0).eq(4),
        Shelf::board.at(1).eq([4, 5, 6]) & Shelf::board.at(2).isnull(true) & Shelf::board.at(0).len().eq(3),
        Shelf::board.contains([[2, 6]]),
        Shelf::board.overlap([[9, 6]]),
        Shelf::gaps.eq(vec![Some(5), None, Some(7)]),
        Shelf::gaps.at(1).isnull(true) & Shelf::gaps.at(2).eq(7),
        Shelf::gaps.contains([5_i64, 7]),
    ];
    for hit in hits {
        assert!(Shelf::objects().filter(hit.clone()).exists(db).await?, "{hit:?}");
    }
    for miss in
        [Shelf::gaps.contains([None::<i64>]), Shelf::gaps.overlap([None::<i64>]), Shelf::board.contains([[2, 9]])]
    {
        assert!(!Shelf::objects().filter(miss.clone()).exists(db).await?, "{miss:?}");
    }
    Ok(())
}

async fn conditions_as_keywords(db: &Database) -> Outcome {
    shelves(db).await?;
    let odd = "x".to_owned();
    let hits = [
        (q!(Shelf, tags__contains = ["rust", "sql"]), vec!["both"]),
        (q!(Shelf, tags__contained_by = ["rust", "sql"], tags__len__gt = 0), vec!["both", "one"]),
        (q!(Shelf, tags__overlap = ["web", &odd]), vec!["three"]),
        (q!(Shelf, tags__0 = "rust"), vec!["both", "one"]),
        (q!(Shelf, tags__0__icontains = "RU" | tags__2__isnull = false), vec!["both", "one", "three"]),
        (q!(Shelf, tags__0_1 = ["rust"]), vec!["both", "one"]),
        (q!(Shelf, tags__1_3 = ["web", "a, \"b\" {c}\\"]), vec!["three"]),
        (q!(Shelf, numbers__len = 0), vec!["one"]),
    ];
    for (condition, expected) in hits {
        assert_eq!(named(db, condition.clone()).await?, expected, "{condition:?}");
    }
    Ok(())
}

async fn names_and_text(db: &Database) -> Outcome {
    use embellie_suite::q;
    shelves(db).await?;
    let named = async |path: &str, value: embellie::Value| {
        texts(rows(db, "arrays.Shelf").filter(q(path, value)), "name", db).await
    };
    assert_eq!(named("tags__contains", list(["rust"])).await?, ["both", "one"]);
    assert_eq!(named("tags__0__in", list(["sql", "x"])).await?, ["three"]);
    assert_eq!(named("tags__0_2__contained_by", list(["rust", "sql"])).await?, ["both", "one", "none"]);
    assert_eq!(named("numbers__len__gte", 2.into()).await?, ["both", "three"]);
    assert_eq!(named("tags__in", list([list(["rust"]), list(["x"])])).await?, ["one"]);
    assert_eq!(named("numbers__contains", list(["1"])).await?, ["both"], "numbers may be given as text");
    let lengths = values(rows(db, "arrays.Shelf"), "tags__len", db).await?;
    assert_eq!(lengths.iter().map(int).collect::<Vec<_>>(), [2, 1, 0, 3]);
    let sliced = Expr::Slice { expr: Box::new(path("tags")), start: 1, length: Some(1) };
    let query = rows(db, "arrays.Shelf").annotate_expr("second", sliced).filter(q("second", list(["sql"])));
    assert_eq!(texts(query, "name", db).await?, ["both"]);
    let nothing = Expr::value(list::<i64>([])).typed(FieldKind::Integer.array());
    let or_nothing = Expr::call(embellie_core::expr::Function::Coalesce, [path("numbers"), nothing]);
    let query = rows(db, "arrays.Shelf").annotate_expr("all", or_nothing).filter(q("all__len", 0));
    assert_eq!(texts(query, "name", db).await?, ["one", "none"]);
    Ok(())
}

async fn updates(db: &Database) -> Outcome {
    shelves(db).await?;
    let both = || Shelf::objects().filter(q!(name = "both"));
    assert_eq!(both().update(set!(tags = ["new", "tags"], numbers = None::<Vec<i32>>), db).await?, 1);
    let mut shelf = both().get(db).await?;
    assert_eq!((shelf.tags.join(" "), &shelf.numbers), ("new tags".to_owned(), &None));
    shelf.tags.push("more".into());
    shelf.numbers = Some(vec![9]);
    shelf.save(db).await?;
    assert_eq!(both().get(db).await?.tags, ["new", "tags", "more"]);
    both().update(set!(tags = F(tags).slice(1..)), db).await?;
    assert_eq!(both().get(db).await?.tags, ["tags", "more"]);
    let changed = rows(db, "arrays.Shelf").filter(embellie_suite::q("tags__len", 0));
    assert_eq!(changed.update(set("tags", list(["x"])), db).await?, 1);
    let chosen = Case(q!(Shelf, name = "one"), Value(vec!["first".to_owned()])).otherwise(Shelf::tags);
    Shelf::objects().update(set!(tags = chosen), db).await?;
    assert_eq!(Shelf::objects().filter(Shelf::tags.eq(["first"])).get(db).await?.name, "one");
    Ok(())
}

async fn bulk(db: &Database) -> Outcome {
    let shelf = |name: &str, tags: Vec<&str>, numbers| {
        let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
        new!(Shelf { name, tags, numbers, board: vec![vec![1], vec![2]] })
    };
    let mut made =
        [shelf("a", vec!["x"], None), shelf("b", vec![], Some(vec![1])), shelf("c", vec!["y"], Some(vec![]))];
    Shelf::objects().bulk_create(&mut made, db).await?;
    let mut read = Shelf::objects().all(db).await?;
    for shelf in &mut read {
        shelf.tags.push("z".into());
        shelf.numbers = shelf.numbers.as_ref().map(|numbers| numbers.iter().map(|n| n + 1).collect());
    }
    assert_eq!(Shelf::objects().bulk_update(&mut read, &["tags", "numbers"], db).await?, 3);
    let tags = Shelf::objects().values_list((Shelf::tags, Shelf::numbers)).all(db).await?;
    assert_eq!(tags[0], (vec!["x".to_owned(), "z".to_owned()], None));
    assert_eq!(tags[1], (vec!["z".to_owned()], Some(vec![2])));
    // An array of arrays would be one long array.
    let mut many: Vec<Shelf> = (0..50).map(|n| shelf("many", vec!["x"; n % 3], (n % 2 == 0).then(Vec::new))).collect();
    Shelf::objects().bulk_create(&mut many, db).await?;
    for (n, shelf) in many.iter().enumerate() {
        let read = Shelf::objects().filter(Shelf::id.eq(shelf.id)).get(db).await?;
        assert_eq!((read.tags.len(), read.numbers, read.board), (n % 3, shelf.numbers.clone(), shelf.board.clone()));
    }
    Ok(())
}

async fn aggregates(db: &Database) -> Outcome {
    shelves(db).await?;
    let sum: Option<i64> = Shelf::objects().aggregate(Sum(Shelf::numbers.at(0)), db).await?;
    assert_eq!(sum, Some(4));
    let names = ArrayAgg(Shelf::name).order_by(Shelf::name);
    let gathered = Shelf::objects().aggregate(names.clone(), db).await;
    if Kind::of(db) == Kind::Sqlite {
        refused(gathered, "NotSupportedError");
        return Ok(());
    }
    assert_eq!(gathered?, Some(Array(["both", "none", "one", "three"].map(str::to_owned).to_vec())));
    let parts = Shelf::objects().aggregate((names.slice(..2), names.at(3), names.len()), db).await?;
    let first_two = Array(vec!["both".to_owned(), "none".to_owned()]);
    assert_eq!(parts, (Some(first_two), Some("three".to_owned()), Some(4)));
    let gathered = ArrayAgg(Shelf::name).order_by(Shelf::id).named("names");
    let firsts = Shelf::objects().values_list(Shelf::tags.at(0)).annotate(&gathered);
    let many = firsts.filter(gathered.len().eq(2)).all(db).await?;
    assert_eq!(many, [(Some("rust".to_owned()), Some(Array(vec!["both".to_owned(), "one".to_owned()])))]);
    Ok(())
}

async fn what_makes_no_sense(db: &Database) -> Outcome {
    use embellie_suite::q;
    let asked = db.capture();
    let filter =
        async |path: &str, value: embellie::Value| rows(db, "arrays.Shelf").filter(q(path, value)).count(db).await;
    let wrong = refused(filter("tags", "rust".into()).await, "TypeError");
    assert!(wrong.contains("'tags' expected a list"), "{wrong}");
    refused(filter("numbers__contains", list(["x"])).await, "ValueError");
    refused(filter("name__overlap", list(["x"])).await, "FieldError");
    let wrong = refused(filter("tags__overlaps", list(["x"])).await, "FieldError");
    assert!(wrong.contains("overlap"), "{wrong}");
    refused(filter("tags__-1", "x".into()).await, "FieldError");
    refused(filter("tags__1_x", "x".into()).await, "FieldError");
    refused(filter("tags__contains", embellie::Value::Null).await, "ValueError");
    let ragged = list([list([1, 2]), list([3])]);
    refused(filter("board", ragged).await, "ValidationError");
    assert!(asked.is_empty(), "all of it was refused before anything was sent");
    Ok(())
}

async fn validation(db: &Database) -> Outcome {
    let shelf = new!(Shelf { name: "x", tags: ["a", "by far too long for a tag", "c", "d", "e"], board: vec![] });
    let error = shelf.validate(db.registry()).unwrap_err().to_string();
    assert!(
        error.contains("Item 2 in the array did not validate: Ensure this value has at most 20 characters"),
        "{error}"
    );
    assert!(error.contains("List contains 5 items, it should contain no more than 4."), "{error}");
    Ok(())
}
