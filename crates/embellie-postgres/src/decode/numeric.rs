//! PostgreSQL's `numeric` as a [`Decimal`], which holds 28 digits.

use rust_decimal::Decimal;

use super::Unreadable;

const TOO_LARGE: Unreadable = Unreadable::Value("a number that is too large for a decimal of 28 digits");
const TOO_PRECISE: Unreadable = Unreadable::Value("a number with more digits than the 28 of a decimal");
const LARGEST: u128 = (1 << 96) - 1;
const MOST_DECIMALS: i32 = 28;

/// Reads a number. Where `round` is set, decimals that do not fit are rounded off, half to even, as for an average;
/// otherwise they are an error.
pub(super) fn decode(bytes: &[u8], round: bool) -> Result<Decimal, Unreadable> {
    let (head, digits) = bytes.split_at_checked(8).ok_or(Unreadable::Malformed)?;
    let word = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
    let (weight, sign, decimals) = (i32::from(word(2) as i16), word(4), i32::from(word(6)));
    match sign {
        0 | 0x4000 => {}
        0xC000 => return Err(Unreadable::Value("NaN, which is no decimal")),
        0xD000 => return Err(Unreadable::Value("infinity, which is no decimal")),
        0xF000 => return Err(Unreadable::Value("-infinity, which is no decimal")),
        _ => return Err(Unreadable::Malformed),
    }
    if digits.len() != usize::from(word(0)) * 2 {
        return Err(Unreadable::Malformed);
    }
    match small(digits, weight, sign, decimals) {
        Some(small) => Ok(small),
        None => any(digits, weight, sign, decimals, round),
    }
}

/// A number of any size.
fn any(digits: &[u8], weight: i32, sign: u16, decimals: i32, round: bool) -> Result<Decimal, Unreadable> {
    let (mut mantissa, mut scale, mut exact) = gather(digits, weight)?;
    // The number is mantissa / 10^scale. Zeros that only fill up a group of digits go, those that are shown come.
    let wanted = if round { decimals.min(MOST_DECIMALS) } else { decimals };
    while scale < wanted && mantissa <= LARGEST / 10 {
        mantissa *= 10;
        scale += 1;
    }
    let mut last = 0;
    while scale > wanted.max(0) || mantissa > LARGEST || scale > MOST_DECIMALS {
        if scale == 0 {
            return Err(TOO_LARGE);
        }
        exact &= last == 0;
        last = mantissa % 10;
        mantissa /= 10;
        scale -= 1;
    }
    if !(round || exact && last == 0) {
        return Err(TOO_PRECISE);
    }
    if last > 5 || last == 5 && (!exact || mantissa % 2 == 1) {
        mantissa += 1;
    }
    let mantissa = i128::try_from(mantissa).map_err(|_| TOO_LARGE)?;
    let mantissa = if sign == 0 { mantissa } else { -mantissa };
    let scale = u32::try_from(scale).map_err(|_| TOO_LARGE)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| TOO_LARGE)
}

/// A number that fits into 64 bits with all the decimals that it shows, as most do.
fn small(digits: &[u8], weight: i32, sign: u16, decimals: i32) -> Option<Decimal> {
    let groups = i32::try_from(digits.len() / 2).ok()?;
    if groups > weight + 5 || !(-1..4).contains(&weight) || !(0..=18 - 4 * (weight + 1)).contains(&decimals) {
        return None;
    }
    let (mut mantissa, mut scale) = (0u64, 4 * (groups - weight - 1));
    for pair in digits.chunks_exact(2) {
        let digit = u16::from_be_bytes([pair[0], pair[1]]);
        if digit > 9999 {
            return None;
        }
        mantissa = mantissa.checked_mul(10_000)?.checked_add(digit.into())?;
    }
    // Digits that are not shown are left to who rounds.
    while scale > decimals {
        if mantissa % 10 != 0 {
            return None;
        }
        mantissa /= 10;
        scale -= 1;
    }
    mantissa = mantissa.checked_mul(10u64.checked_pow(u32::try_from(decimals - scale).ok()?)?)?;
    let mantissa = i64::try_from(mantissa).ok()?;
    Decimal::try_new(if sign == 0 { mantissa } else { -mantissa }, u32::try_from(decimals).ok()?).ok()
}

/// The leading digits as one number, how many of them are decimals, and whether none that counts was left out.
fn gather(digits: &[u8], weight: i32) -> Result<(u128, i32, bool), Unreadable> {
    // More than any decimal holds, and less than overflows.
    const ENOUGH: u128 = 10u128.pow(32);
    let (mut mantissa, mut scale, mut exact) = (0u128, -4 * (weight + 1), true);
    for pair in digits.chunks_exact(2) {
        let digit = u16::from_be_bytes([pair[0], pair[1]]);
        if digit > 9999 {
            return Err(Unreadable::Malformed);
        }
        if mantissa < ENOUGH {
            mantissa = mantissa * 10_000 + u128::from(digit);
            scale += 4;
        } else {
            exact &= digit == 0;
        }
    }
    if mantissa == 0 {
        return Ok((0, 0, true));
    }
    while scale < 0 {
        mantissa = mantissa.checked_mul(10).ok_or(TOO_LARGE)?;
        scale += 1;
    }
    Ok((mantissa, scale, exact))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{any as any_size, small};

    proptest! {
        /// The short way gives the same number, with the same decimals.
        #[test]
        fn small_numbers_are_what_any_are(
            groups in prop::collection::vec(prop_oneof![0u16..10_001, Just(0), Just(5_000)], 0..6),
            weight in -3i32..6,
            negative: bool,
            decimals in 0i32..20,
        ) {
            let digits: Vec<u8> = groups.iter().flat_map(|group| group.to_be_bytes()).collect();
            let sign = if negative { 0x4000 } else { 0 };
            if let Some(short) = small(&digits, weight, sign, decimals) {
                let long = any_size(&digits, weight, sign, decimals, false);
                prop_assert_eq!(long.map(|number| number.to_string()), Ok(short.to_string()));
            }
        }

        #[test]
        fn most_prices_are_small(price in 0u32..100_000_000) {
            let groups = [price / 1_000_000, price / 100 % 10_000, price % 100 * 100];
            let digits: Vec<u8> = groups.iter().flat_map(|&group| (group as u16).to_be_bytes()).collect();
            let short = small(&digits, 1, 0, 2).map(|number| number.to_string());
            prop_assert_eq!(short, Some(format!("{}.{:02}", price / 100, price % 100)));
        }
    }
}
