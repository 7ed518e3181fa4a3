//! Rewriting queries with those within them.

use super::{Condition, Cte, Distinct, Join, Output, Scalar, Select, Source, Term};

/// What may be put in the place of an expression.
type Change<'f, 'r> = &'f mut dyn FnMut(&Scalar<'r>) -> Option<Scalar<'r>>;

impl<'r> Scalar<'r> {
    /// The expression with parts replaced, as [`Scalar::replace`] does, in queries within it too.
    pub(crate) fn replace_within(self, change: Change<'_, 'r>) -> Scalar<'r> {
        self.replace(&mut |part| change(part).or_else(|| in_query(part, &mut |query| query.replace_within(change))))
    }

    /// Whether this is a query, of whatever use.
    pub(crate) fn is_query(&self) -> bool {
        match self {
            Scalar::Query(_) | Scalar::Array(_) => true,
            Scalar::Condition(condition) => matches!(**condition, Condition::Exists(_)),
            _ => false,
        }
    }

    /// The expression with the queries within it rewritten, the innermost first.
    pub(crate) fn map_queries(self, rewrite: &mut dyn FnMut(Select<'r>) -> Select<'r>) -> Scalar<'r> {
        self.replace(&mut |part| in_query(part, &mut |query| query.map_queries(rewrite)))
    }
}

impl<'r> Condition<'r> {
    /// The condition with expressions replaced, in queries within it too.
    pub(crate) fn replace_within(self, change: Change<'_, 'r>) -> Condition<'r> {
        self.replace(&mut |part| change(part).or_else(|| in_query(part, &mut |query| query.replace_within(change))))
    }

    /// The condition with the queries within it rewritten, the innermost first.
    pub(crate) fn map_queries(self, rewrite: &mut dyn FnMut(Select<'r>) -> Select<'r>) -> Condition<'r> {
        self.replace(&mut |part| in_query(part, &mut |query| query.map_queries(rewrite)))
    }
}

/// An expression that is a query, with the query rewritten.
fn in_query<'r>(scalar: &Scalar<'r>, rewrite: &mut dyn FnMut(Select<'r>) -> Select<'r>) -> Option<Scalar<'r>> {
    match scalar {
        Scalar::Query(query) => Some(Scalar::Query(Box::new(rewrite((**query).clone())))),
        Scalar::Array(query) => Some(Scalar::Array(Box::new(rewrite((**query).clone())))),
        Scalar::Condition(condition) => match &**condition {
            Condition::Exists(query) => {
                Some(Scalar::Condition(Box::new(Condition::Exists(Box::new(rewrite((**query).clone()))))))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Something that is done to all expressions and conditions of a query, and to the queries that it reads from.
trait Rewrite<'r> {
    fn scalar(&mut self, scalar: Scalar<'r>) -> Scalar<'r>;
    fn condition(&mut self, condition: Condition<'r>) -> Condition<'r>;
    fn query(&mut self, query: Select<'r>) -> Select<'r>;

    fn terms(&mut self, terms: Vec<Term<'r>>) -> Vec<Term<'r>> {
        terms.into_iter().map(|term| Term { expr: self.scalar(term.expr), ..term }).collect()
    }

    fn scalars(&mut self, scalars: Vec<Scalar<'r>>) -> Vec<Scalar<'r>> {
        scalars.into_iter().map(|scalar| self.scalar(scalar)).collect()
    }

    fn join(&mut self, join: Join<'r>) -> Join<'r> {
        Join {
            on: join.on.into_iter().map(|(near, far)| (self.scalar(near), self.scalar(far))).collect(),
            condition: self.condition(join.condition),
            ..join
        }
    }

    fn parts(&mut self, select: Select<'r>) -> Select<'r> {
        let boxed = |this: &mut Self, query: Box<Select<'r>>| Box::new(this.query(*query));
        Select {
            source: match select.source {
                Source::Query { alias, query } => Source::Query { alias, query: boxed(self, query) },
                Source::Compound { alias, operator, queries } => Source::Compound {
                    alias,
                    operator,
                    queries: queries.into_iter().map(|query| self.query(query)).collect(),
                },
                other => other,
            },
            joins: select.joins.into_iter().map(|join| self.join(join)).collect(),
            outputs: select
                .outputs
                .into_iter()
                .map(|output| Output { expr: self.scalar(output.expr), ..output })
                .collect(),
            hidden: self.scalars(select.hidden),
            condition: self.condition(select.condition),
            group_by: self.scalars(select.group_by),
            having: self.condition(select.having),
            distinct: match select.distinct {
                Distinct::On(scalars) => Distinct::On(self.scalars(scalars)),
                other => other,
            },
            order_by: self.terms(select.order_by),
            ctes: select.ctes.into_iter().map(|cte| Cte { query: self.query(cte.query), ..cte }).collect(),
            slice: select.slice,
            lock: select.lock,
            related: select.related,
            fields: select.fields,
        }
    }
}

struct Replacing<'f, 'r>(Change<'f, 'r>);

impl<'r> Rewrite<'r> for Replacing<'_, 'r> {
    fn scalar(&mut self, scalar: Scalar<'r>) -> Scalar<'r> {
        scalar.replace_within(self.0)
    }

    fn condition(&mut self, condition: Condition<'r>) -> Condition<'r> {
        condition.replace_within(self.0)
    }

    fn query(&mut self, query: Select<'r>) -> Select<'r> {
        query.replace_within(self.0)
    }
}

struct Mapping<'f, 'r>(&'f mut dyn FnMut(Select<'r>) -> Select<'r>);

impl<'r> Rewrite<'r> for Mapping<'_, 'r> {
    fn scalar(&mut self, scalar: Scalar<'r>) -> Scalar<'r> {
        scalar.map_queries(self.0)
    }

    fn condition(&mut self, condition: Condition<'r>) -> Condition<'r> {
        condition.map_queries(self.0)
    }

    fn query(&mut self, query: Select<'r>) -> Select<'r> {
        query.map_queries(self.0)
    }
}

impl<'r> Select<'r> {
    /// The query with expressions replaced, in queries within it too.
    pub(crate) fn replace_within(self, change: Change<'_, 'r>) -> Select<'r> {
        Replacing(change).parts(self)
    }

    /// The query and those within it rewritten, the innermost first.
    pub(crate) fn map_queries(self, rewrite: &mut dyn FnMut(Select<'r>) -> Select<'r>) -> Select<'r> {
        let select = Mapping(rewrite).parts(self);
        rewrite(select)
    }
}
