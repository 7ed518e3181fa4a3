//! Filling the shop, with a progress bar.

use indicatif::{ProgressBar, ProgressStyle};

use super::Shop;
use super::report::Report;
use crate::failure::Failure;

/// Fills the tables of a new shop; gives the number of rows.
pub(super) async fn fill(shop: &Shop, report: &mut dyn Report) -> Result<u64, Failure> {
    let total = shop::fill::row_count(&shop.plan);
    let bar = if report.shows_progress() { ProgressBar::new(total) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg:12} {wide_bar:.cyan/dim} {human_pos}/{human_len} rows  {eta}")
    {
        bar.set_style(style);
    }
    let mut shown = "";
    let filled = shop::fill::fill(&shop.db, &shop.plan, &mut |what, rows| {
        if what != shown {
            bar.set_message(what);
            shown = what;
        }
        bar.inc(rows);
    })
    .await;
    bar.finish_and_clear();
    filled.map_err(|error| Failure::while_doing(&format!("{} cannot be filled", shop.place), &error))?;
    Ok(total)
}
