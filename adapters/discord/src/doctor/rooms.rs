//! A configured room: that it is there, and that sitrep sees it, reads and speaks in it, and that it pins, and begins
//! threads and speaks in them, where commands are heard.
//!
//! Mentioning somebody asks for no right of its own.

use sitrep_core::port::Finding;

use super::server::{Channel, Server};
use crate::{
    account::Account,
    permissions::{
        CREATE_PUBLIC_THREADS, EMBED_LINKS, NEEDED, Need, PIN_MESSAGES, Permission, READ_MESSAGE_HISTORY,
        SEND_MESSAGES, SEND_MESSAGES_IN_THREADS, VIEW_CHANNEL,
    },
};

pub(super) fn check(account: &Account, server: &Server) -> Vec<Finding> {
    let settings = &account.settings;
    let look = |name: &String| {
        let id = account.guild().configured(name);
        let channel = id.and_then(|id| server.channels.iter().find(|channel| channel.id == id));
        let hears_commands = settings.command_rooms.contains(name);
        match channel {
            Some(channel) => of_room(server, name, channel, hears_commands),
            None => vec![Finding::problem(
                format!("Room {name}: there is no text channel of that name on the Discord server"),
                "Make it, or correct the name in [discord]; it may also be given by its id",
            )],
        }
    };
    settings.rooms.iter().flat_map(look).collect()
}

fn of_room(server: &Server, name: &str, channel: &Channel, hears_commands: bool) -> Vec<Finding> {
    let power = server.power_in(channel);
    let always = VIEW_CHANNEL | SEND_MESSAGES | READ_MESSAGE_HISTORY;
    // An incident for which no channel can be made runs where it was declared, and what is reported has a thread.
    let threads = CREATE_PUBLIC_THREADS | SEND_MESSAGES_IN_THREADS;
    let wanted = if hears_commands { always | EMBED_LINKS | PIN_MESSAGES | threads } else { always };
    let lacks: Vec<&Permission> =
        NEEDED.iter().filter(|it| wanted & it.bit != 0 && power & it.bit == 0).collect();
    if power & VIEW_CHANNEL == 0 {
        return vec![Finding::problem(
            format!("Room {name}: sitrep may not see it"),
            "In the channel's settings, Permissions, add sitrep's role and switch on View Channel",
        )];
    }
    if lacks.is_empty() {
        let pins = if hears_commands { ", pins, begins threads" } else { "" };
        return vec![Finding::ok(format!("Room {name}: sitrep sees it, reads, speaks, mentions{pins}"))];
    }
    let lack = |permission: &&Permission| {
        let Permission { name: permission, need, .. } = *permission;
        let what = format!("Room {name}: sitrep lacks {permission} there");
        let remedy =
            format!("In the channel's settings, Permissions, add sitrep's role and switch on {permission}");
        match need {
            Need::Incidents => Finding::problem(what, remedy),
            Need::Comfort | Need::Meetings => Finding::warning(what, remedy),
        }
    };
    lacks.iter().map(lack).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sitrep_core::port::Level;

    use super::super::server::tests::server;
    use super::*;
    use crate::permissions::sum;

    fn found(allow: u64, deny: u64, hears_commands: bool) -> Vec<String> {
        let overwrite = json!({ "id": "9", "type": 1, "allow": allow.to_string(), "deny": deny.to_string() });
        let channels = json!([{ "id": "5", "type": 0, "name": "ops", "permission_overwrites": [overwrite] }]);
        let server = server(0, sum(false), channels);
        of_room(&server, "ops", &server.channels[0], hears_commands).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_missing_in_a_room_is_said() {
        assert_eq!(
            found(0, 0, true),
            ["ok Room ops: sitrep sees it, reads, speaks, mentions, pins, begins threads."]
        );
        assert_eq!(found(0, PIN_MESSAGES, false), ["ok Room ops: sitrep sees it, reads, speaks, mentions."]);
        let unseen = found(0, VIEW_CHANNEL, true);
        assert!(unseen.len() == 1 && unseen[0].starts_with("problem Room ops: sitrep may not see it"));
        let poor = found(0, SEND_MESSAGES | PIN_MESSAGES, true);
        assert!(poor[0].starts_with("problem Room ops: sitrep lacks Send Messages there"), "{poor:?}");
        assert!(poor[1].starts_with("warning Room ops: sitrep lacks Pin Messages there"), "{poor:?}");
        let threads = CREATE_PUBLIC_THREADS | SEND_MESSAGES_IN_THREADS;
        assert_eq!(found(0, threads, false).len(), 1, "no thread is begun there");
        let threadless = found(0, threads, true);
        for (finding, name) in threadless.iter().zip(["Send Messages in Threads", "Create Public Threads"]) {
            assert!(
                finding.starts_with(&format!("warning Room ops: sitrep lacks {name} there")),
                "{finding}"
            );
        }
        assert_eq!(threadless.len(), 2);
    }

    #[test]
    fn levels_are_those_of_the_table() {
        let levels: Vec<Level> = NEEDED
            .iter()
            .filter(|it| it.bit & (VIEW_CHANNEL | SEND_MESSAGES | READ_MESSAGE_HISTORY | EMBED_LINKS) != 0)
            .map(|it| if it.need == Need::Incidents { Level::Problem } else { Level::Warning })
            .collect();
        assert_eq!(levels, [Level::Problem; 4]);
    }
}
