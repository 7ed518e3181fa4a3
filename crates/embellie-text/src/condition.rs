//! Conditions as a text has them: what they are compared with is not a stored value yet, since what it is stored as
//! depends on the field that it is compared with.

use embellie_core::field::FieldKind;
use embellie_core::lookup::Lookup;
use embellie_core::meta::{Member, Model};
use embellie_core::query::{Connector, Operand};
use embellie_core::{Expr, Path, Q, Value};

use crate::models::{Followed, Models};
use crate::{Error, Object, Py, Result};

/// A condition: Django's `Q`.
#[derive(Debug, Clone)]
pub enum Condition {
    /// A lookup and what it is compared with.
    Compare(String, Box<Py>),
    /// An expression that is true or not.
    Expr(Expr),
    /// Several, joined. No children at all is always true.
    Group {
        /// What joins them.
        connector: Connector,
        /// Whether the whole is negated.
        negated: bool,
        /// What is joined.
        children: Vec<Condition>,
    },
}

/// Lookups of JSON whose right-hand side is no document: keys, or a list of them.
const KEY_LOOKUPS: [&str; 5] = ["has_key", "has_keys", "has_any_keys", "isnull", "range"];

impl Condition {
    pub(crate) fn is_all(&self) -> bool {
        matches!(self, Condition::Group { negated: false, children, .. } if children.is_empty())
    }

    /// Whether conditions and expressions stand within each other more than `levels` deep here.
    pub(crate) fn is_deeper_than(&self, levels: u32) -> bool {
        let Some(left) = levels.checked_sub(1) else { return true };
        match self {
            Condition::Compare(_, value) => match &**value {
                Py::Expr(expr) => expr.is_deeper_than(left),
                Py::Q(condition) => condition.is_deeper_than(left),
                Py::QuerySet(set) => set.query.is_deeper_than(left),
                _ => false,
            },
            Condition::Expr(expr) => expr.is_deeper_than(left),
            Condition::Group { children, .. } => children.iter().any(|child| child.is_deeper_than(left)),
        }
    }

    /// Joins two conditions; an empty one is the other's identity, and like groups are flattened.
    pub(crate) fn join(self, connector: Connector, other: Condition) -> Condition {
        if other.is_all() {
            return self;
        }
        if self.is_all() {
            return other;
        }
        let mut joined = Vec::new();
        for side in [self, other] {
            match side {
                Condition::Group { connector: c, negated: false, children } if c == connector => {
                    joined.extend(children)
                }
                other => joined.push(other),
            }
        }
        Condition::Group { connector, negated: false, children: joined }
    }

    /// The opposite.
    pub(crate) fn negate(self) -> Condition {
        match self {
            Condition::Group { connector, negated, children } => {
                Condition::Group { connector, negated: !negated, children }
            }
            other => Condition::Group { connector: Connector::And, negated: true, children: vec![other] },
        }
    }

    /// The condition with values as they are stored, where nothing is known of what they are compared with.
    pub(crate) fn into_core(self) -> Result<Q> {
        self.convert(&|path, value| Ok(Q::new(path, operand(value)?)))
    }

    /// The condition on rows of a model.
    pub(crate) fn on(self, models: &Models, model: &Model) -> Result<Q> {
        self.convert(&|path, value| {
            if let Some(q) = of_keys(models, model, &path, &value)? {
                return Ok(q);
            }
            let operand = Against { models, model }.operand(&path, value)?;
            Ok(match models.transformed(model, &path) {
                None => Q::new(path, operand),
                Some((expr, lookups)) => expr.lookup(lookups, operand),
            })
        })
    }

    fn convert(self, compare: &dyn Fn(Path, Py) -> Result<Q>) -> Result<Q> {
        Ok(match self {
            Condition::Compare(path, value) => compare(Path::from(path), *value)?,
            Condition::Expr(expr) => Q::expr(expr),
            Condition::Group { connector, negated, children } => Q::Group {
                connector,
                negated,
                children: children.into_iter().map(|child| child.convert(compare)).collect::<Result<_>>()?,
            },
        })
    }
}

