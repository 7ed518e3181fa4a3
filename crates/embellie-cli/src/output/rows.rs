//! Results as rows and columns.

use embellie_text::Py;
use embellie_text::statement::text;

/// Rows, each with a value for every column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Py>>,
    /// Whether the columns have no names of their own: the rows are tuples, or values alone.
    pub(crate) is_bare: bool,
}

impl Rows {
    /// The rows with names for columns that have none of their own.
    pub(crate) fn named(mut self, names: &[String]) -> Rows {
        if self.is_bare && names.len() == self.columns.len() {
            self.columns = names.to_vec();
        }
        self
    }

    /// The rows that a list is; `None` for what is no list.
    pub(crate) fn of(value: &Py) -> Option<Rows> {
        let values = match value {
            Py::List(values) | Py::Tuple(values) | Py::Set(values) => values,
            _ => return None,
        };
        let mut rows = Rows::default();
        let tuples = values.iter().all(|value| matches!(value, Py::Tuple(_))) && !values.is_empty();
        if tuples {
            let widest = values.iter().map(|value| if let Py::Tuple(parts) = value { parts.len() } else { 0 }).max();
            rows.is_bare = true;
            rows.columns = (1..=widest.unwrap_or_default()).map(|place| place.to_string()).collect();
            rows.rows = values
                .iter()
                .map(|value| match value {
                    Py::Tuple(parts) => {
                        let missing = rows.columns.len().saturating_sub(parts.len());
                        parts.iter().cloned().chain(std::iter::repeat_n(Py::None, missing)).collect()
                    }
                    other => vec![other.clone()],
                })
                .collect();
            return Some(rows);
        }
        let all: Option<Vec<Vec<(String, Py)>>> = values.iter().map(pairs).collect();
        match all.filter(|all| !all.is_empty()) {
            Some(all) => {
                for pairs in &all {
                    for (name, _) in pairs {
                        if !rows.columns.contains(name) {
                            rows.columns.push(name.clone());
                        }
                    }
                }
                rows.rows = all
                    .into_iter()
                    .map(|pairs| {
                        let value = |name: &String| {
                            pairs.iter().find(|(known, _)| known == name).map_or(Py::None, |(_, value)| value.clone())
                        };
                        rows.columns.iter().map(value).collect()
                    })
                    .collect();
            }
            None => {
                rows.is_bare = true;
                rows.columns = vec!["value".to_owned()];
                rows.rows = values.iter().map(|value| vec![value.clone()]).collect();
            }
        }
        Some(rows)
    }
}

/// The names and values of an object or a dictionary.
pub(super) fn pairs(value: &Py) -> Option<Vec<(String, Py)>> {
    match value {
        Py::Object(object) => Some(object.fields().into_iter().chain(object.annotations().iter().cloned()).collect()),
        Py::Dict(items) => Some(items.iter().map(|(name, value)| (text(name), value.clone())).collect()),
        _ => None,
    }
}

/// A value as text, on one line as far as its text is.
pub(crate) fn cell(value: &Py) -> String {
    match value {
        Py::None => "–".to_owned(),
        Py::Bytes(bytes) if bytes.len() > 32 => format!("{} bytes", bytes.len()),
        Py::Object(object) => match object.key() {
            embellie::Value::Null => format!("new {}", object.model()),
            key => format!("{} {key}", object.model()),
        },
        value => text(value),
    }
}
