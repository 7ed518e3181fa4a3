//! The paths of expressions and conditions.

use super::{Expr, OrderBy, Path};
use crate::Q;
use crate::query::Operand;

impl Expr {
    /// The paths in this expression; those in queries within it are not among them.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.add_paths(&mut paths);
        paths
    }

    fn add_paths<'e>(&'e self, paths: &mut Vec<&'e Path>) {
        match self {
            Expr::Path(path) => paths.push(path),
            Expr::Combined { left, right, .. } => {
                left.add_paths(paths);
                right.add_paths(paths);
            }
            Expr::Call { arguments, .. } => list(arguments, paths),
            Expr::Func(func) => list(&func.arguments, paths),
            Expr::Extract { expr, .. }
            | Expr::Trunc { expr, .. }
            | Expr::Typed { expr, .. }
            | Expr::Cast { expr, .. }
            | Expr::Collate { expr, .. }
            | Expr::Transform { expr, .. }
            | Expr::Slice { expr, .. } => expr.add_paths(paths),
            Expr::Case { whens, otherwise } => {
                for (q, then) in whens {
                    q.add_paths(paths);
                    then.add_paths(paths);
                }
                if let Some(otherwise) = otherwise {
                    otherwise.add_paths(paths);
                }
            }
            Expr::Condition(q) => q.add_paths(paths),
            Expr::Aggregate(aggregate) => {
                list(&aggregate.arguments, paths);
                if let Some(q) = &aggregate.filter {
                    q.add_paths(paths);
                }
                if let Some(default) = &aggregate.default {
                    default.add_paths(paths);
                }
                terms(&aggregate.order_by, paths);
            }
            Expr::Window(window) => {
                window.expr.add_paths(paths);
                list(&window.partition_by, paths);
                terms(&window.order_by, paths);
            }
            Expr::Outer { .. }
            | Expr::Value(_)
            | Expr::Subquery(_)
            | Expr::Exists(_)
            | Expr::ArraySubquery(_)
            | Expr::Raw(_)
            | Expr::Star => {}
        }
    }
}

impl Q {
    /// The paths in this condition, lookups at their ends included; those in queries within it are not among them.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.add_paths(&mut paths);
        paths
    }

    fn add_paths<'e>(&'e self, paths: &mut Vec<&'e Path>) {
        match self {
            Q::Condition(condition) => {
                paths.push(&condition.path);
                operand(&condition.operand, paths);
            }
            Q::Group { children, .. } => children.iter().for_each(|child| child.add_paths(paths)),
            Q::Lookup(comparison) => {
                comparison.left.add_paths(paths);
                operand(&comparison.operand, paths);
            }
            Q::Expr(expr) => expr.add_paths(paths),
        }
    }
}

fn operand<'e>(operand: &'e Operand, paths: &mut Vec<&'e Path>) {
    match operand {
        Operand::Expr(expr) => expr.add_paths(paths),
        Operand::List(exprs) => list(exprs, paths),
        Operand::Query(_) => {}
    }
}

fn list<'e>(exprs: &'e [Expr], paths: &mut Vec<&'e Path>) {
    exprs.iter().for_each(|expr| expr.add_paths(paths));
}

fn terms<'e>(terms: &'e [OrderBy], paths: &mut Vec<&'e Path>) {
    terms.iter().for_each(|term| term.expr.add_paths(paths));
}
