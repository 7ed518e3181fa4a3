//! Finding what one line of a program asks for again and again, as the statements come.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use embellie_core::Registry;
use embellie_sql::{Outline, Plan};
use jiff::Timestamp;

use super::along::{Along, ReadAlong};
use super::entry::{Entry, Kind, Place};
use super::finding::{Finding, FindingKind};
use super::options::Watch;
use super::remedy::{Remedy, remedy};

/// Series that are watched at a time, and findings that are kept, at most.
const MOST: usize = 1024;
/// Tables that are remembered as those whose rows a loop may go over.
const TABLES: usize = 8;

/// Watches the statements of one log.
#[derive(Debug)]
pub(crate) struct Detector {
    watch: Watch,
    outlines: HashMap<Arc<str>, Arc<Outline>>,
    series: HashMap<Key, Series>,
    /// The tables that were read last, by stretch.
    read: HashMap<Stretch, Vec<String>>,
    found: Vec<Finding>,
    along: ReadAlong,
}

/// What is done one thing after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stretch {
    Scope(u64),
    Task(Option<u64>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    shape: String,
    site: Option<Place>,
    stretch: Stretch,
}

/// Statements of one shape that one line asked for, one call after the other.
#[derive(Debug)]
struct Series {
    first: Entry,
    outline: Arc<Outline>,
    /// The tables that were read before.
    before: Vec<String>,
    calls: u64,
    last_call: u64,
    fingerprints: HashSet<u64>,
    total: Duration,
    ended: Timestamp,
    told: bool,
}

impl Detector {
    pub(crate) fn new(watch: Watch) -> Self {
        Detector {
            watch,
            outlines: HashMap::new(),
            series: HashMap::new(),
            read: HashMap::new(),
            found: Vec::new(),
            along: ReadAlong::default(),
        }
    }

    /// What the text of a statement says of itself.
    pub(crate) fn outline(&mut self, sql: &Arc<str>) -> Arc<Outline> {
        if let Some(known) = self.outlines.get(sql) {
            return Arc::clone(known);
        }
        if self.outlines.len() >= MOST {
            self.outlines.clear();
        }
        let outline = Arc::new(Outline::of(sql));
        self.outlines.insert(Arc::clone(sql), Arc::clone(&outline));
        outline
    }

    /// Sees a statement that ran, and says what is to be warned of now.
    pub(crate) fn see(&mut self, entry: &Entry, plan: Option<Plan>, registry: Option<&Registry>) -> Vec<Finding> {
        if matches!(entry.kind, Kind::Control | Kind::Schema) {
            return Vec::new();
        }
        let outline = self.outline(&entry.sql);
        let mut told = Vec::new();
        if self.watch.slow.is_some_and(|limit| entry.elapsed > limit) {
            let slow = slow(entry, &outline, plan);
            self.keep(slow.clone());
            told.push(slow);
        }
        let stretch = match entry.scope_number {
            Some(number) => Stretch::Scope(number),
            None => Stretch::Task(entry.task),
        };
        let key = Key { shape: outline.shape.clone(), site: entry.site.clone(), stretch };
        let ended = self.series.get(&key).is_some_and(|series| series.is_over(entry.started, self.watch.pause));
        if ended && let Some(series) = self.series.remove(&key) {
            self.end(&series, registry);
        }
        if !self.series.contains_key(&key) && self.series.len() >= MOST {
            self.sweep(entry.started, registry);
        }
        let read = self.read.entry(stretch).or_default();
        let before = read.clone();
        if entry.kind == Kind::Read {
            for table in &outline.tables {
                read.retain(|known| known != table);
                read.push(table.clone());
            }
            let surplus = read.len().saturating_sub(TABLES);
            read.drain(..surplus);
        }
        if self.read.len() > MOST {
            self.read.retain(|known, _| *known == stretch);
        }
        let series = self.series.entry(key).or_insert_with(|| Series::new(entry, outline, before));
        series.add(entry);
        if !series.told && series.calls >= self.watch.repeats {
            series.told = true;
            told.push(series.finding(registry));
        }
        told
    }

