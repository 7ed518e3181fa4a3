//! Expressions seen from further away.

use super::{Aggregate, Expr, OrderBy, Path, Window};
use crate::Q;
use crate::query::{Comparison, Condition, Operand};

impl Expr {
    /// The expression with its paths beginning where `prefix` leads. Queries within it stay as they are.
    #[must_use]
    pub fn with_prefix(&self, prefix: &Path) -> Expr {
        let boxed = |expr: &Expr| Box::new(expr.with_prefix(prefix));
        match self {
            Expr::Path(path) => Expr::Path(prefix.clone().join(path)),
            Expr::Combined { left, operator, right } => {
                Expr::Combined { left: boxed(left), operator: *operator, right: boxed(right) }
            }
            Expr::Call { function, arguments } => {
                Expr::Call { function: *function, arguments: list(arguments, prefix) }
            }
            Expr::Extract { expr, part, zone } => Expr::Extract { expr: boxed(expr), part: *part, zone: zone.clone() },
            Expr::Trunc { expr, unit, zone } => Expr::Trunc { expr: boxed(expr), unit: *unit, zone: zone.clone() },
            Expr::Func(func) => {
                let mut func = func.clone();
                func.arguments = list(&func.arguments, prefix);
                Expr::Func(func)
            }
            Expr::Typed { expr, kind } => Expr::Typed { expr: boxed(expr), kind: *kind },
            Expr::Cast { expr, kind, max_length } => {
                Expr::Cast { expr: boxed(expr), kind: *kind, max_length: *max_length }
            }
            Expr::Collate { expr, collation } => Expr::Collate { expr: boxed(expr), collation: collation.clone() },
            Expr::Case { whens, otherwise } => Expr::Case {
                whens: whens.iter().map(|(q, then)| (q.with_prefix(prefix), then.with_prefix(prefix))).collect(),
                otherwise: otherwise.as_deref().map(boxed),
            },
            Expr::Condition(q) => Expr::Condition(Box::new(q.with_prefix(prefix))),
            Expr::Transform { expr, names } => Expr::Transform { expr: boxed(expr), names: names.clone() },
            Expr::Slice { expr, start, length } => Expr::Slice { expr: boxed(expr), start: *start, length: *length },
            Expr::Aggregate(aggregate) => Expr::Aggregate(Box::new(Aggregate {
                function: aggregate.function,
                arguments: list(&aggregate.arguments, prefix),
                distinct: aggregate.distinct,
                filter: aggregate.filter.as_ref().map(|q| q.with_prefix(prefix)),
                default: aggregate.default.as_ref().map(|expr| expr.with_prefix(prefix)),
                order_by: terms(&aggregate.order_by, prefix),
            })),
            Expr::Window(window) => Expr::Window(Box::new(Window {
                expr: window.expr.with_prefix(prefix),
                partition_by: list(&window.partition_by, prefix),
                order_by: terms(&window.order_by, prefix),
                frame: window.frame,
            })),
            Expr::Outer { .. }
            | Expr::Value(_)
            | Expr::Subquery(_)
            | Expr::Exists(_)
            | Expr::ArraySubquery(_)
            | Expr::Raw(_)
            | Expr::Star => self.clone(),
        }
    }
}

impl Q {
    /// The condition with its paths beginning where `prefix` leads. Queries within it stay as they are.
    #[must_use]
    pub fn with_prefix(&self, prefix: &Path) -> Q {
        let operand = |operand: &Operand| match operand {
            Operand::Expr(expr) => Operand::Expr(expr.with_prefix(prefix)),
            Operand::List(exprs) => Operand::List(list(exprs, prefix)),
            Operand::Query(query) => Operand::Query(query.clone()),
        };
        match self {
            Q::Condition(condition) => Q::Condition(Condition {
                path: prefix.clone().join(&condition.path),
                operand: operand(&condition.operand),
            }),
            Q::Group { connector, negated, children } => Q::Group {
                connector: *connector,
                negated: *negated,
                children: children.iter().map(|child| child.with_prefix(prefix)).collect(),
            },
            Q::Lookup(comparison) => Q::Lookup(Box::new(Comparison {
                left: comparison.left.with_prefix(prefix),
                lookups: comparison.lookups.clone(),
                operand: operand(&comparison.operand),
            })),
            Q::Expr(expr) => Q::Expr(Box::new(expr.with_prefix(prefix))),
        }
    }
}

fn list(exprs: &[Expr], prefix: &Path) -> Vec<Expr> {
    exprs.iter().map(|expr| expr.with_prefix(prefix)).collect()
}

fn terms(terms: &[OrderBy], prefix: &Path) -> Vec<OrderBy> {
    terms
        .iter()
        .map(|term| OrderBy { expr: term.expr.with_prefix(prefix), descending: term.descending, nulls: term.nulls })
        .collect()
}
