//! What `_meta` tells of a model and its fields, as Django does.

use embellie_core::meta::{Default, FieldMeta, ManyToManyMeta, Model, Reverse, ReverseSource};

use super::thing::Thing;
use crate::evaluate::Evaluator;
use crate::{Error, Py, Result};

fn text(value: &str) -> Py {
    Py::Str(value.to_owned())
}

fn or_none(value: Option<&str>) -> Py {
    value.map_or(Py::None, text)
}

/// `BlogPost` as words: `blog post`.
fn words_of(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(place + 1);
        let begins = before.is_some_and(|before| before.is_lowercase() || before.is_numeric())
            || (before.is_some() && after.is_some_and(|after| after.is_lowercase()));
        if letter.is_uppercase() && begins {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// Which relation a field is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    None,
    ManyToOne,
    OneToOne,
    OneToMany,
    ManyToMany,
}

fn with_shape(thing: Thing, shape: Shape) -> Thing {
    let is = |of: Shape| if shape == Shape::None { Py::None } else { Py::Bool(shape == of) };
    thing
        .with("is_relation", Py::Bool(shape != Shape::None))
        .with("many_to_one", is(Shape::ManyToOne))
        .with("one_to_one", is(Shape::OneToOne))
        .with("one_to_many", is(Shape::OneToMany))
        .with("many_to_many", is(Shape::ManyToMany))
}

impl Evaluator<'_> {
    /// `Model._meta`.
    pub(super) fn options(&self, label: &str) -> Result<Py> {
        let model = self.models.model(label)?;
        let registry = self.models.registry();
        let (app, name) = label.split_once('.').unwrap_or(("", label));
        let verbose = model.verbose_name.clone().unwrap_or_else(|| words_of(name));
        let plural = model.verbose_name_plural.clone().unwrap_or_else(|| format!("{verbose}s"));
        let is_proxy = registry.model(label).is_err();
        let fields: Vec<Py> = (0..model.fields.len()).map(|place| self.field_thing(label, model, place)).collect();
        let links: Vec<Py> = model.many_to_many.iter().map(|link| self.link_thing(label, model, link)).collect();
        // What has no name on objects is told where it leads to several of each side alone, as in Django.
        let is_told =
            |back: &&Reverse| back.accessor.is_some() || matches!(back.relation, ReverseSource::ManyToMany(_));
        let back: Vec<Py> = model.reverse().iter().filter(is_told).map(|back| self.back_thing(label, back)).collect();
        let shown = model.reverse().iter().filter(|back| back.accessor.is_some());
        let shown = shown.map(|back| self.back_thing(label, back));
        let key = match model.key_fields() {
            [place] => self.field_thing(label, model, *place),
            _ => Py::None,
        };
        let ordering = self.models.declared(label).and_then(|declared| declared.ordering.clone());
        let ordering = ordering.unwrap_or_else(|| model.ordering.clone());
        let ordering = ordering.iter().map(|term| match &term.expr {
            embellie_core::Expr::Path(path) => text(&format!("{}{path}", if term.descending { "-" } else { "" })),
            _ => Py::OrderBy(term.clone()),
        });
        let together =
            model.unique_together.iter().map(|names| Py::tuple(names.iter().map(|name| text(name)).collect()));
        let latest = match model.get_latest_by.as_slice() {
            [] => Py::None,
            [one] => text(one),
            several => Py::list(several.iter().map(|name| text(name)).collect()),
        };
        let mut options = Thing::new("Options", format!("<Options for {name}>"))
            .with("label", text(label))
            .with("label_lower", text(&label.to_lowercase()))
            .with("app_label", text(app))
            .with("object_name", text(name))
            .with("model_name", text(&name.to_lowercase()))
            .with("model", Py::Model(label.to_owned()))
            .with("db_table", text(&model.table))
            .with("verbose_name", text(&verbose))
            .with("verbose_name_plural", text(&plural))
            .with("pk", key)
            .with("fields", Py::tuple(fields.clone()))
            .with("concrete_fields", Py::tuple(fields.clone()))
            .with("many_to_many", Py::tuple(links.clone()))
            .with("related_objects", Py::tuple(back.clone()))
            .with("ordering", Py::list(ordering.collect()))
            .with("unique_together", Py::tuple(together.collect()))
            .with("get_latest_by", latest)
            .with("managed", Py::Bool(model.managed))
            .with("auto_created", Py::Bool(model.auto_created))
            .with("abstract", Py::Bool(false))
            .with("proxy", Py::Bool(is_proxy))
            .with("get_fields()", Py::tuple(shown.chain(fields).chain(links).collect()));
        options.options = Some(label.to_owned());
        options.text = Some(label.to_lowercase());
        Ok(options.into_py())
    }

    /// `Model._meta.get_field(name)`.
    ///
    /// # Errors
    /// A `FieldDoesNotExist` for a name that is none of the model's.
    pub(super) fn field_named(&self, label: &str, name: &str) -> Result<Py> {
        let model = self.models.model(label)?;
        let of_name = |field: &FieldMeta| field.name == name || field.attname() == name;
        if let Some(place) = model.fields.iter().position(of_name) {
            return Ok(self.field_thing(label, model, place));
        }
        if let Some(link) = model.many_to_many.iter().find(|link| link.name == name) {
            return Ok(self.link_thing(label, model, link));
        }
        if let Some(back) = model.reverse().iter().find(|back| back.query_name == name) {
            return Ok(self.back_thing(label, back));
        }
        let known = model.fields.iter().map(|field| field.name.as_str());
        let known = known.chain(model.many_to_many.iter().map(|link| link.name.as_str()));
        let hint = embellie_core::did_you_mean(name, known.chain(model.reverse().iter().map(|back| &*back.query_name)));
        let of = label.rsplit('.').next().unwrap_or(label);
        Err(Error::Query(embellie_core::Error::FieldDoesNotExist(format!("{of} has no field named '{name}'{hint}"))))
    }

    fn field_thing(&self, label: &str, model: &Model, place: usize) -> Py {
        let Some(field) = model.fields.get(place) else { return Py::None };
        let relation = field.relation.as_ref();
        let shape = match relation {
            None => Shape::None,
            Some(relation) if relation.one_to_one => Shape::OneToOne,
            Some(_) => Shape::ManyToOne,
        };
        let (class, module) = match (shape, &field.generated) {
            (Shape::OneToOne, _) => ("OneToOneField", "related."),
            (Shape::ManyToOne, _) => ("ForeignKey", "related."),
            (_, Some(_)) => ("GeneratedField", "generated."),
            _ if field.kind == embellie_core::field::FieldKind::Json => ("JSONField", "json."),
            _ => (field.kind.django_name(), ""),
        };
        let package = match class {
            "ArrayField" | "SearchVectorField" => "django.contrib.postgres.fields.",
            name if name.ends_with("RangeField") => "django.contrib.postgres.fields.",
            _ => "django.db.models.fields.",
        };
        let verbose = match &field.verbose_name {
            Some(name) => name.clone(),
            None if field.name == "id" && field.kind.is_auto() => "ID".to_owned(),
            None => field.name.replace('_', " "),
        };
        let default = match &field.default {
            Some(Default::Value(value)) => Py::from_value(value.clone()),
            Some(Default::Function(made)) => Py::from_value(made()),
            None => Thing::new("type", "<class 'django.db.models.fields.NOT_PROVIDED'>").into_py(),
        };
        let choices = match field.choices.is_empty() {
            true => Py::None,
            false => Py::list(
                field
                    .choices
                    .iter()
                    .map(|choice| Py::tuple(vec![Py::from_value(choice.value.clone()), text(&choice.label)]))
                    .collect(),
            ),
        };
        let target = model.target(place).map(|(target, _)| self.models.registry().get(target).label().to_owned());
        let is_now = field.auto_now || field.auto_now_add;
        let mut thing = Thing::new(class, format!("<{package}{module}{class}: {}>", field.name))
            .with("name", text(&field.name))
            .with("attname", text(&field.attname()))
            .with("column", text(&field.column))
            .with("verbose_name", text(&verbose))
            .with("help_text", text(&field.help_text))
            .with("null", Py::Bool(field.null))
            .with("blank", Py::Bool(field.blank || is_now || field.generated.is_some()))
            .with("unique", Py::Bool(field.unique || field.primary_key))
            .with("primary_key", Py::Bool(field.primary_key))
            .with("db_index", Py::Bool(field.index || relation.is_some()))
            .with("max_length", field.max_length.map_or(Py::None, |length| Py::Int(length.into())))
            .with("choices", choices)
            .with("default", default)
            .with("model", Py::Model(label.to_owned()))
            .with("related_model", target.map_or(Py::None, Py::Model))
            .with("auto_created", Py::Bool(field.name == "id" && field.kind.is_auto() && field.verbose_name.is_none()))
            .with("concrete", Py::Bool(true))
            .with("hidden", Py::Bool(false))
            .with("get_internal_type()", text(class))
            .with("get_attname()", text(&field.attname()));
        if let embellie_core::field::FieldKind::Decimal { max_digits, decimal_places } = field.kind {
            thing = thing
                .with("max_digits", Py::Int(max_digits.into()))
                .with("decimal_places", Py::Int(decimal_places.into()));
        }
        if matches!(class, "DateField" | "TimeField" | "DateTimeField") {
            thing = thing.with("auto_now", Py::Bool(field.auto_now)).with("auto_now_add", Py::Bool(field.auto_now_add));
        }
        let told = match relation {
            None => Py::None,
            Some(relation) => Thing::new(
                if relation.one_to_one { "OneToOneRel" } else { "ManyToOneRel" },
                format!(
                    "<{}: {}>",
                    if relation.one_to_one { "OneToOneRel" } else { "ManyToOneRel" },
                    label.to_lowercase()
                ),
            )
            .with("related_name", or_none(relation.related_name.as_deref()))
            .with("related_query_name", or_none(relation.related_query_name.as_deref()))
            .into_py(),
        };
        thing = with_shape(thing.with("remote_field", told), shape);
        thing.text = Some(format!("{label}.{}", field.name));
        thing.into_py()
    }

    fn link_thing(&self, label: &str, model: &Model, link: &ManyToManyMeta) -> Py {
        let registry = self.models.registry();
        let linked = model.many_to_many().iter().find(|linked| linked.meta.name == link.name);
        let target = linked.map(|linked| Py::Model(registry.get(linked.target).label().to_owned()));
        let verbose = link.verbose_name.clone().unwrap_or_else(|| link.name.replace('_', " "));
        let mut thing = with_shape(
            Thing::new("ManyToManyField", format!("<django.db.models.fields.related.ManyToManyField: {}>", link.name))
                .with("name", text(&link.name))
                .with("attname", text(&link.name))
                .with("column", text(&link.name))
                .with("verbose_name", text(&verbose))
                .with("help_text", text(""))
                .with("null", Py::Bool(false))
                .with("blank", Py::Bool(false))
                .with("db_index", Py::Bool(false))
                .with("unique", Py::Bool(false))
                .with("primary_key", Py::Bool(false))
                .with("max_length", Py::None)
                .with("choices", Py::None)
                .with("model", Py::Model(label.to_owned()))
                .with("related_model", target.unwrap_or(Py::None))
                .with("auto_created", Py::Bool(false))
                .with("concrete", Py::Bool(true))
                .with("hidden", Py::Bool(false))
                .with("get_internal_type()", text("ManyToManyField")),
            Shape::ManyToMany,
        );
        thing.text = Some(format!("{label}.{}", link.name));
        thing.into_py()
    }

    fn back_thing(&self, label: &str, back: &Reverse) -> Py {
        let source = self.models.registry().get(back.source);
        let (shape, class, field) = match back.relation {
            ReverseSource::ManyToMany(place) => {
                let field = source.many_to_many.get(place).map(|link| self.link_thing(source.label(), source, link));
                (Shape::ManyToMany, "ManyToManyRel", field)
            }
            ReverseSource::Field(place) => {
                let field = Some(self.field_thing(source.label(), source, place));
                match back.multiple {
                    true => (Shape::OneToMany, "ManyToOneRel", field),
                    false => (Shape::OneToOne, "OneToOneRel", field),
                }
            }
            ReverseSource::Relation(_) => (Shape::OneToMany, "ForeignObjectRel", None),
        };
        let field = field.unwrap_or(Py::None);
        let thing = Thing::new(class, format!("<{class}: {}>", source.label().to_lowercase()))
            .with("name", text(&back.query_name))
            .with("related_model", Py::Model(source.label().to_owned()))
            .with("model", Py::Model(label.to_owned()))
            .with("field", field.clone())
            .with("remote_field", field)
            .with("null", Py::Bool(true))
            .with("auto_created", Py::Bool(true))
            .with("concrete", Py::Bool(false))
            .with("hidden", Py::Bool(back.accessor.is_none()))
            .with("get_accessor_name()", or_none(back.accessor.as_deref()));
        with_shape(thing, shape).into_py()
    }
}
