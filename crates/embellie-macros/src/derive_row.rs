//! `#[derive(Row)]`: structs that rows are read into, by the names of their fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields};

use crate::options::{choices, read};
use crate::tokens::{plain, report};

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let fields = match &item.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            other => {
                return Error::new(other.span(), "a row is read by the names of fields: name them").to_compile_error();
            }
        },
        _ => return Error::new_spanned(&item.ident, "rows are read into structs").to_compile_error(),
    };
    if let Some(parameter) = item.generics.params.first() {
        return Error::new_spanned(parameter, "a row has no type parameters").to_compile_error();
    }
    let mut errors = Vec::new();
    let (mut idents, mut types, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    for field in fields {
        let Some(ident) = &field.ident else { continue };
        let mut path = plain(ident);
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("row")) {
            let Ok(list) = attribute.meta.require_list() else {
                errors.push(Error::new_spanned(attribute, "expected options, as in `#[row(path = \"author__name\")]`"));
                continue;
            };
            for option in read(list.tokens.clone(), &mut errors) {
                match option.name.to_string().as_str() {
                    "path" => match option.text() {
                        Ok(text) => path = text,
                        Err(error) => errors.push(error),
                    },
                    other => errors.push(Error::new(
                        option.name.span(),
                        format!("there is no option `{other}`: {}", choices(other, &["path"])),
                    )),
                }
            }
        }
        idents.push(ident);
        types.push(&field.ty);
        paths.push(path);
    }
    let errors = report(&errors);
    let name = &item.ident;
    let count = idents.len();
    let places = 0..count;
    quote! {
        #errors
        const _: () = {
            use ::embellie::__private as __e;

            impl __e::RowPaths for #name {
                const PATHS: &'static [&'static str] = &[#(#paths),*];
            }

            impl __e::core::FromRow for #name {
                type Plan = [usize; #count];

                fn plan(__columns: &__e::core::Columns) -> __e::core::Result<[usize; #count]> {
                    __columns.places([#(#paths),*])
                }

                fn from_row(__plan: &[usize; #count], __row: &dyn __e::core::Row) -> __e::core::Result<Self> {
                    ::core::result::Result::Ok(#name {
                        #(#idents: __e::column::<#types>(__row, __plan[#places])?,)*
                    })
                }
            }
        };
    }
}
