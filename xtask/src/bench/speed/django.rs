//! Django, where there is a Python to run it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::contender::target;
use crate::shell::{self, Result};

/// Makes an environment with Django, where that was not done yet; or says why this machine cannot have one.
pub(super) fn install(folder: &Path) -> Result<Option<String>> {
    let (environment, wanted) = (environment(), folder.join("requirements.txt"));
    let (requirements, installed) = (std::fs::read_to_string(&wanted)?, environment.join("installed.txt"));
    if std::fs::read_to_string(&installed).is_ok_and(|known| known == requirements) {
        return Ok(None);
    }
    if !shell::has("python3", &["--version"]) {
        return Ok(Some("there is no `python3`".to_owned()));
    }
    let made = shell::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))
        .and_then(|()| shell::run(Command::new(python()).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&wanted)));
    if let Err(error) = made {
        return Ok(Some(error.to_string()));
    }
    std::fs::write(&installed, requirements)?;
    Ok(None)
}

/// The program, without its arguments.
pub(super) fn command(folder: &Path) -> Command {
    let mut command = Command::new(python());
    command.arg("-B").arg(folder.join("contender.py"));
    command
}

/// The version of a package that is installed.
pub(super) fn version(package: &str) -> Option<String> {
    let asked = format!("import importlib.metadata; print(importlib.metadata.version({package:?}))");
    let output = Command::new(python()).args(["-c", &asked]).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !version.is_empty()).then_some(version)
}

fn environment() -> PathBuf {
    target().join("django")
}

fn python() -> PathBuf {
    environment().join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}
