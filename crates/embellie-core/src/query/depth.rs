//! How deep queries are nested: what walks them has to know before it does.

use super::{Operand, Q, Query, Step};
use crate::{Expr, OrderBy};

impl Query {
    /// Whether queries, conditions and expressions stand within each other more than `levels` deep here. It looks no
    /// deeper than that, so that it needs little of the stack whatever it is given.
    pub fn is_deeper_than(&self, levels: u32) -> bool {
        let Some(left) = levels.checked_sub(1) else { return true };
        self.steps.iter().any(|step| in_step(step, left))
            || self.order_by.iter().any(|terms| in_terms(terms, left))
            || self.ctes.iter().any(|cte| cte.query.is_deeper_than(left))
            || self.compound.iter().any(|compound| compound.queries.iter().any(|query| query.is_deeper_than(left)))
    }
}

impl Expr {
    /// Whether this is nested more than `levels` deep, as [`Query::is_deeper_than`] says.
    pub fn is_deeper_than(&self, levels: u32) -> bool {
        let Some(left) = levels.checked_sub(1) else { return true };
        match self {
            Expr::Combined { left: a, right: b, .. } => a.is_deeper_than(left) || b.is_deeper_than(left),
            Expr::Call { arguments, .. } => in_list(arguments, left),
            Expr::Func(func) => in_list(&func.arguments, left),
            Expr::Extract { expr, .. }
            | Expr::Trunc { expr, .. }
            | Expr::Typed { expr, .. }
            | Expr::Cast { expr, .. }
            | Expr::Collate { expr, .. }
            | Expr::Transform { expr, .. }
            | Expr::Slice { expr, .. } => expr.is_deeper_than(left),
            Expr::Case { whens, otherwise } => {
                whens.iter().any(|(q, then)| q.is_deeper_than(left) || then.is_deeper_than(left))
                    || otherwise.iter().any(|otherwise| otherwise.is_deeper_than(left))
            }
            Expr::Condition(q) => q.is_deeper_than(left),
            Expr::Aggregate(aggregate) => {
                in_list(&aggregate.arguments, left)
                    || aggregate.filter.iter().any(|q| q.is_deeper_than(left))
                    || aggregate.default.iter().any(|default| default.is_deeper_than(left))
                    || in_terms(&aggregate.order_by, left)
            }
            Expr::Window(window) => {
                window.expr.is_deeper_than(left)
                    || in_list(&window.partition_by, left)
                    || in_terms(&window.order_by, left)
            }
            Expr::Subquery(query) | Expr::Exists(query) | Expr::ArraySubquery(query) => query.is_deeper_than(left),
            Expr::Path(_) | Expr::Outer { .. } | Expr::Value(_) | Expr::Raw(_) | Expr::Star => false,
        }
    }
}

impl Q {
    /// Whether this is nested more than `levels` deep, as [`Query::is_deeper_than`] says.
    pub fn is_deeper_than(&self, levels: u32) -> bool {
        let Some(left) = levels.checked_sub(1) else { return true };
        match self {
            Q::Condition(condition) => in_operand(&condition.operand, left),
            Q::Group { children, .. } => children.iter().any(|child| child.is_deeper_than(left)),
            Q::Lookup(comparison) => comparison.left.is_deeper_than(left) || in_operand(&comparison.operand, left),
            Q::Expr(expr) => expr.is_deeper_than(left),
        }
    }
}

fn in_step(step: &Step, left: u32) -> bool {
    match step {
        Step::Filter(q) | Step::Exclude(q) => q.is_deeper_than(left),
        Step::Annotate(annotation) => annotation.expr.is_deeper_than(left),
        Step::Relation(relation) => relation.condition.is_deeper_than(left),
        Step::Extra(extra) => in_terms(&extra.order_by, left),
        Step::Values(_) | Step::Group | Step::Join(_) => false,
    }
}

fn in_operand(operand: &Operand, left: u32) -> bool {
    match operand {
        Operand::Expr(expr) => expr.is_deeper_than(left),
        Operand::List(exprs) => in_list(exprs, left),
        Operand::Query(query) => query.is_deeper_than(left),
    }
}

fn in_list(exprs: &[Expr], left: u32) -> bool {
    exprs.iter().any(|expr| expr.is_deeper_than(left))
}

fn in_terms(terms: &[OrderBy], left: u32) -> bool {
    terms.iter().any(|term| term.expr.is_deeper_than(left))
}
