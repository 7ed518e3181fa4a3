//! Pages by their numbers: Django's `Paginator`.

use std::fmt;
use std::ops::RangeInclusive;

use embellie_core::{Error, Result};
use tokio::sync::OnceCell;

use super::PageNumber;
use crate::database::Executor;
use crate::log::called;
use crate::query_set::{QuerySet, Selection, Whole};

/// What stands for the pages that an elided range leaves out: Django's `Paginator.ELLIPSIS`.
pub const ELLIPSIS: &str = "…";

/// The rows of a query set in pages of so many rows: Django's `Paginator`. [`QuerySet::paginate`] makes one.
///
/// How many rows there are is asked once.
pub struct Paginator<M, S = Whole<M>> {
    set: QuerySet<M, S>,
    per_page: u64,
    orphans: u64,
    allow_empty_first_page: bool,
    count: OnceCell<u64>,
}

impl<M, S> QuerySet<M, S> {
    /// The rows in pages of `per_page` rows, by their numbers: Django's `Paginator(query_set, per_page)`.
    ///
    /// The rows should have an order that leaves no ties; else one may stand on two pages, and another on none.
    pub fn paginate(self, per_page: u64) -> Paginator<M, S> {
        Paginator { set: self, per_page, orphans: 0, allow_empty_first_page: true, count: OnceCell::new() }
    }
}

impl<M, S> Paginator<M, S> {
    /// Adds a last page of so few rows, or fewer, to the one before it.
    #[must_use]
    pub fn orphans(self, rows: u64) -> Self {
        Paginator { orphans: rows, ..self }
    }

    /// Whether there is a first page where there are no rows. There is, unless this says otherwise.
    #[must_use]
    pub fn allow_empty_first_page(self, allow: bool) -> Self {
        Paginator { allow_empty_first_page: allow, ..self }
    }

    /// How many rows a page has.
    pub fn per_page(&self) -> u64 {
        self.per_page
    }
}

impl<M, S: Selection<M>> Paginator<M, S> {
    /// How many rows there are on all pages.
    ///
    /// # Errors
    /// As [`QuerySet::count`].
    #[track_caller]
    pub fn count(&self, db: &dyn Executor) -> impl Future<Output = Result<u64>> {
        called(async move { self.count.get_or_try_init(|| self.set.count(db)).await.copied() })
    }

    /// How many pages there are.
    ///
    /// # Errors
    /// As [`count`](Paginator::count); [`Error::Value`] when pages have no rows.
    #[track_caller]
    pub fn num_pages(&self, db: &dyn Executor) -> impl Future<Output = Result<u64>> {
        called(async move {
            if self.per_page == 0 {
                return Err(Error::Value("a page has one row at least: paginate(per_page) was given 0".into()));
            }
            let count = self.count(db).await?;
            if count == 0 && !self.allow_empty_first_page {
                return Ok(0);
            }
            Ok(count.saturating_sub(self.orphans).max(1).div_ceil(self.per_page))
        })
    }

    /// The numbers of the pages.
    ///
    /// # Errors
    /// As [`num_pages`](Paginator::num_pages).
    #[track_caller]
    pub fn page_range(&self, db: &dyn Executor) -> impl Future<Output = Result<RangeInclusive<u64>>> {
        called(async move { Ok(1..=self.num_pages(db).await?) })
    }

