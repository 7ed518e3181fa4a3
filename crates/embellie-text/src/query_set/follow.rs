//! Reading related objects for many objects at once: Django's `prefetch_related_objects`.

use std::collections::{HashMap, HashSet};

use embellie_core::query::Step;
use embellie_core::{BoxFuture, Expr, Path, Q, Value};

use super::way::Way;
use super::{Manager, Prefetch, Set, read};
use crate::evaluate::Evaluator;
use crate::{Error, Object, Py, Result};

/// The name of the annotation that says whose a row is.
const OWNER: &str = "_prefetch_related_val";

/// A relation that is followed.
struct Node<'p> {
    name: &'p str,
    /// The name under which objects hold what is found.
    held_as: &'p str,
    sets: &'p [Set],
    nodes: Vec<Node<'p>>,
}

/// Reads what some objects are related to, and gives it to them.
pub(crate) async fn prefetch(prefetches: &[Prefetch], objects: Vec<&mut Object>, on: &Evaluator<'_>) -> Result<()> {
    let mut nodes = Vec::new();
    for prefetch in prefetches {
        add(&mut nodes, prefetch)?;
    }
    follow(&nodes, objects, on).await
}

fn add<'p>(mut nodes: &mut Vec<Node<'p>>, prefetch: &'p Prefetch) -> Result<()> {
    let parts: Vec<&str> = prefetch.lookup.split("__").collect();
    for (depth, name) in parts.iter().enumerate() {
        let last = depth + 1 == parts.len();
        let held_as = prefetch.to_attr.as_deref().filter(|_| last).unwrap_or(name);
        let sets = if last { &prefetch.querysets[..] } else { &[] };
        let known = nodes.iter().position(|node| node.held_as == held_as);
        if known.is_some() && !sets.is_empty() {
            return Err(Error::value_error(format!(
                "'{}' lookup was already seen with a different queryset. You may need to adjust the ordering of your \
                 lookups.",
                prefetch.lookup
            )));
        }
        let place = known.unwrap_or(nodes.len());
        if known.is_none() {
            nodes.push(Node { name, held_as, sets, nodes: Vec::new() });
        }
        nodes = match nodes.get_mut(place) {
            Some(node) => &mut node.nodes,
            None => return Ok(()),
        };
    }
    Ok(())
}

fn follow<'f>(
    nodes: &'f [Node<'f>],
    mut owners: Vec<&'f mut Object>,
    on: &'f Evaluator<'_>,
) -> BoxFuture<'f, Result<()>> {
    Box::pin(async move {
        for node in nodes {
            let (there, missing): (Vec<&mut Object>, Vec<&mut Object>) =
                owners.iter_mut().map(|owner| &mut **owner).partition(|owner| owner.holds(node.held_as));
            if !node.nodes.is_empty() {
                let held = there.into_iter().flat_map(|owner| owner.held_mut(node.held_as)).collect();
                follow(&node.nodes, held, on).await?;
            }
            node.read(missing, on).await?;
        }
        Ok(())
    })
}

