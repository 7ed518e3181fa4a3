//! Rust code as the rules see it: a row of tokens, without tests and without comments.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, ImplItem, Item, Stmt, TraitItem};

/// The code of a file.
#[derive(Debug)]
pub(super) struct Code {
    /// The tokens, those inside macros too.
    pub(super) tokens: Vec<Token>,
    /// The names of the modules that `#[cfg(test)] mod name;` puts into files of their own.
    pub(super) test_modules: Vec<String>,
}

/// A token and its line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// The line, counted from 1.
    pub(super) line: usize,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A name or keyword.
    Word(String),
    /// A number, character or text, as it is written.
    Literal(String),
    /// A sign: one character of an operator, or a bracket.
    Sign(char),
}

impl Code {
    /// Reads a file's text; an error has the line and what is wrong.
    pub(super) fn parse(text: &str) -> Result<Code, (usize, String)> {
        let mut file = syn::parse_file(text).map_err(|error| (error.span().start().line, error.to_string()))?;
        if file.attrs.iter().any(is_test) {
            return Ok(Code { tokens: Vec::new(), test_modules: Vec::new() });
        }
        let mut tests = RemoveTests { modules: Vec::new() };
        tests.visit_file_mut(&mut file);
        let mut tokens = Vec::new();
        flatten(file.into_token_stream(), &mut tokens);
        Ok(Code { tokens, test_modules: tests.modules })
    }

    /// The places where `pattern` begins: signs are themselves, other characters make words, `…` between quotes is
    /// any literal. `.unwrap()` is `[".", "unwrap", "(", ")"]`.
    pub(super) fn find<'a>(&'a self, pattern: &'a [&'a str]) -> impl Iterator<Item = &'a Token> {
        self.tokens
            .windows(pattern.len())
            .filter(move |window| window.iter().zip(pattern).all(|(token, wanted)| token.is(wanted)))
            .filter_map(|window| window.first())
    }
}

impl Token {
    fn is(&self, wanted: &str) -> bool {
        match &self.kind {
            Kind::Word(word) => word == wanted,
            Kind::Sign(sign) => wanted.chars().eq([*sign]),
            Kind::Literal(literal) => wanted == "\"…\"" && literal.ends_with(['"', '#']),
        }
    }
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>) {
    let mut stream = stream.into_iter();
    while let Some(tree) = stream.next() {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Punct(sign) if sign.as_char() == '#' && starts_doc(&mut stream.clone()) => {
                // The `!` of an inner comment, and the group.
                stream.by_ref().find(is_doc);
            }
            TokenTree::Punct(sign) => out.push(Token { line, kind: Kind::Sign(sign.as_char()) }),
            TokenTree::Ident(word) => {
                out.push(Token { line, kind: Kind::Word(word.to_string().trim_start_matches("r#").to_owned()) });
            }
            TokenTree::Literal(literal) => out.push(Token { line, kind: Kind::Literal(literal.to_string()) }),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::None => (' ', ' '),
                };
                let end = group.span_close().end().line;
                out.push(Token { line, kind: Kind::Sign(open) });
                flatten(group.stream(), out);
                out.push(Token { line: end, kind: Kind::Sign(close) });
            }
        }
    }
}

/// What comes after the `#` of a documentation comment.
fn starts_doc(rest: &mut impl Iterator<Item = TokenTree>) -> bool {
    match rest.next() {
        Some(TokenTree::Punct(inner)) if inner.as_char() == '!' => rest.next().as_ref().is_some_and(is_doc),
        next => next.as_ref().is_some_and(is_doc),
    }
}

/// The group after the `#` of a documentation comment: `[doc = "…"]`.
fn is_doc(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket
        && matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc"))
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
fn is_test(attribute: &Attribute) -> bool {
    let path = attribute.path();
    if path.segments.last().is_some_and(|segment| segment.ident == "test") {
        return true;
    }
    let Ok(list) = attribute.meta.require_list() else { return false };
    path.is_ident("cfg") && is_test_condition(list.tokens.clone())
}

fn is_test_condition(condition: TokenStream) -> bool {
    let mut trees = condition.into_iter();
    match (trees.next(), trees.next(), trees.next()) {
        (Some(TokenTree::Ident(test)), None, _) => test == "test",
        (Some(TokenTree::Ident(all)), Some(TokenTree::Group(list)), None) if all == "all" => {
            let mut parts = vec![TokenStream::new()];
            for tree in list.stream() {
                match (&tree, parts.last_mut()) {
                    (TokenTree::Punct(comma), _) if comma.as_char() == ',' => parts.push(TokenStream::new()),
                    (_, Some(part)) => part.extend([tree]),
                    (_, None) => {}
                }
            }
            parts.into_iter().any(is_test_condition)
        }
        _ => false,
    }
}

struct RemoveTests {
    modules: Vec<String>,
}

impl VisitMut for RemoveTests {
    fn visit_item_mut(&mut self, item: &mut Item) {
        if item_attributes(item).iter().any(is_test) {
            if let Item::Mod(module) = item
                && module.content.is_none()
            {
                self.modules.push(module.ident.to_string());
            }
            *item = Item::Verbatim(TokenStream::new());
        } else {
            visit_mut::visit_item_mut(self, item);
        }
    }

    fn visit_impl_item_mut(&mut self, item: &mut ImplItem) {
        match item {
            ImplItem::Fn(function) if function.attrs.iter().any(is_test) => {
                *item = ImplItem::Verbatim(TokenStream::new());
            }
            _ => visit_mut::visit_impl_item_mut(self, item),
        }
    }

    fn visit_trait_item_mut(&mut self, item: &mut TraitItem) {
        match item {
            TraitItem::Fn(function) if function.attrs.iter().any(is_test) => {
                *item = TraitItem::Verbatim(TokenStream::new());
            }
            _ => visit_mut::visit_trait_item_mut(self, item),
        }
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        match statement {
            Stmt::Local(local) if local.attrs.iter().any(is_test) => {
                *statement = Stmt::Item(Item::Verbatim(TokenStream::new()));
            }
            _ => visit_mut::visit_stmt_mut(self, statement),
        }
    }
}

fn item_attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
