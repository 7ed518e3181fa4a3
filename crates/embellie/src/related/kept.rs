//! Rows that are kept as columns, until somebody asks for another object of one of them.
//!
//! Objects that were read beforehand point back at the one that they were read for. That one is the caller's, so that they
//! need another, which few ask for: it is made of its row then.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use embellie_core::{ColumnRef, Error, Header, Result, Row};

use super::peers::{Object, Peers};
use crate::codec;

/// What makes an object of a row, one of a group.
pub(crate) type Make = fn(&dyn Row, Option<&Arc<Peers>>) -> Result<Object>;

/// The rows of one result, as columns one after the other.
pub(crate) struct Kept {
    make: Make,
    columns: Mutex<Vec<u8>>,
}

/// A row among those that are kept.
#[derive(Clone)]
pub(crate) struct KeptRow {
    rows: Arc<Kept>,
    start: usize,
}

impl Kept {
    pub(crate) fn new(make: Make) -> Arc<Self> {
        Arc::new(Kept { make, columns: Mutex::default() })
    }

    /// What `read` makes of a row of so many columns, which is kept if all of them are read in their order.
    pub(crate) fn keep<T>(
        self: &Arc<Self>,
        row: &dyn Row,
        columns: usize,
        read: impl FnOnce(&dyn Row) -> Result<T>,
    ) -> Result<(T, Option<KeptRow>)> {
        let mut kept = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        let start = kept.len();
        let seen = Seen { row, next: Cell::new(0), columns: RefCell::new(&mut kept) };
        let made = read(&seen)?;
        let whole = seen.next.get() == columns;
        Ok((made, whole.then(|| KeptRow { rows: Arc::clone(self), start })))
    }
}

impl fmt::Debug for KeptRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptRow")
    }
}

/// A row whose columns are kept as they are read.
struct Seen<'r> {
    row: &'r dyn Row,
    /// The column that is to come; none is any more, where one could not be kept.
    next: Cell<usize>,
    columns: RefCell<&'r mut Vec<u8>>,
}

impl Header for Seen<'_> {
    fn len(&self) -> usize {
        self.row.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.row.name(index)
    }
}

impl Row for Seen<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>> {
        let column = self.row.column(index)?;
        if index == self.next.get()
            && let Ok(mut columns) = self.columns.try_borrow_mut()
        {
            let written = codec::write(&mut columns, column).is_ok();
            self.next.set(if written { index + 1 } else { usize::MAX });
        }
        Ok(column)
    }
}

/// Objects that are made when somebody asks for them: of some rows of one result, by their numbers.
pub(crate) struct Late {
    rows: Arc<Kept>,
    peers: Option<Arc<Peers>>,
    /// Where each row begins, and its object.
    each: Vec<(usize, OnceLock<Option<Object>>)>,
}

impl Late {
    /// Those of some rows, each one of a group, if all of them were kept together.
    pub(crate) fn of<'r>(
        mut rows: impl ExactSizeIterator<Item = (Option<&'r KeptRow>, Option<&'r Arc<Peers>>)>,
    ) -> Option<Arc<Self>> {
        let mut each = Vec::with_capacity(rows.len());
        let (first, peers) = rows.next()?;
        let kept = first?;
        each.push((kept.start, OnceLock::new()));
        for (row, others) in rows {
            let row = row.filter(|row| Arc::ptr_eq(&row.rows, &kept.rows))?;
            if others.map(Arc::as_ptr) != peers.map(Arc::as_ptr) {
                return None;
            }
            each.push((row.start, OnceLock::new()));
        }
        Some(Arc::new(Late { rows: Arc::clone(&kept.rows), peers: peers.cloned(), each }))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.each.len()
    }

    /// The object of a number; the same whoever asks.
    pub(crate) fn object(&self, number: usize) -> Option<&Object> {
        let (start, object) = self.each.get(number)?;
        let make = || {
            let columns = self.rows.columns.lock().unwrap_or_else(PoisonError::into_inner);
            let replayed = Replayed { columns: columns.get(*start..)?, next: Cell::new((0, 0)) };
            // It was made of these columns before.
            (self.rows.make)(&replayed, self.peers.as_ref()).ok()
        };
        object.get_or_init(make).as_ref()
    }
}

/// A kept row.
struct Replayed<'a> {
    columns: &'a [u8],
    /// The column that is read next, and where it begins.
    next: Cell<(usize, usize)>,
}

impl Header for Replayed<'_> {
    fn len(&self) -> usize {
        usize::MAX
    }

    fn name(&self, _: usize) -> Option<&str> {
        None
    }
}

impl Row for Replayed<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>> {
        let (mut at, mut start) = self.next.get();
        if index < at {
            (at, start) = (0, 0);
        }
        loop {
            let mut rest = self.columns.get(start..).unwrap_or_default();
            let before = rest.len();
            if before == 0 {
                return Err(Error::Interface(format!("no column {index} was kept")));
            }
            let column = codec::read(&mut rest)?;
            start += before - rest.len();
            at += 1;
            if at > index {
                self.next.set((at, start));
                return Ok(column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use embellie_core::{ColumnRef, Error, Header, Result, Row};

    use super::{Kept, Late, Object};
    use crate::related::Peers;

    struct Numbers([i64; 3]);

    impl Header for Numbers {
        fn len(&self) -> usize {
            3
        }

        fn name(&self, _: usize) -> Option<&str> {
            None
        }
    }

    impl Row for Numbers {
        fn column(&self, index: usize) -> Result<ColumnRef<'_>> {
            self.0.get(index).map(|number| ColumnRef::Int(*number)).ok_or_else(|| Error::Interface("none".into()))
        }
    }

    fn numbers(row: &dyn Row) -> Result<Vec<i64>> {
        (0..3).map(|place| if let ColumnRef::Int(number) = row.column(place)? { Ok(number) } else { Ok(0) }).collect()
    }

    fn make(row: &dyn Row, _: Option<&Arc<Peers>>) -> Result<Object> {
        // In any order.
        row.column(2)?;
        numbers(row).map(|numbers| Arc::new(numbers) as Object)
    }

    #[test]
    fn objects_are_made_again() -> Result<()> {
        let kept = Kept::new(make);
        let (first, one) = kept.keep(&Numbers([1, 2, 3]), 3, numbers)?;
        let (second, other) = kept.keep(&Numbers([4, 5, 6]), 3, numbers)?;
        let late = Late::of([(other.as_ref(), None), (one.as_ref(), None)].into_iter());
        let again = |number| late.as_ref().and_then(|late| late.object(number)?.downcast_ref::<Vec<i64>>());
        assert_eq!((again(0), again(1), again(2)), (Some(&second), Some(&first), None));
        let alone = Kept::new(make).keep(&Numbers([7, 8, 9]), 3, numbers)?.1;
        assert!(Late::of([(other.as_ref(), None), (alone.as_ref(), None)].into_iter()).is_none());
        assert!(Late::of([(other.as_ref(), None), (None, None)].into_iter()).is_none());
        Ok(())
    }

    #[test]
    fn rows_that_were_not_read_as_they_are_are_not_kept() -> Result<()> {
        let kept = Kept::new(make);
        assert!(kept.keep(&Numbers([1, 2, 3]), 3, |row| row.column(0).map(|_| ()))?.1.is_none());
        assert!(kept.keep(&Numbers([1, 2, 3]), 3, |row| row.column(1).map(|_| ()))?.1.is_none());
        assert!(kept.keep(&Numbers([1, 2, 3]), 3, |row| row.column(9).map(|_| ())).is_err());
        Ok(())
    }
}
