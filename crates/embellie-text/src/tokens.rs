//! The tokens of a text, for those who show it in colours, and whether more of it is to come.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use crate::parse;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// A word of Python's: `for`, `not`.
    Keyword,
    /// `None`, `True`, `False`.
    Constant,
    /// A text, or a part of one.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// A name.
    Name,
    /// All else.
    Other,
}

/// The tokens of a text, in order, with their places.
pub fn tokens(text: &str) -> Vec<(Range<usize>, Class)> {
    if parse::is_too_deep(text) {
        return Vec::new();
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    parsed
        .tokens()
        .iter()
        .map(|token| {
            let class = match token.kind() {
                TokenKind::None | TokenKind::True | TokenKind::False => Class::Constant,
                kind if kind.is_non_soft_keyword() => Class::Keyword,
                TokenKind::String
                | TokenKind::FStringStart
                | TokenKind::FStringMiddle
                | TokenKind::FStringEnd
                | TokenKind::TStringStart
                | TokenKind::TStringMiddle
                | TokenKind::TStringEnd => Class::Text,
                TokenKind::Int | TokenKind::Float | TokenKind::Complex => Class::Number,
                TokenKind::Comment => Class::Comment,
                TokenKind::Name => Class::Name,
                _ => Class::Other,
            };
            (token.range().start().to_usize()..token.range().end().to_usize(), class)
        })
        .collect()
}

/// Whether a text is whole as it stands: a statement, or a block that an empty line ends. What is wrong in any case is
/// whole too.
pub fn is_whole(text: &str) -> bool {
    if parse::is_too_deep(text) {
        return true;
    }
    let ended = text.trim_end_matches([' ', '\t']);
    if ended.ends_with('\\') {
        return false;
    }
    let last = ended.lines().last().unwrap_or_default();
    let begins_block = |line: &str| line.trim_end().ends_with(':') && !line.trim_start().starts_with('#');
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let at_end = |error: &ruff_python_parser::ParseError| error.location.end().to_usize() >= text.trim_end().len();
    if !parsed.errors().is_empty() {
        // A bracket, a string or a block that is open: what is wrong is that the text ends here.
        let open = opened(text);
        let only_at_end = parsed.errors().iter().all(at_end);
        let in_block = begins_block(last) || text.lines().any(begins_block) && !text.ends_with('\n');
        return !(open || only_at_end && in_block);
    }
    // A block ends with an empty line, as at Python's own prompt.
    let is_block = text.lines().any(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty())
        && parsed.suite_ends_in_block();
    !is_block || text.ends_with('\n')
}

/// Whether a bracket or a text of several lines is still open.
fn opened(text: &str) -> bool {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let mut depth = 0_i64;
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth -= 1,
            _ => {}
        }
    }
    depth > 0 || text.matches("\"\"\"").count() % 2 == 1 || text.matches("'''").count() % 2 == 1
}

trait EndsInBlock {
    fn suite_ends_in_block(&self) -> bool;
}

impl EndsInBlock for ruff_python_parser::Parsed<ruff_python_ast::Mod> {
    /// Whether the last statement is one with others in it.
    fn suite_ends_in_block(&self) -> bool {
        use ruff_python_ast::{Mod, Stmt};
        match self.syntax() {
            Mod::Module(module) => matches!(
                module.body.last(),
                Some(
                    Stmt::For(_)
                        | Stmt::While(_)
                        | Stmt::If(_)
                        | Stmt::With(_)
                        | Stmt::Try(_)
                        | Stmt::FunctionDef(_)
                        | Stmt::ClassDef(_)
                )
            ),
            Mod::Expression(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_to_come_as_at_the_prompt_of_python() {
        for whole in [
            "",
            "x",
            "x = 1",
            "x +",
            "f(1)",
            "for x in y: pass\n",
            "for x in y:\n    f(x)\n",
            "'a",
            ")",
            "x = [1,\n2]",
            "if x:\n    y\nelse:\n    z\n",
        ] {
            assert!(is_whole(whole), "{whole:?}");
        }
        for begun in [
            "f(",
            "[1,\n",
            "for x in y:",
            "for x in y:\n    f(x)",
            "x = \"\"\"a",
            "if x:\n    y\nelse:",
            "x = 1 + \\",
            "Post.objects.filter(\n    title='a',",
            "def f():",
        ] {
            assert!(!is_whole(begun), "{begun:?}");
        }
    }

    #[test]
    fn tokens_have_classes() {
        let text = "for x in [1, 'a']: # c";
        let found: Vec<(&str, Class)> =
            tokens(text).into_iter().filter_map(|(range, class)| Some((text.get(range)?, class))).collect();
        assert!(found.contains(&("for", Class::Keyword)) && found.contains(&("'a'", Class::Text)));
        assert!(found.contains(&("1", Class::Number)) && found.contains(&("# c", Class::Comment)));
    }
}
