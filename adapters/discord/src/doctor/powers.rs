//! What sitrep may do on the server, bit by bit; who may command; and whose role stands above whose.

use sitrep_core::port::Finding;

use super::server::{Role, Server};
use crate::{
    account::Account,
    permissions::{ADMINISTRATOR, Need, Permission, needed},
    settings::AllowRoles,
};

pub(super) fn check(account: &Account, server: &Server) -> Vec<Finding> {
    let mut findings = permissions(server, account.settings.meetings);
    match &account.settings.allow {
        AllowRoles::Everyone => {
            findings.push(Finding::ok("Roles: everybody on the server may command"));
        }
        AllowRoles::Of(allowed) => findings.extend(roles(server, allowed)),
    }
    findings
}

/// A line for each permission, named as Discord's settings name it.
fn permissions(server: &Server, meetings: bool) -> Vec<Finding> {
    let power = server.power();
    let mut findings: Vec<Finding> =
        needed(meetings).map(|permission| of_one(permission, power & permission.bit != 0)).collect();
    let is_administrator = server.my_roles.iter().filter_map(|id| server.role(*id));
    if is_administrator.chain(server.role(server.everyone())).any(|it| it.permissions & ADMINISTRATOR != 0) {
        findings.push(Finding::note(
            "Permission: sitrep is an administrator of the server, which is more than it needs",
            "Take Administrator from its role once it has those above",
        ));
    }
    findings
}

fn of_one(permission: &Permission, is_granted: bool) -> Finding {
    let Permission { name, purpose, need, .. } = permission;
    if is_granted {
        return Finding::ok(format!("Permission: {name}"));
    }
    let what = format!("Permission: sitrep lacks {name}, which it needs {purpose}");
    let remedy = format!("Switch on {name} for sitrep's role in Server Settings, Roles");
    match need {
        Need::Incidents => Finding::problem(what, remedy),
        Need::Comfort | Need::Meetings => Finding::warning(what, remedy),
    }
}

/// The roles that may command: that they are there, once, and where they stand.
fn roles(server: &Server, allowed: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mine = server.my_roles.iter().filter_map(|id| server.role(*id));
    let top = mine.map(|role| role.position).max().unwrap_or(0);
    for given in allowed {
        let named: Vec<&Role> =
            server.roles.iter().filter(|role| role.name == *given || role.id.to_string() == *given).collect();
        findings.push(match named.as_slice() {
            [] => Finding::problem(
                format!("Roles: there is no role {given} on the server, so nobody may command by it"),
                "Make it, or correct allow_roles; names are compared letter by letter",
            ),
            [role] if role.position > top => Finding::note(
                format!("Roles: {} may command, and stands above sitrep's own role", role.name),
                "Incidents work like that. If Discord refuses to let this role into a channel, drag sitrep's role above \
                 it in Server Settings, Roles",
            ),
            [role] => Finding::ok(format!("Roles: {} may command", role.name)),
            several => Finding::warning(
                format!("Roles: {} roles are called {given}, and whoever has one of them may command", several.len()),
                "Name the one that is meant by its id in allow_roles",
            ),
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sitrep_core::port::Level;

    use super::super::server::tests::server;
    use super::*;
    use crate::permissions::{CREATE_EVENTS, MANAGE_ROLES, PIN_MESSAGES, sum};

    fn told(findings: &[Finding], level: Level) -> Vec<&str> {
        findings.iter().filter(|it| it.level == level).map(|it| it.what.as_str()).collect()
    }

    #[test]
    fn every_permission_has_its_line() {
        let all = permissions(&server(0, sum(true), json!([])), true);
        assert_eq!(told(&all, Level::Ok).len(), 13);
        assert!(all.iter().any(|it| it.what == "Permission: Pin Messages"));
        let without = sum(false) & !(PIN_MESSAGES | CREATE_EVENTS | MANAGE_ROLES);
        let some = permissions(&server(0, without, json!([])), true);
        let problems = told(&some, Level::Problem);
        assert!(problems.len() == 1 && problems[0].contains("lacks Manage Roles"), "{problems:?}");
        let warnings = told(&some, Level::Warning);
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        for name in ["Pin Messages", "Create Events", "Connect"] {
            assert!(warnings.iter().any(|it| it.contains(&format!("lacks {name}"))), "{warnings:?}");
        }
    }

    #[test]
    fn what_everybody_may_do_counts() {
        let all = permissions(&server(sum(false), 0, json!([])), false);
        assert_eq!(told(&all, Level::Ok).len(), all.len());
    }

    #[test]
    fn an_administrator_is_told_that_it_is_too_much() {
        let all = permissions(&server(0, ADMINISTRATOR, json!([])), false);
        assert_eq!(told(&all, Level::Note).len(), 1);
        assert_eq!(told(&all, Level::Ok).len(), all.len() - 1);
    }

    #[test]
    fn roles_that_may_command_are_looked_for() {
        let mut server = server(0, 0, json!([]));
        let found = |server: &Server, given: &str| roles(server, &[given.to_owned()])[0].clone();
        assert_eq!(found(&server, "ops").level, Level::Note, "it stands above ours");
        server.roles[1].position = 5;
        assert_eq!(found(&server, "ops").level, Level::Ok);
        assert_eq!(found(&server, "3").what, "Roles: ops may command");
        assert_eq!(found(&server, "Ops").level, Level::Problem);
        let mut second = server.roles[2].clone();
        second.id = serenity::all::RoleId::new(4);
        server.roles.push(second);
        assert_eq!(found(&server, "ops").level, Level::Warning);
        assert_eq!(found(&server, "4").level, Level::Ok);
    }
}
