//! Conditions: what holds for a row or not, or is unknown.

use embellie_core::Value;
use embellie_core::query::Connector;

use super::{Column, Scalar, Select};

/// A condition on a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition<'r> {
    /// Holds for every row.
    Always,
    /// Holds for no row.
    Never,
    Group {
        connector: Connector,
        negated: bool,
        children: Vec<Condition<'r>>,
    },
    Compare {
        left: Scalar<'r>,
        comparison: Comparison,
        right: Scalar<'r>,
    },
    /// A column of truth values has this one.
    Truth {
        expr: Scalar<'r>,
        expected: bool,
    },
    /// Both ends included.
    Between {
        expr: Scalar<'r>,
        low: Scalar<'r>,
        high: Scalar<'r>,
    },
    OneOf {
        expr: Scalar<'r>,
        among: Among<'r>,
    },
    Null {
        expr: Scalar<'r>,
        expected: bool,
    },
    /// The text is, holds, begins or ends with another.
    Pattern {
        expr: Scalar<'r>,
        kind: PatternKind,
        fold: bool,
        operand: Scalar<'r>,
    },
    Regex {
        expr: Scalar<'r>,
        fold: bool,
        operand: Scalar<'r>,
    },
    Exists(Box<Select<'r>>),
    /// A document holds another.
    Holds {
        document: Scalar<'r>,
        part: Scalar<'r>,
    },
    /// A document has members, or an array elements, of these names; at least one name.
    HasKeys {
        document: Scalar<'r>,
        keys: Vec<String>,
        /// All of them, or any.
        all: bool,
    },
}

/// What a value is looked for in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Among<'r> {
    /// Values, each once and none of them null; at least one.
    Values(Vec<Value>),
    Exprs(Vec<Scalar<'r>>),
    Query(Box<Select<'r>>),
}

/// A comparison of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// Where in a text another is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternKind {
    /// It is the whole.
    Whole,
    /// Anywhere.
    Within,
    /// At the start.
    Start,
    /// At the end.
    End,
}

impl Comparison {
    /// The operator in SQL.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
        }
    }
}

impl<'r> Condition<'r> {
    /// Conditions joined, with what always or never holds worked out.
    pub(crate) fn group(connector: Connector, negated: bool, children: Vec<Condition<'r>>) -> Self {
        // An odd number of what always holds turns an exclusive or into its opposite.
        let mut negated = negated;
        let mut kept = Vec::with_capacity(children.len());
        let decided = |holds: bool, negated: bool| if holds != negated { Condition::Always } else { Condition::Never };
        for child in children {
            match (child, connector) {
                (Condition::Always, Connector::And) | (Condition::Never, Connector::Or | Connector::Xor) => {}
                (Condition::Never, Connector::And) => return decided(false, negated),
                (Condition::Always, Connector::Or) => return decided(true, negated),
                (Condition::Always, Connector::Xor) => negated = !negated,
                (other, _) => kept.push(other),
            }
        }
        if kept.is_empty() {
            return decided(connector == Connector::And, negated);
        }
        if kept.len() == 1 && !negated && connector != Connector::Xor {
            return kept.swap_remove(0);
        }
        Condition::Group { connector, negated, children: kept }
    }

    /// Both conditions.
    pub(crate) fn and(self, other: Condition<'r>) -> Self {
        Condition::group(Connector::And, false, vec![self, other])
    }

    /// The column is not null.
    pub(crate) fn not_null(column: Column<'r>) -> Self {
        Condition::Null { expr: Scalar::Column(column), expected: false }
    }
}
