//! `docs/django.md` has every name, and every name that it has is there, documented and tested.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use embellie_core::expr::{DatePart, Function, TruncUnit};
use embellie_core::lookup::Lookup;

/// Django's methods of query sets and classes of expressions, aggregates included.
const DJANGO: &[&str] = &[
    "aggregate",
    "alias",
    "all",
    "annotate",
    "bulk_create",
    "bulk_update",
    "contains",
    "count",
    "create",
    "dates",
    "datetimes",
    "delete",
    "difference",
    "distinct",
    "earliest",
    "exclude",
    "exists",
    "explain",
    "extra",
    "filter",
    "first",
    "get",
    "get_or_create",
    "in_bulk",
    "intersection",
    "last",
    "latest",
    "none",
    "order_by",
    "raw",
    "reverse",
    "select_for_update",
    "select_related",
    "union",
    "update",
    "update_or_create",
    "values",
    "values_list",
    "AnyValue",
    "ArrayAgg",
    "ArraySubquery",
    "Avg",
    "BitAnd",
    "BitOr",
    "BitXor",
    "BoolAnd",
    "BoolOr",
    "Corr",
    "CovarPop",
    "JSONBAgg",
    "RegrAvgX",
    "RegrAvgY",
    "RegrCount",
    "RegrIntercept",
    "RegrR2",
    "RegrSXX",
    "RegrSXY",
    "RegrSYY",
    "RegrSlope",
    "Case",
    "Cast",
    "Collate",
    "Count",
    "Exists",
    "ExpressionWrapper",
    "F",
    "FilteredRelation",
    "Func",
    "JSONArrayAgg",
    "Max",
    "Min",
    "OuterRef",
    "Q",
    "RawSQL",
    "RowRange",
    "StdDev",
    "StringAgg",
    "Subquery",
    "Sum",
    "Value",
    "ValueRange",
    "Variance",
    "When",
    "Window",
    "WindowFrameExclusion",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of the page's tables: cells of code.
fn rows() -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("docs/django.md")).unwrap();
    let is_row = |line: &&str| line.starts_with("| `");
    page.lines().filter(is_row).map(|line| line.trim_matches('|').split(" | ").map(str::to_owned).collect()).collect()
}

/// The words of a text, as names are.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn files(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|extension| extension.to_str()) {
            _ if path.is_dir() => files(&path, texts),
            Some("rs" | "md") => texts.push(fs::read_to_string(&path).unwrap()),
            _ => {}
        }
    }
}

fn texts(folder: &str) -> Vec<String> {
    let mut texts = Vec::new();
    files(&root().join(folder), &mut texts);
    texts
}

/// The words of the examples in the documentation.
fn documented() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for text in texts("crates/embellie/src") {
        let mut example = false;
        for line in text.lines().map(str::trim_start) {
            let line = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).unwrap_or(line).trim_start();
            if line.starts_with("```") {
                example = !example;
            } else if example {
                known.extend(words(line).map(str::to_owned));
            }
        }
    }
    known
}

/// The words of the tests of behaviour.
fn tested() -> BTreeSet<String> {
    let texts = texts("tests/suite/tests");
    let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim_start);
    lines.filter(|line| !line.starts_with("use ")).flat_map(words).map(str::to_owned).collect()
}

#[test]
fn every_name_of_django_is_on_the_page() {
    let rows = rows();
    let known: BTreeSet<&str> = rows.iter().flat_map(|cells| words(&cells[0])).collect();
    let classes = DJANGO.iter().map(|name| (*name).to_owned());
    let functions = Function::ALL.iter().map(|function| function.name().to_owned());
    let parts = DatePart::ALL.iter().map(|part| part.name().to_owned());
    let parts = parts.chain(TruncUnit::ALL.iter().map(|unit| format!("{unit:?}"))).map(|name| match name {
        unit if unit.starts_with(char::is_uppercase) => format!("Trunc{unit}"),
        part => format!("__{part}"),
    });
    let lookups = Lookup::names().map(|name| format!("__{name}"));
    let missing: Vec<String> = classes
        .chain(functions)
        .chain(parts)
        .chain(lookups)
        .filter(|name| !words(name).all(|word| known.contains(word)))
        .collect();
    assert!(missing.is_empty(), "docs/django.md lacks {missing:?}");
}

#[test]
fn every_name_on_the_page_is_documented_and_tested() {
    let (documented, tested) = (documented(), tested());
    let mut missing = Vec::new();
    for cells in rows() {
        let [django, rust, data] = &cells[..] else { panic!("a row has three cells: {cells:?}") };
        for name in words(rust) {
            if !documented.contains(name) {
                missing.push(format!("{}: `{name}` is in no example", django.trim()));
            }
            if !tested.contains(name) {
                missing.push(format!("{}: `{name}` is in no test of behaviour", django.trim()));
            }
        }
        assert!(data.contains('`'), "{django} has no form as data");
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
