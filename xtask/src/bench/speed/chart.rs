//! A chart of the ratios, on a logarithmic axis.

use std::fmt::Write;

use super::contender::CONTENDERS;
use super::measure::Figures;
use super::{CASES, DATABASES};

const LEFT: f64 = 260.0;
const WIDTH: f64 = 560.0;
const ROW: f64 = 22.0;
/// The ratios at both ends of the axis.
const ENDS: (f64, f64) = (0.25, 64.0);
const COLOURS: [&str; 6] = ["#0b6e4f", "#c8553d", "#e0a458", "#5b7db1", "#8e6c8a", "#7a7a7a"];

/// The chart.
pub(super) fn svg(found: &[Figures], machine: &str) -> String {
    let shown = DATABASES.iter().filter(|database| found.iter().any(|one| one.database == **database));
    let (mut body, mut y) = (String::new(), 64.0);
    for (place, contender) in CONTENDERS.iter().skip(1).enumerate() {
        let x = 20.0 + 130.0 * place as f64;
        let _ = writeln!(
            body,
            "<circle cx=\"{x}\" cy=\"40\" r=\"5\" fill=\"{}\"/><text x=\"{}\" y=\"44\">{}</text>",
            COLOURS[place % COLOURS.len()],
            x + 10.0,
            contender.title
        );
    }
    for database in shown {
        let top = y;
        y += ROW;
        let _ = writeln!(body, "<text x=\"20\" y=\"{:.0}\" font-weight=\"bold\">{database}</text>", y - 6.0);
        for (case, title) in CASES {
            let row: Vec<&Figures> = found.iter().filter(|one| one.database == *database && one.case == case).collect();
            if row.is_empty() {
                continue;
            }
            y += ROW;
            let middle = y - 6.0;
            let _ = writeln!(
                body,
                "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{title}</text>",
                LEFT - 14.0,
                y - 2.0
            );
            let _ = writeln!(
                body,
                "<line x1=\"{LEFT}\" x2=\"{:.0}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"#eee\"/>",
                LEFT + WIDTH
            );
            for (place, contender) in CONTENDERS.iter().enumerate().skip(1).rev() {
                if let Some(one) = row.iter().find(|one| one.contender.name == contender.name) {
                    let _ = writeln!(
                        body,
                        "<circle cx=\"{:.1}\" cy=\"{middle}\" r=\"5\" fill=\"{}\"><title>{}: {:.2}</title></circle>",
                        x_of(one.ratio),
                        COLOURS[(place - 1) % COLOURS.len()],
                        contender.title,
                        one.ratio
                    );
                }
            }
        }
        y += ROW;
        let mut tick = ENDS.0;
        while tick <= ENDS.1 {
            let (x, colour) = (x_of(tick), if tick == 1.0 { "#333" } else { "#ddd" });
            let _ = writeln!(
                body,
                "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.0}\" y2=\"{:.0}\" stroke=\"{colour}\"/>",
                top + ROW,
                y - ROW
            );
            let _ = writeln!(
                body,
                "<text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\" fill=\"#666\">{tick}×</text>",
                y - 6.0
            );
            tick *= 2.0;
        }
        y += ROW / 2.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 840 {y:.0}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"840\" height=\"{y:.0}\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"20\" font-size=\"14\">Time for each case, as a multiple of the raw driver's (left is better)</text>\n\
         {body}<text x=\"20\" y=\"{:.0}\" fill=\"#666\" font-size=\"10\">{machine}</text>\n</svg>\n",
        y - 4.0
    )
}

fn x_of(ratio: f64) -> f64 {
    let place = (ratio.clamp(ENDS.0, ENDS.1) / ENDS.0).log2() / (ENDS.1 / ENDS.0).log2();
    LEFT + place * WIDTH
}
