//! The tour: what it shows, to people and to programs.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::support::Place;

fn parts(document: &Value) -> Vec<&Value> {
    let stops = document["stops"].as_array().unwrap().iter();
    stops.flat_map(|stop| stop["parts"].as_array().unwrap()).collect()
}

#[test]
fn every_stop_shows_code_sql_time_and_rows() {
    let place = Place::new();
    let document = place.demo("shop.sqlite3", &["--json"]).json();
    assert_eq!(document["shop"]["orders"], 120);
    assert!(document["shop"]["filled"]["rows"].as_u64().unwrap() > 1_000);
    let stops = document["stops"].as_array().unwrap();
    assert!((10..=20).contains(&stops.len()), "{} stops", stops.len());
    for stop in stops {
        assert!(!stop["title"].as_str().unwrap().is_empty() && !stop["text"].as_str().unwrap().is_empty());
    }
    for part in parts(&document) {
        assert!(part["rust"].as_str().unwrap().contains("::objects()"), "{part}");
        assert!(part["django"].as_str().unwrap().contains("objects"), "{part}");
        assert_eq!(part["statements"].as_u64().unwrap() as usize, part["sql"].as_array().unwrap().len());
        assert!(part["seconds"].as_f64().unwrap() >= 0.0);
        let columns = part["columns"].as_array().unwrap().len();
        for row in part["rows"].as_array().unwrap() {
            assert_eq!(row.as_array().unwrap().len(), columns, "{part}");
        }
    }
}

#[test]
fn the_stops_show_what_they_promise() {
    let place = Place::new();
    // Large enough for every condition of the tour to hold somewhere.
    let said = place.run(&["demo", "--orders", "2500", "--json"]);
    let document = said.json();
    let part = |function: &str| {
        let parts = parts(&document);
        let found = parts.into_iter().find(|part| part["rust"].as_str().unwrap().contains(function));
        found.unwrap_or_else(|| panic!("no part has {function}")).clone()
    };
    let sql = |part: &Value, number: usize| part["sql"][number].as_str().unwrap().to_owned();

    // The three ways to say the same send the same statement and find the same rows.
    let ways = document["stops"].as_array().unwrap().iter().find(|stop| stop["title"] == "Three ways to say the same");
    let ways = ways.unwrap()["parts"].as_array().unwrap();
    assert_eq!(ways.len(), 3);
    for way in ways {
        assert_eq!((&way["sql"], &way["rows"]), (&ways[0]["sql"], &ways[0]["rows"]));
        assert!(!way["rows"].as_array().unwrap().is_empty());
    }

    assert!(sql(&part(".exclude("), 0).contains("EXISTS"));
    let one = &part("FetchMode::One");
    assert_eq!(one["statements"], 501);
    let peers =
        parts(&document).into_iter().rfind(|part| part["rust"].as_str().unwrap().contains("customer.get")).unwrap();
    assert_eq!(peers["statements"], 2);
    assert_eq!(one["rows"], peers["rows"]);

    let wrong = part("custmer");
    assert_eq!(wrong["statements"], 0);
    assert!(wrong["says"][0].as_str().unwrap().contains("customer"), "{wrong}");
    assert!(part("Aldermoor")["says"][0].as_str().unwrap().starts_with("ProtectedError"));
    assert!(part("rehearse(db, async |tx| {\n    new!(Tag")["says"][0].as_str().unwrap().starts_with("IntegrityError"));
    let created = part("get_or_create");
    assert_eq!(created["rows"], serde_json::json!([["rainproof", true, true], ["rainproof", true, false]]));

    // What was changed was undone: a second tour finds the same.
    let again = place.run(&["demo", "--json"]).json();
    assert!(again["shop"]["filled"].is_null());
    for (first, second) in parts(&document).into_iter().zip(parts(&again)) {
        let seen = |part: &Value| (part["sql"].clone(), part["rows"].clone(), part["says"].clone());
        assert_eq!(seen(first), seen(second), "{}", first["rust"]);
    }
}

#[test]
fn people_get_text_without_colours_in_a_pipe() {
    let place = Place::new();
    let said = place.demo("shop.sqlite3", &[]);
    assert!(said.ok, "{said:?}");
    assert!(
        said.out.contains("shop.sqlite3 (SQLite 3.") && said.out.contains("a new shop of 120 orders"),
        "{}",
        said.out
    );
    for word in ["Filter across relations", "Rust", "Django", "SQL · 1 statement", "121 statements", "What to try next"]
    {
        assert!(said.out.contains(word), "'{word}' is missing in: {}", said.out);
    }
    assert!(!said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'));
    let again = place.demo("shop.sqlite3", &[]);
    assert!(again.out.contains("from an earlier run"), "{}", again.out);
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let place = Place::new();
    let mut child =
        place.command(&["demo", "--orders", "120"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(err, "");
}
