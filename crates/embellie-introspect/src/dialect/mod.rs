//! How each kind of database is asked what it has.

mod postgres;
mod sqlite;

use embellie::{Database, Error, Result};

use crate::schema::Schema;

pub(crate) async fn read(db: &Database) -> Result<Schema> {
    match db.server().dialect {
        sqlite::NAME => sqlite::read(db).await,
        postgres::NAME => postgres::read(db).await,
        other => Err(Error::NotSupported(format!("tables cannot be read from a database of the dialect '{other}'"))),
    }
}
