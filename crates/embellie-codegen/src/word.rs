//! Names and texts as Rust writes them.

use unicode_normalization::UnicodeNormalization;

/// The words that Rust keeps for itself, in all editions so far.
const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Those of them that cannot be written `r#…` either.
const UNUSABLE: [&str; 5] = ["Self", "_", "crate", "self", "super"];

/// Whether a name can be one in Rust, be it as `r#…`.
pub fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first));
    begins && letters.all(unicode_ident::is_xid_continue) && !UNUSABLE.contains(&name)
}

/// A name as Rust writes it: `r#type` where it is a keyword. What [`is_identifier`] refuses becomes something that is
/// one.
pub fn ident(name: &str) -> String {
    if !is_identifier(name) {
        return ident(&made_identifier(name));
    }
    if KEYWORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// An identifier made of a name that is none.
fn made_identifier(name: &str) -> String {
    let mut made: String =
        name.chars().map(|letter| if unicode_ident::is_xid_continue(letter) { letter } else { '_' }).collect();
    if !made.starts_with(|first: char| unicode_ident::is_xid_start(first)) {
        made.insert(0, 'n');
    }
    if UNUSABLE.contains(&made.as_str()) {
        made.push_str("_name");
    }
    made
}

/// The words of a name in whatever writing: `SupportRepId`, `support_rep_id`, `support rep-id` are the same three. What
/// is no letter and no digit separates words.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.nfc().collect();
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    for (place, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() || !unicode_ident::is_xid_continue(letter) {
            inside = false;
            continue;
        }
        let before = place.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(place + 1);
        let lower_before = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let upper_before = before.is_some_and(|before| before.is_uppercase());
        // `HTMLPage` is two words, and so is `URLs`: one.
        let plural = after == Some(&'s') && letters.get(place + 2).is_none_or(|next| !next.is_lowercase());
        let lower_after = after.is_some_and(|after| after.is_lowercase()) && !plural;
        let begins = letter.is_uppercase() && (lower_before || upper_before && lower_after);
        match words.last_mut() {
            Some(word) if inside && !begins => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        inside = true;
    }
    words
}

/// A name in `snake_case`.
///
/// ```
/// use embellie_codegen::snake_case;
/// assert_eq!(snake_case("SupportRepId"), "support_rep_id");
/// assert_eq!(snake_case("HTML page (old)"), "html_page_old");
/// ```
pub fn snake_case(name: &str) -> String {
    words(name).join("_").to_lowercase()
}

/// A name in `UpperCamelCase`.
///
/// ```
/// use embellie_codegen::upper_camel_case;
/// assert_eq!(upper_camel_case("invoice_line"), "InvoiceLine");
/// assert_eq!(upper_camel_case("ORDER items"), "OrderItems");
/// ```
pub fn upper_camel_case(name: &str) -> String {
    words(name)
        .iter()
        .map(|word| {
            let shouted = word.chars().all(|letter| !letter.is_lowercase());
            let rest = |rest: &str| if shouted { rest.to_lowercase() } else { rest.to_owned() };
            let mut letters = word.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_uppercase().chain(rest(letters.as_str()).chars()).collect())
        })
        .collect()
}

/// `parent_category` as `ParentCategory`, as `#[model]` names the traits of ways back.
pub(crate) fn camel_of_snake(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

/// A text as a literal, on one line, whatever is in it.
pub(crate) fn text(text: &str) -> String {
    format!("{text:?}")
}

/// A text within a comment of one line: no line ends, nothing that changes how the line looks.
pub(crate) fn comment(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\'' | '"' | '\\' => safe.push(letter),
            letter => safe.extend(letter.escape_debug()),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_writing() {
        for (name, snake, camel) in [
            ("InvoiceLineId", "invoice_line_id", "InvoiceLineId"),
            ("invoice_line", "invoice_line", "InvoiceLine"),
            ("HTMLPage", "html_page", "HtmlPage"),
            ("URLs", "urls", "URLs"),
            ("ORDERS", "orders", "Orders"),
            ("customer2Address", "customer2_address", "Customer2Address"),
            ("__x__y__", "x_y", "XY"),
            ("größe in m²", "größe_in_m", "GrößeInM"),
            ("日本語", "日本語", "日本語"),
            ("\"; DROP TABLE x; --", "drop_table_x", "DropTableX"),
            ("", "", ""),
            ("🦀", "", ""),
        ] {
            assert_eq!((snake_case(name).as_str(), upper_camel_case(name).as_str()), (snake, camel), "{name}");
        }
    }

    #[test]
    fn identifiers_are_what_the_compiler_takes() {
        let names =
            ["a", "type", "self", "Self", "_", "", "1a", "a b", "é", "🦀", "r#type", "async", "gen", "日本", "x\n"];
        for name in names {
            assert!(syn::parse_str::<syn::Ident>(&ident(name)).is_ok(), "{name:?} became {:?}", ident(name));
        }
        assert_eq!(ident("type"), "r#type");
        assert_eq!(ident("self"), "self_name");
    }

    #[test]
    fn literals_and_comments_stay_on_their_line() {
        let hostile = "\"; DROP\n*/ // \u{202e}\u{2028}\r\0 \\ ' é";
        assert_eq!(
            syn::parse_str::<syn::LitStr>(&text(hostile)).map(|literal| literal.value()).ok().as_deref(),
            Some(hostile)
        );
        assert!(!comment(hostile).contains(['\n', '\r', '\u{202e}', '\u{2028}', '\0']));
    }
}
