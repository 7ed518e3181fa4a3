//! The pieces of a statement: words, names, values, symbols.

use crate::raw::lexicon::{Lexicon, Token, Tokens};

/// What all dialects' own statements are made of.
const LEXICON: Lexicon = Lexicon {
    escape_strings: true,
    dollar_strings: true,
    nested_comments: false,
    more_quotes: false,
    own_placeholders: &['?'],
};

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// A keyword, a function, or a name without quotation marks.
    Word(&'t str),
    /// A quoted name.
    Name(String),
    /// A placeholder or a constant.
    Value,
    /// Anything else, a character or two of it.
    Symbol(&'t str),
}

impl Piece<'_> {
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Piece::Word(own) if own.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self, Piece::Symbol(own) if *own == symbol)
    }
}

/// The pieces of a text, without what stands between them.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut tokens = Tokens::new(text, LEXICON).peekable();
    while let Some(token) = tokens.next() {
        let piece = match token {
            Token::Gap(_) => continue,
            Token::Word(word) => Piece::Word(word),
            Token::Own(_) => {
                let is_number = |next: &Token<'_>| matches!(next, Token::Other(n) if is_number(n));
                let _ = tokens.next_if(is_number);
                Piece::Value
            }
            Token::Positional | Token::Named(_) => Piece::Value,
            Token::Percent => Piece::Symbol("%"),
            Token::Other(other) => match other.chars().next() {
                Some(mark @ ('"' | '`')) => Piece::Name(unquoted(other, mark)),
                Some('\'' | 'e' | 'E') => Piece::Value,
                Some('$') if other.len() > 1 => Piece::Value,
                Some('.') if matches!(pieces.last(), Some(Piece::Value)) => {
                    // The rest of a number.
                    let _ = tokens.next_if(|next| matches!(next, Token::Other(n) if is_number(n)));
                    continue;
                }
                Some(first) if first.is_ascii_digit() => Piece::Value,
                _ => Piece::Symbol(other),
            },
        };
        // What is written with two characters is one symbol.
        match (pieces.last_mut(), &piece) {
            (Some(Piece::Symbol(last)), Piece::Symbol(next)) => match joined(last, next) {
                Some(symbol) => *last = symbol,
                None => pieces.push(piece),
            },
            _ => pieces.push(piece),
        }
    }
    pieces
}

fn joined(first: &str, second: &str) -> Option<&'static str> {
    const PAIRS: [&str; 9] = ["<=", ">=", "<>", "!=", "::", "||", "@>", "<@", "~~"];
    PAIRS.into_iter().find(|pair| pair.strip_prefix(first).is_some_and(|rest| rest == second))
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn unquoted(text: &str, mark: char) -> String {
    let inner = text.strip_prefix(mark).unwrap_or(text);
    let inner = inner.strip_suffix(mark).unwrap_or(inner);
    inner.replace(&format!("{mark}{mark}"), &mark.to_string())
}

/// The statement without its values, in which lists of any length look the same.
pub(super) fn shape(pieces: &[Piece<'_>]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        at += 1;
        write(&mut text, pieces.get(at.wrapping_sub(2)), piece);
        if piece.is_word("IN")
            && let Some(end) = list_of_values(pieces, at)
        {
            text.push_str(" (…)");
            at = end;
        } else if piece.is_word("VALUES") {
            at = rows(&mut text, pieces, at);
        }
    }
    text
}

/// The end of a list in parentheses that begins at `at`, when it has nothing but values.
fn list_of_values(pieces: &[Piece<'_>], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (place, piece) in pieces.iter().enumerate().skip(at) {
        match piece {
            Piece::Symbol("(") => depth += 1,
            Piece::Symbol(")") if depth <= 1 => return Some(place + 1),
            Piece::Symbol(")") => depth -= 1,
            Piece::Value | Piece::Symbol(",") if depth > 0 => {}
            _ => return None,
        }
    }
    None
}

/// Writes the first of the rows that begin at `at`, and gives the end of the last.
fn rows(text: &mut String, pieces: &[Piece<'_>], at: usize) -> usize {
    let mut end = at;
    let mut count = 0;
    while pieces.get(end).is_some_and(|piece| piece.is_symbol("(")) {
        let mut depth = 0usize;
        while let Some(piece) = pieces.get(end) {
            if count == 0 {
                write(text, pieces.get(end.wrapping_sub(1)), piece);
            }
            end += 1;
            match piece {
                Piece::Symbol("(") => depth += 1,
                Piece::Symbol(")") if depth <= 1 => break,
                Piece::Symbol(")") => depth -= 1,
                _ => {}
            }
        }
        count += 1;
        let more = pieces.get(end).is_some_and(|piece| piece.is_symbol(","))
            && pieces.get(end + 1).is_some_and(|piece| piece.is_symbol("("));
        if !more {
            break;
        }
        end += 1;
    }
    if count > 1 {
        text.push_str(", …");
    }
    end
}

fn write(text: &mut String, before: Option<&Piece<'_>>, piece: &Piece<'_>) {
    let tight = |symbol: &str| matches!(symbol, "." | "(" | "::" | "[");
    let apart = match (before, piece) {
        (None, _) | (_, Piece::Symbol("," | ")" | "." | "::" | "]" | "[" | ";")) => false,
        (Some(Piece::Symbol(before)), _) if tight(before) => false,
        // A function and what it is called with.
        (Some(Piece::Word(word)), Piece::Symbol("(")) => is_keyword(word),
        _ => true,
    };
    if apart && !text.is_empty() {
        text.push(' ');
    }
    match piece {
        Piece::Word(word) => text.push_str(word),
        Piece::Name(name) => {
            text.push('"');
            text.push_str(&name.replace('"', "\"\""));
            text.push('"');
        }
        Piece::Value => text.push('?'),
        Piece::Symbol(symbol) => text.push_str(symbol),
    }
}

/// Whether a word before a parenthesis is no function.
pub(super) fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 34] = [
        "ALL",
        "AND",
        "ANY",
        "AS",
        "BETWEEN",
        "BY",
        "CASE",
        "DISTINCT",
        "ELSE",
        "EXCEPT",
        "EXISTS",
        "FROM",
        "HAVING",
        "IN",
        "INTERSECT",
        "INTO",
        "JOIN",
        "LATERAL",
        "LIKE",
        "LIMIT",
        "MATERIALIZED",
        "NOT",
        "OFFSET",
        "ON",
        "OR",
        "OVER",
        "RETURNING",
        "SELECT",
        "SET",
        "THEN",
        "UNION",
        "VALUES",
        "WHEN",
        "WHERE",
    ];
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}
