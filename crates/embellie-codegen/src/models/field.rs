//! Fields that hold values.

use embellie_core::field::FieldKind;
use embellie_core::meta::{Default, FieldMeta, Validator};
use embellie_core::{Expr, Value};

use super::choices::Variants;
use super::{ModelWriter, Written};
use crate::layout::Item;
use crate::notation::{expression, literal};
use crate::word::{comment, text};

/// What a field's kind is in Rust.
struct Kind {
    ty: String,
    items: Vec<Item>,
}

impl ModelWriter<'_> {
    pub(super) fn field(&mut self, place: usize, field: &FieldMeta) -> Written {
        match field.relation {
            Some(_) => self.key(place, field),
            None => self.plain(field, field.kind, Vec::new()),
        }
    }

    /// A field without a relation, of this kind.
    pub(super) fn plain(&self, field: &FieldMeta, kind: FieldKind, mut notes: Vec<String>) -> Written {
        let name = self.names.field(self.model.id(), &field.name).to_owned();
        let (mut enumeration, mut items) = (Vec::new(), Vec::new());
        items.extend(field.primary_key.then(|| Item::Flat("primary_key".into())));
        items.extend(kind.is_auto().then(|| Item::Flat("auto".into())));
        items.extend((field.column != name).then(|| Item::text("column", &field.column)));
        let variants = self.names.enumeration(self.model.id(), &field.name).zip(Variants::of(field));
        let mut known = self.kind(kind, field.max_length, &mut notes);
        if let Some((enumeration_name, variants)) = &variants {
            let filled = match &field.db_default {
                Some(Expr::Value(value)) => variants.name_of(value),
                _ => None,
            };
            let derive = self.standard("Choices", "embellie");
            enumeration = variants.write(enumeration_name, &derive, filled, self.indent);
            known.ty = crate::word::ident(enumeration_name);
            if kind.is_text() && kind != FieldKind::Char {
                known.items.retain(|item| *item != Item::Flat("text".into()));
                known.items.insert(0, Item::Flat(text_flag(kind).into()));
            }
        } else if !field.choices.is_empty() {
            let listed = field.choices.iter().map(|choice| format!("{} ({})", choice.value, choice.label));
            notes.push(format!("Choices: {}.", listed.collect::<Vec<_>>().join(", ")));
        }
        items.extend(known.items);
        items.extend(field.size.map(|size| Item::is("size", size)));
        items.extend((field.unique && !field.primary_key).then(|| Item::Flat("unique".into())));
        items.extend(index(field.index, kind == FieldKind::Slug));
        items.extend((field.blank && !field.null && field.generated.is_none()).then(|| Item::Flat("blank".into())));
        items.extend(field.auto_now.then(|| Item::Flat("auto_now".into())));
        items.extend(field.auto_now_add.then(|| Item::Flat("auto_now_add".into())));
        items.extend(self.default(
            field,
            kind,
            variants.as_ref().map(|(name, variants)| (*name, variants)),
            &mut notes,
        ));
        items.extend(self.filled_in(
            field,
            kind,
            variants.as_ref().map(|(name, variants)| (*name, variants)),
            &mut notes,
        ));
        items.extend(validators(field, kind, &mut notes));
        items.extend(self.described(field));
        let ty = self.optional(field.null, &known.ty);
        Written { enumeration, notes, items, name, ty }
    }

    /// `Option<T>` where the field may be null.
    pub(super) fn optional(&self, null: bool, ty: &str) -> String {
        if null { format!("{}<{ty}>", self.standard("Option", "std::option")) } else { ty.to_owned() }
    }

    pub(super) fn standard(&self, name: &str, path: &str) -> String {
        self.names.standard(&self.model.app, name, path)
    }

    pub(super) fn described(&self, field: &FieldMeta) -> Vec<Item> {
        let mut items = Vec::new();
        items.extend(field.verbose_name.as_deref().map(|name| Item::text("verbose_name", name)));
        items.extend((!field.help_text.is_empty()).then(|| Item::text("help_text", &field.help_text)));
        items
    }

    fn kind(&self, kind: FieldKind, max_length: Option<u32>, notes: &mut Vec<String>) -> Kind {
        let prelude = |name: &str| self.standard(name, "embellie::prelude");
        let (ty, mut items): (String, Vec<Item>) = match kind {
            FieldKind::Char | FieldKind::Text | FieldKind::Email | FieldKind::Slug | FieldKind::Url => {
                let named = match kind {
                    FieldKind::Char => max_length.is_none(),
                    FieldKind::Text => max_length.is_some(),
                    _ => true,
                };
                let flag = named.then(|| Item::Flat(text_flag(kind).into()));
                (self.standard("String", "std::string"), flag.into_iter().collect())
            }
            FieldKind::Bool => ("bool".into(), Vec::new()),
            FieldKind::SmallAuto | FieldKind::SmallInteger => ("i16".into(), Vec::new()),
            FieldKind::Auto | FieldKind::Integer => ("i32".into(), Vec::new()),
            FieldKind::BigAuto | FieldKind::BigInteger => ("i64".into(), Vec::new()),
            FieldKind::PositiveSmallInteger => ("u16".into(), Vec::new()),
            FieldKind::PositiveInteger => ("u32".into(), Vec::new()),
            FieldKind::PositiveBigInteger => ("u64".into(), Vec::new()),
            FieldKind::Float => ("f64".into(), Vec::new()),
            FieldKind::DECIMAL => (prelude("Decimal"), vec![Item::Flat("decimal".into())]),
            FieldKind::Decimal { max_digits, decimal_places } => (
                prelude("Decimal"),
                vec![Item::is("max_digits", max_digits), Item::is("decimal_places", decimal_places)],
            ),
            FieldKind::Date => ("civil::Date".into(), Vec::new()),
            FieldKind::Time => ("civil::Time".into(), Vec::new()),
            FieldKind::DateTime => (prelude("Timestamp"), Vec::new()),
            FieldKind::NaiveDateTime => ("civil::DateTime".into(), Vec::new()),
            FieldKind::Duration => (prelude("SignedDuration"), Vec::new()),
            FieldKind::Uuid => (prelude("Uuid"), Vec::new()),
            FieldKind::Binary => (format!("{}<u8>", self.standard("Vec", "std::vec")), Vec::new()),
            FieldKind::Json => ("serde_json::Value".into(), Vec::new()),
            FieldKind::GenericIpAddress => ("std::net::IpAddr".into(), Vec::new()),
            FieldKind::Array(elements) if *elements != FieldKind::Any => {
                // The options are those of the elements.
                let elements = self.kind(*elements, max_length, notes);
                return Kind {
                    ty: format!("{}<{}>", self.standard("Vec", "std::vec"), elements.ty),
                    items: elements.items,
                };
            }
            FieldKind::Range(range) => {
                let ends = self.kind(range.ends(), None, notes).ty;
                (format!("{}<{ends}>", prelude("Range")), Vec::new())
            }
            FieldKind::SearchVector => (prelude("SearchVector"), Vec::new()),
            FieldKind::Any => ("embellie::Value".into(), Vec::new()),
            other => {
                notes
                    .push(format!("A {}, which has no type here: read as the database gives it.", other.django_name()));
                ("embellie::Value".into(), Vec::new())
            }
        };
        let usual = FieldMeta::new("", kind).max_length;
        if let Some(length) = max_length.filter(|_| max_length != usual) {
            items.push(Item::is("max_length", length));
        }
        Kind { ty, items }
    }

    fn default(
        &self,
        field: &FieldMeta,
        kind: FieldKind,
        variants: Option<(&str, &Variants<'_>)>,
        notes: &mut Vec<String>,
    ) -> Option<Item> {
        let value = match field.default.as_ref()? {
            Default::Value(value) => value,
            Default::Function(_) => {
                notes.push("The default is made by a function.".into());
                return None;
            }
        };
        let written = match variants {
            _ if value.is_null() && field.null => return None,
            Some((name, variants)) => variants.name_of(value).map(|variant| format!("{name}::{variant}")),
            None => literal(value, kind),
        };
        if written.is_none() {
            notes.push(format!("The default {value} has no form here."));
        }
        written.map(|written| Item::is("default", written))
    }

    /// What the database fills in or computes.
    fn filled_in(
        &self,
        field: &FieldMeta,
        kind: FieldKind,
        variants: Option<(&str, &Variants<'_>)>,
        notes: &mut Vec<String>,
    ) -> Vec<Item> {
        let mut items = Vec::new();
        // The others have no value of their own that could stand for what the database will fill in.
        let has_blank = field.null || !matches!(kind, FieldKind::GenericIpAddress | FieldKind::ForeignKey);
        if let Some(expr) = &field.db_default {
            let written = match (expr, variants) {
                _ if !has_blank => None,
                (Expr::Value(Value::Null), _) => None,
                (Expr::Value(value), Some((name, variants))) => {
                    variants.name_of(value).map(|variant| format!("{name}::{variant}"))
                }
                (_, Some(_)) if !field.null => None,
                (Expr::Value(value), None) => literal(value, kind),
                (expr, _) => expression(expr, &|path| self.path(path)),
            };
            match written {
                Some(written) => items.push(Item::is("db_default", written)),
                None => notes.push(format!("The database's default has no form here: {}.", shown(expr))),
            }
        }
        if let Some(generated) = &field.generated {
            match expression(&generated.expression, &|path| self.path(path)).filter(|_| has_blank && variants.is_none())
            {
                Some(written) => {
                    items.push(Item::is("generated", written));
                    items.push(match generated.stored {
                        true => Item::Flat("stored".into()),
                        false => Item::is("stored", false),
                    });
                }
                None => notes.push(format!(
                    "The database computes this, which has no form here: {}.",
                    shown(&generated.expression)
                )),
            }
        }
        items
    }
}

/// An expression for people: the text of SQL as it is.
fn shown(expr: &Expr) -> String {
    match expr {
        Expr::Raw(raw) => raw.sql.as_str().to_owned(),
        expr => expr.to_string(),
    }
}

fn text_flag(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Email => "email",
        FieldKind::Slug => "slug",
        FieldKind::Url => "url",
        _ => "char",
    }
}

