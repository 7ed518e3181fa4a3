//! Primary keys of several fields.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, LitStr};

use super::emit::key_kind;
use super::field::{Field, Kind};
use crate::options::choices;

/// Whether a name is a field's, or that of the key that a foreign key holds.
pub(super) fn is_named(field: &Field, name: &str) -> bool {
    let holds = |attname: &str| matches!(field.kind, Kind::Key { .. }) && attname == field.name;
    field.name == name || name.strip_suffix("_id").is_some_and(holds)
}

/// Checks that the fields of a composite primary key can be one; every mistake is an error.
pub(super) fn check(option: Span, names: &[LitStr], fields: &[Field], errors: &mut Vec<Error>) -> bool {
    let before = errors.len();
    if names.len() < 2 {
        errors.push(Error::new(
            option,
            "a composite primary key has two fields at least; one field is the key by `#[field(primary_key)]`",
        ));
        return false;
    }
    let mut seen: Vec<&str> = Vec::new();
    for literal in names {
        let name = literal.value();
        let problem = match fields.iter().find(|field| is_named(field, &name)) {
            None => {
                let known: Vec<&str> = fields.iter().filter(|f| !f.is_link()).map(|f| f.name.as_str()).collect();
                format!("there is no field `{name}`: {}", choices(&name, &known))
            }
            Some(field) if field.is_link() => format!("`{name}` has no column, which a primary key is made of"),
            Some(field) if field.null => format!("`{name}` is an `Option`, which no part of a primary key is"),
            Some(field) if field.options.generated.is_some() => {
                format!("`{name}` is generated, which no part of a primary key is")
            }
            Some(field) if field.options.primary_key => {
                format!("`{name}` is the primary key by itself: remove `primary_key` here or there")
            }
            Some(field) if seen.contains(&field.name.as_str()) => format!("`{name}` is in the primary key twice"),
            Some(field) => {
                seen.push(&field.name);
                continue;
            }
        };
        errors.push(Error::new(literal.span(), problem));
    }
    let beside = |field: &&Field| field.options.primary_key && !names.iter().any(|name| is_named(field, &name.value()));
    if let Some(field) = fields.iter().find(beside) {
        let message = "the model has a primary key of several fields: `primary_key` cannot stand here too";
        errors.push(Error::new(field.ident.span(), message));
    }
    errors.len() == before
}

/// The type of a key of several fields: a tuple of what they hold.
pub(super) fn type_of(fields: &[(usize, &Field)]) -> TokenStream {
    let types = fields.iter().map(|(_, field)| match &field.kind {
        Kind::Key { target, .. } => {
            let key = key_kind(field);
            quote_spanned!(target.span()=> <#key as __e::KeyOf<#target>>::Key)
        }
        _ => {
            let base = &field.base;
            quote!(#base)
        }
    });
    quote!((#(#types,)*))
}

/// The key of an object.
pub(super) fn value_of(fields: &[(usize, &Field)]) -> TokenStream {
    let values = fields.iter().map(|(_, field)| {
        let ident = &field.ident;
        match field.kind {
            Kind::Key { .. } => {
                let pointed = super::meta::pointed(field);
                quote!(__e::part_of_key(&self.#ident, #pointed)?)
            }
            _ => quote!(::core::clone::Clone::clone(&self.#ident)),
        }
    });
    quote!(::core::result::Result::Ok((#(#values,)*)))
}
