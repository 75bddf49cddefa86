//! The category that incident rooms are put in, and how many channels the server can still have.

use sitrep_core::port::Finding;

use super::server::{CATEGORY, Channel, Server};
use crate::{
    account::Account,
    permissions::{MANAGE_CHANNELS, MANAGE_ROLES, NEEDED, Permission, VIEW_CHANNEL},
};

/// Discord's limits for the channels of a server, categories among them, and of a category.
const MOST_CHANNELS: usize = 500;
const MOST_IN_CATEGORY: usize = 50;
/// So many left are worth knowing in time.
const FEW_LEFT: usize = 50;

pub(super) fn check(account: &Account, server: &Server) -> Vec<Finding> {
    vec![category(account, server), room_left(server.channels.len())]
}

fn category(account: &Account, server: &Server) -> Finding {
    let name = &account.settings.category;
    let ours: Vec<&Channel> = {
        let guild = account.guild();
        let is_ours = |it: &&Channel| it.kind == CATEGORY && guild.is_our_category(it.id, name);
        server.channels.iter().filter(is_ours).collect()
    };
    of_categories(server, name, &ours)
}

fn of_categories(server: &Server, name: &str, ours: &[&Channel]) -> Finding {
    if ours.is_empty() {
        return Finding::ok(format!("Category {name}: it is made with the first incident"));
    }
    for category in ours {
        let power = server.power_in(category);
        let wanted = VIEW_CHANNEL | MANAGE_CHANNELS | MANAGE_ROLES;
        let lacks = NEEDED.iter().find(|it| wanted & it.bit != 0 && power & it.bit == 0);
        if let Some(Permission { name: permission, .. }) = lacks {
            return Finding::problem(
                format!("Category {}: sitrep lacks {permission} there", category.name),
                format!(
                    "In the category's settings, Permissions, add sitrep's role and switch on {permission}"
                ),
            );
        }
    }
    let held = server.channels.iter().filter(|it| ours.iter().any(|ours| it.parent_id == Some(ours.id)));
    let (held, room) = (held.count(), ours.len() * MOST_IN_CATEGORY);
    let next = if held >= room { "; another one is made with the next incident" } else { "" };
    let count = if ours.len() == 1 { String::new() } else { format!(" in {} categories", ours.len()) };
    Finding::ok(format!("Category {name}: {held} of {room} channels{count}{next}"))
}

fn room_left(channels: usize) -> Finding {
    let what = format!("Channels: the server has {channels} of the {MOST_CHANNELS} that Discord allows");
    match MOST_CHANNELS.saturating_sub(channels) {
        0 => Finding::problem(
            format!("{what}, so that incidents have to run in threads, and private ones are refused"),
            "Delete channels that nobody needs any more",
        ),
        1..=FEW_LEFT => {
            Finding::warning(what, "Delete channels that nobody needs any more, before it is full")
        }
        _ => Finding::ok(what),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sitrep_core::port::Level;

    use super::super::server::tests::server;
    use super::*;
    use crate::permissions::sum;

    fn with(held: usize, overwrites: &Value) -> Finding {
        let category =
            json!({ "id": "50", "type": 4, "name": "Incidents", "permission_overwrites": overwrites });
        let room = |id: usize| json!({ "id": (100 + id).to_string(), "type": 0, "parent_id": "50" });
        let channels: Vec<Value> = (0..held).map(room).chain([category]).collect();
        let server = server(0, sum(false), json!(channels));
        let ours: Vec<&Channel> = server.channels.iter().filter(|it| it.kind == CATEGORY).collect();
        of_categories(&server, "Incidents", &ours)
    }

    #[test]
    fn how_full_a_category_is() {
        assert_eq!(with(12, &json!([])).what, "Category Incidents: 12 of 50 channels");
        assert!(with(50, &json!([])).what.ends_with("another one is made with the next incident"));
        let shut = json!([{ "id": "2", "type": 0, "allow": "0", "deny": MANAGE_CHANNELS.to_string() }]);
        let found = with(1, &shut);
        assert!(found.level == Level::Problem && found.what.contains("lacks Manage Channels"), "{found}");
        let none = of_categories(&server(0, 0, json!([])), "Incidents", &[]);
        assert_eq!((none.level, none.what.ends_with("with the first incident")), (Level::Ok, true));
    }

    #[test]
    fn a_server_that_fills_up_is_told_in_time() {
        for (channels, level) in
            [(3, Level::Ok), (449, Level::Ok), (450, Level::Warning), (500, Level::Problem)]
        {
            assert_eq!(room_left(channels).level, level, "{channels}");
        }
    }
}
