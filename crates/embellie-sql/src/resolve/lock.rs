//! Locks on rows: Django's `select_for_update`.

use embellie_core::{Error, Query, Result};

use super::group::Grouping;
use super::joins::Place;
use super::{BASE, Scope};
use crate::Capability;
use crate::resolved::{Alias, Distinct, JoinKind, Lock};

impl<'r> Scope<'_, 'r> {
    /// The lock that a query asks for. A database without locks on rows ignores a plain one, as Django does.
    pub(super) fn lock(&mut self, query: &Query, distinct: &Distinct<'r>) -> Result<Option<Lock>> {
        let Some(asked) = &query.lock else { return Ok(None) };
        let target = self.context.target;
        if !target.can(Capability::RowLocks) {
            let options = [
                (asked.nowait, "nowait"),
                (asked.skip_locked, "skip_locked"),
                (!asked.of.is_empty(), "of"),
                (asked.no_key, "no_key"),
            ];
            return match options.iter().find(|(given, _)| *given) {
                None => Ok(None),
                Some((_, option)) => Err(Error::NotSupported(format!(
                    "select_for_update({option}) is not supported by {}, which has no locks on rows",
                    target.product()
                ))),
            };
        }
        if asked.nowait && asked.skip_locked {
            return Err(Error::Value("The nowait option cannot be used with skip_locked.".into()));
        }
        let grouped = !matches!(self.grouping, Grouping::None);
        if grouped || *distinct != Distinct::No {
            let what = if grouped { "aggregates" } else { "distinct()" };
            return Err(Error::NotSupported(format!(
                "select_for_update() is not allowed with {what}: lock the rows in a query of their own, by their keys"
            )));
        }
        let mut of: Vec<Alias> = Vec::with_capacity(asked.of.len());
        let followed: Vec<(String, Place)> =
            std::iter::once(("self".to_owned(), BASE)).chain(self.followed.iter().cloned()).collect();
        let mut invalid = Vec::new();
        for path in &asked.of {
            match followed.iter().find(|(name, _)| *name == path.to_string()) {
                Some((_, place)) => of.push(self.table(*place).alias),
                None => invalid.push(path.to_string()),
            }
        }
        if !invalid.is_empty() {
            let choices: Vec<&str> = followed.iter().map(|(name, _)| name.as_str()).collect();
            return Err(Error::Field(format!(
                "Invalid field name(s) given in select_for_update(of=(...)): {}. Only relational fields followed in the \
                 query are allowed. Choices are: {}.",
                invalid.join(", "),
                choices.join(", ")
            )));
        }
        let (_, joins) = self.sources();
        let missing =
            joins.iter().find(|join| join.kind == JoinKind::Left && (of.is_empty() || of.contains(&join.alias)));
        if let Some(join) = missing {
            return Err(Error::NotSupported(format!(
                "select_for_update() cannot lock rows of '{}', which may be absent: exclude nulls, or lock of=('self',)",
                join.table
            )));
        }
        Ok(Some(Lock { nowait: asked.nowait, skip_locked: asked.skip_locked, no_key: asked.no_key, of }))
    }
}
