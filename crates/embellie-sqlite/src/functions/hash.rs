//! Digests of text, in hexadecimal.

use std::fmt::Write;

use md5::{Digest, Md5};
use rusqlite::functions::Context;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::{strict, text};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "MD5", 1, digest::<Md5>)?;
    strict(connection, "SHA1", 1, digest::<Sha1>)?;
    strict(connection, "SHA224", 1, digest::<Sha224>)?;
    strict(connection, "SHA256", 1, digest::<Sha256>)?;
    strict(connection, "SHA384", 1, digest::<Sha384>)?;
    strict(connection, "SHA512", 1, digest::<Sha512>)
}

fn digest<D: Digest>(context: &Context<'_>) -> Result<Value> {
    let digest = D::digest(text(context, 0)?.as_bytes());
    let mut hex = String::with_capacity(2 * digest.len());
    for byte in digest {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex.into())
}
