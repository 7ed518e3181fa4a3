//! Installing Debian's package of PostgreSQL, without starting a server or making a cluster of the system's own.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;

/// Set to anything to never install.
const NEVER: &str = "EMBELLIE_TEST_NO_INSTALL";

/// Read by Debian's scripts when a server package is installed: a file of our own says that no cluster is wanted,
/// while the administrator's settings stay as they are.
const SETTINGS: &str = "/etc/postgresql-common/createcluster.d";
const SETTING: &str = "embellie-testing.conf";

/// Installs the package `postgresql`, where there is `apt-get` and the right to use it.
pub(super) fn install() -> Result<(), Error> {
    if env::var_os(NEVER).is_some() {
        return Err(Error::new(format!("not installed, because {NEVER} is set")));
    }
    if !Path::new("/usr/bin/apt-get").is_file() {
        return Err(Error::new("not installed, because there is no apt-get"));
    }
    let privilege = Privilege::find().ok_or_else(|| {
        Error::new("not installed, because that needs root and `sudo` is missing or asks for a password")
    })?;
    eprintln!("PostgreSQL is missing: installing the package `postgresql` for private test servers …");
    let guard = NoCluster::set(privilege)?;
    let first = apt_get(privilege, &["install", "--no-install-recommends", "postgresql"]);
    let result = match first {
        // The lists may be missing or too old.
        Err(_) => apt_get(privilege, &["update"])
            .and_then(|()| apt_get(privilege, &["install", "--no-install-recommends", "postgresql"])),
        done => done,
    };
    drop(guard);
    result
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

/// While it lives, installing a server package makes no cluster, so that there is nothing to start either.
struct NoCluster {
    privilege: Privilege,
    made_directory: bool,
}

impl NoCluster {
    fn set(privilege: Privilege) -> Result<Self, Error> {
        let made_directory = !Path::new(SETTINGS).exists();
        let content = "# Made for the time of an installation. Safe to remove.\ncreate_main_cluster = false\n";
        let source = env::temp_dir().join(format!("{SETTING}.{}", std::process::id()));
        fs::write(&source, content).map_err(|e| Error::io("cannot write", &source, &e))?;
        let mut install = privilege.command("install");
        install.args(["-D", "-m", "644"]).arg(&source).arg(Path::new(SETTINGS).join(SETTING));
        let done = quiet(&mut install);
        let _ = fs::remove_file(source);
        match done {
            Some(_) => Ok(NoCluster { privilege, made_directory }),
            None => Err(Error::new(format!("not installed, because {SETTINGS}/{SETTING} could not be written"))),
        }
    }
}

impl Drop for NoCluster {
    fn drop(&mut self) {
        let _ = quiet(self.privilege.command("rm").arg("-f").arg(Path::new(SETTINGS).join(SETTING)));
        if self.made_directory {
            // It stays if something else has come to live there.
            let _ = quiet(self.privilege.command("rmdir").arg(SETTINGS));
        }
    }
}
