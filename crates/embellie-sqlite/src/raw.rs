//! SQLite's own interface, for what is done with each statement, parameter and column: the only unsafe code of this
//! crate.
//!
//! What makes it sound:
//!
//! - A [`Database`] owns the connection and drops its statements first; a statement in use ([`Prepared`]) borrows it.
//!   Nobody else has the connection's handle, and all of it is used by one thread at a time: `Database` is `Send` and
//!   not `Sync`.
//! - Parameters are bound without copies only by [`Prepared::bind`], and the [`Bound`] that it gives borrows them. While
//!   they are bound, nothing but that `Bound` steps the statement, and its drop unbinds them. One that is forgotten
//!   leaves a statement that refuses to be stepped until it is bound anew.
//! - A [`SqliteRow`] borrows what is stepped for the next row, so that what it shows is not changed as long as it is seen.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Once};

use embellie_core::{ColumnRef, Error, Header, Row, Value};
use rusqlite::{Connection, ffi};

use crate::encode::{Encoded, encode};
use crate::error::from_sqlite;
use crate::statements::{Statements, Ticket};

/// Has SQLite not count the memory that it uses: the count is kept under a lock of the whole program, which each of its
/// allocations takes. Where the program has used SQLite before, it stays as it is.
pub(crate) fn configure() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the option takes one integer, which SQLite stores, or refuses once it is initialized. No connection of
        // this crate exists yet. Another library of the program that initializes SQLite on another thread at this very
        // moment may read the integer before or after.
        unsafe { ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, c_int::from(false)) };
    });
}

/// A connection, with the statements that are kept prepared on it.
pub(crate) struct Database {
    // Dropped before the connection, which cannot be closed while it has statements.
    statements: RefCell<Statements<Handle>>,
    handle: *mut ffi::sqlite3,
    connection: Connection,
}

// SAFETY: as for the connection: the handle is used by whoever has the database, one thread at a time.
unsafe impl Send for Database {}

/// A prepared statement that is finalized when it is dropped.
struct Handle(NonNull<ffi::sqlite3_stmt>);

// SAFETY: it goes where its database goes, which owns it or is borrowed by what owns it.
unsafe impl Send for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the statement is alive, and nobody has it after this.
        unsafe { ffi::sqlite3_finalize(self.0.as_ptr()) };
    }
}

impl Database {
    pub(crate) fn new(connection: Connection, capacity: usize) -> Self {
        // SAFETY: the handle stays within this module, which neither closes the connection nor changes threads.
        let handle = unsafe { connection.handle() };
        Database { statements: RefCell::new(Statements::new(capacity)), handle, connection }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether no transaction is open.
    pub(crate) fn is_autocommit(&self) -> bool {
        // SAFETY: the handle is the open connection's.
        unsafe { ffi::sqlite3_get_autocommit(self.handle) != 0 }
    }

    /// How many rows were changed since the connection was opened.
    pub(crate) fn total_changes(&self) -> i64 {
        // SAFETY: the handle is the open connection's.
        unsafe { ffi::sqlite3_total_changes64(self.handle) }
    }

    /// How many rows the last statement changed that changes any.
    pub(crate) fn changes(&self) -> u64 {
        // SAFETY: the handle is the open connection's.
        unsafe { ffi::sqlite3_changes64(self.handle) }.unsigned_abs()
    }

    /// A text's statement: one that was kept, or a new one that will be.
    pub(crate) fn prepare(&self, text: &Arc<str>) -> rusqlite::Result<Prepared<'_>> {
        if let Some((ticket, handle)) = self.statements.borrow_mut().take(text) {
            return Ok(Prepared::new(self, handle, Home::Known(ticket)));
        }
        self.only(text, ffi::SQLITE_PREPARE_PERSISTENT)
            .map(|handle| Prepared::new(self, handle, Home::New(Arc::clone(text))))
    }

