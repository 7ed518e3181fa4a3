//! What the rows of a query give. Django's `set_values`.

use embellie_core::meta::Model;
use embellie_core::{Error, Path, Result};

use super::group::Grouping;
use super::joins::Place;
use super::{BASE, Scope};
use crate::resolved::{Among, Column, Condition, Output, Scalar};

/// A value of each row.
#[derive(Debug, Clone)]
pub(super) struct Chosen<'r> {
    pub(super) name: String,
    pub(super) what: What<'r>,
    /// Whether it was named; what an annotation adds later was not.
    pub(super) asked: bool,
    /// Whether it goes together with the values before it: the second and further fields of a key.
    pub(super) joined: bool,
}

/// What a chosen value is.
#[derive(Debug, Clone)]
pub(super) enum What<'r> {
    /// A field, or a transform of one.
    Field(Scalar<'r>),
    /// An annotation, by its place.
    Annotation(usize),
}

impl Chosen<'_> {
    pub(super) fn annotation(name: String, place: usize) -> Self {
        Chosen { name, what: What::Annotation(place), asked: false, joined: false }
    }
}

impl<'r> Scope<'_, 'r> {
    /// Chooses the values of each row: fields and annotations, or every column and annotation.
    pub(super) fn choose(&mut self, paths: &[Path]) -> Result<()> {
        let mut chosen = Vec::with_capacity(paths.len());
        for path in paths {
            let name = path.to_string();
            let names: Vec<&str> = path.names().collect();
            let annotation = self.annotations.iter().position(|annotation| annotation.alias == name);
            let what = match annotation {
                Some(place) if self.annotations[place].selected || self.is_choosable(&name) => {
                    vec![What::Annotation(place)]
                }
                Some(_) => {
                    return Err(Error::Field(format!(
                        "Cannot select the '{name}' alias. Use annotate() to promote it."
                    )));
                }
                None => self.path(&names, &mut None, true)?.into_parts().into_iter().map(What::Field).collect(),
            };
            for (part, what) in what.into_iter().enumerate() {
                chosen.push(Chosen { name: name.clone(), what, asked: true, joined: part > 0 });
            }
        }
        if !paths.is_empty() {
            for (place, annotation) in self.annotations.iter_mut().enumerate() {
                annotation.selected =
                    chosen.iter().any(|value| matches!(value.what, What::Annotation(p) if p == place));
            }
        }
        if let Grouping::Key = self.grouping {
            let columns = self.model_columns().map(|output| output.expr).collect();
            self.grouping = Grouping::By(columns);
            self.group_by_annotations();
        }
        if paths.is_empty() {
            let (extra, selected): (Vec<_>, Vec<_>) = self
                .annotations
                .iter()
                .enumerate()
                .filter(|(_, annotation)| annotation.selected)
                .map(|(place, annotation)| Chosen::annotation(annotation.alias.clone(), place))
                .partition(|chosen| self.extra_columns.contains(&chosen.name));
            chosen.extend(extra);
            chosen.extend(self.model_columns().map(|output| Chosen {
                name: output.name,
                what: What::Field(output.expr),
                asked: false,
                joined: false,
            }));
            chosen.extend(selected);
        }
        self.values = Some(chosen);
        Ok(())
    }

    /// Whether values may name an annotation that is not selected: it is a column of another kind.
    pub(super) fn is_choosable(&self, name: &str) -> bool {
        self.cte_columns.iter().chain(&self.extra_columns).any(|known| known == name)
    }

    /// Adds a column of `extra()`: before all others, unless values were chosen by name.
    pub(super) fn add_extra_column(&mut self, name: &str, scalar: Scalar<'r>) {
        let named = self.values.as_ref().is_some_and(|values| values.iter().any(|value| value.asked));
        let known = self.extra_columns.iter().any(|known| known == name);
        self.add_annotation(name.to_owned(), scalar, false);
        let place = self.annotations.iter().position(|annotation| annotation.alias == name).unwrap_or_default();
        if !named {
            self.annotations[place].selected = true;
            let extra = self.extra_columns.len();
            if let (Some(values), false) = (&mut self.values, known) {
                values.insert(extra.min(values.len()), Chosen::annotation(name.to_owned(), place));
            }
        }
        if !known {
            self.extra_columns.push(name.to_owned());
        }
    }

    /// The columns that the query selects. Which of them may be null is known once all joins are.
    pub(super) fn outputs(&self) -> Vec<Output<'r>> {
        match &self.values {
            None => {
                let annotations = self.annotations.iter().filter(|annotation| annotation.selected);
                let fields = self.mask.places(self.model).into_iter().map(|field| self.own_output(field));
                fields
                    .chain(annotations.flat_map(|annotation| self.flat(&annotation.alias, annotation.scalar.clone())))
                    .collect()
            }
            Some(values) => values
                .iter()
                .flat_map(|value| match &value.what {
                    What::Field(scalar) => {
                        vec![Output { joined: value.joined, ..self.output(value.name.clone(), scalar.clone()) }]
                    }
                    What::Annotation(place) => self.flat(&value.name, self.annotations[*place].scalar.clone()),
                })
                .collect(),
        }
    }

    /// The places of the fields that the first columns are, where they are objects' and not all.
    pub(super) fn loaded(&self) -> Option<&[usize]> {
        self.mask.fields().filter(|_| self.values.is_none())
    }

    /// The columns that an expression takes among the values of a row: those of a key take one each.
    fn flat(&self, name: &str, scalar: Scalar<'r>) -> Vec<Output<'r>> {
        let parts = scalar.into_parts().into_iter().enumerate();
        parts.map(|(i, part)| Output { joined: i > 0, ..self.output(name.to_owned(), part) }).collect()
    }

    /// Some columns of the model, which go together.
    pub(super) fn own_outputs(&self, places: &[usize]) -> Vec<Output<'r>> {
        let places = places.iter().enumerate();
        places.map(|(i, &place)| Output { joined: i > 0, ..self.own_output(place) }).collect()
    }

    /// Every column of the model.
    pub(super) fn model_columns(&self) -> impl Iterator<Item = Output<'r>> + use<'_, 'r> {
        (0..self.model.fields.len()).map(|field| self.own_output(field))
    }

    /// One column of the model.
    pub(super) fn own_output(&self, field: usize) -> Output<'r> {
        let model: &'r Model = self.model;
        self.output(model.fields[field].attname(), Scalar::Column(self.column(BASE, model, field)))
    }

    pub(super) fn output(&self, name: String, scalar: Scalar<'r>) -> Output<'r> {
        let nullable = self.may_be_null(&scalar);
        let kind = scalar.kind().unwrap_or(embellie_core::field::FieldKind::Any);
        Output { name, expr: scalar, kind, nullable, joined: false }
    }

    /// Whether an expression may be null in this query.
    fn may_be_null(&self, scalar: &Scalar<'r>) -> bool {
        use embellie_core::expr::{AggregateFunction, Function};
        match scalar {
            Scalar::Column(column) => column.null || self.place_of(*column).is_some_and(|place| self.is_left(place)),
            Scalar::Value { value, .. } => value.is_null(),
            Scalar::Inner { null, .. } | Scalar::Named { null, .. } => *null,
            Scalar::Aggregate(aggregate) => aggregate.function != AggregateFunction::Count,
            Scalar::Query(query) => match query.outputs.as_slice() {
                // An aggregate of all rows there are, be there none, is a row.
                [output] if query.is_one_row() => output.nullable,
                _ => true,
            },
            Scalar::Call { function: Function::Coalesce, arguments, .. } => {
                arguments.iter().all(|argument| self.may_be_null(argument))
            }
            Scalar::Call { function: Function::Concat | Function::Now | Function::Pi | Function::Random, .. }
            | Scalar::IsNull(_)
            | Scalar::One
            | Scalar::Random
            | Scalar::Array(_) => false,
            Scalar::Condition(condition) => self.may_be_unknown(condition),
            Scalar::Typed { expr, .. } | Scalar::Collate { expr, .. } | Scalar::Cast { expr, .. } => {
                self.may_be_null(expr)
            }
            Scalar::Call { function: Function::Lower | Function::Upper | Function::Length, arguments, .. } => {
                arguments.iter().any(|argument| self.may_be_null(argument))
            }
            Scalar::Combined { left, right, operator, .. } => {
                // A division by zero is null on some databases.
                matches!(operator, embellie_core::expr::Operator::Divide | embellie_core::expr::Operator::Modulo)
                    || self.may_be_null(left)
                    || self.may_be_null(right)
            }
            Scalar::Case { whens, otherwise, .. } => {
                self.may_be_null(otherwise) || whens.iter().any(|(_, then)| self.may_be_null(then))
            }
            _ => true,
        }
    }

    /// Whether a condition may be neither true nor false.
    fn may_be_unknown(&self, condition: &Condition<'r>) -> bool {
        match condition {
            Condition::Always | Condition::Never | Condition::Exists(_) | Condition::Null { .. } => false,
            Condition::Group { children, .. } => children.iter().any(|child| self.may_be_unknown(child)),
            Condition::OneOf { among: Among::Query(_), .. } => true,
            other => {
                let mut unknown = false;
                other.each_scalar(&mut |scalar| unknown = unknown || self.may_be_null(scalar));
                unknown
            }
        }
    }

    /// Whether an expression is a column of one of the query's own tables.
    pub(super) fn has_column(&self, scalar: &Scalar<'r>) -> bool {
        match scalar {
            Scalar::Column(Column { alias, .. }) | Scalar::Named { alias, .. } => {
                self.places().any(|place| self.table(place).alias == *alias)
            }
            _ => false,
        }
    }

    /// The place of the table that a column belongs to.
    pub(super) fn place_of(&self, column: Column<'r>) -> Option<Place> {
        self.places().find(|&place| self.table(place).alias == column.alias)
    }
}
