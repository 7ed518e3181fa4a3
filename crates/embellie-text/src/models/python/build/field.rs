//! Fields with columns.

use std::rc::Rc;

use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ForeignKeyMeta, Generated, OnDelete};

use super::Builder;
use super::kind::{FieldClass, kind_named};
use super::shape::{Member, Shape, Source};
use crate::models::python::value::{Object, Val};

/// The places of the arguments that all fields take without names.
const PLACES: &[&str] = &[
    "verbose_name",
    "name",
    "primary_key",
    "max_length",
    "unique",
    "blank",
    "null",
    "db_index",
    "rel",
    "default",
    "editable",
    "serialize",
    "unique_for_date",
    "unique_for_month",
    "unique_for_year",
    "choices",
    "help_text",
    "db_column",
    "db_tablespace",
    "auto_created",
    "validators",
    "error_messages",
    "db_comment",
    "db_default",
];

/// The arguments of a class that come after these, where they are others.
fn places(class: &str) -> &'static [&'static str] {
    match class {
        "DateField" | "DateTimeField" | "TimeField" => &["verbose_name", "name", "auto_now", "auto_now_add"],
        "DecimalField" => &["verbose_name", "name", "max_digits", "decimal_places"],
        "FileField" | "ImageField" => &["verbose_name", "name", "upload_to", "storage"],
        "FilePathField" => &["verbose_name", "name", "path", "match"],
        "GenericIPAddressField" => &["verbose_name", "name", "protocol", "unpack_ipv4"],
        "JSONField" => &["verbose_name", "name", "encoder", "decoder"],
        "UUIDField" => &["verbose_name"],
        "ArrayField" => &["base_field", "size"],
        "ForeignKey" => {
            &["to", "on_delete", "related_name", "related_query_name", "limit_choices_to", "parent_link", "to_field"]
        }
        "OneToOneField" => &["to", "on_delete", "to_field"],
        "GenericRelation" => &["to", "object_id_field", "content_type_field"],
        "ForeignObject" => &["to", "on_delete", "from_fields", "to_fields"],
        "ManyToManyField" => {
            &["to", "related_name", "related_query_name", "limit_choices_to", "symmetrical", "through"]
        }
        _ => PLACES,
    }
}

/// The arguments of a field's constructor.
pub(super) struct Options<'a> {
    object: &'a Rc<Object>,
    places: &'static [&'static str],
}

impl<'a> Options<'a> {
    pub(super) fn of(object: &'a Rc<Object>, class: &str) -> Options<'a> {
        Options { object, places: places(class) }
    }

    pub(super) fn get(&self, name: &str) -> Option<Val> {
        let given = self.object.given.borrow();
        let at = self.places.iter().position(|known| *known == name);
        given.keyword(name).or_else(|| at.and_then(|at| given.args.get(at))).cloned()
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|value| value.as_text())
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.get(name).and_then(|value| value.as_bool()) == Some(true)
    }
}