    /// A text's statement, which is not kept.
    pub(crate) fn prepare_once(&self, text: &str) -> rusqlite::Result<Prepared<'_>> {
        self.only(text, 0).map(|handle| Prepared::new(self, handle, Home::None))
    }

    /// The first statement of a text, if there is one, and the text behind it.
    pub(crate) fn prepare_first<'t>(&self, text: &'t str) -> rusqlite::Result<(Option<Prepared<'_>>, &'t str)> {
        let (handle, rest) = self.first(text, 0)?;
        Ok((handle.map(|handle| Prepared::new(self, handle, Home::None)), rest))
    }

    /// The statement of a text that holds one.
    fn only(&self, text: &str, flags: u32) -> rusqlite::Result<Handle> {
        let (handle, mut rest) = self.first(text, flags)?;
        while !rest.trim().is_empty() {
            match self.first(rest, 0)? {
                (Some(_), _) => return Err(rusqlite::Error::MultipleStatement),
                (None, further) => rest = further,
            }
        }
        handle.ok_or_else(|| {
            let misuse = ffi::Error::new(ffi::SQLITE_MISUSE);
            rusqlite::Error::SqliteFailure(misuse, Some("the text holds no statement".into()))
        })
    }

    fn first<'t>(&self, text: &'t str, flags: u32) -> rusqlite::Result<(Option<Handle>, &'t str)> {
        let Ok(length) = c_int::try_from(text.len()) else { return Err(self.error(ffi::SQLITE_TOOBIG)) };
        let start = text.as_ptr().cast();
        let (mut handle, mut tail) = (ptr::null_mut(), ptr::null());
        // SAFETY: the handle is the open connection's, the text is as long as is said, and the other two are places for
        // a pointer each.
        let code =
            unsafe { ffi::sqlite3_prepare_v3(self.handle, start, length, flags, &raw mut handle, &raw mut tail) };
        if code != ffi::SQLITE_OK {
            return Err(self.error(code));
        }
        let behind = tail.addr().checked_sub(start.addr()).and_then(|read| text.get(read..));
        Ok((NonNull::new(handle).map(Handle), behind.unwrap_or_default()))
    }

    /// The error of a call that has just given `code`.
    #[cold]
    fn error(&self, code: c_int) -> rusqlite::Error {
        // SAFETY: the handle is the open connection's; both messages are text that ends with a NUL, where there is one,
        // and are copied before anything else is called.
        let message = unsafe {
            let message = match ffi::sqlite3_extended_errcode(self.handle) == code {
                true => ffi::sqlite3_errmsg(self.handle),
                false => ffi::sqlite3_errstr(code),
            };
            (!message.is_null()).then(|| CStr::from_ptr(message).to_string_lossy().into_owned())
        };
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), message)
    }
}

/// A statement that is in use. When it is dropped it is at its beginning again, without parameters, and kept.
pub(crate) struct Prepared<'d> {
    handle: ManuallyDrop<Handle>,
    home: Home,
    database: &'d Database,
    /// It was bound or stepped since it was at its beginning.
    used: bool,
    /// It has parameters that are not numbers: they take memory, or are borrowed.
    texts: bool,
    /// Its parameters are borrowed.
    borrows: bool,
}

enum Home {
    Known(Ticket),
    New(Arc<str>),
    None,
}

impl<'d> Prepared<'d> {
    fn new(database: &'d Database, handle: Handle, home: Home) -> Self {
        let handle = ManuallyDrop::new(handle);
        Prepared { handle, home, database, used: false, texts: false, borrows: false }
    }

    fn raw(&self) -> *mut ffi::sqlite3_stmt {
        self.handle.0.as_ptr()
    }

