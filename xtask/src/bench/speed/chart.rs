//! A chart of the ratios, on a logarithmic axis.

use std::fmt::Write;

use super::cases::CASES;
use super::contender::Contender;
use super::report::{Report, title};

const LEFT: f64 = 268.0;
const WIDTH: f64 = 620.0;
const ROW: f64 = 22.0;
/// The height of a name above the first row.
const NAME: f64 = 14.0;
/// The ratios at both ends of the axis.
const ENDS: (f64, f64) = (0.25, 128.0);
const OURS: &str = "embellie";

/// How a contender is drawn: colours that people who are colour-blind can tell apart, and a shape besides.
const MARKS: [(&str, &str, Shape); 7] = [
    (OURS, "#000000", Shape::Circle),
    ("diesel", "#0072b2", Shape::Square),
    ("diesel-async", "#56b4e9", Shape::Diamond),
    ("sqlx", "#d55e00", Shape::Triangle),
    ("seaorm", "#cc79a7", Shape::Circle),
    ("toasty", "#b38600", Shape::Square),
    ("django", "#009e73", Shape::Diamond),
];

#[derive(Debug, Clone, Copy)]
enum Shape {
    Circle,
    Square,
    Diamond,
    Triangle,
}

/// The chart.
pub(super) fn svg(report: &Report) -> String {
    let (mut body, mut y) = (String::new(), 44.0);
    for database in report.databases() {
        y = panel(report, database, y, &mut body);
    }
    let width = LEFT + WIDTH + 60.0;
    let height = y + 34.0;
    let small = |y: f64, text: &str| {
        format!("<text x=\"20\" y=\"{y:.0}\" fill=\"#555\" font-size=\"10\">{}</text>\n", escaped(text))
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"24\" font-size=\"15\" font-weight=\"bold\">Time for each case, as a multiple of the raw \
         driver’s. Left is better.</text>\n{body}{}{}</svg>\n",
        small(y + 8.0, &report.circumstances),
        small(y + 22.0, &report.contenders.join("; ")),
    )
}

/// One database's cases, from `top` on; gives where they end.
fn panel(report: &Report, database: &str, top: f64, body: &mut String) -> f64 {
    let cases: Vec<_> = CASES.iter().filter(|case| report.of(database, case, "raw").is_some()).collect();
    let Some(first) = cases.first() else { return top };
    let ratio = |contender: &Contender, case| report.of(database, case, contender.name).map(|one| one.ratio);
    let named: Vec<(f64, &Contender)> =
        report.beside_raw().filter_map(|one| Some((x_of(ratio(one, first)?), one))).collect();
    let names = names(named);
    let levels = names.iter().map(|(.., level)| level + 1).max().unwrap_or_default();
    let rows = top + 18.0 + NAME * levels as f64;
    let bottom = rows + ROW * cases.len() as f64;
    text(body, (20.0, rows - 8.0), "start", "font-size=\"14\" font-weight=\"bold\"", title(database));
    axis(body, rows, bottom);
    for (place, case) in cases.iter().enumerate() {
        let middle = rows + ROW * (place as f64 + 0.5);
        text(body, (LEFT - 14.0, middle + 4.0), "end", "", case.title);
        let goal = x_of(case.goal(database));
        let (above, below) = (middle - 9.0, middle + 9.0);
        line(body, (goal, above), (goal, below), "stroke=\"#2ca02c\" stroke-width=\"3\" stroke-opacity=\"0.45\"");
        for contender in report.beside_raw().collect::<Vec<_>>().into_iter().rev() {
            if let Some(ratio) = ratio(contender, case) {
                mark(body, contender, ratio, middle);
            }
        }
    }
    for (x, contender, level) in names {
        let y = rows - 6.0 - NAME * level as f64;
        line(body, (x, y + 3.0), (x, rows + ROW * 0.5 - 5.0), "stroke=\"#bbb\" stroke-width=\"0.8\"");
        let weight = if contender.name == OURS { " font-weight=\"bold\"" } else { "" };
        let style = format!("fill=\"{}\"{weight}", look(contender).0);
        text(body, (x - 1.0, y), "start", &style, contender.title);
    }
    bottom + 46.0
}

