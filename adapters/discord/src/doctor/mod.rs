//! Whether an incident would work now: everything that it needs of Discord is tried, or looked at bit by bit.
//!
//! - What is tried is what the service does, with its own client. Nobody notices: nothing is said where people are, and
//!   the one channel that is made is closed to everybody and removed again.
//! - Permissions are read as Discord writes them, as text: serenity's type drops those that it doesn't know.
//! - Every check has a deadline and ends in at least one [`Finding`].

mod categories;
mod commands;
mod gateway;
mod login;
mod powers;
mod private_channel;
mod rooms;
mod server;

use std::{future::Future, time::Duration};

use sitrep_core::port::Finding;
use tokio::time::timeout;

use crate::{account::Account, failure::Failure, intake::Link};
use server::Server;

/// How long one check may take: several requests to a slow server.
const CHECK_DEADLINE: Duration = Duration::from_secs(40);

/// Finds out whether an incident would work. `link` is how the connection to the gateway is, if there should be one.
pub(crate) async fn check_up(account: &Account, link: Option<Link>) -> Vec<Finding> {
    let mut findings = in_time("Logging in", login::check(account)).await;
    if findings.iter().any(|finding| finding.level == sitrep_core::port::Level::Problem) {
        // Without it everything else would fail for the same reason.
        return findings;
    }
    let read = timeout(CHECK_DEADLINE, Server::read(account)).await;
    let server = match read {
        Ok(Ok(server)) => server,
        Ok(Err(failure)) => {
            findings.push(unknown_server(account, &failure));
            return findings;
        }
        Err(_) => {
            findings.push(too_long("Looking at the server"));
            return findings;
        }
    };
    findings.extend(server.describe());
    findings.extend(powers::check(account, &server));
    findings.extend(rooms::check(account, &server));
    findings.extend(categories::check(account, &server));
    let trying = private_channel::check(account, &server);
    findings.extend(in_time("Making a private channel", trying).await);
    findings.extend(in_time("Looking at the slash commands", commands::check(account)).await);
    findings.extend(in_time("Looking at the gateway", gateway::check(account, link)).await);
    findings
}

async fn in_time(what: &str, check: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    let found = timeout(CHECK_DEADLINE, check).await;
    found.unwrap_or_else(|_| vec![too_long(what)])
}

fn too_long(what: &str) -> Finding {
    let what = format!("{what} takes longer than {} s", CHECK_DEADLINE.as_secs());
    Finding::problem(what, "See whether Discord has trouble, at https://discordstatus.com, and try again")
}

fn unknown_server(account: &Account, failure: &Failure) -> Finding {
    match failure {
        Failure::Refused(_) => Finding::problem(
            format!("Discord: sitrep is not on the server {}", account.settings.guild_id),
            "Correct guild_id, or open the link that `sitrep invite-link` prints and take it in",
        ),
        Failure::Limited { .. }
        | Failure::LoggedOut
        | Failure::Unreached(_)
        | Failure::Intercepted(_)
        | Failure::Lost(_)
        | Failure::Garbled(_)
        | Failure::Broken(_) => failed("Discord: the server can't be looked at", failure),
    }
}

/// Something that Discord didn't do, and what may help.
fn failed(what: &str, failure: &Failure) -> Finding {
    let what = format!("{what}: {}", failure.words());
    match failure {
        Failure::Limited { .. } => Finding::warning(what, "Wait for a while, and try again"),
        Failure::LoggedOut => Finding::problem(
            what,
            "Make a new token on the page Bot of the application, put it into the configuration, and restart sitrep",
        ),
        Failure::Refused(_) => {
            Finding::problem(what, "Ask whoever runs the Discord server to allow it to sitrep's role")
        }
        Failure::Broken(_) => Finding::problem(what, "Restart sitrep; if it stays so, see what its log says"),
        Failure::Unreached(_) | Failure::Intercepted(_) | Failure::Lost(_) | Failure::Garbled(_) => {
            Finding::problem(
                what,
                "See whether this machine reaches https://discord.com, and whether Discord has trouble, and try again",
            )
        }
    }
}
