//! What a name of a module can stand for, as far as it can be told without running it.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

use ruff_python_ast as ast;

use crate::Py;

pub(super) type Text = Rc<str>;

/// A value, as far as it is known.
#[derive(Clone)]
pub(super) enum Val {
    /// Nothing is known of it.
    Unknown,
    /// A plain value, or an expression or condition of Django's.
    Py(Py),
    List(Rc<RefCell<Vec<Val>>>),
    Tuple(Rc<[Val]>),
    Set(Rc<[Val]>),
    Dict(Rc<RefCell<Vec<(Val, Val)>>>),
    /// A module that can be read, by its dotted name.
    Module(Text),
    /// What is not read, by its dotted name: Django's own, Python's library, packages that are not there.
    Outside(Text),
    /// What an import gives, which nobody has looked at yet: a module, and a name in it.
    Later(Rc<(Text, Text)>),
    Class(Rc<Class>),
    Function(Rc<Function>),
    /// A function with what it is called on, and the class that it was found in.
    Bound(Rc<(Val, Rc<Function>, Option<Rc<Class>>)>),
    Object(Rc<Object>),
    /// A member of an enumeration.
    Member(Rc<EnumMember>),
    /// An attribute of a value that has no further meaning but to be called.
    Attribute(Rc<(Val, Text)>),
    /// `super()`: what it is called on, and the class whose method asks.
    Super(Rc<(Val, Rc<Class>)>),
    /// `functools.partial`.
    Partial(Rc<(Val, Given)>),
}

/// The arguments of a call.
#[derive(Clone, Default)]
pub(super) struct Given {
    pub(super) args: Vec<Val>,
    pub(super) keywords: Vec<(Text, Val)>,
    /// Whether more were given that are not known: `*args` of something unknown.
    pub(super) more: bool,
}

impl Given {
    pub(super) fn keyword(&self, name: &str) -> Option<&Val> {
        self.keywords.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// The argument of a name, or that at a place.
    pub(super) fn argument(&self, place: usize, name: &str) -> Option<&Val> {
        self.keyword(name).or_else(|| self.args.get(place))
    }
}

/// Names and their values, in the order in which they came.
#[derive(Default)]
pub(super) struct Names(RefCell<Vec<(Text, Val)>>);

impl Names {
    pub(super) fn get(&self, name: &str) -> Option<Val> {
        self.0.borrow().iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.borrow().iter().any(|(known, _)| **known == *name)
    }

    pub(super) fn set(&self, name: &str, value: Val) {
        let mut names = self.0.borrow_mut();
        match names.iter_mut().find(|(known, _)| **known == *name) {
            Some(slot) => slot.1 = value,
            None => names.push((name.into(), value)),
        }
    }

    pub(super) fn remove(&self, name: &str) {
        self.0.borrow_mut().retain(|(known, _)| **known != *name);
    }

    pub(super) fn all(&self) -> Vec<(Text, Val)> {
        self.0.borrow().clone()
    }
}

/// Where something stands.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) file: Rc<PathBuf>,
    pub(super) line: usize,
}

/// A module that is read.
pub(super) struct Module {
    pub(super) name: Text,
    pub(super) file: Rc<PathBuf>,
    /// Whether it is a package: a folder's `__init__.py`.
    pub(super) package: bool,
    pub(super) names: Rc<Names>,
    /// Where its lines begin.
    pub(super) lines: Vec<u32>,
    /// Whether all of it was read.
    pub(super) done: Cell<bool>,
}

impl Module {
    pub(super) fn place(&self, offset: u32) -> Place {
        Place { file: Rc::clone(&self.file), line: self.lines.partition_point(|start| *start <= offset) }
    }
}

/// A class that is read.
pub(super) struct Class {
    pub(super) name: Text,
    pub(super) module: Text,
    pub(super) place: Place,
    /// The class itself is not among them.
    pub(super) above: Vec<Link>,
    /// The bases as they are written.
    pub(super) bases: Vec<Link>,
    pub(super) attrs: Rc<Names>,
    /// Whether it is an abstract model.
    pub(super) is_abstract: Cell<bool>,
    /// For a manager's class that is made of a query set's: that class.
    pub(super) rows: Option<Rc<Class>>,
}

