//! From names to hops: Django's `names_to_path`, `setup_joins` and `trim_joins`.

use embellie_core::meta::{Hop, Member, Model};
use embellie_core::{Error, Result};

use super::joins::{Place, Reuse};
use super::{BASE, Scope, message};
use crate::resolved::Column;

/// A field: its model, and its place there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'r> {
    pub(super) model: &'r Model,
    pub(super) index: usize,
}

/// Fields of a model: what the rows of a query are told by.
#[derive(Debug, Clone)]
pub(super) struct Fields<'r> {
    pub(super) model: &'r Model,
    pub(super) places: Vec<usize>,
}

/// The relation that a path ends in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation<'r> {
    /// The model at its end.
    pub(super) model: &'r Model,
    /// By which name messages call it.
    pub(super) name: &'r str,
    /// The class of Django's field.
    pub(super) class: &'static str,
    /// Whether the last name was the foreign key's attname, `author_id`.
    pub(super) by_attname: bool,
    /// The model whose primary key the relation's own field is, if it is one.
    pub(super) key_of: Option<&'r Model>,
}

/// What names lead to.
#[derive(Debug, Clone)]
pub(super) struct Way<'r> {
    /// Each name that was followed, with its hops.
    pub(super) steps: Vec<(String, Vec<Hop>)>,
    /// The field whose value the last name stands for.
    pub(super) end: Field<'r>,
    /// All fields that the last name stands for, `end` being the first, where they are several: a composite primary key,
    /// or what a relation over several columns points at.
    pub(super) several: Vec<usize>,
    /// The relation that the last name is, if it is one.
    pub(super) relation: Option<Relation<'r>>,
    /// How many names were followed.
    pub(super) followed: usize,
    /// The hops that are made by a relation with a condition: their places, and which relation.
    pub(super) filtered: Vec<(usize, usize)>,
}

/// What following names came to a stop at.
pub(super) enum Stop {
    /// A relation of several rows, where none is allowed: the steps up to and including it.
    Multiple(Vec<(String, Vec<Hop>)>),
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Error(error)
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Error(error) => error,
            Stop::Multiple(steps) => {
                let name = steps.last().map_or("", |(name, _)| name);
                Error::Field(format!("Invalid field name: '{name}': it leads to several rows"))
            }
        }
    }
}

/// A way with its joins made.
#[derive(Debug, Clone)]
pub(super) struct Joined<'r> {
    pub(super) way: Way<'r>,
    /// The tables on the way, the first included.
    pub(super) places: Vec<Place>,
}

/// A joined way without the joins at its end that its column does not need.
#[derive(Debug, Clone)]
pub(super) struct Trimmed<'r> {
    pub(super) column: Column<'r>,
    /// All columns that are meant, where they are several; none otherwise.
    pub(super) several: Vec<Column<'r>>,
    pub(super) places: Vec<Place>,
    /// The field at the end of the whole way, and all of them, where they are several.
    pub(super) end: Field<'r>,
    pub(super) ends: Vec<usize>,
    pub(super) relation: Option<Relation<'r>>,
}

