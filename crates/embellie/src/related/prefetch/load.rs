//! Reading the objects at the other end of a relation, for many owners at once.

use std::sync::Arc;

use embellie_core::expr::{Function, Window};
use embellie_core::lookup::Lookup;
use embellie_core::meta::{Model as MetaModel, ModelId};
use embellie_core::query::{Annotation, Comparison, Operand, Slice, Step};
use embellie_core::{BoxFuture, Error, Expr, OrderBy, Path, Q, Query, Result, Value};

use super::{Node, follow};
use crate::database::{Round, Session};
use crate::model::{Instance, RelationSlot};
use crate::query_set::{FetchMode, QuerySet, Selection, WholeRecord};
use crate::record::{Record, RecordModel};
use crate::related::held::Held;
use crate::related::kept::Late;
use crate::related::peers::{Found, Index, Key, Object};

/// The name of the annotation that says whose a row is.
const OWNER: &str = "_prefetch_related_owner";

/// So many comparisons of several columns stand in one condition, which databases let be only so deep.
const WRITTEN_OUT: usize = 400;

/// What is asked of the objects at the other end.
pub(crate) struct Asked<'a> {
    /// Their model.
    pub(super) target: ModelId,
    /// What ties them to their owners.
    pub(super) tie: Tie,
    /// The values of their owners.
    pub(super) values: Index,
    /// Whether a foreign key holds them: each object by itself.
    pub(super) single: bool,
    /// Gives copies of the owners, for objects that point back at them.
    pub(super) copy: Option<&'a Copy<'a>>,
    /// The same, of owners that can be made of their rows.
    pub(super) late: Option<Arc<Late>>,
    /// What is read with them.
    pub(super) nodes: &'a [Node],
    /// How their relations are read, unless their query set says it.
    pub(super) mode: FetchMode,
}

/// What copies the owner with the value of a number.
pub(super) type Copy<'a> = dyn Fn(usize) -> Option<Object> + Send + Sync + 'a;

/// Related objects, by the numbers of the values that lead to them.
pub(crate) struct Loaded {
    /// Behind those that were asked for come others that a database finds as well.
    values: Index,
    objects: Objects,
}

/// Objects, or sets of them, as many as there are values.
pub(super) enum Objects {
    Single(Vec<Option<Object>>),
    Sets(Vec<Option<Arc<Held>>>),
}

impl Loaded {
    pub(super) fn is_empty(&self) -> bool {
        match &self.objects {
            Objects::Single(objects) => objects.iter().all(Option::is_none),
            Objects::Sets(sets) => sets.iter().all(Option::is_none),
        }
    }

    /// The value of a number.
    pub(super) fn value(&self, number: usize) -> Value {
        self.values.keys().get(number).cloned().unwrap_or_default()
    }

    /// The object of a value.
    pub(super) fn object(&self, number: usize) -> Option<&Object> {
        match &self.objects {
            Objects::Single(objects) => objects.get(number)?.as_ref(),
            Objects::Sets(_) => None,
        }
    }

    /// The objects of a value, for one of its owners; `last` says that there is no other.
    pub(super) fn set(&mut self, number: usize, last: bool) -> Option<Arc<Held>> {
        match &mut self.objects {
            Objects::Sets(sets) if last => sets.get_mut(number)?.take(),
            Objects::Sets(sets) => sets.get(number)?.clone().map(Held::sharing),
            Objects::Single(_) => None,
        }
    }

    /// The objects by their values.
    pub(crate) fn into_found(self) -> Found {
        let keys = self.values.into_keys().into_iter().map(Key);
        match self.objects {
            Objects::Single(objects) => keys.zip(objects).filter_map(|(key, object)| Some((key, object?))).collect(),
            Objects::Sets(sets) => {
                keys.zip(sets).filter_map(|(key, set)| Some((key, Arc::new(set?) as Object))).collect()
            }
        }
    }
}

/// What ties objects to their owners.
pub(super) enum Tie {
    /// The fields at some places, and how they point back at the owner, if they do.
    Fields(Vec<usize>, Option<PointsBack>),
    /// A relation to the owner.
    Link(String),
}

