//! Conditions.

use embellie_core::Result;
use embellie_core::field::FieldKind;
use embellie_core::query::Connector;

use super::Writer;
use crate::resolved::{Among, Condition, Scalar};

/// How many conditions may stand in one row. Databases read `a OR b OR c` as `(a OR b) OR c`, and the depth of that is
/// limited.
const WIDEST: usize = 256;

impl Writer<'_> {
    pub(super) fn where_clause(&mut self, condition: &Condition<'_>) -> Result<()> {
        if *condition == Condition::Always {
            return Ok(());
        }
        self.push(" WHERE ");
        self.condition(condition)
    }

    pub(crate) fn condition(&mut self, condition: &Condition<'_>) -> Result<()> {
        match condition {
            // Rendered only where a condition must stand and there is none.
            Condition::Always => self.push("1 = 1"),
            Condition::Never => self.push("1 = 0"),
            Condition::Group { connector, negated, children } => self.group(*connector, *negated, children)?,
            Condition::Compare { left, comparison, right } => {
                let compared = Compared::of(left, right);
                self.side(left, compared)?;
                self.push(" ");
                self.push(comparison.symbol());
                self.push(" ");
                match compared {
                    Compared::Plain => self.beside(left, right)?,
                    _ => self.side(right, compared)?,
                }
            }
            Condition::Truth { expr, expected } => {
                self.push(if *expected { "" } else { "NOT " });
                self.scalar(expr)?;
            }
            Condition::Between { expr, low, high } => {
                self.scalar(expr)?;
                self.push(" BETWEEN ");
                self.beside(expr, low)?;
                self.push(" AND ");
                self.beside(expr, high)?;
            }
            Condition::OneOf { expr, among } => self.one_of(expr, among)?,
            Condition::Null { expr, expected } => {
                self.scalar(expr)?;
                self.push(if *expected { " IS NULL" } else { " IS NOT NULL" });
            }
            Condition::Pattern { expr, kind, fold, operand } => {
                self.dialect().pattern(self, expr, *kind, *fold, operand)?;
            }
            Condition::Regex { expr, fold, operand } => self.dialect().regex(self, expr, *fold, operand)?,
            Condition::Exists(query) => {
                self.push("EXISTS");
                self.subquery(query)?;
            }
            Condition::Holds { document, part } => {
                self.scalar(document)?;
                self.push(" @> ");
                self.scalar(part)?;
            }
            Condition::HasKeys { document, keys, all } => self.dialect().has_keys(self, document, keys, *all)?,
        }
        Ok(())
    }

    /// A side of a comparison.
    fn side(&mut self, expr: &Scalar<'_>, compared: Compared) -> Result<()> {
        match compared {
            Compared::Documents => self.dialect().document(self, expr),
            Compared::Arrays => self.dialect().array(self, expr),
            Compared::Plain => self.scalar(expr),
        }
    }

    /// What rows are ordered by.
    pub(super) fn term(&mut self, expr: &Scalar<'_>) -> Result<()> {
        self.side(expr, Compared::of(expr, expr))
    }

    /// The other side of a comparison: beside a column, the database knows the type of a constant.
    fn beside(&mut self, left: &Scalar<'_>, right: &Scalar<'_>) -> Result<()> {
        match left {
            Scalar::Column(_) => self.beside_column(right),
            _ => self.scalar(right),
        }
    }

    fn group(&mut self, connector: Connector, negated: bool, children: &[Condition<'_>]) -> Result<()> {
        self.push(if negated { "NOT (" } else { "" });
        match connector {
            Connector::And => self.row(" AND ", children, !negated)?,
            Connector::Or => self.row(" OR ", children, !negated)?,
            // An odd number of them hold.
            Connector::Xor => {
                self.push("((");
                for (i, child) in children.iter().enumerate() {
                    self.push(if i > 0 { " + CASE WHEN " } else { "CASE WHEN " });
                    self.condition(child)?;
                    self.push(" THEN 1 ELSE 0 END");
                }
                self.push(") % 2 = 1)");
            }
        }
        self.push(if negated { ")" } else { "" });
        Ok(())
    }

    fn row(&mut self, connector: &str, children: &[Condition<'_>], bracketed: bool) -> Result<()> {
        let bracketed = bracketed && children.len() > 1;
        self.push(if bracketed { "(" } else { "" });
        if children.len() > WIDEST {
            let width = children.len().div_ceil(WIDEST).max(WIDEST);
            for (i, part) in children.chunks(width).enumerate() {
                self.push(if i > 0 { connector } else { "" });
                self.row(connector, part, true)?;
            }
        } else {
            for (i, child) in children.iter().enumerate() {
                self.push(if i > 0 { connector } else { "" });
                self.condition(child)?;
            }
        }
        self.push(if bracketed { ")" } else { "" });
        Ok(())
    }

    fn one_of(&mut self, expr: &Scalar<'_>, among: &Among<'_>) -> Result<()> {
        let compared = match among {
            Among::Query(_) => Compared::Plain,
            _ => Compared::of(expr, expr),
        };
        self.side(expr, compared)?;
        match among {
            Among::Values(values) => self.dialect().one_of(self, expr.kind(), values),
            Among::Exprs(exprs) => {
                self.push(" IN (");
                for (i, element) in exprs.iter().enumerate() {
                    self.push(if i > 0 { ", " } else { "" });
                    match compared {
                        Compared::Plain => self.beside(expr, element)?,
                        _ => self.side(element, compared)?,
                    }
                }
                self.push(")");
                Ok(())
            }
            Among::Query(query) => {
                self.push(" IN ");
                self.subquery(query)
            }
        }
    }
}

/// What is compared: databases that keep it as text need more than the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Plain,
    Documents,
    Arrays,
}

impl Compared {
    pub(super) fn of(left: &Scalar<'_>, right: &Scalar<'_>) -> Self {
        let is = |test: fn(FieldKind) -> bool| left.kind().is_some_and(test) || right.kind().is_some_and(test);
        if is(|kind| kind == FieldKind::Json) {
            Compared::Documents
        } else if is(FieldKind::is_array) {
            Compared::Arrays
        } else {
            Compared::Plain
        }
    }
}
