//! What the REST side is served with: a certificate for `discord.com` and its files that nobody but a test trusts.
//!
//! - An authority is made anew at every start and signs one certificate, for these names and for 127.0.0.1. Its key
//!   never leaves the process; its certificate is what a client adds to the roots it trusts.
//! - The client resolves `discord.com` to the loopback address, so what is tested is the way that production takes.
//! - The cryptography is handed over explicitly: two of rustls' providers are compiled into some test binaries, and then
//!   rustls refuses to choose.

use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;

/// The names that the certificate is for.
const NAMES: [&str; 4] = ["discord.com", "cdn.discordapp.com", "127.0.0.1", "localhost"];

/// A certificate with its key, and what a client needs in order to trust it, all in PEM. Also for tests that have another
/// server on this machine serve HTTPS.
#[derive(Clone, Debug)]
pub struct Papers {
    /// For `discord.com`, 127.0.0.1 and localhost.
    pub certificate: String,
    /// Its key.
    pub key: String,
    /// The authority's certificate.
    pub authority: String,
}

impl Papers {
    /// Makes an authority and lets it sign a certificate.
    ///
    /// # Errors
    ///
    /// If the machine has no randomness.
    pub fn make() -> Result<Self> {
        Ok(Self::with_key()?.0)
    }

    fn with_key() -> Result<(Self, rcgen::Certificate, KeyPair)> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, "sitrep's fake Discord");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let authority_key = KeyPair::generate()?;
        let authority_certificate = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, authority_key);

        let mut leaf = CertificateParams::new(NAMES.map(str::to_owned).to_vec())?;
        leaf.distinguished_name.push(DnType::CommonName, NAMES[0]);
        let leaf_key = KeyPair::generate()?;
        let leaf_certificate = leaf.signed_by(&leaf_key, &issuer)?;
        let papers = Self {
            certificate: leaf_certificate.pem(),
            key: leaf_key.serialize_pem(),
            authority: authority_certificate.pem(),
        };
        Ok((papers, leaf_certificate, leaf_key))
    }
}

/// A certificate ready to be served.
pub(crate) struct Certificate {
    /// For the listener.
    pub(crate) served: Arc<ServerConfig>,
    /// The authority's certificate, PEM.
    pub(crate) authority: String,
}

impl Certificate {
    /// Makes one for [`NAMES`].
    pub(crate) fn make() -> Result<Self> {
        let (papers, leaf_certificate, leaf_key) = Papers::with_key()?;
        let key = PrivateKeyDer::try_from(leaf_key.serialize_der())
            .map_err(|error| anyhow::anyhow!("the certificate's key: {error}"))?;
        let mut served = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .context("the versions of TLS")?
            .with_no_client_auth()
            .with_single_cert(vec![leaf_certificate.der().clone()], key)
            .context("the certificate")?;
        served.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { served: Arc::new(served), authority: papers.authority })
    }
}
