//! Queries within queries, and queries put together.

use std::rc::Rc;

use embellie_core::Query;
use embellie_core::query::Compound;

use super::expression::{Form, indented};
use super::step::set_method;
use super::{Prefetched, RowsAs, Shape, Unsaid, Writer, laid_out, tuple};
use crate::word::{ident, snake_case};

/// How wide a query within another may be on a line of its own.
const WIDEST: usize = 90;

/// A query that stands within another.
pub(super) struct Inner {
    /// The query set; a block where statements stand before it.
    pub(super) text: String,
    pub(super) shape: Shape,
    /// What the row of the query around is called in it.
    pub(super) row: String,
    pub(super) names_row: bool,
}

impl<'r> Writer<'r> {
    /// A query within this one. In a closure, it has a name for this one's row.
    pub(super) fn inner(&self, query: &Query, is_closure: bool) -> Result<Inner, Unsaid> {
        self.inner_with(query, &[], is_closure)
    }

    fn inner_with(&self, query: &Query, prefetched: &[Prefetched], is_closure: bool) -> Result<Inner, Unsaid> {
        let mut writer: Writer<'_> = Writer::over(self.registry, Rc::clone(&self.names), query)?;
        let row = self.free_name(&ident(&snake_case(&self.model.name)));
        writer.outer = Some(self);
        writer.row = is_closure.then(|| row.clone());
        writer.rows = RowsAs::Listed;
        let (start, mut calls) = writer.chain(query)?;
        calls.extend(writer.prefetched(prefetched)?);
        Ok(writer.inner_text(row, &start, &calls))
    }

    /// The call that reads related objects with the rows.
    pub(super) fn prefetched(&mut self, prefetched: &[Prefetched]) -> Result<Option<String>, Unsaid> {
        let mut terms = Vec::new();
        for Prefetched { lookup, rows, to_attr } in prefetched {
            let typed = self.is_field(lookup).then(|| self.typed_path(lookup)).flatten();
            let typed = typed.filter(|(_, form)| *form == Form::Relation).map(|(typed, _)| typed);
            let typed = typed.ok_or_else(|| format!("it reads '{lookup}' with its rows, which structs do not have"))?;
            let inner = match (rows, to_attr) {
                (Some((query, beside)), _) => Some(self.inner_with(query, beside, false)?),
                (None, Some(_)) => {
                    let to = self.follow(lookup).and_then(|found| found.to);
                    let to = to.ok_or_else(|| format!("'{lookup}' leads nowhere"))?;
                    Some(self.inner_with(&Query::new(self.registry.get(to).label().to_owned()), &[], false)?)
                }
                (None, None) => None,
            };
            let Some(inner) = inner else {
                terms.push(typed);
                continue;
            };
            match to_attr {
                // What gives more than objects has no place in the relation.
                None if matches!(inner.shape, Shape::Whole(_)) => terms.push(format!("({typed}, {})", inner.text)),
                _ => {
                    let wished = to_attr.clone().unwrap_or_else(|| lookup.to_string());
                    let name = self.free_name(&wished);
                    self.before.push(format!("let {name} = Prefetch::new({typed}, {}).handle();", inner.text));
                    terms.push(format!("&{name}"));
                }
            }
        }
        Ok((!terms.is_empty()).then(|| format!(".prefetch({})", tuple(&terms))))
    }

    fn inner_text(self, row: String, start: &str, calls: &[String]) -> Inner {
        let chain = laid_out(start, calls, WIDEST);
        let text = match self.before.is_empty() {
            true => chain,
            false => {
                let lines: Vec<String> =
                    self.before.iter().chain([&chain]).map(|line| format!("    {}\n", indented(line))).collect();
                format!("{{\n{}}}", lines.concat())
            }
        };
        let names_row = has_word(&text, &row);
        Inner { text, shape: self.shape, row, names_row }
    }

    /// Queries put together: what the first one is, and the others as methods of it. Their rows are of one type.
    pub(super) fn together(&mut self, compound: &Compound) -> Result<(String, Vec<String>), Unsaid> {
        for rows in [RowsAs::Listed, RowsAs::Text] {
            let mut members = Vec::new();
            for query in &compound.queries {
                members.push(self.member(query, rows)?);
            }
            let mut members = members.into_iter();
            let (mut first, start, mut calls) = members.next().ok_or("it puts no queries together")?;
            let mut alike = true;
            let (shape, nullness) = (first.shape.clone(), first.nullness_of_one(compound.queries.first()));
            for ((writer, start, others), query) in members.zip(compound.queries.iter().skip(1)) {
                alike &= writer.shape == shape && writer.nullness_of_one(Some(query)) == nullness;
                let inner = writer.inner_text(String::new(), &start, &others);
                calls.push(format!(".{}({})", set_method(compound.operator), inner.text));
            }
            if alike {
                self.before.append(&mut first.before);
                self.aliases.append(&mut first.aliases);
                self.shape = shape;
                // The rows are what they are; a variable of the first does not speak of the others.
                return Ok((start, calls));
            }
        }
        Err("it puts rows of several kinds together, which have no type in common".into())
    }

    /// Whether the single values that a query gives may be null.
    fn nullness_of_one(&self, query: Option<&Query>) -> Option<String> {
        let path = query.filter(|_| matches!(self.shape, Shape::One(_)))?.selected()?.first()?;
        Some(self.nullness(path))
    }

    fn member(&self, query: &Query, rows: RowsAs) -> Result<(Writer<'r>, String, Vec<String>), Unsaid> {
        let mut writer: Writer<'r> = Writer::over(self.registry, Rc::clone(&self.names), query)?;
        writer.outer = self.outer;
        writer.row = self.row.clone();
        writer.rows = rows;
        let (start, calls) = writer.chain(query)?;
        Ok((writer, start, calls))
    }
}

/// Whether a text has a name in it, as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    !word.is_empty() && text.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).any(|part| part == word)
}