/// The objects that a relation, called `back` at their end, ties to the owners with these keys.
pub(crate) fn asked_of_owners(target: ModelId, back: String, keys: Vec<Value>, mode: FetchMode) -> Asked<'static> {
    Asked {
        target,
        tie: Tie::Link(back),
        values: Index::of(keys),
        single: false,
        copy: None,
        late: None,
        nodes: &[],
        mode,
    }
}

/// The objects that hold values in the fields at some places: one for each, if `single`.
pub(crate) fn asked_of_fields(
    target: ModelId,
    fields: Vec<usize>,
    values: Vec<Value>,
    single: bool,
    mode: FetchMode,
) -> Asked<'static> {
    Asked {
        target,
        tie: Tie::Fields(fields, None),
        values: Index::of(values),
        single,
        copy: None,
        late: None,
        nodes: &[],
        mode,
    }
}

/// What objects know their owner by.
pub(super) enum PointsBack {
    /// The foreign key at a place.
    Field(usize),
    /// A relation over several columns.
    Relation(String),
}

/// What reads the objects at the other end of a relation.
pub(crate) trait Load: Send + Sync {
    /// Reads them, by the values of their owners: sets of rows, or the objects themselves for foreign keys.
    fn load<'a>(&'a self, asked: Asked<'a>, session: Session<'a>) -> BoxFuture<'a, Result<Loaded>>;

    /// A set without rows.
    fn nothing(&self) -> Arc<Held>;

    /// Whether it reads all there are.
    fn is_whole(&self) -> bool;
}

/// The rows of a query set.
pub(crate) struct TypedSet<M, S> {
    pub(crate) set: QuerySet<M, S>,
    /// Whether it was given, other than all objects.
    pub(crate) given: bool,
}

impl<M, S> Load for TypedSet<M, S>
where
    M: 'static,
    S: Selection<M>,
    S::Output: Sync,
{
    fn load<'a>(&'a self, asked: Asked<'a>, session: Session<'a>) -> BoxFuture<'a, Result<Loaded>> {
        let set = self.set.clone();
        let set = if self.given { set } else { set.fetch_mode(asked.mode) };
        Box::pin(rows(set, self.given, asked, session))
    }

    fn nothing(&self) -> Arc<Held> {
        Held::of(Vec::<S::Output>::new())
    }

    fn is_whole(&self) -> bool {
        !self.given
    }
}

/// All objects of a model without a Rust type, whichever it is.
pub(crate) struct RecordSet;

impl Load for RecordSet {
    fn load<'a>(&'a self, asked: Asked<'a>, session: Session<'a>) -> BoxFuture<'a, Result<Loaded>> {
        let model = Arc::new(RecordModel::new(Arc::clone(session.database().registry()), asked.target));
        let set = QuerySet::<Record, WholeRecord>::new(model.label().to_owned(), WholeRecord::new(model));
        Box::pin(rows(set.fetch_mode(asked.mode), false, asked, session))
    }

    fn nothing(&self) -> Arc<Held> {
        Held::of(Vec::<Record>::new())
    }

    fn is_whole(&self) -> bool {
        true
    }
}

