//! Queries as expressions, and what they may see of the query around them.

use embellie_core::field::FieldKind;
use embellie_core::{Error, Query, Result, Value};

use super::{Scope, compound};
use crate::Capability;
use crate::resolved::{Condition, Output, Scalar, Select, Source};

impl<'r> Scope<'_, 'r> {
    /// What names stand for in a query around this one.
    pub(super) fn outer_path(&mut self, names: &[&str], levels: u32) -> Result<Scalar<'r>> {
        let mut scope = &mut *self;
        for _ in 0..levels {
            loop {
                scope = match &mut scope.outer {
                    Some(outer) => outer,
                    None => {
                        return Err(Error::Value(
                            "This queryset contains a reference to an outer query and may only be used in a subquery."
                                .into(),
                        ));
                    }
                };
                if !scope.transparent {
                    break;
                }
            }
        }
        scope.path(names, &mut None, true)
    }

    /// The value of a query of one row.
    pub(super) fn scalar_query(&mut self, query: &Query) -> Result<Scalar<'r>> {
        let (output, select) = self.one_column(query, "Subquery", false)?;
        Ok(match select {
            Some(select) => Scalar::Query(Box::new(select)),
            None => Scalar::Value { value: Value::Null, kind: output.expr.kind() },
        })
    }

    /// The values of a query, as an array.
    pub(super) fn array_query(&mut self, query: &Query) -> Result<Scalar<'r>> {
        self.context.target.require(Capability::Arrays)?;
        let (output, select) = self.one_column(query, "ArraySubquery", true)?;
        Ok(Scalar::Array(Box::new(select.unwrap_or_else(|| nothing(output)))))
    }

    /// A query of one column.
    fn one_column(&mut self, query: &Query, what: &str, in_order: bool) -> Result<(Output<'r>, Option<Select<'r>>)> {
        let whole = compound::values_of(query).is_none();
        let fields = self.registry().model(&query.model)?.fields.len();
        let (outputs, select) = self.rows_within(query, None, in_order)?;
        let mut outputs = outputs.into_iter();
        match outputs.next() {
            // A key of several fields is one column.
            Some(output) if outputs.all(|part| part.joined) && (!whole || fields == 1) => Ok((output, select)),
            _ => Err(Error::Field(format!(
                "Cannot resolve expression type, unknown output_field: {what} takes a query of one column, which \
                 values() chooses"
            ))),
        }
    }
}

/// No values of this type.
fn nothing(output: Output<'_>) -> Select<'_> {
    let kind = output.expr.kind().unwrap_or(FieldKind::Text);
    let null = Scalar::Value { value: Value::Null, kind: Some(kind) };
    let output = Output { expr: Scalar::Widest { expr: Box::new(null), kind }, ..output };
    Select { condition: Condition::Never, ..Select::new(Source::Nothing, vec![output]) }
}
