//! Files: ours are used again, all others stay as they are.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use crate::support::Place;

/// A run of the demo is refused with these words, and changes no file.
#[track_caller]
fn assert_left_alone(place: &Place, file: &str, words: &[&str]) {
    let before = (place.files(), fs::read(place.path(file)).ok());
    for more in [&[][..], &["--json"], &["--fresh"]] {
        place.demo(file, more).assert_refused(words);
    }
    let after = (place.files(), fs::read(place.path(file)).ok());
    assert!(before == after, "{file} was changed, or files were added: {:?}", after.0);
}

fn shop(place: &Place) {
    let said = place.demo("shop.sqlite3", &["--json"]);
    assert!(said.ok, "{said:?}");
}

#[test]
fn a_second_run_uses_the_first_ones_shop() {
    let place = Place::new();
    shop(&place);
    assert_eq!(place.files(), ["shop.sqlite3"], "the log is gone when the tour is over");
    assert!(place.demo("shop.sqlite3", &["--json"]).json()["shop"]["filled"].is_null());
    let without_size = place.run(&["demo", "--json"]).json();
    assert_eq!(without_size["shop"]["orders"], 120);

    place.run(&["demo", "--orders", "130"]).assert_refused(&["120 orders", "--fresh"]);
    let fresh = place.run(&["demo", "--orders", "130", "--fresh", "--json"]).json();
    assert_eq!(fresh["shop"]["orders"], 130);
    assert!(fresh["shop"]["filled"]["rows"].as_u64().is_some());
}

#[test]
fn files_of_others_are_left_alone() {
    let place = Place::new();
    fs::write(place.path("notes.txt"), "Milk, eggs, a database.").unwrap();
    assert_left_alone(&place, "notes.txt", &["notes.txt", "not an SQLite database"]);

    let foreign = rusqlite::Connection::open(place.path("other.db")).unwrap();
    foreign.execute_batch("CREATE TABLE shop_order (id integer); INSERT INTO shop_order VALUES (1)").unwrap();
    drop(foreign);
    assert_left_alone(&place, "other.db", &["other.db", "the demo did not make"]);

    let foreign = rusqlite::Connection::open(place.path("busy.db")).unwrap();
    foreign.execute_batch("PRAGMA journal_mode = wal; CREATE TABLE t (id integer)").unwrap();
    assert_left_alone(&place, "busy.db", &["busy.db", "the demo did not make"]);
    drop(foreign);

    fs::create_dir(place.path("directory")).unwrap();
    place.demo("directory", &[]).assert_refused(&["directory", "a directory"]);
    place.demo("no/such/shop.db", &[]).assert_refused(&["no/such/shop.db"]);
}

/// Ours, but with somebody else's table in it.
#[test]
fn a_shop_with_other_tables_is_left_alone() {
    let place = Place::new();
    shop(&place);
    let file = rusqlite::Connection::open(place.path("shop.sqlite3")).unwrap();
    file.execute_batch("CREATE TABLE precious (id integer)").unwrap();
    drop(file);
    let before = fs::read(place.path("shop.sqlite3")).unwrap();
    for more in [&[][..], &["--fresh"]] {
        place.demo("shop.sqlite3", more).assert_refused(&["precious", "left alone"]);
    }
    assert!(before == fs::read(place.path("shop.sqlite3")).unwrap());
}

#[test]
fn damaged_files_are_left_alone() {
    let place = Place::new();
    shop(&place);
    let whole = fs::read(place.path("shop.sqlite3")).unwrap();

    fs::write(place.path("short.db"), &whole[..whole.len() / 2]).unwrap();
    assert_left_alone(&place, "short.db", &["short.db", "damaged", "Delete it"]);
    fs::write(place.path("stub.db"), &whole[..60]).unwrap();
    assert_left_alone(&place, "stub.db", &["stub.db", "only the beginning"]);

    // Every page but the first is noise.
    let mut noise = whole.clone();
    noise[4096..].iter_mut().enumerate().for_each(|(place, byte)| *byte = (place * 7) as u8);
    fs::write(place.path("noise.db"), &noise).unwrap();
    let before = fs::read(place.path("noise.db")).unwrap();
    place.demo("noise.db", &[]).assert_refused(&["noise.db", "damaged"]);
    assert!(before == fs::read(place.path("noise.db")).unwrap());
}

