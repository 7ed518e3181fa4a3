//! The shop on a PostgreSQL server.

use embellie_testing::TestDatabase;

use crate::support::Place;

#[tokio::test]
async fn the_tour_is_the_same_on_postgresql() {
    let place = Place::new();
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    let said = place.demo(&url, &["--json"]);
    let document = said.json();
    assert!(document["shop"]["server"].as_str().unwrap().starts_with("PostgreSQL "));
    let on_sqlite = place.demo("shop.sqlite3", &["--json"]).json();
    let stops = |document: &serde_json::Value| document["stops"].as_array().unwrap().clone();
    for (here, there) in stops(&document).iter().zip(stops(&on_sqlite)) {
        for (here, there) in here["parts"].as_array().unwrap().iter().zip(there["parts"].as_array().unwrap()) {
            assert_eq!(here["rows"], there["rows"], "{}", here["rust"]);
        }
    }
    assert!(place.demo(&url, &["--json"]).json()["shop"]["filled"].is_null());
    place.run(&["demo", "--database", &url, "--orders", "7"]).assert_refused(&["120 orders", "--fresh"]);
    assert!(place.run(&["demo", "--database", &url, "--orders", "7", "--fresh", "--json"]).ok);
}

#[tokio::test]
async fn a_schema_with_other_tables_is_left_alone() {
    let place = Place::new();
    let database = TestDatabase::create().await.unwrap();
    let url = database.url();
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute("CREATE TABLE precious (id integer); INSERT INTO precious VALUES (1)").await.unwrap();
    for more in [&[][..], &["--fresh"]] {
        place.demo(&url, more).assert_refused(&["precious", "left alone"]);
    }
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let count: i64 = client.query_one(tables, &[]).await.unwrap().get(0);
    assert_eq!(count, 1);
    drop(client);
    connection.await.unwrap().unwrap();
}

#[test]
fn a_password_is_never_shown() {
    let place = Place::new();
    let said = place.run(&["demo", "--database", "postgres://me:hunter2@127.0.0.1:1/shop"]);
    said.assert_refused(&["127.0.0.1"]);
    assert!(!said.err.contains("hunter2"), "{}", said.err);
}
