//! One error type for everything: each variant is one of Django's exception classes, or has no counterpart there.

use std::fmt;

use crate::ColumnRef;

/// What went wrong, as Django would classify it. [`Error::class`] gives the name of Django's exception.
///
/// Messages name the thing, say what is wrong and what would be right; they never hold secrets or parameter values
/// of statements.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A name in a query leads nowhere, or a field is used as it cannot be (`FieldError`).
    Field(String),
    /// Metadata has no such field (`FieldDoesNotExist`).
    FieldDoesNotExist(String),
    /// A value has the wrong content (`ValueError`).
    Value(String),
    /// A value has the wrong type (`TypeError`).
    Type(String),
    /// A value fails a field's validation (`ValidationError`).
    Validation(String),
    /// Several fields of an object fail validation (`ValidationError` with messages by field).
    Invalid {
        /// The model's label, `app.Model`.
        model: String,
        /// The fields that fail, in order, with what is wrong with each.
        fields: Vec<(String, Vec<String>)>,
    },
    /// No row where one was asked for (`DoesNotExist`).
    DoesNotExist {
        /// The model's label, `app.Model`.
        model: String,
    },
    /// Several rows where one was asked for (`MultipleObjectsReturned`).
    MultipleObjectsReturned {
        /// The model's label, `app.Model`.
        model: String,
        /// How many rows were found, at least.
        found: usize,
    },
    /// Rows that point here with `on_delete = Protect` stand in the way (`ProtectedError`).
    Protected {
        /// What was to be deleted, and what stands in the way.
        message: String,
        /// The rows that stand in the way, as `app.Model` and primary key.
        objects: Vec<(String, crate::Value)>,
    },
    /// Rows that point here with `on_delete = Restrict` stand in the way (`RestrictedError`).
    Restricted {
        /// What was to be deleted, and what stands in the way.
        message: String,
        /// The rows that stand in the way, as `app.Model` and primary key.
        objects: Vec<(String, crate::Value)>,
    },
    /// A page that has no rows, or none that could have (`EmptyPage`).
    EmptyPage(String),
    /// What names a page is no number of one (`PageNotAnInteger`).
    PageNotAnInteger(String),
    /// The database refused a row: unique, foreign key, not null, check (`IntegrityError`).
    Integrity(DatabaseError),
    /// The database refused a value (`DataError`).
    Data(DatabaseError),
    /// The database could not do the work: connection, disk, locks, time-outs (`OperationalError`).
    Operational(DatabaseError),
    /// The SQL is wrong, or names what does not exist (`ProgrammingError`).
    Programming(DatabaseError),
    /// SQL cannot say what was asked for, which Django tells in the database's place (`DatabaseError`).
    Database(String),
    /// The connection or the pool was used wrongly or is exhausted (`InterfaceError`).
    Interface(String),
    /// This database cannot do that (`NotSupportedError`).
    NotSupported(String),
    /// A transaction was used out of order (`TransactionManagementError`).
    TransactionManagement(String),
    /// Settings, URLs or models contradict themselves (`ImproperlyConfigured`).
    ImproperlyConfigured(String),
    /// The models fail the system checks (`SystemCheckError`).
    SystemCheck(Vec<crate::meta::CheckMessage>),
    /// A column holds what the field's type cannot (no counterpart in Django, which would give the raw value).
    Decode(String),
}

/// What a database said of a statement.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DatabaseError {
    /// The database's own words, without parameter values.
    pub message: String,
    /// The database's code: an SQLSTATE, or an extended result code.
    pub code: Option<String>,
    /// The constraint that was broken, where the database names it.
    pub constraint: Option<String>,
    /// Whether the same work may succeed when it is tried again: a deadlock, a serialization failure, a busy lock.
    pub retryable: bool,
}

