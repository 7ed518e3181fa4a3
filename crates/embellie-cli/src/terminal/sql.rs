//! SQL for people: each clause on a line of its own, keywords in colour.

use console::Style;

/// The words that begin a clause, the longest first where one begins another.
const CLAUSES: [&str; 16] = [
    "LEFT OUTER JOIN",
    "INNER JOIN",
    "FROM",
    "WHERE",
    "GROUP BY",
    "HAVING",
    "ORDER BY",
    "LIMIT",
    "OFFSET",
    "VALUES",
    "SET",
    "ON CONFLICT",
    "RETURNING",
    "UNION",
    "INTERSECT",
    "EXCEPT",
];

/// A piece of a statement.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    kind: Kind,
    text: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// A name or text in quotes.
    Quoted,
    /// A keyword, number or bare name.
    Word,
    Space,
    Sign,
}

fn pieces(sql: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let (kind, length) = match first {
            '"' | '\'' => (Kind::Quoted, rest[1..].find(first).map_or(rest.len(), |end| end + 2)),
            c if c.is_whitespace() => (Kind::Space, rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())),
            c if is_word(c) => (Kind::Word, rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            c => (Kind::Sign, c.len_utf8()),
        };
        let (text, after) = rest.split_at(length);
        rest = after;
        Some(Piece { kind, text })
    })
}

/// The statement with a line for each clause; those of a subquery are indented.
pub(crate) fn clauses(sql: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    // For each open bracket: whether a subquery stands in it.
    let mut brackets: Vec<bool> = Vec::new();
    let mut place = 0;
    for Piece { kind, text } in pieces(sql) {
        let rest = &sql[place..];
        place += text.len();
        let is_in_query = brackets.last().copied().unwrap_or(true);
        let goes_on = line.trim_start() == "DELETE ";
        if kind == Kind::Word && is_in_query && place > text.len() && !goes_on && begins_clause(text, rest) {
            lines.push(line.trim_end().to_owned());
            line = "  ".repeat(brackets.iter().filter(|is_query| **is_query).count());
        }
        match text {
            "(" => brackets.push(sql[place..].trim_start().starts_with("SELECT")),
            ")" => {
                brackets.pop();
            }
            _ => {}
        }
        line.push_str(text);
    }
    lines.push(line);
    lines
}

/// Whether the text, which begins with this word, begins with a clause.
fn begins_clause(word: &str, text: &str) -> bool {
    CLAUSES.iter().any(|clause| text.starts_with(clause) && clause.split(' ').next() == Some(word))
}

/// The statement with long lists of placeholders counted instead of written out.
pub(crate) fn shorten(sql: &str) -> String {
    const SHOWN: usize = 8;
    let mut short = String::with_capacity(sql.len().min(4096));
    let mut rest = sql;
    while let Some(open) = rest.find('(') {
        let (before, list) = rest.split_at(open + 1);
        short.push_str(before);
        let items: Vec<&str> = list.split(')').next().unwrap_or_default().split(", ").collect();
        rest = list;
        if items.len() > SHOWN && items.iter().all(|item| is_placeholder(item)) {
            short.push_str(&format!("{}, {}, … {} in all", items[0], items[1], items.len()));
            rest = &list[list.find(')').unwrap_or(list.len())..];
        }
    }
    short + rest
}

fn is_placeholder(item: &str) -> bool {
    let number = item.strip_prefix(['?', '$']);
    number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()))
}

/// A line of SQL with its keywords in colour.
pub(crate) fn highlight(line: &str) -> String {
    let keyword = Style::new().blue();
    let is_keyword = |text: &str| text.len() > 1 && text.chars().all(|c| c.is_ascii_uppercase());
    pieces(line)
        .map(|Piece { kind, text }| match kind {
            Kind::Word if is_keyword(text) => keyword.apply_to(text).to_string(),
            _ => text.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_clause_has_a_line() {
        let sql = r#"SELECT "a"."FROM" FROM "a" LEFT OUTER JOIN "b" ON ("a"."x" = "b"."y") WHERE NOT (EXISTS(SELECT 1 AS "z" FROM "c" WHERE "c"."t" = ' WHERE ' LIMIT 1)) ORDER BY "a"."n" DESC"#;
        assert_eq!(
            clauses(sql),
            [
                r#"SELECT "a"."FROM""#,
                r#"FROM "a""#,
                r#"LEFT OUTER JOIN "b" ON ("a"."x" = "b"."y")"#,
                r#"WHERE NOT (EXISTS(SELECT 1 AS "z""#,
                r#"  FROM "c""#,
                r#"  WHERE "c"."t" = ' WHERE '"#,
                r#"  LIMIT 1))"#,
                r#"ORDER BY "a"."n" DESC"#,
            ]
        );
    }

    #[test]
    fn changes_have_clauses_too() {
        let sql = r#"DELETE FROM "t" WHERE "t"."id" IN (SELECT "u"."id" FROM "u")"#;
        assert_eq!(clauses(sql), [r#"DELETE FROM "t""#, r#"WHERE "t"."id" IN (SELECT "u"."id""#, r#"  FROM "u")"#]);
        assert_eq!(clauses("UPDATE t SET x = 1 WHERE y"), ["UPDATE t", "SET x = 1", "WHERE y"]);
    }

    #[test]
    fn long_lists_of_placeholders_are_counted() {
        assert_eq!(shorten("x IN (?, ?, ?) AND y"), "x IN (?, ?, ?) AND y");
        let long = format!("x IN ({}?) AND y = ?", "?, ".repeat(127));
        assert_eq!(shorten(&long), "x IN (?, ?, … 128 in all) AND y = ?");
        let numbered: Vec<String> = (1..=40).map(|number| format!("${number}")).collect();
        assert_eq!(shorten(&format!("x IN ({})", numbered.join(", "))), "x IN ($1, $2, … 40 in all)");
    }

    #[test]
    fn nothing_is_lost() {
        for sql in ["", "SELECT", "SELECT 'it''s' FROM x", "a ) FROM ( b", "UPDATE \"t\" SET \"é\" = ?1, x = 'ü"] {
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(squeeze(&clauses(sql).concat()), squeeze(sql));
        }
    }
}
