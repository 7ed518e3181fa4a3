//! Full-text search and likeness of texts, as expressions: Django's `django.contrib.postgres.search`.
//!
//! Databases without it refuse these expressions before anything is sent.
//!
//! ```
//! use embellie_core::Expr;
//! use embellie_core::expr::search;
//! let vector = search::vector([Expr::path("title"), Expr::path("body")], None);
//! let query = search::query("clouds over Paris", search::Syntax::Plain, Some("english"));
//! let found = search::matches(vector.clone(), query.clone());
//! let best_first = search::rank(vector, query).desc();
//! # let _ = (found, best_first);
//! ```

use super::{Expr, Function};
use crate::Q;

/// How the text of a query is read: Django's `search_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Syntax {
    /// Words, all of which must be there.
    #[default]
    Plain,
    /// Words that must follow each other.
    Phrase,
    /// Operators of the database: `cat & !dog:*`.
    Raw,
    /// As search engines have it: quoted phrases, `or`, `-`.
    Websearch,
}

/// How much the words of a vector count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Most.
    A,
    /// Much.
    B,
    /// Little.
    C,
    /// Least, as words without a weight do.
    D,
}

/// A function of arguments, the configuration first where there is one.
fn configured(function: Function, config: Option<&str>, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::call(function, config.map(Expr::from).into_iter().chain(arguments))
}

/// The words of some texts: Django's `SearchVector`. `config` names the language's rules, the server's own when `None`.
pub fn vector(texts: impl IntoIterator<Item = Expr>, config: Option<&str>) -> Expr {
    let mut joined: Vec<Expr> = Vec::new();
    for text in texts {
        if !joined.is_empty() {
            joined.push(Expr::value(" "));
        }
        joined.push(text);
    }
    // Two texts at least: in a `Concat`, null counts as empty.
    joined.push(Expr::value(""));
    configured(Function::SearchVector, config, [Expr::call(Function::Concat, joined)])
}

/// A vector whose words count so much.
pub fn weighted(vector: Expr, weight: Weight) -> Expr {
    let letter = match weight {
        Weight::A => "A",
        Weight::B => "B",
        Weight::C => "C",
        Weight::D => "D",
    };
    Expr::call(Function::SearchVectorWeighted, [vector, letter.into()])
}

/// The words of two vectors: Django's `+`.
pub fn both(left: Expr, right: Expr) -> Expr {
    Expr::call(Function::SearchVectorCombined, [left, right])
}

/// What is looked for: Django's `SearchQuery`.
pub fn query(text: impl Into<Expr>, syntax: Syntax, config: Option<&str>) -> Expr {
    let function = match syntax {
        Syntax::Plain => Function::SearchQueryPlain,
        Syntax::Phrase => Function::SearchQueryPhrase,
        Syntax::Raw => Function::SearchQueryRaw,
        Syntax::Websearch => Function::SearchQueryWebsearch,
    };
    configured(function, config, [text.into()])
}

/// What both queries look for: Django's `&`.
pub fn all_of(left: Expr, right: Expr) -> Expr {
    Expr::call(Function::SearchQueryAnd, [left, right])
}

/// What one of the queries looks for: Django's `|`.
pub fn any_of(left: Expr, right: Expr) -> Expr {
    Expr::call(Function::SearchQueryOr, [left, right])
}

/// What the query does not look for: Django's `~`.
pub fn none_of(query: Expr) -> Expr {
    Expr::call(Function::SearchQueryNot, [query])
}

/// The condition that a vector has what a query looks for: Django's comparison of a `SearchVector` with a `SearchQuery`.
pub fn matches(vector: Expr, query: Expr) -> Q {
    Q::expr(Expr::call(Function::SearchMatch, [vector, query]))
}

/// How well a vector fits a query: Django's `SearchRank`.
pub fn rank(vector: Expr, query: Expr) -> Expr {
    Expr::call(Function::SearchRank, [vector, query])
}

/// How well a vector fits a query, by how near its words are to each other: `SearchRank` with `cover_density`.
pub fn rank_by_distance(vector: Expr, query: Expr) -> Expr {
    Expr::call(Function::SearchRankCover, [vector, query])
}

/// The pieces of a text around what a query looks for, marked `<b>…</b>`: Django's `SearchHeadline`.
pub fn headline(text: Expr, query: Expr, config: Option<&str>) -> Expr {
    configured(Function::SearchHeadline, config, [text, query])
}

/// How alike two texts are, 0 to 1, by the letters that they share in threes: Django's `TrigramSimilarity`. It needs the
/// extension `pg_trgm`.
pub fn trigram_similarity(text: Expr, other: impl Into<Expr>) -> Expr {
    Expr::call(Function::TrigramSimilarity, [text, other.into()])
}

/// How alike a text is to the most alike part of another: Django's `TrigramWordSimilarity`. It needs the extension
/// `pg_trgm`.
pub fn trigram_word_similarity(word: impl Into<Expr>, text: Expr) -> Expr {
    Expr::call(Function::TrigramWordSimilarity, [word.into(), text])
}

/// How alike a text is to the most alike words of another: Django's `TrigramStrictWordSimilarity`. It needs the extension
/// `pg_trgm`.
pub fn trigram_strict_word_similarity(word: impl Into<Expr>, text: Expr) -> Expr {
    Expr::call(Function::TrigramStrictWordSimilarity, [word.into(), text])
}