    /// The number of a page that there is.
    ///
    /// # Errors
    /// [`Error::PageNotAnInteger`] for what is no number, [`Error::EmptyPage`] for one of no page.
    #[track_caller]
    pub fn validate_number(
        &self,
        number: impl Into<PageNumber>,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<u64>> {
        let number = number.into();
        called(async move {
            let number = u64::try_from(number.number()?).unwrap_or_default();
            if number < 1 {
                return Err(Error::EmptyPage("That page number is less than 1".into()));
            }
            if number > self.num_pages(db).await? {
                return Err(Error::EmptyPage("That page contains no results".into()));
            }
            Ok(number)
        })
    }

    /// A page by its number, which may be text.
    ///
    /// # Errors
    /// As [`validate_number`](Paginator::validate_number) and [`QuerySet::all`].
    #[track_caller]
    pub fn page(
        &self,
        number: impl Into<PageNumber>,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<Page<S::Output>>> {
        let number = number.into();
        called(async move {
            let number = self.validate_number(number, db).await?;
            self.warn_of_disorder(db);
            let (count, num_pages) = (self.count(db).await?, self.num_pages(db).await?);
            let bottom = (number - 1).saturating_mul(self.per_page);
            let top = bottom.saturating_add(self.per_page);
            let top = if top.saturating_add(self.orphans) >= count { count } else { top };
            let rows = self.set.clone().slice(bottom..top).all(db).await?;
            Ok(Page { rows, number, num_pages, count, per_page: self.per_page })
        })
    }

    /// A page, whatever was asked for: the first one for what is no number, the last one for one of no page.
    ///
    /// # Errors
    /// [`Error::EmptyPage`] when there is no page at all; else as [`QuerySet::all`].
    #[track_caller]
    pub fn get_page(
        &self,
        number: impl Into<PageNumber>,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<Page<S::Output>>> {
        let number = number.into();
        called(async move {
            let number = match self.validate_number(number, db).await {
                Ok(number) => number,
                Err(Error::PageNotAnInteger(_)) => 1,
                Err(Error::EmptyPage(_)) => self.num_pages(db).await?,
                Err(other) => return Err(other),
            };
            self.page(number, db).await
        })
    }

    /// The pages to link to from a page: those around it and those at both ends, with an [`ELLIPSIS`] for those that are
    /// left out. Django's `get_elided_page_range`, where `on_each_side` is 3 and `on_ends` 2.
    ///
    /// # Errors
    /// As [`validate_number`](Paginator::validate_number).
    #[track_caller]
    pub fn elided_page_range(
        &self,
        number: impl Into<PageNumber>,
        on_each_side: u64,
        on_ends: u64,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<Vec<PageLink>>> {
        let number = number.into();
        called(async move {
            let number = self.validate_number(number, db).await?;
            Ok(elided(number, self.num_pages(db).await?, on_each_side, on_ends))
        })
    }

    fn warn_of_disorder(&self, db: &dyn Executor) {
        let query = self.set.query();
        let own = db.session().database().registry().model(&query.model).is_ok_and(|model| !model.ordering.is_empty());
        if !query.order_by.as_ref().map_or(own, |terms| !terms.is_empty()) {
            tracing::warn!(
                model = %query.model,
                "pages of rows without an order: a row may stand on two pages, and another on none. Add `.order_by(…)`.",
            );
        }
    }
}

/// The links from page `number` of `last`.
fn elided(number: u64, last: u64, on_each_side: u64, on_ends: u64) -> Vec<PageLink> {
    let around = on_each_side.saturating_add(on_ends);
    let mut links = Vec::new();
    let mut add = |range: RangeInclusive<u64>| links.extend(range.map(PageLink::Page));
    if last <= around.saturating_mul(2) {
        add(1..=last);
        return links;
    }
    // An ellipsis stands for two pages at least.
    let (gap_before, gap_after) = (number > around.saturating_add(2), number + around + 1 < last);
    if gap_before {
        add(1..=on_ends);
        links.push(PageLink::Ellipsis);
    }
    let first = if gap_before { number - on_each_side } else { 1 };
    let end = if gap_after { number + on_each_side } else { last };
    links.extend((first..=end).map(PageLink::Page));
    if gap_after {
        links.push(PageLink::Ellipsis);
        links.extend((last - on_ends + 1..=last).map(PageLink::Page));
    }
    links
}

/// One of the links of an elided range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PageLink {
    /// A page.
    Page(u64),
    /// Pages that are left out.
    Ellipsis,
}

impl fmt::Display for PageLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PageLink::Page(number) => number.fmt(f),
            PageLink::Ellipsis => f.write_str(ELLIPSIS),
        }
    }
}

