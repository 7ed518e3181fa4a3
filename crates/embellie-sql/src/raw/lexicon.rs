//! Where strings, names and comments begin and end in SQL that somebody has written.

/// What stands for itself in a dialect's SQL, and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lexicon {
    /// Strings with backslashes: `E'it\'s'`.
    pub(crate) escape_strings: bool,
    /// Strings between dollar signs: `$body$it's$body$`.
    pub(crate) dollar_strings: bool,
    /// Comments in comments.
    pub(crate) nested_comments: bool,
    /// Names in brackets and backticks, beside those in quotation marks.
    pub(crate) more_quotes: bool,
    /// The characters with which the database's own placeholders begin, outside of strings and names.
    pub(crate) own_placeholders: &'static [char],
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// A word: a keyword or a name without quotation marks.
    Word(&'t str),
    /// `%s`.
    Positional,
    /// `%(name)s`.
    Named(&'t str),
    /// `%%`.
    Percent,
    /// The beginning of a placeholder as the database itself writes it.
    Own(char),
    /// White space and comments.
    Gap(&'t str),
    /// Anything else: strings, quoted names, numbers, operators.
    Other(&'t str),
}

/// The parts of a text, in order: put together again, they are the text.
pub(crate) struct Tokens<'t> {
    rest: &'t str,
    lexicon: Lexicon,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(text: &'t str, lexicon: Lexicon) -> Self {
        Tokens { rest: text, lexicon }
    }

    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn other(&mut self, bytes: usize) -> Token<'t> {
        Token::Other(self.take(bytes))
    }

    fn percent(&mut self) -> Token<'t> {
        let after = &self.rest[1..];
        if after.starts_with('%') {
            self.take(2);
            return Token::Percent;
        }
        if is_s(after) {
            self.take(2);
            return Token::Positional;
        }
        let name = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        if let Some((name, after)) = name
            && is_name(name)
            && is_s(after)
        {
            self.take(name.len() + 4);
            return Token::Named(name);
        }
        self.other(1)
    }

    fn dollar(&mut self) -> Option<Token<'t>> {
        let (tag, body) = self.rest[1..].split_once('$')?;
        if !self.lexicon.dollar_strings || !(tag.is_empty() || is_name(tag)) {
            return None;
        }
        let mark = &self.rest[..tag.len() + 2];
        let end = body.find(mark).map_or(body.len(), |at| at + mark.len());
        Some(self.other(mark.len() + end))
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let mut characters = self.rest.chars();
        let first = characters.next()?;
        let second = characters.next();
        Some(match first {
            _ if first.is_whitespace() => {
                let end = self.rest.find(|c: char| !c.is_whitespace());
                Token::Gap(self.take(end.unwrap_or(self.rest.len())))
            }
            '-' if second == Some('-') => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                Token::Gap(self.take(end))
            }
            '/' if second == Some('*') => {
                let end = comment(self.rest, self.lexicon.nested_comments);
                Token::Gap(self.take(end))
            }
            '\'' => self.other(quoted(self.rest, '\'', false)),
            'e' | 'E' if second == Some('\'') && self.lexicon.escape_strings => {
                let end = 1 + quoted(&self.rest[1..], '\'', true);
                self.other(end)
            }
            '"' => self.other(quoted(self.rest, '"', false)),
            '`' if self.lexicon.more_quotes => self.other(quoted(self.rest, '`', false)),
            '[' if self.lexicon.more_quotes => {
                let end = self.rest.find(']').map_or(self.rest.len(), |at| at + 1);
                self.other(end)
            }
            '%' => self.percent(),
            '$' => match self.dollar() {
                Some(token) => token,
                None => self.own_or_other(first, second),
            },
            // A number, so that what follows it is no word of its own.
            _ if first.is_ascii_digit() || begins_word(first) => {
                let end = self.rest.find(|c| !continues_word(c)).unwrap_or(self.rest.len());
                let word = self.take(end);
                if first.is_ascii_digit() { Token::Other(word) } else { Token::Word(word) }
            }
            _ => self.own_or_other(first, second),
        })
    }
}

impl<'t> Tokens<'t> {
    fn own_or_other(&mut self, first: char, second: Option<char>) -> Token<'t> {
        let numbered = first == '$' && second.is_some_and(|c| c.is_ascii_digit());
        let text = self.take(first.len_utf8());
        if numbered || self.lexicon.own_placeholders.contains(&first) { Token::Own(first) } else { Token::Other(text) }
    }
}

fn begins_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn is_name(text: &str) -> bool {
    text.starts_with(begins_word) && text.chars().all(|c| begins_word(c) || c.is_numeric())
}

/// Whether the text begins with an `s` that stands alone.
fn is_s(text: &str) -> bool {
    text.strip_prefix('s').is_some_and(|rest| !rest.starts_with(continues_word))
}

/// How long what is quoted is, with its marks. A mark inside is doubled, or comes after a backslash.
fn quoted(text: &str, mark: char, backslash: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && backslash {
            characters.next();
        } else if c == mark {
            match characters.peek() {
                Some((_, next)) if *next == mark => drop(characters.next()),
                _ => return at + mark.len_utf8(),
            }
        }
    }
    text.len()
}

/// How long a comment is, with its marks.
fn comment(text: &str, nested: bool) -> usize {
    let (mut at, mut depth) = (2, 1);
    while let Some(rest) = text.get(at..) {
        let Some(mark) = rest.find(['*', '/']) else { break };
        at += mark;
        match text.get(at..at + 2) {
            Some("*/") => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            Some("/*") if nested => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    text.len()
}
