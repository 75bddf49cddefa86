//! Which room each configured name means.
//!
//! A name is looked up in the room directory, which may be slow, in trouble, or on a server that is down. What a name
//! meant is remembered on disk, so that a restart at such a moment doesn't turn a configured room into any other one,
//! in which commands aren't heard. Nothing is remembered of names that the configuration no longer has.
//!
//! A name is looked up again every few minutes, because an address can be given to another room, and a room that was
//! upgraded is replaced by another one, whatever the directory says: see `successor.rs`. What was said in a room
//! before it was upgraded was said under the same name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockReadGuard},
    time::{Duration, Instant},
};

use matrix_sdk::ruma::{OwnedRoomId, RoomId};
use serde::de::DeserializeOwned;

use crate::state_file;

const FILE: &str = "rooms.json";
const SUCCESSORS_FILE: &str = "successors.json";

/// The configured names.
pub(crate) struct RoomNames {
    configured: Vec<String>,
    state_dir: PathBuf,
    look_up_every: Duration,
    known: RwLock<Known>,
}

/// What is known of all names.
struct Known {
    meanings: BTreeMap<String, Meaning>,
    /// Rooms that were upgraded, each with the one that replaces it.
    successors: BTreeMap<OwnedRoomId, OwnedRoomId>,
}

/// What is known of a name.
#[derive(Default)]
struct Meaning {
    /// The room that it means, or meant when it was last looked up, before any upgrade.
    room: Option<OwnedRoomId>,
    /// When it was looked up, successfully, since the start.
    learned_at: Option<Instant>,
    /// The directory has said plainly that there is no such room for us.
    is_refused: bool,
}

impl Known {
    /// What has become of a room.
    fn latest<'a>(&'a self, mut room: &'a RoomId) -> &'a RoomId {
        // No circle is ever learned.
        while let Some(next) = self.successors.get(room) {
            room = next;
        }
        room
    }

    /// Whether one room has become the other.
    fn leads_to<'a>(&'a self, mut room: &'a RoomId, to: &RoomId) -> bool {
        while room != to {
            let Some(next) = self.successors.get(room) else { return false };
            room = next;
        }
        true
    }

    /// The room that a name means.
    fn room(&self, name: &str) -> Option<&RoomId> {
        self.meanings.get(name)?.room.as_deref().map(|room| self.latest(room))
    }
}

impl RoomNames {
    /// The configured names, with what is remembered of them.
    pub(crate) fn new(configured: &[String], state_dir: &Path, look_up_every: Duration) -> Self {
        let mut remembered: BTreeMap<String, OwnedRoomId> = recall(state_dir, FILE);
        let meanings = configured.iter().map(|name| {
            let room = RoomId::parse(name).ok().or_else(|| remembered.remove(name));
            (name.clone(), Meaning { room, ..Meaning::default() })
        });
        let mut known = Known { meanings: meanings.collect(), successors: BTreeMap::new() };
        let mut upgrades: BTreeMap<OwnedRoomId, OwnedRoomId> = recall(state_dir, SUCCESSORS_FILE);
        let rooms: Vec<OwnedRoomId> =
            known.meanings.values().filter_map(|meaning| meaning.room.clone()).collect();
        for mut room in rooms {
            while let Some(next) = upgrades.remove(&room) {
                known.successors.insert(std::mem::replace(&mut room, next.clone()), next);
            }
        }
        Self {
            configured: configured.to_vec(),
            state_dir: state_dir.to_owned(),
            look_up_every,
            known: RwLock::new(known),
        }
    }

    /// The names, in configured order.
    pub(crate) fn configured(&self) -> &[String] {
        &self.configured
    }

    /// The room that a name means, or meant.
    pub(crate) fn id_of(&self, name: &str) -> Option<OwnedRoomId> {
        self.known().room(name).map(ToOwned::to_owned)
    }

