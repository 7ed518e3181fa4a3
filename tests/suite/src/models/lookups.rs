//! Every kind of field, with transforms and lookups of the program's own.

use embellie::Registry;
use embellie_core::expr::Function;
use embellie_core::field::FieldKind;
use embellie_core::lookup::{CustomLookup, Transform};

/// The models of [`fields`](super::fields), with transforms and lookups of the program's own.
pub fn lookups() -> Registry {
    let transforms = [
        Transform::function("length", Function::Length).on(FieldKind::Char).on(FieldKind::Integer),
        Transform::function("abs", Function::Abs).on(FieldKind::Integer),
        Transform::template("plus", "({0} + 1)").on(FieldKind::Integer),
        Transform::template("braces", "'{{' || {0} || '}}'"),
        Transform::template("caseless", "UPPER({0})").for_dialect("sqlite", "embellie_upper({0})").bilateral(),
    ];
    let lookups = [
        CustomLookup::template("ne", "{0} <> {1}"),
        CustomLookup::template("divides", "{1} % {0} = 0").on(FieldKind::Integer),
        CustomLookup::template("longer", "length({0}) > {1}").on(FieldKind::Char).takes(FieldKind::Integer),
        CustomLookup::template("broken", "{0} = {2}"),
    ];
    let registry = transforms.into_iter().try_fold(super::fields(), Registry::with_transform).unwrap();
    lookups.into_iter().try_fold(registry, Registry::with_lookup).unwrap()
}
