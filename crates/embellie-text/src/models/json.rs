//! Models from a description in JSON, as Django's `_meta` tells them.

use std::collections::HashMap;
use std::sync::Arc;

use embellie_core::field::{FieldKind, prepare};
use embellie_core::meta::{FieldMeta, ForeignKeyMeta, Generated, ManyToManyMeta, ModelMeta, OnDelete, RelationMeta};
use embellie_core::{Expr, OrderBy, Path, Registry, Value};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value as Json;

use super::expression::{expression, ordering};
use super::{Classes, Declared, Generic, ManagerKind, Models, Settings, unreadable};
use crate::Result;

impl Models {
    /// The models of a description in JSON: `{"models": [{"label": "app.Model", "fields": […], …}]}`.
    ///
    /// Proxies are other names of the models that have their tables.
    ///
    /// # Errors
    /// When the description says what cannot be read, or a relation leads nowhere.
    pub fn from_json(document: &Json, settings: Settings) -> Result<Models> {
        let descriptions = document["models"].as_array().ok_or_else(|| unreadable("there is no list of models"))?;
        let concrete: HashMap<&str, &str> =
            descriptions.iter().filter_map(|model| Some((model["label"].as_str()?, concrete_label(model)?))).collect();
        let read = Reader { concrete: &concrete, settings: &settings };
        let mut models = Vec::new();
        for description in descriptions {
            if description["proxy"] == true || description["auto_created"].is_string() {
                continue;
            }
            models.push(read.model(description)?);
        }
        let proxies = proxy_orderings(descriptions, &models);
        let registry = Registry::link(models)?;
        let mut declared = HashMap::new();
        let mut names: HashMap<String, String> = HashMap::new();
        let own_app = document["app_label"].as_str().unwrap_or_default();
        for own in [true, false] {
            for description in descriptions {
                let (Some(label), Some(name)) = (description["label"].as_str(), description["name"].as_str()) else {
                    return Err(unreadable("a model has no label"));
                };
                if (description["app"] == own_app) == own {
                    names.entry(name.to_owned()).or_insert_with(|| label.to_owned());
                    let ordering = proxies.get(label).cloned();
                    declared.insert(label.to_owned(), Declared { ordering, ..declaration(description) });
                }
            }
        }
        Ok(Models {
            registry: Arc::new(registry),
            settings,
            declared,
            names,
            transforms: Vec::new(),
            classes: Classes::default(),
            enumerations: Vec::new(),
        })
    }
}

/// What proxies are ordered by, where the models with the tables are ordered otherwise.
fn proxy_orderings(descriptions: &[Json], models: &[ModelMeta]) -> HashMap<String, Vec<OrderBy>> {
    let proxies = descriptions.iter().filter(|description| description["proxy"] == true);
    let ordering = proxies.filter_map(|description| {
        let (label, concrete) = (text(&description["label"])?, concrete_label(description)?);
        let model = models.iter().find(|model| model.label() == concrete)?;
        let terms = description["ordering"].as_array().into_iter().flatten();
        let ordering: Vec<OrderBy> = terms.filter_map(|json| term(json, model)).collect();
        (ordering != model.ordering).then_some((label, ordering))
    });
    ordering.collect()
}

fn concrete_label(model: &Json) -> Option<&str> {
    model["concrete_model"].as_str().or_else(|| model["label"].as_str())
}

fn declaration(model: &Json) -> Declared {
    let managers = model["managers"].as_array().into_iter().flatten().filter_map(|manager| {
        let plain = manager["default_queryset"] == true;
        let class = manager["class"].as_str().unwrap_or_default().to_owned();
        let class = class.rsplit('.').next().unwrap_or_default().to_owned();
        let kind = match class.as_str() {
            _ if plain && manager["plain"] == true => ManagerKind::Plain,
            "CurrentSiteManager" => ManagerKind::Site { field: None },
            _ => ManagerKind::Python { class, plain },
        };
        Some((manager["name"].as_str()?.to_owned(), kind))
    });
    let without_columns = || model["virtual"].as_array().into_iter().flatten();
    let generic = without_columns().filter_map(|field| {
        let relation = &field["generic_relation"];
        Some(Generic {
            name: text(&field["name"])?,
            to: text(&relation["to"])?,
            content_type_field: text(&relation["content_type_field"])?,
            object_id_field: text(&relation["object_id_field"])?,
        })
    });
    let generic_keys = without_columns().filter_map(|field| {
        let key = &field["generic_foreign_key"];
        Some((text(&field["name"])?, text(&key["ct_field"])?, text(&key["fk_field"])?))
    });
    // As Python shows them: `<UniqueConstraint: fields=('year',) name=…>`.
    let unique =
        model["constraints"].as_array().into_iter().flatten().filter_map(Json::as_str).filter_map(|constraint| {
            let fields = constraint.strip_prefix("<UniqueConstraint: fields=('")?;
            let (field, rest) = fields.split_once("',)")?;
            (!field.contains('\'') && !rest.contains("condition=")).then(|| field.to_owned())
        });
    Declared {
        ordering: None,
        choices: Vec::new(),
        unique: unique.collect(),
        generic: generic.collect(),
        generic_keys: generic_keys.collect(),
        without_columns: without_columns().filter_map(|field| text(&field["name"])).collect(),
        concrete: concrete_label(model).unwrap_or_default().to_owned(),
        order_with_respect_to: text(&model["order_with_respect_to"]),
        managers: managers.collect(),
        default_manager: model["default_manager"].as_str().map(str::to_owned),
        lost: Vec::new(),
    }
}