/// A comparison of a primary key of several fields with tuples that hold expressions, as one of each field.
fn of_keys(models: &Models, model: &Model, path: &Path, value: &Py) -> Result<Option<Q>> {
    let names: Vec<&str> = path.names().collect();
    let (before, several) = match names.as_slice() {
        [before @ .., "pk", "in"] => (before, true),
        [before @ .., "pk"] | [before @ .., "pk", "exact"] => (before, false),
        _ => return Ok(None),
    };
    let of = match before {
        [] => model,
        before => match models.follow(model, before.iter().copied()) {
            Some(Followed { target: Some(target), rest: 0, .. }) => models.registry().get(target),
            _ => return Ok(None),
        },
    };
    let holds_expressions = |value: &Py| match value {
        Py::List(parts) | Py::Tuple(parts) => parts.iter().any(Py::is_expression),
        _ => false,
    };
    let keys: &[Py] = match value {
        Py::List(keys) | Py::Tuple(keys) | Py::Set(keys) if several => keys,
        one => std::slice::from_ref(one),
    };
    if !of.has_composite_key() || !keys.iter().any(holds_expressions) {
        return Ok(None);
    }
    let mut either = Vec::new();
    for key in keys {
        let (Py::List(parts) | Py::Tuple(parts)) = key else { return Ok(None) };
        if parts.len() != of.key_fields().len() {
            return Ok(None);
        }
        let mut all = Q::all();
        for (place, part) in of.key_fields().iter().zip(parts) {
            let Some(field) = of.fields.get(*place) else { return Ok(None) };
            let path = Path::new(before.iter().map(|name| (*name).to_owned()).chain([field.name.clone()]));
            let operand = Against { models, model }.operand(&path, part.clone())?;
            all = all & Q::new(path, operand);
        }
        either.push(all);
    }
    Ok(Some(Q::Group { connector: Connector::Or, negated: false, children: either }))
}

impl From<Expr> for Condition {
    fn from(expr: Expr) -> Self {
        Condition::Expr(expr)
    }
}

/// The right-hand side of a comparison with what is not known.
pub(crate) fn operand(value: Py) -> Result<Operand> {
    Ok(match value {
        Py::QuerySet(set) if set.elsewhere.is_some() => {
            return Err(Error::value_error(
                "Subqueries aren't allowed across different databases. Force the inner query to be evaluated using \
                 `list(inner_query)`.",
            ));
        }
        Py::QuerySet(set) => Operand::Query(Box::new(set.into_query())),
        Py::Manager(manager) => Operand::Query(Box::new(manager.all()?.into_query())),
        Py::List(values) | Py::Tuple(values) | Py::Set(values) if values.iter().any(Py::is_expression) => {
            Operand::List(values.into_iter().map(crate::names::value_or_expression).collect::<Result<_>>()?)
        }
        other => Operand::Expr(crate::names::value_or_expression(other)?),
    })
}

/// What values are compared with: paths of a model.
pub(crate) struct Against<'a> {
    pub(crate) models: &'a Models,
    pub(crate) model: &'a Model,
}

