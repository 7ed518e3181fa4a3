//! Results for people and for programs: tables, JSON, CSV.

mod csv;
mod fit;
mod json;
mod rows;

pub(crate) use csv::write as write_csv;
pub(crate) use json::write as write_json;
pub(crate) use rows::Rows;

/// The result as lines of a table, whose columns have these names where its rows have none, or as plain text when it is no list of rows.
pub(crate) fn show(value: &embellie_text::Py, names: &[String], width: usize) -> (Vec<String>, Vec<String>) {
    match Rows::of(value).map(|rows| rows.named(names)) {
        Some(rows) => fit::table(&rows, width),
        None => (rows::cell(value).lines().map(str::to_owned).collect(), Vec::new()),
    }
}

/// A value without rows, on lines of its own.
pub(crate) fn one_line(value: &embellie_text::Py) -> String {
    harmless(&rows::cell(value))
}

/// A text with its lines, but with nothing else in it that a terminal would act on.
pub(crate) fn harmless(text: &str) -> String {
    text.split('\n').map(fit::printable).collect::<Vec<_>>().join("\n")
}

/// One object or dictionary, a line for each of its values.
pub(crate) fn show_upright(value: &embellie_text::Py, width: usize) -> Option<Vec<String>> {
    rows::pairs(value).map(|pairs| fit::upright(&pairs, width))
}
