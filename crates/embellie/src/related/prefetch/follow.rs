//! Following relations from many owners at once.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use embellie_core::meta::{Model, ModelId};
use embellie_core::{BoxFuture, Error, Result};

use super::load::{Asked, Loaded, PointsBack, RecordSet, Tie, together};
use super::way::Way;
use super::{Level, Node};
use crate::database::{Round, Session};
use crate::model::{Instance, RelationSlot, key_of};
use crate::query_set::FetchMode;
use crate::record::Record;
use crate::related::held::{Held, SetName};
use crate::related::kept::Late;
use crate::related::peers::{Given, Index, Object, Peers, What};

/// Objects that relations are followed from.
type Owners<'a> = [&'a mut (dyn Instance + 'static)];

/// Objects that several relations are followed from at a time.
type Shared<'s, 'o> = Mutex<&'s mut Owners<'o>>;

/// Follows some relations, side by side: what they read goes to the database together.
pub(super) fn all<'a>(
    nodes: &'a [Node],
    owners: &'a mut Owners<'_>,
    mode: FetchMode,
    session: Session<'a>,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        if owners.is_empty() {
            return Ok(());
        }
        let owners = Mutex::new(owners);
        if let [only] = nodes {
            return only.follow(&owners, mode, session).await;
        }
        let round = Round::default();
        let each = session.in_round(&round);
        let reads = nodes.iter().map(|node| Box::pin(node.follow(&owners, mode, each)) as BoxFuture<'_, Result<()>>);
        round.finish(session, reads.collect()).await?;
        Ok(())
    })
}

fn lock<'l, 's, 'o>(owners: &'l Shared<'s, 'o>) -> MutexGuard<'l, &'s mut Owners<'o>> {
    owners.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The object, if it has no Rust type.
