//! Expressions seen from further away.

use super::{Aggregate, Expr, OrderBy, Path, Window};
use crate::Q;
use crate::query::{Comparison, Condition, Operand};

impl Expr {
    /// The expression with its paths beginning where `prefix` leads. Queries within it stay as they are.
    #[must_use]
    pub fn with_prefix(&self, prefix: &Path) -> Expr {
        self.map_paths(&|path| prefix.clone().join(path))
    }

    /// The expression with other paths. Queries within it stay as they are.
    #[must_use]
    pub fn map_paths(&self, change: &dyn Fn(&Path) -> Path) -> Expr {
        let boxed = |expr: &Expr| Box::new(expr.map_paths(change));
        match self {
            Expr::Path(path) => Expr::Path(change(path)),
            Expr::Combined { left, operator, right } => {
                Expr::Combined { left: boxed(left), operator: *operator, right: boxed(right) }
            }
            Expr::Call { function, arguments } => {
                Expr::Call { function: *function, arguments: list(arguments, change) }
            }
            Expr::Extract { expr, part, zone } => Expr::Extract { expr: boxed(expr), part: *part, zone: zone.clone() },
            Expr::Trunc { expr, unit, zone } => Expr::Trunc { expr: boxed(expr), unit: *unit, zone: zone.clone() },
            Expr::Func(func) => {
                let mut func = func.clone();
                func.arguments = list(&func.arguments, change);
                Expr::Func(func)
            }
            Expr::Typed { expr, kind } => Expr::Typed { expr: boxed(expr), kind: *kind },
            Expr::Cast { expr, kind, max_length } => {
                Expr::Cast { expr: boxed(expr), kind: *kind, max_length: *max_length }
            }
            Expr::Collate { expr, collation } => Expr::Collate { expr: boxed(expr), collation: collation.clone() },
            Expr::Case { whens, otherwise } => Expr::Case {
                whens: whens.iter().map(|(q, then)| (q.map_paths(change), then.map_paths(change))).collect(),
                otherwise: otherwise.as_deref().map(boxed),
            },
            Expr::Condition(q) => Expr::Condition(Box::new(q.map_paths(change))),
            Expr::Transform { expr, names } => Expr::Transform { expr: boxed(expr), names: names.clone() },
            Expr::Slice { expr, start, length } => Expr::Slice { expr: boxed(expr), start: *start, length: *length },
            Expr::Aggregate(aggregate) => Expr::Aggregate(Box::new(Aggregate {
                function: aggregate.function,
                arguments: list(&aggregate.arguments, change),
                distinct: aggregate.distinct,
                filter: aggregate.filter.as_ref().map(|q| q.map_paths(change)),
                default: aggregate.default.as_ref().map(|expr| expr.map_paths(change)),
                order_by: terms(&aggregate.order_by, change),
            })),
            Expr::Window(window) => Expr::Window(Box::new(Window {
                expr: window.expr.map_paths(change),
                partition_by: list(&window.partition_by, change),
                order_by: terms(&window.order_by, change),
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
        self.map_paths(&|path| prefix.clone().join(path))
    }

    /// The condition with other paths, lookups at their ends included. Queries within it stay as they are.
    #[must_use]
    pub fn map_paths(&self, change: &dyn Fn(&Path) -> Path) -> Q {
        let operand = |operand: &Operand| match operand {
            Operand::Expr(expr) => Operand::Expr(expr.map_paths(change)),
            Operand::List(exprs) => Operand::List(list(exprs, change)),
            Operand::Query(query) => Operand::Query(query.clone()),
        };
        match self {
            Q::Condition(condition) => {
                Q::Condition(Condition { path: change(&condition.path), operand: operand(&condition.operand) })
            }
            Q::Group { connector, negated, children } => Q::Group {
                connector: *connector,
                negated: *negated,
                children: children.iter().map(|child| child.map_paths(change)).collect(),
            },
            Q::Lookup(comparison) => Q::Lookup(Box::new(Comparison {
                left: comparison.left.map_paths(change),
                lookups: comparison.lookups.clone(),
                operand: operand(&comparison.operand),
            })),
            Q::Expr(expr) => Q::Expr(Box::new(expr.map_paths(change))),
        }
    }
}

fn list(exprs: &[Expr], change: &dyn Fn(&Path) -> Path) -> Vec<Expr> {
    exprs.iter().map(|expr| expr.map_paths(change)).collect()
}

fn terms(terms: &[OrderBy], change: &dyn Fn(&Path) -> Path) -> Vec<OrderBy> {
    terms
        .iter()
        .map(|term| OrderBy { expr: term.expr.map_paths(change), descending: term.descending, nulls: term.nulls })
        .collect()
}
