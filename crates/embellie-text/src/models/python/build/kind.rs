//! What a declaration of a field is, by the classes that it is an instance of.

use std::rc::Rc;

use embellie_core::field::{FieldKind, RangeKind};

use super::Builder;
use super::shape::{Member, Role, Source};
use crate::models::python::django;
use crate::models::python::value::{Given, Object, Text, Val};

/// What the class of a field tells.
pub(super) enum FieldClass {
    /// Django's.
    Django(&'static str),
    /// A class that extends Django's `Field` itself.
    Field,
    /// A class that is not read, with its name.
    Unknown(Text),
}

impl Builder<'_> {
    /// What kind of member of a model an object is; `None` when it is none.
    pub(super) fn role(&mut self, object: &Rc<Object>) -> Option<Role> {
        Some(match self.field_class(object)? {
            FieldClass::Django("ManyToManyField") => Role::ManyToMany,
            FieldClass::Django("GenericForeignKey" | "GenericRelation" | "CompositePrimaryKey" | "ForeignObject") => {
                Role::Virtual
            }
            FieldClass::Django(_) => Role::Column,
            FieldClass::Field if object.outside().iter().any(|name| name.ends_with("RelatedField")) => Role::Virtual,
            FieldClass::Field if self.has_no_column(object) => Role::Virtual,
            FieldClass::Field => Role::Column,
            FieldClass::Unknown(name) if name.ends_with(".TaggableManager") => Role::Virtual,
            FieldClass::Unknown(_) => Role::Column,
        })
    }

    pub(super) fn field_class(&mut self, object: &Rc<Object>) -> Option<FieldClass> {
        let outside = object.outside();
        for name in &outside {
            if let Some(class) = django::field_class(name) {
                return Some(match class {
                    "GenericForeignKey" | "GenericRelation" => FieldClass::Django(class),
                    _ if self.has_no_column(object) => FieldClass::Field,
                    _ => FieldClass::Django(class),
                });
            }
        }
        if outside.iter().any(|name| django::is_any_field(name)) {
            return Some(FieldClass::Field);
        }
        let name = outside.iter().find(|name| is_named_like_a_field(name))?;
        Some(match known_elsewhere(name) {
            Some(class) => FieldClass::Django(class),
            None => FieldClass::Unknown(name.clone()),
        })
    }

    /// Whether a class of a project's own says that its field has no column.
    fn has_no_column(&mut self, object: &Rc<Object>) -> bool {
        let Val::Class(class) = &object.class else { return false };
        if class.find("get_attname_column").is_some() {
            let said = self.asked(object, "get_attname_column", Vec::new());
            if let Some(Val::Tuple(parts)) = said
                && let [_, column] = &*parts
            {
                return column.is_none();
            }
        }
        class.find("db_type").is_some()
            && self.asked(object, "db_type", vec![Val::Unknown]).is_some_and(|kind| kind.is_none())
    }

    /// What a method of a field's own class gives.
    pub(super) fn asked(&mut self, object: &Rc<Object>, method: &str, args: Vec<Val>) -> Option<Val> {
        let Val::Class(class) = &object.class else { return None };
        let (Val::Function(function), owner) = class.find(method)? else { return None };
        let this = (Val::Object(Rc::clone(object)), Some(owner));
        self.read.run(&function, Some(this), Given { args, ..Given::default() })
    }

    /// What a field holds.
    pub(super) fn kind(&mut self, object: &Rc<Object>, class: &FieldClass) -> FieldKind {
        // What a class says that it is like counts for what it holds.
        if let Some(like) = self.asked(object, "get_internal_type", Vec::new()).and_then(|name| name.as_text())
            && let Some(kind) = kind_named(&like, self.settings.use_tz)
        {
            return self.with_digits(object, kind);
        }
        match class {
            FieldClass::Django("ArrayField") => match self.base_of_array(object) {
                Some((base, class)) => self.kind(&base, &class).array(),
                None => FieldKind::Any,
            },
            FieldClass::Django(name) => {
                let kind = kind_named(name, self.settings.use_tz).unwrap_or(FieldKind::Any);
                self.with_digits(object, kind)
            }
            FieldClass::Field => {
                let column = self.asked(object, "db_type", vec![Val::Unknown]).and_then(|column| column.as_text());
                column.map_or(FieldKind::Any, |column| kind_of_column(&column, self.settings.use_tz))
            }
            FieldClass::Unknown(_) => FieldKind::Any,
        }
    }

    /// The field that the elements of an array are of.
    pub(super) fn base_of_array(&mut self, object: &Rc<Object>) -> Option<(Rc<Object>, FieldClass)> {
        let base = object.given.borrow().argument(0, "base_field").cloned()?;
        let Val::Object(base) = self.read.follow(base) else { return None };
        let class = self.field_class(&base)?;
        Some((base, class))
    }

