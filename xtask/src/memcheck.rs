//! `cargo xtask memcheck`: valgrind watches the memory of the tests of what has `unsafe` code.

use std::process::Command;

use crate::shell::{self, Result};

/// The packages with `unsafe` code, and words in the names of tests that are passed over: those have a database work for
/// seconds, which are minutes here, or count what else is done in a time.
const WATCHED: [(&str, &[&str]); 1] = [("embellie-sqlite", &["heavy", "cannot_leave", "takes_long", "holding_up"])];

/// What the harness of tests itself leaves.
const SUPPRESSED: &str = "{\n   harness\n   Memcheck:Leak\n   ...\n   fun:*run_tests_console*\n}\n";

/// Builds the tests, and runs them under valgrind; what the arguments name is looked for in the names of tests.
pub(crate) fn run(arguments: &[String]) -> Result {
    if !shell::has("valgrind", &["--version"]) {
        return Err("there is no `valgrind` (Debian: `apt install valgrind`)".into());
    }
    let suppressed = shell::target().join("memcheck.supp");
    std::fs::write(&suppressed, SUPPRESSED)?;
    for (package, passed_over) in WATCHED {
        for program in programs(package)? {
            let mut command = Command::new("valgrind");
            command.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]);
            command.args(["--show-leak-kinds=definite", "--num-callers=30", "--fair-sched=yes"]);
            command.arg(format!("--suppressions={}", suppressed.display())).arg(&program).args(arguments);
            for name in passed_over {
                command.args(["--skip", name]);
            }
            shell::run(command.arg("--test-threads=2").current_dir(shell::root()))?;
        }
    }
    Ok(())
}

/// The programs that a package's tests are.
fn programs(package: &str) -> Result<Vec<String>> {
    let mut build = shell::cargo();
    build.args(["test", "--no-run", "--package", package, "--message-format", "json", "--quiet"]);
    let output = build.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let found = executables(&String::from_utf8(output.stdout)?)?;
    if found.is_empty() { Err(format!("{package} has no tests").into()) } else { Ok(found) }
}

/// The programs that cargo's messages tell of.
fn executables(messages: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for line in messages.lines() {
        let message: serde_json::Value = serde_json::from_str(line)?;
        if let Some(program) = message.get("executable").and_then(serde_json::Value::as_str) {
            found.push(program.to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::executables;

    #[test]
    fn programs_are_found_in_what_cargo_says() {
        let said = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n\
                    {\"reason\":\"compiler-artifact\",\"executable\":\"a/b\"}\n{\"reason\":\"build-finished\"}\n";
        assert_eq!(executables(said).unwrap(), ["a/b"]);
        assert!(executables("no json").is_err());
    }
}
