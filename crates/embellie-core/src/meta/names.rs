//! The names that relations and their ways back have, as Django makes them.

use super::link::{Model, ModelId, Reverse, ReverseSource};

/// The names of a way back, as Django makes them.
pub(super) struct ReverseNames {
    query_name: String,
    accessor: Option<String>,
    multiple: bool,
}

impl ReverseNames {
    pub(super) fn new(model: &Model, field: &str, related: Option<&str>, query: Option<&str>, multiple: bool) -> Self {
        let class = model.name.to_lowercase();
        let fill = |name: &str| {
            let app = model.app.to_lowercase();
            name.replace("%(class)s", &class).replace("%(app_label)s", &app).replace("%(model_name)s", &class)
        };
        let related = related.or(model.default_related_name.as_deref()).map(fill);
        let hidden = related.as_deref().is_some_and(|name| name.ends_with('+'));
        let query_name = match (query.map(fill), &related) {
            (Some(name), _) => name,
            // Relations without a way back keep a name that no text can say, so that they don't clash.
            (None, Some(_)) if hidden => format!("{}.{field}+", model.label),
            (None, Some(name)) => name.clone(),
            (None, None) => class.clone(),
        };
        let accessor = match related {
            _ if hidden => None,
            Some(name) => Some(name),
            None if multiple => Some(format!("{class}_set")),
            None => Some(class),
        };
        ReverseNames { query_name, accessor, multiple }
    }

    pub(super) fn into_reverse(self, source: ModelId, relation: ReverseSource) -> Reverse {
        let ReverseNames { query_name, accessor, multiple } = self;
        Reverse { query_name, accessor, source, relation, multiple }
    }
}

/// The name by which the way back of a many-to-many relation, or of one without a column, is always known in queries,
/// whatever its related name is. A relation to `self` that holds both ways is its own way back.
pub fn link_name(model: &str, relation: &str) -> String {
    format!("{model}.{relation}+")
}
