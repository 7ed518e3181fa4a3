//! From a log to a report.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use embellie_core::{Registry, Result};
use embellie_sql::Outline;

use super::advice::plan_for_any;
use super::hint::{Hint, hints, schema_hints};
use super::report::{
    Bar, Change, Comparison, DatabaseChange, File, Group, Improvement, Origin, Report, Timeline, Totals,
};
use crate::database::Executor;
use crate::log::{Detector, Entry, Finding, FindingKind, Kind, Log, LogFile, Parameters, Watch, called, model_of};

/// Statements that are drawn at most.
const BARS: usize = 2000;
/// Lines and scopes that are told at most.
const ORIGINS: usize = 20;

/// Makes a report of a log.
///
/// ```standalone_crate
/// use blog::{Post, User};
/// use embellie::prelude::*;
/// use embellie::profile::Profile;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// let log = db.log();
/// for n in 0..10 {
///     Post::objects().filter(q!(author_id = n, views__gt = 3)).order_by("-views").all(&db).await?;
/// }
/// let report = Profile::of(&log).title("A busy page").explain(20, &db).await.report();
/// assert_eq!((report.totals.statements, report.statements.len()), (10, 1));
/// assert_eq!(report.improvements[0].statements_then, 1);
/// println!("{report}");
/// # let page = report.to_html();
/// # assert!(page.starts_with("<!doctype html>") && page.contains("A busy page"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a profile gives nothing before its report is asked for"]
pub struct Profile {
    title: String,
    log: LogFile,
    before: Option<Vec<Entry>>,
    registry: Option<Arc<Registry>>,
    watch: Watch,
    groups: Vec<Group>,
    explained: bool,
}

impl Profile {
    /// A profile of statements that were recorded: of a [`Log`], of some of its [entries](Log::entries), or of a [`LogFile`].
    pub fn of(log: impl Into<LogFile>) -> Self {
        let mut log = log.into();
        forget_values(&mut log.entries);
        Profile {
            title: "What the database does".to_owned(),
            groups: groups(&log.entries),
            log,
            before: None,
            registry: None,
            watch: Watch { slow: Some(Duration::from_millis(100)), ..Watch::default() },
            explained: false,
        }
    }

    /// A profile of a log in a file: see [`log::read`](crate::log::read).
    ///
    /// # Errors
    /// As [`log::read`](crate::log::read).
    pub fn read(reader: impl std::io::BufRead) -> Result<Self> {
        crate::log::read(reader).map(Profile::of)
    }

    /// What the report is called.
    pub fn title(self, title: impl Into<String>) -> Self {
        Profile { title: title.into(), ..self }
    }

    /// Compares with what was recorded before a change.
    pub fn before(self, log: impl Into<LogFile>) -> Self {
        let mut before = log.into().entries;
        forget_values(&mut before);
        Profile { before: Some(before), ..self }
    }

    /// Names models and fields rather than tables and columns, and looks at which indexes are declared. Asking a database
    /// with [`explain`](Profile::explain) takes its models.
    pub fn models(self, registry: impl Into<Arc<Registry>>) -> Self {
        Profile { registry: Some(registry.into()), ..self }
    }

    /// Tells what one line asked for so many times; five unless said otherwise.
    pub fn repeats(mut self, times: u64) -> Self {
        self.watch.repeats = times.max(2);
        self
    }

    /// Tells which statements took longer than this; a tenth of a second unless said otherwise.
    pub fn slow(mut self, limit: Duration) -> Self {
        self.watch.slow = Some(limit);
        self
    }

