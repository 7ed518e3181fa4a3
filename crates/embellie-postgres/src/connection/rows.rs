//! Rows that a statement takes from the client with its parameters: `COPY … FROM STDIN` with a list for each column.

use std::fmt::Write as _;
use std::sync::Arc;

use embellie_core::{Error, FromColumn, Outcome, Row, RowSink, Statement, Value};

use super::PostgresConnection;
use super::copy::{Copied, programming, write_copy};
use super::run::write;
use crate::encode;
use crate::link::{Sent, Unsendable, end_of_data, rows, unexpected};

/// About how long one message of rows is.
const PIECE: usize = 64 * 1024;

/// Whether a statement takes rows with its parameters; by itself, one of this kind has no parameters.
pub(super) fn takes_rows(statement: &Statement) -> bool {
    !statement.parameters.is_empty() && target(&statement.sql).is_some()
}

/// What rows are copied to: a table and its columns, as the text has them.
fn target(sql: &str) -> Option<&str> {
    sql.strip_prefix("COPY ")?.strip_suffix(" FROM STDIN")
}

impl PostgresConnection {
    /// Copies the rows, or inserts them where a table's rows cannot be copied.
    pub(super) async fn run_rows(&mut self, statement: &Statement) -> Result<Outcome, Error> {
        let columns = columns(statement)?;
        if self.is_to_insert(statement).await? {
            return self.insert_rows(statement, &columns).await;
        }
        let ahead = &self.ahead;
        let written = self.link.send(Sent::CopyIn, |out| {
            ahead.write(out)?;
            write_copy(&statement.sql, out)?;
            encode::copy::rows(&columns, PIECE, out)?;
            end_of_data(out);
            Ok::<(), Unsendable>(())
        });
        written.map_err(|unsendable| unsendable.0)?;
        let mut copied = Copied::after(self.ahead.sent());
        let answered = self.link.answers(|kind, body| copied.take(kind, b'G', body, &mut |_| Ok(()))).await;
        self.copied(answered, &copied, "gives rows instead of taking some")
    }

    /// Whether the server does not copy to a table, or would pass over what is to be done instead of an insert: where
    /// row-level security or rules apply. It is asked once for a statement.
    async fn is_to_insert(&mut self, statement: &Statement) -> Result<bool, Error> {
        let Some(table) = &statement.table else { return Ok(false) };
        if let Some(known) = self.copies.get(&statement.sql) {
            return Ok(*known);
        }
        let sql = "SELECT pg_catalog.row_security_active(oid) OR relhasrules FROM pg_catalog.pg_class \
                   WHERE oid = pg_catalog.to_regclass(pg_catalog.quote_ident($1))";
        let ask = Statement::read(sql, vec![Value::from(&**table)]);
        let mut answer = Answer(false);
        // Boxed, since running a statement may lead here.
        Box::pin(self.run(&ask, &mut answer)).await?;
        self.copies.insert(Arc::clone(&statement.sql), answer.0);
        Ok(answer.0)
    }

    /// Inserts the rows one by one, all of them sent at once and made to last together.
    async fn insert_rows(&mut self, statement: &Statement, columns: &[&[Value]]) -> Result<Outcome, Error> {
        let mut sql = format!("INSERT INTO {} VALUES (", target(&statement.sql).unwrap_or_default());
        for place in 1..=columns.len() {
            let _ = write!(sql, "{}${place}", if place > 1 { ", " } else { "" });
        }
        sql.push(')');
        let insert = Statement::write(sql, Vec::new());
        let draft = self.draft(&insert, false);
        let made = self.prepare(vec![draft]).await?.into_iter().next();
        let prepared = made.ok_or_else(|| programming("the insert was not prepared".into()))?;
        let ahead = &self.ahead;
        let written = self.link.send(Sent::Several, |out| {
            ahead.write(out)?;
            for row in 0..columns.first().map_or(0, |column| column.len()) {
                let values: Vec<Value> = columns.iter().filter_map(|column| column.get(row).cloned()).collect();
                write(&prepared, &values, out)?;
            }
            Ok::<(), Unsendable>(())
        });
        written.map_err(|unsendable| unsendable.0)?;
        let mut before = self.ahead.sent();
        // It is used once.
        self.ahead.close(&prepared.handle);
        let mut outcome = Outcome::default();
        let answered = self.link.answers(|kind, body| {
            match kind {
                b'1' | b'2' | b'3' => {}
                b'C' if before > 0 => before -= 1,
                b'C' => outcome.rows += rows(body)?,
                kind => return Err(unexpected(kind).into()),
            }
            Ok(())
        });
        let answered = answered.await;
        self.concluded(answered)?;
        Ok(outcome)
    }
}

/// The values of each column.
fn columns(statement: &Statement) -> Result<Vec<&[Value]>, Error> {
    let columns = statement.parameters.iter().map(|parameter| match parameter {
        Value::List(values) => Ok(values.as_slice()),
        other => {
            let kind = other.type_name();
            Err(programming(format!("rows to copy are given as a list for each column, and not as a {kind}")))
        }
    });
    let columns: Vec<&[Value]> = columns.collect::<Result<_, Error>>()?;
    let length = |column: &&[Value]| column.len();
    if columns.iter().map(length).min() != columns.iter().map(length).max() {
        return Err(programming("the columns of rows to copy have as many values as each other".into()));
    }
    Ok(columns)
}

/// Whether the only row's only column is true.
struct Answer(bool);

impl RowSink for Answer {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        self.0 = bool::from_column(row.column(0)?)?;
        Ok(())
    }

    fn restart(&mut self) {
        self.0 = false;
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
