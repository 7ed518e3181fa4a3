//! What a column holds, by the words of its type: SQLite takes any.

use embellie_core::field::FieldKind;

use crate::schema::Holds;

/// What a column of a type holds. The database of a Django project uses some types in one way alone.
pub(super) fn holds(type_name: &str, django: bool) -> Holds {
    let lower = type_name.trim().to_ascii_lowercase();
    let (name, numbers) = match lower.split_once('(') {
        Some((name, rest)) => {
            (name.trim().to_owned() + rest.split_once(')').map_or("", |(_, after)| after), numbers(rest))
        }
        None => (lower.clone(), Vec::new()),
    };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = numbers.first().copied().filter(|length| *length > 0);
    let text = || match length {
        Some(length) => Holds { kind: FieldKind::Char, max_length: Some(length) },
        None => Holds::of(FieldKind::Text),
    };
    let kind = match (name.as_str(), numbers.as_slice()) {
        ("", _) => FieldKind::Any,
        ("bool" | "boolean" | "bit", _) | ("tinyint", [1]) => FieldKind::Bool,
        ("char", [32]) if django => FieldKind::Uuid,
        ("char", [15 | 39]) if django => FieldKind::GenericIpAddress,
        ("smallint" | "int2", _) if django => FieldKind::SmallInteger,
        ("int" | "integer", _) if django => FieldKind::Integer,
        ("smallint unsigned", _) if django => FieldKind::PositiveSmallInteger,
        ("integer unsigned", _) if django => FieldKind::PositiveInteger,
        ("bigint unsigned", _) if django => FieldKind::PositiveBigInteger,
        ("decimal" | "numeric" | "dec" | "number", [digits, places]) => decimal(*digits, *places),
        ("decimal" | "numeric" | "dec", [digits]) => decimal(*digits, 0),
        ("decimal" | "numeric" | "dec" | "number" | "money" | "smallmoney", _) => FieldKind::DECIMAL,
        ("date", _) => FieldKind::Date,
        ("time", _) => FieldKind::Time,
        // Django keeps points in time, in UTC; what others keep says nothing of a zone.
        ("datetime", _) if django => FieldKind::DateTime,
        ("datetime" | "datetime2" | "timestamp" | "timestamp without time zone" | "smalldatetime", _) => {
            FieldKind::NaiveDateTime
        }
        ("timestamptz" | "timestamp with time zone" | "datetimeoffset", _) => FieldKind::DateTime,
        ("json" | "jsonb", _) => FieldKind::Json,
        // As SQLite finds the affinity of a column.
        (name, _) if name.contains("int") => FieldKind::BigInteger,
        (name, _) if ["char", "clob", "text", "string", "uuid", "enum"].iter().any(|part| name.contains(part)) => {
            return text();
        }
        (name, _) if name.contains("blob") || name.contains("binary") || name == "bytea" || name == "image" => {
            FieldKind::Binary
        }
        (name, _) if ["real", "floa", "doub"].iter().any(|part| name.contains(part)) => FieldKind::Float,
        _ => FieldKind::Any,
    };
    Holds::of(kind)
}

/// Whether all types are written as Django and embellie write them. Some then have one meaning alone.
pub(super) fn are_djangos<'t>(types: impl Iterator<Item = &'t str>) -> bool {
    const WITHOUT_LENGTH: [&str; 17] = [
        "BLOB",
        "INTEGER",
        "REAL",
        "TEXT",
        "bigint",
        "bigint unsigned",
        "bool",
        "char(15)",
        "char(32)",
        "char(39)",
        "date",
        "datetime",
        "decimal",
        "integer unsigned",
        "smallint",
        "smallint unsigned",
        "time",
    ];
    let mut counted = false;
    let mut telling = false;
    for name in types {
        // Newer versions tell the simplest ones in capitals, however they were written.
        let capitals = name.to_ascii_uppercase();
        let name = if ["INTEGER", "REAL", "TEXT"].contains(&capitals.as_str()) { capitals.as_str() } else { name };
        let varchar = name.strip_prefix("varchar(").is_some_and(|rest| rest.ends_with(')'));
        if !varchar && name != "varchar" && !WITHOUT_LENGTH.contains(&name) {
            return false;
        }
        counted |= name == "INTEGER";
        telling |= varchar || name == "datetime" || name == "char(32)" || name.ends_with(" unsigned");
    }
    counted && telling
}

fn decimal(digits: u32, places: u32) -> FieldKind {
    match (u16::try_from(digits), u16::try_from(places)) {
        (Ok(max_digits @ 1..), Ok(decimal_places)) if decimal_places <= max_digits => {
            FieldKind::Decimal { max_digits, decimal_places }
        }
        _ => FieldKind::DECIMAL,
    }
}

/// The numbers between brackets of which the first is open already.
fn numbers(text: &str) -> Vec<u32> {
    let inside = text.split(')').next().unwrap_or_default();
    inside.split(',').map_while(|number| number.trim().parse().ok()).collect()
}

/// Whether a check is the one that Django and embellie have for a column of JSON.
pub(super) fn says_json(condition: &str, column: &str) -> bool {
    let squeezed: String =
        condition.to_ascii_lowercase().chars().filter(|letter| !"()\"`[] \n\t".contains(*letter)).collect();
    let column: String =
        column.to_ascii_lowercase().chars().filter(|letter| !"()\"`[] \n\t".contains(*letter)).collect();
    squeezed == format!("json_valid{column}") || squeezed == format!("json_valid{column}or{column}isnull")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_as_they_are_written() {
        let kind = |name: &str| holds(name, false).kind;
        assert_eq!(holds(" NVARCHAR ( 160 )", false), Holds { kind: FieldKind::Char, max_length: Some(160) });
        assert_eq!(kind("NUMERIC(10, 2)"), FieldKind::Decimal { max_digits: 10, decimal_places: 2 });
        assert_eq!(kind("decimal"), FieldKind::DECIMAL);
        assert_eq!(kind("DECIMAL(99999999999,2)"), FieldKind::DECIMAL);
        assert_eq!(kind("UNSIGNED BIG INT"), FieldKind::BigInteger);
        assert_eq!(kind("double precision"), FieldKind::Float);
        assert_eq!(kind("VARCHAR(255"), FieldKind::Char);
        assert_eq!(kind("STRANGE THING"), FieldKind::Any);
        assert_eq!((kind("char(32)"), holds("char(32)", true).kind), (FieldKind::Char, FieldKind::Uuid));
        assert!(says_json("(JSON_VALID(\"data\") OR \"data\" IS NULL)", "data") && !says_json("json_valid(a)", "b"));
    }
}