struct Reader<'a> {
    concrete: &'a HashMap<&'a str, &'a str>,
    settings: &'a Settings,
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

fn number<T: TryFrom<u64>>(json: &Json) -> Option<T> {
    json.as_u64().and_then(|number| T::try_from(number).ok())
}

impl Reader<'_> {
    fn model(&self, json: &Json) -> Result<ModelMeta> {
        let label = text(&json["label"]).ok_or_else(|| unreadable("a model has no label"))?;
        let (app, name) = label.split_once('.').ok_or_else(|| unreadable(format!("'{label}' is no label")))?;
        let mut model = ModelMeta::new(app, name);
        if let Some(table) = json["db_table"].as_str() {
            model.table = table.to_owned();
        }
        model.managed = json["managed"] != false;
        let own = |member: &&Json| member["declared_in"].as_str().is_none_or(|declared| declared == label);
        for field in json["fields"].as_array().into_iter().flatten().filter(own) {
            model.fields.push(self.field(field)?);
        }
        for relation in json["many_to_many"].as_array().into_iter().flatten().filter(own) {
            model.many_to_many.push(self.many_to_many(relation)?);
        }
        for field in json["virtual"].as_array().into_iter().flatten() {
            if let Some(components) = field["components"].as_array() {
                let names = components.iter().filter_map(Json::as_str).map(|component| {
                    let named =
                        model.fields.iter().find(|field| field.name == component || field.attname() == component);
                    named.map_or_else(|| component.to_owned(), |field| field.name.clone())
                });
                model.composite_primary_key = Some(names.collect());
            }
        }
        for field in json["virtual"].as_array().into_iter().flatten() {
            model.relations.extend(self.relation(field, &model)?);
        }
        model.ordering =
            json["ordering"].as_array().into_iter().flatten().filter_map(|json| term(json, &model)).collect();
        model.get_latest_by = match &json["get_latest_by"] {
            Json::String(field) => vec![field.clone()],
            Json::Array(fields) => fields.iter().filter_map(text).collect(),
            _ => Vec::new(),
        };
        Ok(model)
    }

    fn field(&self, json: &Json) -> Result<FieldMeta> {
        let name = text(&json["name"]).ok_or_else(|| unreadable("a field has no name"))?;
        let relation = &json["relation"];
        let mut field = if relation.is_object() {
            self.foreign_key(&name, relation)?
        } else {
            FieldMeta::new(name.clone(), self.kind(json)?)
        };
        if let Some(column) = json["column"].as_str() {
            field.column = column.to_owned();
        }
        field.max_length = number(&innermost(json)["max_length"]);
        field.size = number(&json["size"]);
        field.null = json["null"] == true;
        field.blank = json["blank"] == true;
        field.primary_key = json["primary_key"] == true;
        field.unique = json["unique"] == true && !field.primary_key;
        field.index = json["db_index"] == true;
        field.auto_now = json["auto_now"] == true;
        field.auto_now_add = json["auto_now_add"] == true;
        let generated = &json["generated"];
        if let Some(expr) = generated["expression"].as_str() {
            let expression = expression(expr);
            field.generated = Some(Generated { expression, stored: generated["db_persist"] == true });
        }
        if let Some(default) = json.get("default") {
            field.default = self.default(&field, default)?;
        }
        // As in Django, the column of a file without one is an empty text.
        if matches!(json["type"].as_str(), Some("FileField" | "ImageField")) && field.default.is_none() {
            field.default = Some(embellie_core::meta::Default::Value(Value::Text(String::new())));
        }
        match json.get("db_default") {
            None | Some(Json::Null) => {}
            Some(default) => {
                field.db_default = Some(match default["expression"].as_str() {
                    Some(text) => expression(text),
                    None => embellie_core::Expr::Value(decoded(default)),
                });
            }
        }
        Ok(field)
    }

    fn kind(&self, json: &Json) -> Result<FieldKind> {
        let name = json["type"].as_str().unwrap_or_default();
        if name == "ArrayField" {
            return self.kind(&json["base_field"]).map(FieldKind::array);
        }
        let kind = crate::names::field_kind(name, self.settings.use_tz);
        Ok(match kind.ok_or_else(|| unreadable(format!("there is no field class '{name}'")))? {
            FieldKind::Decimal { .. } => FieldKind::Decimal {
                max_digits: number(&json["max_digits"]).unwrap_or(28),
                decimal_places: number(&json["decimal_places"]).unwrap_or_default(),
            },
            kind => kind,
        })
    }

    fn label(&self, label: &Json) -> Result<String> {
        let label = label.as_str().ok_or_else(|| unreadable("a relation leads to no model"))?;
        Ok(self.concrete.get(label).map_or(label, |concrete| *concrete).to_owned())
    }

    fn foreign_key(&self, name: &str, json: &Json) -> Result<FieldMeta> {
        let on_delete = on_delete(json);
        let to = self.label(&json["to"])?;
        let mut field = match json["kind"].as_str() {
            Some("o2o") => FieldMeta::one_to_one(name, to.clone(), on_delete.clone()),
            _ => FieldMeta::foreign_key(name, to.clone(), on_delete.clone()),
        };
        field.relation = Some(ForeignKeyMeta {
            to_field: text(&json["to_field"]),
            related_name: text(&json["related_name"]),
            related_query_name: text(&json["related_query_name"]),
            one_to_one: json["kind"] == "o2o",
            db_constraint: json["db_constraint"] != false,
            parent_link: json["parent_link"] == true,
            ..ForeignKeyMeta::new(to, on_delete)
        });
        Ok(field)
    }

    /// A relation without a column of its own. One of a project's own class joins by what its code says, which is not
    /// run.
    fn relation(&self, json: &Json, model: &ModelMeta) -> Result<Option<RelationMeta>> {
        let name = || text(&json["name"]).ok_or_else(|| unreadable("a relation has no name"));
        let generic = &json["generic_relation"];
        let known = |to: &Json| to.as_str().is_some_and(|label| self.concrete.contains_key(label));
        if !known(&generic["to"]) && !known(&json["relation"]["to"]) {
            return Ok(None);
        }
        if let (Some(content_type), Some(object_id)) =
            (generic["content_type_field"].as_str(), generic["object_id_field"].as_str())
        {
            let relation = RelationMeta::generic(name()?, self.label(&generic["to"])?, content_type, object_id);
            let related_query_name = text(&generic["related_query_name"]).filter(|name| name != "+");
            return Ok(Some(RelationMeta { related_query_name, ..relation }));
        }
        let relation = &json["relation"];
        if json["class"] != "django.db.models.fields.related.ForeignObject" || !relation.is_object() {
            return Ok(None);
        }
        let pairs = relation["fields"].as_array().into_iter().flatten();
        let pairs: Vec<(String, String)> = pairs.filter_map(|pair| text(&pair[0]).zip(text(&pair[1]))).collect();
        let own = |name: &String| model.fields.iter().find(|field| field.name == *name || field.attname() == *name);
        if pairs.iter().any(|(here, _)| own(here).is_none()) {
            // It is declared by a model that this one adds columns to, where its names are found.
            return Ok(None);
        }
        let null = pairs.iter().filter_map(|(here, _)| own(here)).any(|field| field.null);
        Ok(Some(RelationMeta {
            related_name: text(&relation["related_name"]),
            related_query_name: text(&relation["related_query_name"]),
            on_delete: on_delete(relation),
            null,
            ..RelationMeta::new(name()?, self.label(&relation["to"])?, pairs)
        }))
    }

    fn many_to_many(&self, json: &Json) -> Result<ManyToManyMeta> {
        let name = text(&json["name"]).ok_or_else(|| unreadable("a relation has no name"))?;
        let relation = &json["relation"];
        let mut meta = ManyToManyMeta::new(name, self.label(&relation["to"])?);
        meta.symmetrical = relation["symmetrical"] == true;
        meta.related_name = text(&relation["related_name"]);
        meta.related_query_name = text(&relation["related_query_name"]);
        if relation["through_auto_created"] == true {
            meta.table = text(&relation["through_table"]);
        } else {
            meta.through = Some(self.label(&relation["through"])?);
            meta.through_fields = text(&relation["source_field"]).zip(text(&relation["target_field"]));
        }
        Ok(meta)
    }

    fn default(&self, field: &FieldMeta, json: &Json) -> Result<Option<embellie_core::meta::Default>> {
        use embellie_core::meta::Default;
        Ok(match json["callable"].as_str() {
            Some("uuid.uuid4") => Some(Default::Function(|| Value::Uuid(uuid::Uuid::new_v4()))),
            Some("datetime.datetime.now" | "None.datetime.now" | "django.utils.timezone.now") => {
                Some(match self.settings.use_tz {
                    true => Default::Function(|| Value::Timestamp(Timestamp::now())),
                    false => Default::Function(|| Value::DateTime(now())),
                })
            }
            Some("datetime.date.today" | "None.date.today") => Some(Default::Function(|| Value::Date(now().date()))),
            Some("builtins.dict") => Some(Default::Function(|| Value::Json(Box::new(serde_json::json!({}))))),
            Some("builtins.list") if field.kind.is_array() => Some(Default::Function(|| Value::List(Vec::new()))),
            Some("builtins.list") => Some(Default::Function(|| Value::Json(Box::new(serde_json::json!([]))))),
            // Python code, which is not run.
            Some(_) => None,
            None if field.kind == FieldKind::Json => Some(Default::Value(match json {
                Json::Null => Value::Null,
                document => Value::Json(Box::new(document.clone())),
            })),
            None => {
                let value = decoded(json);
                Some(Default::Value(prepare(field.kind, &field.name, value.clone()).unwrap_or(value)))
            }
        })
    }
}

