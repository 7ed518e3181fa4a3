//! Relations: their names, their targets, and what they clash with.

use std::collections::HashSet;

use super::names::{is_identifier, is_keyword};
use super::{Findings, label};
use crate::Expr;
use crate::meta::{
    ConstraintMeta, FieldMeta, ForeignKeyMeta, Model, OnDelete, Registry, Relation, Reverse, ReverseSource,
};

pub(super) fn check(registry: &Registry, model: &Model, findings: &mut Findings) {
    for (place, field) in model.fields.iter().enumerate() {
        let Some(relation) = &field.relation else { continue };
        let object = label(model, &field.name);
        check_related_name(relation.related_name.as_deref(), &object, findings);
        check_foreign_key(field, relation, &object, findings);
        if let Some((to, to_field)) = model.target(place) {
            match registry.get(to) {
                to if to.composite_primary_key.is_some() && relation.to_field.is_none() => {
                    composite_end(to, &object, "Name a unique field with to_field.", findings);
                }
                to => check_target(to, to_field, &object, findings),
            }
            check_clashes(registry, registry.get(to), model, ReverseSource::Field(place), &object, findings);
        }
    }
    for (place, relation) in model.many_to_many().iter().enumerate() {
        let object = label(model, &relation.meta.name);
        let ends = [registry.get(relation.target), model];
        if relation.meta.through_fields.is_none()
            && let Some(end) = ends.into_iter().find(|end| end.composite_primary_key.is_some())
        {
            let hint = "Use a model between with through and through_fields, whose foreign keys have a to_field.";
            composite_end(end, &object, hint, findings);
        }
        check_clashes(
            registry,
            registry.get(relation.target),
            model,
            ReverseSource::ManyToMany(place),
            &object,
            findings,
        );
        check_table(registry, model, place, &object, findings);
    }
    check_many_to_many(model, findings);
    for (place, relation) in model.relations().iter().enumerate() {
        let object = label(model, &relation.meta.name);
        let target = registry.get(relation.target);
        check_related_name(relation.meta.related_name.as_deref(), &object, findings);
        check_relation(target, relation, &object, findings);
        check_clashes(registry, target, model, ReverseSource::Relation(place), &object, findings);
    }
}

/// A relation over several columns leads to one row at most, and has no column that a deletion could change.
fn check_relation(target: &Model, relation: &Relation, object: &str, findings: &mut Findings) {
    if relation.meta.is_generic() {
        return;
    }
    if matches!(relation.meta.on_delete, OnDelete::SetNull | OnDelete::SetDefault | OnDelete::Set(_)) {
        findings.error(
            "embellie.E017",
            object,
            "on_delete sets a column, but the relation has none of its own.".into(),
            "Use Cascade, Protect, Restrict or DoNothing.",
        );
    }
    let names: Vec<&str> = relation.pairs.iter().map(|&(_, there)| target.fields[there].name.as_str()).collect();
    if !is_unique(target, &names) {
        findings.error(
            "fields.E310",
            object,
            format!("No subset of the fields '{}' on model '{}' is unique.", names.join("', '"), target.label()),
            "Make some of them unique, alone or together, by a constraint without a condition.",
        );
    }
}

/// Whether fields, or some of them, tell the rows of a model.
fn is_unique(model: &Model, names: &[&str]) -> bool {
    let among = |unique: &[String]| !unique.is_empty() && unique.iter().all(|name| names.contains(&name.as_str()));
    let key = model.key_fields().iter().all(|&place| names.contains(&model.fields[place].name.as_str()));
    key || model.fields.iter().any(|field| {
        let alone = field.unique || field.relation.as_ref().is_some_and(|relation| relation.one_to_one);
        alone && names.contains(&field.name.as_str())
    }) || model.unique_together.iter().any(|unique| among(unique))
        || model.constraints.iter().any(|constraint| match constraint {
            ConstraintMeta::Unique { terms, condition: None, .. } => {
                let names: Option<Vec<String>> = terms
                    .iter()
                    .map(|term| if let Expr::Path(path) = &term.expr { Some(path.to_string()) } else { None })
                    .collect();
                names.is_some_and(|names| among(&names))
            }
            _ => false,
        })
}

