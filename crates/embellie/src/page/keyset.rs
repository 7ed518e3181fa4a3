//! Pages from where the last one ended: keyset pagination.

use std::fmt;

use embellie_core::expr::Nulls;
use embellie_core::field::FieldKind;
use embellie_core::query::{Annotation, Step};
use embellie_core::{Error, Expr, Path, Q, Query, Result, Value};
use embellie_sql::{self as sql, Capability};

use super::cursor::{self, Mark, PageCursor};
use super::terms::{Term, terms};
use crate::database::{Executor, Session};
use crate::log::called;
use crate::query_set::{QuerySet, Selection, Whole};

/// The rows of a query set in pages that begin where others ended. [`QuerySet::keyset`] makes one.
pub struct Keyset<M, S = Whole<M>> {
    set: QuerySet<M, S>,
    per_page: u64,
    from: From,
}

/// Where a page begins, or ends.
#[derive(Debug, Clone, PartialEq)]
enum From {
    Start,
    End,
    After(String),
    Before(String),
}

impl<M, S> QuerySet<M, S> {
    /// The rows in pages of `per_page` rows, each of which begins after a row that another page ended with: keyset
    /// pagination.
    ///
    /// A page is found by a condition on what the rows are ordered by, not by counting those before it. It takes the same
    /// time wherever it is, given an index; and rows that others insert or delete shift nothing. The order may be any that
    /// a query set can have (several terms, up and down, nulls, annotations, related models), but a random one. Ties are
    /// broken by the primary key; those of groups by what they are grouped by.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { title: String, views: i64 }
    /// # async fn example(asked: Option<String>, db: &Database) -> embellie::Result<()> {
    /// let page = Post::objects().order_by("-views").keyset(20).after(asked).page(db).await?;
    /// for post in &page {
    ///     println!("{}", post.title);
    /// }
    /// if page.has_next() {
    ///     println!("more: /posts?after={}", page.end_cursor().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// A cursor is text of letters, digits, `-` and `_`. It holds the values that its row is ordered by, not encrypted and
    /// not signed: it lets nobody see more than the query set gives, and what is no cursor of this ordering is an
    /// [`Error::Value`].
    pub fn keyset(self, per_page: u64) -> Keyset<M, S> {
        Keyset { set: self, per_page, from: From::Start }
    }
}

impl<M, S> Keyset<M, S> {
    /// The page that begins after the row of a cursor; the first page without one.
    #[must_use]
    pub fn after(self, cursor: impl Into<PageCursor>) -> Self {
        Keyset { from: cursor.into().0.map_or(From::Start, From::After), ..self }
    }

    /// The page that ends before the row of a cursor; the last page without one.
    #[must_use]
    pub fn before(self, cursor: impl Into<PageCursor>) -> Self {
        Keyset { from: cursor.into().0.map_or(From::End, From::Before), ..self }
    }

    /// The last page.
    #[must_use]
    pub fn from_end(self) -> Self {
        Keyset { from: From::End, ..self }
    }
}

impl<M, S: Selection<M>> Keyset<M, S> {
    /// Reads the page.
    ///
    /// # Errors
    /// [`Error::Value`] for what is no cursor of this query set, and pages without rows; [`Error::Type`] for a query set
    /// that is sliced, [`Error::NotSupported`] for one of set operations or of `distinct_on`, in a random order, or in that
    /// of documents; else as [`QuerySet::all`].
    #[track_caller]
    pub fn page(&self, db: &dyn Executor) -> impl Future<Output = Result<KeysetPage<S::Output>>> {
        called(self.read(db.session()))
    }

