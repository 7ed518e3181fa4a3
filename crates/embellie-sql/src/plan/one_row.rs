//! Queries that have one row at most.

use embellie_core::lookup::Lookup;
use embellie_core::meta::Model;
use embellie_core::query::{Condition, Connector, Operand, Step};
use embellie_core::{Expr, Path, Q, Query, Registry};

/// Whether a query has one row at most for sure: all of it is about the model's own columns, and one of them whose values
/// are unique has to be equal to a value. Then no limit need be told to the database.
pub(super) fn has_one_row_at_most(query: &Query, registry: &Registry) -> bool {
    let Ok(model) = registry.model(&query.model) else { return false };
    let own_rows = query.ctes.is_empty() && query.from.is_none() && query.compound.is_none();
    let stays = |step: &Step| match step {
        Step::Filter(q) | Step::Exclude(q) => is_own(q, model),
        Step::Values(paths) => paths.iter().all(|path| matches!(own(path, model), Some((_, None)))),
        _ => false,
    };
    let pins = |step: &Step| matches!(step, Step::Filter(q) if is_pinned(q, model));
    own_rows && query.steps.iter().all(stays) && query.steps.iter().any(pins)
}

/// Whether a condition is about the model's own columns and values, so that no join can repeat a row.
fn is_own(q: &Q, model: &Model) -> bool {
    match q {
        Q::Condition(Condition { path, operand }) => own(path, model).is_some() && is_given(operand),
        Q::Group { children, .. } => children.iter().all(|child| is_own(child, model)),
        _ => false,
    }
}

/// Whether a condition that [is about own columns](is_own) holds for one row at most.
fn is_pinned(q: &Q, model: &Model) -> bool {
    match q {
        Q::Condition(Condition { path, operand }) => {
            let equal = matches!(own(path, model), Some((place, None | Some(Lookup::Exact))) if model.is_unique(place));
            equal && matches!(operand, Operand::Expr(Expr::Value(value)) if !value.is_null())
        }
        Q::Group { connector: Connector::And, negated: false, children } => {
            children.iter().any(|child| is_pinned(child, model))
        }
        _ => false,
    }
}

/// The place of the field that a path is, and the lookup behind it; `None` where it may lead elsewhere.
fn own(path: &Path, model: &Model) -> Option<(usize, Option<Lookup>)> {
    let mut names = path.names();
    let name = names.next()?;
    let lookup = match names.next() {
        Some(last) => Some(Lookup::from_name(last)?),
        None => None,
    };
    let place = match model.field_index(name) {
        Some(place) => place,
        None if name == "pk" && !model.has_composite_key() => model.primary_key_index(),
        None => return None,
    };
    names.next().is_none().then_some((place, lookup))
}

/// Whether a condition compares with values, not with what a join may repeat.
fn is_given(operand: &Operand) -> bool {
    let is_value = |expr: &Expr| matches!(expr, Expr::Value(_));
    match operand {
        Operand::Expr(expr) => is_value(expr),
        Operand::List(exprs) => exprs.iter().all(is_value),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use embellie_core::field::FieldKind;
    use embellie_core::meta::{FieldMeta, ModelMeta, OnDelete};
    use embellie_core::query::Annotation;
    use embellie_core::{Error, Result, Value};

    use super::*;

    fn registry() -> Result<Registry, Error> {
        Registry::build([
            ModelMeta::new("blog", "Author").field(FieldMeta::new("email", FieldKind::Text).unique()),
            ModelMeta::new("blog", "Post")
                .field(FieldMeta::new("title", FieldKind::Text))
                .field(FieldMeta::foreign_key("author", "blog.Author", OnDelete::Cascade)),
        ])
    }

    #[test]
    fn a_unique_value_has_one_row_and_what_may_repeat_it_has_not() -> Result<(), Error> {
        let registry = registry()?;
        let authors = || Query::new("blog.Author");
        let by_key = || authors().filter(Q::new("pk", 3));
        let one = [
            by_key(),
            authors().filter(Q::new("id__exact", 3)),
            authors().filter(Q::new("email", "a@x.org") & Q::new("id__in", Value::List(vec![1.into(), 2.into()]))),
            by_key().exclude(Q::new("email__contains", "x")),
        ];
        for query in one {
            assert!(has_one_row_at_most(&query, &registry), "{query:?}");
        }
        let several = [
            authors(),
            authors().filter(Q::new("email", Value::Null)),
            authors().filter(Q::new("id__gt", 3)),
            authors().filter(Q::new("pk", 3) | Q::new("pk", 4)),
            authors().filter(!Q::new("pk", 3)),
            authors().exclude(Q::new("pk", 3)),
            by_key().filter(Q::new("post__title", "Clouds")),
            by_key().filter(Q::new("email", Expr::path("post__title"))),
            by_key().values(["post"]),
            Query { steps: by_key().steps.into_iter().chain([annotation()]).collect(), ..authors() },
            Query::new("blog.Post").filter(Q::new("title", "Clouds")),
            Query::new("blog.Post").filter(Q::new("author", 3)),
        ];
        for query in several {
            assert!(!has_one_row_at_most(&query, &registry), "{query:?}");
        }
        Ok(())
    }

    fn annotation() -> Step {
        Step::Annotate(Annotation::new("title", Expr::path("post__title")))
    }
}