fn check_related_name(name: Option<&str>, object: &str, findings: &mut Findings) {
    let Some(name) = name else { return };
    // What Django fills in stands for a part of an identifier.
    let filled = name.replace("%(class)s", "x").replace("%(app_label)s", "x").replace("%(model_name)s", "x");
    if !name.ends_with('+') && (!is_identifier(&filled) || is_keyword(&filled)) {
        findings.error(
            "fields.E306",
            object,
            format!("The related_name '{name}' is not an identifier."),
            "Use letters, digits and underscores, or end the name with '+' to have no way back.",
        );
    }
}

fn check_foreign_key(field: &FieldMeta, relation: &ForeignKeyMeta, object: &str, findings: &mut Findings) {
    match relation.on_delete {
        OnDelete::SetNull if !field.null => findings.error(
            "fields.E320",
            object,
            "on_delete is SetNull, but the field cannot be null.".into(),
            "Allow null, or change on_delete.",
        ),
        OnDelete::SetDefault if field.default.is_none() => findings.error(
            "fields.E321",
            object,
            "on_delete is SetDefault, but the field has no default.".into(),
            "Set a default, or change on_delete.",
        ),
        _ => {}
    }
    if field.unique && !relation.one_to_one {
        findings.warning(
            "fields.W342",
            object,
            "A unique foreign key is a one-to-one relation, but its way back gives many.".into(),
            "Use a one-to-one field.",
        );
    }
}

/// A relation goes by one column, so that it cannot lead to several that are a key together.
fn composite_end(end: &Model, object: &str, hint: &str, findings: &mut Findings) {
    findings.error(
        "fields.E347",
        object,
        format!("The relation goes by the primary key of '{}', which is composite.", end.label()),
        hint,
    );
}

/// A foreign key leads to one row at most.
fn check_target(target: &Model, to_field: usize, object: &str, findings: &mut Findings) {
    let field = &target.fields[to_field];
    if !is_unique(target, &[&field.name]) {
        findings.error(
            "fields.E311",
            object,
            format!("The foreign key leads to '{}.{}', which is not unique.", target.label(), field.name),
            "Make that field unique, by itself or by a constraint without a condition.",
        );
    }
}

/// The way back of a relation, as its target has it; none for a symmetrical relation.
fn way_back<'r>(target: &'r Model, model: &Model, relation: ReverseSource) -> Option<&'r Reverse> {
    target.reverse().iter().find(|reverse| reverse.source == model.id() && reverse.relation == relation)
}

/// The label of the relation that a way back belongs to.
fn relation_label(registry: &Registry, reverse: &Reverse) -> String {
    let source = registry.get(reverse.source);
    let name = match reverse.relation {
        ReverseSource::Field(place) => &source.fields[place].name,
        ReverseSource::ManyToMany(place) => &source.many_to_many()[place].meta.name,
        ReverseSource::Relation(place) => &source.relations()[place].meta.name,
    };
    label(source, name)
}