impl Node<'_> {
    async fn read(&self, owners: Vec<&mut Object>, on: &Evaluator<'_>) -> Result<()> {
        let Some(first) = owners.first() else { return Ok(()) };
        let Some(way) = Way::of(first, self.name, on)? else { return Ok(()) };
        let mut keys: Vec<(String, Value)> = Vec::with_capacity(owners.len());
        for owner in &owners {
            let value = way.value(owner);
            keys.push((key(&value), value));
        }
        let mut seen = HashSet::new();
        let wanted = keys.iter().filter(|(key, value)| !value.is_null() && seen.insert(key));
        let wanted: Vec<Value> = wanted.map(|(_, value)| value.clone()).collect();
        let mut found = if wanted.is_empty() { Vec::new() } else { self.fetch(&way, wanted, on).await? };
        if let Some(back) = way.known_back() {
            let by_key: HashMap<&String, &&mut Object> = keys.iter().map(|(key, _)| key).zip(&owners).collect();
            for (key, object) in &mut found {
                if let (Some(owner), false) = (by_key.get(key), object.holds(back)) {
                    object.related.push((back.to_owned(), Some(Box::new(owner.holder()))));
                }
            }
        }
        if !self.nodes.is_empty() {
            follow(&self.nodes, found.iter_mut().map(|(_, object)| object).collect(), on).await?;
        }
        let mut groups: HashMap<String, Vec<Object>> = HashMap::new();
        for (key, object) in found {
            groups.entry(key).or_default().push(object);
        }
        for (owner, (key, _)) in owners.into_iter().zip(keys) {
            let objects = groups.get(&key).cloned().unwrap_or_default();
            match way.is_single() {
                true => {
                    let object = objects.into_iter().next().map(Box::new);
                    owner.related.push((self.held_as.to_owned(), object));
                }
                false => owner.prefetched.push((self.held_as.to_owned(), objects)),
            }
        }
        Ok(())
    }

    /// The objects at the other end, with the keys of their owners.
    async fn fetch(&self, way: &Way, wanted: Vec<Value>, on: &Evaluator<'_>) -> Result<Vec<(String, Object)>> {
        if let Way::AnyModel { .. } = way {
            return self.fetch_of_any(wanted, on).await;
        }
        let set = match self.sets.first() {
            Some(set) => set.clone(),
            None => all(way.label(), way.manager(), on)?,
        };
        if set.query.slice.is_whole() {
            return fetch_from(set, way, wanted, on).await;
        }
        // A slice is one of the objects of each.
        let mut found = Vec::new();
        for value in wanted {
            found.extend(fetch_from(set.clone(), way, vec![value], on).await?);
        }
        Ok(found)
    }

    /// The objects of any model that generic foreign keys point at: lists of a content type and a key.
    async fn fetch_of_any(&self, wanted: Vec<Value>, on: &Evaluator<'_>) -> Result<Vec<(String, Object)>> {
        let mut by_type: Vec<(Value, Vec<Value>)> = Vec::new();
        for pair in wanted {
            let Value::List(parts) = pair else { continue };
            let [kind, id] = &parts[..] else { continue };
            match by_type.iter_mut().find(|(known, _)| known == kind) {
                Some((_, ids)) => ids.push(id.clone()),
                None => by_type.push((kind.clone(), vec![id.clone()])),
            }
        }
        let mut found = Vec::new();
        for (kind, ids) in by_type {
            let Some(label) = on.label_of_type(kind.clone()).await? else { continue };
            let model = on.models.model(&label)?;
            let given =
                self.sets.iter().find(|set| on.models.model(&set.label).is_ok_and(|own| own.id() == model.id()));
            let mut set = match given {
                Some(set) => set.clone(),
                None => all(&label, "_base_manager", on)?,
            };
            set.query.steps.push(Step::Filter(Q::lookup(
                Path::new(["pk"]),
                embellie_core::lookup::Lookup::In,
                Value::List(ids.clone()),
            )));
            for object in objects(&set, on).await? {
                // As it is kept with the pointer, whatever the type of the key is.
                let own = object.key().to_string();
                let plain = |value: &Value| value.to_string().trim_matches('\'').to_owned();
                let id = ids.iter().find(|id| plain(id) == own.trim_matches('\''));
                let id = id.cloned().unwrap_or_else(|| object.key());
                found.push((key(&Value::List(vec![kind.clone(), id])), object));
            }
        }
        Ok(found)
    }
}

async fn fetch_from(mut set: Set, way: &Way, wanted: Vec<Value>, on: &Evaluator<'_>) -> Result<Vec<(String, Object)>> {
    if let Way::Linked { back, .. } = way {
        let owner = Expr::Path(Path::new([back.clone(), "pk".to_owned()]));
        set.query = set.query.annotate(OWNER, owner);
        set.query = set.query.filter(Q::new("_prefetch_related_val__in", Value::List(wanted)));
        let mut found = Vec::new();
        for mut object in objects(&set, on).await? {
            let place = object.annotations.iter().position(|(name, _)| name == OWNER);
            let owner = place.map_or(Py::None, |place| object.annotations.remove(place).1);
            found.push((key(&owner.to_value()?), object));
        }
        return Ok(found);
    }
    set.query.steps.push(Step::Filter(way.condition(wanted, on)?));
    Ok(objects(&set, on).await?.into_iter().map(|object| (key(&way.value_there(&object)), object)).collect())
}

fn all(label: &str, manager: &str, on: &Evaluator<'_>) -> Result<Set> {
    match Manager::named(on, label, manager)? {
        Some(manager) => manager.all(),
        None => Set::all(on.models, label),
    }
}

async fn objects(set: &Set, on: &Evaluator<'_>) -> Result<Vec<Object>> {
    let rows = Box::pin(read(set, on)).await?;
    Ok(rows.into_iter().filter_map(|row| if let Py::Object(object) = row { Some(*object) } else { None }).collect())
}

/// A value as objects are told apart by it.
fn key(value: &Value) -> String {
    value.to_string()
}
