//! Installing Debian's packages of servers, without making a database of the system's own or starting a service.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// Set to anything to never install.
const NEVER: &str = "EMBELLIE_TEST_NO_INSTALL";

/// What Debian's scripts read while a server package is installed, as files that are made for that time, each only
/// where there is none: directory, name, mode and content. The administrator's own settings stay as they are.
const SETTINGS: [(&str, &str, &str, &str); 2] = [
    // No cluster is to be made …
    (
        "/etc/postgresql-common/createcluster.d",
        "embellie-testing.conf",
        "644",
        "# Made for the time of an installation. Safe to remove.\ncreate_main_cluster = false\n",
    ),
    // … and nothing to be started, which would start the clusters of other versions too.
    (
        "/usr/sbin",
        "policy-rc.d",
        "755",
        "#!/bin/sh\n# Made for the time of an installation of embellie's tests. Safe to remove.\nexit 101\n",
    ),
];

/// Installs a package, where there is `apt-get` and the right to use it. One process after the other:
/// whoever comes second asks `is_there` again.
pub(super) fn install(package: &str, is_there: impl Fn() -> bool) -> Result<(), Error> {
    if env::var_os(NEVER).is_some() {
        return Err(Error::new(format!("not installed, because {NEVER} is set")));
    }
    if !Path::new("/usr/bin/apt-get").is_file() {
        return Err(Error::new("not installed, because there is no apt-get"));
    }
    let privilege = Privilege::find().ok_or_else(|| {
        Error::new("not installed, because that needs root and `sudo` is missing or asks for a password")
    })?;
    let _turn = turn();
    if is_there() {
        return Ok(());
    }
    eprintln!("Installing the package `{package}` for private test servers …");
    let mut guards = Vec::new();
    for (directory, name, mode, content) in SETTINGS {
        guards.extend(MadeFile::make(privilege, Path::new(directory), name, mode, content)?);
    }
    let package = ["install", "--no-install-recommends", package];
    match apt_get(privilege, &package) {
        // The lists may be missing or too old.
        Err(_) => apt_get(privilege, &["update"]).and_then(|()| apt_get(privilege, &package)),
        done => done,
    }
}

/// Waits until nobody else installs, until the file is dropped. Without it, dpkg's own lock still stands.
fn turn() -> Option<File> {
    let path = env::temp_dir().join("embellie-testing-install.lock");
    let file = OpenOptions::new().create(true).append(true).open(path).ok()?;
    file.lock().ok()?;
    Some(file)
}

#[derive(Debug, Clone, Copy)]
enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    fn find() -> Option<Self> {
        if quiet(Command::new("id").arg("-u")).is_some_and(|uid| uid.trim() == "0") {
            return Some(Privilege::Root);
        }
        quiet(Command::new("sudo").args(["-n", "true"])).map(|_| Privilege::Sudo)
    }

    fn command(self, program: &str) -> Command {
        match self {
            Privilege::Root => Command::new(program),
            Privilege::Sudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", program]);
                command
            }
        }
    }
}

/// What a command prints, if it succeeds.
fn quiet(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn apt_get(privilege: Privilege, arguments: &[&str]) -> Result<(), Error> {
    let output = privilege
        .command("/usr/bin/env")
        .args(["DEBIAN_FRONTEND=noninteractive", "/usr/bin/apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Error::io("cannot run", Path::new("/usr/bin/apt-get"), &e))?;
    if output.status.success() {
        return Ok(());
    }
    let last = String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or_default().to_owned();
    Err(Error::new(format!("`apt-get {}` failed: {last}", arguments.join(" "))))
}

/// A file that is removed with the value.
struct MadeFile {
    privilege: Privilege,
    path: PathBuf,
    /// The directory that was made for it.
    directory: Option<PathBuf>,
}

impl MadeFile {
    /// Makes the file, or nothing where there is one already.
    fn make(
        privilege: Privilege,
        directory: &Path,
        name: &str,
        mode: &str,
        content: &str,
    ) -> Result<Option<Self>, Error> {
        let path = directory.join(name);
        if path.exists() {
            return Ok(None);
        }
        let made = (!directory.exists()).then(|| directory.to_owned());
        let mut source =
            tempfile::NamedTempFile::new().map_err(|e| Error::io("cannot write in", &env::temp_dir(), &e))?;
        source.write_all(content.as_bytes()).map_err(|e| Error::io("cannot write", source.path(), &e))?;
        let guard = MadeFile { privilege, path, directory: made };
        let mut install = privilege.command("install");
        install.args(["-D", "-m", mode]).arg(source.path()).arg(&guard.path);
        match quiet(&mut install) {
            Some(_) => Ok(Some(guard)),
            None => Err(Error::new(format!("not installed, because {} could not be written", guard.path.display()))),
        }
    }
}

impl Drop for MadeFile {
    fn drop(&mut self) {
        let _ = quiet(self.privilege.command("rm").arg("-f").arg(&self.path));
        if let Some(directory) = &self.directory {
            // It stays if something else has come to live there.
            let _ = quiet(self.privilege.command("rmdir").arg(directory));
        }
    }
}
