//! Evaluating: from Python's syntax tree to values.

mod attribute;
mod call;
mod construct;
mod operator;

pub(crate) use call::of_expression;
pub(crate) use operator::{before, binary, unary};

use embellie::{Database, Executor};
use embellie_core::BoxFuture;
use ruff_python_ast as ast;

use crate::arguments::Arguments;
use crate::models::Models;
use crate::query_set::read;
use crate::statement::Run;
use crate::{Error, Py, Result, names, parse};

/// Evaluates a text, and reads the rows when what it gives is a query set.
///
/// ```no_run
/// # async fn count(db: embellie::Database) -> Result<(), embellie_text::Error> {
/// use embellie_text::{Models, evaluate, models::Settings};
/// let models = Models::of_registry(db.registry().clone(), Settings::default());
/// let rows = evaluate("Post.objects.filter(author__name='Ann').values('title')", &models, &db).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// Those that Django and Python have for the text; see [`Error::class`].
pub async fn evaluate(text: &str, models: &Models, db: &Database) -> Result<Py> {
    let tree = parse::parse(text.trim())?;
    let on = Evaluator { models, db, executor: db, transaction: None, locals: Vec::new(), depth: 0, run: None };
    match on.value(&tree).await? {
        Py::QuerySet(set) => Ok(Py::List(read(&set, &on).await?)),
        Py::Manager(manager) => Ok(Py::List(read(&manager.all()?, &on).await?)),
        Py::Raw(raw) => on.raw(&raw).await,
        other => Ok(other),
    }
}

/// What a text is evaluated on.
pub(crate) struct Evaluator<'a> {
    pub(crate) models: &'a Models,
    pub(crate) db: &'a Database,
    /// Where statements run: the database, or a transaction of it.
    pub(crate) executor: &'a dyn Executor,
    /// The transaction, where they run in one.
    pub(crate) transaction: Option<&'a embellie::Transaction>,
    /// Names of values, in a method of a project's own.
    pub(crate) locals: Vec<(String, Py)>,
    /// How deep methods of a project's own called each other.
    pub(crate) depth: usize,
    /// What statements share that run; `None` where the text is a query alone.
    pub(crate) run: Option<&'a Run<'a>>,
}

