//! Queries with other values in the places of theirs, in the order of [`Shape`](super::Shape).

use embellie_core::query::{Assignment, Operand, Step};
use embellie_core::{Expr, Q, Query, Value};

use super::probe::{Class, Other};
use super::shape::is_fixed;
use super::{Asked, Purpose};

/// A query with other values.
pub(super) struct Replaced {
    query: Query,
    assignments: Vec<Assignment>,
}

impl Replaced {
    pub(super) fn asked(&self, purpose: Purpose) -> Asked<'_> {
        Asked { purpose, query: &self.query, assignments: &self.assignments }
    }
}

/// The query with these values; `None` where it has parts that shapes do not know.
pub(super) fn replaced(asked: &Asked<'_>, others: &[Other]) -> Option<Replaced> {
    let mut replaced = Replaced { query: asked.query.clone(), assignments: asked.assignments.to_vec() };
    let mut next = Next(others.iter());
    next.query(&mut replaced.query)?;
    replaced.assignments.iter_mut().try_for_each(|assignment| next.expr(&mut assignment.value))?;
    Some(replaced)
}

/// The values that are yet to be put in.
struct Next<'o>(std::slice::Iter<'o, Other>);

impl Next<'_> {
    fn query(&mut self, query: &mut Query) -> Option<()> {
        if let Some(compound) = &mut query.compound {
            compound.queries.iter_mut().try_for_each(|query| self.query(query))?;
        }
        query.steps.iter_mut().try_for_each(|step| match step {
            Step::Filter(q) | Step::Exclude(q) => self.q(q),
            Step::Annotate(annotation) => self.expr(&mut annotation.expr),
            Step::Values(_) | Step::Group => Some(()),
            _ => None,
        })?;
        query.order_by.iter_mut().flatten().try_for_each(|term| self.expr(&mut term.expr))?;
        query.slice.limit.iter_mut().try_for_each(|limit| self.number(limit))?;
        self.number(&mut query.slice.offset)
    }

    fn number(&mut self, number: &mut u64) -> Option<()> {
        if !is_fixed(*number) {
            let Some(Other::Number(other)) = self.0.next() else { return None };
            *number = *other;
        }
        Some(())
    }

    fn q(&mut self, q: &mut Q) -> Option<()> {
        match q {
            Q::Condition(condition) => self.operand(&mut condition.operand),
            Q::Group { children, .. } => children.iter_mut().try_for_each(|child| self.q(child)),
            Q::Expr(expr) => self.expr(expr),
            Q::Lookup(comparison) => {
                self.expr(&mut comparison.left)?;
                self.operand(&mut comparison.operand)
            }
            _ => None,
        }
    }

    fn operand(&mut self, operand: &mut Operand) -> Option<()> {
        match operand {
            Operand::Expr(expr) => self.expr(expr),
            Operand::List(exprs) => exprs.iter_mut().try_for_each(|expr| self.expr(expr)),
            Operand::Query(query) => self.query(query),
            _ => None,
        }
    }

    fn expr(&mut self, expr: &mut Expr) -> Option<()> {
        match expr {
            Expr::Path(_) | Expr::Outer { .. } | Expr::Star => Some(()),
            Expr::Value(value) => self.value(value),
            Expr::Combined { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            Expr::Typed { expr, .. }
            | Expr::Extract { expr, .. }
            | Expr::Trunc { expr, .. }
            | Expr::Cast { expr, .. }
            | Expr::Collate { expr, .. }
            | Expr::Transform { expr, .. }
            | Expr::Slice { expr, .. } => self.expr(expr),
            Expr::Case { whens, otherwise } => {
                whens.iter_mut().try_for_each(|(q, then)| {
                    self.q(q)?;
                    self.expr(then)
                })?;
                otherwise.iter_mut().try_for_each(|expr| self.expr(expr))
            }
            Expr::Window(window) => {
                self.expr(&mut window.expr)?;
                window.partition_by.iter_mut().try_for_each(|expr| self.expr(expr))?;
                window.order_by.iter_mut().try_for_each(|term| self.expr(&mut term.expr))
            }
            Expr::Condition(q) => self.q(q),
            Expr::Aggregate(aggregate) => {
                aggregate.arguments.iter_mut().try_for_each(|expr| self.expr(expr))?;
                aggregate.filter.iter_mut().try_for_each(|q| self.q(q))?;
                aggregate.default.iter_mut().try_for_each(|expr| self.expr(expr))?;
                aggregate.order_by.iter_mut().try_for_each(|term| self.expr(&mut term.expr))
            }
            Expr::Subquery(query) | Expr::Exists(query) | Expr::ArraySubquery(query) => self.query(query),
            Expr::Call { arguments, .. } => arguments.iter_mut().try_for_each(|expr| self.expr(expr)),
            _ => None,
        }
    }

    fn value(&mut self, value: &mut Value) -> Option<()> {
        if let Value::List(values) = value {
            return values.iter_mut().try_for_each(|value| self.value(value));
        }
        if let Class::Slot(_) = Class::of(value)? {
            let Some(Other::Value(other)) = self.0.next() else { return None };
            *value = other.clone();
        }
        Some(())
    }
}
