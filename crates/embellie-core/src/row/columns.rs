//! The names of a result's columns, kept for all of its rows.

use std::fmt;
use std::sync::Arc;

use super::Header;
use crate::{Error, did_you_mean};

/// The names of a result's columns, in order. A clone shares them.
///
/// ```
/// use embellie_core::Columns;
/// let columns = Columns::new(["id", "title"]);
/// assert_eq!(columns.position("title"), Some(1));
/// assert_eq!(columns.places(["title", "id"]).unwrap(), [1, 0]);
/// assert!(columns.places(["titel"]).unwrap_err().to_string().contains("did you mean 'title'?"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Columns(Arc<[Box<str>]>);

impl Columns {
    /// Columns of these names.
    pub fn new<N: Into<Box<str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Columns(names.into_iter().map(Into::into).collect())
    }

    /// The columns of a result.
    pub fn of(header: &dyn Header) -> Self {
        Columns::new((0..header.len()).map(|index| header.name(index).unwrap_or_default()))
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// Where a name stands first.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names().position(|column| column == name)
    }

    /// Where names stand, each at its first place.
    ///
    /// # Errors
    /// [`Error::Decode`] with the names that are missing.
    pub fn places<const N: usize>(&self, names: [&str; N]) -> Result<[usize; N], Error> {
        let mut places = [0; N];
        let mut missing = Vec::new();
        for (place, name) in places.iter_mut().zip(names) {
            match self.position(name) {
                Some(position) => *place = position,
                None => missing.push(name),
            }
        }
        let Some(first) = missing.first() else { return Ok(places) };
        Err(Error::Decode(format!(
            "the result has no column '{}'{}; its columns are: {}",
            missing.join("' and no column '"),
            if missing.len() == 1 { did_you_mean(first, self.names()) } else { String::new() },
            self.0.join(", ")
        )))
    }
}

impl Header for Columns {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(|name| &**name)
    }
}

impl Default for Columns {
    fn default() -> Self {
        Columns(Arc::new([]))
    }
}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