    /// Whether it changes nothing in the database.
    pub(crate) fn is_readonly(&self) -> bool {
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_stmt_readonly(self.raw()) != 0 }
    }

    /// Its columns.
    pub(crate) fn header(&self) -> SqliteRow<'_> {
        // SAFETY: the statement is alive.
        let columns = unsafe { ffi::sqlite3_column_count(self.raw()) };
        SqliteRow { statement: self.handle.0, columns, borrowed: PhantomData }
    }

    /// Binds parameters, which must be as many as the statement has. Text and bytes stay where they are.
    pub(crate) fn bind<'s>(&'s mut self, parameters: &'s [Value]) -> Result<Bound<'s, 'd>, Error> {
        self.bind_all(parameters, true)?;
        Ok(Bound { statement: self, columns: None })
    }

    /// Binds copies of parameters, which must be as many as the statement has.
    pub(crate) fn bind_copies(&mut self, parameters: &[Value]) -> Result<(), Error> {
        self.bind_all(parameters, false)
    }

    /// Steps on with copied parameters; what comes of it stays where it is.
    pub(crate) fn resume(&mut self) -> Result<Resumed<'_, 'd>, Error> {
        if self.borrows {
            return Err(Error::Interface("the statement has lost its parameters".into()));
        }
        self.used = true;
        Ok(Resumed { statement: self, columns: None })
    }

    /// Runs it to its end, without parameters.
    pub(crate) fn run(&mut self) -> rusqlite::Result<()> {
        self.rewind();
        self.used = true;
        while self.step()? {}
        Ok(())
    }

    /// Goes back to the beginning and forgets the parameters, but for numbers, which the next ones replace.
    fn rewind(&mut self) {
        if self.used {
            // What it gives is the error of the last step, which is known.
            // SAFETY: the statement is alive.
            unsafe { ffi::sqlite3_reset(self.raw()) };
            self.used = false;
        }
        if self.texts {
            // SAFETY: the statement is alive.
            unsafe { ffi::sqlite3_clear_bindings(self.raw()) };
            (self.texts, self.borrows) = (false, false);
        }
    }

    fn bind_all(&mut self, parameters: &[Value], borrow: bool) -> Result<(), Error> {
        self.rewind();
        // SAFETY: the statement is alive.
        let expected = unsafe { ffi::sqlite3_bind_parameter_count(self.raw()) };
        if usize::try_from(expected) != Ok(parameters.len()) {
            let expected = usize::try_from(expected).unwrap_or_default();
            return Err(from_sqlite(rusqlite::Error::InvalidParameterCount(parameters.len(), expected)));
        }
        self.used = true;
        let mut scratch = String::new();
        for (place, value) in (1..).zip(parameters) {
            let encoded = encode(value, &mut scratch)?;
            // SAFETY: the statement is alive, as are texts and bytes during the call; afterwards they are borrowed as
            // long as they are bound, or have been copied.
            let code = unsafe {
                match encoded {
                    Encoded::Null => ffi::sqlite3_bind_null(self.raw(), place),
                    Encoded::Integer(value) => ffi::sqlite3_bind_int64(self.raw(), place, value),
                    Encoded::Real(value) => ffi::sqlite3_bind_double(self.raw(), place, value),
                    Encoded::Text(text) => self.bind_text(place, text, borrow),
                    Encoded::Made(text) => self.bind_text(place, text, false),
                    Encoded::Bytes(bytes) => self.bind_bytes(place, bytes, borrow),
                }
            };
            if code != ffi::SQLITE_OK {
                return Err(from_sqlite(self.database.error(code)));
            }
        }
        Ok(())
    }

    /// # Safety
    /// The text stays as it is until it is unbound, if it is borrowed.
    unsafe fn bind_text(&mut self, place: c_int, text: &str, borrow: bool) -> c_int {
        let destructor = self.destructor(borrow);
        let (start, length) = (text.as_ptr().cast(), text.len() as ffi::sqlite3_uint64);
        // SAFETY: the statement is alive, and the text is as long as is said.
        unsafe { ffi::sqlite3_bind_text64(self.raw(), place, start, length, destructor, ffi::SQLITE_UTF8 as u8) }
    }

    /// # Safety
    /// The bytes stay as they are until they are unbound, if they are borrowed.
    unsafe fn bind_bytes(&mut self, place: c_int, bytes: &[u8], borrow: bool) -> c_int {
        let destructor = self.destructor(borrow);
        let (start, length) = (bytes.as_ptr().cast(), bytes.len() as ffi::sqlite3_uint64);
        // SAFETY: the statement is alive, and there are as many bytes as is said.
        unsafe { ffi::sqlite3_bind_blob64(self.raw(), place, start, length, destructor) }
    }

    fn destructor(&mut self, borrow: bool) -> ffi::sqlite3_destructor_type {
        self.texts = true;
        match borrow {
            true => {
                self.borrows = true;
                ffi::SQLITE_STATIC()
            }
            false => ffi::SQLITE_TRANSIENT(),
        }
    }

    /// The next row, if there is one. Where parameters are borrowed, only what borrows them may call it.
    fn step(&mut self) -> rusqlite::Result<bool> {
        // SAFETY: the statement is alive.
        match unsafe { ffi::sqlite3_step(self.raw()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            code => Err(self.database.error(code)),
        }
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        self.rewind();
        // SAFETY: nothing uses the place after this.
        let handle = unsafe { ManuallyDrop::take(&mut self.handle) };
        match std::mem::replace(&mut self.home, Home::None) {
            Home::Known(ticket) => self.database.statements.borrow_mut().put_back(ticket, handle),
            Home::New(text) => self.database.statements.borrow_mut().keep(text, handle),
            Home::None => drop(handle),
        }
    }
}

macro_rules! steps {
    ($stepped:ident) => {
        impl $stepped<'_, '_> {
            /// The next row, if there is one.
            pub(crate) fn next(&mut self) -> rusqlite::Result<Option<SqliteRow<'_>>> {
                if !self.statement.step()? {
                    return Ok(None);
                }
                let statement = self.statement.handle.0;
                // Asked for after the first step: SQLite prepares a statement anew there when the schema has changed.
                // SAFETY: the statement is alive.
                let count = || unsafe { ffi::sqlite3_column_count(statement.as_ptr()) };
                let columns = *self.columns.get_or_insert_with(count);
                Ok(Some(SqliteRow { statement, columns, borrowed: PhantomData }))
            }

            /// Its columns.
            pub(crate) fn header(&self) -> SqliteRow<'_> {
                self.statement.header()
            }
        }
    };
}

/// A statement with borrowed parameters, which goes back to its beginning when this is dropped.
pub(crate) struct Bound<'s, 'd> {
    statement: &'s mut Prepared<'d>,
    columns: Option<c_int>,
}

steps!(Bound);

impl Drop for Bound<'_, '_> {
    fn drop(&mut self) {
        self.statement.rewind();
    }
}