#[test]
fn a_shop_that_was_not_filled_to_the_end_is_filled_anew() {
    let place = Place::new();
    shop(&place);
    let file = rusqlite::Connection::open(place.path("shop.sqlite3")).unwrap();
    file.execute_batch("UPDATE demo_demoinfo SET finished = 0; DELETE FROM shop_review").unwrap();
    drop(file);
    let document = place.demo("shop.sqlite3", &["--json"]).json();
    assert!(document["notes"][0].as_str().unwrap().contains("not fill the shop to the end"), "{document}");
    assert!(document["shop"]["filled"]["rows"].as_u64().is_some());

    let file = rusqlite::Connection::open(place.path("shop.sqlite3")).unwrap();
    file.execute_batch("UPDATE demo_demoinfo SET version = 0").unwrap();
    drop(file);
    place.demo("shop.sqlite3", &[]).assert_refused(&["version 0", "--fresh"]);
}

/// Whenever the demo is killed while it fills the shop, the next run gets it right.
#[test]
fn a_run_that_is_killed_does_no_harm() {
    let place = Place::new();
    for wait in [5, 40, 150, 400] {
        let mut killed = place.command(&["demo", "--orders", "20000", "--json"]).stdout(Stdio::null()).spawn().unwrap();
        while !place.path("shop.sqlite3").exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(wait));
        killed.kill().unwrap();
        killed.wait().unwrap();
        let document = place.demo("shop.sqlite3", &["--json"]).json();
        assert_eq!(document["shop"]["orders"], 120);
        assert!(document["shop"]["filled"]["rows"].as_u64().is_some(), "{document}");
        fs::remove_file(place.path("shop.sqlite3")).unwrap();
        assert!(place.files().is_empty(), "{:?}", place.files());
    }
}

/// A transaction that nobody ends is in the file and in its journal: reading alone cannot undo it.
#[test]
fn what_was_left_half_done_is_undone() {
    let place = Place::new();
    let whole = place.demo("shop.sqlite3", &["--json"]).json();
    let file = rusqlite::Connection::open(place.path("shop.sqlite3")).unwrap();
    file.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; UPDATE shop_product SET name = name || '!'; \
         UPDATE demo_demoinfo SET version = 0; UPDATE shop_order SET note = note || note;",
    )
    .unwrap();
    for end in ["", "-journal"] {
        fs::copy(place.path(&format!("shop.sqlite3{end}")), place.path(&format!("left.sqlite3{end}"))).unwrap();
    }
    drop(file);
    let left = place.demo("left.sqlite3", &["--json"]).json();
    assert_eq!(left["shop"]["orders"], whole["shop"]["orders"]);
    assert!(left["shop"]["filled"].is_null(), "it is used as it was: {left}");
    assert!(!place.path("left.sqlite3-journal").exists());
}

#[test]
fn an_empty_file_is_as_good_as_none() {
    let place = Place::new();
    fs::write(place.path("empty.db"), "").unwrap();
    assert_eq!(place.demo("empty.db", &["--json"]).json()["shop"]["orders"], 120);
}

#[test]
fn wrong_arguments_are_explained() {
    let place = Place::new();
    place.run(&["demo", "--scale", "0"]).assert_refused(&["a number above 0"]);
    place.run(&["demo", "--scale", "-1"]).assert_refused(&["a number above 0"]);
    place.run(&["demo", "--scale", "many"]).assert_refused(&["a number above 0"]);
    place.run(&["demo", "--orders", "0"]).assert_refused(&["--orders"]);
    place.run(&["demo", "--scale", "1", "--orders", "1"]).assert_refused(&["cannot be used with"]);
    place.run(&["demo", "--database", ""]).assert_refused(&["no name"]);
    place.run(&["demo", "--database", "mongo://localhost/shop"]).assert_refused(&["mongo"]);
    place.run(&["demo", "--database", "sqlite://a.db?colour=red"]).assert_refused(&["colour"]);
    assert!(place.files().is_empty(), "{:?}", place.files());
}
