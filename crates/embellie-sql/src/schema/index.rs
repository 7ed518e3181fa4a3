//! `CREATE INDEX`.

use embellie_core::meta::{IndexKind, IndexMeta, IndexTerm, Model};
use embellie_core::{Error, Expr, Q, Result};

use super::names::{constraint_name, index_name};
use super::table::is_unique;
use super::{Writer, field};

impl Writer<'_> {
    /// The indexes of a model's fields and options.
    pub(super) fn indexes(&mut self, model: &Model, statements: &mut Vec<String>) -> Result<()> {
        let table = self.quote(&model.table)?;
        let guard = self.if_not_exists();
        for (place, field) in model.fields.iter().enumerate() {
            let column = self.quote(&field.column)?;
            let name = |suffix| constraint_name(&model.table, &[&field.column], suffix, self.dialect.name_limit);
            let unique = is_unique(field);
            if field.index && !unique {
                let name = self.quote(&name(""))?;
                statements.push(format!("CREATE INDEX {guard}{name} ON {table} ({column})"));
            }
            if (field.index || unique)
                && let Some(opclass) = (self.dialect.like_opclass)(&self.column_type(model, place)?)
            {
                let name = self.quote(&name("_like"))?;
                statements.push(format!("CREATE INDEX {guard}{name} ON {table} ({column} {opclass})"));
            }
        }
        for index in &model.indexes {
            statements.push(self.index(model, index)?);
        }
        Ok(())
    }

    fn index(&mut self, model: &Model, index: &IndexMeta) -> Result<String> {
        let name = match &index.name {
            Some(name) => name.clone(),
            None => automatic_name(model, index)?,
        };
        let columns = self.terms(model, &name, &index.terms)?;
        let (supports, product) = (self.dialect.supports, self.dialect.product);
        let method = match index.kind {
            Some(kind) if supports.index_kinds => format!(" USING {}", kind_name(kind)),
            Some(kind) if kind != IndexKind::BTree => {
                self.note(
                    model,
                    &format!(
                        "the index '{name}' is created as the usual kind, since {product} has no {} indexes.",
                        kind_name(kind)
                    ),
                );
                String::new()
            }
            _ => String::new(),
        };
        let include = if index.include.is_empty() || supports.covering_indexes {
            self.include(model, &index.include)?
        } else {
            self.note(
                model,
                &format!(
                    "the index '{name}' is created without its non-key columns ({}), since {product} has none.",
                    index.include.join(", ")
                ),
            );
            String::new()
        };
        let condition = self.where_condition(model, index.condition.as_ref())?;
        let (guard, name, table) = (self.if_not_exists(), self.quote(&name)?, self.quote(&model.table)?);
        Ok(format!("CREATE INDEX {guard}{name} ON {table}{method} ({columns}){include}{condition}"))
    }

    /// The terms of an index or unique constraint.
    pub(super) fn terms(&mut self, model: &Model, name: &str, terms: &[IndexTerm]) -> Result<String> {
        if terms.is_empty() {
            return Err(Error::ImproperlyConfigured(format!(
                "{}: '{name}' needs one field or expression at least",
                model.label()
            )));
        }
        let mut written = Vec::with_capacity(terms.len());
        let mut ignored = Vec::new();
        for term in terms {
            let mut sql = match column_name(model, &term.expr) {
                Some(column) => self.quote(column)?,
                None => format!("({})", self.expression(model, &term.expr)?),
            };
            match &term.opclass {
                Some(opclass) if self.dialect.supports.opclasses => sql += &format!(" {}", operator_class(opclass)?),
                Some(opclass) => ignored.push(opclass.as_str()),
                None => {}
            }
            if term.descending {
                sql += " DESC";
            }
            written.push(sql);
        }
        if !ignored.is_empty() {
            let product = self.dialect.product;
            let classes = ignored.join(", ");
            self.note(
                model,
                &format!("'{name}' is created without its operator classes ({classes}), since {product} has none."),
            );
        }
        Ok(written.join(", "))
    }

    /// ` INCLUDE (…)`, or nothing.
    pub(super) fn include(&self, model: &Model, fields: &[String]) -> Result<String> {
        if fields.is_empty() {
            return Ok(String::new());
        }
        Ok(format!(" INCLUDE ({})", self.columns(model, fields)?.join(", ")))
    }

    /// ` WHERE …`, or nothing.
    pub(super) fn where_condition(&self, model: &Model, condition: Option<&Q>) -> Result<String> {
        condition.map_or_else(|| Ok(String::new()), |q| Ok(format!(" WHERE {}", self.condition(model, q)?)))
    }
}

/// The column of an expression that is no more than a field.
fn column_name<'m>(model: &'m Model, expr: &Expr) -> Option<&'m str> {
    let Expr::Path(path) = expr else { return None };
    let mut names = path.names();
    match (names.next(), names.next()) {
        (Some(name), None) => model.field_index(name).map(|index| model.fields[index].column.as_str()),
        _ => None,
    }
}

fn automatic_name(model: &Model, index: &IndexMeta) -> Result<String> {
    let mut terms = Vec::with_capacity(index.terms.len());
    for term in &index.terms {
        let Expr::Path(path) = &term.expr else {
            return Err(Error::ImproperlyConfigured(format!(
                "{}: an index over an expression needs a name",
                model.label()
            )));
        };
        let column = &field(model, &path.to_string())?.column;
        terms.push(if term.descending { format!("-{column}") } else { column.clone() });
    }
    let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
    Ok(index_name(&model.table, &terms, index.kind.map_or("idx", kind_name)))
}

/// An operator class is a name that may be qualified; anything else is refused.
fn operator_class(name: &str) -> Result<&str> {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if name.split('.').all(word) {
        return Ok(name);
    }
    Err(Error::ImproperlyConfigured(format!("'{name}' is not the name of an operator class")))
}

/// The kind as SQL and Django's suffixes name it.
fn kind_name(kind: IndexKind) -> &'static str {
    match kind {
        IndexKind::BTree => "btree",
        IndexKind::Hash => "hash",
        IndexKind::Gin => "gin",
        IndexKind::Gist => "gist",
        IndexKind::SpGist => "spgist",
        IndexKind::Brin => "brin",
        IndexKind::Bloom => "bloom",
    }
}
