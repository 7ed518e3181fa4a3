//! `row!`: rows with named values.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Error, Result};

use crate::query::{binding, take_model};
use crate::tokens::{ident, plain, report, split, walk};

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut parts = split(input, ',');
    let model = take_model(&mut parts).map(|model| quote!(::<#model, _, _>));
    let (mut names, mut values, mut errors) = (Vec::<Ident>::new(), Vec::new(), Vec::new());
    for part in parts {
        match value(part) {
            Ok((name, _)) if names.contains(&name) => {
                errors.push(Error::new(name.span(), format!("two values have the name `{name}`")));
            }
            Ok((name, value)) => {
                names.push(ident(&plain(&name), name.span()));
                values.push(value);
            }
            Err(error) => errors.push(error),
        }
    }
    let errors = report(&errors);
    let texts: Vec<String> = names.iter().map(plain).collect();
    let types: Vec<Ident> = (0..names.len()).map(|index| format_ident!("T{index}")).collect();
    let made: Vec<Ident> = (0..names.len()).map(|index| binding(&format!("__{index}"))).collect();
    let m = binding("__m");
    quote!({
        #errors
        #[allow(non_snake_case, missing_docs, dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
        #[derive(Debug, Clone, PartialEq)]
        pub struct Row<#(#types),*> { #(pub #names: #types),* }
        ::embellie::typed::Row #model ::of(&[#(#texts),*], &|#m| (#(#values,)*), |(#(#made,)*)| Row { #(#names: #made),* })
    })
}

/// Reads `path`, `name = path` or `name = expression`.
fn value(part: TokenStream) -> Result<(Ident, TokenStream)> {
    let mut tokens = part.into_iter().peekable();
    let wrong = |token: Option<TokenTree>| {
        let span = token.map_or_else(proc_macro2::Span::call_site, |token| token.span());
        Error::new(
            span,
            "expected a path, as in `author__name`, or a name, as in `who = author__name` and `n = Count(posts)`",
        )
    };
    let name = match tokens.next() {
        Some(TokenTree::Ident(name)) => name,
        other => return Err(wrong(other)),
    };
    match tokens.next() {
        None => return Ok((name.clone(), path(&name))),
        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => {}
        other => return Err(wrong(other)),
    }
    if tokens.peek().is_none() {
        return Err(wrong(None));
    }
    Ok((name, expression(tokens.collect())))
}

/// The path that an identifier writes.
fn path(name: &Ident) -> TokenStream {
    let text = plain(name);
    let segments: Vec<&str> = text.split("__").collect();
    walk(&segments, name.span())
}

/// The only identifier that there is, if it may be a path: a name in lower case.
fn lone(tokens: &TokenStream) -> Option<Ident> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None)
            if !plain(&name).starts_with(char::is_uppercase) && name != "true" && name != "false" =>
        {
            Some(name)
        }
        _ => None,
    }
}

/// A value: a path, or an expression in which the arguments of functions (`Count(posts)`) are paths where they are lone
/// names. What `Value(…)` and methods are given stays as it is.
fn expression(tokens: TokenStream) -> TokenStream {
    if let Some(name) = lone(&tokens) {
        return path(&name);
    }
    let mut replaced = TokenStream::new();
    let mut function = false;
    let mut qualified = false;
    for token in tokens {
        let next_function = matches!(&token, TokenTree::Ident(name)
            if !qualified && plain(name).starts_with(char::is_uppercase) && name != "Value" && name != "Some");
        qualified = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':' || punct.as_char() == '.');
        match token {
            TokenTree::Group(group) if function && group.delimiter() == Delimiter::Parenthesis => {
                let arguments = split(group.stream(), ',').into_iter().map(argument);
                let mut replacement = Group::new(Delimiter::Parenthesis, quote!(#(#arguments),*));
                replacement.set_span(group.span());
                replacement.to_tokens(&mut replaced);
            }
            token => token.to_tokens(&mut replaced),
        }
        function = next_function;
    }
    replaced
}

/// An argument of a function: a path, a tuple of arguments, or an expression.
fn argument(tokens: TokenStream) -> TokenStream {
    let mut parts = tokens.clone().into_iter();
    match (parts.next(), parts.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => {
            let arguments = split(group.stream(), ',').into_iter().map(argument);
            quote!((#(#arguments),*))
        }
        _ => expression(tokens),
    }
}
