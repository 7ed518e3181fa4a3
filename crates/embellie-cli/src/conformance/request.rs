//! Requests: a text, the models it names, and the database it runs on.

use std::collections::HashMap;
use std::path::Path;

use embellie_text::models::{Models, Project, Settings};
use embellie_text::{Error, Py, evaluate};
use serde_json::Value as Json;

/// One request.
pub(super) struct Request {
    models: String,
    module: String,
    /// The module of settings of a whole project, and where its packages are.
    settings_module: Option<String>,
    packages: Vec<String>,
    database: String,
    query: String,
    settings: Settings,
    lookups: Vec<[String; 3]>,
}

/// What requests have in common.
#[derive(Default)]
pub(super) struct Cache {
    /// Whether models are read from `models.py`.
    models_py: bool,
    models: HashMap<(String, Settings, Vec<[String; 3]>), Models>,
}

impl Cache {
    pub(super) fn new(models_py: bool) -> Cache {
        Cache { models_py, ..Cache::default() }
    }
}

impl Request {
    pub(super) fn read(json: &Json) -> Result<Request, String> {
        let text = |name: &str| json[name].as_str().map(str::to_owned).ok_or_else(|| format!("'{name}' is missing"));
        let settings = &json["settings"];
        let zone = settings["CURRENT_TIME_ZONE"].as_str().or_else(|| settings["TIME_ZONE"].as_str());
        let use_tz = settings["USE_TZ"] == true;
        let lookups = json["register_lookups"].as_array().into_iter().flatten().filter_map(|lookup| {
            let part = |place: usize| lookup[place].as_str().map(str::to_owned);
            Some([part(0)?, part(1)?, part(2)?])
        });
        Ok(Request {
            models: json["models_json"].as_str().unwrap_or_default().to_owned(),
            module: json["models"].as_str().unwrap_or_default().to_owned(),
            settings_module: json["settings_module"].as_str().map(str::to_owned),
            packages: json["packages"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect(),
            database: text("database")?,
            query: text("query")?,
            settings: Settings { use_tz, time_zone: zone.filter(|_| use_tz).map(str::to_owned), site_id: None },
            lookups: lookups.collect(),
        })
    }

    /// The project whose models are asked for: a file of models with settings of the request, or a whole one.
    fn project(&self) -> Project {
        let project = Project::new(&self.module);
        match &self.settings_module {
            None => project.settings(self.settings.clone()),
            Some(module) => self.packages.iter().fold(project.settings_module(module), Project::folder),
        }
    }

    /// The models of the description in JSON.
    fn described(&self) -> Result<Models, Error> {
        let text = std::fs::read_to_string(&self.models).map_err(|error| unreadable(error.to_string()))?;
        let document: Json = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        let models = Models::from_json(&document, self.settings.clone());
        let mut models = models.map_err(|error| unreadable(error.to_string()))?;
        for module in modules(&self.module) {
            // What cannot be read is left alone: its managers are unknown then.
            models = match models.clone().with_managers(&module) {
                Ok(models) => models,
                Err(_) => models,
            };
        }
        Ok(models)
    }

    /// What the text gives, and how many statements it took.
    pub(super) async fn run(&self, cache: &mut Cache) -> (Result<Py, Error>, usize) {
        let mut statements = 0;
        let value = self.value(cache, &mut statements).await;
        (value, statements)
    }

    async fn value(&self, cache: &mut Cache, statements: &mut usize) -> Result<Py, Error> {
        let key = (
            format!("{} {} {:?}", self.models, self.module, self.settings_module),
            self.settings.clone(),
            self.lookups.clone(),
        );
        let models = match cache.models.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                let mut models = match cache.models_py {
                    true => Models::from_python(self.project())?.0,
                    false => self.described()?,
                };
                for [field, class, name] in &self.lookups {
                    models = models.register_lookup(field, class, name)?;
                }
                new.insert(models)
            }
        };
        let db = super::dialect::file(&self.database).registry(models.registry().clone()).connect().await?;
        let asked = db.capture();
        let value = evaluate(&self.query, models, &db).await;
        // A transaction's beginning and end are no queries in Django.
        let is_query = |sql: &str| !["BEGIN", "COMMIT", "ROLLBACK"].iter().any(|word| sql.starts_with(word));
        *statements = asked.statements().iter().filter(|statement| is_query(&statement.sql)).count();
        db.close();
        value
    }
}

fn unreadable(why: String) -> Error {
    Error::Unknown(format!("the models cannot be read: {why}"))
}

/// The texts of a `models.py`, or of the modules of a package that stands in its place.
fn modules(path: &str) -> Vec<String> {
    let path = Path::new(path);
    let mut files = vec![path.to_owned()];
    if path.file_name().is_some_and(|name| name == "__init__.py")
        && let Some(Ok(entries)) = path.parent().map(std::fs::read_dir)
    {
        files.extend(
            entries.flatten().map(|entry| entry.path()).filter(|file| file.extension().is_some_and(|e| e == "py")),
        );
    }
    files.sort();
    files.dedup();
    files.into_iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect()
}
