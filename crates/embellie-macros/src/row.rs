//! `row!`: rows with named values.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{Error, Result};

use crate::query::{binding, take_model};
use crate::tokens::{ident, plain, report, split, walk};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut parts = split(input, ',');
    let model = take_model(&mut parts).map(|model| quote!(::<#model, _, _>));
    let (mut names, mut paths, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match value(part) {
            Ok((name, _)) if names.contains(&name) => {
                errors.push(Error::new(name.span(), format!("two values have the name `{name}`")));
            }
            Ok((name, path)) => {
                let text = plain(&path);
                let segments: Vec<&str> = text.split("__").collect();
                paths.push(walk(&segments, path.span()));
                names.push(ident(&plain(&name), name.span()));
            }
            Err(error) => errors.push(error),
        }
    }
    let errors = report(&errors);
    let types: Vec<Ident> = (0..names.len()).map(|index| format_ident!("T{index}")).collect();
    let made: Vec<Ident> = (0..names.len()).map(|index| binding(&format!("__{index}"))).collect();
    let m = binding("__m");
    quote!({
        #errors
        #[allow(non_snake_case, missing_docs, dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
        #[derive(Debug, Clone, PartialEq)]
        pub struct Row<#(#types),*> { #(pub #names: #types),* }
        ::embellie::typed::Row #model ::of(&|#m| (#(#paths,)*), |(#(#made,)*)| Row { #(#names: #made),* })
    })
}

/// Reads `path` or `name = path`.
fn value(part: TokenStream) -> Result<(Ident, Ident)> {
    let mut tokens = part.into_iter().peekable();
    let wrong = |token: Option<TokenTree>| {
        let span = token.map_or_else(proc_macro2::Span::call_site, |token| token.span());
        Error::new(span, "expected a path, as in `author__name` or `who = author__name`")
    };
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name,
        other => return Err(wrong(other)),
    };
    let path = match tokens.next() {
        None => return Ok((name.clone(), name)),
        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => match tokens.next() {
            Some(TokenTree::Ident(path)) => path,
            other => return Err(wrong(other)),
        },
        other => return Err(wrong(other)),
    };
    match tokens.next() {
        None => Ok((name, path)),
        other => Err(wrong(other)),
    }
}
