//! Which joins of a condition are inner and which outer: Django's `JoinPromoter`.

use std::collections::BTreeMap;

use embellie_core::query::Connector;

use super::Scope;
use super::joins::{Place, Places};

/// How many children must find a row for the group to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// One that needs the row is enough to need it.
    Any,
    /// Only if all need the row is it needed.
    All,
    /// It may hold without.
    None,
}

/// Counts, for the children of one group, how many cannot hold without a row at the other end of a join.
pub(super) struct Promoter {
    needs: Needs,
    children: usize,
    votes: BTreeMap<Place, usize>,
}

impl Promoter {
    /// A negated "and" behaves as an "or" does, and the other way round.
    pub(super) fn new(connector: Connector, children: usize, negated: bool) -> Self {
        let needs = match (connector, negated) {
            (Connector::And, false) | (Connector::Or, true) => Needs::Any,
            (Connector::Or | Connector::Xor, false) | (Connector::And, true) => Needs::All,
            (Connector::Xor, true) => Needs::None,
        };
        Promoter { needs, children, votes: BTreeMap::new() }
    }

    pub(super) fn vote(&mut self, places: Places) {
        for place in places {
            *self.votes.entry(place).or_default() += 1;
        }
    }

    /// Sets the joins' kinds, and gives those that the whole group needs to find a row.
    ///
    /// An inner join under "or" would lose the rows for which another child holds, unless every child needs it. Under
    /// "and", one child that needs the row is enough. An exclusive "or" is an "or" here; Django leaves its joins as its
    /// children want them and loses rows.
    pub(super) fn apply(self, scope: &mut Scope<'_, '_>) -> Places {
        let (mut outer, mut inner) = (Places::new(), Places::new());
        for (place, votes) in self.votes {
            match self.needs {
                Needs::Any => inner.insert(place),
                Needs::All if votes == self.children => inner.insert(place),
                Needs::All | Needs::None => outer.insert(place),
            };
        }
        scope.promote(outer);
        scope.demote(inner.iter().copied());
        inner
    }
}
