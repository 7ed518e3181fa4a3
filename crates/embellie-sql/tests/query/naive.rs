//! What queries mean, worked out row by row without joins: the yardstick of the property test.
//!
//! A row is in the result once for each way of choosing one related row, or none where there is none, for every
//! relation of several rows that a call mentions, such that the call's condition holds.

use std::cmp::Ordering;
use std::collections::HashMap;

use embellie_core::lookup::Lookup;
use embellie_core::meta::{Hop, Member, ModelId};
use embellie_core::query::{Condition, Connector, Operand, Step};
use embellie_core::{Expr, Q, Query, Registry, Value};

/// The rows of every table: values by field.
pub(crate) type Tables = HashMap<ModelId, Vec<Vec<Value>>>;

/// A row of a model; `None` where a relation leads nowhere.
type At<'t> = Option<&'t [Value]>;

/// Which row each relation of several rows leads to at present, by the way to it.
type Chosen<'t> = Vec<(Vec<Hop>, At<'t>)>;

/// The keys of a query's rows, sorted.
pub(crate) fn keys(query: &Query, registry: &Registry, tables: &Tables) -> Vec<i64> {
    let model = registry.model(&query.model).unwrap();
    let mut keys = Vec::new();
    for row in &tables[&model.id()] {
        let world = World { registry, tables, base: model.id(), row };
        let times: usize = query.steps.iter().map(|step| world.times(step)).product();
        let Value::Int(key) = row[model.primary_key_index()] else { unreachable!() };
        keys.extend(std::iter::repeat_n(key, times));
    }
    keys.sort_unstable();
    keys
}

struct World<'t> {
    registry: &'t Registry,
    tables: &'t Tables,
    base: ModelId,
    row: &'t [Value],
}

/// A path: its hops, the field at the end, and what follows.
struct Way {
    hops: Vec<Hop>,
    field: usize,
    model: ModelId,
    lookup: Lookup,
}

impl<'t> World<'t> {
    /// In how many ways a call's condition holds.
    fn times(&self, step: &Step) -> usize {
        let (q, negated) = match step {
            Step::Filter(q) => (q, false),
            Step::Exclude(q) => (q, true),
            _ => unreachable!(),
        };
        let mut ways = Vec::new();
        self.mentioned(q, negated, &mut ways);
        self.choices(&ways, &mut Vec::new(), &mut |chosen| {
            let mut seen = Vec::new();
            self.group(Connector::And, negated, std::slice::from_ref(q), (false, false), chosen, &mut seen)
                == Some(true)
        })
    }

