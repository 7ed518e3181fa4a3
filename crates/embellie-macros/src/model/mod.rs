//! `#[model]`.

mod condition;
mod emit;
mod field;
mod functions;
mod key;
mod meta;
mod options;
mod reverse;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr};

use field::Field;
use options::ModelOptions;

use crate::options::read;
use crate::tokens::{plain, report};

/// A model as it is written.
pub(crate) struct Model {
    pub(crate) item: DeriveInput,
    pub(crate) options: ModelOptions,
    /// The fields as they are written.
    pub(crate) fields: Vec<Field>,
    /// Whether `id` is added.
    pub(crate) adds_id: bool,
    /// Whether the fields that are named as the primary key cannot be it.
    pub(crate) key_is_wrong: bool,
}

impl Model {
    pub(crate) fn ident(&self) -> &Ident {
        &self.item.ident
    }

    pub(crate) fn name(&self) -> String {
        plain(&self.item.ident)
    }

    /// The fields with columns, in the order of their places; `id`, where it is added, has place 0.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, &Field)> {
        let first = usize::from(self.adds_id);
        self.fields.iter().filter(|field| !field.is_link()).enumerate().map(move |(i, field)| (i + first, field))
    }

    /// The many-to-many relations, with their places among the names.
    pub(crate) fn links(&self) -> impl Iterator<Item = (usize, &Field)> {
        let first = self.columns().count() + usize::from(self.adds_id);
        self.fields.iter().filter(|field| field.is_link()).enumerate().map(move |(i, field)| (i + first, field))
    }

    /// All fields as they are written, with their places among the names.
    pub(crate) fn places(&self) -> Vec<(usize, &Field)> {
        let (mut columns, mut links) = (self.columns(), self.links());
        self.fields.iter().filter_map(|field| if field.is_link() { links.next() } else { columns.next() }).collect()
    }

    /// The primary key.
    pub(crate) fn key(&self) -> Key<'_> {
        if let Some((_, names)) = &self.options.primary_key {
            let place = |name: &LitStr| self.columns().find(|(_, field)| key::is_named(field, &name.value()));
            return match self.key_is_wrong {
                true => Key::Wrong,
                false => Key::Together(names.iter().filter_map(place).collect()),
            };
        }
        match self.columns().find(|(_, field)| field.options.primary_key) {
            Some((_, field)) => Key::Field(field),
            None => Key::Added,
        }
    }
}

/// A model's primary key.
pub(crate) enum Key<'m> {
    /// The `id` that is added.
    Added,
    /// A field.
    Field(&'m Field),
    /// Several fields together, with their places.
    Together(Vec<(usize, &'m Field)>),
    /// Several fields that cannot be it, which is told.
    Wrong,
}

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut item: DeriveInput = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let mut errors = Vec::new();
    let Some(written) = named_fields(&mut item) else {
        let error = Error::new(item.ident.span(), "a model is a struct with named fields").to_compile_error();
        return quote!(#error #item);
    };
    if let Some(parameter) = item.generics.params.first() {
        let error = Error::new_spanned(parameter, "a model has no type parameters").to_compile_error();
        return quote!(#error #item);
    }
    let options = ModelOptions::read(read(options, &mut errors), &mut errors);
    let fields: Vec<Field> = written.into_iter().filter_map(|field| Field::read(field, &mut errors)).collect();
    let composite = options.primary_key.is_some();
    let key_is_wrong = match &options.primary_key {
        Some((option, names)) => !key::check(*option, names, &fields, &mut errors),
        None => false,
    };
    let mut keys = fields.iter().filter(|field| field.options.primary_key && !composite);
    let adds_id = keys.next().is_none() && !composite;
    if let Some(second) = keys.next() {
        errors.push(Error::new(second.ident.span(), "the model has two primary keys: `primary_key` may stand once"));
    }
    if adds_id && let Some(id) = fields.iter().find(|field| field.name == "id") {
        errors.push(Error::new(
            id.ident.span(),
            "`id: i64` is added by itself; give it `#[field(primary_key)]` to declare it, or leave it out",
        ));
        return report(&errors);
    }
    let model = Model { item, options, fields, adds_id, key_is_wrong };
    model.check(&mut errors);
    let errors = report(&errors);
    let emitted = emit::emit(&model);
    quote!(#errors #emitted)
}

fn named_fields(item: &mut DeriveInput) -> Option<Vec<syn::Field>> {
    match &mut item.data {
        Data::Struct(data) => match &mut data.fields {
            Fields::Named(fields) => Some(std::mem::take(&mut fields.named).into_iter().collect()),
            _ => None,
        },
        _ => None,
    }
}

/// Names that the paths of relations have of themselves.
const TAKEN: [&str; 14] =
    ["asc", "clone", "desc", "eq", "exact", "f", "in_", "into", "isnull", "ne", "of", "path", "to_owned", "try_into"];

impl Model {
    fn check(&self, errors: &mut Vec<Error>) {
        for field in &self.fields {
            let problem = match field.name.as_str() {
                "pk" => "`pk` always means the primary key: choose another name".to_owned(),
                name if TAKEN.contains(&name) => format!(
                    "`{name}` is a method of paths: choose another name, and keep the column by `column = \"{name}\"`"
                ),
                name if name.contains("__") => "two underscores separate the names of a path: use one".to_owned(),
                name if name.ends_with('_') => "a field's name does not end with an underscore".to_owned(),
                _ => continue,
            };
            errors.push(Error::new(field.ident.span(), problem));
        }
    }
}

/// The span of what is generated without a place of its own in the source.
pub(crate) fn here() -> Span {
    Span::call_site()
}
