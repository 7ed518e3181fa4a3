//! Parts of dates and times, and dates and times cut down, by functions of the driver.

use embellie_core::expr::{DatePart, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::{Result, Value};

use crate::dialect::Trunc;
use crate::render::Writer;
use crate::resolved::Scalar;

pub(super) fn extract(w: &mut Writer<'_>, expr: &Scalar<'_>, part: DatePart, zone: Option<&str>) -> Result<()> {
    let function = match expr.kind() {
        Some(FieldKind::DateTime | FieldKind::NaiveDateTime) => "django_datetime_extract('",
        Some(FieldKind::Time) => "django_time_extract('",
        _ => "django_date_extract('",
    };
    let zoned = matches!(expr.kind(), Some(FieldKind::DateTime | FieldKind::NaiveDateTime));
    w.push(function);
    w.push(part.name());
    w.push("', ");
    w.scalar(expr)?;
    if zoned {
        zones(w, zone)?;
    }
    w.push(")");
    Ok(())
}

pub(super) fn trunc(w: &mut Writer<'_>, trunc: &Trunc<'_, '_>) -> Result<()> {
    let Trunc { expr, unit, zone, kind } = *trunc;
    let own = matches!(expr.kind(), Some(FieldKind::Date | FieldKind::Time));
    match (unit, kind) {
        // It is what is asked for.
        (TruncUnit::Date | TruncUnit::Time, _) if own => return w.scalar(expr),
        (TruncUnit::Date, _) => w.push("django_datetime_cast_date("),
        (TruncUnit::Time, _) => w.push("django_datetime_cast_time("),
        (_, FieldKind::Date) => w.push("django_date_trunc("),
        (_, FieldKind::Time) => w.push("django_time_trunc("),
        // A point in time stays one.
        (_, FieldKind::DateTime) => w.push("embellie_datetime_trunc("),
        _ => w.push("django_datetime_trunc("),
    }
    if !matches!(unit, TruncUnit::Date | TruncUnit::Time) {
        w.push("'");
        w.push(unit.name());
        w.push("', ");
    }
    w.scalar(expr)?;
    zones(w, zone)?;
    w.push(")");
    Ok(())
}

/// The zone to see a point in time in, and the one that it is stored in.
fn zones(w: &mut Writer<'_>, zone: Option<&str>) -> Result<()> {
    match zone {
        None => w.push(", NULL, NULL"),
        Some("UTC") => w.push(", 'UTC', 'UTC'"),
        Some(zone) => {
            w.push(", ");
            w.value(&Value::Text(zone.to_owned()))?;
            w.push(", 'UTC'");
        }
    }
    Ok(())
}
