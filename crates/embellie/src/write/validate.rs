//! Validation of objects.

use embellie_core::field::full_clean;
use embellie_core::{Registry, Result};

use crate::model::Instance;

pub(crate) fn validate(object: &dyn Instance, registry: &Registry) -> Result<()> {
    let model = registry.model(object.label())?;
    full_clean(registry, model, &|field| object.value(field))
}
