//! Options in attributes: `unique, max_length = 20, validators(email)`.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Error, Ident, LitInt, LitStr, Result};

use crate::tokens::split;

/// One option.
pub(crate) struct Opt {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// What an option is given.
pub(crate) enum Value {
    /// Nothing: its name alone.
    Flag,
    /// `= tokens`.
    Is(TokenStream),
    /// `(tokens)`.
    List(TokenStream),
}

/// Reads options; what cannot be read is an error each, and left out.
pub(crate) fn read(tokens: TokenStream, errors: &mut Vec<Error>) -> Vec<Opt> {
    let mut options: Vec<Opt> = Vec::new();
    for part in split(tokens, ',') {
        match read_one(part) {
            Ok(option) if options.iter().any(|other| other.name == option.name) => {
                errors.push(Error::new(option.name.span(), format!("`{}` is given twice", option.name)));
            }
            Ok(option) => options.push(option),
            Err(error) => errors.push(error),
        }
    }
    options
}

fn read_one(tokens: TokenStream) -> Result<Opt> {
    let span = tokens.span();
    let mut tokens = tokens.into_iter();
    let Some(TokenTree::Ident(name)) = tokens.next() else {
        return Err(Error::new(span, "expected an option, as in `unique` or `max_length = 20`"));
    };
    match tokens.next() {
        None => Ok(Opt { name, value: Value::Flag }),
        Some(TokenTree::Punct(sign)) if sign.as_char() == '=' => {
            let value: TokenStream = tokens.collect();
            if value.is_empty() {
                return Err(Error::new(name.span(), format!("`{name} =` lacks a value")));
            }
            Ok(Opt { name, value: Value::Is(value) })
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis && tokens.next().is_none() => {
            Ok(Opt { name, value: Value::List(group.stream()) })
        }
        Some(other) => Err(Error::new(other.span(), format!("expected `,`, `=` or `(` after `{name}`"))),
    }
}

/// The end of a message about an unknown name: the nearest of the names that are known, or all of them.
pub(crate) fn choices(name: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(name.len()) / 4)
        .min();
    match near {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("there are: {}", known.join(", ")),
    }
}

/// How many letters two words differ by (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

impl Opt {
    /// The error that this option does not take what it is given.
    fn wrong(&self, takes: &str) -> Error {
        let span = match &self.value {
            Value::Flag => self.name.span(),
            Value::Is(tokens) | Value::List(tokens) => span_of(tokens, self.name.span()),
        };
        Error::new(span, format!("`{}` takes {takes}", self.name))
    }

    /// True by its name alone, or what it says.
    pub(crate) fn flag(&self) -> Result<bool> {
        match &self.value {
            Value::Flag => Ok(true),
            Value::Is(tokens) => match tokens.to_string().as_str() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(self.wrong("nothing, `true` or `false`")),
            },
            Value::List(_) => Err(self.wrong("nothing, `true` or `false`")),
        }
    }

    /// Text.
    pub(crate) fn text(&self) -> Result<String> {
        match &self.value {
            Value::Is(tokens) => syn::parse2::<LitStr>(tokens.clone()).map(|text| text.value()).ok(),
            _ => None,
        }
        .ok_or_else(|| self.wrong(&format!("text, as in `{} = \"…\"`", self.name)))
    }

    /// A whole number from 0.
    pub(crate) fn number(&self) -> Result<u32> {
        let number = match &self.value {
            Value::Is(tokens) => syn::parse2::<LitInt>(tokens.clone()).and_then(|number| number.base10_parse()).ok(),
            _ => None,
        };
        number.ok_or_else(|| self.wrong(&format!("a number, as in `{} = 20`", self.name)))
    }

    /// An expression, as it stands.
    pub(crate) fn tokens(&self) -> Result<TokenStream> {
        match &self.value {
            Value::Is(tokens) => Ok(tokens.clone()),
            _ => Err(self.wrong(&format!("a value, as in `{} = …`", self.name))),
        }
    }

    /// Several things in parentheses.
    pub(crate) fn list(&self, example: &str) -> Result<Vec<TokenStream>> {
        match &self.value {
            Value::List(tokens) => Ok(split(tokens.clone(), ',')),
            _ => Err(self.wrong(&format!("a list, as in `{example}`"))),
        }
    }

    /// Texts in brackets, or one alone.
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        Ok(self.literals()?.iter().map(LitStr::value).collect())
    }

    /// Texts in brackets, or one alone, with their places in the source.
    pub(crate) fn literals(&self) -> Result<Vec<LitStr>> {
        let literals = match &self.value {
            Value::Is(tokens) => literals(tokens.clone()),
            _ => None,
        };
        literals.ok_or_else(|| self.wrong(&format!("names, as in `{} = [\"a\", \"b\"]`", self.name)))
    }

    /// Lists of texts in brackets.
    pub(crate) fn text_lists(&self) -> Result<Vec<Vec<String>>> {
        let lists = match &self.value {
            Value::Is(tokens) => bracketed(tokens.clone())
                .and_then(|lists| split(lists, ',').into_iter().map(texts).collect::<Option<Vec<_>>>()),
            _ => None,
        };
        lists.ok_or_else(|| self.wrong(&format!("lists of names, as in `{} = [[\"a\", \"b\"]]`", self.name)))
    }
}

fn bracketed(tokens: TokenStream) -> Option<TokenStream> {
    let mut tokens = tokens.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Bracket => Some(group.stream()),
        _ => None,
    }
}

fn literals(tokens: TokenStream) -> Option<Vec<LitStr>> {
    let inner = bracketed(tokens.clone()).unwrap_or(tokens);
    let parser = syn::punctuated::Punctuated::<LitStr, syn::Token![,]>::parse_terminated;
    parser.parse2(inner).ok().map(|literals| literals.into_iter().collect())
}

fn texts(tokens: TokenStream) -> Option<Vec<String>> {
    literals(tokens).map(|literals| literals.iter().map(LitStr::value).collect())
}

fn span_of(tokens: &TokenStream, otherwise: Span) -> Span {
    if tokens.is_empty() { otherwise } else { tokens.span() }
}
