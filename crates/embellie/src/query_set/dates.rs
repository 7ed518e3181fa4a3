//! The dates that there are: Django's `dates` and `datetimes`.

use embellie_core::expr::TruncUnit;
use embellie_core::field::{FieldKind, FieldType};
use embellie_core::query::{Annotation, Distinct, Step};
use embellie_core::{Error, Expr, Path, Q, Result};
use jiff::Timestamp;
use jiff::civil::Date;

use super::QuerySet;
use crate::typed::One;
use crate::typed::Scalar;
use crate::typed::function::{Dated, Moment};

impl<M, S> QuerySet<M, S> {
    /// The different dates of a field, each cut down to a unit (`Year`, `Month`, `Week`, `Day`), the first one first:
    /// Django's `dates`. [`reverse`](QuerySet::reverse) turns them around.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # use embellie::expr::TruncUnit;
    /// # #[model(app = "blog")] pub struct Post { created_at: Timestamp }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let months: Vec<civil::Date> = Post::objects().dates(Post::created_at, TruncUnit::Month).all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn dates<V: Scalar<M, Type: Dated>>(self, field: V, unit: TruncUnit) -> QuerySet<M, One<Date, Date>> {
        self.dates_of(field.scalar().expr, unit)
    }

    /// The different points in time of a field, each cut down to a unit (`Year` to `Second`), the first one first:
    /// Django's `datetimes`. [`in_time_zone`](QuerySet::in_time_zone) says by whose clock.
    pub fn datetimes<V: Scalar<M>>(self, field: V, unit: TruncUnit) -> QuerySet<M, One<V::Type, V::Type>>
    where
        V::Type: Moment,
    {
        self.datetimes_of(field.scalar().expr, unit, V::Type::KIND)
    }

    /// The different dates of a field given by its name, as [`dates`](QuerySet::dates) gives them: for models without a
    /// Rust type.
    ///
    /// ```no_run
    /// # async fn months(db: embellie::Database) -> embellie::Result<()> {
    /// # use embellie::expr::TruncUnit;
    /// let months = db.objects("blog.Post")?.text_dates("created_at", TruncUnit::Month).all(&db).await?;
    /// let hours = db.objects("blog.Post")?.text_datetimes("created_at", TruncUnit::Hour).reverse().all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn text_dates(self, field: impl Into<Path>, unit: TruncUnit) -> QuerySet<M, One<Date, Date>> {
        self.dates_of(Ok(Expr::Path(field.into())), unit)
    }

    /// The different points in time of a field given by its name, as [`datetimes`](QuerySet::datetimes) gives them.
    pub fn text_datetimes(self, field: impl Into<Path>, unit: TruncUnit) -> QuerySet<M, One<Timestamp, Timestamp>> {
        self.datetimes_of(Ok(Expr::Path(field.into())), unit, FieldKind::DateTime)
    }

    fn dates_of(self, field: Result<Expr>, unit: TruncUnit) -> QuerySet<M, One<Date, Date>> {
        let units = [TruncUnit::Year, TruncUnit::Month, TruncUnit::Week, TruncUnit::Day];
        let cut = field.map(|field| {
            let cut = Expr::Trunc { expr: Box::new(field.clone()), unit, zone: None }.typed(FieldKind::Date);
            (cut, field)
        });
        let refused = "'kind' must be one of 'year', 'month', 'week', or 'day'.";
        self.truncated("datefield", cut, if units.contains(&unit) { None } else { Some(refused) })
    }

    fn datetimes_of<T>(self, field: Result<Expr>, unit: TruncUnit, kind: FieldKind) -> QuerySet<M, One<T, T>> {
        let refused = "'kind' must be one of 'year', 'month', 'week', 'day', 'hour', 'minute', or 'second'.";
        let refused = matches!(unit, TruncUnit::Quarter | TruncUnit::Date | TruncUnit::Time).then_some(refused);
        let cut = field.map(|field| {
            let cut = Expr::Trunc { expr: Box::new(field.clone()), unit, zone: None }.typed(kind);
            (cut, field)
        });
        self.truncated("datetimefield", cut, refused)
    }

    /// As Django has it: the cut values, each once, where the field is not null.
    fn truncated<T>(
        mut self,
        name: &'static str,
        cut: Result<(Expr, Expr)>,
        refused: Option<&str>,
    ) -> QuerySet<M, One<T, T>> {
        let mut query = self.query.clone();
        match (refused, cut) {
            (Some(refused), _) => self = self.mistaken(Error::Value(refused.into())),
            (None, Err(mistake)) => self = self.mistaken(mistake),
            (None, Ok((cut, field))) => {
                query = query.annotate(name, self.reused(cut));
                let plain = Annotation::new("plain_field", self.reused(field));
                query.steps.push(Step::Annotate(plain));
                query = query.values([Path::new([name])]).filter(Q::new(Path::new(["plain_field", "isnull"]), false));
                query.distinct = Distinct::Rows;
                query.order_by = Some(vec![Expr::path(name).asc()]);
                query.reversed = false;
            }
        }
        self.query = query;
        self.map(|_| One::default())
    }
}
