//! Cursors: SQL that somebody has written, with parameters, on every database and in transactions.

use embellie::query_set::TextRow;
use embellie::{Columns, Database, Error, Executor, FromColumn, FromRow, Params, Result, Sql, Value};
use embellie_core::Row;
use embellie_suite::models::blog_rows;
use embellie_suite::{Failure, Kind, Outcome, refused, rows, texts};
use uuid::Uuid;

embellie_suite::on_every_database! { blog:
    rows_are_tuples_structs_and_dictionaries,
    parameters_are_data,
    parameters_are_checked_before_anything_is_sent,
    values_of_every_type,
    changes_are_counted,
    many_sets_of_parameters,
    in_a_transaction,
    transactions_are_not_begun_by_text,
    several_statements_are_refused,
    wrong_sql_is_an_error_and_nothing_else,
    columns_that_do_not_fit,
    the_schema_may_change,
    lists_in_a_column,
}

struct Author {
    posts: i64,
    name: String,
}

impl FromRow for Author {
    type Plan = [usize; 2];

    fn plan(columns: &Columns) -> Result<Self::Plan> {
        columns.places(["posts", "name"])
    }

    fn from_row(&[posts, name]: &Self::Plan, row: &dyn Row) -> Result<Self> {
        Ok(Author { posts: i64::from_column(row.column(posts)?)?, name: String::from_column(row.column(name)?)? })
    }
}

async fn rows_are_tuples_structs_and_dictionaries(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let cursor = db.cursor();
    let sql = "SELECT name, (SELECT COUNT(*) FROM blog_post p WHERE p.author_id = u.id) AS posts
        FROM blog_user u WHERE name < %s ORDER BY name -- the names before 'C'";
    let tuples: Vec<(String, i64)> = cursor.query(sql, ("C",)).await?;
    assert_eq!(tuples, [("Ann".to_owned(), 2), ("Bob".to_owned(), 1)]);
    let authors: Vec<Author> = cursor.query(sql, ["C"]).await?;
    assert_eq!((authors[0].name.as_str(), authors[0].posts), ("Ann", 2));
    let names: Vec<String> = cursor.query("SELECT name FROM blog_user ORDER BY id LIMIT %s", vec![1]).await?;
    assert_eq!(names, ["Ann"]);
    let found: Vec<Option<String>> = cursor.query("SELECT subtitle FROM blog_post ORDER BY id", ()).await?;
    assert_eq!(found, [None, Some("b".into()), Some("".into()), None]);

    let dictionaries = cursor.rows(sql, ("C",)).await?;
    assert_eq!(dictionaries.columns().collect::<Vec<_>>(), ["name", "posts"]);
    assert_eq!((dictionaries.len(), dictionaries[1].get("name")), (2, Some(&"Bob".into())));
    assert_eq!(dictionaries[0].get("nobody"), None);
    let none = cursor.rows(sql, ("A",)).await?;
    assert_eq!((none.columns().collect::<Vec<_>>(), none.len()), (vec!["name", "posts"], 0));
    // Of two columns of a name, the first counts.
    let twice: Vec<TextRow> = cursor.query("SELECT 1 AS a, 2 AS b, 3 AS a", ()).await?;
    assert_eq!((twice[0].get("a"), twice[0].values().len()), (Some(&Value::Int(1)), 3));
    Ok(())
}

