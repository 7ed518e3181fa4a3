//! The tables of a query and how they hang together: Django's `alias_map` with its reference counts.

use std::borrow::Cow;
use std::collections::BTreeSet;

use embellie_core::Result;
use embellie_core::meta::{Hop, Model};

use super::{BASE, Scope, generic};
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
    join: Option<Joined<'r>>,
    /// How often it is needed. A join that nothing needs is left out.
    references: usize,
}

/// How a table is joined.
#[derive(Debug, Clone)]
pub(super) struct Joined<'r> {
    kind: JoinKind,
    by: By<'r>,
}

/// What a table is joined by.
#[derive(Debug, Clone)]
enum By<'r> {
    /// A relation from another table, perhaps one with a condition and a name of its own.
    Hop { parent: Place, hop: Hop, filtered: Option<Filtered<'r>> },
    /// Columns that must be equal.
    Columns(Vec<(Scalar<'r>, Scalar<'r>)>),
}

/// A relation with a condition: which, and what it comes to here.
#[derive(Debug, Clone)]
struct Filtered<'r> {
    relation: usize,
    condition: Condition<'r>,
}

impl<'r> Joined<'r> {
    fn hop(&self) -> Option<(Place, Hop)> {
        match &self.by {
            By::Hop { parent, hop, .. } => Some((*parent, *hop)),
            By::Columns(_) => None,
        }
    }

