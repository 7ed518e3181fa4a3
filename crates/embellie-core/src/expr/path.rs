//! Paths: names joined by `__`, from a model to what it leads to.

use std::borrow::Cow;
use std::fmt;

/// Names from a query's model to a field, a relation or a lookup: `author__name__icontains`.
///
/// The names are not looked up before the query is resolved.
///
/// ```
/// use embellie_core::Path;
/// let path = Path::from("author__name");
/// assert_eq!(path.names().collect::<Vec<_>>(), ["author", "name"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path(Vec<Cow<'static, str>>);

/// What separates the names of a path in Django's notation.
const SEPARATOR: &str = "__";

impl Path {
    /// A path of given names.
    pub fn new(names: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        Path(names.into_iter().map(Into::into).collect())
    }

    /// The names, in order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        self.0.iter().map(AsRef::as_ref)
    }

    /// How many names the path has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the path has no names.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path with one more name.
    #[must_use]
    pub fn then(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(name.into());
        self
    }

    /// Adds a name at the end.
    pub fn push(&mut self, name: impl Into<Cow<'static, str>>) {
        self.0.push(name.into());
    }

    /// The path that leads through this one and then through `rest`.
    #[must_use]
    pub fn join(mut self, rest: &Path) -> Self {
        self.0.extend(rest.0.iter().cloned());
        self
    }
}

impl From<&str> for Path {
    fn from(text: &str) -> Self {
        Path(text.split(SEPARATOR).map(|name| Cow::Owned(name.to_owned())).collect())
    }
}

impl From<String> for Path {
    fn from(text: String) -> Self {
        Path::from(text.as_str())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.names().enumerate() {
            write!(f, "{}{name}", if i > 0 { SEPARATOR } else { "" })?;
        }
        Ok(())
    }
}
