//! Models as structs with `#[model]`.

mod choices;
mod field;
mod names;
mod options;
mod relation;

use std::collections::{BTreeMap, HashSet};

use embellie_core::Registry;
use embellie_core::meta::{FieldMeta, Model, RelationBy, RelationMeta};

use crate::layout::attribute;
use crate::word::{comment, ident};
pub(crate) use names::Names;

/// The models of a registry as Rust source.
///
/// Every table, column and option is kept. What `#[model]` cannot say is told by a comment where it would stand. Names
/// that Rust or embellie has another use for are changed, and the column keeps its own by `column = "…"`.
#[derive(Debug, Clone)]
pub struct ModelSource<'r> {
    registry: &'r Registry,
    only: Option<HashSet<String>>,
    docs: BTreeMap<String, String>,
    notes: BTreeMap<String, Vec<String>>,
}

/// The models of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// The app.
    pub app: String,
    /// The name of the module: the app's, as Rust writes it.
    pub module: String,
    /// The module's content. Models of other apps are named by `super::app::Model`.
    pub text: String,
}

/// What stands at the beginning of every module.
const PRELUDE: &str = "use embellie::prelude::*;\n";

impl<'r> ModelSource<'r> {
    /// All models of a registry but those that were made for link tables.
    pub fn new(registry: &'r Registry) -> Self {
        ModelSource { registry, only: None, docs: BTreeMap::new(), notes: BTreeMap::new() }
    }

    /// Only these models, given by their labels. A relation to another one becomes a plain field.
    #[must_use]
    pub fn only<T: Into<String>>(mut self, labels: impl IntoIterator<Item = T>) -> Self {
        self.only = Some(labels.into_iter().map(Into::into).collect());
        self
    }

    /// What to say of a model (`app.Model`) or a field (`app.Model.field`), as its documentation.
    #[must_use]
    pub fn doc(mut self, object: impl Into<String>, text: impl Into<String>) -> Self {
        self.docs.insert(object.into(), text.into());
        self
    }

    /// A remark on a model (`app.Model`) or a field (`app.Model.field`), as a comment above it.
    #[must_use]
    pub fn note(mut self, object: impl Into<String>, text: impl Into<String>) -> Self {
        self.notes.entry(object.into()).or_default().push(text.into());
        self
    }

    /// One file for each app, in the order in which the registry has them: `mod blog; mod shop;` beside each other.
    pub fn files(&self) -> Vec<ModelFile> {
        self.modules(0)
    }

    /// All in one file: a module for each app where there are several.
    pub fn one_file(&self) -> String {
        let apps: HashSet<&str> = self.models().map(|model| model.app.as_str()).collect();
        if apps.len() <= 1 {
            return self.files().into_iter().next().map_or_else(|| PRELUDE.to_owned(), |file| file.text);
        }
        let modules = self.modules(4).into_iter().map(|file| {
            let lines =
                file.text.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("    {line}\n") });
            format!("pub mod {} {{\n{}}}\n", file.module, lines.collect::<String>())
        });
        modules.collect::<Vec<_>>().join("\n")
    }

    fn models(&self) -> impl Iterator<Item = &'r Model> {
        let chosen = |model: &&Model| match &self.only {
            Some(only) => only.contains(model.label()),
            None => true,
        };
        self.registry.models().iter().filter(|model| !model.auto_created).filter(chosen)
    }

    fn modules(&self, indent: usize) -> Vec<ModelFile> {
        let models: Vec<&Model> = self.models().collect();
        let names = Names::new(&models);
        let mut files: Vec<ModelFile> = Vec::new();
        for model in models {
            let text = ModelWriter { source: self, names: &names, model, indent, notes: Vec::new() }.write();
            match files.iter_mut().find(|file| file.app == model.app) {
                Some(file) => file.text.extend(["\n", &text]),
                None => files.push(ModelFile {
                    app: model.app.clone(),
                    module: names.module(&model.app).to_owned(),
                    text: format!("{PRELUDE}\n{text}"),
                }),
            }
        }
        files
    }
}

/// Writes one model.
struct ModelWriter<'s> {
    source: &'s ModelSource<'s>,
    names: &'s Names,
    model: &'s Model,
    /// How far the module is indented in its file.
    indent: usize,
    /// What cannot be said of the model otherwise.
    notes: Vec<String>,
}

