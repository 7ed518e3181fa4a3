//! Set operations: the rows of several query sets together.

use embellie_core::Query;
use embellie_core::query::SetOperator;

use super::QuerySet;

impl<M, S> QuerySet<M, S> {
    /// The rows of both, equal ones once: Django's `union`.
    ///
    /// The rows must have the same columns; what they are is said by this query set. The whole can be ordered, sliced and
    /// counted, and not filtered: filter each part.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Tag { word: String }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let names = User::objects().values_list(User::name).union(Tag::objects().values_list(Tag::word));
    /// let first: Vec<String> = names.order_by("name").limit(10).all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn union<N>(self, other: QuerySet<N, S>) -> Self {
        self.combined(SetOperator::Union, other)
    }

    /// The rows of both, equal ones as often as there are: Django's `union(…, all=True)`.
    pub fn union_all<N>(self, other: QuerySet<N, S>) -> Self {
        self.combined(SetOperator::UnionAll, other)
    }

    /// The rows that both have: Django's `intersection`.
    pub fn intersection<N>(self, other: QuerySet<N, S>) -> Self {
        self.combined(SetOperator::Intersection, other)
    }

    /// The rows that the other does not have: Django's `difference`.
    pub fn difference<N>(self, other: QuerySet<N, S>) -> Self {
        self.combined(SetOperator::Difference, other)
    }

    fn combined<N>(mut self, operator: SetOperator, other: QuerySet<N, S>) -> Self {
        self.mistake = self.mistake.take().or(other.mistake);
        self.query = together(operator, self.query, other.query);
        self
    }
}

/// Two queries as one. Unions that are nothing else take another member, as `union(a, b)` does in Django.
fn together(operator: SetOperator, mut first: Query, second: Query) -> Query {
    let plain = |query: &Query| {
        let bare = Query { compound: query.compound.clone(), ..Query::new(query.model.clone()) };
        *query == bare
    };
    let associative = matches!(operator, SetOperator::Union | SetOperator::UnionAll);
    if associative
        && plain(&first)
        && let Some(compound) = &mut first.compound
        && compound.operator == operator
    {
        compound.queries.push(second);
        return first;
    }
    Query::compound(operator, vec![first, second])
}
