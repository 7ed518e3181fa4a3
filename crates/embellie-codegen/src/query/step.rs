//! The methods of a query set, in order.

use embellie_core::query::{
    Aggregation, Annotation, Distinct, FilteredRelation, Loading, SelectRelated, SetOperator, Step,
};
use embellie_core::{Expr, OrderBy, Path, Query};

use super::data::{extra, nulls};
use super::expression::{Form, Typed};
use super::{Relation, RowsAs, Shape, Unsaid, Variable, Writer, aggregates, bracketed, lock, slice, tuple};
use crate::word::{ident, is_identifier, snake_case, text};

impl Writer<'_> {
    /// What a query begins with, and the methods that are called on it.
    pub(super) fn chain(&mut self, query: &Query) -> Result<(String, Vec<String>), Unsaid> {
        if !query.ctes.is_empty() || query.from.is_some() {
            return Err("it has common table expressions".into());
        }
        let (start, mut calls) = match &query.compound {
            Some(compound) => self.together(compound)?,
            None => (format!("{}::objects()", self.model_type()), Vec::new()),
        };
        if query.aggregation == Aggregation::Joined && aggregates(query) > 1 {
            calls.push(".joined_aggregates()".to_owned());
        }
        if let Some(zone) = &query.time_zone {
            calls.push(format!(".in_time_zone({})", text(zone)));
        }
        let last = query.steps.iter().rposition(|step| matches!(step, Step::Values(_)));
        for (place, step) in query.steps.iter().enumerate() {
            calls.push(self.step(step, Some(place) == last && place + 1 == query.steps.len())?);
        }
        match &query.distinct {
            Distinct::No => {}
            Distinct::Rows => calls.push(".distinct()".into()),
            Distinct::On(paths) => {
                let terms: Result<Vec<String>, Unsaid> = paths.iter().map(|path| self.order_path(path)).collect();
                calls.push(format!(".distinct_on({})", tuple(&terms?)));
            }
        }
        if let Some(terms) = &query.order_by {
            calls.push(format!(".order_by({})", self.ordering(terms)?));
        }
        if query.reversed {
            calls.push(".reverse()".into());
        }
        calls.extend(self.related(&query.select_related)?);
        calls.extend(query.lock.as_ref().map(lock));
        if query.none {
            calls.push(".none()".into());
        }
        if query.selected().is_none() {
            calls.extend(self.loaded(&query.loading, &query.select_related)?);
        }
        calls.extend(slice(query.slice));
        Ok((start, calls))
    }

    fn step(&mut self, step: &Step, is_last: bool) -> Result<String, Unsaid> {
        match step {
            Step::Filter(q) => Ok(format!(".filter({})", self.condition(q)?)),
            Step::Exclude(q) => Ok(format!(".exclude({})", self.condition(q)?)),
            Step::Annotate(annotation) => self.annotation(annotation),
            Step::Values(paths) => self.values(paths, is_last),
            Step::Group => Err("it groups rows by what is selected so far".into()),
            Step::Relation(relation) => self.filtered_relation(relation),
            Step::Join(_) => Err("it joins a common table expression".into()),
            Step::Extra(pieces) => Ok(format!(".extra({})", extra(self, pieces)?)),
            _ => Err("it has a step that is not known here".into()),
        }
    }

    /// A name for a variable that has no other use here.
    pub(super) fn free_name(&self, wished: &str) -> String {
        let wished = ident(&snake_case(wished));
        let mut name = match wished.as_str() {
            "rows" | "db" => format!("{wished}_value"),
            _ => wished,
        };
        while self.is_taken(&name) {
            name.push('_');
        }
        name
    }

    fn is_taken(&self, name: &str) -> bool {
        self.row.as_deref() == Some(name)
            || self.variables.iter().any(|variable| variable.name == name)
            || self.relations.iter().any(|relation| relation.name == name)
            || self.outer.is_some_and(|outer| outer.is_taken(name))
    }

    fn annotation(&mut self, annotation: &Annotation) -> Result<String, Unsaid> {
        let Annotation { alias, expr, selected } = annotation;
        let method = if *selected { "annotate" } else { "alias" };
        let typed = self.expression(expr).and_then(|typed| Some((self.owned(&typed)?, typed)));
        let written = match typed {
            Some((_, Typed { form: Form::Constant, .. })) | None => {
                format!(".{method}_expr({}, {})", text(alias), self.data(expr)?)
            }
            // Where the rows must stay what they are, the expression is named as data.
            Some(_) if *selected && self.rows == RowsAs::Text => {
                format!(".{method}_expr({}, {})", text(alias), self.data(expr)?)
            }
            Some((owned, typed)) => {
                let name = self.free_name(alias);
                let is_condition = matches!(typed.form, Form::Condition | Form::ConditionVariable);
                // Operators between conditions bind less than a call.
                let owned = match typed.form {
                    Form::Condition => bracketed(owned),
                    _ => owned,
                };
                self.before.push(format!("let {name} = {owned}.named({});", text(alias)));
                if *selected {
                    let mut parts = self.parts();
                    parts.push(typed.text);
                    self.shape = Shape::Others(parts);
                }
                self.variables.push(Variable {
                    alias: alias.to_string(),
                    name: name.clone(),
                    ty: typed.ty,
                    is_condition,
                });
                self.aliases.push(alias.to_string());
                return Ok(format!(".{method}(&{name})"));
            }
        };
        self.aliases.push(alias.to_string());
        // What had the name before is hidden.
        self.variables.retain(|variable| variable.alias != *alias);
        Ok(written)
    }

    /// What the rows are made of, by words that are the same for the same types.
    pub(super) fn parts(&self) -> Vec<String> {
        match &self.shape {
            Shape::Others(parts) => parts.clone(),
            other => vec![format!("{other:?}")],
        }
    }

    fn values(&mut self, paths: &[Path], is_last: bool) -> Result<String, Unsaid> {
        if paths.is_empty() {
            self.shape = Shape::Text;
            return Ok(".text_values([] as [&str; 0])".into());
        }
        let rows = |path: &Path| {
            let name = self.names.path(self.registry, self.model.id(), path);
            (self.is_field(path) && self.typed_path(path).is_some() && is_identifier(&name)).then(|| ident(&name))
        };
        let named: Option<Vec<String>> = paths.iter().map(rows).collect();
        if let Some(named) = named.filter(|_| is_last && self.rows == RowsAs::Named) {
            self.shape = Shape::Others(named.clone());
            return Ok(format!(".values(row!({}))", named.join(", ")));
        }
        let typed = |path: &Path| {
            let (typed, rest) = self.typed(path)?;
            let is_plain = matches!(typed.form, Form::Column | Form::Relation | Form::Variable);
            (rest.is_empty() && is_plain).then_some(typed)
        };
        let listed: Option<Vec<Typed>> = paths.iter().map(typed).collect();
        match listed.filter(|listed| listed.len() <= 8 && self.rows != RowsAs::Text) {
            Some(listed) => {
                self.shape = match listed.as_slice() {
                    [one] => Shape::One(one.ty),
                    several => {
                        let part = |(typed, path): (&Typed, &Path)| format!("{:?} {}", typed.ty, self.nullness(path));
                        Shape::Others(several.iter().zip(paths).map(part).collect())
                    }
                };
                let listed: Vec<String> = listed
                    .iter()
                    .map(
                        |typed| {
                            if typed.form == Form::Variable { format!("&{}", typed.text) } else { typed.text.clone() }
                        },
                    )
                    .collect();
                Ok(format!(".values_list({})", tuple(&listed)))
            }
            None => {
                self.shape = Shape::Text;
                let names: Result<Vec<String>, Unsaid> =
                    paths.iter().map(|path| Ok(text(&self.text_path(path)?))).collect();
                Ok(format!(".text_values([{}])", names?.join(", ")))
            }
        }
    }

    /// Whether what a path leads to may be null, by words that are the same where it is the same.
    pub(super) fn nullness(&self, path: &Path) -> String {
        let field = self.follow(path).filter(|found| found.length == 1).and_then(|found| found.field);
        match field.and_then(|(model, place)| self.registry.get(model).fields.get(place)) {
            Some(field) if !self.is_alias(path) => field.null.to_string(),
            _ => path.to_string(),
        }
    }

    fn order_path(&self, path: &Path) -> Result<String, Unsaid> {
        match self.is_field(path).then(|| self.typed_path(path)).flatten() {
            Some((typed, _)) => Ok(typed),
            None => Ok(text(&self.text_path(path)?)),
        }
    }

    /// The terms of an ordering.
    pub(super) fn ordering(&self, terms: &[OrderBy]) -> Result<String, Unsaid> {
        let terms: Result<Vec<String>, Unsaid> = terms.iter().map(|term| self.order(term)).collect();
        Ok(tuple(&terms?))
    }

    fn order(&self, term: &OrderBy) -> Result<String, Unsaid> {
        let nulls = nulls(term.nulls);
        let direction = if term.descending { "desc" } else { "asc" };
        if let Expr::Path(path) = &term.expr
            && self.variable(&path.to_string()).is_none()
        {
            return match self.is_field(path).then(|| self.typed_path(path)).flatten() {
                Some((typed, _)) if !term.descending && nulls.is_empty() => Ok(typed),
                Some((typed, _)) => Ok(format!("{typed}.{direction}(){nulls}")),
                None if nulls.is_empty() && self.typed(path).is_none_or(|(_, rest)| !rest.is_empty()) => {
                    Ok(text(&format!("{}{}", if term.descending { "-" } else { "" }, self.text_path(path)?)))
                }
                None => self.order_of(term),
            };
        }
        self.order_of(term)
    }

    /// A term of an ordering that is no field.
    fn order_of(&self, term: &OrderBy) -> Result<String, Unsaid> {
        let nulls = nulls(term.nulls);
        let direction = if term.descending { "desc" } else { "asc" };
        match self.expression(&term.expr) {
            Some(typed) if !matches!(typed.form, Form::Condition | Form::ConditionVariable | Form::Constant) => {
                Ok(format!("{}.{direction}(){nulls}", typed.receiver()))
            }
            Some(typed) if typed.form == Form::Condition && !term.descending && nulls.is_empty() => Ok(typed.text),
            // The name, which a condition is known by.
            Some(Typed { form: Form::ConditionVariable, .. }) if nulls.is_empty() => match &term.expr {
                Expr::Path(path) => Ok(text(&format!("{}{path}", if term.descending { "-" } else { "" }))),
                _ => self.term_data(term),
            },
            _ => self.term_data(term),
        }
    }

    fn related(&self, related: &SelectRelated) -> Result<Option<String>, Unsaid> {
        match related {
            SelectRelated::No => Ok(None),
            SelectRelated::All => Ok(Some(".select_related_all()".into())),
            SelectRelated::Paths(paths) => {
                let typed: Option<Vec<String>> =
                    paths.iter().map(|path| self.typed_path(path).map(|(typed, _)| typed)).collect();
                let typed = typed.ok_or("it selects related objects along a path that structs do not have")?;
                Ok(Some(format!(".select_related({})", tuple(&typed))))
            }
        }
    }

    /// Which fields are read.
    fn loaded(&mut self, loading: &Loading, related: &SelectRelated) -> Result<Option<String>, Unsaid> {
        let (method, paths) = match loading {
            Loading::All => return Ok(None),
            Loading::Only(paths) => ("only", paths),
            Loading::AllBut(paths) => ("defer", paths),
        };
        let comes = |path: &Path| {
            let names: Vec<&str> = path.names().collect();
            let relation = names.split_last().map(|(_, before)| before.join("__")).unwrap_or_default();
            let selected = |paths: &[Path]| {
                paths
                    .iter()
                    .any(|path| *path.to_string() == relation || path.to_string().starts_with(&format!("{relation}__")))
            };
            names.len() == 1 || matches!(related, SelectRelated::Paths(paths) if selected(paths))
        };
        let mut listed = Vec::new();
        for path in paths {
            let typed = self.is_field(path).then(|| self.typed_path(path)).flatten();
            match typed {
                Some((typed, Form::Column)) if comes(path) => listed.push(typed),
                // A foreign key is read by its column.
                Some((typed, Form::Relation))
                    if comes(path) && matches!(self.follow(path), Some(found) if found.field.is_some()) =>
                {
                    listed.push(typed);
                }
                _ => return Err(format!("it reads '{path}' by itself, without the object that has it")),
            }
        }
        let mut parts = self.parts();
        parts.push(format!("{method} {}", listed.join(", ")));
        self.shape = Shape::Others(parts);
        Ok(Some(format!(".{method}({})", tuple(&listed))))
    }

    fn filtered_relation(&mut self, relation: &FilteredRelation) -> Result<String, Unsaid> {
        let FilteredRelation { alias, relation: path, condition } = relation;
        let to = self.follow(path).filter(|found| found.rest.is_empty()).and_then(|found| found.to);
        let to = to.ok_or_else(|| format!("the relation '{path}' leads nowhere"))?;
        let condition = self.joined(condition, false)?;
        let typed = self.typed_path(path).filter(|(_, form)| *form == Form::Relation);
        let name = self.free_name(alias);
        let written = match typed {
            Some((typed, _)) if is_identifier(alias) && ident(alias) == **alias => {
                self.before.push(format!("let {name} = embellie::filtered_relation!({alias} = {typed}, {condition});"));
                format!(".relation(&{name})")
            }
            _ => {
                let path = text(&self.text_path(path)?);
                format!(".filtered_relation({}, {path}, ({condition}).into_core())", text(alias))
            }
        };
        // By the other way there is no variable to begin a path with.
        match written.starts_with(".relation") {
            true => self.relations.push(Relation { alias: alias.to_string(), name, to }),
            false => self.aliases.push(alias.to_string()),
        }
        Ok(written)
    }
}

/// The method that puts queries together.
pub(super) fn set_method(operator: SetOperator) -> &'static str {
    match operator {
        SetOperator::Union => "union",
        SetOperator::UnionAll => "union_all",
        SetOperator::Intersection => "intersection",
        SetOperator::Difference => "difference",
    }
}
