//! Work on tokens that need not be parsed.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

/// The parts between a sign, where it stands outside of brackets and of `::<…>`. Empty parts are left out.
pub(crate) fn split(tokens: TokenStream, sign: char) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    let mut angles = Angles::default();
    for token in tokens {
        angles.see(&token);
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == sign && !angles.inside() => parts.push(TokenStream::new()),
            _ => parts.last_mut().into_iter().for_each(|part| part.extend([token.clone()])),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Tells whether tokens stand within the angle brackets of `path::<…>`.
#[derive(Default)]
pub(crate) struct Angles {
    depth: usize,
    colons: usize,
    arrow: bool,
}

impl Angles {
    /// Takes the next token.
    pub(crate) fn see(&mut self, token: &TokenTree) {
        let sign = match token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match sign {
            '<' if self.depth > 0 || self.colons == 2 => self.depth += 1,
            '>' if self.depth > 0 && !self.arrow => self.depth -= 1,
            _ => {}
        }
        self.colons = if sign == ':' { self.colons + 1 } else { 0 };
        self.arrow = sign == '-';
    }

    /// Whether the tokens taken so far leave brackets open.
    pub(crate) fn inside(&self) -> bool {
        self.depth > 0
    }
}

/// All errors as tokens.
pub(crate) fn report(errors: &[syn::Error]) -> TokenStream {
    errors.iter().map(syn::Error::to_compile_error).collect()
}

/// The name that an identifier stands for, without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// An identifier of a name, `r#` where it is a keyword.
pub(crate) fn ident(name: &str, span: Span) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(_) => Ident::new(name, span),
        Err(_) if matches!(name, "self" | "Self" | "super" | "crate" | "_" | "") => {
            Ident::new(&format!("{name}_"), span)
        }
        Err(_) => Ident::new_raw(name, span),
    }
}

/// The method calls that a path such as `author__name` stands for.
pub(crate) fn calls(path: &[&str], span: Span) -> TokenStream {
    let mut calls = TokenStream::new();
    for name in path {
        let method = ident(name, span);
        calls.extend(quote_spanned!(span=> .#method()));
    }
    calls
}

/// The path that leads from the beginning of all paths, `__m`.
pub(crate) fn walk(path: &[&str], span: Span) -> TokenStream {
    let calls = calls(path, span);
    quote_spanned!(Span::mixed_site().located_at(span)=> __m #calls)
}

/// Replaces `F(path)` by the path's expression, and says whether there was one. `F(Post::views)` and `F("views")` stay.
pub(crate) fn replace_f(tokens: TokenStream) -> (TokenStream, bool) {
    let mut replaced = TokenStream::new();
    let mut found = false;
    let mut tokens = tokens.into_iter().peekable();
    let mut after_path = false;
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Ident(name), Some(TokenTree::Group(group)))
                if name == "F" && !after_path && group.delimiter() == Delimiter::Parenthesis =>
            {
                if let Some((path, span)) = single_ident(group.stream()) {
                    let segments: Vec<&str> = path.split("__").collect();
                    let walked = walk(&segments, span);
                    replaced.extend(quote_spanned!(span=> #name(#walked)));
                    tokens.next();
                    found = true;
                    after_path = false;
                    continue;
                }
                replaced.extend([token.clone()]);
            }
            (TokenTree::Group(group), _) => {
                let (inner, inner_found) = replace_f(group.stream());
                found |= inner_found;
                let mut replacement = Group::new(group.delimiter(), inner);
                replacement.set_span(group.span());
                replaced.extend([TokenTree::Group(replacement)]);
            }
            _ => replaced.extend([token.clone()]),
        }
        after_path = matches!(&token, TokenTree::Punct(p) if p.as_char() == ':' || p.as_char() == '.');
    }
    (replaced, found)
}

/// The only identifier that there is, if it names a path.
fn single_ident(tokens: TokenStream) -> Option<(String, Span)> {
    let mut tokens = tokens.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), None) => Some((plain(&name), name.span())),
        _ => None,
    }
}
