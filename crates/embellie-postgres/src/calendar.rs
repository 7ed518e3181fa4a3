//! Days and microseconds as PostgreSQL counts them: from the beginning of the year 2000.

use jiff::civil::{Date, DateTime, Time};

pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(crate) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// The microseconds from 1970 to 2000.
pub(crate) const EPOCH_MICROS: i64 = 10_957 * MICROS_PER_DAY;

/// The days from the first of March of the year 0 to 2000-01-01.
const MARCH_TO_2000: i64 = 730_425;
const DAYS_PER_400_YEARS: i64 = 146_097;

/// The days from 2000-01-01 to `date`.
///
/// Years are counted from March, so that the leap day is a year's last.
pub(crate) fn days(date: Date) -> i32 {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    // A `Date` is within 9999 years of the year 0, some 3.6 million days.
    (era * DAYS_PER_400_YEARS + day_of_era - MARCH_TO_2000) as i32
}

/// The date that is `days` after 2000-01-01, if it is one of the years from -9999 to 9999.
pub(crate) fn date(days: i64) -> Option<Date> {
    let from_march = days.checked_add(MARCH_TO_2000)?;
    let (era, day_of_era) = (from_march.div_euclid(DAYS_PER_400_YEARS), from_march.rem_euclid(DAYS_PER_400_YEARS));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The microseconds from midnight to `time`. What is less than a microsecond is cut off.
pub(crate) fn time_micros(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * MICROS_PER_SECOND + i64::from(time.subsec_nanosecond()) / 1000
}

/// The time that is `micros` after midnight, if that is on the same day.
pub(crate) fn time(micros: i64) -> Option<Time> {
    if !(0..MICROS_PER_DAY).contains(&micros) {
        return None;
    }
    let (seconds, nanos) = (micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND * 1000);
    // The bounds above make each of these fit.
    Time::new((seconds / 3600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, nanos as i32).ok()
}

/// The microseconds from 2000-01-01 to `datetime`.
pub(crate) fn datetime_micros(datetime: DateTime) -> i64 {
    i64::from(days(datetime.date())) * MICROS_PER_DAY + time_micros(datetime.time())
}

/// The date and time that is `micros` after 2000-01-01, if it is one of the years from -9999 to 9999.
pub(crate) fn datetime(micros: i64) -> Option<DateTime> {
    let date = date(micros.div_euclid(MICROS_PER_DAY))?;
    let time = time(micros.rem_euclid(MICROS_PER_DAY))?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIRST: Date = Date::constant(2000, 1, 1);

    #[test]
    fn the_ends_of_the_calendar() {
        assert_eq!((days(FIRST), date(0)), (0, Some(FIRST)));
        for end in [Date::MIN, Date::MAX] {
            assert_eq!(date(days(end).into()), Some(end));
        }
        assert_eq!(date(i64::from(days(Date::MAX)) + 1), None);
        assert_eq!(date(i64::from(days(Date::MIN)) - 1), None);
        assert_eq!((date(i64::MAX), date(i64::MIN)), (None, None));
        assert_eq!((datetime(i64::MAX), datetime(i64::MIN)), (None, None));
        assert_eq!(time(MICROS_PER_DAY), None);
    }

    proptest! {
        #[test]
        fn days_agree_with_jiff(offset in -4_000_000i32..2_900_000) {
            let expected = FIRST.checked_add(jiff::Span::new().days(offset)).ok();
            prop_assert_eq!(date(offset.into()), expected);
            if let Some(expected) = expected {
                prop_assert_eq!(days(expected), offset);
            }
        }

        #[test]
        fn datetimes_come_back(micros in -300_000_000_000_000_000i64..250_000_000_000_000_000) {
            let there = datetime(micros).unwrap();
            prop_assert_eq!(datetime_micros(there), micros);
        }
    }
}
