//! Tables between others as many-to-many relations, and the names of all ways back.

use std::collections::{HashMap, HashSet};

use embellie_codegen::snake_case;
use embellie_core::meta::{FieldMeta, ManyToManyMeta};

use super::draft::Draft;
use super::english::plural;
use super::naming::{field_name, is_usable};

/// A table that holds nothing but pairs.
struct Link {
    /// The side that declares the relation, and the other.
    owner: usize,
    other: usize,
    /// The foreign keys to them, by field.
    source: String,
    target: String,
    /// What the table's name says of the relation's.
    name: Option<String>,
}

impl Draft<'_> {
    /// Makes a relation of every table that holds nothing but pairs.
    pub(super) fn add_links(&mut self) {
        let pointed: HashSet<usize> = self
            .schema
            .tables
            .iter()
            .flat_map(|table| &table.foreign_keys)
            .filter_map(|key| self.target(&key.to))
            .collect();
        for place in 0..self.models.len() {
            if pointed.contains(&place) {
                continue;
            }
            if let Some(link) = self.link(place) {
                self.add_link(place, link);
            }
        }
    }

    fn link(&self, place: usize) -> Option<Link> {
        let model = &self.models[place];
        let is_key = |field: &&FieldMeta| field.relation.is_some() && !field.null;
        let keys: Vec<&FieldMeta> = model.meta.fields.iter().filter(is_key).collect();
        let [first, second] = keys.as_slice() else { return None };
        let rest = model.meta.fields.iter().filter(|field| field.relation.is_none());
        let counted = |field: &FieldMeta| field.primary_key && field.kind.is_auto() || field.kind.is_auto();
        if model.meta.fields.len() > 3 || !rest.clone().all(counted) || first.unique || second.unique {
            return None;
        }
        let pair = |columns: &[String]| {
            columns.len() == 2 && columns.contains(&first.column) && columns.contains(&second.column)
        };
        if !pair(&model.key) && !model.table.uniques.iter().any(|key| pair(&key.columns)) {
            return None;
        }
        let end = |field: &FieldMeta| {
            let key = model.table.foreign_keys.iter().find(|key| key.columns == [field.column.clone()])?;
            self.target(&key.to)
        };
        let (near, far) = (end(first)?, end(second)?);
        // The side whose name the table's begins with declares the relation, as in Django.
        let said = |place: usize| {
            let rest = model.table.name.name.strip_prefix(self.models[place].meta.table.as_str())?;
            Some(rest.trim_start_matches('_').to_owned()).filter(|rest| !rest.is_empty())
        };
        let (near_says, far_says) = (said(near), said(far));
        let swapped = near_says.is_none() && far_says.is_some();
        let (owner, other) = if swapped { (far, near) } else { (near, far) };
        let (source, target) = if swapped { (second, first) } else { (first, second) };
        Some(Link {
            owner,
            other,
            source: source.name.clone(),
            target: target.name.clone(),
            name: if swapped { far_says } else { near_says },
        })
    }

    fn add_link(&mut self, place: usize, link: Link) {
        let Link { owner, other, source, target, name } = link;
        let django = self.schema.django.is_some();
        let far = plural(&snake_case(&self.models[other].meta.name));
        // In Django the table says what the relation is called.
        let wished = match name {
            Some(name) if django => field_name(&name),
            _ if owner == other => plural(&target),
            _ => far,
        };
        let model = &self.models[owner].meta;
        let taken: HashSet<String> = model
            .fields
            .iter()
            .flat_map(|field| [field.name.clone(), field.attname()])
            .chain(model.many_to_many.iter().map(|relation| relation.name.clone()))
            .collect();
        let fallback = field_name(&self.models[place].table.name.name);
        let options = [field_name(&wished), fallback.clone(), format!("{fallback}_pairs")];
        let Some(name) = options.into_iter().find(|name| !taken.contains(name)) else { return };
        let to = if owner == other { "self".to_owned() } else { self.models[other].meta.label() };
        let mut relation = ManyToManyMeta::new(name, to).symmetrical(false);
        if django && self.is_djangos(place, owner, other) {
            relation = relation.table(self.models[place].meta.table.clone());
            self.models[place].is_link = true;
        } else {
            relation = relation.through(self.models[place].meta.label());
            if owner == other {
                relation = relation.through_fields(source, target);
            }
        }
        self.models[owner].meta.many_to_many.push(relation);
    }

    /// Whether a link table has the columns that Django gives it, so that it needs no model of its own.
    fn is_djangos(&self, place: usize, owner: usize, other: usize) -> bool {
        let model = &self.models[place].meta;
        let [from, to] = [owner, other].map(|place| self.models[place].meta.name.to_lowercase());
        let wanted = match owner == other {
            true => [format!("from_{from}_id"), format!("to_{to}_id")],
            false => [format!("{from}_id"), format!("{to}_id")],
        };
        let columns: Vec<&str> = model.fields.iter().map(|field| field.column.as_str()).collect();
        columns.len() == 3
            && columns.first() == Some(&"id")
            && wanted.iter().all(|name| columns.contains(&name.as_str()))
    }

    /// Gives every relation a way back of a readable name that nothing else has.
    pub(super) fn name_ways_back(&mut self) {
        let mut taken: Vec<HashSet<String>> = self.models.iter().map(|model| own_names(&model.meta)).collect();
        let relations = self.ways_back();
        // How many keys of one model lead to the same other one.
        let mut between: HashMap<(usize, usize), usize> = HashMap::new();
        for way in relations.iter().filter(|way| !way.link) {
            *between.entry((way.from, way.to)).or_default() += 1;
        }
        let django = self.schema.django.as_ref().is_some_and(|django| django.is_project);
        for way in &relations {
            let class = snake_case(&self.models[way.from].meta.name);
            let several = !way.link && between.get(&(way.from, way.to)).is_some_and(|count| *count > 1);
            if django && !several {
                // The names that Django gives by itself, where they are free.
                let query_name = self.models[way.from].meta.name.to_lowercase();
                let accessor = if way.one { query_name.clone() } else { format!("{query_name}_set") };
                let names = &mut taken[way.to];
                if is_usable(&query_name) && !names.contains(&query_name) && !names.contains(&accessor) {
                    names.extend([query_name, accessor]);
                    continue;
                }
            }
            let many = if way.one { class.clone() } else { plural(&class) };
            let own = way.from == way.to;
            let plain = match way.field.as_str() {
                "parent" if own && !way.one => "children".to_owned(),
                _ => many.clone(),
            };
            let long = format!("{}_{many}", way.field);
            let options = if several { [long.clone(), plain] } else { [plain, long.clone()] };
            let app = format!("{}_{long}", self.models[way.from].meta.app);
            let names = &mut taken[way.to];
            let mut options = options.into_iter().chain([app]).map(|name| field_name(&name));
            let name = options.find(|name| !names.contains(name)).unwrap_or_else(|| {
                let numbered = (2_u32..).map(|number| format!("{long}_{number}"));
                numbered.map(|name| field_name(&name)).find(|name| !names.contains(name)).unwrap_or_default()
            });
            names.insert(name.clone());
            let meta = &mut self.models[way.from].meta;
            match way.link {
                false => {
                    let field = meta.fields.iter_mut().find(|field| field.name == way.field);
                    if let Some(relation) = field.and_then(|field| field.relation.as_mut()) {
                        relation.related_name = Some(name);
                    }
                }
                true => {
                    if let Some(relation) = meta.many_to_many.iter_mut().find(|relation| relation.name == way.field) {
                        relation.related_name = Some(name);
                    }
                }
            }
        }
    }

    /// All relations of models that stay: many-to-many relations first, whose ways back have the better claim to a name.
    fn ways_back(&self) -> Vec<WayBack> {
        let mut ways = Vec::new();
        let labels: HashMap<String, usize> =
            self.models.iter().enumerate().map(|(place, model)| (model.meta.label(), place)).collect();
        let target = |from: usize, to: &str| if to == "self" { Some(from) } else { labels.get(to).copied() };
        for (from, model) in self.models.iter().enumerate() {
            for relation in &model.meta.many_to_many {
                if let Some(to) = target(from, &relation.to) {
                    ways.push(WayBack { from, to, field: relation.name.clone(), one: false, link: true });
                }
            }
        }
        for (from, model) in self.models.iter().enumerate().filter(|(_, model)| !model.is_link) {
            for field in &model.meta.fields {
                let Some(relation) = &field.relation else { continue };
                if let Some(to) = target(from, &relation.to) {
                    ways.push(WayBack { from, to, field: field.name.clone(), one: relation.one_to_one, link: false });
                }
            }
        }
        ways
    }
}

/// A relation whose way back needs a name.
struct WayBack {
    from: usize,
    to: usize,
    field: String,
    /// Whether it leads to one row at most.
    one: bool,
    /// Whether it is a many-to-many relation's.
    link: bool,
}

fn own_names(meta: &embellie_core::meta::ModelMeta) -> HashSet<String> {
    let fields = meta.fields.iter().flat_map(|field| [field.name.clone(), field.attname()]);
    fields.chain(meta.many_to_many.iter().map(|relation| relation.name.clone())).chain(["pk".to_owned()]).collect()
}
