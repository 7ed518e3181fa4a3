//! Calls of classes and methods.

use embellie_core::Expr;
use embellie_core::expr::Operator;

use super::Evaluator;
use crate::arguments::{Arguments, required};
use crate::query_set::{Raw, Set};
use crate::{Error, Py, Result, names};

impl Evaluator<'_> {
    /// What a call gives.
    pub(super) async fn call(&self, function: Py, arguments: Arguments) -> Result<Py> {
        match function {
            Py::Name(name) => names::call(name, arguments, self.models.settings()),
            Py::QuerySetClass(class) => {
                let names = ["model", "query", "using", "hints"];
                let [model, query, _, _] = arguments.bind("QuerySet", names)?;
                match (model, query) {
                    (Some(Py::Model(label)), None | Some(Py::None)) => {
                        Ok(Py::QuerySet(Box::new(Set { class, ..Set::all(self.models, &label)? })))
                    }
                    _ => Err(Error::Unknown("a query set of something else than a model".into())),
                }
            }
            Py::Above(above) => {
                arguments.none("super")?;
                Ok(Py::Above(above))
            }
            Py::Model(label) => {
                let arguments = self.with_generic_keys(&label, arguments).await?;
                Ok(Py::Object(Box::new(self.construct(&label, arguments)?)))
            }
            Py::Method(bound) => {
                let (of, method) = *bound;
                self.method(of, &method, arguments).await
            }
            Py::Related(related) => {
                let [manager] = arguments.bind("__call__", ["manager"])?;
                let manager = required("__call__", "manager", manager)?.into_text("manager")?;
                Ok(Py::Related(Box::new(related.by_manager(&manager, self)?)))
            }
            Py::Generic(related) => {
                let [manager] = arguments.bind("__call__", ["manager"])?;
                let manager = required("__call__", "manager", manager)?.into_text("manager")?;
                Ok(Py::Generic(Box::new(related.by_manager(&manager, self)?)))
            }
            other => Err(Error::type_error(format!("'{}' object is not callable", other.type_name()))),
        }
    }

    async fn method(&self, of: Py, method: &str, arguments: Arguments) -> Result<Py> {
        match of {
            Py::QuerySet(set) => self.of_own_set(*set, "QuerySet", method, arguments).await,
            Py::Above(above) => self.method_above(*above, method, arguments).await,
            Py::Manager(manager) => {
                if matches!(method, "delete" | "as_manager") {
                    return Err(Error::attribute("Manager", method));
                }
                if let Some(class) = &manager.class
                    && method != "get_queryset"
                    && let Some(value) =
                        self.own_method(Py::Manager(manager.clone()), class, method, arguments.clone()).await?
                {
                    return Ok(value);
                }
                // What is written does not depend on the rows that the manager gives.
                if matches!(method, "create" | "bulk_create") && manager.all().is_err() {
                    let set = manager.plain(self).all()?;
                    return self.of_set(set, "Manager", method, arguments).await;
                }
                let set = manager.all()?;
                match &set.class {
                    Some(class) if self.models.classes().is_copied(class, method) => {
                        self.of_own_set(set, "Manager", method, arguments).await
                    }
                    _ => self.of_set(set, "Manager", method, arguments).await,
                }
            }
            Py::Related(related) => match related.change(method, arguments.clone(), self).await? {
                Some(value) => Ok(value),
                None => self.of_set(related.set, "RelatedManager", method, arguments).await,
            },
            Py::Generic(related) => match related.change(method, arguments.clone(), self).await? {
                Some(value) => Ok(value),
                None => self.of_set(related.set, "RelatedManager", method, arguments).await,
            },
            Py::Object(mut object) => self.of_object(&mut object, method, arguments).await,
            Py::Expr(expr) => of_expression(expr, method, arguments),
            Py::Q(q) => of_expression(q.into_core()?.into(), method, arguments),
            Py::Raw(raw) => match method {
                "all" | "prefetch_related" | "using" | "iterator" => Ok(Py::Raw(raw)),
                _ => Err(Error::attribute("RawQuerySet", method)),
            },
            other => Err(Error::attribute(other.type_name(), method)),
        }
    }

    /// A method of a query set, which may be of a project's own class.
    async fn of_own_set(&self, set: Set, class: &str, method: &str, arguments: Arguments) -> Result<Py> {
        if let Some(own) = set.class.clone() {
            let this = Py::QuerySet(Box::new(set.clone()));
            if let Some(value) = self.own_method(this, &own, method, arguments.clone()).await? {
                return Ok(value);
            }
        }
        self.of_set(set, class, method, arguments).await
    }

    async fn of_set(&self, set: Set, class: &str, method: &str, arguments: Arguments) -> Result<Py> {
        if method == "raw" {
            let [sql, parameters, _, _] = arguments.bind("raw", ["raw_query", "params", "translations", "using"])?;
            let parameters = match parameters {
                None | Some(Py::None) => Vec::new(),
                Some(Py::Dict(_)) => return Err(Error::Unknown("raw() with named parameters".into())),
                Some(list) => list.into_elements()?.iter().map(Py::to_value).collect::<Result<_>>()?,
            };
            let sql = required("raw", "raw_query", sql)?.into_text("raw_query")?;
            return Ok(Py::Raw(Box::new(Raw { label: set.label, sql, parameters })));
        }
        let is_refining = set.clone();
        if let Some(refined) = is_refining.refined(method, arguments.clone(), self.models)? {
            return Ok(Py::QuerySet(Box::new(refined)));
        }
        let (set, arguments) = match set.told(method, arguments, self).await? {
            Ok(value) => return Ok(value),
            Err(back) => back,
        };
        match set.write(method, arguments, self).await? {
            Ok(value) => Ok(value),
            Err(_) => Err(Error::attribute(class, method)),
        }
    }
}

/// A method of an expression.
pub(crate) fn of_expression(expr: Expr, method: &str, mut arguments: Arguments) -> Result<Py> {
    let operator = match method {
        "asc" | "desc" => {
            let nulls = names::nulls(&mut arguments)?;
            arguments.none(method)?;
            let mut term = if method == "asc" { expr.asc() } else { expr.desc() };
            term.nulls = nulls;
            return Ok(Py::OrderBy(term));
        }
        "bitand" => Operator::BitAnd,
        "bitor" => Operator::BitOr,
        "bitxor" => Operator::BitXor,
        "bitleftshift" => Operator::ShiftLeft,
        "bitrightshift" => Operator::ShiftRight,
        _ => return Err(Error::attribute("Expression", method)),
    };
    let [other] = arguments.bind(method, ["other"])?;
    let other = names::value_or_expression(required(method, "other", other)?)?;
    Ok(Py::Expr(expr.combine(operator, other)))
}