impl Against<'_> {
    fn operand(&self, path: &Path, value: Py) -> Result<Operand> {
        let Some(at) = self.models.follow(self.model, path.names()) else { return operand(value) };
        let last = path.names().next_back().unwrap_or_default();
        if at.target.is_some() {
            return self.related(at, value);
        }
        let Member::Field(field) = at.member else { return operand(value) };
        match self.models.registry().get(at.model).fields[field].kind {
            FieldKind::Json => json(at.rest > 0, last, value),
            FieldKind::DateTime if at.rest == 0 || (at.rest == 1 && Lookup::from_name(last).is_some()) => {
                operand(self.models.aware(value)?)
            }
            FieldKind::Date if at.rest == 0 || (at.rest == 1 && Lookup::from_name(last).is_some()) => {
                operand(self.models.local_date(value)?)
            }
            _ => operand(value),
        }
    }

    /// What a relation is compared with: objects are told by the field that the relation points at.
    fn related(&self, at: Followed, value: Py) -> Result<Operand> {
        let registry = self.models.registry();
        let Some((target, fields)) = at.told_by(registry) else { return operand(value) };
        let target = registry.get(target);
        // Names beyond a lookup are those of an annotation, or a mistake that the compiler tells.
        if at.rest > 1 {
            return operand(value);
        }
        // The rows of a model whose key is a foreign key may be told by the model's own objects.
        let holder = match at.member {
            Member::Field(place) if registry.get(at.model).key_fields() == [place] => Some(registry.get(at.model)),
            _ => None,
        };
        let is_holder =
            |own: &Model| holder.is_some_and(|holder| holder.id() == own.id() || self.models.inherits(own, holder));
        let told_by = |object: &Object| -> Result<Py> {
            let own = object.record().model();
            if is_holder(own) {
                return Ok(Py::from_value(object.key()));
            }
            if own.id() != target.id() && !self.models.inherits(own, target) && !self.models.inherits(target, own) {
                return Err(Error::value_error(format!(
                    "Cannot query \"{} object\": Must be \"{}\" instance.",
                    object.model(),
                    target.name
                )));
            }
            if object.is_unsaved() && object.key().is_null() {
                return Err(Error::value_error("Model instances passed to related filters must be saved."));
            }
            if own.id() != target.id() {
                return Ok(Py::from_value(object.key()));
            }
            let mut values = fields.iter().map(|&field| object.field(&target.fields[field].name));
            Ok(Py::from_value(match fields.len() {
                1 => values.next().unwrap_or_default(),
                _ => Value::List(values.collect()),
            }))
        };
        match value {
            Py::Object(object) => operand(told_by(&object)?),
            Py::List(values) | Py::Tuple(values) | Py::Set(values)
                if values.iter().any(|value| matches!(value, Py::Object(_))) =>
            {
                let values: Result<Vec<Py>> = values
                    .into_iter()
                    .map(|value| match value {
                        Py::Object(object) => told_by(&object),
                        other => Ok(other),
                    })
                    .collect();
                operand(Py::List(values?))
            }
            Py::QuerySet(set) => {
                if set.gives_objects() {
                    let own = self.models.model(&set.label)?;
                    if own.id() != target.id()
                        && !is_holder(own)
                        && !self.models.inherits(own, target)
                        && !self.models.inherits(target, own)
                    {
                        return Err(Error::value_error(format!(
                            "Cannot use QuerySet for \"{}\": Use a QuerySet for \"{}\".",
                            own.name, target.name
                        )));
                    }
                }
                operand(Py::QuerySet(set))
            }
            other => operand(other),
        }
    }
}

/// What a JSON document, or a part of it, is compared with.
fn json(part: bool, last: &str, value: Py) -> Result<Operand> {
    let document = |value: Py| match &value {
        Py::List(_) | Py::Tuple(_) | Py::Dict(_) => Ok(Py::Json(Box::new(value.to_json()?))),
        _ => Ok(value),
    };
    if part && KEY_LOOKUPS.contains(&last) {
        return operand(value);
    }
    match value {
        Py::List(values) | Py::Tuple(values) | Py::Set(values) if part && last == "in" => {
            operand(Py::List(values.into_iter().map(document).collect::<Result<_>>()?))
        }
        other => operand(document(other)?),
    }
}

/// The value of a field as it is stored, for writing.
pub(crate) fn stored(models: &Models, kind: FieldKind, value: Py) -> Result<Value> {
    let is_number = kind.integer_range().is_some() || kind == FieldKind::Float;
    if is_number && matches!(value, Py::List(_) | Py::Tuple(_) | Py::Set(_) | Py::Dict(_)) {
        return Err(Error::type_error(format!("Field expected a number but got a {}.", value.type_name())));
    }
    match kind {
        FieldKind::Json => match &value {
            Py::None => Ok(Value::Null),
            value => Ok(Value::Json(Box::new(value.to_json()?))),
        },
        FieldKind::DateTime => models.aware(value)?.to_value(),
        FieldKind::Date => models.local_date(value)?.to_value(),
        FieldKind::NaiveDateTime if matches!(value, Py::Timestamp(_)) => {
            Err(Error::value_error("The database does not support timezone-aware datetimes when USE_TZ is False."))
        }
        _ => value.to_value(),
    }
}
