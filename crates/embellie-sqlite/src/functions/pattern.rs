//! Matching: regular expressions, and `LIKE` for all letters.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use embellie_core::regex::Regex as PythonRegex;
use regex::Regex;
use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::{PURE, as_text, refuse};

mod like;

/// How many compiled patterns a connection keeps.
const KEPT: usize = 64;

pub(super) fn register(connection: &Connection) -> Result<()> {
    function(connection, "regexp", Kind::Regexp, 0, 1)?;
    function(connection, "embellie_like", Kind::Like { fold: false }, 1, 0)?;
    function(connection, "embellie_ilike", Kind::Like { fold: true }, 1, 0)
}

/// What a pattern is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Python's regular expressions, searched for anywhere in the text.
    Regexp,
    /// SQL's `LIKE … ESCAPE '\'`, with or without regard to case.
    Like { fold: bool },
}

/// A compiled pattern.
enum Pattern {
    Like(Regex),
    Python(PythonRegex),
}

/// Registers a function of two arguments, of which one is the pattern.
fn function(connection: &Connection, name: &str, kind: Kind, pattern_at: usize, text_at: usize) -> Result<()> {
    let kept = Mutex::new(VecDeque::new());
    connection.create_scalar_function(name, 2, PURE, move |context: &Context<'_>| {
        let (pattern, text) = (context.get_raw(pattern_at), context.get_raw(text_at));
        if pattern == ValueRef::Null || text == ValueRef::Null {
            return Ok(Value::Null);
        }
        // SQLite keeps it for the rest of the statement when the pattern is constant; `kept` does between statements.
        let pattern: Arc<Arc<Pattern>> = context.get_or_create_aux(i32::from(pattern_at == 1), |pattern| {
            find_or_compile(&kept, kind, &as_text(pattern)?)
        })?;
        Ok(i64::from(pattern.is_match(&as_text(text)?)?).into())
    })
}

type Kept = Mutex<VecDeque<(String, Arc<Pattern>)>>;

fn find_or_compile(kept: &Kept, kind: Kind, source: &str) -> Result<Arc<Pattern>> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(at) = kept.iter().position(|(known, _)| known == source) {
        if let Some(found) = kept.remove(at) {
            kept.push_back(found);
        }
    } else {
        let pattern = Arc::new(Pattern::compile(kind, source)?);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((source.to_owned(), pattern));
    }
    match kept.back() {
        Some((_, pattern)) => Ok(Arc::clone(pattern)),
        None => refuse("no pattern was kept"),
    }
}

impl Pattern {
    fn compile(kind: Kind, source: &str) -> Result<Self> {
        match kind {
            Kind::Like { fold } => match Regex::new(&like::to_regex(source, fold)) {
                Ok(regex) => Ok(Pattern::Like(regex)),
                Err(_) => refuse("the pattern is too long"),
            },
            Kind::Regexp => PythonRegex::new(source).map(Pattern::Python).or_else(refuse),
        }
    }

    fn is_match(&self, text: &str) -> Result<bool> {
        match self {
            Pattern::Like(regex) => Ok(regex.is_match(text)),
            Pattern::Python(regex) => regex.is_match(text).or_else(refuse),
        }
    }
}
