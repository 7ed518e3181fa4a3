//! What ends a server when the process that started it ends, however that ends.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits until its input closes, then stops the server of the directory `$1` by the signal `$3` and removes the directory.
///
/// It only ever stops the process that the server itself has noted in its file `$2`.
const SCRIPT: &str = r#"
cat >/dev/null
pid=$(head -n 1 "$1/$2" 2>/dev/null)
case "$pid" in
*[!0-9]*) ;;
?*)
    kill -"$3" "$pid" 2>/dev/null
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    ;;
esac
rm -rf "$1"
"#;

/// A process that outlives this one and cleans up after it.
#[derive(Debug)]
pub(super) struct Watchdog(Child);

impl Watchdog {
    pub(super) fn over(directory: &Path, noted: &str, signal: &str) -> io::Result<Self> {
        Command::new("/bin/sh")
            .args(["-c", SCRIPT, "watchdog"])
            .arg(directory)
            .args([noted, signal])
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Watchdog)
    }

    /// Lets it do its work now, and waits for it.
    pub(super) fn release(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
