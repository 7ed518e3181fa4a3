//! Redis for tests.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::watchdog::Watchdog;
use crate::{Error, install};

const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A Redis server in memory, on a free port of 127.0.0.1, with a password. It is stopped when the value is dropped, and
/// also when this process ends in any other way.
#[derive(Debug)]
pub struct PrivateRedis {
    program: PathBuf,
    directory: PathBuf,
    port: u16,
    password: String,
    process: Option<Child>,
    watchdog: Watchdog,
}

impl PrivateRedis {
    /// Starts a server, installing Redis first when it is missing and this process may.
    ///
    /// # Errors
    /// When that cannot be done; the message says what to do.
    pub fn start() -> Result<Self, Error> {
        let program = program()?;
        let directory = tempfile::Builder::new().prefix("embellie-redis-").tempdir();
        let directory = directory.map_err(|e| Error::io("cannot make a directory in", &env::temp_dir(), &e))?;
        // From here on the watchdog removes it.
        let directory = directory.keep();
        let watchdog = Watchdog::over(&directory, "pid", "TERM");
        let watchdog = watchdog.map_err(|e| Error::io("cannot run", Path::new("/bin/sh"), &e))?;
        let password = crate::password();
        let mut server = PrivateRedis { program, directory, port: 0, password, process: None, watchdog };
        let mut result = Ok(());
        // Between finding a free port and the server's taking it, another process may have been faster.
        for _ in 0..5 {
            let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
            server.port = listener.map_err(|e| Error::new(format!("no free port on 127.0.0.1: {e}")))?.port();
            result = server.launch();
            if result.is_ok() {
                break;
            }
        }
        result.map(|()| server)
    }

    /// The server's URL, with its password.
    pub fn url(&self) -> String {
        format!("redis://:{}@127.0.0.1:{}/0", self.password, self.port)
    }

    /// Kills the server at once, with all that it has.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
            // Its number may soon be another process's.
            let _ = fs::remove_file(self.directory.join("pid"));
        }
    }

    /// Starts the server again on its port, after [`PrivateRedis::kill`].
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill();
        self.launch()
    }

    fn launch(&mut self) -> Result<(), Error> {
        // The password is not for the list of processes to see.
        let configuration = self.directory.join("redis.conf");
        let lines = format!("requirepass {}\npidfile {}\n", self.password, self.directory.join("pid").display());
        fs::write(&configuration, lines).map_err(|e| Error::io("cannot write", &configuration, &e))?;
        let mut process = Command::new(&self.program)
            .arg(&configuration)
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Error::io("cannot run", &self.program, &e))?;
        let deadline = Instant::now() + START_TIMEOUT;
        while !self.answers() {
            if let Ok(Some(status)) = process.try_wait() {
                return Err(Error::new(format!("the Redis server ended at its start ({status})")));
            }
            if Instant::now() > deadline {
                let _ = process.kill();
                let _ = process.wait();
                return Err(Error::new(format!("the Redis server was not ready in {START_TIMEOUT:?}")));
            }
            sleep(Duration::from_millis(20));
        }
        self.process = Some(process);
        Ok(())
    }

    /// Whether this server answers to its password, and not another one on its port.
    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        let mut answer = [0; 3];
        let asked = stream.write_all(format!("AUTH {}\r\n", self.password).as_bytes());
        asked.and_then(|()| stream.read_exact(&mut answer)).is_ok() && answer == *b"+OK"
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        self.watchdog.release();
        self.kill();
    }
}

fn program() -> Result<PathBuf, Error> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let installed = install::install("redis-server", || find().is_some());
    find().ok_or_else(|| {
        let reason = installed.err().map_or_else(String::new, |error| format!(" ({error})"));
        Error::new(format!(
            "tests of the shared cache need `redis-server` or `valkey-server`, which was not found in PATH{reason}; \
             install it (Debian: `apt-get install redis-server`)"
        ))
    })
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut programs = PROGRAMS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs.find(|program| program.is_file())
}
