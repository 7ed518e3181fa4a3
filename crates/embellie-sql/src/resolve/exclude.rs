//! Excluding by what may be several rows: Django's `split_exclude` and `trim_start`.

use embellie_core::Result;
use embellie_core::meta::Hop;
use embellie_core::query::Connector;

use super::filter::Split;
use super::generic::alike;
use super::joins::{Place, Places, Reuse};
use super::operand::Operand;
use super::tuple::same_key;
use super::{BASE, Scope};
use crate::resolved::{Comparison, Condition, Select};

impl<'r> Scope<'_, 'r> {
    /// The condition that a row has some row at the end of a multi-valued relation for which the comparison holds: a
    /// correlated `EXISTS`, which the negation around it turns into "none has".
    ///
    /// `steps` lead to the relation. Where the same call joined the relation already, the rows in question are the
    /// joined ones.
    pub(super) fn exclude(
        &mut self,
        split: &Split<'_>,
        operand: Operand<'_, 'r>,
        steps: &[(String, Vec<Hop>)],
        shared: &Places,
    ) -> Result<Condition<'r>> {
        let (context, model) = (self.context, self.model);
        // What queries on the right-hand side refer to is this query, not the one that is made.
        let (mut inner, places) = self.enclosing(|here| {
            let relations = here.relations.clone();
            let mut inner = Scope { relations, transparent: true, ..Scope::within(context, model, Some(here)) };
            let places = inner.compare_with(split, operand)?;
            let here = inner.outer.take();
            Ok(((inner, places), here))
        })?;
        let hops: Vec<Hop> = steps.iter().flat_map(|(_, hops)| hops.iter().copied()).collect();
        // The relation is the last hop; what comes before it can be left out of the subquery.
        let before = hops.len().saturating_sub(1);
        let (Some(hop), Some(&near), Some(&far)) = (hops.last(), places.get(before), places.get(before + 1)) else {
            return Ok(Condition::Never);
        };
        let mut may_lack = false;
        for at in 0..before {
            may_lack |= inner.is_left(places[at + 1]);
            inner.release(places[at]);
        }
        let registry = self.registry();
        let (from, to) = (registry.get(hop.from), registry.get(hop.to));
        let prefix = |field: usize| prefix(steps, from.fields[field].name.as_str());
        // A row that must have nothing at the other end would be lost without the table that it is missing from.
        let whole = inner.is_left(far) || inner.is_filtered(far);
        let (place, model) = if whole { (near, from) } else { (far, to) };
        if !whole {
            inner.release(near);
        }
        inner.rebase();

        let way = inner.full_way(&places, place, &hops);
        let joined = shared.iter().copied().find(|&other| other != BASE && self.way(other) == way);
        let link = match joined {
            Some(other) => same_key(inner.key_columns(place, model), self.key_columns(other, model)),
            None => {
                let mut same = Vec::new();
                let content_type = registry.content_type(*hop);
                let pairs: Vec<(usize, usize)> = match content_type {
                    // What a row points at generically, others may seem to point at as well.
                    Some((_, false)) if whole => from.key_fields().iter().map(|&field| (field, field)).collect(),
                    _ => registry.pairs(*hop).collect(),
                };
                for (here, there) in pairs {
                    let outer = self.reach(&prefix(here), Reuse::All)?.column;
                    let own = inner.column(place, model, if whole { here } else { there });
                    let (left, right) = alike(own, outer);
                    same.push(Condition::Compare { left, comparison: Comparison::Equal, right });
                }
                match content_type {
                    Some((content_type, true)) if !whole => {
                        same.push(inner.of_content_type(inner.column(far, to, content_type.field), to, content_type));
                    }
                    Some((content_type, false)) if !whole => {
                        let outer = self.reach(&prefix(content_type.field), Reuse::All)?.column;
                        same.push(self.of_content_type(outer, from, content_type));
                    }
                    _ => {}
                }
                Condition::group(Connector::And, false, same)
            }
        };
        inner.conditions.push(link);
        let exists = inner.into_exists();
        if !may_lack {
            return Ok(exists);
        }
        let lacks = self.is_null(&prefix(hop.from_field), shared)?;
        Ok(Condition::group(Connector::Or, false, vec![exists, lacks]))
    }

    /// The hops that led to a place before its scope lost its first tables.
    fn full_way(&self, places: &[Place], place: Place, hops: &[Hop]) -> Vec<Hop> {
        let length = places.iter().position(|&p| p == place).unwrap_or(0);
        hops[..length.min(hops.len())].to_vec()
    }

    /// The condition that the query has a row.
    pub(super) fn into_exists(mut self) -> Condition<'r> {
        let condition = self.take_condition();
        if condition == Condition::Never {
            return Condition::Never;
        }
        let (source, joins) = self.sources();
        Condition::Exists(Box::new(Select { joins, condition, ..Select::new(source, vec![super::rows::one()]) }))
    }
}

/// The names that lead to the column on this side of the relation.
fn prefix<'s>(steps: &'s [(String, Vec<Hop>)], column: &'s str) -> Vec<&'s str> {
    let names = steps.iter().take(steps.len().saturating_sub(1)).map(|(name, _)| name.as_str());
    names.chain([column]).collect()
}
