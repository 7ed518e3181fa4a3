//! Managers and query sets of a project's own: classes of `models.py` whose methods do no more than return another
//! query.

use std::collections::HashMap;
use std::sync::Arc;

use ruff_python_ast as ast;
use ruff_python_ast::visitor::{Visitor, walk_expr};

use crate::models::Models;
use crate::parse;

/// The classes of modules, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Classes(HashMap<String, Arc<Class>>);

/// A class: what it extends, and those of its methods that are understood.
#[derive(Debug, Default)]
pub(crate) struct Class {
    bases: Vec<String>,
    methods: HashMap<String, Result<Arc<Method>, String>>,
    /// Methods of a query set that say whether managers made of it have them: `queryset_only`.
    queryset_only: HashMap<String, bool>,
}

/// A method that makes names of values, and returns one; or one of statements that are run as those of a session are.
#[derive(Debug)]
pub(crate) struct Method {
    /// The parameters after `self`, and what they are when they are not given.
    pub(crate) parameters: Vec<(String, Option<ast::Expr>)>,
    /// What takes further arguments: `*args` and `**kwargs`.
    pub(crate) further: (Option<String>, Option<String>),
    pub(crate) does: Does,
    /// Where it stands: a file and a line.
    pub(crate) place: String,
}

/// What a method does.
#[derive(Debug)]
pub(crate) enum Does {
    /// It makes names of values, in order, and returns one.
    Returns(Vec<(String, ast::Expr)>, Box<ast::Expr>),
    /// It runs statements.
    Runs(Vec<ast::Stmt>),
}

/// Where a method is found.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// Nowhere: Django's own is meant.
    Nowhere,
    /// In a class, with the class's name.
    Understood(String, Arc<Method>),
    /// In a class of this name at this place, but it does more than is understood.
    Opaque(String, String),
}

impl Models {
    /// The models with the managers that a `models.py` declares: classes whose methods return another query, such as
    /// `super().get_queryset().filter(public=True)`. What does more is left alone.
    ///
    /// # Errors
    /// When the text is no Python, or nested too deeply.
    pub fn with_managers(mut self, module: &str) -> crate::Result<Models> {
        for statement in parse::module(module)? {
            if let ast::Stmt::ClassDef(class) = statement {
                let name = class.name.to_string();
                self.classes.0.insert(name, Arc::new(Class::of(class)));
            }
        }
        Ok(self)
    }
}

impl Classes {
    /// Adds a class.
    pub(super) fn add(&mut self, name: &str, class: Class) {
        self.0.insert(name.to_owned(), Arc::new(class));
    }

    /// Looks for a method in a class and those that it extends.
    pub(crate) fn find(&self, class: &str, method: &str) -> Found {
        self.look(class, method, &mut Vec::new())
    }

    /// Looks for a method in the classes that a class extends: `super()`.
    pub(crate) fn find_above(&self, class: &str, method: &str) -> Found {
        let Some(known) = self.0.get(class) else { return Found::Nowhere };
        let mut seen = vec![class.to_owned()];
        known
            .bases
            .iter()
            .map(|base| self.look(base, method, &mut seen))
            .find(Found::is_somewhere)
            .unwrap_or(Found::Nowhere)
    }

    fn look(&self, class: &str, method: &str, seen: &mut Vec<String>) -> Found {
        if seen.iter().any(|known| known == class) {
            return Found::Nowhere;
        }
        seen.push(class.to_owned());
        let Some(known) = self.0.get(class) else { return Found::Nowhere };
        match known.methods.get(method) {
            Some(Ok(found)) => Found::Understood(class.to_owned(), Arc::clone(found)),
            Some(Err(place)) => Found::Opaque(class.to_owned(), place.clone()),
            None => known
                .bases
                .iter()
                .map(|base| self.look(base, method, seen))
                .find(Found::is_somewhere)
                .unwrap_or(Found::Nowhere),
        }
    }

    /// Whether a manager made of a query set's class has one of its methods.
    pub(crate) fn is_copied(&self, class: &str, method: &str) -> bool {
        let said = self.0.get(class).and_then(|class| class.queryset_only.get(method));
        !said.copied().unwrap_or_else(|| method.starts_with('_'))
    }

    pub(crate) fn knows(&self, class: &str) -> bool {
        self.0.contains_key(class)
    }
}

impl Found {
    fn is_somewhere(&self) -> bool {
        !matches!(self, Found::Nowhere)
    }
}

/// Whether a method is one that is understood.
pub(super) fn is_understood(function: ast::StmtFunctionDef) -> bool {
    Method::of(function, "").is_ok()
}

impl Class {
    /// A class without methods.
    pub(super) fn new(bases: Vec<String>) -> Class {
        Class { bases, ..Class::default() }
    }

    /// Adds a method.
    pub(super) fn add_method(&mut self, name: &str, function: ast::StmtFunctionDef, place: &str) {
        self.methods.insert(name.to_owned(), Method::of(function, place).map(Arc::new));
    }

    /// Says of a method whether managers made of the class have it.
    pub(super) fn say_queryset_only(&mut self, method: &str, only: bool) {
        self.queryset_only.insert(method.to_owned(), only);
    }