/// Whether there is an index, where that is not as usual.
pub(super) fn index(index: bool, usual: bool) -> Option<Item> {
    match (index, usual) {
        (true, false) => Some(Item::Flat("index".into())),
        (false, true) => Some(Item::is("index", false)),
        _ => None,
    }
}

fn validators(field: &FieldMeta, kind: FieldKind, notes: &mut Vec<String>) -> Option<Item> {
    let mut items = Vec::new();
    for validator in &field.validators {
        let written = match validator {
            Validator::MinValue(value) => literal(value, kind).map(|value| format!("min_value({value})")),
            Validator::MaxValue(value) => literal(value, kind).map(|value| format!("max_value({value})")),
            Validator::MinLength(length) => Some(format!("min_length({length})")),
            Validator::MaxLength(length) => Some(format!("max_length({length})")),
            Validator::Regex(pattern) => Some(format!("regex({})", text(pattern))),
            Validator::Email => Some("email".into()),
            Validator::Slug => Some("slug".into()),
            Validator::Url => Some("url".into()),
            _ => None,
        };
        let repeated = |written: &str| {
            let name = written.split('(').next();
            items.iter().any(|item| matches!(item, Item::Flat(known) if known.split('(').next() == name))
        };
        match written {
            Some(written) if !repeated(&written) => items.push(Item::Flat(written)),
            _ => notes.push(format!("A validator has no form here: {}.", comment(&format!("{validator:?}")))),
        }
    }
    (!items.is_empty()).then(|| Item::call("validators", items))
}
