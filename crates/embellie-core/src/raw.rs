//! SQL that somebody has written, and the values that go with it.

use std::borrow::Cow;
use std::fmt;

use crate::Value;

/// The text of a statement that somebody has written.
///
/// It is made of a literal, so that no value can slip into it; values are parameters. Placeholders are written as in
/// Django, whatever the database: `%s` for the next parameter, `%(name)s` for the one of that name, `%%` for a percent
/// sign. In strings, quoted names and comments nothing is a placeholder and everything stays as it is:
/// `LIKE 'a%'` needs no second percent sign. Anywhere else, a `%` that is not followed by `s`, `(name)s` or `%` is the
/// operator.
///
/// ```
/// use embellie_core::Sql;
/// let sql = Sql::from("SELECT id FROM post WHERE title LIKE 'Re:%' AND author_id = %s AND id % 2 = 0");
/// ```
///
/// A text that was put together does not become one by itself:
///
/// ```compile_fail
/// use embellie_core::Sql;
/// let name = String::from("x'; DROP TABLE post; --");
/// let sql = Sql::from(format!("SELECT id FROM post WHERE title = '{name}'"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Sql(Cow<'static, str>);

impl Sql {
    /// A text that the program has put together, of which the caller knows that nobody else had a say in it.
    pub fn trusted(text: impl Into<String>) -> Self {
        Sql(Cow::Owned(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Sql(Cow::Borrowed(text))
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The parameters of a text: in the order of their placeholders, or by name.
///
/// Most are made of a tuple, an array or a `Vec`, see [`IntoParams`]; named ones are made here:
///
/// ```
/// use embellie_core::Params;
/// let params = Params::new().name("author", 3).name("title", "Clouds");
/// ```
#[derive(Clone, PartialEq, Default)]
pub struct Params {
    positional: Vec<Value>,
    named: Vec<(Cow<'static, str>, Value)>,
}

impl Params {
    /// No parameters.
    pub fn new() -> Self {
        Params::default()
    }

    /// These and one more, for the next `%s`.
    #[must_use]
    pub fn push(mut self, value: impl Into<Value>) -> Self {
        self.positional.push(value.into());
        self
    }

    /// These and one for every `%(name)s`; it replaces one of the same name.
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.named.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.named.push((name, value)),
        }
        self
    }

    /// Those for `%s`, in order.
    pub fn positional(&self) -> &[Value] {
        &self.positional
    }

    /// Those for `%(name)s`, with their names.
    pub fn named(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.named.iter().map(|(name, value)| (&**name, value))
    }
}

/// Values may be private: their number and the names are shown.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.named().map(|(name, _)| name).collect();
        match names.is_empty() {
            true => write!(f, "Params({})", self.positional.len()),
            false => write!(f, "Params({}, {names:?})", self.positional.len()),
        }
    }
}

/// What parameters are made of: nothing `()`, a tuple `("Ann", 3)`, an array `[1, 2]`, a `Vec`, or [`Params`].
pub trait IntoParams {
    /// The parameters.
    fn into_params(self) -> Params;
}

impl IntoParams for Params {
    fn into_params(self) -> Params {
        self
    }
}

impl IntoParams for () {
    fn into_params(self) -> Params {
        Params::new()
    }
}

impl<V: Into<Value>> IntoParams for Vec<V> {
    fn into_params(self) -> Params {
        Params { positional: self.into_iter().map(Into::into).collect(), named: Vec::new() }
    }
}

impl<V: Into<Value>, const N: usize> IntoParams for [V; N] {
    fn into_params(self) -> Params {
        Params { positional: self.into_iter().map(Into::into).collect(), named: Vec::new() }
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Into<Value>),+> IntoParams for ($($name,)+) {
            fn into_params(self) -> Params {
                Params { positional: vec![$(self.$index.into()),+], named: Vec::new() }
            }
        }
    };
}
tuples!(A 0);
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
tuples!(A 0, B 1, C 2, D 3, E 4);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuples!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
