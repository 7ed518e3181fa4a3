//! What to try next.

use super::super::Shop;
use super::super::dialect::OTHER_PLACE;
use crate::terminal::{small, strong, wrap};

/// What to try next: commands that exist, as this program was started.
pub(in super::super) fn farewell(shop: &Shop, width: usize) -> String {
    let command = command();
    let place = &shop.place;
    let other = OTHER_PLACE;
    let tries = [
        (format!("{command} demo --scale 5 --fresh"), "the same tour of a shop five times as large"),
        (format!("{command} demo --json"), "the tour for programs: code, SQL, times and rows"),
        (format!("{command} demo --database {other}"), "the same shop on another database"),
        (format!("{command} demo --help"), "what else the demo can do"),
    ];
    let mut text = format!("{}\n", strong().apply_to("What to try next"));
    for (command, what) in &tries {
        text += &format!("  {command}\n      {}\n", small().apply_to(what));
    }
    let end = format!(
        "The models are in examples/shop/src/models, the code of each stop in crates/embellie-cli/src/demo/tour. \
         Everything that the tour changed was undone, so {place} is as it was."
    );
    text + &wrap(&end, width).join("\n") + "\n"
}

/// How this program was started.
fn command() -> &'static str {
    let path = std::env::current_exe().unwrap_or_default();
    let built_here = path.components().any(|part| part.as_os_str() == "target");
    if built_here { "cargo run --release --" } else { "embellie" }
}