impl Error {
    /// The name of Django's exception class.
    pub fn class(&self) -> &'static str {
        match self {
            Error::Field(_) => "FieldError",
            Error::FieldDoesNotExist(_) => "FieldDoesNotExist",
            Error::Value(_) => "ValueError",
            Error::Type(_) => "TypeError",
            Error::Validation(_) | Error::Invalid { .. } => "ValidationError",
            Error::DoesNotExist { .. } => "DoesNotExist",
            Error::MultipleObjectsReturned { .. } => "MultipleObjectsReturned",
            Error::Protected { .. } => "ProtectedError",
            Error::Restricted { .. } => "RestrictedError",
            Error::EmptyPage(_) => "EmptyPage",
            Error::PageNotAnInteger(_) => "PageNotAnInteger",
            Error::Integrity(_) => "IntegrityError",
            Error::Data(_) => "DataError",
            Error::Operational(_) => "OperationalError",
            Error::Programming(_) => "ProgrammingError",
            Error::Database(_) => "DatabaseError",
            Error::Interface(_) => "InterfaceError",
            Error::NotSupported(_) => "NotSupportedError",
            Error::TransactionManagement(_) => "TransactionManagementError",
            Error::ImproperlyConfigured(_) => "ImproperlyConfigured",
            Error::SystemCheck(_) => "SystemCheckError",
            Error::Decode(_) => "DecodeError",
        }
    }

    /// An [`Error::Decode`] that says what was expected and what was found, without the value itself.
    pub fn decode(expected: &str, found: ColumnRef<'_>) -> Self {
        let found = match found {
            ColumnRef::Null => "NULL",
            ColumnRef::Bool(_) => "a boolean",
            ColumnRef::Int(_) => "an integer",
            ColumnRef::Float(_) => "a float",
            ColumnRef::Decimal(_) => "a decimal",
            ColumnRef::Text(_) => "text",
            ColumnRef::Bytes(_) => "bytes",
            ColumnRef::Date(_) => "a date",
            ColumnRef::Time(_) => "a time",
            ColumnRef::DateTime(_) => "a date and time",
            ColumnRef::Timestamp(_) => "a timestamp",
            ColumnRef::Range(_) => "a range",
            ColumnRef::Duration(_) => "a duration",
            ColumnRef::Uuid(_) => "a uuid",
            ColumnRef::Json(_) | ColumnRef::Document(_) => "json",
            ColumnRef::Ip(_) => "an ip address",
            ColumnRef::List(_) => "a list",
        };
        Error::Decode(format!("expected {expected}, found {found} that does not fit"))
    }

    /// The same error, told of which field: `Post.title: expected text, found NULL …`. Errors other than
    /// [`Error::Decode`] stay as they are.
    #[must_use]
    pub fn for_field(self, model: &str, field: &str) -> Self {
        match self {
            Error::Decode(message) => Error::Decode(format!("{model}.{field}: {message}")),
            other => other,
        }
    }

    /// Whether the same work may succeed when it is tried again.
    pub fn is_retryable(&self) -> bool {
        match self {
            Error::Integrity(e) | Error::Data(e) | Error::Operational(e) | Error::Programming(e) => e.retryable,
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Field(m)
            | Error::FieldDoesNotExist(m)
            | Error::Value(m)
            | Error::Type(m)
            | Error::Validation(m)
            | Error::EmptyPage(m)
            | Error::PageNotAnInteger(m)
            | Error::Interface(m)
            | Error::Database(m)
            | Error::NotSupported(m)
            | Error::TransactionManagement(m)
            | Error::ImproperlyConfigured(m)
            | Error::Decode(m)
            | Error::Protected { message: m, .. }
            | Error::Restricted { message: m, .. } => f.write_str(m),
            Error::Invalid { model, fields } => {
                write!(f, "{model} is not valid:")?;
                fields.iter().try_for_each(|(field, messages)| write!(f, " {field}: {}", messages.join(" ")))
            }
            Error::DoesNotExist { model } => write!(f, "{} matching query does not exist.", without_app(model)),
            Error::MultipleObjectsReturned { model, found } => {
                let model = without_app(model);
                write!(f, "get() returned more than one {model}: it returned {found} or more.")
            }
            Error::Integrity(e) | Error::Data(e) | Error::Operational(e) | Error::Programming(e) => e.fmt(f),
            Error::SystemCheck(messages) => {
                write!(f, "the models fail {} system check(s):", messages.len())?;
                messages.iter().try_for_each(|message| write!(f, "\n{message}"))
            }
        }
    }
}

/// A model's name, as Django's messages have it.
fn without_app(label: &str) -> &str {
    label.rsplit_once('.').map_or(label, |(_, name)| name)
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.code {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A [`std::result::Result`] with embellie's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The end of a message about an unknown name: `; did you mean 'author'?`, or nothing when no choice is near.
pub fn did_you_mean<'a>(name: &str, choices: impl IntoIterator<Item = &'a str>) -> String {
    choices
        .into_iter()
        .map(|choice| (strsim::damerau_levenshtein(name, choice), choice))
        .filter(|&(distance, choice)| distance <= 1 + choice.len().max(name.len()) / 4)
        .min()
        .map_or_else(String::new, |(_, choice)| format!("; did you mean '{choice}'?"))
}
