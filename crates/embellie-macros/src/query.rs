//! `q!`: conditions with Django's keywords.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Result};

use crate::tokens::{Angles, calls, ident, plain, replace_f, split};

/// The lookups that may end a path, with the methods that they are.
const LOOKUPS: [(&str, &str); 31] = [
    ("exact", "exact"),
    ("iexact", "iexact"),
    ("contains", "contains"),
    ("icontains", "icontains"),
    ("startswith", "startswith"),
    ("istartswith", "istartswith"),
    ("endswith", "endswith"),
    ("iendswith", "iendswith"),
    ("regex", "regex"),
    ("iregex", "iregex"),
    ("gt", "gt"),
    ("gte", "gte"),
    ("lt", "lt"),
    ("lte", "lte"),
    ("range", "range"),
    ("in", "in_"),
    ("isnull", "isnull"),
    ("has_key", "has_key"),
    ("has_keys", "has_keys"),
    ("has_any_keys", "has_any_keys"),
    ("contained_by", "contained_by"),
    ("overlap", "overlap"),
    ("fully_lt", "fully_lt"),
    ("fully_gt", "fully_gt"),
    ("not_lt", "not_lt"),
    ("not_gt", "not_gt"),
    ("adjacent_to", "adjacent_to"),
    ("search", "search"),
    ("trigram_similar", "trigram_similar"),
    ("trigram_word_similar", "trigram_word_similar"),
    ("trigram_strict_word_similar", "trigram_strict_word_similar"),
];

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut parts = split(input, ',');
    let model = take_model(&mut parts);
    let mut values = Values::default();
    let condition = match conjunction(parts) {
        Ok(node) => node.typed(&mut values),
        Err(error) => {
            let error = error.to_compile_error();
            return quote!({ #error ::embellie::typed::Q::all() });
        }
    };
    let model = model.map(|model| quote!(::<#model>));
    let m = binding("__m");
    let Values { values, names } = values;
    quote!(::embellie::typed::Q #model ::of((#(#values,)*), &|#m, (#(#names,)*)| #condition))
}

/// Takes away the model that the input begins with: `q!(Post, …)`.
pub(crate) fn take_model(parts: &mut Vec<TokenStream>) -> Option<TokenStream> {
    let first = parts.first()?.clone();
    let path: syn::TypePath = syn::parse2(first.clone()).ok()?;
    let name = path.path.segments.last()?.ident.to_string();
    if !name.chars().next().is_some_and(char::is_uppercase) {
        return None;
    }
    parts.remove(0);
    Some(first)
}

/// A variable that the user cannot name.
pub(crate) fn binding(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The values of the conditions, evaluated where the macro stands.
#[derive(Default)]
pub(crate) struct Values {
    pub(crate) values: Vec<TokenStream>,
    /// What stands for each.
    pub(crate) names: Vec<Ident>,
}

impl Values {
    /// Adds a value and gives what stands for it.
    pub(crate) fn add(&mut self, value: TokenStream) -> TokenStream {
        let (replaced, uses_fields) = replace_f(value.clone());
        if uses_fields {
            return replaced;
        }
        // The name stands where the value stands, so that the compiler points there.
        let name = Ident::new(&format!("__v{}", self.values.len()), value.span());
        self.values.push(widen(value));
        self.names.push(name.clone());
        name.into_token_stream()
    }
}

/// An integer too great for what the compiler takes by itself is an `i64`.
fn widen(value: TokenStream) -> TokenStream {
    let Ok(literal) = syn::parse2::<syn::LitInt>(value.clone()) else { return value };
    match literal.base10_parse::<i64>() {
        Ok(number) if literal.suffix().is_empty() && i32::try_from(number).is_err() => {
            let mut wide = proc_macro2::Literal::i64_suffixed(number);
            wide.set_span(literal.span());
            wide.into_token_stream()
        }
        _ => value,
    }
}

/// Conditions, as they are written.
pub(crate) enum Node {
    /// No condition at all.
    All,
    /// `path = value`, or `path["key"][0]__lookup = value`.
    Condition { path: Ident, keys: Vec<TokenStream>, rest: Option<Ident>, value: TokenStream },
    /// A condition made elsewhere.
    Made(TokenStream),
    /// The opposite.
    Not(Box<Node>),
    /// Two, joined by a method of a trait for operators.
    Join(&'static Operator, Box<Node>, Box<Node>),
}

/// An operator between conditions.
pub(crate) struct Operator {
    sign: char,
    name: &'static str,
    method: &'static str,
}

/// The operators, from the loosest.
static OPERATORS: [Operator; 3] = [
    Operator { sign: '|', name: "BitOr", method: "bitor" },
    Operator { sign: '^', name: "BitXor", method: "bitxor" },
    Operator { sign: '&', name: "BitAnd", method: "bitand" },
];

/// Reads conditions that all hold.
pub(crate) fn conjunction(parts: Vec<TokenStream>) -> Result<Node> {
    let mut joined = Node::All;
    for part in parts {
        let node = Parser { tokens: part.into_iter().collect(), at: 0 }.whole()?;
        joined = match joined {
            Node::All => node,
            left => Node::Join(&OPERATORS[2], Box::new(left), Box::new(node)),
        };
    }
    Ok(joined)
}

/// Reads conditions joined by `|`, `^` and `&`, which bind as in Rust.
struct Parser {
    tokens: Vec<TokenTree>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&TokenTree> {
        self.tokens.get(self.at)
    }

    fn whole(mut self) -> Result<Node> {
        let condition = self.level(0)?;
        match self.peek() {
            None => Ok(condition),
            Some(token) => Err(Error::new(token.span(), "expected `,`, `&`, `|` or `^`")),
        }
    }

    fn level(&mut self, level: usize) -> Result<Node> {
        let Some(operator) = OPERATORS.get(level) else { return self.operand() };
        let mut left = self.level(level + 1)?;
        while self.is_sign(self.at, operator.sign) {
            let joint = matches!(self.peek(), Some(TokenTree::Punct(punct)) if punct.spacing() == Spacing::Joint);
            let span = self.tokens[self.at].span();
            self.at += 1;
            if joint && self.is_sign(self.at, operator.sign) {
                return Err(Error::new(span, format!("conditions are joined by one `{}`", operator.sign)));
            }
            let right = self.level(level + 1)?;
            left = Node::Join(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node> {
        match self.peek() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '!' => {
                self.at += 1;
                Ok(Node::Not(Box::new(self.operand()?)))
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis && self.ends(self.at + 1) => {
                let parts = split(group.stream(), ',');
                self.at += 1;
                conjunction(parts)
            }
            Some(TokenTree::Ident(path)) if let Some((keys, rest, at)) = self.left_side() => {
                let path = path.clone();
                self.at = at;
                if self.is_sign(self.at, '=') {
                    return Err(Error::new(self.tokens[self.at].span(), "a condition has one `=`"));
                }
                if plain(&path).split("__").any(str::is_empty) {
                    let message = "names are joined by two underscores, as in `author__name`";
                    return Err(Error::new(path.span(), message));
                }
                let value = self.value(path.span())?;
                Ok(Node::Condition { path, keys, rest, value })
            }
            Some(token) => {
                let span = token.span();
                self.value(span).map(Node::Made)
            }
            None => Err(Error::new(self.last_span(), "expected a condition, as in `name = value`")),
        }
    }

    /// What follows the name that a condition begins with: keys of JSON in brackets, names after them, and where the value
    /// begins; `None` when this is no condition.
    fn left_side(&self) -> Option<(Vec<TokenStream>, Option<Ident>, usize)> {
        let mut at = self.at + 1;
        let mut keys = Vec::new();
        while let Some(TokenTree::Group(group)) = self.tokens.get(at) {
            if group.delimiter() != Delimiter::Bracket {
                return None;
            }
            keys.push(group.stream());
            at += 1;
        }
        let rest = match self.tokens.get(at) {
            Some(TokenTree::Ident(rest)) if !keys.is_empty() && plain(rest).starts_with("__") => {
                at += 1;
                Some(rest.clone())
            }
            _ => None,
        };
        self.is_sign(at, '=').then_some((keys, rest, at + 1))
    }

    fn is_sign(&self, at: usize, sign: char) -> bool {
        matches!(self.tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
    }

    /// Whether an operand may end before the token at a place.
    fn ends(&self, at: usize) -> bool {
        at >= self.tokens.len() || OPERATORS.iter().any(|operator| self.is_sign(at, operator.sign))
    }

    fn last_span(&self) -> Span {
        self.tokens.last().map_or_else(Span::call_site, TokenTree::span)
    }

    /// The tokens of a value: up to an operator that follows something.
    fn value(&mut self, otherwise: Span) -> Result<TokenStream> {
        let mut value = TokenStream::new();
        let mut begun = false;
        let mut angles = Angles::default();
        while let Some(token) = self.peek().cloned() {
            if begun && !angles.inside() && self.ends(self.at) {
                break;
            }
            angles.see(&token);
            begun |= !matches!(&token, TokenTree::Punct(punct) if matches!(punct.as_char(), '&' | '*' | '-' | '!'));
            value.extend([token]);
            self.at += 1;
        }
        if begun { Ok(value) } else { Err(Error::new(otherwise, "a value is missing")) }
    }
}

impl Node {
    /// The condition on typed paths.
    fn typed(self, values: &mut Values) -> TokenStream {
        match self {
            Node::All => quote!(::embellie::typed::Q::all()),
            Node::Condition { path, keys, rest, value } => condition(&path, &keys, rest.as_ref(), value, values),
            Node::Made(condition) => values.add(condition),
            Node::Not(inner) => {
                let inner = inner.typed(values);
                quote!(::core::ops::Not::not(#inner))
            }
            Node::Join(operator, left, right) => {
                let (left, right) = (left.typed(values), right.typed(values));
                let (name, method) = (operator.ident(), operator.method());
                quote!(::core::ops::#name::#method(#left, #right))
            }
        }
    }
}

impl Operator {
    pub(crate) fn ident(&self) -> Ident {
        ident(self.name, Span::call_site())
    }

    pub(crate) fn method(&self) -> Ident {
        ident(self.method, Span::call_site())
    }
}

fn condition(
    path: &Ident,
    keys: &[TokenStream],
    rest: Option<&Ident>,
    value: TokenStream,
    values: &mut Values,
) -> TokenStream {
    let (text, rest) = (plain(path), rest.map(plain));
    let mut names: Vec<&str> = text.split("__").collect();
    let mut after: Vec<&str> = rest.iter().flat_map(|rest| rest.split("__").skip(1)).collect();
    // A field may be called as a lookup is.
    let method = match keys.is_empty() {
        true if names.len() == 1 => "exact",
        true => lookup(&mut names),
        false => lookup(&mut after),
    };
    let span = path.span();
    let (start, m) = (Ident::new("__m", span), binding("__m"));
    // What stands before a number is a path into JSON, but for the field itself; numbers alone may be places in an array.
    let is_number = |name: &str| name.starts_with(|first: char| first.is_ascii_digit());
    let calls = match names.iter().position(|name| is_number(name)) {
        Some(first @ 1) if names[first..].iter().all(|name| is_number(name)) => {
            let (field, path) = (calls(&names[..first], span), &names[first..]);
            let path = path.iter().map(|name| match name.contains('_') {
                true => quote_spanned!(span=> .sliced(#name)),
                false => quote_spanned!(span=> .numbered(#name)),
            });
            quote_spanned!(span=> #field #(#path)*)
        }
        Some(1..) => {
            let (field, path) = (calls(&names[..1], span), &names[1..]);
            quote_spanned!(span=> #field.json_path(&[#(#path),*]))
        }
        _ => calls(&names, span),
    };
    let keys = keys.iter().map(|key| match syn::parse2::<syn::LitInt>(key.clone()) {
        Ok(index) => quote_spanned!(span=> .index(#index)),
        Err(_) => {
            let key = values.add(key.clone());
            quote_spanned!(span=> .key(#key))
        }
    });
    let keys: TokenStream = keys.collect();
    let after = crate::tokens::calls(&after, span);
    let method = Ident::new(method, span);
    let value = values.add(value);
    // The path begins where it is written, so that the compiler points there.
    quote_spanned!(span=> { let #start = #m; #start #calls #keys #after.#method(#value) })
}

/// Takes the lookup away from the end of some names, and gives its method.
fn lookup(names: &mut Vec<&str>) -> &'static str {
    match names.last().and_then(|last| LOOKUPS.iter().find(|(name, _)| name == last)) {
        Some((_, method)) => {
            names.pop();
            method
        }
        None => "exact",
    }
}
