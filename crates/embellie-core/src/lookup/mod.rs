//! Lookups: the comparisons at the end of a path.

mod registered;

pub(crate) use registered::Registered;
pub use registered::{CustomLookup, Templates, Transform, TransformBody};

use std::fmt;

/// A comparison of an expression with a value: Django's built-in lookups.
///
/// ```
/// use embellie_core::lookup::Lookup;
/// assert_eq!(Lookup::from_name("icontains"), Some(Lookup::IContains));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lookup {
    /// Equal; with null, `IS NULL`. What a path without a lookup means.
    Exact,
    /// Equal but for case.
    IExact,
    /// Holds the text.
    Contains,
    /// Holds the text, but for case.
    IContains,
    /// Begins with the text.
    StartsWith,
    /// Begins with the text, but for case.
    IStartsWith,
    /// Ends with the text.
    EndsWith,
    /// Ends with the text, but for case.
    IEndsWith,
    /// Matches the regular expression.
    Regex,
    /// Matches the regular expression, but for case.
    IRegex,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Gte,
    /// Less than.
    Lt,
    /// Less than or equal.
    Lte,
    /// Between two values, both included.
    Range,
    /// One of several values, or of a query's rows.
    In,
    /// Null, or not.
    IsNull,
    /// Of a JSON document: lies within another.
    ContainedBy,
    /// Of a JSON document: has a member of this name.
    HasKey,
    /// Of a JSON document: has members of all these names.
    HasKeys,
    /// Of a JSON document: has a member of one of these names.
    HasAnyKeys,
}

/// All lookups with their names.
const NAMES: [(&str, Lookup); 21] = [
    ("exact", Lookup::Exact),
    ("iexact", Lookup::IExact),
    ("contains", Lookup::Contains),
    ("icontains", Lookup::IContains),
    ("startswith", Lookup::StartsWith),
    ("istartswith", Lookup::IStartsWith),
    ("endswith", Lookup::EndsWith),
    ("iendswith", Lookup::IEndsWith),
    ("regex", Lookup::Regex),
    ("iregex", Lookup::IRegex),
    ("gt", Lookup::Gt),
    ("gte", Lookup::Gte),
    ("lt", Lookup::Lt),
    ("lte", Lookup::Lte),
    ("range", Lookup::Range),
    ("in", Lookup::In),
    ("isnull", Lookup::IsNull),
    ("contained_by", Lookup::ContainedBy),
    ("has_key", Lookup::HasKey),
    ("has_keys", Lookup::HasKeys),
    ("has_any_keys", Lookup::HasAnyKeys),
];

impl Lookup {
    /// The lookup of a name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|&(_, lookup)| lookup)
    }

    /// The lookup's name in a path.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|&&(_, lookup)| lookup == self).map_or("exact", |&(name, _)| name)
    }

    /// The names of all lookups.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|&(name, _)| name)
    }

    /// Whether only JSON documents have it.
    pub fn is_of_json(self) -> bool {
        matches!(self, Lookup::ContainedBy | Lookup::HasKey | Lookup::HasKeys | Lookup::HasAnyKeys)
    }

    /// Whether the right-hand side is a text pattern whatever the left-hand side's type is.
    pub fn is_pattern(self) -> bool {
        matches!(
            self,
            Lookup::Contains
                | Lookup::IContains
                | Lookup::StartsWith
                | Lookup::IStartsWith
                | Lookup::EndsWith
                | Lookup::IEndsWith
                | Lookup::Regex
                | Lookup::IRegex
        )
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
