//! Lookups: a column, the name of a comparison, and what it is compared with. Django's `build_lookup` and `lookups.py`.

use embellie_core::field::{FieldKind, prepare};
use embellie_core::lookup::{CustomLookup, Lookup};
use embellie_core::{Error, Result, Value};

use super::left::Left;
use super::operand::{Element, Operand};
use super::{Scope, array, document, message, range};
use crate::Capability;
use crate::resolved::{Among, Comparison, Condition, PatternKind, Scalar};

/// The lookup that is meant.
enum Chosen<'r> {
    Known(Lookup),
    /// One that the program has added.
    Registered(&'r CustomLookup),
}

/// A comparison made.
pub(super) struct Built<'r> {
    pub(super) condition: Condition<'r>,
    /// For a test for null: whether null is what is looked for.
    pub(super) is_null: Option<bool>,
}

impl<'r> From<Condition<'r>> for Built<'r> {
    fn from(condition: Condition<'r>) -> Self {
        Built { condition, is_null: None }
    }
}

impl<'r> Scope<'_, 'r> {
    /// The condition of a lookup, which transforms may come before.
    pub(super) fn lookup(&mut self, left: &Left<'r>, names: &[&str], operand: Operand<'_, 'r>) -> Result<Built<'r>> {
        let (transformed, lookup) = self.lookup_of(left, names)?;
        let left = transformed.as_ref().unwrap_or(left);
        match lookup {
            Chosen::Known(lookup) => self.compare_by(left, lookup, operand),
            Chosen::Registered(lookup) => self.registered_lookup(left, lookup, operand).map(Built::from),
        }
    }

    /// The condition of a lookup.
    fn compare_by(&mut self, left: &Left<'r>, lookup: Lookup, operand: Operand<'_, 'r>) -> Result<Built<'r>> {
        if let Some(relation) = left.relation {
            self.check_related(relation, &operand)?;
        }
        let operand = if lookup == Lookup::IsNull { operand } else { self.both_sides(left, operand)? };
        if matches!(left.scalar, Scalar::Tuple(_)) {
            return self.compare_key(left, lookup, operand);
        }
        if let Operand::Expr(Scalar::Tuple(_)) = operand {
            return Err(Error::Value("CompositePrimaryKey cannot be used as a lookup value.".into()));
        }
        match lookup {
            Lookup::In => return self.one_of(left, operand).map(Built::from),
            Lookup::Range => return self.range(left, operand).map(Built::from),
            _ => {}
        }
        if let Some(condition) = self.range_lookup(left, lookup, &operand)? {
            return Ok(condition.into());
        }
        if let Some(condition) = self.search_lookup(left, lookup, &operand)? {
            return Ok(condition.into());
        }
        let of_json = document::is_document(left);
        let operand = match (array::is_array(left), range::of(left)) {
            (true, _) => self.array_operand(left, operand)?,
            (_, Some(_)) => range::operand(operand)?,
            _ => operand,
        };
        if matches!(lookup, Lookup::HasKeys | Lookup::HasAnyKeys) {
            return self.has_keys(left, lookup, operand).map(Built::from);
        }
        let json_null = of_json && lookup == Lookup::Exact && matches!(operand, Operand::Value(Value::Null));
        let operand = if of_json { document::operand(lookup, operand) } else { operand };
        if let (Operand::List(_), Some(kind)) = (&operand, left.kind)
            && matches!(kind, FieldKind::Uuid | FieldKind::Decimal { .. } | FieldKind::Bool)
        {
            return Err(Error::Validation(format!(
                "Field '{}': a list is no value of a {}",
                left.name,
                kind.django_name()
            )));
        }
        if let Operand::List(_) = operand {
            let what = format!("'{lookup}' takes one value, not a list; '{}__in' takes a list", left.name);
            return Err(Error::Type(what));
        }
        if matches!(operand, Operand::Value(Value::Null)) {
            return match lookup {
                Lookup::Exact | Lookup::IExact => Ok(null(left, true)),
                _ => Err(Error::Value("Cannot use None as a query value".into())),
            };
        }
        if let Operand::Value(value) = &operand
            && let Some(condition) = super::years::condition(left, lookup, value)?
        {
            return Ok(condition.into());
        }
        match lookup {
            Lookup::IsNull => match operand {
                Operand::Value(Value::Bool(expected)) => Ok(null(left, expected)),
                _ => Err(Error::Value("The QuerySet value for an isnull lookup must be True or False.".into())),
            },
            Lookup::Exact => {
                let built = self.compare(left, Comparison::Equal, operand)?;
                // As in Django, what is not JSON's null is something at least.
                Ok(Built { is_null: json_null.then_some(false), ..built })
            }
            Lookup::Gt => self.compare(left, Comparison::Greater, operand),
            Lookup::Gte => self.compare(left, Comparison::GreaterOrEqual, operand),
            Lookup::Lt => self.compare(left, Comparison::Less, operand),
            Lookup::Lte => self.compare(left, Comparison::LessOrEqual, operand),
            Lookup::Contains | Lookup::ContainedBy | Lookup::Overlap if array::is_array(left) => {
                self.array_lookup(left, lookup, operand).map(Built::from)
            }
            Lookup::Contains if of_json => self.holds(left, lookup, operand).map(Built::from),
            Lookup::ContainedBy => self.holds(left, lookup, operand).map(Built::from),
            Lookup::HasKey => self.has_keys(left, lookup, operand).map(Built::from),
            _ => self.text_lookup(left, lookup, operand).map(Built::from),
        }
    }

    /// The lookup that the names after a field end in, `exact` when they end in none, and what the transforms before it
    /// make of the field.
    fn lookup_of(&self, left: &Left<'r>, names: &[&str]) -> Result<(Option<Left<'r>>, Chosen<'r>)> {
        let Some((&last, before)) = names.split_last() else { return Ok((None, Chosen::Known(Lookup::Exact))) };
        let mut transformed: Option<Left<'r>> = None;
        for &name in before {
            transformed = Some(self.transform_or_refuse(transformed.as_ref().unwrap_or(left), name, names)?);
        }
        let at = transformed.as_ref().unwrap_or(left);
        if let Some(lookup) = self.registry().lookup(at.kind, last) {
            return Ok((transformed, Chosen::Registered(lookup)));
        }
        if let Some(lookup) = Lookup::from_name(last).filter(|lookup| known(at, *lookup)) {
            return Ok((transformed, Chosen::Known(lookup)));
        }
        Ok((Some(self.transform_or_refuse(at, last, names)?), Chosen::Known(Lookup::Exact)))
    }

    fn transform_or_refuse(&self, left: &Left<'r>, name: &str, names: &[&str]) -> Result<Left<'r>> {
        if left.relation.is_none()
            && let Some(transformed) = self.transform(left, name)?
        {
            return Ok(transformed);
        }
        let choices = Lookup::names().filter(|name| Lookup::from_name(name).is_some_and(|lookup| known(left, lookup)));
        let related = left.relation.map(|relation| relation.model);
        Err(message::unsupported_lookup(names, left.class(), choices, related))
    }

    fn text_lookup(&mut self, left: &Left<'r>, lookup: Lookup, operand: Operand<'_, 'r>) -> Result<Condition<'r>> {
        if array::is_array(left) {
            self.context.target.require(Capability::Arrays)?;
        }
        let expr = document::as_text(left.scalar.clone());
        let operand = match operand {
            Operand::Value(value) => Scalar::Value { value: as_text(left, value)?, kind: Some(FieldKind::Text) },
            Operand::Expr(expr) => expr,
            Operand::Query(query) => self.single_value(left, query, lookup)?,
            Operand::List(_) => return Err(Error::Type(format!("'{lookup}' takes one value, not a list"))),
        };
        if let Scalar::Value { value: Value::Null, .. } = operand {
            return Ok(Condition::Never);
        }
        let pattern = |kind, fold| Condition::Pattern { expr: expr.clone(), kind, fold, operand: operand.clone() };
        Ok(match lookup {
            Lookup::IExact => pattern(PatternKind::Whole, true),
            Lookup::Contains => pattern(PatternKind::Within, false),
            Lookup::IContains => pattern(PatternKind::Within, true),
            Lookup::StartsWith => pattern(PatternKind::Start, false),
            Lookup::IStartsWith => pattern(PatternKind::Start, true),
            Lookup::EndsWith => pattern(PatternKind::End, false),
            Lookup::IEndsWith => pattern(PatternKind::End, true),
            Lookup::Regex => Condition::Regex { expr, fold: false, operand },
            Lookup::IRegex => Condition::Regex { expr, fold: true, operand },
            other => return Err(Error::NotSupported(format!("the lookup '{other}' is not known to the compiler"))),
        })
    }

    fn range(&self, left: &Left<'r>, operand: Operand<'_, 'r>) -> Result<Condition<'r>> {
        let Ok::<[Element<'r>; 2], _>([low, high]) = elements(operand)?.try_into() else {
            return Err(Error::Value(format!("'{}__range' takes two values", left.name)));
        };
        let expr = left.scalar.clone();
        let (low, high) = (self.element(left, low)?, self.element(left, high)?);
        if document::is_document(left) || array::is_array(left) {
            return Ok(self.document_range(left, low, high));
        }
        Ok(match self.clamp(left, low, high) {
            Some((low, high)) => Condition::Between { expr, low, high },
            None => Condition::Never,
        })
    }

    fn element(&self, left: &Left<'r>, element: Element<'r>) -> Result<Scalar<'r>> {
        match element.of(left) {
            Element::Value(value) => Ok(left.constant(left.prepare(value)?)),
            Element::Expr(expr) => Ok(expr),
        }
    }

    fn one_of(&mut self, left: &Left<'r>, operand: Operand<'_, 'r>) -> Result<Condition<'r>> {
        let expr = array::compared(left);
        if let Operand::Query(query) = operand {
            return Ok(match self.query_operand(left, query, "the 'in' lookup")? {
                Some(query) => Condition::OneOf { expr, among: Among::Query(Box::new(query)) },
                None => Condition::Never,
            });
        }
        match operand {
            Operand::Expr(Scalar::Query(query)) => {
                return Ok(Condition::OneOf { expr, among: Among::Query(query) });
            }
            Operand::Expr(Scalar::Value { value: Value::Null, .. }) => return Ok(Condition::Never),
            Operand::Expr(one) => return Ok(Condition::OneOf { expr, among: Among::Exprs(vec![one]) }),
            _ => {}
        }
        let mut elements = elements(operand)?;
        if elements.iter().any(|element| matches!(element, Element::Expr(_))) {
            elements.retain(|element| !matches!(element, Element::Value(Value::Null)));
            let exprs: Result<Vec<Scalar<'r>>> =
                elements.into_iter().map(|element| self.element(left, element)).collect();
            return Ok(Condition::OneOf { expr, among: Among::Exprs(exprs?) });
        }
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            // Null equals nothing, and what the column cannot hold is not in it.
            if let Element::Value(value) = element.of(left)
                && !value.is_null()
                && let Some(value) = self.within_range(left, value)?
            {
                values.push(value);
            }
        }
        super::compare::remove_duplicates(&mut values);
        Ok(match values.is_empty() {
            true => Condition::Never,
            false => Condition::OneOf { expr, among: Among::Values(values) },
        })
    }
}

/// Whether a lookup may follow.
fn known(left: &Left<'_>, lookup: Lookup) -> bool {
    let whole = left.relation.is_some() || matches!(left.scalar, Scalar::Tuple(_));
    match whole {
        true => message::is_relation_lookup(lookup),
        false => left.kind.map_or(!lookup.is_special(), |kind| lookup.is_of(kind)),
    }
}

impl super::names::Field<'_> {
    pub(super) fn kind(&self) -> FieldKind {
        self.model.fields[self.index].kind
    }
}

fn null<'r>(left: &Left<'r>, expected: bool) -> Built<'r> {
    Built { condition: left.is_null(expected), is_null: Some(expected) }
}

/// What can be iterated: lists, and the characters of a text, as in Python.
pub(super) fn elements<'r>(operand: Operand<'_, 'r>) -> Result<Vec<Element<'r>>> {
    match operand {
        Operand::List(elements) => Ok(elements),
        Operand::Value(Value::Text(text)) => {
            Ok(text.chars().map(|c| Element::Value(Value::Text(c.to_string()))).collect())
        }
        other => Err(Error::Type(format!("'{}' object is not iterable", other.type_name()))),
    }
}

/// The text that a pattern is made of, whatever the column's type.
fn as_text(left: &Left<'_>, value: Value) -> Result<Value> {
    prepare(FieldKind::Text, &left.name, value)
}

impl<'r> Element<'r> {
    /// The element as it is compared with a left-hand side: a list with a document is an array.
    fn of(self, left: &Left<'r>) -> Self {
        match self {
            Element::Value(Value::List(values)) if document::is_document(left) => {
                Element::Value(embellie_core::field::json_array(values))
            }
            other => other,
        }
    }
}