    /// The room that a name means, if that needs no looking up now.
    pub(crate) fn fresh_id_of(&self, name: &str) -> Option<OwnedRoomId> {
        let known = self.known();
        let learned_at = known.meanings.get(name)?.learned_at;
        let is_fresh = learned_at.is_some_and(|at| at.elapsed() < self.look_up_every);
        known.room(name).filter(|_| is_fresh || RoomId::parse(name).is_ok()).map(ToOwned::to_owned)
    }

    /// Whether a name was looked up, successfully, since the start.
    pub(crate) fn was_looked_up(&self, name: &str) -> bool {
        self.known().meanings.get(name).is_some_and(|meaning| meaning.learned_at.is_some())
    }

    /// The name of a room with these aliases. Aliases, which a room gives itself, only count for a name of which
    /// nothing is known.
    pub(crate) fn name_of(&self, id: &RoomId, aliases: &[String]) -> Option<String> {
        let known = self.known();
        let now = known.latest(id);
        let means = |name: &String| known.room(name) == Some(now);
        let may_mean = |name: &String| {
            aliases.contains(name) && known.meanings.get(name).is_some_and(|meaning| meaning.room.is_none())
        };
        // In configured order, so that a room with two names always has the same one.
        let name = self.configured.iter().find(|name| means(name));
        name.or_else(|| self.configured.iter().find(|name| may_mean(name))).cloned()
    }

    /// A name that may mean any room: it could not be looked up, and was never before.
    pub(crate) fn in_doubt(&self) -> Option<String> {
        let known = self.known();
        let in_doubt = |name: &&String| {
            known.meanings.get(*name).is_some_and(|meaning| meaning.room.is_none() && !meaning.is_refused)
        };
        self.configured.iter().find(in_doubt).cloned()
    }

