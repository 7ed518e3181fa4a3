//! What the names of modules stand for: a reading of Python that runs nothing but what has no effect.
//!
//! Constants, containers, classes and plain functions are followed; what goes beyond is unknown, and so is what is made
//! of it. Nothing reaches files but the project's modules, and each step is counted.

mod builtins;
mod call;
mod class;
mod expression;
mod methods;
mod operator;
mod outside;
mod statement;

use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use super::report::{Finding, Report};
use super::sources::Sources;
use super::value::{Class, Given, Link, Module, Names, Text, Val};
use crate::parse;

/// How many steps a project may take.
const MOST_STEPS: usize = 20_000_000;

/// How deep expressions and calls may be nested.
const DEEPEST: usize = 400;

pub(super) struct Interpreter {
    pub(super) sources: Sources,
    pub(super) report: Report,
    pub(super) modules: HashMap<Text, Option<Rc<Module>>>,
    /// The classes that extend Django's model, in the order in which they came.
    pub(super) models: Vec<Rc<Class>>,
    /// The module of settings.
    pub(super) settings: Option<Rc<Module>>,
    /// The packages whose modules of models are followed wherever they lead within the package, and their labels.
    pub(super) apps: Vec<(Text, Text)>,
    counter: i64,
    steps: usize,
    depth: usize,
    /// How many `try` statements around what is read now may handle an import that leads nowhere.
    trying: usize,
    /// The class of an exception that a call has raised.
    pub(super) raised: Option<Text>,
    /// Classes that may be models, but extend what is not known.
    pub(super) doubtful: Vec<Rc<Class>>,
    /// The entries of `INSTALLED_APPS`, once they are known.
    pub(super) installed: Option<Vec<String>>,
}

/// Where a statement stands: its module, and the names that it sees.
pub(super) struct Frame {
    pub(super) module: Rc<Module>,
    /// The names of functions around it, the innermost last.
    pub(super) around: Vec<Rc<Names>>,
    /// The names of the function or class body that it is in.
    pub(super) own: Option<Rc<Names>>,
    /// Whether it is a class body, whose names functions in it do not see.
    pub(super) in_class: bool,
    /// What a method is called on, and the class that has the method.
    pub(super) this: Option<(Val, Rc<Class>)>,
}

impl Frame {
    pub(super) fn of_module(module: &Rc<Module>) -> Frame {
        Frame { module: Rc::clone(module), around: Vec::new(), own: None, in_class: false, this: None }
    }

    /// The names that what is set here goes to.
    pub(super) fn names(&self) -> &Rc<Names> {
        self.own.as_ref().unwrap_or(&self.module.names)
    }
}

impl Interpreter {
    pub(super) fn new(sources: Sources) -> Interpreter {
        Interpreter {
            sources,
            report: Report::default(),
            modules: HashMap::new(),
            models: Vec::new(),
            settings: None,
            apps: Vec::new(),
            counter: 0,
            steps: 0,
            depth: 0,
            trying: 0,
            raised: None,
            doubtful: Vec::new(),
            installed: None,
        }
    }

    pub(super) fn next(&mut self) -> i64 {
        self.counter += 1;
        self.counter
    }

    /// Counts a step; false when there were too many.
    pub(super) fn step(&mut self) -> bool {
        self.steps += 1;
        self.steps < MOST_STEPS && self.depth < DEEPEST
    }

    /// Whether the project was larger than what is read.
    pub(super) fn is_exhausted(&self) -> bool {
        self.steps >= MOST_STEPS
    }

