//! The figures in the README.

use super::report::Report;
use crate::shell::{self, Result};

/// What stands around the figures in the README.
const MARKS: (&str, &str) = ("<!-- speed: `cargo xtask bench --readme` writes this -->", "<!-- end of speed -->");

/// Where the chart is kept, from the root.
const CHART: &str = "docs/speed.svg";

/// Writes the chart, and the tables into the README.
pub(super) fn write(report: &Report, chart: &str) -> Result {
    let readme = shell::root().join("README.md");
    let text = std::fs::read_to_string(&readme)?;
    let shown = format!("![Time for each case, beside the raw driver]({CHART})\n\n{}", report.markdown());
    let text = between_marks(&text, &shown).ok_or_else(|| format!("README.md has no `{}`", MARKS.0))?;
    std::fs::write(shell::root().join(CHART), chart)?;
    std::fs::write(readme, text)?;
    println!("README.md and {CHART} show these figures");
    Ok(())
}

/// The text with something else between the marks; `None` when they are not there.
fn between_marks(text: &str, shown: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKS.0)?;
    let (_, after) = rest.split_once(MARKS.1)?;
    Some(format!("{before}{}\n\n{}\n\n{}{after}", MARKS.0, shown.trim(), MARKS.1))
}

#[cfg(test)]
mod tests {
    use super::{MARKS, between_marks};

    #[test]
    fn what_is_between_the_marks_is_replaced() {
        let text = format!("a\n{}\nold\n{}\nb\n", MARKS.0, MARKS.1);
        let new = between_marks(&text, "new\n").unwrap();
        assert_eq!(new, format!("a\n{}\n\nnew\n\n{}\nb\n", MARKS.0, MARKS.1));
        assert_eq!(between_marks(&new, "new").as_ref(), Some(&new));
        assert_eq!(between_marks("nothing", "new"), None);
    }
}
