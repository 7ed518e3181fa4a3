//! The shell and single queries on a PostgreSQL server.

use embellie_testing::TestDatabase;

use super::query::query;
use super::terminal::Terminal;

/// What takes a session the right to write, or the lack of it, away.
const LIFTS: [&str; 5] = [
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SET default_transaction_read_only = off",
    "SET TRANSACTION READ WRITE",
    "SELECT 1 AS id, set_config('default_transaction_read_only', 'off', false) AS name",
    "SELECT 1 AS id, set_config('transaction_read_only', 'off', false) AS name",
];

const INSERT: &str = "INSERT INTO artist VALUES (9, 'Nobody') RETURNING id, name";

/// A small database of albums, and its URL.
async fn music(database: &TestDatabase) -> (String, tokio_postgres::Client) {
    let url = database.url();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
        .batch_execute(
            "CREATE TABLE artist (id integer PRIMARY KEY, name varchar(120) NOT NULL);
             CREATE TABLE album (
                 id integer PRIMARY KEY, title varchar(160) NOT NULL, price numeric(10, 2), released timestamptz,
                 artist_id integer NOT NULL REFERENCES artist
             );
             INSERT INTO artist VALUES (1, 'AC/DC'), (2, 'Björk');
             INSERT INTO album VALUES (1, 'Debut', 9.90, '1993-07-05 12:00+00', 2), (2, 'Post', NULL, NULL, 2);
             INSERT INTO album SELECT n, 'Live ' || n, 1, NULL, 1 FROM generate_series(10, 59) n",
        )
        .await
        .unwrap();
    (url, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_at_the_prompt() {
    let (directory, database) = (tempfile::tempdir().unwrap(), TestDatabase::create().await.unwrap());
    let (url, client) = music(&database).await;
    let mut terminal = Terminal::run(&["shell", &url], directory.path());
    terminal.wait_for("2 models · reading only");
    terminal.type_keys("Album.objects.filter(artist__name__icontains='BJÖRK').order_by('id')\r");
    terminal.wait_for("Debut");
    terminal.wait_for("2 rows · 1 statement");
    terminal.type_keys("for album in Album.objects.filter(id__lt=20): print(album.artist.name)\r\r");
    terminal.wait_for("2 statements");
    terminal.type_keys("[Album.objects.get(pk=n).title for n in range(10, 20)]\r");
    terminal.wait_for("hint: the same statement on Album ran 10 times");
    terminal.type_keys(".explain Album.objects.filter(pk=1)\r");
    terminal.wait_for("on album");
    // What runs is stopped on the server, and what comes next is not disturbed.
    terminal.type_keys("list(Artist.objects.raw('SELECT 1 AS id, pg_sleep(600)::text AS name'))\r");
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active'
                    AND pid <> pg_backend_pid() AND datname = current_database()";
    let count = async || client.query_one(sleeping, &[]).await.unwrap().get::<_, i64>(0);
    while count().await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    terminal.type_keys("\x03");
    terminal.wait_for("cancelled after");
    while count().await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    terminal.type_keys("print('albums:', Album.objects.count())\r");
    terminal.wait_for("albums: 52");
    // However the right to write is asked for, the database refuses changes, in the same entry and in later ones.
    for lift in LIFTS {
        terminal.type_keys(&format!("list(Artist.objects.raw(\"{lift}\"))\r"));
        terminal.wait_for("statement");
        terminal.type_keys(&format!("list(Artist.objects.raw(\"{INSERT}\"))\r"));
        terminal.wait_for("read-only transaction");
        terminal.wait_for("start with --write");
    }
    terminal.type_keys("\x04");
    terminal.end();
    assert_eq!(client.query_one("SELECT count(*) FROM artist", &[]).await.unwrap().get::<_, i64>(0), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_entry_cannot_lift_that_it_only_reads() {
    let (directory, database) = (tempfile::tempdir().unwrap(), TestDatabase::create().await.unwrap());
    let (url, client) = music(&database).await;
    for lift in LIFTS {
        let text = format!(
            "try:\n    list(Artist.objects.raw(\"{lift}\"))\nexcept Exception as error:\n    print('lift:', error)\n\
             try:\n    list(Artist.objects.raw(\"{INSERT}\"))\nexcept Exception as error:\n    print('insert:', error)\n\
             print(Artist.objects.count())\n"
        );
        let said = query(directory.path(), &[&url, "-"], &text);
        assert!(said.ok && said.out.contains("insert: cannot execute INSERT in a read-only"), "{lift}: {}", said.out);
        assert!(said.out.ends_with("\n2\n"), "{lift}: {}", said.out);
    }
    assert_eq!(client.query_one("SELECT count(*) FROM artist", &[]).await.unwrap().get::<_, i64>(0), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_written_as_asked() {
    let (directory, database) = (tempfile::tempdir().unwrap(), TestDatabase::create().await.unwrap());
    let (url, client) = music(&database).await;
    let ask = |text: &str, format: &str| {
        let said = query(directory.path(), &[&url, text, "--format", format], "");
        assert!(said.ok && said.err.is_empty(), "{text}: {}", said.err);
        said.out
    };
    assert_eq!(
        ask("Album.objects.filter(artist=2).order_by('id')", "csv"),
        "id,title,price,released,artist_id\n1,Debut,9.90,1993-07-05T12:00:00Z,2\n2,Post,,,2\n"
    );
    assert_eq!(ask("Album.objects.aggregate(n=Count('id'), p=Sum('price'))", "json"), "{\"n\":52,\"p\":\"59.90\"}\n");
    let sql = ask("Album.objects.filter(artist__name='Björk')[:1]", "sql");
    assert!(sql.contains("INNER JOIN \"artist\"") && sql.ends_with("-- parameters: 'Björk', 1\n"), "{sql}");
    let text = "with transaction.atomic():\n    a = Artist.objects.create(id=3, name='Nina')\n    print(a.pk)\n";
    let said = query(directory.path(), &[&url, text], "");
    assert!(!said.ok && said.err.contains("start with --write"), "{}", said.err);
    let said = query(directory.path(), &[&url, text, "--write"], "");
    assert!(said.ok && said.out == "3\n", "{}{}", said.out, said.err);
    assert_eq!(client.query_one("SELECT count(*) FROM artist", &[]).await.unwrap().get::<_, i64>(0), 3);
}
