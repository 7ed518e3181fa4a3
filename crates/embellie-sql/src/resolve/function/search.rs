//! Full-text search, and the likeness of texts.

use embellie_core::Result;
use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;

use super::{Call, Scope};
use crate::Capability;
use crate::resolved::Scalar;

impl<'r> Scope<'_, 'r> {
    /// A function of full-text search.
    pub(super) fn search(&self, call: Call<'r>) -> Result<Scalar<'r>> {
        self.context.target.require(Capability::FullTextSearch)?;
        let (counts, kind) = match call.function {
            F::SearchQueryNot => (1..=1, FieldKind::Text),
            F::SearchMatch | F::TrigramSimilar | F::TrigramWordSimilar | F::TrigramStrictWordSimilar => {
                (2..=2, FieldKind::Bool)
            }
            F::SearchVector => (1..=2, FieldKind::SearchVector),
            F::SearchVectorWeighted | F::SearchVectorCombined => (2..=2, FieldKind::SearchVector),
            F::SearchQueryPlain | F::SearchQueryPhrase | F::SearchQueryRaw | F::SearchQueryWebsearch => {
                (1..=2, FieldKind::Text)
            }
            F::SearchHeadline => (2..=3, FieldKind::Text),
            F::SearchRank
            | F::SearchRankCover
            | F::TrigramSimilarity
            | F::TrigramWordSimilarity
            | F::TrigramStrictWordSimilarity => (2..=2, FieldKind::Float),
            _ => (2..=2, FieldKind::Text),
        };
        call.takes(counts)?;
        Ok(call.gives(kind))
    }
}
