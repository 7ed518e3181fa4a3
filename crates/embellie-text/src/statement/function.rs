//! Functions that a text defines.

use std::sync::{Arc, Mutex};

use embellie_core::BoxFuture;
use ruff_python_ast as ast;

use super::execute::Flow;
use super::run::{Frame, Run};
use super::shared::{Held, Shared};
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::{Error, Py, Result};

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    parameters: Parameters,
    body: Body,
    /// The values of parameters that a call leaves out.
    pub(crate) defaults: Vec<(String, Py)>,
    /// What the names around it held when it was defined.
    pub(crate) captured: Vec<(String, Py)>,
}

/// What a function does.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Expression(ast::Expr),
    Statements(Vec<ast::Stmt>),
    /// Statements in a transaction.
    Atomic(Vec<ast::Stmt>),
}

#[derive(Debug, Default)]
struct Parameters {
    /// Those that take arguments by place.
    positional: Vec<String>,
    keyword_only: Vec<String>,
    list: Option<String>,
    dict: Option<String>,
}

impl Evaluator<'_> {
    /// Makes a function.
    pub(super) async fn function(
        &self,
        run: &Run<'_>,
        name: &str,
        parameters: Option<&ast::Parameters>,
        body: Body,
    ) -> Result<Py> {
        let mut known = Parameters::default();
        let mut defaults = Vec::new();
        if let Some(parameters) = parameters {
            let name = |parameter: &ast::ParameterWithDefault| parameter.parameter.name.to_string();
            for parameter in parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs) {
                if let Some(default) = &parameter.default {
                    defaults.push((name(parameter), self.value(default).await?));
                }
            }
            known.positional = parameters.posonlyargs.iter().chain(&parameters.args).map(name).collect();
            known.keyword_only = parameters.kwonlyargs.iter().map(name).collect();
            known.list = parameters.vararg.as_ref().map(|parameter| parameter.name.to_string());
            known.dict = parameters.kwarg.as_ref().map(|parameter| parameter.name.to_string());
        }
        let captured = run.captured();
        run.charge_elements(captured.len() + 1)?;
        let function = Function { name: name.to_owned(), parameters: known, body, defaults, captured };
        Ok(Py::Shared(Shared::new(Held::Function(Arc::new(function)))))
    }

    /// Calls a function.
    pub(super) fn call_function<'s>(
        &'s self,
        run: &'s Run<'_>,
        function: &'s Arc<Function>,
        arguments: Arguments,
    ) -> BoxFuture<'s, Result<Py>> {
        Box::pin(async move {
            let _level = run.deeper()?;
            let mut frame = Frame { is_call: true, ..Frame::default() };
            frame.names.extend(function.captured.iter().cloned());
            frame.names.extend(function.bind(arguments)?);
            let _frame = run.open(frame);
            match &function.body {
                Body::Expression(body) => self.value(body).await,
                Body::Statements(body) => Ok(match self.block(run, body).await? {
                    Flow::Return(value) => value,
                    _ => Py::None,
                }),
                Body::Atomic(body) => Ok(match self.in_transaction(run, body).await? {
                    Flow::Return(value) => value,
                    _ => Py::None,
                }),
            }
        })
    }
}

impl Evaluator<'_> {
    /// Runs the statements of a method of a project's own, with names of their own alone.
    pub(crate) fn run_method<'s>(
        &'s self,
        bound: Vec<(String, Py)>,
        statements: &'s [ast::Stmt],
    ) -> BoxFuture<'s, Result<Py>> {
        Box::pin(async move {
            let names = Mutex::default();
            let limits = self.run.map(|run| run.limits).unwrap_or_default();
            let run = Run::new(&names, &|_| {}, limits).only_reads(self.run.is_some_and(Run::is_only_reads));
            let bound = bound.into_iter().map(|(name, value)| Ok((name, Py::shared(value)?)));
            let frame = Frame { is_call: true, names: bound.collect::<Result<_>>()? };
            let _frame = run.open(frame);
            let within = Evaluator { run: Some(&run), locals: self.locals.clone(), ..*self };
            match within.block(&run, statements).await? {
                Flow::Return(value) => value.plain(),
                _ => Ok(Py::None),
            }
        })
    }
}

impl Function {
    /// The names and values of a call, as Python sorts arguments to parameters.
    fn bind(&self, arguments: Arguments) -> Result<Vec<(String, Py)>> {
        let (name, parameters) = (&self.name, &self.parameters);
        let mut bound: Vec<(String, Py)> = Vec::new();
        let given = arguments.positional.len();
        let mut positional = arguments.positional.into_iter();
        bound.extend(parameters.positional.iter().cloned().zip(positional.by_ref()));
        let more: Vec<Py> = positional.collect();
        match &parameters.list {
            Some(list) => bound.push((list.clone(), Py::tuple(more))),
            None if more.is_empty() => {}
            None => {
                let takes = parameters.positional.len();
                return Err(Error::type_error(format!(
                    "{name}() takes {takes} positional argument{} but {given} {} given",
                    if takes == 1 { "" } else { "s" },
                    if given == 1 { "was" } else { "were" }
                )));
            }
        }
        let mut others = Vec::new();
        for (keyword, value) in arguments.keywords {
            if bound.iter().any(|(known, _)| *known == keyword) {
                return Err(Error::type_error(format!("{name}() got multiple values for argument '{keyword}'")));
            }
            if parameters.positional.contains(&keyword) || parameters.keyword_only.contains(&keyword) {
                bound.push((keyword, value));
            } else if parameters.dict.is_some() {
                others.push((Py::Str(keyword), value));
            } else {
                return Err(Error::type_error(format!("{name}() got an unexpected keyword argument '{keyword}'")));
            }
        }
        if let Some(dict) = &parameters.dict {
            bound.push((dict.clone(), Py::dict(others)?));
        }
        for parameter in parameters.positional.iter().chain(&parameters.keyword_only) {
            if bound.iter().any(|(known, _)| known == parameter) {
                continue;
            }
            match self.defaults.iter().find(|(known, _)| known == parameter) {
                Some((_, default)) => bound.push((parameter.clone(), default.clone())),
                None => {
                    return Err(Error::type_error(format!(
                        "{name}() missing 1 required positional argument: '{parameter}'"
                    )));
                }
            }
        }
        Ok(bound)
    }
}
