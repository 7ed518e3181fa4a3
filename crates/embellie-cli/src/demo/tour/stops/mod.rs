//! The stops. What stands between the marks in each function is shown, and is what runs.

mod computed;
mod filters;
mod mistakes;
mod related;
mod rows;
mod writes;

use embellie::{Database, Error, Transaction};

use super::Stop;

/// A piece of code of a stop: its function and its Django text, with a caption where a stop has several.
macro_rules! part {
    ($function:ident, $django:expr) => {
        part!(None, $function, $django)
    };
    ($caption:literal, $function:ident, $django:expr) => {
        part!(Some($caption), $function, $django)
    };
    ($caption:expr, $function:ident, $django:expr) => {
        crate::demo::tour::Part {
            caption: $caption,
            source: (SOURCE, stringify!($function)),
            django: $django,
            run: |db| Box::pin($function(db)),
        }
    };
}
use part;

/// All stops, in the order of the tour.
pub(in crate::demo) fn stops() -> Vec<Stop> {
    let mut stops = filters::stops();
    stops.extend(rows::stops());
    stops.extend(computed::stops());
    stops.extend(writes::stops());
    stops.extend(mistakes::stops());
    stops.extend(related::stops());
    stops
}

/// `db.atomic`, but what `work` did is undone even when it succeeds, so that every visitor finds the same shop.
async fn rehearse<T>(
    db: &Database,
    work: impl AsyncFnOnce(&Transaction) -> embellie::Result<T>,
) -> embellie::Result<T> {
    /// Why the transaction is not committed.
    enum Undo<T> {
        Done(T),
        Failed(Error),
    }
    impl<T> From<Error> for Undo<T> {
        fn from(error: Error) -> Self {
            Undo::Failed(error)
        }
    }
    let undone = db.atomic(async |tx| Err::<T, Undo<T>>(Undo::Done(work(tx).await?))).await;
    match undone {
        Ok(value) | Err(Undo::Done(value)) => Ok(value),
        Err(Undo::Failed(error)) => Err(error),
    }
}
