//! From text to Python's syntax tree, never deeper than what a stack bears.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::{Mode, lexer};

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
    if depth(text, Mode::Expression) > DEEPEST {
        return Err(Error::python("RecursionError", format!("the text is nested more than {DEEPEST} deep")));
    }
    match ruff_python_parser::parse_expression(text) {
        Ok(parsed) => Ok(parsed.into_expr()),
        Err(error) => Err(Error::python("SyntaxError", error.to_string())),
    }
}

/// Parses statements; what is wrong is told with its place in the text.
pub(crate) fn statements(text: &str) -> Result<Vec<Stmt>, (Error, usize)> {
    if text.len() > LONGEST {
        let error = Error::python("MemoryError", format!("the text is longer than {LONGEST} bytes"));
        return Err((error, 0));
    }
    if depth(text, Mode::Module) > DEEPEST {
        let error = Error::python("RecursionError", format!("the text is nested more than {DEEPEST} deep"));
        return Err((error, 0));
    }
    match ruff_python_parser::parse_module(text) {
        Ok(parsed) => Ok(parsed.into_suite().into_iter().collect()),
        Err(error) => {
            let place = error.location.start().to_usize();
            Err((Error::python("SyntaxError", error.error.to_string()), place))
        }
    }
}

/// Parses a module, as [`parse`] does an expression.
pub(crate) fn module(text: &str) -> Result<Vec<Stmt>> {
    if text.len() > LONGEST || depth(text, Mode::Module) > DEEPEST {
        return Err(Error::python("RecursionError", "the module is too long or nested too deeply"));
    }
    match ruff_python_parser::parse_module(text) {
        Ok(parsed) => Ok(parsed.into_suite().into_iter().collect()),
        Err(error) => Err(Error::python("SyntaxError", error.to_string())),
    }
}

/// Whether a text is too long or too deep to be parsed.
pub(crate) fn is_too_deep(text: &str) -> bool {
    text.len() > LONGEST || depth(text, Mode::Module) > DEEPEST
}

/// At least the depth of the tree that a text becomes: every level of the tree takes a bracket, an operator, an
/// attribute's dot, a keyword or an indentation. The tokens are the parser's own, those within f-strings too.
fn depth(text: &str, mode: Mode) -> usize {
    use TokenKind as T;
    let mut lexer = lexer::lex(text, mode);
    let (mut chains, mut sum, mut deepest) = (vec![0usize], 0usize, 0usize);
    // Statements within others are a level each.
    let mut blocks = 0usize;
    loop {
        match lexer.next_token() {
            T::EndOfFile => return deepest,
            // Outside of brackets, a line is a statement.
            T::Newline if chains.len() == 1 => {
                sum -= chains.first_mut().map(std::mem::take).unwrap_or_default();
            }
            T::Indent => blocks += 1,
            T::Dedent => blocks = blocks.saturating_sub(1),
            T::Lpar | T::Lsqb | T::Lbrace | T::FStringStart | T::TStringStart => {
                chains.push(1);
                sum += 1;
            }
            T::Rpar | T::Rsqb | T::Rbrace | T::FStringEnd | T::TStringEnd => {
                // What is closed counts as one link of the chain around it.
                sum -= chains.pop().unwrap_or_default();
                match chains.last_mut() {
                    Some(chain) => *chain += 1,
                    None => chains.push(1),
                }
                sum += 1;
            }
            T::Comma => {
                if let Some(chain) = chains.last_mut() {
                    sum -= std::mem::take(chain);
                }
            }
            kind if links(kind) => {
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                    sum += 1;
                }
            }
            _ => {}
        }
        deepest = deepest.max(sum + blocks);
    }
}

/// Whether a token may put what is before or after it a level deeper.
fn links(kind: TokenKind) -> bool {
    use TokenKind as T;
    let is_plain = matches!(
        kind,
        T::Name
            | T::Int
            | T::Float
            | T::Complex
            | T::String
            | T::FStringMiddle
            | T::TStringMiddle
            | T::Comment
            | T::Newline
            | T::NonLogicalNewline
            | T::Semi
            | T::Equal
            | T::None
            | T::True
            | T::False
            | T::Ellipsis
            | T::Match
            | T::Case
            | T::Type
            | T::Lazy
    );
    !is_plain
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
            format!("f'{{{}1{}}}'", "(".repeat(100_000), ")".repeat(100_000)),
            format!("{}x", "lambda: ".repeat(100_000)),
        ] {
            assert_eq!(parse(&deep).map(|_| ()).map_err(|error| error.class()), Err("RecursionError"));
        }
        let wide = format!("[{}]", "datetime.date(2000, 1, 1), ".repeat(5_000));
        assert!(parse(&wide).is_ok());
        assert!(parse(&format!("'{}'", "(".repeat(1_000))).is_ok());
        let blocks: String = (0..1_000).map(|level| format!("{}if x:\n", " ".repeat(level))).collect();
        let class = statements(&(blocks + &" ".repeat(1_000) + "y")).map_err(|(error, _)| error.class());
        assert_eq!(class.map(|_| ()), Err("RecursionError"));
        assert!(statements(&"x = 1\n".repeat(10_000)).is_ok());
    }
}
