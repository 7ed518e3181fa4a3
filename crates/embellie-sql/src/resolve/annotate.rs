//! Annotations: named expressions. Django's `add_annotation`.

use embellie_core::query::Annotation;
use embellie_core::{Error, Result};

use super::Scope;
use super::group::Grouping;
use super::select::Chosen;
use crate::resolved::Scalar;

/// A named expression.
#[derive(Debug, Clone)]
pub(super) struct Annotated<'r> {
    pub(super) alias: String,
    pub(super) scalar: Scalar<'r>,
    /// Whether it is among the values of a row.
    pub(super) selected: bool,
    /// Whether it is computed of a group in a query of its own, where an aggregate was asked for.
    pub(super) of_group: bool,
}

impl Annotated<'_> {
    /// Whether it is computed over rows around each row, and not one value of several.
    pub(super) fn is_window(&self) -> bool {
        self.scalar.contains_window() && !self.scalar.contains_aggregate()
    }
}

impl<'r> Scope<'_, 'r> {
    /// Adds a named expression. An aggregate groups the rows by what is selected so far.
    pub(super) fn annotate(&mut self, annotation: &Annotation) -> Result<()> {
        check_alias(&annotation.alias)?;
        self.check_free(&annotation.alias)?;
        let scalar = self.scalar(&annotation.expr, None, true)?;
        // A window over groups leaves the groups as they are.
        let groups =
            scalar.contains_aggregate() && (!scalar.contains_window() || matches!(self.grouping, Grouping::None));
        self.add_annotation(annotation.alias.to_string(), scalar, annotation.selected);
        if groups {
            self.grouped_by_aggregate = true;
            self.group_by_selected()?;
        }
        Ok(())
    }

    /// Adds a resolved annotation, in the place of one of the same name.
    pub(super) fn add_annotation(&mut self, alias: String, scalar: Scalar<'r>, selected: bool) {
        let place = match self.annotations.iter().position(|known| known.alias == alias) {
            Some(place) => {
                self.annotations[place].scalar = scalar;
                self.annotations[place].selected |= selected;
                place
            }
            None => {
                self.annotations.push(Annotated { alias: alias.clone(), scalar, selected, of_group: false });
                self.annotations.len() - 1
            }
        };
        if selected
            && let Some(values) = &mut self.values
            && values.iter().all(|value| value.name != alias)
        {
            values.push(Chosen::annotation(alias, place));
        }
    }

    /// The annotation that the first names stand for, and how many they are: an alias may hold what separates names.
    pub(super) fn annotation(&self, names: &[&str]) -> Option<(&Annotated<'r>, usize)> {
        if self.annotations.is_empty() {
            return None;
        }
        (1..=names.len()).find_map(|length| {
            let name = names[..length].join("__");
            self.annotations.iter().find(|annotation| annotation.alias == name).map(|found| (found, length))
        })
    }

    /// Refuses a name that is taken.
    fn check_free(&self, alias: &str) -> Result<()> {
        let taken = match &self.values {
            None => self.model.member(alias).is_some() && alias != "pk",
            Some(values) => values.iter().any(|value| value.name == alias && value.asked),
        };
        if taken {
            return Err(Error::Value(format!("The annotation '{alias}' conflicts with a field on the model.")));
        }
        Ok(())
    }
}

/// Refuses names that could end the name they are written as, or begin a comment: Django's `check_alias`.
pub(super) fn check_alias(alias: &str) -> Result<()> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "'`\"[];#".contains(c);
    if alias.is_empty() {
        return Err(Error::Value("Column aliases cannot be empty.".into()));
    }
    if alias.contains(forbidden) || ["--", "/*", "*/"].iter().any(|mark| alias.contains(mark)) {
        return Err(Error::Value(
            "Column aliases cannot contain whitespace characters, hashes, control characters, quotation marks, \
             semicolons, or SQL comments."
                .into(),
        ));
    }
    Ok(())
}
