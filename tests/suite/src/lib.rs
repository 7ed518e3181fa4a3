//! The harness of the behaviour suite: fresh databases of every kind, and models and rows to ask about.
//!
//! A test is an `async fn name(db: &Database) -> Outcome`. [`on_every_database!`] makes `sqlite::name`,
//! `postgres::name` and so on of it: each runs on a fresh database that has the tables of some [`models`] and no rows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fresh;
mod outcome;
mod rows;

pub mod models;

pub use fresh::{Fresh, Kind, fresh, run};
pub use outcome::{Failure, Outcome, refused};
pub use rows::{Rows, all_of, create, ids, int, list, object, path, q, rows, set, texts, values};

/// Makes a test for every database of each `async fn(db: &Database) -> Outcome` of the surrounding module.
///
/// The first name is a function of [`models`]: whose tables the database has.
#[macro_export]
macro_rules! on_every_database {
    ($models:ident: $($test:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $test() -> $crate::Outcome {
                    $crate::run($crate::Kind::Sqlite, $crate::models::$models(), async |db| super::$test(db).await)
                }
            )+
        }

        mod postgres {
            $(
                #[test]
                fn $test() -> $crate::Outcome {
                    $crate::run($crate::Kind::Postgres, $crate::models::$models(), async |db| super::$test(db).await)
                }
            )+
        }
    };
}
