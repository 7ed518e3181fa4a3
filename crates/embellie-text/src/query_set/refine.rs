//! Methods that give another query set: nothing here reads.

use std::collections::BTreeSet;

use embellie_core::query::{Connector, Distinct, Extra, ExtraColumn, Lock, SelectRelated, Step};
use embellie_core::{Expr, IntoParams, OrderBy, Path, Q, Sql, Value};

use super::{Loaded, Prefetch, RowKind, Set};
use crate::arguments::Arguments;
use crate::condition::Condition;
use crate::models::Models;
use crate::names;
use crate::{Error, Py, Result};

/// The methods that give another query set.
const METHODS: &[&str] = &[
    "alias",
    "all",
    "annotate",
    "complex_filter",
    "dates",
    "datetimes",
    "defer",
    "difference",
    "distinct",
    "exclude",
    "extra",
    "filter",
    "get_queryset",
    "intersection",
    "none",
    "only",
    "order_by",
    "prefetch_related",
    "reverse",
    "select_for_update",
    "select_related",
    "union",
    "using",
    "values",
    "values_list",
];

impl Set {
    /// The result of a method that gives another query set; `None` when there is no such method.
    pub(crate) fn refined(self, method: &str, arguments: Arguments, models: &Models) -> Result<Option<Set>> {
        if !METHODS.contains(&method) {
            return Ok(None);
        }
        Ok(Some(match method {
            "all" | "get_queryset" => {
                arguments.none(method)?;
                self
            }
            "using" => {
                let [alias] = arguments.bind("using", ["alias"])?;
                match alias {
                    Some(Py::Str(alias)) if alias == "default" => self,
                    Some(Py::None) => self,
                    Some(Py::Str(alias)) => Set { elsewhere: Some(alias), ..self },
                    _ => return Err(Error::Unknown("there is one database only".into())),
                }
            }
            "filter" => self.filter_or_exclude(false, arguments, models)?,
            "exclude" => self.filter_or_exclude(true, arguments, models)?,
            "complex_filter" => self.complex_filter(arguments, models)?,
            "none" => {
                arguments.none(method)?;
                self.none()
            }
            "order_by" => self.order_by(arguments, models)?,
            "reverse" => {
                arguments.none(method)?;
                let mut set = self;
                if set.is_sliced() {
                    return Err(Error::type_error("Cannot reverse a query once a slice has been taken."));
                }
                set.query.reversed = !set.query.reversed;
                set
            }
            "distinct" => self.distinct(arguments)?,
            "select_related" => self.select_related(arguments, models)?,
            "prefetch_related" => self.prefetch_related(arguments)?,
            "defer" | "only" => self.load(method == "only", arguments)?,
            "select_for_update" => self.select_for_update(arguments)?,
            "extra" => self.extra(arguments)?,
            "union" | "intersection" | "difference" => self.combined(method, arguments)?,
            "annotate" | "alias" => self.annotated(method == "annotate", arguments, models)?,
            "values" => self.without_related().values(arguments, models)?,
            "values_list" => self.without_related().values_list(arguments, models)?,
            _ => self.without_related().dates(method == "datetimes", arguments, models)?,
        }))
    }

