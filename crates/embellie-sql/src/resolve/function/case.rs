//! `CASE`.

use embellie_core::field::FieldKind;
use embellie_core::{Error, Expr, Q, Result, Value};

use super::super::joins::Places;
use super::super::tuple::no_keys;
use super::super::{Scope, arithmetic};
use crate::resolved::{Condition, Scalar};

impl<'r> Scope<'_, 'r> {
    /// The first expression whose condition holds.
    pub(in crate::resolve) fn case(
        &mut self,
        whens: &[(Q, Expr)],
        otherwise: Option<&Expr>,
        wanted: Option<FieldKind>,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        let mut resolved = Vec::with_capacity(whens.len());
        let mut last = None;
        let mut kinds = Vec::with_capacity(whens.len());
        for (q, then) in whens {
            if q.is_all() {
                return Err(Error::Value("An empty Q() can't be used as a When() condition.".into()));
            }
            let condition = self.condition_value(q, shared, joins)?;
            let then = self.scalar_in(then, shared, joins)?;
            kinds.extend(then.kind());
            match condition {
                Condition::Never => {}
                Condition::Always => {
                    last = Some(then);
                    break;
                }
                condition => resolved.push((condition, then)),
            }
        }
        let otherwise = match (last, otherwise) {
            (Some(last), _) => last,
            (None, Some(otherwise)) => self.scalar_in(otherwise, shared, joins)?,
            (None, None) => Scalar::Value { value: Value::Null, kind: None },
        };
        if otherwise.width() > 1 {
            return Err(no_keys("Case"));
        }
        if resolved.iter().any(|(_, then)| then.width() > 1) {
            return Err(no_keys("When"));
        }
        kinds.extend(otherwise.kind());
        let kind = match wanted {
            Some(kind) => Some(kind),
            None => arithmetic::common(kinds.into_iter())?,
        };
        if resolved.is_empty() {
            return Ok(match (otherwise, kind) {
                (Scalar::Value { value, kind: None }, kind) => Scalar::Value { value, kind },
                (otherwise, Some(kind)) => Scalar::Typed { expr: Box::new(otherwise), kind },
                (otherwise, None) => otherwise,
            });
        }
        Ok(Scalar::Case { whens: resolved, otherwise: Box::new(otherwise), kind })
    }
}
