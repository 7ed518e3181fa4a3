//! A model's constants: what becomes its metadata.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::condition::operand;
use super::field::{Field, Kind};
use super::options::{Constraint, Index};
use super::{Model, here};
use crate::options::Opt;

/// The constant that describes a model.
pub(crate) fn spec(model: &Model) -> TokenStream {
    let (app, name) = (app(model), model.name());
    let id = model.adds_id.then(|| quote!(__e::FieldSpec::ID,));
    let fields = model.columns().map(|(_, field)| field_spec(field));
    let links = model.links().map(|(_, field)| link_spec(field));
    let more = more(model_options(model), quote!(__e::meta::ModelMeta));
    quote! {
        __e::ModelSpec {
            app: #app,
            name: #name,
            fields: &[#id #(#fields),*],
            links: &[#(#links),*],
            more: #more,
        }
    }
}

/// The app: as declared, or the package's name.
pub(crate) fn app(model: &Model) -> String {
    match &model.options.app {
        Some(app) => app.clone(),
        None => std::env::var("CARGO_PKG_NAME").unwrap_or_else(|_| "app".into()).replace('-', "_"),
    }
}

/// A function that applies the options that are seldom given, if there are any.
fn more(options: Vec<TokenStream>, subject: TokenStream) -> TokenStream {
    match options.is_empty() {
        true => quote!(::core::option::Option::None),
        false => quote!(::core::option::Option::Some(|mut __it: #subject| { #(#options)* __it })),
    }
}

fn optional_text(text: Option<&String>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

/// What a relation points at. Wherever it is said it has the same place in the source, so that the compiler tells of a
/// target that is no model once.
pub(super) fn pointed(field: &Field) -> TokenStream {
    let Some(target) = field.target() else { return TokenStream::new() };
    match &field.options.to_field {
        None => quote_spanned!(target.span()=> <#target as __e::Target>::POINTED),
        Some(name) => {
            let hash = hash(name);
            quote_spanned!(target.span()=> <#target as __e::UniqueField<#hash>>::POINTED)
        }
    }
}

/// A number for a field's name (FNV-1a).
pub(super) fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn field_spec(field: &Field) -> TokenStream {
    let (name, ty, options) = (&field.name, &field.ty, &field.options);
    let mut given = Vec::new();
    if let Some(length) = max_length(field) {
        given.push(quote!(max_length: ::core::option::Option::Some(#length)));
    }
    if let Some(kind) = kind(field) {
        given.push(quote!(said: ::core::option::Option::Some(#kind)));
    }
    if options.primary_key {
        given.push(quote!(primary_key: true));
    }
    if options.auto {
        given.push(quote!(auto: true));
    }
    if options.unique {
        given.push(quote!(unique: true));
    }
    let base = match &field.kind {
        Kind::Key { one_to_one, .. } => {
            let make = Ident::new(if *one_to_one { "one_to_one" } else { "foreign_key" }, here());
            let (on_delete, null, pointed) = (on_delete(field), field.null, pointed(field));
            let related = optional_text(options.related_name.as_ref());
            quote!(__e::FieldSpec::key(#name, #null, __e::RelationSpec::#make(#pointed, #on_delete, #related)))
        }
        _ => quote!(__e::FieldSpec::of::<#ty>(#name)),
    };
    let more_options = field_options(field);
    if !more_options.is_empty() {
        let more = more(more_options, quote!(__e::meta::FieldMeta));
        given.push(quote!(more: #more));
    }
    match given.is_empty() {
        true => base,
        false => quote!(__e::FieldSpec { #(#given,)* ..#base }),
    }
}

/// The greatest length: as declared, or Django's for the kind.
fn max_length(field: &Field) -> Option<u32> {
    field.options.max_length.or(match field.options.kind {
        Some("Email") => Some(254),
        Some("Slug") => Some(50),
        Some("Url") => Some(200),
        _ => None,
    })
}

/// The decimal places of all columns by their place, unless no field looks like a decimal.
pub(super) fn decimal_places(model: &Model) -> Option<TokenStream> {
    let may_have = |field: &Field| is_of_decimals(&field.base) || field.options.max_digits.is_some();
    if !model.columns().any(|(_, field)| may_have(field)) {
        return None;
    }
    let id = model.adds_id.then(|| quote!(::core::option::Option::None,));
    let places = model.columns().map(|(_, field)| match may_have(field) {
        true => {
            let base = &field.base;
            let kind = kind(field).unwrap_or_else(|| quote!(<#base as __e::FieldType>::KIND));
            quote!(__e::decimal_places(#kind))
        }
        false => quote!(::core::option::Option::None),
    });
    Some(quote!(const DECIMAL_PLACES: &'static [::core::option::Option<u16>] = &[#id #(#places),*];))
}

/// Whether a type is `Decimal`, or an array of it.
fn is_of_decimals(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    match &last.arguments {
        _ if last.ident == "Decimal" => true,
        syn::PathArguments::AngleBracketed(arguments) if last.ident == "Vec" || last.ident == "Option" => arguments
            .args
            .iter()
            .any(|argument| matches!(argument, syn::GenericArgument::Type(ty) if is_of_decimals(ty))),
        _ => false,
    }
}

fn kind(field: &Field) -> Option<TokenStream> {
    let options = &field.options;
    if let (Some(digits), places) = (options.max_digits, options.decimal_places.unwrap_or(0)) {
        let (digits, places) = (u16::try_from(digits).unwrap_or(u16::MAX), u16::try_from(places).unwrap_or(u16::MAX));
        return Some(quote!(__e::FieldKind::Decimal { max_digits: #digits, decimal_places: #places }));
    }
    options.kind.map(|kind| {
        let kind = Ident::new(kind, here());
        quote!(__e::FieldKind::#kind)
    })
}

fn on_delete(field: &Field) -> TokenStream {
    match &field.options.on_delete {
        Some((name, Some(argument))) => {
            let ty = &field.ty;
            quote!(__e::OnDeleteSpec::#name(|| __e::stored::<#ty>(&__e::IntoField::into_field(#argument))))
        }
        Some((name, None)) => quote!(__e::OnDeleteSpec::#name),
        // Already told.
        None => quote!(__e::OnDeleteSpec::Cascade),
    }
}

/// The options of a field that are seldom given, as statements on `__it`.
fn field_options(field: &Field) -> Vec<TokenStream> {
    let (ty, options) = (&field.ty, &field.options);
    let mut given = Vec::new();
    let some = |value: TokenStream| quote!(::core::option::Option::Some(#value));
    if let Some(column) = &options.column {
        given.push(quote!(__it.column = #column.into();));
    }
    if let Some(index) = options.index {
        given.push(quote!(__it.index = #index;));
    }
    if options.blank {
        given.push(quote!(__it.blank = true;));
    }
    if let Some(size) = options.size {
        let size = some(quote!(#size));
        given.push(quote!(__it.size = #size;));
    }
    if let Some(value) = &options.default {
        let stored = quote!(__e::stored::<#ty>(&__e::IntoField::into_field(#value)));
        let default = match is_constant(value) {
            true => quote!(__e::meta::Default::Value(#stored)),
            false => quote!(__e::meta::Default::Function(|| #stored)),
        };
        let default = some(default);
        given.push(quote!(__it.default = #default;));
    }
    if let Some(value) = &options.db_default {
        let default = some(operand(value.clone()));
        given.push(quote!(__it.db_default = #default;));
    }
    if let (Some(expression), Some(stored)) = (&options.generated, options.stored) {
        let expression = operand(expression.clone());
        given.push(quote! {
            __it = __it.generated(__e::meta::Generated { expression: #expression, stored: #stored });
        });
    }
    if options.auto_now {
        given.push(quote!(__it.auto_now = true;));
    }
    if options.auto_now_add {
        given.push(quote!(__it.auto_now_add = true;));
    }
    for validator in &options.validators {
        let validator = self::validator(validator, ty);
        given.push(quote!(__it.validators.push(#validator);));
    }
    if let Some(text) = &options.verbose_name {
        let text = some(quote!(#text.into()));
        given.push(quote!(__it.verbose_name = #text;));
    }
    if let Some(text) = &options.help_text {
        given.push(quote!(__it.help_text = #text.into();));
    }
    let mut relation = Vec::new();
    if let Some(name) = &options.related_query_name {
        relation.push(quote!(.related_query_name(#name)));
    }
    if let Some(name) = &options.to_field {
        relation.push(quote!(.to_field(#name)));
    }
    if let Some(enforced) = options.db_constraint {
        relation.push(quote!(.db_constraint(#enforced)));
    }
    if !relation.is_empty() {
        given.push(quote!(__it = __it.relation(|__r| __r #(#relation)*);));
    }
    given
}

/// Whether a default is always the same: a literal, or the path of a constant or variant.
fn is_constant(value: &TokenStream) -> bool {
    let literal = |tokens: &TokenStream| {
        let text = tokens.to_string();
        syn::parse_str::<syn::Lit>(text.trim_start_matches('-').trim()).is_ok()
    };
    literal(value) || syn::parse2::<syn::Path>(value.clone()).is_ok()
}

fn validator(validator: &Opt, ty: &syn::Type) -> TokenStream {
    let argument = match &validator.value {
        crate::options::Value::Is(tokens) | crate::options::Value::List(tokens) => tokens.clone(),
        crate::options::Value::Flag => TokenStream::new(),
    };
    let stored = quote!(__e::stored::<#ty>(&__e::IntoField::into_field(#argument)));
    let kind = match validator.name.to_string().as_str() {
        "min_value" => quote!(MinValue(#stored)),
        "max_value" => quote!(MaxValue(#stored)),
        "min_length" => quote!(MinLength(#argument)),
        "max_length" => quote!(MaxLength(#argument)),
        "regex" => quote!(Regex(#argument.into())),
        "email" => quote!(Email),
        "slug" => quote!(Slug),
        "url" => quote!(Url),
        _ => {
            let name = argument.to_string().replace(' ', "");
            quote!(Custom { name: #name, check: #argument })
        }
    };
    quote!(__e::meta::Validator::#kind)
}

fn link_spec(field: &Field) -> TokenStream {
    let (name, options) = (&field.name, &field.options);
    let pointed = pointed(field);
    let related = optional_text(options.related_name.as_ref());
    let mut given = Vec::new();
    if let Some(through) = &options.through {
        let through = match syn::parse2::<syn::LitStr>(through.clone()) {
            Ok(label) => quote!(#label.into()),
            Err(_) => quote!(<#through as __e::Model>::LABEL.into()),
        };
        given.push(quote!(__it.through = ::core::option::Option::Some(#through);));
    }
    if let Some((source, target)) = &options.through_fields {
        given.push(quote!(__it.through_fields = ::core::option::Option::Some((#source.into(), #target.into()));));
    }
    if let Some(table) = &options.table {
        given.push(quote!(__it.table = ::core::option::Option::Some(#table.into());));
    }
    if let Some(name) = &options.related_query_name {
        given.push(quote!(__it.related_query_name = ::core::option::Option::Some(#name.into());));
    }
    if let Some(symmetrical) = options.symmetrical {
        given.push(quote!(__it.symmetrical = #symmetrical;));
    }
    if let Some(enforced) = options.db_constraint {
        given.push(quote!(__it.db_constraint = #enforced;));
    }
    if let Some(text) = &options.verbose_name {
        given.push(quote!(__it.verbose_name = ::core::option::Option::Some(#text.into());));
    }
    let more = more(given, quote!(__e::meta::ManyToManyMeta));
    quote!(__e::LinkSpec::new(#name, #pointed, #related, #more))
}

/// The options of the model, as statements on `__it`.
fn model_options(model: &Model) -> Vec<TokenStream> {
    let options = &model.options;
    let mut given = Vec::new();
    let texts = |texts: &[String]| quote!(::std::vec![#(#texts.into()),*]);
    if let Some(table) = &options.table {
        given.push(quote!(__it.table = #table.into();));
    }
    if let Some((_, names)) = &options.primary_key {
        given.push(quote!(__it = __it.composite_primary_key([#(#names),*]);));
    }
    if !options.ordering.is_empty() {
        let terms = texts(&options.ordering);
        given.push(quote!(__it.ordering = #terms;));
    }
    for index in &options.indexes {
        let index = self::index(index);
        given.push(quote!(__it.indexes.push(#index);));
    }
    for constraint in &options.constraints {
        let constraint = self::constraint(constraint);
        given.push(quote!(__it.constraints.push(#constraint);));
    }
    for names in &options.unique_together {
        let names = texts(names);
        given.push(quote!(__it.unique_together.push(#names);));
    }
    if !options.get_latest_by.is_empty() {
        let names = texts(&options.get_latest_by);
        given.push(quote!(__it.get_latest_by = #names;));
    }
    if let Some(managed) = options.managed {
        given.push(quote!(__it.managed = #managed;));
    }
    for (option, text) in [
        ("default_related_name", &options.default_related_name),
        ("verbose_name", &options.verbose_name),
        ("verbose_name_plural", &options.verbose_name_plural),
    ] {
        if let Some(text) = text {
            let option = Ident::new(option, here());
            given.push(quote!(__it.#option = ::core::option::Option::Some(#text.into());));
        }
    }
    given
}

/// The terms of an index or unique constraint.
fn terms(index: &Index) -> TokenStream {
    let fields = index.fields.iter().enumerate().map(|(place, field)| match index.opclasses.get(place) {
        Some(class) => quote!(__e::meta::IndexTerm {
            opclass: ::core::option::Option::Some(#class.into()),
            ..__e::meta::IndexTerm::field(#field)
        }),
        None => quote!(__e::meta::IndexTerm::field(#field)),
    });
    let expression = index.expression.as_ref().map(|expression| {
        let (expression, _) = super::condition::fields(expression.clone());
        quote!(__e::meta::IndexTerm {
            expr: __e::core::Expr::from(#expression),
            descending: false,
            opclass: ::core::option::Option::None,
        })
    });
    let terms = fields.chain(expression);
    quote!(::std::vec![#(#terms),*])
}

fn optional(tokens: Option<TokenStream>) -> TokenStream {
    match tokens {
        Some(tokens) => quote!(::core::option::Option::Some(#tokens)),
        None => quote!(::core::option::Option::None),
    }
}

fn index(index: &Index) -> TokenStream {
    let terms = terms(index);
    let name = optional(index.name.as_ref().map(|name| quote!(#name.into())));
    let condition = optional(index.condition.clone());
    let include = &index.include;
    let kind = optional(index.kind.map(|kind| {
        let kind = Ident::new(kind, here());
        quote!(__e::meta::IndexKind::#kind)
    }));
    quote! {
        __e::meta::IndexMeta {
            name: #name,
            terms: #terms,
            condition: #condition,
            include: ::std::vec![#(#include.into()),*],
            kind: #kind,
        }
    }
}

fn constraint(constraint: &Constraint) -> TokenStream {
    match constraint {
        Constraint::Check { name, condition } => {
            quote!(__e::meta::ConstraintMeta::Check { name: #name.into(), condition: #condition })
        }
        Constraint::Unique(index) => {
            let name = index.name.as_deref().unwrap_or_default();
            let (terms, condition, include) = (terms(index), optional(index.condition.clone()), &index.include);
            let deferrable = optional(index.deferrable.as_ref().map(|when| quote!(__e::meta::Deferrable::#when)));
            let nulls_distinct = optional(index.nulls_distinct.map(|distinct| quote!(#distinct)));
            quote! {
                __e::meta::ConstraintMeta::Unique {
                    name: #name.into(),
                    terms: #terms,
                    condition: #condition,
                    include: ::std::vec![#(#include.into()),*],
                    deferrable: #deferrable,
                    nulls_distinct: #nulls_distinct,
                }
            }
        }
    }
}
