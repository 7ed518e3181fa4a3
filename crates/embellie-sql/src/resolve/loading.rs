//! Which fields are read of the objects that rows are, and of those that come with them: Django's `get_select_mask`.

use embellie_core::meta::{Member, Model};
use embellie_core::query::Loading;
use embellie_core::{Error, Path, Registry, Result, did_you_mean};

/// Which fields are read of an object.
#[derive(Debug, Clone, Default)]
pub(super) struct Mask {
    /// Their places, in order; `None` for all.
    fields: Option<Vec<usize>>,
    /// What is read of the objects that relations lead to, where it is not all.
    related: Vec<(String, Mask)>,
}

/// Names with what goes on from them.
#[derive(Default)]
struct Tree<'p>(Vec<(&'p str, Tree<'p>)>);

impl<'p> Tree<'p> {
    fn of(paths: &'p [Path]) -> Self {
        let mut root = Tree::default();
        for path in paths {
            path.names().fold(&mut root, |tree, name| {
                let place = tree.0.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                    tree.0.push((name, Tree::default()));
                    tree.0.len() - 1
                });
                &mut tree.0[place].1
            });
        }
        root
    }

    fn is_end(&self) -> bool {
        self.0.is_empty()
    }
}

impl Mask {
    /// What is read of the objects of a model.
    pub(super) fn of(loading: &Loading, model: &Model, registry: &Registry) -> Result<Self> {
        match loading {
            Loading::All => Ok(Mask::default()),
            Loading::Only(paths) | Loading::AllBut(paths) if paths.is_empty() => Ok(Mask::default()),
            Loading::Only(paths) => only(model, &Tree::of(paths), registry),
            Loading::AllBut(paths) => all_but(model, &Tree::of(paths), registry),
        }
    }

    /// The places of the fields that are read, where they are not all.
    pub(super) fn fields(&self) -> Option<&[usize]> {
        self.fields.as_deref()
    }

    /// The same as places of any model's fields.
    pub(super) fn places(&self, model: &Model) -> Vec<usize> {
        self.fields.clone().unwrap_or_else(|| (0..model.fields.len()).collect())
    }

    /// What is read of the object that a relation leads to.
    ///
    /// # Errors
    /// [`Error::Field`] when the relation is a foreign key that is not read.
    pub(super) fn follow(&self, name: &str, member: Member, model: &Model) -> Result<Mask> {
        if let (Member::Field(field), Some(fields)) = (member, self.fields())
            && !fields.contains(&field)
        {
            return Err(Error::Field(format!(
                "Field {}.{name} cannot be both deferred and traversed using select_related at the same time.",
                model.name
            )));
        }
        Ok(self.related.iter().find(|(known, _)| known == name).map(|(_, mask)| mask.clone()).unwrap_or_default())
    }
}

fn only(model: &Model, tree: &Tree<'_>, registry: &Registry) -> Result<Mask> {
    if tree.is_end() {
        return Ok(Mask::default());
    }
    let mut fields = model.key_fields().to_vec();
    let mut related = Vec::new();
    for (name, rest) in &tree.0 {
        let (member, target) = look_up(model, name, registry)?;
        if let Member::Field(field) = member {
            fields.push(field);
        }
        match target {
            Some(target) => related.push(((*name).to_owned(), only(target, rest, registry)?)),
            None => refuse_more(name, rest)?,
        }
    }
    fields.sort_unstable();
    fields.dedup();
    Ok(Mask { fields: Some(fields), related })
}

fn all_but(model: &Model, tree: &Tree<'_>, registry: &Registry) -> Result<Mask> {
    let mut fields: Vec<usize> = (0..model.fields.len()).collect();
    let mut related = Vec::new();
    for (name, rest) in &tree.0 {
        let (member, target) = look_up(model, name, registry)?;
        match (member, target) {
            (Member::Field(field), _) if rest.is_end() => {
                fields.retain(|place| *place != field || model.key_fields().contains(&field));
            }
            (_, Some(target)) => related.push(((*name).to_owned(), all_but(target, rest, registry)?)),
            (_, None) => refuse_more(name, rest)?,
        }
    }
    let all = fields.len() == model.fields.len();
    Ok(Mask { fields: (!all).then_some(fields), related })
}

/// What a name leads to, and the model at its end where it is a relation.
fn look_up<'r>(model: &Model, name: &str, registry: &'r Registry) -> Result<(Member, Option<&'r Model>)> {
    let Some(member) = model.member(name) else {
        let names = || model.fields.iter().map(|field| field.name.as_str());
        return Err(Error::FieldDoesNotExist(format!(
            "{} has no field named '{name}'{}. Choices are: {}",
            model.name,
            did_you_mean(name, names()),
            names().collect::<Vec<_>>().join(", ")
        )));
    };
    let target = match member {
        Member::Field(field) if model.fields[field].name == name => model.target(field).map(|(target, _)| target),
        Member::Field(_) | Member::Key => None,
        Member::ManyToMany(index) => Some(model.many_to_many()[index].target),
        Member::Relation(index) => Some(model.relations()[index].target),
        Member::Reverse(index) => Some(model.reverse()[index].source),
    };
    Ok((member, target.map(|target| registry.get(target))))
}

/// Nothing goes on from a field that is no relation.
fn refuse_more(name: &str, rest: &Tree<'_>) -> Result<()> {
    match rest.0.first() {
        None => Ok(()),
        Some((next, _)) => Err(Error::Field(format!(
            "'{next}' goes on from '{name}', which is no relation: only() and defer() take fields, and fields of objects \
             that relations lead to."
        ))),
    }
}
