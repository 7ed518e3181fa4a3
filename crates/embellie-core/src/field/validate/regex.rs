//! Validators' regular expressions, compiled once each.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::regex::Regex;

/// Whether the text has a match.
pub(super) fn check(pattern: &str, text: &str) -> Result<(), String> {
    match compile(pattern).and_then(|regex| regex.is_match(text)) {
        Ok(true) => Ok(()),
        Ok(false) => Err("Enter a valid value.".to_owned()),
        Err(why) => Err(format!("The value cannot be checked: {why}.")),
    }
}

/// A validator's regular expression. There are as many as the models declare, so all are kept.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    static COMPILED: LazyLock<RwLock<HashMap<String, Result<Regex, String>>>> = LazyLock::new(RwLock::default);
    if let Some(known) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return known.clone();
    }
    let compiled = Regex::new(pattern);
    COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(pattern.to_owned(), compiled.clone());
    compiled
}
