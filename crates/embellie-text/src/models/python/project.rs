//! What of a folder or file is a Django project: its settings, its apps, and where modules are found.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::interpret::Interpreter;
use super::known::CONTRIB;
use super::report::Finding;
use super::sources::{Sources, module_of};
use super::value::{Class, Text, Val};
use crate::models::Settings;

/// A Django project whose models are to be read: its folder, one of its apps' folders, or a `models.py`.
///
/// The settings are found by `manage.py`; packages that the project uses are found in its virtual environment (`.venv`,
/// `venv` or `env`) and in folders that are [added](Project::folder).
#[derive(Debug, Clone)]
pub struct Project {
    pub(super) path: PathBuf,
    settings_module: Option<String>,
    folders: Vec<PathBuf>,
    settings: Option<Settings>,
}

/// An app: a package with models.
#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) module: Text,
    pub(super) label: Text,
    /// The class of keys, where the app says so.
    pub(super) auto_field: Option<String>,
}

/// What was found of a project.
pub(super) struct Found {
    pub(super) apps: Vec<App>,
    pub(super) settings: Settings,
    /// How long names may be in the project's database.
    pub(super) longest_name: Option<usize>,
    /// Whether contrib apps are installed without being named.
    pub(super) any_contrib: bool,
}

impl Project {
    /// A project, an app or a file.
    pub fn new(path: impl Into<PathBuf>) -> Project {
        Project { path: path.into(), settings_module: None, folders: Vec::new(), settings: None }
    }

    /// Names the module of settings: `mysite.settings.production`. Without one, it is what `manage.py` says.
    #[must_use]
    pub fn settings_module(mut self, module: impl Into<String>) -> Project {
        self.settings_module = Some(module.into());
        self
    }

