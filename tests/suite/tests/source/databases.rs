//! What is written of a database's tables is what is kept in `tests/written/music.rs`.

use embellie::{Database, Executor, Registry, Sql};
use embellie_codegen::ModelSource;
use embellie_introspect::{Note, models_of, read};
use embellie_suite::Outcome;

use crate::same_as_written;

#[tokio::test]
async fn tables_of_every_sort() -> Outcome {
    let db = Database::builder("sqlite::memory:?foreign_keys=off").registry(Registry::default()).connect().await?;
    for statement in include_str!("music.sql").split(";\n") {
        db.cursor().execute(Sql::trusted(statement), ()).await?;
    }
    let found = models_of(&read(&db).await?)?;
    let mut source = ModelSource::new(&found.registry);
    for (label, note) in &found.notes {
        source = match note {
            Note::Comment(text) => source.doc(label, text),
            Note::Beside(text) => source.note(label, text),
        };
    }
    for remark in &found.report.remarks {
        source = source.note(remark.model.as_deref().unwrap_or_default(), remark.sentence());
    }
    same_as_written("music.rs", &source.one_file());
    let broken = found.report.remarks.iter().find(|remark| remark.table == "Broken").map(ToString::to_string);
    assert!(broken.is_some_and(|broken| broken.contains("NoSuchTable")), "{:?}", found.report);
    Ok(())
}
