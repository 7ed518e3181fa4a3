//! Python's regular expressions in the words of the `regex` crate.
//!
//! What differs between the two and is translated: `\Z` is the end, `$` also matches before a last line feed, a brace
//! that counts nothing is itself, a class holds no classes and no set operations, and `(?#…)` is a comment.
//! Conditionals (`(?(1)…|…)`), and `\N{…}` are not supported.

/// Translates a pattern.
pub(super) fn to_rust(pattern: &str) -> String {
    let multi_line = sets_multi_line(pattern);
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\\' => escape(&mut out, after),
            '[' => class(&mut out, after),
            '(' if after.starts_with("?#") => after.split_once(')').map_or("", |(_, after)| after),
            '$' if !multi_line => {
                out.push_str(r"(?:\n?\z)");
                after
            }
            '{' if !counts(after) => {
                out.push_str(r"\{");
                after
            }
            '{' if after.starts_with(',') => {
                out.push_str("{0");
                after
            }
            c => {
                out.push(c);
                after
            }
        };
    }
    out
}

/// Why a pattern was refused, on one line and without the pattern itself.
pub(super) fn reason(error: &fancy_regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn escape<'a>(out: &mut String, after: &'a str) -> &'a str {
    let Some(c) = after.chars().next() else {
        out.push('\\');
        return after;
    };
    match c {
        'Z' => out.push_str(r"\z"),
        c => out.extend(['\\', c]),
    }
    &after[c.len_utf8()..]
}

/// Copies a character class, up to its closing bracket.
fn class<'a>(out: &mut String, mut rest: &'a str) -> &'a str {
    out.push('[');
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    // A closing bracket that comes first is itself.
    if let Some(after) = rest.strip_prefix(']') {
        out.push_str(r"\]");
        rest = after;
    }
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            ']' => {
                out.push(']');
                return after;
            }
            '\\' => escape(out, after),
            '[' => {
                out.push_str(r"\[");
                after
            }
            '&' | '~' => {
                out.extend(['\\', c]);
                after
            }
            // `a--b` would take b away; the second dash is one end of a range or itself.
            '-' if after.starts_with('-') => {
                out.push_str(r"-\-");
                &after[1..]
            }
            c => {
                out.push(c);
                after
            }
        };
    }
    rest
}

/// Whether a brace starts a count: `{2}`, `{2,}`, `{,3}` or `{2,3}`.
fn counts(after: &str) -> bool {
    let Some((inside, _)) = after.split_once('}') else { return false };
    let (low, high) = inside.split_once(',').unwrap_or((inside, "0"));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits(low) && digits(high) && (!low.is_empty() || inside.len() > 1)
}

/// Whether a flag group such as `(?m)` or `(?im:` is in the pattern.
fn sets_multi_line(pattern: &str) -> bool {
    pattern.match_indices("(?").any(|(at, _)| {
        let flags = &pattern[at + 2..];
        let end = flags.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(flags.len());
        flags[..end].contains('m') && flags[end..].starts_with([')', ':', '-'])
    })
}

#[cfg(test)]
mod tests {
    use super::to_rust;

    #[test]
    fn pythons_meaning_is_kept() {
        let cases = [
            (r"b\Z", "ab", true),
            (r"b\Z", "ab\n", false),
            ("b$", "ab\n", true),
            ("b$", "ab\nc", false),
            ("(?m)b$", "ab\nc", true),
            ("^b", "a\nb", false),
            ("x{", "x{", true),
            ("{x}", "{x}", true),
            ("x{2}", "xx", true),
            ("^x{,2}$", "xxx", false),
            ("[[a]", "[", true),
            ("[a&&b]", "&", true),
            ("[+--]", ",", true),
            ("[]x]", "]", true),
            ("[^]x]", "]", false),
            (r"[\]a]", "]", true),
            ("a(?#one)b", "ab", true),
            (r"\$", "$", true),
            ("[$]", "$", true),
            (r"(?i)É", "é", true),
            (r"\d", "٣", true),
        ];
        for (pattern, text, expected) in cases {
            let regex = regex::Regex::new(&to_rust(pattern)).unwrap();
            assert_eq!(regex.is_match(text), expected, "{pattern:?} in {text:?}");
        }
    }
}
