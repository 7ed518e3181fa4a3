//! The names that a Django project's tables tell.

use std::collections::HashMap;

use embellie_codegen::snake_case;

use super::naming::{app_name, model_name};
use crate::schema::{Django, Schema};

/// The tables of Django's own apps, with the app and the model of each.
const CONTRIB: [(&str, &str, &str); 14] = [
    ("auth_group", "auth", "Group"),
    ("auth_permission", "auth", "Permission"),
    ("auth_user", "auth", "User"),
    ("django_admin_log", "admin", "LogEntry"),
    ("django_content_type", "contenttypes", "ContentType"),
    ("django_flatpage", "flatpages", "FlatPage"),
    ("django_migrations", "migrations", "Migration"),
    ("django_redirect", "redirects", "Redirect"),
    ("django_session", "sessions", "Session"),
    ("django_site", "sites", "Site"),
    ("django_cache", "cache", "Entry"),
    ("authtoken_token", "authtoken", "Token"),
    ("account_emailaddress", "account", "EmailAddress"),
    ("account_emailconfirmation", "account", "EmailConfirmation"),
];

/// What the tables of a Django project are called.
pub(super) struct Names<'s> {
    django: &'s Django,
    /// Names of foreign keys, without underscores: they have the words of class names, which tables don't.
    words: HashMap<String, String>,
}

impl<'s> Names<'s> {
    pub(super) fn new(django: &'s Django, schema: &'s Schema) -> Self {
        let keys = schema.tables.iter().flat_map(|table| &table.foreign_keys);
        let columns = keys.filter_map(|key| key.columns.first());
        let words = columns.filter_map(|column| {
            let name = snake_case(column.strip_suffix("_id").unwrap_or(column));
            let name = name.strip_prefix("from_").or_else(|| name.strip_prefix("to_")).unwrap_or(&name).to_owned();
            name.contains('_').then(|| (name.replace('_', ""), name))
        });
        Names { django, words: words.collect() }
    }

    /// The app and the model of a table.
    pub(super) fn of_table(&self, table: &str) -> Option<(String, String)> {
        if let Some((_, app, model)) = CONTRIB.iter().find(|(known, ..)| *known == table) {
            return Some(((*app).to_owned(), (*model).to_owned()));
        }
        let of_model = self.django.models.iter().find(|(app, model)| {
            table.strip_prefix(app.as_str()).and_then(|rest| rest.strip_prefix('_')) == Some(model.as_str())
        });
        let (app, name) = match of_model {
            Some((app, model)) => (app, model.as_str()),
            None => {
                let apps = self.django.apps.iter();
                let named = apps.filter_map(|app| {
                    table.strip_prefix(app.as_str()).and_then(|rest| rest.strip_prefix('_')).map(|rest| (app, rest))
                });
                named.filter(|(_, rest)| !rest.is_empty()).max_by_key(|(app, _)| app.len())?
            }
        };
        // Django's names of classes are singular already, whatever they end in.
        let spelled = self.words.get(name).map_or(name, String::as_str);
        let class = embellie_codegen::upper_camel_case(spelled);
        let class = if embellie_codegen::is_identifier(&class) { class } else { model_name(spelled) };
        Some((app_name(app), class))
    }
}
