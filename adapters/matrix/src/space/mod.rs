//! The space that the rooms of public incidents are put in.
//!
//! - One that the configuration names by address is used; one that it gives a name is made, once, and found again by
//!   an address made of the account's name (`home.rs`).
//! - **Nothing waits for it.** A room is made with its place in the space already written into it, and the space is
//!   told later, in a chore that goes on beside everything else (`rooms.rs`). Killed in between, the chore finds what
//!   is left to do in the rooms themselves. A space in trouble costs nobody an incident.
//! - A room that is archived leaves it (`archived.rs`), and comes back when it is restored.
//! - **Its members may enter the rooms in it unasked**, so who gets in matters as much as for a room: into a space of
//!   our own we alone ask people, and only those who may command (`people.rs`). One that everybody can enter opens no
//!   room, unless everybody may command. A private incident is in no space.

mod archived;
mod home;
mod people;
mod rooms;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use matrix_sdk::ruma::{OwnedRoomId, OwnedUserId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use sitrep_core::{person::Person, port::Finding};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

pub(crate) use archived::{Place, places, put_back, take_out};
pub(crate) use rooms::parent;

use crate::{account::Account, complaint::Complaint, settings::MatrixSettings, state_file};

const FILE: &str = "space.json";

/// How often it is looked whether something is to be done.
const PASS_EVERY: Duration = Duration::from_secs(60);

/// After a start, rooms that were made just before it are known by then.
const SECOND_PASS_AFTER: Duration = Duration::from_secs(5);

/// What is to be done at once is done a little later: an incident that opens has the homeserver to itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// A pass is several requests to a slow homeserver.
const PASS_DEADLINE: Duration = Duration::from_secs(120);

/// How many passes there are from one look at all rooms to the next.
const PASSES_A_LOOK: u32 = 60;

/// The space, as far as it is known.
pub(crate) struct Space {
    is_wanted: bool,
    known: Mutex<Known>,
    wake: Notify,
    /// Held while something is done about it.
    at_work: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    home: Option<Home>,
    /// What was last said to be wrong.
    said: Option<Complaint>,
    /// Rooms that the space may not know of.
    rooms: BTreeSet<OwnedRoomId>,
    /// Rooms that were taken out since the start. What the SDK knows of them may be older.
    left_out: BTreeSet<OwnedRoomId>,
    /// People who may not have been asked in.
    people: BTreeSet<OwnedUserId>,
    /// When people were last asked into any room.
    busy_at: Option<Instant>,
}

/// A space that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Home {
    /// What the configuration calls it.
    configured: String,
    pub(crate) id: OwnedRoomId,
    /// We have made it.
    is_ours: bool,
    /// Whether its members may enter the rooms in it unasked.
    pub(crate) opens_rooms: bool,
}

impl Space {
    pub(crate) fn new(settings: &MatrixSettings) -> Self {
        let mut known = Known::default();
        if let Some(wanted) = &settings.space {
            let remembered: Option<Home> = state_file::read(&settings.state_dir, FILE).ok().flatten();
            // Who may enter a space of others may have changed meanwhile: it opens nothing until it was looked at.
            let known_home = remembered.filter(|home| home.configured == wanted.space);
            known.home =
                known_home.map(|home| Home { opens_rooms: home.opens_rooms && home.is_ours, ..home });
            known.people = wanted.people.iter().filter_map(|user| UserId::parse(user).ok()).collect();
        }
        Self {
            is_wanted: settings.space.is_some(),
            known: Mutex::new(known),
            wake: Notify::new(),
            at_work: tokio::sync::Mutex::default(),
        }
    }

    /// Where the rooms of public incidents belong, if that is known.
    pub(crate) fn home(&self) -> Option<Home> {
        self.known().home.clone()
    }

    /// A public incident's room was made.
    pub(crate) fn put(&self, room: &RoomId) {
        if self.is_wanted {
            self.known().rooms.insert(room.to_owned());
            self.wake.notify_one();
        }
    }

