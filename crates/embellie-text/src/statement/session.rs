//! A session: statements that are given one entry after the other, and the names that they leave.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use embellie::log::{Log, LogOptions};
use embellie::{Database, Executor};
use embellie_core::Sql;
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::execute::Flow;
use super::run::{Limits, Names, Run};
use super::shared::{Held, Shared};
use crate::complete::Shape;
use crate::evaluate::Evaluator;
use crate::models::Models;
use crate::query_set::read;
use crate::{Error, Py, Result, Set, parse};

/// Statements of Python with Django's query text in them, entry by entry: what a shell or a pasted snippet needs.
///
/// Variables stay from one entry to the next. There is nothing in a session that reaches a file, a network or a
/// process; an entry takes a limited number of steps and of memory, and may be abandoned at any point.
///
/// ```no_run
/// # async fn example(db: embellie::Database) -> Result<(), embellie_text::statement::Failure> {
/// use embellie_text::{Models, models::Settings, statement::Session};
/// let models = Models::of_registry(db.registry().clone(), Settings::default());
/// let mut session = Session::new(models);
/// session.run("posts = Post.objects.filter(author__name='Ann')", &db, &|text| print!("{text}")).await?;
/// session.run("for post in posts:\n    print(post.title)", &db, &|text| print!("{text}")).await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Session {
    models: Models,
    names: Mutex<Names>,
    limits: Limits,
    only_reads: bool,
    opening: Option<Sql>,
    /// What was sent since the first entry: Django's `connection.queries`.
    log: Option<Log>,
}

/// How many statements are kept, as in Django.
const KEPT: usize = 9000;

/// Why an entry was not run to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What is wrong.
    pub error: Error,
    /// The line of the entry where it is wrong, from one.
    pub line: usize,
    /// The text of that line.
    pub source: String,
    /// How many lines the entry has.
    pub lines: usize,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error.class(), self.error)
    }
}

impl std::error::Error for Failure {}

impl Session {
    /// A session without variables.
    pub fn new(models: Models) -> Self {
        Session {
            models,
            names: Mutex::default(),
            limits: Limits::default(),
            only_reads: false,
            opening: None,
            log: None,
        }
    }

    /// The session with other limits for each entry.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The session with methods that write refused before anything is sent.
    #[must_use]
    pub fn only_reads(mut self) -> Self {
        self.only_reads = true;
        self
    }

    /// The session with each entry in a transaction of its own that begins with a statement: where a session may only
    /// read, one by which the database itself refuses changes until the transaction ends, whatever the entry says.
    #[must_use]
    pub fn opening_with(mut self, statement: Sql) -> Self {
        self.opening = Some(statement);
        self
    }