    fn with_digits(&self, object: &Rc<Object>, kind: FieldKind) -> FieldKind {
        let given = object.given.borrow();
        let number =
            |place, name| given.argument(place, name).and_then(Val::as_int).and_then(|value| u16::try_from(value).ok());
        match kind {
            FieldKind::Decimal { .. } => FieldKind::Decimal {
                max_digits: number(2, "max_digits").unwrap_or(28),
                decimal_places: number(3, "decimal_places").unwrap_or_default(),
            },
            kind => kind,
        }
    }

    pub(super) fn is_composite_key(&mut self, member: &Member) -> bool {
        match &member.source {
            Source::Declared(object) => {
                matches!(self.field_class(object), Some(FieldClass::Django("CompositePrimaryKey")))
            }
            _ => false,
        }
    }
}

fn is_named_like_a_field(dotted: &str) -> bool {
    let last = dotted.rsplit('.').next().unwrap_or(dotted);
    let is_form = dotted.contains("forms.") || dotted.contains("serializers.");
    !dotted.starts_with("django.")
        && !is_form
        && (last.ends_with("Field") || last.ends_with("Key") || last == "TaggableManager")
}

/// The class of Django's that a well-known class of another package extends, for when that package is not there.
fn known_elsewhere(dotted: &str) -> Option<&'static str> {
    Some(match dotted.rsplit('.').next().unwrap_or(dotted) {
        "ParentalKey" | "TreeForeignKey" | "AutoOneToOneForeignKey" => "ForeignKey",
        "TreeOneToOneField" | "AutoOneToOneField" => "OneToOneField",
        "ParentalManyToManyField" | "TreeManyToManyField" | "SortedManyToManyField" => "ManyToManyField",
        "AutoSlugField" => "SlugField",
        "PhoneNumberField" | "CountryField" | "ColorField" | "TimeZoneField" | "RandomCharField" | "StatusField" => {
            "CharField"
        }
        "RichTextField"
        | "RichTextUploadingField"
        | "HTMLField"
        | "MarkdownxField"
        | "MarkdownField"
        | "StreamField"
        | "MarkupTextField"
        | "CKEditor5Field" => "TextField",
        "ThumbnailerImageField" | "VersatileImageField" | "ProcessedImageField" | "StdImageField" => "ImageField",
        "ThumbnailerField" => "FileField",
        "AutoCreatedField"
        | "AutoLastModifiedField"
        | "CreationDateTimeField"
        | "ModificationDateTimeField"
        | "MonitorField" => "DateTimeField",
        _ => return None,
    })
}

/// The kind of a field class's name, those of contrib packages included.
pub(super) fn kind_named(class: &str, use_tz: bool) -> Option<FieldKind> {
    if let Some(kind) = crate::names::field_kind(class, use_tz) {
        return Some(kind);
    }
    Some(match class {
        "NullBooleanField" => FieldKind::Bool,
        "IPAddressField" => FieldKind::GenericIpAddress,
        "CommaSeparatedIntegerField" | "CICharField" => FieldKind::Char,
        "CIEmailField" => FieldKind::Email,
        "CITextField" => FieldKind::Text,
        "FloatRangeField" => FieldKind::Range(RangeKind::Decimal),
        "OrderWrt" => FieldKind::Integer,
        _ => return None,
    })
}

/// The kind that a type of SQL is nearest to.
fn kind_of_column(column: &str, use_tz: bool) -> FieldKind {
    let column = column.to_lowercase();
    let begins = |names: &[&str]| names.iter().any(|name| column.starts_with(name));
    match () {
        () if begins(&["varchar", "char", "nvarchar"]) => FieldKind::Char,
        () if begins(&["text", "longtext", "clob", "citext"]) => FieldKind::Text,
        () if begins(&["bigint", "int8"]) => FieldKind::BigInteger,
        () if begins(&["smallint", "int2"]) => FieldKind::SmallInteger,
        () if begins(&["interval"]) => FieldKind::Any,
        () if begins(&["int", "serial"]) => FieldKind::Integer,
        () if begins(&["bool"]) => FieldKind::Bool,
        () if begins(&["double", "real", "float"]) => FieldKind::Float,
        () if begins(&["timestamp", "datetime"]) => {
            if use_tz {
                FieldKind::DateTime
            } else {
                FieldKind::NaiveDateTime
            }
        }
        () if begins(&["date"]) => FieldKind::Date,
        () if begins(&["time"]) => FieldKind::Time,
        () if begins(&["uuid"]) => FieldKind::Uuid,
        () if begins(&["json"]) => FieldKind::Json,
        () if begins(&["bytea", "blob", "binary"]) => FieldKind::Binary,
        () => FieldKind::Any,
    }
}
