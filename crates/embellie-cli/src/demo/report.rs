//! What the demo prints: for people, or for programs.

mod json;
mod text;

pub(super) use json::Json;
pub(super) use text::Text;

use super::Shop;
use super::tour::{Stop, Visit};
use crate::failure::Failure;

/// Where the demo tells what it does.
pub(super) trait Report {
    /// Something worth knowing before the tour.
    fn note(&mut self, text: &str) -> Result<(), Failure>;

    /// Whether a progress bar may be shown.
    fn shows_progress(&self) -> bool;

    /// The shop, ready for the tour.
    fn shop(&mut self, shop: &Shop) -> Result<(), Failure>;

    /// A stop of the tour: the `place`th of `count`.
    fn stop(&mut self, place: usize, count: usize, stop: &Stop, visit: &[Visit<'_>]) -> Result<(), Failure>;

    /// The end of the tour.
    fn end(&mut self, shop: &Shop) -> Result<(), Failure>;
}
