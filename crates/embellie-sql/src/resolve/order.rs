//! Ordering: terms, the models' own orderings, and relations ordered as the models at their ends are.

use embellie_core::expr::{Expr, Nulls};
use embellie_core::meta::{Hop, Model};
use embellie_core::query::Distinct;
use embellie_core::{Error, OrderBy, Path, Query, Result};

use super::group::Grouping;
use super::joins::{Place, Reuse};
use super::left::Left;
use super::{BASE, Scope, message};
use crate::resolved::{Output, Scalar, Term};

/// Ways already taken to the ordering of a related model, to notice a circle.
type Seen = Vec<Vec<Option<Hop>>>;

impl<'r> Scope<'_, 'r> {
    /// The terms of a query's ordering. A name that is one of the values asked for orders by that value.
    pub(super) fn ordering(&mut self, query: &Query, outputs: &[Output<'r>]) -> Result<Vec<Term<'r>>> {
        let named = query.selected().is_some() || !self.annotations.is_empty();
        let values = if named { outputs } else { &[] };
        let model = self.model;
        let extra = std::mem::take(&mut self.extra_order);
        // A model's own ordering says nothing of groups.
        let own: &[OrderBy] = if matches!(self.grouping, Grouping::None) { &model.ordering } else { &[] };
        let asked = match &query.order_by {
            _ if !extra.is_empty() => &extra,
            Some(asked) => asked,
            None => own,
        };
        let mut terms = Vec::with_capacity(asked.len());
        for term in asked {
            let turned = query.reversed.then(|| term.clone().reversed());
            let term = turned.as_ref().unwrap_or(term);
            if !extra.is_empty()
                && let Some(term) = self.table_column(term)?
            {
                terms.push(term);
                continue;
            }
            let name = match &term.expr {
                Expr::Path(path) => Some(path.to_string()),
                _ => None,
            };
            match values.iter().position(|output| Some(&output.name) == name.as_ref()) {
                Some(first) => {
                    let rest = values[first + 1..].iter().take_while(|output| output.joined);
                    terms.extend(std::iter::once(&values[first]).chain(rest).map(|output| Term {
                        expr: output.expr.clone(),
                        descending: term.descending,
                        nulls: term.nulls,
                    }));
                }
                None => self.term(term, &mut terms)?,
            }
        }
        let mut unique: Vec<Term<'r>> = Vec::with_capacity(terms.len());
        for term in terms {
            if unique.iter().all(|known| known.expr != term.expr) {
                unique.push(term);
            }
        }
        Ok(unique)
    }

    /// The ordering where it has a say in which rows there are: of a slice, and of the first of equal rows.
    pub(super) fn ordering_of_distinct(&mut self, query: &Query, outputs: &[Output<'r>]) -> Result<Vec<Term<'r>>> {
        match query.slice.is_whole() && !matches!(query.distinct, Distinct::On(_)) {
            true => Ok(Vec::new()),
            false => self.ordering(query, outputs),
        }
    }

    fn term(&mut self, term: &OrderBy, terms: &mut Vec<Term<'r>>) -> Result<()> {
        match &term.expr {
            Expr::Path(path) => {
                let names: Vec<&str> = path.names().collect();
                if names == ["?"] {
                    terms.push(Term { expr: Scalar::Random, descending: false, nulls: None });
                    return Ok(());
                }
                if let Some((annotation, used)) = self.annotation(&names) {
                    let left = Left::of_scalar(annotation.scalar.clone(), annotation.alias.clone());
                    let parts = self.transforms(left, &names[used..])?.into_parts().into_iter();
                    terms.extend(parts.map(|expr| Term { expr, descending: term.descending, nulls: term.nulls }));
                    return Ok(());
                }
                let (model, direction) = (self.model, Direction { descending: term.descending, nulls: term.nulls });
                self.refer(BASE);
                self.by_names(BASE, model, &names, Walked { direction, before: &[] }, &mut Vec::new(), terms)
            }
            asked => {
                let expr = self.scalar(asked, None, true)?;
                self.check_aggregates_of_order(asked, &expr)?;
                terms.push(Term { expr, descending: term.descending, nulls: term.nulls });
                Ok(())
            }
        }
    }

    /// Refuses to order by an aggregate that no annotation is: the rows would not be grouped for it.
    fn check_aggregates_of_order(&self, asked: &Expr, expr: &Scalar<'r>) -> Result<()> {
        let annotated = |part: &Scalar<'r>| {
            let known = self.annotations.iter().any(|annotation| annotation.scalar == *part);
            known.then_some(Scalar::One)
        };
        match expr.contains_aggregate() && expr.clone().replace(&mut { annotated }).contains_aggregate() {
            true => Err(Error::Field(format!(
                "Using an aggregate in order_by() without also including it in annotate() is not allowed: {asked}"
            ))),
            false => Ok(()),
        }
    }

    fn by_names(
        &mut self,
        from: Place,
        model: &'r Model,
        names: &[&str],
        walked: Walked<'_>,
        seen: &mut Seen,
        terms: &mut Vec<Term<'r>>,
    ) -> Result<()> {
        let Walked { direction, before } = walked;
        let way = self.follow(model, names, false, true)?;
        if way.followed < names.len() {
            if from != BASE {
                return Err(message::unknown_name(names.get(way.followed).copied().unwrap_or_default(), model));
            }
            let expr = self.path(names, &mut None, true)?;
            terms.push(Term { expr, descending: direction.descending, nulls: direction.nulls });
            return Ok(());
        }
        let joined = self.make_joins(from, way, Reuse::All)?;
        let by_related = joined.way.relation.filter(|relation| {
            !relation.by_attname && names != ["pk"] && direction.nulls.is_none() && !relation.model.ordering.is_empty()
        });
        let Some(relation) = by_related else {
            let Direction { descending, nulls } = direction;
            let parts = Left::from(self.trim(joined)).scalar.into_parts();
            terms.extend(parts.into_iter().map(|expr| Term { expr, descending, nulls }));
            return Ok(());
        };
        let hops: Vec<Option<Hop>> = joined.places.iter().map(|&place| self.hop_to(place)).collect();
        if seen.contains(&hops) {
            return Err(Error::Field("Infinite loop caused by ordering.".into()));
        }
        seen.push(hops);
        let end = joined.places.last().copied().unwrap_or(from);
        let here: Vec<String> = before.iter().cloned().chain(names.iter().map(|name| (*name).to_owned())).collect();
        for item in &relation.model.ordering {
            let nulls = if direction.descending { item.clone().reversed().nulls } else { item.nulls };
            let descending = item.descending != direction.descending;
            match &item.expr {
                Expr::Path(path) => {
                    let names: Vec<&str> = path.names().collect();
                    let walked = Walked { direction: Direction { descending, nulls }, before: &here };
                    self.by_names(end, relation.model, &names, walked, seen, terms)?;
                }
                expr => {
                    let expr = self.scalar(&expr.with_prefix(&Path::new(here.iter().cloned())), None, true)?;
                    terms.push(Term { expr, descending, nulls });
                }
            }
        }
        Ok(())
    }
}

/// How names are ordered by, and those that led to the table from which they go on.
#[derive(Debug, Clone, Copy)]
struct Walked<'w> {
    direction: Direction,
    before: &'w [String],
}

#[derive(Debug, Clone, Copy)]
struct Direction {
    descending: bool,
    nulls: Option<Nulls>,
}
