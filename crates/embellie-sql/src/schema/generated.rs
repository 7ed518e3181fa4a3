//! Columns that the database computes.

use embellie_core::meta::{FieldMeta, Generated, Model};
use embellie_core::{Error, Result};

use super::Writer;
use crate::Capability;

impl Writer<'_> {
    /// ` GENERATED ALWAYS AS (…) STORED`. As in Django, such a column may be null whatever it is declared as.
    pub(super) fn generated(&self, model: &Model, field: &FieldMeta, generated: &Generated) -> Result<String> {
        let (capability, word) = match generated.stored {
            true => (Capability::StoredGeneratedColumns, "STORED"),
            false => (Capability::UnstoredGeneratedColumns, "VIRTUAL"),
        };
        self.require(model, field, capability)?;
        if is_chained(model, field, generated) {
            self.require(model, field, Capability::ChainedGeneratedColumns)?;
        }
        let expression = self.expression(model, &generated.expression)?;
        Ok(format!(" GENERATED ALWAYS AS ({expression}) {word}"))
    }

    /// Refuses a field for which the server lacks something.
    fn require(&self, model: &Model, field: &FieldMeta, capability: Capability) -> Result<()> {
        self.target.require(capability).map_err(|error| match error {
            Error::NotSupported(why) => {
                Error::NotSupported(format!("{}.{} cannot be created: {why}", model.label(), field.name))
            }
            other => other,
        })
    }
}

/// Whether a field is computed from another that is computed itself.
fn is_chained(model: &Model, field: &FieldMeta, generated: &Generated) -> bool {
    let names = generated.expression.paths().into_iter().filter_map(|path| path.names().next());
    let others = names.filter_map(|name| model.field_index(name)).map(|place| &model.fields[place]);
    others.filter(|other| other.name != field.name).any(FieldMeta::is_generated)
}
