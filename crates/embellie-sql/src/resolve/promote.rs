//! Which joins of a condition are inner and which outer: Django's `JoinPromoter`.

use std::collections::BTreeMap;

use embellie_core::query::Connector;

use super::Scope;
use super::joins::{Place, Places};

/// Counts, for the children of one group, how many cannot hold without a row at the other end of a join.
pub(super) struct Promoter {
    connector: Connector,
    children: usize,
    votes: BTreeMap<Place, usize>,
}

impl Promoter {
    /// A negated "and" behaves as an "or" does, and the other way round.
    pub(super) fn new(connector: Connector, children: usize, negated: bool) -> Self {
        let connector = match (connector, negated) {
            (connector, false) => connector,
            (Connector::And, true) => Connector::Or,
            (_, true) => Connector::And,
        };
        Promoter { connector, children, votes: BTreeMap::new() }
    }

    pub(super) fn vote(&mut self, places: Places) {
        for place in places {
            *self.votes.entry(place).or_default() += 1;
        }
    }

    /// Sets the joins' kinds, and gives those that the whole group needs to find a row.
    ///
    /// An inner join under "or" would lose the rows for which another child holds, unless every child needs it. Under
    /// "and", one child that needs the row is enough.
    pub(super) fn apply(self, scope: &mut Scope<'_, '_>) -> Places {
        let (mut outer, mut inner) = (Places::new(), Places::new());
        for (place, votes) in self.votes {
            match self.connector {
                Connector::And => inner.insert(place),
                Connector::Or if votes == self.children => inner.insert(place),
                Connector::Or => outer.insert(place),
                Connector::Xor => false,
            };
        }
        scope.promote(outer);
        scope.demote(inner.iter().copied());
        inner
    }
}