    /// The models that its texts may name.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The variables, by name in order, with their values' types.
    pub fn variables(&self) -> Vec<(String, String)> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let mut variables: Vec<(String, String)> = names
            .globals
            .iter()
            .filter(|(_, value)| !matches!(value, Py::Name(_) | Py::Model(_)))
            .map(|(name, value)| (name.clone(), super::expression::value_type(value)))
            .collect();
        variables.sort();
        variables
    }

    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<Py> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).globals.get(name).cloned()
    }

    /// The variables with what may be done with them.
    pub(crate) fn shapes(&self) -> Vec<(String, String, Shape)> {
        let shape = |name: &str| match self.variable(name) {
            Some(Py::Shared(shared)) => match &*shared.lock() {
                Held::Object(kept) => Shape::Object(kept.object.label().to_owned()),
                Held::Rows(rows) => Shape::Rows(rows.set.label.clone()),
                Held::List(_) | Held::Tuple(_) | Held::Set(_) => Shape::List,
                Held::Dict(_) => Shape::Dict,
                _ => Shape::Other,
            },
            Some(value) => Shape::of(&value),
            None => Shape::Other,
        };
        self.variables().into_iter().map(|(name, kind)| (name.clone(), kind, shape(&name))).collect()
    }

    /// The query set that a value is: one itself, or all rows of a manager.
    ///
    /// # Errors
    /// When a manager's own query set is not understood.
    pub fn query_set(&self, value: &Py) -> Result<Option<Set>> {
        Ok(match value {
            Py::QuerySet(set) => Some((**set).clone()),
            Py::Manager(manager) => Some(manager.all()?),
            Py::Related(related) => Some(related.set.clone()),
            Py::Shared(shared) => match &*shared.lock() {
                Held::Rows(rows) => Some(rows.set.clone()),
                _ => None,
            },
            _ => None,
        })
    }

    /// The value apart from all that shares it, as plain lists, dictionaries and objects; a query set as the list of its
    /// rows. Of a list, the first `most` elements are given, and whether there are more.
    ///
    /// # Errors
    /// When rows cannot be read, or the value is nested too deeply.
    pub async fn read(&self, value: &Py, most: Option<usize>, db: &Database) -> Result<(Py, bool)> {
        let known = value.as_shared().and_then(super::expression::known_rows);
        let set = match known {
            Some(_) => None,
            None => self.query_set(value)?,
        };
        let mut values = match (known, set) {
            (Some(rows), _) => rows,
            (None, Some(set)) => {
                let run = Run::new(&self.names, &|_| {}, self.limits);
                let on = self.evaluator(db, &run);
                let set = match most.and_then(|most| i64::try_from(most).ok()) {
                    Some(most) => set.sliced(Some(0), Some(most.saturating_add(1)))?,
                    None => set,
                };
                let rows = self.opened(&on, async |on| read(&set, on).await).await?;
                let more = most.is_some_and(|most| rows.len() > most);
                let rows = rows.into_iter().take(most.unwrap_or(usize::MAX)).collect();
                return Ok((Py::List(rows), more));
            }
            (None, None) => match value.as_shared().map(Shared::held) {
                Some(Held::List(values)) => values,
                _ => return Ok((value.clone().plain()?, false)),
            },
        };
        let more = most.is_some_and(|most| values.len() > most);
        values.truncate(most.unwrap_or(usize::MAX));
        let values = values.into_iter().map(Py::plain).collect::<Result<_>>()?;
        Ok((Py::List(values), more))
    }

    /// How many elements a value has, where that is known without a statement.
    pub fn known_length(&self, value: &Py) -> Option<usize> {
        match &*value.as_shared()?.lock() {
            Held::List(values) => Some(values.len()),
            Held::Rows(rows) => rows.read.as_ref().map(Vec::len),
            _ => None,
        }
    }

    fn evaluator<'s>(&'s self, db: &'s Database, run: &'s Run<'s>) -> Evaluator<'s> {
        Evaluator {
            models: &self.models,
            db,
            executor: db,
            transaction: None,
            locals: Vec::new(),
            depth: 0,
            run: Some(run),
        }
    }

    /// Runs an entry. What it prints is given to `print`; the value of its last statement, when that is an expression,
    /// is given back, as `_` is too in the next entries. A query set comes back unread.
    ///
    /// # Errors
    /// What Python or Django say of the text, and where; what was done before stays.
    pub async fn run(
        &mut self,
        text: &str,
        db: &Database,
        print: &(dyn Fn(&str) + Sync),
    ) -> Result<Option<Py>, Failure> {
        let at = |error: Error, place: usize| {
            let before = text.get(..place.min(text.len())).unwrap_or(text);
            let line = before.matches('\n').count();
            let lines = text.lines().count();
            let line = line.min(lines.saturating_sub(1));
            Failure { error, line: line + 1, source: text.lines().nth(line).unwrap_or_default().to_owned(), lines }
        };
        let statements = parse::statements(text).map_err(|(error, place)| at(error, place))?;
        if self.log.is_none() {
            self.log = Some(db.log_with(LogOptions::new().capacity(KEPT)));
        }
        let run = Run::new(&self.names, print, self.limits).only_reads(self.only_reads);
        let run = run.kept_by(self.log.as_ref(), self.opening.as_ref());
        let on = self.evaluator(db, &run);
        let value = self.opened(&on, async |on| entry(on, &run, &statements).await).await;
        let value = value.map_err(|error| at(error, run.place() as usize))?;
        if let Some(value) = value.as_ref().filter(|value| !matches!(value, Py::None)) {
            run.set("_", value.clone());
        }
        Ok(value)
    }

    /// What a value is as text, as `repr()` has it; the first rows of a query set are read for it.
    ///
    /// # Errors
    /// When the rows of a query set cannot be read.
    pub async fn repr(&self, value: &Py, db: &Database) -> Result<String> {
        let run = Run::new(&self.names, &|_| {}, self.limits);
        let on = self.evaluator(db, &run);
        self.opened(&on, async |on| on.repr(&run, value).await).await
    }

    /// Does work in the transaction that each entry has, where each has one.
    async fn opened<'s, T>(
        &self,
        on: &Evaluator<'s>,
        work: impl AsyncFnOnce(&Evaluator<'_>) -> Result<T>,
    ) -> Result<T> {
        let Some(opening) = &self.opening else { return work(on).await };
        on.executor
            .session()
            .atomic(async |transaction: &embellie::Transaction| {
                transaction.cursor().execute(opening.clone(), ()).await?;
                work(&Evaluator {
                    executor: transaction,
                    transaction: Some(transaction),
                    locals: on.locals.clone(),
                    ..*on
                })
                .await
            })
            .await
    }
}

async fn entry(on: &Evaluator<'_>, run: &Run<'_>, statements: &[ast::Stmt]) -> Result<Option<Py>> {
    let (last, before) = match statements.split_last() {
        Some((ast::Stmt::Expr(last), before)) => (Some(last), before),
        _ => (None, statements),
    };
    match on.block(run, before).await? {
        Flow::Next => {}
        Flow::Return(_) => return Err(Error::python("SyntaxError", "'return' outside function")),
        Flow::Break | Flow::Continue => {
            return Err(Error::python("SyntaxError", "'break' and 'continue' belong into a loop"));
        }
    }
    match last {
        None => Ok(None),
        Some(last) => {
            run.at(last.range().start().to_u32());
            on.value(&last.value).await.map(Some)
        }
    }
}
