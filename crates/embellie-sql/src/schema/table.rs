//! `CREATE TABLE`.

use embellie_core::field::{FieldKind, prepare};
use embellie_core::meta::{FieldMeta, Model};
use embellie_core::{Error, Expr, Result, Statement};

use super::Writer;
use super::names::constraint_name;

impl Writer<'_> {
    /// Adds the table to the plan and gives the statements that must wait until all tables are there.
    pub(super) fn table(&mut self, model: &Model) -> Result<Vec<String>> {
        let mut later = Vec::new();
        for fields in &model.unique_together {
            later.push(self.unique_together(model, fields)?);
        }
        let mut parts = Vec::with_capacity(model.fields.len());
        for place in 0..model.fields.len() {
            parts.push(self.column(model, place, &mut later)?);
        }
        for constraint in &model.constraints {
            parts.extend(self.constraint(model, constraint, &mut later)?);
        }
        if model.has_composite_key() {
            let columns: Result<Vec<String>> =
                model.key_fields().iter().map(|&place| self.quote(&model.fields[place].column)).collect();
            parts.push(format!("PRIMARY KEY ({})", columns?.join(", ")));
        }
        let sql = format!("CREATE TABLE {}{} ({})", self.if_not_exists(), self.quote(&model.table)?, parts.join(", "));
        self.plan.statements.push(Statement::schema(sql));
        Ok(later)
    }

    fn column(&self, model: &Model, place: usize, later: &mut Vec<String>) -> Result<String> {
        let field = &model.fields[place];
        let column = self.quote(&field.column)?;
        let kind = self.kind(model, place);
        let mut sql = format!("{column} {}", self.column_type(model, place)?);
        if let Some(default) = &field.db_default {
            sql += &format!(" DEFAULT {}", self.db_default(model, field, kind, default)?);
        }
        sql += &match &field.generated {
            Some(generated) => self.generated(model, field, generated)?,
            None if field.null => " NULL".to_owned(),
            None => " NOT NULL".to_owned(),
        };
        if field.primary_key {
            sql += " PRIMARY KEY";
        } else if is_unique(field) {
            sql += " UNIQUE";
        }
        if field.relation.is_none()
            && let Some(check) = (self.dialect.column_check)(kind, &column)
        {
            sql += &format!(" CHECK ({check})");
        }
        if field.kind.is_auto() {
            sql += &format!(" {}", self.dialect.auto_suffix);
        }
        if let Some(relation) = &field.relation
            && relation.db_constraint
            && let Some((to, to_field)) = model.target(place)
        {
            let to = self.registry.get(to);
            let to_column = &to.fields[to_field].column;
            let references = format!(
                "REFERENCES {} ({}) DEFERRABLE INITIALLY DEFERRED",
                self.quote(&to.table)?,
                self.quote(to_column)?
            );
            if self.dialect.add_constraint_if_missing.is_none() {
                sql += &format!(" {references}");
            } else {
                let suffix = format!("_fk_{}_{to_column}", to.table);
                let name = constraint_name(&model.table, &[&field.column], &suffix, self.dialect.name_limit);
                later.push(self.add_constraint(model, &name, &format!("FOREIGN KEY ({column}) {references}"))?);
            }
        }
        Ok(sql)
    }

    /// What a column holds: a foreign key to a counting or a positive number holds that number without ado.
    fn kind(&self, model: &Model, place: usize) -> FieldKind {
        match self.registry.storage_kind(model.id(), place) {
            kind if model.fields[place].relation.is_none() => kind,
            FieldKind::PositiveSmallInteger => FieldKind::SmallInteger,
            FieldKind::PositiveInteger => FieldKind::Integer,
            FieldKind::PositiveBigInteger => FieldKind::BigInteger,
            kind => kind,
        }
    }

    /// A column's type.
    pub(super) fn column_type(&self, model: &Model, place: usize) -> Result<String> {
        let max_length = self.registry.storage_field(model.id(), place).max_length;
        (self.dialect.column_type)(self.kind(model, place), max_length)
    }

    fn db_default(&self, model: &Model, field: &FieldMeta, kind: FieldKind, default: &Expr) -> Result<String> {
        match default {
            Expr::Value(value) => (self.dialect.literal)(&prepare(kind, &field.name, value.clone())?),
            expr => Ok(format!("({})", self.expression(model, expr)?)),
        }
    }

    /// Adds a constraint to a table that is there.
    pub(super) fn add_constraint(&self, model: &Model, name: &str, definition: &str) -> Result<String> {
        let sql =
            format!("ALTER TABLE {} ADD CONSTRAINT {} {definition}", self.quote(&model.table)?, self.quote(name)?);
        match self.dialect.add_constraint_if_missing {
            Some(guarded) if self.options.if_needed => Ok(guarded(&sql)),
            Some(_) => Ok(sql),
            None => Err(Error::NotSupported(format!(
                "{} cannot add the constraint '{name}' to a table that is there",
                self.dialect.product
            ))),
        }
    }
}

/// Whether a field is unique by itself; a one-to-one relation always is.
pub(super) fn is_unique(field: &FieldMeta) -> bool {
    field.primary_key || field.unique || field.relation.as_ref().is_some_and(|relation| relation.one_to_one)
}