fn on_delete(relation: &Json) -> OnDelete {
    match relation["on_delete"].as_str().unwrap_or_default() {
        "CASCADE" => OnDelete::Cascade,
        "PROTECT" => OnDelete::Protect,
        "RESTRICT" => OnDelete::Restrict,
        "SET_NULL" => OnDelete::SetNull,
        "SET_DEFAULT" => OnDelete::SetDefault,
        // `SET(…)` holds a value or code that the description does not tell.
        _ => OnDelete::DoNothing,
    }
}

/// A field, or the one that an array's elements are of in the end.
fn innermost(json: &Json) -> &Json {
    if json["base_field"].is_object() { innermost(&json["base_field"]) } else { json }
}

pub(super) fn now() -> DateTime {
    let now = jiff::Zoned::now().datetime();
    now.with().nanosecond(0).build().unwrap_or(now)
}

fn term(json: &Json, model: &ModelMeta) -> Option<OrderBy> {
    match json {
        Json::String(term) => Some(OrderBy::from(term.as_str())),
        other => other["expression"].as_str().map(ordering).map(|term| by_column(term, &model.fields)),
    }
}

/// A term that orders by the column of a relation, where it is an expression: a text would mean the ordering of the model
/// that the relation leads to.
pub(super) fn by_column(mut term: OrderBy, fields: &[FieldMeta]) -> OrderBy {
    if let Expr::Path(path) = &mut term.expr
        && let Some(field) = fields.iter().find(|field| field.relation.is_some() && path.to_string() == field.name)
    {
        *path = Path::new([field.attname()]);
    }
    term
}

