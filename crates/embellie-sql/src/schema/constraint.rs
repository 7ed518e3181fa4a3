//! Unique and check constraints.

use embellie_core::meta::{ConstraintMeta, Deferrable, IndexTerm, Model};
use embellie_core::{Q, Result};

use super::names::constraint_name;
use super::{Writer, field};

/// A unique constraint's declaration.
struct Unique<'a> {
    name: &'a str,
    terms: &'a [IndexTerm],
    condition: Option<&'a Q>,
    include: &'a [String],
    deferrable: Option<Deferrable>,
    nulls_distinct: Option<bool>,
}

impl Writer<'_> {
    /// The constraint of a set of fields that are unique together.
    pub(super) fn unique_together(&self, model: &Model, fields: &[String]) -> Result<String> {
        let mut columns = Vec::with_capacity(fields.len());
        for name in fields {
            columns.push(field(model, name)?.column.as_str());
        }
        let name = constraint_name(&model.table, &columns, "_uniq", self.dialect.name_limit);
        let quoted = self.columns(model, fields)?.join(", ");
        if self.dialect.add_constraint_if_missing.is_some() {
            return self.add_constraint(model, &name, &format!("UNIQUE ({quoted})"));
        }
        let (guard, name, table) = (self.if_not_exists(), self.quote(&name)?, self.quote(&model.table)?);
        Ok(format!("CREATE UNIQUE INDEX {guard}{name} ON {table} ({quoted})"))
    }

    /// A constraint as a part of its table's definition, or else as a statement for `later`.
    pub(super) fn constraint(
        &mut self,
        model: &Model,
        constraint: &ConstraintMeta,
        later: &mut Vec<String>,
    ) -> Result<Option<String>> {
        match constraint {
            ConstraintMeta::Check { name, condition } => {
                let condition = self.condition(model, condition)?;
                Ok(Some(format!("CONSTRAINT {} CHECK ({condition})", self.quote(name)?)))
            }
            ConstraintMeta::Unique { name, terms, condition, include, deferrable, nulls_distinct } => {
                let (condition, deferrable) = (condition.as_ref(), *deferrable);
                let unique = Unique { name, terms, condition, include, deferrable, nulls_distinct: *nulls_distinct };
                if let Some(missing) = self.missing(&unique) {
                    let product = self.dialect.product;
                    self.note(model, &format!("the constraint '{name}' is not created, since {product} {missing}."));
                    return Ok(None);
                }
                self.unique(model, &unique, later)
            }
            _ => Ok(None),
        }
    }

    /// What a unique constraint needs and the database lacks. Without it the constraint would mean something else, so
    /// that it is not created at all.
    fn missing(&self, unique: &Unique<'_>) -> Option<&'static str> {
        let supports = self.dialect.supports;
        if unique.deferrable.is_some() && !supports.deferrable_unique {
            Some("has no deferrable unique constraints")
        } else if !unique.include.is_empty() && !supports.covering_indexes {
            Some("has no unique constraints with non-key columns")
        } else if unique.nulls_distinct == Some(false) && !supports.nulls_not_distinct {
            Some("has no unique constraints for which two nulls are equal")
        } else {
            None
        }
    }

    fn unique(&mut self, model: &Model, unique: &Unique<'_>, later: &mut Vec<String>) -> Result<Option<String>> {
        let name = self.quote(unique.name)?;
        let columns = self.terms(model, unique.name, unique.terms)?;
        let deferrable = match unique.deferrable {
            None => "",
            Some(Deferrable::Deferred) => " DEFERRABLE INITIALLY DEFERRED",
            Some(Deferrable::Immediate) => " DEFERRABLE INITIALLY IMMEDIATE",
        };
        // Where nulls always differ there is nothing to write.
        let nulls = match unique.nulls_distinct {
            Some(false) => " NULLS NOT DISTINCT",
            Some(true) if self.dialect.supports.nulls_not_distinct => " NULLS DISTINCT",
            _ => "",
        };
        let plain = |term: &IndexTerm| {
            matches!(term.expr, embellie_core::Expr::Path(_)) && !term.descending && term.opclass.is_none()
        };
        if unique.condition.is_none() && unique.include.is_empty() && unique.terms.iter().all(plain) {
            if nulls.is_empty() {
                return Ok(Some(format!("CONSTRAINT {name} UNIQUE ({columns}){deferrable}")));
            }
            later.push(self.add_constraint(model, unique.name, &format!("UNIQUE{nulls} ({columns}){deferrable}"))?);
            return Ok(None);
        }
        let (guard, table) = (self.if_not_exists(), self.quote(&model.table)?);
        let include = self.include(model, unique.include)?;
        let condition = self.where_condition(model, unique.condition)?;
        later.push(format!("CREATE UNIQUE INDEX {guard}{name} ON {table} ({columns}){include}{nulls}{condition}"));
        Ok(None)
    }
}
