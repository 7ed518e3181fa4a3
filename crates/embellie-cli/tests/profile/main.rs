//! `embellie profile`, run as people run it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use embellie::field::FieldKind;
use embellie::log::{LogOptions, scope};
use embellie::meta::{FieldMeta, ModelMeta};
use embellie::{Database, Q, Registry, Value};
use tempfile::TempDir;

const SECRET: &str = "hunter2";

/// A directory with a database, the log of a loop over it, and that of the loop's betters.
async fn logs() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let user = ModelMeta::new("shop", "User")
        .field(FieldMeta::new("name", FieldKind::Char).max_length(50))
        .field(FieldMeta::new("city", FieldKind::Char).max_length(50));
    let registry = Registry::build([user]).unwrap();
    let url = format!("sqlite://{}", path("shop.sqlite3").display());
    let db = Database::builder(&url).registry(registry).connect().await.unwrap();
    db.create_tables(&[]).await.unwrap();
    let writing = |name: &str| LogOptions::new().show_parameters().write_to(File::create(path(name)).unwrap());
    let cities = ["Rome", "Oslo", "Bern", "Graz", "Lund", SECRET];
    let users = db.objects("shop.User").unwrap();
    let log = db.log_with(writing("slow.jsonl"));
    scope("GET /cities", async {
        for city in cities {
            users.clone().filter(Q::text("city", city)).all(&db).await.unwrap();
        }
    })
    .await;
    drop(log);
    let log = db.log_with(writing("fast.jsonl"));
    let all = Value::List(cities.iter().map(|&city| city.into()).collect());
    users.clone().filter(Q::text("city__in", all)).all(&db).await.unwrap();
    drop(log);
    db.close();
    directory
}

fn embellie(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_embellie")).args(arguments).current_dir(directory).output().unwrap()
}

#[track_caller]
fn text(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn a_log_is_reported_on() {
    let directory = logs().await;
    let at = directory.path();
    let said = text(&embellie(at, &["profile", "slow.jsonl"]));
    for part in
        ["6 statements (6 read, 0 wrote)", "N+1: 6 statements → 1", "GET /cities", "main.rs:", "profile --database"]
    {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    let asked = ["profile", "slow.jsonl", "--database", "shop.sqlite3", "--before", "fast.jsonl"];
    let said = text(&embellie(at, &asked));
    assert!(said.contains("Rust:   indexes(index(fields = [\"city\"]))"), "the tables are read as models: {said}");
    let index = r#"CREATE INDEX "shop_user_city_idx" ON "shop_user" ("city")"#;
    for part in ["SCAN", index, "1 → 6 statements", "All rows of shop_user are read to find those by city."] {
        assert!(said.contains(part), "{part} in\n{said}");
    }
    let json =
        text(&embellie(at, &[&asked[..], &["--format", "json", "--title", "Cities", "--repeats", "7"]].concat()));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["title"], "Cities");
    assert_eq!(report["improvements"].as_array().unwrap().len(), 0, "six is not seven");
    assert_eq!(report["database_changes"][0]["hint"]["sql"], index);
    assert_eq!(text(&embellie(at, &[&asked[..], &["-o", "report.html"]].concat())), "");
    let page = fs::read_to_string(at.join("report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg"));
    assert!(fs::read_to_string(at.join("slow.jsonl")).unwrap().contains(SECRET));
    for said in [said, json, page] {
        assert!(!said.contains(SECRET));
    }
}

#[tokio::test]
async fn the_log_may_come_from_elsewhere() {
    let directory = logs().await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_embellie"))
        .args(["profile", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let log = fs::read(directory.path().join("slow.jsonl")).unwrap();
    child.stdin.take().unwrap().write_all(&log).unwrap();
    assert!(text(&child.wait_with_output().unwrap()).contains("6 statements"));
}

#[tokio::test]
async fn what_cannot_be_reported_on_is_said() {
    let directory = logs().await;
    let at = directory.path();
    fs::write(at.join("notes.txt"), "Milk, eggs.\n").unwrap();
    let files = || fs::read_dir(at).unwrap().count();
    let before = files();
    for (arguments, words) in [
        (&["profile", "nowhere.jsonl"][..], &["nowhere.jsonl", "cannot be opened"][..]),
        (&["profile", "notes.txt"], &["notes.txt", "Line 1 is no line of a log", "LogOptions::write_to"]),
        (&["profile", "slow.jsonl", "--database", "nowhere.sqlite3"], &["there is no file", "nowhere.sqlite3"]),
        (&["profile", "slow.jsonl", "-o", "no/such/place.html"], &["no/such/place.html"]),
        (&["profile", "slow.jsonl", "--slow", "-1"], &["--slow"]),
    ] {
        let output = embellie(at, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
    assert_eq!(files(), before, "no file was made");
}
