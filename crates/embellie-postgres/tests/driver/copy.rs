//! Rows copied from the client and to it.

use std::time::Duration;

use embellie_core::{Control, Discard, Error, Outcome, Statement, Value};
use tokio::time::timeout;

use crate::support::{Link, connect, fresh, one, read, schema, write};

type Piece = Result<Vec<u8>, Error>;

async fn copy_in(
    link: &mut Link,
    sql: &str,
    pieces: impl IntoIterator<Item = Piece, IntoIter: Send>,
) -> Result<u64, Error> {
    let mut pieces = pieces.into_iter();
    link.copy_in(&Statement::write(sql, vec![]), &mut pieces).await.map(|outcome| outcome.rows)
}

async fn copy_out(link: &mut Link, sql: &str) -> Result<(u64, Vec<u8>), Error> {
    let mut all = Vec::new();
    let mut take = |piece: &[u8]| {
        all.extend_from_slice(piece);
        Ok(())
    };
    let Outcome { rows } = link.copy_out(&Statement::read(sql, vec![]), &mut take).await?;
    Ok((rows, all))
}

fn texts(pieces: &[&str]) -> Vec<Piece> {
    pieces.iter().map(|piece| Ok(piece.as_bytes().to_vec())).collect()
}

async fn count(link: &mut Link) -> Value {
    one(link, "SELECT count(*) FROM t", vec![]).await.unwrap()
}

#[tokio::test]
async fn text_and_binary_come_back_as_they_went() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int, name text)").await;
    // Pieces end wherever they like.
    assert_eq!(copy_in(&mut link, "COPY t FROM STDIN", texts(&["1\tAn", "n\n2\t", "\\N\n", ""])).await.unwrap(), 2);
    let (rows, text) = copy_out(&mut link, "COPY (SELECT * FROM t ORDER BY id) TO STDOUT").await.unwrap();
    assert_eq!((rows, String::from_utf8(text).unwrap()), (2, "1\tAnn\n2\t\\N\n".to_owned()));
    let (rows, binary) = copy_out(&mut link, "COPY t TO STDOUT (FORMAT binary)").await.unwrap();
    assert_eq!((rows, &binary[..6]), (2, &b"PGCOPY"[..]));
    let pieces: Vec<Piece> = binary.chunks(3).map(|piece| Ok(piece.to_vec())).collect();
    assert_eq!(copy_in(&mut link, "COPY t FROM STDIN (FORMAT binary)", pieces).await.unwrap(), 2);
    let all = read(&mut link, "SELECT * FROM t ORDER BY id", vec![]).await.unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!((&all[0], &all[2]), (&all[1], &all[3]));
    assert_eq!(copy_in(&mut link, "COPY t FROM STDIN", vec![]).await.unwrap(), 0);
    let (rows, csv) = copy_out(&mut link, "COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT csv, HEADER)").await.unwrap();
    assert_eq!((rows, csv), (0, b"?column?\n".to_vec()));
}

/// More than any buffer holds, both ways.
#[tokio::test]
async fn much_is_copied() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int, name text)").await;
    let pieces = (0..2_000).map(|n| Ok(format!("{n}\t{}\n", "x".repeat(10_000)).into_bytes()));
    let copied = timeout(Duration::from_secs(120), copy_in(&mut link, "COPY t FROM STDIN", pieces)).await.unwrap();
    assert_eq!(copied.unwrap(), 2_000);
    let (rows, text) = copy_out(&mut link, "COPY t TO STDOUT").await.unwrap();
    assert_eq!((rows, text.len()), (2_000, (0..2_000).map(|n: usize| n.to_string().len() + 10_002).sum()));
    // A piece that is larger than a message.
    let large = format!("1\t{}\n", "y".repeat(3_000_000)).into_bytes();
    assert_eq!(copy_in(&mut link, "COPY t FROM STDIN", [Ok(large)]).await.unwrap(), 1);
    assert_eq!(one(&mut link, "SELECT max(length(name)) FROM t", vec![]).await.unwrap(), Value::Int(3_000_000));
}

/// Triggers that speak for each row do not keep the server from reading.
#[tokio::test]
async fn notices_are_heard_meanwhile() {
    let (_database, mut link) = fresh().await;
    let script = "CREATE TABLE t (id int);
        CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE NOTICE '%', repeat('n', 2000); RETURN new; END $$;
        CREATE TRIGGER say BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION say()";
    schema(&mut link, script).await;
    let pieces = (0..20_000).map(|n| Ok(format!("{n}\n").into_bytes()));
    let copied = timeout(Duration::from_secs(120), copy_in(&mut link, "COPY t FROM STDIN", pieces)).await.unwrap();
    assert_eq!(copied.unwrap(), 20_000);
}

