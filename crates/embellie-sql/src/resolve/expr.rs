//! Expressions: which part of the resolver makes which.

use embellie_core::expr::{Expr, Operator};
use embellie_core::field::{FieldKind, prepare};
use embellie_core::{Error, Result, Value};

use super::arithmetic;
use super::joins::{Places, Reuse};
use super::left::Left;
use super::names::Way;
use super::tuple::{no_keys, refuse_parts};
use super::{Scope, message};
use crate::resolved::Scalar;

impl<'r> Scope<'_, 'r> {
    /// An expression that reaches no other table.
    pub(crate) fn own_scalar(&mut self, expr: &Expr) -> Result<Scalar<'r>> {
        self.scalar(expr, None, false)
    }

    /// An expression over the query's tables. `shared` says which joins over multi-valued relations it may share and
    /// learns of those it uses; without it, all may be shared. Without `joins`, it may not leave its table.
    pub(super) fn scalar(&mut self, expr: &Expr, shared: Option<&mut Places>, joins: bool) -> Result<Scalar<'r>> {
        let mut shared = shared;
        self.scalar_in(expr, &mut shared, joins)
    }

    pub(super) fn scalar_in(
        &mut self,
        expr: &Expr,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        let _level = self.context.enter_levels(levels(expr))?;
        let scalar = self.made_of(expr, shared, joins)?;
        refuse_parts(expr, &scalar)?;
        Ok(scalar)
    }

    /// An expression, made by what is responsible for its kind.
    fn made_of(&mut self, expr: &Expr, shared: &mut Option<&mut Places>, joins: bool) -> Result<Scalar<'r>> {
        match expr {
            Expr::Path(path) => {
                let names: Vec<&str> = path.names().collect();
                self.path(&names, shared, joins)
            }
            Expr::Outer { path, levels } => {
                let names: Vec<&str> = path.names().collect();
                self.outer_path(&names, *levels)
            }
            Expr::Value(value) => Ok(Scalar::Value { value: value.clone(), kind: None }),
            Expr::Combined { left, operator, right } => {
                let is_list = |expr: &Expr| matches!(expr, Expr::Value(Value::List(_)));
                for (list, other) in [(left, right), (right, left)] {
                    if is_list(list) && !is_list(other) && self.scalar_in(other, shared, joins)?.width() > 1 {
                        return Err(no_keys("CombinedExpression"));
                    }
                }
                let left = self.scalar_in(left, shared, joins)?;
                let right = self.scalar_in(right, shared, joins)?;
                if left.width() > 1 || right.width() > 1 {
                    return Err(no_keys("CombinedExpression"));
                }
                combine(left, *operator, right)
            }
            Expr::Call { function, arguments } => self.call(*function, arguments, None, shared, joins),
            Expr::Extract { expr, part, zone } => {
                let scalar = self.scalar_in(expr, shared, joins)?;
                self.extract(scalar, *part, zone.as_deref())
            }
            Expr::Trunc { expr, unit, zone } => {
                let scalar = self.scalar_in(expr, shared, joins)?;
                self.trunc(scalar, *unit, zone.as_deref(), None)
            }
            Expr::Func(func) => self.func(func, None, shared, joins),
            Expr::Typed { expr, kind } => self.typed(expr, *kind, shared, joins),
            Expr::Cast { expr, kind, max_length } => {
                let scalar = self.scalar_in(expr, shared, joins)?;
                self.cast(scalar, *kind, *max_length)
            }
            Expr::Collate { expr, collation } => self.collate(expr, collation, shared, joins),
            Expr::Case { whens, otherwise } => self.case(whens, otherwise.as_deref(), None, shared, joins),
            Expr::Condition(q) => {
                self.condition_value(q, shared, joins).map(|condition| Scalar::Condition(Box::new(condition)))
            }
            Expr::Transform { expr, names } => {
                let scalar = self.scalar_in(expr, shared, joins)?;
                let names: Vec<&str> = names.names().collect();
                self.transforms(Left::of_scalar(scalar, expr.to_string()), &names)
            }
            Expr::Slice { expr, start, length } => {
                let scalar = self.scalar_in(expr, shared, joins)?;
                self.slice_of(scalar, *start, *length)
            }
            Expr::Aggregate(aggregate) => self.aggregate_call(aggregate, shared, joins),
            Expr::Window(window) => self.window(window, shared, joins),
            Expr::Subquery(query) => self.scalar_query(query),
            Expr::Exists(query) => self.exists_query(query).map(|condition| Scalar::Condition(Box::new(condition))),
            Expr::ArraySubquery(query) => self.array_query(query),
            Expr::Raw(raw) => self.raw(raw),
            Expr::Star => Err(Error::Type("'*' is only counted".into())),
            _ => Err(Error::NotSupported(format!("the expression {expr} is not known to the compiler"))),
        }
    }

    /// An expression of which it is said what it gives: what its parts are does not matter then.
    fn typed(
        &mut self,
        expr: &Expr,
        kind: FieldKind,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        match expr {
            Expr::Combined { left, operator, right } => {
                let left = self.scalar_in(left, shared, joins)?;
                let right = self.scalar_in(right, shared, joins)?;
                Ok(combine_as(left, *operator, right, kind))
            }
            Expr::Call { function, arguments } => self.call(*function, arguments, Some(kind), shared, joins),
            Expr::Func(func) => self.func(func, Some(kind), shared, joins),
            Expr::Case { whens, otherwise } => self.case(whens, otherwise.as_deref(), Some(kind), shared, joins),
            Expr::Trunc { expr, unit, zone } => {
                let scalar = self.scalar_in(expr, shared, joins)?;
                self.trunc(scalar, *unit, zone.as_deref(), Some(kind))
            }
            // In a document, nothing is JSON's null.
            Expr::Value(Value::Null) if kind == FieldKind::Json => {
                Ok(Scalar::Value { value: Value::Json(Box::default()), kind: Some(kind) })
            }
            Expr::Value(value) => Ok(Scalar::Value { value: prepare(kind, "value", value.clone())?, kind: Some(kind) }),
            expr => Ok(Scalar::Typed { expr: Box::new(self.scalar_in(expr, shared, joins)?), kind }),
        }
    }

    /// What names stand for: an annotation or a field, and transforms after it.
    pub(super) fn path(&mut self, names: &[&str], shared: &mut Option<&mut Places>, joins: bool) -> Result<Scalar<'r>> {
        if let Some((annotation, used)) = self.annotation(names) {
            if self.summarizing && !annotation.selected && !self.is_choosable(&annotation.alias) {
                return Err(Error::Field(format!(
                    "Cannot aggregate over the '{}' alias. Use annotate() to promote it.",
                    annotation.alias
                )));
            }
            let scalar = annotation.scalar.clone();
            let left = Left::of_scalar(scalar, annotation.alias.clone());
            return self.transforms(left, &names[used..]);
        }
        let mut way = match self.follow(self.model, names, false, true) {
            Ok(way) => way,
            Err(stop) => return Err(self.unknown(stop.into())),
        };
        let (field, transforms) = names.split_at(way.followed);
        let relation = way.relation.take();
        if let (Some(next), Some(_)) = (transforms.first(), relation)
            && !self.is_transform(&way, next)?
        {
            // After a relation nothing but names of the related model makes sense.
            return Err(match self.follow(self.model, names, true, true) {
                Err(stop) => self.unknown(stop.into()),
                Ok(_) => message::no_join(next, field.join("__").as_str()),
            });
        }
        self.refer(super::BASE);
        let reuse = shared.as_deref().map_or(Reuse::All, Reuse::Only);
        let joined = self.make_joins(super::BASE, way, reuse)?;
        let trimmed = self.trim(joined);
        if (!joins || self.alone) && trimmed.places.len() > 1 {
            return Err(message::joined_reference());
        }
        if let Some(shared) = shared {
            shared.extend(trimmed.places.iter().copied());
        }
        self.transforms(Left::from(trimmed), transforms)
    }

    /// Whether a name is a transform of what a relation points at.
    fn is_transform(&self, way: &Way<'r>, name: &str) -> Result<bool> {
        let end = way.end;
        let column = self.column(super::BASE, end.model, end.index);
        let left = Left { kind: Some(column.kind), ..Left::of_scalar(Scalar::Column(column), "") };
        Ok(way.several.is_empty() && self.transform(&left, name)?.is_some())
    }

    /// Transforms, one after the other.
    pub(super) fn transforms(&mut self, left: Left<'r>, names: &[&str]) -> Result<Scalar<'r>> {
        let mut left = left;
        for name in names {
            left = match self.transform(&left, name)? {
                Some(transformed) => transformed,
                None => return Err(message::no_join(name, &left.name)),
            };
        }
        Ok(left.scalar)
    }

    /// The error for an unknown name, with the annotations among the choices.
    fn unknown(&self, error: Error) -> Error {
        match error {
            Error::Field(text) if !self.annotations.is_empty() && text.contains("Choices are: ") => {
                let names: Vec<&str> = self.annotations.iter().map(|annotation| annotation.alias.as_str()).collect();
                Error::Field(format!("{text}, {}", names.join(", ")))
            }
            other => other,
        }
    }
}

/// How many levels of nesting an expression counts for: what is made by way of more functions takes more of the stack.
fn levels(expr: &Expr) -> u32 {
    match expr {
        Expr::Path(_) | Expr::Value(_) | Expr::Combined { .. } => 1,
        Expr::Case { .. } | Expr::Condition(_) => 3,
        _ => 2,
    }
}

fn combine<'r>(left: Scalar<'r>, operator: Operator, right: Scalar<'r>) -> Result<Scalar<'r>> {
    let (arithmetic, kind) = arithmetic::combine(left.kind(), operator, right.kind())?;
    Ok(Scalar::Combined { left: Box::new(left), operator, right: Box::new(right), arithmetic, kind })
}

fn combine_as<'r>(left: Scalar<'r>, operator: Operator, right: Scalar<'r>, kind: FieldKind) -> Scalar<'r> {
    let arithmetic = arithmetic::combine(left.kind(), operator, right.kind())
        .map_or(crate::resolved::Arithmetic::Plain, |(arithmetic, _)| arithmetic);
    Scalar::Combined { left: Box::new(left), operator, right: Box::new(right), arithmetic, kind }
}
