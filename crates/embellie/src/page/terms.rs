//! The ordering of a query, term by term, such that no two rows are tied.

use embellie_core::expr::Nulls;
use embellie_core::meta::{Member, Model};
use embellie_core::query::{Distinct, Step};
use embellie_core::{Error, Expr, OrderBy, Path, Query, Registry, Result};

/// How deep orderings by related models may lead.
const DEEPEST: usize = 16;

/// A term of an ordering that leads to no other model's ordering.
pub(super) type Term = OrderBy;

/// The terms of a query's ordering, with what breaks ties.
pub(super) fn terms(query: &Query, registry: &Registry) -> Result<Vec<Term>> {
    refuse(query)?;
    let model = registry.model(&query.model)?;
    let grouped = grouped(query);
    let asked = match (&query.order_by, grouped) {
        (Some(terms), _) => terms.as_slice(),
        // A model's own ordering says nothing of groups.
        (None, true) => &[],
        (None, false) => &model.ordering,
    };
    let mut terms = Vec::new();
    for term in asked {
        let term = if query.reversed { term.clone().reversed() } else { term.clone() };
        expand(term, query, model, registry, 0, &mut terms)?;
    }
    let descending = terms.last().is_some_and(|term: &Term| term.descending);
    let ties: Vec<Path> = match (grouped, query.selected()) {
        (true, Some(paths)) => paths.to_vec(),
        _ => model.key_fields().iter().map(|&place| Path::new([model.fields[place].attname()])).collect(),
    };
    for path in ties {
        push(Expr::Path(path), descending, None, &mut terms);
    }
    Ok(terms)
}

/// Refuses queries of which no part can be told by a condition on rows.
fn refuse(query: &Query) -> Result<()> {
    if !query.slice.is_whole() {
        return Err(Error::Type("Cannot page through a query once a slice has been taken.".into()));
    }
    query.check_compound("keyset")?;
    if let Distinct::On(_) = query.distinct {
        return Err(Error::NotSupported(
            "keyset() after distinct_on() is not supported: which row is the first of its equals would depend on the \
             page. Use paginate()."
                .into(),
        ));
    }
    Ok(())
}

/// Whether rows are groups.
fn grouped(query: &Query) -> bool {
    let values = query.steps.iter().position(|step| matches!(step, Step::Values(_)));
    let Some(values) = values else { return false };
    query.steps.iter().skip(values).any(|step| match step {
        Step::Group => true,
        Step::Annotate(annotation) => annotation.expr.has_aggregate(),
        _ => false,
    })
}

fn push(expr: Expr, descending: bool, nulls: Option<Nulls>, terms: &mut Vec<Term>) {
    if terms.iter().all(|known| known.expr != expr) {
        terms.push(OrderBy { expr, descending, nulls });
    }
}

/// Adds a term; in the place of a relation, the ordering of the model that it leads to.
fn expand(
    term: OrderBy,
    query: &Query,
    model: &Model,
    registry: &Registry,
    depth: usize,
    terms: &mut Vec<Term>,
) -> Result<()> {
    if depth > DEEPEST {
        return Err(Error::Field("Infinite loop caused by ordering.".into()));
    }
    let OrderBy { expr, descending, nulls } = term;
    let Expr::Path(path) = &expr else {
        push(expr, descending, nulls, terms);
        return Ok(());
    };
    let names: Vec<&str> = path.names().collect();
    if names == ["?"] {
        return Err(Error::NotSupported("rows in a random order have no pages that follow each other".into()));
    }
    let is_annotation = |name: &str| {
        query.steps.iter().any(|step| matches!(step, Step::Annotate(annotation) if annotation.alias == name))
    };
    if names.first().is_some_and(|name| is_annotation(name)) {
        push(expr, descending, nulls, terms);
        return Ok(());
    }
    match end(&names, model, registry) {
        End::Relation(related) if nulls.is_none() && !related.ordering.is_empty() => {
            for item in &related.ordering {
                let item = OrderBy { expr: item.expr.with_prefix(path), ..item.clone() };
                let item = if descending { item.reversed() } else { item };
                expand(item, query, model, registry, depth + 1, terms)?;
            }
        }
        End::Key(target) => {
            let before: Vec<String> = names[..names.len() - 1].iter().map(|name| (*name).to_owned()).collect();
            for &place in target.key_fields() {
                let path = Path::new(before.iter().cloned().chain([target.fields[place].attname()]));
                push(Expr::Path(path), descending, nulls, terms);
            }
        }
        End::Relation(_) | End::Other => push(expr, descending, nulls, terms),
    }
    Ok(())
}

/// What a path ends at.
enum End<'r> {
    Relation(&'r Model),
    /// The primary key of a model.
    Key(&'r Model),
    Other,
}

fn end<'r>(names: &[&str], mut model: &'r Model, registry: &'r Registry) -> End<'r> {
    let last = names.len().saturating_sub(1);
    for (place, name) in names.iter().enumerate() {
        if place == last && *name == "pk" {
            return End::Key(model);
        }
        let next = match model.member(name) {
            Some(Member::Field(field)) if model.fields[field].name == *name => model.target(field).map(|(id, _)| id),
            Some(Member::ManyToMany(index)) => model.many_to_many().get(index).map(|link| link.target),
            Some(Member::Reverse(index)) => model.reverse().get(index).map(|reverse| reverse.source),
            _ => None,
        };
        match next {
            Some(id) => model = registry.get(id),
            None => return End::Other,
        }
    }
    End::Relation(model)
}
