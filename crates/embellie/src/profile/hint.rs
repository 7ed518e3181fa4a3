//! What is wrong with how a statement is run, and what would be right.

use std::fmt;

use embellie_core::Registry;
use embellie_core::meta::{ConstraintMeta, IndexTerm, Model};
use embellie_core::{Expr, Path, Result};
use embellie_sql::{Comparison, Outline, Plan, PlanNode, Step, quote};
use serde::Serialize;

use crate::log::model_of;

/// What is to be said of how a statement is run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Hint {
    /// What it is.
    pub kind: HintKind,
    /// The table that it is about.
    pub table: String,
    /// The columns that it is about, in the order that an index should have them.
    pub columns: Vec<String>,
    /// What is wrong, and what would be right.
    pub message: String,
    /// The option to add to `#[model]`, where the model is known: `indexes(index(fields = ["author", "-created_at"]))`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rust: Option<String>,
    /// The same for Django's `class Meta`: `models.Index(fields=["author", "-created_at"])`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub django: Option<String>,
    /// The same as SQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
}

/// What a hint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HintKind {
    /// All rows of a table are read to find some of them.
    FullScan,
    /// The database makes an index, uses it once and forgets it.
    AutomaticIndex,
    /// Rows are sorted that an index could give in order.
    Sort,
    /// All rows of a table are read, since an index cannot find what is asked for.
    Unsearchable,
    /// A foreign key has no index.
    ForeignKeyWithoutIndex,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match (&self.rust, &self.sql) {
            (Some(rust), _) => write!(f, " Add `{rust}`."),
            (None, Some(sql)) => write!(f, " Add `{sql}`."),
            (None, None) => Ok(()),
        }
    }
}

/// What a plan shows that could be better, and which index would help. What the registry says that there is already is
/// not asked for again.
pub fn hints(plan: &Plan, outline: &Outline, registry: Option<&Registry>) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    for node in plan.walk() {
        let hint = match node.step() {
            Step::FullScan => scan(node, outline, registry, HintKind::FullScan),
            Step::AutomaticIndex => scan(node, outline, registry, HintKind::AutomaticIndex),
            Step::Sort => sort(outline, registry),
            _ => None,
        };
        if let Some(hint) = hint
            && !hints.contains(&hint)
        {
            hints.push(hint);
        }
    }
    // One index finds rows and gives them in order, when what is ordered by comes after what is equal; else finding
    // matters more.
    let (sorts, mut found): (Vec<Hint>, Vec<Hint>) = hints.into_iter().partition(|hint| hint.kind == HintKind::Sort);
    for sort in sorts {
        let Some(scan) = found.iter_mut().find(|hint| hint.table == sort.table && hint.sql.is_some()) else {
            found.push(sort);
            continue;
        };
        if sort.columns.starts_with(&scan.columns) {
            let message = format!("{} The same index gives them in order.", scan.message);
            *scan = Hint { kind: scan.kind, message, ..sort };
        }
    }
    found
}

/// The foreign keys of all models that no index begins with: deleting what they point at, and following them back, reads
/// all rows.
pub fn schema_hints(registry: &Registry) -> Vec<Hint> {
    let mut hints = Vec::new();
    for model in registry.models() {
        for (place, field) in model.fields.iter().enumerate() {
            if model.target(place).is_some() && !is_indexed(model, &[&field.column], 1) {
                let message = format!(
                    "The foreign key {}.{} has no index: following it back, and deleting what it points at, reads all rows \
                     of {}.",
                    model.name, field.name, model.table
                );
                hints.push(index(
                    HintKind::ForeignKeyWithoutIndex,
                    &model.table,
                    vec![(field.column.clone(), false)],
                    message,
                    Some(registry),
                ));
            }
        }
    }
    hints
}

/// A table of which all rows are read.
fn scan(node: &PlanNode, outline: &Outline, registry: Option<&Registry>, kind: HintKind) -> Option<Hint> {
    // Some databases tell what a table is called in the query, rather than its name.
    let table = outline.table(node.relation.as_deref()?)?;
    let own = || outline.compared.iter().filter(|compared| compared.column.table == table);
    let mut columns: Vec<(String, bool)> = Vec::new();
    let mut add = |name: &String| {
        if !columns.iter().any(|(known, _)| known == name) {
            columns.push((name.clone(), false));
        }
    };
    let is_join = |how: &Comparison| matches!(how, Comparison::Column(_));
    if kind == HintKind::AutomaticIndex {
        own().filter(|compared| is_join(&compared.how)).for_each(|compared| add(&compared.column.name));
    }
    own().filter(|compared| compared.how == Comparison::Equal).for_each(|compared| add(&compared.column.name));
    let ranges = || own().filter(|compared| compared.how == Comparison::Range);
    if let Some(range) = ranges().next() {
        add(&range.column.name);
    }
    let conditions = said(own().map(|compared| compared.column.name.as_str()));
    if columns.is_empty() {
        let hidden = own().filter(|compared| matches!(compared.how, Comparison::Pattern | Comparison::Computed));
        let hidden: Vec<&str> = hidden.map(|compared| compared.column.name.as_str()).collect();
        if hidden.is_empty() {
            return None;
        }
        return Some(Hint {
            kind: HintKind::Unsearchable,
            table: table.to_owned(),
            columns: hidden.iter().map(|&name| name.to_owned()).collect(),
            message: format!(
                "All rows of {table} are read: an index cannot find where {} matches a pattern or what is computed of it. An \
                 index on the expression, or full-text search, can.",
                said(hidden.iter().copied())
            ),
            rust: None,
            django: None,
            sql: None,
        });
    }
    if is_covered(registry, table, &columns) {
        return None;
    }
    let message = match kind {
        HintKind::AutomaticIndex => format!(
            "Each time the statement runs, the database makes an index of {table} by {}, and forgets it.",
            said(columns.iter().map(|(name, _)| name.as_str()))
        ),
        _ => format!("All rows of {table} are read to find those by {conditions}."),
    };
    Some(index(kind, table, columns, message, registry))
}

