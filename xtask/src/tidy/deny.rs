//! cargo-deny, where it is installed: licences, sources, bans and known vulnerabilities of the dependencies.

use crate::shell::{self, Result};

/// Runs what `deny.toml` asks for, and says so when it cannot.
pub(super) fn run() -> Result {
    if !shell::has("cargo-deny", &["--version"]) {
        println!("cargo-deny is not installed, so the dependencies were not checked (`cargo install cargo-deny`).\n");
        return Ok(());
    }
    let mut check = shell::cargo();
    check.args(["deny", "--log-level", "error", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    shell::run(&mut check)?;

    // The advisories come from the network; a machine without it can still tidy the rest.
    let output = shell::cargo().args(["deny", "--log-level", "error", "check", "advisories"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(())
    } else if said.contains("advisory database") {
        println!("The database of advisories could not be fetched, so they were not checked.\n");
        Ok(())
    } else {
        Err(format!("cargo-deny found advisories:\n{said}").into())
    }
}
