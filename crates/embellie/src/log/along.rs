//! What was read along with rows, and was asked for or not.

use std::collections::HashMap;

use embellie_sql::{Outline, TableColumn};

use super::entry::{Entry, Place};
use super::finding::{Finding, FindingKind};

/// Relations that are known at most.
const MOST: usize = 1024;

/// A relation that was read along with rows.
#[derive(Debug)]
pub(crate) struct Along {
    pub(crate) how: Beside,
    /// The call that read it.
    pub(crate) call: u64,
    /// The model that the statement reads first.
    pub(crate) model: String,
    /// The column, with its table, that it finds the objects of their owners by, where it is a statement of its own.
    pub(crate) by: Option<TableColumn>,
    /// What to leave out, in code.
    pub(crate) advice: String,
}

/// How it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Beside {
    /// By a join.
    Join,
    /// By a statement of its own.
    Prefetch,
}

/// What each line of a program read along with its rows.
#[derive(Debug, Default)]
pub(super) struct ReadAlong(HashMap<(FindingKind, Option<Place>, String), State>);

#[derive(Debug)]
enum State {
    /// Some rows were asked for it: it is read for good.
    Used,
    Unused(Box<Finding>),
}

impl Along {
    /// Whether a statement may be the one that read it.
    pub(super) fn may_be_of(&self, entry: &Entry) -> bool {
        entry.call == self.call && entry.model.as_deref() == Some(&*self.model)
    }

    /// Whether it is, by what its text says of itself.
    pub(super) fn is_of(&self, outline: &Outline) -> bool {
        self.by.as_ref().is_none_or(|by| outline.compared.iter().any(|compared| compared.column == *by))
    }

    /// What kind of finding it is when nobody asks for it.
    pub(super) fn kind(&self) -> FindingKind {
        match self.how {
            Beside::Join => FindingKind::UnusedJoin,
            Beside::Prefetch => FindingKind::UnusedPrefetch,
        }
    }

    /// What to do when nobody asks for it.
    pub(super) fn words(&self) -> String {
        let how = match self.how {
            Beside::Join => "came with the rows by a join",
            Beside::Prefetch => "were read for the rows beforehand",
        };
        format!("Related objects {how}, and none of the rows was asked for them: leave {} out.", self.advice)
    }
}

impl ReadAlong {
    /// The rows of a finding's statement are gone, and were asked for the related objects, or not: gives it back the first
    /// time that it is to be told.
    pub(super) fn see(&mut self, finding: Finding, used: bool) -> Option<Finding> {
        let key = (finding.kind, finding.site.clone(), finding.advice.clone());
        let full = self.0.len() >= MOST;
        match self.0.get_mut(&key) {
            Some(State::Used) => None,
            Some(known) if used => {
                *known = State::Used;
                None
            }
            Some(State::Unused(known)) => {
                known.times += 1;
                known.total += finding.total;
                None
            }
            None if full => None,
            None => {
                let state = if used { State::Used } else { State::Unused(Box::new(finding.clone())) };
                self.0.insert(key, state);
                (!used).then_some(finding)
            }
        }
    }

    /// What nobody ever asked for.
    pub(super) fn unused(&self) -> impl Iterator<Item = &Finding> {
        self.0.values().filter_map(|state| match state {
            State::Used => None,
            State::Unused(finding) => Some(&**finding),
        })
    }
}
