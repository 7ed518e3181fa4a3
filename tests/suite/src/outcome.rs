//! What comes of a test, with the line at which it failed.

use std::any::Any;
use std::fmt;
use std::panic::Location;

/// What a test gives back, so that it may use `?`.
pub type Outcome<T = ()> = Result<T, Failure>;

/// An error that a test did not expect, and where it came up.
pub struct Failure {
    at: &'static Location<'static>,
    message: String,
}

impl<E: std::error::Error + 'static> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        let class = (&error as &dyn Any).downcast_ref::<embellie_core::Error>().map_or("", |error| error.class());
        Failure { at: Location::caller(), message: format!("{class}: {error}") }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.at.file(), self.at.line(), self.message)
    }
}

/// The message of an error of Django's class `class`; anything else fails the test.
#[track_caller]
pub fn refused<T>(result: embellie::Result<T>, class: &str) -> String {
    match result {
        Ok(_) => panic!("expected a {class}, but it succeeded"),
        Err(error) => {
            assert_eq!(error.class(), class, "{error}");
            error.to_string()
        }
    }
}
