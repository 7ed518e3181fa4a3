//! Calls.

use std::cell::RefCell;
use std::rc::Rc;

use super::statement::Flow;
use super::{Frame, Interpreter};
use crate::models::python::value::{Body, Class, Function, FunctionKind, Given, Names, Object, Place, Text, Val};

impl Interpreter {
    /// What a call gives.
    pub(super) fn call(&mut self, function: Val, given: Given, place: &Place) -> Val {
        if !self.step() {
            return Val::Unknown;
        }
        self.depth += 4;
        let value = self.call_within(function, given, place);
        self.depth -= 4;
        value
    }

    fn call_within(&mut self, function: Val, given: Given, place: &Place) -> Val {
        match function {
            Val::Outside(name) => self.call_outside(&name, given, place),
            Val::Class(class) => self.construct(class, given, place),
            Val::Function(function) => self.run(&function, None, given).unwrap_or(Val::Unknown),
            Val::Bound(bound) => {
                let (this, function, owner) = &*bound;
                self.run(function, Some((this.clone(), owner.clone())), given).unwrap_or(Val::Unknown)
            }
            Val::Partial(partial) => {
                let (function, first) = &*partial;
                let mut all = first.clone();
                all.args.extend(given.args);
                for (name, value) in given.keywords {
                    all.keywords.retain(|(known, _)| *known != name);
                    all.keywords.push((name, value));
                }
                self.call(function.clone(), all, place)
            }
            // What reads the environment, which is nobody's here: `env("DEBUG", default=False)`.
            Val::Object(object) if matches!(object.class, Val::Outside(_)) => {
                given.keyword("default").cloned().unwrap_or(Val::Unknown)
            }
            Val::Attribute(attribute) => {
                let (of, name) = &*attribute;
                self.call_method(of, name, given, place)
            }
            _ => Val::Unknown,
        }
    }

    /// Calls a function that is read; `None` when it cannot be told what it gives.
    pub(in crate::models::python) fn run(
        &mut self,
        function: &Rc<Function>,
        this: Option<(Val, Option<Rc<Class>>)>,
        given: Given,
    ) -> Option<Val> {
        if function.kind == FunctionKind::Decorated || !self.step() {
            return None;
        }
        let names = Rc::new(Names::default());
        bind(function, this.as_ref().map(|(this, _)| this.clone()), given, &names)?;
        let mut frame = Frame {
            module: Rc::clone(&function.module),
            around: function.around.clone(),
            own: Some(names),
            in_class: false,
            this: this.and_then(|(this, owner)| Some((this, owner?))),
        };
        self.depth += 4;
        let outcome = match &function.body {
            Body::Lambda(body) => Flow::Return(self.expr(body, &mut frame)),
            Body::Def(def) => self.block(&def.body, &mut frame),
        };
        self.depth -= 4;
        match outcome {
            Flow::Return(value) => Some(value),
            Flow::Next => Some(Val::none()),
            Flow::Raise(raised) if self.trying > 0 => {
                self.raised = Some(raised);
                None
            }
            _ => None,
        }
    }

    /// A new object of a class that is read.
    fn construct(&mut self, class: Rc<Class>, given: Given, place: &Place) -> Val {
        // `Enumeration(value)` is a member.
        if let Some(wanted) = given.args.first()
            && let Some(members) = Val::Class(Rc::clone(&class)).elements()
        {
            let found = members.into_iter().find(|member| member.equals(wanted) == Some(true));
            return found.unwrap_or(Val::Unknown);
        }
        let object = Rc::new(Object {
            class: Val::Class(Rc::clone(&class)),
            given: RefCell::new(given.clone()),
            attrs: Names::default(),
            counter: self.next(),
            place: place.clone(),
        });
        if let Some((Val::Function(function), owner)) = class.find("__init__") {
            // Where the constructor ends is told by the call of the one above it.
            let this = (Val::Object(Rc::clone(&object)), Some(owner));
            let _ = self.run(&function, Some(this), given);
        }
        Val::Object(object)
    }

    pub(super) fn outside_object(&mut self, class: &str, given: Given, place: &Place) -> Val {
        Val::Object(Rc::new(Object {
            class: self.outside(class),
            given: RefCell::new(given),
            attrs: Names::default(),
            counter: self.next(),
            place: place.clone(),
        }))
    }
}

/// Gives the parameters of a function their values.
fn bind(function: &Function, this: Option<Val>, given: Given, names: &Names) -> Option<()> {
    let Some(parameters) = &function.parameters else { return Some(()) };
    let this = this.filter(|_| function.kind != FunctionKind::Static);
    let mut positional = this.into_iter().chain(given.args);
    let mut keywords: Vec<(Text, Val)> = given.keywords;
    let unknown = given.more;
    let taken = |keywords: &mut Vec<(Text, Val)>, name: &str| {
        let at = keywords.iter().position(|(known, _)| **known == *name)?;
        Some(keywords.remove(at).1)
    };
    for parameter in parameters.posonlyargs.iter().chain(&parameters.args) {
        let name = parameter.parameter.name.as_str();
        let default = || function.defaults.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone());
        let value = positional.next().or_else(|| taken(&mut keywords, name));
        let value = if unknown { value.or(Some(Val::Unknown)) } else { value.or_else(default) };
        names.set(name, value?);
    }
    if let Some(rest) = &parameters.vararg {
        names.set(rest.name.as_str(), Val::tuple(positional.collect()));
    }
    for parameter in &parameters.kwonlyargs {
        let name = parameter.parameter.name.as_str();
        let default = || function.defaults.iter().find(|(known, _)| **known == *name).map(|(_, value)| value.clone());
        names.set(name, taken(&mut keywords, name).or_else(default).unwrap_or(Val::Unknown));
    }
    if let Some(rest) = &parameters.kwarg {
        let items = keywords.into_iter().map(|(name, value)| (Val::text(&name), value));
        names.set(rest.name.as_str(), Val::dict(items.collect()));
    }
    Some(())
}
