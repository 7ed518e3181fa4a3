//! Statements, one after the other.

use embellie_core::BoxFuture;
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::expression::value_type;
use super::function::Body;
use super::run::{Run, turn};
use super::shared::{Held, Shared};
use super::{assign, methods, module};
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::{Error, Py, Result};

/// How a statement ended.
#[derive(Debug)]
pub(crate) enum Flow {
    Next,
    Break,
    Continue,
    Return(Py),
}

impl Evaluator<'_> {
    /// Runs statements in order.
    pub(super) fn block<'s>(&'s self, run: &'s Run<'_>, body: &'s [ast::Stmt]) -> BoxFuture<'s, Result<Flow>> {
        Box::pin(async move {
            let _level = run.deeper()?;
            for statement in body {
                run.at(statement.range().start().to_u32());
                if run.step()? {
                    turn().await;
                }
                match self.statement(run, statement).await? {
                    Flow::Next => {}
                    other => return Ok(other),
                }
            }
            Ok(Flow::Next)
        })
    }

    fn statement<'s>(&'s self, run: &'s Run<'_>, statement: &'s ast::Stmt) -> BoxFuture<'s, Result<Flow>> {
        Box::pin(async move {
            match statement {
                ast::Stmt::Expr(statement) => {
                    self.value(&statement.value).await?;
                }
                ast::Stmt::Assign(assign) => {
                    let value = self.value(&assign.value).await?;
                    for target in &assign.targets {
                        self.assign_to(run, target, value.clone()).await?;
                    }
                }
                ast::Stmt::AnnAssign(assign) => {
                    if let Some(value) = &assign.value {
                        let value = self.value(value).await?;
                        self.assign_to(run, &assign.target, value).await?;
                    }
                }
                ast::Stmt::AugAssign(assign) => self.augment(run, assign).await?,
                ast::Stmt::If(choice) => return self.choose(run, choice).await,
                ast::Stmt::For(each) => return self.for_each(run, each).await,
                ast::Stmt::While(repeat) => return self.repeat(run, repeat).await,
                ast::Stmt::With(with) => return self.with(run, with).await,
                ast::Stmt::Try(attempt) => return self.attempt(run, attempt).await,
                ast::Stmt::FunctionDef(function) => self.define(run, function).await?,
                ast::Stmt::Return(value) => {
                    return Ok(Flow::Return(match &value.value {
                        Some(value) => self.value(value).await?,
                        None => Py::None,
                    }));
                }
                ast::Stmt::Break(_) => return Ok(Flow::Break),
                ast::Stmt::Continue(_) => return Ok(Flow::Continue),
                ast::Stmt::Pass(_) => {}
                ast::Stmt::Import(import) => {
                    for alias in &import.names {
                        module::import(run, alias);
                    }
                }
                ast::Stmt::ImportFrom(import) => module::import_from(self, run, import),
                ast::Stmt::Raise(raise) => return Err(self.raised(raise).await?),
                ast::Stmt::Assert(assertion) => {
                    let test = self.value(&assertion.test).await?;
                    if !self.is_true(run, &test).await? {
                        let message = match &assertion.msg {
                            Some(message) => {
                                let message = self.value(message).await?;
                                self.text(run, &message).await?
                            }
                            None => String::new(),
                        };
                        return Err(Error::python("AssertionError", message));
                    }
                }
                ast::Stmt::Delete(delete) => {
                    for target in &delete.targets {
                        self.delete_target(run, target).await?;
                    }
                }
                ast::Stmt::ClassDef(class) => {
                    return Err(Error::Unknown(format!(
                        "class {} is not understood here: models come from the database or from --models, and \
                         functions may be defined with 'def'",
                        class.name
                    )));
                }
                ast::Stmt::Global(_) | ast::Stmt::Nonlocal(_) => {
                    return Err(Error::Unknown(
                        "'global' and 'nonlocal' are not understood here: give the value back with 'return'".into(),
                    ));
                }
                _ => return Err(Error::Unknown("this form of statement is not understood here".into())),
            }
            Ok(Flow::Next)
        })
    }

    async fn augment(&self, run: &Run<'_>, assign: &ast::StmtAugAssign) -> Result<()> {
        let target: &ast::Expr = &assign.target;
        let old = self.value(target).await?;
        let value = self.value(&assign.value).await?;
        // A list grows where it is, for all that hold it.
        if assign.op == ast::Operator::Add
            && let Py::Shared(shared) = &old
            && matches!(&*shared.lock(), Held::List(_))
        {
            let more = self.rows_of(run, &value).await?;
            run.charge_elements(more.len())?;
            if let Held::List(values) = &mut *shared.lock() {
                values.extend(more);
            }
            return self.assign_to(run, target, old.clone()).await;
        }
        let made = self.combined(run, assign.op, old, value)?;
        self.assign_to(run, target, made).await
    }

    async fn choose(&self, run: &Run<'_>, choice: &ast::StmtIf) -> Result<Flow> {
        let test = self.value(&choice.test).await?;
        if self.is_true(run, &test).await? {
            return self.block(run, &choice.body).await;
        }
        for clause in &choice.elif_else_clauses {
            let taken = match &clause.test {
                None => true,
                Some(test) => {
                    let test = self.value(test).await?;
                    self.is_true(run, &test).await?
                }
            };
            if taken {
                return self.block(run, &clause.body).await;
            }
        }
        Ok(Flow::Next)
    }

    async fn for_each(&self, run: &Run<'_>, each: &ast::StmtFor) -> Result<Flow> {
        let over = self.value(&each.iter).await?;
        for row in self.rows_of(run, &over).await? {
            if run.step()? {
                turn().await;
            }
            self.assign_to(run, &each.target, row).await?;
            match self.block(run, &each.body).await? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
        self.block(run, &each.orelse).await
    }

    async fn repeat(&self, run: &Run<'_>, repeat: &ast::StmtWhile) -> Result<Flow> {
        loop {
            if run.step()? {
                turn().await;
            }
            let test = self.value(&repeat.test).await?;
            if !self.is_true(run, &test).await? {
                return self.block(run, &repeat.orelse).await;
            }
            match self.block(run, &repeat.body).await? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
    }

    async fn with(&self, run: &Run<'_>, with: &ast::StmtWith) -> Result<Flow> {
        self.with_items(run, &with.items, &with.body).await
    }

    /// Runs statements within what some items open, one in the other.
    fn with_items<'s>(
        &'s self,
        run: &'s Run<'_>,
        items: &'s [ast::WithItem],
        body: &'s [ast::Stmt],
    ) -> BoxFuture<'s, Result<Flow>> {
        Box::pin(async move {
            let Some((item, others)) = items.split_first() else { return self.block(run, body).await };
            let context = self.value(&item.context_expr).await?;
            let cursor = match &context {
                Py::Name("transaction.atomic()") => return self.in_transaction_with(run, others, body).await,
                Py::Shared(shared) if matches!(&*shared.lock(), Held::Cursor(_)) => shared.clone(),
                other => {
                    return Err(Error::Unknown(format!(
                        "'with' is understood with transaction.atomic() and connection.cursor(), not with a {}",
                        value_type(other)
                    )));
                }
            };
            if let Some(target) = &item.optional_vars {
                self.assign_to(run, target, context).await?;
            }
            let flow = self.with_items(run, others, body).await;
            if let Held::Cursor(cursor) = &mut *cursor.lock() {
                cursor.close();
            }
            flow
        })
    }

    /// Runs statements in a transaction, or at a savepoint of the one that is open.
    pub(super) async fn in_transaction(&self, run: &Run<'_>, body: &[ast::Stmt]) -> Result<Flow> {
        self.in_transaction_with(run, &[], body).await
    }

    async fn in_transaction_with(&self, run: &Run<'_>, items: &[ast::WithItem], body: &[ast::Stmt]) -> Result<Flow> {
        let session = self.executor.session();
        let outer = run.begin();
        let ended = session
            .atomic(async |transaction: &embellie::Transaction| {
                let within = Evaluator {
                    executor: transaction,
                    transaction: Some(transaction),
                    locals: self.locals.clone(),
                    ..*self
                };
                let flow = within.with_items(run, items, body).await?;
                Ok((flow, transaction.is_rollback_set()))
            })
            .await;
        let is_kept = matches!(&ended, Ok((_, false)));
        let ended = ended.map(|(flow, _)| flow);
        for hook in run.end(outer, is_kept) {
            self.invoke(run, hook, Arguments::default()).await?;
        }
        ended
    }

    async fn attempt(&self, run: &Run<'_>, attempt: &ast::StmtTry) -> Result<Flow> {
        let tried = match run.is_transaction() {
            true => self.in_transaction(run, &attempt.body).await,
            false => self.block(run, &attempt.body).await,
        };
        let flow = match tried {
            Ok(Flow::Next) => self.block(run, &attempt.orelse).await,
            Ok(other) => Ok(other),
            Err(error) => self.handle(run, attempt, error).await,
        };
        match self.block(run, &attempt.finalbody).await? {
            Flow::Next => flow,
            other => Ok(other),
        }
    }

    async fn handle(&self, run: &Run<'_>, attempt: &ast::StmtTry, error: Error) -> Result<Flow> {
        for handler in &attempt.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            let caught = match &handler.type_ {
                None => true,
                Some(classes) => {
                    let classes = self.value(classes).await?;
                    let classes = match &classes {
                        Py::Shared(_) => self.rows_of(run, &classes).await?,
                        one => vec![one.clone()],
                    };
                    classes.iter().any(|class| matches!(class, Py::Name(class) if module::is_of(error.class(), class)))
                }
            };
            if !caught {
                continue;
            }
            if let Some(name) = &handler.name {
                run.set(name.as_str(), Py::Shared(Shared::new(Held::Exception(error.clone()))));
            }
            let flow = self.block(run, &handler.body).await;
            return match flow {
                // `raise` alone raises what was caught.
                Err(Error::Python { class: "RuntimeError", message }) if message == module::NOTHING_TO_RAISE => {
                    Err(error)
                }
                other => other,
            };
        }
        Err(error)
    }

    async fn raised(&self, raise: &ast::StmtRaise) -> Result<Error> {
        let Some(exception) = &raise.exc else {
            return Ok(Error::python("RuntimeError", module::NOTHING_TO_RAISE));
        };
        Ok(match self.value(exception).await? {
            Py::Name(class) if module::is_exception(class) => Error::python(class, ""),
            Py::Shared(shared) => match &*shared.lock() {
                Held::Exception(error) => error.clone(),
                _ => Error::type_error("exceptions must derive from BaseException"),
            },
            _ => Error::type_error("exceptions must derive from BaseException"),
        })
    }

    async fn define(&self, run: &Run<'_>, function: &ast::StmtFunctionDef) -> Result<()> {
        let name = function.name.as_str();
        if function.is_async {
            return Err(Error::Unknown(format!("async def {name} is not understood here: leave 'async' out")));
        }
        let mut atomic = false;
        for decorator in &function.decorator_list {
            if matches!(&decorator.expression, ast::Expr::Name(name) if name.id.as_str() == "staticmethod") {
                continue;
            }
            let decorator = self.value(&decorator.expression).await?;
            if matches!(decorator, Py::Name("transaction.atomic" | "transaction.atomic()")) {
                atomic = true;
            } else {
                return Err(Error::Unknown(format!("decorators, as that of {name}, are not understood here")));
            }
        }
        let body = match atomic {
            true => Body::Atomic(function.body.to_vec()),
            false => Body::Statements(function.body.to_vec()),
        };
        let made = self.function(run, name, Some(&function.parameters), body).await?;
        run.set(name, made);
        Ok(())
    }

    async fn delete_target(&self, run: &Run<'_>, target: &ast::Expr) -> Result<()> {
        match target {
            ast::Expr::Name(name) => match run.remove(name.id.as_str()) {
                true => Ok(()),
                false => Err(Error::python("NameError", format!("name '{}' is not defined", name.id))),
            },
            ast::Expr::Subscript(subscript) => {
                let of = self.value(&subscript.value).await?;
                let index = self.value(&subscript.slice).await?;
                assign::delete_item(&of, &index)
            }
            ast::Expr::Attribute(attribute) => {
                let of = self.value(&attribute.value).await?;
                methods::delete_attribute(&of, attribute.attr.as_str())
            }
            _ => Err(Error::python("SyntaxError", "cannot delete that expression")),
        }
    }
}
