//! Checks, indexes of some rows and indexes of expressions become what models declare, where models have a form for it.

use embellie::{Database, Executor, Sql};
use embellie_codegen::ModelSource;
use embellie_introspect::Note;
use embellie_suite::{Outcome, on_every_database, refused};

const TABLES: [&str; 6] = [
    "CREATE TABLE item (
        id integer PRIMARY KEY, name varchar(40) NOT NULL, state varchar(9) NOT NULL, stock integer NOT NULL,
        least integer, price numeric(8, 2) NOT NULL,
        CONSTRAINT known_state CHECK (state IN ('new', 'it''s')),
        CONSTRAINT enough CHECK (stock > 0 AND (least IS NULL OR NOT least > stock)),
        CONSTRAINT odd CHECK (length(name) > 1),
        CHECK (price >= 1)
    )",
    "CREATE INDEX item_new ON item (name) WHERE state = 'new' AND stock BETWEEN 2 AND 9",
    "CREATE INDEX item_small ON item (lower(name))",
    "CREATE UNIQUE INDEX item_one ON item (state, name) WHERE price > 100",
    "CREATE INDEX item_not ON item (name) WHERE least <> 3",
    "CREATE INDEX item_part ON item (substr(name, 2))",
];

async fn what_models_can_say_is_declared(db: &Database) -> Outcome {
    for statement in TABLES {
        db.cursor().execute(Sql::trusted(statement), ()).await?;
    }
    let read = embellie_introspect::models_of(&embellie_introspect::read(db).await?)?;
    let (found, notes) = (read.registry, read.notes);
    let item = found.models().iter().find(|model| model.table == "item").unwrap_or_else(|| panic!("no model"));
    let source = ModelSource::new(&found).one_file();
    for told in [
        "check(condition(state__in = [\"new\", \"it's\"]), name = \"known_state\")",
        "stock__gt = 0, least__isnull = true | !(least__gt = F(stock))",
        "check(condition(price__gte = 1), name = \"item_price_check\")",
        "index(fields = [\"name\"], condition(state = \"new\", stock__gte = 2, stock__lte = 9), name = \"item_new\")",
        "index(expression = Lower(F(name)), name = \"item_small\")",
        "unique(fields = [\"state\", \"name\"], condition(price__gt = 100), name = \"item_one\")",
    ] {
        let squeezed =
            |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(", )", ")");
        assert!(squeezed(&source).contains(told), "{told}\n{source}");
    }
    // What has no form, or one that means another thing, is a comment.
    for told in ["Check 'odd'", "Index 'item_not'", "Index 'item_part'"] {
        let is_told = |note: &Note| matches!(note, Note::Beside(text) if text.starts_with(told));
        assert!(notes.iter().any(|(_, note)| is_told(note)), "{told}\n{notes:?}");
    }
    assert_eq!((item.constraints.len(), item.indexes.len()), (4, 2), "{source}");
    // Tables that are made of these models refuse what the others refuse.
    db.cursor().execute("DROP TABLE item", ()).await?;
    let label = item.label().to_owned();
    let made = db.with_registry(found);
    made.create_tables(&[&label]).await?;
    let insert = "INSERT INTO item (id, name, state, stock, least, price) VALUES (%s, %s, %s, %s, %s, %s)";
    let rows = [
        ((1_i64, "ab", "it's", 5_i64, Some(5_i64), 100_i64), true),
        ((2, "ab", "it's", 5, None, 200), true),
        ((3, "ab", "old", 5, None, 3), false),
        ((4, "ab", "new", 5, Some(6), 3), false),
        ((5, "ab", "new", 0, None, 3), false),
        ((6, "ab", "new", 5, None, 0), false),
        ((7, "ab", "it's", 5, None, 300), false),
    ];
    for (row, is_taken) in rows {
        let done = made.cursor().execute(insert, row).await;
        match is_taken {
            true => assert_eq!(done?, 1),
            false => drop(refused(done, "IntegrityError")),
        }
    }
    Ok(())
}

on_every_database!(names: what_models_can_say_is_declared);
