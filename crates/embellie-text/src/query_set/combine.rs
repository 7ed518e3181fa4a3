//! Query sets of several: `union()` and its like, and the operators `&`, `|` and `^`.

use embellie_core::expr::RawSql;
use embellie_core::field::FieldKind;
use embellie_core::query::{Compound, Connector, Extra, SelectRelated, SetOperator, Step};
use embellie_core::{Expr, Q, Query, Sql};

use super::Set;
use crate::arguments::Arguments;
use crate::{Error, Py, Result};

impl Set {
    pub(super) fn combined(self, method: &str, mut arguments: Arguments) -> Result<Set> {
        let all = arguments.keyword("all").is_some_and(|all| all.is_true());
        if method != "union" && all {
            return Err(Error::type_error(format!("{method}() got an unexpected keyword argument 'all'")));
        }
        arguments.no_keywords(method)?;
        let operator = match method {
            "union" if all => SetOperator::UnionAll,
            "union" => SetOperator::Union,
            "intersection" => SetOperator::Intersection,
            _ => SetOperator::Difference,
        };
        let mut others = Vec::new();
        for other in arguments.positional {
            match other {
                Py::QuerySet(set) => others.push(*set),
                other => return Err(Error::attribute(other.type_name(), "query")),
            }
        }
        // What has no rows is known without a database.
        let empty = |set: &Set| set.query.none;
        match operator {
            SetOperator::Union | SetOperator::UnionAll if empty(&self) => {
                let mut left = others.into_iter().filter(|set| !empty(set));
                let Some(first) = left.next() else { return Ok(self) };
                let rest: Vec<Set> = left.collect();
                return if rest.is_empty() { Ok(first) } else { first.together(operator, rest) };
            }
            SetOperator::Intersection if empty(&self) => return Ok(self),
            SetOperator::Intersection => {
                if let Some(empty) = others.iter().find(|set| empty(set)) {
                    return Ok(empty.clone());
                }
            }
            SetOperator::Difference if empty(&self) => return Ok(self),
            _ => {}
        }
        self.together(operator, others)
    }

    fn together(self, operator: SetOperator, others: Vec<Set>) -> Result<Set> {
        let mut set = self;
        let mut first = std::mem::replace(&mut set.query, Query::new(""));
        first.select_related = SelectRelated::No;
        let template = first.clone();
        // What the first is ordered by says nothing of the rows of all, unless it is sliced.
        if first.slice.is_whole() && first.order_by.is_none() {
            first.order_by = Some(Vec::new());
        }
        let queries = std::iter::once(first)
            .chain(others.into_iter().map(|other| {
                let mut query = other.query;
                query.select_related = SelectRelated::No;
                if query.slice.is_whole() && query.order_by.is_none() {
                    query.order_by = Some(Vec::new());
                }
                query
            }))
            .collect();
        set.query = Query {
            compound: Some(Box::new(Compound { operator, queries })),
            aggregation: template.aggregation,
            time_zone: template.time_zone,
            order_by: Some(Vec::new()),
            ..Query::new(template.model)
        };
        Ok(set)
    }

    /// The rows of both, either, or one of two query sets of one model.
    pub(crate) fn joined(self, connector: Connector, other: Set) -> Result<Set> {
        for set in [&self, &other] {
            if set.is_combined() {
                return Err(Error::not_supported(format!(
                    "Calling QuerySet.{}() after {}() is not supported.",
                    match connector {
                        Connector::And => "__and__",
                        Connector::Or => "__or__",
                        Connector::Xor => "__xor__",
                    },
                    set.combinator()
                )));
            }
        }
        if self.rows != other.rows || self.query.selected().map(<[_]>::len) != other.query.selected().map(<[_]>::len) {
            return Err(Error::type_error(format!(
                "Merging '{}' classes must involve the same values in each case.",
                "QuerySet"
            )));
        }
        match connector {
            Connector::And if self.query.none => return Ok(self),
            Connector::And if other.query.none => return Ok(other),
            Connector::Or | Connector::Xor if self.query.none => return Ok(other),
            Connector::Or | Connector::Xor if other.query.none => return Ok(self),
            _ => {}
        }
        if self.query.model != other.query.model {
            return Err(Error::type_error("Cannot combine queries on two different base models."));
        }
        if self.is_sliced() || other.is_sliced() {
            return Err(Error::type_error("Cannot combine queries once a slice has been taken."));
        }
        if self.query.distinct != other.query.distinct {
            return Err(Error::type_error("Cannot combine a unique query with a non-unique query."));
        }
        let mut set = self;
        set.known.extend(other.known);
        if connector == Connector::And {
            for step in other.query.steps {
                if matches!(step, Step::Filter(_) | Step::Exclude(_) | Step::Extra(_))
                    || !set.query.steps.contains(&step)
                {
                    set.query.steps.push(step);
                }
            }
            if other.query.order_by.is_some() {
                set.query.order_by = other.query.order_by;
            }
            return Ok(set);
        }
        let (own, mut steps) = conditions(std::mem::take(&mut set.query.steps));
        let (theirs, more) = conditions(other.query.steps);
        for step in more {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        let whole = match connector {
            Connector::Or if own.is_all() || theirs.is_all() => Q::all(),
            connector => Q::Group { connector, negated: false, children: vec![own, theirs] },
        };
        if !whole.is_all() {
            steps.push(Step::Filter(whole));
        }
        set.query.steps = steps;
        if other.query.order_by.is_some() {
            set.query.order_by = other.query.order_by;
        }
        Ok(set)
    }
}

/// All conditions of some steps as one, and the other steps.
fn conditions(steps: Vec<Step>) -> (Q, Vec<Step>) {
    let (mut all, mut others) = (Q::all(), Vec::new());
    for step in steps {
        match step {
            Step::Filter(q) => all = all & q,
            Step::Exclude(q) => all = all & !q,
            Step::Extra(mut extra) => {
                let texts: Vec<String> = extra.conditions.drain(..).map(|sql| format!("({})", sql.as_str())).collect();
                let parameters = std::mem::take(&mut extra.parameters);
                if !texts.is_empty() {
                    let raw = RawSql::new(Sql::trusted(texts.join(" AND ")), parameters);
                    all = all & Q::Expr(Box::new(Expr::from(raw).typed(FieldKind::Bool)));
                }
                if *extra != Extra::new() {
                    others.push(Step::Extra(extra));
                }
            }
            other => others.push(other),
        }
    }
    (all, others)
}
