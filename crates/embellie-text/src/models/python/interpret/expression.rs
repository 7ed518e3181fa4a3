//! Expressions.

use std::rc::Rc;

use ruff_python_ast as ast;

use super::statement::{enclosing, literal};
use super::{Frame, Interpreter};
use crate::Py;
use crate::models::python::value::{Body, Class, Function, FunctionKind, Given, Link, Names, Object, Val};

/// How many elements a comprehension gives.
const MOST_ELEMENTS: usize = 10_000;

impl Interpreter {
    /// The value of an expression, as far as it can be told.
    pub(super) fn expr(&mut self, tree: &ast::Expr, frame: &mut Frame) -> Val {
        if !self.step() {
            return Val::Unknown;
        }
        self.depth += 1;
        let value = self.expr_within(tree, frame);
        self.depth -= 1;
        value
    }

    fn expr_within(&mut self, tree: &ast::Expr, frame: &mut Frame) -> Val {
        match tree {
            ast::Expr::Name(name) => self.name(name.id.as_str(), frame),
            ast::Expr::Attribute(attribute) => {
                let of = self.expr(&attribute.value, frame);
                self.attribute(of, attribute.attr.as_str())
            }
            ast::Expr::Call(call) => self.call_expr(call, frame),
            ast::Expr::Subscript(subscript) => {
                let of = self.expr(&subscript.value, frame);
                match of {
                    // What takes types between brackets is what it is without them.
                    Val::Outside(_) | Val::Class(_) => of,
                    of => {
                        let index = self.index(&subscript.slice, frame);
                        item(&of, &index)
                    }
                }
            }
            ast::Expr::List(list) => Val::list(self.all(&list.elts, frame)),
            ast::Expr::Tuple(tuple) => Val::tuple(self.all(&tuple.elts, frame)),
            ast::Expr::Set(set) => Val::Set(self.all(&set.elts, frame).into()),
            ast::Expr::Dict(dict) => self.dict(dict, frame),
            ast::Expr::BinOp(operation) => {
                let (left, right) = (self.expr(&operation.left, frame), self.expr(&operation.right, frame));
                self.binary(operation.op, left, right)
            }
            ast::Expr::UnaryOp(operation) => {
                let value = self.expr(&operation.operand, frame);
                self.unary(operation.op, value)
            }
            ast::Expr::BoolOp(operation) => self.bool_op(operation, frame),
            ast::Expr::Compare(compare) => self.compare(compare, frame),
            ast::Expr::If(choice) => match self.expr(&choice.test, frame).truth() {
                Some(true) => self.expr(&choice.body, frame),
                Some(false) => self.expr(&choice.orelse, frame),
                None => Val::Unknown,
            },
            ast::Expr::Lambda(lambda) => {
                let defaults = lambda.parameters.as_ref().map(|parameters| self.defaults(parameters, frame));
                Val::Function(Rc::new(Function {
                    name: "<lambda>".into(),
                    module: Rc::clone(&frame.module),
                    body: Body::Lambda(lambda.body.clone()),
                    parameters: lambda.parameters.clone(),
                    defaults: defaults.unwrap_or_default(),
                    around: enclosing(frame),
                    kind: FunctionKind::Plain,
                }))
            }
            ast::Expr::FString(text) => self.f_string(text, frame),
            ast::Expr::ListComp(list) => self
                .comprehension(&list.generators, &[&list.elt], frame)
                .map_or(Val::Unknown, |rows| Val::list(rows.into_iter().flatten().collect())),
            ast::Expr::Generator(list) => self
                .comprehension(&list.generators, &[&list.elt], frame)
                .map_or(Val::Unknown, |rows| Val::list(rows.into_iter().flatten().collect())),
            ast::Expr::SetComp(set) => self
                .comprehension(&set.generators, &[&set.elt], frame)
                .map_or(Val::Unknown, |rows| Val::Set(rows.into_iter().flatten().collect())),
            ast::Expr::DictComp(dict) => {
                let Some(key) = &dict.key else { return Val::Unknown };
                let rows = self.comprehension(&dict.generators, &[key, &dict.value], frame);
                let pair = |row: Vec<Val>| {
                    let mut row = row.into_iter();
                    Some((row.next()?, row.next()?))
                };
                rows.map_or(Val::Unknown, |rows| Val::dict(rows.into_iter().filter_map(pair).collect()))
            }
            ast::Expr::Named(named) => {
                let value = self.expr(&named.value, frame);
                self.assign(&named.target, value.clone(), frame);
                value
            }
            ast::Expr::Starred(starred) => self.expr(&starred.value, frame),
            other => literal(other).map_or(Val::Unknown, Val::Py),
        }
    }

