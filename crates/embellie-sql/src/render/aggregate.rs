//! Aggregates and windows.

use embellie_core::expr::{Bound, Exclusion, Frame, FrameUnits};
use embellie_core::{Error, Params, Result, Sql};

use super::Writer;
use crate::dialect::window_name;
use crate::resolved::{Aggregate, Func, FuncPiece, Scalar, Term, Window};

impl Writer<'_> {
    /// An aggregate by the name that the database has for it.
    pub(crate) fn aggregate(&mut self, name: &str, aggregate: &Aggregate<'_>, over: Option<&Window<'_>>) -> Result<()> {
        self.aggregate_of(name, aggregate, over, |w| w.scalars(&aggregate.arguments))
    }

    /// An aggregate of arguments that the database needs to have otherwise.
    pub(crate) fn aggregate_of(
        &mut self,
        name: &str,
        aggregate: &Aggregate<'_>,
        over: Option<&Window<'_>>,
        arguments: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.push(name);
        self.push(if aggregate.distinct { "(DISTINCT " } else { "(" });
        arguments(self)?;
        if !aggregate.order_by.is_empty() {
            self.push(" ORDER BY ");
            self.terms(&aggregate.order_by)?;
        }
        self.push(")");
        if let Some(filter) = &aggregate.filter {
            self.push(" FILTER (WHERE ");
            self.condition(filter)?;
            self.push(")");
        }
        over.map_or(Ok(()), |window| self.over(window))
    }

    /// Expressions with commas between.
    pub(crate) fn scalars(&mut self, scalars: &[Scalar<'_>]) -> Result<()> {
        for (i, scalar) in scalars.iter().enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.scalar(scalar)?;
        }
        Ok(())
    }

    /// Terms of an ordering with commas between.
    pub(crate) fn terms(&mut self, terms: &[Term<'_>]) -> Result<()> {
        for (i, term) in terms.iter().enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.term(&term.expr)?;
            self.direction(term);
        }
        Ok(())
    }

    pub(super) fn window(&mut self, window: &Window<'_>) -> Result<()> {
        match &window.expr {
            Scalar::Aggregate(aggregate) => self.dialect().aggregate(self, aggregate, Some(window)),
            _ => self.dialect().window(self, window),
        }
    }

    /// A window function without its window.
    pub(crate) fn window_function(&mut self, window: &Window<'_>) -> Result<()> {
        if let Scalar::Call { function, arguments, .. } = &window.expr
            && let Some(name) = window_name(*function)
        {
            return self.function(name, arguments);
        }
        self.scalar(&window.expr)
    }

    /// The rows that a function is computed over.
    pub(crate) fn over(&mut self, window: &Window<'_>) -> Result<()> {
        self.push(" OVER (");
        let mut space = "";
        if !window.partition_by.is_empty() {
            self.push("PARTITION BY ");
            self.scalars(&window.partition_by)?;
            space = " ";
        }
        if !window.order_by.is_empty() {
            self.push(space);
            self.push("ORDER BY ");
            self.terms(&window.order_by)?;
            space = " ";
        }
        if let Some(frame) = &window.frame {
            self.push(space);
            self.frame(frame);
        }
        self.push(")");
        Ok(())
    }

    fn frame(&mut self, frame: &Frame) {
        self.push(match frame.units {
            FrameUnits::Rows => "ROWS BETWEEN ",
            FrameUnits::Range => "RANGE BETWEEN ",
            FrameUnits::Groups => "GROUPS BETWEEN ",
        });
        self.bound(frame.start, "UNBOUNDED PRECEDING");
        self.push(" AND ");
        self.bound(frame.end, "UNBOUNDED FOLLOWING");
        if let Some(exclusion) = frame.exclusion {
            self.push(match exclusion {
                Exclusion::CurrentRow => " EXCLUDE CURRENT ROW",
                Exclusion::Group => " EXCLUDE GROUP",
                Exclusion::Ties => " EXCLUDE TIES",
                Exclusion::NoOthers => " EXCLUDE NO OTHERS",
            });
        }
    }

    fn bound(&mut self, bound: Bound, unbounded: &str) {
        match bound {
            Bound::Unbounded => self.push(unbounded),
            Bound::CurrentRow | Bound::Preceding(0) | Bound::Following(0) => self.push("CURRENT ROW"),
            Bound::Preceding(rows) => self.push(&format!("{rows} PRECEDING")),
            Bound::Following(rows) => self.push(&format!("{rows} FOLLOWING")),
        }
    }

    /// A function given by its text.
    pub(super) fn func(&mut self, func: &Func<'_>) -> Result<()> {
        for piece in &func.pieces {
            match piece {
                FuncPiece::Text(text) => self.push(text),
                FuncPiece::Arguments => self.scalars(&func.arguments)?,
                FuncPiece::Argument(place) => match func.arguments.get(*place) {
                    Some(argument) => self.scalar(argument)?,
                    None => {
                        return Err(Error::Value(format!("a template names argument {{{place}}}, which is not there")));
                    }
                },
            }
        }
        Ok(())
    }

    /// SQL text that somebody has written.
    pub(super) fn raw(&mut self, sql: &Sql, parameters: &Params) -> Result<()> {
        self.push("(");
        crate::raw::write(self, sql.as_str(), parameters)?;
        self.push(")");
        Ok(())
    }
}
