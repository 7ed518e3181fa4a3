//! `cargo xtask test`: every test of the workspace, doc tests included, on every database.

use std::process::Command;

use embellie_testing::{POSTGRES_URL, PrivatePostgres};

use crate::shell::{self, Result};

/// Runs the tests; `arguments` go to `cargo test`. One private PostgreSQL serves them all, unless the environment
/// names a server.
pub(crate) fn run(arguments: &[String]) -> Result {
    let mut tests = shell::cargo();
    tests.arg("test").args(whole_workspace(arguments).then_some("--workspace")).args(arguments);
    with_postgres(&mut tests)
}

/// Runs a command that needs a PostgreSQL: a private one, unless the environment names a server.
pub(crate) fn with_postgres(command: &mut Command) -> Result {
    if std::env::var_os(POSTGRES_URL).is_some_and(|url| !url.is_empty()) {
        println!("PostgreSQL: the server that {POSTGRES_URL} names.");
        return shell::run(command);
    }
    println!("PostgreSQL: starting a private server; set {POSTGRES_URL} to use another …");
    let server = PrivatePostgres::start()?;
    println!("PostgreSQL: listening on port {} of 127.0.0.1 until the tests end.", server.port());
    shell::run(command.env(POSTGRES_URL, server.url()))
}

/// Whether the arguments leave it open which packages are tested.
fn whole_workspace(arguments: &[String]) -> bool {
    let mut options = arguments.iter().take_while(|argument| *argument != "--");
    !options.any(|option| option.starts_with("-p") || option.starts_with("--package"))
}

#[cfg(test)]
mod tests {
    use super::whole_workspace;

    #[test]
    fn packages_given_by_name_are_tested_alone() {
        let whole = |line: &str| whole_workspace(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(whole("--quiet models -- -p"));
        assert!(!whole("-p embellie"));
        assert!(!whole("--doc --package=embellie"));
    }
}
