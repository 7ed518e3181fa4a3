//! Expressions that have a type: aggregates of fields.

use embellie_core::Expr;
use embellie_core::expr::{Aggregate, AggregateFunction};
use embellie_core::field::FieldKind;

use super::Writer;

impl Writer<'_> {
    /// An expression over typed paths, if it is one of those that are most used.
    pub(super) fn expression(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Aggregate(aggregate) => self.aggregate(aggregate),
            _ => None,
        }
    }

    /// Whether an expression that has a typed form is a whole number.
    pub(super) fn is_integer(&self, expr: &Expr) -> bool {
        let Expr::Aggregate(aggregate) = expr else { return false };
        let of = match aggregate.arguments.as_slice() {
            [Expr::Path(path)] => self.follow(path).and_then(|found| found.field).map(|field| self.kind(field)),
            _ => None,
        };
        match aggregate.function {
            AggregateFunction::Count => true,
            AggregateFunction::Max | AggregateFunction::Min | AggregateFunction::Sum => {
                matches!(of, Some(FieldKind::SmallInteger | FieldKind::Integer | FieldKind::BigInteger))
            }
            _ => false,
        }
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Option<String> {
        if aggregate.default.is_some() || !aggregate.order_by.is_empty() {
            return None;
        }
        let [argument] = aggregate.arguments.as_slice() else { return None };
        let name = match aggregate.function {
            function @ (AggregateFunction::Avg
            | AggregateFunction::Count
            | AggregateFunction::Max
            | AggregateFunction::Min
            | AggregateFunction::Sum) => function.name(),
            _ => return None,
        };
        let of = match argument {
            Expr::Star => "Star".to_owned(),
            Expr::Path(path) if self.is_field(path) => {
                let field = self.follow(path)?.field.map(|field| self.kind(field));
                let counts = aggregate.function == AggregateFunction::Count;
                let numbered = matches!(
                    field,
                    Some(
                        FieldKind::SmallInteger
                            | FieldKind::Integer
                            | FieldKind::BigInteger
                            | FieldKind::Float
                            | FieldKind::Decimal { .. }
                    )
                );
                let ordered =
                    field.is_some_and(|kind| !matches!(kind, FieldKind::Json | FieldKind::Any | FieldKind::List));
                let fits = match aggregate.function {
                    AggregateFunction::Max | AggregateFunction::Min => ordered,
                    _ => counts || numbered,
                };
                if !fits {
                    return None;
                }
                self.typed_path(path)?
            }
            _ => return None,
        };
        let mut written = format!("{name}({of})");
        if aggregate.distinct {
            written.push_str(".distinct()");
        }
        if let Some(q) = &aggregate.filter {
            written.push_str(&format!(".filter({})", self.condition(q).ok()?));
        }
        // What counts rows says of which model they are.
        (of != "Star" || aggregate.filter.is_some()).then_some(written)
    }
}