    fn name(&mut self, name: &str, frame: &mut Frame) -> Val {
        let nearer = frame.own.iter().chain(frame.around.iter().rev());
        let found = nearer.into_iter().chain([&frame.module.names]).find_map(|names| names.get(name));
        match found {
            Some(Val::Later(later)) => {
                let value = self.follow(Val::Later(later));
                if frame.module.names.has(name) {
                    frame.module.names.set(name, value.clone());
                }
                value
            }
            Some(value) => value,
            None if super::builtins::NAMES.contains(&name) => self.outside(&format!("builtins.{name}")),
            None => Val::Unknown,
        }
    }

    fn all(&mut self, trees: &[ast::Expr], frame: &mut Frame) -> Vec<Val> {
        let mut values = Vec::with_capacity(trees.len());
        for tree in trees {
            match tree {
                ast::Expr::Starred(starred) => {
                    values.extend(self.expr(&starred.value, frame).elements().unwrap_or_default());
                }
                tree => values.push(self.expr(tree, frame)),
            }
        }
        values
    }

    fn dict(&mut self, dict: &ast::ExprDict, frame: &mut Frame) -> Val {
        let mut items: Vec<(Val, Val)> = Vec::new();
        for item in &dict.items {
            let value = self.expr(&item.value, frame);
            match &item.key {
                Some(key) => items.push((self.expr(key, frame), value)),
                None => {
                    if let Val::Dict(more) = &value {
                        items.extend(more.borrow().iter().cloned());
                    }
                }
            }
        }
        Val::dict(items)
    }

    fn call_expr(&mut self, call: &ast::ExprCall, frame: &mut Frame) -> Val {
        let place = frame.module.place(call.func.range_start());
        // `super()` knows the method that it stands in.
        if let ast::Expr::Name(name) = &*call.func
            && &name.id == "super"
            && let Some((this, class)) = frame.this.clone()
        {
            let class = match call.arguments.args.first().map(|class| self.expr(class, frame)) {
                Some(Val::Class(named)) => named,
                _ => class,
            };
            return Val::Super(Rc::new((this, class)));
        }
        let function = self.expr(&call.func, frame);
        let given = self.given(&call.arguments, frame);
        self.call(function, given, &place)
    }

    pub(super) fn given(&mut self, arguments: &ast::Arguments, frame: &mut Frame) -> Given {
        let mut given = Given::default();
        for tree in &arguments.args {
            match tree {
                ast::Expr::Starred(starred) => match self.expr(&starred.value, frame).elements() {
                    Some(values) => given.args.extend(values),
                    None => given.more = true,
                },
                tree => given.args.push(self.expr(tree, frame)),
            }
        }
        for keyword in &arguments.keywords {
            let value = self.expr(&keyword.value, frame);
            match &keyword.arg {
                Some(name) => given.keywords.push((name.as_str().into(), value)),
                None => match &value {
                    Val::Dict(items) => {
                        let items = items.borrow();
                        let named =
                            items.iter().filter_map(|(key, value)| Some((key.as_text()?.into(), value.clone())));
                        given.keywords.extend(named);
                    }
                    _ => given.more = true,
                },
            }
        }
        given
    }

    /// An attribute of a value.
    pub(in crate::models::python) fn attribute(&mut self, of: Val, name: &str) -> Val {
        match &of {
            Val::Module(module) => {
                let value = self.imported(&module.clone(), name);
                self.follow(value)
            }
            Val::Outside(dotted) => self.outside_attribute(&dotted.clone(), name),
            Val::Class(class) => self.class_attribute(class, name),
            Val::Object(object) => self.object_attribute(object, name),
            Val::Member(member) => match name {
                "value" => member.value.clone(),
                "label" => Val::text(&member.label),
                "name" => Val::text(&member.name),
                _ => Val::Unknown,
            },
            Val::Super(at) => self.above(&at.0, &at.1, name),
            Val::Function(function) => match name {
                "__name__" => Val::text(&function.name),
                _ => Val::Attribute(Rc::new((of.clone(), name.into()))),
            },
            Val::Unknown | Val::Later(_) => Val::Unknown,
            Val::Attribute(at) if &*at.1 == "_meta" => match (&at.0, name) {
                (Val::Class(class), "abstract") => Val::bool(class.is_abstract.get()),
                (Val::Class(class), "app_label") => Val::text(&self.app_of(class)),
                (Val::Class(class), "object_name") => Val::text(&class.name),
                (Val::Class(class), "model_name") => Val::text(&class.name.to_lowercase()),
                (Val::Class(class), "label") => Val::text(&format!("{}.{}", self.app_of(class), class.name)),
                _ => Val::Attribute(Rc::new((of.clone(), name.into()))),
            },
            _ => Val::Attribute(Rc::new((of.clone(), name.into()))),
        }
    }

