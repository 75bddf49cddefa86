//! What machines tell the service over HTTP, and what people hear of it: the real binary, real senders where there are any.
//!
//! | File | About |
//! |---|---|
//! | `fired.rs` | a rule of a real Prometheus, told by a real Alertmanager, on each platform |
//! | `paged.rs` | PagerDuty's own client |
//! | `senders.rs` | what Grafana, Uptime Kuma and others send; signatures |
//! | `beats.rs` | signs of life |
//! | `watched.rs` | health, readiness and figures, asked by a real Prometheus |
//! | `killed.rs` | what was answered with 202 is there, whenever the service is killed |
//! | `storm.rs` | a thousand groups at once, while people go on |

use crate::support::trials::Test;

mod beats;
mod fired;
mod killed;
mod paged;
mod senders;
mod storm;
mod watched;

pub(crate) fn tests() -> Vec<Test> {
    [
        beats::tests(),
        fired::tests(),
        killed::tests(),
        paged::tests(),
        senders::tests(),
        storm::tests(),
        watched::tests(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