/// Rows that are sorted.
fn sort(outline: &Outline, registry: Option<&Registry>) -> Option<Hint> {
    let first = outline.ordered.first()?;
    let table = &first.column.table;
    if !outline.ordered.iter().all(|ordered| ordered.column.table == *table) || table.is_empty() {
        return None;
    }
    let mut columns: Vec<(String, bool)> = outline
        .compared
        .iter()
        .filter(|compared| compared.column.table == *table && compared.how == Comparison::Equal)
        .map(|compared| (compared.column.name.clone(), false))
        .collect();
    columns.dedup();
    for ordered in &outline.ordered {
        if !columns.iter().any(|(known, _)| *known == ordered.column.name) {
            columns.push((ordered.column.name.clone(), ordered.descending));
        }
    }
    if is_covered(registry, table, &columns) {
        return None;
    }
    let names = said(outline.ordered.iter().map(|ordered| ordered.column.name.as_str()));
    let message = format!("Rows of {table} are sorted by {names} each time; an index gives them in order.");
    Some(index(HintKind::Sort, table, columns, message, registry))
}

fn is_covered(registry: Option<&Registry>, table: &str, columns: &[(String, bool)]) -> bool {
    let Some(model) = registry.and_then(|registry| model_of(registry, table)) else { return false };
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    is_indexed(model, &names, names.len())
}

/// Whether an index begins with these columns, of which the first `any` may be in any order.
fn is_indexed(model: &Model, columns: &[&str], any: usize) -> bool {
    let begins = |mut keys: Vec<&str>| {
        keys.truncate(columns.len());
        let (head, tail) = keys.split_at_checked(any).unwrap_or((&keys, &[]));
        keys.len() == columns.len() && head.iter().all(|key| columns[..any].contains(key)) && tail == &columns[any..]
    };
    let column = |name: &str| model.field_index(name).map_or("", |place| model.fields[place].column.as_str());
    let terms = |terms: &[IndexTerm]| -> Vec<String> {
        terms.iter().map(|term| column(&term_name(&term.expr)).to_owned()).collect()
    };
    let single = model.fields.iter().filter(|field| field.index || field.unique || field.primary_key);
    let keys = model.key_fields().iter().map(|&place| model.fields[place].column.as_str()).collect();
    let indexes = model.indexes.iter().filter(|index| index.condition.is_none()).map(|index| terms(&index.terms));
    let unique = model.constraints.iter().filter_map(|constraint| match constraint {
        ConstraintMeta::Unique { terms: parts, condition: None, .. } => Some(terms(parts)),
        _ => None,
    });
    let together = model.unique_together.iter().map(|names| names.iter().map(|name| column(name).to_owned()).collect());
    begins(keys)
        || single.map(|field| vec![field.column.as_str()]).any(begins)
        || indexes.chain(unique).chain(together).any(|columns| begins(columns.iter().map(String::as_str).collect()))
}

/// The field of an index's term; empty when it is an expression.
fn term_name(expr: &Expr) -> String {
    match expr {
        Expr::Path(path) => Path::to_string(path),
        _ => String::new(),
    }
}

/// A hint that asks for an index.
fn index(
    kind: HintKind,
    table: &str,
    columns: Vec<(String, bool)>,
    message: String,
    registry: Option<&Registry>,
) -> Hint {
    let model = registry.and_then(|registry| model_of(registry, table)).filter(|model| !model.auto_created);
    let fields = model.and_then(|model| {
        let field = |(column, descending): &(String, bool)| {
            let field = model.fields.iter().find(|field| field.column == *column)?;
            Some(format!("\"{}{}\"", if *descending { "-" } else { "" }, field.name))
        };
        columns.iter().map(field).collect::<Option<Vec<String>>>()
    });
    let fields = fields.map(|fields| fields.join(", "));
    Hint {
        kind,
        table: table.to_owned(),
        message,
        rust: fields.as_ref().map(|fields| format!("indexes(index(fields = [{fields}]))")),
        django: fields.map(|fields| format!("models.Index(fields=[{fields}])")),
        sql: create(table, &columns).ok(),
        columns: columns.into_iter().map(|(name, _)| name).collect(),
    }
}

fn create(table: &str, columns: &[(String, bool)]) -> Result<String> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let name = format!("{table}_{}_idx", names.join("_"));
    let columns: Result<Vec<String>> = columns
        .iter()
        .map(|(name, descending)| Ok(format!("{}{}", quote(name, '"')?, if *descending { " DESC" } else { "" })))
        .collect();
    Ok(format!("CREATE INDEX {} ON {} ({})", quote(&name, '"')?, quote(table, '"')?, columns?.join(", ")))
}

fn said<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for name in names {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all.join(", ")
}
