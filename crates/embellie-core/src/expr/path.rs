//! Paths: names joined by `__`, from a model to what it leads to.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Names from a query's model to a field, a relation or a lookup: `author__name__icontains`.
///
/// The names are not looked up before the query is resolved.
///
/// ```
/// use embellie_core::Path;
/// let path = Path::from("author__name");
/// assert_eq!(path.names().collect::<Vec<_>>(), ["author", "name"]);
/// ```
#[derive(Clone, Default)]
pub struct Path(Names);

type Name = Cow<'static, str>;

/// Most paths have one name, which needs no room of its own.
#[derive(Clone, Default)]
enum Names {
    #[default]
    None,
    One(Name),
    Several(Vec<Name>),
}

impl Names {
    fn as_slice(&self) -> &[Name] {
        match self {
            Names::None => &[],
            Names::One(name) => std::slice::from_ref(name),
            Names::Several(names) => names,
        }
    }

    fn push(&mut self, name: Name) {
        *self = match std::mem::take(self) {
            Names::None => Names::One(name),
            Names::One(first) => Names::Several(vec![first, name]),
            Names::Several(mut names) => {
                names.push(name);
                Names::Several(names)
            }
        }
    }
}

impl FromIterator<Name> for Names {
    fn from_iter<I: IntoIterator<Item = Name>>(names: I) -> Self {
        let mut names = names.into_iter();
        let Some(first) = names.next() else { return Names::None };
        match names.next() {
            None => Names::One(first),
            Some(second) => Names::Several([first, second].into_iter().chain(names).collect()),
        }
    }
}

/// What separates the names of a path in Django's notation.
const SEPARATOR: &str = "__";

impl Path {
    /// A path of given names.
    pub fn new(names: impl IntoIterator<Item = impl Into<Cow<'static, str>>>) -> Self {
        Path(names.into_iter().map(Into::into).collect())
    }

    /// The names, in order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        self.0.as_slice().iter().map(AsRef::as_ref)
    }

    /// How many names the path has.
    pub fn len(&self) -> usize {
        self.0.as_slice().len()
    }

    /// Whether the path has no names.
    pub fn is_empty(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    /// The path as Django writes it.
    ///
    /// ```
    /// use embellie_core::Path;
    /// assert_eq!(Path::new(["author", "name"]).into_text(), "author__name");
    /// ```
    pub fn into_text(self) -> Cow<'static, str> {
        match self.0 {
            Names::One(name) => name,
            Names::None | Names::Several(_) => Cow::Owned(self.to_string()),
        }
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
        for name in rest.0.as_slice() {
            self.0.push(name.clone());
        }
        self
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice() == other.0.as_slice()
    }
}

impl Eq for Path {}

impl Hash for Path {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Path").field(&self.0.as_slice()).finish()
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
