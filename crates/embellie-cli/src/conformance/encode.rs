//! Results as JSON.

use embellie_text::{Object, Py};
use serde_json::{Map, Value as Json, json};

/// The JSON of a result.
pub(super) fn value(value: &Py) -> Json {
    encoded(value, &mut Vec::new())
}

/// The JSON of a value within objects.
fn encoded<'v>(value: &'v Py, path: &mut Vec<&'v Object>) -> Json {
    match value {
        Py::None => Json::Null,
        Py::Bool(value) => json!(value),
        Py::Int(value) => match i64::try_from(*value) {
            Ok(value) => json!(value),
            Err(_) => json!(*value as f64),
        },
        Py::Float(value) if value.is_nan() => json!({"$float": "nan"}),
        Py::Float(value) if value.is_infinite() => json!({"$float": if *value < 0.0 { "-inf" } else { "inf" }}),
        Py::Float(value) => json!(value),
        Py::Decimal(value) => json!({"$decimal": value.to_string()}),
        Py::Str(value) => json!(value),
        Py::Bytes(value) => json!({"$bytes": value.iter().map(|byte| format!("{byte:02x}")).collect::<String>()}),
        Py::Date(value) => json!({"$date": value.to_string()}),
        Py::Time(value) => json!({"$time": iso(value.to_string())}),
        Py::DateTime(value) => json!({"$datetime": iso(value.to_string())}),
        Py::Timestamp(value) => {
            let text = value.to_string();
            json!({"$datetime": format!("{}+00:00", iso(text.trim_end_matches('Z').to_owned()))})
        }
        Py::Delta(value) => json!({"$timedelta": i64::try_from(value.as_micros()).unwrap_or_default()}),
        Py::Uuid(value) => json!({"$uuid": value.to_string()}),
        Py::List(values) | Py::Tuple(values) => Json::Array(values.iter().map(|item| encoded(item, path)).collect()),
        Py::Set(values) => json!({"$set": values.iter().map(|item| encoded(item, path)).collect::<Vec<_>>()}),
        Py::Dict(items) => dict(items),
        Py::Json(document) => document_json(document),
        Py::Object(object) => object_json(object, path),
        other => json!({"$unencodable": other.type_name()}),
    }
}

/// A time as Python writes it: with six digits of a second's fraction, or none.
fn iso(mut text: String) -> String {
    if let Some(point) = text.find('.') {
        let digits = text.len() - point - 1;
        text.extend(std::iter::repeat_n('0', 6_usize.saturating_sub(digits)));
    }
    text
}

fn dict(items: &[(Py, Py)]) -> Json {
    let names: Option<Vec<&str>> = items
        .iter()
        .map(|(key, _)| match key {
            Py::Str(key) if !key.starts_with('$') => Some(key.as_str()),
            _ => None,
        })
        .collect();
    let looks_like_an_object = |names: &[&str]| ["model", "pk", "fields"].iter().all(|part| names.contains(part));
    match names.filter(|names| !looks_like_an_object(names)) {
        Some(names) => {
            let values = items.iter().map(|(_, item)| value(item));
            Json::Object(names.into_iter().map(str::to_owned).zip(values).collect())
        }
        None => json!({"$dict": items.iter().map(|(key, item)| json!([value(key), value(item)])).collect::<Vec<_>>()}),
    }
}

/// A document, whose objects may look like a tag.
fn document_json(document: &Json) -> Json {
    match document {
        Json::Object(object) => {
            let items: Vec<(Py, Py)> =
                object.iter().map(|(key, item)| (Py::Str(key.clone()), Py::Json(Box::new(item.clone())))).collect();
            dict(&items)
        }
        Json::Array(items) => Json::Array(items.iter().map(document_json).collect()),
        other => other.clone(),
    }
}

fn object_json<'v>(object: &'v Object, path: &mut Vec<&'v Object>) -> Json {
    let fields: Map<String, Json> = object.fields().into_iter().map(|(name, item)| (name, value(&item))).collect();
    let key = match object.key() {
        embellie::Value::List(values) => Json::Array(values.into_iter().map(|part| value(&part.into())).collect()),
        key => value(&key.into()),
    };
    let same = |outer: &&'v Object| outer.label() == object.label() && outer.key() == object.key();
    if object.is_holder() && path.iter().any(same) {
        return json!({"$ref": [object.label(), key]});
    }
    path.push(object);
    let related: Map<String, Json> = object
        .related()
        .map(|(name, related)| (name.to_owned(), related.map_or(Json::Null, |related| object_json(related, path))))
        .collect();
    let mut prefetched: Map<String, Json> = object
        .prefetched()
        .map(|(name, objects)| {
            (name.to_owned(), Json::Array(objects.iter().map(|object| object_json(object, path)).collect()))
        })
        .collect();
    path.pop();
    let mut json = json!({"model": object.label(), "pk": key, "fields": fields});
    if !related.is_empty() {
        json["related"] = Json::Object(related);
    }
    // An empty list cannot be told from one of prefetched objects, and counts as such.
    let is_list = |item: &Py| matches!(item, Py::Json(document) if document.as_array().is_some_and(Vec::is_empty));
    let (lists, annotations): (Vec<_>, Vec<_>) = object.annotations().iter().partition(|(_, item)| is_list(item));
    prefetched.extend(lists.into_iter().map(|(name, _)| (name.clone(), json!([]))));
    if !prefetched.is_empty() {
        json["prefetched"] = Json::Object(prefetched);
    }
    if !annotations.is_empty() {
        let added = annotations.into_iter().map(|(name, item)| (name.clone(), value(item)));
        json["annotations"] = Json::Object(added.collect());
    }
    json
}
