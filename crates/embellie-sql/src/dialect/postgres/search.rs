//! Full-text search on PostgreSQL.

use embellie_core::expr::Function as F;
use embellie_core::{Error, Result};

use super::as_text;
use crate::render::Writer;
use crate::resolved::Scalar;

/// How the arguments of a function are written.
#[derive(Clone, Copy)]
enum Shape {
    /// Texts, after the name of a configuration where there is one more argument.
    Configured(usize, &'static str),
    /// An operator between both.
    Between(&'static str),
    /// An operator between two texts.
    TextsBetween(&'static str),
    /// Two texts.
    Texts(&'static str),
    /// Whatever they are.
    Plain(&'static str),
}

pub(super) fn call(w: &mut Writer<'_>, function: F, arguments: &[Scalar<'_>]) -> Result<()> {
    use Shape::{Between, Configured, Plain, Texts, TextsBetween};
    let shape = match function {
        F::SearchVector => Configured(1, "to_tsvector"),
        F::SearchQueryPlain => Configured(1, "plainto_tsquery"),
        F::SearchQueryPhrase => Configured(1, "phraseto_tsquery"),
        F::SearchQueryRaw => Configured(1, "to_tsquery"),
        F::SearchQueryWebsearch => Configured(1, "websearch_to_tsquery"),
        F::SearchHeadline => Configured(2, "ts_headline"),
        F::SearchVectorCombined | F::SearchQueryOr => Between(" || "),
        F::SearchQueryAnd => Between(" && "),
        F::SearchMatch => Between(" @@ "),
        F::TrigramSimilar => TextsBetween(" % "),
        F::TrigramWordSimilar => TextsBetween(" %> "),
        F::TrigramStrictWordSimilar => TextsBetween(" %>> "),
        F::TrigramStrictWordSimilarity => Texts("strict_word_similarity"),
        F::SearchQueryNot => Plain("!!"),
        F::SearchRank => Plain("ts_rank"),
        F::SearchRankCover => Plain("ts_rank_cd"),
        F::TrigramSimilarity => Texts("similarity"),
        F::TrigramWordSimilarity => Texts("word_similarity"),
        F::SearchVectorWeighted => {
            w.push("setweight(");
            w.scalars(arguments)?;
            w.push("::\"char\")");
            return Ok(());
        }
        other => return Err(Error::NotSupported(format!("PostgreSQL has no function {} here", other.name()))),
    };
    match (shape, arguments) {
        (Between(operator), [left, right]) => {
            w.push("(");
            w.scalar(left)?;
            w.push(operator);
            w.scalar(right)?;
            w.push(")");
            Ok(())
        }
        (TextsBetween(operator), [left, right]) => {
            w.push("(");
            as_text(w, left)?;
            w.push(operator);
            as_text(w, right)?;
            w.push(")");
            Ok(())
        }
        (Configured(count, name), arguments) => {
            w.push(name);
            w.push("(");
            let (config, rest) = arguments.split_at(arguments.len().saturating_sub(count));
            for config in config {
                w.scalar(config)?;
                w.push("::regconfig, ");
            }
            for (i, text) in rest.iter().enumerate() {
                w.push(if i > 0 { ", " } else { "" });
                as_text(w, text)?;
            }
            w.push(")");
            Ok(())
        }
        (Texts(name), [first, second]) => {
            w.push(name);
            w.push("(");
            as_text(w, first)?;
            w.push(", ");
            as_text(w, second)?;
            w.push(")");
            Ok(())
        }
        (Plain(name) | Texts(name) | Between(name) | TextsBetween(name), arguments) => w.function(name, arguments),
    }
}
