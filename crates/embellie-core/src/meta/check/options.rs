//! Options of models that name fields: `ordering`, `get_latest_by`, `unique_together`.

use super::indexes::check_local_field;
use super::{Findings, suggestion};
use crate::Expr;
use crate::expr::Path;
use crate::field::FieldKind;
use crate::lookup::Lookup;
use crate::meta::{Member, Model, Registry};

/// Parts of dates and times that Django's paths may end in.
const DATE_PARTS: [&str; 14] = [
    "year",
    "iso_year",
    "month",
    "day",
    "week",
    "week_day",
    "iso_week_day",
    "quarter",
    "date",
    "time",
    "hour",
    "minute",
    "second",
    "microsecond",
];

pub(super) fn check(registry: &Registry, model: &Model, findings: &mut Findings) {
    for fields in &model.unique_together {
        for name in fields {
            check_local_field(model, "unique_together", name, findings);
        }
    }
    for term in &model.ordering {
        if let Expr::Path(path) = &term.expr
            && path.to_string() != "?"
            && !leads_somewhere(registry, model, path)
        {
            let first = path.names().next().unwrap_or_default();
            findings.error(
                "models.E015",
                model.label(),
                format!("'ordering' names '{path}', which is no field, relation or lookup."),
                suggestion(first, model.choices()),
            );
        }
    }
    for name in &model.get_latest_by {
        let path = Path::from(name.trim_start_matches('-'));
        if !leads_somewhere(registry, model, &path) {
            findings.warning(
                "embellie.W005",
                model.label(),
                format!("'get_latest_by' names '{path}', which is no field: latest() and earliest() will fail."),
                suggestion(&path.to_string(), model.choices()),
            );
        }
    }
}

/// Whether rows can be ordered by a path.
fn leads_somewhere(registry: &Registry, model: &Model, path: &Path) -> bool {
    let mut at = Some(model);
    let mut last = None;
    for (depth, name) in path.names().enumerate() {
        match at.and_then(|model| model.member(name).map(|member| (model, member))) {
            Some((_, Member::ManyToMany(_))) if depth == 0 && path.len() == 1 => return false,
            Some((model, member)) => {
                last = match member {
                    Member::Field(place) => Some(registry.storage_kind(model.id(), place)),
                    _ => None,
                };
                at = registry.hops(model.id(), member).last().map(|hop| registry.get(hop.to));
            }
            None if depth == 0 => return false,
            None if !last.is_some_and(|kind| has_transform(kind, name)) => return false,
            None => at = None,
        }
    }
    true
}

fn has_transform(kind: FieldKind, name: &str) -> bool {
    match kind {
        FieldKind::Json => true,
        FieldKind::Date | FieldKind::Time | FieldKind::DateTime | FieldKind::NaiveDateTime
            if DATE_PARTS.contains(&name) =>
        {
            true
        }
        _ => Lookup::from_name(name).is_some(),
    }
}
