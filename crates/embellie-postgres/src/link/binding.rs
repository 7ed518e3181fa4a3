//! What ties a log-in to an encrypted stream: the hash of the server's certificate (RFC 5929).

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha256, Sha384, Sha512};

const SEQUENCE: u8 = 0x30;
const OBJECT: u8 = 0x06;

/// The certificate's hash, by the function that its own signature is made with, but for those that are no longer
/// good. `None` where the signature names none.
pub(super) fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    Some(match signature(certificate)? {
        // MD5, SHA-1 and SHA-256, with RSA, and SHA-1 and SHA-256 with ECDSA.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4 | 5 | 11]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1] => Sha256::digest(certificate).to_vec(),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3] => {
            Sha384::digest(certificate).to_vec()
        }
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4] => {
            Sha512::digest(certificate).to_vec()
        }
        _ => return None,
    })
}

/// The identifier of the algorithm that signs: of a certificate's three parts, it begins the second.
fn signature(certificate: &[u8]) -> Option<&[u8]> {
    let (parts, _) = value(certificate, SEQUENCE)?;
    let (_, after) = value(parts, SEQUENCE)?;
    let (algorithm, _) = value(after, SEQUENCE)?;
    value(algorithm, OBJECT).map(|(identifier, _)| identifier)
}

/// The content of the first value, which is of this kind, and what comes behind it.
fn value(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first != kind {
        return None;
    }
    let (&short, rest) = rest.split_first()?;
    if short < 0x80 {
        return rest.split_at_checked(short.into());
    }
    let (long, rest) = rest.split_at_checked((short & 0x7f).into())?;
    if long.len() > 4 {
        return None;
    }
    let length = long.iter().fold(0u32, |length, &byte| length << 8 | u32::from(byte));
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use sha2::{Digest, Sha256, Sha384};

    use super::end_point;

    #[test]
    fn the_signature_names_the_hash() {
        let algorithm = [0x30, 10, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
        let parts = [&[0x30, 0x81, 2, 9, 9], &algorithm[..], &[0x03, 1, 0]].concat();
        let whole = [&[0x30, 0x82, 0, parts.len() as u8], &parts[..]].concat();
        let certificate = CertificateDer::from(whole.clone());
        assert_eq!(end_point(&certificate), Some(Sha384::digest(&whole).to_vec()));
    }

    #[test]
    fn a_certificate_has_one() {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = CertificateDer::from(made.cert.der().to_vec());
        assert_eq!(end_point(&certificate), Some(Sha256::digest(&certificate).to_vec()));
    }

    proptest! {
        #[test]
        fn damaged_certificates_have_none(bytes in prop::collection::vec(prop_oneof![Just(0x30u8), 0u8..9, any::<u8>()], 0..40)) {
            let _ = end_point(&CertificateDer::from(bytes));
        }
    }
}
