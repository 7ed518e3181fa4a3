//! A field type of one's own: text that the database only sees encrypted.
//!
//! `cargo run -p encrypted` stores a patient's file and shows what the program reads and what the database
//! holds.

use std::sync::OnceLock;

use chacha20poly1305::aead::{Aead, Generate, Key, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use embellie::field::FieldKind;
use embellie::prelude::*;
use embellie::typed::IntoField;
use embellie::{ColumnRef, Error, Result, Value};

/// Text that is encrypted before it leaves the program (XChaCha20-Poly1305) and cannot be changed unnoticed.
///
/// Two encryptions of one text differ, so the database cannot compare such fields, and neither can a filter.
#[derive(Clone, PartialEq)]
struct Encrypted(String);

/// Secrets do not get into logs.
impl std::fmt::Debug for Encrypted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Encrypted(…)")
    }
}

/// The cipher with this program's key. A real program takes the key from where it keeps its secrets.
static CIPHER: OnceLock<XChaCha20Poly1305> = OnceLock::new();

fn cipher() -> Result<&'static XChaCha20Poly1305> {
    CIPHER.get().ok_or_else(|| Error::ImproperlyConfigured("the key of encrypted fields was not set".into()))
}

/// How many bytes of the stored form are the nonce.
const NONCE: usize = 24;

impl FieldType for Encrypted {
    const KIND: FieldKind = FieldKind::Binary;

    fn encode(&self) -> Result<Value> {
        let nonce = XNonce::generate();
        let hidden = cipher()?
            .encrypt(&nonce, self.0.as_bytes())
            .map_err(|_| Error::Value("the text is too long to be encrypted".into()))?;
        Ok(Value::Bytes([nonce.as_slice(), &hidden].concat()))
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self> {
        let stored = Vec::<u8>::decode(column)?;
        let wrong = || Error::Decode("the column was encrypted with another key, or changed".into());
        let (nonce, hidden) = stored.split_at_checked(NONCE).ok_or_else(wrong)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| wrong())?;
        let plain = cipher()?.decrypt(&nonce, hidden).map_err(|_| wrong())?;
        String::from_utf8(plain).map(Encrypted).map_err(|_| wrong())
    }
}

/// So that `new!` takes plain text.
impl IntoField<Encrypted> for &str {
    fn into_field(self) -> Encrypted {
        Encrypted(self.to_owned())
    }
}

#[model(app = "clinic")]
struct Patient {
    #[field(max_length = 100)]
    name: String,
    diagnosis: Encrypted,
}

/// Stores a patient and gives what the program reads and what the database holds.
async fn store_and_read() -> Result<(Patient, Vec<u8>)> {
    CIPHER.get_or_init(|| XChaCha20Poly1305::new(&Key::<XChaCha20Poly1305>::generate()));
    let db = Database::connect("sqlite::memory:").await?;
    db.create_tables(&["clinic.Patient"]).await?;
    new!(Patient { name: "Ann", diagnosis: "a broken heart" }).create(&db).await?;
    let patient = Patient::objects().get(&db).await?;
    let rows = Patient::objects().text_values(["diagnosis"]).all(&db).await?;
    match rows.first().and_then(|row| row.values().first()) {
        Some(Value::Bytes(stored)) => Ok((patient, stored.clone())),
        _ => Err(Error::Decode("the database holds no bytes".into())),
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let (patient, stored) = store_and_read().await?;
    println!("the program reads   {}: {}", patient.name, patient.diagnosis.0);
    println!("the database holds  {}", stored.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    Ok(())
}

#[tokio::test]
async fn the_database_does_not_see_the_text() -> Result<()> {
    let (patient, stored) = store_and_read().await?;
    assert_eq!(patient.diagnosis, Encrypted("a broken heart".into()));
    assert!(!stored.windows(5).any(|part| part == b"heart"));
    // Another nonce each time, and no change goes unnoticed.
    assert_ne!(patient.diagnosis.encode(), patient.diagnosis.encode());
    for place in [0, NONCE, stored.len() - 1] {
        let mut changed = stored.clone();
        changed[place] ^= 1;
        assert!(matches!(Encrypted::decode(ColumnRef::Bytes(&changed)), Err(Error::Decode(_))));
    }
    assert!(matches!(Encrypted::decode(ColumnRef::Bytes(&stored[..NONCE - 1])), Err(Error::Decode(_))));
    Ok(())
}
