//! A model's field, as it is written.

use proc_macro2::{Ident, TokenStream};
use syn::spanned::Spanned;
use syn::{Attribute, Error, GenericArgument, Meta, PathArguments, Type};

use crate::options::{Opt, choices, read};
use crate::tokens::plain;

/// A field.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) vis: syn::Visibility,
    /// What is kept of its attributes.
    pub(crate) attrs: Vec<Attribute>,
    /// The type as it is written.
    pub(crate) ty: Type,
    /// The type without `Option`.
    pub(crate) base: Type,
    pub(crate) null: bool,
    pub(crate) kind: Kind,
    pub(crate) options: FieldOptions,
}

/// What a field's type is.
pub(crate) enum Kind {
    /// A value.
    Plain,
    /// `ForeignKey<T>` or `OneToOne<T>`.
    Key { target: Type, one_to_one: bool },
    /// `ManyToMany<T>`.
    Link { target: Type },
}

/// A field's options.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) primary_key: bool,
    pub(crate) auto: bool,
    pub(crate) unique: bool,
    pub(crate) index: Option<bool>,
    pub(crate) blank: bool,
    pub(crate) auto_now: bool,
    pub(crate) auto_now_add: bool,
    pub(crate) column: Option<String>,
    pub(crate) table: Option<String>,
    pub(crate) max_length: Option<u32>,
    pub(crate) size: Option<u32>,
    pub(crate) max_digits: Option<u32>,
    pub(crate) decimal_places: Option<u32>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) default: Option<TokenStream>,
    pub(crate) db_default: Option<TokenStream>,
    /// What the database computes the field from.
    pub(crate) generated: Option<TokenStream>,
    /// Whether a generated field is stored.
    pub(crate) stored: Option<bool>,
    pub(crate) validators: Vec<Opt>,
    pub(crate) on_delete: Option<(Ident, Option<TokenStream>)>,
    pub(crate) related_name: Option<String>,
    pub(crate) related_query_name: Option<String>,
    pub(crate) db_constraint: Option<bool>,
    pub(crate) to_field: Option<String>,
    pub(crate) through: Option<TokenStream>,
    pub(crate) through_fields: Option<(String, String)>,
    pub(crate) symmetrical: Option<bool>,
    pub(crate) verbose_name: Option<String>,
    pub(crate) help_text: Option<String>,
}

/// The options of all fields.
const OPTIONS: [&str; 38] = [
    "primary_key",
    "auto",
    "unique",
    "index",
    "blank",
    "auto_now",
    "auto_now_add",
    "column",
    "table",
    "max_length",
    "size",
    "max_digits",
    "decimal_places",
    "kind",
    "default",
    "db_default",
    "generated",
    "stored",
    "validators",
    "on_delete",
    "related_name",
    "related_query_name",
    "db_constraint",
    "to_field",
    "through",
    "through_fields",
    "symmetrical",
    "verbose_name",
    "help_text",
    "email",
    "slug",
    "url",
    "small_auto",
    "big_auto",
    "positive_integer",
    "text",
    "char",
    "choices",
];

/// The kinds that a field's type alone does not tell, with the name of core's variant.
const KINDS: [(&str, &str); 18] = [
    ("email", "Email"),
    ("slug", "Slug"),
    ("url", "Url"),
    ("char", "Char"),
    ("text", "Text"),
    ("small_auto", "SmallAuto"),
    ("auto", "Auto"),
    ("big_auto", "BigAuto"),
    ("small_integer", "SmallInteger"),
    ("integer", "Integer"),
    ("big_integer", "BigInteger"),
    ("positive_small_integer", "PositiveSmallInteger"),
    ("positive_integer", "PositiveInteger"),
    ("positive_big_integer", "PositiveBigInteger"),
    ("json", "Json"),
    ("binary", "Binary"),
    ("float", "Float"),
    ("decimal", "DECIMAL"),
];

/// What may happen when the row pointed at is deleted.
const ON_DELETE: [&str; 7] = ["Cascade", "Protect", "Restrict", "SetNull", "SetDefault", "Set", "DoNothing"];

