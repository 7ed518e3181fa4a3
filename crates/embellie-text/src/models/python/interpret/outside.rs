//! What is not read, and known by its name: Django's own, and what little of Python's library declarations use.

use std::rc::Rc;

use super::{Interpreter, linearize};
use crate::arguments::Arguments;
use crate::models::python::value::{Given, Link, Names, Place, Val};
use crate::models::python::{dialect, django};
use crate::{Py, evaluate, names};

/// Modules of Python's library, which are there for everybody.
pub(super) const LIBRARY: &[&str] = &[
    "abc",
    "argparse",
    "ast",
    "asyncio",
    "base64",
    "binascii",
    "bisect",
    "builtins",
    "calendar",
    "cgi",
    "codecs",
    "collections",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "enum",
    "errno",
    "fractions",
    "functools",
    "gc",
    "getpass",
    "glob",
    "gzip",
    "hashlib",
    "hmac",
    "html",
    "http",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "locale",
    "logging",
    "math",
    "mimetypes",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pkgutil",
    "platform",
    "pprint",
    "queue",
    "random",
    "re",
    "secrets",
    "shutil",
    "signal",
    "socket",
    "ssl",
    "stat",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zlib",
    "zoneinfo",
];

impl Interpreter {
    pub(super) fn outside_attribute(&mut self, dotted: &str, name: &str) -> Val {
        if dotted == "django.conf.settings" {
            return self.setting(name).unwrap_or(Val::Unknown);
        }
        let whole = format!("{dotted}.{name}");
        match whole.as_str() {
            "django.VERSION" => {
                let parts = [5, 2, 0].map(Val::int).into_iter();
                return Val::tuple(parts.chain([Val::text("final"), Val::int(0)]).collect());
            }
            "sys.version_info" => return Val::tuple([3, 12, 0].map(Val::int).to_vec()),
            "django.db.connection.vendor" => {
                let vendor = self.engine().and_then(|engine| dialect::vendor(&engine));
                return vendor.map_or(Val::Unknown, Val::text);
            }
            "typing.TYPE_CHECKING" => return Val::bool(false),
            "datetime.UTC" | "datetime.timezone.utc" | "django.utils.timezone.utc" => {
                return Val::Py(Py::Zone("UTC".into()));
            }
            "sys.maxsize" => return Val::Py(Py::Int(i64::MAX.into())),
            _ => {}
        }
        // The contrib apps' models are written here.
        if self.sources.has(&whole) {
            return Val::Module(whole.as_str().into());
        }
        if self.sources.has(dotted) {
            let value = self.imported(dotted, name);
            return self.follow(value);
        }
        Val::Outside(whole.as_str().into())
    }

    pub(super) fn call_outside(&mut self, dotted: &str, given: Given, place: &Place) -> Val {
        if let Some(builtin) = dotted.strip_prefix("builtins.") {
            return self.builtin(builtin, given, place);
        }
        let last = dotted.rsplit('.').next().unwrap_or(dotted);
        if last == "from_queryset"
            && let (Some(base), Some(Val::Class(rows))) = (dotted.strip_suffix(".from_queryset"), given.args.first())
        {
            return self.manager_of(self.outside(base), Rc::clone(rows), place);
        }
        match dotted {
            "django.contrib.auth.get_user_model" => {
                let label = self.setting("AUTH_USER_MODEL").unwrap_or(Val::Unknown);
                return self.model_named(label);
            }
            "functools.partial" => {
                let mut args = given.args.into_iter();
                let Some(function) = args.next() else { return Val::Unknown };
                return Val::Partial(Rc::new((function, Given { args: args.collect(), ..given })));
            }
            // The environment of whoever reads the models says nothing of the project.
            "os.environ.get" | "os.getenv" => {
                return given.argument(1, "default").cloned().unwrap_or_else(Val::none);
            }
            "decouple.config" => return given.keyword("default").cloned().unwrap_or(Val::Unknown),
            "django.apps.apps.get_registered_model" => {
                return match (given.args.first().and_then(Val::as_text), given.args.get(1).and_then(Val::as_text)) {
                    (Some(app), Some(model)) if self.is_registered(&app, &model) => {
                        self.model_named(Val::text(&format!("{app}.{model}")))
                    }
                    (Some(_), Some(_)) => {
                        self.raised = Some("LookupError".into());
                        Val::Unknown
                    }
                    _ => Val::Unknown,
                };
            }
            "django.apps.apps.is_installed" => {
                return match (given.args.first().and_then(Val::as_text), &self.installed) {
                    (Some(app), Some(installed)) => {
                        let is_it = |entry: &String| *entry == app || entry.starts_with(&format!("{app}.apps."));
                        Val::bool(installed.iter().any(is_it))
                    }
                    _ => Val::Unknown,
                };
            }
            "collections.OrderedDict" => return self.builtin("dict", given, place),
            "collections.namedtuple" => return Val::Unknown,
            "django.apps.apps.get_model" => {
                return match given.args.as_slice() {
                    [app, model] => match (app.as_text(), model.as_text()) {
                        (Some(app), Some(model)) => self.model_named(Val::text(&format!("{app}.{model}"))),
                        _ => Val::Unknown,
                    },
                    [label] => self.model_named(label.clone()),
                    _ => Val::Unknown,
                };
            }
            "operator.attrgetter" | "operator.itemgetter" => return Val::Unknown,
            _ => {}
        }
        match last {
            "gettext" | "gettext_lazy" | "gettext_noop" | "ugettext" | "ugettext_lazy" | "ugettext_noop"
            | "ngettext_lazy" | "mark_safe" | "SafeString" => {
                return given.args.into_iter().next().unwrap_or(Val::Unknown);
            }
            "pgettext" | "pgettext_lazy" | "npgettext_lazy" => {
                return given.args.into_iter().nth(1).unwrap_or(Val::Unknown);
            }
            "format_lazy" => {
                let mut args = given.args.clone().into_iter();
                let Some(pattern) = args.next() else { return Val::Unknown };
                let rest = Given { args: args.collect(), ..given };
                return super::methods::format(&pattern, &rest);
            }
            "with_metaclass" => return given.args.into_iter().nth(1).unwrap_or(Val::Unknown),
            _ => {}
        }
        if let Some(value) = library(dotted, &given) {
            return value;
        }
        if let Some(value) = self.query_value(dotted, last, &given) {
            return value;
        }
        self.outside_object(dotted, given, place)
    }

