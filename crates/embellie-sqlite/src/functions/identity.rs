//! Identifiers that nobody else has.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Result};
use uuid::Uuid;

/// Written as UUIDs are stored: 32 hexadecimal digits. Another one each time.
pub(super) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("embellie_uuid4", 0, flags, |_| Ok(Uuid::new_v4().simple().to_string()))?;
    connection.create_scalar_function("embellie_uuid7", 0, flags, |_| Ok(Uuid::now_v7().simple().to_string()))
}
