//! Queries as expressions, and what they may see of the query around them.

use embellie_core::expr::RawSql;
use embellie_core::{Error, Query, Result, Value};

use super::Scope;
use crate::resolved::Scalar;

impl<'r> Scope<'_, 'r> {
    /// What names stand for in a query around this one.
    pub(super) fn outer_path(&mut self, names: &[&str], levels: u32) -> Result<Scalar<'r>> {
        let mut scope = &mut *self;
        for _ in 0..levels {
            scope = match &mut scope.outer {
                Some(outer) => outer,
                None => {
                    return Err(Error::Value(
                        "This queryset contains a reference to an outer query and may only be used in a subquery."
                            .into(),
                    ));
                }
            };
        }
        scope.path(names, &mut None, true)
    }

    /// The value of a query of one row.
    pub(super) fn scalar_query(&mut self, query: &Query) -> Result<Scalar<'r>> {
        let select = self.subquery(query, None)?;
        Ok(match select {
            Some(select) if select.outputs.len() != 1 => {
                return Err(Error::Field("Cannot resolve expression type, unknown output_field".into()));
            }
            Some(select) => Scalar::Query(Box::new(select)),
            None => Scalar::Value { value: Value::Null, kind: None },
        })
    }

    /// The values of a query, as an array.
    pub(super) fn array_query(&mut self, query: &Query) -> Result<Scalar<'r>> {
        self.context.target.require(crate::Capability::Arrays)?;
        Ok(match self.subquery(query, None)? {
            Some(select) => Scalar::Array(Box::new(select)),
            None => Scalar::Value { value: Value::List(Vec::new()), kind: Some(embellie_core::field::FieldKind::List) },
        })
    }

    /// SQL text as an expression.
    pub(super) fn raw(&mut self, _raw: &RawSql) -> Result<Scalar<'r>> {
        Err(Error::NotSupported("RawSQL is not known to the compiler".into()))
    }
}
