//! Cursors: SQL with parameters, and its rows one by one.

use std::collections::VecDeque;

use embellie_core::{IntoParams, Params, Sql};

use super::run::Run;
use super::shared::{Held, Shared};
use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::{Error, Py, Result};

/// A cursor: what its last statement gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cursor {
    /// The names of the columns; `None` when there are none.
    columns: Option<Vec<String>>,
    /// The rows that were not fetched yet.
    rows: VecDeque<Py>,
    /// How many rows there were or were changed; -1 when nobody knows.
    count: i128,
    closed: bool,
}

impl Cursor {
    pub(crate) fn new() -> Self {
        Cursor { count: -1, ..Cursor::default() }
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<Py> {
        match name {
            "description" => Some(match &self.columns {
                None => Py::None,
                Some(columns) => Py::tuple(
                    columns
                        .iter()
                        .map(|name| {
                            let mut column = vec![Py::Str(name.clone())];
                            column.extend(std::iter::repeat_n(Py::None, 6));
                            Py::tuple(column)
                        })
                        .collect(),
                ),
            }),
            "rowcount" => Some(Py::Int(self.count)),
            _ => None,
        }
    }

    pub(crate) fn close(&mut self) {
        *self = Cursor { closed: true, ..Cursor::new() };
    }

    /// Moves the rows out that are left.
    pub(crate) fn take_rows(&mut self) -> Vec<Py> {
        std::mem::take(&mut self.rows).into()
    }
}

/// Whether a statement gives rows: those that read do, and those that say what they give back.
fn gives_rows(sql: &str) -> bool {
    let first = sql.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
    let first: String = first.chars().take_while(|letter| letter.is_ascii_alphabetic()).collect();
    let reads = ["SELECT", "WITH", "VALUES", "EXPLAIN", "PRAGMA", "SHOW", "TABLE"];
    reads.iter().any(|word| first.eq_ignore_ascii_case(word))
        || sql.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("RETURNING"))
}

/// The parameters of a statement: of a list or a tuple, or of a dictionary by their names.
fn parameters(given: Py) -> Result<Params> {
    Ok(match given.plain()? {
        Py::Dict(items) => {
            let mut parameters = Params::new();
            for (name, value) in items {
                parameters = parameters.name(name.into_text("a parameter's name")?, value.to_value()?);
            }
            parameters
        }
        other => {
            let values: Vec<embellie_core::Value> =
                other.into_elements()?.iter().map(Py::to_value).collect::<Result<_>>()?;
            values.into_params()
        }
    })
}

/// What a method of a cursor gives.
pub(super) async fn call(
    on: &Evaluator<'_>,
    run: &Run<'_>,
    of: &Shared,
    name: &str,
    arguments: Arguments,
) -> Result<Py> {
    let is_closed = matches!(&*of.lock(), Held::Cursor(cursor) if cursor.closed);
    if is_closed && name != "close" {
        return Err(Error::Query(embellie_core::Error::Interface("Cursor is closed.".into())));
    }
    match name {
        "execute" => {
            let [sql, params] = arguments.bind("execute", ["sql", "params"])?;
            let sql = required("execute", "sql", sql)?.into_text("a statement")?;
            let (sql, params) = match params {
                // Without parameters there are no placeholders.
                None | Some(Py::None) => (sql.replace('%', "%%"), Params::new()),
                Some(params) => (sql, parameters(params)?),
            };
            let done = execute(on, run, &sql, params).await?;
            change(of, |cursor| *cursor = done);
            Ok(Py::Shared(of.clone()))
        }
        "executemany" => {
            let [sql, sets] = arguments.bind("executemany", ["sql", "param_list"])?;
            let sql = required("executemany", "sql", sql)?.into_text("a statement")?;
            refuse_write(run, &sql)?;
            let sets = on.rows_of(run, &required("executemany", "param_list", sets)?).await?;
            let sets: Vec<Params> = sets.into_iter().map(parameters).collect::<Result<_>>()?;
            let changed = on.executor.cursor().execute_many(Sql::trusted(sql), sets).await?;
            change(of, |cursor| *cursor = Cursor { count: changed.into(), ..Cursor::new() });
            Ok(Py::Shared(of.clone()))
        }
        "fetchone" => {
            arguments.none("fetchone")?;
            Ok(fetched(of, 1).pop().unwrap_or(Py::None))
        }
        "fetchmany" => {
            let [size] = arguments.bind("fetchmany", ["size"])?;
            let size = size.map_or(Ok(1), |size| size.into_int("a size"))?;
            Ok(Py::list(fetched(of, usize::try_from(size).unwrap_or_default())))
        }
        "fetchall" => {
            arguments.none("fetchall")?;
            Ok(Py::list(fetched(of, usize::MAX)))
        }
        "close" => {
            arguments.none("close")?;
            change(of, Cursor::close);
            Ok(Py::None)
        }
        _ => {
            let known = ["execute", "executemany", "fetchone", "fetchmany", "fetchall", "description", "rowcount"];
            let hint = embellie_core::did_you_mean(name, known);
            Err(Error::python("AttributeError", format!("'CursorWrapper' object has no attribute '{name}'{hint}")))
        }
    }
}

fn refuse_write(run: &Run<'_>, sql: &str) -> Result<()> {
    match run.is_only_reads() && !gives_rows(sql) {
        true => {
            Err(Error::not_supported("the statement changes the database, which is opened for reading only".to_owned()))
        }
        false => Ok(()),
    }
}

async fn execute(on: &Evaluator<'_>, run: &Run<'_>, sql: &str, params: Params) -> Result<Cursor> {
    refuse_write(run, sql)?;
    let cursor = on.executor.cursor();
    if !gives_rows(sql) {
        let changed = cursor.execute(Sql::trusted(sql), params).await?;
        return Ok(Cursor { count: changed.into(), ..Cursor::new() });
    }
    let rows = cursor.rows(Sql::trusted(sql), params).await?;
    let columns: Vec<String> = rows.columns().map(str::to_owned).collect();
    let rows = rows.into_vec();
    if rows.len() as u64 > run.limits.rows {
        return Err(Error::python(
            "MemoryError",
            format!("the statement gives more than {} rows: let the database compute, or add a LIMIT", run.limits.rows),
        ));
    }
    run.charge_elements(rows.len().saturating_mul(columns.len().max(1)))?;
    let rows: VecDeque<Py> = rows
        .into_iter()
        .map(|row| {
            let values = row.into_values().into_iter().map(|value| Py::from_value(value).shared());
            Ok(Py::tuple(values.collect::<Result<_>>()?))
        })
        .collect::<Result<_>>()?;
    let columns = (!columns.is_empty()).then_some(columns);
    // How many rows a statement that reads will give is not known beforehand, in Python.
    Ok(Cursor { columns, rows, count: -1, closed: false })
}

fn change(of: &Shared, change: impl FnOnce(&mut Cursor)) {
    if let Held::Cursor(cursor) = &mut *of.lock() {
        change(cursor);
    }
}

fn fetched(of: &Shared, most: usize) -> Vec<Py> {
    match &mut *of.lock() {
        Held::Cursor(cursor) => {
            let most = most.min(cursor.rows.len());
            cursor.rows.drain(..most).collect()
        }
        _ => Vec::new(),
    }
}