    fn of(class: ast::StmtClassDef) -> Class {
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        let bases = bases
            .map(|base| match base {
                ast::Expr::Name(name) => name.id.to_string(),
                ast::Expr::Attribute(attribute) => attribute.attr.to_string(),
                _ => String::new(),
            })
            .collect();
        let said = class.body.iter().filter_map(|statement| match statement {
            ast::Stmt::Assign(assign) => match (&assign.targets[..], &*assign.value) {
                ([ast::Expr::Attribute(target)], ast::Expr::BooleanLiteral(value))
                    if &target.attr == "queryset_only" =>
                {
                    Some((target.value.as_name_expr()?.id.to_string(), value.value))
                }
                _ => None,
            },
            _ => None,
        });
        let queryset_only = said.collect();
        let methods = class
            .body
            .into_iter()
            .filter_map(|statement| match statement {
                ast::Stmt::FunctionDef(function) => {
                    Some((function.name.to_string(), Method::of(function, "").map(Arc::new)))
                }
                _ => None,
            })
            .collect();
        Class { bases, methods, queryset_only }
    }
}

impl Method {
    /// # Errors
    /// The place, where the method does more than is understood.
    fn of(function: ast::StmtFunctionDef, place: &str) -> Result<Method, String> {
        let plain = function.decorator_list.is_empty() && !function.is_async;
        let declared = *function.parameters;
        if !plain || !declared.kwonlyargs.is_empty() || !declared.posonlyargs.is_empty() || declared.args.is_empty() {
            return Err(place.to_owned());
        }
        let name = |parameter: &Option<Box<ast::Parameter>>| parameter.as_ref().map(|given| given.name.to_string());
        let further = (name(&declared.vararg), name(&declared.kwarg));
        let mut parameters: Vec<(String, Option<ast::Expr>)> = declared
            .args
            .into_iter()
            .map(|parameter| (parameter.parameter.name.to_string(), parameter.default.map(|default| *default)))
            .collect();
        parameters.remove(0);
        let does = match Does::returns(&function.body) {
            Some(does) => does,
            None if function.body.iter().all(is_known) && calls_what_is_known(&function.body) => {
                Does::Runs(function.body.to_vec())
            }
            None => return Err(place.to_owned()),
        };
        Ok(Method { parameters, further, does, place: place.to_owned() })
    }
}

impl Does {
    /// What statements do that make names and return a value, and nothing else.
    fn returns(body: &[ast::Stmt]) -> Option<Does> {
        let mut names = Vec::new();
        for statement in body {
            match statement {
                ast::Stmt::Return(returned) => {
                    return Some(Does::Returns(names, Box::new((**returned.value.as_ref()?).clone())));
                }
                ast::Stmt::Assign(assign) => match &assign.targets[..] {
                    [ast::Expr::Name(name)] => names.push((name.id.to_string(), (*assign.value).clone())),
                    // A mark that a query set is given says nothing of its rows.
                    [ast::Expr::Attribute(mark)] if mark.attr.starts_with('_') => {}
                    _ => return None,
                },
                ast::Stmt::Expr(statement) if statement.value.is_string_literal_expr() => {}
                _ => return None,
            }
        }
        None
    }
}

/// Whether statements call no function that is declared elsewhere. What begins with a capital is a class: where it is none
/// that is understood, the call says so.
fn calls_what_is_known(body: &[ast::Stmt]) -> bool {
    struct Called(bool);
    impl<'a> Visitor<'a> for Called {
        fn visit_expr(&mut self, expr: &'a ast::Expr) {
            if let ast::Expr::Call(call) = expr
                && let ast::Expr::Name(name) = &*call.func
            {
                let name = name.id.as_str();
                let is_class = name.starts_with(char::is_uppercase);
                self.0 &= name == "super" || is_class || crate::statement::is_known(name);
            }
            walk_expr(self, expr);
        }
    }
    let mut called = Called(true);
    body.iter().for_each(|statement| called.visit_stmt(statement));
    called.0
}

/// Whether a statement is of a form that has no effect beyond the names of its method.
fn is_known(statement: &ast::Stmt) -> bool {
    let all = |body: &[ast::Stmt]| body.iter().all(is_known);
    match statement {
        ast::Stmt::Expr(_) | ast::Stmt::Return(_) | ast::Stmt::Raise(_) => true,
        ast::Stmt::Pass(_) | ast::Stmt::Continue(_) | ast::Stmt::Break(_) => true,
        ast::Stmt::Assign(assign) => assign
            .targets
            .iter()
            .all(|target| matches!(target, ast::Expr::Name(_) | ast::Expr::Subscript(_) | ast::Expr::Tuple(_))),
        ast::Stmt::AugAssign(assign) => matches!(&*assign.target, ast::Expr::Name(_) | ast::Expr::Subscript(_)),
        ast::Stmt::If(choice) => all(&choice.body) && choice.elif_else_clauses.iter().all(|clause| all(&clause.body)),
        ast::Stmt::For(each) => !each.is_async && all(&each.body) && all(&each.orelse),
        ast::Stmt::ImportFrom(_) => true,
        _ => false,
    }
}
