//! The order in which tables can be made.

use std::collections::HashMap;

use embellie_core::meta::{Model, ModelId};

/// The models such that each comes after those it points at, as far as they do not point at each other in a circle;
/// otherwise in the order given.
pub(super) fn by_dependency<'r>(models: &[&'r Model]) -> Vec<&'r Model> {
    let mut left: HashMap<ModelId, &'r Model> = models.iter().map(|model| (model.id(), *model)).collect();
    let mut ordered = Vec::with_capacity(models.len());
    for model in models {
        // A stack of models with the field to look at next: deep chains of relations cost no call stack.
        let Some(first) = left.remove(&model.id()) else { continue };
        let mut path = vec![(first, 0)];
        while let Some((model, next)) = path.pop() {
            if next >= model.fields.len() {
                ordered.push(model);
                continue;
            }
            path.push((model, next + 1));
            if let Some((target, _)) = model.target(next)
                && let Some(target) = left.remove(&target)
            {
                path.push((target, 0));
            }
        }
    }
    ordered
}
