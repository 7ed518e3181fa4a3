//! Parts of dates and times, and dates and times cut down, on PostgreSQL.

use embellie_core::expr::{DatePart, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use crate::dialect::Trunc;
use crate::render::Writer;
use crate::resolved::Scalar;

pub(super) fn extract(w: &mut Writer<'_>, expr: &Scalar<'_>, part: DatePart, zone: Option<&str>) -> Result<()> {
    let (name, more) = match part {
        DatePart::Year => ("YEAR", ""),
        DatePart::IsoYear => ("ISOYEAR", ""),
        DatePart::Quarter => ("QUARTER", ""),
        DatePart::Month => ("MONTH", ""),
        DatePart::Week => ("WEEK", ""),
        DatePart::Day => ("DAY", ""),
        // Sunday is 0.
        DatePart::WeekDay => ("DOW", " + 1"),
        DatePart::IsoWeekDay => ("ISODOW", ""),
        DatePart::Hour => ("HOUR", ""),
        DatePart::Minute => ("MINUTE", ""),
        DatePart::Second => ("SECOND", ""),
        other => return Err(Error::NotSupported(format!("PostgreSQL has no part {} of dates", other.name()))),
    };
    w.push(if more.is_empty() { "EXTRACT(" } else { "(EXTRACT(" });
    w.push(name);
    w.push(" FROM ");
    // Without the fraction.
    let whole = part == DatePart::Second;
    w.push(if whole { "DATE_TRUNC('second', " } else { "" });
    by_clock(w, expr, zone)?;
    w.push(if whole { ")" } else { "" });
    w.push(")::integer");
    if !more.is_empty() {
        w.push(more);
        w.push(")");
    }
    Ok(())
}

pub(super) fn trunc(w: &mut Writer<'_>, trunc: &Trunc<'_, '_>) -> Result<()> {
    let Trunc { expr, unit, zone, kind } = *trunc;
    let cast = match kind {
        FieldKind::Date => "::date",
        FieldKind::Time => "::time",
        _ => "",
    };
    if matches!(unit, TruncUnit::Date | TruncUnit::Time) {
        w.push("(");
        by_clock(w, expr, zone)?;
        w.push(")");
        w.push(cast);
        return Ok(());
    }
    w.push("DATE_TRUNC('");
    w.push(unit.name());
    w.push("', ");
    match (kind, zone, expr.kind()) {
        // A point in time stays one.
        (FieldKind::DateTime, Some(zone), _) => {
            w.scalar(expr)?;
            w.push(", ");
            write_zone(w, zone)?;
        }
        (_, _, Some(FieldKind::Date)) => {
            w.push("(");
            w.scalar(expr)?;
            w.push(")::timestamp");
        }
        _ => by_clock(w, expr, zone)?,
    }
    w.push(")");
    w.push(cast);
    Ok(())
}

/// A point in time as the clocks of its zone show it.
fn by_clock(w: &mut Writer<'_>, expr: &Scalar<'_>, zone: Option<&str>) -> Result<()> {
    let Some(zone) = zone else { return w.scalar(expr) };
    w.push("(");
    w.scalar(expr)?;
    w.push(" AT TIME ZONE ");
    write_zone(w, zone)?;
    w.push(")");
    Ok(())
}

fn write_zone(w: &mut Writer<'_>, zone: &str) -> Result<()> {
    if zone == "UTC" {
        w.push("'UTC'");
        return Ok(());
    }
    // Offsets are read as POSIX has them: what lies west of Greenwich is positive.
    let zone = match (zone.strip_prefix('+'), zone.strip_prefix('-')) {
        (Some(east), _) => format!("-{east}"),
        (_, Some(west)) => format!("+{west}"),
        _ => zone.to_owned(),
    };
    let zone = Scalar::Value { value: Value::Text(zone), kind: Some(FieldKind::Text) };
    w.scalar(&zone)
}