    /// Asks a database how it runs the shapes that took the longest, so many of them. No statement is run.
    #[track_caller]
    pub fn explain(self, shapes: usize, db: &dyn Executor) -> impl Future<Output = Self> {
        called(async move {
            let mut profile = self;
            let registry = db.session().database().registry();
            if profile.registry.is_none() && !registry.models().is_empty() {
                profile.registry = Some(Arc::clone(registry));
            }
            for group in profile.groups.iter_mut().filter(|group| group.explainable).take(shapes) {
                let (text, parameters) = &group.example;
                match plan_for_any(text, *parameters, db.session()).await {
                    Ok(plan) => {
                        group.hints = hints(&plan, &Outline::of(text), profile.registry.as_deref());
                        group.plan = Some(plan.without_values());
                    }
                    Err(error) => group.plan_error = Some(error.to_string()),
                }
            }
            profile.explained = true;
            profile
        })
    }

    /// The report.
    pub fn report(self) -> Report {
        let entries = &self.log.entries;
        let registry = self.registry.as_deref();
        let totals = totals(entries);
        let findings = self.findings();
        let mut statements = self.groups.clone();
        for group in &mut statements {
            if let (None, Some(registry)) = (&group.model, registry) {
                let outline = Outline::of(&group.shape);
                let model = outline.tables.first().and_then(|table| model_of(registry, table));
                group.model = model.map(|model| model.label().into());
            }
        }
        let improvements = improvements(&findings, totals.elapsed);
        let database_changes = database_changes(&statements, registry);
        let before = self.before.as_deref().map(|before| comparison(before, &statements));
        Report {
            began: entries.iter().map(|entry| entry.started).min(),
            impact: impact(entries, totals.elapsed),
            recommendations: self.recommendations(&totals, &improvements, &database_changes),
            files: files(&findings),
            timeline: timeline(entries, &findings),
            title: self.title,
            system: self.log.system,
            totals,
            before,
            improvements,
            database_changes,
            statements,
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let registry = self.registry.as_deref();
        let mut detector = Detector::new(self.watch);
        for entry in &self.log.entries {
            detector.see(entry, None, registry);
        }
        // What was not asked for is in no statement.
        for told in self.log.told.iter().filter(|told| told.finding.is_unused()) {
            let mut of_site = self.log.entries.iter().filter(|entry| entry.site == told.site);
            if let Some(entry) = of_site.find(|entry| detector.outline(&entry.sql).shape == told.shape) {
                detector.unused(entry, told.finding, &told.advice);
            }
        }
        let mut findings = detector.findings(registry);
        if registry.is_none() {
            // Who wrote the log knew the models.
            for finding in &mut findings {
                let known = self.log.told.iter().find(|told| told.is_about(finding));
                if let Some(told) = known {
                    finding.advice.clone_from(&told.advice);
                }
            }
        }
        findings
    }

    fn recommendations(&self, totals: &Totals, found: &[Improvement], changes: &[DatabaseChange]) -> Vec<String> {
        let mut all = Vec::new();
        let saved: u64 = found.iter().map(|found| found.statements_now.saturating_sub(found.statements_then)).sum();
        if saved > 0 {
            all.push(format!(
                "{saved} of {} can be saved. Say how many some work may take in a test: \
                 `embellie::assert_num_queries!(&db, {}, {{ … }})`.",
                counted(totals.statements, "statement"),
                totals.statements.saturating_sub(saved)
            ));
        }
        if !changes.is_empty() {
            all.push(
                "After adding an index, compare: record the same work again, and give this log as the one before."
                    .into(),
            );
        }
        if !self.explained {
            all.push(
                "Let a database with real rows say how it runs these statements: `Profile::explain`, or `embellie profile \
                 --database`."
                    .into(),
            );
        }
        if totals.waited > Duration::from_millis(1) && totals.waited * 20 > totals.elapsed {
            all.push(format!(
                "{} was spent waiting for connections: hold them shorter, or raise `pool_size`.",
                in_words(totals.waited)
            ));
        }
        let alone =
            self.log.entries.iter().filter(|entry| entry.kind == Kind::Write && entry.transaction.is_none()).count();
        if alone >= 20 {
            all.push(format!(
                "{alone} statements wrote in a transaction of their own each: writes that belong together are faster, and \
                 safer, in one `db.atomic(async |tx| …)`."
            ));
        }
        if totals.errors > 0 {
            all.push(format!("{} failed: see the statements below.", counted(totals.errors, "statement")));
        }
        let wide = self.groups.iter().filter(|group| group.times > 0 && group.rows / group.times > 1000);
        for group in wide.take(3) {
            all.push(format!(
                "`{}` gives {} rows each time: read a part with `limit`, or only the columns that are used with `values`.",
                group.summary,
                group.rows / group.times
            ));
        }
        all.push(
            "Keep watching: `db.log_with(LogOptions::new().slow(…))` warns of what is slow or repeated as it happens."
                .into(),
        );
        all
    }
}

impl From<&Log> for LogFile {
    fn from(log: &Log) -> Self {
        log.to_file()
    }
}

impl From<Vec<Entry>> for LogFile {
    fn from(entries: Vec<Entry>) -> Self {
        LogFile { entries, ..LogFile::default() }
    }
}

/// No report needs the values of placeholders, so none has them.
fn forget_values(entries: &mut [Entry]) {
    for entry in entries {
        entry.parameters = Parameters::Hidden(entry.parameters.len());
    }
}

fn statements(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(|entry| !entry.is_control())
}

fn totals(entries: &[Entry]) -> Totals {
    let mut totals = Totals::default();
    let mut transactions = HashSet::new();
    for entry in entries {
        totals.elapsed += entry.elapsed;
        totals.waited += entry.waited;
        totals.errors += u64::from(entry.error.is_some());
        transactions.extend(entry.transaction);
        match entry.kind {
            Kind::Control => continue,
            Kind::Read => totals.reads += 1,
            Kind::Write => totals.writes += 1,
            Kind::Schema => {}
        }
        totals.statements += 1;
        totals.rows += entry.rows.unwrap_or_default();
    }
    totals.transactions = transactions.len() as u64;
    let began = entries.iter().map(|entry| entry.started).min();
    let ended = entries.iter().map(Entry::ended).max();
    if let (Some(began), Some(ended)) = (began, ended) {
        totals.span = Duration::try_from(ended.duration_since(began)).unwrap_or_default();
    }
    totals
}

/// The statements by their shape, those that take the longest first.
fn groups(entries: &[Entry]) -> Vec<Group> {
    let mut outlines: HashMap<&str, Outline> = HashMap::new();
    let mut shapes: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in statements(entries) {
        let outline = outlines.entry(&entry.sql).or_insert_with(|| Outline::of(&entry.sql));
        shapes.entry(outline.shape.clone()).or_default().push(entry);
    }
    let all: Duration = statements(entries).map(|entry| entry.elapsed).sum();
    let mut groups: Vec<Group> = shapes
        .into_iter()
        .filter_map(|(shape, entries)| {
            let first = *entries.first()?;
            let outline = outlines.get(&*first.sql)?;
            Some(group(shape, outline, first, &entries, all))
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.total));
    groups
}

fn group(shape: String, outline: &Outline, first: &Entry, entries: &[&Entry], all: Duration) -> Group {
    let mut times: Vec<Duration> = entries.iter().map(|entry| entry.elapsed).collect();
    times.sort_unstable();
    let total: Duration = times.iter().sum();
    let mut sites: HashMap<_, usize> = HashMap::new();
    for site in entries.iter().filter_map(|entry| entry.site.as_ref()) {
        *sites.entry(site).or_default() += 1;
    }
    let mut sites: Vec<_> = sites.into_iter().collect();
    sites.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    Group {
        shape,
        summary: outline.summary(),
        model: first.model.clone(),
        times: entries.len() as u64,
        errors: entries.iter().filter(|entry| entry.error.is_some()).count() as u64,
        rows: entries.iter().filter_map(|entry| entry.rows).sum(),
        total,
        mean: total / u32::try_from(entries.len()).unwrap_or(u32::MAX).max(1),
        median: quantile(&times, 50),
        p95: quantile(&times, 95),
        max: times.last().copied().unwrap_or_default(),
        share: share(total, all),
        sites: sites.into_iter().map(|(site, _)| site.clone()).collect(),
        plan: None,
        plan_error: None,
        hints: Vec::new(),
        example: (Arc::clone(&first.sql), first.parameters.len()),
        explainable: matches!(&*outline.operation, "SELECT" | "UPDATE" | "DELETE" | "WITH") && first.error.is_none(),
    }
}

/// The time that so many of a hundred took at most: the nearest rank.
fn quantile(sorted: &[Duration], of_a_hundred: usize) -> Duration {
    let rank = (sorted.len() * of_a_hundred).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

fn share(part: Duration, all: Duration) -> f64 {
    if all.is_zero() { 0.0 } else { part.as_secs_f64() / all.as_secs_f64() }
}

/// What was found, once for each line and shape.
fn improvements(findings: &[Finding], all: Duration) -> Vec<Improvement> {
    let mut merged: Vec<(Finding, u64)> = Vec::new();
    for finding in findings {
        let alike = |(known, _): &&mut (Finding, u64)| {
            (known.kind, &known.shape, &known.site) == (finding.kind, &finding.shape, &finding.site)
        };
        match merged.iter_mut().find(alike) {
            Some((known, series)) => {
                known.times += finding.times;
                known.total += finding.total;
                *series += 1;
            }
            None => merged.push((finding.clone(), 1)),
        }
    }
    let mut improvements: Vec<Improvement> = merged
        .into_iter()
        .map(|(finding, series)| Improvement {
            statements_now: finding.times,
            statements_then: match finding.kind {
                // What is slow stays, and is to be faster; what joins for nothing is to join less.
                FindingKind::Slow | FindingKind::UnusedJoin => finding.times,
                FindingKind::UnusedPrefetch => 0,
                // Each series becomes one statement.
                _ => series,
            },
            share: share(finding.total, all),
            finding,
        })
        .collect();
    improvements.sort_by_key(|found| std::cmp::Reverse(found.finding.total));
    improvements
}

/// Indexes to add, each once.
fn database_changes(groups: &[Group], registry: Option<&Registry>) -> Vec<DatabaseChange> {
    let mut changes: Vec<DatabaseChange> = Vec::new();
    let mut add = |hint: &Hint, times: u64, total: Duration| {
        let same = |change: &&mut DatabaseChange| {
            (&change.hint.table, &change.hint.columns) == (&hint.table, &hint.columns) && hint.sql.is_some()
        };
        match changes.iter_mut().find(same) {
            Some(change) => {
                change.times += times;
                change.total += total;
            }
            None => changes.push(DatabaseChange { hint: hint.clone(), times, total }),
        }
    };
    for group in groups {
        group.hints.iter().for_each(|hint| add(hint, group.times, group.total));
    }
    for hint in registry.map(schema_hints).unwrap_or_default() {
        add(&hint, 0, Duration::ZERO);
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.total));
    changes
}

/// Where the time goes: by scope where there are any, and by line.
fn impact(entries: &[Entry], all: Duration) -> Vec<Origin> {
    type Sums = (u64, HashSet<u64>, Duration);
    let mut scopes: BTreeMap<String, Sums> = BTreeMap::new();
    let mut lines: BTreeMap<String, Sums> = BTreeMap::new();
    for entry in entries {
        let add = |origins: &mut BTreeMap<String, Sums>, name: String, run: u64| {
            let (statements, runs, total) = origins.entry(name).or_default();
            *statements += u64::from(!entry.is_control());
            runs.insert(run);
            *total += entry.elapsed;
        };
        if let (Some(scope), Some(number)) = (&entry.scope, entry.scope_number) {
            add(&mut scopes, scope.to_string(), number);
        }
        if let Some(site) = &entry.site {
            add(&mut lines, site.to_string(), entry.call);
        }
    }
    let origins = |sums: BTreeMap<String, Sums>| {
        let mut origins: Vec<Origin> = sums
            .into_iter()
            .map(|(place, (statements, runs, total))| Origin {
                place,
                statements,
                calls: runs.len() as u64,
                total,
                share: share(total, all),
            })
            .collect();
        origins.sort_by_key(|origin| std::cmp::Reverse(origin.total));
        origins.truncate(ORIGINS);
        origins
    };
    let mut impact = origins(scopes);
    impact.extend(origins(lines));
    impact
}

fn files(findings: &[Finding]) -> Vec<File> {
    let mut files: BTreeMap<String, BTreeMap<u32, String>> = BTreeMap::new();
    for finding in findings {
        if let Some(site) = &finding.site {
            let lines = files.entry(site.file.to_string()).or_default();
            lines.entry(site.line).or_insert_with(|| finding.kind.to_string());
        }
    }
    files.into_iter().map(|(file, lines)| File { file, lines: lines.into_iter().collect() }).collect()
}

fn comparison(before: &[Entry], after: &[Group]) -> Comparison {
    let mut changes: BTreeMap<&str, Change> = BTreeMap::new();
    let empty = |shape: &str| Change {
        shape: shape.to_owned(),
        times_before: 0,
        times_after: 0,
        total_before: Duration::ZERO,
        total_after: Duration::ZERO,
    };
    let groups = groups(before);
    for group in &groups {
        let change = changes.entry(&group.shape).or_insert_with(|| empty(&group.shape));
        (change.times_before, change.total_before) = (group.times, group.total);
    }
    for group in after {
        let change = changes.entry(&group.shape).or_insert_with(|| empty(&group.shape));
        (change.times_after, change.total_after) = (group.times, group.total);
    }
    let mut changes: Vec<Change> = changes.into_values().collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.total_before.abs_diff(change.total_after)));
    Comparison { totals: totals(before), changes }
}

