//! From text to Python's syntax tree, never deeper than what a stack bears.

use ruff_python_ast::{Expr, Stmt};

use crate::{Error, Result};

/// How deep an expression may be nested, calls on results of calls included.
const DEEPEST: usize = 120;

/// How long a text may be, in bytes.
const LONGEST: usize = 1 << 20;

/// Parses one expression.
///
/// The depth is measured before, on the text: a tree that is too deep must not even be dropped.
pub(crate) fn parse(text: &str) -> Result<Expr> {
    if text.len() > LONGEST {
        return Err(Error::python("MemoryError", format!("the text is longer than {LONGEST} bytes")));
    }
    if depth(text) > DEEPEST {
        return Err(Error::python("RecursionError", format!("the text is nested more than {DEEPEST} deep")));
    }
    match ruff_python_parser::parse_expression(text) {
        Ok(parsed) => Ok(parsed.into_expr()),
        Err(error) => Err(Error::python("SyntaxError", error.to_string())),
    }
}

/// Parses a module, as [`parse`] does an expression.
pub(crate) fn module(text: &str) -> Result<Vec<Stmt>> {
    if text.len() > LONGEST || depth(text) > DEEPEST {
        return Err(Error::python("RecursionError", "the module is too long or nested too deeply"));
    }
    match ruff_python_parser::parse_module(text) {
        Ok(parsed) => Ok(parsed.into_suite().into_iter().collect()),
        Err(error) => Err(Error::python("SyntaxError", error.to_string())),
    }
}

/// At least the depth of the tree that a text becomes: every level of the tree takes a bracket, an operator, an
/// attribute's dot or a keyword.
fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut chains, mut sum, mut deepest, mut at) = (vec![0usize], 0usize, 0usize, 0usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => {
                at = string_end(bytes, at);
                continue;
            }
            b'#' => {
                while bytes.get(at).is_some_and(|byte| *byte != b'\n') {
                    at += 1;
                }
                continue;
            }
            // Outside of brackets, a line is a statement.
            b'\n' if chains.len() == 1 => sum -= chains.first_mut().map(std::mem::take).unwrap_or_default(),
            b'(' | b'[' | b'{' => {
                chains.push(1);
                sum += 1;
            }
            b')' | b']' | b'}' => {
                // What is closed counts as one link of the chain around it.
                sum -= chains.pop().unwrap_or_default();
                match chains.last_mut() {
                    Some(chain) => *chain += 1,
                    None => chains.push(1),
                }
                sum += 1;
            }
            b',' => {
                if let Some(chain) = chains.last_mut() {
                    sum -= std::mem::take(chain);
                }
            }
            b'~' | b'-' | b'+' | b'*' | b'/' | b'%' | b'|' | b'&' | b'^' | b'.' | b'<' | b'>' | b'@' | b':' | b'!' => {
                link(&mut chains, &mut sum);
            }
            // A space may end a keyword, and only keywords nest without signs.
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'\\'
                if at > 0 && bytes.get(at - 1).is_some_and(|before| before.is_ascii_lowercase()) =>
            {
                link(&mut chains, &mut sum);
            }
            _ => {}
        }
        deepest = deepest.max(sum);
        at += 1;
    }
    deepest
}

fn link(chains: &mut [usize], sum: &mut usize) {
    if let Some(chain) = chains.last_mut() {
        *chain += 1;
        *sum += 1;
    }
}

/// The place after the string literal that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes.get(start).copied().unwrap_or(b'\'');
    let triple = bytes.get(start..start + 3) == Some(&[quote; 3]);
    let (mut at, width) = if triple { (start + 3, 3) } else { (start + 1, 1) };
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' {
            at += 2;
        } else if byte == quote && (!triple || bytes.get(at..at + 3) == Some(&[quote; 3])) {
            return at + width;
        } else {
            at += 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_too_deep_are_refused_before_they_are_parsed() {
        for deep in [
            format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000)),
            format!("{}x", "~".repeat(100_000)),
            format!("x{}", ".all()".repeat(50_000)),
            format!("1{}", " + 1".repeat(100_000)),
            format!("{}x", "not ".repeat(100_000)),
        ] {
            assert_eq!(parse(&deep).map(|_| ()).map_err(|error| error.class()), Err("RecursionError"));
        }
        let wide = format!("[{}]", "datetime.date(2000, 1, 1), ".repeat(5_000));
        assert!(parse(&wide).is_ok());
        assert!(parse(&format!("'{}'", "(".repeat(1_000))).is_ok());
    }
}
