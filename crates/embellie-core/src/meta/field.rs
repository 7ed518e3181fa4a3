//! A field's declaration.

use super::{ForeignKeyMeta, OnDelete};
use crate::field::FieldKind;
use crate::{Error, Expr, Value};

/// A field with a column of its own.
///
/// ```
/// use embellie_core::{field::FieldKind, meta::FieldMeta};
/// let title = FieldMeta::new("title", FieldKind::Char).max_length(200).unique();
/// assert_eq!(title.column, "title");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FieldMeta {
    /// The field's name.
    pub name: String,
    /// The column's name.
    pub column: String,
    /// What the column holds.
    pub kind: FieldKind,
    /// The greatest length of a text, in characters; of an array of texts, that of each.
    pub max_length: Option<u32>,
    /// How many elements an array should have at most: the `size` of Django's `ArrayField`. Validation asks for it;
    /// databases do not.
    pub size: Option<u32>,
    /// Whether the column may be null.
    pub null: bool,
    /// Whether a form may leave the field empty. Metadata.
    pub blank: bool,
    /// Whether the field is the primary key.
    pub primary_key: bool,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// Whether the column has an index of its own.
    pub index: bool,
    /// What a new object has when nothing is said.
    pub default: Option<Default>,
    /// What the database fills in when nothing is said.
    pub db_default: Option<Expr>,
    /// What the database computes the column from: Django's `GeneratedField`, whose `output_field` the rest of the
    /// declaration is.
    pub generated: Option<Generated>,
    /// Whether every save sets the current date or time.
    pub auto_now: bool,
    /// Whether creation sets the current date or time.
    pub auto_now_add: bool,
    /// The values allowed, with labels; none at all allows any.
    pub choices: Vec<Choice>,
    /// What a valid value must satisfy. Run by validation, not by save, as in Django.
    pub validators: Vec<Validator>,
    /// What the field points at, for a foreign key or one-to-one.
    pub relation: Option<ForeignKeyMeta>,
    /// The field's name for people.
    pub verbose_name: Option<String>,
    /// What a person should know when filling it in.
    pub help_text: String,
}

/// How the database computes a column from others of its row: the rest of Django's `GeneratedField`.
///
/// Nothing is ever written to such a column; objects learn its value when they are saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The value, over columns of the same row.
    pub expression: Expr,
    /// Whether the value is stored when a row is written (`db_persist = True`), instead of computed when it is read.
    pub stored: bool,
}

impl Generated {
    /// A value that is computed when a row is written, and takes room there.
    pub fn stored(expression: impl Into<Expr>) -> Self {
        Generated { expression: expression.into(), stored: true }
    }

    /// A value that is computed when a row is read. Not every database has such columns.
    pub fn unstored(expression: impl Into<Expr>) -> Self {
        Generated { expression: expression.into(), stored: false }
    }
}

/// What a new object has when nothing is said.
#[derive(Debug, Clone)]
pub enum Default {
    /// Always the same value, in stored form.
    Value(Value),
    /// What a function gives at each creation.
    Function(fn() -> Value),
}

impl Default {
    /// The value for one new object.
    pub fn get(&self) -> Value {
        match self {
            Default::Value(value) => value.clone(),
            Default::Function(function) => function(),
        }
    }
}

impl PartialEq for Default {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Default::Value(a), Default::Value(b)) => a == b,
            (Default::Function(a), Default::Function(b)) => std::ptr::fn_addr_eq(*a, *b),
            _ => false,
        }
    }
}

/// One of the values that a field may have.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The value, in stored form.
    pub value: Value,
    /// What people see.
    pub label: String,
}

/// What a valid value must satisfy.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Validator {
    /// At least this.
    MinValue(Value),
    /// At most this.
    MaxValue(Value),
    /// At least so many characters.
    MinLength(u32),
    /// At most so many characters.
    MaxLength(u32),
    /// The text has a match for this regular expression.
    Regex(String),
    /// The text is an e-mail address.
    Email,
    /// The text is letters, digits, hyphens and underscores.
    Slug,
    /// The text is a URL.
    Url,
    /// A function decides.
    Custom {
        /// The function's name, for messages.
        name: &'static str,
        /// The function: [`Error::Validation`] refuses the value.
        check: fn(&Value) -> Result<(), Error>,
    },
}

impl PartialEq for Validator {
    fn eq(&self, other: &Self) -> bool {
        use Validator as V;
        match (self, other) {
            (V::MinValue(a), V::MinValue(b)) | (V::MaxValue(a), V::MaxValue(b)) => a == b,
            (V::MinLength(a), V::MinLength(b)) | (V::MaxLength(a), V::MaxLength(b)) => a == b,
            (V::Regex(a), V::Regex(b)) => a == b,
            (V::Email, V::Email) | (V::Slug, V::Slug) | (V::Url, V::Url) => true,
            (V::Custom { name: a, .. }, V::Custom { name: b, .. }) => a == b,
            _ => false,
        }
    }
}