/// Whatever a value holds, it is compared and stored as it is.
async fn parameters_are_data(db: &Database) -> Outcome {
    let nasty = [
        "x'; DROP TABLE blog_tag; --",
        "%s",
        "%(name)s",
        "100%",
        "%%",
        "?",
        "$1",
        "\"",
        "\\",
        "' OR '1'='1",
        "/*",
        "{}",
        "日本語",
    ];
    let cursor = db.cursor();
    for text in nasty {
        assert_eq!(cursor.execute("INSERT INTO blog_tag (name) VALUES (%s)", (text,)).await?, 1);
        let params = Params::new().name("wanted", text).name("unused", 1);
        let sql = "SELECT name, 'it''s %s ? 100%' FROM blog_tag WHERE name = %(wanted)s AND %(wanted)s = name";
        let found: Vec<(String, String)> = cursor.query(sql, params).await?;
        assert_eq!(found, [(text.to_owned(), "it's %s ? 100%".to_owned())]);
    }
    assert_eq!(texts(rows(db, "blog.Tag").order_by("pk"), "name", db).await?, nasty);
    // The remainder, and patterns, need no doubled percent sign.
    let sql =
        "SELECT COUNT(*) FROM blog_tag WHERE id % 2 = 1 AND id %% 2 = %s AND name LIKE '%%' AND name NOT LIKE '%(%'";
    assert_eq!(cursor.query::<i64>(sql, (1,)).await?, [6]);
    Ok(())
}

async fn parameters_are_checked_before_anything_is_sent(db: &Database) -> Outcome {
    let capture = db.capture();
    let cursor = db.cursor();
    let select = "SELECT name FROM blog_tag WHERE name = %s";
    let message = refused(cursor.query::<String>(select, ()).await, "ProgrammingError");
    assert!(message.contains("1 placeholder(s) %s, but 0 parameter(s)"), "{message}");
    refused(cursor.rows(select, (1, 2)).await, "ProgrammingError");
    refused(cursor.execute("DELETE FROM blog_tag WHERE name = '%s'", ("x",)).await, "ProgrammingError");
    refused(cursor.execute(select, Params::new().name("name", "x")).await, "ProgrammingError");
    let by_name = "SELECT 1 WHERE 1 = %(one)s";
    let message = refused(cursor.query::<i64>(by_name, Params::new().name("on", 1)).await, "ProgrammingError");
    assert!(message.contains("did you mean 'on'?"), "{message}");
    refused(cursor.query::<i64>("", ()).await, "ProgrammingError");
    let sets = [vec!["a"], vec!["b", "c"]];
    refused(cursor.execute_many("INSERT INTO blog_tag (name) VALUES (%s)", sets).await, "ProgrammingError");
    assert_eq!(capture.len(), 0);
    Ok(())
}

async fn values_of_every_type(db: &Database) -> Outcome {
    let cursor = db.cursor();
    let decimal: rust_decimal::Decimal = "1.50".parse()?;
    let day = jiff::civil::date(2024, 2, 29);
    let moment: jiff::Timestamp = "2024-02-29T12:00:00.25Z".parse()?;
    let uuid = Uuid::from_u128(7);
    let document = serde_json::json!({"a": [1, "x'"]});
    let sql = "SELECT %s, %s, %s, %s, %s, %s, %s";
    let (a, b, c, d, e, f, g): (bool, i64, f64, rust_decimal::Decimal, jiff::civil::Date, jiff::Timestamp, Uuid) =
        cursor.query(sql, (true, i64::MAX, 0.5, decimal, day, moment, uuid)).await?.remove(0);
    assert_eq!((a, b, c, d.normalize(), e, f, g), (true, i64::MAX, 0.5, decimal.normalize(), day, moment, uuid));
    let (text, null, json): (String, Option<i64>, serde_json::Value) =
        cursor.query("SELECT %s, %s, %s", ("t", None::<i64>, document.clone())).await?.remove(0);
    assert_eq!((text.as_str(), null, json), ("t", None, document));
    // A number is one wherever it stands.
    let (sum, rest, half): (i64, i64, f64) =
        cursor.query("SELECT %s + 1, %s % 3, %s / 2.0", (41, 10, 1)).await?.remove(0);
    assert_eq!((sum, rest, half), (42, 1, 0.5));
    Ok(())
}

