//! Queries without their values.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use embellie_core::expr::Window;
use embellie_core::query::{
    Aggregation, Annotation, Assignment, Condition, Distinct, Loading, Operand, SelectRelated, Slice, Step,
};
use embellie_core::{Expr, OrderBy, Path, Q, Query, Value};

use super::Asked;
use super::probe::Class;

/// How deep a query may be nested, to have a shape.
const DEEPEST: u32 = 48;
/// How many bytes of a key are kept for the next one.
const MOST_SPARE: usize = 4_096;
/// How many values a query may have, to have a shape.
const MOST_SLOTS: usize = 256;

/// A query without its values: equal for all queries that differ in these only. And the values, in order.
#[derive(Debug, Clone)]
pub struct Shape<'q> {
    key: Vec<u8>,
    slots: Vec<Slot<'q>>,
}

/// A value that is not part of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Slot<'q> {
    Value(&'q Value),
    /// How many rows, or how many to pass over.
    Number(u64),
}

impl<'q> Shape<'q> {
    /// The shape of a query, `None` where it has parts that plans do not know.
    pub fn of(asked: &Asked<'q>) -> Option<Self> {
        let mut walk = Walk {
            key: Key(SPARE.try_with(Cell::take).unwrap_or_default()),
            slots: Vec::with_capacity(4),
            left: DEEPEST,
        };
        let known = walk.asked(asked);
        let shape = Shape { key: walk.key.0, slots: walk.slots };
        known.map(|()| shape)
    }

    /// The query without its values.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The query without its values, to keep.
    pub fn into_key(mut self) -> Vec<u8> {
        std::mem::take(&mut self.key)
    }

    pub(super) fn slots(&self) -> &[Slot<'q>] {
        &self.slots
    }
}

thread_local! {
    /// The room that the key before had: most are looked up and not kept.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Drop for Shape<'_> {
    fn drop(&mut self) {
        if self.key.capacity() <= MOST_SPARE {
            self.key.clear();
            // A thread that ends keeps nothing.
            let _ = SPARE.try_with(|spare| spare.set(std::mem::take(&mut self.key)));
        }
    }
}

/// Whether a comparison is with a regular expression: those are checked, each by itself.
fn is_pattern(path: &Path) -> bool {
    path.names().next_back().is_some_and(|name| name.ends_with("regex"))
}

/// Whether a number of rows is part of the shape: those that are asked for most, and what may mean something else.
pub(super) fn is_fixed(number: u64) -> bool {
    number < 2 || number > u64::from(u32::MAX)
}

/// Collects what is hashed: all of it, so that different things give different keys.
struct Key(Vec<u8>);

impl Hasher for Key {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn write_u8(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn write_usize(&mut self, number: usize) {
        match u8::try_from(number) {
            Ok(small) if small < u8::MAX => self.0.push(small),
            _ => {
                self.0.push(u8::MAX);
                self.0.extend_from_slice(&number.to_ne_bytes());
            }
        }
    }

    fn write_isize(&mut self, number: isize) {
        self.write_usize(number as usize);
    }

    fn finish(&self) -> u64 {
        0
    }
}

struct Walk<'q> {
    key: Key,
    slots: Vec<Slot<'q>>,
    left: u32,
}

/// What becomes of walking: nothing, where a part is not known.
type Walked = Option<()>;

impl<'q> Walk<'q> {
    fn tag(&mut self, tag: u8) {
        self.key.0.push(tag);
    }

    fn keep(&mut self, tag: u8, part: impl Hash) -> Walked {
        self.tag(tag);
        part.hash(&mut self.key);
        Some(())
    }

