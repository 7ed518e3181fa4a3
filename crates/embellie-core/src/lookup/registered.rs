//! Transforms and lookups that programs add.

use std::borrow::Cow;

use crate::expr::{DatePart, Function, TruncUnit};
use crate::field::FieldKind;
use crate::{Error, Result};

type Text = Cow<'static, str>;

/// A transform that a program adds: a name in paths, after fields of some kinds, that makes something else of their
/// values. Django's `register_lookup` with a `Transform`.
///
/// ```
/// use embellie_core::expr::Function;
/// use embellie_core::field::FieldKind;
/// use embellie_core::lookup::Transform;
///
/// // `title__length__gt=20`
/// let length = Transform::function("length", Function::Length).on(FieldKind::Char).on(FieldKind::Text);
///
/// // `age__parity=1`, by a text that all databases understand.
/// let parity = Transform::template("parity", "({0} % 2)").on(FieldKind::Integer);
///
/// // `name__bare="ann"` compares both sides without their accents.
/// let bare = Transform::template("bare", "unaccent({0})").for_dialect("sqlite", "lower({0})").on(FieldKind::Char);
/// let bare = bare.bilateral();
/// # let _ = (length, parity);
/// # assert_eq!(bare.name(), "bare");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Transform {
    pub(crate) name: Text,
    pub(crate) on: Vec<FieldKind>,
    body: TransformBody,
    output: Option<FieldKind>,
    bilateral: bool,
}

/// What a [`Transform`] does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TransformBody {
    /// A database function of the value alone.
    Function(Function),
    /// A part of a date or time.
    Extract(DatePart),
    /// A date or time cut down.
    Trunc(TruncUnit),
    /// A text with `{0}` for the value.
    Template(Templates),
}

/// A lookup that a program adds: a comparison at the end of paths to fields of some kinds. Django's `register_lookup`
/// with a `Lookup`.
///
/// ```
/// use embellie_core::field::FieldKind;
/// use embellie_core::lookup::CustomLookup;
///
/// // `rating__ne=3`, for every field.
/// let not_equal = CustomLookup::template("ne", "{0} <> {1}");
///
/// // `name__like="A%"`, with a text of its own for PostgreSQL.
/// let like = CustomLookup::template("like", "{0} LIKE {1}").for_dialect("postgres", "{0} SIMILAR TO {1}");
/// let like = like.on(FieldKind::Char);
/// # let _ = not_equal;
/// # assert_eq!(like.name(), "like");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CustomLookup {
    pub(crate) name: Text,
    pub(crate) on: Vec<FieldKind>,
    templates: Templates,
    takes: Option<FieldKind>,
}

/// A text for every database, and others for some. Braces that stand for themselves are doubled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Templates {
    all: Text,
    some: Vec<(Text, Text)>,
}

impl Templates {
    fn new(text: impl Into<Text>) -> Self {
        Templates { all: text.into(), some: Vec::new() }
    }

    /// The text for a dialect, as drivers name it.
    pub fn text(&self, dialect: &str) -> &str {
        self.some.iter().rev().find(|(name, _)| name == dialect).map_or(&self.all, |(_, text)| text)
    }
}

impl Transform {
    fn new(name: impl Into<Text>, body: TransformBody) -> Self {
        Transform { name: name.into(), on: Vec::new(), body, output: None, bilateral: false }
    }

    /// A function of the value: Django's `CharField.register_lookup(Length)`.
    pub fn function(name: impl Into<Text>, function: Function) -> Self {
        Transform::new(name, TransformBody::Function(function))
    }

    /// A part of a date or time.
    pub fn extract(name: impl Into<Text>, part: DatePart) -> Self {
        Transform::new(name, TransformBody::Extract(part))
    }

    /// A date or time cut down.
    pub fn trunc(name: impl Into<Text>, unit: TruncUnit) -> Self {
        Transform::new(name, TransformBody::Trunc(unit))
    }

    /// A text with `{0}` for the value. It is program text: never make one of what users type.
    pub fn template(name: impl Into<Text>, text: impl Into<Text>) -> Self {
        Transform::new(name, TransformBody::Template(Templates::new(text)))
    }

