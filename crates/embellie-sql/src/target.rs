//! The server that SQL is made for, and what it can do.

use embellie_core::{Error, Result, ServerInfo};

use crate::dialect::{self, Dialect};

/// A database server as the compiler sees it: its dialect, and what its version can do.
///
/// ```
/// use embellie_core::ServerInfo;
/// use embellie_sql::{Capability, Target};
///
/// let target = Target::for_server(&ServerInfo { dialect: "sqlite", version: (3, 50, 0) })?;
/// assert!(target.can(Capability::Returning));
/// # Ok::<(), embellie_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Target {
    dialect: &'static dyn Dialect,
    version: (u32, u32, u32),
}

/// What one database can do and another cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// `RETURNING` after an insert or an update: what the database filled in or computed comes back with it.
    Returning,
    /// `ON CONFLICT … DO NOTHING` and `DO UPDATE`.
    Upsert,
    /// `NULLS FIRST` and `NULLS LAST`; where they lack, an extra term of the ordering does their work.
    NullsOrder,
    /// Ordering nulls as if they were less than all values, where nobody says where they go; else they are greater.
    NullsAreLeast,
    /// The word `DEFAULT` among the values of an insert.
    DefaultInValues,
    /// Going on with a transaction after one of its statements failed.
    GoOnAfterError,
    /// Columns that are computed when a row is written: `GENERATED ALWAYS AS (…) STORED`.
    StoredGeneratedColumns,
    /// Columns that are computed when a row is read: `GENERATED ALWAYS AS (…) VIRTUAL`.
    UnstoredGeneratedColumns,
    /// Columns that are computed from columns which are computed themselves.
    ChainedGeneratedColumns,
    /// Arrays made of many rows, and arrays that can be cast to text.
    Arrays,
    /// Aggregates of the bits of whole numbers.
    BitAggregates,
    /// The exclusive or of the bits of whole numbers, as an aggregate.
    BitXorAggregate,
    /// Aggregates of pairs of numbers: correlation, covariance, regression.
    PairAggregates,
    /// Values that are ranges.
    Ranges,
    /// Searching texts for words, and comparing them by their letters.
    FullTextSearch,
    /// A type for spans of time, of which parts can be read.
    Intervals,
    /// UUIDs of version 7.
    Uuid7,
    /// Whether a document holds another: `contains` and `contained_by` of a JSONField.
    DocumentsWithin,
    /// Frames of a window that reach so far from the current row's value: `RANGE BETWEEN 3 PRECEDING AND …`.
    RangeOffsets,
    /// Frames of a window that count groups of equal rows.
    FrameGroups,
    /// Frames of a window without some rows: `EXCLUDE …`.
    FrameExclusion,
    /// An order of the values of an aggregate: `GROUP_CONCAT(x ORDER BY y)`.
    AggregateOrder,
    /// An aggregate that gives any of its values: `ANY_VALUE`.
    AnyValue,
    /// Saying whether the rows of a common table expression are computed once and kept (`MATERIALIZED`).
    MaterializedHint,
    /// Several parts of a common table expression that refer to itself.
    SeveralRecursiveParts,
    /// Giving the first of the rows that are equal in some columns (`DISTINCT ON`); where it lacks, a window over these
    /// columns does its work.
    DistinctOn,
    /// Locking the rows of a query (`FOR UPDATE`).
    RowLocks,
    /// Rows made of arrays, one for each column (`UNNEST`).
    RowsOfArrays,
    /// Rows taken from the client, behind the statement (`COPY`).
    RowsOfClients,
    /// Keys of rows inserted by one connection in one transaction, each one more than the one before.
    SuccessiveKeys,
}