async fn changes_are_counted(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let cursor = db.cursor();
    let update = "UPDATE blog_post SET views = views + %s WHERE published = %s";
    assert_eq!(cursor.execute(update, (1, true)).await?, 3);
    assert_eq!(cursor.execute(update, (1, Value::Null)).await?, 0);
    assert_eq!(cursor.execute("SELECT id FROM blog_tag", ()).await?, 4);
    let given: Vec<(i64, String)> =
        cursor.query("INSERT INTO blog_tag (name) VALUES (%s), (%s) RETURNING id, name", ("x", "y")).await?;
    assert_eq!(given, [(5, "x".to_owned()), (6, "y".to_owned())]);
    assert_eq!(cursor.execute("DELETE FROM blog_tag WHERE id > %s", (4,)).await?, 2);
    assert_eq!(cursor.execute("DELETE FROM blog_tag WHERE id > %s", (4,)).await?, 0);
    Ok(())
}

async fn many_sets_of_parameters(db: &Database) -> Outcome {
    let cursor = db.cursor();
    let insert = "INSERT INTO blog_tag (name) VALUES (%s)";
    assert_eq!(cursor.execute_many(insert, ["a", "b", "c"].map(|name| (name,))).await?, 3);
    assert_eq!(cursor.execute_many(insert, [(); 0]).await?, 0);
    let error = cursor.execute_many(insert, ["d", "a", "e"].map(|name| (name,))).await;
    refused(error, "IntegrityError");
    let update = "UPDATE blog_tag SET name = %(new)s WHERE name = %(old)s";
    let sets =
        [("a", "A"), ("b", "B"), ("nobody", "N")].map(|(old, new)| Params::new().name("old", old).name("new", new));
    assert_eq!(cursor.execute_many(update, sets).await?, 2);
    assert_eq!(texts(rows(db, "blog.Tag").order_by("pk"), "name", db).await?, ["A", "B", "c"]);
    Ok(())
}

async fn in_a_transaction(db: &Database) -> Outcome {
    let failed: Outcome = db
        .atomic(async |tx| {
            tx.cursor().execute("INSERT INTO blog_tag (name) VALUES (%s)", ("lost",)).await?;
            assert_eq!(tx.cursor().query::<String>("SELECT name FROM blog_tag", ()).await?, ["lost"]);
            let anywhere: &dyn Executor = tx;
            assert_eq!(anywhere.cursor().query::<i64>("SELECT COUNT(*) FROM blog_tag", ()).await?, [1]);
            Err(Failure::from(Error::Value("on purpose".into())))
        })
        .await;
    assert!(failed.is_err());
    db.atomic(async |tx| {
        let undone: Result<()> = tx
            .atomic(async |tx| {
                let insert = "INSERT INTO blog_tag (name) VALUES (%s)";
                tx.cursor().execute_many(insert, [("a",), ("a",)]).await.map(drop)
            })
            .await;
        refused(undone, "IntegrityError");
        tx.cursor().execute("INSERT INTO blog_tag (name) VALUES (%s)", ("kept",)).await
    })
    .await?;
    assert_eq!(texts(rows(db, "blog.Tag"), "name", db).await?, ["kept"]);
    Ok(())
}

async fn transactions_are_not_begun_by_text(db: &Database) -> Outcome {
    for sql in ["BEGIN", "begin immediate", "COMMIT", "ROLLBACK", "SAVEPOINT a", "/* x */ RELEASE a"] {
        let message = refused(db.cursor().execute(sql, ()).await, "TransactionManagementError");
        assert!(message.contains("atomic"), "{message}");
    }
    let inside: Result<u64> = db.atomic(async |tx| tx.cursor().execute("COMMIT", ()).await).await;
    refused(inside, "TransactionManagementError");
    Ok(())
}

