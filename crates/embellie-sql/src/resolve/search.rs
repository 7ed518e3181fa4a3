//! Lookups of texts by their words and their letters: Django's `contrib/postgres/search.py` and `lookups.py`.

use embellie_core::expr::Function as F;
use embellie_core::field::{FieldKind, prepare};
use embellie_core::lookup::Lookup;
use embellie_core::{Error, Result, Value};

use super::left::Left;
use super::operand::Operand;
use super::{Scope, array};
use crate::Capability;
use crate::resolved::{Condition, Scalar};

impl<'r> Scope<'_, 'r> {
    /// `search`, the lookups of trigrams, and `exact` of a vector; `None` when it is another lookup.
    pub(super) fn search_lookup(
        &mut self,
        left: &Left<'r>,
        lookup: Lookup,
        operand: &Operand<'_, 'r>,
    ) -> Result<Option<Condition<'r>>> {
        let is_vector = left.kind == Some(FieldKind::SearchVector);
        let alike = match lookup {
            Lookup::Search => None,
            Lookup::Exact if is_vector => None,
            Lookup::TrigramSimilar => Some(F::TrigramSimilar),
            Lookup::TrigramWordSimilar => Some(F::TrigramWordSimilar),
            Lookup::TrigramStrictWordSimilar => Some(F::TrigramStrictWordSimilar),
            _ => return Ok(None),
        };
        self.context.target.require(Capability::FullTextSearch)?;
        let wanted = match operand {
            Operand::Value(Value::Null) if lookup == Lookup::Exact => return Ok(None),
            Operand::Value(Value::Null) => return Err(Error::Value("Cannot use None as a query value".into())),
            Operand::Value(value) => {
                let value = prepare(FieldKind::Text, &left.name, value.clone())?;
                Scalar::Value { value, kind: Some(FieldKind::Text) }
            }
            Operand::Expr(expr) => expr.clone(),
            Operand::Query(query) => self.single_value(left, query, lookup)?,
            Operand::List(_) => return Err(Error::Type(format!("'{lookup}' takes one text, not a list"))),
        };
        if let Some(function) = alike {
            return Ok(Some(array::holds(function, vec![left.scalar.clone(), wanted])));
        }
        let config = config_of(&wanted).or_else(|| config_of(&left.scalar));
        let with_config = |text: Scalar<'r>| config.iter().cloned().chain([text]).collect();
        let wanted = match is_query(&wanted) {
            true => wanted,
            false => {
                Scalar::Call { function: F::SearchQueryPlain, arguments: with_config(wanted), kind: FieldKind::Text }
            }
        };
        let vector = match is_vector {
            true => left.scalar.clone(),
            false => {
                let empty = Scalar::Value { value: Value::from(""), kind: Some(FieldKind::Text) };
                let arguments = vec![left.scalar.clone(), empty];
                let text = Scalar::Call { function: F::Coalesce, arguments, kind: FieldKind::Text };
                Scalar::Call { function: F::SearchVector, arguments: with_config(text), kind: FieldKind::SearchVector }
            }
        };
        Ok(Some(array::holds(F::SearchMatch, vec![vector, wanted])))
    }
}

fn is_query(scalar: &Scalar<'_>) -> bool {
    let Scalar::Call { function, .. } = scalar else { return false };
    matches!(
        function,
        F::SearchQueryPlain
            | F::SearchQueryPhrase
            | F::SearchQueryRaw
            | F::SearchQueryWebsearch
            | F::SearchQueryAnd
            | F::SearchQueryOr
            | F::SearchQueryNot
    )
}

/// The configuration of a vector or a query, where one is given.
fn config_of<'r>(scalar: &Scalar<'r>) -> Option<Scalar<'r>> {
    match scalar {
        Scalar::Call { function: F::SearchVector, arguments, .. } if arguments.len() == 2 => arguments.first().cloned(),
        Scalar::Call { arguments, .. } if is_query(scalar) && arguments.len() == 2 => match arguments.first() {
            Some(config) if !is_query(config) => Some(config.clone()),
            _ => None,
        },
        _ => None,
    }
}
