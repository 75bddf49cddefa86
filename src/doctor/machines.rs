//! Whether machines can be heard, and whether the calendars of who is on duty can be read.

use std::net::TcpListener;

use sitrep_core::port::Finding;

use crate::{config::Config, wire};

/// Whether the address of `[http]` can be had. The service that runs has it, or it would not run.
pub(super) fn address(config: &Config, is_serving: bool) -> Option<Finding> {
    let listen = config.http.as_ref()?.listen;
    if is_serving {
        return Some(Finding::ok(format!("Alerts: listening on {listen}")));
    }
    Some(match TcpListener::bind(listen) {
        Ok(_) => Finding::ok(format!("Alerts: sitrep can listen on {listen}")),
        Err(error) => Finding::problem(
            format!("Alerts: nothing can listen on {listen} ({error}), so sitrep won't start"),
            "See what has it with `ss -ltnp`, or change `listen` in [http]",
        ),
    })
}

/// Reads every calendar once. What is wrong with one costs no incident: the last good copy counts.
pub(super) async fn calendars(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for calendar in wire::calendars(config) {
        let team = calendar.team.clone();
        findings.push(match sitrep_calendar::read_once(calendar).await {
            Ok(0) => Finding::warning(
                format!("Rota: the calendar of {team} has nobody on duty in the time to come"),
                format!("Add entries to it, or see whether [oncall.{team}] names another one"),
            ),
            Ok(_) => Finding::ok(format!("Rota: the calendar of {team} can be read")),
            Err(trouble) => Finding::warning(
                format!("Rota: the calendar of {team} can't be read: {trouble}"),
                format!(
                    "Correct what [oncall.{team}] says; meanwhile the last good copy counts, if there is one"
                ),
            ),
        });
    }
    findings
}
