//! Parts of dates and times, and dates and times cut down.

use std::borrow::Cow;

use embellie_core::expr::{DatePart, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use super::super::Scope;
use super::zone;
use crate::Capability;
use crate::resolved::Scalar;

/// The zone of points in time for which no other is said.
const UTC: &str = "UTC";

impl<'r> Scope<'_, 'r> {
    /// A part of a date or time.
    pub(in crate::resolve) fn extract(
        &self,
        scalar: Scalar<'r>,
        part: DatePart,
        zone: Option<&str>,
    ) -> Result<Scalar<'r>> {
        let name = part.name();
        let of_clock = matches!(part, DatePart::Hour | DatePart::Minute | DatePart::Second);
        match scalar.kind() {
            Some(FieldKind::DateTime | FieldKind::NaiveDateTime) => {}
            Some(FieldKind::Date) if of_clock => {
                return Err(Error::Value(format!(
                    "Cannot extract time component '{name}' from DateField '{}'.",
                    called(&scalar)
                )));
            }
            Some(FieldKind::Date) => {}
            Some(FieldKind::Time) if of_clock => {}
            Some(FieldKind::Duration) if of_clock || part == DatePart::Day => {
                if !self.context.target.can(Capability::Intervals) {
                    return Err(Error::Value("Extract requires native DurationField database support.".into()));
                }
            }
            Some(kind @ (FieldKind::Time | FieldKind::Duration)) => {
                return Err(Error::Value(format!(
                    "Cannot extract component '{name}' from {} '{}'.",
                    kind.django_name(),
                    called(&scalar)
                )));
            }
            _ => {
                return Err(Error::Value(
                    "Extract input expression must be DateField, DateTimeField, TimeField, or DurationField.".into(),
                ));
            }
        }
        let zone = self.zone_for(scalar.kind(), zone)?;
        Ok(Scalar::Extract { expr: Box::new(scalar), part, zone })
    }

    /// A date or time cut down to a unit. It gives what is `wanted`, where that is said: of a point in time also the
    /// date or time by a zone's clock.
    pub(in crate::resolve) fn trunc(
        &self,
        scalar: Scalar<'r>,
        unit: TruncUnit,
        zone: Option<&str>,
        wanted: Option<FieldKind>,
    ) -> Result<Scalar<'r>> {
        use FieldKind as K;
        let of = match scalar.kind() {
            Some(kind @ (K::Date | K::Time | K::DateTime | K::NaiveDateTime)) => kind,
            _ => {
                return Err(Error::Type(format!(
                    "'{}' isn't a DateField, TimeField, or DateTimeField.",
                    called(&scalar)
                )));
            }
        };
        let own = match unit {
            TruncUnit::Date => K::Date,
            TruncUnit::Time => K::Time,
            _ => of,
        };
        let kind = match wanted.unwrap_or(own) {
            K::DateTime | K::NaiveDateTime if matches!(of, K::DateTime | K::NaiveDateTime) => of,
            kind @ (K::Date | K::Time | K::DateTime | K::NaiveDateTime) => kind,
            _ => {
                return Err(Error::Value("output_field must be either DateField, TimeField, or DateTimeField".into()));
            }
        };
        let refuse = || {
            let to = if kind == of { "DateTimeField" } else { kind.django_name() };
            Err(Error::Value(format!("Cannot truncate {} '{}' to {to}.", of.django_name(), called(&scalar))))
        };
        let of_clock = matches!(unit, TruncUnit::Hour | TruncUnit::Minute | TruncUnit::Second | TruncUnit::Time);
        let of_calendar = !of_clock;
        match of {
            K::Date if of_clock || kind != K::Date => return refuse(),
            K::Time if of_calendar || kind != K::Time => return refuse(),
            // Neither a date without its time nor a time without its date has what is asked for.
            K::DateTime | K::NaiveDateTime if kind == K::Time && of_calendar => return refuse(),
            K::DateTime | K::NaiveDateTime if kind == of && own != of => return refuse(),
            _ => {}
        }
        let unit = if kind == K::Date && of_clock { TruncUnit::Date } else { unit };
        let zone = self.zone_for(Some(of), zone)?;
        Ok(Scalar::Trunc { expr: Box::new(scalar), unit, zone, kind })
    }

    /// The zone by whose clock a point in time is read; other dates and times have none.
    fn zone_for(&self, kind: Option<FieldKind>, asked: Option<&str>) -> Result<Option<String>> {
        match kind {
            Some(FieldKind::DateTime) => self.zone_of_clock(asked).map(|zone| Some(zone.into_owned())),
            Some(FieldKind::NaiveDateTime) => Ok(None),
            _ if asked.is_some() => Err(Error::Value("tzinfo can only be used with DateTimeField.".into())),
            _ => Ok(None),
        }
    }

    /// The zone that is asked for, or the query's, or UTC: a name, or an offset as in `+02:00`.
    fn zone_of_clock(&self, asked: Option<&str>) -> Result<Cow<'static, str>> {
        match asked.or(self.zone.as_deref()) {
            None | Some(UTC) => Ok(Cow::Borrowed(UTC)),
            Some(name) => zone::checked(name).map(|zone| Cow::Owned(zone.name)),
        }
    }
}

/// By which name messages call what is cut or read.
fn called<'s>(scalar: &'s Scalar<'_>) -> &'s str {
    match scalar {
        Scalar::Column(column) => column.name,
        _ => "None",
    }
}
