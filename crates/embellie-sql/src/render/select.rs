//! `SELECT`.

use embellie_core::expr::Nulls;
use embellie_core::query::{SetOperator, Slice};
use embellie_core::{Effect, Result, Statement, Value};

use super::Writer;
use super::condition::Compared;
use crate::Target;
use crate::resolved::{Alias, Condition, Cte, Distinct, Join, JoinKind, Lock, Scalar, Select, Source, Term};

/// The statement of a query.
pub(crate) fn select(target: &Target, select: &Select<'_>) -> Result<Statement> {
    let mut writer = Writer::new(target);
    writer.select(select, false)?;
    // A lock is held until the end of the transaction, so that the statement is not merely read.
    writer.finish(if select.lock.is_some() { Effect::Write } else { Effect::Read })
}

impl Writer<'_> {
    /// A query; with `named` columns `col1`, `col2`, … when it stands in another's `FROM`.
    pub(super) fn select(&mut self, select: &Select<'_>, named: bool) -> Result<()> {
        self.with(&select.ctes)?;
        if let Some((operator, queries)) = plain_compound(select) {
            self.compound(operator, queries, named)?;
            for (i, term) in select.order_by.iter().enumerate() {
                self.push(if i > 0 { ", " } else { " ORDER BY " });
                if let Scalar::Inner { place, .. } = &term.expr {
                    self.push(&(place + 1).to_string());
                }
                self.direction(term);
            }
            return self.slice(select.slice);
        }
        self.names.assign(select);
        self.push("SELECT ");
        match &select.distinct {
            Distinct::No => {}
            Distinct::Rows => self.push("DISTINCT "),
            Distinct::On(scalars) => {
                self.push("DISTINCT ON (");
                for (i, scalar) in scalars.iter().enumerate() {
                    self.push(if i > 0 { ", " } else { "" });
                    match selected(select, scalar) {
                        Some(place) => self.push(&place.to_string()),
                        None => self.scalar(scalar)?,
                    }
                }
                self.push(") ");
            }
        }
        let grouped = std::mem::replace(&mut self.grouped, !select.group_by.is_empty());
        let columns = select.outputs.iter().map(|output| &output.expr).chain(&select.hidden);
        for (i, column) in columns.enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.scalar(column)?;
            if named {
                self.push(&format!(" AS col{}", i + 1));
            }
        }
        self.source(&select.source)?;
        for join in &select.joins {
            self.join(join)?;
        }
        self.where_clause(&select.condition)?;
        for (i, scalar) in select.group_by.iter().enumerate() {
            self.push(if i > 0 { ", " } else { " GROUP BY " });
            match selected(select, scalar) {
                Some(place) => self.push(&place.to_string()),
                None => self.scalar(scalar)?,
            }
        }
        if select.having != Condition::Always {
            self.push(" HAVING ");
            self.condition(&select.having)?;
        }
        self.order_by(select)?;
        self.grouped = grouped;
        self.slice(select.slice)?;
        match &select.lock {
            Some(lock) => self.lock(lock),
            None => Ok(()),
        }
    }

    fn source(&mut self, source: &Source<'_>) -> Result<()> {
        match source {
            Source::Table { alias, table } => {
                self.push(" FROM ");
                self.table(*alias, table)
            }
            Source::Query { alias, query } => {
                self.push(" FROM (");
                self.select(query, true)?;
                self.push(") ");
                self.table_name(*alias)
            }
            Source::Compound { alias, operator, queries } => {
                self.push(" FROM (");
                self.compound(*operator, queries, true)?;
                self.push(") ");
                self.table_name(*alias)
            }
            Source::Nothing => Ok(()),
        }
    }

    /// The queries of a set operation, each of which may call its tables as it likes.
    fn compound(&mut self, operator: SetOperator, queries: &[Select<'_>], named: bool) -> Result<()> {
        for (i, query) in queries.iter().enumerate() {
            if i > 0 {
                self.push(match operator {
                    SetOperator::Union => " UNION ",
                    SetOperator::UnionAll => " UNION ALL ",
                    SetOperator::Intersection => " INTERSECT ",
                    SetOperator::Difference => " EXCEPT ",
                });
            }
            let taken = self.names.taken();
            self.select(query, named)?;
            self.names.forget(taken);
        }
        Ok(())
    }

    /// A table, and what it is called here.
    fn table(&mut self, alias: Alias, table: &str) -> Result<()> {
        self.name(table)?;
        if self.names.get(alias) != table {
            self.push(" ");
            self.table_name(alias)?;
        }
        Ok(())
    }

    /// Common table expressions.
    pub(super) fn with(&mut self, ctes: &[Cte<'_>]) -> Result<()> {
        for (i, cte) in ctes.iter().enumerate() {
            self.push(match i {
                0 if ctes.iter().any(|cte| cte.recursive) => "WITH RECURSIVE ",
                0 => "WITH ",
                _ => ", ",
            });
            self.name(&cte.name)?;
            self.push(" ");
            self.name_list(&cte.columns.iter().map(String::as_str).collect::<Vec<_>>())?;
            self.push(match cte.materialized {
                None => " AS (",
                Some(true) => " AS MATERIALIZED (",
                Some(false) => " AS NOT MATERIALIZED (",
            });
            self.names.depth += 1;
            self.select(&cte.query, false)?;
            self.names.depth -= 1;
            self.push(")");
        }
        self.push(if ctes.is_empty() { "" } else { " " });
        Ok(())
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
            JoinKind::Cross => " CROSS JOIN ",
        });
        self.table(join.alias, &join.table)?;
        if join.kind == JoinKind::Cross {
            return Ok(());
        }
        self.push(" ON (");
        for (i, (near, far)) in join.on.iter().enumerate() {
            self.push(if i > 0 { " AND " } else { "" });
            self.scalar(near)?;
            self.push(" = ");
            self.scalar(far)?;
        }
        if join.condition != Condition::Always {
            self.push(if join.on.is_empty() { "" } else { " AND " });
            self.condition(&join.condition)?;
        }
        self.push(")");
        Ok(())
    }

    fn order_by(&mut self, select: &Select<'_>) -> Result<()> {
        for (i, term) in select.order_by.iter().enumerate() {
            self.push(if i > 0 { ", " } else { " ORDER BY " });
            match selected(select, &term.expr) {
                Some(place)
                    if self.dialect().orders_documents() || Compared::of(&term.expr, &term.expr) == Compared::Plain =>
                {
                    self.push(&place.to_string());
                }
                _ => self.term(&term.expr)?,
            }
            self.direction(term);
        }
        Ok(())
    }

    /// Which way a term orders.
    pub(super) fn direction(&mut self, term: &Term<'_>) {
        self.push(if term.descending { " DESC" } else { " ASC" });
        self.push(match term.nulls {
            Some(Nulls::First) => " NULLS FIRST",
            Some(Nulls::Last) => " NULLS LAST",
            None => "",
        });
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

    fn lock(&mut self, lock: &Lock) -> Result<()> {
        self.push(if lock.no_key { " FOR NO KEY UPDATE" } else { " FOR UPDATE" });
        for (i, alias) in lock.of.iter().enumerate() {
            self.push(if i > 0 { ", " } else { " OF " });
            self.table_name(*alias)?;
        }
        self.push(match (lock.nowait, lock.skip_locked) {
            (true, _) => " NOWAIT",
            (false, true) => " SKIP LOCKED",
            (false, false) => "",
        });
        Ok(())
    }
}

