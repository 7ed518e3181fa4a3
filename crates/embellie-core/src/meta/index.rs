//! Indexes and constraints.

use crate::{Expr, Q};

/// An index over one or several fields or expressions: Django's `Index`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IndexMeta {
    /// The index's name; made from the table and the fields when `None`.
    pub name: Option<String>,
    /// What is indexed, in order.
    pub terms: Vec<IndexTerm>,
    /// Indexes only the rows for which this holds.
    pub condition: Option<Q>,
    /// Fields kept beside the key, so that a query may be answered from the index alone.
    pub include: Vec<String>,
    /// How the index is built; the database's usual kind when `None`.
    pub kind: Option<IndexKind>,
}

/// One term of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexTerm {
    /// A field's path of one name, or an expression.
    pub expr: Expr,
    /// Whether the greatest come first.
    pub descending: bool,
    /// The operator class, where the database has them.
    pub opclass: Option<String>,
}

impl IndexTerm {
    /// A field in ascending order, or in descending order with a leading `-`.
    pub fn field(name: &str) -> Self {
        let (name, descending) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
        IndexTerm { expr: Expr::path(name), descending, opclass: None }
    }
}

impl IndexMeta {
    /// An index over fields; a leading `-` makes one descending.
    pub fn fields<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        IndexMeta { terms: names.into_iter().map(IndexTerm::field).collect(), ..IndexMeta::default() }
    }
}

/// How an index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexKind {
    /// A balanced tree.
    BTree,
    /// A hash table.
    Hash,
    /// A generalized inverted index.
    Gin,
    /// A generalized search tree.
    Gist,
    /// A space-partitioned search tree.
    SpGist,
    /// A block-range index.
    Brin,
    /// A bloom filter.
    Bloom,
}

/// A constraint on a table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConstraintMeta {
    /// No two rows agree: Django's `UniqueConstraint`.
    Unique {
        /// The constraint's name.
        name: String,
        /// The fields or expressions that may not agree.
        terms: Vec<IndexTerm>,
        /// Only among the rows for which this holds.
        condition: Option<Q>,
        /// Fields kept beside the key.
        include: Vec<String>,
        /// When it is checked.
        deferrable: Option<Deferrable>,
        /// Whether two nulls differ; the database's own answer when `None`.
        nulls_distinct: Option<bool>,
    },
    /// Every row satisfies a condition: Django's `CheckConstraint`.
    Check {
        /// The constraint's name.
        name: String,
        /// The condition.
        condition: Q,
    },
}

impl ConstraintMeta {
    /// The constraint's name.
    pub fn name(&self) -> &str {
        match self {
            ConstraintMeta::Unique { name, .. } | ConstraintMeta::Check { name, .. } => name,
        }
    }
}

/// When a deferrable constraint is checked, unless the transaction says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deferrable {
    /// At the end of the transaction.
    Deferred,
    /// After each statement.
    Immediate,
}
