//! Annotations, and rows of values.

use embellie_core::expr::TruncUnit;
use embellie_core::field::FieldKind;
use embellie_core::meta::Member;
use embellie_core::query::{Annotation, Distinct, Step};
use embellie_core::{Expr, OrderBy, Path, Q};

use super::{RowKind, Set};
use crate::arguments::{Arguments, required};
use crate::models::Models;
use crate::names;
use crate::{Error, Py, Result};

/// The characters that Django refuses in the name of an annotation.
fn check_alias(alias: &str) -> Result<()> {
    let wrong = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | ';' | '#' | '[' | ']');
    if alias.contains(wrong) || alias.contains("--") || alias.contains("/*") || alias.contains("*/") {
        return Err(Error::value_error(
            "Column aliases cannot contain whitespace characters, hashes, control characters, quotation marks, \
             semicolons, or SQL comments.",
        ));
    }
    Ok(())
}

/// The name that an aggregate has when it is given none: `books__count`.
pub(crate) fn default_alias(value: &Py) -> Result<String> {
    let complex = || Error::type_error("Complex annotations require an alias");
    match value {
        Py::Expr(Expr::Aggregate(aggregate)) => match &aggregate.arguments[..] {
            [Expr::Path(path)] => Ok(format!("{path}__{}", aggregate.function.name().to_lowercase())),
            _ => Err(complex()),
        },
        Py::Expr(Expr::Typed { expr, .. }) => default_alias(&Py::Expr((**expr).clone())),
        _ => Err(complex()),
    }
}

impl Set {
    /// The names of the annotations so far.
    pub(crate) fn annotations(&self) -> impl Iterator<Item = &Annotation> {
        self.query.steps.iter().filter_map(|step| match step {
            Step::Annotate(annotation) => Some(annotation),
            _ => None,
        })
    }

    fn has_annotation(&self, name: &str) -> bool {
        self.annotations().any(|annotation| annotation.alias == name)
    }

    /// Whether `extra()` gave a column of a name.
    fn has_extra(&self, name: &str) -> bool {
        self.query.steps.iter().any(|step| match step {
            Step::Extra(extra) => extra.select.iter().any(|column| column.name == name),
            _ => false,
        })
    }

    pub(super) fn annotated(mut self, selected: bool, arguments: Arguments, models: &Models) -> Result<Set> {
        let method = if selected { "annotate" } else { "alias" };
        self.not_combined(method)?;
        let mut given = Vec::new();
        let wrong: Vec<String> = arguments
            .positional
            .iter()
            .chain(arguments.keywords.iter().map(|(_, value)| value))
            .filter(|value| !value.is_expression() && !matches!(value, Py::FilteredRelation(_)))
            .map(|value| value.to_value().map_or_else(|_| value.type_name().to_owned(), |value| value.to_string()))
            .collect();
        if !wrong.is_empty() {
            return Err(Error::type_error(format!(
                "QuerySet.{method}() received non-expression(s): {}.",
                wrong.join(", ")
            )));
        }
        for value in arguments.positional {
            let alias = default_alias(&value)?;
            if arguments.keywords.iter().any(|(name, _)| *name == alias) {
                return Err(Error::type_error(format!(
                    "The named annotation '{alias}' conflicts with the default name for another annotation."
                )));
            }
            given.push((alias, value));
        }
        given.extend(arguments.keywords);
        let model = models.model(&self.label)?;
        // Once values were chosen, the names of other fields are free.
        let taken = |set: &Set, name: &str| match set.query.selected() {
            None => name != "pk" && model.member(name).is_some(),
            Some(paths) => {
                let chosen = paths.iter().any(|path| path.to_string() == name);
                chosen && !set.has_annotation(name) && model.member(name).is_some()
            }
        };
        for (alias, value) in given {
            if taken(&self, &alias) {
                return Err(Error::value_error(format!(
                    "The annotation '{alias}' conflicts with a field on the model."
                )));
            }
            check_alias(&alias)?;
            match value {
                Py::FilteredRelation(mut relation) => {
                    if relation.relation.to_string() == alias {
                        return Err(Error::value_error("FilteredRelation needs a name of its own"));
                    }
                    relation.alias = alias.into();
                    self.query.steps.push(Step::Relation(*relation));
                }
                value => {
                    let expr = models.with_transforms(model, names::value_or_expression(value)?);
                    self.query.steps.push(Step::Annotate(Annotation { alias: alias.into(), expr, selected }));
                }
            }
        }
        Ok(self)
    }

    pub(super) fn values(mut self, arguments: Arguments, models: &Models) -> Result<Set> {
        self.rows = RowKind::Dicts;
        self.select(arguments, models)
    }

