//! Messages to the server that hold values.

use std::io;

use bytes::{BufMut, BytesMut};
use embellie_core::{DatabaseError, Error, Value};
use postgres_types::Type;

use crate::encode;

/// Runs what was bound last, for all of its rows.
pub(crate) fn execute(out: &mut BytesMut) {
    out.put_slice(b"E\0\0\0\x09\0\0\0\0\0");
}

/// Ends what belongs together: the server answers that it is ready.
pub(super) fn sync(out: &mut BytesMut) {
    out.put_slice(b"S\0\0\0\x04");
}

/// Binds parameters, of which each is of the type that the server has found for it, to a statement that has no NUL in
/// its name. Rows are asked for in binary form.
pub(crate) fn bind(statement: &str, types: &[Type], values: &[Value], out: &mut BytesMut) -> Result<(), Error> {
    let count = u16::try_from(values.len()).map_err(|_| {
        let (given, most) = (values.len(), u16::MAX);
        statement_error(&format!("it has {given} parameters, of which PostgreSQL takes at most {most}"))
    })?;
    let start = out.len() + 1;
    out.put_slice(b"B\0\0\0\0\0"); // a length to come, and the portal without a name
    out.put_slice(statement.as_bytes());
    out.put_u8(0);
    if values.iter().zip(types).any(|(value, ty)| encode::is_text(value, ty)) {
        out.put_u16(count);
        values.iter().zip(types).for_each(|(value, ty)| out.put_u16(u16::from(!encode::is_text(value, ty))));
    } else {
        // One form for all: the binary one.
        out.put_slice(&[0, 1, 0, 1]);
    }
    out.put_u16(count);
    for (i, (value, ty)) in values.iter().zip(types).enumerate() {
        encode::parameter(i + 1, value, ty, out)?;
    }
    out.put_slice(&[0, 1, 0, 1]);
    let length = i32::try_from(out.len() - start).map_err(|_| statement_error("it is larger than 2 GB"))?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

/// A statement that cannot be put into a message: one with a NUL in it, or with too many parameters.
pub(crate) fn statement_error(reason: &str) -> Error {
    let message = format!("the statement cannot be sent: {reason}");
    Error::Programming(DatabaseError { message, ..DatabaseError::default() })
}

impl From<io::Error> for Unsendable {
    fn from(error: io::Error) -> Self {
        Unsendable(statement_error(&error.to_string()))
    }
}

/// Why messages were not put together.
#[derive(Debug)]
pub(crate) struct Unsendable(pub(crate) Error);

impl From<Error> for Unsendable {
    fn from(error: Error) -> Self {
        Unsendable(error)
    }
}