    /// Goes through all choices of a row for each way, and counts those that pass.
    fn choices(
        &self,
        ways: &[Vec<Hop>],
        chosen: &mut Chosen<'t>,
        passes: &mut dyn FnMut(&Chosen<'t>) -> bool,
    ) -> usize {
        let Some(way) = ways.get(chosen.len()) else { return usize::from(passes(chosen)) };
        let (last, before) = way.split_last().unwrap();
        let rows = self.related(self.at(before, chosen), *last);
        let mut count = 0;
        for row in rows {
            chosen.push((way.clone(), row));
            count += self.choices(ways, chosen, passes);
            chosen.pop();
        }
        count
    }

    /// The rows at the other end of a hop; one that is not there when there are none.
    fn related(&self, from: At<'t>, hop: Hop) -> Vec<At<'t>> {
        let mut rows: Vec<At<'t>> = Vec::new();
        if let Some(row) = from {
            let key = &row[hop.from_field];
            let there = self.tables[&hop.to].iter().filter(|other| !key.is_null() && other[hop.to_field] == *key);
            rows.extend(there.map(|other| Some(other.as_slice())));
        }
        if rows.is_empty() {
            rows.push(None);
        }
        rows
    }

    /// The row that hops lead to, given what is chosen where there are several.
    fn at(&self, hops: &[Hop], chosen: &Chosen<'t>) -> At<'t> {
        let mut at = Some(self.row);
        for (i, hop) in hops.iter().enumerate() {
            at = match hop.multiple {
                true => chosen.iter().find(|(way, _)| way[..] == hops[..=i]).unwrap().1,
                false => self.related(at, *hop)[0],
            };
        }
        at
    }

    fn way(&self, names: &[&str]) -> Way {
        let mut way = Way { hops: Vec::new(), field: 0, model: self.base, lookup: Lookup::Exact };
        let mut pending: Vec<Hop> = Vec::new();
        for name in names {
            let model = self.registry.get(way.model);
            let Some(member) = model.member(name) else {
                way.lookup = Lookup::from_name(name).unwrap();
                continue;
            };
            way.hops.append(&mut pending);
            pending = self.registry.hops(way.model, member);
            match (pending.last(), member) {
                (Some(last), _) => {
                    way.model = last.to;
                    let target = self.registry.get(last.to).primary_key_index();
                    way.field = if last.forward { last.to_field } else { target };
                }
                (None, Member::Field(field)) => way.field = field,
                _ => unreachable!(),
            }
        }
        way.hops.append(&mut pending);
        // What the last table but one holds too need not be there itself.
        while let Some(hop) = way.hops.last().copied()
            && hop.forward
            && hop.to_field == way.field
            && hop.to == way.model
        {
            (way.model, way.field) = (hop.from, hop.from_field);
            way.hops.pop();
        }
        way
    }

    /// The ways to relations of several rows that a condition chooses from, parents first.
    fn mentioned(&self, q: &Q, negated: bool, ways: &mut Vec<Vec<Hop>>) {
        match q {
            Q::Group { negated: own, children, .. } => {
                children.iter().for_each(|child| self.mentioned(child, negated || *own, ways));
            }
            Q::Condition(condition) => {
                let names: Vec<&str> = condition.path.names().collect();
                let left = self.way(&names);
                if let Operand::Expr(Expr::Path(path)) = &condition.operand {
                    add_ways(&self.way(&path.names().collect::<Vec<_>>()).hops, ways);
                }
                if !(negated && left.hops.iter().any(|hop| hop.multiple)) {
                    add_ways(&left.hops, ways);
                }
            }
            _ => unreachable!(),
        }
    }

    /// Whether a group holds: true, false or unknown. `around` is whether a negation is anywhere around, and whether
    /// an odd number of them are.
    fn group(
        &self,
        connector: Connector,
        negated: bool,
        children: &[Q],
        around: (bool, bool),
        chosen: &Chosen<'t>,
        seen: &mut Vec<Vec<Hop>>,
    ) -> Option<bool> {
        let inside = (around.0 || negated, around.1 ^ negated);
        let mut results: Vec<Option<bool>> = Vec::new();
        for child in children {
            match child {
                Q::Condition(condition) => results.push(self.condition(condition, inside, chosen, seen)),
                Q::Group { connector, negated, children } if has_condition(child) => {
                    results.push(self.group(*connector, *negated, children, inside, chosen, seen));
                }
                _ => {}
            }
        }
        if results.is_empty() {
            return Some(true);
        }
        let whole = match connector {
            Connector::And => results
                .iter()
                .try_fold(true, |all, r| r.map(|r| all && r))
                .or_else(|| results.contains(&Some(false)).then_some(false)),
            Connector::Or => results
                .iter()
                .try_fold(false, |any, r| r.map(|r| any || r))
                .or_else(|| results.contains(&Some(true)).then_some(true)),
            Connector::Xor => Some(results.iter().filter(|r| **r == Some(true)).count() % 2 == 1),
        };
        if negated { whole.map(|holds| !holds) } else { whole }
    }

    fn condition(
        &self,
        condition: &Condition,
        (branch_negated, negated): (bool, bool),
        chosen: &Chosen<'t>,
        seen: &mut Vec<Vec<Hop>>,
    ) -> Option<bool> {
        let names: Vec<&str> = condition.path.names().collect();
        let left = self.way(&names);
        let mut right_declared_null = false;
        let right = match &condition.operand {
            Operand::Expr(Expr::Path(path)) => {
                let way = self.way(&path.names().collect::<Vec<_>>());
                right_declared_null = self.registry.get(way.model).fields[way.field].null;
                add_ways(&way.hops, seen);
                self.at(&way.hops, chosen).map_or(Value::Null, |row| row[way.field].clone())
            }
            Operand::Expr(Expr::Value(value)) => value.clone(),
            _ => unreachable!(),
        };
        if branch_negated && let Some(first) = left.hops.iter().position(|hop| hop.multiple) {
            return Some(self.some_row(&left, first, &right, chosen, seen));
        }
        add_ways(&left.hops, seen);
        let value = self.at(&left.hops, chosen).map_or(Value::Null, |row| row[left.field].clone());
        let result = compare(&value, left.lookup, &right);
        if negated && (value.is_null() || (right.is_null() && right_declared_null)) {
            return Some(result.unwrap_or(false));
        }
        result
    }

    /// Whether some row at the end of the way passes.
    fn some_row(&self, left: &Way, first: usize, right: &Value, chosen: &Chosen<'t>, seen: &[Vec<Hop>]) -> bool {
        let mut ways = Vec::new();
        add_ways(&left.hops, &mut ways);
        let missing = left.lookup == Lookup::IsNull && *right == Value::Bool(true);
        // A relation that the call has joined already is about the joined row.
        let joined = !missing && seen.contains(&left.hops[..=first].to_vec());
        let mut found = false;
        let mut fixed: Chosen<'t> = Vec::new();
        if joined {
            fixed.push((left.hops[..=first].to_vec(), self.at(&left.hops[..=first], chosen)));
        }
        self.choices(&ways, &mut fixed, &mut |inner| {
            let value = self.at(&left.hops, inner).map_or(Value::Null, |row| row[left.field].clone());
            found |= compare(&value, left.lookup, right) == Some(true);
            false
        });
        found
    }
}

fn has_condition(q: &Q) -> bool {
    match q {
        Q::Condition(_) => true,
        Q::Group { children, .. } => children.iter().any(has_condition),
        _ => false,
    }
}

fn add_ways(hops: &[Hop], ways: &mut Vec<Vec<Hop>>) {
    for (i, hop) in hops.iter().enumerate() {
        let way = hops[..=i].to_vec();
        if hop.multiple && !ways.contains(&way) {
            ways.push(way);
        }
    }
}

fn compare(left: &Value, lookup: Lookup, right: &Value) -> Option<bool> {
    if let (Lookup::IsNull, Value::Bool(expected)) = (lookup, right) {
        return Some(left.is_null() == *expected);
    }
    if let (Lookup::In, Value::List(values)) = (lookup, right) {
        let wanted: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
        return match (wanted.is_empty(), left.is_null()) {
            (true, _) => Some(false),
            (false, true) => None,
            (false, false) => Some(wanted.contains(&left)),
        };
    }
    if left.is_null() || right.is_null() {
        return None;
    }
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => unreachable!("{left} {lookup} {right}"),
    };
    Some(match lookup {
        Lookup::Exact => order == Ordering::Equal,
        Lookup::Gt => order == Ordering::Greater,
        Lookup::Lte => order != Ordering::Greater,
        other => unreachable!("{other}"),
    })
}
