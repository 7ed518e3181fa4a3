//! Completing a text that is being written: what may come next, as its models and variables say.

mod context;
mod path;
mod shape;

use crate::Models;
use crate::statement::Session;
use context::Context;
pub(crate) use path::attributes;
pub(crate) use shape::Shape;

/// What may stand in a text instead of what was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text.
    pub text: String,
    /// What it is, in few words.
    pub note: String,
    /// Where in the text what it replaces begins; that ends at the cursor.
    pub start: usize,
}

/// What is known when a text is completed: the models, and the variables of a session.
#[derive(Debug, Clone)]
pub struct Knowledge {
    models: Models,
    variables: Vec<(String, String, Shape)>,
}

/// Methods of query sets and managers, those that give another query set first.
pub(crate) const REFINING: &[&str] = &[
    "all",
    "filter",
    "exclude",
    "order_by",
    "annotate",
    "alias",
    "values",
    "values_list",
    "select_related",
    "prefetch_related",
    "distinct",
    "only",
    "defer",
    "reverse",
    "union",
    "intersection",
    "difference",
    "dates",
    "datetimes",
    "none",
    "using",
    "select_for_update",
    "raw",
];
const READING: &[&str] = &[
    "get",
    "first",
    "last",
    "count",
    "exists",
    "aggregate",
    "earliest",
    "latest",
    "in_bulk",
    "contains",
    "iterator",
    "explain",
];
const WRITING: &[&str] =
    &["create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete"];
const OF_RELATED: &[&str] = &["add", "remove", "set", "clear"];
const OF_OBJECTS: &[&str] = &["save", "delete", "refresh_from_db", "full_clean"];
const OF_TEXTS: &[&str] = &[
    "upper",
    "lower",
    "title",
    "strip",
    "split",
    "join",
    "replace",
    "startswith",
    "endswith",
    "format",
    "find",
    "count",
];
const OF_LISTS: &[&str] =
    &["append", "extend", "insert", "pop", "remove", "sort", "reverse", "index", "count", "copy", "clear"];
const OF_DICTS: &[&str] = &["get", "items", "keys", "values", "setdefault", "update", "pop", "copy", "clear"];

const KEYWORDS: &[&str] = &[
    "and", "as", "break", "continue", "def", "del", "elif", "else", "except", "False", "finally", "for", "from", "if",
    "import", "in", "is", "lambda", "None", "not", "or", "pass", "raise", "return", "True", "try", "while", "with",
];

impl Knowledge {
    /// What a session knows now.
    pub fn of(session: &Session) -> Self {
        Knowledge { models: session.models().clone(), variables: session.shapes() }
    }

    /// The names of the models, in order.
    pub fn model_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.models.model_names().map(|(name, _)| name.to_owned()).collect();
        names.sort();
        names
    }

    /// Whether a text calls a model so.
    pub fn is_model(&self, name: &str) -> bool {
        self.models.label_of(name).is_some()
    }

    /// What may stand at a place of a text, the likeliest first.
    pub fn complete(&self, text: &str, cursor: usize) -> Vec<Suggestion> {
        let Some(before) = text.get(..cursor) else { return Vec::new() };
        let context = Context::of(before);
        let start = context.word_start;
        let word = before.get(start..).unwrap_or_default();
        let mut found: Vec<(String, String)> = Vec::new();
        if let Some(receiver) = &context.receiver {
            self.members(&self.shape_of_text(receiver), &mut found);
        } else if context.in_string {
            // The paths of a text: `order_by("-author__na…")`.
            let (sign, path) = word.strip_prefix('-').map_or(("", word), |path| ("-", path));
            if let Some(label) = self.model_around(&context) {
                found = path::paths(&self.models, &label, path, false);
                found.iter_mut().for_each(|(text, _)| text.insert_str(0, sign));
            }
        } else {
            if let Some(label) = self.model_around(&context)
                && context.at_argument
            {
                found = path::paths(&self.models, &label, word, true);
            }
            if !word.contains("__") {
                self.names(&mut found);
            }
        }
        let mut suggestions: Vec<Suggestion> = Vec::new();
        // What begins in the same way comes before what begins so but for capitals.
        for exact in [true, false] {
            for (text, note) in &found {
                let begins = if exact {
                    text.starts_with(word)
                } else {
                    !text.starts_with(word) && text.to_lowercase().starts_with(&word.to_lowercase())
                };
                let hidden = text.starts_with('_') && !word.starts_with('_');
                if begins && !hidden && suggestions.iter().all(|known| known.text != *text) {
                    suggestions.push(Suggestion { text: text.clone(), note: note.clone(), start });
                }
            }
        }
        suggestions
    }

    /// The names that a text may begin with.
    fn names(&self, found: &mut Vec<(String, String)>) {
        found.extend(self.variables.iter().map(|(name, kind, _)| (name.clone(), kind.clone())));
        let mut models: Vec<(String, String)> =
            self.models.model_names().map(|(name, label)| (name.to_owned(), format!("model {label}"))).collect();
        models.sort();
        found.extend(models);
        found.extend(crate::names::all().map(|name| (name.to_owned(), "Django".to_owned())));
        found.extend(crate::statement::builtins().map(|name| (name.to_owned(), "Python".to_owned())));
        found.extend(KEYWORDS.iter().map(|name| ((*name).to_owned(), "Python".to_owned())));
    }

    /// What a value of a shape has.
    fn members(&self, shape: &Shape, found: &mut Vec<(String, String)>) {
        let mut add = |names: &[&str], note: &str| {
            found.extend(names.iter().map(|name| ((*name).to_owned(), note.to_owned())));
        };
        match shape {
            Shape::Model(label) => {
                let managers = self.models.managers(label);
                add(&managers.iter().map(String::as_str).collect::<Vec<_>>(), "manager");
                add(&["DoesNotExist", "MultipleObjectsReturned"], "exception");
            }
            Shape::Manager(_) | Shape::Rows(_) => {
                add(REFINING, "query set");
                add(READING, "reads");
                add(WRITING, "writes");
            }
            Shape::Related(_) => {
                add(REFINING, "query set");
                add(READING, "reads");
                add(WRITING, "writes");
                add(OF_RELATED, "writes");
            }
            Shape::Object(label) => {
                add(OF_OBJECTS, "method");
                found.splice(0..0, path::attributes(&self.models, label));
            }
            Shape::Text => add(OF_TEXTS, "method"),
            Shape::List => add(OF_LISTS, "method"),
            Shape::Dict => add(OF_DICTS, "method"),
            Shape::Expression => add(&["asc", "desc"], "ordering"),
            Shape::Module(names) => add(names, "member"),
            Shape::Other => {}
        }
    }

    /// The model whose fields are meant where the cursor is: that of the query set whose method is called around it.
    fn model_around(&self, context: &Context) -> Option<String> {
        for callee in context.callees.iter().rev() {
            let (of, method) = callee.rsplit_once('.').unwrap_or(("", callee));
            if of.is_empty() {
                // `Post(title=…)`, or `F("…")` within a method's arguments.
                if let Some(label) = self.models.label_of(method) {
                    return Some(label.to_owned());
                }
                continue;
            }
            match self.shape_of_text(of) {
                Shape::Manager(label) | Shape::Rows(label) | Shape::Related(label) => return Some(label),
                _ => {}
            }
        }
        None
    }

    pub(crate) fn models(&self) -> &Models {
        &self.models
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&Shape> {
        self.variables.iter().find(|(known, _, _)| known == name).map(|(_, _, shape)| shape)
    }
}