    fn class_attribute(&mut self, class: &Rc<Class>, name: &str) -> Val {
        if let Some((value, owner)) = class.find(name) {
            return match self.follow(value) {
                Val::Function(function) if function.kind == FunctionKind::Class => {
                    Val::Bound(Rc::new((Val::Class(Rc::clone(class)), function, Some(owner))))
                }
                value => value,
            };
        }
        match name {
            "__name__" | "__qualname__" => Val::text(&class.name),
            "__module__" => Val::text(&class.module),
            "__mro__" | "__bases__" | "__doc__" => Val::Unknown,
            "choices" | "labels" | "values" | "names" | "__members__" => super::class::told(class, name),
            _ => Val::Attribute(Rc::new((Val::Class(Rc::clone(class)), name.into()))),
        }
    }

    fn object_attribute(&mut self, object: &Rc<Object>, name: &str) -> Val {
        if let Some(value) = object.attrs.get(name) {
            return value;
        }
        let this = Val::Object(Rc::clone(object));
        match &object.class {
            Val::Class(_) if name == "__class__" => object.class.clone(),
            Val::Class(class) => match class.find(name) {
                Some((value, owner)) => match self.follow(value) {
                    Val::Function(function) => match function.kind {
                        FunctionKind::Static => Val::Function(function),
                        FunctionKind::Class => Val::Bound(Rc::new((object.class.clone(), function, Some(owner)))),
                        FunctionKind::Property => {
                            self.run(&function, Some((this, Some(owner))), Given::default()).unwrap_or(Val::Unknown)
                        }
                        _ => Val::Bound(Rc::new((this, function, Some(owner)))),
                    },
                    value => value,
                },
                None => Val::Attribute(Rc::new((this, name.into()))),
            },
            _ => Val::Attribute(Rc::new((this, name.into()))),
        }
    }

    /// An attribute of what is above a class, for what an object or class of it is.
    fn above(&mut self, this: &Val, class: &Rc<Class>, name: &str) -> Val {
        let own = match this {
            Val::Object(object) => match &object.class {
                Val::Class(class) => Rc::clone(class),
                _ => Rc::clone(class),
            },
            Val::Class(class) => Rc::clone(class),
            _ => Rc::clone(class),
        };
        let order = std::iter::once(Link::Read(Rc::clone(&own))).chain(own.above.iter().cloned());
        let after = order.skip_while(|link| !link.is(&Link::Read(Rc::clone(class)))).skip(1);
        for link in after {
            match link {
                Link::Read(class) => {
                    if let Some(value) = class.attrs.get(name) {
                        return match self.follow(value) {
                            Val::Function(function) if function.kind == FunctionKind::Static => Val::Function(function),
                            Val::Function(function) => Val::Bound(Rc::new((this.clone(), function, Some(class)))),
                            value => value,
                        };
                    }
                }
                Link::Outside(dotted) if &*dotted == "builtins.object" || is_mixin(&dotted) => {}
                Link::Outside(_) => break,
            }
        }
        Val::Attribute(Rc::new((Val::Super(Rc::new((this.clone(), Rc::clone(class)))), name.into())))
    }

    fn comprehension(
        &mut self,
        generators: &[ast::Comprehension],
        gives: &[&ast::Expr],
        frame: &mut Frame,
    ) -> Option<Vec<Vec<Val>>> {
        let mut around = enclosing(frame);
        // Names of a class body are seen by what a comprehension in it reads first; more is harmless.
        around.extend(frame.own.iter().filter(|_| frame.in_class).cloned());
        let mut within = Frame {
            module: Rc::clone(&frame.module),
            around,
            own: Some(Rc::new(Names::default())),
            in_class: false,
            this: frame.this.clone(),
        };
        let mut rows = Vec::new();
        self.generate(generators, gives, &mut within, &mut rows).then_some(rows)
    }