impl<'r> Scope<'_, 'r> {
    /// Follows names from a model as far as they are fields and relations. What is left may be lookups.
    ///
    /// With `whole`, all names must lead somewhere. Without `multiple`, relations of several rows stop the walk.
    pub(super) fn follow(&self, from: &'r Model, names: &[&str], whole: bool, multiple: bool) -> Result<Way<'r>, Stop> {
        let mut model = from;
        let mut way = Way {
            steps: Vec::new(),
            end: Field { model, index: model.primary_key_index() },
            several: Vec::new(),
            relation: None,
            followed: 0,
            filtered: Vec::new(),
        };
        if names.is_empty() {
            return Err(message::unknown_name("", model).into());
        }
        for (position, &name) in names.iter().enumerate() {
            // What a model has of the one that it adds columns to is reached by way of it.
            while model.member(name).is_none()
                && let Some(link) = model.inherited(name)
                && let Some(hop) = self.registry().forward_hop(model.id(), link)
            {
                way.steps.push((model.fields[link].name.clone(), vec![hop]));
                model = self.registry().get(hop.to);
            }
            let Some(member) = model.member(name) else {
                if position == 0
                    && std::ptr::eq(model, self.model)
                    && let Some(relation) = self.relation_named(name)
                {
                    way = self.follow_relation(model, name, relation, multiple)?;
                    model = way.end.model;
                    continue;
                }
                if position == 0 || whole {
                    return Err(message::unknown_name(name, model).into());
                }
                break;
            };
            way.followed = position + 1;
            let hops = self.registry().hops(model.id(), member);
            let Some(last) = hops.last().copied() else {
                if let Member::Field(_) | Member::Key = member {
                    way.several = if member == Member::Key { model.key_fields().to_vec() } else { Vec::new() };
                    let index = if let Member::Field(index) = member { index } else { model.primary_key_index() };
                    way.end = Field { model, index };
                    way.relation = None;
                }
                if let (true, Some(next)) = (whole, names.get(position + 1)) {
                    return Err(message::no_join(next, name).into());
                }
                break;
            };
            if !multiple && let Some(at) = hops.iter().position(|hop| hop.multiple) {
                way.steps.push((name.to_owned(), hops[..=at].to_vec()));
                return Err(Stop::Multiple(way.steps));
            }
            let end = self.registry().get(last.to);
            let index = if last.forward { last.to_field } else { end.primary_key_index() };
            way.end = Field { model: end, index };
            way.several = self.pointed_at(last);
            way.relation = Some(Relation {
                model: end,
                name: model.name_of(member),
                class: message::relation_class(self.registry(), model, member),
                by_attname: matches!(member, Member::Field(i) if model.fields[i].name != name && name != "pk"),
                key_of: matches!(member, Member::Field(i) if model.key_fields() == [i]).then_some(model),
            });
            way.steps.push((name.to_owned(), hops));
            model = end;
        }
        Ok(way)
    }

    /// The fields at the end of a hop that it points at, where they are several.
    fn pointed_at(&self, hop: Hop) -> Vec<usize> {
        let end = self.registry().get(hop.to);
        match hop.forward {
            false if end.has_composite_key() => end.key_fields().to_vec(),
            true if hop.along.is_some() => match self.registry().pairs(hop).map(|(_, there)| there).collect::<Vec<_>>()
            {
                one if one.len() == 1 => Vec::new(),
                several => several,
            },
            _ => Vec::new(),
        }
    }

    /// Makes the joins of a way that begins at a table.
    pub(super) fn make_joins(&mut self, from: Place, way: Way<'r>, reuse: Reuse<'_>) -> Result<Joined<'r>> {
        let mut places = vec![from];
        let mut at = from;
        for (number, hop) in way.steps.iter().flat_map(|(_, hops)| hops).enumerate() {
            at = match way.filtered.iter().find(|(filtered, _)| *filtered == number) {
                Some((_, relation)) => self.filtered_join(at, *hop, *relation, reuse)?,
                None => self.join(at, *hop, reuse),
            };
            places.push(at);
        }
        Ok(Joined { way, places })
    }

    /// Leaves out the joins at the end of a way whose only use is a column that the table before has too: for
    /// `author__id`, `author_id` will do. What points back cannot be left out: it may find nothing.
    pub(super) fn trim(&mut self, joined: Joined<'r>) -> Trimmed<'r> {
        let Joined { way, mut places } = joined;
        let (mut field, mut several) = (way.end, way.several.clone());
        let hops: Vec<Hop> = way.steps.iter().flat_map(|(_, hops)| hops.iter().copied()).collect();
        for &hop in hops.iter().rev() {
            let filtered = places.last().is_some_and(|&place| self.is_filtered(place));
            if places.len() == 1 || !hop.forward || hop.to != field.model.id() || filtered {
                break;
            }
            let registry = self.registry();
            let held = |there: usize| registry.pairs(hop).find_map(|(here, end)| (end == there).then_some(here));
            let Some(index) = held(field.index) else { break };
            let Some(held) = several.iter().map(|&there| held(there)).collect::<Option<Vec<usize>>>() else { break };
            (field, several) = (Field { model: registry.get(hop.from), index }, held);
            if let Some(place) = places.pop() {
                self.release(place);
            }
        }
        let place = places.last().copied().unwrap_or(BASE);
        let column = self.column(place, field.model, field.index);
        let several = several.into_iter().map(|index| self.column(place, field.model, index)).collect();
        Trimmed { column, several, places, end: way.end, ends: way.several, relation: way.relation }
    }

    /// The column at the end of names, all of which must lead somewhere.
    pub(super) fn reach(&mut self, names: &[&str], reuse: Reuse<'_>) -> Result<Trimmed<'r>> {
        let way = self.follow(self.model, names, true, true)?;
        self.refer(BASE);
        let joined = self.make_joins(BASE, way, reuse)?;
        Ok(self.trim(joined))
    }
}
