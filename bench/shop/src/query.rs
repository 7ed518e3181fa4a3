//! The queries.

use std::str::FromStr;

/// A query of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Query {
    /// The newest 500 orders, and the customer of each.
    Loop,
    /// How many orders have a dear item, and one that was bought twice.
    AnyItems,
    /// How many have a dear item that was bought twice.
    SameItem,
    /// What was ordered, month by month.
    Months,
    /// The best sold products of which much is said.
    TalkedAbout,
    /// Who ordered in December, and never had an order cancelled.
    NeverCancelled,
    /// Products that are sold out, or cheap and on sale and not from France.
    OrAndNot,
    /// Columns of items and of what they belong to.
    Tuples,
    /// The dearest product of each brand.
    Dearest,
    /// Orders of customers of a name.
    Across,
}

impl FromStr for Query {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Ok(match word {
            "loop" => Query::Loop,
            "any-items" => Query::AnyItems,
            "same-item" => Query::SameItem,
            "months" => Query::Months,
            "talked-about" => Query::TalkedAbout,
            "never-cancelled" => Query::NeverCancelled,
            "or-and-not" => Query::OrAndNot,
            "tuples" => Query::Tuples,
            "dearest" => Query::Dearest,
            "across" => Query::Across,
            _ => return Err(format!("there is no query `{word}`")),
        })
    }
}
