//! Text, numbers and times for people.

use std::time::Duration;

/// The text in lines of at most `width` columns, broken between words. Words too long are left whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let room = console::measure_text_width(&line) + 1 + console::measure_text_width(word);
            if !line.is_empty() && room > width {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// Each line, with this before it.
pub(crate) fn indent<'a>(margin: &str, lines: impl IntoIterator<Item = &'a str>) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{margin}{line}\n") };
    lines.into_iter().map(line).collect()
}

/// The number with commas between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The time in a unit that suits it, with three digits.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let (number, unit) = match seconds {
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    let places = match number {
        n if n < 10.0 => 2,
        n if n < 100.0 => 1,
        _ => 0,
    };
    format!("{number:.places$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times() {
        assert_eq!([0, 999, 1_000, 61_289, 1_234_567].map(count), ["0", "999", "1,000", "61,289", "1,234,567"]);
        let times = [0, 900, 12_340, 1_999_000, 2_000_000_000, 75_000_000_000].map(Duration::from_nanos);
        assert_eq!(times.map(duration), ["0.00 µs", "0.90 µs", "12.3 µs", "2.00 ms", "2.00 s", "75.0 s"]);
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("aVeryLongWord b", 5), ["aVeryLongWord", "b"]);
        assert_eq!(wrap("a\n\nb", 5), ["a", "", "b"]);
    }
}