impl Field {
    /// Reads a field. What is wrong with it is an error each, and left out.
    pub(crate) fn read(field: syn::Field, errors: &mut Vec<Error>) -> Option<Field> {
        let ident = field.ident?;
        let (given, attrs): (Vec<Attribute>, Vec<Attribute>) =
            field.attrs.into_iter().partition(|attribute| attribute.path().is_ident("field"));
        let option = argument(&field.ty, &["Option"]);
        let null = option.is_some();
        let base = option.map_or_else(|| field.ty.clone(), |(_, inner)| inner);
        let kind = match argument(&base, &["ForeignKey", "OneToOne", "ManyToMany"]) {
            Some((name, target)) if name == "ManyToMany" => Kind::Link { target },
            Some((name, target)) => Kind::Key { target, one_to_one: name == "OneToOne" },
            None => Kind::Plain,
        };
        let mut options = FieldOptions::default();
        for attribute in given {
            let tokens = match attribute.meta {
                Meta::List(list) => list.tokens,
                other => {
                    errors.push(Error::new(other.span(), "expected options, as in `#[field(unique)]`"));
                    continue;
                }
            };
            for option in read(tokens, errors) {
                if let Err(error) = options.set(&option, &kind) {
                    errors.push(error);
                    if option.name == "on_delete" {
                        // It was given, so it is not missing.
                        options.on_delete = Some((Ident::new("Cascade", option.name.span()), None));
                    }
                }
            }
        }
        let name = plain(&ident);
        let read = Field { name, vis: field.vis, attrs, ty: field.ty, base, null, kind, options, ident };
        read.check(errors);
        Some(read)
    }

    pub(crate) fn is_link(&self) -> bool {
        matches!(self.kind, Kind::Link { .. })
    }

    /// The model at the other end of a relation.
    pub(crate) fn target(&self) -> Option<&Type> {
        match &self.kind {
            Kind::Plain => None,
            Kind::Key { target, .. } | Kind::Link { target } => Some(target),
        }
    }

    /// Whether the database counts the field up.
    pub(crate) fn is_auto(&self) -> bool {
        self.options.auto || matches!(self.options.kind, Some("SmallAuto" | "Auto" | "BigAuto"))
    }

    fn check(&self, errors: &mut Vec<Error>) {
        let mut wrong = |message: &str| errors.push(Error::new(self.ident.span(), message));
        match &self.kind {
            Kind::Key { .. } => match &self.options.on_delete {
                None => wrong(
                    "`on_delete` is missing: `#[field(on_delete = Cascade)]`, or `Protect`, `Restrict`, `SetNull`, \
                     `SetDefault`, `Set(…)`, `DoNothing`",
                ),
                Some((name, _)) if name == "SetNull" && !self.null => {
                    wrong("`on_delete = SetNull` needs a field that may be null: `Option<…>`");
                }
                Some((name, _)) if name == "SetDefault" && self.options.default.is_none() => {
                    wrong("`on_delete = SetDefault` needs a `default`");
                }
                _ => {}
            },
            Kind::Link { .. } if self.null => wrong("a many-to-many relation is not an `Option`: it may be empty"),
            _ => {}
        }
        if self.options.primary_key && self.null {
            wrong("a primary key is not an `Option`");
        }
        let set = [
            ("default", self.options.default.is_some()),
            ("db_default", self.options.db_default.is_some()),
            ("auto_now", self.options.auto_now),
            ("auto_now_add", self.options.auto_now_add),
            ("auto", self.is_auto()),
            ("primary_key", self.options.primary_key),
        ];
        match (&self.options.generated, self.options.stored) {
            (Some(_), None) => wrong(
                "`generated` lacks `stored`: the value is computed when a row is written, or with `stored = false` when \
                 it is read",
            ),
            (None, Some(_)) => wrong("`stored` is an option of generated fields"),
            (Some(_), _) if matches!(self.kind, Kind::Key { .. }) => wrong("a relation is not generated"),
            (Some(_), _) => {
                for (option, _) in set.iter().filter(|(_, set)| *set) {
                    wrong(&format!("a generated field has no `{option}`: the database computes its value"));
                }
            }
            (None, None) => {}
        }
    }
}

/// The type argument of a type whose last name is one of `names`.
fn argument(ty: &Type, names: &[&str]) -> Option<(String, Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let name = last.ident.to_string();
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if names.contains(&name.as_str()) && arguments.args.len() == 1 => {
            Some((name, inner.clone()))
        }
        _ => None,
    }
}

