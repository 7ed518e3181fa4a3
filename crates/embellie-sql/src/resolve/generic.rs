//! Generic relations: rows that say which model's row they point at. Django's `GenericRelation.get_extra_restriction`.

use embellie_core::Value;
use embellie_core::field::FieldKind;
use embellie_core::meta::{ContentType, Model};
use embellie_core::query::Connector;

use super::Scope;
use crate::resolved::{Column, Comparison, Condition, Output, Scalar, Select, Source};

impl<'r> Scope<'_, 'r> {
    /// The condition that a column, the content type of a row of `holder`, is that of the model which a generic relation
    /// is declared on.
    pub(super) fn of_content_type(
        &self,
        column: Column<'r>,
        holder: &'r Model,
        content_type: &ContentType,
    ) -> Condition<'r> {
        let types = self.registry().get(content_type.types);
        let alias = self.context.new_alias();
        let column_of = |field: usize| Column {
            alias,
            name: &types.fields[field].column,
            kind: self.registry().storage_kind(types.id(), field),
            null: false,
        };
        let is = |name: &str, value: &str| {
            let column = column_of(types.field_index(name).unwrap_or_default());
            let right = Scalar::Value { value: Value::Text(value.to_owned()), kind: Some(column.kind) };
            Condition::Compare { left: Scalar::Column(column), comparison: Comparison::Equal, right }
        };
        let both = vec![is("app_label", &content_type.app_label), is("model", &content_type.model)];
        let key = holder.target(content_type.field).map_or(types.primary_key_index(), |(_, field)| field);
        let key = column_of(key);
        let output = Output {
            name: key.name.to_owned(),
            expr: Scalar::Column(key),
            kind: key.kind,
            nullable: false,
            joined: false,
        };
        let source = Source::Table { alias, table: types.table.as_str().into() };
        let condition = Condition::group(Connector::And, false, both);
        let found = Select { condition, ..Select::new(source, vec![output]) };
        Condition::Compare {
            left: Scalar::Column(column),
            comparison: Comparison::Equal,
            right: Scalar::Query(Box::new(found)),
        }
    }
}

/// Two columns that hold the same, as values that can be compared: the key of any model may be kept as a text.
pub(super) fn alike<'r>(near: Column<'r>, far: Column<'r>) -> (Scalar<'r>, Scalar<'r>) {
    let as_text = |column: Column<'r>, other: Column<'r>| {
        let whole = column.kind.integer_range().is_some();
        let column = Scalar::Column(column);
        match whole && other.kind.is_text() {
            true => Scalar::Cast { expr: Box::new(column), kind: FieldKind::Text, max_length: None },
            false => column,
        }
    };
    (as_text(near, far), as_text(far, near))
}