    /// A room belongs into no space any more.
    fn leave_out(&self, room: &RoomId) {
        let mut known = self.known();
        known.rooms.remove(room);
        known.left_out.insert(room.to_owned());
    }

    /// A room that was left out belongs in again.
    fn take_in(&self, room: &RoomId) {
        self.known().left_out.remove(room);
    }

    /// People were asked into a room. They have been busy with the homeserver's limits, and belong into the space.
    pub(crate) fn meet(&self, settings: &MatrixSettings, people: &[Person]) {
        let mut known = self.known();
        known.busy_at = Some(Instant::now());
        if self.is_wanted {
            let allowed = people.iter().filter(|person| (settings.allow)(&person.handle));
            known.people.extend(allowed.filter_map(|person| UserId::parse(&person.handle).ok()));
        }
    }

    /// Looks for the space, and says what is wrong with it when that changes.
    async fn settle(&self, account: &Account, configured: &str) -> Result<Home, Complaint> {
        let found = home::find_or_make(account, configured, self.home()).await;
        let mut known = self.known();
        match &found {
            Ok(home) => {
                known.said = None;
                if known.home.as_ref() != Some(home) {
                    known.home = Some(home.clone());
                    if let Err(error) = state_file::write(&account.settings.state_dir, FILE, home) {
                        tracing::warn!(
                            "Which space {configured} is can't be kept ({error}): it is looked for again."
                        );
                    }
                }
            }
            Err(complaint) => {
                if known.said.as_ref() != Some(complaint) {
                    tracing::warn!("{complaint}");
                    known.said = Some(complaint.clone());
                }
                if complaint.is_final() {
                    known.home = None;
                }
            }
        }
        found
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the space. Runs until it is dropped.
pub(crate) async fn keep(account: Arc<Account>) {
    let Some(wanted) = account.settings.space.as_ref() else { return };
    let mut passes: u32 = 0;
    loop {
        let looks_at_all = passes % PASSES_A_LOOK == 1;
        if timeout(PASS_DEADLINE, pass(&account, &wanted.space, looks_at_all)).await.is_err() {
            tracing::debug!("Nothing could be done about the space in time.");
        }
        passes = passes.wrapping_add(1);
        let pause = if passes == 1 { SECOND_PASS_AFTER } else { PASS_EVERY };
        tokio::select! {
            () = sleep(pause) => {}
            () = account.space.wake.notified() => sleep(PATIENCE).await,
        }
    }
}

async fn pass(account: &Account, configured: &str, looks_at_all: bool) {
    let space = &account.space;
    let _at_work = space.at_work.lock().await;
    let Ok(home) = space.settle(account, configured).await else { return };
    if looks_at_all {
        let left = rooms::left_out(account, &home).await;
        let mut known = space.known();
        let left: Vec<_> = left.into_iter().filter(|room| !known.left_out.contains(room)).collect();
        known.rooms.extend(left);
    }
    rooms::tell(account, &home).await;
    if home.is_ours {
        people::ask_one_in(account, &home).await;
    }
}

/// What the doctor says about it.
pub(crate) async fn check(account: &Account) -> Vec<Finding> {
    let Some(wanted) = &account.settings.space else { return Vec::new() };
    let _at_work = account.space.at_work.lock().await;
    vec![match account.space.settle(account, &wanted.space).await {
        Ok(home) if home.opens_rooms => {
            let what = "sitrep can put rooms into it, and its members may enter them";
            Finding::ok(format!("Space {}: {what}", wanted.space))
        }
        Ok(_) => Finding::warning(
            format!("Space {}: anybody can enter it, so its members enter no room unasked", wanted.space),
            "Make the space one that people are invited into, or let everybody command with allow = [\"*\"]",
        ),
        Err(complaint) => complaint.warning(),
    }]
}