    fn filtered(&self) -> Option<&Filtered<'r>> {
        match &self.by {
            By::Hop { filtered, .. } => filtered.as_ref(),
            By::Columns(_) => None,
        }
    }
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

    /// What is no model's table: in the place of the query's own, or joined with those before it.
    pub(super) fn other(
        alias: Alias,
        table: Cow<'r, str>,
        join: Option<(JoinKind, Vec<(Scalar<'r>, Scalar<'r>)>)>,
    ) -> Self {
        let join = join.map(|(kind, on)| Joined { kind, by: By::Columns(on) });
        TableUse { alias, table, model: None, join, references: 1 }
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

    /// Whether something in the query needs a table.
    pub(super) fn is_needed(&self, place: Place) -> bool {
        self.table(place).references > 0
    }

    pub(super) fn references(&self) -> Vec<usize> {
        self.tables.iter().map(|table| table.references).collect()
    }

    pub(super) fn join_kind(&self, place: Place) -> Option<JoinKind> {
        self.table(place).join.as_ref().map(|join| join.kind)
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
        match self.shared_join(parent, hop, None, reuse) {
            Some(place) => place,
            None => self.new_join(parent, hop),
        }
    }

    /// The same, by a relation with a condition.
    pub(super) fn filtered_join(
        &mut self,
        parent: Place,
        hop: Hop,
        relation: usize,
        reuse: Reuse<'_>,
    ) -> Result<Place> {
        if let Some(place) = self.shared_join(parent, hop, Some(relation), reuse) {
            return Ok(place);
        }
        let place = self.new_join(parent, hop);
        // The condition is about this very join.
        self.set_filtered(place, Filtered { relation, condition: Condition::Always });
        let mut shared: Places = match reuse {
            Reuse::All => self.places().collect(),
            Reuse::Only(places) => places.clone(),
        };
        shared.insert(place);
        let condition = self.relation_condition(relation, &mut shared)?;
        self.set_filtered(place, Filtered { relation, condition });
        Ok(place)
    }

    fn set_filtered(&mut self, place: Place, made: Filtered<'r>) {
        if let Some(Joined { by: By::Hop { filtered, .. }, .. }) = &mut self.tables[place.0].join {
            *filtered = Some(made);
        }
    }

    /// Whether a table was joined by a relation with a condition.
    pub(super) fn is_filtered(&self, place: Place) -> bool {
        self.table(place).join.as_ref().is_some_and(|join| join.filtered().is_some())
    }

    fn shared_join(&mut self, parent: Place, hop: Hop, relation: Option<usize>, reuse: Reuse<'_>) -> Option<Place> {
        let may_share = |place: Place| match reuse {
            Reuse::Only(places) if hop.multiple => places.contains(&place),
            _ => true,
        };
        let same = |table: &TableUse<'r>| {
            table.join.as_ref().is_some_and(|join| {
                join.hop() == Some((parent, hop)) && join.filtered().map(|filtered| filtered.relation) == relation
            })
        };
        let place = self.places().filter(|&p| may_share(p) && same(self.table(p))).last()?;
        self.refer(place);
        Some(place)
    }

    fn new_join(&mut self, parent: Place, hop: Hop) -> Place {
        let kind = if hop.nullable || self.is_left(parent) { JoinKind::Left } else { JoinKind::Inner };
        let model = self.registry().get(hop.to);
        let join = Some(Joined { kind, by: By::Hop { parent, hop, filtered: None } });
        let table = Cow::Borrowed(model.table.as_str());
        self.tables.push(TableUse { alias: self.context.new_alias(), table, model: Some(model), join, references: 1 });
        Place(self.tables.len() - 1)
    }

    /// Makes joins outer where they may find nothing, and with each those that hang on it.
    pub(super) fn promote(&mut self, places: impl IntoIterator<Item = Place>) {
        let mut queue: Vec<Place> = places.into_iter().collect();
        while let Some(place) = queue.pop() {
            let Some((parent, hop)) = self.hop_from(place) else { continue };
            if self.is_left(place) || !(hop.nullable || self.is_left(parent)) {
                continue;
            }
            self.set_kind(place, JoinKind::Left);
            queue.extend(self.places().filter(|&p| self.hop_from(p).is_some_and(|(parent, _)| parent == place)));
        }
    }

    /// Makes outer joins inner, and with each those that it hangs on.
    pub(super) fn demote(&mut self, places: impl IntoIterator<Item = Place>) {
        let mut queue: Vec<Place> = places.into_iter().collect();
        while let Some(place) = queue.pop() {
            let Some((parent, _)) = self.hop_from(place) else { continue };
            if self.is_left(place) {
                self.set_kind(place, JoinKind::Inner);
                queue.push(parent);
            } else if self.is_left(parent) {
                queue.push(parent);
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
        self.hop_from(place).map(|(_, hop)| hop)
    }

    /// The same, and the table where it begins.
    fn hop_from(&self, place: Place) -> Option<(Place, Hop)> {
        self.table(place).join.as_ref().and_then(Joined::hop)
    }

    /// The way from the base table to this one.
    pub(super) fn way(&self, place: Place) -> Vec<Hop> {
        let mut way = Vec::new();
        let mut at = place;
        while let Some((parent, hop)) = self.hop_from(at) {
            way.push(hop);
            at = parent;
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

    /// The `FROM` of the query: what is needed of its tables, each after those that its join is about.
    pub(super) fn sources(&self) -> (Source<'r>, Vec<Join<'r>>) {
        let needed: Vec<&TableUse<'r>> = self.tables.iter().filter(|table| table.references > 0).collect();
        let first = needed.first().copied().unwrap_or(&self.tables[BASE.0]);
        let mut waiting: Vec<Join<'r>> = needed.iter().skip(1).filter_map(|table| self.join_of(table)).collect();
        let mut joins: Vec<Join<'r>> = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let later: Vec<Alias> = waiting.iter().map(|join| join.alias).collect();
            let ready = waiting.iter().position(|join| {
                let uses_later = |alias: Alias| alias != join.alias && later.contains(&alias);
                !join.uses(&uses_later)
            });
            joins.push(waiting.remove(ready.unwrap_or(0)));
        }
        (Source::Table { alias: first.alias, table: first.table.clone() }, joins)
    }

    fn join_of(&self, table: &TableUse<'r>) -> Option<Join<'r>> {
        let Joined { kind, by } = table.join.as_ref()?;
        let (on, condition) = match by {
            By::Columns(on) => (on.clone(), Condition::Always),
            By::Hop { parent, hop, filtered } => {
                let (from, to) = (self.registry().get(hop.from), self.registry().get(hop.to));
                let far = |field| Column { alias: table.alias, ..self.column(*parent, to, field) };
                let pairs = self.registry().pairs(*hop);
                let on = pairs.map(|(near, end)| generic::alike(self.column(*parent, from, near), far(end))).collect();
                let of_type = match self.registry().content_type(*hop) {
                    Some((content_type, true)) => self.of_content_type(far(content_type.field), to, content_type),
                    Some((content_type, false)) => {
                        self.of_content_type(self.column(*parent, from, content_type.field), from, content_type)
                    }
                    None => Condition::Always,
                };
                let condition = filtered.as_ref().map_or(Condition::Always, |filtered| filtered.condition.clone());
                (on, of_type.and(condition))
            }
        };
        Some(Join { alias: table.alias, table: table.table.clone(), kind: *kind, on, condition })
    }
}

impl<'r> Join<'r> {
    /// Whether what must hold for it is about a table.
    fn uses(&self, is_it: &dyn Fn(Alias) -> bool) -> bool {
        let mut found = false;
        let mut visit = |scalar: &Scalar<'r>| {
            found = found
                || match scalar {
                    Scalar::Column(column) => is_it(column.alias),
                    Scalar::Inner { alias, .. } | Scalar::Named { alias, .. } => is_it(*alias),
                    _ => false,
                };
        };
        for (near, far) in &self.on {
            near.each_within(&mut visit);
            far.each_within(&mut visit);
        }
        self.condition.each_within(&mut visit);
        found
    }
}
