//! Whole queries.

use embellie_core::query::{Aggregation, Annotation, Assignment, Distinct, SetOperator, Slice};
use embellie_core::{Expr, OrderBy, Path, Q, Query};

use super::aggregate::aggregate;
use super::condition::condition;
use super::expr::{expr, leaf};
use super::number::zone;
use super::window::window;
use super::{Made, Scope};
use crate::ask::Question;
use crate::models::{Model, Sort};
use crate::tape::Tape;

/// A question, and whether the rows of its answer have a total order.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) ordered: bool,
}

const SORTS: [Sort; 13] = [
    Sort::Int,
    Sort::Text,
    Sort::Date,
    Sort::Moment,
    Sort::Bool,
    Sort::Float,
    Sort::Decimal,
    Sort::Duration,
    Sort::Time,
    Sort::Naive,
    Sort::Json,
    Sort::Words,
    Sort::Numbers,
];

/// What has an order that all databases agree on.
const ORDERED: [Sort; 8] =
    [Sort::Int, Sort::Text, Sort::Date, Sort::Moment, Sort::Float, Sort::Decimal, Sort::Time, Sort::Duration];

pub(crate) fn question(tape: &mut Tape<'_>) -> Asked {
    let (question, ordered) = match tape.below(12) {
        0..4 => rows(tape),
        4 | 5 => grouped(tape),
        6 => counted(tape),
        7 => windowed(tape),
        8 => compound(tape),
        9 => (aggregated(tape), true),
        10 => (update(tape), true),
        _ => (delete(tape), true),
    };
    Asked { question, ordered }
}

fn model(tape: &mut Tape<'_>) -> Model {
    tape.pick(&[Model::Thing, Model::Thing, Model::Person, Model::Note, Model::Town, Model::Tag])
}

fn new(scope: &Scope, tape: &mut Tape<'_>) -> Query {
    // Not the model's own ordering, which is none here anyway.
    Query { time_zone: zone(tape), ..Query::new(scope.model.shape().label) }
}

/// Conditions and annotations in any order.
fn refined(mut query: Query, scope: &mut Scope, high: usize, tape: &mut Tape<'_>) -> Query {
    for _ in 0..tape.below(high + 1) {
        query = match tape.below(4) {
            0 | 1 => query.filter(condition(scope, 2, tape)),
            2 => query.exclude(condition(scope, 2, tape)),
            _ => named(query, scope, tape),
        };
    }
    query
}

fn named(query: Query, scope: &mut Scope, tape: &mut Tape<'_>) -> Query {
    let sort = tape.pick(&SORTS);
    let made = expr(scope, sort, 3, tape);
    let selected = !tape.once_in(5);
    let alias = scope.name(sort, Made::Plain, selected);
    if selected { query.annotate(alias, made) } else { query.alias(alias, made) }
}

fn rows(tape: &mut Tape<'_>) -> (Question, bool) {
    let model = model(tape);
    let sliced = tape.once_in(3);
    // Rows that come several times have no total order.
    let mut scope = Scope { many: !sliced && tape.once_in(2), ..Scope::of(model) };
    let query = new(&scope, tape);
    let mut query = refined(query, &mut scope, 3, tape);
    let mut columns: Vec<Path> = vec!["pk".into()];
    columns.extend(scope.selected().map(|named| Path::from(named.alias.as_str())));
    columns.extend(tape.list(0, 2, |tape| scope.path(tape.pick(&SORTS), tape)).into_iter().flatten());
    let mut distinct: Vec<Path> = Vec::with_capacity(columns.len());
    for column in columns {
        if !distinct.contains(&column) {
            distinct.push(column);
        }
    }
    query = query.values(distinct);
    if !scope.many && tape.once_in(4) {
        query.distinct = Distinct::Rows;
    }
    // An ordering by several rows of a relation makes several rows of one, which `count()` knows nothing of.
    let one = Scope { many: false, ..scope.clone() };
    let mut terms = tape.list(0, 2, |tape| term(&one, tape));
    terms.push("pk".into());
    query.order_by = Some(terms);
    query.reversed = tape.once_in(4);
    if sliced {
        query.slice = slice(tape);
    }
    let ordered = !scope.many;
    (Question::Rows(query), ordered)
}

