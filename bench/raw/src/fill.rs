//! The tables and their rows.

use bench_common::{Arguments, Failure, statements};

/// Makes the tables and fills them.
pub(crate) fn fill(arguments: &Arguments) -> Result<(), Failure> {
    let script = format!("BEGIN; {}; COMMIT; ANALYZE;", statements(arguments.file().is_some()).join("; "));
    match arguments.file() {
        Some(file) => {
            let connection = rusqlite::Connection::open(file)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            Ok(connection.execute_batch(&script)?)
        }
        None => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(&arguments.url, tokio_postgres::NoTls).await?;
                tokio::spawn(connection);
                Ok(client.batch_execute(&script).await?)
            })
        }
    }
}