    /// The module of a dotted name, read when it was not before; `None` when there is none that can be read.
    pub(super) fn module(&mut self, dotted: &str) -> Option<Rc<Module>> {
        if let Some(known) = self.modules.get(dotted) {
            return known.clone();
        }
        // A package is read before what is in it, as Python does, unless that is as good as unknown.
        if let Some((package, _)) = dotted.rsplit_once('.')
            && !self.modules.contains_key(package)
            && self.is_app_package(dotted)
        {
            self.module(package);
            if let Some(known) = self.modules.get(dotted) {
                return known.clone();
            }
        }
        let name: Text = dotted.into();
        let source = match self.sources.read(dotted) {
            None => {
                self.modules.insert(name, None);
                return None;
            }
            Some(Err((file, error))) => {
                self.report.add(Finding {
                    file,
                    line: 0,
                    object: dotted.to_owned(),
                    message: format!("the module cannot be read: {error}"),
                });
                self.modules.insert(name, None);
                return None;
            }
            Some(Ok(source)) => source,
        };
        let lines = std::iter::once(0).chain(source.text.match_indices('\n').map(|(at, _)| at as u32 + 1));
        let module = Rc::new(Module {
            name: name.clone(),
            file: Rc::new(source.file),
            package: source.package,
            names: Rc::default(),
            lines: lines.collect(),
            done: false.into(),
        });
        module.names.set("__name__", Val::text(dotted));
        self.modules.insert(name, Some(Rc::clone(&module)));
        match parse::module(&source.text) {
            Ok(statements) => {
                let (trying, depth) = (std::mem::take(&mut self.trying), std::mem::take(&mut self.depth));
                let mut frame = Frame::of_module(&module);
                self.block(&statements, &mut frame);
                (self.trying, self.depth) = (trying, depth);
            }
            Err(error) => self.report.add(Finding {
                file: PathBuf::clone(&module.file),
                line: 0,
                object: dotted.to_owned(),
                message: format!("the module cannot be parsed, and nothing of it is known: {error}"),
            }),
        }
        module.done.set(true);
        Some(module)
    }

    fn is_app_package(&self, dotted: &str) -> bool {
        self.apps.iter().any(|(app, _)| dotted.strip_prefix(&**app).is_some_and(|rest| rest.starts_with(".models")))
    }

    /// What an import leads to.
    pub(super) fn follow(&mut self, value: Val) -> Val {
        let mut value = value;
        for _ in 0..32 {
            let Val::Later(later) = &value else { return value };
            let (module, name) = &**later;
            let found = self.imported(&module.clone(), &name.clone());
            // What a module that is being read does not have yet may come.
            if let (Val::Later(now), Val::Later(before)) = (&found, &value)
                && now == before
            {
                return found;
            }
            value = found;
        }
        Val::Unknown
    }

