//! A model's options.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Error, LitStr};

use super::condition;
use crate::options::{Opt, choices, read};

/// A model's options.
#[derive(Default)]
pub(crate) struct ModelOptions {
    pub(crate) app: Option<String>,
    pub(crate) table: Option<String>,
    /// The fields that are the primary key together, and where they are named.
    pub(crate) primary_key: Option<(Span, Vec<LitStr>)>,
    pub(crate) ordering: Vec<String>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) unique_together: Vec<Vec<String>>,
    pub(crate) get_latest_by: Vec<String>,
    pub(crate) managed: Option<bool>,
    pub(crate) default_related_name: Option<String>,
    pub(crate) verbose_name: Option<String>,
    pub(crate) verbose_name_plural: Option<String>,
}

/// An index.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) name: Option<String>,
    pub(crate) fields: Vec<String>,
    pub(crate) condition: Option<TokenStream>,
    pub(crate) include: Vec<String>,
    pub(crate) opclasses: Vec<String>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) expression: Option<TokenStream>,
    /// When a constraint is checked.
    pub(crate) deferrable: Option<Ident>,
    pub(crate) nulls_distinct: Option<bool>,
}

/// A constraint.
pub(crate) enum Constraint {
    Unique(Index),
    Check { name: String, condition: TokenStream },
}

const OPTIONS: [&str; 12] = [
    "app",
    "table",
    "primary_key",
    "ordering",
    "indexes",
    "constraints",
    "unique_together",
    "get_latest_by",
    "managed",
    "default_related_name",
    "verbose_name",
    "verbose_name_plural",
];

/// The kinds of indexes, with the names of core's variants.
const INDEX_KINDS: [(&str, &str); 7] = [
    ("btree", "BTree"),
    ("hash", "Hash"),
    ("gin", "Gin"),
    ("gist", "Gist"),
    ("spgist", "SpGist"),
    ("brin", "Brin"),
    ("bloom", "Bloom"),
];

impl ModelOptions {
    /// Reads the options. What is wrong is an error each, and left out.
    pub(crate) fn read(given: Vec<Opt>, errors: &mut Vec<Error>) -> Self {
        let mut options = ModelOptions::default();
        for option in given {
            if let Err(error) = options.set(&option, errors) {
                errors.push(error);
            }
        }
        options
    }

    fn set(&mut self, option: &Opt, errors: &mut Vec<Error>) -> Result<(), Error> {
        match option.name.to_string().as_str() {
            "app" => self.app = Some(option.text()?),
            "table" => self.table = Some(option.text()?),
            "primary_key" => self.primary_key = Some((option.name.span(), option.literals()?)),
            "ordering" => self.ordering = option.texts()?,
            "indexes" => {
                let example = "indexes(index(fields = [\"author\"]))";
                for part in option.list(example)? {
                    let (name, inner) = call(part, &["index"], example)?;
                    self.indexes.push(Index::read(read(inner, errors), &name, errors));
                }
            }
            "constraints" => {
                let example = "constraints(unique(name = \"…\", fields = [\"a\", \"b\"]))";
                for part in option.list(example)? {
                    let (name, inner) = call(part, &["unique", "check"], example)?;
                    let inner = read(inner, errors);
                    self.constraints.extend(Constraint::read(&name, inner, errors));
                }
            }
            "unique_together" => {
                self.unique_together =
                    option.text_lists().or_else(|error| option.texts().map(|names| vec![names]).map_err(|_| error))?
            }
            "get_latest_by" => self.get_latest_by = option.texts()?,
            "managed" => self.managed = Some(option.flag()?),
            "default_related_name" => self.default_related_name = Some(option.text()?),
            "verbose_name" => self.verbose_name = Some(option.text()?),
            "verbose_name_plural" => self.verbose_name_plural = Some(option.text()?),
            other => {
                return Err(Error::new(
                    option.name.span(),
                    format!("there is no option `{other}`: {}", choices(other, &OPTIONS)),
                ));
            }
        }
        Ok(())
    }
}