/// The axis below the rows, and lines up from it.
fn axis(body: &mut String, rows: f64, bottom: f64) {
    let mut tick = ENDS.0;
    while tick <= ENDS.1 {
        let x = x_of(tick);
        let style = if tick == 1.0 { "stroke=\"#333\" stroke-width=\"1.2\"" } else { "stroke=\"#e4e4e4\"" };
        line(body, (x, rows), (x, bottom), style);
        text(body, (x, bottom + 14.0), "middle", "fill=\"#555\"", &format!("{tick}×"));
        tick *= 2.0;
    }
    let (raw, goal) = (x_of(1.0), x_of(ENDS.1));
    text(body, (raw, bottom + 28.0), "middle", "fill=\"#333\" font-size=\"11\"", "raw driver");
    text(body, (goal, bottom + 28.0), "end", "fill=\"#2a7d2a\" font-size=\"11\"", "green bars: embellie’s goals");
}

/// Where names stand above their marks: the furthest to the right in the lowest place, and one whose text would reach
/// another higher, so that no line down crosses a text.
fn names(mut marks: Vec<(f64, &Contender)>) -> Vec<(f64, &Contender, usize)> {
    marks.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    // Where the text furthest to the left begins, level by level.
    let mut begins: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for (x, contender) in marks {
        let end = x + 7.2 * contender.title.len() as f64 + 6.0;
        let above = begins.iter().rposition(|begin| *begin < end).map_or(0, |level| level + 1);
        begins.truncate(above);
        begins.push(x);
        placed.push((x, contender, above));
    }
    placed
}

fn mark(body: &mut String, contender: &Contender, ratio: f64, y: f64) {
    let (colour, shape) = look(contender);
    let (x, ours) = (x_of(ratio), contender.name == OURS);
    let size = if ours { 6.0 } else { 4.2 };
    let points = |points: &[(f64, f64)]| {
        let points: Vec<String> =
            points.iter().map(|(dx, dy)| format!("{:.1},{:.1}", x + dx * size, y + dy * size)).collect();
        format!("<polygon points=\"{}\"", points.join(" "))
    };
    let drawn = match shape {
        Shape::Circle => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{size}\""),
        Shape::Square => points(&[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]),
        Shape::Diamond => points(&[(0.0, -1.4), (1.4, 0.0), (0.0, 1.4), (-1.4, 0.0)]),
        Shape::Triangle => points(&[(0.0, -1.25), (1.25, 1.0), (-1.25, 1.0)]),
    };
    let _ = writeln!(
        body,
        "{drawn} fill=\"{colour}\" stroke=\"#fff\" stroke-width=\"0.8\"><title>{}: {ratio:.2}</title></{}>",
        contender.title,
        if matches!(shape, Shape::Circle) { "circle" } else { "polygon" },
    );
    if ours {
        let style = "font-weight=\"bold\" font-size=\"11\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"";
        text(body, (x - 10.0, y + 4.0), "end", style, &format!("{ratio:.2}"));
    }
}

fn look(contender: &Contender) -> (&'static str, Shape) {
    let known = MARKS.iter().find(|(name, ..)| *name == contender.name);
    known.map_or(("#7a7a7a", Shape::Circle), |(_, colour, shape)| (colour, *shape))
}

fn line(body: &mut String, from: (f64, f64), to: (f64, f64), style: &str) {
    let _ = writeln!(
        body,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {style}/>",
        from.0, from.1, to.0, to.1
    );
}

fn text(body: &mut String, at: (f64, f64), anchor: &str, style: &str, text: &str) {
    let text = escaped(text);
    let _ = writeln!(body, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" {style}>{text}</text>", at.0, at.1);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn x_of(ratio: f64) -> f64 {
    let place = (ratio.clamp(ENDS.0, ENDS.1) / ENDS.0).log2() / (ENDS.1 / ENDS.0).log2();
    LEFT + place * WIDTH
}

#[cfg(test)]
mod tests {
    use super::super::contender::CONTENDERS;
    use super::names;

    #[test]
    fn names_stand_above_each_other_where_marks_are_close() {
        let [_, a, b, c, d, ..] = &CONTENDERS;
        let levels = |marks: [f64; 4]| {
            let placed = names(marks.into_iter().zip([a, b, c, d]).collect());
            placed.into_iter().map(|(x, _, level)| (x, level)).collect::<Vec<_>>()
        };
        assert_eq!(levels([0.0, 200.0, 400.0, 600.0]), [(600.0, 0), (400.0, 0), (200.0, 0), (0.0, 0)]);
        assert_eq!(levels([0.0, 10.0, 20.0, 600.0]), [(600.0, 0), (20.0, 0), (10.0, 1), (0.0, 2)]);
    }
}
