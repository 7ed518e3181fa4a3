//! Transforms and lookups that the program has added.

use embellie_core::field::prepare;
use embellie_core::lookup::{CustomLookup, Lookup, Templates, Transform, TransformBody};
use embellie_core::{Error, Result, Value};

use super::Scope;
use super::function::pieces;
use super::left::Left;
use super::operand::{Element, Operand};
use crate::resolved::{Condition, Func, FuncPiece, Scalar};

impl<'r> Scope<'_, 'r> {
    /// What an added transform makes of an expression.
    pub(super) fn registered(&self, transform: &Transform, scalar: Scalar<'r>) -> Result<Scalar<'r>> {
        match transform.body() {
            TransformBody::Function(function) => self.call_of(*function, vec![scalar], transform.output()),
            TransformBody::Extract(part) => self.extract(scalar, *part, None),
            TransformBody::Trunc(unit) => self.trunc(scalar, *unit, None, transform.output()),
            TransformBody::Template(templates) => {
                let kind = transform.output().or(scalar.kind());
                let pieces = self.text_of(templates, transform.name(), 1)?;
                Ok(Scalar::Func(Box::new(Func { pieces, arguments: vec![scalar], kind, aggregate: false })))
            }
            _ => Err(Error::NotSupported(format!("the transform '{}' is not known to the compiler", transform.name()))),
        }
    }

    fn text_of(&self, templates: &Templates, name: &str, arguments: usize) -> Result<Vec<FuncPiece>> {
        pieces(templates.text(self.context.target.dialect().name()), name, arguments)
    }

    /// The condition of an added lookup.
    pub(super) fn registered_lookup(
        &mut self,
        left: &Left<'r>,
        lookup: &CustomLookup,
        operand: Operand<'_, 'r>,
    ) -> Result<Condition<'r>> {
        let right = match self.both_sides(left, operand)? {
            Operand::Value(Value::Null) => return Err(Error::Value("Cannot use None as a query value".into())),
            Operand::Value(value) => match lookup.operand() {
                Some(kind) => Scalar::Value { value: prepare(kind, &left.name, value)?, kind: Some(kind) },
                None => left.constant(left.prepare(value)?),
            },
            Operand::Expr(expr) => expr,
            Operand::Query(query) => self.single_value(left, query, Lookup::Exact)?,
            Operand::List(_) => {
                return Err(Error::Type(format!("'{}' takes one value, not a list", lookup.name())));
            }
        };
        let mut pieces = self.text_of(lookup.templates(), lookup.name(), 2)?;
        pieces.insert(0, FuncPiece::Text("(".into()));
        pieces.push(FuncPiece::Text(")".into()));
        let arguments = vec![left.scalar.clone(), right];
        let kind = Some(embellie_core::field::FieldKind::Bool);
        let expr = Scalar::Func(Box::new(Func { pieces, arguments, kind, aggregate: false }));
        Ok(Condition::Truth { expr, expected: true })
    }

    /// A right-hand side with the transforms that are done to both sides.
    pub(super) fn both_sides<'q>(&self, left: &Left<'r>, operand: Operand<'q, 'r>) -> Result<Operand<'q, 'r>> {
        if left.bilateral.is_empty() {
            return Ok(operand);
        }
        let transformed = |scalar| left.bilateral.iter().try_fold(scalar, |made, next| self.registered(next, made));
        let value = |value: Value| transformed(left.constant(left.prepare(value)?));
        Ok(match operand {
            // What is compared with null is tested for it.
            Operand::Value(Value::Null) => Operand::Value(Value::Null),
            Operand::Value(v) => Operand::Expr(value(v)?),
            Operand::Expr(expr) => Operand::Expr(transformed(expr)?),
            Operand::List(elements) => Operand::List(
                elements
                    .into_iter()
                    .map(|element| match element {
                        Element::Value(Value::Null) => Ok(Element::Value(Value::Null)),
                        Element::Value(v) => value(v).map(Element::Expr),
                        Element::Expr(expr) => transformed(expr).map(Element::Expr),
                    })
                    .collect::<Result<_>>()?,
            ),
            Operand::Query(_) => {
                return Err(Error::NotSupported(
                    "Bilateral transformations on nested querysets are not implemented.".into(),
                ));
            }
        })
    }
}
