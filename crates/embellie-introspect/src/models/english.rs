//! Singular and plural of the last word of a name in `snake_case`.
//!
//! Most names of tables are English nouns; those that are not come out readable still, and never clash for it.

/// Words that are the same in both numbers, or whose end only looks like a plural's.
const UNCHANGING: [&str; 44] = [
    "access",
    "address",
    "alias",
    "analytics",
    "atlas",
    "audio",
    "basis",
    "bonus",
    "bus",
    "canvas",
    "census",
    "chaos",
    "chassis",
    "class",
    "corps",
    "data",
    "deer",
    "equipment",
    "feedback",
    "fish",
    "focus",
    "gas",
    "gps",
    "headquarters",
    "https",
    "info",
    "information",
    "lens",
    "logistics",
    "media",
    "metadata",
    "money",
    "news",
    "physics",
    "press",
    "process",
    "series",
    "sheep",
    "software",
    "species",
    "statistics",
    "status",
    "sms",
    "virus",
];

/// Of those, the ones that have a plural all the same: it is made as usual.
const SINGULAR_IN_S: [&str; 19] = [
    "access", "address", "alias", "atlas", "bonus", "bus", "canvas", "census", "class", "focus", "gas", "lens",
    "press", "process", "status", "virus", "basis", "analysis", "axis",
];

/// Singulars with plurals of their own.
const IRREGULAR: [(&str, &str); 22] = [
    ("analysis", "analyses"),
    ("axis", "axes"),
    ("basis", "bases"),
    ("child", "children"),
    ("cookie", "cookies"),
    ("criterion", "criteria"),
    ("crisis", "crises"),
    ("diagnosis", "diagnoses"),
    ("foot", "feet"),
    ("goose", "geese"),
    ("half", "halves"),
    ("knife", "knives"),
    ("leaf", "leaves"),
    ("life", "lives"),
    ("man", "men"),
    ("mouse", "mice"),
    ("movie", "movies"),
    ("person", "people"),
    ("shelf", "shelves"),
    ("tie", "ties"),
    ("tooth", "teeth"),
    ("woman", "women"),
];

fn last_word(name: &str, change: impl Fn(&str) -> String) -> String {
    match name.rsplit_once('_') {
        Some((before, last)) => format!("{before}_{}", change(last)),
        None => change(name),
    }
}

/// `orders` and `order` as `order`.
pub(super) fn singular(name: &str) -> String {
    last_word(name, |word| {
        if let Some((singular, _)) = IRREGULAR.iter().find(|(_, plural)| *plural == word) {
            return (*singular).to_owned();
        }
        if UNCHANGING.contains(&word) || SINGULAR_IN_S.contains(&word) || word.chars().count() < 4 {
            return word.to_owned();
        }
        let without = |ending: &str| word.strip_suffix(ending).filter(|stem| !stem.is_empty());
        if let Some(stem) = without("ies") {
            return format!("{stem}y");
        }
        if let Some(stem) = without("es")
            && (SINGULAR_IN_S.contains(&stem)
                || ["ss", "sh", "ch", "x", "zz"].iter().any(|ending| stem.ends_with(ending)))
        {
            return stem.to_owned();
        }
        match without("s") {
            Some(stem) if !["s", "u", "i"].iter().any(|ending| stem.ends_with(ending)) => stem.to_owned(),
            _ => word.to_owned(),
        }
    })
}

/// `order` as `orders`. What has no other plural stays, and so does what is one.
pub(super) fn plural(name: &str) -> String {
    last_word(name, |word| {
        if let Some((_, plural)) = IRREGULAR.iter().find(|(singular, plural)| *singular == word || *plural == word) {
            return (*plural).to_owned();
        }
        if UNCHANGING.contains(&word) && !SINGULAR_IN_S.contains(&word) {
            return word.to_owned();
        }
        if !word.ends_with(|last: char| last.is_ascii_alphabetic()) {
            return word.to_owned();
        }
        if !SINGULAR_IN_S.contains(&word) && singular(word) != word {
            return word.to_owned();
        }
        if ["s", "sh", "ch", "x", "z"].iter().any(|ending| word.ends_with(ending)) {
            return format!("{word}es");
        }
        let mut letters = word.chars().rev();
        let (last, before) = (letters.next(), letters.next());
        match (last, before) {
            (Some('y'), Some(before)) if !"aeiou".contains(before) => {
                format!("{}ies", word.strip_suffix('y').unwrap_or(word))
            }
            _ => format!("{word}s"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_numbers_of_everyday_nouns() {
        for (one, many) in [
            ("order", "orders"),
            ("order_item", "order_items"),
            ("category", "categories"),
            ("day", "days"),
            ("box", "boxes"),
            ("address", "addresses"),
            ("status", "statuses"),
            ("class", "classes"),
            ("match", "matches"),
            ("house", "houses"),
            ("release", "releases"),
            ("page", "pages"),
            ("person", "people"),
            ("sales_person", "sales_people"),
            ("child", "children"),
            ("series", "series"),
            ("news", "news"),
            ("data", "data"),
            ("analysis", "analyses"),
            ("bus", "buses"),
            ("movie", "movies"),
            ("invoice_line", "invoice_lines"),
            ("tax", "taxes"),
            ("quiz", "quizes"),
        ] {
            assert_eq!(plural(one), many, "of {one}");
            assert_eq!(plural(many), many, "of {many}");
            if one != "quiz" {
                assert_eq!(singular(many), one, "of {many}");
            }
            assert_eq!(singular(one), one, "of {one}");
        }
        assert_eq!((singular("größen").as_str(), plural("日本").as_str(), plural("").as_str()), ("größen", "日本", ""));
    }
}
