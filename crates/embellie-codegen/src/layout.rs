//! Lines: attributes that fit, and attributes that are broken.

/// How wide a line may be, as rustfmt has it.
pub(crate) const WIDTH: usize = 100;
/// How wide the plain arguments of an attribute may be on one line.
const ARGUMENTS: usize = 70;

/// An option of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// `unique`, `max_length = 20`.
    Flat(String),
    /// `indexes(…)`, `ordering = […]`: what stands before the brackets with the opening one, what is inside, and the
    /// closing one.
    List(String, Vec<Item>, char),
}

impl Item {
    pub(crate) fn is(name: &str, value: impl std::fmt::Display) -> Self {
        Item::Flat(format!("{name} = {value}"))
    }

    pub(crate) fn text(name: &str, value: &str) -> Self {
        Item::is(name, crate::word::text(value))
    }

    /// `name = ["a", "b"]`.
    pub(crate) fn texts<T: AsRef<str>>(name: &str, values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(|value| Item::Flat(crate::word::text(value.as_ref()))).collect();
        Item::List(format!("{name} = ["), values, ']')
    }

    /// `name(…)`.
    pub(crate) fn call(name: &str, items: Vec<Item>) -> Self {
        Item::List(format!("{name}("), items, ')')
    }

    fn flat(&self) -> String {
        match self {
            Item::Flat(text) => text.clone(),
            Item::List(open, items, close) => {
                let items: Vec<String> = items.iter().map(Item::flat).collect();
                format!("{open}{}{close}", items.join(", "))
            }
        }
    }

    /// Whether there is nothing in it but names and literals: rustfmt lays such attributes out itself, without a comma at
    /// their end.
    fn is_plain(&self) -> bool {
        match self {
            Item::Flat(text) => match text.split_once(" = ") {
                None => text.chars().all(|letter| letter.is_alphanumeric() || letter == '_'),
                Some((_, value)) => {
                    value.starts_with('"') || value.parse::<u64>().is_ok() || matches!(value, "true" | "false")
                }
            },
            Item::List(open, items, _) => open.ends_with('(') && items.iter().all(Item::is_plain),
        }
    }

    /// Whether this is an attribute with more plain arguments than a line takes.
    fn is_too_full(&self) -> bool {
        let Item::List(open, items, _) = self else { return false };
        let separators = 2 * items.len().saturating_sub(1);
        open.starts_with("#[")
            && self.is_plain()
            && items.iter().map(|item| item.flat().chars().count()).sum::<usize>() + separators > ARGUMENTS
    }

    fn write(&self, indent: usize, after: &str, lines: &mut Vec<String>) {
        let flat = format!("{:indent$}{}{after}", "", self.flat());
        match self {
            Item::List(open, items, close) if flat.chars().count() > WIDTH || self.is_too_full() => {
                lines.push(format!("{:indent$}{open}", ""));
                let last = items.len().saturating_sub(1);
                for (place, item) in items.iter().enumerate() {
                    item.write(indent + 4, if place == last && self.is_plain() { "" } else { "," }, lines);
                }
                lines.push(format!("{:indent$}{close}{after}", ""));
            }
            _ => lines.push(flat),
        }
    }
}

/// The lines of `#[name(items)]`, none where there are no items and none are needed.
pub(crate) fn attribute(name: &str, items: Vec<Item>, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    Item::List(format!("#[{name}("), items, ')').write(indent, "]", &mut lines);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_is_broken() {
        let short = vec![Item::Flat("unique".into()), Item::text("column", "x")];
        assert_eq!(attribute("field", short, 4), ["    #[field(unique, column = \"x\")]"]);
        let plain = vec![Item::text("table", &"t".repeat(90)), Item::is("managed", false)];
        let expected = format!("#[model(\n    table = \"{}\",\n    managed = false\n)]", "t".repeat(90));
        assert_eq!(attribute("model", plain, 0).join("\n"), expected);
        let long = vec![Item::texts("ordering", ["a".repeat(40), "b".repeat(60)]), Item::is("managed", false)];
        let expected = format!(
            "#[model(\n    ordering = [\n        \"{}\",\n        \"{}\",\n    ],\n    managed = false,\n)]",
            "a".repeat(40),
            "b".repeat(60)
        );
        assert_eq!(attribute("model", long, 0).join("\n"), expected);
    }
}
