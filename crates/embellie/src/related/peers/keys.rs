//! Keys by the thousand: mostly integers, which are kept as such.

use std::collections::HashMap;

use embellie_core::Value;
use foldhash::fast::RandomState;

use super::Key;

/// The keys of rows, as they were read.
#[derive(Default)]
pub(super) struct Keys {
    /// Their primary keys.
    own: List,
    /// The foreign keys of those that do not know their objects, by the place of the field.
    foreign: Vec<(usize, List)>,
    /// The fields whose objects some rows know.
    known: Vec<usize>,
    /// Whether the rows have no Rust type.
    records: bool,
    /// How often a row holds the group, at least.
    holds: usize,
    /// How many rows there are.
    rows: usize,
    /// How many are expected.
    expected: usize,
}

impl Keys {
    /// The keys of some rows that are still to be counted.
    pub(super) fn of(expected: usize) -> Self {
        Keys { own: List::with_capacity(expected), expected, ..Keys::default() }
    }

    /// Another row, which holds the group so often.
    #[inline]
    pub(super) fn count(&mut self, holds: usize, is_record: impl FnOnce() -> bool) {
        if self.rows == 0 {
            (self.holds, self.records) = (holds, is_record());
        }
        self.holds = self.holds.min(holds);
        self.rows += 1;
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn holds(&self) -> usize {
        self.holds
    }

    pub(super) fn are_of_records(&self) -> bool {
        self.records
    }

    /// Some rows know the object of a field.
    pub(super) fn know(&mut self, field: usize) {
        if !self.known.contains(&field) {
            self.known.push(field);
        }
    }

    pub(super) fn take_known(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.known)
    }

    pub(super) fn add_own(&mut self, key: &Value) {
        self.own.push(key);
    }

    #[inline]
    pub(super) fn add_own_int(&mut self, key: i64) {
        match &mut self.own {
            List::Ints(ints) => ints.push(key),
            List::Values(values) => values.push(Value::Int(key)),
        }
    }

    pub(super) fn own(&self) -> Vec<Value> {
        self.own.values()
    }

    /// The foreign key of a field, which is relation `turn` of its row.
    #[inline]
    pub(super) fn add_foreign(&mut self, turn: usize, field: usize, key: &Value) {
        match (self.foreign.get_mut(turn), key) {
            (Some((place, List::Ints(ints))), Value::Int(key)) if *place == field => ints.push(*key),
            _ => self.add_other_foreign(field, key),
        }
    }

    fn add_other_foreign(&mut self, field: usize, key: &Value) {
        match self.foreign.iter_mut().find(|(place, _)| *place == field) {
            Some((_, keys)) => keys.push(key),
            None => {
                let mut keys = List::with_capacity(self.expected);
                keys.push(key);
                self.foreign.push((field, keys));
            }
        }
    }

    pub(super) fn foreign(&self, field: usize) -> Vec<Value> {
        let known = self.foreign.iter().find(|(place, _)| *place == field);
        known.map(|(_, keys)| keys.values()).unwrap_or_default()
    }
}

/// Values, as small as they can be kept. Nulls are left out.
enum List {
    Ints(Vec<i64>),
    Values(Vec<Value>),
}

impl Default for List {
    fn default() -> Self {
        List::Ints(Vec::new())
    }
}

impl List {
    fn with_capacity(expected: usize) -> Self {
        List::Ints(Vec::with_capacity(expected))
    }

    fn push(&mut self, value: &Value) {
        match (&mut *self, value) {
            (List::Ints(ints), Value::Int(int)) => ints.push(*int),
            (_, Value::Null) => {}
            (List::Values(values), value) => values.push(value.clone()),
            (List::Ints(_), value) => {
                let mut values = self.values();
                values.push(value.clone());
                *self = List::Values(values);
            }
        }
    }

    fn values(&self) -> Vec<Value> {
        match self {
            List::Ints(ints) => ints.iter().copied().map(Value::Int).collect(),
            List::Values(values) => values.clone(),
        }
    }
}

/// Keys, each once and with a number: that of its turn.
#[derive(Default)]
pub(crate) struct Index {
    ints: HashMap<i64, usize, RandomState>,
    others: HashMap<Key, usize, RandomState>,
    keys: Vec<Value>,
}

impl Index {
    pub(crate) fn with_capacity(expected: usize) -> Self {
        let mut index = Index { keys: Vec::with_capacity(expected), ..Index::default() };
        index.ints.reserve(expected);
        index
    }

    /// Some keys, in their order.
    pub(crate) fn of(keys: Vec<Value>) -> Self {
        let mut index = Index::with_capacity(keys.len());
        for key in &keys {
            index.number(key);
        }
        index
    }

    /// The number of a key, which is added if it is new.
    pub(crate) fn number(&mut self, key: &Value) -> usize {
        let next = self.keys.len();
        let number = match key {
            Value::Int(key) => *self.ints.entry(*key).or_insert(next),
            other => *self.others.entry(Key(other.clone())).or_insert(next),
        };
        if number == next {
            self.keys.push(key.clone());
        }
        number
    }

    /// The keys, in the order of their numbers.
    pub(crate) fn keys(&self) -> &[Value] {
        &self.keys
    }

    pub(crate) fn into_keys(self) -> Vec<Value> {
        self.keys
    }
}

#[cfg(test)]
mod tests {
    use embellie_core::Value;

    use super::{Index, Keys};

    #[test]
    fn keys_of_any_kind_have_numbers() {
        let keys = [Value::Int(7), Value::Text("a".into()), Value::Int(7), Value::Null, Value::Int(-1)];
        let mut index = Index::default();
        let numbers: Vec<usize> = keys.iter().map(|key| index.number(key)).collect();
        assert_eq!(numbers, [0, 1, 0, 2, 3]);
        assert_eq!(index.into_keys(), [Value::Int(7), Value::Text("a".into()), Value::Null, Value::Int(-1)]);
    }

    #[test]
    fn keys_of_several_kinds_are_kept_without_nulls() {
        let mut keys = Keys::of(3);
        for key in [Value::Int(1), Value::Null, Value::Text("a".into()), Value::Int(2)] {
            keys.add_own(&key);
            keys.add_foreign(0, 4, &key);
        }
        let kept = [Value::Int(1), Value::Text("a".into()), Value::Int(2)];
        assert_eq!((keys.own(), keys.foreign(4), keys.foreign(5)), (kept.to_vec(), kept.to_vec(), Vec::new()));
    }
}
