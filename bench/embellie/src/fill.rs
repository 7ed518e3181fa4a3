//! The tables of the cases and their rows.

use bench_common::{Failure, statements};
use embellie::{Database, Executor, Sql};

/// Makes the tables and fills them.
pub(crate) async fn fill(url: &str) -> Result<(), Failure> {
    let db = Database::connect(url).await?;
    let sqlite = url.starts_with("sqlite");
    if sqlite {
        db.cursor().query::<String>("PRAGMA journal_mode = wal", ()).await?;
    }
    db.atomic(async |tx| {
        for statement in statements(sqlite) {
            tx.cursor().execute(Sql::trusted(statement), ()).await?;
        }
        tx.cursor().execute("ANALYZE", ()).await
    })
    .await?;
    Ok(())
}
