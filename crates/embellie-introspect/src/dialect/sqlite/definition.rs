//! What only the text of `CREATE TABLE` and `CREATE INDEX` tells: checks, generated columns, names of constraints.

use embellie_core::meta::Deferrable;

use crate::schema::Check;

/// A table's definition, as far as it is read here. Whatever cannot be read is left out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Definition {
    pub(super) columns: Vec<WrittenColumn>,
    pub(super) checks: Vec<Check>,
    /// In the order in which they stand, those of columns included.
    pub(super) foreign_keys: Vec<WrittenKey>,
    pub(super) key_name: Option<String>,
    /// The names of unique constraints of the table, with their columns.
    pub(super) uniques: Vec<(String, Vec<String>)>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct WrittenColumn {
    pub(super) name: String,
    pub(super) generated: Option<String>,
    pub(super) collation: Option<String>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct WrittenKey {
    pub(super) name: Option<String>,
    pub(super) deferrable: Option<Deferrable>,
}

/// A piece of SQL, and where it stands.
#[derive(Debug, Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    from: usize,
    to: usize,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// The name that the token is, without what stands around it.
    fn name(&self) -> String {
        let text = self.text;
        let Some(first) = text.chars().next() else { return String::new() };
        let last = match first {
            '"' | '`' | '\'' => first,
            '[' => ']',
            _ => return text.to_owned(),
        };
        let inner = text.get(1..).unwrap_or_default();
        let inner = inner.strip_suffix(last).unwrap_or(inner);
        if first == '[' { inner.to_owned() } else { inner.replace(&format!("{first}{first}"), &first.to_string()) }
    }
}

/// The tokens of a text, without spaces and comments.
fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = sql.char_indices().peekable();
    while let Some((from, first)) = rest.next() {
        let after = |at: usize, wanted: &str| sql.get(at..).and_then(|text| text.find(wanted)).map(|found| at + found);
        let end = match first {
            _ if first.is_whitespace() => continue,
            '-' if sql[from..].starts_with("--") => {
                let end = after(from, "\n").unwrap_or(sql.len());
                while rest.next_if(|(at, _)| *at < end).is_some() {}
                continue;
            }
            '/' if sql[from..].starts_with("/*") => {
                let end = after(from + 2, "*/").map_or(sql.len(), |end| end + 2);
                while rest.next_if(|(at, _)| *at < end).is_some() {}
                continue;
            }
            '[' => after(from, "]").map_or(sql.len(), |end| end + 1),
            '"' | '\'' | '`' => {
                let mut end = from + 1;
                loop {
                    match after(end, &first.to_string()) {
                        // Twice, it is one within.
                        Some(found) if sql[found + 1..].starts_with(first) => end = found + 2,
                        Some(found) => break found + 1,
                        None => break sql.len(),
                    }
                }
            }
            _ if is_word(first) => {
                sql[from..].find(|letter: char| !is_word(letter)).map_or(sql.len(), |length| from + length)
            }
            other => from + other.len_utf8(),
        };
        while rest.next_if(|(at, _)| *at < end).is_some() {}
        tokens.push(Token { text: &sql[from..end], from, to: end });
    }
    tokens
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$' || letter == '.'
}

/// The place behind the bracket that closes the one at `open`.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (place, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" => depth += 1,
            ")" if depth <= 1 => return place + 1,
            ")" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The text between the brackets at `open`.
fn inside<'t>(sql: &'t str, tokens: &[Token<'t>], open: usize) -> &'t str {
    let end = closing(tokens, open);
    let (first, last) = (tokens.get(open + 1), end.checked_sub(2).and_then(|last| tokens.get(last)));
    match (first, last) {
        (Some(first), Some(last)) if end > open + 2 => sql.get(first.from..last.to).unwrap_or_default(),
        _ => "",
    }
}

/// The parts between commas, without those in brackets.
fn parts<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.text == ","
        })
        .collect()
}

