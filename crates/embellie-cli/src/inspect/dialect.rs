//! How each kind of database is reached for reading alone.

use std::path::Path;

use url::Url;

use crate::failure::Failure;

/// What keeps a session from writing.
const READ_ONLY: &str = "-c default_transaction_read_only=on";

/// The URL of a database given as a URL or a file, for reading only.
pub(crate) fn reading(database: &str) -> Result<String, Failure> {
    if let Some(rest) = database.strip_prefix("sqlite:") {
        let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
        let opened = options.split('&').any(|option| option.starts_with("mode="));
        return Ok(match (opened || path == ":memory:", options.is_empty()) {
            (true, _) => database.to_owned(),
            (false, true) => format!("{database}?mode=ro"),
            (false, false) => format!("{database}&mode=ro"),
        });
    }
    if database.contains("://") {
        let read = Url::parse(database);
        let mut url = read.map_err(|error| Failure::Other(format!("the database's URL cannot be read: {error}")))?;
        let mut options: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        match options.iter_mut().find(|(name, _)| name == "options") {
            Some((_, given)) => *given = format!("{given} {READ_ONLY}"),
            None => options.push(("options".into(), READ_ONLY.into())),
        }
        url.query_pairs_mut().clear().extend_pairs(options);
        return Ok(url.into());
    }
    let path = Path::new(database);
    match path.metadata() {
        Ok(about) if about.is_dir() => {
            Err(Failure::Other(format!("'{database}' is a folder: give the file of a database")))
        }
        Ok(_) if database.contains('?') => Err(Failure::Other(format!(
            "'{database}' has a question mark, which would begin the options of a URL: reach it by another name"
        ))),
        // What follows is a path as it is.
        Ok(_) => Ok(format!("sqlite://{database}?mode=ro")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::Other(format!(
            "there is no file '{database}'; a database is a file or a URL, say postgres://user@host/name"
        ))),
        Err(error) => Err(Failure::Other(format!("'{database}' cannot be read: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_session_writes() {
        let url = |text: &str| reading(text).unwrap_or_else(|failure| failure.to_string());
        assert_eq!(url("sqlite://a.sqlite3"), "sqlite://a.sqlite3?mode=ro");
        assert_eq!(url("sqlite:a?pool_size=1"), "sqlite:a?pool_size=1&mode=ro");
        assert_eq!(url("sqlite:a?mode=rw"), "sqlite:a?mode=rw");
        assert_eq!(
            url("postgres://ann@host/shop?options=-c%20search_path%3Dx"),
            "postgres://ann@host/shop?options=-c+search_path%3Dx+-c+default_transaction_read_only%3Don"
        );
        assert!(url("no such file").starts_with("there is no file 'no such file'"));
        assert!(url("src").contains("is a folder"));
    }
}