/// A value in the encoding of results: `{"$decimal": "1.50"}`.
fn decoded(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => match value.as_i64() {
            Some(value) => Value::Int(value),
            None => Value::Float(value.as_f64().unwrap_or_default()),
        },
        Json::String(value) => Value::Text(value.clone()),
        Json::Array(_) => Value::Json(Box::new(json.clone())),
        Json::Object(object) => {
            let tagged = |tag: &str| object.get(tag).and_then(Json::as_str);
            if let Some(value) = tagged("$decimal").and_then(|value| value.parse().ok()) {
                return Value::Decimal(value);
            }
            if let Some(value) = tagged("$datetime").and_then(|value| value.parse().ok()) {
                return Value::DateTime(value);
            }
            if let Some(value) = tagged("$bytes") {
                let digits: Vec<char> = value.chars().collect();
                let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap_or_default();
                return Value::Bytes(digits.chunks(2).map(byte).collect());
            }
            if let Some(value) = tagged("$uuid").and_then(|value| value.parse().ok()) {
                return Value::Uuid(value);
            }
            if let Some(value) = tagged("$time").and_then(|value| value.parse().ok()) {
                return Value::Time(value);
            }
            if let Some(micros) = object.get("$timedelta").and_then(Json::as_i64) {
                return Value::Duration(jiff::SignedDuration::from_micros(micros));
            }
            if let Some(value) = tagged("$date").and_then(|value| value.parse().ok()) {
                return Value::Date(value);
            }
            Value::Json(Box::new(json.clone()))
        }
    }
}
