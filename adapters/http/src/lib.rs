//! Alerts in, pages out: sitrep's own small HTTP server.
//!
//! Machines tell their alerts, changes and signs of life here, and are answered 202 once what they told is durable.
//! Whoever watches over sitrep asks here how it is.
//!
//! - Who sends is proved before what is sent is read: by a token in a header, by a signature over the body, or by the
//!   routing key that PagerDuty's senders put into the body.
//! - Everything that is sent is untrusted all the same. Bodies, titles, labels and links are bounded, and an answer never
//!   repeats what was asked.
//! - A connection is good for one request. That makes every time-out and every bound on memory one that can be stated: at
//!   most [`MOST_CONNECTIONS`] connections, [`PATIENCE`] for a head, the same for a body, a minute for everything.
//!
//! `gate.rs` keeps the connections, `server.rs` knows the paths, `door.rs` asks for proof, `source/` reads what each kind of
//! sender sends, and `metrics.rs` lists the metrics.

mod answer;
mod body;
mod door;
mod gate;
mod intake;
mod json;
mod metrics;
mod pace;
mod pagerduty;
mod pages;
mod proof;
mod server;
mod settings;
mod source;
mod standing;
mod text;

pub use gate::{MOST_CONNECTIONS, PATIENCE};
pub use proof::{GRAFANA_SIGNATURE_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
pub use server::HttpServer;
pub use settings::{
    DEFAULT_MAX_BODY_BYTES, DEFAULT_PER_MINUTE, DEFAULT_RESOLVED, Fields, HeartbeatSettings, HttpSettings,
    MetricsSettings, Proof, SourceKind, SourceSettings, Tls,
};
