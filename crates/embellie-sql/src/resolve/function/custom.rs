//! Functions given by their text.

use embellie_core::expr::Func;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use super::super::joins::Places;
use super::super::{Scope, arithmetic};
use crate::resolved::{Func as Resolved, FuncPiece, Scalar};

impl<'r> Scope<'_, 'r> {
    /// A function given by its name, or by its text for this dialect.
    pub(in crate::resolve) fn func(
        &mut self,
        func: &Func,
        wanted: Option<FieldKind>,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        check_name(&func.name)?;
        let arguments: Result<Vec<Scalar<'r>>> =
            func.arguments.iter().map(|argument| self.scalar_in(argument, shared, joins)).collect();
        let arguments = arguments?;
        let dialect = self.context.target.dialect().name();
        let own = func.templates.iter().find(|(name, _)| name == dialect).map(|(_, text)| text);
        let text = own.or(func.template.as_ref()).map_or("{name}({arguments})", AsRef::as_ref);
        let pieces = pieces(text, &func.name, arguments.len())?;
        let kind = match wanted.or(func.kind) {
            Some(kind) => Some(kind),
            None => arithmetic::common(arguments.iter().filter_map(Scalar::kind))?,
        };
        Ok(Scalar::Func(Box::new(Resolved { pieces, arguments, kind, aggregate: func.aggregate })))
    }
}

/// Refuses what is no name of a function: letters, digits and underscores, with one point between a schema and a name.
pub(in crate::resolve) fn check_name(name: &str) -> Result<()> {
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let valid = match name.split_once('.') {
        Some((schema, name)) => plain(schema) && plain(name),
        None => plain(name),
    };
    if valid {
        return Ok(());
    }
    Err(Error::Value(format!(
        "Invalid function name: '{}'. It may hold letters, digits and underscores, and a point after a schema's name.",
        name.escape_debug()
    )))
}

/// A template's text, and where its arguments stand.
pub(in crate::resolve) fn pieces(template: &str, name: &str, arguments: usize) -> Result<Vec<FuncPiece>> {
    let wrong = |why: &str| Error::Value(format!("The template '{}' {why}.", template.escape_debug()));
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let after = &rest[at..];
        if let Some(left) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
            text.push_str(&after[..1]);
            rest = left;
            continue;
        }
        let inside = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        let Some((placeholder, left)) = inside else {
            return Err(wrong("has a brace alone; one that stands for itself is doubled"));
        };
        match placeholder {
            "name" => text.push_str(name),
            "arguments" => {
                pieces.push(FuncPiece::Text(std::mem::take(&mut text)));
                pieces.push(FuncPiece::Arguments);
            }
            number => match number.parse() {
                Ok(place) if place < arguments => {
                    pieces.push(FuncPiece::Text(std::mem::take(&mut text)));
                    pieces.push(FuncPiece::Argument(place));
                }
                Ok(_) => return Err(wrong(&format!("names argument {{{number}}}, but there are {arguments}"))),
                Err(_) => return Err(wrong(&format!("names {{{number}}}; known are name, arguments, 0, 1, …"))),
            },
        }
        rest = left;
    }
    text.push_str(rest);
    pieces.push(FuncPiece::Text(text));
    Ok(pieces)
}
