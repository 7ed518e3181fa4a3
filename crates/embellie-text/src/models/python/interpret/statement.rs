//! Statements.

use std::rc::Rc;

use ruff_python_ast as ast;

use super::{Frame, Interpreter};
use crate::Py;
use crate::models::python::dialect;
use crate::models::python::value::{Body, Function, FunctionKind, Text, Val};

/// What comes after a statement.
pub(super) enum Flow {
    Next,
    Return(Val),
    Break,
    Continue,
    /// An exception of this class.
    Raise(Text),
    /// It cannot be told.
    Lost,
}

/// How many times a loop goes round.
const MOST_ROUNDS: usize = 10_000;

impl Interpreter {
    pub(super) fn block(&mut self, statements: &[ast::Stmt], frame: &mut Frame) -> Flow {
        for statement in statements {
            if !self.step() {
                return Flow::Lost;
            }
            let flow = self.statement(statement, frame);
            let flow = match self.raised.take() {
                Some(raised) => Flow::Raise(raised),
                None => flow,
            };
            match flow {
                Flow::Next => {}
                // What a module or class does after what cannot be told is still read.
                Flow::Lost if frame.own.is_none() || frame.in_class => {}
                Flow::Raise(_) if self.trying == 0 && (frame.own.is_none() || frame.in_class) => {}
                other => return other,
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &ast::Stmt, frame: &mut Frame) -> Flow {
        match statement {
            ast::Stmt::Expr(statement) => {
                self.expr(&statement.value, frame);
                Flow::Next
            }
            ast::Stmt::Assign(assign) => {
                let value = self.expr(&assign.value, frame);
                for target in &assign.targets {
                    self.assign(target, value.clone(), frame);
                }
                Flow::Next
            }
            ast::Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.expr(value, frame);
                    self.assign(&assign.target, value, frame);
                }
                Flow::Next
            }
            ast::Stmt::AugAssign(assign) => {
                let (old, more) = (self.expr(&assign.target, frame), self.expr(&assign.value, frame));
                // A list that grows is the same list.
                if let (Val::List(list), Some(more), ast::Operator::Add) = (&old, more.elements(), assign.op) {
                    list.borrow_mut().extend(more);
                    return Flow::Next;
                }
                let value = self.binary(assign.op, old, more);
                self.assign(&assign.target, value, frame);
                Flow::Next
            }
            ast::Stmt::Import(import) => self.import(import, frame),
            ast::Stmt::ImportFrom(import) => self.import_from(import, frame),
            ast::Stmt::ClassDef(class) => {
                let value = self.class(class, frame);
                frame.names().set(class.name.as_str(), value);
                Flow::Next
            }
            ast::Stmt::FunctionDef(function) => {
                let value = self.function(function, frame);
                frame.names().set(function.name.as_str(), value);
                Flow::Next
            }
            ast::Stmt::Return(statement) => {
                let value = statement.value.as_ref().map(|value| self.expr(value, frame));
                Flow::Return(value.unwrap_or_else(Val::none))
            }
            ast::Stmt::If(statement) => self.branches(statement, frame),
            ast::Stmt::For(statement) => self.rounds(statement, frame),
            ast::Stmt::While(statement) => {
                for _ in 0..MOST_ROUNDS {
                    match self.expr(&statement.test, frame).truth() {
                        Some(true) => match self.block(&statement.body, frame) {
                            Flow::Next | Flow::Continue => {}
                            Flow::Break => return Flow::Next,
                            other => return other,
                        },
                        Some(false) => return Flow::Next,
                        None => return Flow::Lost,
                    }
                }
                Flow::Lost
            }
            ast::Stmt::Try(statement) => self.attempt(statement, frame),
            ast::Stmt::With(statement) => {
                for item in &statement.items {
                    let value = self.expr(&item.context_expr, frame);
                    if let Some(target) = &item.optional_vars {
                        let _ = value;
                        self.assign(target, Val::Unknown, frame);
                    }
                }
                self.block(&statement.body, frame)
            }
            ast::Stmt::Raise(statement) => {
                let raised = statement.exc.as_ref().map(|raised| match &**raised {
                    ast::Expr::Call(call) => self.expr(&call.func, frame),
                    other => self.expr(other, frame),
                });
                Flow::Raise(match raised {
                    Some(Val::Outside(name)) => name.rsplit('.').next().unwrap_or_default().into(),
                    Some(Val::Class(class)) => class.name.clone(),
                    _ => "Exception".into(),
                })
            }
            ast::Stmt::Delete(statement) => {
                for target in &statement.targets {
                    if let ast::Expr::Name(name) = target {
                        frame.names().remove(name.id.as_str());
                    }
                }
                Flow::Next
            }
            ast::Stmt::Match(_) => Flow::Lost,
            ast::Stmt::Break(_) => Flow::Break,
            ast::Stmt::Continue(_) => Flow::Continue,
            _ => Flow::Next,
        }
    }