/// Where nulls go is each database's own affair unless it is said.
fn term(scope: &Scope, tape: &mut Tape<'_>) -> OrderBy {
    let sort = tape.pick(&ORDERED);
    let term = OrderBy { descending: tape.once_in(2), ..expr(scope, sort, 1, tape).asc() };
    if tape.once_in(2) { term.nulls_first() } else { term.nulls_last() }
}

fn slice(tape: &mut Tape<'_>) -> Slice {
    Slice { offset: tape.below(3) as u64, limit: tape.maybe(|tape| tape.below(4) as u64) }
}

/// Aggregates of groups of equal values.
fn grouped(tape: &mut Tape<'_>) -> (Question, bool) {
    let model = model(tape);
    let mut scope = Scope { many: tape.once_in(2), ..Scope::of(model) };
    let query = new(&scope, tape);
    let mut query = refined(query, &mut scope, 2, tape);
    // A constant makes no group, not even one: so there is always a field. Documents are not grouped: equal ones may be
    // written differently.
    let mut keys: Vec<Path> = vec![scope.path(tape.pick(&ORDERED), tape).unwrap_or_else(|| "id".into())];
    let named = scope.selected().filter(|named| named.sort != Sort::Json);
    let named: Vec<Path> = named.map(|named| named.alias.as_str().into()).collect();
    if !named.is_empty() && tape.once_in(2) {
        keys.push(tape.pick(&named));
    }
    query = query.values(keys.clone());
    query.order_by = Some(Vec::new());
    let query = with_aggregates(query, &mut scope, tape);
    let (mut query, scope) = having(query, scope, tape);
    let sliced = tape.once_in(3);
    if sliced || tape.once_in(2) {
        let mut terms: Vec<OrderBy> = Vec::new();
        let aggregates = scope.names(Sort::Int, Made::Aggregate);
        if !aggregates.is_empty() && tape.once_in(2) {
            terms.push(Expr::path(tape.pick(&aggregates)).desc().nulls_last());
        }
        terms.extend(keys.into_iter().map(|key| Expr::Path(key).asc().nulls_first()));
        query.order_by = Some(terms);
        if sliced {
            query.slice = slice(tape);
        }
    }
    let ordered = query.order_by.as_ref().is_some_and(|terms| !terms.is_empty());
    (Question::Rows(query), ordered)
}

fn with_aggregates(mut query: Query, scope: &mut Scope, tape: &mut Tape<'_>) -> Query {
    for _ in 0..=tape.below(2) {
        let (made, sort) = aggregate(scope, tape);
        query = query.annotate(scope.name(sort, Made::Aggregate, true), made);
    }
    if tape.once_in(3) {
        query.aggregation = Aggregation::Joined;
    }
    query
}

fn having(mut query: Query, scope: Scope, tape: &mut Tape<'_>) -> (Query, Scope) {
    for _ in 0..tape.below(2) {
        let q = condition(&scope, 2, tape);
        query = if tape.once_in(3) { query.exclude(q) } else { query.filter(q) };
    }
    (query, scope)
}

/// Aggregates of what each row is related to.
fn counted(tape: &mut Tape<'_>) -> (Question, bool) {
    let model = model(tape);
    let mut scope = Scope { many: true, ..Scope::of(model) };
    let query = new(&scope, tape);
    // Conditions on several rows before an aggregate are those of its rows.
    let query = refined(query, &mut scope, 1, tape);
    let query = with_aggregates(query, &mut scope, tape);
    let (query, scope) = having(query, scope, tape);
    let columns = ["pk"].into_iter().chain(scope.selected().map(|named| named.alias.as_str()));
    let mut query = query.values(columns);
    let mut terms = Vec::new();
    let aggregates = scope.names(Sort::Int, Made::Aggregate);
    if !aggregates.is_empty() && tape.once_in(2) {
        terms.push(Expr::path(tape.pick(&aggregates)).asc().nulls_first());
    }
    terms.push("pk".into());
    query.order_by = Some(terms);
    // Other annotations may make several rows of one.
    let ordered = scope.named.iter().all(|named| named.made == Made::Aggregate);
    if ordered && tape.once_in(4) {
        query.slice = slice(tape);
    }
    (Question::Rows(query), ordered)
}

