//! The code of a stop, cut out of the file that is compiled, so that what is shown is what runs.

/// Stands before the shown lines of a function, on a line of its own.
const BEGIN: &str = "// ↓";
/// Stands after them.
const END: &str = "// ↑";

/// The marked lines of a function, without their indentation. Nothing when there are none, which a test rules out.
pub(super) fn shown_lines(file: &str, function: &str) -> String {
    let head = format!("async fn {function}(");
    let body = file.lines().skip_while(|line| !line.contains(&head));
    let shown = body.skip_while(|line| line.trim() != BEGIN).skip(1);
    let lines: Vec<&str> = shown.take_while(|line| line.trim() != END).collect();
    let margin = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
    let margin = margin.min().unwrap_or(0);
    lines.iter().map(|line| line.get(margin..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marked_lines_of_the_function() {
        let file = "async fn a() {\n    // ↓\n    one\n    // ↑\n}\nasync fn b() {\n    // ↓\n    two {\n\n        three\n    }\n    // ↑\n}\n";
        assert_eq!(shown_lines(file, "a"), "one");
        assert_eq!(shown_lines(file, "b"), "two {\n\n    three\n}");
        assert_eq!(shown_lines(file, "c"), "");
    }

    #[test]
    fn every_part_shows_its_code() {
        for stop in crate::demo::tour::stops() {
            for part in &stop.parts {
                let code = part.code();
                assert!(!code.is_empty(), "{part:?} has no marked lines");
                assert!(!code.contains(BEGIN) && code.lines().count() <= 14, "{part:?} shows too much:\n{code}");
            }
        }
    }
}