/// A class in the order in which attributes are looked up.
#[derive(Clone)]
pub(super) enum Link {
    Read(Rc<Class>),
    Outside(Text),
}

impl Link {
    pub(super) fn is(&self, other: &Link) -> bool {
        match (self, other) {
            (Link::Read(a), Link::Read(b)) => Rc::ptr_eq(a, b),
            (Link::Outside(a), Link::Outside(b)) => a == b,
            _ => false,
        }
    }
}

impl Class {
    /// The class and those above it that are read.
    pub(super) fn read_above(self: &Rc<Class>) -> impl Iterator<Item = Rc<Class>> + '_ {
        let above = self.above.iter().filter_map(|link| match link {
            Link::Read(class) => Some(Rc::clone(class)),
            Link::Outside(_) => None,
        });
        std::iter::once(Rc::clone(self)).chain(above)
    }

    /// The names of the classes above it that are not read.
    pub(super) fn outside(&self) -> impl Iterator<Item = &Text> {
        self.above.iter().filter_map(|link| match link {
            Link::Read(_) => None,
            Link::Outside(name) => Some(name),
        })
    }

    /// An attribute of the class or one above it that is read, and where it was found.
    pub(super) fn find(self: &Rc<Class>, name: &str) -> Option<(Val, Rc<Class>)> {
        self.read_above().find_map(|class| Some((class.attrs.get(name)?, class)))
    }

    pub(super) fn is_a(self: &Rc<Class>, other: &Rc<Class>) -> bool {
        self.read_above().any(|class| Rc::ptr_eq(&class, other))
    }
}

/// A function that is read.
pub(super) struct Function {
    pub(super) name: Text,
    pub(super) module: Rc<Module>,
    pub(super) body: Body,
    pub(super) parameters: Option<Box<ast::Parameters>>,
    /// The values of parameters that have some, by name.
    pub(super) defaults: Vec<(Text, Val)>,
    /// The names around it, the innermost last.
    pub(super) around: Vec<Rc<Names>>,
    pub(super) kind: FunctionKind,
}

/// What a function does.
pub(super) enum Body {
    Def(Rc<ast::StmtFunctionDef>),
    Lambda(Box<ast::Expr>),
}

/// How a function is called.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum FunctionKind {
    Plain,
    Static,
    Class,
    Property,
    /// A decorator made something else of it.
    Decorated,
}

/// An object: what a call of a class gives.
pub(super) struct Object {
    /// A class that is read, or the name of one that is not.
    pub(super) class: Val,
    /// The arguments that came to the constructor of the class that is not read.
    pub(super) given: RefCell<Given>,
    pub(super) attrs: Names,
    /// The place among all objects in the order in which they were made.
    pub(super) counter: i64,
    pub(super) place: Place,
}

impl Object {
    /// The names of the classes that are not read which it is an instance of, the nearest first.
    pub(super) fn outside(&self) -> Vec<Text> {
        match &self.class {
            Val::Class(class) => class.outside().cloned().collect(),
            Val::Outside(name) => vec![name.clone()],
            _ => Vec::new(),
        }
    }
}

/// A member of an enumeration.
pub(super) struct EnumMember {
    pub(super) name: Text,
    pub(super) value: Val,
    pub(super) label: Text,
}

impl Val {
    pub(super) fn text(value: &str) -> Val {
        Val::Py(Py::Str(value.to_owned()))
    }

    pub(super) fn bool(value: bool) -> Val {
        Val::Py(Py::Bool(value))
    }

    pub(super) fn none() -> Val {
        Val::Py(Py::None)
    }

    pub(super) fn int(value: usize) -> Val {
        Val::Py(Py::Int(value as i128))
    }

    pub(super) fn list(values: Vec<Val>) -> Val {
        Val::List(Rc::new(RefCell::new(values)))
    }