fn windowed(tape: &mut Tape<'_>) -> (Question, bool) {
    let model = model(tape);
    // Rows that come several times are equal in every order of a window.
    let mut scope = Scope::of(model);
    let query = new(&scope, tape);
    let mut query = refined(query, &mut scope, 1, tape);
    for _ in 0..=tape.below(2) {
        let (made, sort) = window(&scope, tape);
        query = query.annotate(scope.name(sort, Made::Window, true), made);
    }
    let (query, scope) = having(query, scope, tape);
    let columns = ["pk"].into_iter().chain(scope.selected().map(|named| named.alias.as_str()));
    let mut query = query.values(columns);
    query.order_by = Some(vec!["pk".into()]);
    if tape.once_in(4) {
        query.slice = slice(tape);
    }
    (Question::Rows(query), true)
}

/// The rows of several queries together, all of the same columns.
fn compound(tape: &mut Tape<'_>) -> (Question, bool) {
    let columns = tape.list(1, 2, |tape| tape.pick(&[Sort::Int, Sort::Text]));
    let members = tape.list(2, 3, |tape| {
        let mut scope = Scope::of(model(tape));
        let query = new(&scope, tape);
        let query = refined(query, &mut scope, 1, tape);
        let mut paths: Vec<Path> = Vec::new();
        for sort in &columns {
            let found = (0..3).filter_map(|_| scope.path(*sort, tape)).find(|path| !paths.contains(path));
            let fields = scope.model.fields(*sort);
            let unused = fields.iter().map(|field| Path::from(*field)).find(|path| !paths.contains(path));
            paths.extend(found.or(unused));
        }
        Query { order_by: Some(Vec::new()), ..query.values(paths) }
    });
    let operators = [SetOperator::Union, SetOperator::UnionAll, SetOperator::Intersection, SetOperator::Difference];
    let mut members = members;
    let width = members.iter().map(|member| member.selected().map_or(0, <[Path]>::len)).min().unwrap_or(1);
    for member in &mut members {
        let paths: Vec<Path> = member.selected().unwrap_or_default()[..width].to_vec();
        *member = member.clone().values(paths);
    }
    let first = members[0].selected().unwrap_or_default().to_vec();
    let mut query = Query::compound(tape.pick(&operators), members);
    query.order_by = Some(Vec::new());
    if tape.once_in(2) {
        query.order_by = Some(first.into_iter().map(|path| Expr::Path(path).asc().nulls_first()).collect());
        if tape.once_in(2) {
            query.slice = slice(tape);
        }
        return (Question::Rows(query), true);
    }
    (Question::Rows(query), false)
}

fn aggregated(tape: &mut Tape<'_>) -> Question {
    let model = model(tape);
    let mut scope = Scope { many: tape.once_in(2), ..Scope::of(model) };
    let query = new(&scope, tape);
    let mut query = refined(query, &mut scope, 2, tape);
    if !scope.many && tape.once_in(3) {
        query.order_by = Some(vec!["pk".into()]);
        query.slice = slice(tape);
    }
    let mut aggregates = Vec::new();
    for place in 0..=tape.below(2) {
        aggregates.push(Annotation::new(format!("total{place}"), aggregate(&scope, tape).0));
    }
    Question::Aggregate(query, aggregates)
}