/// A statement with parameters of its own, which stays where it is when this is dropped.
pub(crate) struct Resumed<'s, 'd> {
    statement: &'s mut Prepared<'d>,
    columns: Option<c_int>,
}

steps!(Resumed);

impl Resumed<'_, '_> {
    /// Goes back to the beginning, with the parameters that it has.
    pub(crate) fn start_again(self) {
        // What it gives is the error of the last step, which is known.
        // SAFETY: the statement is alive.
        unsafe { ffi::sqlite3_reset(self.statement.raw()) };
    }
}

/// A row, read where SQLite keeps it; or what the columns are called, and then all of them are null.
pub(crate) struct SqliteRow<'s> {
    statement: NonNull<ffi::sqlite3_stmt>,
    columns: c_int,
    /// The statement is not stepped as long as this is seen.
    borrowed: PhantomData<&'s ()>,
}

impl Header for SqliteRow<'_> {
    fn len(&self) -> usize {
        usize::try_from(self.columns).unwrap_or_default()
    }

    fn name(&self, index: usize) -> Option<&str> {
        let index = self.place(index)?;
        // SAFETY: the statement is alive, and the name is text that ends with a NUL. It stays until the statement is
        // prepared anew, which happens when it is stepped.
        let name = unsafe {
            let name = ffi::sqlite3_column_name(self.statement.as_ptr(), index);
            if name.is_null() {
                return None;
            }
            CStr::from_ptr(name)
        };
        name.to_str().ok()
    }
}

impl Row for SqliteRow<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>, Error> {
        let Some(place) = self.place(index) else { return Err(self.no_column(index)) };
        // SAFETY: the statement is alive, and its connection is used by this thread alone, as values of columns need it.
        // What they point at stays until the statement is stepped, since they are only read as what they are.
        unsafe {
            let value = ffi::sqlite3_column_value(self.statement.as_ptr(), place);
            match ffi::sqlite3_value_type(value) {
                ffi::SQLITE_INTEGER => Ok(ColumnRef::Int(ffi::sqlite3_value_int64(value))),
                ffi::SQLITE_FLOAT => Ok(ColumnRef::Float(ffi::sqlite3_value_double(value))),
                ffi::SQLITE_TEXT => {
                    // In this order: it makes the text UTF-8 where the file has another encoding.
                    let start = ffi::sqlite3_value_text(value);
                    let bytes = bytes(start, ffi::sqlite3_value_bytes(value));
                    match bytes.and_then(text) {
                        Some(text) => Ok(ColumnRef::Text(text)),
                        None => Err(self.not_text(index, start.is_null())),
                    }
                }
                ffi::SQLITE_BLOB => {
                    let start = ffi::sqlite3_value_blob(value);
                    // Those of length zero have no place.
                    Ok(ColumnRef::Bytes(bytes(start.cast(), ffi::sqlite3_value_bytes(value)).unwrap_or_default()))
                }
                _ => Ok(ColumnRef::Null),
            }
        }
    }
}

/// The bytes as text, if they are UTF-8.
fn text(bytes: &[u8]) -> Option<&str> {
    match bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8. Looking for nothing else is faster, and most texts are nothing else.
        true => Some(unsafe { std::str::from_utf8_unchecked(bytes) }),
        false => std::str::from_utf8(bytes).ok(),
    }
}

/// # Safety
/// There are so many bytes, and they stay as they are as long as the slice is seen; or the pointer is null.
unsafe fn bytes<'a>(start: *const u8, length: c_int) -> Option<&'a [u8]> {
    match usize::try_from(length) {
        // SAFETY: as the caller says.
        Ok(length) if !start.is_null() => Some(unsafe { std::slice::from_raw_parts(start, length) }),
        _ => None,
    }
}

impl SqliteRow<'_> {
    /// How often SQLite has prepared the statement anew because the schema had changed.
    pub(crate) fn preparations(&self) -> i32 {
        // SAFETY: the statement is alive.
        unsafe {
            ffi::sqlite3_stmt_status(self.statement.as_ptr(), ffi::SQLITE_STMTSTATUS_REPREPARE, c_int::from(false))
        }
    }

    fn place(&self, index: usize) -> Option<c_int> {
        c_int::try_from(index).ok().filter(|place| *place < self.columns)
    }

    #[cold]
    fn no_column(&self, index: usize) -> Error {
        Error::Decode(format!("there is no column {index}: the row has {} columns", self.len()))
    }

    #[cold]
    fn not_text(&self, index: usize, no_memory: bool) -> Error {
        let name = self.name(index).unwrap_or("?");
        Error::Decode(match no_memory {
            true => format!("there is no memory for the text in column {index} ({name})"),
            false => format!("column {index} ({name}) holds text that is not UTF-8"),
        })
    }
}
