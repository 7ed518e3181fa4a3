//! Expressions: what can stand where a value can.

mod order;
mod path;

pub use order::{Nulls, OrderBy};
pub use path::Path;

use crate::Value;

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
    /// A field, reached through relations: Django's `F("author__name")`.
    Path(Path),
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

/// A database function, with Django's meaning on every database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// `Lower(text)`.
    Lower,
    /// `Upper(text)`.
    Upper,
    /// `Length(text)`, in characters.
    Length,
    /// `Abs(number)`.
    Abs,
    /// `Coalesce(a, b, …)`: the first that is not null; two arguments at least.
    Coalesce,
    /// `Now()`: the time at which the statement began.
    Now,
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

/// Django's notation, values shown as they are: for messages and tours, not for logs.
impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expr::Path(path) => write!(f, "F('{path}')"),
            Expr::Value(value) => write!(f, "{value}"),
            Expr::Combined { left, operator, right } => {
                let nested = |e: &Expr| matches!(e, Expr::Combined { .. });
                if nested(left) {
                    write!(f, "({left})")?
                } else {
                    write!(f, "{left}")?
                }
                write!(f, " {} ", operator.symbol())?;
                if nested(right) { write!(f, "({right})") } else { write!(f, "{right}") }
            }
            Expr::Call { function, arguments } => {
                write!(f, "{function:?}(")?;
                for (i, argument) in arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
        }
    }
}
