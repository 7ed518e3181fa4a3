//! Conditions of indexes and constraints: written as in `q!`, kept as data with names that are looked up when the
//! models are linked.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::Result;

use super::functions;
use crate::options::{Opt, Value};
use crate::query::{Node, conjunction};
use crate::tokens::{plain, split};

/// The condition that an option is given.
pub(crate) fn of_option(option: &Opt) -> Result<TokenStream> {
    match &option.value {
        Value::Is(tokens) | Value::List(tokens) => conjunction(split(tokens.clone(), ',')).map(untyped),
        Value::Flag => Err(syn::Error::new(
            option.name.span(),
            format!("`{0}` takes a condition, as in `{0} = published = true`", option.name),
        )),
    }
}

fn untyped(node: Node) -> TokenStream {
    match node {
        Node::All => quote!(__e::core::Q::all()),
        Node::Condition { path, keys, .. } if !keys.is_empty() => {
            let message = "a path into JSON is written `data__key__0` here";
            let error = syn::Error::new(path.span(), message).to_compile_error();
            quote!({ #error __e::core::Q::all() })
        }
        Node::Condition { path, value, .. } => {
            let path = plain(&path);
            let value = operand(value);
            quote!(__e::core::Q::new(#path, #value))
        }
        Node::Made(condition) => quote!(__e::core::Q::from(#condition)),
        Node::Not(inner) => {
            let inner = untyped(*inner);
            quote!(::core::ops::Not::not(#inner))
        }
        Node::Join(operator, left, right) => {
            let (left, right) = (untyped(*left), untyped(*right));
            let (name, method) = (operator.ident(), operator.method());
            quote!(::core::ops::#name::#method(#left, #right))
        }
    }
}

/// A value or an expression over fields, as core's `Expr`.
pub(crate) fn operand(value: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => {
            let items: Vec<TokenStream> = split(list.stream(), ',').into_iter().map(constant).collect();
            quote!(__e::core::Expr::Value(__e::core::Value::List(::std::vec![#(#items),*])))
        }
        _ => match fields(value.clone()) {
            (expression, true) => quote!(__e::core::Expr::from(#expression)),
            (_, false) => {
                let value = constant(value);
                quote!(__e::core::Expr::Value(#value))
            }
        },
    }
}

/// A value in stored form.
fn constant(value: TokenStream) -> TokenStream {
    let text = syn::parse2::<syn::LitStr>(value.clone()).is_ok();
    match value.to_string().as_str() {
        "None" => quote!(__e::core::Value::Null),
        _ if text => quote!(__e::core::Value::from(#value)),
        _ => quote!(__e::stored(&(#value))),
    }
}

/// Replaces `F(path)`, functions of the database, `Lower(…)`, and `RawSQL("…")` by core's expressions, and says whether there was one.
pub(crate) fn fields(tokens: TokenStream) -> (TokenStream, bool) {
    let mut replaced = TokenStream::new();
    let mut found = false;
    let mut after_path = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let within_path = std::mem::replace(
            &mut after_path,
            matches!(&token, TokenTree::Punct(sign) if matches!(sign.as_char(), ':' | '.')),
        );
        if let (TokenTree::Ident(name), Some(TokenTree::Group(group))) = (&token, tokens.peek())
            && !within_path
            && group.delimiter() == Delimiter::Parenthesis
            && let Some(variant) = functions::variant(&name.to_string())
        {
            let variant = Ident::new(variant, name.span());
            let arguments = split(group.stream(), ',').into_iter().map(operand);
            replaced.extend(quote!(__e::core::Expr::call(__e::core::expr::Function::#variant, [#(#arguments),*])));
            tokens.next();
            found = true;
            continue;
        }
        if let (TokenTree::Ident(name), Some(TokenTree::Group(group))) = (&token, tokens.peek())
            && name == "RawSQL"
            && !within_path
            && group.delimiter() == Delimiter::Parenthesis
        {
            let text = group.stream();
            replaced.extend(quote!(__e::core::Expr::from(__e::core::expr::RawSql::new(#text, ()))));
            tokens.next();
            found = true;
            continue;
        }
        if let (TokenTree::Ident(name), Some(TokenTree::Group(group))) = (&token, tokens.peek())
            && name == "F"
            && group.delimiter() == Delimiter::Parenthesis
        {
            let path = group.stream().to_string().replace([' ', '"'], "");
            replaced.extend(quote!(__e::core::Expr::path(#path)));
            tokens.next();
            found = true;
            continue;
        }
        if let TokenTree::Group(group) = &token {
            let (inner, inner_found) = fields(group.stream());
            found |= inner_found;
            replaced.extend([TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner))]);
            continue;
        }
        replaced.extend([token]);
    }
    (replaced, found)
}
