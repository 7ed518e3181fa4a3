//! What the columns of several queries together give.

use embellie_core::field::FieldKind;

use crate::resolved::{Alias, Scalar, Select};

/// The kind of each column, where it is known, and whether it may be null.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Widths(Vec<(Option<FieldKind>, bool)>);

/// The columns that queries have together.
pub(super) fn of(queries: &[Select<'_>]) -> Widths {
    let columns = queries.first().map_or(0, |query| query.outputs.len());
    let column = |place: usize| {
        let outputs = || queries.iter().filter_map(|query| query.outputs.get(place));
        let kind = outputs().filter_map(|output| output.expr.kind()).reduce(wider);
        (kind, outputs().any(|output| output.nullable))
    };
    Widths((0..columns).map(column).collect())
}

impl Widths {
    /// The same without lengths and digits: what a column that rows are added to again and again can hold.
    pub(super) fn plain(self) -> Self {
        let plain = |kind: FieldKind| match kind {
            _ if kind.integer_range().is_some() => FieldKind::BigInteger,
            _ if kind.is_text() => FieldKind::Text,
            other => other,
        };
        Widths(self.0.into_iter().map(|(kind, null)| (kind.map(plain), null)).collect())
    }

    pub(super) fn kind(&self, place: usize) -> FieldKind {
        // What nothing is known of is given as the database gives it.
        self.0.get(place).and_then(|(kind, _)| *kind).unwrap_or(FieldKind::Any)
    }

    pub(super) fn null(&self, place: usize) -> bool {
        self.0.get(place).is_none_or(|(_, null)| *null)
    }

    pub(super) fn column<'r>(&self, alias: Alias, place: usize) -> Scalar<'r> {
        Scalar::Inner { alias, place, kind: self.kind(place), null: self.null(place) }
    }

    /// The query with a type for each of its nulls: a database that sees nothing else takes it for text.
    pub(super) fn settle<'r>(&self, mut select: Select<'r>) -> Select<'r> {
        for (output, (kind, _)) in select.outputs.iter_mut().zip(&self.0) {
            if let (Scalar::Value { value, .. }, Some(kind)) = (&output.expr, kind)
                && value.is_null()
            {
                output.expr = Scalar::Widest { expr: Box::new(output.expr.clone()), kind: *kind };
            }
        }
        select
    }

    /// The query with the widest type for each of its columns.
    pub(super) fn widen<'r>(&self, mut select: Select<'r>) -> Select<'r> {
        for (output, (kind, null)) in select.outputs.iter_mut().zip(&self.0) {
            if let Some(kind) = kind {
                let expr = std::mem::replace(&mut output.expr, Scalar::One);
                (output.expr, output.kind) = (Scalar::Widest { expr: Box::new(expr), kind: *kind }, *kind);
            }
            output.nullable |= null;
        }
        select
    }
}

/// The kind that holds the values of both, as databases find it for the parts of a set operation.
fn wider(a: FieldKind, b: FieldKind) -> FieldKind {
    let decimal = |kind| matches!(kind, FieldKind::Decimal { .. });
    let integer = |kind: FieldKind| kind.integer_range().is_some();
    let bits = |kind: FieldKind| kind.integer_range().map(|(_, greatest)| greatest);
    match (a, b) {
        _ if a == b => a,
        (FieldKind::Any, _) => b,
        (FieldKind::Float, _) if integer(b) || decimal(b) => FieldKind::Float,
        (_, FieldKind::Float) if integer(a) || decimal(a) => FieldKind::Float,
        (
            FieldKind::Decimal { max_digits, decimal_places },
            FieldKind::Decimal { max_digits: digits, decimal_places: places },
        ) => FieldKind::Decimal { max_digits: max_digits.max(digits), decimal_places: decimal_places.max(places) },
        _ if decimal(a) && integer(b) => a,
        _ if integer(a) && decimal(b) => b,
        _ if integer(a) && integer(b) => {
            if bits(b) > bits(a) {
                b
            } else {
                a
            }
        }
        _ if a.is_text() && b.is_text() => FieldKind::Text,
        (FieldKind::Date, FieldKind::DateTime | FieldKind::NaiveDateTime) => b,
        _ => a,
    }
}
