//! `set!`: what an update sets.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{Error, Result};

use crate::query::{Values, binding, take_model};
use crate::tokens::{plain, report, split, walk};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut parts = split(input, ',');
    let model = take_model(&mut parts).map(|model| quote!(::<#model>));
    let mut values = Values::default();
    let (mut assignments, mut errors) = (Vec::new(), Vec::new());
    for part in parts {
        match assignment(part, &mut values) {
            Ok(assignment) => assignments.push(assignment),
            Err(error) => errors.push(error),
        }
    }
    let errors = report(&errors);
    let m = binding("__m");
    let Values { values, names } = values;
    quote!({ #errors ::embellie::typed::Set #model ::of((#(#values,)*), &|#m, (#(#names,)*)| [#(#assignments),*]) })
}

fn assignment(part: TokenStream, values: &mut Values) -> Result<TokenStream> {
    let (field, value) = named(part, "set!(title = \"x\")")?;
    let walked = walk(&[&plain(&field)], field.span());
    let value = values.add(value);
    Ok(quote_spanned!(field.span()=> #walked.set(#value)))
}

/// Reads `name = value`.
pub(crate) fn named(part: TokenStream, example: &str) -> Result<(Ident, TokenStream)> {
    let mut tokens = part.into_iter();
    let expected = |span| Error::new(span, format!("expected a field and its value, as in `{example}`"));
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name,
        other => return Err(expected(other.map_or_else(proc_macro2::Span::call_site, |token| token.span()))),
    };
    match tokens.next() {
        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => {}
        _ => return Err(expected(name.span())),
    }
    let value: TokenStream = tokens.collect();
    if value.is_empty() { Err(expected(name.span())) } else { Ok((name, value)) }
}
