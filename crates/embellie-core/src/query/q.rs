//! Conditions and how they combine: Django's `Q`.

use std::ops::{BitAnd, BitOr, BitXor, Not};

use crate::lookup::Lookup;
use crate::{Expr, Path, Query, Value};

/// A condition, or several joined by a connector.
///
/// ```
/// use embellie_core::Q;
/// let q = Q::new("author__name__icontains", "ann") & !Q::new("subtitle__isnull", true);
/// assert_eq!(q.to_string(), "Q(author__name__icontains='ann') & ~Q(subtitle__isnull=True)");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Q {
    /// One comparison.
    Condition(Condition),
    /// Several, joined. No children at all is always true.
    Group {
        /// What joins the children.
        connector: Connector,
        /// Whether the whole is negated.
        negated: bool,
        /// What is joined.
        children: Vec<Q>,
    },
    /// A comparison of an expression: `Lower("title") = "x"`.
    Lookup(Box<Comparison>),
    /// An expression that is true or not: `Exists(…)`, a `Case`, a boolean field.
    Expr(Box<Expr>),
}

/// A comparison of an expression: Django's lookups as expressions, `GreaterThan(F("a"), 3)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub left: Expr,
    /// Transforms and the lookup; nothing at all means `exact`.
    pub lookups: Path,
    /// What it is compared with.
    pub operand: Operand,
}

/// One comparison: a path, which may end in a lookup, and what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The path; without a lookup at its end it means `exact`.
    pub path: Path,
    /// What it is compared with.
    pub operand: Operand,
}

/// The right-hand side of a comparison.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Operand {
    /// An expression, constants included.
    Expr(Expr),
    /// Several expressions, for `in` and `range`. Plain values stand in one [`Value::List`] instead.
    List(Vec<Expr>),
    /// The rows of another query, for `in` and `exact`.
    Query(Box<Query>),
}

/// What joins the children of a [`Q::Group`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Connector {
    /// All hold.
    And,
    /// One holds at least.
    Or,
    /// An odd number hold.
    Xor,
}

impl Q {
    /// The comparison that Django writes `path=value`.
    pub fn new(path: impl Into<Path>, operand: impl Into<Operand>) -> Self {
        Q::Condition(Condition { path: path.into(), operand: operand.into() })
    }

    /// A comparison by a given lookup.
    pub fn lookup(path: Path, lookup: Lookup, operand: impl Into<Operand>) -> Self {
        Q::new(path.then(lookup.name()), operand)
    }

    /// The condition that an expression is true.
    pub fn expr(expr: impl Into<Expr>) -> Self {
        match expr.into() {
            Expr::Condition(q) => *q,
            expr => Q::Expr(Box::new(expr)),
        }
    }

    /// What is always true: Django's `Q()`.
    pub fn all() -> Self {
        Q::Group { connector: Connector::And, negated: false, children: Vec::new() }
    }

    /// Whether this is [`Q::all`].
    pub fn is_all(&self) -> bool {
        matches!(self, Q::Group { children, negated: false, .. } if children.is_empty())
    }

    fn join(self, connector: Connector, other: Q) -> Q {
        // As in Django, an empty Q is the other's identity, and like groups are flattened into one.
        if other.is_all() {
            return self;
        }
        if self.is_all() {
            return other;
        }
        let mut joined = Vec::new();
        for side in [self, other] {
            match side {
                Q::Group { connector: c, negated: false, children } if c == connector => joined.extend(children),
                other => joined.push(other),
            }
        }
        Q::Group { connector, negated: false, children: joined }
    }
}

impl BitAnd for Q {
    type Output = Q;

    fn bitand(self, other: Q) -> Q {
        self.join(Connector::And, other)
    }
}

impl BitOr for Q {
    type Output = Q;

    fn bitor(self, other: Q) -> Q {
        self.join(Connector::Or, other)
    }
}

impl BitXor for Q {
    type Output = Q;

    fn bitxor(self, other: Q) -> Q {
        self.join(Connector::Xor, other)
    }
}

impl Not for Q {
    type Output = Q;

    fn not(self) -> Q {
        match self {
            Q::Group { connector, negated, children } => Q::Group { connector, negated: !negated, children },
            condition => Q::Group { connector: Connector::And, negated: true, children: vec![condition] },
        }
    }
}

impl<T: Into<Expr>> From<T> for Operand {
    fn from(expr: T) -> Self {
        Operand::Expr(expr.into())
    }
}

impl From<Query> for Operand {
    fn from(query: Query) -> Self {
        Operand::Query(Box::new(query))
    }
}

impl Operand {
    /// The plain value on this side, if it is one.
    pub fn as_value(&self) -> Option<&Value> {
        match self {
            Operand::Expr(Expr::Value(value)) => Some(value),
            _ => None,
        }
    }
}

/// Django's notation.
impl std::fmt::Display for Q {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Q::Condition(condition) => write!(f, "Q({condition})"),
            Q::Lookup(comparison) => write!(f, "{comparison}"),
            Q::Expr(expr) => write!(f, "Q({expr})"),
            Q::Group { connector, negated, children } => {
                let sign = match connector {
                    Connector::And => " & ",
                    Connector::Or => " | ",
                    Connector::Xor => " ^ ",
                };
                let bracketed = *negated && children.len() != 1;
                f.write_str(if *negated { "~" } else { "" })?;
                f.write_str(if bracketed { "(" } else { "" })?;
                for (i, child) in children.iter().enumerate() {
                    f.write_str(if i > 0 { sign } else { "" })?;
                    match child {
                        Q::Group { negated: false, children, .. } if children.len() > 1 => write!(f, "({child})")?,
                        _ => write!(f, "{child}")?,
                    }
                }
                if children.is_empty() {
                    f.write_str("Q()")?;
                }
                f.write_str(if bracketed { ")" } else { "" })
            }
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.path, self.operand)
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Q({}", self.left)?;
        if !self.lookups.is_empty() {
            write!(f, "__{}", self.lookups)?;
        }
        write!(f, "={})", self.operand)
    }
}

impl std::fmt::Display for Operand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Operand::Expr(expr) => write!(f, "{expr}"),
            Operand::List(list) => {
                f.write_str("[")?;
                for (i, expr) in list.iter().enumerate() {
                    write!(f, "{}{expr}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Operand::Query(query) => write!(f, "<query of {}>", query.model),
        }
    }
}
