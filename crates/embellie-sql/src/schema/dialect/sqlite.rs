//! Tables on SQLite.

use embellie_core::field::FieldKind;
use embellie_core::{Result, Value, json};

use super::{Dialect, Supports, no_type, varchar};
use crate::dialect::sqlite::array;
use crate::schema::literal::{self, Backslash};

pub(super) const NAME: &str = "sqlite";

pub(super) fn dialect() -> Dialect {
    Dialect {
        product: "SQLite",
        mark: '"',
        name_limit: 200,
        column_type,
        column_check,
        auto_suffix: "AUTOINCREMENT",
        like_opclass: |_| None,
        literal,
        add_constraint_if_missing: None,
        drop_suffix: "",
        table_names: "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_' \
                      ORDER BY name",
        supports: Supports {
            covering_indexes: false,
            opclasses: false,
            index_kinds: false,
            deferrable_unique: false,
            nulls_not_distinct: false,
        },
    }
}

fn column_type(kind: FieldKind, max_length: Option<u32>) -> Result<String> {
    Ok(match kind {
        FieldKind::SmallAuto | FieldKind::Auto | FieldKind::BigAuto | FieldKind::Integer => "integer",
        FieldKind::Char | FieldKind::Email | FieldKind::Slug | FieldKind::Url => return Ok(varchar(max_length)),
        FieldKind::Text | FieldKind::Json => "text",
        FieldKind::Bool => "bool",
        FieldKind::SmallInteger => "smallint",
        FieldKind::BigInteger | FieldKind::Duration => "bigint",
        FieldKind::PositiveSmallInteger => "smallint unsigned",
        FieldKind::PositiveInteger => "integer unsigned",
        FieldKind::PositiveBigInteger => "bigint unsigned",
        FieldKind::Float => "real",
        FieldKind::Decimal { .. } => "decimal",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::DateTime | FieldKind::NaiveDateTime => "datetime",
        FieldKind::Uuid => "char(32)",
        FieldKind::Binary => "BLOB",
        FieldKind::GenericIpAddress => "char(39)",
        // JSON, which has no form for all that there is.
        FieldKind::Array(base) if !matches!(base.innermost(), FieldKind::Binary) => {
            return column_type(base.innermost(), max_length).map(|_| "text".to_owned());
        }
        other => return Err(no_type(other, "SQLite")),
    }
    .to_owned())
}

fn column_check(kind: FieldKind, column: &str) -> Option<String> {
    match kind {
        FieldKind::PositiveSmallInteger | FieldKind::PositiveInteger | FieldKind::PositiveBigInteger => {
            Some(format!("{column} >= 0"))
        }
        FieldKind::Json | FieldKind::Array(_) => Some(format!("(JSON_VALID({column}) OR {column} IS NULL)")),
        _ => None,
    }
}

fn literal(value: &Value) -> Result<String> {
    let text = |text: &str| literal::text(text, Backslash::Plain);
    Ok(match value {
        Value::Null => "NULL".into(),
        Value::Bool(v) => i32::from(*v).to_string(),
        Value::Int(v) => v.to_string(),
        Value::Float(v) if v.is_finite() => format!("{v:?}"),
        Value::Float(_) => return Err(literal::none(value, "SQLite has no infinity and no NaN")),
        Value::Decimal(v) => text(&v.to_string())?,
        Value::Text(v) => text(v)?,
        Value::Bytes(v) => format!("X'{}'", literal::hex(v)),
        Value::Date(v) => text(&literal::date(*v)?)?,
        Value::Time(v) => text(&literal::time(*v))?,
        Value::DateTime(v) => text(&literal::datetime(*v)?)?,
        Value::Timestamp(v) => text(&literal::timestamp(*v)?)?,
        Value::Duration(v) => v.as_micros().to_string(),
        Value::Uuid(v) => text(&v.simple().to_string())?,
        Value::Json(v) => text(&json::dumps(v)?)?,
        Value::Ip(v) => text(&v.to_string())?,
        Value::List(values) => text(&array::stored(values)?)?,
        Value::Range(_) => return Err(literal::none(value, "SQLite has no ranges")),
    })
}
