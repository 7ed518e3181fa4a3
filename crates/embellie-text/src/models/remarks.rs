//! What Django's models say that a registry has no place for.

use super::{ManagerKind, Models};

impl Models {
    /// What the models of a project say that is no table, column or option: managers that choose rows, proxies, generic
    /// relations, fields without columns, defaults and validators that are Python code. Pairs of what it is about (`app.Model` or
    /// `app.Model.field`) and a sentence, in order.
    ///
    /// Texts of queries know all of it; Rust models that are written from these do not.
    pub fn remarks(&self) -> Vec<(String, String)> {
        let mut remarks = Vec::new();
        for (label, said) in &self.declared {
            let concrete = said.concrete.clone();
            let mut remark = |text: String| remarks.push((concrete.clone(), text));
            if *label != said.concrete {
                remark(format!("`{label}` is a proxy of this model: another class for the same rows."));
                continue;
            }
            for (name, kind) in &said.managers {
                if let ManagerKind::Python { class, plain: false } = kind {
                    let default =
                        if said.default_manager.as_ref() == Some(name) { " It is the default manager." } else { "" };
                    remark(format!("The manager `{name}` ({class}) chooses among the rows.{default}"));
                }
            }
            for (name, kind, key) in &said.generic_keys {
                remark(format!("`{name}` leads to a row of any model: `{kind}` says of which, `{key}` is its key."));
            }
            for generic in &said.generic {
                remark(format!(
                    "`{}` are the rows of `{}` whose `{}` and `{}` say that they belong here.",
                    generic.name, generic.to, generic.content_type_field, generic.object_id_field
                ));
            }
            let is_told = |name: &String| {
                said.generic.iter().any(|generic| generic.name == *name)
                    || said.generic_keys.iter().any(|(known, ..)| known == name)
            };
            let is_key = self.registry.model(label).is_ok_and(|model| model.has_composite_key());
            for name in said.without_columns.iter().filter(|name| !(is_told(name) || is_key && *name == "pk")) {
                remark(format!("`{name}` has no column of its own."));
            }
        }
        for (label, said) in &self.declared {
            remarks.extend(said.lost.iter().map(|(field, what)| (format!("{label}.{field}"), what.clone())));
        }
        remarks.sort();
        remarks
    }
}
