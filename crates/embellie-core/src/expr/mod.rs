//! Expressions: what can stand where a value can.

mod aggregate;
mod date;
mod display;
mod func;
mod function;
mod order;
mod path;
mod paths;
mod prefix;
mod rewrite;
mod window;

pub mod search;

pub use aggregate::{Aggregate, AggregateFunction};
pub use date::{DatePart, TruncUnit};
pub use func::Func;
pub use function::Function;
pub use order::{Nulls, OrderBy};
pub use path::Path;
pub use window::{Bound, Exclusion, Frame, FrameUnits, Window};

use std::borrow::Cow;

use crate::field::FieldKind;
use crate::query::Operand;
use crate::{IntoParams, Params, Q, Query, Sql, Value};

/// An expression over the columns of a query, as data.
///
/// ```
/// use embellie_core::Expr;
/// let next = Expr::path("views") + 1;
/// assert_eq!(next.to_string(), "F('views') + 1");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// An annotation, or a field reached through relations, which transforms may follow (`F("pub_date__year")`,
    /// `F("data__key")`): Django's `F`.
    Path(Path),
    /// A path in a query around this one: Django's `OuterRef`.
    Outer {
        /// The path.
        path: Path,
        /// How many queries further out it stands; 1 is the next.
        levels: u32,
    },
    /// A constant, sent as a parameter: Django's `Value(…)`.
    Value(Value),
    /// Two expressions and an operator between them.
    Combined {
        /// What stands on the left.
        left: Box<Expr>,
        /// The operator.
        operator: Operator,
        /// What stands on the right.
        right: Box<Expr>,
    },
    /// A database function.
    Call {
        /// Which function.
        function: Function,
        /// Its arguments, as many as the function takes.
        arguments: Vec<Expr>,
    },
    /// A part of a date or time, as a number: Django's `Extract`.
    Extract {
        /// The date or time.
        expr: Box<Expr>,
        /// The part.
        part: DatePart,
        /// The time zone by whose clock the part is read, for points in time; the query's own when `None`.
        zone: Option<Cow<'static, str>>,
    },
    /// A date or time cut down to a unit: Django's `Trunc`.
    Trunc {
        /// The date or time.
        expr: Box<Expr>,
        /// The unit.
        unit: TruncUnit,
        /// The time zone by whose clock it is cut, for points in time; the query's own when `None`.
        zone: Option<Cow<'static, str>>,
    },
    /// A function that embellie does not know: Django's `Func`.
    Func(Box<Func>),
    /// An expression of which it is said what it gives: Django's `ExpressionWrapper` and `output_field`.
    Typed {
        /// The expression.
        expr: Box<Expr>,
        /// What it gives.
        kind: FieldKind,
    },
    /// The value as another type: Django's `Cast`.
    Cast {
        /// The value.
        expr: Box<Expr>,
        /// What it becomes.
        kind: FieldKind,
        /// The greatest length of a text.
        max_length: Option<u32>,
    },
    /// Text compared by the rules of a collation: Django's `Collate`.
    Collate {
        /// The text.
        expr: Box<Expr>,
        /// The collation's name.
        collation: Cow<'static, str>,
    },
    /// The first expression whose condition holds: Django's `Case` and `When`.
    Case {
        /// Conditions, each with what it gives.
        whens: Vec<(Q, Expr)>,
        /// What it gives when none holds; null when `None`.
        otherwise: Option<Box<Expr>>,
    },
    /// A condition as a truth value.
    Condition(Box<Q>),
    /// Transforms (`year`, keys of JSON, registered ones) of an expression.
    Transform {
        /// The expression.
        expr: Box<Expr>,
        /// The names of the transforms, applied one after the other.
        names: Path,
    },
    /// A part of a text or an array: Django's `F("name")[2:5]`.
    Slice {
        /// The text or array.
        expr: Box<Expr>,
        /// How many characters or elements are passed over.
        start: u64,
        /// How many are given at most.
        length: Option<u64>,
    },
    /// One value made of many rows.
    Aggregate(Box<Aggregate>),
    /// A value computed over rows around each row.
    Window(Box<Window>),
    /// The value of a query of one row and one column: Django's `Subquery`.
    Subquery(Box<Query>),
    /// Whether a query has rows: Django's `Exists`.
    Exists(Box<Query>),
    /// The values of a query of one column, as an array: Django's `ArraySubquery`.
    ArraySubquery(Box<Query>),
    /// SQL text with parameters: Django's `RawSQL`.
    Raw(Box<RawSql>),
    /// All rows, in `Count("*")`.
    Star,
}

