//! The user that a server runs as: PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::Error;

/// Another user than this process's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// The unprivileged user to change to, or `None` when this process is one already.
    pub(super) fn needed(own_directory: &Path) -> Result<Option<Account>, Error> {
        // What this process makes belongs to the user that it is.
        let owner = fs::metadata(own_directory).map_err(|e| Error::io("cannot look at", own_directory, &e))?;
        if owner.uid() != 0 {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"].iter().find_map(|name| Account::named(&passwd, name)).map(Some).ok_or_else(|| {
            Error::new(
                "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as; run the \
                 tests as another user",
            )
        })
    }

    fn named(passwd: &str, name: &str) -> Option<Account> {
        let mut fields = passwd.lines().map(|line| line.split(':')).find_map(|mut fields| {
            let found = fields.next()? == name;
            found.then_some(fields)
        })?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Account { uid, gid })
    }

    pub(super) fn own(self, path: &Path) -> Result<(), Error> {
        chown(path, Some(self.uid), Some(self.gid)).map_err(|e| Error::io("cannot give away", path, &e))
    }
}

/// A command that runs as `account`, outside this process's group, so that an interrupt typed in the terminal ends
/// the tests first.
pub(super) fn command(program: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.process_group(0);
    if let Some(Account { uid, gid }) = account {
        command.uid(uid).gid(gid);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn accounts_are_read_from_passwd() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgresql:x:9:9::/:\npostgres:x:101:103:,,,:/var/lib:/bin/sh\n";
        let account = Account::named(passwd, "postgres").unwrap();
        assert_eq!((account.uid, account.gid), (101, 103));
        assert!(Account::named(passwd, "root").is_none());
        assert!(Account::named(passwd, "nobody").is_none());
    }
}
