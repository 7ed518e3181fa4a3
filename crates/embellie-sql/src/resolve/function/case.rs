//! `CASE`.

use embellie_core::field::FieldKind;
use embellie_core::{Error, Expr, Q, Result, Value};

use super::super::joins::Places;
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
        for (q, then) in whens {
            if q.is_all() {
                return Err(Error::Value("An empty Q() can't be used as a When() condition.".into()));
            }
            match self.condition_value(q, shared, joins)? {
                Condition::Never => {
                    self.scalar_in(then, shared, joins)?;
                }
                Condition::Always => {
                    last = Some(self.scalar_in(then, shared, joins)?);
                    break;
                }
                condition => resolved.push((condition, self.scalar_in(then, shared, joins)?)),
            }
        }
        let otherwise = match (last, otherwise) {
            (Some(last), _) => last,
            (None, Some(otherwise)) => self.scalar_in(otherwise, shared, joins)?,
            (None, None) => Scalar::Value { value: Value::Null, kind: None },
        };
        let kind = match wanted {
            Some(kind) => Some(kind),
            None => {
                let values = resolved.iter().map(|(_, then)| then).chain([&otherwise]);
                arithmetic::common(values.filter_map(Scalar::kind))?
            }
        };
        if resolved.is_empty() {
            return Ok(match wanted {
                Some(kind) => Scalar::Typed { expr: Box::new(otherwise), kind },
                None => otherwise,
            });
        }
        Ok(Scalar::Case { whens: resolved, otherwise: Box::new(otherwise), kind })
    }
}