    async fn read(&self, session: Session<'_>) -> Result<KeysetPage<S::Output>> {
        if self.per_page == 0 {
            return Err(Error::Value("a page has one row at least: keyset(per_page) was given 0".into()));
        }
        let query = self.set.checked()?;
        let database = session.database();
        let mut terms = terms(query, database.registry())?;
        let mark = cursor::mark(&query.model, &terms);
        let Some(kinds) = kinds(query, &mut terms, session)? else {
            return Ok(KeysetPage::empty(mark));
        };
        let least = database.target().can(Capability::NullsAreLeast);
        let backward = matches!(self.from, From::End | From::Before(_));
        let mut query = annotated(query, &terms);
        if let From::After(text) | From::Before(text) = &self.from {
            let values = cursor::decode(text, mark, &kinds)?;
            let beyond =
                terms.iter().zip(&kinds).zip(&values).enumerate().map(|(place, ((term, kind), value))| Beyond {
                    place,
                    term: if backward { term.clone().reversed() } else { term.clone() },
                    nullable: kind.1,
                    value,
                    least,
                });
            query.steps.push(Step::Filter(condition(beyond.collect())));
        }
        let order =
            terms.iter().enumerate().map(|(place, term)| Term { expr: Expr::Path(name(place)), ..term.clone() });
        query.order_by = Some(order.collect());
        query.reversed = backward;
        query.slice.limit = Some(self.per_page.saturating_add(1));
        let mut rows = self.set.read_with(&query, terms.len(), session).await?;
        let more = rows.len() as u64 > self.per_page;
        if more {
            rows.pop();
        }
        if backward {
            rows.reverse();
        }
        let elsewhere = matches!(self.from, From::After(_) | From::Before(_));
        let (has_next, has_previous) = if backward { (elsewhere, more) } else { (more, elsewhere) };
        let (keys, rows) = rows.into_iter().unzip();
        Ok(KeysetPage { rows, keys, mark, has_next, has_previous })
    }
}

impl<M, S: Clone> Clone for Keyset<M, S> {
    fn clone(&self) -> Self {
        Keyset { set: self.set.clone(), per_page: self.per_page, from: self.from.clone() }
    }
}

/// The name of a term among the annotations.
fn name(place: usize) -> Path {
    Path::new([format!("_keyset{place}")])
}

/// The query, with the values of its terms behind its columns.
fn annotated(query: &Query, terms: &[Term]) -> Query {
    let mut query = query.clone();
    for (place, term) in terms.iter().enumerate() {
        let alias = name(place).to_string();
        query.steps.push(Step::Annotate(Annotation::new(alias, term.expr.clone())));
    }
    query.order_by = Some(Vec::new());
    query.reversed = false;
    query
}

/// What each term holds, and whether it may be null; `None` when there are no rows for sure.
fn kinds(query: &Query, terms: &mut [Term], session: Session<'_>) -> Result<Option<Vec<(FieldKind, bool)>>> {
    let (registry, target) = (session.database().registry(), session.database().target());
    let Some(compiled) = sql::select(&annotated(query, terms), registry, target)? else { return Ok(None) };
    let end = compiled.related.first().map_or(compiled.columns.len(), |object| object.start);
    let columns = compiled.columns.get(end.saturating_sub(terms.len())..end).unwrap_or_default();
    let mut kinds = Vec::with_capacity(terms.len());
    for (term, column) in terms.iter_mut().zip(columns) {
        if column.kind == FieldKind::Json || !column.parts.is_empty() {
            return Err(Error::NotSupported(format!(
                "keyset() needs an ordering by single values that can be compared, which '{}' is not",
                term.expr
            )));
        }
        // A mean that is computed exactly is not what it is read as.
        if column.kind == FieldKind::Float {
            let expr = Box::new(std::mem::replace(&mut term.expr, Expr::Value(Value::Null)));
            term.expr = Expr::Cast { expr, kind: FieldKind::Float, max_length: None };
        }
        kinds.push((column.kind, column.nullable));
    }
    Ok(Some(kinds))
}

/// A term, and the value that rows must be beyond.
struct Beyond<'v> {
    place: usize,
    term: Term,
    nullable: bool,
    value: &'v Value,
    /// Whether nulls are less than all values.
    least: bool,
}

