//! Expressions with some of their parts replaced.

use super::{Aggregate, Expr, OrderBy, Window};
use crate::Q;
use crate::query::{Comparison, Condition, Operand};

/// What becomes of an expression.
type Change<'c> = &'c mut dyn FnMut(Expr) -> Expr;

impl Expr {
    /// The expression with `change` made to each expression in it, the innermost first, itself included. Queries within
    /// it, and the function of a window, stay as they are.
    #[must_use]
    pub fn rewrite(self, change: Change<'_>) -> Expr {
        let inner = self.rewrite_parts(change);
        change(inner)
    }

    /// Whether there is an aggregate in it; those of queries within it, and the function of a window, do not count.
    ///
    /// ```
    /// use embellie_core::Expr;
    /// use embellie_core::expr::{Aggregate, AggregateFunction, Operator};
    /// let count = Expr::from(Aggregate::of(AggregateFunction::Count, "posts"));
    /// assert!(count.combine(Operator::Add, 1).has_aggregate());
    /// assert!(!Expr::path("views").has_aggregate());
    /// ```
    pub fn has_aggregate(&self) -> bool {
        let mut found = false;
        let _ = self.clone().rewrite(&mut |expr| {
            found |= matches!(expr, Expr::Aggregate(_));
            expr
        });
        found
    }

    fn rewrite_parts(self, change: Change<'_>) -> Expr {
        match self {
            Expr::Combined { left, operator, right } => {
                Expr::Combined { left: boxed(left, change), operator, right: boxed(right, change) }
            }
            Expr::Call { function, arguments } => Expr::Call { function, arguments: list(arguments, change) },
            Expr::Extract { expr, part, zone } => Expr::Extract { expr: boxed(expr, change), part, zone },
            Expr::Trunc { expr, unit, zone } => Expr::Trunc { expr: boxed(expr, change), unit, zone },
            Expr::Func(mut func) => {
                func.arguments = list(func.arguments, change);
                Expr::Func(func)
            }
            Expr::Typed { expr, kind } => Expr::Typed { expr: boxed(expr, change), kind },
            Expr::Cast { expr, kind, max_length } => Expr::Cast { expr: boxed(expr, change), kind, max_length },
            Expr::Collate { expr, collation } => Expr::Collate { expr: boxed(expr, change), collation },
            Expr::Case { whens, otherwise } => Expr::Case {
                whens: whens.into_iter().map(|(q, then)| (q.rewrite(change), then.rewrite(change))).collect(),
                otherwise: otherwise.map(|otherwise| boxed(otherwise, change)),
            },
            Expr::Condition(q) => Expr::Condition(Box::new(q.rewrite(change))),
            Expr::Transform { expr, names } => Expr::Transform { expr: boxed(expr, change), names },
            Expr::Slice { expr, start, length } => Expr::Slice { expr: boxed(expr, change), start, length },
            Expr::Aggregate(aggregate) => {
                let Aggregate { function, arguments, distinct, filter, default, order_by } = *aggregate;
                Expr::Aggregate(Box::new(Aggregate {
                    function,
                    arguments: list(arguments, change),
                    distinct,
                    filter: filter.map(|q| q.rewrite(change)),
                    default: default.map(|expr| expr.rewrite(change)),
                    order_by: terms(order_by, change),
                }))
            }
            Expr::Window(window) => {
                let Window { expr, partition_by, order_by, frame } = *window;
                Expr::Window(Box::new(Window {
                    expr: expr.rewrite_parts(change),
                    partition_by: list(partition_by, change),
                    order_by: terms(order_by, change),
                    frame,
                }))
            }
            leaf @ (Expr::Path(_)
            | Expr::Outer { .. }
            | Expr::Value(_)
            | Expr::Subquery(_)
            | Expr::Exists(_)
            | Expr::ArraySubquery(_)
            | Expr::Raw(_)
            | Expr::Star) => leaf,
        }
    }
}

impl Q {
    /// The condition with `change` made to each expression in it, as [`Expr::rewrite`] does. A comparison whose left side
    /// becomes a path becomes a condition on that path.
    #[must_use]
    pub fn rewrite(self, change: Change<'_>) -> Q {
        match self {
            Q::Condition(Condition { path, operand }) => {
                Q::Condition(Condition { path, operand: rewrite_operand(operand, change) })
            }
            Q::Group { connector, negated, children } => {
                let children = children.into_iter().map(|child| child.rewrite(change)).collect();
                Q::Group { connector, negated, children }
            }
            Q::Lookup(comparison) => {
                let Comparison { left, lookups, operand } = *comparison;
                left.rewrite(change).lookup(lookups, rewrite_operand(operand, change))
            }
            Q::Expr(expr) => Q::expr(expr.rewrite(change)),
        }
    }
}

impl OrderBy {
    /// The term with `change` made to each expression in it, as [`Expr::rewrite`] does.
    #[must_use]
    pub fn rewrite(self, change: Change<'_>) -> OrderBy {
        OrderBy { expr: self.expr.rewrite(change), ..self }
    }
}

fn boxed(mut expr: Box<Expr>, change: Change<'_>) -> Box<Expr> {
    *expr = std::mem::replace(&mut *expr, Expr::Star).rewrite(change);
    expr
}

fn list(exprs: Vec<Expr>, change: Change<'_>) -> Vec<Expr> {
    exprs.into_iter().map(|expr| expr.rewrite(change)).collect()
}

fn terms(terms: Vec<OrderBy>, change: Change<'_>) -> Vec<OrderBy> {
    terms.into_iter().map(|term| term.rewrite(change)).collect()
}

fn rewrite_operand(operand: Operand, change: Change<'_>) -> Operand {
    match operand {
        Operand::Expr(expr) => Operand::Expr(expr.rewrite(change)),
        Operand::List(exprs) => Operand::List(list(exprs, change)),
        query @ Operand::Query(_) => query,
    }
}
