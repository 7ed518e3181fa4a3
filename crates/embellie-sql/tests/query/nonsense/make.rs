//! Anything that the query tree can hold, sense or not.

use std::borrow::Cow;

use embellie_core::expr::{
    Aggregate, AggregateFunction as A, Bound, DatePart, Exclusion, Frame, FrameUnits, Func, Function, Operator, RawSql,
    TruncUnit, Window,
};
use embellie_core::field::{FieldKind, RangeKind};
use embellie_core::query::{
    Aggregation, Annotation, Comparison, Condition, Connector, Cte, CteJoin, Distinct, Extra, ExtraColumn,
    FilteredRelation, Lock, Operand, SetOperator, Slice, Step,
};
use embellie_core::{Expr, IntoParams, Nulls, OrderBy, Path, Q, Query, Value};

use crate::blog::all;

/// Names that lead somewhere, half of them, and names that do not.
const NAMES: [&str; 44] = [
    "id",
    "pk",
    "title",
    "views",
    "rating",
    "author",
    "name",
    "age",
    "category",
    "tags",
    "comments",
    "posts",
    "editor",
    "created",
    "price",
    "published",
    "score",
    "body",
    "a",
    "b",
    "n",
    "tree",
    "subtitle",
    "parent",
    "children",
    "friends",
    "profile",
    "author_id",
    "day",
    "span",
    "uuid",
    "year",
    "date",
    "exact",
    "in",
    "isnull",
    "gte",
    "icontains",
    "range",
    "?",
    "",
    "Post_tags+",
    "\"; --",
    "é",
];

/// Paths that lead somewhere from most models.
const PATHS: [&str; 24] = [
    "views",
    "title",
    "author__name",
    "id",
    "pk",
    "a",
    "n",
    "tags__word",
    "comments__score",
    "author__age",
    "created",
    "created__year",
    "price",
    "published",
    "rating",
    "category",
    "category__parent__name",
    "editor__posts__views",
    "rating__gte",
    "title__icontains",
    "id__in",
    "comments__body__isnull",
    "author__posts__in",
    "views__range",
];

