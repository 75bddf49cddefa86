//! The gateway, through which Discord tells what happens: that sitrep is connected to it while it serves, and how often
//! it may still log in there today.

use serde::Deserialize;
use serenity::http::Route;
use sitrep_core::port::{Finding, Level};

use super::failed;
use crate::{account::Account, client::Call, intake::Link};

/// So few are used up by something that reconnects again and again.
const FEW: u64 = 100;

#[derive(Deserialize)]
struct Gateway {
    session_start_limit: Sessions,
}

#[derive(Deserialize)]
struct Sessions {
    total: u64,
    remaining: u64,
}

pub(super) async fn check(account: &Account, link: Option<Link>) -> Vec<Finding> {
    let sessions = match account.client.ask::<Gateway>(Call::get(Route::GatewayBot)).await {
        Ok(gateway) => judge(&gateway.session_start_limit),
        Err(failure) => failed("Gateway: it can't be asked for", &failure),
    };
    link.map(connected).into_iter().chain([sessions]).collect()
}

fn connected(link: Link) -> Finding {
    match link {
        Link::Up => Finding::ok("Gateway: connected, and everything is heard"),
        Link::Down { since, why } => Finding::problem(
            format!(
                "Gateway: not connected for {} s: {}",
                since.elapsed().as_secs(),
                why.trim_end_matches('.')
            ),
            "sitrep connects again by itself; if it doesn't, see whether Discord has trouble, at \
             https://discordstatus.com",
        ),
        Link::Over(sentence) => Finding::told(Level::Problem, &sentence),
    }
}

fn judge(sessions: &Sessions) -> Finding {
    let Sessions { total, remaining } = sessions;
    let what = format!("Gateway: sitrep may log in there {remaining} more times today, of {total}");
    match remaining {
        0 => Finding::problem(what, "Stop whatever else uses the same token; tomorrow it works again"),
        ..FEW => Finding::warning(
            what,
            "Something reconnects again and again: see the log, and whether anything else uses the same token",
        ),
        _ => Finding::ok(what),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_connection_that_is_lost_is_told() {
        assert_eq!(connected(Link::Up).level, Level::Ok);
        let down = connected(Link::Down { since: Instant::now(), why: "It hung up.".to_owned() });
        assert_eq!(
            (down.level, down.what.as_str()),
            (Level::Problem, "Gateway: not connected for 0 s: It hung up")
        );
        assert_eq!(
            connected(Link::Over("The token is wrong. Make one.".to_owned())).what,
            "The token is wrong"
        );
    }

    #[test]
    fn few_log_ins_are_told_in_time() {
        for (remaining, level) in [(1000, Level::Ok), (99, Level::Warning), (0, Level::Problem)] {
            assert_eq!(judge(&Sessions { total: 1000, remaining }).level, level, "{remaining}");
        }
    }
}