async fn rows<M, S>(set: QuerySet<M, S>, given: bool, asked: Asked<'_>, session: Session<'_>) -> Result<Loaded>
where
    S: Selection<M>,
    S::Output: Sync,
{
    let Asked { target, tie, mut values, single, copy, late, nodes, mode } = asked;
    let registry = session.database().registry();
    let target = registry.get(target);
    let mut query = checked(&set, target)?;
    if single && !given {
        query.order_by = Some(Vec::new());
    }
    let paths: Vec<Path> = match &tie {
        Tie::Fields(fields, _) => fields.iter().map(|&field| Path::new([target.fields[field].attname()])).collect(),
        Tie::Link(back) => {
            let owner = Expr::Path(Path::new([back.clone(), "pk".to_owned()]));
            query.steps.push(Step::Annotate(Annotation::new(OWNER, owner)));
            vec![Path::new([OWNER])]
        }
    };
    let round = Round::default();
    let parts: Vec<Vec<Value>> = some_at_a_time(values.keys().to_vec(), paths.len()).collect();
    let each = if parts.len() == 1 { session } else { session.in_round(&round) };
    let beside = matches!(tie, Tie::Link(_));
    let reads = parts.into_iter().map(|values| {
        let query = sliced_by_owner(query.clone(), paths.clone(), among(&paths, values), target);
        let set = &set;
        Box::pin(async move {
            match beside {
                true => Ok(set.read_beside(&query, each).await?.into_iter().unzip()),
                false => Ok((Vec::new(), set.read(&query, each).await?)),
            }
        }) as BoxFuture<'_, Result<(Vec<Value>, Vec<S::Output>)>>
    });
    let mut parts = round.finish(session, reads.collect()).await?.into_iter();
    let (mut keys, mut rows) = parts.next().unwrap_or_default();
    for (more_keys, more_rows) in parts {
        keys.extend(more_keys);
        rows.extend(more_rows);
    }
    let numbers: Vec<usize> = match tie {
        Tie::Link(_) => keys.iter().map(|key| values.number(key)).collect(),
        Tie::Fields(fields, points_back) => {
            let mut owners = Owners { values: &mut values, copy, late: late.as_ref(), copies: Vec::new(), target };
            let number = |row| match set.selection.object(row) {
                Some(object) => owners.number(object, &fields, points_back.as_ref()),
                None => Ok(owners.values.number(&Value::Null)),
            };
            rows.iter_mut().map(number).collect::<Result<_>>()?
        }
    };
    if !nodes.is_empty() {
        let mut objects: Vec<_> = rows.iter_mut().filter_map(|row| set.selection.object(row)).collect();
        follow::all(nodes, &mut objects, mode, session).await?;
    }
    let objects = match single {
        true => Objects::Single(one_each(rows, &numbers, values.keys().len())),
        false => Objects::Sets(grouped(rows, &numbers, values.keys().len())),
    };
    Ok(Loaded { values, objects })
}

/// The owners that objects belong to.
struct Owners<'a> {
    values: &'a mut Index,
    copy: Option<&'a Copy<'a>>,
    late: Option<&'a Arc<Late>>,
    /// Copies of the owners that were pointed back at already, by number.
    copies: Vec<Option<Option<Object>>>,
    /// The model of the objects.
    target: &'a MetaModel,
}

impl Owners<'_> {
    /// The number of an object's owner, at which it points back.
    fn number(
        &mut self,
        object: &mut (dyn Instance + 'static),
        fields: &[usize],
        back: Option<&PointsBack>,
    ) -> Result<usize> {
        let mut number = None;
        // A foreign key is looked at where it is, and told its object at once.
        if let Some(PointsBack::Field(field)) = back {
            object.visit_relations(&mut |relation| {
                if let RelationSlot::Key(place, slot) = relation
                    && place == *field
                    && !slot.knows_object()
                {
                    let owner = self.values.number(slot.key());
                    if let Some(late) = self.late {
                        slot.give_late(late, owner);
                    } else if let Some(copy) = self.copy(owner) {
                        slot.give(copy);
                    }
                    number = Some(owner);
                }
            });
        }
        if let Some(number) = number {
            return Ok(number);
        }
        let number = self.values.number(&together(object, fields)?);
        let Some(back) = back else { return Ok(number) };
        if let (Some(record), Some(copy)) = (follow::record(object), self.copy(number))
            && let Ok(owner) = copy.downcast::<Record>()
        {
            let name = match back {
                PointsBack::Relation(name) => name,
                PointsBack::Field(field) => &self.target.fields[*field].name,
            };
            record.attach_shared(name, Some(owner));
        }
        Ok(number)
    }

    /// A copy of the owner with a number.
    fn copy(&mut self, number: usize) -> Option<Object> {
        let copy = self.copy?;
        if self.copies.len() <= number {
            self.copies.resize(number.max(self.values.keys().len().saturating_sub(1)) + 1, None);
        }
        self.copies[number].get_or_insert_with(|| copy(number)).clone()
    }
}

/// The rows of each number as one set, in their order; none where there are none.
fn grouped<T: Send + Sync + 'static>(rows: Vec<T>, numbers: &[usize], count: usize) -> Vec<Option<Arc<Held>>> {
    let mut sizes = vec![0; count];
    numbers.iter().for_each(|&number| sizes[number] += 1);
    let mut groups: Vec<Vec<T>> = sizes.into_iter().map(Vec::with_capacity).collect();
    for (row, &number) in rows.into_iter().zip(numbers) {
        groups[number].push(row);
    }
    groups.into_iter().map(|group| if group.is_empty() { None } else { Some(Held::of(group)) }).collect()
}