#[tokio::test]
async fn mistakes_on_either_side_copy_nothing() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int PRIMARY KEY)").await;
    for (sql, pieces, class) in [
        ("COPY t FROM STDIN", texts(&["1\n1\n"]), "IntegrityError"),
        ("COPY t FROM STDIN", texts(&["1\nx\n"]), "DataError"),
        ("COPY nothing FROM STDIN", texts(&["1\n"]), "ProgrammingError"),
        ("COPY t FROM", texts(&["1\n"]), "ProgrammingError"),
        ("COPY t TO STDOUT", texts(&["1\n"]), "ProgrammingError"),
        ("SELECT 1", texts(&["1\n"]), "ProgrammingError"),
        ("", texts(&["1\n"]), "ProgrammingError"),
        ("COPY t FROM STDIN", vec![Ok(b"1\n".to_vec()), Err(Error::Value("on purpose".into()))], "ValueError"),
    ] {
        let error = copy_in(&mut link, sql, pieces).await.unwrap_err();
        assert_eq!(error.class(), class, "{sql}: {error}");
        assert_eq!(count(&mut link).await, Value::Int(0), "{sql}");
    }
    // One that never ends is ended by the first error.
    let endless = std::iter::repeat_with(|| Ok(b"not a number\n".repeat(1000)));
    let ended = timeout(Duration::from_secs(60), copy_in(&mut link, "COPY t FROM STDIN", endless)).await.unwrap();
    assert_eq!(ended.unwrap_err().class(), "DataError");

    write(&mut link, "INSERT INTO t SELECT generate_series(1, 50000)", vec![]).await.unwrap();
    for (sql, said) in [
        ("COPY t FROM STDIN", "takes data"),
        ("SELECT 1", "copies nothing"),
        ("COPY (SELECT 1 / (id - 40000) FROM t) TO STDOUT", "division by zero"),
    ] {
        let error = copy_out(&mut link, sql).await.unwrap_err();
        assert!(error.to_string().contains(said), "{sql}: {error}");
        assert_eq!(count(&mut link).await, Value::Int(50_000), "{sql}");
    }
    let (mut pieces, statement) = (0, Statement::read("COPY t TO STDOUT", vec![]));
    let mut some = |_: &[u8]| {
        pieces += 1;
        if pieces == 3 { Err(Error::Value("enough".into())) } else { Ok(()) }
    };
    assert_eq!(link.copy_out(&statement, &mut some).await.unwrap_err().class(), "ValueError");
    assert_eq!((pieces, count(&mut link).await), (3, Value::Int(50_000)));
    let parameters = Statement::read("COPY t TO STDOUT", vec![1.into()]);
    assert_eq!(link.copy_out(&parameters, &mut |_| Ok(())).await.unwrap_err().class(), "ProgrammingError");
}

#[tokio::test]
async fn a_copy_belongs_to_its_transaction() {
    let (database, mut link) = fresh().await;
    let mut other = connect(&database.url()).await;
    schema(&mut link, "CREATE TABLE t (id int PRIMARY KEY)").await;
    link.control(&Control::Begin).await.unwrap();
    assert_eq!(copy_in(&mut link, "COPY t FROM STDIN", texts(&["1\n"])).await.unwrap(), 1);
    assert_eq!((count(&mut link).await, count(&mut other).await), (Value::Int(1), Value::Int(0)));
    link.control(&Control::Savepoint(1)).await.unwrap();
    copy_in(&mut link, "COPY t FROM STDIN", texts(&["1\n"])).await.unwrap_err();
    link.control(&Control::RollbackTo(1)).await.unwrap();
    assert_eq!(copy_out(&mut link, "COPY t TO STDOUT").await.unwrap(), (1, b"1\n".to_vec()));
    link.control(&Control::Commit).await.unwrap();
    assert_eq!(count(&mut other).await, Value::Int(1));
}

#[tokio::test]
async fn copies_that_are_dropped_at_every_poll_leave_nothing() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int, name text)").await;
    let cut = async |link: &mut Link, polls: usize, out: bool| {
        let statement = Statement::write(if out { "COPY t TO STDOUT" } else { "COPY t FROM STDIN" }, vec![]);
        let mut pieces = (0..400).map(|n| Ok(format!("{n}\t{}\n", "z".repeat(20_000)).into_bytes()));
        let mut take = |_: &[u8]| Ok(());
        let mut work = match out {
            true => link.copy_out(&statement, &mut take),
            false => link.copy_in(&statement, &mut pieces),
        };
        for _ in 0..polls {
            if std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx).is_ready())).await {
                return true;
            }
            tokio::task::yield_now().await;
        }
        false
    };
    let mut copied = 0;
    for out in [false, true] {
        let mut polls = 0;
        while !cut(&mut link, polls, out).await {
            // With and without a reset; what was left in the middle counts for nothing.
            if polls % 2 == 0 {
                timeout(Duration::from_secs(60), link.reset()).await.unwrap().unwrap();
            }
            let found = count(&mut link).await;
            // All that was sent may have been copied; a part of it never is.
            assert!(found == Value::Int(copied) || found == Value::Int(400), "after {polls} polls: {found}");
            if !out {
                write(&mut link, "DELETE FROM t", vec![]).await.unwrap();
            }
            // Sparse where there are many.
            polls += 1 + polls / 20;
        }
        copied = 400;
        assert_eq!(count(&mut link).await, Value::Int(copied));
    }
}

