//! A chart of what grows: time and memory beside each other, with both axes logarithmic.

use std::fmt::Write;

use super::{Growth, Point, Series, title};

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 70.0;
const TOP: f64 = 64.0;
/// The room for a name at the end of a line.
const NAMES: f64 = 120.0;
/// Colours that people who are colour-blind can tell apart, for the databases in their order.
const COLOURS: [&str; 2] = ["#0072b2", "#d55e00"];

/// What one side of the chart shows.
struct Measure {
    title: &'static str,
    of: fn(&Point) -> f64,
    /// Whether it is shown of a database.
    shows: fn(&Series) -> bool,
    /// How a value at the axis is written.
    write: fn(f64) -> String,
}

const MEASURES: [Measure; 3] = [
    Measure { title: "instructions", of: Point::work, shows: is_counted, write: count },
    Measure { title: "time on the processor", of: Point::work, shows: |series| !is_counted(series), write: time },
    Measure { title: "memory at its peak", of: |point| point.peak, shows: |_| true, write: bytes },
];

fn is_counted(series: &Series) -> bool {
    series.points.iter().any(|point| point.instructions.is_some())
}

/// The chart.
pub(super) fn svg(growth: &Growth, series: &[Series], circumstances: &str) -> String {
    let shown: Vec<&Measure> = MEASURES.iter().filter(|measure| series.iter().any(measure.shows)).collect();
    let width = shown.len() as f64 * (LEFT + WIDTH + NAMES);
    let height = TOP + HEIGHT + 64.0;
    let mut body = String::new();
    for (place, measure) in shown.into_iter().enumerate() {
        side(measure, series, place as f64 * (LEFT + WIDTH + NAMES) + LEFT, &mut body);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"24\" font-size=\"15\" font-weight=\"bold\">How time and memory grow with {}</text>\n{body}\
         <text x=\"20\" y=\"{:.0}\" fill=\"#555\" font-size=\"10\">{}. Dashed: in proportion to the size. The exponents \
         are those of the last decade.</text>\n</svg>\n",
        growth.title.replace('`', ""),
        height - 10.0,
        circumstances.replace('&', "&amp;").replace('<', "&lt;"),
    )
}

fn side(measure: &Measure, series: &[Series], left: f64, body: &mut String) {
    let series: Vec<(&Series, &str)> = series.iter().zip(COLOURS).filter(|(one, _)| (measure.shows)(one)).collect();
    let points = || series.iter().flat_map(|(one, _)| &one.points);
    let largest = points().map(|point| point.size as f64).fold(10.0, f64::max);
    let values = || points().map(measure.of).filter(|value| *value > 0.0);
    let low = values().fold(f64::MAX, f64::min).log10().floor();
    let high = values().fold(1.0, f64::max).log10().ceil().max(low + 1.0);
    let x = |size: f64| left + size.log10() / largest.log10() * WIDTH;
    let y = |value: f64| TOP + (high - value.max(1.0).log10()) / (high - low) * HEIGHT;
    let _ =
        writeln!(body, "<text x=\"{left:.0}\" y=\"{:.0}\" font-weight=\"bold\">{}</text>", TOP - 12.0, measure.title);
    for power in 0..=largest.log10().floor() as i32 {
        let (size, at) = (10_f64.powi(power), x(10_f64.powi(power)));
        rule(body, (at, TOP), (at, TOP + HEIGHT), "stroke=\"#e4e4e4\"");
        let label = count(size);
        let _ = writeln!(
            body,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{label}</text>",
            TOP + HEIGHT + 16.0
        );
    }
    for power in low as i32..=high as i32 {
        let at = y(10_f64.powi(power));
        rule(body, (left, at), (left + WIDTH, at), "stroke=\"#e4e4e4\"");
        let _ = writeln!(
            body,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{}</text>",
            left - 6.0,
            at + 4.0,
            (measure.write)(10_f64.powi(power))
        );
    }
    let mut taken: Vec<f64> = Vec::new();
    for &(one, colour) in &series {
        let Some(last) = one.points.last() else { continue };
        // In proportion, back from the last point to where the chart ends.
        let (end, value) = (last.size as f64, (measure.of)(last));
        let begin = (end * 10_f64.powf(low) / value).max(1.0);
        let dashes = format!("stroke=\"{colour}\" stroke-dasharray=\"2 4\" stroke-opacity=\"0.6\"");
        rule(body, (x(begin), y(value * begin / end)), (x(end), y(value)), &dashes);
        let drawn: Vec<String> = one
            .points
            .iter()
            .map(|point| format!("{:.1},{:.1}", x(point.size as f64), y((measure.of)(point))))
            .collect();
        let _ = writeln!(
            body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            drawn.join(" ")
        );
        for place in &drawn {
            let (cx, cy) = place.split_once(',').unwrap_or_default();
            let _ = writeln!(body, "<circle cx=\"{cx}\" cy=\"{cy}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let mut at = y(value) + 4.0;
        while taken.iter().any(|other| (other - at).abs() < 28.0) {
            at += 4.0;
        }
        taken.push(at);
        let exponent = one.exponent(measure.of).map_or_else(String::new, |it| format!("exponent {it:.2}"));
        let _ = writeln!(
            body,
            "<text x=\"{0:.1}\" y=\"{at:.1}\" fill=\"{colour}\" font-weight=\"bold\">{1}<tspan x=\"{0:.1}\" dy=\"13\" \
             font-weight=\"normal\" font-size=\"11\">{exponent}</tspan></text>",
            x(end) + 8.0,
            title(one.database),
        );
    }
}

fn rule(body: &mut String, from: (f64, f64), to: (f64, f64), style: &str) {
    let _ = writeln!(
        body,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {style}/>",
        from.0, from.1, to.0, to.1
    );
}

fn count(size: f64) -> String {
    match size {
        size if size >= 1e9 => format!("{} G", size / 1e9),
        size if size >= 1e6 => format!("{} M", size / 1e6),
        size if size >= 1e4 => format!("{} k", size / 1e3),
        size => format!("{size}"),
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        time if time >= 1e9 => format!("{} s", time / 1e9),
        time if time >= 1e6 => format!("{} ms", time / 1e6),
        time if time >= 1e3 => format!("{} µs", time / 1e3),
        time => format!("{time} ns"),
    }
}

fn bytes(bytes: f64) -> String {
    match bytes {
        bytes if bytes >= 1e9 => format!("{} GB", bytes / 1e9),
        bytes if bytes >= 1e6 => format!("{} MB", bytes / 1e6),
        bytes if bytes >= 1e3 => format!("{} kB", bytes / 1e3),
        bytes => format!("{bytes} B"),
    }
}