    /// A name was looked up. Returns the room that it meant before, if that was another one.
    pub(crate) fn learn(&self, name: &str, id: &RoomId) -> Option<OwnedRoomId> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.room(name).map(ToOwned::to_owned);
        let meaning = known.meanings.get_mut(name)?;
        let is_news = meaning.room.as_deref() != Some(id);
        *meaning = Meaning { room: Some(id.to_owned()), learned_at: Some(Instant::now()), is_refused: false };
        if is_news {
            let ids =
                known.meanings.iter().filter_map(|(name, meaning)| Some((name, meaning.room.as_ref()?)));
            let ids: BTreeMap<&String, &OwnedRoomId> = ids.collect();
            if let Err(error) = state_file::write(&self.state_dir, FILE, &ids) {
                tracing::warn!(
                    "Which room {name} means can't be kept ({error}): it is asked again at every start."
                );
            }
        }
        before.filter(|before| known.room(name) != Some(before))
    }

    /// A room was replaced by another. `true` if that is news, and the configuration means it.
    pub(crate) fn succeed(&self, room: &RoomId, replacement: &RoomId) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_configured = self.configured.iter().any(|name| known.room(name) == Some(known.latest(room)));
        let is_known = known.successors.get(room).is_some_and(|known| known == replacement);
        if !is_configured || is_known || known.leads_to(replacement, room) {
            return false;
        }
        known.successors.insert(room.to_owned(), replacement.to_owned());
        if let Err(error) = state_file::write(&self.state_dir, SUCCESSORS_FILE, &known.successors) {
            tracing::warn!("That {room} was upgraded can't be kept ({error}): it is looked at again.");
        }
        true
    }

    /// The directory knows no such room, or none for us.
    pub(crate) fn refuse(&self, name: &str) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(meaning) = known.meanings.get_mut(name) {
            meaning.is_refused = true;
        }
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is remembered. What can't be read is found out anew.
fn recall<T: DeserializeOwned + Default>(state_dir: &Path, file: &str) -> T {
    let remembered = state_file::read(state_dir, file).unwrap_or_else(|error| {
        tracing::warn!("What rooms the configured names mean can't be read ({error}): it is asked again.");
        None
    });
    remembered.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use matrix_sdk::ruma::room_id;

    use super::*;

    const OPS: &str = "#ops:example.org";
    const DEV: &str = "#dev:example.org";

    fn names(folder: &Path, configured: &[&str]) -> RoomNames {
        let configured: Vec<String> = configured.iter().map(|name| (*name).to_owned()).collect();
        RoomNames::new(&configured, folder, Duration::from_secs(60))
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("sitrep-{name}-{}", std::process::id()));
        state_file::make_private(&folder).unwrap();
        folder
    }

    #[test]
    fn meanings_outlive_a_restart() {
        let folder = folder("names");
        let (id, other) = (room_id!("!ops"), room_id!("!other"));
        let before = names(&folder, &[OPS, DEV]);
        assert_eq!(before.id_of(OPS), None);
        before.learn(OPS, id);
        before.learn(DEV, other);
        let after = names(&folder, &[OPS]);
        assert_eq!((after.id_of(OPS).as_deref(), after.fresh_id_of(OPS)), (Some(id), None));
        assert_eq!((after.name_of(id, &[]).as_deref(), after.name_of(other, &[])), (Some(OPS), None));
        assert_eq!(after.in_doubt(), None);
        // The address leads elsewhere now.
        after.learn(OPS, other);
        assert_eq!(after.name_of(id, &[]), None);
        let again = names(&folder, &[OPS, DEV]);
        assert_eq!(
            (again.id_of(OPS).as_deref(), again.id_of(DEV)),
            (Some(other), None),
            "what is configured"
        );
        fs::write(folder.join(FILE), "{").unwrap();
        assert_eq!(names(&folder, &[OPS]).id_of(OPS), None);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn upgraded_rooms_keep_their_names() {
        let folder = folder("upgrades");
        let (first, second, third) = (room_id!("!first"), room_id!("!second"), room_id!("!third"));
        let before = names(&folder, &[OPS, "!first"]);
        before.learn(OPS, first);
        assert!(!before.succeed(third, second), "nobody means it");
        assert!(before.succeed(first, second) && before.succeed(second, third));
        assert!(!before.succeed(first, second), "no news");
        assert!(!before.succeed(third, first) && !before.succeed(second, first), "no circle");
        let after = names(&folder, &["!first", OPS]);
        for names in [&before, &after] {
            for name in [OPS, "!first"] {
                assert_eq!(names.id_of(name).as_deref(), Some(third), "{name}");
            }
            for room in [first, second, third] {
                assert_eq!(names.name_of(room, &[]).as_ref(), names.configured().first(), "{room}");
            }
        }
        // The directory may know of the upgrade or not.
        assert_eq!(after.learn(OPS, first), None);
        assert_eq!(after.learn(OPS, third), None);
        assert_eq!(after.learn(OPS, room_id!("!other")).as_deref(), Some(third));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn names_are_looked_up_again() {
        let folder = folder("fresh");
        let configured = [OPS.to_owned(), "!first".to_owned()];
        let names = RoomNames::new(&configured, &folder, Duration::ZERO);
        names.learn(OPS, room_id!("!first"));
        assert!(names.was_looked_up(OPS) && names.fresh_id_of(OPS).is_none());
        assert_eq!(
            names.fresh_id_of("!first").as_deref(),
            Some(room_id!("!first")),
            "an id stays what it is"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_room_may_call_itself_what_nobody_knows() {
        let folder = folder("aliases");
        let (id, other) = (room_id!("!ops"), room_id!("!other"));
        let names = names(&folder, &[OPS, DEV, "!third"]);
        let calls_itself_ops = [OPS.to_owned()];
        assert_eq!(names.name_of(other, &calls_itself_ops).as_deref(), Some(OPS));
        assert_eq!(names.name_of(room_id!("!third"), &[]).as_deref(), Some("!third"));
        assert_eq!(names.in_doubt().as_deref(), Some(OPS));
        names.learn(OPS, id);
        assert_eq!(names.name_of(other, &calls_itself_ops), None);
        assert_eq!(names.in_doubt().as_deref(), Some(DEV));
        names.refuse(DEV);
        assert_eq!(names.in_doubt(), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
