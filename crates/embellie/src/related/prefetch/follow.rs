//! Following relations from many owners at once.

use std::any::Any;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use embellie_core::meta::Model;
use embellie_core::{BoxFuture, Error, Result, Value};

use super::Node;
use super::load::{Asked, PointsBack, Tie, together};
use super::way::Way;
use crate::database::{Round, Session};
use crate::model::{Instance, RelationSlot, key_of};
use crate::query_set::FetchMode;
use crate::record::Record;
use crate::related::held::{Held, SetName};
use crate::related::peers::{ByKey, Found, Key, Object, Peers, What};

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
        let name = self.name.clone().or_else(|| way.set_name(registry));
        if let Some(SetName::Named(name)) = &name
            && model.field_index(name).is_some()
        {
            return Err(Error::Value(format!("to_attr={name} conflicts with a field on the {} model.", model.name)));
        }
        let (values, wanted) = wanted(&mut lock(owners), &way, name.as_ref(), model)?;
        let found = if wanted.is_empty() {
            Found::default()
        } else {
            let (tie, single) = match &way {
                Way::Key { to_field, .. } => (Tie::Fields(vec![*to_field], None), self.name.is_none()),
                Way::Back { field, .. } => (Tie::Fields(vec![*field], Some(PointsBack::Field(*field))), false),
                Way::Fields { there, back: false, .. } => (Tie::Fields(there.clone(), None), self.name.is_none()),
                Way::Fields { name, there, .. } => {
                    (Tie::Fields(there.clone(), Some(PointsBack::Relation(name.clone()))), false)
                }
                Way::Link { back, .. } => (Tie::Link(back.clone()), false),
            };
            let copies = || self.copies(&lock(owners), &values, &way);
            let asked = Asked {
                target: way.target(),
                owners: Some(&copies),
                tie,
                values: wanted,
                single,
                nodes: &self.nodes,
                mode,
            };
            self.load.load(asked, session).await?
        };
        let told = told(&lock(owners), &values, &way, name.as_ref(), model);
        if let Some((what, told)) = told {
            let shared = matches!(way, Way::Key { .. }) && self.load.is_whole();
            for (peers, keys) in told {
                peers.given(&what, keys.into_iter(), shared.then_some(&found)).await;
            }
        }
        if session.database().logs().is_active() && !found.is_empty() {
            self.watch(&lock(owners), &way, name.as_ref(), session);
        }
        let nothing = self.load.nothing();
        for (owner, value) in lock(owners).iter_mut().zip(&values) {
            let Some(value) = value else { continue };
            let objects = found.get(&Key(value.clone()));
            match &name {
                None => self.point(&mut **owner, &way, value, objects),
                Some(name) => hold(&mut **owner, name, &way, Arc::clone(objects.unwrap_or(&nothing))),
            }
        }
        if !self.nodes.is_empty() {
            self.go_on(owners, &values, &way, name.as_ref(), mode, session).await?;
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

    /// Copies of the owners, for objects that point back at them.
    fn copies(&self, owners: &Owners<'_>, values: &[Option<Value>], way: &Way) -> ByKey<Object> {
        if !matches!(way, Way::Back { .. } | Way::Fields { back: true, .. }) {
            return ByKey::default();
        }
        let owners = owners.iter().zip(values).filter_map(|(owner, value)| {
            let value = value.as_ref().filter(|value| !value.is_null())?;
            Some((Key(value.clone()), (self.level.share)(&**owner)?))
        });
        owners.collect()
    }

    /// Tells a foreign key its object.
    fn point(&self, owner: &mut (dyn Instance + 'static), way: &Way, value: &Value, object: Option<&Object>) {
        let (Way::Key { .. } | Way::Fields { back: false, .. }) = way else { return };
        if let (Some(object), Way::Key { field, .. }) = (object, way) {
            owner.visit_relations(&mut |relation| {
                if let RelationSlot::Key(place, slot) = relation
                    && place == *field
                {
                    slot.remember(Arc::clone(object));
                }
            });
        }
        // A key that leads nowhere is not the same as none.
        if object.is_none() && !value.is_null() {
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
        values: &[Option<Value>],
        way: &Way,
        name: Option<&SetName>,
        mode: FetchMode,
        session: Session<'_>,
    ) -> Result<()> {
        let mut there: Vec<Object> = Vec::new();
        let mut places: Vec<Option<usize>> = Vec::with_capacity(values.len());
        for (owner, value) in lock(owners).iter_mut().zip(values) {
            let object = if value.is_some() { None } else { take(&mut **owner, way, name) };
            places.push(object.map(|object| match there.iter().position(|known| Arc::ptr_eq(known, &object)) {
                Some(place) => place,
                None => {
                    there.push(object);
                    there.len() - 1
                }
            }));
        }
        let mut objects: Vec<_> = there.iter_mut().flat_map(|object| (self.level.unshare)(object)).collect();
        all(&self.nodes, &mut objects, mode, session).await?;
        for (owner, place) in lock(owners).iter_mut().zip(places) {
            let Some(object) = place.and_then(|place| there.get(place)) else { continue };
            match name {
                None => self.point(&mut **owner, way, &Value::Null, Some(object)),
                Some(name) => hold(&mut **owner, name, way, Arc::clone(object)),
            }
        }
        Ok(())
    }
}

/// What leads from each owner to its related objects, `None` where they are there already; and all of that, each once.
fn wanted(
    owners: &mut Owners<'_>,
    way: &Way,
    name: Option<&SetName>,
    model: &Model,
) -> Result<(Vec<Option<Value>>, Vec<Value>)> {
    let mut values: Vec<Option<Value>> = Vec::with_capacity(owners.len());
    let mut wanted = Vec::new();
    let mut seen = HashSet::new();
    for owner in owners.iter_mut() {
        let value = match is_there(&mut **owner, way, name) {
            true => None,
            false => Some(match way {
                Way::Key { field, .. } => owner.value(*field)?,
                Way::Back { to_field, .. } => owner.value(*to_field)?,
                Way::Fields { here, .. } => together(&**owner, here)?,
                Way::Link { .. } => key_of(&**owner, model)?,
            }),
        };
        if let Some(value) = value.as_ref().filter(|value| !value.is_null())
            && seen.insert(Key(value.clone()))
        {
            wanted.push(value.clone());
        }
        values.push(value);
    }
    Ok((values, wanted))
}

/// Rows that came together, and the keys of some of them.
type Group = (Arc<Peers>, Vec<Value>);

/// The groups of rows that the owners came with, and whose objects were read: these need not be read again for them.
fn told(
    owners: &Owners<'_>,
    values: &[Option<Value>],
    way: &Way,
    name: Option<&SetName>,
    model: &Model,
) -> Option<(What, Vec<Group>)> {
    let what = match (way, name) {
        (Way::Key { field, .. }, None) => What::Key(*field),
        (_, Some(name @ SetName::Way { .. })) => What::Set(name.clone()),
        _ => return None,
    };
    let mut told: Vec<Group> = Vec::new();
    for (owner, value) in owners.iter().zip(values) {
        let (Some(peers), Some(value)) = (owner.state().peers(), value) else { continue };
        let value = match way {
            Way::Key { .. } => Some(value.clone()),
            _ => key_of(&**owner, model).ok(),
        };
        let place = told.iter().position(|(known, _)| Arc::ptr_eq(known, peers)).unwrap_or_else(|| {
            told.push((Arc::clone(peers), Vec::new()));
            told.len() - 1
        });
        told[place].1.extend(value);
    }
    Some((what, told))
}

/// Whether an owner has its related objects already.
fn is_there(owner: &mut (dyn Instance + 'static), way: &Way, name: Option<&SetName>) -> bool {
    if let Some(name) = name {
        return owner.state().held(name).is_some_and(|held| held.object().is_some());
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
fn take(owner: &mut (dyn Instance + 'static), way: &Way, name: Option<&SetName>) -> Option<Object> {
    if let Some(name) = name {
        return owner.state().held(name).and_then(|held| held.object().cloned());
    }
    let field = match way {
        Way::Key { field, .. } => field,
        Way::Fields { name, .. } => return record(owner)?.take_shared(name).map(|object| object as Object),
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
    taken.or_else(|| record(owner)?.take_shared_key(*field).map(|object| object as Object))
}

/// Gives an owner its related objects.
fn hold(owner: &mut (dyn Instance + 'static), name: &SetName, way: &Way, objects: Object) {
    let held = Arc::new(Held::new(objects));
    if let (Way::Link { name: Some(own), .. }, SetName::Way { .. }) = (way, name) {
        owner.visit_relations(&mut |relation| {
            if let RelationSlot::Link(slot) = relation
                && slot.name == own
            {
                slot.held = Some(Arc::clone(&held));
            }
        });
    }
    owner.state_mut().hold(name.clone(), held);
}
