//! What a database has, as plain data: nothing of it depends on how it was learnt.

use embellie_core::field::FieldKind;

/// The tables of a database, with all that belongs to them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schema {
    /// The database's name: that of its file without the ending, where it is one.
    pub database: String,
    /// Tables and views, by schema and name.
    pub tables: Vec<Table>,
    /// What is known of apps, where the tables are called as Django calls them.
    pub django: Option<Django>,
    /// What could not be read, and why.
    pub problems: Vec<Problem>,
}

/// Something that could not be understood; the rest was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is: a table, or a column of one.
    pub object: String,
    /// What is the matter.
    pub message: String,
}

/// What is known of apps and models where tables are called as Django calls them, `app_model`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Django {
    /// Whether a Django project keeps its migrations here, and not only the style of the tables is Django's.
    pub is_project: bool,
    /// The labels of the apps.
    pub apps: Vec<String>,
    /// The models that have a content type: the app's label, and the model's name in lower case.
    pub models: Vec<(String, String)>,
}

impl Django {
    /// The apps of tables in Django's style: what stands before the first underscore. `None` where a table has none.
    pub fn of_tables<'t>(tables: impl IntoIterator<Item = &'t str>) -> Option<Self> {
        let mut apps: Vec<String> = Vec::new();
        for table in tables {
            let (app, model) = table.split_once('_')?;
            if app.is_empty() || model.is_empty() {
                return None;
            }
            apps.push(app.to_owned());
        }
        apps.sort_unstable();
        apps.dedup();
        Some(Django { is_project: false, apps, models: Vec::new() })
    }
}

/// A table's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TableName {
    /// The schema; `None` for the one in which names without a schema are looked up first.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A table or view.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// What it is.
    pub kind: TableKind,
    /// What somebody noted on it.
    pub comment: Option<String>,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<Key>,
    /// Unique constraints, and unique indexes of nothing but columns of all rows.
    pub uniques: Vec<Key>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Checks.
    pub checks: Vec<Check>,
    /// The other indexes.
    pub indexes: Vec<Index>,
    /// A column that tells rows apart though nobody declared it, where the table has no primary key.
    pub hidden_key: Option<Column>,
}

impl Table {
    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum TableKind {
    /// A table.
    #[default]
    Table,
    /// A table whose rows lie in others.
    Partitioned,
    /// A table of another server, or of a module.
    Foreign,
    /// A query with a name.
    View,
    /// A query whose rows are kept.
    MaterializedView,
}

impl TableKind {
    /// Whether rows are read only.
    pub fn is_view(self) -> bool {
        matches!(self, TableKind::View | TableKind::MaterializedView)
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the database writes it.
    pub type_name: String,
    /// What it holds.
    pub kind: Holds,
    /// Whether it may be null.
    pub null: bool,
    /// What the database fills in, as SQL.
    pub default: Option<String>,
    /// Whether the database counts it up.
    pub auto: bool,
    /// What the database computes it from.
    pub generated: Option<Generated>,
    /// The rules by which texts are compared, where they are not the usual ones.
    pub collation: Option<String>,
    /// What somebody noted on it.
    pub comment: Option<String>,
    /// The only values that there are, for an enumeration.
    pub values: Vec<String>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// The kind of field.
    pub kind: FieldKind,
    /// The greatest length of a text.
    pub max_length: Option<u32>,
}

impl Default for Holds {
    fn default() -> Self {
        Holds::of(FieldKind::Any)
    }
}

impl Holds {
    /// A kind without a length.
    pub fn of(kind: FieldKind) -> Self {
        Holds { kind, max_length: None }
    }
}

/// How the database computes a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The expression, as SQL.
    pub expression: String,
    /// Whether it is computed when a row is written.
    pub stored: bool,
}

/// Columns that no two rows agree in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key {
    /// The name of the constraint or index, where it has one.
    pub name: Option<String>,
    /// The columns, in order.
    pub columns: Vec<String>,
    /// Whether two nulls are the same.
    pub nulls_are_equal: bool,
    /// When it is checked, where that can be put off.
    pub deferrable: Option<embellie_core::meta::Deferrable>,
}

/// Columns that lead to a row of another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name, where it has one.
    pub name: Option<String>,
    /// The columns here.
    pub columns: Vec<String>,
    /// The table that they lead to.
    pub to: TableName,
    /// The columns there, as many as here; none stand for the primary key.
    pub to_columns: Vec<String>,
    /// What happens when the row there is deleted.
    pub on_delete: Action,
    /// What happens when the key there is changed.
    pub on_update: Action,
    /// When it is checked, where that can be put off.
    pub deferrable: Option<embellie_core::meta::Deferrable>,
}

/// What a database does to rows whose foreign key would lead nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Action {
    /// It refuses, at the end of the statement or of the transaction.
    #[default]
    NoAction,
    /// It refuses at once.
    Restrict,
    /// The rows are deleted, or their key is changed.
    Cascade,
    /// Their key becomes null.
    SetNull,
    /// Their key becomes its default.
    SetDefault,
}

/// A condition that every row satisfies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name, where it has one.
    pub name: Option<String>,
    /// The condition, as SQL.
    pub condition: String,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether no two rows agree in it.
    pub unique: bool,
    /// What is indexed, in order.
    pub terms: Vec<IndexTerm>,
    /// The rows that are indexed, as SQL; all when `None`.
    pub condition: Option<String>,
    /// Columns kept beside the key.
    pub include: Vec<String>,
    /// How it is built, where that is not the usual way.
    pub kind: Option<embellie_core::meta::IndexKind>,
}

/// One term of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexTerm {
    /// What is indexed.
    pub of: Indexed,
    /// Whether the greatest come first.
    pub descending: bool,
    /// The operator class, where it is not the usual one.
    pub opclass: Option<String>,
}

/// What a term of an index is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indexed {
    /// A column.
    Column(String),
    /// An expression, as SQL.
    Expression(String),
}
