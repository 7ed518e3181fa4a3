//! Field classes: what an expression gives, and what a column holds.

use embellie_core::field::{FieldKind, RangeKind};

use crate::arguments::Arguments;
use crate::models::Settings;
use crate::value::Field;
use crate::{Error, Py, Result};

pub(super) const NAMES: &[&str] = &[
    "ArrayField",
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BigIntegerRangeField",
    "BinaryField",
    "BooleanField",
    "CharField",
    "DateField",
    "DateRangeField",
    "DateTimeField",
    "DateTimeRangeField",
    "DecimalField",
    "DecimalRangeField",
    "DurationField",
    "EmailField",
    "FileField",
    "FilePathField",
    "FloatField",
    "GenericIPAddressField",
    "ImageField",
    "IntegerField",
    "IntegerRangeField",
    "JSONField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SearchVectorField",
    "SlugField",
    "SmallAutoField",
    "SmallIntegerField",
    "TextField",
    "TimeField",
    "URLField",
    "UUIDField",
];

/// What a field of Django's class holds.
pub(crate) fn field_kind(class: &str, use_tz: bool) -> Option<FieldKind> {
    Some(match class {
        "AutoField" => FieldKind::Auto,
        "BigAutoField" => FieldKind::BigAuto,
        "BigIntegerField" => FieldKind::BigInteger,
        "BigIntegerRangeField" => FieldKind::Range(RangeKind::BigInteger),
        "BinaryField" => FieldKind::Binary,
        "BooleanField" => FieldKind::Bool,
        "CharField" | "FileField" | "FilePathField" | "ImageField" => FieldKind::Char,
        "DateField" => FieldKind::Date,
        "DateRangeField" => FieldKind::Range(RangeKind::Date),
        "DateTimeField" if use_tz => FieldKind::DateTime,
        "DateTimeField" => FieldKind::NaiveDateTime,
        "DateTimeRangeField" => FieldKind::Range(RangeKind::DateTime),
        "DecimalField" => FieldKind::Decimal { max_digits: 28, decimal_places: 0 },
        "DecimalRangeField" => FieldKind::Range(RangeKind::Decimal),
        "DurationField" => FieldKind::Duration,
        "EmailField" => FieldKind::Email,
        "FloatField" => FieldKind::Float,
        "GenericIPAddressField" => FieldKind::GenericIpAddress,
        "IntegerField" => FieldKind::Integer,
        "IntegerRangeField" => FieldKind::Range(RangeKind::Integer),
        "JSONField" => FieldKind::Json,
        "PositiveBigIntegerField" => FieldKind::PositiveBigInteger,
        "PositiveIntegerField" => FieldKind::PositiveInteger,
        "PositiveSmallIntegerField" => FieldKind::PositiveSmallInteger,
        "SearchVectorField" => FieldKind::SearchVector,
        "SlugField" => FieldKind::Slug,
        "SmallAutoField" => FieldKind::SmallAuto,
        "SmallIntegerField" => FieldKind::SmallInteger,
        "TextField" => FieldKind::Text,
        "TimeField" => FieldKind::Time,
        "URLField" => FieldKind::Url,
        "UUIDField" => FieldKind::Uuid,
        _ => return None,
    })
}

/// A field, as an `output_field`.
pub(super) fn field(class: &str, mut arguments: Arguments, settings: &Settings) -> Result<Py> {
    if class == "ArrayField" {
        return array(arguments);
    }
    let kind =
        field_kind(class, settings.use_tz).ok_or_else(|| Error::Unknown(format!("there is no field {class}")))?;
    let mut number = |name: &str| -> Result<Option<u32>> {
        match arguments.keyword(name) {
            None | Some(Py::None) => Ok(None),
            Some(value) => match u32::try_from(value.into_int(name)?) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(Error::value_error(format!("{name} is out of range"))),
            },
        }
    };
    let max_length = number("max_length")?;
    let digits = number("max_digits")?.and_then(|digits| u16::try_from(digits).ok());
    let places = number("decimal_places")?.and_then(|places| u16::try_from(places).ok());
    let kind = match kind {
        // Without digits, Django leaves a decimal as the database gives it.
        FieldKind::Decimal { .. } => {
            FieldKind::Decimal { max_digits: digits.unwrap_or(28), decimal_places: places.unwrap_or(28) }
        }
        kind => kind,
    };
    Ok(Py::Field(Field { kind, max_length }))
}

/// `ArrayField(CharField(max_length=10), size=4)`.
fn array(arguments: Arguments) -> Result<Py> {
    let [base, _size] = arguments.bind("ArrayField", ["base_field", "size"])?;
    match base {
        Some(Py::Field(Field { kind, max_length })) => Ok(Py::Field(Field { kind: kind.array(), max_length })),
        _ => Err(Error::type_error("ArrayField takes a field: ArrayField(IntegerField())")),
    }
}
