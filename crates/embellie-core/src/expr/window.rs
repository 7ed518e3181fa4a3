//! Windows: values computed over rows around each row.

use super::{Expr, OrderBy};

/// A function of a window, or an aggregate, over rows around each row: Django's `Window`.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The function or aggregate.
    pub expr: Expr,
    /// Rows with equal values here make one partition; all rows are one when there are none.
    pub partition_by: Vec<Expr>,
    /// The order of the rows of a partition.
    pub order_by: Vec<OrderBy>,
    /// Which rows of the partition count; the database's own choice when `None`.
    pub frame: Option<Frame>,
}

/// Which rows of a partition count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame {
    /// What the bounds count.
    pub units: FrameUnits,
    /// The first row.
    pub start: Bound,
    /// The last row.
    pub end: Bound,
    /// The rows left out.
    pub exclusion: Option<Exclusion>,
}

/// What the bounds of a frame count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameUnits {
    /// Rows.
    Rows,
    /// The value that the rows are ordered by: Django's `ValueRange`.
    Range,
    /// Groups of rows with equal values in the ordering.
    Groups,
}

/// A bound of a frame, relative to the current row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The partition's first row, or its last.
    Unbounded,
    /// So far before the current row.
    Preceding(u64),
    /// The current row.
    CurrentRow,
    /// So far after the current row.
    Following(u64),
}

/// The rows that a frame leaves out: Django's `WindowFrameExclusion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exclusion {
    /// The current row.
    CurrentRow,
    /// The current row and those equal to it in the ordering.
    Group,
    /// Those equal to the current row in the ordering, but not itself.
    Ties,
    /// None.
    NoOthers,
}

impl Frame {
    /// A frame of rows.
    pub fn rows(start: Bound, end: Bound) -> Self {
        Frame { units: FrameUnits::Rows, start, end, exclusion: None }
    }

    /// A frame of values.
    pub fn range(start: Bound, end: Bound) -> Self {
        Frame { units: FrameUnits::Range, start, end, exclusion: None }
    }

    /// A frame of groups.
    pub fn groups(start: Bound, end: Bound) -> Self {
        Frame { units: FrameUnits::Groups, start, end, exclusion: None }
    }

    /// The frame without some rows.
    #[must_use]
    pub fn excluding(self, exclusion: Exclusion) -> Self {
        Frame { exclusion: Some(exclusion), ..self }
    }
}

impl Window {
    /// A function or aggregate over all rows.
    pub fn over(expr: impl Into<Expr>) -> Self {
        Window { expr: expr.into(), partition_by: Vec::new(), order_by: Vec::new(), frame: None }
    }

    /// Makes partitions of rows with equal values.
    #[must_use]
    pub fn partition_by(mut self, exprs: impl IntoIterator<Item = impl Into<Expr>>) -> Self {
        self.partition_by = exprs.into_iter().map(Into::into).collect();
        self
    }

    /// Orders the rows of a partition.
    #[must_use]
    pub fn order_by(mut self, terms: impl IntoIterator<Item = impl Into<OrderBy>>) -> Self {
        self.order_by = terms.into_iter().map(Into::into).collect();
        self
    }

    /// Says which rows of the partition count.
    #[must_use]
    pub fn frame(mut self, frame: Frame) -> Self {
        self.frame = Some(frame);
        self
    }
}
