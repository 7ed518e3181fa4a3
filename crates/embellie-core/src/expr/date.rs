//! Parts and units of dates and times.

/// A part of a date or time that is a number: Django's `Extract…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatePart {
    /// The year.
    Year,
    /// The year that the ISO week belongs to.
    IsoYear,
    /// The quarter, 1 to 4.
    Quarter,
    /// The month, 1 to 12.
    Month,
    /// The ISO week, 1 to 53.
    Week,
    /// The day of the month.
    Day,
    /// The day of the week, 1 (Sunday) to 7.
    WeekDay,
    /// The day of the week, 1 (Monday) to 7.
    IsoWeekDay,
    /// The hour.
    Hour,
    /// The minute.
    Minute,
    /// The second, without its fraction.
    Second,
}

/// What a date or time is cut down to: Django's `Trunc…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TruncUnit {
    /// The first of January.
    Year,
    /// The first day of the quarter.
    Quarter,
    /// The first of the month.
    Month,
    /// The Monday.
    Week,
    /// The day.
    Day,
    /// The hour.
    Hour,
    /// The minute.
    Minute,
    /// The second.
    Second,
    /// The calendar date, as a date.
    Date,
    /// The time of day, as a time.
    Time,
}

macro_rules! names {
    ($type:ident: $($name:literal $variant:ident),+ $(,)?) => {
        impl $type {
            /// All there are.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The name in paths: `iso_week_day`.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)+
                }
            }

            /// The one of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some($type::$variant),)+
                    _ => None,
                }
            }
        }
    };
}
names!(DatePart: "year" Year, "iso_year" IsoYear, "quarter" Quarter, "month" Month, "week" Week, "day" Day,
    "week_day" WeekDay, "iso_week_day" IsoWeekDay, "hour" Hour, "minute" Minute, "second" Second);
names!(TruncUnit: "year" Year, "quarter" Quarter, "month" Month, "week" Week, "day" Day, "hour" Hour, "minute" Minute,
    "second" Second, "date" Date, "time" Time);
