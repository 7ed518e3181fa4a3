//! Tables that fit the terminal: texts are cut, and columns left out, rather than lines broken.

use console::measure_text_width as width_of;
use embellie_text::Py;

use super::rows::{Rows, cell};
use crate::terminal::{Table, show_table};

/// How wide a column gets while others want room too.
const WIDE: usize = 40;
/// How narrow a column may get before others are left out.
const NARROW: usize = 12;
/// How short the name of a column may get.
const SHORT: usize = 8;
/// What a table takes beside its cells: a line and two spaces for each column, and a line.
const BESIDE: usize = 3;

/// The table in lines of at most `width` columns, and what could not be shown, in words.
pub(super) fn table(rows: &Rows, width: usize) -> (Vec<String>, Vec<String>) {
    let mut cells: Vec<Vec<String>> =
        rows.rows.iter().map(|row| row.iter().map(|value| printable(&cell(value))).collect()).collect();
    let mut columns: Vec<String> = rows.columns.iter().map(|name| printable(name)).collect();
    let widest = |place: usize, columns: &[String]| {
        let cells = cells.iter().filter_map(|row| row.get(place)).map(|text| width_of(text));
        cells.chain(columns.get(place).map(|name| width_of(name))).max().unwrap_or_default()
    };
    let mut widths: Vec<usize> = (0..columns.len()).map(|place| widest(place, &columns)).collect();
    let room = |shown: usize| width.saturating_sub(1 + BESIDE * shown);
    let total = |widths: &[usize]| widths.iter().sum::<usize>();
    // Names give way before what stands below them,
    let contents: Vec<usize> = (0..columns.len())
        .map(|place| cells.iter().filter_map(|row| row.get(place)).map(|text| width_of(text)).max().unwrap_or_default())
        .collect();
    while total(&widths) > room(widths.len()) {
        let spare = |place: &usize| widths[*place].saturating_sub(contents[*place].max(SHORT));
        let Some(most) = (0..widths.len()).max_by_key(spare).filter(|place| spare(place) > 0) else { break };
        widths[most] -= 1;
    }
    // then the widest columns do, down to what is still of use.
    for least in [WIDE, NARROW] {
        while total(&widths) > room(widths.len()) {
            let too_much = total(&widths) - room(widths.len());
            let Some(most) = widths.iter_mut().max().filter(|most| **most > least) else { break };
            *most -= too_much.min((*most - least).min(most.div_ceil(8)).max(1));
        }
    }
    let mut notes = Vec::new();
    let mut shown = widths.len();
    while shown > 1 && total(&widths[..shown]) > room(shown) {
        shown -= 1;
    }
    if shown < widths.len() {
        let left: Vec<&str> = columns[shown..].iter().map(String::as_str).collect();
        let some = left.iter().take(6).copied().collect::<Vec<_>>().join(", ");
        let more = if left.len() > 6 { ", …" } else { "" };
        let columns = if left.len() == 1 { "column" } else { "columns" };
        notes.push(format!("{} more {columns}: {some}{more}", left.len()));
    }
    widths.truncate(shown);
    columns.truncate(shown);
    cells.iter_mut().for_each(|row| row.truncate(shown));
    let is_number = |place: &usize| {
        let mut values = rows.rows.iter().filter_map(|row| row.get(*place)).filter(|value| !matches!(value, Py::None));
        let mut any = false;
        values.all(|value| {
            any = true;
            matches!(value, Py::Int(_) | Py::Float(_) | Py::Decimal(_))
        }) && any
    };
    let table = Table {
        columns: columns.iter().zip(&widths).map(|(name, width)| cut(name, *width)).collect(),
        rows: cells
            .iter()
            .map(|row| row.iter().zip(&widths).map(|(text, width)| cut(text, *width)).collect())
            .collect(),
        numbers: (0..shown).filter(is_number).collect(),
    };
    // What was cut to fit needs no arranging.
    (show_table(&table, width.max(4)), notes)
}

/// A line for each name and value.
pub(super) fn upright(pairs: &[(String, Py)], width: usize) -> Vec<String> {
    let names: Vec<String> = pairs.iter().map(|(name, _)| printable(name)).collect();
    let margin = names.iter().map(|name| width_of(name)).max().unwrap_or_default().min(width / 2);
    names
        .iter()
        .zip(pairs)
        .map(|(name, (_, value))| {
            let name = cut(name, margin);
            let padding = " ".repeat(margin.saturating_sub(width_of(&name)));
            format!("  {padding}{name}  {}", cut(&printable(&cell(value)), width.saturating_sub(margin + 4).max(8) * 4))
        })
        .collect()
}

/// The text with nothing in it that a terminal would act on.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '⏎',
            '\t' => ' ',
            '\r' => '␍',
            c if c.is_control() => '␦',
            // Marks that turn the direction of what comes after.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '␦',
            c => c,
        })
        .collect()
}

/// The text in at most `width` columns.
pub(super) fn cut(text: &str, width: usize) -> String {
    match width_of(text) <= width {
        true => text.to_owned(),
        false => console::truncate_str(text, width, "…").into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(columns: usize, text: &str) -> Rows {
        Rows {
            columns: (0..columns).map(|place| format!("column_{place}")).collect(),
            rows: vec![vec![Py::Str(text.to_owned()); columns], vec![Py::None; columns]],
            is_bare: false,
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [1, 2, 3, 7, 30] {
            for text in ["", "x", "漢字かな交じり文", &"long ".repeat(100), "a\nb\x1b[31mred\t\u{202e}"] {
                for width in [20, 40, 80, 200] {
                    let (lines, notes) = table(&rows(columns, text), width);
                    for line in &lines {
                        assert!(width_of(line) <= width.max(20), "{columns} columns in {width}: {line}");
                        assert!(!line.contains('\x1b'), "{line:?}");
                    }
                    let shown = lines[1].matches('┆').count() + 1;
                    assert_eq!(notes.is_empty(), shown == columns, "{lines:?} {notes:?}");
                }
            }
        }
    }

    #[test]
    fn texts_are_cut_before_columns_are_left_out() {
        let (lines, notes) = table(&rows(2, &"word ".repeat(40)), 60);
        assert!(notes.is_empty() && lines.iter().any(|line| line.contains('…')), "{lines:?}");
        let (lines, notes) = table(&rows(12, "0123456789"), 60);
        assert!(lines[1].contains("column_0") && notes[0].contains("more columns"), "{lines:?} {notes:?}");
    }
}