    fn filter_or_exclude(mut self, negate: bool, arguments: Arguments, models: &Models) -> Result<Set> {
        let given = !arguments.positional.is_empty() || !arguments.keywords.is_empty();
        let method = if negate { "exclude" } else { "filter" };
        self.not_combined(method)?;
        if given && self.is_sliced() {
            return Err(Error::type_error("Cannot filter a query once a slice has been taken."));
        }
        let mut children = names::conditions(arguments)?;
        let condition = match (children.len(), children.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                children.extend(last);
                Condition::Group { connector: Connector::And, negated: false, children }
            }
        };
        if condition.is_all() && !negate {
            return Ok(self);
        }
        let q = condition.on(models, models.model(&self.label)?)?;
        match (std::mem::take(&mut self.sticky), self.query.steps.last_mut()) {
            (true, Some(Step::Filter(last))) => {
                let known = std::mem::replace(last, Q::all());
                *last = known & if negate { !q } else { q };
            }
            _ => self.query.steps.push(if negate { Step::Exclude(q) } else { Step::Filter(q) }),
        }
        Ok(self)
    }

    fn complex_filter(self, arguments: Arguments, models: &Models) -> Result<Set> {
        let [given] = arguments.bind("complex_filter", ["filter_obj"])?;
        let arguments = match given {
            Some(Py::Dict(items)) => {
                let mut arguments = Arguments::default();
                for (name, value) in items {
                    arguments.keywords.push((name.into_text("keywords")?, value));
                }
                arguments
            }
            given => Arguments { positional: given.into_iter().collect(), keywords: Vec::new() },
        };
        self.filter_or_exclude(false, arguments, models)
    }

    pub(crate) fn none(mut self) -> Set {
        self.query.none = true;
        self
    }

    pub(crate) fn order_by(mut self, arguments: Arguments, models: &Models) -> Result<Set> {
        if self.is_sliced() {
            return Err(Error::type_error("Cannot reorder a query once a slice has been taken."));
        }
        arguments.no_keywords("order_by")?;
        let mut terms = Vec::new();
        for term in arguments.positional {
            if matches!(term, Py::None) {
                continue;
            }
            // An expression means the column, a text the related model's own ordering.
            let is_text = matches!(term, Py::Str(_));
            let mut term = names::ordering(term)?;
            if let (false, Expr::Path(path)) = (is_text, &mut term.expr) {
                *path = models.column(models.model(&self.label)?, path);
            }
            terms.push(term);
        }
        self.query.order_by = Some(terms);
        self.query.reversed = false;
        self.clear_extra_order();
        Ok(self)
    }

    /// A new ordering replaces that of `extra()`.
    fn clear_extra_order(&mut self) {
        for step in &mut self.query.steps {
            if let Step::Extra(extra) = step {
                extra.order_by.clear();
            }
        }
    }

    fn distinct(mut self, arguments: Arguments) -> Result<Set> {
        self.not_combined("distinct")?;
        if self.is_sliced() {
            return Err(Error::type_error("Cannot create distinct fields once a slice has been taken."));
        }
        arguments.no_keywords("distinct")?;
        let paths: Vec<Path> = arguments
            .positional
            .into_iter()
            .map(|path| Ok(Path::from(path.into_text("a field name")?)))
            .collect::<Result<_>>()?;
        self.query.distinct = if paths.is_empty() { Distinct::Rows } else { Distinct::On(paths) };
        Ok(self)
    }

    fn select_related(mut self, arguments: Arguments, models: &Models) -> Result<Set> {
        self.not_combined("select_related")?;
        arguments.no_keywords("select_related")?;
        if self.rows != RowKind::Objects {
            return Err(Error::type_error("Cannot call select_related() after .values() or .values_list()"));
        }
        self.query.select_related = match &arguments.positional[..] {
            [] => SelectRelated::All,
            [Py::None] => SelectRelated::No,
            _ => {
                let mut paths = match std::mem::take(&mut self.query.select_related) {
                    SelectRelated::Paths(paths) => paths,
                    _ => Vec::new(),
                };
                for field in arguments.positional {
                    let path = field.into_text("a field name")?;
                    let first = path.split("__").next().unwrap_or_default();
                    // A relation of a project's own class joins by what its code says.
                    let unknown = models.is_virtual(&self.label, first)
                        && models.model(&self.label)?.member(first).is_none()
                        && models.model(&self.label)?.inherited(first).is_none();
                    if !unknown {
                        paths.push(Path::from(path));
                    }
                }
                SelectRelated::Paths(paths)
            }
        };
        Ok(self)
    }

    /// Rows of values come without related objects.
    fn without_related(mut self) -> Set {
        self.query.select_related = SelectRelated::No;
        self
    }

    fn prefetch_related(mut self, arguments: Arguments) -> Result<Set> {
        self.not_combined("prefetch_related")?;
        arguments.no_keywords("prefetch_related")?;
        for lookup in arguments.positional {
            match lookup {
                Py::None => self.prefetches.clear(),
                Py::Prefetch(prefetch) => self.prefetches.push(*prefetch),
                Py::Str(lookup) => self.prefetches.push(Prefetch { lookup, querysets: Vec::new(), to_attr: None }),
                other => {
                    return Err(Error::attribute(other.type_name(), "split"));
                }
            }
        }
        Ok(self)
    }

    fn load(mut self, only: bool, arguments: Arguments) -> Result<Set> {
        let method = if only { "only" } else { "defer" };
        self.not_combined(method)?;
        arguments.no_keywords(method)?;
        if self.rows != RowKind::Objects {
            return Err(Error::type_error(format!("Cannot call {method}() after .values() or .values_list()")));
        }
        let mut names = BTreeSet::new();
        for name in arguments.positional {
            match name {
                Py::None if !only => {
                    self.loaded = Loaded::All;
                    return Ok(self);
                }
                Py::None => return Err(Error::type_error("Cannot pass None as an argument to only().")),
                name => {
                    names.insert(name.into_text("a field name")?);
                }
            }
        }
        self.loaded = match (only, self.loaded) {
            (true, Loaded::AllBut(deferred)) => {
                let left: BTreeSet<String> = names.difference(&deferred).cloned().collect();
                if left.is_empty() {
                    Loaded::AllBut(deferred.difference(&names).cloned().collect())
                } else {
                    Loaded::Only(left)
                }
            }
            (true, _) => Loaded::Only(names),
            (false, Loaded::All) => Loaded::AllBut(names),
            (false, Loaded::AllBut(deferred)) => Loaded::AllBut(deferred.union(&names).cloned().collect()),
            (false, Loaded::Only(loaded)) => {
                let left: BTreeSet<String> = loaded.difference(&names).cloned().collect();
                if left.is_empty() {
                    Loaded::AllBut(names.difference(&loaded).cloned().collect())
                } else {
                    Loaded::Only(left)
                }
            }
        };
        Ok(self)
    }

    fn select_for_update(mut self, arguments: Arguments) -> Result<Set> {
        let [nowait, skip_locked, of, no_key] =
            arguments.bind("select_for_update", ["nowait", "skip_locked", "of", "no_key"])?;
        let is = |value: Option<Py>| value.is_some_and(|value| value.is_true());
        let (nowait, skip_locked) = (is(nowait), is(skip_locked));
        if nowait && skip_locked {
            return Err(Error::value_error("The nowait option cannot be used with skip_locked."));
        }
        let of = match of {
            None => Vec::new(),
            Some(of) => of
                .into_elements()?
                .into_iter()
                .map(|path| Ok(Path::from(path.into_text("of")?)))
                .collect::<Result<_>>()?,
        };
        self.query.lock = Some(Lock { nowait, skip_locked, of, no_key: is(no_key) });
        Ok(self)
    }

    fn extra(mut self, arguments: Arguments) -> Result<Set> {
        self.not_combined("extra")?;
        if self.is_sliced() {
            return Err(Error::type_error("Cannot change a query once a slice has been taken."));
        }
        let names = ["select", "where", "params", "tables", "order_by", "select_params"];
        let [select, conditions, params, tables, order_by, select_params] = arguments.bind("extra", names)?;
        let given = |value: Option<Py>| value.filter(|value| !matches!(value, Py::None));
        let texts = |value: Option<Py>| -> Result<Vec<String>> {
            let Some(value) = given(value) else { return Ok(Vec::new()) };
            value.into_elements()?.into_iter().map(|text| text.into_text("a text of SQL")).collect()
        };
        let values = |value: Option<Py>| -> Result<Vec<Value>> {
            let Some(value) = given(value) else { return Ok(Vec::new()) };
            value.into_elements()?.iter().map(Py::to_value).collect()
        };
        let mut extra = Extra { parameters: values(params)?.into_params(), ..Extra::default() };
        let mut select_params = values(select_params)?.into_iter();
        if let Some(select) = given(select) {
            let Py::Dict(items) = select else { return Err(Error::attribute(select.type_name(), "items")) };
            for (name, sql) in items {
                let name = name.into_text("a name")?;
                let sql = match sql {
                    Py::Str(sql) => single_percents(&sql),
                    other => other.to_value()?.to_string(),
                };
                let wanted = sql.replace("%%", "").matches("%s").count();
                let parameters = select_params.by_ref().take(wanted).collect::<Vec<Value>>().into_params();
                extra.select.push(ExtraColumn { name: name.into(), sql: Sql::trusted(sql), parameters });
            }
        }
        extra.conditions = texts(conditions)?.into_iter().map(Sql::trusted).collect();
        extra.tables = texts(tables)?.into_iter().map(Into::into).collect();
        extra.order_by = texts(order_by)?.iter().map(|term| OrderBy::from(term.as_str())).collect();
        self.query.steps.push(Step::Extra(Box::new(extra)));
        Ok(self)
    }

    /// The slice `[start:stop:step]`, as the rows that are left, and the step.
    pub(crate) fn sliced(mut self, start: Option<i64>, stop: Option<i64>) -> Result<Set> {
        if start.is_some_and(|start| start < 0) || stop.is_some_and(|stop| stop < 0) {
            return Err(Error::value_error("Negative indexing is not supported."));
        }
        let offset = start.unwrap_or_default().unsigned_abs();
        let limit = stop.map(|stop| stop.unsigned_abs().saturating_sub(offset));
        self.query.slice = self.query.slice.then(offset, limit);
        Ok(self)
    }
}

/// A text as Python's formatting leaves it: between quotation marks, where no placeholder is looked for, two percent
/// signs are one.
fn single_percents(sql: &str) -> String {
    let mut parts = sql.split('\'');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (number, part) in parts.enumerate() {
        text.push('\'');
        match number % 2 {
            0 => text.push_str(&part.replace("%%", "%")),
            _ => text.push_str(part),
        }
    }
    text
}
