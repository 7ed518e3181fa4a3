//! The bodies of messages, read with every length checked.

use postgres_protocol::Oid;

use super::Malformed;
use super::server_error::ServerError;

/// What is still to be read of a message.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// What the message is, for errors.
    what: &'static str,
}

/// A column as the server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The table it comes from, or 0.
    pub(crate) table: Oid,
    pub(crate) ty: Oid,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(body: &'a [u8], what: &'static str) -> Self {
        Reader { rest: body, what }
    }

    fn malformed(&self) -> Malformed {
        Malformed(format!("{} is cut off or damaged", self.what))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.malformed())?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn short(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn int(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_be_bytes)
    }

    pub(crate) fn oid(&mut self) -> Result<Oid, Malformed> {
        self.array().map(Oid::from_be_bytes)
    }

    /// Text up to a zero.
    pub(crate) fn text(&mut self) -> Result<String, Malformed> {
        let end = self.rest.iter().position(|&byte| byte == 0).ok_or_else(|| self.malformed())?;
        let text = String::from_utf8_lossy(self.rest.get(..end).unwrap_or_default()).into_owned();
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Ok(text)
    }

    pub(crate) fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub(crate) fn end(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.malformed()) }
    }
}

/// The types of a statement's parameters.
pub(crate) fn parameters(body: &[u8]) -> Result<Vec<Oid>, Malformed> {
    let mut reader = Reader::new(body, "the description of a statement's parameters");
    let count = reader.short()?;
    let mut types = Vec::new();
    for _ in 0..count {
        types.push(reader.oid()?);
    }
    reader.end()?;
    Ok(types)
}

/// The columns of a statement's rows.
pub(crate) fn fields(body: &[u8]) -> Result<Vec<Field>, Malformed> {
    let mut reader = Reader::new(body, "the description of rows");
    let count = reader.short()?;
    let mut fields = Vec::new();
    for _ in 0..count {
        let name = reader.text()?;
        let table = reader.oid()?;
        reader.short()?; // the column's number in it
        let ty = reader.oid()?;
        reader.array::<8>()?; // the type's size and modifier, and the form
        fields.push(Field { name, table, ty });
    }
    reader.end()?;
    Ok(fields)
}

/// The fields of an error or a notice.
pub(crate) fn server_error(body: &[u8]) -> Result<ServerError, Malformed> {
    let mut reader = Reader::new(body, "an error or notice");
    let mut error = ServerError::default();
    loop {
        match reader.byte()? {
            0 => break,
            b'S' if error.severity.is_empty() => error.severity = reader.text()?,
            b'V' => error.severity = reader.text()?,
            b'C' => error.code = reader.text()?,
            b'M' => error.message = reader.text()?,
            b'n' => error.constraint = Some(reader.text()?),
            b'R' => error.routine = Some(reader.text()?),
            _ => drop(reader.text()?),
        }
    }
    reader.end()?;
    Ok(error)
}

/// How many rows a command says that it has given or changed: the last word, where it is a number.
pub(crate) fn rows(body: &[u8]) -> Result<u64, Malformed> {
    let tag = tag(body)?;
    let last = tag.rsplit(|&byte| byte == b' ').next().unwrap_or_default();
    Ok(std::str::from_utf8(last).ok().and_then(|number| number.parse().ok()).unwrap_or(0))
}

/// What a command says that it was: `UPDATE 3`.
pub(crate) fn tag(body: &[u8]) -> Result<&[u8], Malformed> {
    let malformed = || Malformed("the end of a command is cut off".into());
    body.split_last().filter(|(last, _)| **last == 0).map(|(_, tag)| tag).ok_or_else(malformed)
}

/// Where the columns of a row lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    start: u32,
    /// Negative for a null.
    length: i32,
}

impl Place {
    pub(crate) fn of(self, body: &[u8]) -> Option<&[u8]> {
        let length = usize::try_from(self.length).ok()?;
        let start = self.start as usize;
        body.get(start..start + length)
    }
}

/// Finds the columns of a row, which are as many as were described.
pub(crate) fn places(body: &[u8], expected: usize, places: &mut Vec<Place>) -> Result<(), Malformed> {
    let damaged = || Malformed("a row is cut off or damaged".into());
    let (count, mut rest) = body.split_first_chunk::<2>().ok_or_else(damaged)?;
    let count = usize::from(u16::from_be_bytes(*count));
    if count != expected {
        return Err(Malformed(format!("a row has {count} columns, where {expected} were described")));
    }
    places.resize(count, Place::default());
    // A message is shorter than 2^31 bytes.
    let mut start = 2u32;
    for place in places {
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        let length = i32::from_be_bytes(*length);
        start += 4;
        *place = Place { start, length };
        rest = match usize::try_from(length) {
            Ok(length) => after.get(length..).ok_or_else(damaged)?,
            Err(_) if length == -1 => after,
            Err(_) => return Err(damaged()),
        };
        start += length.max(0).unsigned_abs();
    }
    if rest.is_empty() { Ok(()) } else { Err(damaged()) }
}