impl Builder<'_> {
    /// The declaration of a member with a column.
    pub(super) fn field(&mut self, shape: &Rc<Shape>, member: &Member) -> FieldMeta {
        let mut field = match &member.source {
            Source::Key => FieldMeta::new(&*member.name, self.key_kind(shape)),
            Source::Order => FieldMeta::new(&*member.name, FieldKind::Integer),
            Source::Link(parent) => {
                let label = self.shape(parent).label();
                FieldMeta::one_to_one(&*member.name, label, OnDelete::Cascade).relation(ForeignKeyMeta::parent_link)
            }
            Source::Declared(object) => self.declared_field(shape, member, object),
        };
        field.primary_key = member.primary_key;
        field.unique &= !member.primary_key;
        if matches!(member.source, Source::Link(_) | Source::Key) {
            field.blank = matches!(member.source, Source::Key);
        }
        if field.primary_key {
            field.null = false;
        }
        field
    }

    /// What the key of a model without one holds.
    fn key_kind(&mut self, shape: &Rc<Shape>) -> FieldKind {
        let app = self.apps.iter().find(|app| app.label == shape.app);
        let path = match app.and_then(|app| app.auto_field.clone()) {
            Some(path) => Some(path),
            None => self.read.setting("DEFAULT_AUTO_FIELD").and_then(|path| path.as_text()),
        };
        let path = path.unwrap_or_default();
        match path.rsplit('.').next().unwrap_or_default() {
            "AutoField" => FieldKind::Auto,
            "SmallAutoField" => FieldKind::SmallAuto,
            "BigAutoField" => FieldKind::BigAuto,
            name => {
                // A class of the project's own, which says by its bases what it is.
                let module = path.strip_suffix(&format!(".{name}")).unwrap_or_default().to_owned();
                let value = self.read.imported(&module, name);
                match self.read.follow(value) {
                    Val::Class(class) if class.outside().any(|name| name.ends_with(".SmallAutoField")) => {
                        FieldKind::SmallAuto
                    }
                    Val::Class(class) if class.outside().any(|name| name.ends_with(".AutoField")) => FieldKind::Auto,
                    _ => FieldKind::BigAuto,
                }
            }
        }
    }

    fn declared_field(&mut self, shape: &Rc<Shape>, member: &Member, object: &Rc<Object>) -> FieldMeta {
        let Some(class) = self.field_class(object) else { return FieldMeta::new(&*member.name, FieldKind::Any) };
        let label = format!("{}.{}", shape.label(), member.name);
        let class_name = match &class {
            FieldClass::Django(name) => name,
            _ => "",
        };
        let options = Options::of(object, class_name);
        if matches!(class_name, "ForeignKey" | "OneToOneField") {
            let mut field = self.foreign_key(shape, member, object, class_name == "OneToOneField");
            self.common(shape, member, object, &options, &mut field);
            return field;
        }
        if class_name == "GeneratedField" {
            return self.generated(shape, member, object, &options);
        }
        let kind = self.kind(object, &class);
        if let FieldClass::Unknown(name) = &class {
            let why = format!(
                "the field class '{name}' is not known and cannot be read: its column is there, and holds anything"
            );
            self.read.add(&object.place, label.as_str(), why);
        } else if kind == FieldKind::Any && !is_without_kind(class_name) {
            let name = object_class(object);
            let why = format!("what '{name}' stores cannot be told: its column is there, and holds anything");
            self.read.add(&object.place, label.as_str(), why);
        }
        let mut field = FieldMeta::new(&*member.name, kind);
        let mut asked = options.get("max_length").and_then(|length| length.as_int());
        if class_name == "ArrayField" {
            let number = |value: Option<Val>| value.and_then(|value| value.as_int());
            field.size = number(options.get("size")).and_then(|size| u32::try_from(size).ok());
            asked = self.longest_element(object);
        }
        field.max_length = asked.and_then(|length| u32::try_from(length).ok()).or(match class_name {
            "EmailField" | "CIEmailField" => Some(254),
            "URLField" => Some(200),
            "SlugField" => Some(50),
            "FileField" | "ImageField" | "FilePathField" => Some(100),
            "UUIDField" => None,
            _ => None,
        });
        if class_name == "SlugField" {
            field.index = options.get("db_index").and_then(|value| value.as_bool()) != Some(false);
        }
        field.auto_now = options.is("auto_now");
        field.auto_now_add = options.is("auto_now_add");
        self.common(shape, member, object, &options, &mut field);
        field.blank |= field.auto_now || field.auto_now_add || field.kind.is_auto();
        if class_name == "NullBooleanField" {
            field.null = true;
        }
        if matches!(class_name, "FileField" | "ImageField") && field.default.is_none() {
            // As in Django, the column of a file without one is an empty text.
            field.default = Some(embellie_core::meta::Default::Value(embellie_core::Value::Text(String::new())));
        }
        field
    }

    /// The greatest length of an array's texts.
    fn longest_element(&mut self, object: &Rc<Object>) -> Option<i128> {
        let (base, class) = self.base_of_array(object)?;
        match class {
            FieldClass::Django("ArrayField") => self.longest_element(&base),
            FieldClass::Django(name) => Options::of(&base, name).get("max_length")?.as_int(),
            _ => None,
        }
    }

    /// What all fields may say.
    fn common(
        &mut self,
        shape: &Rc<Shape>,
        member: &Member,
        object: &Rc<Object>,
        options: &Options<'_>,
        field: &mut FieldMeta,
    ) {
        let label = format!("{}.{}", shape.label(), member.name);
        self.lose(shape, member, options);
        if let Some(column) = options.text("db_column").filter(|column| !column.is_empty()) {
            field.column = column;
        }
        field.null = options.is("null");
        field.blank = options.is("blank");
        if options.is("unique") {
            field.unique = true;
        }
        match options.get("db_index").and_then(|value| value.as_bool()) {
            Some(wanted) => field.index = wanted && !field.unique,
            None => field.index &= !field.unique,
        }
        field.verbose_name = options.text("verbose_name");
        field.help_text = options.text("help_text").unwrap_or_default();
        if let Some(default) = options.get("default") {
            field.default = self.default(field, &default);
            // Functions that are known are remembered by name, since nobody can tell them from a pointer.
            if let Some(name) = function_name(&default)
                && !matches!(field.default, Some(embellie_core::meta::Default::Value(_)))
            {
                self.lost(shape, &member.name, format!("The default is made by Python's `{name}`."));
            } else if field.default.is_none() && !default.is_none() {
                self.lost(shape, &member.name, "The default is made by Python.".to_owned());
            }
        }
        if let Some(default) = options.get("db_default") {
            field.db_default =
                self.read.query_value_of(&default).and_then(|value| super::value::expression(field, value));
            if field.db_default.is_none() && !default.is_none() {
                self.read.add(
                    &object.place,
                    label.as_str(),
                    "what the database fills in (db_default) is not understood",
                );
            }
        }
        if let Some(choices) = options.get("choices") {
            field.choices = self.choices(field, &choices);
        }
        if let Some(validators) = options.get("validators") {
            let (known, unknown) = self.validators(&validators);
            field.validators = known;
            for name in unknown {
                self.lost(shape, &member.name, format!("The validator `{name}` is Python's."));
            }
        }
    }

    /// Remembers what a registry has no place for.
    fn lose(&mut self, shape: &Rc<Shape>, member: &Member, options: &Options<'_>) {
        for name in
            ["limit_choices_to", "unique_for_date", "unique_for_month", "unique_for_year", "db_collation", "db_comment"]
        {
            let Some(value) = options.get(name).filter(|value| !value.is_none()) else { continue };
            let said = value.as_text().map(|text| format!(" `{text}`")).unwrap_or_default();
            self.lost(shape, &member.name, format!("Django's option `{name}`{said} has no counterpart."));
        }
    }

    pub(super) fn lost(&mut self, shape: &Rc<Shape>, field: &str, what: String) {
        self.lost.push((shape.label(), field.to_owned(), what));
    }

    fn generated(
        &mut self,
        shape: &Rc<Shape>,
        member: &Member,
        object: &Rc<Object>,
        options: &Options<'_>,
    ) -> FieldMeta {
        let label = format!("{}.{}", shape.label(), member.name);
        let mut field = match options.get("output_field") {
            Some(Val::Object(output)) => {
                let member = Member { source: Source::Declared(Rc::clone(&output)), ..member.clone() };
                self.declared_field(shape, &member, &output)
            }
            _ => FieldMeta::new(&*member.name, FieldKind::Any),
        };
        let expression = options.get("expression").and_then(|value| self.read.query_value_of(&value));
        let expression = expression.and_then(super::value::plain_expression);
        match expression {
            Some(expression) => field.generated = Some(Generated { expression, stored: options.is("db_persist") }),
            None => {
                // It is never written, whatever it is computed from.
                let sql = embellie_core::expr::RawSql::new(embellie_core::Sql::trusted("NULL"), ());
                field.generated = Some(Generated { expression: sql.into(), stored: options.is("db_persist") });
                self.read.add(&object.place, label.as_str(), "what the column is computed from is not understood");
            }
        }
        field.null = options.is("null");
        field.blank = true;
        if let Some(column) = options.text("db_column") {
            field.column = column;
        }
        field
    }
}

/// The name of what is called for a default.
fn function_name(value: &Val) -> Option<String> {
    Some(match value {
        Val::Outside(name) => name.strip_prefix("builtins.").unwrap_or(name).to_owned(),
        Val::Function(function) if &*function.name != "<lambda>" => {
            format!("{}.{}", function.module.name, function.name)
        }
        Val::Class(class) => format!("{}.{}", class.module, class.name),
        Val::Bound(bound) => bound.1.name.to_string(),
        _ => return None,
    })
}

/// Whether a class of Django's has no kind of its own here.
fn is_without_kind(class: &str) -> bool {
    !class.is_empty() && kind_named(class, true).is_none()
}

fn object_class(object: &Object) -> String {
    match &object.class {
        Val::Class(class) => format!("{}.{}", class.module, class.name),
        Val::Outside(name) => name.to_string(),
        _ => String::new(),
    }
}
