//! Values read from columns of other types than their own.
#![allow(clippy::unwrap_used)]

use embellie_core::{ColumnRef, FromColumn};
use rust_decimal::Decimal;

/// A database without decimals keeps them as floats: what was written is read again, up to fifteen digits.
#[test]
fn decimals_survive_as_floats() {
    let mut digits: i64 = 7;
    for step in 0..20_000_i64 {
        digits = digits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(step) % 1_000_000_000_000_000;
        let written = Decimal::new(digits, (step % 7) as u32);
        let stored: f64 = written.to_string().parse().unwrap();
        assert_eq!(Decimal::from_column(ColumnRef::Float(stored)).unwrap(), written);
    }
}

#[test]
fn floats_that_are_no_decimals() {
    for float in [f64::NAN, f64::INFINITY, 1e40] {
        assert!(Decimal::from_column(ColumnRef::Float(float)).is_err(), "{float}");
    }
}
