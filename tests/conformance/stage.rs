//! A platform with the people of a script on it, behind one set of words for all platforms.
//!
//! - Rooms and people go by the names that the script has for them, messages by their place in the room as it is read.
//! - A platform's own way of doing a thing is its own affair: pressing a sign is a reaction here and a button there.

use std::collections::BTreeSet;

use crate::support::Failed;
use crate::support::sitrep::Sitrep;

use super::expected::Expected;
use super::view::{Room, View};

/// One platform.
pub(super) trait Stage {
    /// What people call it.
    fn platform(&self) -> &'static str;

    /// The service in front of it, ready.
    fn sitrep(&self) -> Result<Sitrep, Failed>;

    /// Somebody comes into a room, if they are not in it: the one between them and sitrep goes by their own name.
    fn enter(&mut self, person: &str, room: &str) -> Result<(), Failed>;

    fn say(&mut self, person: &str, room: &str, text: &str) -> Result<(), Failed>;

    /// Somebody says something in the thread under the message at a place. `text` is how the script has it.
    fn say_in_thread(
        &mut self,
        person: &str,
        room: &str,
        place_and_words: (usize, &str),
        text: &str,
    ) -> Result<(), Failed>;

    fn edit(&mut self, person: &str, room: &str, place: usize, text: &str) -> Result<(), Failed>;

    fn take_back(&mut self, person: &str, room: &str, place: usize) -> Result<(), Failed>;

    fn press(&mut self, person: &str, room: &str, place: usize, key: &str) -> Result<(), Failed>;

    /// Somebody takes their sign off a message again.
    fn unpress(&mut self, person: &str, room: &str, place: usize, key: &str) -> Result<(), Failed>;

    /// Somebody removes sitrep from a room.
    fn remove_sitrep(&mut self, person: &str, room: &str) -> Result<(), Failed>;

    /// Somebody asks sitrep into a room again, and it comes.
    fn invite_sitrep(&mut self, person: &str, room: &str) -> Result<(), Failed>;

    /// What is expected, less what this platform has no trace of.
    fn as_shown_here(&self, expected: &View) -> View {
        expected.clone()
    }

    /// Whoever is expected in a room that isn't known yet looks for it.
    fn look_for_rooms(&mut self, expected: &View) -> Result<(), Failed>;

    /// What a room looks like to somebody who is in it from the start; `None` while there is no such room.
    fn look(&self, room: &str) -> Result<Option<Room>, Failed>;

    /// Says so if there is a room that nobody expects.
    fn has_no_other_room(&self) -> Result<(), Failed>;

    /// Everybody who is not in an incident's room tries to get in: nobody does where it is private.
    fn outsiders_come_in_where_it_is_public(&self, expected: &Expected) -> Result<(), Failed>;
}

/// People whom scripts name without letting them speak, and an outsider.
const OTHERS: [&str; 4] = ["alice", "bob", "carol", "mallory"];

/// Whoever is in the configured rooms from the start, and so reads in them.
pub(super) const HOST: &str = "alice";

/// Everybody who has to be there when these people speak.
pub(super) fn cast<'a>(speakers: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    speakers.iter().copied().chain(OTHERS).collect()
}
