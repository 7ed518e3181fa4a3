//! The models, for people: all of them, or one with its fields and relations.

use std::io::Write;

use embellie::Registry;
use embellie_core::meta::Model;

use crate::failure::Failure;
use crate::terminal;

/// Lists the models, or shows one.
pub(super) fn show(registry: &Registry, name: &str) -> Result<(), Failure> {
    if !name.is_empty() {
        let found = registry.models().iter().find(|model| {
            model.label() == name || model.name.eq_ignore_ascii_case(name) || model.label().eq_ignore_ascii_case(name)
        });
        return match found {
            Some(model) => one(registry, model),
            None => {
                let names = registry.models().iter().map(|model| model.name.as_str());
                terminal::complain(&format!("there is no model '{name}'{}", embellie_core::did_you_mean(name, names)));
                Ok(())
            }
        };
    }
    let mut out = std::io::stdout().lock();
    let width = registry.models().iter().map(|model| model.name.len()).max().unwrap_or_default();
    for model in registry.models() {
        let fields: Vec<&str> = model.fields.iter().map(|field| field.name.as_str()).collect();
        let room = terminal::full_width().saturating_sub(width + 4);
        let fields = console::truncate_str(&fields.join(", "), room, "…").into_owned();
        writeln!(
            out,
            "  {}{}  {}",
            terminal::strong().apply_to(&model.name),
            " ".repeat(width.saturating_sub(model.name.len())),
            terminal::small().apply_to(fields)
        )?;
    }
    Ok(())
}

fn one(registry: &Registry, model: &Model) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{} {}",
        terminal::strong().apply_to(&model.name),
        terminal::small().apply_to(format!("({} · table {})", model.label(), model.table))
    )?;
    let mut lines: Vec<(String, String, String)> = Vec::new();
    for (place, field) in model.fields.iter().enumerate() {
        let mut about = Vec::new();
        if model.key_fields().contains(&place) {
            about.push("primary key".to_owned());
        } else if field.unique {
            about.push("unique".to_owned());
        }
        if field.null {
            about.push("null".to_owned());
        }
        let column = &field.column;
        if *column != field.name {
            about.push(format!("column {column}"));
        }
        let kind = match model.target(place) {
            Some((to, _)) => format!("→ {}", registry.get(to).name),
            None => field.kind.django_name().to_owned(),
        };
        lines.push((field.name.clone(), kind, about.join(", ")));
    }
    for link in model.many_to_many() {
        lines.push((
            link.meta.name.clone(),
            format!("⇉ {}", registry.get(link.target).name),
            "many to many".to_owned(),
        ));
    }
    for reverse in model.reverse() {
        let accessor = reverse.accessor.as_deref().filter(|accessor| *accessor != reverse.query_name);
        let about = accessor.map_or_else(String::new, |accessor| format!("as an attribute: {accessor}"));
        let source = &registry.get(reverse.source).name;
        lines.push((reverse.query_name.clone(), format!("⇇ {source}"), about));
    }
    let width = |part: fn(&(String, String, String)) -> &String| {
        lines.iter().map(|line| console::measure_text_width(part(line))).max().unwrap_or_default()
    };
    let (names, kinds) = (width(|line| &line.0), width(|line| &line.1));
    let padded = |text: &str, width: usize| {
        format!("{text}{}", " ".repeat(width.saturating_sub(console::measure_text_width(text))))
    };
    for (name, kind, about) in &lines {
        writeln!(out, "  {}  {}  {}", padded(name, names), padded(kind, kinds), terminal::small().apply_to(about))?;
    }
    Ok(())
}
