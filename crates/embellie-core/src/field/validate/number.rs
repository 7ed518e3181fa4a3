//! What numbers a column holds.

use rust_decimal::Decimal;

/// Django's limits of integer columns, which are those of the narrowest database.
pub(super) fn integer(value: i64, (least, greatest): (i64, i64)) -> Result<(), String> {
    if value < least {
        Err(format!("Ensure this value is greater than or equal to {least}."))
    } else if value > greatest {
        Err(format!("Ensure this value is less than or equal to {greatest}."))
    } else {
        Ok(())
    }
}

/// Django's `DecimalValidator`: digits in all, after the point, and before it.
pub(super) fn decimal(value: Decimal, max_digits: u16, decimal_places: u16) -> Result<(), String> {
    let decimals = value.scale();
    let digits = value.mantissa().unsigned_abs().checked_ilog10().map_or(1, |log| log + 1).max(decimals);
    let whole = digits - decimals;
    let (max_digits, decimal_places) = (u32::from(max_digits), u32::from(decimal_places));
    let max_whole = max_digits.saturating_sub(decimal_places);
    let plural = |count: u32| if count == 1 { "" } else { "s" };
    if digits > max_digits {
        Err(format!("Ensure that there are no more than {max_digits} digit{} in total.", plural(max_digits)))
    } else if decimals > decimal_places {
        Err(format!("Ensure that there are no more than {decimal_places} decimal place{}.", plural(decimal_places)))
    } else if whole > max_whole {
        Err(format!(
            "Ensure that there are no more than {max_whole} digit{} before the decimal point.",
            plural(max_whole)
        ))
    } else {
        Ok(())
    }
}
