//! A PostgreSQL server of one's own.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::account::{self, Account};
use super::binaries;
#[cfg(feature = "tls")]
use super::certificates;
use crate::Error;
use crate::watchdog::Watchdog;

const USER: &str = "embellie";
#[cfg(feature = "tls")]
const AUTHORITY: &str = "authority.crt";
#[cfg(feature = "tls")]
const CLIENT_CERTIFICATE: &str = "client.crt";
#[cfg(feature = "tls")]
const CLIENT_KEY: &str = "client.key";
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// How a private server is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Whether it offers TLS, with a certificate for `localhost` by an authority of its own
    /// ([`PrivatePostgres::authority`]).
    #[cfg(feature = "tls")]
    pub tls: bool,
    /// Whether it offers TLS with a certificate for `localhost` that it has signed itself, which is then its own
    /// authority.
    #[cfg(feature = "tls")]
    pub self_signed: bool,
    /// Further server settings, as `name=value`.
    pub configuration: Vec<String>,
}

/// A PostgreSQL server in a temporary directory, on a free port of 127.0.0.1 and a Unix socket, with a password. It
/// is stopped and its directory removed when the value is dropped, and also when this process ends in any other way.
///
/// It trades safety for speed (no `fsync`), and its time zone is not UTC, so that a session that forgets to set its
/// own is found out.
#[derive(Debug)]
pub struct PrivatePostgres {
    binaries: PathBuf,
    directory: PathBuf,
    account: Option<Account>,
    arguments: Vec<String>,
    port: u16,
    password: String,
    process: Option<Child>,
    watchdog: Watchdog,
}

impl PrivatePostgres {
    /// Starts a server, installing PostgreSQL first when it is missing and this process may.
    ///
    /// # Errors
    /// When that cannot be done; the message says what to do.
    pub fn start() -> Result<Self, Error> {
        PrivatePostgres::start_with(&Settings::default())
    }

    /// Starts a server with `settings`. Each call starts another one, which a test may stop or kill without harm to
    /// others.
    ///
    /// # Errors
    /// As [`PrivatePostgres::start`].
    pub fn start_with(settings: &Settings) -> Result<Self, Error> {
        let binaries = binaries::directory()?;
        let directory = tempfile::Builder::new().prefix("embellie-postgres-").tempdir();
        let directory = directory.map_err(|e| Error::io("cannot make a directory in", &std::env::temp_dir(), &e))?;
        let account = Account::needed(directory.path())?;
        // From here on the watchdog removes it.
        let directory = directory.keep();
        let watchdog = Watchdog::over(&directory, "data/postmaster.pid", "QUIT")
            .map_err(|e| Error::io("cannot run", Path::new("/bin/sh"), &e))?;
        let mut server = PrivatePostgres {
            binaries,
            account,
            arguments: settings.configuration.clone(),
            port: 0,
            password: crate::password(),
            process: None,
            watchdog,
            directory,
        };
        if let Some(account) = account {
            account.own(&server.directory)?;
        }
        server.initialize()?;
        #[cfg(feature = "tls")]
        if settings.tls || settings.self_signed {
            server.certify(settings.self_signed)?;
        }
        server.launch_on_free_port()?;
        Ok(server)
    }

    /// The server's URL, with its user and password: `postgres://user:password@127.0.0.1:port/postgres`.
    pub fn url(&self) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    /// The server's URL by its Unix socket: the directory in place of the host.
    pub fn socket_url(&self) -> String {
        let directory = self.directory.to_string_lossy().replace('/', "%2F");
        format!("postgres://{USER}:{}@{directory}:{}/postgres", self.password, self.port)
    }

    /// The port of 127.0.0.1 that the server listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with the certificate of the authority that has signed the server's.
    #[cfg(feature = "tls")]
    pub fn authority(&self) -> PathBuf {
        self.directory.join(AUTHORITY)
    }

    /// The files with a certificate and its key by which the server knows its user.
    #[cfg(feature = "tls")]
    pub fn client_certificate(&self) -> (PathBuf, PathBuf) {
        (self.directory.join(CLIENT_CERTIFICATE), self.directory.join(CLIENT_KEY))
    }

