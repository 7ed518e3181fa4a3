//! The kinds of column a model can have.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// What a field stores: Django's field classes. The database type of each is chosen by the dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// `SmallAutoField`: a 16-bit key that the database counts up.
    SmallAuto,
    /// `AutoField`: a 32-bit key that the database counts up.
    Auto,
    /// `BigAutoField`: a 64-bit key that the database counts up.
    BigAuto,
    /// `CharField`: text up to `max_length` characters.
    Char,
    /// `TextField`: text of any length.
    Text,
    /// `EmailField`.
    Email,
    /// `SlugField`.
    Slug,
    /// `URLField`.
    Url,
    /// `BooleanField`.
    Bool,
    /// `SmallIntegerField`: 16 bits.
    SmallInteger,
    /// `IntegerField`: 32 bits.
    Integer,
    /// `BigIntegerField`: 64 bits.
    BigInteger,
    /// `PositiveSmallIntegerField`: 0 to 32767.
    PositiveSmallInteger,
    /// `PositiveIntegerField`: 0 to 2147483647.
    PositiveInteger,
    /// `PositiveBigIntegerField`: 0 to 9223372036854775807.
    PositiveBigInteger,
    /// `FloatField`: double precision.
    Float,
    /// `DecimalField`.
    Decimal {
        /// Digits in all, before and after the point.
        max_digits: u16,
        /// Digits after the point.
        decimal_places: u16,
    },
    /// `DateField`.
    Date,
    /// `TimeField`.
    Time,
    /// `DateTimeField` with `USE_TZ = True`: a point in time.
    DateTime,
    /// `DateTimeField` with `USE_TZ = False`: a date and time without a zone.
    NaiveDateTime,
    /// `DurationField`.
    Duration,
    /// `UUIDField`.
    Uuid,
    /// `BinaryField`.
    Binary,
    /// `JSONField`.
    Json,
    /// `GenericIPAddressField`.
    GenericIpAddress,
    /// `ArrayField`: several values of one kind, see [`FieldKind::array`].
    Array(&'static FieldKind),
    /// Several values of a kind that nothing is known of. No model's field.
    List,
    /// `IntegerRangeField` and its like: all values between two.
    Range(RangeKind),
    /// `SearchVectorField`: the words of a text, with their places and weights.
    SearchVector,
    /// `ForeignKey` and `OneToOneField`: stored as the field it refers to is stored, see
    /// [`Registry::storage_kind`](crate::meta::Registry::storage_kind).
    ForeignKey,
    /// `CompositePrimaryKey`: the key of a model that has several fields for it. It has no column of its own, and no field
    /// is of this kind: queries call it `pk`.
    CompositePrimaryKey,
    /// What nothing is known of, say a column of somebody's own SQL: read as the database gives it. No field is of this
    /// kind.
    Any,
}

/// What a range is of: Django's range fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RangeKind {
    /// `IntegerRangeField`: of 32-bit integers.
    Integer,
    /// `BigIntegerRangeField`: of 64-bit integers.
    BigInteger,
    /// `DecimalRangeField`: of decimals of any number of digits.
    Decimal,
    /// `DateRangeField`.
    Date,
    /// `DateTimeRangeField`: of points in time.
    DateTime,
}

impl RangeKind {
    /// What the ends of the range, and the values in it, are.
    pub fn ends(self) -> FieldKind {
        match self {
            RangeKind::Integer => FieldKind::Integer,
            RangeKind::BigInteger => FieldKind::BigInteger,
            RangeKind::Decimal => FieldKind::DECIMAL,
            RangeKind::Date => FieldKind::Date,
            RangeKind::DateTime => FieldKind::DateTime,
        }
    }

    /// The ranges of values of a kind.
    pub fn of(ends: FieldKind) -> Option<Self> {
        Some(match ends {
            FieldKind::BigInteger | FieldKind::BigAuto | FieldKind::PositiveBigInteger => RangeKind::BigInteger,
            kind if kind.integer_range().is_some() => RangeKind::Integer,
            FieldKind::Decimal { .. } | FieldKind::Float => RangeKind::Decimal,
            FieldKind::Date => RangeKind::Date,
            FieldKind::DateTime => RangeKind::DateTime,
            _ => return None,
        })
    }
}

impl FieldKind {
    /// A decimal number of as many digits as it has: what functions give, and a column without a precision.
    pub const DECIMAL: FieldKind = FieldKind::Decimal { max_digits: 0, decimal_places: 0 };