impl ModelWriter<'_> {
    fn write(mut self) -> String {
        let (enums, fields) = self.fields();
        let options = self.options();
        let mut lines = enums;
        let label = self.model.label().to_owned();
        lines.extend(self.docs(&label, 0));
        let mut notes = self.remarks(&label, 0);
        let unsaid = self.model.meta().relations.iter().map(without_column);
        notes.extend(self.notes.iter().cloned().chain(unsaid).map(|note| format!("// {}", comment(&note))));
        lines.extend(notes);
        lines.extend(attribute("model", options, self.indent).into_iter().map(|line| self.unindented(line)));
        lines.push(format!("pub struct {} {{", ident(self.names.model(self.model.id()))));
        lines.extend(fields);
        lines.push("}".into());
        lines.join("\n") + "\n"
    }

    /// Attributes are laid out as wide as the file is; the module's indentation is added to all lines later.
    fn unindented(&self, line: String) -> String {
        line.get(self.indent..).map_or(line.clone(), str::to_owned)
    }

    fn attribute(&self, name: &str, items: Vec<crate::layout::Item>, indent: usize) -> Vec<String> {
        attribute(name, items, self.indent + indent).into_iter().map(|line| self.unindented(line)).collect()
    }

    fn docs(&self, object: &str, indent: usize) -> Vec<String> {
        let text = self.source.docs.get(object).map(String::as_str).unwrap_or_default();
        text.lines().map(|line| format!("{:indent$}/// {}", "", comment(line)).trim_end().to_owned()).collect()
    }

    fn remarks(&self, object: &str, indent: usize) -> Vec<String> {
        let notes = self.source.notes.get(object).map(Vec::as_slice).unwrap_or_default();
        notes.iter().map(|note| format!("{:indent$}// {}", "", comment(note))).collect()
    }

    fn label_of(&self, field: &str) -> String {
        format!("{}.{field}", self.model.label())
    }

    /// The fields and relations, with the enums that their choices need.
    fn fields(&mut self) -> (Vec<String>, Vec<String>) {
        let (mut enums, mut lines) = (Vec::new(), Vec::new());
        for (place, field) in self.model.fields.iter().enumerate() {
            if is_added_key(self.model, field, place) {
                continue;
            }
            let written = self.field(place, field);
            enums.extend(written.enumeration);
            lines.extend(self.member(&field.name, written.notes, written.items, &written.name, &written.ty));
        }
        for relation in &self.model.meta().many_to_many {
            let written = self.link(relation);
            lines.extend(self.member(&relation.name, written.notes, written.items, &written.name, &written.ty));
        }
        (enums, lines)
    }

    fn member(
        &self,
        field: &str,
        notes: Vec<String>,
        items: Vec<crate::layout::Item>,
        name: &str,
        ty: &str,
    ) -> Vec<String> {
        let object = self.label_of(field);
        let mut lines = self.docs(&object, 4);
        lines.extend(self.remarks(&object, 4));
        lines.extend(notes.iter().map(|note| format!("    // {}", comment(note))));
        if ty.is_empty() {
            return lines;
        }
        if !items.is_empty() {
            lines.extend(self.attribute("field", items, 4));
        }
        lines.push(format!("    pub {}: {ty},", ident(name)));
        lines
    }
}

/// What is said of a relation that has no column of its own, which a struct has no field for.
fn without_column(relation: &RelationMeta) -> String {
    let RelationMeta { name, to, by, .. } = relation;
    match by {
        RelationBy::Fields(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(here, there)| format!("{here} = {to}.{there}")).collect();
            format!("The relation '{name}' to {to} goes by several columns: {}.", pairs.join(" and "))
        }
        RelationBy::Generic { content_type, object_id, .. } => {
            format!("The relation '{name}' gives the {to} rows that point here by '{content_type}' and '{object_id}'.")
        }
    }
}

/// What is written of a field.
struct Written {
    /// The lines of an enum that stands before the struct.
    enumeration: Vec<String>,
    notes: Vec<String>,
    items: Vec<crate::layout::Item>,
    name: String,
    /// The type; empty where the field cannot be written at all.
    ty: String,
}

/// Whether a field is the primary key that `#[model]` adds by itself.
fn is_added_key(model: &Model, field: &FieldMeta, place: usize) -> bool {
    use embellie_core::field::FieldKind;
    place == 0
        && model.composite_primary_key.is_none()
        && *field == FieldMeta { blank: field.blank, ..FieldMeta::new("id", FieldKind::BigAuto).primary_key() }
}

#[cfg(test)]
mod tests {
    use embellie_core::field::FieldKind;
    use embellie_core::meta::ModelMeta;

    use super::*;

    #[test]
    fn relations_without_a_column_are_told_above_the_struct() {
        let number = |name: &'static str| FieldMeta::new(name, FieldKind::Integer);
        let pairs = [("row", "row"), ("place", "place")];
        let seat = ModelMeta::new("hall", "Seat").field(number("row")).field(number("place"));
        let seat = ModelMeta { unique_together: vec![vec!["row".into(), "place".into()]], ..seat };
        let ticket = ModelMeta::new("hall", "Ticket").field(number("row")).field(number("place"));
        let relations = vec![RelationMeta::new("seat", "hall.Seat", pairs)];
        let registry = Registry::build([seat, ModelMeta { relations, ..ticket }]).unwrap();
        let written = ModelSource::new(&registry).one_file();
        let told = "// The relation 'seat' to hall.Seat goes by several columns: row = hall.Seat.row and place = hall.Seat.place.\n";
        assert!(written.contains(told), "{written}");
    }
}