    /// Adds a folder in which packages are looked for: a virtual environment's `site-packages`.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Project {
        self.folders.push(folder.into());
        self
    }

    /// Says what `USE_TZ` and `TIME_ZONE` are, whatever the project's settings say.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Project {
        self.settings = Some(settings);
        self
    }

    /// Where modules are looked for.
    pub(super) fn sources(&self) -> Sources {
        let own = self.root();
        let mut roots = vec![own.clone()];
        let sub = own.join("src");
        if sub.is_dir() && !sub.join("__init__.py").is_file() {
            roots.push(sub);
        }
        let own = roots.clone();
        roots.extend(self.folders.iter().cloned());
        for folder in [".venv", "venv", "env"].map(|name| self.base().join(name)) {
            roots.extend(site_packages(&folder));
        }
        Sources { roots, own }
    }

    /// The folder of the project, or that which the file is in.
    fn base(&self) -> PathBuf {
        match self.path.is_file() {
            true => self.path.parent().map(Path::to_path_buf).unwrap_or_default(),
            false => self.path.clone(),
        }
    }

    /// The file of models that the path means, for an app or a file.
    fn models_file(&self) -> Option<PathBuf> {
        if self.path.is_file() {
            return Some(self.path.clone());
        }
        if self.path.join("manage.py").is_file() || self.settings_module.is_some() {
            return None;
        }
        let places = [self.path.join("models.py"), self.path.join("models").join("__init__.py")];
        places.into_iter().find(|place| place.is_file())
    }

    fn root(&self) -> PathBuf {
        match self.models_file().as_deref().and_then(module_of) {
            Some((root, _)) => root,
            None => self.base(),
        }
    }

    /// Reads the settings and finds the apps.
    pub(super) fn find(&self, read: &mut Interpreter) -> Found {
        if let Some((_, module)) = self.models_file().as_deref().and_then(module_of) {
            // A module of models, or one within a package of them, belongs to the app above.
            let app = module.find(".models").map_or(module.as_str(), |at| module.get(..at).unwrap_or_default());
            let app = match app.is_empty() || app == module {
                true => module.rsplit_once('.').map_or(module.as_str(), |(package, _)| package),
                false => app,
            };
            let mut apps = vec![self.app(read, app)];
            // A file in a folder that is no package: the app is called like the folder, as far as it can be.
            if let Some(app) = apps.first_mut()
                && !module.contains('.')
            {
                let base = self.base();
                let folder = base.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let label: String =
                    folder.replace('-', "_").chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
                if !label.is_empty() {
                    app.label = label.as_str().into();
                }
            }
            apps.extend(CONTRIB.iter().map(|name| contrib(name)));
            return Found { apps, settings: self.given(read), longest_name: None, any_contrib: true };
        }
        let module = self.settings_module.clone().or_else(|| self.managed_by());
        if let Some(module) = &module {
            read.settings = read.module(module);
            if read.settings.is_none() {
                read.report.add(Finding {
                    file: self.path.clone(),
                    line: 0,
                    object: module.clone(),
                    message: "the module of settings is not there: the apps are those that have models".to_owned(),
                });
            }
        }
        let installed = read.settings.clone().and_then(|settings| settings.names.get("INSTALLED_APPS")?.elements());
        let Some(installed) = installed else {
            let mut apps: Vec<App> = self.apps_by_folder().iter().map(|app| self.app(read, app)).collect();
            apps.extend(CONTRIB.iter().map(|name| contrib(name)));
            let settings = self.given(read);
            return Found { apps, settings, longest_name: longest_name(read), any_contrib: true };
        };
        read.installed = Some(installed.iter().filter_map(Val::as_text).collect());
        let mut apps: Vec<App> = Vec::new();
        for entry in installed.iter().filter_map(Val::as_text) {
            match self.installed(read, &entry) {
                Some(app) if apps.iter().all(|known| known.label != app.label) => apps.push(app),
                Some(_) => {}
                None => {
                    let file = read.settings.as_ref().map(|settings| PathBuf::clone(&settings.file));
                    read.report.add(Finding {
                        file: file.unwrap_or_default(),
                        line: 0,
                        object: entry,
                        message: "the app is in none of the folders that are looked into: its models are left out"
                            .to_owned(),
                    });
                }
            }
        }
        Found { apps, settings: self.given(read), longest_name: longest_name(read), any_contrib: false }
    }

    /// The module of settings that `manage.py` names.
    fn managed_by(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.path.join("manage.py")).ok();
        let named = text.as_deref().and_then(|text| {
            let after = text.split_once("DJANGO_SETTINGS_MODULE")?.1;
            let rest = after.split_once(['\'', '"'])?.1;
            let rest = rest.trim_start_matches([' ', ',', '\n', '(']);
            let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
            let name = rest.get(1..)?.split(quote).next()?;
            Some(name.to_owned())
        });
        named.or_else(|| {
            let folders = std::fs::read_dir(&self.path).ok()?.flatten().map(|entry| entry.path());
            let mut with_settings: Vec<PathBuf> = folders
                .filter(|folder| folder.join("settings.py").is_file() || folder.join("settings/__init__.py").is_file())
                .collect();
            with_settings.sort();
            let name = with_settings.first()?.file_name()?.to_str()?.to_owned();
            Some(format!("{name}.settings"))
        })
    }

    fn apps_by_folder(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        let mut apps: Vec<String> = entries
            .map(|entry| entry.path())
            .filter(|folder| folder.join("models.py").is_file() || folder.join("models/__init__.py").is_file())
            .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
            .collect();
        apps.sort();
        apps
    }

    /// An entry of `INSTALLED_APPS`: a package, or the class that describes it.
    fn installed(&self, read: &mut Interpreter, entry: &str) -> Option<App> {
        if entry.starts_with("django.contrib.") {
            let package = entry.split('.').take(3).collect::<Vec<_>>().join(".");
            return Some(contrib(&package));
        }
        if entry.starts_with("django.") {
            return Some(contrib(entry));
        }
        if read.sources.has(entry) {
            return Some(self.app(read, entry));
        }
        let (module, class) = entry.rsplit_once('.')?;
        if !read.sources.has(module) {
            return None;
        }
        let value = read.imported(module, class);
        let Val::Class(class) = read.follow(value) else { return None };
        let name = text(&class, "name").unwrap_or_else(|| module.to_owned());
        Some(described(&name, Some(&class)))
    }

    /// The app of a package, which its module `apps` may describe.
    fn app(&self, read: &mut Interpreter, package: &str) -> App {
        let module = format!("{package}.apps");
        let described_by = match read.sources.has(&module) {
            true => read.module(&module),
            false => None,
        };
        let mut classes: Vec<Rc<Class>> = Vec::new();
        for (_, value) in described_by.map(|module| module.names.all()).unwrap_or_default() {
            if let Val::Class(class) = value
                && *class.module == *module
                && class.outside().any(|name| name.ends_with(".AppConfig"))
            {
                classes.push(class);
            }
        }
        let is_default = |class: &&Rc<Class>, wanted: bool| {
            class.attrs.get("default").and_then(|value| value.as_bool()) == Some(wanted)
        };
        let chosen = match classes.iter().find(|class| is_default(class, true)) {
            Some(class) => Some(Rc::clone(class)),
            None => {
                let mut left = classes.iter().filter(|class| !is_default(class, false));
                left.next().filter(|_| left.next().is_none()).cloned()
            }
        };
        described(package, chosen.as_ref())
    }

    fn given(&self, read: &mut Interpreter) -> Settings {
        if let Some(settings) = &self.settings {
            return settings.clone();
        }
        let use_tz = read.setting("USE_TZ").and_then(|value| value.as_bool()).unwrap_or(true);
        let zone = read.setting("TIME_ZONE").and_then(|value| value.as_text());
        let site_id = read.setting("SITE_ID").and_then(|value| value.as_int()).and_then(|id| i64::try_from(id).ok());
        Settings { use_tz, time_zone: zone.filter(|_| use_tz), site_id }
    }
}

impl<P: Into<PathBuf>> From<P> for Project {
    fn from(path: P) -> Self {
        Project::new(path)
    }
}

fn text(class: &Rc<Class>, name: &str) -> Option<String> {
    class.find(name).and_then(|(value, _)| value.as_text())
}

fn described(package: &str, class: Option<&Rc<Class>>) -> App {
    let label = class.and_then(|class| text(class, "label"));
    let label = label.unwrap_or_else(|| package.rsplit('.').next().unwrap_or(package).to_owned());
    App {
        module: package.into(),
        label: label.as_str().into(),
        auto_field: class.and_then(|class| text(class, "default_auto_field")),
    }
}

fn contrib(package: &str) -> App {
    App { auto_field: Some("django.db.models.AutoField".to_owned()), ..described(package, None) }
}

/// The folders of packages in a virtual environment.
fn site_packages(environment: &Path) -> Vec<PathBuf> {
    let versions = std::fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("site-packages")).collect();
    folders.push(environment.join("Lib").join("site-packages"));
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders
}

/// How long names may be in the default database: what is longer is cut, as Django does.
fn longest_name(read: &mut Interpreter) -> Option<usize> {
    super::dialect::longest_name(&read.engine()?)
}
