//! SQL that somebody has written, in a query: Django's `RawSQL` and `extra()`.

use std::borrow::Cow;

use embellie_core::expr::RawSql;
use embellie_core::field::FieldKind;
use embellie_core::query::Extra;
use embellie_core::{Error, Expr, OrderBy, Result, Sql, did_you_mean};

use super::Scope;
use super::annotate::check_alias;
use super::joins::TableUse;
use crate::resolved::{Condition, JoinKind, Scalar, Term};

impl<'r> Scope<'_, 'r> {
    /// SQL text as an expression.
    pub(super) fn raw(&mut self, raw: &RawSql) -> Result<Scalar<'r>> {
        self.join_named(raw.sql.as_str())?;
        Ok(Scalar::Raw { sql: raw.sql.clone(), parameters: raw.parameters.clone(), kind: raw.kind })
    }

    /// Joins the tables of the models that this one adds columns to, where a text names a column of theirs. Django's
    /// `RawSQL.resolve_expression`.
    fn join_named(&mut self, sql: &str) -> Result<()> {
        let sql = sql.to_lowercase();
        let named = |name: &str| {
            let way = self.follow(self.model, &[name], true, false).ok()?;
            let end = way.end.model.fields.get(way.end.index)?;
            (way.relation.is_none() && sql.contains(&end.column.to_lowercase())).then(|| name.to_owned())
        };
        let names: Vec<String> = self.model.inherited_names().filter_map(named).collect();
        for name in names {
            self.path(&[&name], &mut None, true)?;
        }
        Ok(())
    }

    /// What a text gives that is no more than a column's name.
    fn kind_of_column(&self, sql: &str) -> Option<FieldKind> {
        let name = sql.trim().trim_matches('"');
        let place = self.model.fields.iter().position(|field| field.column == name)?;
        Some(self.registry().storage_kind(self.model.id(), place))
    }

    /// Adds pieces of SQL.
    pub(super) fn add_extra(&mut self, extra: &Extra) -> Result<()> {
        for table in &extra.tables {
            // A table that is there already is the one that is meant.
            if self.tables.iter().all(|known| known.table != *table) {
                let join = Some((JoinKind::Cross, Vec::new()));
                self.tables.push(TableUse::other(self.context.new_alias(), Cow::Owned(table.to_string()), join));
            }
        }
        for column in &extra.select {
            check_alias(&column.name)?;
            let kind = self.kind_of_column(column.sql.as_str());
            let raw = Scalar::Raw { sql: column.sql.clone(), parameters: column.parameters.clone(), kind };
            self.add_extra_column(&column.name, raw);
        }
        if !extra.conditions.is_empty() {
            let conditions: Vec<String> =
                extra.conditions.iter().map(|condition| format!("({})", condition.as_str())).collect();
            let expr = Scalar::Raw {
                sql: Sql::trusted(conditions.join(" AND ")),
                parameters: extra.parameters.clone(),
                kind: Some(FieldKind::Bool),
            };
            self.conditions.push(Condition::Truth { expr, expected: true });
        } else if extra.parameters.positional().len() + extra.parameters.named().len() > 0 {
            return Err(Error::Value("extra() has parameters for conditions (where), but no conditions".into()));
        }
        if !extra.order_by.is_empty() {
            self.extra_order.clone_from(&extra.order_by);
        }
        Ok(())
    }

    /// A column of a table, `table.column`, in the ordering of `extra()`.
    pub(super) fn table_column(&self, term: &OrderBy) -> Result<Option<Term<'r>>> {
        let Expr::Path(path) = &term.expr else { return Ok(None) };
        let name = path.to_string();
        let Some((table, column)) = name.split_once('.') else { return Ok(None) };
        let Some(used) = self.tables.iter().find(|used| used.table == table) else {
            let near = did_you_mean(table, self.tables.iter().map(|used| &*used.table));
            return Err(Error::Field(format!("Cannot resolve '{name}': the query has no table '{table}'{near}")));
        };
        let model = self.registry().models().iter().find(|model| model.table == table);
        if let Some(model) = model.filter(|model| model.fields.iter().all(|field| field.column != column)) {
            let near = did_you_mean(column, model.fields.iter().map(|field| field.column.as_str()));
            return Err(Error::Field(format!(
                "Cannot resolve '{}': the table '{table}' has no such column{near}",
                name.escape_debug()
            )));
        }
        let expr = Scalar::Named { alias: used.alias, name: column.to_owned(), kind: FieldKind::Text, null: true };
        Ok(Some(Term { expr, descending: term.descending, nulls: term.nulls }))
    }
}