pub(super) fn record<'o>(object: &'o mut (dyn Instance + 'static)) -> Option<&'o mut Record> {
    let object: &mut dyn Any = object;
    object.downcast_mut()
}

impl Node {
    async fn follow(&self, owners: &Shared<'_, '_>, mode: FetchMode, session: Session<'_>) -> Result<()> {
        let registry = session.database().registry();
        let Some(label) = lock(owners).first().map(|owner| owner.label().to_owned()) else { return Ok(()) };
        let model = registry.model(&label)?;
        let way = Way::of(&self.level, model, registry)?;
        if let Way::Inherited { link, ancestor } = way {
            return Box::pin(self.follow_inherited(owners, &model.fields[link].name, ancestor, mode, session)).await;
        }
        let name = self.name.clone().or_else(|| way.set_name(registry)).map(Arc::new);
        if let Some(SetName::Named(name)) = name.as_deref()
            && model.field_index(name).is_some()
        {
            return Err(Error::Value(format!("to_attr={name} conflicts with a field on the {} model.", model.name)));
        }
        let Leads { each, values, first, mut left } = Leads::of(&mut lock(owners), &way, name.as_deref(), model)?;
        let mut loaded = None;
        if !values.keys().is_empty() {
            let (tie, single) = match &way {
                Way::Key { to_field, .. } => (Tie::Fields(vec![*to_field], None), self.name.is_none()),
                Way::Back { field, .. } => (Tie::Fields(vec![*field], Some(PointsBack::Field(*field))), false),
                Way::Fields { there, back: false, .. } => (Tie::Fields(there.clone(), None), self.name.is_none()),
                Way::Fields { name, there, .. } => {
                    (Tie::Fields(there.clone(), Some(PointsBack::Relation(name.clone()))), false)
                }
                Way::Link { back, .. } => (Tie::Link(back.clone()), false),
                Way::Inherited { .. } => return Ok(()),
            };
            let points_back = matches!(way, Way::Back { inherited: false, .. } | Way::Fields { back: true, .. });
            let copy = |number: usize| {
                let owners = lock(owners);
                (self.level.share)(&**owners.get(*first.get(number)?)?)
            };
            let late = || {
                let owners = lock(owners);
                let states = first.iter().map(|&place| owners[place].state());
                Late::of(states.map(|state| (state.kept(), state.peers())))
            };
            let asked = Asked {
                target: way.target(),
                copy: if points_back { Some(&copy) } else { None },
                late: if points_back { late() } else { None },
                tie,
                values,
                single,
                nodes: &self.nodes,
                mode,
            };
            loaded = Some(self.load.load(asked, session).await?);
        }
        let told = self.told(&lock(owners), &each, &way, name.as_deref(), loaded.as_ref(), model);
        for (peers, what, given) in told {
            peers.given(&what, given).await;
        }
        if session.database().logs().is_active() && loaded.as_ref().is_some_and(|loaded| !loaded.is_empty()) {
            self.watch(&lock(owners), &way, name.as_deref(), session);
        }
        for (owner, lead) in lock(owners).iter_mut().zip(&each) {
            if let Lead::There = lead {
                continue;
            }
            let Some(name) = &name else {
                let object = loaded.as_ref().zip(lead.number()).and_then(|(loaded, number)| loaded.object(number));
                self.point(&mut **owner, &way, lead.number().is_none(), object);
                continue;
            };
            let set = loaded.as_mut().zip(lead.number()).and_then(|(loaded, number)| {
                left[number] -= 1;
                loaded.set(number, left[number] == 0)
            });
            hold(&mut **owner, name, &way, set.unwrap_or_else(|| self.load.nothing()));
        }
        if !self.nodes.is_empty() {
            self.go_on(owners, &each, &way, name.as_ref(), mode, session).await?;
        }
        Ok(())
    }

    /// Follows a relation of the rows that the owners add columns to: by way of these rows.
    async fn follow_inherited(
        &self,
        owners: &Shared<'_, '_>,
        link: &str,
        ancestor: ModelId,
        mode: FetchMode,
        session: Session<'_>,
    ) -> Result<()> {
        let registry = session.database().registry();
        let level = Level::new::<Record, Record>(link.to_owned(), || Arc::new(RecordSet)).of_objects();
        let load = (level.whole)();
        let parents = Node { level, name: None, load, nodes: vec![self.clone()] };
        parents.follow(owners, mode, session).await?;
        let way = Way::of(&self.level, registry.get(ancestor), registry)?;
        let name = self.name.clone().or_else(|| way.set_name(registry)).map(Arc::new);
        for owner in lock(owners).iter_mut() {
            let Some(record) = record(&mut **owner) else { continue };
            let Some(parent) = record.shared(link).flatten() else { continue };
            match &name {
                None => record.attach_shared(&self.level.name, parent.shared(&self.level.name).flatten()),
                Some(name) => {
                    if let Some(held) = parent.state().held(name) {
                        record.state_mut().hold(Arc::clone(name), Held::sharing(Arc::clone(held)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Watches whether the owners are asked for what was read for them.
    fn watch(&self, owners: &Owners<'_>, way: &Way, name: Option<&SetName>, session: Session<'_>) {
        let what = match (way, name) {
            (_, Some(name)) => What::Set(name.clone()),
            (Way::Key { field, .. }, None) => What::Key(*field),
            _ => return,
        };
        let by = way.column(session.database().registry());
        let mut watched: Vec<&Arc<Peers>> = Vec::new();
        for peers in owners.iter().filter_map(|owner| owner.state().peers()) {
            if !watched.iter().any(|known| Arc::ptr_eq(known, peers)) {
                peers.watch_prefetched(what.clone(), &self.level.name, way.target(), by.clone(), session.database());
                watched.push(peers);
            }
        }
    }

    /// What the groups of rows that the owners came with were given: it need not be read again for them.
    fn told(
        &self,
        owners: &Owners<'_>,
        each: &[Lead],
        way: &Way,
        name: Option<&SetName>,
        loaded: Option<&Loaded>,
        model: &Model,
    ) -> Vec<(Arc<Peers>, What, Given)> {
        let what = match (way, name) {
            (Way::Key { field, .. }, None) => What::Key(*field),
            (_, Some(name @ SetName::Way { .. })) => What::Set(name.clone()),
            _ => return Vec::new(),
        };
        let mut groups: Vec<(&Arc<Peers>, Vec<usize>)> = Vec::new();
        for (place, (owner, lead)) in owners.iter().zip(each).enumerate() {
            let (Some(peers), Lead::Null | Lead::Value(_)) = (owner.state().peers(), lead) else { continue };
            match groups.iter_mut().rev().find(|(known, _)| Arc::ptr_eq(known, peers)) {
                Some((_, places)) => places.push(place),
                None => groups.push((peers, vec![place])),
            }
        }
        let shared = matches!(way, Way::Key { .. }) && self.load.is_whole();
        let given = |peers: &Peers, places: Vec<usize>| match loaded {
            Some(loaded) if shared => {
                let numbers = places.iter().filter_map(|&place| each[place].number());
                Given::Found(numbers.map(|number| (loaded.value(number), loaded.object(number).cloned())).collect())
            }
            _ if places.len() == peers.len() => Given::All,
            _ => {
                let key = |place: usize| match (way, each[place].number(), loaded) {
                    (Way::Key { .. }, Some(number), Some(loaded)) => Some(loaded.value(number)),
                    (Way::Key { .. }, ..) => None,
                    _ => key_of(&*owners[place], model).ok(),
                };
                Given::Some(places.into_iter().filter_map(key).collect())
            }
        };
        groups.into_iter().map(|(peers, places)| (Arc::clone(peers), what.clone(), given(peers, places))).collect()
    }

    /// Tells a foreign key its object.
    fn point(&self, owner: &mut (dyn Instance + 'static), way: &Way, is_null: bool, object: Option<&Object>) {
        let (Way::Key { .. } | Way::Fields { back: false, .. }) = way else { return };
        if let (Some(object), Way::Key { field, .. }) = (object, way) {
            owner.visit_relations(&mut |relation| {
                if let RelationSlot::Key(place, slot) = relation
                    && place == *field
                {
                    slot.give(Arc::clone(object));
                }
            });
        }
        // A key that leads nowhere is not the same as none.
        if object.is_none() && !is_null {
            return;
        }
        let object = object.and_then(|object| Arc::clone(object).downcast::<Record>().ok());
        if let Some(record) = record(owner) {
            record.attach_shared(&self.level.name, object);
        }
    }

    /// Follows the next relations from objects that were there already.
    async fn go_on(
        &self,
        owners: &Shared<'_, '_>,
        each: &[Lead],
        way: &Way,
        name: Option<&Arc<SetName>>,
        mode: FetchMode,
        session: Session<'_>,
    ) -> Result<()> {
        let mut there: Vec<There> = Vec::new();
        let mut places: Vec<Option<usize>> = Vec::with_capacity(each.len());
        for (owner, lead) in lock(owners).iter_mut().zip(each) {
            let found = match lead {
                Lead::There => take(&mut **owner, way, name.map(|name| &**name)),
                Lead::Null | Lead::Value(_) => None,
            };
            places.push(found.map(|found| match there.iter().position(|known| known.is(&found)) {
                Some(place) => place,
                None => {
                    there.push(found);
                    there.len() - 1
                }
            }));
        }
        let mut objects: Vec<_> = there.iter_mut().flat_map(|found| (self.level.unshare)(found)).collect();
        all(&self.nodes, &mut objects, mode, session).await?;
        for (owner, place) in lock(owners).iter_mut().zip(places) {
            match (place.and_then(|place| there.get(place)), name) {
                (Some(There::One(object)), _) => self.point(&mut **owner, way, true, Some(object)),
                (Some(There::Set(set)), Some(name)) => hold(&mut **owner, name, way, Arc::clone(set)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What an owner has already.
pub(super) enum There {
    /// The object of a foreign key.
    One(Object),
    /// A set.
    Set(Arc<Held>),
}

impl There {
    fn is(&self, other: &There) -> bool {
        match (self, other) {
            (There::One(one), There::One(other)) => Arc::ptr_eq(one, other),
            (There::Set(set), There::Set(other)) => Arc::ptr_eq(set, other),
            _ => false,
        }
    }
}

/// What leads from an owner to its related objects.
#[derive(Clone, Copy)]
enum Lead {
    /// Nothing has to: they are there.
    There,
    /// Nothing does.
    Null,
    /// The value of a number.
    Value(usize),
}

impl Lead {
    fn number(self) -> Option<usize> {
        match self {
            Lead::Value(number) => Some(number),
            Lead::There | Lead::Null => None,
        }
    }
}

/// What leads from some owners to their related objects.
struct Leads {
    /// From each of them.
    each: Vec<Lead>,
    /// All values, by number.
    values: Index,
    /// The first owner of each.
    first: Vec<usize>,
    /// How many owners each has.
    left: Vec<usize>,
}

impl Leads {
    fn of(owners: &mut Owners<'_>, way: &Way, name: Option<&SetName>, model: &Model) -> Result<Leads> {
        let mut leads = Leads {
            each: Vec::with_capacity(owners.len()),
            values: Index::with_capacity(owners.len()),
            first: Vec::with_capacity(owners.len()),
            left: Vec::with_capacity(owners.len()),
        };
        for (place, owner) in owners.iter_mut().enumerate() {
            if is_there(&mut **owner, way, name) {
                leads.each.push(Lead::There);
                continue;
            }
            let value = match way {
                Way::Key { field, .. } => owner.value(*field)?,
                Way::Back { to_field, .. } => owner.value(*to_field)?,
                Way::Fields { here, .. } => together(&**owner, here)?,
                Way::Link { to_field: Some(field), .. } => owner.value(*field)?,
                Way::Link { .. } | Way::Inherited { .. } => key_of(&**owner, model)?,
            };
            if value.is_null() {
                leads.each.push(Lead::Null);
                continue;
            }
            let number = leads.values.number(&value);
            match leads.left.get_mut(number) {
                Some(left) => *left += 1,
                None => {
                    leads.first.push(place);
                    leads.left.push(1);
                }
            }
            leads.each.push(Lead::Value(number));
        }
        Ok(leads)
    }
}

/// Whether an owner has its related objects already.
fn is_there(owner: &mut (dyn Instance + 'static), way: &Way, name: Option<&SetName>) -> bool {
    if let Some(name) = name {
        return owner.state().held(name).is_some_and(|held| !held.is_forgotten());
    }
    let field = match way {
        Way::Key { field, .. } => field,
        Way::Fields { name, .. } => return record(owner).is_some_and(|record| record.known(name).is_some()),
        _ => return false,
    };
    let mut known = false;
    owner.visit_relations(&mut |relation| {
        if let RelationSlot::Key(place, slot) = relation {
            known |= place == *field && slot.knows_object();
        }
    });
    known || record(owner).is_some_and(|record| record.has_shared(*field))
}

/// The related objects that an owner has; it lacks them until they are given back.
fn take(owner: &mut (dyn Instance + 'static), way: &Way, name: Option<&SetName>) -> Option<There> {
    if let Some(name) = name {
        return owner.state().held(name).cloned().map(There::Set);
    }
    let field = match way {
        Way::Key { field, .. } => field,
        Way::Fields { name, .. } => return Some(There::One(record(owner)?.take_shared(name)?)),
        _ => return None,
    };
    let mut taken = None;
    owner.visit_relations(&mut |relation| {
        if let RelationSlot::Key(place, slot) = relation
            && place == *field
        {
            taken = slot.take_object();
        }
    });
    taken.or_else(|| record(owner)?.take_shared_key(*field).map(|object| object as Object)).map(There::One)
}

/// Gives an owner its related objects.
fn hold(owner: &mut (dyn Instance + 'static), name: &Arc<SetName>, way: &Way, held: Arc<Held>) {
    if let (Way::Link { name: Some(own), .. }, SetName::Way { .. }) = (way, &**name) {
        owner.visit_relations(&mut |relation| {
            if let RelationSlot::Link(slot) = relation
                && slot.name == own
            {
                slot.held = Some(Arc::clone(&held));
            }
        });
    }
    owner.state_mut().hold(Arc::clone(name), held);
}