impl Capability {
    /// What the capability is for, as messages say it.
    pub fn describe(self) -> &'static str {
        match self {
            Capability::Returning => "giving back columns of rows written (RETURNING)",
            Capability::Upsert => "inserting with a rule for existing rows (ON CONFLICT)",
            Capability::NullsOrder => "saying where nulls go in an ordering (NULLS FIRST, NULLS LAST)",
            Capability::NullsAreLeast => "ordering nulls before all values",
            Capability::DefaultInValues => "asking for a column's default among values (DEFAULT)",
            Capability::FullTextSearch => "full-text search (SearchVector, SearchQuery, SearchRank, TrigramSimilarity)",
            Capability::Arrays => "arrays (ArrayAgg, ArraySubquery)",
            Capability::BitAggregates => "aggregates of bits (BitAnd, BitOr)",
            Capability::BitXorAggregate => "the exclusive or of bits as an aggregate (BitXor)",
            Capability::PairAggregates => "aggregates of pairs of numbers (Corr, CovarPop, RegrSlope and their like)",
            Capability::Ranges => "ranges (IntegerRangeField, DateRangeField and their like)",
            Capability::Intervals => "a type for spans of time",
            Capability::Uuid7 => "UUIDs of version 7 (UUID7)",
            Capability::DocumentsWithin => "the lookups contains and contained_by of a JSONField",
            Capability::MaterializedHint => "saying whether a common table expression is kept (MATERIALIZED)",
            Capability::SeveralRecursiveParts => "several parts of a common table expression that refer to itself",
            Capability::DistinctOn => "giving the first of the rows that are equal in some columns (DISTINCT ON)",
            Capability::RowLocks => "locking the rows of a query (FOR UPDATE)",
            Capability::RowsOfArrays => "rows made of arrays (UNNEST)",
            Capability::RowsOfClients => "rows taken from the client (COPY)",
            Capability::SuccessiveKeys => "keys of rows inserted, each one more than the one before",
            Capability::GoOnAfterError => "going on with a transaction after one of its statements failed",
            Capability::StoredGeneratedColumns => "generated columns that are stored",
            Capability::UnstoredGeneratedColumns => "generated columns that are not stored",
            Capability::ChainedGeneratedColumns => "generated columns that are computed from others",
            Capability::RangeOffsets => "windows over a range of values around the current row's",
            Capability::FrameGroups => "windows that count groups of equal rows (GROUPS)",
            Capability::FrameExclusion => "windows without some rows (EXCLUDE)",
            Capability::AggregateOrder => "an order of the values of an aggregate",
            Capability::AnyValue => "an aggregate that gives any of its values (ANY_VALUE)",
        }
    }

    /// All capabilities.
    pub const ALL: &'static [Capability] = &[
        Capability::Returning,
        Capability::Upsert,
        Capability::NullsOrder,
        Capability::NullsAreLeast,
        Capability::DefaultInValues,
        Capability::GoOnAfterError,
        Capability::StoredGeneratedColumns,
        Capability::UnstoredGeneratedColumns,
        Capability::ChainedGeneratedColumns,
        Capability::Arrays,
        Capability::BitAggregates,
        Capability::BitXorAggregate,
        Capability::PairAggregates,
        Capability::Ranges,
        Capability::FullTextSearch,
        Capability::Intervals,
        Capability::Uuid7,
        Capability::DocumentsWithin,
        Capability::RangeOffsets,
        Capability::FrameGroups,
        Capability::FrameExclusion,
        Capability::AggregateOrder,
        Capability::AnyValue,
        Capability::MaterializedHint,
        Capability::SeveralRecursiveParts,
        Capability::DistinctOn,
        Capability::RowLocks,
        Capability::RowsOfArrays,
        Capability::RowsOfClients,
        Capability::SuccessiveKeys,
    ];
}

impl Target {
    /// The target for a server, as its driver describes it.
    ///
    /// # Errors
    /// [`Error::NotSupported`] for a dialect that the compiler does not know, or a server that is too old.
    pub fn for_server(server: &ServerInfo) -> Result<Self> {
        let dialect = dialect::by_name(server.dialect).ok_or_else(|| {
            Error::NotSupported(format!(
                "no SQL can be made for the dialect '{}'; known are {}",
                server.dialect,
                dialect::names().join(", ")
            ))
        })?;
        if server.version < dialect.oldest() {
            let ((a, b, _), (major, minor, _)) = (dialect.oldest(), server.version);
            return Err(Error::NotSupported(format!(
                "{} {major}.{minor} is too old: {a}.{b} or newer is needed",
                dialect.product()
            )));
        }
        Ok(Target { dialect, version: server.version })
    }

    /// Whether the server can do this.
    pub fn can(&self, capability: Capability) -> bool {
        self.dialect.can(capability, self.version)
    }

    /// What the server can do.
    pub fn capabilities(&self) -> Vec<Capability> {
        Capability::ALL.iter().copied().filter(|&capability| self.can(capability)).collect()
    }

    /// How many parameters one statement may have.
    pub fn max_parameters(&self) -> usize {
        self.dialect.max_parameters()
    }

    /// The name of the database product, for people.
    pub fn product(&self) -> &'static str {
        self.dialect.product()
    }

    /// The name of the database product in telemetry: OpenTelemetry's `db.system.name`.
    pub fn system(&self) -> &'static str {
        self.dialect.system()
    }

    pub(crate) fn version(&self) -> (u32, u32, u32) {
        self.version
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Refuses what the server cannot do.
    pub(crate) fn require(&self, capability: Capability) -> Result<()> {
        if self.can(capability) {
            return Ok(());
        }
        let (major, minor, _) = self.version;
        Err(Error::NotSupported(format!("{} {major}.{minor} lacks {}", self.product(), capability.describe())))
    }
}
