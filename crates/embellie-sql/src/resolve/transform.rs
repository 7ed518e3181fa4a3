//! Transforms: names after a field that are not its lookup.

use embellie_core::Result;
use embellie_core::expr::{DatePart, TruncUnit};
use embellie_core::field::FieldKind;

use super::left::Left;
use super::{Scope, array, range};
use crate::Capability;
use crate::resolved::{Key, Scalar};

impl<'r> Scope<'_, 'r> {
    /// What a transform makes of an expression. `None` when there is no transform of this name.
    pub(super) fn transform(&self, left: &Left<'r>, name: &str) -> Result<Option<Left<'r>>> {
        let scalar = || left.scalar.clone();
        if let Some(transform) = self.registry().transform(left.kind, name) {
            let mut made = left.transformed(self.registered(transform, scalar())?);
            made.bilateral.extend(transform.is_bilateral().then_some(transform));
            return Ok(Some(made));
        }
        let made = match left.kind {
            Some(FieldKind::DateTime | FieldKind::NaiveDateTime) if matches!(name, "date" | "time") => {
                let unit = if name == "date" { TruncUnit::Date } else { TruncUnit::Time };
                self.trunc(scalar(), unit, None, None)?
            }
            Some(FieldKind::Json) => step(scalar(), name),
            Some(kind) if kind.is_array() => match array::transform(scalar(), kind, name) {
                Some(made) => made,
                None => return Ok(None),
            },
            Some(FieldKind::Range(of)) => match range::transform(scalar(), of, name) {
                Some(made) => {
                    self.context.target.require(Capability::Ranges)?;
                    made
                }
                None => return Ok(None),
            },
            Some(kind) => match DatePart::from_name(name).filter(|part| has(kind, *part)) {
                Some(part) => self.extract(scalar(), part, None)?,
                None => return Ok(None),
            },
            None => return Ok(None),
        };
        Ok(Some(left.transformed(made)))
    }
}

/// Whether a part is a transform of fields of a kind.
fn has(kind: FieldKind, part: DatePart) -> bool {
    let of_clock = matches!(part, DatePart::Hour | DatePart::Minute | DatePart::Second);
    match kind {
        FieldKind::DateTime | FieldKind::NaiveDateTime => true,
        FieldKind::Date => !of_clock,
        FieldKind::Time => of_clock,
        _ => false,
    }
}

/// One step further into a document.
fn step<'r>(document: Scalar<'r>, name: &str) -> Scalar<'r> {
    // A number as it is written otherwise is the name of a member.
    let key = match name.parse::<i64>() {
        Ok(index) if index.to_string() == name => Key::Index(index),
        _ => Key::Name(name.to_owned()),
    };
    step_by(document, key)
}

/// One step further into a document.
pub(super) fn step_by(document: Scalar<'_>, key: Key) -> Scalar<'_> {
    match document {
        Scalar::Json { expr, mut path, text: false } => {
            path.push(key);
            Scalar::Json { expr, path, text: false }
        }
        other => Scalar::Json { expr: Box::new(other), path: vec![key], text: false },
    }
}
