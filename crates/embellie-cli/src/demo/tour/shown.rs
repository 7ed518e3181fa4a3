//! What a stop's code found.

use embellie::Value;

/// What a stop's code found: the first rows, and what there is to say of them.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Shown {
    /// The names of the columns; none when there is no table.
    pub(in super::super) columns: Vec<&'static str>,
    /// The first rows.
    pub(in super::super) rows: Vec<Vec<Value>>,
    /// Lines below the table.
    pub(in super::super) says: Vec<String>,
}

/// How many rows are shown.
const ROWS: usize = 5;

impl Shown {
    /// The first of these rows.
    pub(super) fn rows(columns: &[&'static str], rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        let mut rows = rows.into_iter();
        let first: Vec<Vec<Value>> = rows.by_ref().take(ROWS).collect();
        let more = rows.count();
        let says =
            if more > 0 { vec![format!("… and {} more", crate::terminal::count(more as u64))] } else { Vec::new() };
        Shown { columns: columns.to_vec(), rows: first, says }
    }

    /// No rows, only words.
    pub(super) fn words(words: impl Into<String>) -> Self {
        Shown { says: vec![words.into()], ..Shown::default() }
    }

    /// And these words, below.
    pub(super) fn and(mut self, words: impl Into<String>) -> Self {
        self.says.push(words.into());
        self
    }

    /// Whether a column holds numbers.
    pub(in super::super) fn is_number(&self, column: usize) -> bool {
        let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_) | Value::Decimal(_));
        let mut values = self.rows.iter().filter_map(|row| row.get(column)).filter(|value| !value.is_null()).peekable();
        values.peek().is_some() && values.all(is_number)
    }
}

/// A row of values that fields can hold.
macro_rules! cells {
    ($($value:expr),+ $(,)?) => {
        vec![$(embellie::field::FieldType::encode(&$value).unwrap_or_default()),+]
    };
}
pub(super) use cells;

/// A value as people read it.
pub(in super::super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(v) => v.to_string(),
        Value::Int(v) => v.to_string(),
        Value::Float(v) => v.to_string(),
        Value::Decimal(v) => v.to_string(),
        Value::Text(v) => v.clone(),
        Value::Bytes(v) => v.iter().map(|byte| format!("{byte:02x}")).collect(),
        Value::Date(v) => v.to_string(),
        Value::Time(v) => v.to_string(),
        Value::DateTime(v) => v.to_string(),
        Value::Timestamp(v) => v.to_string(),
        Value::Duration(v) => v.to_string(),
        Value::Uuid(v) => v.to_string(),
        Value::Json(v) => v.to_string(),
        Value::Ip(v) => v.to_string(),
        Value::Range(v) => v.to_string(),
        Value::List(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}
