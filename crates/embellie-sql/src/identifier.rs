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
    let mut quoted = String::with_capacity(name.len() + 2);
    quote_into(&mut quoted, name, mark)?;
    Ok(quoted)
}

/// Writes a quoted name at the end of a text, as [`quote`] makes it.
pub(crate) fn quote_into(text: &mut String, name: &str, mark: char) -> Result<()> {
    if name.is_empty() {
        return Err(Error::ImproperlyConfigured("a table, column or index has an empty name".into()));
    }
    if name.contains('\0') {
        return Err(Error::ImproperlyConfigured(format!("the name '{}' holds a NUL character", name.escape_debug())));
    }
    text.push(mark);
    let mut rest = name;
    while let Some(at) = rest.find(mark) {
        let end = at + mark.len_utf8();
        text.push_str(&rest[..end]);
        text.push(mark);
        rest = &rest[end..];
    }
    text.push_str(rest);
    text.push(mark);
    Ok(())
}