/// The queries of a set operation of which nothing else is asked than an order of its columns and a slice.
fn plain_compound<'s, 'r>(select: &'s Select<'r>) -> Option<(SetOperator, &'s [Select<'r>])> {
    let Source::Compound { alias, operator, queries } = &select.source else { return None };
    let column = |scalar: &Scalar<'_>| match scalar {
        Scalar::Inner { alias: of, place, .. } if of == alias => Some(*place),
        _ => None,
    };
    let columns = queries.first().map_or(0, |query| query.outputs.len());
    let all = select.outputs.iter().map(|output| column(&output.expr)).eq((0..columns).map(Some));
    let plain = all
        && select.joins.is_empty()
        && select.hidden.is_empty()
        && select.condition == Condition::Always
        && select.group_by.is_empty()
        && select.having == Condition::Always
        && select.distinct == Distinct::No
        && select.order_by.iter().all(|term| column(&term.expr).is_some())
        && select.lock.is_none();
    plain.then_some((*operator, queries.as_slice()))
}

/// The place, counted from 1, of an expression among the selected columns. An expression with constants must be named by
/// its place: written once more, it has parameters of its own, and is not seen to be the same.
fn selected(select: &Select<'_>, scalar: &Scalar<'_>) -> Option<usize> {
    if matches!(scalar, Scalar::Column(_) | Scalar::Random | Scalar::Inner { .. } | Scalar::Named { .. }) {
        return None;
    }
    let mut columns = select.outputs.iter().map(|output| &output.expr).chain(&select.hidden);
    columns.position(|column| column == scalar).map(|place| place + 1)
}