impl FieldOptions {
    fn set(&mut self, option: &Opt, kind: &Kind) -> Result<(), Error> {
        let name = option.name.to_string();
        let relation = !matches!(kind, Kind::Plain);
        let link = matches!(kind, Kind::Link { .. });
        let only = |allowed: bool, what: &str| match allowed {
            true => Ok(()),
            false => Err(Error::new(option.name.span(), format!("`{name}` is an option of {what}"))),
        };
        match name.as_str() {
            "on_delete" | "to_field" => only(relation && !link, "foreign keys and one-to-one fields")?,
            "related_name" | "related_query_name" | "db_constraint" => only(relation, "relations")?,
            "through" | "through_fields" | "symmetrical" | "table" => only(link, "many-to-many relations")?,
            "verbose_name" => {}
            _ => only(!link, "fields with a column")?,
        }
        match name.as_str() {
            "primary_key" => self.primary_key = option.flag()?,
            "auto" => self.auto = option.flag()?,
            "unique" => self.unique = option.flag()?,
            "index" => self.index = Some(option.flag()?),
            "blank" => self.blank = option.flag()?,
            "auto_now" => self.auto_now = option.flag()?,
            "auto_now_add" => self.auto_now_add = option.flag()?,
            "column" => self.column = Some(option.text()?),
            "table" => self.table = Some(option.text()?),
            "max_length" => self.max_length = Some(option.number()?),
            "size" => self.size = Some(option.number()?),
            "max_digits" => self.max_digits = Some(option.number()?),
            "decimal_places" => self.decimal_places = Some(option.number()?),
            "kind" => self.kind = Some(kind_named(option)?),
            "default" => self.default = Some(option.tokens()?),
            "db_default" => self.db_default = Some(option.tokens()?),
            "generated" => self.generated = Some(option.tokens()?),
            "stored" => self.stored = Some(option.flag()?),
            "validators" => self.validators = validators(option)?,
            "on_delete" => self.on_delete = Some(on_delete(option)?),
            "related_name" => self.related_name = Some(option.text()?),
            "related_query_name" => self.related_query_name = Some(option.text()?),
            "db_constraint" => self.db_constraint = Some(option.flag()?),
            "to_field" => self.to_field = Some(option.text()?),
            "through" => self.through = Some(option.tokens()?),
            "through_fields" => self.through_fields = Some(through_fields(option)?),
            "symmetrical" => self.symmetrical = Some(option.flag()?),
            "verbose_name" => self.verbose_name = Some(option.text()?),
            "help_text" => self.help_text = Some(option.text()?),
            "choices" => {
                return Err(Error::new(
                    option.name.span(),
                    "choices are an enum: derive `Choices` for it and make it the field's type",
                ));
            }
            "null" => {
                return Err(Error::new(option.name.span(), "a field that may be null is an `Option<…>`"));
            }
            other => match KINDS.iter().find(|(kind, _)| *kind == other) {
                Some((_, kind)) => {
                    option.flag()?;
                    self.kind = Some(kind);
                }
                None => {
                    return Err(Error::new(
                        option.name.span(),
                        format!("there is no option `{other}`: {}", choices(other, &OPTIONS)),
                    ));
                }
            },
        }
        Ok(())
    }
}

fn kind_named(option: &Opt) -> Result<&'static str, Error> {
    let name = option.text()?;
    KINDS.iter().find(|(kind, _)| *kind == name).map(|(_, variant)| *variant).ok_or_else(|| {
        let known: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        Error::new(span_of(option), format!("there is no kind `{name}`: {}", choices(&name, &known)))
    })
}

fn span_of(option: &Opt) -> proc_macro2::Span {
    match &option.value {
        crate::options::Value::Is(tokens) => tokens.span(),
        _ => option.name.span(),
    }
}

fn on_delete(option: &Opt) -> Result<(Ident, Option<TokenStream>), Error> {
    let mut tokens = option.tokens()?.into_iter();
    let Some(proc_macro2::TokenTree::Ident(name)) = tokens.next() else {
        return Err(Error::new(span_of(option), format!("`on_delete` is one of: {}", ON_DELETE.join(", "))));
    };
    let text = name.to_string();
    if !ON_DELETE.contains(&text.as_str()) {
        return Err(Error::new(name.span(), format!("`on_delete` is not `{text}`: {}", choices(&text, &ON_DELETE))));
    }
    let argument = match (tokens.next(), text == "Set") {
        (Some(proc_macro2::TokenTree::Group(group)), true) => Some(group.stream()),
        (None, false) => None,
        (_, true) => return Err(Error::new(name.span(), "`Set` takes a value, as in `Set(1)`")),
        (Some(other), false) => return Err(Error::new(other.span(), format!("`{text}` takes no value"))),
    };
    Ok((name, argument))
}

fn through_fields(option: &Opt) -> Result<(String, String), Error> {
    let example = "through_fields(group, person)";
    let names: Vec<String> = option.list(example)?.iter().map(|name| name.to_string().replace('"', "")).collect();
    match names.as_slice() {
        [source, target] => Ok((source.clone(), target.clone())),
        _ => Err(Error::new(option.name.span(), format!("`through_fields` takes two names, as in `{example}`"))),
    }
}

/// The validators.
const VALIDATORS: [&str; 9] =
    ["min_value", "max_value", "min_length", "max_length", "regex", "email", "slug", "url", "custom"];

fn validators(option: &Opt) -> Result<Vec<Opt>, Error> {
    let crate::options::Value::List(tokens) = &option.value else {
        option.list("validators(min_value(0), email)")?;
        return Ok(Vec::new());
    };
    let mut errors = Vec::new();
    let validators = read(tokens.clone(), &mut errors);
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    match validators.iter().find(|validator| !VALIDATORS.contains(&validator.name.to_string().as_str())) {
        None => Ok(validators),
        Some(unknown) => {
            let name = unknown.name.to_string();
            let choices = choices(&name, &VALIDATORS);
            Err(Error::new(unknown.name.span(), format!("there is no validator `{name}`: {choices}")))
        }
    }
}