fn check_clashes(
    registry: &Registry,
    target: &Model,
    model: &Model,
    relation: ReverseSource,
    object: &str,
    findings: &mut Findings,
) {
    let Some(back) = way_back(target, model, relation) else { return };
    let accessor = back.accessor.as_deref();
    let query_name = back.query_name.as_str();
    let unnamed = query_name.ends_with('+');
    check_query_name(query_name, unnamed, object, findings);

    let fields = target.fields.iter().map(|field| &field.name);
    let links = target.meta().many_to_many.iter().map(|relation| &relation.name);
    let relations = target.meta().relations.iter().map(|relation| &relation.name);
    for name in fields.chain(links).chain(relations) {
        let clash = label(target, name);
        let hint = || format!("Rename '{clash}', or give '{object}' another related_name.");
        if accessor == Some(name) {
            findings.error(
                "fields.E302",
                object,
                format!("The way back '{}.{name}' clashes with the field '{clash}'.", target.name),
                hint(),
            );
        }
        if query_name == name {
            findings.error(
                "fields.E303",
                object,
                format!("The way back's name in queries, '{query_name}', clashes with the field '{clash}'."),
                hint(),
            );
        }
    }
    for other in target.reverse() {
        if (other.source, other.relation) == (back.source, back.relation) || registry.get(other.source).auto_created {
            continue;
        }
        let clash = relation_label(registry, other);
        let hint = || format!("Give '{object}' or '{clash}' another related_name.");
        let same_accessor = accessor.is_some() && accessor == other.accessor.as_deref();
        if same_accessor {
            findings.error(
                "fields.E304",
                object,
                format!(
                    "The way back '{}.{}' clashes with the way back of '{clash}'.",
                    target.name,
                    accessor.unwrap_or_default()
                ),
                hint(),
            );
        }
        let same_query_name = query_name == other.query_name && !same_accessor;
        if !unnamed && (other.accessor.as_deref() == Some(query_name) || same_query_name) {
            findings.error(
                "fields.E305",
                object,
                format!("The way back's name in queries, '{query_name}', clashes with the way back of '{clash}'."),
                hint(),
            );
        }
    }
}

fn check_query_name(name: &str, unnamed: bool, object: &str, findings: &mut Findings) {
    const HINT: &str = "Set or change related_name or related_query_name.";
    if unnamed {
        return;
    }
    if name.ends_with('_') {
        findings.error(
            "fields.E308",
            object,
            format!("The way back's name in queries, '{name}', cannot end with an underscore."),
            HINT,
        );
    }
    if name.contains("__") {
        findings.error(
            "fields.E309",
            object,
            format!("The way back's name in queries, '{name}', cannot contain '__', which separates names."),
            HINT,
        );
    }
}

fn check_many_to_many(model: &Model, findings: &mut Findings) {
    for relation in &model.meta().many_to_many {
        let object = label(model, &relation.name);
        check_related_name(relation.related_name.as_deref(), &object, findings);
        if relation.through.is_some() && relation.table.is_some() {
            findings.error(
                "embellie.E008",
                &object,
                "The relation has both a model between (through) and a table of its own (table).".into(),
                "Remove table: the model between has its own.",
            );
        }
        let to_itself = [model.label(), &model.name, "self"].contains(&relation.to.as_str());
        if relation.symmetrical && to_itself && relation.related_name.is_some() {
            findings.warning(
                "fields.W345",
                &object,
                "related_name means nothing for a symmetrical relation: its way back is the relation itself.".into(),
                "Remove related_name, or set symmetrical = false.",
            );
        }
        if let Some((source, other)) = &relation.through_fields
            && (source.is_empty() || other.is_empty())
        {
            findings.error(
                "fields.E337",
                &object,
                "through_fields must name two foreign keys of the model between.".into(),
                "through_fields = (\"to this model\", \"to the other\")",
            );
        }
    }
    let mut seen = HashSet::new();
    for relation in model.many_to_many().iter().filter(|relation| relation.meta.through.is_some()) {
        if !seen.insert((relation.target, relation.through, relation.meta.through_fields.clone())) {
            findings.error(
                "models.E003",
                model.label(),
                format!(
                    "Two many-to-many relations are the same: '{}' repeats one between the same models.",
                    relation.meta.name
                ),
                "Remove one, or name different foreign keys with through_fields.",
            );
        }
    }
}

/// A link table of its own cannot be the table of another model.
fn check_table(registry: &Registry, model: &Model, place: usize, object: &str, findings: &mut Findings) {
    let link = registry.get(model.many_to_many()[place].through);
    if !link.auto_created || !link.managed {
        return;
    }
    let others = registry.models().iter().filter(|other| other.id() != link.id() && other.managed);
    for other in others.filter(|other| other.table == link.table) {
        findings.error(
            "fields.E340",
            object,
            format!("The relation's table '{}' is the table of '{}' too.", link.table, other.label()),
            "Give the relation another table, or use that model with through.",
        );
    }
}
