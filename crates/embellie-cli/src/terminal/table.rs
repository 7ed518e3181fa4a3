//! Rows in a box.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, ContentArrangement};

/// Rows for people: a cell for each column, and whether the column holds numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    /// The names of the columns.
    pub(crate) columns: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Vec<String>>,
    /// The columns that line up on the right.
    pub(crate) numbers: Vec<usize>,
}

/// The table in lines of at most `width` columns.
pub(crate) fn show(table: &Table, width: usize) -> Vec<String> {
    let mut shown = comfy_table::Table::new();
    shown
        .load_preset(UTF8_FULL_CONDENSED)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(&table.columns)
        .add_rows(&table.rows);
    for &number in &table.numbers {
        if let Some(column) = shown.column_mut(number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    shown.lines().map(|line| line.trim_end().to_owned()).collect()
}