    fn generate(
        &mut self,
        generators: &[ast::Comprehension],
        gives: &[&ast::Expr],
        frame: &mut Frame,
        rows: &mut Vec<Vec<Val>>,
    ) -> bool {
        let Some((first, rest)) = generators.split_first() else {
            rows.push(gives.iter().map(|tree| self.expr(tree, frame)).collect());
            return rows.len() < MOST_ELEMENTS;
        };
        let Some(values) = self.expr(&first.iter, frame).elements() else { return false };
        for value in values {
            self.assign(&first.target, value, frame);
            let mut wanted = true;
            for condition in &first.ifs {
                match self.expr(condition, frame).truth() {
                    Some(holds) => wanted &= holds,
                    None => return false,
                }
            }
            if wanted && !self.generate(rest, gives, frame, rows) {
                return false;
            }
        }
        true
    }

    fn f_string(&mut self, text: &ast::ExprFString, frame: &mut Frame) -> Val {
        let mut written = String::new();
        for part in &text.value {
            match part {
                ast::FStringPart::Literal(literal) => written.push_str(&literal.value),
                ast::FStringPart::FString(string) => {
                    for element in &string.elements {
                        match element {
                            ast::InterpolatedStringElement::Literal(literal) => written.push_str(&literal.value),
                            ast::InterpolatedStringElement::Interpolation(element) => {
                                let value = self.expr(&element.expression, frame);
                                match super::operator::shown(&value) {
                                    Some(text) if element.format_spec.is_none() => written.push_str(&text),
                                    _ => return Val::Unknown,
                                }
                            }
                        }
                    }
                }
            }
        }
        Val::text(&written)
    }

    fn index(&mut self, tree: &ast::Expr, frame: &mut Frame) -> Val {
        let ast::Expr::Slice(slice) = tree else { return self.expr(tree, frame) };
        let mut bound = |part: &Option<Box<ast::Expr>>| match part {
            None => Some(None),
            Some(part) => match self.expr(part, frame) {
                value if value.is_none() => Some(None),
                value => Some(Some(i64::try_from(value.as_int()?).ok()?)),
            },
        };
        match (bound(&slice.lower), bound(&slice.upper), bound(&slice.step)) {
            (Some(start), Some(stop), Some(step)) => Val::Py(Py::Slice(start, stop, step)),
            _ => Val::Unknown,
        }
    }
}

/// Whether a class that is not read leaves constructors to those that come after it.
fn is_mixin(dotted: &str) -> bool {
    dotted.ends_with("Mixin") || dotted.starts_with("abc.") || dotted.starts_with("typing.")
}

/// An element, or several.
fn item(of: &Val, index: &Val) -> Val {
    if let Val::Dict(items) = of {
        let items = items.borrow();
        let found = items.iter().find(|(key, _)| key.equals(index) == Some(true));
        return found.map_or(Val::Unknown, |(_, value)| value.clone());
    }
    if let (Val::Class(class), Some(name)) = (of, index.as_text()) {
        return class.attrs.get(&name).unwrap_or(Val::Unknown);
    }
    let Some(values) = of.elements() else { return Val::Unknown };
    let len = values.len() as i64;
    let at = |place: i64| if place < 0 { place + len } else { place };
    match index {
        Val::Py(Py::Slice(start, stop, None | Some(1))) => {
            let start = at(start.unwrap_or(0)).clamp(0, len) as usize;
            let stop = at(stop.unwrap_or(len)).clamp(0, len) as usize;
            let part: Vec<Val> = values.get(start..stop.max(start)).unwrap_or_default().to_vec();
            match of {
                Val::Py(Py::Str(_)) => Val::text(&part.iter().filter_map(Val::as_text).collect::<String>()),
                Val::Tuple(_) => Val::tuple(part),
                _ => Val::list(part),
            }
        }
        index => {
            let place = index.as_int().and_then(|place| i64::try_from(place).ok());
            let place = place.map(at).and_then(|place| usize::try_from(place).ok());
            place.and_then(|place| values.get(place)).cloned().unwrap_or(Val::Unknown)
        }
    }
}

/// Where an expression begins.
trait Start {
    fn range_start(&self) -> u32;
}

impl Start for ast::Expr {
    fn range_start(&self) -> u32 {
        match self {
            ast::Expr::Name(name) => name.range.start().to_u32(),
            ast::Expr::Attribute(attribute) => attribute.range.start().to_u32(),
            ast::Expr::Call(call) => call.func.range_start(),
            ast::Expr::Subscript(subscript) => subscript.range.start().to_u32(),
            _ => 0,
        }
    }
}
