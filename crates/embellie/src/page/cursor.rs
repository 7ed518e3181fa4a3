//! Cursors: where in an ordering a row stands, as text that is safe in URLs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use embellie_core::field::{FieldKind, prepare};
use embellie_core::{Error, Result, Value};
use sha2::{Digest, Sha256};

use super::terms::Term;
use crate::codec;

/// The cursor of a page that is asked for, if there is one: text, or an option of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageCursor(pub(super) Option<String>);

impl From<&str> for PageCursor {
    fn from(text: &str) -> Self {
        PageCursor(Some(text.to_owned()))
    }
}

impl From<String> for PageCursor {
    fn from(text: String) -> Self {
        PageCursor(Some(text))
    }
}

impl From<&String> for PageCursor {
    fn from(text: &String) -> Self {
        PageCursor(Some(text.clone()))
    }
}

impl<T: Into<PageCursor>> From<Option<T>> for PageCursor {
    fn from(text: Option<T>) -> Self {
        text.map_or(PageCursor(None), Into::into)
    }
}

const VERSION: u8 = 1;

/// More text than this was not made here.
const LONGEST: usize = 16 * 1024;

/// What tells an ordering from others.
pub(super) type Mark = [u8; 4];

/// The mark of the rows of a model in an ordering.
pub(super) fn mark(model: &str, terms: &[Term]) -> Mark {
    let mut hash = Sha256::new();
    hash.update(model);
    for term in terms {
        hash.update(format!("\n{:?} {}", term.expr, term.descending));
    }
    let digest = hash.finalize();
    std::array::from_fn(|place| digest.get(place).copied().unwrap_or_default())
}

/// The text of a row's place.
pub(super) fn encode(mark: Mark, values: &[Value]) -> Result<String> {
    let mut bytes = vec![VERSION];
    bytes.extend(mark);
    for value in values {
        codec::write_value(&mut bytes, value)?;
    }
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The values of a place, each of the kind of its term.
pub(super) fn decode(text: &str, mark: Mark, kinds: &[(FieldKind, bool)]) -> Result<Vec<Value>> {
    let wrong = || Error::Value("the cursor is not one that a page gave: begin again at the first page".into());
    if text.len() > LONGEST {
        return Err(wrong());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| wrong())?;
    let Some((&[VERSION, a, b, c, d], mut rest)) = bytes.split_first_chunk::<5>() else { return Err(wrong()) };
    if [a, b, c, d] != mark {
        return Err(Error::Value(
            "the cursor is of another query set: of another model, or another ordering. Begin again at the first page"
                .into(),
        ));
    }
    let mut values = Vec::with_capacity(kinds.len());
    for (kind, nullable) in kinds {
        let value = codec::read_value(&mut rest).map_err(|_| wrong())?;
        if value.is_null() && !nullable {
            return Err(wrong());
        }
        values.push(prepare(*kind, "cursor", value).map_err(|_| wrong())?);
    }
    if rest.is_empty() { Ok(values) } else { Err(wrong()) }
}