    fn select(mut self, arguments: Arguments, models: &Models) -> Result<Set> {
        let mut paths = Vec::new();
        let mut expressions = Vec::new();
        for field in arguments.positional {
            match field {
                Py::Str(path) => {
                    paths.push(path);
                }
                other if other.is_expression() => {
                    // As Django names it: by the aggregate's own name, or by its class and a number.
                    let alias = match default_alias(&other) {
                        Ok(alias) if !self.has_annotation(&alias) => alias,
                        _ => {
                            self.named_expressions += 1;
                            format!("{}{}", class_name(&other).to_lowercase(), self.named_expressions)
                        }
                    };
                    paths.push(alias.clone());
                    expressions.push((alias, other));
                }
                other => return Err(Error::attribute(other.type_name(), "split")),
            }
        }
        for (alias, value) in arguments.keywords {
            // What has the name of a field that is asked for as well is in its place.
            if self.rows != RowKind::Dicts || !paths.contains(&alias) {
                paths.push(alias.clone());
            }
            expressions.push((alias, value));
        }
        for path in &paths {
            if !self.has_annotation(path) && !self.has_extra(path) {
                check_alias(path)?;
            }
        }
        if !expressions.is_empty() {
            self = self.annotated(true, Arguments { positional: Vec::new(), keywords: expressions }, models)?;
        }
        self.query.steps.push(Step::Values(paths.into_iter().map(Path::from).collect()));
        Ok(self)
    }

    pub(super) fn values_list(mut self, mut arguments: Arguments, models: &Models) -> Result<Set> {
        let mut flag = |name: &str| arguments.keyword(name).is_some_and(|value| value.is_true());
        let (flat, named) = (flag("flat"), flag("named"));
        if flat && named {
            return Err(Error::type_error("'flat' and 'named' can't be used together."));
        }
        arguments.no_keywords("values_list")?;
        if flat && arguments.positional.len() > 1 {
            return Err(Error::type_error("'flat' is not valid when values_list is called with more than one field."));
        }
        self.rows = if flat {
            RowKind::Flat
        } else if named {
            RowKind::Named
        } else {
            RowKind::Tuples
        };
        self.select(arguments, models)
    }

    pub(super) fn dates(mut self, with_time: bool, arguments: Arguments, models: &Models) -> Result<Set> {
        let method = if with_time { "datetimes" } else { "dates" };
        let [field, kind, order, tzinfo] = arguments.bind(method, ["field_name", "kind", "order", "tzinfo"])?;
        let field = required(method, "field_name", field)?.into_text("field_name")?;
        let kind = required(method, "kind", kind)?.into_text("kind")?;
        let order = order.map_or_else(|| Ok("ASC".to_owned()), |order| order.into_text("order"))?;
        let kinds: &[&str] = match with_time {
            true => &["year", "month", "week", "day", "hour", "minute", "second"],
            false => &["year", "month", "week", "day"],
        };
        if !kinds.contains(&kind.as_str()) {
            return Err(Error::value_error(format!("'kind' must be one of '{}'.", kinds.join("', '"))));
        }
        if order != "ASC" && order != "DESC" {
            return Err(Error::value_error("'order' must be either 'ASC' or 'DESC'."));
        }
        self.not_combined(method)?;
        let path = Path::from(field.as_str());
        let model = models.model(&self.label)?;
        if let Some(at) = models.follow(model, path.names())
            && let Member::Field(place) = at.member
            && at.rest == 0
        {
            let found = models.registry().get(at.model).fields[place].kind;
            let fits = match with_time {
                true => matches!(found, FieldKind::DateTime | FieldKind::NaiveDateTime),
                false => matches!(found, FieldKind::Date | FieldKind::DateTime | FieldKind::NaiveDateTime),
            };
            if !fits {
                let what = if with_time { "a DateTimeField" } else { "a DateField or DateTimeField" };
                return Err(Error::value_error(format!("'{field}' isn't {what}.")));
            }
        }
        let zone = match tzinfo {
            Some(Py::Zone(zone)) => Some(zone.into()),
            _ => None,
        };
        let unit = TruncUnit::from_name(&kind).ok_or_else(|| Error::value_error("'kind' is no unit"))?;
        let trunc = Expr::Trunc { expr: Box::new(Expr::Path(path.clone())), unit, zone };
        let (expr, name) = match with_time {
            true => (trunc, "datetimefield"),
            false => (trunc.typed(FieldKind::Date), "datefield"),
        };
        let annotate = |alias: &'static str, expr: Expr| Step::Annotate(Annotation::new(alias, expr));
        self.query.steps.push(annotate(name, expr));
        self.query.steps.push(annotate("plain_field", Expr::Path(path)));
        self.query.steps.push(Step::Values(vec![Path::new([name])]));
        self.query.steps.push(Step::Filter(Q::new("plain_field__isnull", false)));
        self.query.distinct = Distinct::Rows;
        self.query.order_by = Some(vec![OrderBy::from(if order == "ASC" { name } else { "" })]);
        if order == "DESC" {
            self.query.order_by = Some(vec![Expr::path(name).desc()]);
        }
        self.rows = RowKind::Flat;
        Ok(self)
    }
}

/// The name of an expression's class in Django.
fn class_name(value: &Py) -> String {
    match value {
        Py::Expr(Expr::Call { function, .. }) => function.name().to_owned(),
        Py::Expr(Expr::Aggregate(aggregate)) => aggregate.function.name().to_owned(),
        other => other.type_name().to_owned(),
    }
}
