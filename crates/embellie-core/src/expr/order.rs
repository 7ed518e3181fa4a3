//! Ordering.

use super::{Expr, Path};

/// One term of an ordering.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderBy {
    /// What to order by. A path to a relation orders as the related model's own ordering says.
    pub expr: Expr,
    /// Whether the greatest come first.
    pub descending: bool,
    /// Where nulls go; `None` leaves it to the database.
    pub nulls: Option<Nulls>,
}

/// Where nulls go in an ordering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

impl OrderBy {
    /// Nulls before all values.
    #[must_use]
    pub fn nulls_first(self) -> Self {
        OrderBy { nulls: Some(Nulls::First), ..self }
    }

    /// Nulls after all values.
    #[must_use]
    pub fn nulls_last(self) -> Self {
        OrderBy { nulls: Some(Nulls::Last), ..self }
    }

    /// The opposite order.
    #[must_use]
    pub fn reversed(self) -> Self {
        let nulls = self.nulls.map(|nulls| match nulls {
            Nulls::First => Nulls::Last,
            Nulls::Last => Nulls::First,
        });
        OrderBy { descending: !self.descending, nulls, ..self }
    }
}

/// Django's notation: `name`, `-created_at`, `author__name`; a leading `+` is accepted too.
impl From<&str> for OrderBy {
    fn from(text: &str) -> Self {
        match text.strip_prefix('-') {
            Some(path) => Expr::Path(Path::from(path)).desc(),
            None => Expr::Path(Path::from(text.strip_prefix('+').unwrap_or(text))).asc(),
        }
    }
}

impl From<Expr> for OrderBy {
    fn from(expr: Expr) -> Self {
        expr.asc()
    }
}
