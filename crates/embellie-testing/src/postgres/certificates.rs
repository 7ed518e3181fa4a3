//! Certificates for a server and its client.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, IsCa, KeyPair};

/// PEM texts.
pub(super) struct Certificates {
    /// The certificate of the authority that vouches for both.
    pub(super) authority: String,
    pub(super) server: Identity,
    pub(super) client: Identity,
}

pub(super) struct Identity {
    pub(super) certificate: String,
    pub(super) key: String,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority of its own, with a server for `localhost` and a client for `user`.
pub(super) fn signed(user: &str) -> Result<Certificates, Error> {
    let authority = authority(CertificateParams::new([])?, "embellie test authority")?;
    let server = identity(&authority, CertificateParams::new(["localhost".to_owned()])?, "localhost")?;
    let client = identity(&authority, CertificateParams::new([])?, user)?;
    Ok(Certificates { authority: authority.pem(), server, client })
}

/// A server for `localhost` that vouches for itself, as `openssl req -x509` makes one.
pub(super) fn self_signed() -> Result<Certificates, Error> {
    let authority = authority(CertificateParams::new(["localhost".to_owned()])?, "localhost")?;
    let client = identity(&authority, CertificateParams::new([])?, "nobody")?;
    let server = Identity { certificate: authority.pem(), key: authority.key().serialize_pem() };
    Ok(Certificates { authority: authority.pem(), server, client })
}

fn authority(mut params: CertificateParams, name: &str) -> Result<Authority, Error> {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn identity(authority: &Authority, mut params: CertificateParams, name: &str) -> Result<Identity, Error> {
    let key = KeyPair::generate()?;
    params.distinguished_name.push(DnType::CommonName, name);
    let certificate = params.signed_by(&key, authority)?.pem();
    Ok(Identity { certificate, key: key.serialize_pem() })
}
