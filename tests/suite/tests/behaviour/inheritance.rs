//! Multi-table inheritance: what the names of a model lead to can be named on those that add columns to it.

use embellie::Database;
use embellie_suite::{Outcome, q, rows, texts};
use embellie_text::models::Settings;
use embellie_text::{Models, Object, Py, evaluate};

embellie_suite::on_every_database! { places:
    inherited_names_are_reached,
    texts_read_and_write_the_whole_object,
    objects_of_texts_tell_what_came_with_them,
}

async fn ask(text: &str, db: &Database) -> Py {
    let models = Models::of_registry(db.registry().clone(), Settings::default());
    evaluate(text, &models, db).await.unwrap_or_else(|error| panic!("{text}: {}: {error}", error.class()))
}

/// The loaded fields of an object, by name.
fn fields(value: &Py) -> String {
    let Py::Object(object) = value else { return value.type_name().to_owned() };
    let mut shown: Vec<String> = object
        .fields()
        .into_iter()
        .map(|(name, value)| match value {
            Py::Str(text) => format!("{name}={text}"),
            Py::Int(number) => format!("{name}={number}"),
            other => format!("{name}: {}", other.type_name()),
        })
        .collect();
    shown.sort();
    shown.join(" ")
}

async fn inherited_names_are_reached(db: &Database) -> Outcome {
    for (name, drinks) in [("Moon", "gin"), ("Sun", "tea")] {
        ask(&format!("Bar.objects.create(name='{name}', stars=2, drinks='{drinks}')"), db).await;
    }
    ask("Visit.objects.create(place_id=2, day=datetime.date(2024, 1, 1))", db).await;
    let bars = || rows(db, "places.Bar");
    assert_eq!(texts(bars().filter(q("name", "Moon")), "drinks", db).await?, ["gin"]);
    assert_eq!(texts(bars().order_by("-name"), "name", db).await?, ["Sun", "Moon"]);
    assert_eq!(texts(bars().filter(q("visits__day__year", 2024)), "name", db).await?, ["Sun"]);
    assert_eq!(texts(bars().exclude(q("visits__day__year", 2024)), "name", db).await?, ["Moon"]);
    assert_eq!(texts(rows(db, "places.Place").filter(q("restaurant__bar__drinks", "tea")), "name", db).await?, ["Sun"]);
    // The key of the first model is that of the last, which needs no join.
    assert_eq!(texts(bars().filter(q("id", 1)), "drinks", db).await?, ["gin"]);
    Ok(())
}

async fn texts_read_and_write_the_whole_object(db: &Database) -> Outcome {
    ask("Bar.objects.create(name='Moon', stars=2, drinks='gin')", db).await;
    let bar = "Bar.objects.get(name='Moon')";
    assert_eq!(fields(&ask(bar, db).await), "drinks=gin id=1 name=Moon place_ptr_id=1 restaurant_ptr_id=1 stars=2");
    assert!(!fields(&ask("Bar.objects.defer('name').get(stars=2)", db).await).contains("name"));
    ask("Bar.objects.filter(stars=2).update(name='Mars', stars=3, drinks='rum')", db).await;
    assert_eq!(fields(&ask("Restaurant.objects.get()", db).await), "id=1 name=Mars place_ptr_id=1 stars=3");
    ask("Bar.objects.get(pk=1).visits.create(day=datetime.date(2024, 1, 1))", db).await;
    ask("Bar.objects.all().delete()", db).await;
    for model in ["places.Place", "places.Restaurant", "places.Bar", "places.Visit"] {
        assert_eq!(rows(db, model).count(db).await?, 0, "{model}");
    }
    Ok(())
}

/// An object, with what came with it and what was read for it.
fn graph(object: &Object) -> String {
    let mut shown = object.model().to_owned();
    for (name, related) in object.related() {
        shown += &format!(" {name}=[{}]", related.map_or_else(|| "none".to_owned(), graph));
    }
    for (name, objects) in object.prefetched() {
        shown += &format!(" {name}={:?}", objects.iter().map(graph).collect::<Vec<_>>());
    }
    shown
}

async fn objects_of_texts_tell_what_came_with_them(db: &Database) -> Outcome {
    ask("Bar.objects.create(name='Moon', stars=2, drinks='gin')", db).await;
    ask("Place.objects.create(name='Hill')", db).await;
    ask("Visit.objects.create(place_id=1, day=datetime.date(2024, 1, 1))", db).await;
    let all = async |text: &str| match ask(text, db).await {
        Py::List(rows) => {
            rows.iter().map(|row| if let Py::Object(row) = row { graph(row) } else { String::new() }).collect()
        }
        _ => Vec::new(),
    };
    assert_eq!(all("Visit.objects.select_related('place')").await, ["Visit place=[Place]"]);
    assert_eq!(
        all("Place.objects.select_related('restaurant').order_by('id')").await,
        ["Place restaurant=[Restaurant place_ptr=[Place]]", "Place restaurant=[none]"]
    );
    let asked = db.capture();
    assert_eq!(
        all("Place.objects.prefetch_related('visits').order_by('id')").await,
        [r#"Place visits=["Visit place=[Place]"]"#, "Place visits=[]"]
    );
    assert_eq!(asked.len(), 2);
    // What is related to the row that a bar adds columns to.
    assert_eq!(all("Bar.objects.prefetch_related('visits')").await, [r#"Bar visits=["Visit place=[Bar]"]"#]);
    assert_eq!(all("Place.objects.get(pk=1).visits.all()").await, ["Visit place=[Place]"]);
    let named = "Place.objects.prefetch_related(Prefetch('visits', Visit.objects.none(), to_attr='none')).filter(pk=1)";
    assert_eq!(all(named).await, ["Place none=[]"]);
    Ok(())
}
