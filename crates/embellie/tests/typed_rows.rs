//! Models, conditions and rows by macros alone, on a database.

use embellie::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
enum Mood {
    Glad,
    Sad,
}

#[model(app = "library")]
struct Writer {
    #[field(max_length = 100)]
    name: String,
    #[field(default = Mood::Glad)]
    mood: Mood,
}

#[model(app = "library", ordering = ["title"])]
struct Book {
    #[field(max_length = 200)]
    title: String,
    #[field(on_delete = Cascade, related_name = "books")]
    writer: ForeignKey<Writer>,
    #[field(on_delete = SetNull, related_name = "translations")]
    translator: Option<ForeignKey<Writer>>,
    #[field(db_default = 7)]
    shelf: i32,
    #[field(default = 0)]
    loans: i64,
}

async fn library() -> embellie::Result<Database> {
    let db = Database::connect("sqlite::memory:").await?;
    db.create_tables(&[]).await?;
    let ann = new!(Writer { name: "Ann" }).create(&db).await?;
    let bob = new!(Writer { name: "Bob", mood: Mood::Sad }).create(&db).await?;
    new!(Book { title: "Ash", writer: &ann }).create(&db).await?;
    new!(Book { title: "Birch", writer: &bob, translator: &ann, shelf: 3, loans: 10 }).create(&db).await?;
    Ok(db)
}

#[tokio::test]
async fn defaults_of_the_database_come_back() -> embellie::Result<()> {
    let db = library().await?;
    let shelves = Book::objects().values_list(Book::shelf).all(&db).await?;
    assert_eq!(shelves, [7, 3]);
    let oak = new!(Book { title: "Oak", writer: 1 }).create(&db).await?;
    assert_eq!(oak.shelf, 7);
    Ok(())
}

#[tokio::test]
async fn rows_have_names_and_types() -> embellie::Result<()> {
    let db = library().await?;
    let rows = Book::objects().values(row!(title, who = writer__name, by = translator__name, mood = writer__mood));
    let rows = rows.all(&db).await?;
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0].title.as_str(), rows[0].who.as_str(), rows[0].by.as_deref()), ("Ash", "Ann", None));
    assert_eq!((rows[1].by.as_deref(), rows[1].mood), (Some("Ann"), Mood::Sad));
    let pairs: Vec<(Option<String>, Mood)> =
        Writer::objects().order_by("id").values_list((Writer::books().title, Writer::mood)).all(&db).await?;
    assert_eq!(pairs, [(Some("Ash".into()), Mood::Glad), (Some("Birch".into()), Mood::Sad)]);
    Ok(())
}

#[tokio::test]
async fn conditions_and_updates() -> embellie::Result<()> {
    let db = library().await?;
    let ann = Writer::objects().filter(q!(name = "Ann")).get(&db).await?;
    assert_eq!(Book::objects().filter(q!(translator = &ann)).count(&db).await?, 1);
    assert_eq!(Writer::objects().filter(q!(books__translator__isnull = false, mood = Mood::Sad)).count(&db).await?, 1);
    let anns = Book::objects().filter(q!(writer__in = [&ann]));
    assert_eq!(anns.update(set!(loans = F(loans) + F(shelf) + 1), &db).await?, 1);
    assert_eq!(Book::objects().filter(q!(loans = F(shelf) + 1)).get(&db).await?.title, "Ash");
    let sad = Writer::objects().filter(q!(mood__in = [Mood::Sad]));
    assert_eq!(Book::objects().filter(q!(writer__in = &sad)).get(&db).await?.title, "Birch");
    Ok(())
}