    /// Kills the server and all its sessions at once (SIGKILL), as a crash would. Its data stay, for
    /// [`PrivatePostgres::restart`].
    pub fn kill(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let sessions = children(process.id());
        let _ = process.kill();
        let _ = process.wait();
        if !sessions.is_empty() {
            // The shell has `kill` built in; a program of that name need not be installed.
            let _ = Command::new("/bin/sh")
                .args(["-c", r#"kill -KILL "$@""#, "kill"])
                .args(sessions.iter().map(u32::to_string))
                .stderr(Stdio::null())
                .status();
        }
        // Its number may soon be another process's.
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
    }

    /// Starts the server again on its data and its port, after [`PrivatePostgres::kill`].
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill();
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            match self.launch() {
                // What the kill has ended may take a moment to let go.
                Err(_) if Instant::now() < deadline => sleep(Duration::from_millis(200)),
                result => return result,
            }
        }
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    fn initialize(&self) -> Result<(), Error> {
        let password = self.directory.join("password");
        self.write(&password, &self.password)?;
        // Text that sorts by code point and yet knows the case of all letters, where the system can do that.
        let mut result = self.initdb(&password, &["--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C"]);
        if result.is_err() {
            let _ = fs::remove_dir_all(self.data());
            result = self.initdb(&password, &["--no-locale"]);
        }
        let _ = fs::remove_file(password);
        result
    }

    fn initdb(&self, password: &Path, locale: &[&str]) -> Result<(), Error> {
        let output = account::command(&self.binaries.join("initdb"), self.account)
            .arg("--pgdata")
            .arg(self.data())
            .arg("--pwfile")
            .arg(password)
            .args(["--username", USER, "--encoding=UTF8", "--auth=scram-sha-256", "--no-sync", "--no-instructions"])
            .args(locale)
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .output()
            .map_err(|e| Error::io("cannot run", &self.binaries.join("initdb"), &e))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::new(format!("initdb failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
    }

    /// Writes a file that only the server's user can read.
    fn write(&self, path: &Path, content: &str) -> Result<(), Error> {
        let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        file.and_then(|mut file| file.write_all(content.as_bytes()))
            .map_err(|e| Error::io("cannot write", path, &e))?;
        match self.account {
            Some(account) => account.own(path),
            None => Ok(()),
        }
    }

    #[cfg(feature = "tls")]
    fn certify(&mut self, self_signed: bool) -> Result<(), Error> {
        let made = if self_signed { certificates::self_signed() } else { certificates::signed(USER) };
        let made = made.map_err(|e| Error::new(format!("cannot make a certificate: {e}")))?;
        let files = [
            (AUTHORITY, &made.authority),
            ("server.crt", &made.server.certificate),
            ("server.key", &made.server.key),
            (CLIENT_CERTIFICATE, &made.client.certificate),
            (CLIENT_KEY, &made.client.key),
        ];
        for (name, content) in files {
            self.write(&self.directory.join(name), content)?;
        }
        for (setting, name) in
            [("ssl_ca_file", AUTHORITY), ("ssl_cert_file", "server.crt"), ("ssl_key_file", "server.key")]
        {
            self.arguments.push(format!("{setting}={}", self.directory.join(name).display()));
        }
        self.arguments.push("ssl=on".into());
        Ok(())
    }

    fn launch_on_free_port(&mut self) -> Result<(), Error> {
        let mut result = Ok(());
        // Between finding a free port and the server's taking it, another process may have been faster.
        for _ in 0..5 {
            let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
            self.port = listener.map_err(|e| Error::new(format!("no free port on 127.0.0.1: {e}")))?.port();
            result = self.launch();
            if result.is_ok() {
                break;
            }
        }
        result
    }

    fn launch(&mut self) -> Result<(), Error> {
        let failed = |e: std::io::Error| Error::io("cannot start the server of", &self.directory, &e);
        let log = File::create(self.log()).map_err(failed)?;
        let mut command = account::command(&self.binaries.join("postgres"), self.account);
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.directory).arg("-p").arg(self.port.to_string());
        let settings = [
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "max_connections=200",
            "timezone=America/New_York",
            "max_prepared_transactions=5",
        ];
        for setting in settings.into_iter().chain(self.arguments.iter().map(String::as_str)) {
            command.arg("-c").arg(setting);
        }
        command.current_dir(&self.directory).stdin(Stdio::null());
        command.stdout(log.try_clone().map_err(failed)?).stderr(log);
        let mut process = command.spawn().map_err(failed)?;
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if let Ok(Some(status)) = process.try_wait() {
                let log = fs::read_to_string(self.log()).unwrap_or_default();
                return Err(Error::new(format!("the server ended at its start ({status}): {}", log.trim())));
            }
            if self.is_ready(process.id()) {
                self.process = Some(process);
                return Ok(());
            }
            if Instant::now() > deadline {
                let _ = process.kill();
                let _ = process.wait();
                let log = fs::read_to_string(self.log()).unwrap_or_default();
                return Err(Error::new(format!("the server was not ready in {START_TIMEOUT:?}: {}", log.trim())));
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// The server notes its number in the first line of its lock file, and its state in the eighth.
    fn is_ready(&self, pid: u32) -> bool {
        let lock = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let mut lines = lock.lines();
        lines.next().is_some_and(|first| first.trim() == pid.to_string())
            && lines.nth(6).is_some_and(|state| state.trim() == "ready")
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.watchdog.release();
        // What has not stopped by then does not stop by itself.
        self.kill();
    }
}

/// The processes that `parent` has started and that still run. Known on Linux only.
fn children(parent: u32) -> Vec<u32> {
    let entries = Path::new("/proc").read_dir().into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| {
        // `pid (name) state ppid …`, where the name may hold anything.
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        after_name.split_whitespace().nth(1).and_then(|ppid| ppid.parse().ok()) == Some(parent)
    })
    .collect()
}
