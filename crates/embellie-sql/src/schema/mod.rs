//! Models as tables: the statements that create and drop them, as Django's schema editor writes them.
//!
//! Tables, columns, constraints and indexes have the types and names that Django gives them, so that a Django
//! project can work on the same database.

mod constraint;
mod dialect;
mod expression;
mod generated;
mod index;
pub(crate) mod literal;
mod names;
mod order;
mod table;

use std::collections::HashSet;

use embellie_core::meta::{Model, ModelId};
use embellie_core::{Registry, Result, ServerInfo, Statement};

use dialect::Dialect;

pub use names::{constraint_name, index_name};

/// The statements that change a schema, in their order, and what was left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SchemaPlan {
    /// The statements. They belong into one transaction.
    pub statements: Vec<Statement>,
    /// What the models declare and this database does not support, in words: one sentence each.
    pub notes: Vec<String>,
}

/// How tables are created and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SchemaOptions {
    /// Passes over what is there already when creating (`IF NOT EXISTS`), and over what is gone already when dropping
    /// (`IF EXISTS`). A table that is there is not compared with its model.
    pub if_needed: bool,
}

/// The statements that create the tables of all managed models.
///
/// ```
/// use embellie_core::{Registry, ServerInfo, field::FieldKind, meta::{FieldMeta, ModelMeta}};
/// use embellie_sql::schema::{SchemaOptions, create_tables};
///
/// let registry = Registry::build([
///     ModelMeta::new("blog", "Tag").field(FieldMeta::new("word", FieldKind::Char).max_length(50).unique()),
/// ])?;
/// let server = ServerInfo { dialect: "sqlite", version: (3, 50, 0) };
/// let plan = create_tables(&registry, &server, SchemaOptions::default())?;
/// assert_eq!(
///     &*plan.statements[0].sql,
///     r#"CREATE TABLE "blog_tag" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "word" varchar(50) NOT NULL UNIQUE)"#
/// );
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotSupported`](embellie_core::Error::NotSupported) for a database or a field type without tables here, and
/// the errors of expressions in conditions, indexes and database defaults.
pub fn create_tables(registry: &Registry, server: &ServerInfo, options: SchemaOptions) -> Result<SchemaPlan> {
    let models: Vec<&Model> = registry.models().iter().collect();
    create_models(registry, &models, server, options)
}

/// The statements that create the tables of some models and of their many-to-many relations. Models that are not
/// managed are passed over.
///
/// # Errors
/// As [`create_tables`].
pub fn create_models(
    registry: &Registry,
    models: &[&Model],
    server: &ServerInfo,
    options: SchemaOptions,
) -> Result<SchemaPlan> {
    let mut writer = Writer::new(registry, server, options)?;
    let models = order::by_dependency(&with_link_tables(registry, models));
    let mut later = Vec::with_capacity(models.len());
    for model in &models {
        later.push(writer.table(model)?);
    }
    for (model, mut statements) in models.into_iter().zip(later) {
        writer.indexes(model, &mut statements)?;
        writer.plan.statements.extend(statements.into_iter().map(Statement::schema));
    }
    Ok(writer.plan)
}

/// The statements that drop the tables of all managed models.
///
/// # Errors
/// [`Error::NotSupported`](embellie_core::Error::NotSupported) for a database without tables here.
pub fn drop_tables(registry: &Registry, server: &ServerInfo, options: SchemaOptions) -> Result<SchemaPlan> {
    let models: Vec<&Model> = registry.models().iter().collect();
    drop_models(registry, &models, server, options)
}

/// The statements that drop the tables of some models and of their many-to-many relations. Models that are not
/// managed are passed over.
///
/// # Errors
/// As [`drop_tables`].
pub fn drop_models(
    registry: &Registry,
    models: &[&Model],
    server: &ServerInfo,
    options: SchemaOptions,
) -> Result<SchemaPlan> {
    let mut writer = Writer::new(registry, server, options)?;
    for model in order::by_dependency(&with_link_tables(registry, models)).into_iter().rev() {
        let guard = if options.if_needed { "IF EXISTS " } else { "" };
        let sql = format!("DROP TABLE {guard}{}{}", writer.quote(&model.table)?, writer.dialect.drop_suffix);
        writer.plan.statements.push(Statement::schema(sql));
    }
    Ok(writer.plan)
}

/// The statement that gives the names of the tables and views of a database, in order: those of the schema in which
/// new tables are made, where there are several. Django's `connection.introspection.table_names()`.
///
/// # Errors
/// [`Error::NotSupported`](embellie_core::Error::NotSupported) for a database without tables here.
pub fn table_names(server: &ServerInfo) -> Result<Statement> {
    Ok(Statement::read(dialect::of(server)?.table_names, Vec::new()))
}

/// The managed models of a list, with the link tables of their many-to-many relations.
fn with_link_tables<'r>(registry: &'r Registry, models: &[&'r Model]) -> Vec<&'r Model> {
    let mut seen: HashSet<ModelId> = HashSet::new();
    let links = models.iter().flat_map(|model| model.many_to_many()).map(|relation| registry.get(relation.through));
    let links = links.filter(|through| through.auto_created);
    models.iter().copied().chain(links).filter(|model| model.managed && seen.insert(model.id())).collect()
}

/// Writes a plan.
struct Writer<'r> {
    registry: &'r Registry,
    dialect: Dialect,
    target: crate::Target,
    options: SchemaOptions,
    plan: SchemaPlan,
}

impl<'r> Writer<'r> {
    fn new(registry: &'r Registry, server: &ServerInfo, options: SchemaOptions) -> Result<Self> {
        Ok(Writer {
            registry,
            dialect: dialect::of(server)?,
            target: crate::Target::for_server(server)?,
            options,
            plan: SchemaPlan::default(),
        })
    }

    fn quote(&self, name: &str) -> Result<String> {
        crate::quote(name, self.dialect.mark)
    }

    /// The quoted columns of fields, by field name.
    fn columns(&self, model: &Model, fields: &[String]) -> Result<Vec<String>> {
        fields.iter().map(|name| self.quote(&field(model, name)?.column)).collect()
    }

    fn if_not_exists(&self) -> &'static str {
        if self.options.if_needed { "IF NOT EXISTS " } else { "" }
    }

    fn note(&mut self, model: &Model, what: &str) {
        self.plan.notes.push(format!("{}: {what}", model.label()));
    }
}

/// A model's field of a name.
fn field<'m>(model: &'m Model, name: &str) -> Result<&'m embellie_core::meta::FieldMeta> {
    model.field_index(name).map(|index| &model.fields[index]).ok_or_else(|| {
        embellie_core::Error::FieldDoesNotExist(format!("{} has no field named '{name}'", model.label()))
    })
}
