//! Running SQL that you write: rows, dictionaries, changes.

use std::marker::PhantomData;

use embellie_core::{Columns, FromRow, IntoParams, Result, Sql, Statement};
use embellie_sql as sql;

use super::read::{Streamed, Typed, gather};
use crate::database::{Executor, Session};
use crate::log::called;
use crate::query_set::TextRow;
use crate::stream::{CHUNK, ChunkSink, Opening, RowStream, Source};

/// Runs SQL that you write, on a database or in a transaction: Django's cursor.
///
/// [`Executor::cursor`] makes one; it holds no connection. Placeholders are `%s` and `%(name)s`, see [`Sql`]; parameters
/// are a tuple, an array, a `Vec` or [`Params`](embellie_core::Params). Each call runs one statement; several in one
/// text are an error of the database, and none of them is run. Transactions are begun and ended by
/// [`atomic`](crate::Database::atomic) alone.
///
/// The errors of all methods are [`Error::Programming`](embellie_core::Error::Programming) for parameters that are not
/// those of the placeholders, before anything is sent, and else what the database says: for SQL that it does not
/// understand `Programming` too, or [`Error::Operational`](embellie_core::Error::Operational) of SQLite, as in Django.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    session: Session<'a>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(session: Session<'a>) -> Self {
        Cursor { session }
    }

    fn statement(&self, text: &Sql, params: impl IntoParams) -> Result<Statement> {
        sql::raw(text.as_str(), &params.into_params(), self.session.database().target())
    }

    /// Reads rows: tuples by position, structs of `#[derive(Row)]` by name, a plain type for rows of one column.
    ///
    /// Statements that change rows and give them back (`RETURNING`) are read in the same way.
    ///
    /// ```no_run
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let names: Vec<String> = db.cursor().query("SELECT name FROM blog_user ORDER BY name", ()).await?;
    /// let sql = "SELECT author_id, COUNT(*) FROM blog_post WHERE published = %s GROUP BY author_id";
    /// let counts: Vec<(i64, i64)> = db.cursor().query(sql, (true,)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As above, and [`Error::Decode`](embellie_core::Error::Decode) when the columns are not those of `T`, before the
    /// statement is run, or hold what `T` cannot.
    #[track_caller]
    pub fn query<T: FromRow>(
        &self,
        sql: impl Into<Sql>,
        params: impl IntoParams,
    ) -> impl Future<Output = Result<Vec<T>>> {
        called(async move {
            let statement = self.statement(&sql.into(), params)?;
            gather(self.session, &statement, Typed::<T>(PhantomData)).await.map(|gathered| gathered.rows)
        })
    }

    /// Reads rows as dictionaries, and says what the columns are, also when there are no rows.
    ///
    /// ```no_run
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let rows = db.cursor().rows("SELECT id, name FROM blog_user WHERE active = %s", (true,)).await?;
    /// assert_eq!(rows.columns().collect::<Vec<_>>(), ["id", "name"]);
    /// for row in &rows {
    ///     println!("{:?}", row.get("name"));
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As above.
    #[track_caller]
    pub fn rows(&self, sql: impl Into<Sql>, params: impl IntoParams) -> impl Future<Output = Result<Rows>> {
        called(async move {
            let statement = self.statement(&sql.into(), params)?;
            let gathered = gather(self.session, &statement, Typed::<TextRow>(PhantomData)).await?;
            Ok(Rows { columns: gathered.columns, rows: gathered.rows })
        })
    }

    /// Reads rows one after the other, without holding more than some of them. See [`RowStream`].
    ///
    /// ```no_run
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let mut names = db.cursor().stream::<(i64, String)>("SELECT id, name FROM blog_user", ());
    /// while let Some(row) = names.next().await {
    ///     let (id, name) = row?;
    ///     println!("{id} {name}");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// The stream's errors are those of [`query`](Cursor::query), and
    /// [`Error::NotSupported`](embellie_core::Error::NotSupported) for statements that do not only read.
    #[track_caller]
    pub fn stream<T: FromRow>(&self, sql: impl Into<Sql>, params: impl IntoParams) -> RowStream<'a, T> {
        self.iterator(sql, params, CHUNK)
    }

    /// Reads rows one after the other, `chunk_size` at a time.
    #[track_caller]
    pub fn iterator<T: FromRow>(
        &self,
        sql: impl Into<Sql>,
        params: impl IntoParams,
        chunk_size: usize,
    ) -> RowStream<'a, T> {
        let text = Text { statement: self.statement(&sql.into(), params), row: PhantomData };
        RowStream::new(text, chunk_size, self.session)
    }

    /// Runs a statement and says how many rows it changed, or gave.
    ///
    /// ```no_run
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let params = Params::new().name("views", 0).name("title", "Clouds");
    /// let sql = "UPDATE blog_post SET views = %(views)s WHERE title = %(title)s";
    /// let changed = db.atomic(async |tx| tx.cursor().execute(sql, params).await).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As above.
    #[track_caller]
    pub fn execute(&self, sql: impl Into<Sql>, params: impl IntoParams) -> impl Future<Output = Result<u64>> {
        called(async move {
            let statement = self.statement(&sql.into(), params)?;
            self.session.write(&statement).await.map(|outcome| outcome.rows)
        })
    }

    /// Runs a statement once for each set of parameters, all or none, and says how many rows were changed: Django's
    /// `executemany`.
    ///
    /// ```no_run
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let tags = ["rust", "django"].map(|word| (word,));
    /// assert_eq!(db.cursor().execute_many("INSERT INTO blog_tag (word) VALUES (%s)", tags).await?, 2);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As above. Nothing is run when one set of parameters does not fit, and nothing stays when the database refuses
    /// one.
    #[track_caller]
    pub fn execute_many<P: IntoParams>(
        &self,
        sql: impl Into<Sql>,
        sets: impl IntoIterator<Item = P>,
    ) -> impl Future<Output = Result<u64>> {
        called(async move {
            let text = sql.into();
            let statements: Result<Vec<Statement>> =
                sets.into_iter().map(|params| self.statement(&text, params)).collect();
            let statements = statements?;
            if statements.is_empty() {
                return Ok(0);
            }
            self.session
                .atomic(async |tx| {
                    let mut changed = 0;
                    for statement in &statements {
                        changed += tx.session().write(statement).await?.rows;
                    }
                    Ok(changed)
                })
                .await
        })
    }
}

/// Rows to be streamed.
struct Text<T> {
    statement: Result<Statement>,
    row: PhantomData<fn() -> T>,
}

impl<T: FromRow> Source for Text<T> {
    type Item = T;

    fn open(&self, _: Session<'_>) -> Result<Option<Opening<T>>> {
        let sink = ChunkSink::new(Streamed::new(Typed::<T>(PhantomData)));
        Ok(Some(Opening { statement: self.statement.clone()?, sink }))
    }
}

/// Rows as dictionaries, with the names of their columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    columns: Columns,
    rows: Vec<TextRow>,
}

impl Rows {
    /// The names of the columns, in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.names()
    }

    /// The rows.
    pub fn into_vec(self) -> Vec<TextRow> {
        self.rows
    }
}

impl std::ops::Deref for Rows {
    type Target = [TextRow];

    fn deref(&self) -> &[TextRow] {
        &self.rows
    }
}

impl IntoIterator for Rows {
    type Item = TextRow;
    type IntoIter = std::vec::IntoIter<TextRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'r> IntoIterator for &'r Rows {
    type Item = &'r TextRow;
    type IntoIter = std::slice::Iter<'r, TextRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}
