//! The two listeners: HTTPS for REST, a plain websocket for the gateway.
//!
//! They run on a runtime of their own, so that a test may be as synchronous as it likes, and end with it.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context, Result};
use axum_server::tls_rustls::RustlsConfig;
use tokio::runtime::{Builder, Runtime};

use crate::gateway::Gateway;
use crate::router::router;
use crate::server::Server;
use crate::tls::Certificate;

/// Where to listen; port 0 is any free one.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// For HTTPS.
    pub api: SocketAddr,
    /// For the gateway.
    pub gateway: SocketAddr,
}

impl Addresses {
    /// Free ports of the loopback.
    pub fn free() -> Self {
        Self::ports(0, 0)
    }

    /// These ports of the loopback.
    pub fn ports(api: u16, gateway: u16) -> Self {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self { api: at(api), gateway: at(gateway) }
    }
}

/// What listens, until it is dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    /// Where HTTPS is.
    pub(crate) api: SocketAddr,
    /// The authority's certificate, PEM.
    pub(crate) certificate: String,
    runtime: Option<Runtime>,
}

impl Listening {
    /// Listens, and serves what comes in the background.
    pub(crate) fn begin(server: &Server, addresses: Addresses) -> Result<Self> {
        let certificate = Certificate::make()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("fake-discord")
            .enable_all()
            .build()
            .context("a runtime for the fake Discord")?;
        let api = bind(addresses.api)?;
        let gateway = bind(addresses.gateway)?;
        let address = api.local_addr()?;
        // Inside the runtime, because a listener registers with it as it is made.
        let inside = runtime.enter();
        let gateway = tokio::net::TcpListener::from_std(gateway)?;
        server.gateway.listens_at(gateway.local_addr()?);
        runtime.spawn(Gateway::serve(server.clone(), gateway));
        let https = axum_server::from_tcp_rustls(api, RustlsConfig::from_config(certificate.served));
        runtime.spawn(https.serve(router(server.clone()).into_make_service()));
        drop(inside);
        Ok(Self { api: address, certificate: certificate.authority, runtime: Some(runtime) })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| format!("listening at {address}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
