//! What can go wrong with a text: an error of Django's query language, or of Python itself.

use std::fmt;

/// What went wrong in evaluating a text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// What embellie says: a name that leads nowhere, a row that is not there, what the database refuses.
    Query(embellie_core::Error),
    /// What Python or Django says of a wrong call, by the name of the exception's class.
    Python {
        /// The exception's class: `AttributeError`.
        class: &'static str,
        /// What is wrong.
        message: String,
    },
    /// What is right in Django and not known here.
    Unknown(String),
}

/// A [`std::result::Result`] with the [`Error`] of texts.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The name of the exception's class in Django or Python.
    pub fn class(&self) -> &'static str {
        match self {
            Error::Query(error) => error.class(),
            Error::Python { class, .. } => class,
            Error::Unknown(_) => "NotImplementedError",
        }
    }

    pub(crate) fn python(class: &'static str, message: impl Into<String>) -> Self {
        Error::Python { class, message: message.into() }
    }

    pub(crate) fn type_error(message: impl Into<String>) -> Self {
        Error::Query(embellie_core::Error::Type(message.into()))
    }

    pub(crate) fn value_error(message: impl Into<String>) -> Self {
        Error::Query(embellie_core::Error::Value(message.into()))
    }

    pub(crate) fn field_error(message: impl Into<String>) -> Self {
        Error::Query(embellie_core::Error::Field(message.into()))
    }

    pub(crate) fn attribute(of: &str, name: &str) -> Self {
        Error::python("AttributeError", format!("'{of}' object has no attribute '{name}'"))
    }

    pub(crate) fn not_supported(message: impl Into<String>) -> Self {
        Error::Query(embellie_core::Error::NotSupported(message.into()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Query(error) => error.fmt(f),
            Error::Python { message, .. } | Error::Unknown(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

impl From<embellie_core::Error> for Error {
    fn from(error: embellie_core::Error) -> Self {
        Error::Query(error)
    }
}