async fn several_statements_are_refused(db: &Database) -> Outcome {
    blog_rows(db).await?;
    for sql in ["SELECT 1; DELETE FROM blog_comment", "DELETE FROM blog_comment; DELETE FROM blog_tag"] {
        refused(db.cursor().execute(sql, ()).await, "ProgrammingError");
    }
    assert_eq!(rows(db, "blog.Comment").count(db).await?, 5);
    assert_eq!(db.cursor().query::<i64>("SELECT 1 ; ", ()).await?, [1]);
    Ok(())
}

/// SQLite's errors of syntax are operational ones in Django as well.
async fn wrong_sql_is_an_error_and_nothing_else(db: &Database) -> Outcome {
    let class = match Kind::of(db) {
        Kind::Sqlite => "OperationalError",
        Kind::Postgres => "ProgrammingError",
    };
    for sql in ["SELEKT 1", "SELECT * FROM nothing", "SELECT nobody FROM blog_tag", "SELECT (1", "SELECT 'open"] {
        refused(db.cursor().query::<TextRow>(sql, ()).await, class);
        assert_eq!(db.cursor().query::<i64>("SELECT 1", ()).await?, [1]);
    }
    let secret = "DELETE FROM blog_tag WHERE name = %s AND nobody = 1";
    let message = refused(db.cursor().execute(secret, ("secret",)).await, class);
    assert!(!message.contains("secret"), "{message}");
    Ok(())
}

async fn columns_that_do_not_fit(db: &Database) -> Outcome {
    let cursor = db.cursor();
    let message = refused(cursor.query::<(i64,)>("SELECT 1 AS a, 2 AS b", ()).await, "DecodeError");
    assert!(message.contains("1 column(s), found 2: a, b"), "{message}");
    let message = refused(cursor.query::<Author>("SELECT 'Ann' AS nam, 1 AS posts", ()).await, "DecodeError");
    assert!(message.contains("no column 'name'; did you mean 'nam'?"), "{message}");
    let message = refused(cursor.query::<i64>("SELECT 'x' AS number", ()).await, "DecodeError");
    assert!(message.starts_with("column 'number': expected i64, found text"), "{message}");
    // A change without rows is not done when rows are expected.
    refused(cursor.query::<i64>("INSERT INTO blog_tag (name) VALUES ('x')", ()).await, "DecodeError");
    assert_eq!(rows(db, "blog.Tag").count(db).await?, 0);
    Ok(())
}

async fn the_schema_may_change(db: &Database) -> Outcome {
    let cursor = db.cursor();
    cursor.execute("CREATE TABLE note (id integer PRIMARY KEY, body text)", ()).await?;
    cursor.execute("INSERT INTO note VALUES (1, 'x')", ()).await?;
    let all = "SELECT * FROM note";
    db.atomic(async |tx| {
        let cursor = tx.cursor();
        assert_eq!(cursor.rows(all, ()).await?.columns().count(), 2);
        cursor.execute("ALTER TABLE note ADD COLUMN more integer DEFAULT 7", ()).await?;
        assert_eq!(cursor.query::<(i64, String, i64)>(all, ()).await?, [(1, "x".to_owned(), 7)]);
        Ok::<_, Failure>(())
    })
    .await?;
    let table = String::from("note");
    assert_eq!(cursor.query::<i64>(Sql::trusted(format!("SELECT more FROM {table}")), ()).await?, [7]);
    Ok(())
}

/// Arrays of a database that has them, JSON arrays of one that has not: both are read into a `Vec`.
async fn lists_in_a_column(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let sql = match Kind::of(db) {
        Kind::Sqlite => "SELECT json_group_array(id), json_group_array(name) FROM blog_tag WHERE id < %s",
        Kind::Postgres => "SELECT array_agg(id), array_agg(name) FROM blog_tag WHERE id < %s",
    };
    let lists: Vec<(Vec<i64>, Vec<String>)> = db.cursor().query(sql, (3,)).await?;
    assert_eq!(lists, [(vec![1, 2], vec!["rust".to_owned(), "orm".to_owned()])]);
    Ok(())
}
