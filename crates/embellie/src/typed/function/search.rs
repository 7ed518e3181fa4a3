//! Full-text search: Django's `django.contrib.postgres.search`. Databases without it refuse these expressions before
//! anything is sent.

use embellie_core::expr::{Function, search};
use embellie_core::query::Operand;
use embellie_core::{Expr, Result, Value};

pub use embellie_core::expr::search::Weight;

use super::Operands;
use crate::typed::scalar::Scalar;
use crate::typed::{Expression, Like, Q, Rhs, Text};

pub use embellie_core::field::SearchVector;

/// What the words of texts are: the type of a [`SearchVector()`].
pub type Words = SearchVector;

/// What is looked for by [`search`](Expression::search): a text, or a [`SearchQuery`].
#[derive(Debug, Clone, Copy)]
pub enum Searched {}

#[diagnostic::do_not_recommend]
impl Like<Searched> for Wanted {}

/// A search vector is compared with what is looked for in it.
#[diagnostic::do_not_recommend]
impl Like<SearchVector> for Wanted {}

macro_rules! texts {
    ($($text:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl<M> Rhs<M, Searched> for $text {
            fn operand(self) -> Result<Operand> {
                Ok(Value::from(self).into())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M> Rhs<M, SearchVector> for $text {
            fn operand(self) -> Result<Operand> {
                Ok(Value::from(self).into())
            }
        }
    )+};
}
texts!(&str, String, &String);

/// What is looked for: the type of a [`SearchQuery`]. No rows hold it.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {}

/// The words of some texts, to search them: Django's `SearchVector`.
///
/// ```
/// use embellie::functions::*;
/// use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String, body: String }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let words = SearchVector((Post::title,)).weight(Weight::A).plus(SearchVector((Post::body,)).weight(Weight::B));
/// let query = SearchQuery("clouds over Paris").config("english");
/// let rank = SearchRank(&words, &query);
/// let found: Vec<(Post, f64)> =
///     Post::objects().filter(words.matches(&query)).annotate(&rank).order_by(rank.desc()).all(db).await?;
/// # Ok(()) }
/// ```
pub fn SearchVector<M, V: Operands<M>>(texts: V) -> Expression<M, Words> {
    let texts: Result<Vec<Expr>> = texts.operands().into_iter().collect();
    Expression::new(texts.map(|texts| search::vector(texts, None)))
}

/// Words that must all be there: Django's `SearchQuery`.
///
/// ```
/// use embellie::functions::*;
/// use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String }
/// let query = SearchQuery("clouds").and(SearchQuery("grey sky").phrase()).or(SearchQuery("fog").negated());
/// let posts = Post::objects().filter(SearchVector((Post::title,)).matches(&query));
/// ```
pub fn SearchQuery<M>(text: impl Into<String>) -> Expression<M, Wanted> {
    Expression::new(Ok(search::query(text.into(), search::Syntax::Plain, None)))
}

/// How well words fit a query: Django's `SearchRank`.
///
/// ```
/// use embellie::functions::*;
/// use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String, words: Option<SearchVector> }
/// let query = SearchQuery("clouds");
/// let best = Post::objects().filter(Post::words.search(&query)).order_by(SearchRank(Post::words, &query).desc());
/// ```
pub fn SearchRank<M, V: Scalar<M, Type = Words>>(
    vector: V,
    query: &Expression<M, Wanted>,
) -> Expression<M, f64, V::Null> {
    both(vector, query, search::rank)
}

/// How well words fit a query, by how near they are to each other: Django's `SearchRank` with `cover_density`.
pub fn SearchRankCover<M, V: Scalar<M, Type = Words>>(
    vector: V,
    query: &Expression<M, Wanted>,
) -> Expression<M, f64, V::Null> {
    both(vector, query, search::rank_by_distance)
}

/// The pieces of a text around what a query looks for, marked `<b>…</b>`: Django's `SearchHeadline`.
///
/// ```
/// use embellie::functions::*;
/// use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String, body: String }
/// let pieces = SearchHeadline(Post::body, &SearchQuery("clouds"));
/// let posts = Post::objects().values_list((Post::title, pieces));
/// ```
pub fn SearchHeadline<M, V: Scalar<M, Type: Text>>(
    text: V,
    query: &Expression<M, Wanted>,
) -> Expression<M, String, V::Null> {
    Expression::new(pair(text.scalar().expr, query.expr()).map(|(text, query)| search::headline(text, query, None)))
}

/// How alike a text is to another, 0 to 1: Django's `TrigramSimilarity`. It needs PostgreSQL's extension `pg_trgm`.
///
/// ```
/// use embellie::functions::*;
/// use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct User { name: String }
/// let alike = TrigramSimilarity(User::name, "Anne");
/// let users = User::objects().filter(alike.gt(0.3)).order_by(alike.desc());
/// ```
pub fn TrigramSimilarity<M, V: Scalar<M, Type: Text>>(
    text: V,
    other: impl Into<String>,
) -> Expression<M, f64, V::Null> {
    let other = other.into();
    Expression::new(text.scalar().expr.map(|text| search::trigram_similarity(text, other)))
}

/// How alike a word is to the most alike part of a text: Django's `TrigramWordSimilarity`. It needs PostgreSQL's extension
/// `pg_trgm`.
pub fn TrigramWordSimilarity<M, V: Scalar<M, Type: Text>>(
    word: impl Into<String>,
    text: V,
) -> Expression<M, f64, V::Null> {
    let word = word.into();
    Expression::new(text.scalar().expr.map(|text| search::trigram_word_similarity(word, text)))
}

/// How alike a text is to the most alike words of another, whole words alone: Django's `TrigramStrictWordSimilarity`. It
/// needs PostgreSQL's extension `pg_trgm`.
///
/// ```
/// use embellie::functions::*;
/// use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct User { name: String }
/// let users = User::objects().order_by(TrigramStrictWordSimilarity("Anne", User::name).desc());
/// ```
pub fn TrigramStrictWordSimilarity<M, V: Scalar<M, Type: Text>>(
    word: impl Into<String>,
    text: V,
) -> Expression<M, f64, V::Null> {
    let word = word.into();
    Expression::new(text.scalar().expr.map(|text| search::trigram_strict_word_similarity(word, text)))
}

impl<M, N> Expression<M, Words, N> {
    /// How much the words count.
    #[must_use]
    pub fn weight(self, weight: Weight) -> Self {
        self.map(|vector| search::weighted(vector, weight))
    }

    /// The words of this vector and of another: Django's `+`.
    #[must_use]
    pub fn plus<O>(self, other: Expression<M, Words, O>) -> Self {
        self.and_then(|vector| Ok(search::both(vector, other.into_expr()?)))
    }

    /// The rules of a language, by the name of a configuration of the server: `english`.
    #[must_use]
    pub fn config(self, config: impl Into<String>) -> Self {
        self.map(|vector| configured(vector, config.into()))
    }

    /// The condition that the words have what a query looks for.
    pub fn matches(&self, query: &Expression<M, Wanted>) -> Q<M> {
        Q::expr(pair(self.expr(), query.expr()).map(|(vector, query)| search::matches(vector, query).into()))
    }
}

impl<M> Expression<M, Wanted> {
    /// Words that must follow each other: `search_type="phrase"`.
    #[must_use]
    pub fn phrase(self) -> Self {
        self.map(|query| reread(query, Function::SearchQueryPhrase))
    }

    /// Operators of the database, `cat & !dog:*`: `search_type="raw"`.
    #[must_use]
    pub fn raw(self) -> Self {
        self.map(|query| reread(query, Function::SearchQueryRaw))
    }

    /// As search engines have it, with quoted phrases, `or` and `-`: `search_type="websearch"`.
    #[must_use]
    pub fn websearch(self) -> Self {
        self.map(|query| reread(query, Function::SearchQueryWebsearch))
    }

    /// The rules of a language, by the name of a configuration of the server: `english`.
    #[must_use]
    pub fn config(self, config: impl Into<String>) -> Self {
        self.map(|query| configured(query, config.into()))
    }

    /// What both queries look for: Django's `&`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.and_then(|query| Ok(search::all_of(query, other.into_expr()?)))
    }

    /// What one of the queries looks for: Django's `|`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.and_then(|query| Ok(search::any_of(query, other.into_expr()?)))
    }

    /// What the query does not look for: Django's `~`.
    #[must_use]
    pub fn negated(self) -> Self {
        self.map(search::none_of)
    }
}