    fn all<T>(&mut self, items: &'q [T], one: fn(&mut Self, &'q T) -> Walked) -> Walked {
        items.len().hash(&mut self.key);
        items.iter().try_for_each(|item| one(self, item))
    }

    fn option<T>(&mut self, item: Option<&'q T>, one: fn(&mut Self, &'q T) -> Walked) -> Walked {
        item.is_some().hash(&mut self.key);
        item.map_or(Some(()), |item| one(self, item))
    }

    fn deeper(&mut self, walk: impl FnOnce(&mut Self) -> Walked) -> Walked {
        self.left = self.left.checked_sub(1)?;
        walk(self)?;
        self.left += 1;
        Some(())
    }

    fn asked(&mut self, asked: &Asked<'q>) -> Walked {
        asked.purpose.hash(&mut self.key);
        self.query(asked.query)?;
        self.all(asked.assignments, Walk::assignment)
    }

    fn query(&mut self, query: &'q Query) -> Walked {
        let Query {
            model,
            ctes,
            from,
            compound,
            steps,
            order_by,
            reversed,
            distinct,
            slice: Slice { offset, limit },
            none,
            lock,
            select_related,
            loading,
            aggregation,
            time_zone,
        } = query;
        if !ctes.is_empty() || from.is_some() || *none {
            return None;
        }
        model.hash(&mut self.key);
        self.deeper(|walk| walk.all(steps, Walk::step))?;
        order_by.is_some().hash(&mut self.key);
        self.all(order_by.as_deref().unwrap_or_default(), Walk::term)?;
        // What few queries have is looked at in one go.
        let plain = compound.is_none()
            && !reversed
            && lock.is_none()
            && time_zone.is_none()
            && matches!(
                (distinct, select_related, loading, aggregation),
                (Distinct::No, SelectRelated::No, Loading::All, Aggregation::Separate)
            );
        plain.hash(&mut self.key);
        if !plain {
            self.rest(query)?;
        }
        limit.is_some().hash(&mut self.key);
        self.number(limit.unwrap_or_default())?;
        self.number(*offset)
    }

    /// What few queries have.
    fn rest(&mut self, query: &'q Query) -> Walked {
        let Query { compound, reversed, distinct, lock, select_related, loading, aggregation, time_zone, .. } = query;
        compound.is_some().hash(&mut self.key);
        if let Some(compound) = compound {
            compound.operator.hash(&mut self.key);
            self.deeper(|walk| walk.all(&compound.queries, Walk::query))?;
        }
        (reversed, aggregation, time_zone).hash(&mut self.key);
        match distinct {
            Distinct::No => self.tag(0),
            Distinct::Rows => self.tag(1),
            Distinct::On(paths) => self.keep(2, paths)?,
        }
        match select_related {
            SelectRelated::No => self.tag(0),
            SelectRelated::All => self.tag(1),
            SelectRelated::Paths(paths) => self.keep(2, paths)?,
        }
        match loading {
            Loading::All => self.tag(0),
            Loading::Only(paths) => self.keep(1, paths)?,
            Loading::AllBut(paths) => self.keep(2, paths)?,
        }
        lock.is_some().hash(&mut self.key);
        if let Some(lock) = lock {
            (lock.nowait, lock.skip_locked, lock.no_key, &lock.of).hash(&mut self.key);
        }
        Some(())
    }

    fn number(&mut self, number: u64) -> Walked {
        if is_fixed(number) {
            return self.keep(0, number);
        }
        self.tag(1);
        self.slots.push(Slot::Number(number));
        Some(())
    }

    fn step(&mut self, step: &'q Step) -> Walked {
        match step {
            Step::Filter(q) => {
                self.tag(0);
                self.q(q)
            }
            Step::Exclude(q) => {
                self.tag(1);
                self.q(q)
            }
            Step::Annotate(Annotation { alias, expr, selected }) => {
                self.keep(2, (alias, selected))?;
                self.expr(expr)
            }
            Step::Values(paths) => self.keep(3, paths),
            Step::Group => {
                self.tag(4);
                Some(())
            }
            _ => None,
        }
    }

    fn assignment(&mut self, assignment: &'q Assignment) -> Walked {
        assignment.field.hash(&mut self.key);
        self.expr(&assignment.value)
    }

    fn term(&mut self, term: &'q OrderBy) -> Walked {
        (term.descending, term.nulls).hash(&mut self.key);
        self.expr(&term.expr)
    }

    fn q(&mut self, q: &'q Q) -> Walked {
        self.deeper(|walk| match q {
            Q::Condition(Condition { path, operand }) => {
                if is_pattern(path) {
                    return None;
                }
                walk.keep(0, path)?;
                walk.operand(operand)
            }
            Q::Group { connector, negated, children } => {
                walk.keep(1, (connector, negated))?;
                walk.all(children, Walk::q)
            }
            Q::Expr(expr) => {
                walk.tag(2);
                walk.expr(expr)
            }
            Q::Lookup(comparison) => {
                if is_pattern(&comparison.lookups) {
                    return None;
                }
                walk.keep(3, &comparison.lookups)?;
                walk.expr(&comparison.left)?;
                walk.operand(&comparison.operand)
            }
            _ => None,
        })
    }

    fn operand(&mut self, operand: &'q Operand) -> Walked {
        match operand {
            Operand::Expr(expr) => {
                self.tag(0);
                self.expr(expr)
            }
            Operand::List(exprs) => {
                self.tag(1);
                self.all(exprs, Walk::expr)
            }
            Operand::Query(query) => {
                self.tag(2);
                self.deeper(|walk| walk.query(query))
            }
            _ => None,
        }
    }

    fn expr(&mut self, expr: &'q Expr) -> Walked {
        self.deeper(|walk| match expr {
            Expr::Path(path) => walk.keep(0, path),
            Expr::Value(value) => {
                walk.tag(1);
                walk.value(value)
            }
            Expr::Combined { left, operator, right } => {
                walk.keep(2, operator)?;
                walk.expr(left)?;
                walk.expr(right)
            }
            Expr::Outer { path, levels } => walk.keep(3, (path, levels)),
            Expr::Typed { expr, kind } => {
                walk.keep(4, kind)?;
                walk.expr(expr)
            }
            Expr::Condition(q) => {
                walk.tag(5);
                walk.q(q)
            }
            Expr::Aggregate(aggregate) => {
                walk.keep(6, (aggregate.function, aggregate.distinct))?;
                walk.all(&aggregate.arguments, Walk::expr)?;
                walk.option(aggregate.filter.as_ref(), Walk::q)?;
                walk.option(aggregate.default.as_ref(), Walk::expr)?;
                walk.all(&aggregate.order_by, Walk::term)
            }
            Expr::Subquery(query) => {
                walk.tag(7);
                walk.query(query)
            }
            Expr::Exists(query) => {
                walk.tag(8);
                walk.query(query)
            }
            Expr::Call { function, arguments } => {
                walk.keep(9, function)?;
                walk.all(arguments, Walk::expr)
            }
            Expr::Star => {
                walk.tag(10);
                Some(())
            }
            Expr::Extract { expr, part, zone } => {
                walk.keep(11, (part, zone))?;
                walk.expr(expr)
            }
            Expr::Trunc { expr, unit, zone } => {
                walk.keep(12, (unit, zone))?;
                walk.expr(expr)
            }
            Expr::Cast { expr, kind, max_length } => {
                walk.keep(13, (kind, max_length))?;
                walk.expr(expr)
            }
            Expr::Collate { expr, collation } => {
                walk.keep(14, collation)?;
                walk.expr(expr)
            }
            Expr::Case { whens, otherwise } => {
                walk.tag(15);
                walk.all(whens, Walk::when)?;
                walk.option(otherwise.as_deref(), Walk::expr)
            }
            Expr::Transform { expr, names } => {
                walk.keep(16, names)?;
                walk.expr(expr)
            }
            Expr::Slice { expr, start, length } => {
                walk.keep(17, (start, length))?;
                walk.expr(expr)
            }
            Expr::Window(window) => {
                let Window { expr, partition_by, order_by, frame } = &**window;
                walk.keep(18, frame)?;
                walk.expr(expr)?;
                walk.all(partition_by, Walk::expr)?;
                walk.all(order_by, Walk::term)
            }
            Expr::ArraySubquery(query) => {
                walk.tag(19);
                walk.query(query)
            }
            _ => None,
        })
    }

    fn when(&mut self, (q, then): &'q (Q, Expr)) -> Walked {
        self.q(q)?;
        self.expr(then)
    }

    fn value(&mut self, value: &'q Value) -> Walked {
        match (Class::of(value)?, value) {
            (Class::Itself, Value::Null) => self.tag(0),
            (Class::Itself, Value::Bool(value)) => self.keep(1, value)?,
            (Class::Itself, Value::Int(value)) => self.keep(2, value)?,
            (Class::Itself, Value::Text(value)) => self.keep(3, value)?,
            (Class::Itself, Value::Decimal(value)) => self.keep(6, value.serialize())?,
            (Class::Itself, _) => return None,
            (Class::List(values), _) => {
                self.tag(4);
                return self.deeper(|walk| walk.all(values, Walk::value));
            }
            (Class::Slot(class), value) => {
                if self.slots.len() >= MOST_SLOTS {
                    return None;
                }
                self.keep(5, class)?;
                self.slots.push(Slot::Value(value));
            }
        }
        Some(())
    }
}