    fn branches(&mut self, statement: &ast::StmtIf, frame: &mut Frame) -> Flow {
        let first = std::iter::once((Some(&*statement.test), &statement.body));
        let further = statement.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        let branches: Vec<_> = first.chain(further).collect();
        for (place, (test, body)) in branches.iter().enumerate() {
            match test.map_or(Some(true), |test| self.expr(test, frame).truth()) {
                Some(true) => return self.block(body, frame),
                Some(false) => {}
                None => {
                    // It may be any of the branches that are left: what the first says counts.
                    for (_, body) in branches[place..].iter().rev() {
                        match self.block(body, frame) {
                            Flow::Next => {}
                            _ if frame.own.is_none() || frame.in_class => {}
                            _ => return Flow::Lost,
                        }
                    }
                    return Flow::Next;
                }
            }
        }
        Flow::Next
    }

    fn rounds(&mut self, statement: &ast::StmtFor, frame: &mut Frame) -> Flow {
        let Some(values) = self.expr(&statement.iter, frame).elements() else {
            return if frame.own.is_some() && !frame.in_class { Flow::Lost } else { Flow::Next };
        };
        for value in values.into_iter().take(MOST_ROUNDS) {
            self.assign(&statement.target, value, frame);
            match self.block(&statement.body, frame) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                other => return other,
            }
        }
        self.block(&statement.orelse, frame)
    }

    fn attempt(&mut self, statement: &ast::StmtTry, frame: &mut Frame) -> Flow {
        self.trying += 1;
        let outcome = self.block(&statement.body, frame);
        self.trying -= 1;
        let outcome = match outcome {
            Flow::Raise(raised) => {
                let handlers = statement.handlers.iter().filter_map(ast::ExceptHandler::as_except_handler);
                let mut handled = None;
                for handler in handlers {
                    let matches = handler.type_.as_ref().is_none_or(|class| catches(class, &raised));
                    if matches {
                        if let Some(name) = &handler.name {
                            frame.names().set(name.as_str(), Val::Unknown);
                        }
                        handled = Some(self.block(&handler.body, frame));
                        break;
                    }
                }
                handled.unwrap_or(Flow::Raise(raised))
            }
            Flow::Next => self.block(&statement.orelse, frame),
            other => other,
        };
        match self.block(&statement.finalbody, frame) {
            Flow::Next => outcome,
            other => other,
        }
    }

    /// Gives a target a value.
    pub(super) fn assign(&mut self, target: &ast::Expr, value: Val, frame: &mut Frame) {
        match target {
            ast::Expr::Name(name) => frame.names().set(name.id.as_str(), value),
            ast::Expr::Tuple(ast::ExprTuple { elts, .. }) | ast::Expr::List(ast::ExprList { elts, .. }) => {
                let values = value.elements().filter(|values| values.len() == elts.len());
                for (place, target) in elts.iter().enumerate() {
                    let value = values.as_ref().and_then(|values| values.get(place)).cloned();
                    self.assign(target, value.unwrap_or(Val::Unknown), frame);
                }
            }
            ast::Expr::Starred(starred) => self.assign(&starred.value, Val::Unknown, frame),
            ast::Expr::Attribute(attribute) => {
                let of = self.expr(&attribute.value, frame);
                match (&of, &*attribute.value) {
                    // What a class says of one of its methods.
                    (Val::Function(_), ast::Expr::Name(name)) => {
                        frame.names().set(&format!("{}.{}", name.id, attribute.attr), value);
                    }
                    _ => set_attribute(&of, attribute.attr.as_str(), value),
                }
            }
            ast::Expr::Subscript(subscript) => {
                let (of, key) = (self.expr(&subscript.value, frame), self.expr(&subscript.slice, frame));
                match &of {
                    Val::Dict(items) => {
                        let mut items = items.borrow_mut();
                        match items.iter_mut().find(|(known, _)| known.equals(&key) == Some(true)) {
                            Some(slot) => slot.1 = value,
                            None => items.push((key, value)),
                        }
                    }
                    Val::List(list) => {
                        let place = key.as_int().and_then(|place| usize::try_from(place).ok());
                        if let Some(slot) = place.and_then(|place| list.borrow_mut().get_mut(place).map(|_| place)) {
                            list.borrow_mut()[slot] = value;
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, function: &ast::StmtFunctionDef, frame: &mut Frame) -> Val {
        let mut kind = FunctionKind::Plain;
        for decorator in &function.decorator_list {
            let value = match &decorator.expression {
                ast::Expr::Call(call) => self.expr(&call.func, frame),
                other => self.expr(other, frame),
            };
            let name = match &value {
                Val::Outside(name) => name.rsplit('.').next().unwrap_or_default().to_owned(),
                _ => String::new(),
            };
            kind = match name.as_str() {
                "staticmethod" => FunctionKind::Static,
                "classmethod" => FunctionKind::Class,
                "property" | "cached_property" | "classproperty" => FunctionKind::Property,
                "lru_cache" | "cache" | "wraps" | "override" | "abstractmethod" => kind,
                _ => FunctionKind::Decorated,
            };
        }
        if function.is_async {
            kind = FunctionKind::Decorated;
        }
        let defaults = self.defaults(&function.parameters, frame);
        Val::Function(Rc::new(Function {
            name: function.name.as_str().into(),
            module: Rc::clone(&frame.module),
            parameters: Some(function.parameters.clone()),
            body: Body::Def(Rc::new(function.clone())),
            defaults,
            around: enclosing(frame),
            kind,
        }))
    }

    pub(super) fn defaults(&mut self, parameters: &ast::Parameters, frame: &mut Frame) -> Vec<(Text, Val)> {
        let all = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
        all.filter_map(|parameter| Some((parameter.parameter.name.as_str(), parameter.default.as_ref()?)))
            .map(|(name, default)| (name.into(), self.expr(default, frame)))
            .collect()
    }

    fn import(&mut self, import: &ast::StmtImport, frame: &mut Frame) -> Flow {
        for alias in &import.names {
            let dotted = alias.name.as_str();
            if self.is_absent(dotted) {
                return Flow::Raise("ImportError".into());
            }
            let (name, dotted) = match &alias.asname {
                Some(name) => (name.as_str(), dotted),
                None => {
                    let top = dotted.split('.').next().unwrap_or(dotted);
                    (top, top)
                }
            };
            let value = match self.sources.has(dotted) {
                true => Val::Module(dotted.into()),
                false => self.outside(dotted),
            };
            frame.names().set(name, value);
        }
        Flow::Next
    }

    fn import_from(&mut self, import: &ast::StmtImportFrom, frame: &mut Frame) -> Flow {
        let Some(dotted) = absolute(import, frame) else { return Flow::Next };
        if dotted == "__future__" {
            return Flow::Next;
        }
        if self.is_absent(&dotted) {
            return Flow::Raise("ImportError".into());
        }
        let readable = self.sources.has(&dotted);
        // The models of an app are wherever its module of models leads to within the app.
        let eager = self.leads_to_models(&frame.module.name, &dotted);
        for alias in &import.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.import_all(&dotted, frame);
                continue;
            }
            let target = alias.asname.as_ref().map_or(name, |name| name.as_str());
            let value = match readable {
                false => self.outside(&format!("{dotted}.{name}")),
                true => Val::Later(Rc::new((dotted.as_str().into(), name.into()))),
            };
            let value = if eager || (readable && self.trying > 0) { self.follow(value) } else { value };
            if self.trying > 0 && readable && matches!(value, Val::Unknown) {
                return Flow::Raise("ImportError".into());
            }
            if let Val::Module(below) = &value
                && eager
            {
                let below = below.clone();
                self.module(&below);
            }
            frame.names().set(target, value);
        }
        Flow::Next
    }

    fn import_all(&mut self, dotted: &str, frame: &mut Frame) {
        let Some(module) = self.module(dotted) else { return };
        let listed = module.names.get("__all__").and_then(|all| all.elements());
        let mut names = module.names.all();
        match listed {
            Some(listed) if module.done.get() => {
                for name in listed.iter().filter_map(Val::as_text) {
                    let value = self.imported(dotted, &name);
                    frame.names().set(&name, value);
                }
                return;
            }
            _ => names.retain(|(name, _)| !name.starts_with('_')),
        }
        for (name, value) in names {
            frame.names().set(&name, value);
        }
    }

    fn leads_to_models(&self, from: &str, to: &str) -> bool {
        self.apps.iter().any(|(app, _)| {
            let within = |dotted: &str, part: &str| {
                dotted.strip_prefix(&**app).is_some_and(|rest| {
                    rest.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                })
            };
            within(from, ".models") && within(to, "")
        })
    }

    /// Whether an import is known to fail where somebody is prepared for it.
    fn is_absent(&self, dotted: &str) -> bool {
        let top = dotted.split('.').next().unwrap_or(dotted);
        if self.trying == 0
            || top == "django"
            || super::outside::LIBRARY.contains(&top)
            || dialect::LIBRARY.contains(&top)
        {
            return false;
        }
        !self.sources.has(dotted) && (!self.sources.has(top) || !self.sources.has(parent(dotted)))
    }
}

fn parent(dotted: &str) -> &str {
    dotted.rsplit_once('.').map_or(dotted, |(parent, _)| parent)
}

/// The names that a function which is made here sees.
pub(super) fn enclosing(frame: &Frame) -> Vec<Rc<crate::models::python::value::Names>> {
    let own = frame.own.iter().filter(|_| !frame.in_class);
    frame.around.iter().chain(own).cloned().collect()
}

/// The dotted name of the module that an import reads from.
fn absolute(import: &ast::StmtImportFrom, frame: &Frame) -> Option<String> {
    let named = import.module.as_ref().map(|module| module.as_str());
    if import.level == 0 {
        return named.map(str::to_owned);
    }
    let mut package: Vec<&str> = frame.module.name.split('.').collect();
    let up = import.level as usize - usize::from(frame.module.package);
    package.truncate(package.len().checked_sub(up)?);
    package.extend(named);
    Some(package.join("."))
}

/// Whether a handler for a class, or several, catches an exception.
fn catches(class: &ast::Expr, raised: &str) -> bool {
    let name = match class {
        ast::Expr::Name(name) => name.id.as_str(),
        ast::Expr::Attribute(attribute) => attribute.attr.as_str(),
        ast::Expr::Tuple(tuple) => return tuple.elts.iter().any(|class| catches(class, raised)),
        _ => return true,
    };
    name == raised
        || matches!(name, "Exception" | "BaseException")
        || (raised == "ImportError" && name == "ModuleNotFoundError")
        || (raised == "ModuleNotFoundError" && name == "ImportError")
}

pub(super) fn set_attribute(of: &Val, name: &str, value: Val) {
    match of {
        Val::Class(class) => class.attrs.set(name, value),
        Val::Object(object) => object.attrs.set(name, value),
        _ => {}
    }
}

/// What a literal of Python is.
pub(super) fn literal(tree: &ast::Expr) -> Option<Py> {
    Some(match tree {
        ast::Expr::NoneLiteral(_) => Py::None,
        ast::Expr::BooleanLiteral(literal) => Py::Bool(literal.value),
        ast::Expr::StringLiteral(literal) => Py::Str(literal.value.to_str().to_owned()),
        ast::Expr::BytesLiteral(literal) => Py::Bytes(literal.value.bytes().collect()),
        ast::Expr::NumberLiteral(literal) => match &literal.value {
            ast::Number::Int(value) => Py::Int(value.to_string().parse().ok()?),
            ast::Number::Float(value) => Py::Float(*value),
            ast::Number::Complex { .. } => return None,
        },
        _ => return None,
    })
}