    /// What was found so far.
    pub(crate) fn findings(&self, registry: Option<&Registry>) -> Vec<Finding> {
        let open = self.series.values().filter(|series| series.told).map(|series| series.finding(registry));
        let mut all: Vec<Finding> = self.found.iter().chain(self.along.unused()).cloned().chain(open).collect();
        all.sort_by_key(|finding| finding.first);
        all
    }

    /// Sees whether what a statement read along with rows was asked for, and says whether to warn of it.
    pub(crate) fn see_along(&mut self, entry: &Entry, read: &Along, used: bool) -> Option<Finding> {
        let outline = self.outline(&entry.sql);
        self.along.see(found(read.kind(), entry, &outline, read.words()), used)
    }

    /// What was told of a statement that read related objects for nothing is a finding again.
    pub(crate) fn unused(&mut self, entry: &Entry, kind: FindingKind, advice: &str) {
        let outline = self.outline(&entry.sql);
        self.along.see(found(kind, entry, &outline, advice.to_owned()), false);
    }

    /// Forgets all that was seen.
    pub(crate) fn clear(&mut self) {
        *self = Detector::new(self.watch);
    }

    fn end(&mut self, series: &Series, registry: Option<&Registry>) {
        if series.told {
            self.keep(series.finding(registry));
        }
    }

    /// Keeps the latest.
    fn keep(&mut self, finding: Finding) {
        if self.found.len() >= MOST {
            self.found.remove(0);
        }
        self.found.push(finding);
    }

    /// Forgets the series that are over; all of them, when none is.
    fn sweep(&mut self, now: Timestamp, registry: Option<&Registry>) {
        let pause = self.watch.pause;
        let mut over: Vec<Series> =
            self.series.extract_if(|_, series| series.is_over(now, pause)).map(|(_, s)| s).collect();
        if over.is_empty() {
            over = self.series.drain().map(|(_, series)| series).collect();
        }
        for series in &over {
            self.end(series, registry);
        }
    }
}

impl Series {
    fn new(first: &Entry, outline: Arc<Outline>, before: Vec<String>) -> Self {
        Series {
            first: first.clone(),
            outline,
            before,
            calls: 0,
            last_call: 0,
            fingerprints: HashSet::new(),
            total: Duration::ZERO,
            ended: first.started,
            told: false,
        }
    }

    fn is_over(&self, now: Timestamp, pause: Duration) -> bool {
        now.duration_since(self.ended) > jiff::SignedDuration::try_from(pause).unwrap_or(jiff::SignedDuration::MAX)
    }

    fn add(&mut self, entry: &Entry) {
        // One call may take several statements: rows that are too many for one are written or read by some.
        if self.calls == 0 || entry.call == 0 || entry.call != self.last_call {
            self.calls += 1;
        }
        self.last_call = entry.call;
        if self.fingerprints.len() < MOST {
            self.fingerprints.insert(entry.fingerprint);
        }
        self.total += entry.elapsed;
        self.ended = self.ended.max(entry.ended());
    }

    fn finding(&self, registry: Option<&Registry>) -> Finding {
        let same = self.fingerprints.len() == 1;
        let kind = match self.first.kind {
            Kind::Read if same => FindingKind::Duplicate,
            Kind::Read => FindingKind::NPlusOne,
            _ => FindingKind::RowByRow,
        };
        let asked = Remedy { kind, outline: &self.outline, before: &self.before, registry };
        Finding { times: self.calls, total: self.total, ..found(kind, &self.first, &self.outline, remedy(&asked)) }
    }
}

fn slow(entry: &Entry, outline: &Outline, plan: Option<Plan>) -> Finding {
    let advice =
        "Ask the database how it runs this (`explain`), and see whether an index would find its rows.".to_owned();
    Finding { plan, ..found(FindingKind::Slow, entry, outline, advice) }
}

fn found(kind: FindingKind, entry: &Entry, outline: &Outline, advice: String) -> Finding {
    Finding {
        kind,
        shape: outline.shape.clone(),
        sql: Arc::clone(&entry.sql),
        model: entry.model.clone(),
        site: entry.site.clone(),
        scope: entry.scope.clone(),
        times: 1,
        total: entry.elapsed,
        first: entry.number,
        advice,
        plan: None,
    }
}