    /// The class of a label, as far as it was read already, or the label.
    fn model_named(&mut self, label: Val) -> Val {
        let Some(text) = label.as_text() else { return label };
        let Some((app, name)) = text.split_once('.') else { return label };
        let app_module = self.apps.iter().find(|(_, known)| **known == *app).map(|(module, _)| module.clone());
        if let Some(module) = app_module {
            self.module(&format!("{module}.models"));
        }
        let found = self.models.iter().find(|class| {
            !class.is_abstract.get() && class.name.eq_ignore_ascii_case(name) && *self.app_of(class) == *app
        });
        found.map_or(label, |class| Val::Class(Rc::clone(class)))
    }

    /// What Django's query language makes of a call: an expression, a condition, a date.
    fn query_value(&mut self, dotted: &str, last: &str, given: &Given) -> Option<Val> {
        let is_django = django::name(dotted).is_some() && !django::is_field(dotted);
        if !is_django || given.more {
            return None;
        }
        let Some(Py::Name(name)) = names::lookup(last) else { return None };
        let args = given.args.iter().map(|value| self.query_argument(value)).collect::<Option<Vec<Py>>>()?;
        let keywords = given.keywords.iter().map(|(name, value)| Some((name.to_string(), self.query_argument(value)?)));
        let arguments = Arguments { positional: args, keywords: keywords.collect::<Option<_>>()? };
        names::call(name, arguments, &crate::models::Settings::default()).ok().map(Val::Py)
    }

    /// The value of Django's query language that this is; what stands for an expression without a call of it is called.
    pub(in crate::models::python) fn query_value_of(&mut self, value: &Val) -> Option<Py> {
        self.query_argument(value)
    }

    /// An argument of an expression, where fields stand for what they hold.
    pub(in crate::models::python) fn query_argument(&mut self, value: &Val) -> Option<Py> {
        if let Val::Object(object) = value {
            let class = object.outside().into_iter().find_map(|name| django::field_class(&name))?;
            let Some(Py::Name(class)) = names::lookup(class) else { return None };
            let given = object.given.borrow();
            let base = given.argument(0, "base_field").filter(|_| class == "ArrayField");
            let base = base.and_then(|base| self.query_argument(&base.clone()));
            let wanted = ["max_length", "max_digits", "decimal_places"];
            let keywords = given.keywords.iter().filter(|(name, _)| wanted.contains(&&**name));
            let keywords = keywords.filter_map(|(name, value)| Some((name.to_string(), value.to_py()?))).collect();
            let arguments = Arguments { positional: base.into_iter().collect(), keywords };
            return names::call(class, arguments, &crate::models::Settings::default()).ok();
        }
        match value {
            Val::List(values) => {
                let values = values.borrow().clone();
                values.iter().map(|value| self.query_argument(value)).collect::<Option<_>>().map(Py::List)
            }
            Val::Tuple(values) => {
                values.iter().map(|value| self.query_argument(value)).collect::<Option<_>>().map(Py::Tuple)
            }
            other => other.to_py(),
        }
    }