    /// The name of Django's class.
    pub fn django_name(self) -> &'static str {
        match self {
            FieldKind::SmallAuto => "SmallAutoField",
            FieldKind::Auto => "AutoField",
            FieldKind::BigAuto => "BigAutoField",
            FieldKind::Char => "CharField",
            FieldKind::Text => "TextField",
            FieldKind::Email => "EmailField",
            FieldKind::Slug => "SlugField",
            FieldKind::Url => "URLField",
            FieldKind::Bool => "BooleanField",
            FieldKind::SmallInteger => "SmallIntegerField",
            FieldKind::Integer => "IntegerField",
            FieldKind::BigInteger => "BigIntegerField",
            FieldKind::PositiveSmallInteger => "PositiveSmallIntegerField",
            FieldKind::PositiveInteger => "PositiveIntegerField",
            FieldKind::PositiveBigInteger => "PositiveBigIntegerField",
            FieldKind::Float => "FloatField",
            FieldKind::Decimal { .. } => "DecimalField",
            FieldKind::Date => "DateField",
            FieldKind::Time => "TimeField",
            FieldKind::DateTime | FieldKind::NaiveDateTime => "DateTimeField",
            FieldKind::Duration => "DurationField",
            FieldKind::Uuid => "UUIDField",
            FieldKind::Binary => "BinaryField",
            FieldKind::Json => "JSONField",
            FieldKind::GenericIpAddress => "GenericIPAddressField",
            FieldKind::Array(_) | FieldKind::List => "ArrayField",
            FieldKind::Range(RangeKind::Integer) => "IntegerRangeField",
            FieldKind::Range(RangeKind::BigInteger) => "BigIntegerRangeField",
            FieldKind::Range(RangeKind::Decimal) => "DecimalRangeField",
            FieldKind::Range(RangeKind::Date) => "DateRangeField",
            FieldKind::Range(RangeKind::DateTime) => "DateTimeRangeField",
            FieldKind::SearchVector => "SearchVectorField",
            FieldKind::ForeignKey => "ForeignKey",
            FieldKind::CompositePrimaryKey => "CompositePrimaryKey",
            FieldKind::Any => "Field",
        }
    }

    /// Arrays of this kind: Django's `ArrayField(base_field)`.
    ///
    /// Each kind of array is made once in a program and kept for good, so that kinds stay small and can be compared. In a
    /// constant, write `FieldKind::Array(&FieldKind::Text)`.
    ///
    /// ```
    /// use embellie_core::field::FieldKind;
    /// assert_eq!(FieldKind::Text.array(), FieldKind::Array(&FieldKind::Text));
    /// assert_eq!(FieldKind::Text.array().elements(), Some(FieldKind::Text));
    /// ```
    #[must_use]
    pub fn array(self) -> FieldKind {
        static KNOWN: LazyLock<Mutex<HashSet<&'static FieldKind>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(base) = known.get(&self) {
            return FieldKind::Array(base);
        }
        let base: &'static FieldKind = Box::leak(Box::new(self));
        known.insert(base);
        FieldKind::Array(base)
    }

    /// What an array holds, where that is known.
    pub fn elements(self) -> Option<FieldKind> {
        if let FieldKind::Array(base) = self { Some(*base) } else { None }
    }

    /// What an array holds in the end, arrays of arrays taken apart; any other kind as it is.
    #[must_use]
    pub fn innermost(self) -> FieldKind {
        let mut kind = self;
        while let FieldKind::Array(base) = kind {
            kind = *base;
        }
        kind
    }

    /// Whether this holds several values.
    pub fn is_array(self) -> bool {
        matches!(self, FieldKind::Array(_) | FieldKind::List)
    }

    /// Whether the database counts the value up by itself.
    pub fn is_auto(self) -> bool {
        matches!(self, FieldKind::SmallAuto | FieldKind::Auto | FieldKind::BigAuto)
    }

    /// Whether Django's class of this kind is that of another, or derives from it: emails are texts of limited length,
    /// dates with times are dates.
    ///
    /// ```
    /// use embellie_core::field::FieldKind;
    /// assert!(FieldKind::Email.is_a(FieldKind::Char) && FieldKind::BigAuto.is_a(FieldKind::Integer));
    /// assert!(!FieldKind::Text.is_a(FieldKind::Char));
    /// ```
    pub fn is_a(self, class: FieldKind) -> bool {
        match class {
            FieldKind::Char => self.is_text() && self != FieldKind::Text,
            FieldKind::Integer => self.integer_range().is_some(),
            FieldKind::Decimal { .. } => matches!(self, FieldKind::Decimal { .. }),
            FieldKind::Array(_) | FieldKind::List => self.is_array(),
            FieldKind::Date => matches!(self, FieldKind::Date | FieldKind::DateTime | FieldKind::NaiveDateTime),
            FieldKind::DateTime | FieldKind::NaiveDateTime => {
                matches!(self, FieldKind::DateTime | FieldKind::NaiveDateTime)
            }
            class => self == class,
        }
    }

    /// Whether the column holds text, on which Django's text lookups work without a cast.
    pub fn is_text(self) -> bool {
        matches!(self, FieldKind::Char | FieldKind::Text | FieldKind::Email | FieldKind::Slug | FieldKind::Url)
    }

    /// The least and the greatest integer that the column holds, for the integer kinds.
    pub fn integer_range(self) -> Option<(i64, i64)> {
        Some(match self {
            FieldKind::SmallAuto | FieldKind::SmallInteger => (i16::MIN.into(), i16::MAX.into()),
            FieldKind::Auto | FieldKind::Integer => (i32::MIN.into(), i32::MAX.into()),
            FieldKind::BigAuto | FieldKind::BigInteger => (i64::MIN, i64::MAX),
            FieldKind::PositiveSmallInteger => (0, i16::MAX.into()),
            FieldKind::PositiveInteger => (0, i32::MAX.into()),
            FieldKind::PositiveBigInteger => (0, i64::MAX),
            _ => return None,
        })
    }
}
