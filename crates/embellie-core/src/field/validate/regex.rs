//! Regular expressions, compiled once each.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::Regex;

/// Whether the text has a match.
pub(super) fn check(pattern: &str, text: &str) -> Result<(), String> {
    match compile(pattern) {
        Ok(regex) if regex.is_match(text) => Ok(()),
        Ok(_) => Err("Enter a valid value.".to_owned()),
        Err(why) => Err(format!("The value cannot be checked: {why}")),
    }
}

/// A regular expression of Python's notation, as far as it can be run in linear time: not with a look around, nor with
/// a reference back.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    static COMPILED: LazyLock<RwLock<HashMap<String, Result<Regex, String>>>> = LazyLock::new(RwLock::default);
    if let Some(known) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return known.clone();
    }
    let compiled =
        Regex::new(&translate(pattern)).map_err(|_| format!("the regular expression '{pattern}' is not supported"));
    COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(pattern.to_owned(), compiled.clone());
    compiled
}

/// Python's `\Z`, the end of the text, is `\z` here.
fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        translated.push(character);
        if character == '\\'
            && let Some(escaped) = characters.next()
        {
            translated.push(if escaped == 'Z' { 'z' } else { escaped });
        }
    }
    translated
}