/// Choices, each of which decides something. When none are left, the first of everything is taken, which ends it.
pub(crate) struct Choices<'c>(pub(crate) std::slice::Iter<'c, u16>);

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        self.0.next().map_or(0, |choice| usize::from(*choice) % count)
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(2).then(|| make(self))
    }

    fn list<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }

    fn name(&mut self) -> Cow<'static, str> {
        self.pick(&NAMES).into()
    }

    pub(crate) fn path(&mut self) -> Path {
        if !self.once_in(8) {
            return self.pick(&PATHS).into();
        }
        let names = self.list(3, Self::name);
        if names.is_empty() { Path::new(["views"]) } else { Path::new(names) }
    }

    pub(crate) fn value(&mut self) -> Value {
        match self.below(18) {
            0 => Value::Int(1),
            1 => Value::Null,
            2 => Value::Bool(true),
            3 => Value::Int(i64::MIN),
            4 => Value::Float(f64::NAN),
            5 => Value::Float(0.5),
            6 => Value::Text("2024-02-29".into()),
            7 => Value::Text("\"'; --".into()),
            8 => Value::Bytes(vec![0, 255]),
            9 => Value::Date(jiff::civil::Date::MIN),
            10 => Value::Timestamp(jiff::Timestamp::MAX),
            11 => Value::Duration(jiff::SignedDuration::MAX),
            12 => Value::Decimal(rust_decimal::Decimal::MAX),
            13 => Value::Uuid(uuid::Uuid::nil()),
            14 => Value::Json(Box::new(serde_json::json!({"a": [null]}))),
            15 => Value::Time(jiff::civil::Time::MAX),
            16 => Value::from(u64::MAX),
            _ => Value::List(self.list(3, Self::value)),
        }
    }

    fn kind(&mut self) -> FieldKind {
        self.pick(&[
            FieldKind::Integer,
            FieldKind::Char,
            FieldKind::Bool,
            FieldKind::Float,
            FieldKind::Decimal { max_digits: 3, decimal_places: 9 },
            FieldKind::Date,
            FieldKind::DateTime,
            FieldKind::Time,
            FieldKind::Duration,
            FieldKind::Json,
            FieldKind::Uuid,
            FieldKind::Binary,
            FieldKind::GenericIpAddress,
            FieldKind::List,
            FieldKind::Array(&FieldKind::Integer),
            FieldKind::Range(RangeKind::Date),
            FieldKind::SearchVector,
            FieldKind::ForeignKey,
            FieldKind::BigAuto,
            FieldKind::CompositePrimaryKey,
        ])
    }

    fn zone(&mut self) -> Option<Cow<'static, str>> {
        self.pick(&[None, Some("UTC"), Some("Europe/Berlin"), Some("\"'; --"), Some("")]).map(Into::into)
    }

    pub(crate) fn expr(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return match self.below(5) {
                0 | 1 => Expr::Path(self.path()),
                2 => Expr::Value(self.value()),
                3 => Expr::Outer { path: self.path(), levels: self.below(4) as u32 },
                _ => Expr::Star,
            };
        }
        let less = depth - 1;
        match self.below(23) {
            0 | 1 => self.expr(0),
            2 => {
                use Operator as O;
                let operators = [
                    O::Add,
                    O::Subtract,
                    O::Multiply,
                    O::Divide,
                    O::Modulo,
                    O::Power,
                    O::BitAnd,
                    O::BitXor,
                    O::ShiftLeft,
                ];
                let operator = self.pick(&operators);
                self.expr(less).combine(operator, self.expr(less))
            }
            3 | 4 => {
                let function = self.pick(Function::ALL);
                Expr::call(function, self.list(3, |choices| choices.expr(less)))
            }
            5 => {
                let (expr, part) = (Box::new(self.expr(less)), self.pick(DatePart::ALL));
                Expr::Extract { expr, part, zone: self.zone() }
            }
            6 => {
                let (expr, unit) = (Box::new(self.expr(less)), self.pick(TruncUnit::ALL));
                Expr::Trunc { expr, unit, zone: self.zone() }
            }
            7 => {
                let name = self.pick(&["anything", "Anything_2", "", "x y", "\"; --", "a.b.c"]);
                let mut func = Func::new(name, self.list(2, |choices| choices.expr(less)));
                func.template = self
                    .pick(&[None, Some("{name}({arguments})"), Some("{0}"), Some("{9}"), Some("{")])
                    .map(Into::into);
                func.kind = self.maybe(Self::kind);
                func.aggregate = self.once_in(4);
                func.into()
            }
            8 => self.expr(less).typed(self.kind()),
            9 => {
                let expr = Box::new(self.expr(less));
                Expr::Cast { expr, kind: self.kind(), max_length: self.maybe(|choices| choices.below(3) as u32) }
            }
            10 => {
                let collation = self.pick(&["NOCASE", "", "\"; --", "x y", "nocase"]).into();
                Expr::Collate { expr: Box::new(self.expr(less)), collation }
            }
            11 => {
                let whens = self.list(2, |choices| (choices.q(less), choices.expr(less)));
                Expr::Case { whens, otherwise: self.maybe(|choices| Box::new(choices.expr(less))) }
            }
            12 => Expr::Condition(Box::new(self.q(less))),
            13 => Expr::Transform { expr: Box::new(self.expr(less)), names: self.path() },
            14 => {
                let (start, length) = (self.pick(&[0, 1, u64::MAX]), self.pick(&[None, Some(0), Some(u64::MAX)]));
                Expr::Slice { expr: Box::new(self.expr(less)), start, length }
            }
            15 | 16 => self.aggregate(less).into(),
            17 => self.window(less).into(),
            18 => Expr::Subquery(Box::new(self.query(less))),
            19 => Expr::Exists(Box::new(self.query(less))),
            20 => Expr::ArraySubquery(Box::new(self.query(less))),
            21 => RawSql {
                sql: self.pick(&["1", "%s", "%s + %s", "'%%'", "'%s'"]).into(),
                parameters: self.list(2, Self::value).into_params(),
                kind: self.maybe(Self::kind),
            }
            .into(),
            _ => Expr::Star,
        }
    }

    fn aggregate(&mut self, depth: usize) -> Aggregate {
        let sample = self.once_in(2);
        let functions = [
            A::Count,
            A::Sum,
            A::Avg,
            A::Max,
            A::Min,
            A::StringAgg,
            A::ArrayAgg,
            A::JsonArrayAgg,
            A::AnyValue,
            A::StdDev { sample },
            A::Variance { sample },
        ];
        let mut aggregate = Aggregate::new(self.pick(&functions), self.list(2, |choices| choices.expr(depth)));
        aggregate.distinct = self.once_in(3);
        aggregate.filter = self.once_in(3).then(|| self.q(depth));
        aggregate.default = self.once_in(3).then(|| self.expr(depth));
        if self.once_in(3) {
            aggregate.order_by = self.list(2, |choices| choices.term(depth));
        }
        aggregate
    }

    fn window(&mut self, depth: usize) -> Window {
        let mut window = Window::over(self.expr(depth));
        window.partition_by = self.list(2, |choices| choices.expr(depth));
        window.order_by = self.list(2, |choices| choices.term(depth));
        window.frame = self.maybe(|choices| {
            let bounds = [Bound::Unbounded, Bound::CurrentRow, Bound::Preceding(1), Bound::Following(u64::MAX)];
            let units = [FrameUnits::Rows, FrameUnits::Range, FrameUnits::Groups];
            let exclusions = [
                None,
                Some(Exclusion::CurrentRow),
                Some(Exclusion::Group),
                Some(Exclusion::Ties),
                Some(Exclusion::NoOthers),
            ];
            Frame {
                units: choices.pick(&units),
                start: choices.pick(&bounds),
                end: choices.pick(&bounds),
                exclusion: choices.pick(&exclusions),
            }
        });
        window
    }

    fn term(&mut self, depth: usize) -> OrderBy {
        let nulls = self.pick(&[None, Some(Nulls::First), Some(Nulls::Last)]);
        OrderBy { descending: self.once_in(2), nulls, ..self.expr(depth).asc() }
    }

    fn operand(&mut self, depth: usize) -> Operand {
        match self.below(4) {
            0 | 1 => Operand::Expr(self.expr(depth)),
            2 => Operand::List(self.list(3, |choices| choices.expr(depth))),
            _ if depth == 0 => Operand::Expr(Expr::Value(self.value())),
            _ => Operand::Query(Box::new(self.query(depth - 1))),
        }
    }

    pub(crate) fn q(&mut self, depth: usize) -> Q {
        let less = depth.saturating_sub(1);
        match if depth == 0 { 0 } else { self.below(5) } {
            0 | 1 => Q::Condition(Condition { path: self.path(), operand: self.operand(less) }),
            2 => Q::Group {
                connector: self.pick(&[Connector::And, Connector::Or, Connector::Xor]),
                negated: self.once_in(2),
                children: self.list(3, |choices| choices.q(less)),
            },
            3 => {
                let (left, lookups) = (self.expr(less), Path::new(self.list(2, Self::name)));
                Q::Lookup(Box::new(Comparison { left, lookups, operand: self.operand(less) }))
            }
            _ => Q::Expr(Box::new(self.expr(less))),
        }
    }

    fn step(&mut self, depth: usize) -> Step {
        match self.below(10) {
            0 | 1 => Step::Filter(self.q(depth)),
            2 => Step::Exclude(self.q(depth)),
            3..6 => Step::Annotate(self.annotation(depth)),
            6 | 7 => Step::Values(self.list(3, Self::path)),
            8 => match self.below(2) {
                0 => {
                    let (alias, relation) = (self.name(), self.path());
                    Step::Relation(FilteredRelation { alias, relation, condition: self.q(depth) })
                }
                _ => {
                    let on = self.list(2, |choices| (choices.path(), choices.name()));
                    Step::Join(CteJoin { cte: self.name(), on, outer: self.once_in(2) })
                }
            },
            _ => {
                let sql = |choices: &mut Self| choices.pick(&["1", "%s", "%s = %s"]).into();
                Step::Extra(Box::new(Extra {
                    select: self.list(1, |choices| ExtraColumn {
                        name: choices.name(),
                        sql: sql(choices),
                        parameters: choices.list(2, Self::value).into_params(),
                    }),
                    conditions: self.list(1, sql),
                    parameters: self.list(1, Self::value).into_params(),
                    tables: self.list(1, |choices| choices.pick(&["blog_author", "blog_tag", ""]).into()),
                    order_by: self.list(1, |choices| choices.term(0)),
                }))
            }
        }
    }

    pub(crate) fn annotation(&mut self, depth: usize) -> Annotation {
        let alias = if self.once_in(6) { self.name() } else { self.pick(&["a", "b", "n"]).into() };
        let expr = self.expr(depth);
        Annotation { alias, expr, selected: !self.once_in(4) }
    }

    pub(crate) fn query(&mut self, depth: usize) -> Query {
        let less = depth.saturating_sub(1);
        let models = ["Post", "Author", "Comment", "Category", "Person", "Sample", "Badge", "Profile", "Nope"];
        let mut query = all(if self.once_in(3) { self.pick(&models) } else { "Post" });
        if depth > 0 && self.once_in(6) {
            let operators =
                [SetOperator::Union, SetOperator::UnionAll, SetOperator::Intersection, SetOperator::Difference];
            query = Query::compound(self.pick(&operators), self.list(3, |choices| choices.query(less)));
        }
        query.steps = self.list(3, |choices| choices.step(less));
        query.order_by = self.maybe(|choices| choices.list(2, |choices| choices.term(less)));
        query.reversed = self.once_in(4);
        query.none = self.once_in(9);
        query.distinct = match self.below(6) {
            4 => Distinct::Rows,
            5 => Distinct::On(self.list(2, Self::path)),
            _ => Distinct::No,
        };
        if self.once_in(3) {
            query.slice = Slice {
                offset: self.pick(&[0, 1, u64::MAX]),
                limit: self.pick(&[None, Some(0), Some(2), Some(u64::MAX)]),
            };
        }
        if depth > 0 && self.once_in(6) {
            query.ctes = self.list(2, |choices| Cte {
                name: choices.pick(&["tree", "a", "", "\"; --", "blog_post"]).into(),
                query: choices.query(less),
                recursive: choices.once_in(2),
                materialized: choices.pick(&[None, Some(true), Some(false)]),
            });
            query.from = self.maybe(Self::name);
        }
        if self.once_in(8) {
            query.lock = Some(Lock {
                nowait: self.once_in(2),
                skip_locked: self.once_in(2),
                of: self.list(2, Self::path),
                no_key: self.once_in(2),
            });
        }
        if self.once_in(3) {
            query.aggregation = Aggregation::Joined;
        }
        query.time_zone = if self.once_in(6) { self.zone() } else { None };
        query
    }
}
