//! When people order: two years, 2023 and 2024, with their seasons, weekends, sales and hours of the day.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};

pub(super) const DAY: i64 = 86_400;
const DAYS: i64 = 731;

/// Midnight, UTC, before the first day.
pub(super) const START: i64 = 1_672_531_200;
/// Midnight, UTC, after the last day.
pub(super) const END: i64 = START + DAYS * DAY;

/// How busy each month is, January first.
const MONTHS: [u64; 12] = [84, 80, 90, 95, 100, 94, 84, 87, 101, 108, 142, 168];
/// How busy each hour is, midnight first.
const HOURS: [u64; 24] = [4, 2, 1, 1, 1, 2, 5, 11, 20, 29, 34, 36, 40, 37, 34, 33, 34, 37, 42, 51, 58, 54, 34, 14];

/// How busy each moment of the two years is.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// How busy all days up to and with this one are together.
    until: Vec<u64>,
}

impl Calendar {
    pub(super) fn new() -> Self {
        let mut sum = 0;
        let mut until = Vec::with_capacity(DAYS as usize);
        let mut day = date(2023, 1, 1);
        for number in 0..DAYS as u64 {
            sum += weight(day, number);
            until.push(sum);
            day = day.saturating_add(jiff::Span::new().days(1));
        }
        Calendar { until }
    }

    /// The moment, in seconds, of the order `number` of `count`, a little earlier or later as `jitter` says (any
    /// number). Later orders are never earlier.
    pub(super) fn moment(&self, number: u64, count: u64, jitter: u64) -> i64 {
        let total = self.until.last().copied().unwrap_or(1);
        let place = (u128::from(number) << 32) | u128::from(jitter >> 32);
        let place = (place * u128::from(total) / (u128::from(count) << 32)) as u64;
        let day = self.until.partition_point(|until| *until <= place).min(DAYS as usize - 1);
        let before = if day == 0 { 0 } else { self.until[day - 1] };
        START + day as i64 * DAY + second(place - before, self.until[day] - before)
    }
}

fn weight(day: Date, number: u64) -> u64 {
    let growth = 1000 + number;
    let season = MONTHS[day.month() as usize - 1];
    let weekday = match day.weekday() {
        Weekday::Saturday => 88,
        Weekday::Sunday => 118,
        Weekday::Monday => 112,
        _ => 100,
    };
    let event = match (day.month(), day.day()) {
        (11, 23..=27) => 260,
        (12, 24..=26) => 35,
        (12, 31) | (1, 1) => 50,
        _ => 100,
    };
    growth * season * weekday * event / 1000
}

/// The second of a day that lies at `place` of `whole`.
fn second(place: u64, whole: u64) -> i64 {
    let total: u64 = HOURS.iter().sum();
    let seconds = |hour: usize, rest: u128, weight: u128| hour as i64 * 3600 + (rest * 3600 / weight) as i64;
    let unit = u128::from(whole.max(1));
    let mut left = u128::from(place) * u128::from(total);
    for (hour, weight) in HOURS.iter().enumerate() {
        let weight = u128::from(*weight) * unit;
        if left < weight {
            return seconds(hour, left, weight);
        }
        left -= weight;
    }
    DAY - 1
}

/// The point in time so many seconds after 1970. The calendar gives only such as there are.
pub(super) fn timestamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}
