//! A model's declaration.

use super::{ConstraintMeta, FieldMeta, IndexMeta, ManyToManyMeta, RelationMeta};
use crate::OrderBy;

/// What a model is: its fields and options. Plain data, from whatever source.
///
/// ```
/// use embellie_core::{Registry, field::FieldKind, meta::{FieldMeta, ModelMeta, OnDelete}};
/// let registry = Registry::build([
///     ModelMeta::new("blog", "Author").field(FieldMeta::new("name", FieldKind::Char).max_length(100)),
///     ModelMeta::new("blog", "Post").field(FieldMeta::foreign_key("author", "Author", OnDelete::Cascade)),
/// ])?;
/// assert_eq!(registry.model("blog.Post")?.table, "blog_post");
/// # Ok::<(), embellie_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ModelMeta {
    /// The app that the model belongs to.
    pub app: String,
    /// The model's name, in `CamelCase`.
    pub name: String,
    /// The table's name.
    pub table: String,
    /// The fields with columns, in order.
    pub fields: Vec<FieldMeta>,
    /// The fields that are the primary key together, by name: Django's `CompositePrimaryKey`. `None`: one field is the
    /// key by itself.
    pub composite_primary_key: Option<Vec<String>>,
    /// The many-to-many relations, in order.
    pub many_to_many: Vec<ManyToManyMeta>,
    /// The relations without a column of their own, in order: those over several columns, and generic ones.
    pub relations: Vec<RelationMeta>,
    /// The ordering of query sets that have none of their own.
    pub ordering: Vec<OrderBy>,
    /// The indexes.
    pub indexes: Vec<IndexMeta>,
    /// The constraints.
    pub constraints: Vec<ConstraintMeta>,
    /// Sets of fields that are unique together.
    pub unique_together: Vec<Vec<String>>,
    /// What `latest()` and `earliest()` order by when nothing is said.
    pub get_latest_by: Vec<String>,
    /// Whether embellie creates and drops the table.
    pub managed: bool,
    /// The related name of relations that have none.
    pub default_related_name: Option<String>,
    /// The model's name for people.
    pub verbose_name: Option<String>,
    /// The plural of the model's name for people.
    pub verbose_name_plural: Option<String>,
    /// Whether the model was made for a many-to-many relation's table.
    pub auto_created: bool,
}

impl ModelMeta {
    /// A model without fields, with Django's table name: `app_model`.
    pub fn new(app: impl Into<String>, name: impl Into<String>) -> Self {
        let (app, name) = (app.into(), name.into());
        ModelMeta {
            table: format!("{app}_{}", name.to_lowercase()),
            app,
            name,
            fields: Vec::new(),
            composite_primary_key: None,
            many_to_many: Vec::new(),
            relations: Vec::new(),
            ordering: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            unique_together: Vec::new(),
            get_latest_by: Vec::new(),
            managed: true,
            default_related_name: None,
            verbose_name: None,
            verbose_name_plural: None,
            auto_created: false,
        }
    }

    /// The model's label: `app.Model`.
    pub fn label(&self) -> String {
        format!("{}.{}", self.app, self.name)
    }

    /// Sets the table's name.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = table.into();
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, field: FieldMeta) -> Self {
        self.fields.push(field);
        self
    }

    /// Makes two or more fields the primary key together, instead of one by itself: Django's `CompositePrimaryKey`.
    ///
    /// In queries they are known as `pk`, whose value is a list of theirs.
    ///
    /// ```
    /// use embellie_core::{Registry, field::FieldKind, meta::{FieldMeta, ModelMeta}};
    /// let registry = Registry::build([ModelMeta::new("shop", "Line")
    ///     .field(FieldMeta::new("order", FieldKind::BigInteger))
    ///     .field(FieldMeta::new("number", FieldKind::Integer))
    ///     .composite_primary_key(["order", "number"])])?;
    /// assert_eq!(registry.model("shop.Line")?.key_fields(), [0, 1]);
    /// # Ok::<(), embellie_core::Error>(())
    /// ```
    #[must_use]
    pub fn composite_primary_key(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.composite_primary_key = Some(fields.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a many-to-many relation.
    #[must_use]
    pub fn many_to_many(mut self, relation: ManyToManyMeta) -> Self {
        self.many_to_many.push(relation);
        self
    }

    /// Adds a relation without a column of its own.
    #[must_use]
    pub fn relation(mut self, relation: RelationMeta) -> Self {
        self.relations.push(relation);
        self
    }

    /// Sets the ordering: `["-created_at", "id"]`.
    #[must_use]
    pub fn ordering(mut self, terms: impl IntoIterator<Item = impl Into<OrderBy>>) -> Self {
        self.ordering = terms.into_iter().map(Into::into).collect();
        self
    }

    /// Adds an index.
    #[must_use]
    pub fn index(mut self, index: IndexMeta) -> Self {
        self.indexes.push(index);
        self
    }

    /// Adds a constraint.
    #[must_use]
    pub fn constraint(mut self, constraint: ConstraintMeta) -> Self {
        self.constraints.push(constraint);
        self
    }

    /// Adds a set of fields that are unique together.
    #[must_use]
    pub fn unique_together(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.unique_together.push(fields.into_iter().map(Into::into).collect());
        self
    }

    /// Sets what `latest()` and `earliest()` order by.
    #[must_use]
    pub fn get_latest_by(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.get_latest_by = fields.into_iter().map(Into::into).collect();
        self
    }

    /// Sets whether embellie creates and drops the table.
    #[must_use]
    pub fn managed(mut self, managed: bool) -> Self {
        self.managed = managed;
        self
    }

    /// Sets the related name of relations that have none.
    #[must_use]
    pub fn default_related_name(mut self, name: impl Into<String>) -> Self {
        self.default_related_name = Some(name.into());
        self
    }

    /// Sets the name for people.
    #[must_use]
    pub fn verbose_name(mut self, name: impl Into<String>) -> Self {
        self.verbose_name = Some(name.into());
        self
    }

    /// Sets the plural of the name for people.
    #[must_use]
    pub fn verbose_name_plural(mut self, name: impl Into<String>) -> Self {
        self.verbose_name_plural = Some(name.into());
        self
    }
}
