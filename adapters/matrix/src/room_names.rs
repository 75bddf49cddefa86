//! Which room each configured name means.
//!
//! A name is looked up in the room directory, which may be slow, in trouble, or on a server that is down. What a name
//! meant is remembered on disk, so that a restart at such a moment doesn't turn a configured room into any other one,
//! in which commands aren't heard. Nothing is remembered of names that the configuration no longer has.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

use matrix_sdk::ruma::{OwnedRoomId, RoomId};

use crate::state_file;

const FILE: &str = "rooms.json";

/// The configured names.
pub(crate) struct RoomNames {
    configured: Vec<String>,
    state_dir: PathBuf,
    meanings: RwLock<BTreeMap<String, Meaning>>,
}

/// What is known of a name.
#[derive(Default)]
struct Meaning {
    /// The room that it means, or meant when it was last looked up.
    room: Option<OwnedRoomId>,
    /// It was looked up since the start.
    is_fresh: bool,
    /// The directory has said plainly that there is no such room for us.
    is_refused: bool,
}

impl RoomNames {
    /// The configured names, with what is remembered of them.
    pub(crate) fn new(configured: &[String], state_dir: &Path) -> Self {
        let remembered = state_file::read::<BTreeMap<String, OwnedRoomId>>(state_dir, FILE);
        let mut remembered = remembered.unwrap_or_else(|error| {
            tracing::warn!(
                "What rooms the configured names mean can't be read ({error}): it is asked again."
            );
            None
        });
        let meanings = configured.iter().map(|name| {
            let meaning = match RoomId::parse(name) {
                Ok(id) => Meaning { room: Some(id), is_fresh: true, is_refused: false },
                Err(_) => Meaning {
                    room: remembered.as_mut().and_then(|remembered| remembered.remove(name)),
                    ..Meaning::default()
                },
            };
            (name.clone(), meaning)
        });
        Self {
            configured: configured.to_vec(),
            state_dir: state_dir.to_owned(),
            meanings: RwLock::new(meanings.collect()),
        }
    }

    /// The names, in configured order.
    pub(crate) fn configured(&self) -> &[String] {
        &self.configured
    }

    /// The room that a name means, or meant.
    pub(crate) fn id_of(&self, name: &str) -> Option<OwnedRoomId> {
        self.meanings().get(name)?.room.clone()
    }

    /// The room that a name means, if it was looked up since the start.
    pub(crate) fn fresh_id_of(&self, name: &str) -> Option<OwnedRoomId> {
        self.meanings().get(name).filter(|meaning| meaning.is_fresh)?.room.clone()
    }

    /// The name of a room with these aliases. Aliases, which a room gives itself, only count for a name of which
    /// nothing is known.
    pub(crate) fn name_of(&self, id: &RoomId, aliases: &[String]) -> Option<String> {
        let meanings = self.meanings();
        let means =
            |name: &String| meanings.get(name).and_then(|meaning| meaning.room.as_deref()) == Some(id);
        let may_mean = |name: &String| {
            aliases.contains(name) && meanings.get(name).is_some_and(|meaning| meaning.room.is_none())
        };
        // In configured order, so that a room with two names always has the same one.
        let name = self.configured.iter().find(|name| means(name));
        name.or_else(|| self.configured.iter().find(|name| may_mean(name))).cloned()
    }

    /// A name that may mean any room: it could not be looked up, and was never before.
    pub(crate) fn in_doubt(&self) -> Option<String> {
        let meanings = self.meanings();
        let in_doubt = |name: &&String| {
            meanings.get(*name).is_some_and(|meaning| meaning.room.is_none() && !meaning.is_refused)
        };
        self.configured.iter().find(in_doubt).cloned()
    }

    /// A name was looked up.
    pub(crate) fn learn(&self, name: &str, id: &RoomId) {
        let mut meanings = self.meanings.write().unwrap_or_else(PoisonError::into_inner);
        let Some(meaning) = meanings.get_mut(name) else { return };
        let is_news = meaning.room.as_deref() != Some(id);
        *meaning = Meaning { room: Some(id.to_owned()), is_fresh: true, is_refused: false };
        if !is_news {
            return;
        }
        let ids = meanings.iter().filter_map(|(name, meaning)| Some((name, meaning.room.as_ref()?)));
        let ids: BTreeMap<&String, &OwnedRoomId> = ids.collect();
        if let Err(error) = state_file::write(&self.state_dir, FILE, &ids) {
            tracing::warn!(
                "Which room {name} means can't be kept ({error}): it is asked again at every start."
            );
        }
    }

    /// The directory knows no such room, or none for us.
    pub(crate) fn refuse(&self, name: &str) {
        let mut meanings = self.meanings.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(meaning) = meanings.get_mut(name) {
            meaning.is_refused = true;
        }
    }

    fn meanings(&self) -> RwLockReadGuard<'_, BTreeMap<String, Meaning>> {
        self.meanings.read().unwrap_or_else(PoisonError::into_inner)
    }
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
        RoomNames::new(&configured, folder)
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
