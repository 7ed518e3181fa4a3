//! Asking the contenders in turns.

use super::contender::{Contender, FLOOR, Running, Took};
use crate::shell::Result;

/// How long one question is to take at least, in nanoseconds, unless it is one operation.
const QUESTION: f64 = 25e6;

/// What to measure on one database.
pub(super) struct Plan<'a> {
    pub(super) database: &'static str,
    pub(super) url: &'a str,
    pub(super) cases: &'a [&'static str],
    /// How often each contender is asked.
    pub(super) rounds: usize,
}

/// What one contender took for one case on one database, per operation.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) database: &'static str,
    pub(super) case: &'static str,
    pub(super) contender: &'static Contender,
    /// The median time, in nanoseconds.
    pub(super) elapsed: f64,
    /// The middle half of the times, as a part of the median.
    pub(super) spread: f64,
    /// The median of the program's own time on the processor, in nanoseconds.
    pub(super) processor: f64,
    /// How many allocations there were, where they can be counted.
    pub(super) allocations: Option<f64>,
    /// Their bytes.
    pub(super) bytes: Option<f64>,
    /// The median of the rounds' ratios to the raw driver.
    pub(super) ratio: f64,
    /// The same of the program's own time on the processor.
    pub(super) processor_ratio: f64,
}

/// Measures all cases on one database.
pub(super) fn all(plan: &Plan<'_>, contenders: &[&'static Contender]) -> Result<Vec<Figures>> {
    let able = contenders.iter().filter(|contender| contender.knows(plan.database));
    let running: Result<Vec<Running>> = able.map(|contender| contender.start(plan.url)).collect();
    let mut running = running?;
    let mut found = Vec::new();
    for case in plan.cases {
        println!("{}: {case} …", plan.database);
        found.extend(one(plan, case, &mut running)?);
    }
    Ok(found)
}

/// A contender that can do the case, and what it answered.
struct Able<'a> {
    running: &'a mut Running,
    /// How many operations make a question.
    count: u64,
    answers: Vec<Took>,
}

fn one(plan: &Plan<'_>, case: &'static str, running: &mut [Running]) -> Result<Vec<Figures>> {
    // The first answer prepares statements, and all are to give the same.
    let (mut able, mut sums) = (Vec::new(), Vec::new());
    for running in running {
        if let Some(took) = running.ask(case, 4, 0)? {
            // The floor does not look at what comes.
            if running.contender.name != FLOOR {
                sums.push((running.contender.title, took.sum));
            }
            able.push(Able { running, count: 1, answers: Vec::with_capacity(plan.rounds) });
        }
    }
    if let Some((name, _)) = sums.iter().find(|(_, sum)| *sum != sums[0].1) {
        return Err(format!("{name} and {} give different results for `{case}`", sums[0].0).into());
    }
    for one in &mut able {
        one.count = how_many(one.running, case)?;
    }
    for round in 0..plan.rounds + 1 {
        for one in &mut able {
            let took = one.running.ask(case, one.count, round as u64 * one.count)?;
            // The round before the first warms up.
            one.answers.extend(took.filter(|_| round > 0));
        }
    }
    let Some(first) = able.first() else { return Ok(Vec::new()) };
    Ok(able.iter().map(|one| figures(plan.database, case, one, first)).collect())
}

/// How many operations make a question.
fn how_many(running: &mut Running, case: &str) -> Result<u64> {
    let mut count = 1;
    while let Some(took) = running.ask(case, count, 0)? {
        if took.elapsed >= QUESTION / 4.0 || count >= 1 << 20 {
            return Ok(((count as f64 * QUESTION / took.elapsed).round() as u64).max(1));
        }
        count *= 2;
    }
    Ok(count)
}

fn figures(database: &'static str, case: &'static str, one: &Able<'_>, first: &Able<'_>) -> Figures {
    let each = |what: fn(&Took) -> f64| one.answers.iter().map(move |took| what(took) / one.count as f64);
    let ratios = |what: fn(&Took) -> f64| {
        let of_first = first.answers.iter().map(|took| what(took) / first.count as f64);
        median(each(what).zip(of_first).map(|(one, first)| one / first))
    };
    let counted = |what: fn(&Took) -> Option<f64>| {
        let counts: Vec<f64> = one.answers.iter().filter_map(what).map(|count| count / one.count as f64).collect();
        (!counts.is_empty()).then(|| median(counts.into_iter()))
    };
    let mut times: Vec<f64> = each(|took| took.elapsed).collect();
    times.sort_by(f64::total_cmp);
    let quarter = |part: usize| times.get(times.len() * part / 4).copied().unwrap_or_default();
    let elapsed = median(times.iter().copied());
    Figures {
        database,
        case,
        contender: one.running.contender,
        elapsed,
        spread: (quarter(3) - quarter(1)) / elapsed,
        processor: median(each(|took| took.processor)),
        allocations: counted(|took| took.allocations),
        bytes: counted(|took| took.bytes),
        ratio: ratios(|took| took.elapsed),
        processor_ratio: ratios(|took| took.processor),
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
