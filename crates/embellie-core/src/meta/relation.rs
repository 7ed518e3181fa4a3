//! What relations declare.

use super::Default;

/// What happens to rows that point at a deleted row.
#[derive(Debug, Clone, PartialEq)]
pub enum OnDelete {
    /// They are deleted too.
    Cascade,
    /// They forbid it.
    Protect,
    /// They forbid it, unless they are deleted in the same go by another relation's cascade.
    Restrict,
    /// Their foreign key becomes null.
    SetNull,
    /// Their foreign key becomes its default.
    SetDefault,
    /// Their foreign key becomes this.
    Set(Default),
    /// Nothing is done here; the database may have its say.
    DoNothing,
}

/// What a foreign key or a one-to-one field points at.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKeyMeta {
    /// The model pointed at: `app.Model`, `Model` of the same app, or `self`.
    pub to: String,
    /// The field pointed at; the primary key when `None`.
    pub to_field: Option<String>,
    /// What happens here when the row pointed at is deleted.
    pub on_delete: OnDelete,
    /// The name of the way back; one that ends in `+` means there is none.
    pub related_name: Option<String>,
    /// The name of the way back in queries.
    pub related_query_name: Option<String>,
    /// Whether at most one row points at each.
    pub one_to_one: bool,
    /// Whether the database enforces the relation.
    pub db_constraint: bool,
    /// Whether this one-to-one relation leads to the model that this one adds columns to, so that rows here have the
    /// fields of that model too: Django's multi-table inheritance.
    pub parent_link: bool,
}

impl ForeignKeyMeta {
    /// A foreign key to the primary key of a model.
    pub fn new(to: impl Into<String>, on_delete: OnDelete) -> Self {
        ForeignKeyMeta {
            to: to.into(),
            to_field: None,
            on_delete,
            related_name: None,
            related_query_name: None,
            one_to_one: false,
            db_constraint: true,
            parent_link: false,
        }
    }

    /// Sets the name of the way back.
    #[must_use]
    pub fn related_name(mut self, name: impl Into<String>) -> Self {
        self.related_name = Some(name.into());
        self
    }

    /// Sets the name of the way back in queries.
    #[must_use]
    pub fn related_query_name(mut self, name: impl Into<String>) -> Self {
        self.related_query_name = Some(name.into());
        self
    }

    /// Sets the field pointed at, which must be unique.
    #[must_use]
    pub fn to_field(mut self, name: impl Into<String>) -> Self {
        self.to_field = Some(name.into());
        self
    }

    /// Sets whether the database enforces the relation.
    #[must_use]
    pub fn db_constraint(mut self, enforced: bool) -> Self {
        self.db_constraint = enforced;
        self
    }

    /// Makes the model at the other end the one that this one adds columns to: what its names lead to can be named
    /// here as well.
    ///
    /// ```
    /// use embellie_core::{Registry, field::FieldKind, meta::{FieldMeta, ModelMeta, OnDelete}};
    /// let link = FieldMeta::one_to_one("place_ptr", "Place", OnDelete::Cascade).primary_key();
    /// let registry = Registry::build([
    ///     ModelMeta::new("food", "Place").field(FieldMeta::new("name", FieldKind::Char).max_length(50)),
    ///     ModelMeta::new("food", "Restaurant").field(link.relation(|relation| relation.parent_link())),
    /// ])?;
    /// assert_eq!(registry.model("food.Restaurant")?.inherited("name"), Some(0));
    /// # Ok::<(), embellie_core::Error>(())
    /// ```
    #[must_use]
    pub fn parent_link(mut self) -> Self {
        self.parent_link = true;
        self
    }
}

/// A many-to-many relation's declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct ManyToManyMeta {
    /// The field's name.
    pub name: String,
    /// The model at the other end: `app.Model`, `Model` of the same app, or `self`.
    pub to: String,
    /// The model between, when it is declared: `app.Model` or `Model`.
    pub through: Option<String>,
    /// The foreign keys of the model between: to this side, and to the other.
    pub through_fields: Option<(String, String)>,
    /// The table between, when it is not declared as a model.
    pub table: Option<String>,
    /// The name of the way back; one that ends in `+` means there is none.
    pub related_name: Option<String>,
    /// The name of the way back in queries.
    pub related_query_name: Option<String>,
    /// For a relation to `self`: whether it always holds both ways.
    pub symmetrical: bool,
    /// Whether the database enforces the foreign keys of the table between.
    pub db_constraint: bool,
    /// The field's name for people.
    pub verbose_name: Option<String>,
}

impl ManyToManyMeta {
    /// A many-to-many relation by a table of its own. To `self` it is symmetrical.
    pub fn new(name: impl Into<String>, to: impl Into<String>) -> Self {
        let to = to.into();
        ManyToManyMeta {
            name: name.into(),
            symmetrical: to == "self",
            to,
            through: None,
            through_fields: None,
            table: None,
            related_name: None,
            related_query_name: None,
            db_constraint: true,
            verbose_name: None,
        }
    }

    /// Sets the model between.
    #[must_use]
    pub fn through(mut self, model: impl Into<String>) -> Self {
        self.through = Some(model.into());
        self
    }

    /// Sets which foreign keys of the model between lead to this side and to the other.
    #[must_use]
    pub fn through_fields(mut self, source: impl Into<String>, target: impl Into<String>) -> Self {
        self.through_fields = Some((source.into(), target.into()));
        self
    }