    /// The label of the app that a class of models belongs to; empty when it is none's.
    pub(super) fn app_of(&self, class: &Rc<Class>) -> Text {
        if let Some(label) = self.said_label(class) {
            return label;
        }
        let within = |(app, _): &&(Text, Text)| {
            class.module.strip_prefix(&**app).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let nearest = self.apps.iter().filter(within).max_by_key(|(app, _)| app.len());
        nearest.map_or_else(|| "".into(), |(_, label)| label.clone())
    }

    /// The label of an app that a class says itself, or an abstract model above it.
    fn said_label(&self, class: &Rc<Class>) -> Option<Text> {
        let metas = class.read_above().enumerate().filter(|(place, above)| *place == 0 || above.is_abstract.get());
        let meta = metas.into_iter().find_map(|(_, above)| match above.attrs.get("Meta") {
            Some(Val::Class(meta)) => Some(meta),
            _ => None,
        });
        let (label, _) = meta?.find("app_label")?;
        Some(label.as_text()?.as_str().into())
    }

    /// Whether a model that is no abstract one was read.
    pub(super) fn is_registered(&self, app: &str, name: &str) -> bool {
        self.models.iter().any(|class| {
            !class.is_abstract.get() && class.name.eq_ignore_ascii_case(name) && *self.app_of(class) == *app
        })
    }

    /// A name of a module: what the module has, or the module below it.
    pub(super) fn imported(&mut self, dotted: &str, name: &str) -> Val {
        let Some(module) = self.module(dotted) else {
            return self.outside(&format!("{dotted}.{name}"));
        };
        if let Some(value) = module.names.get(name) {
            return value;
        }
        let below = format!("{dotted}.{name}");
        if self.sources.has(&below) && module.package {
            return Val::Module(below.into());
        }
        if let Some(Val::Function(made)) = module.names.get("__getattr__") {
            let given = Given { args: vec![Val::text(name)], ..Given::default() };
            return self.run(&made, None, given).unwrap_or(Val::Unknown);
        }
        if !module.done.get() {
            return Val::Later(Rc::new((dotted.into(), name.into())));
        }
        // What a module does not have where all of it is known may be made by code that is not followed.
        match known_missing(dotted) {
            true => self.outside(&below),
            false => Val::Unknown,
        }
    }

    /// What is not read, by its dotted name.
    pub(super) fn outside(&self, dotted: &str) -> Val {
        Val::Outside(dotted.into())
    }

    pub(super) fn add(&mut self, place: &super::value::Place, object: impl Into<String>, message: impl Into<String>) {
        self.report.add(Finding {
            file: PathBuf::clone(&place.file),
            line: place.line,
            object: object.into(),
            message: message.into(),
        });
    }

    /// The value of a setting, or of Django's default for it.
    pub(super) fn setting(&mut self, name: &str) -> Option<Val> {
        if let Some(settings) = self.settings.clone()
            && let Some(value) = settings.names.get(name)
        {
            return Some(self.follow(value));
        }
        Some(match name {
            "AUTH_USER_MODEL" => Val::text("auth.User"),
            "DEFAULT_AUTO_FIELD" => Val::text("django.db.models.AutoField"),
            "LANGUAGE_CODE" => Val::text("en-us"),
            "USE_TZ" | "USE_I18N" => Val::bool(true),
            "DEBUG" => Val::bool(false),
            "DEFAULT_TABLESPACE" | "DEFAULT_INDEX_TABLESPACE" | "MEDIA_ROOT" | "MEDIA_URL" | "STATIC_ROOT" => {
                Val::text("")
            }
            "LANGUAGES" => Val::list(vec![Val::tuple(vec![Val::text("en"), Val::text("English")])]),
            "SITE_ID" => return None,
            _ => return None,
        })
    }

    /// The backend of the default database.
    pub(super) fn engine(&mut self) -> Option<String> {
        let of = |value: &Val, name: &str| match value {
            Val::Dict(items) => {
                let items = items.borrow();
                items.iter().find(|(key, _)| key.as_text().as_deref() == Some(name)).map(|(_, value)| value.clone())
            }
            _ => None,
        };
        of(&of(&self.setting("DATABASES")?, "default")?, "ENGINE")?.as_text()
    }

    /// Whether a setting is known to be missing: `hasattr(settings, name)`.
    pub(super) fn lacks_setting(&self, name: &str) -> bool {
        let own = self.settings.as_ref().is_some_and(|settings| settings.names.has(name));
        !own && !DJANGO_SETTINGS.iter().any(|prefix| name.starts_with(prefix))
    }
}

/// How the names of settings begin that Django has a default for.
const DJANGO_SETTINGS: &[&str] = &[
    "ABSOLUTE_URL",
    "ADMINS",
    "ALLOWED_HOSTS",
    "APPEND_SLASH",
    "AUTH",
    "BASE_DIR",
    "CACHE",
    "CSRF",
    "DATABASE",
    "DATA_UPLOAD",
    "DATE",
    "DEBUG",
    "DECIMAL",
    "DEFAULT",
    "EMAIL",
    "FILE",
    "FIRST_DAY",
    "FORCE_SCRIPT",
    "FORMAT",
    "FORM_RENDERER",
    "INSTALLED_APPS",
    "INTERNAL_IPS",
    "LANGUAGE",
    "LOCALE",
    "LOGGING",
    "LOGIN",
    "LOGOUT",
    "MANAGERS",
    "MEDIA",
    "MESSAGE",
    "MIDDLEWARE",
    "MIGRATION_MODULES",
    "MONTH",
    "NUMBER",
    "PASSWORD",
    "ROOT_URLCONF",
    "SECRET",
    "SECURE",
    "SERVER_EMAIL",
    "SESSION",
    "SHORT",
    "SITE_ID",
    "STATIC",
    "STORAGES",
    "TEMPLATES",
    "TEST",
    "THOUSAND",
    "TIME",
    "USE",
    "WSGI",
    "X_FRAME",
    "YEAR",
];

/// Whether what the text of a module written here lacks is another part of Django.
fn known_missing(dotted: &str) -> bool {
    super::known::module(dotted).is_some()
}

/// The order in which attributes are looked up: C3, and one after the other where that does not exist.
pub(super) fn linearize(bases: &[Link]) -> Vec<Link> {
    let mut lists: Vec<Vec<Link>> = bases
        .iter()
        .map(|base| match base {
            Link::Read(class) => std::iter::once(base.clone()).chain(class.above.iter().cloned()).collect(),
            Link::Outside(_) => vec![base.clone()],
        })
        .collect();
    lists.push(bases.to_vec());
    let mut order: Vec<Link> = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        let Some(first) = lists.first().and_then(|list| list.first()).cloned() else { return order };
        let heads = lists.iter().filter_map(|list| list.first());
        let in_tail = |link: &Link| lists.iter().any(|list| list.iter().skip(1).any(|other| other.is(link)));
        let next = heads.into_iter().find(|head| !in_tail(head)).cloned().unwrap_or(first);
        for list in &mut lists {
            list.retain(|link| !link.is(&next));
        }
        order.push(next);
    }
}