/// The last row of each number; none where there are none.
fn one_each<T: Send + Sync + 'static>(rows: Vec<T>, numbers: &[usize], count: usize) -> Vec<Option<Object>> {
    let mut objects = vec![None; count];
    for (row, &number) in rows.into_iter().zip(numbers) {
        objects[number] = Some(Arc::new(row) as Object);
    }
    objects
}

/// The query of a query set that is fit for it.
fn checked<M, S>(set: &QuerySet<M, S>, target: &MetaModel) -> Result<Query> {
    let query = set.checked()?;
    if query.model != target.label() {
        return Err(Error::Value(format!(
            "The query set of a prefetch is over {}, but the relation leads to {}.",
            query.model,
            target.label()
        )));
    }
    if query.selected().is_some() {
        return Err(Error::Value("Prefetch querysets cannot use raw(), values(), and values_list().".into()));
    }
    Ok(query.clone())
}

/// The query for the rows of some owners: a slice is one of the rows of each.
fn sliced_by_owner(mut query: Query, owner: Vec<Path>, wanted: Q, target: &MetaModel) -> Query {
    query.steps.push(Step::Filter(wanted));
    let Slice { offset, limit } = std::mem::take(&mut query.slice);
    if (offset, limit) == (0, None) {
        return query;
    }
    let terms = query.order_by.clone().unwrap_or_else(|| target.ordering.clone());
    let terms = terms.into_iter().map(|term| if query.reversed { term.reversed() } else { term });
    let number = Window::over(Expr::call(Function::RowNumber, []))
        .partition_by(owner.into_iter().map(Expr::Path))
        .order_by(terms.collect::<Vec<OrderBy>>());
    let number = Expr::Window(Box::new(number));
    let bound = |lookup: Lookup, bound: u64| {
        let (left, operand) = (number.clone(), Expr::Value(count(bound)));
        Q::Lookup(Box::new(Comparison { left, lookups: Path::new([lookup.name()]), operand: Operand::Expr(operand) }))
    };
    let mut within = bound(Lookup::Gt, offset);
    if let Some(limit) = limit {
        within = within & bound(Lookup::Lte, offset.saturating_add(limit));
    }
    query.steps.push(Step::Filter(within));
    query
}

/// Values of owners, as many at a time as a condition may compare: where each is several, it is written out.
fn some_at_a_time(values: Vec<Value>, paths: usize) -> impl Iterator<Item = Vec<Value>> {
    let most = if paths == 1 { usize::MAX } else { WRITTEN_OUT };
    let mut left = values.into_iter();
    std::iter::from_fn(move || Some(left.by_ref().take(most).collect::<Vec<_>>()).filter(|some| !some.is_empty()))
}

/// The condition that paths have one of some values: lists of as many, where there are several paths.
fn among(paths: &[Path], values: Vec<Value>) -> Q {
    if let [path] = paths {
        return Q::lookup(path.clone(), Lookup::In, Value::List(values));
    }
    let equal = |value: Value| {
        let parts = if let Value::List(parts) = value { parts } else { vec![value] };
        paths.iter().cloned().zip(parts).fold(Q::all(), |all, (path, part)| all & Q::new(path, part))
    };
    values.into_iter().map(equal).reduce(|any, q| any | q).unwrap_or_else(Q::all)
}

/// The value of a field, or the list of those of several; null where one of them is.
pub(super) fn together(object: &dyn Instance, fields: &[usize]) -> Result<Value> {
    if let [field] = fields {
        return object.value(*field);
    }
    let values: Vec<Value> = fields.iter().map(|&field| object.value(field)).collect::<Result<_>>()?;
    Ok(if values.iter().any(Value::is_null) { Value::Null } else { Value::List(values) })
}

/// A number of rows as a value; there are no more rows than the greatest.
fn count(rows: u64) -> Value {
    Value::Int(i64::try_from(rows).unwrap_or(i64::MAX))
}