    /// Sets the name of the table between.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = Some(table.into());
        self
    }

    /// Sets the name of the way back.
    #[must_use]
    pub fn related_name(mut self, name: impl Into<String>) -> Self {
        self.related_name = Some(name.into());
        self
    }

    /// Sets the name of the way back in queries.
    #[must_use]
    pub fn related_query_name(mut self, name: impl Into<String>) -> Self {
        self.related_query_name = Some(name.into());
        self
    }

    /// Sets whether a relation to `self` always holds both ways.
    #[must_use]
    pub fn symmetrical(mut self, symmetrical: bool) -> Self {
        self.symmetrical = symmetrical;
        self
    }

    /// Sets whether the database enforces the foreign keys of the table between.
    #[must_use]
    pub fn db_constraint(mut self, enforced: bool) -> Self {
        self.db_constraint = enforced;
        self
    }
}

/// A relation without a column of its own: it goes by columns that are declared anyway.
///
/// ```
/// use embellie_core::{Registry, field::FieldKind, meta::{FieldMeta, ModelMeta, OnDelete, RelationMeta}};
/// let registry = Registry::build([
///     ModelMeta::new("shop", "Line")
///         .field(FieldMeta::new("order", FieldKind::BigInteger))
///         .field(FieldMeta::new("number", FieldKind::Integer))
///         .composite_primary_key(["order", "number"]),
///     ModelMeta::new("shop", "Refund")
///         .field(FieldMeta::new("order", FieldKind::BigInteger))
///         .field(FieldMeta::new("line_number", FieldKind::Integer))
///         .relation(RelationMeta::new("line", "Line", [("order", "order"), ("line_number", "number")])),
/// ])?;
/// assert_eq!(registry.model("shop.Refund")?.relations()[0].pairs, [(1, 0), (2, 1)]);
/// # Ok::<(), embellie_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RelationMeta {
    /// The relation's name.
    pub name: String,
    /// The model at the other end: `app.Model`, `Model` of the same app, or `self`.
    pub to: String,
    /// What it goes by.
    pub by: RelationBy,
    /// What happens here when the row pointed at is deleted. What points generically is deleted, whatever this says.
    pub on_delete: OnDelete,
    /// The name of the way back; one that ends in `+` means there is none. A generic relation has none unless
    /// [`related_query_name`](RelationMeta::related_query_name) gives it one.
    pub related_name: Option<String>,
    /// The name of the way back in queries.
    pub related_query_name: Option<String>,
    /// Whether a row may have none at the other end.
    pub null: bool,
}

/// What a relation without a column of its own goes by.
#[derive(Debug, Clone, PartialEq)]
pub enum RelationBy {
    /// Fields here and the fields at the other end that hold the same: Django's `ForeignObject`.
    Fields(Vec<(String, String)>),
    /// Two fields at the other end, which point at rows of any model: Django's `GenericRelation`, the way back of a
    /// `GenericForeignKey`.
    Generic {
        /// The foreign key to the content type.
        content_type: String,
        /// The field that holds the primary key.
        object_id: String,
        /// The label of the model whose content type rows here have, unless it is this one's: a proxy's.
        content_type_of: Option<String>,
    },
}

impl RelationMeta {
    /// A relation over several columns, to one row at most: pairs of a field here and the field there that holds the
    /// same. Django's `ForeignObject`.
    pub fn new(
        name: impl Into<String>,
        to: impl Into<String>,
        fields: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        let fields = fields.into_iter().map(|(here, there)| (here.into(), there.into()));
        Self::by(name, to, RelationBy::Fields(fields.collect()))
    }

    /// The rows that point at rows of this model by a content type and a key. Django's `GenericRelation`.
    pub fn generic(
        name: impl Into<String>,
        to: impl Into<String>,
        content_type: impl Into<String>,
        object_id: impl Into<String>,
    ) -> Self {
        let (content_type, object_id) = (content_type.into(), object_id.into());
        Self::by(name, to, RelationBy::Generic { content_type, object_id, content_type_of: None })
    }

    fn by(name: impl Into<String>, to: impl Into<String>, by: RelationBy) -> Self {
        RelationMeta {
            name: name.into(),
            to: to.into(),
            by,
            on_delete: OnDelete::Cascade,
            related_name: None,
            related_query_name: None,
            null: false,
        }
    }

    /// Sets what happens here when the row pointed at is deleted.
    #[must_use]
    pub fn on_delete(mut self, on_delete: OnDelete) -> Self {
        self.on_delete = on_delete;
        self
    }

    /// Sets the name of the way back.
    #[must_use]
    pub fn related_name(mut self, name: impl Into<String>) -> Self {
        self.related_name = Some(name.into());
        self
    }

    /// Sets the name of the way back in queries.
    #[must_use]
    pub fn related_query_name(mut self, name: impl Into<String>) -> Self {
        self.related_query_name = Some(name.into());
        self
    }

    /// Lets rows have none at the other end.
    #[must_use]
    pub fn null(mut self) -> Self {
        self.null = true;
        self
    }

    /// Whether rows of any model can be pointed at.
    pub fn is_generic(&self) -> bool {
        matches!(self.by, RelationBy::Generic { .. })
    }
}
