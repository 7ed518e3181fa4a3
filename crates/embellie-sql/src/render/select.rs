//! `SELECT`.

use embellie_core::expr::Nulls;
use embellie_core::query::Slice;
use embellie_core::{Effect, Result, Statement, Value};

use super::Writer;
use crate::Target;
use crate::resolved::{Join, JoinKind, Scalar, Select, Source, Term};

/// The statement of a query.
pub(crate) fn select(target: &Target, select: &Select<'_>) -> Result<Statement> {
    let mut writer = Writer::new(target);
    writer.select(select, false)?;
    writer.finish(Effect::Read)
}

impl Writer<'_> {
    /// A query; with `named` columns `col1`, `col2`, … when it stands in another's `FROM`.
    pub(super) fn select(&mut self, select: &Select<'_>, named: bool) -> Result<()> {
        self.names.assign(select);
        self.push(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        let columns = select.outputs.iter().map(|output| &output.expr).chain(&select.hidden);
        for (i, column) in columns.enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.scalar(column)?;
            if named {
                self.push(&format!(" AS col{}", i + 1));
            }
        }
        self.push(" FROM ");
        match &select.source {
            Source::Table { alias, table } => {
                self.name(table)?;
                if self.names.get(*alias) != *table {
                    self.push(" ");
                    self.table_name(*alias)?;
                }
            }
            Source::Query { query, .. } => {
                self.push("(");
                self.select(query, true)?;
                self.push(") ");
                self.name("subquery")?;
            }
        }
        for join in &select.joins {
            self.join(join)?;
        }
        self.where_clause(&select.condition)?;
        self.order_by(select)?;
        self.slice(select.slice)
    }

    /// A query within another.
    pub(super) fn subquery(&mut self, select: &Select<'_>) -> Result<()> {
        self.names.depth += 1;
        self.push("(");
        self.select(select, false)?;
        self.push(")");
        self.names.depth -= 1;
        Ok(())
    }

    fn join(&mut self, join: &Join<'_>) -> Result<()> {
        self.push(match join.kind {
            JoinKind::Inner => " INNER JOIN ",
            JoinKind::Left => " LEFT OUTER JOIN ",
        });
        self.name(join.table)?;
        if self.names.get(join.alias) != join.table {
            self.push(" ");
            self.table_name(join.alias)?;
        }
        self.push(" ON (");
        let (near, far) = join.on;
        self.scalar(&Scalar::Column(near))?;
        self.push(" = ");
        self.scalar(&Scalar::Column(far))?;
        self.push(")");
        Ok(())
    }

    fn order_by(&mut self, select: &Select<'_>) -> Result<()> {
        for (i, term) in select.order_by.iter().enumerate() {
            self.push(if i > 0 { ", " } else { " ORDER BY " });
            match selected(select, term) {
                Some(place) => self.push(&place.to_string()),
                None => self.scalar(&term.expr)?,
            }
            self.push(if term.descending { " DESC" } else { " ASC" });
            self.push(match term.nulls {
                Some(Nulls::First) => " NULLS FIRST",
                Some(Nulls::Last) => " NULLS LAST",
                None => "",
            });
        }
        Ok(())
    }

    fn slice(&mut self, slice: Slice) -> Result<()> {
        let number = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        match (slice.limit, slice.offset) {
            (Some(limit), _) => {
                self.push(" LIMIT ");
                self.value(&number(limit))?;
            }
            (None, 0) => {}
            (None, _) => {
                if let Some(no_limit) = self.dialect().no_limit() {
                    self.push(" LIMIT ");
                    self.push(no_limit);
                }
            }
        }
        if slice.offset > 0 {
            self.push(" OFFSET ");
            self.value(&number(slice.offset))?;
        }
        Ok(())
    }
}

/// The place, counted from 1, of a term among the selected columns of distinct rows. An expression with constants must
/// be named by its place: written once more, it has parameters of its own, and is not seen to be the same.
fn selected(select: &Select<'_>, term: &Term<'_>) -> Option<usize> {
    if !select.distinct || matches!(term.expr, Scalar::Column(_)) {
        return None;
    }
    let mut columns = select.outputs.iter().map(|output| &output.expr).chain(&select.hidden);
    columns.position(|column| *column == term.expr).map(|place| place + 1)
}
