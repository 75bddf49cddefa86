//! The gateway, through which Discord tells what happens: that there is one, and how often sitrep may still log in
//! there today.

use serde::Deserialize;
use serenity::http::Route;
use sitrep_core::port::Finding;

use super::failed;
use crate::{account::Account, client::Call};

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

pub(super) async fn check(account: &Account) -> Vec<Finding> {
    vec![match account.client.ask::<Gateway>(Call::get(Route::GatewayBot)).await {
        Ok(gateway) => judge(&gateway.session_start_limit),
        Err(failure) => failed("Gateway: it can't be asked for", &failure),
    }]
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
    use sitrep_core::port::Level;

    use super::*;

    #[test]
    fn few_log_ins_are_told_in_time() {
        for (remaining, level) in [(1000, Level::Ok), (99, Level::Warning), (0, Level::Problem)] {
            assert_eq!(judge(&Sessions { total: 1000, remaining }).level, level, "{remaining}");
        }
    }
}
