//! The server: it is bound first, so that a wrong address or certificate is known at once, and serves when there is a desk.

use std::{
    future::Future,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::{StatusCode, Version},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use axum_server::{
    Handle,
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use secrecy::ExposeSecret;
use sitrep_core::port::Desk;

use crate::{
    answer::in_a_line,
    door::Door,
    gate::{Gate, HeadArrived},
    intake,
    metrics::Served,
    pagerduty, pages,
    settings::{HttpSettings, Tls},
    standing::Standing,
    text,
};

/// How long what is in hand may take when the server is to end.
const LAST_PATIENCE: Duration = Duration::from_secs(8);

/// The largest head of a request, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;

/// A server that is bound to its address.
pub struct HttpServer {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<RustlsConfig>,
    door: Door,
    served: Served,
}

/// What requests are answered from.
pub(crate) struct Service {
    pub(crate) door: Door,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) standing: Standing,
    pub(crate) served: Served,
    keys_made_up: AtomicU64,
}

impl HttpServer {
    /// Takes the address. Nobody is answered before [`serve`](Self::serve).
    ///
    /// # Errors
    /// When the address can't be had, or the certificate, its key or anything else in the settings is of no use: a sentence
    /// for people.
    pub fn bind(settings: HttpSettings) -> Result<Self, String> {
        settings.check()?;
        let tls = settings.tls.as_ref().map(speak_tls).transpose()?;
        let served = Served::default();
        let door = Door::new(&settings, &served)?;
        let unheard =
            |why: std::io::Error| format!("[http] sitrep can't listen on {}: {why}.", settings.listen);
        let listener = TcpListener::bind(settings.listen).map_err(unheard)?;
        let address = listener.local_addr().map_err(unheard)?;
        Ok(Self { listener, address, tls, door, served })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the future is done, and then for a few seconds what is in hand.
    ///
    /// # Errors
    /// When connections can't be accepted: a sentence for people.
    pub async fn serve(self, desk: Arc<dyn Desk>, until: impl Future<Output = ()>) -> Result<(), String> {
        let service = Arc::new(Service {
            door: self.door,
            desk,
            standing: Standing::default(),
            served: self.served,
            keys_made_up: AtomicU64::new(0),
        });
        tracing::info!(address = %self.address, tls = self.tls.is_some(), "alerts are heard");
        let router = router(service);
        let handle = Handle::new();
        let serving = async {
            match self.tls {
                Some(config) => {
                    let acceptor = RustlsAcceptor::new(config).acceptor(Gate::new());
                    listen(self.listener, acceptor, handle.clone(), router).await
                }
                None => listen(self.listener, Gate::new(), handle.clone(), router).await,
            }
        };
        let ending = async {
            until.await;
            handle.graceful_shutdown(Some(LAST_PATIENCE));
        };
        let (served, ()) = tokio::join!(serving, ending);
        served.map_err(|why| format!("[http] sitrep can't listen any more: {why}."))
    }
}

/// Turns one acceptor's connections into answers.
async fn listen<A>(listener: TcpListener, acceptor: A, handle: Handle, router: Router) -> std::io::Result<()>
where
    A: Accept<tokio::net::TcpStream, Router, Service = Router> + Clone + Send + Sync + 'static,
    A::Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    A::Future: Send,
{
    let mut server = axum_server::from_tcp(listener).acceptor(acceptor).handle(handle);
    // One request a connection: see `lib.rs`. A sender that has hung up, or closed its side, has told what it told: that is
    // taken all the same.
    server.http_builder().http1().keep_alive(false).half_close(true).max_buf_size(LARGEST_HEAD);
    server.serve(router.into_make_service()).await
}

fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/alerts/{name}", post(intake::alerts))
        .route("/heartbeat/{name}", post(intake::heartbeat))
        .route("/v2/enqueue", post(pagerduty::enqueue))
        .route("/v2/change/enqueue", post(pagerduty::enqueue_change))
        .route("/healthz", get(pages::healthz))
        .route("/readyz", get(pages::readyz))
        .route("/metrics", get(pages::metrics))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
        .layer(from_fn_with_state(Arc::clone(&service), count))
        .with_state(service)
}

/// Counts each request, and lets its connection know that it has arrived.
async fn count(
    State(service): State<Arc<Service>>,
    Extension(head): Extension<HeadArrived>,
    request: Request,
    next: Next,
) -> Response {
    head.set();
    let route = route(request.uri().path());
    // Time-outs and bounds are made for one request a connection.
    let answer = if request.version() == Version::HTTP_2 {
        in_a_line(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1.")
    } else {
        next.run(request).await
    };
    service.served.request(route, answer.status().as_u16());
    answer
}

/// What a path is counted as: one of these words, whatever was asked for.
fn route(path: &str) -> &'static str {
    match path {
        "/v2/enqueue" => "enqueue",
        "/v2/change/enqueue" => "change",
        "/healthz" => "healthz",
        "/readyz" => "readyz",
        "/metrics" => "metrics",
        path if path.starts_with("/alerts/") => "alerts",
        path if path.starts_with("/heartbeat/") => "heartbeat",
        _ => "other",
    }
}

impl Service {
    /// A key for an event that came without one. Nobody else's is the same, and it needs no more than that.
    pub(crate) fn made_up_key(&self) -> String {
        let number = self.keys_made_up.fetch_add(1, Ordering::Relaxed);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut key = text::hash(format!("{} {number} {}", since.as_nanos(), std::process::id()).as_bytes());
        key.truncate(32);
        key
    }
}

fn speak_tls(tls: &Tls) -> Result<RustlsConfig, String> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(tls.certificate.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|why| format!("[http] the certificate can't be read: {why}."))?;
    if chain.is_empty() {
        return Err("[http] there is no certificate in the file: it has to be in PEM.".to_owned());
    }
    // What is wrong with a key is not repeated: it is a secret.
    let key = PrivateKeyDer::from_pem_slice(tls.key.expose_secret().as_bytes())
        .map_err(|_| "[http] the key can't be read: it has to be one private key in PEM.".to_owned())?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|config| config.with_no_client_auth())
        .and_then(|config| config.with_single_cert(chain, key))
        .map_err(|why| format!("[http] the certificate and the key can't be used together: {why}."))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}