impl Evaluator<'_> {
    /// The value of an expression.
    pub(crate) fn value<'s>(&'s self, tree: &'s ast::Expr) -> BoxFuture<'s, Result<Py>> {
        if let Some(run) = self.run {
            return self.value_in(run, tree);
        }
        Box::pin(async move {
            match tree {
                ast::Expr::Attribute(attribute) => {
                    let of = self.value(&attribute.value).await?;
                    self.attribute_later(of, attribute.attr.as_str()).await
                }
                ast::Expr::Call(call) => {
                    let function = self.value(&call.func).await?;
                    let arguments = self.arguments_later(&call.arguments).await?;
                    self.call_later(function, arguments).await
                }
                ast::Expr::Subscript(subscript) => {
                    let of = self.value(&subscript.value).await?;
                    let index = self.value(&subscript.slice).await?;
                    self.item_later(of, index).await
                }
                ast::Expr::BinOp(operation) => {
                    let left = self.value(&operation.left).await?;
                    let right = self.value(&operation.right).await?;
                    let (left, right) = operator::before(operation.op, left, right, self.models);
                    operator::binary(operation.op, left, right)
                }
                ast::Expr::UnaryOp(operation) => operator::unary(operation.op, self.value(&operation.operand).await?),
                ast::Expr::List(list) => Ok(Py::List(self.all_later(&list.elts).await?)),
                ast::Expr::Tuple(tuple) => Ok(Py::Tuple(self.all_later(&tuple.elts).await?)),
                ast::Expr::Set(set) => Ok(Py::Set(self.all_later(&set.elts).await?)),
                ast::Expr::Dict(dict) => self.dict_later(dict).await,
                ast::Expr::Slice(slice) => self.slice_later(slice).await,
                other => self.leaf(other),
            }
        })
    }

    // Futures made in functions of their own take no room on the stack of what awaits them, which is nested deeply.

    pub(crate) fn attribute_later<'s>(&'s self, of: Py, name: &'s str) -> BoxFuture<'s, Result<Py>> {
        Box::pin(self.attribute(of, name))
    }

    pub(crate) fn call_later(&self, function: Py, arguments: Arguments) -> BoxFuture<'_, Result<Py>> {
        Box::pin(self.call(function, arguments))
    }

    pub(crate) fn item_later(&self, of: Py, index: Py) -> BoxFuture<'_, Result<Py>> {
        Box::pin(self.item(of, index))
    }

    pub(crate) fn arguments_later<'s>(&'s self, given: &'s ast::Arguments) -> BoxFuture<'s, Result<Arguments>> {
        Box::pin(self.arguments(given))
    }

    pub(crate) fn all_later<'s>(&'s self, trees: &'s [ast::Expr]) -> BoxFuture<'s, Result<Vec<Py>>> {
        Box::pin(self.all(trees))
    }

    pub(crate) fn dict_later<'s>(&'s self, dict: &'s ast::ExprDict) -> BoxFuture<'s, Result<Py>> {
        Box::pin(self.dict(dict))
    }

    pub(crate) fn slice_later<'s>(&'s self, slice: &'s ast::ExprSlice) -> BoxFuture<'s, Result<Py>> {
        Box::pin(self.slice(slice))
    }

    fn local(&self, name: &str) -> Option<Py> {
        let found = self.locals.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        // In a method, Django's classes may be reached by the module that they are of.
        found.or_else(|| (name == "models" && self.depth > 0).then_some(Py::Name("models")))
    }

    /// Whether a name means a class of query sets, in a method of a project's own.
    fn is_query_set_class(&self, name: &str) -> bool {
        name == "QuerySet" || self.models.classes().knows(name)
    }

    /// The value of an expression without parts.
    pub(crate) fn leaf(&self, tree: &ast::Expr) -> Result<Py> {
        Ok(match tree {
            ast::Expr::NoneLiteral(_) => Py::None,
            ast::Expr::BooleanLiteral(literal) => Py::Bool(literal.value),
            ast::Expr::StringLiteral(literal) => Py::Str(literal.value.to_str().to_owned()),
            ast::Expr::BytesLiteral(literal) => Py::Bytes(literal.value.bytes().collect()),
            ast::Expr::NumberLiteral(literal) => match &literal.value {
                ast::Number::Int(value) => match value.to_string().parse() {
                    Ok(value) => Py::Int(value),
                    Err(_) => return Err(Error::python("OverflowError", "the integer is too large")),
                },
                ast::Number::Float(value) => Py::Float(*value),
                ast::Number::Complex { .. } => {
                    return Err(Error::type_error("complex numbers are no values of a database"));
                }
            },
            ast::Expr::Name(name) => match (self.local(name.id.as_str()), self.models.label_of(name.id.as_str())) {
                (Some(value), _) => value,
                (None, Some(label)) => Py::Model(label.to_owned()),
                (None, None) if self.depth > 0 && self.is_query_set_class(name.id.as_str()) => {
                    Py::QuerySetClass((name.id != "QuerySet").then(|| name.id.to_string()))
                }
                (None, None) => names::lookup(name.id.as_str())
                    .ok_or_else(|| Error::python("NameError", format!("name '{}' is not defined", name.id)))?,
            },
            _ => {
                return Err(Error::python("SyntaxError", "the text has a form of Python that queries do not have"));
            }
        })
    }

    async fn dict(&self, dict: &ast::ExprDict) -> Result<Py> {
        let mut items = Vec::new();
        for item in &dict.items {
            let value = self.value(&item.value).await?;
            let value = if item.key.is_none() { value.items_apart() } else { value };
            match (&item.key, value) {
                (Some(key), value) => items.push((self.value(key).await?, value)),
                (None, Py::Dict(more)) => items.extend(more),
                (None, other) => {
                    return Err(Error::type_error(format!("'{}' object is not a mapping", other.type_name())));
                }
            }
        }
        Ok(Py::Dict(items))
    }

    async fn slice(&self, slice: &ast::ExprSlice) -> Result<Py> {
        let mut bounds = [None; 3];
        for (bound, part) in bounds.iter_mut().zip([&slice.lower, &slice.upper, &slice.step]) {
            if let Some(part) = part {
                *bound = match self.value(part).await? {
                    Py::None => None,
                    Py::Int(value) => Some(i64::try_from(value).unwrap_or(i64::MAX)),
                    _ => {
                        return Err(Error::type_error(
                            "slice indices must be integers or None or have an __index__ method",
                        ));
                    }
                };
            }
        }
        let [start, stop, step] = bounds;
        Ok(Py::Slice(start, stop, step))
    }

    async fn all(&self, trees: &[ast::Expr]) -> Result<Vec<Py>> {
        let mut values = Vec::with_capacity(trees.len());
        for tree in trees {
            match tree {
                ast::Expr::Starred(starred) => values.extend(self.elements(self.value(&starred.value).await?).await?),
                tree => values.push(self.value(tree).await?),
            }
        }
        Ok(values)
    }

    /// The elements of what can be iterated over; a query set is read.
    pub(crate) async fn elements(&self, value: Py) -> Result<Vec<Py>> {
        match (value, self.run) {
            (Py::QuerySet(set), _) => read(&set, self).await,
            (value @ Py::Shared(_), Some(run)) => self.rows_of(run, &value).await,
            (other, _) => other.into_elements(),
        }
    }

    async fn arguments(&self, given: &ast::Arguments) -> Result<Arguments> {
        let positional = self.all(&given.args).await?;
        let mut keywords: Vec<(String, Py)> = Vec::new();
        for keyword in &given.keywords {
            let value = self.value(&keyword.value).await?;
            let value = if keyword.arg.is_none() { value.items_apart() } else { value };
            match (&keyword.arg, value) {
                (Some(name), value) => keywords.push((name.to_string(), value)),
                (None, Py::Dict(items)) => {
                    for (name, value) in items {
                        keywords.push((name.into_text("keywords")?, value));
                    }
                }
                (None, other) => {
                    return Err(Error::type_error(format!(
                        "argument after ** must be a mapping, not {}",
                        other.type_name()
                    )));
                }
            }
        }
        for (place, (name, _)) in keywords.iter().enumerate() {
            if keywords.iter().take(place).any(|(known, _)| known == name) {
                return Err(Error::type_error(format!("got multiple values for keyword argument '{name}'")));
            }
        }
        Ok(Arguments { positional, keywords })
    }
}
