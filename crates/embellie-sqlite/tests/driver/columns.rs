//! The names of columns.

use embellie_core::{Columns, Error, Header, Row, RowSink, Statement, Value};
use embellie_sqlite::{SqliteDriver, SqliteOptions};

use crate::support::{connect_to, memory, on_both, read, schema, write};

#[derive(Debug, Default)]
struct Names(Columns, usize);

impl RowSink for Names {
    fn columns(&mut self, columns: &dyn Header) -> Result<(), Error> {
        self.0 = Columns::of(columns);
        match self.0.position("no") {
            Some(_) => Err(Error::Decode("not this one".into())),
            None => Ok(()),
        }
    }

    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        assert_eq!(Columns::of(row), self.0);
        self.1 += 1;
        Ok(())
    }

    fn restart(&mut self) {
        self.1 = 0;
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// A sink learns the columns before any row, also when there is none, and may refuse before anything is done.
#[test]
fn columns_have_names() {
    on_both(|| async {
        let mut link = memory().await;
        schema(&mut link, "CREATE TABLE note (id int)").await;
        for (sql, names, rows) in [
            ("SELECT 1 AS a, 2 AS \"B c\", 3 AS a", vec!["a", "B c", "a"], 1),
            ("SELECT id FROM note", vec!["id"], 0),
            ("INSERT INTO note VALUES (1) RETURNING id AS new", vec!["new"], 1),
            ("DELETE FROM note", vec![], 0),
        ] {
            let (sink, outcome) = link.execute(&Statement::write(sql, vec![]), Box::<Names>::default()).await;
            outcome.unwrap();
            let seen = sink.into_any().downcast::<Names>().unwrap();
            assert_eq!((seen.0, seen.1), (Columns::new(names), rows), "{sql}");
        }
        let refused = Statement::write("INSERT INTO note VALUES (9) RETURNING id AS no", vec![]);
        let (_, outcome) = link.execute(&refused, Box::<Names>::default()).await;
        assert!(matches!(outcome, Err(Error::Decode(_))));
        assert_eq!(write(&mut link, "DELETE FROM note", vec![]).await.unwrap().rows, 0);
    });
}

/// Another connection changes the table of a statement that is kept prepared: the sink is told of the new columns.
#[test]
fn columns_that_have_changed() {
    on_both(|| async {
        let folder = tempfile::tempdir().unwrap();
        let driver = SqliteDriver::new(SqliteOptions::file(folder.path().join("notes.sqlite3")));
        let (mut link, mut other) = (connect_to(&driver).await, connect_to(&driver).await);
        schema(&mut link, "CREATE TABLE note (id int); INSERT INTO note VALUES (1)").await;
        assert_eq!(read(&mut link, "SELECT * FROM note", vec![]).await.unwrap(), [[Value::Int(1)]]);
        schema(&mut other, "ALTER TABLE note ADD COLUMN body text").await;
        let (sink, outcome) =
            link.execute(&Statement::read("SELECT * FROM note", vec![]), Box::<Names>::default()).await;
        assert_eq!(outcome.unwrap().rows, 1);
        assert_eq!(sink.into_any().downcast::<Names>().unwrap().0, Columns::new(["id", "body"]));

        let insert = Statement::write("INSERT INTO note (id) VALUES (2) RETURNING *", vec![]);
        let insert_no = Statement::write("INSERT INTO note (id) VALUES (3) RETURNING *, id AS no", vec![]);
        link.execute(&insert, Box::<Names>::default()).await.1.unwrap();
        link.execute(&insert_no, Box::<Names>::default()).await.1.unwrap_err();
        schema(&mut other, "ALTER TABLE note ADD COLUMN more int").await;
        let (sink, outcome) = link.execute(&insert, Box::<Names>::default()).await;
        assert_eq!(outcome.unwrap().rows, 1);
        assert_eq!(sink.into_any().downcast::<Names>().unwrap().0, Columns::new(["id", "body", "more"]));
        link.execute(&insert_no, Box::<Names>::default()).await.1.unwrap_err();
        let counted = read(&mut link, "SELECT COUNT(*) FROM note", vec![]).await.unwrap();
        assert_eq!(counted, [[Value::Int(3)]], "what is refused is not done");
    });
}
