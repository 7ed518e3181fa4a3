//! Lookups: the comparisons at the end of a path.

mod registered;

pub(crate) use registered::Registered;
pub use registered::{CustomLookup, Templates, Transform, TransformBody};

use std::fmt;

use crate::field::{FieldKind, RangeKind};

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
    /// Of a JSON document, an array or a range: lies within another. Of a number or date: lies within a range.
    ContainedBy,
    /// Of a JSON document: has a member of this name.
    HasKey,
    /// Of a JSON document: has members of all these names.
    HasKeys,
    /// Of a JSON document: has a member of one of these names.
    HasAnyKeys,
    /// Of an array or a range: has something in common with another.
    Overlap,
    /// Of a range: lies before another.
    FullyLt,
    /// Of a range: lies after another.
    FullyGt,
    /// Of a range: does not begin before another.
    NotLt,
    /// Of a range: does not end after another.
    NotGt,
    /// Of a range: lies next to another, with nothing between.
    AdjacentTo,
    /// Of a text or a search vector: has the words that are looked for.
    Search,
    /// Of a text: is alike to another, by the letters that they share in threes.
    TrigramSimilar,
    /// Of a text: has a part that is alike to another.
    TrigramWordSimilar,
    /// Of a text: has words that are alike to another.
    TrigramStrictWordSimilar,
}

/// All lookups.
const ALL: [Lookup; 31] = [
    Lookup::Exact,
    Lookup::IExact,
    Lookup::Contains,
    Lookup::IContains,
    Lookup::StartsWith,
    Lookup::IStartsWith,
    Lookup::EndsWith,
    Lookup::IEndsWith,
    Lookup::Regex,
    Lookup::IRegex,
    Lookup::Gt,
    Lookup::Gte,
    Lookup::Lt,
    Lookup::Lte,
    Lookup::Range,
    Lookup::In,
    Lookup::IsNull,
    Lookup::ContainedBy,
    Lookup::HasKey,
    Lookup::HasKeys,
    Lookup::HasAnyKeys,
    Lookup::Overlap,
    Lookup::FullyLt,
    Lookup::FullyGt,
    Lookup::NotLt,
    Lookup::NotGt,
    Lookup::AdjacentTo,
    Lookup::Search,
    Lookup::TrigramSimilar,
    Lookup::TrigramWordSimilar,
    Lookup::TrigramStrictWordSimilar,
];

impl Lookup {
    /// The lookup of a name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        // Every path is asked whether it ends as a lookup: few lookups have names as long as a field's.
        let candidates: &[Lookup] = match name.len() {
            2 => &[Lookup::Gt, Lookup::Lt, Lookup::In],
            3 => &[Lookup::Gte, Lookup::Lte],
            5 => &[Lookup::Exact, Lookup::Regex, Lookup::Range],
            6 => &[Lookup::IExact, Lookup::IRegex, Lookup::IsNull, Lookup::NotLt, Lookup::NotGt, Lookup::Search],
            7 => &[Lookup::HasKey, Lookup::Overlap],
            8 => &[Lookup::Contains, Lookup::EndsWith, Lookup::HasKeys, Lookup::FullyLt, Lookup::FullyGt],
            9 => &[Lookup::IContains, Lookup::IEndsWith],
            10 => &[Lookup::StartsWith],
            11 => &[Lookup::IStartsWith, Lookup::AdjacentTo],
            12 => &[Lookup::ContainedBy, Lookup::HasAnyKeys],
            15 => &[Lookup::TrigramSimilar],
            20 => &[Lookup::TrigramWordSimilar],
            27 => &[Lookup::TrigramStrictWordSimilar],
            _ => &[],
        };
        candidates.iter().copied().find(|lookup| lookup.name() == name)
    }

    /// The lookup's name in a path.
    pub fn name(self) -> &'static str {
        match self {
            Lookup::Exact => "exact",
            Lookup::IExact => "iexact",
            Lookup::Contains => "contains",
            Lookup::IContains => "icontains",
            Lookup::StartsWith => "startswith",
            Lookup::IStartsWith => "istartswith",
            Lookup::EndsWith => "endswith",
            Lookup::IEndsWith => "iendswith",
            Lookup::Regex => "regex",
            Lookup::IRegex => "iregex",
            Lookup::Gt => "gt",
            Lookup::Gte => "gte",
            Lookup::Lt => "lt",
            Lookup::Lte => "lte",
            Lookup::Range => "range",
            Lookup::In => "in",
            Lookup::IsNull => "isnull",
            Lookup::ContainedBy => "contained_by",
            Lookup::HasKey => "has_key",
            Lookup::HasKeys => "has_keys",
            Lookup::HasAnyKeys => "has_any_keys",
            Lookup::Overlap => "overlap",
            Lookup::FullyLt => "fully_lt",
            Lookup::FullyGt => "fully_gt",
            Lookup::NotLt => "not_lt",
            Lookup::NotGt => "not_gt",
            Lookup::AdjacentTo => "adjacent_to",
            Lookup::Search => "search",
            Lookup::TrigramSimilar => "trigram_similar",
            Lookup::TrigramWordSimilar => "trigram_word_similar",
            Lookup::TrigramStrictWordSimilar => "trigram_strict_word_similar",
        }
    }

    /// The names of all lookups.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|lookup| lookup.name())
    }

    /// Whether fields of a kind have it, as Django registers it for them.
    ///
    /// ```
    /// use embellie_core::field::FieldKind;
    /// use embellie_core::lookup::Lookup;
    /// assert!(Lookup::Overlap.is_of(FieldKind::Text.array()) && !Lookup::Overlap.is_of(FieldKind::Text));
    /// ```
    pub fn is_of(self, kind: FieldKind) -> bool {
        let range = matches!(kind, FieldKind::Range(_));
        match self {
            Lookup::HasKey | Lookup::HasKeys | Lookup::HasAnyKeys => kind == FieldKind::Json,
            Lookup::ContainedBy => kind == FieldKind::Json || kind.is_array() || range || RangeKind::of(kind).is_some(),
            Lookup::Overlap => kind.is_array() || range,
            Lookup::FullyLt | Lookup::FullyGt | Lookup::NotLt | Lookup::NotGt | Lookup::AdjacentTo => range,
            // Transforms, of a range.
            Lookup::StartsWith | Lookup::EndsWith => !range,
            Lookup::Search => kind.is_text() || kind == FieldKind::SearchVector,
            Lookup::TrigramSimilar | Lookup::TrigramWordSimilar | Lookup::TrigramStrictWordSimilar => kind.is_text(),
            _ => true,
        }
    }

    /// Whether it is of one of the kinds that are few: where nothing is known of what is compared, it is none of it.
    pub fn is_special(self) -> bool {
        matches!(
            self,
            Lookup::ContainedBy
                | Lookup::HasKey
                | Lookup::HasKeys
                | Lookup::HasAnyKeys
                | Lookup::Overlap
                | Lookup::FullyLt
                | Lookup::FullyGt
                | Lookup::NotLt
                | Lookup::NotGt
                | Lookup::AdjacentTo
                | Lookup::Search
                | Lookup::TrigramSimilar
                | Lookup::TrigramWordSimilar
                | Lookup::TrigramStrictWordSimilar
        )
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
