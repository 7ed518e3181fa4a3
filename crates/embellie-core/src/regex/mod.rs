//! Regular expressions as Python and so Django write them.

mod python;

use fancy_regex::Regex as FancyRegex;
use regex::Regex as PlainRegex;

/// A regular expression in Python's notation, with Python's meaning.
///
/// ```
/// use embellie_core::regex::Regex;
/// let regex = Regex::new(r"^\d+\Z")?;
/// assert_eq!(regex.is_match("12"), Ok(true));
/// assert_eq!(regex.is_match("12\n"), Ok(false));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Regex(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Plain(PlainRegex),
    /// With look-around or back references, which cost more.
    Fancy(FancyRegex),
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// What is wrong with the pattern, or not supported, without the pattern itself.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let source = python::to_rust(pattern);
        if let Ok(regex) = PlainRegex::new(&source) {
            return Ok(Regex(Kind::Plain(regex)));
        }
        match FancyRegex::new(&source) {
            Ok(regex) => Ok(Regex(Kind::Fancy(regex))),
            Err(error) => Err(format!("the regular expression is not valid: {}", python::reason(&error))),
        }
    }

    /// Whether a match is anywhere in the text: Python's `re.search`.
    ///
    /// # Errors
    /// When a pattern with look-around or back references takes too long on this text.
    pub fn is_match(&self, text: &str) -> Result<bool, String> {
        match &self.0 {
            Kind::Plain(regex) => Ok(regex.is_match(text)),
            Kind::Fancy(regex) => {
                regex.is_match(text).map_err(|_| "the regular expression takes too long on one of the texts".to_owned())
            }
        }
    }
}
