//! Who comes into an incident's room unasked: on Matrix as on the console, anybody where it is public, nobody where it
//! is private.

use std::collections::BTreeSet;

use crate::support::Failed;
use crate::support::http::encoded;
use crate::support::person::Person;

use super::super::expected::Expected;
use super::{Matrix, can_enter};

/// The rooms in whose sight everything public is declared: where people talk, and where reports are.
const OPEN: [&str; 2] = ["ops", "support"];

/// Everybody on the stage who is not in an incident's room tries to get in.
pub(super) fn comes_in_where_it_is_public(stage: &Matrix, expected: &Expected) -> Result<(), Failed> {
    for (name, room) in expected.end()? {
        let Some(made) = &room.made else { continue };
        let id = stage.room_id(name)?;
        let outsiders = outsiders(stage, &made.members);
        if outsiders.is_empty() {
            return Err(format!("nobody is outside #{name}, so nothing is tried").into());
        }
        for (outsider, person) in outsiders {
            if expected.private.contains(name) {
                if let Some(way) = way_in(stage, person, id)? {
                    return Err(format!("{outsider} is not asked into #{name}, and {way}").into());
                }
            } else {
                for room in OPEN {
                    person.join(stage.room_id(room)?)?;
                }
                if !can_enter(person, id)? {
                    return Err(format!("{outsider} can't come into #{name}, which is public").into());
                }
            }
        }
    }
    Ok(())
}

fn outsiders<'a>(stage: &'a Matrix, members: &BTreeSet<String>) -> Vec<(&'a str, &'a Person)> {
    stage.workspace.people().filter(|(name, _)| !members.contains(*name)).collect()
}

/// How somebody gets anything out of a room, knowing its id; `None` if there is no way.
fn way_in(stage: &Matrix, person: &Person, room: &str) -> Result<Option<String>, Failed> {
    if stage.workspace.is_listed(person, room)? {
        return Ok(Some("finds it in the server's list".to_owned()));
    }
    if can_enter(person, room)? {
        return Ok(Some("enters it".to_owned()));
    }
    let inside = format!("/_matrix/client/v3/rooms/{}", encoded(room));
    for what in ["messages?dir=b&limit=10", "state", "state/m.room.name", "members", "aliases"] {
        if person.api.ask("GET", &format!("{inside}/{what}"), None)?.succeeded() {
            return Ok(Some(format!("reads its {what}")));
        }
    }
    Ok(None)
}