    /// A method of a value that has no methods of its own that are read.
    pub(super) fn call_method(&mut self, of: &Val, name: &str, given: Given, place: &Place) -> Val {
        match (of, name) {
            // The constructor of a class that is not read.
            (Val::Super(at), "__init__") => {
                if let Val::Object(object) = &at.0 {
                    *object.given.borrow_mut() = given;
                }
                Val::none()
            }
            (Val::Super(_), _) => Val::Unknown,
            (Val::Class(class), "as_manager") => {
                let manager = self.manager_of(Val::Outside("django.db.models.Manager".into()), Rc::clone(class), place);
                self.call(manager, Given::default(), place)
            }
            (Val::Class(_), "from_queryset") => match given.args.first() {
                Some(Val::Class(rows)) => self.manager_of(of.clone(), Rc::clone(rows), place),
                _ => of.clone(),
            },
            (Val::Class(class), "add_to_class") => {
                if let (Some(name), Some(value)) = (given.args.first().and_then(Val::as_text), given.args.get(1)) {
                    class.attrs.set(&name, value.clone());
                }
                Val::none()
            }
            (Val::Object(object), "contribute_to_class") => {
                if let (Some(Val::Class(class)), Some(name)) =
                    (given.args.first(), given.args.get(1).and_then(Val::as_text))
                {
                    class.attrs.set(&name, Val::Object(Rc::clone(object)));
                }
                Val::none()
            }
            (Val::Py(value), _) if matches!(value, Py::Expr(_) | Py::Q(_)) => {
                let args = given.args.iter().map(Val::to_py).collect::<Option<Vec<Py>>>();
                let keywords = given.keywords.iter().map(|(name, value)| Some((name.to_string(), value.to_py()?)));
                let (Some(positional), Some(keywords)) = (args, keywords.collect::<Option<_>>()) else {
                    return Val::Unknown;
                };
                let arguments = Arguments { positional, keywords };
                let expr = match value.clone() {
                    Py::Expr(expr) => Some(expr),
                    Py::Q(q) => q.into_core().ok().map(Into::into),
                    _ => None,
                };
                let given = expr.and_then(|expr| evaluate::of_expression(expr, name, arguments).ok());
                given.map_or(Val::Unknown, Val::Py)
            }
            _ => self.container_method(of, name, given),
        }
    }

    /// A manager's class that has the methods of a query set's: `Manager.from_queryset`.
    pub(super) fn manager_of(
        &mut self,
        base: Val,
        rows: Rc<crate::models::python::value::Class>,
        place: &Place,
    ) -> Val {
        let (base, name) = match &base {
            Val::Class(class) => (Link::Read(Rc::clone(class)), class.name.to_string()),
            Val::Outside(name) => (Link::Outside(name.clone()), name.rsplit('.').next().unwrap_or_default().to_owned()),
            _ => (Link::Outside("django.db.models.Manager".into()), "Manager".to_owned()),
        };
        let name = format!("{name}From{}", rows.name);
        let class = crate::models::python::value::Class {
            name: name.as_str().into(),
            module: rows.module.clone(),
            place: place.clone(),
            above: linearize(std::slice::from_ref(&base)),
            bases: vec![base],
            attrs: Rc::new(Names::default()),
            is_abstract: false.into(),
            rows: Some(rows),
        };
        Val::Class(Rc::new(class))
    }
}

/// What a call of a class of Python's library gives, where queries know such values.
fn library(dotted: &str, given: &Given) -> Option<Val> {
    let name = match dotted {
        "decimal.Decimal" => "Decimal",
        "datetime.date" => "datetime.date",
        "datetime.datetime" => "datetime.datetime",
        "datetime.time" => "datetime.time",
        "datetime.timedelta" => "datetime.timedelta",
        "datetime.timezone" => "datetime.timezone",
        "uuid.UUID" => "uuid.UUID",
        "zoneinfo.ZoneInfo" => "zoneinfo.ZoneInfo",
        _ => return None,
    };
    let positional = given.args.iter().map(Val::to_py).collect::<Option<Vec<Py>>>();
    let keywords = given.keywords.iter().map(|(name, value)| Some((name.to_string(), value.to_py()?)));
    let (Some(positional), Some(keywords)) = (positional, keywords.collect::<Option<_>>()) else {
        return Some(Val::Unknown);
    };
    let arguments = Arguments { positional, keywords };
    Some(names::call(name, arguments, &crate::models::Settings::default()).map_or(Val::Unknown, Val::Py))
}
