//! Functions that embellie does not know.

use std::borrow::Cow;

use super::Expr;
use crate::field::FieldKind;

/// A database function given by its name, or by a text that differs from database to database: Django's `Func`.
///
/// In a template, `{name}` stands for the function's name, `{arguments}` for all arguments with commas between, and
/// `{0}`, `{1}`, … for each; braces themselves are doubled. A template is program text: never make one of what users
/// type.
///
/// ```
/// use embellie_core::Expr;
/// use embellie_core::expr::Func;
/// use embellie_core::field::FieldKind;
/// let soundex = Func::new("SOUNDEX", [Expr::path("name")]).kind(FieldKind::Text);
/// let hex = Func::new("HEX", [Expr::path("id")]).template("postgres", "to_hex({0})");
/// assert_eq!(Expr::from(soundex).to_string(), "Func(F('name'), function='SOUNDEX')");
/// # let _ = hex;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Func {
    /// The function's name: letters, digits, underscores and, between a schema and a name, one point.
    pub name: Cow<'static, str>,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// The text; `{name}({arguments})` when `None`.
    pub template: Option<Cow<'static, str>>,
    /// Other texts, by the name of a dialect.
    pub templates: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// What it gives; what the arguments have in common when `None`.
    pub kind: Option<FieldKind>,
    /// Whether it makes one value of many rows.
    pub aggregate: bool,
}

impl Func {
    /// A function of some arguments.
    pub fn new(name: impl Into<Cow<'static, str>>, arguments: impl IntoIterator<Item = Expr>) -> Self {
        Func {
            name: name.into(),
            arguments: arguments.into_iter().collect(),
            template: None,
            templates: Vec::new(),
            kind: None,
            aggregate: false,
        }
    }

    /// The text for a dialect: `sqlite`, `postgres`.
    #[must_use]
    pub fn template(mut self, dialect: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        self.templates.push((dialect.into(), text.into()));
        self
    }

    /// The text for all dialects that have none of their own.
    #[must_use]
    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.template = Some(text.into());
        self
    }

    /// What it gives.
    #[must_use]
    pub fn kind(mut self, kind: FieldKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// It makes one value of many rows.
    #[must_use]
    pub fn aggregate(mut self) -> Self {
        self.aggregate = true;
        self
    }
}
