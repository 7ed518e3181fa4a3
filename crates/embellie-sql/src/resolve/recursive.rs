//! Common table expressions that refer to themselves.

use embellie_core::query::Cte as Asked;
use embellie_core::{Error, Query, Result};

use super::compound::{self, Members};
use super::cte::{self, Known};
use super::{Context, Scope, widest};
use crate::Capability;
use crate::resolved::{Condition, Distinct, Output, Select, Source};

/// The scope around a query, taken and given back.
type Outer<'c, 'r> = Option<Box<Scope<'c, 'r>>>;

/// How often the parts that refer to the expression are resolved anew, since what they give made its columns wider.
const PASSES: usize = 4;

/// The query of a recursive expression: the rows that it begins with, and those that follow from others.
pub(super) fn query<'c, 'r>(
    context: &'c Context<'r>,
    cte: &Asked,
    outer: Outer<'c, 'r>,
) -> Result<(Select<'r>, Outer<'c, 'r>)> {
    let name = &cte.name;
    let unions = || {
        Error::Value(format!(
            "the recursive common table expression '{name}' must be a union of the rows that it begins with and, after \
             them, of the rows that follow from those it has"
        ))
    };
    let asked = cte::body(&cte.query);
    let Some(compound) = asked.compound.as_deref().filter(|compound| cte::is_union(compound.operator)) else {
        return Err(unions());
    };
    asked.check_compound_calls()?;
    if !asked.slice.is_whole() || asked.order_by.as_ref().is_some_and(|terms| !terms.is_empty()) {
        return Err(Error::NotSupported(format!(
            "the recursive common table expression '{name}' cannot be ordered or sliced itself: order and slice the query \
             that uses it"
        )));
    }
    let first = compound.queries.iter().take_while(|query| !cte::refers(query, name)).count();
    let (first, following) = compound.queries.split_at(first);
    if first.is_empty() || following.iter().any(|query| !cte::refers(query, name)) {
        return Err(unions());
    }
    if following.len() > 1 {
        context.target.require(Capability::SeveralRecursiveParts)?;
    }

    let mut members = Members::new(context, &asked, outer);
    let mut parts = Vec::with_capacity(compound.queries.len());
    let mut named: Option<Vec<Output<'r>>> = None;
    for query in first {
        let (outputs, select) = members.member(query)?;
        named.get_or_insert(outputs);
        parts.extend(select);
    }
    let outputs = named.unwrap_or_default();
    if parts.is_empty() {
        return Ok((cte::nothing(outputs), members.into_outer()));
    }
    compound::check_columns(compound.operator, outputs.len(), &parts)?;
    let mut widths = widest::of(&parts).plain();
    let known = |widths: &widest::Widths| -> Result<Known> {
        let outputs: Vec<Output<'r>> = outputs
            .iter()
            .enumerate()
            .map(|(place, output)| Output { kind: widths.kind(place), nullable: widths.null(place), ..output.clone() })
            .collect();
        cte::known(context, cte, &outputs)
    };
    let mut recursive = Vec::new();
    for _ in 0..PASSES {
        recursive.clear();
        for query in following {
            let height = context.known.borrow().len();
            context.known.borrow_mut().push(known(&widths)?);
            let made = members.member(query);
            let uses = context.known.borrow().get(height).map_or(0, |known| known.uses);
            context.known.borrow_mut().truncate(height);
            if let (_, Some(select)) = made? {
                check(name, query, &select, uses)?;
                recursive.push(select);
            }
        }
        let all: Vec<Select<'r>> = parts.iter().chain(&recursive).cloned().collect();
        compound::check_columns(compound.operator, outputs.len(), &all)?;
        let wider = widest::of(&all).plain();
        if wider == widths {
            break;
        }
        widths = wider;
    }
    let queries: Vec<Select<'r>> = parts
        .into_iter()
        .map(|select| compound::part(context, select))
        .chain(recursive)
        .map(|select| widths.widen(select))
        .collect();
    let alias = context.new_alias();
    let outputs = outputs
        .into_iter()
        .enumerate()
        .map(|(place, output)| Output {
            expr: widths.column(alias, place),
            kind: widths.kind(place),
            nullable: widths.null(place),
            ..output
        })
        .collect();
    let source = Source::Compound { alias, operator: compound.operator, queries };
    Ok((Select::new(source, outputs), members.into_outer()))
}

/// Refuses what databases do not let a part do that refers to the expression.
fn check(name: &str, query: &Query, select: &Select<'_>, uses: usize) -> Result<()> {
    let aggregate = select.outputs.iter().any(|output| output.expr.contains_aggregate());
    let plain = select.group_by.is_empty()
        && !aggregate
        && select.having == Condition::Always
        && select.distinct == Distinct::No
        && select.order_by.is_empty()
        && select.slice.is_whole()
        && select.ctes.is_empty()
        && select.lock.is_none();
    let outer = query
        .steps
        .iter()
        .any(|step| matches!(step, embellie_core::query::Step::Join(join) if join.outer && join.cte == name));
    if plain && !outer && uses == 1 {
        return Ok(());
    }
    Err(Error::NotSupported(format!(
        "the part of '{name}' that refers to itself can only filter, compute and join: it refers to '{name}' once, by an \
         inner join or as what it reads from, and has no aggregates, distinct(), order or slice of its own"
    )))
}
