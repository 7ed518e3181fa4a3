//! `cargo xtask packages`: models of packages that many use, read from their sources, and queries on the tables that Django
//! makes of them, beside what Django answers.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{self, Result};

/// A site for each package: a module of settings, and queries.
const SITES: [&str; 5] = ["wagtail", "oscar", "cms", "allauth", "machina"];

/// Installs the packages where that was not done yet, has Django make and fill their tables, builds the command and
/// compares. `arguments` name the sites; all of them when there are none.
pub(crate) fn run(arguments: &[String]) -> Result {
    if let Some(unknown) = arguments.iter().find(|name| !SITES.contains(&name.as_str())) {
        return Err(format!("there is no site '{unknown}'; there are {}", SITES.join(", ")).into());
    }
    let (scripts, folder) = (shell::root().join("xtask/packages"), shell::target().join("packages"));
    std::fs::create_dir_all(&folder)?;
    let python = environment(&scripts, &folder)?;
    shell::run(shell::cargo().args(["build", "--release", "--package", "embellie-cli"]))?;
    let embellie = shell::target().join("release").join(format!("embellie{}", std::env::consts::EXE_SUFFIX));
    let mut differing = Vec::new();
    for site in SITES.iter().filter(|site| arguments.is_empty() || arguments.iter().any(|name| name == *site)) {
        let mut check = Command::new(&python);
        check.arg("-B").arg(scripts.join("check.py")).arg(site).arg(&folder).arg(&embellie);
        let status = check.status().map_err(|error| format!("`check.py` could not be started: {error}"))?;
        if !status.success() {
            differing.push(*site);
        }
    }
    match differing.is_empty() {
        true => Ok(()),
        false => Err(format!("not all is as Django has it: {}", differing.join(", ")).into()),
    }
}

/// The Python of an environment that has the packages.
fn environment(scripts: &Path, folder: &Path) -> Result<PathBuf> {
    let environment = folder.join("venv");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let (wanted, installed) = (std::fs::read_to_string(scripts.join("packages.txt"))?, folder.join("installed.txt"));
    if std::fs::read_to_string(&installed).is_ok_and(|known| known == wanted) {
        return Ok(python);
    }
    if !shell::has("python3", &["--version"]) {
        return Err("`python3` is needed, with its module `venv`".into());
    }
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    shell::run(
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(scripts.join("packages.txt")),
    )?;
    std::fs::write(&installed, wanted)?;
    Ok(python)
}
