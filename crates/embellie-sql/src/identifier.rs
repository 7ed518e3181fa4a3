//! The one place where names become SQL text.

use embellie_core::{Error, Result};

/// A name of a table, column, index or constraint, quoted for SQL with the dialect's quotation mark.
///
/// Whatever the name holds, it stays one name: a quotation mark inside is doubled.
///
/// ```
/// assert_eq!(embellie_sql::quote("blog_post", '"')?, r#""blog_post""#);
/// assert_eq!(embellie_sql::quote(r#"odd"name"#, '"')?, r#""odd""name""#);
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::ImproperlyConfigured`] for an empty name and for one that holds a NUL, which no database takes.
pub fn quote(name: &str, mark: char) -> Result<String> {
    if name.is_empty() {
        return Err(Error::ImproperlyConfigured("a table, column or index has an empty name".into()));
    }
    if name.contains('\0') {
        return Err(Error::ImproperlyConfigured(format!("the name '{}' holds a NUL character", name.escape_debug())));
    }
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push(mark);
    for character in name.chars() {
        if character == mark {
            quoted.push(mark);
        }
        quoted.push(character);
    }
    quoted.push(mark);
    Ok(quoted)
}