/// A page of rows, which it derefs to: Django's `Page`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    rows: Vec<T>,
    number: u64,
    num_pages: u64,
    count: u64,
    per_page: u64,
}

impl<T> Page<T> {
    /// The page's number, from 1 on.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many pages there are.
    pub fn num_pages(&self) -> u64 {
        self.num_pages
    }

    /// How many rows there are on all pages.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether there is a page after this one.
    pub fn has_next(&self) -> bool {
        self.number < self.num_pages
    }

    /// Whether there is a page before this one.
    pub fn has_previous(&self) -> bool {
        self.number > 1
    }

    /// Whether there is any other page.
    pub fn has_other_pages(&self) -> bool {
        self.has_next() || self.has_previous()
    }

    /// The number of the page after this one.
    ///
    /// # Errors
    /// [`Error::EmptyPage`] when there is none.
    pub fn next_page_number(&self) -> Result<u64> {
        match self.has_next() {
            true => Ok(self.number + 1),
            false => Err(Error::EmptyPage("That page contains no results".into())),
        }
    }

    /// The number of the page before this one.
    ///
    /// # Errors
    /// [`Error::EmptyPage`] when there is none.
    pub fn previous_page_number(&self) -> Result<u64> {
        match self.has_previous() {
            true => Ok(self.number - 1),
            false => Err(Error::EmptyPage("That page number is less than 1".into())),
        }
    }

    /// Which of all rows the first one here is, from 1 on; 0 where there are none.
    pub fn start_index(&self) -> u64 {
        if self.count == 0 { 0 } else { (self.number - 1) * self.per_page + 1 }
    }

    /// Which of all rows the last one here is, from 1 on.
    pub fn end_index(&self) -> u64 {
        if self.number == self.num_pages { self.count } else { self.number * self.per_page }
    }

    /// The rows.
    pub fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

impl<T> std::ops::Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.rows
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'p, T> IntoIterator for &'p Page<T> {
    type Item = &'p T;
    type IntoIter = std::slice::Iter<'p, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl<M, S: Clone> Clone for Paginator<M, S> {
    fn clone(&self) -> Self {
        Paginator { set: self.set.clone(), count: self.count.clone(), ..*self }
    }
}

impl<M, S> fmt::Debug for Paginator<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paginator").field("per_page", &self.per_page).field("set", &self.set).finish_non_exhaustive()
    }
}

/// Shows a page as templates do: `<Page 2 of 7>`.
impl<T> fmt::Display for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Page {} of {}>", self.number, self.num_pages)
    }
}

#[cfg(test)]
mod tests {
    use super::elided;

    fn shown(number: u64, last: u64, on_each_side: u64, on_ends: u64) -> String {
        let links = elided(number, last, on_each_side, on_ends);
        links.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pages_are_left_out_where_there_are_two_at_least() {
        assert_eq!(shown(1, 10, 3, 2), "1 2 3 4 5 6 7 8 9 10");
        assert_eq!(shown(1, 11, 3, 2), "1 2 3 4 … 10 11");
        assert_eq!(shown(7, 50, 3, 2), "1 2 3 4 5 6 7 8 9 10 … 49 50");
        assert_eq!(shown(8, 50, 3, 2), "1 2 … 5 6 7 8 9 10 11 … 49 50");
        assert_eq!(shown(43, 50, 3, 2), "1 2 … 40 41 42 43 44 45 46 … 49 50");
        assert_eq!(shown(44, 50, 3, 2), "1 2 … 41 42 43 44 45 46 47 48 49 50");
        assert_eq!(shown(50, 50, 3, 2), "1 2 … 47 48 49 50");
        assert_eq!(shown(5, 9, 0, 0), "… 5 …");
        assert_eq!(shown(1, 1, 0, 0), "1");
    }
}
