//! Assignments: to names, to several at once, to items and to attributes.

use embellie_core::BoxFuture;
use ruff_python_ast as ast;

use super::expression::value_type;
use super::run::Run;
use super::shared::{Held, Shared};
use crate::evaluate::Evaluator;
use crate::{Error, Py, Result};

impl Evaluator<'_> {
    /// Lets a target hold a value.
    pub(super) fn assign_to<'s>(
        &'s self,
        run: &'s Run<'_>,
        target: &'s ast::Expr,
        value: Py,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            match target {
                ast::Expr::Name(name) => {
                    run.set(name.id.as_str(), value);
                    Ok(())
                }
                ast::Expr::Tuple(ast::ExprTuple { elts, .. }) | ast::Expr::List(ast::ExprList { elts, .. }) => {
                    let value = Py::list(self.rows_of(run, &value).await?);
                    for (target, value) in elts.iter().zip(unpacked(&value, elts)?) {
                        self.assign_to(run, target, value).await?;
                    }
                    Ok(())
                }
                ast::Expr::Starred(starred) => self.assign_to(run, &starred.value, value).await,
                ast::Expr::Attribute(attribute) => {
                    let of = self.value(&attribute.value).await?;
                    self.set_attribute(&of, attribute.attr.as_str(), value)
                }
                ast::Expr::Subscript(subscript) => {
                    let of = self.value(&subscript.value).await?;
                    let index = self.value(&subscript.slice).await?;
                    set_item(&of, index, value)
                }
                _ => Err(Error::python("SyntaxError", "cannot assign to that expression")),
            }
        })
    }

    /// Sets an attribute of an object: a field, or a name of its own that is not saved.
    pub(super) fn set_attribute(&self, of: &Py, name: &str, value: Py) -> Result<()> {
        let Some(shared) = of.as_shared() else {
            return Err(Error::python(
                "AttributeError",
                format!("'{}' object has no attribute '{name}' that can be set", value_type(of)),
            ));
        };
        let mut object = match &*shared.lock() {
            Held::Object(held) => held.object.clone(),
            _ => {
                return Err(Error::python(
                    "AttributeError",
                    format!("'{}' object has no attribute '{name}' that can be set", value_type(of)),
                ));
            }
        };
        let model = self.models.model(object.label())?;
        let is_field = name == "pk"
            || model.member(name).is_some()
            || self.models.ancestors(model).iter().any(|(_, ancestor)| ancestor.member(name).is_some());
        if is_field {
            self.assign(&mut object, model, name, value.clone().plain()?)?;
        }
        if let Held::Object(held) = &mut *shared.lock() {
            held.object = object;
            held.attributes.retain(|(known, _)| {
                // What came by a foreign key is another object when the key is another.
                known != name && format!("{known}_id") != name
            });
            let is_related = matches!(&value, Py::Shared(value) if is_object(value));
            if !is_field || is_related {
                held.attributes.push((name.to_owned(), value));
            }
        }
        Ok(())
    }
}

fn is_object(shared: &Shared) -> bool {
    matches!(&*shared.lock(), Held::Object(_))
}

/// The values for several targets, one of which may take all that the others leave.
pub(super) fn unpacked(value: &Py, targets: &[ast::Expr]) -> Result<Vec<Py>> {
    let mut values = match value {
        Py::Shared(shared) => match &*shared.lock() {
            Held::List(values) | Held::Tuple(values) => values.clone(),
            Held::Set(values) => values.values().cloned().collect(),
            Held::Dict(dict) => dict.items.values().map(|(key, _)| key.clone()).collect(),
            _ => {
                return Err(Error::type_error(format!("cannot unpack non-iterable {} object", value_type_of(shared))));
            }
        },
        other => other
            .clone()
            .into_elements()
            .map_err(|_| Error::type_error(format!("cannot unpack non-iterable {} object", value_type(other))))?,
    };
    let starred = targets.iter().position(ast::Expr::is_starred_expr);
    let (wanted, given) = (targets.len(), values.len());
    let Some(starred) = starred else {
        return match given.cmp(&wanted) {
            std::cmp::Ordering::Equal => Ok(values),
            std::cmp::Ordering::Less => {
                Err(Error::value_error(format!("not enough values to unpack (expected {wanted}, got {given})")))
            }
            std::cmp::Ordering::Greater => {
                Err(Error::value_error(format!("too many values to unpack (expected {wanted})")))
            }
        };
    };
    if given + 1 < wanted {
        return Err(Error::value_error(format!(
            "not enough values to unpack (expected at least {}, got {given})",
            wanted - 1
        )));
    }
    let rest: Vec<Py> = values.splice(starred..starred + (given + 1 - wanted), []).collect();
    values.insert(starred, Py::list(rest));
    Ok(values)
}

fn value_type_of(shared: &Shared) -> String {
    shared.type_name()
}

/// Sets an item of a list or a dictionary.
fn set_item(of: &Py, index: Py, value: Py) -> Result<()> {
    let cannot = || Err(Error::type_error(format!("'{}' object does not support item assignment", value_type(of))));
    let Some(shared) = of.as_shared() else { return cannot() };
    // The key is told before the dictionary is changed, which may be in it.
    let is_dict = matches!(&*shared.lock(), Held::Dict(_));
    let key = if is_dict { Some(super::key::Key::of(&index)?) } else { None };
    let old;
    match &mut *shared.lock() {
        Held::List(values) => {
            let place = super::methods::place(&index, values.len(), "list assignment index out of range")?;
            match values.get_mut(place) {
                Some(known) => old = Some(std::mem::replace(known, value)),
                None => return Err(Error::python("IndexError", "list assignment index out of range")),
            }
        }
        Held::Dict(dict) => {
            old = match key {
                Some(key) => dict.put(key, index, value),
                None => None,
            };
        }
        _ => return cannot(),
    }
    drop(old);
    Ok(())
}

/// Deletes an item of a list or a dictionary.
pub(super) fn delete_item(of: &Py, index: &Py) -> Result<()> {
    let cannot = || Err(Error::type_error(format!("'{}' object doesn't support item deletion", value_type(of))));
    let Some(shared) = of.as_shared() else { return cannot() };
    let is_dict = matches!(&*shared.lock(), Held::Dict(_));
    let key = if is_dict { Some(super::key::Key::of(index)?) } else { None };
    match &mut *shared.lock() {
        Held::List(values) => {
            let place = super::methods::place(index, values.len(), "list assignment index out of range")?;
            if place >= values.len() {
                return Err(Error::python("IndexError", "list assignment index out of range"));
            }
            values.remove(place);
        }
        Held::Dict(dict) => {
            if key.and_then(|key| dict.items.shift_remove(&key)).is_none() {
                return Err(Error::python("KeyError", super::show::repr(index)));
            }
        }
        _ => return cannot(),
    }
    Ok(())
}