fn update(tape: &mut Tape<'_>) -> Question {
    let mut scope = Scope { many: tape.once_in(2), ..Scope::of(Model::Thing) };
    let query = new(&scope, tape);
    let query = refined(query, &mut scope, 2, tape);
    // An assignment sees the row's own fields.
    let own = [
        ("int", Sort::Int),
        ("char", Sort::Text),
        ("bool", Sort::Bool),
        ("float", Sort::Float),
        ("date", Sort::Date),
        ("moment", Sort::Moment),
    ];
    let mut assignments: Vec<Assignment> = Vec::new();
    for _ in 0..=tape.below(2) {
        let (field, sort) = tape.pick(&own);
        if assignments.iter().all(|known| known.field != field) {
            let value = match tape.below(4) {
                0 => leaf(&Scope { outer: None, named: Vec::new(), ..Scope::of(Model::Tag) }, Sort::Uuid, tape),
                1 => Expr::path(tape.pick(&Model::Thing.fields(sort))),
                2 => Expr::Case {
                    whens: vec![(Q::new("live", true), Expr::path(tape.pick(&Model::Thing.fields(sort))))],
                    otherwise: None,
                },
                // Nor does a query in it reach further.
                _ => Expr::Subquery(Box::new(one_value(&Scope::of(Model::Tag).alone(), sort, tape))),
            };
            let value =
                if matches!(value, Expr::Typed { .. }) { crate::values::value(sort, tape).into() } else { value };
            assignments.push(Assignment { field: field.into(), value });
        }
    }
    Question::Update(query, assignments)
}

fn delete(tape: &mut Tape<'_>) -> Question {
    // Nothing points at notes.
    let mut scope = Scope { many: tape.once_in(2), ..Scope::of(Model::Note) };
    let query = new(&scope, tape);
    Question::Delete(refined(query, &mut scope, 2, tape))
}

/// A query of one row and one value, seen from the query around it.
pub(crate) fn one_value(around: &Scope, sort: Sort, tape: &mut Tape<'_>) -> Query {
    let mut scope = around.inner(tape.pick(&[Model::Thing, Model::Person, Model::Note]));
    if scope.path(sort, &mut Tape::new(&[])).is_none() {
        scope.model = Model::Thing;
    }
    let query = filtered(&scope, tape);
    if sort == Sort::Int && tape.once_in(3) {
        // Grouped by nothing that differs: one row for all.
        // An aggregate of what stands outside belongs to the query around.
        let (mut made, found) = aggregate(&Scope { outer: None, ..scope.clone() }, tape);
        if found == Sort::Int {
            made.filter = None;
            let key = Path::from("world_all");
            let query = query.annotate("world_all", Expr::value(1).typed(super::expr::kind(Sort::Int)));
            let mut query = query.values([key]).annotate("world_total", made).values(["world_total"]);
            query.order_by = Some(Vec::new());
            return query;
        }
    }
    let column = scope.path(sort, tape).unwrap_or_else(|| "id".into());
    let mut query = query.values([column]);
    let term = OrderBy { descending: tape.once_in(2), .."pk".into() };
    query.order_by = Some(vec![term]);
    query.slice = Slice { offset: 0, limit: Some(1) };
    query
}

fn filtered(scope: &Scope, tape: &mut Tape<'_>) -> Query {
    let mut query = Query::new(scope.model.shape().label);
    for _ in 0..=tape.below(2) {
        let q = match (tape.below(3), scope.outer) {
            (0, Some(outer)) => {
                let outer = Scope::of(outer);
                let sort = tape.pick(&[Sort::Int, Sort::Text]);
                let inner = scope.path(sort, tape).unwrap_or_else(|| "id".into());
                match outer.path(sort, tape) {
                    Some(path) => Q::new(inner, Expr::outer(path)),
                    None => condition(scope, 1, tape),
                }
            }
            _ => condition(scope, 1, tape),
        };
        query = if tape.once_in(3) { query.exclude(q) } else { query.filter(q) };
    }
    query
}

/// Rows that are asked whether there are any, seen from the query around them.
pub(crate) fn correlated(around: &Scope, tape: &mut Tape<'_>) -> Query {
    let scope = Scope { many: true, ..around.inner(model(tape)) };
    filtered(&scope, tape)
}

/// A query of one column, for `in`.
pub(crate) fn values_of(around: &Scope, sort: Sort, tape: &mut Tape<'_>) -> Query {
    let mut scope = around.inner(model(tape));
    if scope.path(sort, &mut Tape::new(&[])).is_none() {
        scope.model = Model::Thing;
    }
    let query = filtered(&scope, tape);
    let column = scope.path(sort, tape).unwrap_or_else(|| "id".into());
    let mut query = query.values([column]);
    query.order_by = Some(Vec::new());
    if tape.once_in(4) {
        query.order_by = Some(vec!["pk".into()]);
        query.slice = slice(tape);
    }
    query
}