impl Definition {
    pub(super) fn read(sql: &str) -> Self {
        let mut definition = Definition::default();
        let tokens = tokens(sql);
        let Some(open) = tokens.iter().position(|token| token.text == "(") else { return definition };
        let end = closing(&tokens, open).saturating_sub(1);
        let body = tokens.get(open + 1..end).unwrap_or_default();
        for part in parts(body) {
            let Some(first) = part.first() else { continue };
            let of_table = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| first.is(word));
            let mut column = WrittenColumn { name: first.name(), ..WrittenColumn::default() };
            definition.constraints(sql, if of_table { part } else { &part[1..] }, &mut column);
            if !of_table {
                definition.columns.push(column);
            }
        }
        definition
    }

    fn constraints(&mut self, sql: &str, part: &[Token<'_>], column: &mut WrittenColumn) {
        let mut name = None;
        let mut at = 0;
        while let Some(token) = part.get(at) {
            let next = part.get(at + 1);
            at += 1;
            if token.text == "(" {
                at = closing(part, at - 1);
            } else if token.is("CONSTRAINT") {
                name = next.map(Token::name);
                at += 1;
            } else if token.is("CHECK") && next.is_some_and(|next| next.text == "(") {
                let condition = inside(sql, part, at).to_owned();
                self.checks.push(Check { name: name.take(), condition });
                at = closing(part, at);
            } else if token.is("AS") && next.is_some_and(|next| next.text == "(") {
                column.generated = Some(inside(sql, part, at).to_owned());
                at = closing(part, at);
            } else if token.is("COLLATE") {
                column.collation = next.map(Token::name);
                at += 1;
            } else if token.is("PRIMARY") {
                self.key_name = name.take();
            } else if token.is("UNIQUE") {
                let terms = match next.is_some_and(|next| next.text == "(") {
                    true => parts(part.get(at + 1..closing(part, at).saturating_sub(1)).unwrap_or_default()),
                    false => Vec::new(),
                };
                let columns = match terms.is_empty() {
                    true => vec![column.name.clone()],
                    false => terms.iter().filter_map(|term| term.first()).map(Token::name).collect(),
                };
                self.uniques.extend(name.take().map(|name| (name, columns)));
            } else if token.is("REFERENCES") {
                self.foreign_keys.push(WrittenKey { name: name.take(), deferrable: None });
            } else if token.is("DEFERRABLE") && !part.get(at.wrapping_sub(2)).is_some_and(|before| before.is("NOT")) {
                let deferred = next.is_some_and(|next| next.is("INITIALLY"))
                    && part.get(at + 1).is_some_and(|when| when.is("DEFERRED"));
                if let Some(key) = self.foreign_keys.last_mut() {
                    key.deferrable = Some(if deferred { Deferrable::Deferred } else { Deferrable::Immediate });
                }
            }
        }
    }

    pub(super) fn column(&self, name: &str) -> Option<&WrittenColumn> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

/// The terms of `CREATE INDEX … ON table (terms)`, each as it is written, without its direction.
pub(super) fn terms_of_index(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let Some(open) = tokens.iter().position(|token| token.text == "(") else { return Vec::new() };
    let body = tokens.get(open + 1..closing(&tokens, open).saturating_sub(1)).unwrap_or_default();
    let term = |part: &[Token<'_>]| {
        let directed = part.last().is_some_and(|last| last.is("ASC") || last.is("DESC"));
        let part = if directed { &part[..part.len() - 1] } else { part };
        match (part.first(), part.last()) {
            (Some(first), Some(last)) => sql.get(first.from..last.to).unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    };
    parts(body).into_iter().map(term).collect()
}

/// The condition of `CREATE INDEX … ON table (terms) WHERE condition`.
pub(super) fn condition_of_index(sql: &str) -> Option<String> {
    let tokens = tokens(sql);
    let open = tokens.iter().position(|token| token.text == "(")?;
    let after = closing(&tokens, open);
    let (word, first) = (tokens.get(after)?, tokens.get(after + 1)?);
    word.is("WHERE").then(|| sql.get(first.from..).unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_table_says_of_itself() {
        let definition = Definition::read(
            "CREATE TABLE [a (b] ( -- comment, with (\n id integer CONSTRAINT k PRIMARY KEY, \"x, \"\"y\" text COLLATE NOCASE \
             CHECK (length(\"x, \"\"y\") > 1), z AS (id * (2 + 1)) STORED, u REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED, \
             v numeric(10, 2) DEFAULT (1) /* ) */, CONSTRAINT \"c d\" CHECK (v > ')' OR z), CONSTRAINT n UNIQUE (\"x, \"\"y\", z DESC), CONSTRAINT f FOREIGN KEY (v) \
             REFERENCES t NOT DEFERRABLE)",
        );
        let names: Vec<&str> = definition.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["id", "x, \"y", "z", "u", "v"]);
        assert_eq!(definition.key_name.as_deref(), Some("k"));
        assert_eq!(definition.columns[1].collation.as_deref(), Some("NOCASE"));
        assert_eq!(definition.columns[2].generated.as_deref(), Some("id * (2 + 1)"));
        assert_eq!(
            definition.checks,
            [
                Check { name: None, condition: "length(\"x, \"\"y\") > 1".into() },
                Check { name: Some("c d".into()), condition: "v > ')' OR z".into() },
            ]
        );
        assert_eq!(definition.uniques, [("n".to_owned(), vec!["x, \"y".to_owned(), "z".to_owned()])]);
        let [first, second] = definition.foreign_keys.as_slice() else { panic!("{definition:?}") };
        assert_eq!((first.name.as_deref(), first.deferrable), (None, Some(Deferrable::Deferred)));
        assert_eq!((second.name.as_deref(), second.deferrable), (Some("f"), None));
    }

    #[test]
    fn what_an_index_is_over() {
        let sql = "CREATE UNIQUE INDEX i ON t (lower(a, 'x,'), b DESC, (c + 1) ASC) WHERE a > 0 AND (b)";
        assert_eq!(terms_of_index(sql), ["lower(a, 'x,')", "b", "(c + 1)"]);
        assert_eq!(condition_of_index(sql).as_deref(), Some("a > 0 AND (b)"));
        assert_eq!(condition_of_index("CREATE INDEX i ON t (a)"), None);
    }

    #[test]
    fn no_text_is_too_odd() {
        for sql in [
            "",
            "(",
            ")",
            "CREATE TABLE t (",
            "CREATE TABLE t (a CHECK (",
            "(\"",
            "('",
            "([",
            "(a/*",
            "(a--",
            "(é, 🦀 AS (",
            "(,,)",
        ] {
            let _ = (Definition::read(sql), terms_of_index(sql), condition_of_index(sql));
        }
    }
}
