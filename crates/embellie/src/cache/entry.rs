//! The rows of a statement as bytes: recorded while they are read, and read again as a driver would give them.

use std::any::Any;

use embellie_core::{ColumnRef, Error, Header, Outcome, Result, Row, RowSink};

use super::store::Bytes;
use crate::codec;

/// What stands before the rows. It changes whenever the form of what follows does.
const FORM: u8 = 1;

/// Larger results are not kept.
const LARGEST: usize = 16 * 1024 * 1024;

/// Hands rows on, and records them.
pub(super) struct Recorder {
    sink: Box<dyn RowSink>,
    names: Vec<u8>,
    rows: Vec<u8>,
    count: usize,
    width: usize,
    /// Whether it has become too much, or cannot be kept.
    given_up: bool,
}

impl Recorder {
    pub(super) fn new(sink: Box<dyn RowSink>) -> Box<Self> {
        Box::new(Recorder { sink, names: Vec::new(), rows: Vec::new(), count: 0, width: 0, given_up: false })
    }

    /// The sink, and what was recorded, stamped with the time before it was read.
    pub(super) fn finish(recorder: Box<dyn RowSink>, stamp: u64) -> Result<(Box<dyn RowSink>, Option<Bytes>)> {
        let Ok(recorder) = recorder.into_any().downcast::<Recorder>() else {
            return Err(Error::Interface("the driver gave back another sink than it was given".into()));
        };
        let Recorder { sink, names, rows, count, width, given_up } = *recorder;
        let mut bytes = stamp.to_le_bytes().to_vec();
        bytes.push(FORM);
        let lengths = codec::write_length(&mut bytes, width).and_then(|()| {
            bytes.extend(&names);
            codec::write_length(&mut bytes, count)
        });
        bytes.extend(&rows);
        Ok((sink, (!given_up && lengths.is_ok()).then(|| bytes.into())))
    }

    fn record(&mut self, row: &dyn Row) -> Result<()> {
        for place in 0..self.width {
            codec::write(&mut self.rows, row.column(place)?)?;
        }
        self.count += 1;
        if self.rows.len() > LARGEST {
            return Err(Error::Value("the result is too large to be kept".into()));
        }
        Ok(())
    }
}

impl RowSink for Recorder {
    fn columns(&mut self, columns: &dyn Header) -> Result<()> {
        self.width = columns.len();
        self.names.clear();
        for place in 0..self.width {
            let name = columns.name(place).map_or(ColumnRef::Null, ColumnRef::Text);
            self.given_up |= codec::write(&mut self.names, name).is_err();
        }
        self.sink.columns(columns)
    }

    fn row(&mut self, row: &dyn Row) -> Result<()> {
        if !self.given_up && self.record(row).is_err() {
            self.given_up = true;
            self.rows = Vec::new();
        }
        self.sink.row(row)
    }

    fn restart(&mut self) {
        self.rows.clear();
        self.count = 0;
        self.sink.restart();
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// When what is in an entry was read: before this time of the clock.
pub(super) fn stamp(entry: &[u8]) -> Option<u64> {
    entry.first_chunk().map(|stamp| u64::from_le_bytes(*stamp))
}

/// Hands the rows of an entry to a sink.
pub(super) fn replay(entry: &[u8], sink: &mut dyn RowSink) -> Result<Outcome> {
    let mut bytes = entry;
    codec::take(&mut bytes, size_of::<u64>())?;
    if codec::take(&mut bytes, 1)? != [FORM] {
        return Err(Error::Decode("the cached rows are in another form".into()));
    }
    let width = codec::read_length(&mut bytes)?;
    let mut names = Vec::new();
    for _ in 0..width {
        names.push(match codec::read(&mut bytes)? {
            ColumnRef::Text(name) => Some(name),
            _ => None,
        });
    }
    let count = codec::read_length(&mut bytes)?;
    let mut row = Replayed { names: &names, columns: Vec::with_capacity(names.len()) };
    sink.columns(&row)?;
    for _ in 0..count {
        row.columns.clear();
        for _ in 0..width {
            row.columns.push(codec::read(&mut bytes)?);
        }
        sink.row(&row)?;
    }
    Ok(Outcome { rows: count as u64 })
}

struct Replayed<'a> {
    names: &'a [Option<&'a str>],
    columns: Vec<ColumnRef<'a>>,
}

impl Header for Replayed<'_> {
    fn len(&self) -> usize {
        self.names.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).copied().flatten()
    }
}

impl Row for Replayed<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>> {
        self.columns.get(index).copied().ok_or_else(|| {
            Error::Decode(format!("there is no column {index}: the row has {} columns", self.columns.len()))
        })
    }
}
