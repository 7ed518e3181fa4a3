//! What is known of Django's own classes, by their names.

use std::rc::Rc;

use super::value::Class;

/// The name of a class of Django's, without its module.
pub(super) fn name(dotted: &str) -> Option<&str> {
    dotted.strip_prefix("django.").and_then(|rest| rest.rsplit('.').next())
}

/// The classes of fields that have a column of their own, or none, and those of relations.
const FIELDS: &[&str] = &[
    "AutoField",
    "BigAutoField",
    "SmallAutoField",
    "CharField",
    "TextField",
    "EmailField",
    "SlugField",
    "URLField",
    "BooleanField",
    "NullBooleanField",
    "SmallIntegerField",
    "IntegerField",
    "BigIntegerField",
    "PositiveSmallIntegerField",
    "PositiveIntegerField",
    "PositiveBigIntegerField",
    "FloatField",
    "DecimalField",
    "DateField",
    "TimeField",
    "DateTimeField",
    "DurationField",
    "UUIDField",
    "BinaryField",
    "JSONField",
    "GenericIPAddressField",
    "IPAddressField",
    "FileField",
    "ImageField",
    "FilePathField",
    "CommaSeparatedIntegerField",
    "GeneratedField",
    "CompositePrimaryKey",
    "ForeignKey",
    "OneToOneField",
    "ManyToManyField",
    "ForeignObject",
    "GenericForeignKey",
    "GenericRelation",
    "OrderWrt",
    // Of `django.contrib.postgres`.
    "ArrayField",
    "HStoreField",
    "CICharField",
    "CIEmailField",
    "CITextField",
    "IntegerRangeField",
    "BigIntegerRangeField",
    "DecimalRangeField",
    "FloatRangeField",
    "DateTimeRangeField",
    "DateRangeField",
    "RangeField",
    "SearchVectorField",
    // Of `django.contrib.gis`.
    "GeometryField",
    "PointField",
    "LineStringField",
    "PolygonField",
    "MultiPointField",
    "MultiLineStringField",
    "MultiPolygonField",
    "GeometryCollectionField",
    "RasterField",
];

/// Whether a name means a field of a form, which is called like one of a model.
fn is_form(dotted: &str) -> bool {
    dotted.split('.').any(|part| part == "forms")
}

/// The field class of Django's that a name means.
pub(super) fn field_class(dotted: &str) -> Option<&'static str> {
    let known = name(dotted)?;
    if is_form(dotted) {
        return None;
    }
    FIELDS.iter().find(|field| **field == known).copied()
}

pub(super) fn is_field(dotted: &str) -> bool {
    field_class(dotted).is_some()
}

/// Whether a name means the class that all fields extend: `models.Field`.
pub(super) fn is_any_field(dotted: &str) -> bool {
    is_field(dotted)
        || matches!(name(dotted), Some("Field" | "RelatedField" | "PositiveIntegerRelDbTypeMixin" | "ForeignObject"))
            && !is_form(dotted)
}

/// Whether a class extends Django's model, as far as can be told.
pub(super) fn is_model(class: &Rc<Class>) -> bool {
    class.outside().any(|dotted| is_model_name(dotted))
}

pub(super) fn is_model_name(dotted: &str) -> bool {
    name(dotted) == Some("Model") && dotted.starts_with("django.") && dotted.contains(".db.models")
}

/// Whether what is not read is called like a model, or nothing is known of it at all.
pub(super) fn is_named_like_a_model(dotted: &str) -> bool {
    dotted == "?" || (!dotted.starts_with("django.") && (dotted.ends_with("Model") || dotted.ends_with("ModelMixin")))
}

/// Whether a name means a class of managers.
pub(super) fn is_manager(dotted: &str) -> bool {
    matches!(name(dotted), Some("Manager" | "BaseManager" | "EmptyManager"))
}

pub(super) fn is_query_set(dotted: &str) -> bool {
    matches!(name(dotted), Some("QuerySet" | "RawQuerySet"))
}

/// Whether a name means a class whose attributes become members.
pub(super) fn is_enumeration(dotted: &str) -> bool {
    matches!(name(dotted), Some("Choices" | "TextChoices" | "IntegerChoices"))
        || matches!(dotted, "enum.Enum" | "enum.IntEnum" | "enum.StrEnum" | "enum.Flag" | "enum.IntFlag")
}