fn pair(left: Result<Expr>, right: Result<Expr>) -> Result<(Expr, Expr)> {
    Ok((left?, right?))
}

fn both<M, T, V: Scalar<M, Type = Words>>(
    vector: V,
    query: &Expression<M, Wanted>,
    make: fn(Expr, Expr) -> Expr,
) -> Expression<M, T, V::Null> {
    Expression::new(pair(vector.scalar().expr, query.expr()).map(|(vector, query)| make(vector, query)))
}

/// The same text read another way.
fn reread(query: Expr, function: Function) -> Expr {
    match query {
        Expr::Call {
            function:
                Function::SearchQueryPlain
                | Function::SearchQueryPhrase
                | Function::SearchQueryRaw
                | Function::SearchQueryWebsearch,
            arguments,
        } => Expr::Call { function, arguments },
        other => other,
    }
}

/// A vector or query by the rules of a language, in every part that has none yet.
fn configured(expr: Expr, config: String) -> Expr {
    use Function as F;
    let Expr::Call { function, mut arguments } = expr else { return expr };
    match function {
        F::SearchVector | F::SearchQueryPlain | F::SearchQueryPhrase | F::SearchQueryRaw | F::SearchQueryWebsearch
            if arguments.len() == 1 =>
        {
            arguments.insert(0, config.into());
        }
        F::SearchVectorWeighted
        | F::SearchVectorCombined
        | F::SearchQueryAnd
        | F::SearchQueryOr
        | F::SearchQueryNot => {
            arguments = arguments.into_iter().map(|argument| configured(argument, config.clone())).collect();
        }
        _ => {}
    }
    Expr::Call { function, arguments }
}
