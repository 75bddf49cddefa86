//! TLS by a certificate and its key.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use secrecy::SecretString;
use sitrep_http::{HttpServer, HttpSettings, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{PATIENCE, TOKEN, payload, serve, settings};

fn certificate() -> (String, String) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (cert.pem(), signing_key.serialize_pem())
}

fn with(certificate: &str, key: &str) -> HttpSettings {
    HttpSettings {
        tls: Some(Tls { certificate: certificate.to_owned(), key: SecretString::from(key) }),
        ..settings()
    }
}

#[tokio::test]
async fn an_alert_comes_over_tls_and_not_beside_it() {
    let (certificate, key) = certificate();
    let server = serve(with(&certificate, &key));
    let root = reqwest::Certificate::from_pem(certificate.as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([root]).timeout(PATIENCE).build().unwrap();
    let url = format!("https://localhost:{}/alerts/prometheus", server.address.port());
    for _ in 0..3 {
        let request = client.post(&url).bearer_auth(TOKEN).body(payload("alertmanager_firing"));
        assert_eq!(request.send().await.unwrap().status().as_u16(), 202);
    }
    assert_eq!(server.taken().len(), 3);

    let mut plain = server.connect().await;
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    let _ = plain.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP"), "{rest:?}");
}

#[test]
fn a_certificate_that_is_of_no_use_is_said_to_be() {
    let (one, key) = certificate();
    let (_, other_key) = certificate();
    let told =
        |certificate: &str, key: &str| HttpServer::bind(with(certificate, key)).err().expect("refused");
    assert_eq!(told("", &key), "[http] there is no certificate in the file: it has to be in PEM.");
    assert_eq!(told(&one, &one), "[http] the key can't be read: it has to be one private key in PEM.");
    assert!(
        told(&one, &other_key).starts_with("[http] the certificate and the key can't be used together: ")
    );
    assert!(
        !told(&one, "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
            .contains("c2VjcmV0")
    );
}