/// SQL text as an expression: Django's `RawSQL`. Values are parameters, as in [`Sql`].
///
/// ```
/// use embellie_core::{Expr, field::FieldKind, expr::RawSql};
/// let long = Expr::from(RawSql::new("LENGTH(title) > %s", [40]).kind(FieldKind::Bool));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RawSql {
    /// The text.
    pub sql: Sql,
    /// The parameters of its placeholders.
    pub parameters: Params,
    /// What it gives, if it is said.
    pub kind: Option<FieldKind>,
}

impl RawSql {
    /// A text and its parameters.
    pub fn new(sql: impl Into<Sql>, parameters: impl IntoParams) -> Self {
        RawSql { sql: sql.into(), parameters: parameters.into_params(), kind: None }
    }

    /// Says what the text gives: Django's `output_field`.
    #[must_use]
    pub fn kind(self, kind: FieldKind) -> Self {
        RawSql { kind: Some(kind), ..self }
    }
}

/// An operator of [`Expr::Combined`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`: integers divide as the database divides them, as in Django.
    Divide,
    /// `%`
    Modulo,
    /// Power: Python's `**`.
    Power,
    /// Bitwise and.
    BitAnd,
    /// Bitwise or.
    BitOr,
    /// Bitwise exclusive or.
    BitXor,
    /// Bitwise shift to the left.
    ShiftLeft,
    /// Bitwise shift to the right.
    ShiftRight,
}

impl Expr {
    /// The field at `path`, written as in Django: `author__name`.
    pub fn path(path: impl Into<Path>) -> Self {
        Expr::Path(path.into())
    }

    /// A constant.
    pub fn value(value: impl Into<Value>) -> Self {
        Expr::Value(value.into())
    }

    /// This expression and another with an operator between.
    #[must_use]
    pub fn combine(self, operator: Operator, right: impl Into<Expr>) -> Self {
        Expr::Combined { left: Box::new(self), operator, right: Box::new(right.into()) }
    }

    /// A function of some arguments.
    pub fn call(function: Function, arguments: impl IntoIterator<Item = Expr>) -> Self {
        Expr::Call { function, arguments: arguments.into_iter().collect() }
    }

    /// A path in the query around the one that this expression stands in: Django's `OuterRef`.
    pub fn outer(path: impl Into<Path>) -> Self {
        Expr::Outer { path: path.into(), levels: 1 }
    }

    /// This expression, of which it is said what it gives.
    #[must_use]
    pub fn typed(self, kind: FieldKind) -> Self {
        Expr::Typed { expr: Box::new(self), kind }
    }

    /// The condition that a lookup of this expression holds: `Expr::path("a").lookup("gte", 3)`. Transforms may stand
    /// before the lookup: `year__gte`. Of a path it is the condition that Django writes `a__gte=3`.
    pub fn lookup(self, lookups: impl Into<Path>, operand: impl Into<Operand>) -> Q {
        let (lookups, operand) = (lookups.into(), operand.into());
        match self {
            Expr::Path(path) => Q::Condition(crate::query::Condition { path: path.join(&lookups), operand }),
            left => Q::Lookup(Box::new(crate::query::Comparison { left, lookups, operand })),
        }
    }

    /// Orders by this expression, the smallest first.
    pub fn asc(self) -> OrderBy {
        OrderBy { expr: self, descending: false, nulls: None }
    }

    /// Orders by this expression, the greatest first.
    pub fn desc(self) -> OrderBy {
        OrderBy { expr: self, descending: true, nulls: None }
    }
}

impl<T: Into<Value>> From<T> for Expr {
    fn from(value: T) -> Self {
        Expr::Value(value.into())
    }
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $operator:ident),+) => {$(
        impl<T: Into<Expr>> std::ops::$trait<T> for Expr {
            type Output = Expr;

            fn $method(self, right: T) -> Expr {
                self.combine(Operator::$operator, right)
            }
        }
    )+};
}
arithmetic!(Add add Add, Sub sub Subtract, Mul mul Multiply, Div div Divide, Rem rem Modulo);

impl Operator {
    /// The operator as Python writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Modulo => "%",
            Operator::Power => "**",
            Operator::BitAnd => "&",
            Operator::BitOr => "|",
            Operator::BitXor => "^",
            Operator::ShiftLeft => "<<",
            Operator::ShiftRight => ">>",
        }
    }
}

impl From<Q> for Expr {
    fn from(q: Q) -> Self {
        Expr::Condition(Box::new(q))
    }
}

impl From<Aggregate> for Expr {
    fn from(aggregate: Aggregate) -> Self {
        Expr::Aggregate(Box::new(aggregate))
    }
}

impl From<Window> for Expr {
    fn from(window: Window) -> Self {
        Expr::Window(Box::new(window))
    }
}

impl From<Func> for Expr {
    fn from(func: Func) -> Self {
        Expr::Func(Box::new(func))
    }
}

impl From<RawSql> for Expr {
    fn from(raw: RawSql) -> Self {
        Expr::Raw(Box::new(raw))
    }
}