/// The statements over time, in a lane for each scope, task or transaction. Of too many, the longest.
fn timeline(entries: &[Entry], findings: &[Finding]) -> Timeline {
    let Some(began) = entries.iter().map(|entry| entry.started).min() else { return Timeline::default() };
    let mut outlines: HashMap<&str, String> = HashMap::new();
    let mut drawn: Vec<&Entry> = entries.iter().collect();
    drawn.sort_by_key(|entry| std::cmp::Reverse(entry.elapsed));
    let left_out = drawn.len().saturating_sub(BARS);
    drawn.truncate(BARS);
    drawn.sort_by_key(|entry| entry.started);
    let (mut lanes, mut bars): (Vec<String>, Vec<Bar>) = (Vec::new(), Vec::new());
    for entry in drawn {
        let name = match (&entry.scope, entry.scope_number, entry.task) {
            (Some(scope), Some(number), _) => format!("{scope} #{number}"),
            (_, _, Some(task)) => format!("task {task}"),
            _ => "main".to_owned(),
        };
        let lane = lanes.iter().position(|known| *known == name).unwrap_or_else(|| {
            lanes.push(name);
            lanes.len() - 1
        });
        let shape = outlines.entry(&entry.sql).or_insert_with(|| Outline::of(&entry.sql).shape);
        let found = findings.iter().any(|finding| finding.site == entry.site && finding.shape == *shape);
        let from = Duration::try_from(entry.started.duration_since(began)).unwrap_or_default();
        bars.push(Bar { lane, from, entry: entry.clone(), shape: shape.clone(), found });
    }
    let span = entries.iter().map(Entry::ended).max().map(|ended| ended.duration_since(began));
    let span = span.and_then(|span| Duration::try_from(span).ok()).unwrap_or_default();
    Timeline { bars, lanes, span, left_out }
}

/// `1 statement`, `2 statements`.
pub(super) fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// `1.25 ms`, `3.2 s`.
pub(super) fn in_words(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1e3;
    match milliseconds {
        ms if ms >= 10_000.0 => format!("{:.1} s", ms / 1e3),
        ms if ms >= 100.0 => format!("{ms:.0} ms"),
        ms if ms >= 1.0 => format!("{ms:.1} ms"),
        ms => format!("{:.0} µs", ms * 1e3),
    }
}
