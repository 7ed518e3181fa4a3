//! `#[derive(Choices)]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Variant};

use crate::options::{choices, read};
use crate::tokens::{plain, report};

/// How variants are stored.
enum Storage {
    /// As text, by names.
    Text,
    /// As integers of a Rust type, by discriminants.
    Integer(&'static str),
}

/// The integer types, with the kinds of field that hold them.
const INTEGERS: [(&str, &str); 8] = [
    ("i8", "SmallInteger"),
    ("u8", "PositiveSmallInteger"),
    ("i16", "SmallInteger"),
    ("u16", "PositiveSmallInteger"),
    ("i32", "Integer"),
    ("u32", "PositiveInteger"),
    ("i64", "BigInteger"),
    ("isize", "BigInteger"),
];

/// A variant: its name, its text in the database, and its label.
struct Choice {
    ident: Ident,
    value: String,
    label: String,
}

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let Data::Enum(data) = &item.data else {
        return Error::new(item.ident.span(), "choices are the variants of an enum").to_compile_error();
    };
    let mut errors = Vec::new();
    let variants: Vec<&Variant> = data.variants.iter().collect();
    if variants.is_empty() {
        errors.push(Error::new(item.ident.span(), "an enum of choices has one variant at least"));
    }
    for variant in variants.iter().filter(|variant| !matches!(variant.fields, Fields::Unit)) {
        errors.push(Error::new(variant.ident.span(), "a choice is one value: a variant without fields"));
    }
    let storage = storage(&item, &variants);
    let listed: Vec<Choice> = variants.iter().map(|variant| choice(variant, &storage, &mut errors)).collect();
    for (place, choice) in listed.iter().enumerate() {
        if matches!(storage, Storage::Text) && listed[..place].iter().any(|other| other.value == choice.value) {
            errors.push(Error::new(choice.ident.span(), format!("two choices have the value \"{}\"", choice.value)));
        }
    }
    if !errors.is_empty() {
        return report(&errors);
    }
    emit(&item.ident, &storage, &listed)
}

/// Integers where there are discriminants or an integer's `repr`; else text.
fn storage(item: &DeriveInput, variants: &[&Variant]) -> Storage {
    let mut repr = None;
    for attribute in item.attrs.iter().filter(|attribute| attribute.path().is_ident("repr")) {
        let _ = attribute.parse_nested_meta(|meta| {
            repr = repr.or(INTEGERS.iter().find(|(name, _)| meta.path.is_ident(name)).map(|(_, kind)| *kind));
            Ok(())
        });
    }
    match repr {
        Some(kind) => Storage::Integer(kind),
        None if variants.iter().any(|variant| variant.discriminant.is_some()) => Storage::Integer("Integer"),
        None => Storage::Text,
    }
}

fn choice(variant: &Variant, storage: &Storage, errors: &mut Vec<Error>) -> Choice {
    let name = plain(&variant.ident);
    let words = words(&name);
    let mut choice =
        Choice { ident: variant.ident.clone(), value: words.join("_").to_lowercase(), label: words.join(" ") };
    for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("choice")) {
        let tokens = match attribute.meta.require_list() {
            Ok(list) => list.tokens.clone(),
            Err(_) => {
                errors.push(Error::new_spanned(attribute, "expected options, as in `#[choice(label = \"…\")]`"));
                continue;
            }
        };
        for option in read(tokens, errors) {
            let option_name = option.name.to_string();
            let given = match option_name.as_str() {
                "value" if matches!(storage, Storage::Integer(_)) => Err(Error::new(
                    option.name.span(),
                    "these choices are integers: their values are their discriminants, as in `High = 3`",
                )),
                "value" => option.text().map(|text| choice.value = text),
                "label" => option.text().map(|text| choice.label = text),
                other => Err(Error::new(
                    option.name.span(),
                    format!("there is no option `{other}`: {}", choices(other, &["value", "label"])),
                )),
            };
            errors.extend(given.err());
        }
    }
    choice
}

/// The words of a name in `CamelCase`.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| letters[before]);
        let lower_before = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let lower_after = letters.get(place + 1).is_some_and(|after| after.is_lowercase());
        let begins = letter.is_uppercase() && (lower_before || lower_after);
        match words.last_mut() {
            Some(word) if !begins => word.push(*letter),
            _ => words.push(letter.to_string()),
        }
    }
    words
}

fn emit(name: &Ident, storage: &Storage, listed: &[Choice]) -> TokenStream {
    let idents: Vec<&Ident> = listed.iter().map(|choice| &choice.ident).collect();
    let labels: Vec<LitStr> = listed.iter().map(|choice| LitStr::new(&choice.label, choice.ident.span())).collect();
    let values: Vec<&String> = listed.iter().map(|choice| &choice.value).collect();
    let (value_type, value, field_type) = match storage {
        Storage::Text => {
            let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or_default();
            let longest = u32::try_from(longest).unwrap_or(u32::MAX);
            (
                quote!(&'static str),
                quote!(match self { #(Self::#idents => #values),* }),
                quote! {
                    const KIND: __e::FieldKind = __e::FieldKind::Char;
                    const MAX_LENGTH: ::core::option::Option<u32> = ::core::option::Option::Some(#longest);

                    fn decode(__column: __e::core::ColumnRef<'_>) -> __e::core::Result<Self> {
                        __e::choice_of_text(__column, &[#((#values, #name::#idents)),*])
                    }
                },
            )
        }
        Storage::Integer(kind) => {
            let kind = Ident::new(kind, name.span());
            (
                quote!(i64),
                quote!(match self { #(Self::#idents => #name::#idents as i64),* }),
                quote! {
                    const KIND: __e::FieldKind = __e::FieldKind::#kind;

                    fn decode(__column: __e::core::ColumnRef<'_>) -> __e::core::Result<Self> {
                        __e::choice_of_integer(__column, &[#((#name::#idents as i64, #name::#idents)),*])
                    }
                },
            )
        }
    };
    let text = matches!(storage, Storage::Text).then(|| quote!(impl __e::Text for #name {}));
    quote! {
        #[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
        const _: () = {
            use ::embellie::__private as __e;

            impl #name {
                /// All choices, in order.
                pub const VALUES: &'static [#name] = &[#(#name::#idents),*];

                /// The choice as it is stored.
                pub const fn value(&self) -> #value_type {
                    #value
                }

                /// The choice for people.
                pub const fn label(&self) -> &'static str {
                    match self { #(Self::#idents => #labels),* }
                }
            }

            impl __e::FieldType for #name {
                #field_type

                fn choices() -> ::std::vec::Vec<__e::meta::Choice> {
                    __e::choices(#name::VALUES, #name::value, #name::label)
                }

                fn encode(&self) -> __e::core::Result<__e::core::Value> {
                    ::core::result::Result::Ok(__e::core::Value::from(self.value()))
                }
            }

            impl __e::ArrayElement for #name {
                type Plain = #name;
            }

            #text
        };
    }
}
