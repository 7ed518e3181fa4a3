//! What takes rows.

use std::hint::black_box;

use embellie_core::{Error, FromColumn, Row, RowSink};

pub(crate) type Post = (i64, String, i32);

#[derive(Default)]
pub(crate) struct Posts(pub(crate) Vec<Post>);

impl RowSink for Posts {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        let title = String::from_column(row.column(1)?)?;
        self.0.push((i64::from_column(row.column(0)?)?, title, i32::from_column(row.column(2)?)?));
        Ok(())
    }

    fn restart(&mut self) {
        self.0.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// Reads every column.
pub(crate) struct Every;

impl RowSink for Every {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        for i in 0..row.len() {
            black_box(row.column(i)?);
        }
        Ok(())
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
