//! `LIKE` patterns as regular expressions.

/// The regular expression that matches what `LIKE pattern ESCAPE '\'` matches: `%` stands for any characters, `_` for
/// one, `\` takes away the meaning of what follows.
pub(super) fn to_regex(pattern: &str, fold: bool) -> String {
    let inner = pattern.strip_prefix('%').map(|rest| rest.trim_start_matches('%'));
    let mut regex = String::with_capacity(pattern.len() + 16);
    regex.push_str(if fold { "(?si)" } else { "(?s)" });
    if inner.is_none() {
        regex.push('^');
    }
    let mut characters = inner.unwrap_or(pattern).chars();
    let mut open_end = inner.is_some_and(str::is_empty);
    while let Some(c) = characters.next() {
        let rest_is_any = characters.as_str().chars().all(|c| c == '%');
        match c {
            '%' if rest_is_any => {
                open_end = true;
                break;
            }
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '\\' => push_literal(&mut regex, characters.next().unwrap_or('\\')),
            c => push_literal(&mut regex, c),
        }
    }
    if !open_end {
        regex.push_str(r"\z");
    }
    regex
}

fn push_literal(regex: &mut String, c: char) {
    regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

#[cfg(test)]
mod tests {
    use super::to_regex;

    #[test]
    fn patterns_match_as_sql_says() {
        let cases = [
            ("%b%", "abc", true),
            ("%B%", "abc", true),
            ("b%", "abc", false),
            ("%c", "abc", true),
            ("%c", "abcd", false),
            ("a_c", "aéc", true),
            ("a_c", "ac", false),
            ("%", "", true),
            ("", "", true),
            ("", "x", false),
            (r"100\%", "100%", true),
            (r"100\%", "1000", false),
            (r"a\_b%", "a_bc", true),
            (r"a\\%", r"a\x", true),
            ("%É%", "café", true),
            ("a%b%c", "a1\n2b3c", true),
            ("(.*)", "xx", false),
            ("ﬀ%", "ﬀx", true),
        ];
        for (pattern, text, expected) in cases {
            let regex = regex::Regex::new(&to_regex(pattern, true)).unwrap();
            assert_eq!(regex.is_match(text), expected, "{text:?} LIKE {pattern:?}");
        }
        assert!(!regex::Regex::new(&to_regex("%B%", false)).unwrap().is_match("abc"));
    }
}
