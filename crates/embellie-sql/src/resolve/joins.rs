//! The tables of a query and how they hang together: Django's `alias_map` with its reference counts.

use std::borrow::Cow;
use std::collections::BTreeSet;

use embellie_core::meta::{Hop, Model};

use super::{BASE, Scope};
use crate::resolved::{Alias, Column, Condition, Join, JoinKind, Scalar, Source};

/// A table's place in its query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(pub(super) usize);

/// Places that a filter may share.
pub(super) type Places = BTreeSet<Place>;

/// One use of a table.
#[derive(Debug, Clone)]
pub(super) struct TableUse<'r> {
    pub(super) alias: Alias,
    pub(super) table: Cow<'r, str>,
    /// The model whose rows it holds; none for what is no model's table.
    pub(super) model: Option<&'r Model>,
    /// How it is joined; the base table is not.
    pub(super) join: Option<Joined>,
    /// How often it is needed. A join that nothing needs is left out.
    references: usize,
}

/// How a table is joined.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joined {
    parent: Place,
    hop: Hop,
    kind: JoinKind,
}

/// Which joins over a multi-valued relation may be shared. All others always are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reuse<'a> {
    All,
    Only(&'a Places),
}

impl<'r> TableUse<'r> {
    pub(super) fn base(alias: Alias, model: &'r Model) -> Self {
        TableUse { alias, table: Cow::Borrowed(&model.table), model: Some(model), join: None, references: 1 }
    }
}

impl<'r> Scope<'_, 'r> {
    pub(super) fn table(&self, place: Place) -> &TableUse<'r> {
        &self.tables[place.0]
    }

    pub(super) fn places(&self) -> impl Iterator<Item = Place> + use<> {
        (0..self.tables.len()).map(Place)
    }

    pub(super) fn refer(&mut self, place: Place) {
        self.tables[place.0].references += 1;
    }

    pub(super) fn release(&mut self, place: Place) {
        let references = &mut self.tables[place.0].references;
        *references = references.saturating_sub(1);
    }

    pub(super) fn references(&self) -> Vec<usize> {
        self.tables.iter().map(|table| table.references).collect()
    }

    pub(super) fn join_kind(&self, place: Place) -> Option<JoinKind> {
        self.table(place).join.map(|join| join.kind)
    }

    pub(super) fn is_left(&self, place: Place) -> bool {
        self.join_kind(place) == Some(JoinKind::Left)
    }

    pub(super) fn inner_joins(&self) -> Vec<Place> {
        self.places().filter(|&place| self.join_kind(place) == Some(JoinKind::Inner)).collect()
    }

    /// Follows a hop from a table: by a join that is there and may be shared, the latest first, or by a new one. A new
    /// join is an outer one where it may find nothing, or hangs on an outer one.
    pub(super) fn join(&mut self, parent: Place, hop: Hop, reuse: Reuse<'_>) -> Place {
        let may_share = |place: Place| match reuse {
            Reuse::Only(places) if hop.multiple => places.contains(&place),
            _ => true,
        };
        let same = |table: &TableUse<'r>| table.join.is_some_and(|join| join.parent == parent && join.hop == hop);
        if let Some(place) = self.places().filter(|&p| may_share(p) && same(self.table(p))).last() {
            self.refer(place);
            return place;
        }
        let kind = if hop.nullable || self.is_left(parent) { JoinKind::Left } else { JoinKind::Inner };
        let model = self.registry().get(hop.to);
        let join = Some(Joined { parent, hop, kind });
        let table = Cow::Borrowed(model.table.as_str());
        self.tables.push(TableUse { alias: self.context.new_alias(), table, model: Some(model), join, references: 1 });
        Place(self.tables.len() - 1)
    }

    /// Makes joins outer where they may find nothing, and with each those that hang on it.
    pub(super) fn promote(&mut self, places: impl IntoIterator<Item = Place>) {
        let mut queue: Vec<Place> = places.into_iter().collect();
        while let Some(place) = queue.pop() {
            let Some(join) = self.table(place).join else { continue };
            if join.kind == JoinKind::Left || !(join.hop.nullable || self.is_left(join.parent)) {
                continue;
            }
            self.set_kind(place, JoinKind::Left);
            queue.extend(self.places().filter(|&p| self.table(p).join.is_some_and(|child| child.parent == place)));
        }
    }

    /// Makes outer joins inner, and with each those that it hangs on.
    pub(super) fn demote(&mut self, places: impl IntoIterator<Item = Place>) {
        let mut queue: Vec<Place> = places.into_iter().collect();
        while let Some(place) = queue.pop() {
            let Some(join) = self.table(place).join else { continue };
            if join.kind == JoinKind::Left {
                self.set_kind(place, JoinKind::Inner);
                queue.push(join.parent);
            } else if self.is_left(join.parent) {
                queue.push(join.parent);
            }
        }
    }

    fn set_kind(&mut self, place: Place, kind: JoinKind) {
        if let Some(join) = &mut self.tables[place.0].join {
            join.kind = kind;
        }
    }

    /// The hop that a table was joined by.
    pub(super) fn hop_to(&self, place: Place) -> Option<Hop> {
        self.table(place).join.map(|join| join.hop)
    }

    /// The way from the base table to this one.
    pub(super) fn way(&self, place: Place) -> Vec<Hop> {
        let mut way = Vec::new();
        let mut at = place;
        while let Some(join) = self.table(at).join {
            way.push(join.hop);
            at = join.parent;
        }
        way.reverse();
        way
    }

    /// Takes away the first tables up to, but without, the first that is still needed, which becomes the base.
    pub(super) fn rebase(&mut self) {
        if let Some(table) = self.tables.iter_mut().find(|table| table.references > 0) {
            table.join = None;
        }
    }

    /// Whether the query needs no table but its own.
    pub(super) fn is_single(&self) -> bool {
        self.places().all(|place| place == BASE || self.table(place).references == 0)
    }

    /// A column of a table in use.
    pub(super) fn column(&self, place: Place, model: &'r Model, field: usize) -> Column<'r> {
        let meta = &model.fields[field];
        Column {
            alias: self.table(place).alias,
            name: &meta.column,
            kind: self.registry().storage_kind(model.id(), field),
            null: meta.null,
        }
    }

    /// The columns of a table's primary key.
    pub(super) fn key_columns(&self, place: Place, model: &'r Model) -> Vec<Column<'r>> {
        model.key_fields().iter().map(|&field| self.column(place, model, field)).collect()
    }

    /// The `FROM` of the query: what is needed of its tables.
    pub(super) fn sources(&self) -> (Source<'r>, Vec<Join<'r>>) {
        let mut needed = self.tables.iter().filter(|table| table.references > 0);
        let first = needed.next().unwrap_or(&self.tables[BASE.0]);
        let joins = needed.filter_map(|table| {
            let Joined { parent, hop, kind } = table.join?;
            let (from, to) = (self.registry().get(hop.from), self.registry().get(hop.to));
            let near = self.column(parent, from, hop.from_field);
            let far = Column { alias: table.alias, ..self.column(parent, to, hop.to_field) };
            let on = vec![(Scalar::Column(near), Scalar::Column(far))];
            Some(Join { alias: table.alias, table: table.table.clone(), kind, on, condition: Condition::Always })
        });
        (Source::Table { alias: first.alias, table: first.table.clone() }, joins.collect())
    }
}