/// Reads `name(tokens)`.
fn call(part: TokenStream, names: &[&str], example: &str) -> Result<(Ident, TokenStream), Error> {
    let span = syn::spanned::Spanned::span(&part);
    let mut errors = Vec::new();
    let mut read = read(part, &mut errors);
    match (read.pop(), errors.pop()) {
        (Some(Opt { name, value: crate::options::Value::List(inner) }), None)
            if names.contains(&name.to_string().as_str()) =>
        {
            Ok((name, inner))
        }
        _ => Err(Error::new(span, format!("expected {}, as in `{example}`", names.join(" or ")))),
    }
}

impl Index {
    fn read(given: Vec<Opt>, name: &Ident, errors: &mut Vec<Error>) -> Self {
        let mut index = Index::default();
        let before = errors.len();
        for option in given {
            if let Err(error) = index.set(&option, name == "unique") {
                errors.push(error);
            }
        }
        if index.fields.is_empty() && index.expression.is_none() && errors.len() == before {
            let message = format!("`{name}` lacks its fields, as in `{name}(fields = [\"author\"])`");
            errors.push(Error::new(name.span(), message));
        }
        index
    }

    fn set(&mut self, option: &Opt, unique: bool) -> Result<(), Error> {
        match option.name.to_string().as_str() {
            "name" => self.name = Some(option.text()?),
            "fields" => self.fields = option.texts()?,
            "condition" => self.condition = Some(condition::of_option(option)?),
            "include" => self.include = option.texts()?,
            "opclasses" => self.opclasses = option.texts()?,
            "expression" => self.expression = Some(option.tokens()?),
            "kind" if !unique => {
                let kind = option.text()?;
                let known: Vec<&str> = INDEX_KINDS.iter().map(|(name, _)| *name).collect();
                let found = INDEX_KINDS.iter().find(|(name, _)| *name == kind);
                self.kind = Some(found.map(|(_, variant)| *variant).ok_or_else(|| {
                    let message = format!("there is no index kind `{kind}`: {}", choices(&kind, &known));
                    Error::new(option.name.span(), message)
                })?);
            }
            "deferrable" if unique => {
                let tokens = option.tokens()?;
                let when: Ident = syn::parse2(tokens.clone())
                    .ok()
                    .filter(|when: &Ident| when == "Deferred" || when == "Immediate")
                    .ok_or_else(|| Error::new_spanned(&tokens, "`deferrable` is `Deferred` or `Immediate`"))?;
                self.deferrable = Some(when);
            }
            "nulls_distinct" if unique => self.nulls_distinct = Some(option.flag()?),
            other => {
                let known: &[&str] = match unique {
                    true => &[
                        "name",
                        "fields",
                        "condition",
                        "include",
                        "opclasses",
                        "expression",
                        "deferrable",
                        "nulls_distinct",
                    ],
                    false => &["name", "fields", "condition", "include", "opclasses", "kind", "expression"],
                };
                return Err(Error::new(
                    option.name.span(),
                    format!("there is no option `{other}`: {}", choices(other, known)),
                ));
            }
        }
        Ok(())
    }
}

impl Constraint {
    fn read(name: &Ident, given: Vec<Opt>, errors: &mut Vec<Error>) -> Option<Self> {
        if name == "unique" {
            let index = Index::read(given, name, errors);
            if index.name.is_none() {
                errors.push(Error::new(name.span(), "a constraint has a name, as in `unique(name = \"…\", …)`"));
                return None;
            }
            return Some(Constraint::Unique(index));
        }
        let (mut text, mut condition) = (None, None);
        for option in given {
            let read = match option.name.to_string().as_str() {
                "name" => option.text().map(|name| text = Some(name)),
                "condition" => condition::of_option(&option).map(|tokens| condition = Some(tokens)),
                other => Err(Error::new(
                    option.name.span(),
                    format!("there is no option `{other}`: {}", choices(other, &["name", "condition"])),
                )),
            };
            if let Err(error) = read {
                errors.push(error);
                return None;
            }
        }
        match (text, condition) {
            (Some(name), Some(condition)) => Some(Constraint::Check { name, condition }),
            _ => {
                let message =
                    "a check has a name and a condition, as in `check(name = \"…\", condition = views__gte = 0)`";
                errors.push(Error::new(name.span(), message));
                None
            }
        }
    }
}
