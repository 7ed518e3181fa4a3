//! `new!`: a new object, with defaults for the fields that are not given.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Result};

use crate::query::binding;
use crate::tokens::{plain, split};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    parse(input).unwrap_or_else(|error| error.to_compile_error())
}

fn parse(input: TokenStream) -> Result<TokenStream> {
    let expected = "expected a model and its fields, as in `new!(User { name: \"Ann\" })`";
    let mut tokens: Vec<TokenTree> = input.into_iter().collect();
    let fields = match tokens.pop() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && !tokens.is_empty() => group.stream(),
        other => return Err(Error::new(other.map_or_else(proc_macro2::Span::call_site, |t| t.span()), expected)),
    };
    let model: TokenStream = tokens.into_iter().collect();
    let path: syn::TypePath = syn::parse2(model.clone()).map_err(|_| Error::new(model.span(), expected))?;
    let new = binding("__new");
    let (mut names, mut assigned) = (Vec::new(), Vec::new());
    for part in split(fields, ',') {
        let (name, value) = field(part)?;
        names.push(plain(&name));
        assigned.push(quote_spanned!(name.span()=>
            #new.#name = ::core::option::Option::Some(::embellie::typed::IntoField::into_field(#value));
        ));
    }
    let check = quote_spanned!(model.span()=> ::embellie::__private::check_new::<#model>(&[#(#names),*]));
    // Constants of their own are checked wherever they stand, but cannot say `Self`.
    let check = match path.path.is_ident("Self") {
        true => quote!(const { #check }),
        false => quote!(const _: () = #check;),
    };
    Ok(quote!({
        #check
        #[allow(unused_mut)]
        let mut #new = <#model as ::embellie::typed::New>::BLANK;
        #(#assigned)*
        <#model as ::embellie::typed::New>::make(#new)
    }))
}

/// Reads `name: value` or `name`.
fn field(part: TokenStream) -> Result<(Ident, TokenStream)> {
    let span = part.span();
    let expected = || Error::new(span, "expected a field and its value, as in `name: \"Ann\"`");
    let mut tokens = part.into_iter();
    let Some(TokenTree::Ident(name)) = tokens.next() else { return Err(expected()) };
    match tokens.next() {
        None => Ok((name.clone(), quote!(#name))),
        Some(TokenTree::Punct(sign)) if sign.as_char() == ':' => {
            let value: TokenStream = tokens.collect();
            if value.is_empty() { Err(expected()) } else { Ok((name, value)) }
        }
        _ => Err(expected()),
    }
}