impl FieldMeta {
    /// A field that is not null, has no default, and a column of the same name.
    ///
    /// As in Django, an e-mail address has a `max_length` of 254, a URL of 200 and a slug of 50, and a slug has an
    /// index.
    pub fn new(name: impl Into<String>, kind: FieldKind) -> Self {
        let name = name.into();
        let max_length = match kind.innermost() {
            FieldKind::Email => Some(254),
            FieldKind::Url => Some(200),
            FieldKind::Slug => Some(50),
            _ => None,
        };
        FieldMeta {
            column: name.clone(),
            name,
            kind,
            max_length,
            size: None,
            null: false,
            blank: false,
            primary_key: false,
            unique: false,
            index: kind == FieldKind::Slug,
            default: None,
            db_default: None,
            generated: None,
            auto_now: false,
            auto_now_add: false,
            choices: Vec::new(),
            validators: Vec::new(),
            relation: None,
            verbose_name: None,
            help_text: String::new(),
        }
    }

    /// A foreign key to a model, given by its label `app.Model` or, within the same app, by `Model`; `self` is the
    /// model itself. Its column is `name_id`, and it has an index, as in Django.
    pub fn foreign_key(name: impl Into<String>, to: impl Into<String>, on_delete: OnDelete) -> Self {
        let mut field = FieldMeta::new(name, FieldKind::ForeignKey);
        field.column = format!("{}_id", field.name);
        field.index = true;
        field.relation = Some(ForeignKeyMeta::new(to, on_delete));
        field
    }

    /// A one-to-one relation: a foreign key that is unique.
    pub fn one_to_one(name: impl Into<String>, to: impl Into<String>, on_delete: OnDelete) -> Self {
        let mut field = FieldMeta::foreign_key(name, to, on_delete);
        field.index = false;
        field.unique = true;
        if let Some(relation) = &mut field.relation {
            relation.one_to_one = true;
        }
        field
    }

    /// The name of the stored value: the field's own, or `author_id` for a foreign key `author`.
    pub fn attname(&self) -> String {
        if self.relation.is_some() { format!("{}_id", self.name) } else { self.name.clone() }
    }

    /// Sets the column's name.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = column.into();
        self
    }

    /// Sets the greatest length, in characters.
    #[must_use]
    pub fn max_length(mut self, length: u32) -> Self {
        self.max_length = Some(length);
        self
    }

    /// Sets how many elements an array should have at most.
    #[must_use]
    pub fn size(mut self, size: u32) -> Self {
        self.size = Some(size);
        self
    }

    /// Allows null.
    #[must_use]
    pub fn null(mut self) -> Self {
        self.null = true;
        self
    }

    /// Lets forms leave the field empty.
    #[must_use]
    pub fn blank(mut self) -> Self {
        self.blank = true;
        self
    }

    /// Makes the field the primary key.
    #[must_use]
    pub fn primary_key(mut self) -> Self {
        self.primary_key = true;
        self
    }

    /// Makes the field unique.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Gives the column an index, or takes it away.
    #[must_use]
    pub fn index(mut self, index: bool) -> Self {
        self.index = index;
        self
    }

    /// Sets the default of new objects, in stored form.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(Default::Value(value.into()));
        self
    }

    /// Sets the function that gives the default of each new object.
    #[must_use]
    pub fn default_fn(mut self, function: fn() -> Value) -> Self {
        self.default = Some(Default::Function(function));
        self
    }

    /// Sets what the database fills in.
    #[must_use]
    pub fn db_default(mut self, expr: impl Into<Expr>) -> Self {
        self.db_default = Some(expr.into());
        self
    }

    /// Lets the database compute the value. The field may then be left blank.
    ///
    /// ```
    /// use embellie_core::{Expr, field::FieldKind, meta::{FieldMeta, Generated}};
    /// let total = Expr::path("price") * Expr::path("amount");
    /// let field = FieldMeta::new("total", FieldKind::Integer).generated(Generated::stored(total));
    /// assert!(field.is_generated());
    /// ```
    #[must_use]
    pub fn generated(mut self, generated: Generated) -> Self {
        self.generated = Some(generated);
        self.blank = true;
        self
    }

    /// Whether the database computes the value.
    pub fn is_generated(&self) -> bool {
        self.generated.is_some()
    }

    /// Sets the current date or time at every save.
    #[must_use]
    pub fn auto_now(mut self) -> Self {
        self.auto_now = true;
        self
    }

    /// Sets the current date or time at creation.
    #[must_use]
    pub fn auto_now_add(mut self) -> Self {
        self.auto_now_add = true;
        self
    }

    /// Sets the values allowed.
    #[must_use]
    pub fn choices(mut self, choices: Vec<Choice>) -> Self {
        self.choices = choices;
        self
    }

    /// Adds a validator.
    #[must_use]
    pub fn validator(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// Changes the relation of a foreign key; nothing happens on other fields.
    #[must_use]
    pub fn relation(mut self, change: impl FnOnce(ForeignKeyMeta) -> ForeignKeyMeta) -> Self {
        self.relation = self.relation.map(change);
        self
    }

    /// Sets the name for people.
    #[must_use]
    pub fn verbose_name(mut self, name: impl Into<String>) -> Self {
        self.verbose_name = Some(name.into());
        self
    }

    /// Sets the help text.
    #[must_use]
    pub fn help_text(mut self, text: impl Into<String>) -> Self {
        self.help_text = text.into();
        self
    }
}
