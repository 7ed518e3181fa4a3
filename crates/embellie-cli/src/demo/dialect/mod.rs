//! Where the shop is: what the demo has to know of each kind of database before it connects.

mod file;

use crate::database::Address;
use crate::failure::Failure;

pub(super) use file::{Found, inspect};

/// Where the shop is when nothing is said.
pub(crate) const DEFAULT_PLACE: &str = "shop.sqlite3";

/// Another place that the shop can be.
pub(super) const OTHER_PLACE: &str = "postgres://user@host/empty";

/// The mark in the header of the demo's files: "ebli".
const MARK: u32 = 0x6562_6c69;

/// The URL to connect to for reading only, where that can be said.
pub(super) fn reading(place: &Address) -> Result<String, Failure> {
    place.with(&[], &["mode=ro"])
}

/// Whether a file cannot be read before somebody who may write has undone what was left half done in it.
pub(super) fn is_half_done(error: &embellie::Error) -> bool {
    let embellie::Error::Operational(error) = error else { return false };
    let codes = ["SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY", "SQLITE_READONLY_CANTINIT"];
    error.code.as_deref().is_some_and(|code| codes.contains(&code))
}

/// The URL to connect to. What the demo writes can be made anew, so that no disk has to be waited for.
pub(super) fn writing(place: &Address) -> Result<String, Failure> {
    place.with(&["synchronous=normal", &format!("application_id={MARK}")], &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_goes_before_what_the_demo_chooses() {
        let place = Address::parse("sqlite://a.db?busy_timeout=9s").unwrap();
        assert_eq!(
            writing(&place).unwrap(),
            "sqlite://a.db?synchronous=normal&application_id=1700949097&busy_timeout=9s"
        );
        assert_eq!(reading(&place).unwrap(), "sqlite://a.db?busy_timeout=9s&mode=ro");
    }
}