    pub(super) fn tuple(values: Vec<Val>) -> Val {
        Val::Tuple(values.into())
    }

    pub(super) fn dict(items: Vec<(Val, Val)>) -> Val {
        Val::Dict(Rc::new(RefCell::new(items)))
    }

    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Val::Py(Py::Str(text)) => Some(text.clone()),
            Val::Member(member) => member.value.as_text(),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        self.truth()
    }

    pub(super) fn as_int(&self) -> Option<i128> {
        match self {
            Val::Py(Py::Int(value)) => Some(*value),
            Val::Py(Py::Bool(value)) => Some((*value).into()),
            Val::Member(member) => member.value.as_int(),
            _ => None,
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Val::Py(Py::None))
    }

    /// Whether Python would take the value for true, where that is known.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match self {
            Val::Unknown | Val::Outside(_) | Val::Later(_) | Val::Attribute(_) | Val::Super(_) => return None,
            Val::Py(value) => value.is_true(),
            Val::List(values) => !values.borrow().is_empty(),
            Val::Tuple(values) | Val::Set(values) => !values.is_empty(),
            Val::Dict(items) => !items.borrow().is_empty(),
            Val::Member(member) => return member.value.truth(),
            Val::Object(object) if matches!(object.class, Val::Outside(_)) => return None,
            _ => true,
        })
    }

    /// The elements of what can be iterated over.
    pub(super) fn elements(&self) -> Option<Vec<Val>> {
        Some(match self {
            Val::List(values) => values.borrow().clone(),
            Val::Tuple(values) | Val::Set(values) => values.to_vec(),
            Val::Dict(items) => items.borrow().iter().map(|(key, _)| key.clone()).collect(),
            Val::Py(Py::Str(text)) => text.chars().map(|c| Val::text(&c.to_string())).collect(),
            Val::Py(Py::List(values) | Py::Tuple(values) | Py::Set(values)) => {
                values.iter().cloned().map(Val::Py).collect()
            }
            Val::Class(class) => {
                let members = class.attrs.all().into_iter().map(|(_, value)| value);
                let members: Vec<Val> = members.filter(|value| matches!(value, Val::Member(_))).collect();
                if members.is_empty() {
                    return None;
                }
                members
            }
            _ => return None,
        })
    }

    /// The value of a query that this is, for what all of is known.
    pub(super) fn to_py(&self) -> Option<Py> {
        let all = |values: &[Val]| values.iter().map(Val::to_py).collect::<Option<Vec<Py>>>();
        Some(match self {
            Val::Py(value) => value.clone(),
            Val::List(values) => Py::List(all(&values.borrow())?),
            Val::Tuple(values) => Py::Tuple(all(values)?),
            Val::Set(values) => Py::Set(all(values)?),
            Val::Dict(items) => {
                let items = items.borrow();
                let pairs = items.iter().map(|(key, value)| Some((key.to_py()?, value.to_py()?)));
                Py::Dict(pairs.collect::<Option<_>>()?)
            }
            Val::Member(member) => return member.value.to_py(),
            _ => return None,
        })
    }

    /// Whether two values are equal, where that is known.
    pub(super) fn equals(&self, other: &Val) -> Option<bool> {
        match (self, other) {
            (Val::Class(a), Val::Class(b)) => Some(Rc::ptr_eq(a, b)),
            (Val::Outside(a), Val::Outside(b)) if a == b => Some(true),
            _ => Some(same(&self.to_py()?, &other.to_py()?)),
        }
    }
}

fn same(a: &Py, b: &Py) -> bool {
    match (a, b) {
        (Py::List(a), Py::List(b)) | (Py::Tuple(a), Py::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Py::Str(a), Py::Str(b)) => a == b,
        (Py::None, Py::None) => true,
        _ => match (a.to_value(), b.to_value()) {
            (Ok(a), Ok(b)) if !a.is_null() && !b.is_null() => a == b,
            _ => false,
        },
    }
}
