//! What a statement's text says of itself: its shape, its tables, the columns that it compares and orders by.

mod pieces;
mod walk;

use pieces::pieces;

/// What can be told of a statement from its text alone.
///
/// ```
/// use embellie_sql::{Comparison, Outline};
///
/// let outline = Outline::of(r#"SELECT "p"."title" FROM "blog_post" "p" WHERE "p"."id" IN (?, ?, ?) AND "p"."views" > 10"#);
/// assert_eq!(outline.shape, r#"SELECT "p"."title" FROM "blog_post" "p" WHERE "p"."id" IN (…) AND "p"."views" > ?"#);
/// assert_eq!(outline.summary(), "SELECT blog_post");
/// assert_eq!(outline.compared[0].column.name, "id");
/// assert_eq!(outline.compared[1].how, Comparison::Range);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Outline {
    /// The first word, in capitals: `SELECT`, `INSERT`.
    pub operation: String,
    /// The text without its values, in which lists of any length look the same: statements of one shape do the same work
    /// for different values.
    pub shape: String,
    /// The tables that it reads or writes, each once, in the order in which they appear.
    pub tables: Vec<String>,
    /// Which columns it compares, and with what.
    pub compared: Vec<Compared>,
    /// By which columns its rows are ordered, where these are columns.
    pub ordered: Vec<Ordered>,
    /// What tables are called in it, where that is another name.
    aliases: Vec<(String, String)>,
}

/// A column, as a statement names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableColumn {
    /// The table; empty where the statement does not say.
    pub table: String,
    /// The column.
    pub name: String,
}

/// A column that a condition is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Compared {
    /// The column.
    pub column: TableColumn,
    /// How it is compared.
    pub how: Comparison,
}

/// How a condition compares a column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// With one value or each of a list: an index finds the rows.
    Equal,
    /// With another column: a join.
    Column(TableColumn),
    /// As less or more than a value: an index finds where to begin or to end.
    Range,
    /// With a pattern.
    Pattern,
    /// With null.
    Null,
    /// Within a function or by an operator that an index on the column cannot help with.
    Computed,
}

/// A column by which rows are ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ordered {
    /// The column.
    pub column: TableColumn,
    /// Whether the greatest is first.
    pub descending: bool,
}

impl Outline {
    /// Reads a statement's text. Any text has an outline; what is not understood is left out.
    pub fn of(sql: &str) -> Outline {
        let pieces = pieces(sql);
        let mut outline = walk::walk(&pieces);
        outline.shape = pieces::shape(&pieces);
        outline
    }

    /// The table that has this name in the statement: its own, or one that the statement gives it.
    pub fn table(&self, name: &str) -> Option<&str> {
        let known = |table: &str| self.tables.iter().find(|known| *known == table).map(String::as_str);
        known(name).or_else(|| known(&self.aliases.iter().find(|(alias, _)| alias == name)?.1))
    }

    /// The operation and the tables: `SELECT blog_post blog_user`.
    pub fn summary(&self) -> String {
        let mut summary = self.operation.clone();
        for table in &self.tables {
            summary.push(' ');
            summary.push_str(table);
        }
        summary
    }
}