impl Beyond<'_> {
    fn lookup(&self, lookup: &'static str, operand: Value) -> Q {
        Q::new(name(self.place).then(lookup), operand)
    }

    fn nulls_come_last(&self) -> bool {
        match self.term.nulls {
            Some(nulls) => nulls == Nulls::Last,
            None => self.least == self.term.descending,
        }
    }

    /// The rows behind the value; `None` where there are none.
    fn behind(&self) -> Option<Q> {
        if self.value.is_null() {
            return (!self.nulls_come_last()).then(|| self.lookup("isnull", false.into()));
        }
        let lookup = if self.term.descending { "lt" } else { "gt" };
        let behind = self.lookup(lookup, self.value.clone());
        Some(match self.nullable && self.nulls_come_last() {
            true => behind | self.lookup("isnull", true.into()),
            false => behind,
        })
    }

    fn equal(&self) -> Q {
        match self.value.is_null() {
            true => self.lookup("isnull", true.into()),
            false => self.lookup("exact", self.value.clone()),
        }
    }

    /// The rows at the value or behind it, where one comparison says it: what an index is entered by.
    fn bound(&self) -> Option<Q> {
        let lookup = if self.term.descending { "lte" } else { "gte" };
        (!self.nullable).then(|| self.lookup(lookup, self.value.clone()))
    }
}

/// The rows that come after the values: behind the first, or equal in it and behind the second, and so on.
fn condition(terms: Vec<Beyond<'_>>) -> Q {
    let bound = terms.first().filter(|_| terms.len() > 1).and_then(Beyond::bound);
    let nowhere = Q::new(Path::new(["pk", "in"]), Value::List(Vec::new()));
    let after = terms.iter().rev().fold(None, |rest: Option<Q>, term| {
        let tied = rest.map(|rest| term.equal() & rest);
        match (term.behind(), tied) {
            (Some(behind), Some(tied)) => Some(behind | tied),
            (behind, tied) => behind.or(tied),
        }
    });
    let after = after.unwrap_or(nowhere);
    bound.map_or(after.clone(), |bound| bound & after)
}

/// A page of rows, which it derefs to, with where it begins and ends.
#[derive(Debug, Clone, PartialEq)]
pub struct KeysetPage<T> {
    rows: Vec<T>,
    /// The values that each row is ordered by.
    keys: Vec<Vec<Value>>,
    mark: Mark,
    has_next: bool,
    has_previous: bool,
}

impl<T> KeysetPage<T> {
    fn empty(mark: Mark) -> Self {
        KeysetPage { rows: Vec::new(), keys: Vec::new(), mark, has_next: false, has_previous: false }
    }

    /// Whether there are rows after these. On a page that was asked for by [`before`](Keyset::before), there is the row of
    /// the cursor, unless it was deleted since.
    pub fn has_next(&self) -> bool {
        self.has_next
    }

    /// Whether there are rows before these. On a page that was asked for by [`after`](Keyset::after), there is the row of
    /// the cursor, unless it was deleted since.
    pub fn has_previous(&self) -> bool {
        self.has_previous
    }

    /// The cursor of a row of the page, by its place.
    pub fn cursor(&self, place: usize) -> Option<String> {
        self.keys.get(place).and_then(|values| cursor::encode(self.mark, values).ok())
    }

    /// The cursor of the first row, to ask for the page before; `None` when there are no rows.
    pub fn start_cursor(&self) -> Option<String> {
        self.cursor(0)
    }

    /// The cursor of the last row, to ask for the page after; `None` when there are no rows.
    pub fn end_cursor(&self) -> Option<String> {
        self.cursor(self.keys.len().checked_sub(1)?)
    }

    /// The rows.
    pub fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

impl<T> std::ops::Deref for KeysetPage<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> IntoIterator for KeysetPage<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p KeysetPage<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<M, S> fmt::Debug for Keyset<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyset").field("per_page", &self.per_page).field("from", &self.from).finish_non_exhaustive()
    }
}
