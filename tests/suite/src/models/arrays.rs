//! Models with fields that hold several values.
#![allow(missing_docs)]

use embellie::Registry;
use embellie::prelude::*;
use jiff::civil::Date;

/// Arrays of every kind.
pub fn arrays() -> Registry {
    Registry::build([Shelf::meta(), Reader::meta(), Sampler::meta()]).unwrap()
}

/// Ranges, which few databases have.
pub fn ranges() -> Registry {
    Registry::build([Event::meta(), Visitor::meta()]).unwrap()
}

/// Words kept for searches.
pub fn indexed() -> Registry {
    Registry::build([Article::meta()]).unwrap()
}

#[model(app = "arrays", ordering = ["id"], indexes(index(fields = ["tags"], name = "shelf_tags")))]
pub struct Shelf {
    #[field(max_length = 20)]
    pub name: String,
    #[field(max_length = 20, size = 4, blank)]
    pub tags: Vec<String>,
    pub numbers: Option<Vec<i32>>,
    #[field(blank)]
    pub board: Vec<Vec<i64>>,
    #[field(default = vec![Some(1), None], blank)]
    pub gaps: Vec<Option<i64>>,
}

#[model(app = "arrays")]
pub struct Reader {
    #[field(on_delete = Cascade, related_name = "readers")]
    pub shelf: ForeignKey<Shelf>,
    #[field(max_length = 10)]
    pub favourite: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Choices)]
pub enum Grade {
    Good,
    Better,
}

/// An array of every type.
#[model(app = "arrays")]
pub struct Sampler {
    pub truths: Vec<bool>,
    pub floats: Vec<f64>,
    #[field(max_digits = 8, decimal_places = 2)]
    pub decimals: Vec<Decimal>,
    pub dates: Vec<Date>,
    pub times: Vec<civil::Time>,
    pub moments: Vec<Timestamp>,
    pub naive: Vec<civil::DateTime>,
    pub spans: Vec<SignedDuration>,
    pub uuids: Vec<Uuid>,
    pub documents: Vec<serde_json::Value>,
    pub addresses: Vec<std::net::IpAddr>,
    pub grades: Vec<Grade>,
    #[field(email)]
    pub emails: Vec<String>,
}

#[model(app = "ranges", ordering = ["id"])]
pub struct Event {
    pub ages: Option<Range<i32>>,
    pub bigs: Option<Range<i64>>,
    pub prices: Option<Range<Decimal>>,
    pub days: Option<Range<Date>>,
    pub open: Option<Range<Timestamp>>,
}

#[model(app = "ranges")]
pub struct Visitor {
    pub age: i32,
    pub small: i16,
    pub weight: f64,
    pub born: Date,
}

#[model(app = "indexed", indexes(index(fields = ["words"], name = "article_words", kind = "gin")))]
pub struct Article {
    pub title: String,
    pub body: String,
    pub words: Option<SearchVector>,
}
