//! Asking the contenders in turns.

use super::contender::{Contender, Running, Took};
use crate::shell::Result;

/// How long one question is to take the raw driver, in nanoseconds.
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
    pub(super) allocations: f64,
    pub(super) bytes: f64,
    /// The median of the rounds' ratios to the raw driver.
    pub(super) ratio: f64,
    /// The same of the program's own time on the processor.
    pub(super) processor_ratio: f64,
}

/// Measures all cases on one database.
pub(super) fn all(plan: &Plan<'_>, contenders: &[&'static Contender]) -> Result<Vec<Figures>> {
    let running: Result<Vec<Running>> = contenders.iter().map(|contender| contender.start(plan.url)).collect();
    let mut running = running?;
    let mut found = Vec::new();
    for case in plan.cases {
        println!("{}: {case} …", plan.database);
        found.extend(one(plan, case, &mut running)?);
    }
    Ok(found)
}

fn one(plan: &Plan<'_>, case: &'static str, running: &mut [Running]) -> Result<Vec<Figures>> {
    // The first answer prepares statements; the second says how many operations make a question.
    let mut able: Vec<&mut Running> = Vec::new();
    let mut sums: Vec<(&'static str, u64)> = Vec::new();
    for one in running.iter_mut() {
        if let Some(took) = one.ask(case, 4, 0)? {
            sums.push((one.contender.title, took.sum));
            able.push(one);
        }
    }
    if let Some((name, _)) = sums.iter().find(|(_, sum)| *sum != sums[0].1) {
        return Err(format!("{name} and {} give different results for `{case}`", sums[0].0).into());
    }
    let mut count = 1;
    if let Some(first) = able.first_mut() {
        while let Some(took) = first.ask(case, count, 0)? {
            if took.elapsed >= QUESTION / 4.0 || count >= 1 << 20 {
                count = ((count as f64 * QUESTION / took.elapsed) as u64).max(1);
                break;
            }
            count *= 2;
        }
    }
    let mut answers: Vec<Vec<Took>> = able.iter().map(|_| Vec::with_capacity(plan.rounds)).collect();
    for round in 0..plan.rounds + 1 {
        for (one, answers) in able.iter_mut().zip(&mut answers) {
            // The round before the first warms up.
            if let Some(took) = one.ask(case, count, round as u64 * count)?
                && round > 0
            {
                answers.push(took);
            }
        }
    }
    let Some(raw) = answers.first().cloned() else { return Ok(Vec::new()) };
    let figures = able.iter().zip(&answers).map(|(one, answers)| {
        let per_operation = |what: fn(&Took) -> f64| median(answers.iter().map(|took| what(took) / count as f64));
        let ratios =
            |what: fn(&Took) -> f64| median(answers.iter().zip(&raw).map(|(took, raw)| what(took) / what(raw)));
        let mut times: Vec<f64> = answers.iter().map(|took| took.elapsed / count as f64).collect();
        times.sort_by(f64::total_cmp);
        let quarter = |part: usize| times.get(times.len() * part / 4).copied().unwrap_or_default();
        let elapsed = per_operation(|took| took.elapsed);
        Figures {
            database: plan.database,
            case,
            contender: one.contender,
            elapsed,
            spread: (quarter(3) - quarter(1)) / elapsed,
            processor: per_operation(|took| took.processor),
            allocations: per_operation(|took| took.allocations),
            bytes: per_operation(|took| took.bytes),
            ratio: ratios(|took| took.elapsed),
            processor_ratio: ratios(|took| took.processor),
        }
    });
    Ok(figures.collect())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