    /// The text for a dialect: `sqlite`, `postgres`. Of a transform by a text alone.
    #[must_use]
    pub fn for_dialect(mut self, dialect: impl Into<Text>, text: impl Into<Text>) -> Self {
        if let TransformBody::Template(templates) = &mut self.body {
            templates.some.push((dialect.into(), text.into()));
        }
        self
    }

    /// It is for fields of this kind too, and of those whose Django class derives from that of this kind: `Char` has
    /// emails, `Integer` has keys. Without any, it is for all fields.
    #[must_use]
    pub fn on(mut self, kind: FieldKind) -> Self {
        self.on.push(kind);
        self
    }

    /// What it gives: what the function gives, or for a text what the field holds, when it is not said.
    #[must_use]
    pub fn gives(mut self, kind: FieldKind) -> Self {
        self.output = Some(kind);
        self
    }

    /// It transforms what is compared with, too: Django's `bilateral = True`.
    #[must_use]
    pub fn bilateral(mut self) -> Self {
        self.bilateral = true;
        self
    }

    /// Its name in paths.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does.
    pub fn body(&self) -> &TransformBody {
        &self.body
    }

    /// What it is said to give.
    pub fn output(&self) -> Option<FieldKind> {
        self.output
    }

    /// Whether it transforms what is compared with, too.
    pub fn is_bilateral(&self) -> bool {
        self.bilateral
    }
}

impl CustomLookup {
    /// A condition by its text, with `{0}` for the left-hand side and `{1}` for the right-hand side. It is program text:
    /// never make one of what users type.
    pub fn template(name: impl Into<Text>, text: impl Into<Text>) -> Self {
        CustomLookup { name: name.into(), on: Vec::new(), templates: Templates::new(text), takes: None }
    }

    /// The text for a dialect: `sqlite`, `postgres`.
    #[must_use]
    pub fn for_dialect(mut self, dialect: impl Into<Text>, text: impl Into<Text>) -> Self {
        self.templates.some.push((dialect.into(), text.into()));
        self
    }

    /// It is for fields of this kind too, as [`Transform::on`] has it.
    #[must_use]
    pub fn on(mut self, kind: FieldKind) -> Self {
        self.on.push(kind);
        self
    }

    /// What the right-hand side is: what the left-hand side is, when it is not said.
    #[must_use]
    pub fn takes(mut self, kind: FieldKind) -> Self {
        self.takes = Some(kind);
        self
    }

    /// Its name in paths.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    pub fn templates(&self) -> &Templates {
        &self.templates
    }

    /// What the right-hand side is said to be.
    pub fn operand(&self) -> Option<FieldKind> {
        self.takes
    }
}

/// The transforms and lookups that a program has added.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registered {
    transforms: Vec<Transform>,
    lookups: Vec<CustomLookup>,
}

impl Registered {
    pub(crate) fn add_transform(&mut self, transform: Transform) -> Result<()> {
        check(&transform.name)?;
        self.transforms.push(transform);
        Ok(())
    }

    pub(crate) fn add_lookup(&mut self, lookup: CustomLookup) -> Result<()> {
        check(&lookup.name)?;
        self.lookups.push(lookup);
        Ok(())
    }

    /// The last one that was added of this name, for this kind.
    pub(crate) fn transform(&self, kind: Option<FieldKind>, name: &str) -> Option<&Transform> {
        self.transforms.iter().rev().find(|known| known.name == name && is_on(&known.on, kind))
    }

    pub(crate) fn lookup(&self, kind: Option<FieldKind>, name: &str) -> Option<&CustomLookup> {
        self.lookups.iter().rev().find(|known| known.name == name && is_on(&known.on, kind))
    }
}

fn is_on(on: &[FieldKind], kind: Option<FieldKind>) -> bool {
    on.is_empty() || kind.is_some_and(|kind| on.iter().any(|&class| kind.is_a(class)))
}

/// A name that can stand in a path.
fn check(name: &str) -> Result<()> {
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    if starts && name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.contains("__") {
        return Ok(());
    }
    Err(Error::ImproperlyConfigured(format!(
        "'{}' cannot be the name of a transform or lookup: letters, digits and single underscores can be",
        name.escape_debug()
    )))
}
