//! `cargo xtask bench building`: what it costs to build a query, in each of the ways to write it.

use std::process::Command;

use super::speed::{pin, program};
use crate::shell::Result;

/// Prints a line for each way.
pub(super) fn run() -> Result {
    pin();
    let output = Command::new(program("embellie")?).args(["build", "-"]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    println!("one query with a join, two conditions, an ordering and a limit, built and dropped:");
    for line in String::from_utf8(output.stdout)?.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            [name, time, allocations, bytes] => {
                println!("  {name:<12} {time:>8} ns {allocations:>6} allocations {bytes:>6} bytes");
            }
            _ => return Err(format!("a line of four words, not `{line}`").into()),
        }
    }
    Ok(())
}