#[tokio::test]
async fn a_server_that_dies_meanwhile_is_an_error() {
    let server = embellie_testing::PrivatePostgres::start().unwrap();
    let mut link = connect(&server.url()).await;
    let mut other = connect(&server.url()).await;
    schema(&mut link, "CREATE TABLE t (id int)").await;
    let pid = one(&mut link, "SELECT pg_backend_pid()", vec![]).await.unwrap();
    let endless = std::iter::repeat_with(|| Ok(b"1\n".repeat(10_000)));
    let copies = tokio::spawn(async move {
        let result = copy_in(&mut link, "COPY t FROM STDIN", endless).await;
        (link.is_broken(), result)
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    one(&mut other, "SELECT pg_terminate_backend($1)", vec![pid]).await.unwrap();
    let (broken, result) = timeout(Duration::from_secs(60), copies).await.unwrap().unwrap();
    assert!(broken && matches!(result, Err(Error::Operational(_))), "{result:?}");
}

/// A list for each column.
fn rows(columns: Vec<Vec<Value>>) -> Statement {
    let columns = columns.into_iter().map(Value::List).collect();
    Statement::write("COPY \"t\" (\"id\", \"name\") FROM STDIN", columns).changing("t")
}

async fn execute(link: &mut Link, statement: &Statement) -> Result<u64, Error> {
    link.execute(statement, Box::new(Discard)).await.1.map(|outcome| outcome.rows)
}

#[tokio::test]
async fn rows_are_copied_with_their_values() {
    let (database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int PRIMARY KEY, name varchar(5))").await;
    let three = rows(vec![vec![1.into(), 2.into(), 3.into()], vec!["a\tb\\".into(), Value::Null, "".into()]]);
    assert_eq!(execute(&mut link, &three).await.unwrap(), 3);
    let all = read(&mut link, "SELECT * FROM t ORDER BY id", vec![]).await.unwrap();
    assert_eq!(all.concat(), [1.into(), "a\tb\\".into(), 2.into(), Value::Null, 3.into(), "".into()]);
    // The errors are those of an insert.
    let one_row = |id: Value, name: &str| rows(vec![vec![id], vec![name.into()]]);
    let twice = execute(&mut link, &one_row(1.into(), "x")).await.unwrap_err();
    assert!(matches!(&twice, Error::Integrity(e) if e.constraint.as_deref() == Some("t_pkey")), "{twice:?}");
    for (statement, code) in [
        (one_row(9.into(), "too long"), Some("22001")),
        (one_row(3_000_000_000_i64.into(), "x"), Some("22003")),
        (one_row(9.into(), "\0"), None),
        (one_row(Value::List(vec![]), "x"), None),
    ] {
        let error = execute(&mut link, &statement).await.unwrap_err();
        assert!(matches!(&error, Error::Data(e) if e.code.as_deref() == code), "{error:?}");
    }
    let ragged = rows(vec![vec![9.into()], vec![]]);
    assert_eq!(execute(&mut link, &ragged).await.unwrap_err().class(), "ProgrammingError");
    assert_eq!(count(&mut link).await, Value::Int(3));
    // What others have made of the table meanwhile is what counts.
    let mut other = connect(&database.url()).await;
    schema(&mut other, "ALTER TABLE t ALTER id TYPE float8, ALTER name TYPE text").await;
    assert_eq!(execute(&mut link, &one_row(9.into(), "long enough")).await.unwrap(), 1);
    let found = one(&mut link, "SELECT id::text || name FROM t WHERE id = 9", vec![]).await.unwrap();
    assert_eq!(found, Value::from("9long enough"));
}

/// Where rows cannot be copied, or others would be, they are inserted.
#[tokio::test]
async fn security_and_rules_are_kept() {
    let (_database, mut link) = fresh().await;
    let script = "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE TABLE seen (id int);
        CREATE RULE note AS ON INSERT TO t DO ALSO INSERT INTO seen VALUES (new.id)";
    schema(&mut link, script).await;
    let two = |id: i64| rows(vec![vec![id.into(), (id + 1).into()], vec!["a".into(), Value::Null]]);
    assert_eq!(execute(&mut link, &two(1)).await.unwrap(), 2);
    assert_eq!(one(&mut link, "SELECT count(*) FROM seen", vec![]).await.unwrap(), Value::Int(2));
    let script = "DROP RULE note ON t; ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY few ON t WITH CHECK (id < 100); CREATE ROLE copies_some; GRANT ALL ON t TO copies_some";
    schema(&mut link, script).await;
    write(&mut link, "SET ROLE copies_some", vec![]).await.unwrap();
    link.control(&Control::Begin).await.unwrap();
    assert_eq!(execute(&mut link, &two(3)).await.unwrap(), 2);
    link.control(&Control::Commit).await.unwrap();
    let refused = execute(&mut link, &two(99)).await.unwrap_err();
    assert!(refused.to_string().contains("row-level security policy"), "{refused}");
    write(&mut link, "RESET ROLE", vec![]).await.unwrap();
    assert_eq!(count(&mut link).await, Value::Int(4));
    schema(&mut link, "DROP OWNED BY copies_some; DROP ROLE copies_some").await;
}
