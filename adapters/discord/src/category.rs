//! The category that incident rooms are put in.
//!
//! It is made if it is missing, and found again by its name. A category holds fifty channels: the next ones go into
//! `Incidents 2`, and so on; archived ones into `Incidents archive`, `Incidents archive 2`. Categories have no overwrites of ours: each room has its own.

use serde_json::json;
use serenity::all::{ChannelId, ChannelType};

use crate::{
    account::Account, channels, failure::Failure, guild::Guild, raw::kind, render::shortened,
    settings::DiscordSettings,
};

/// What follows the name of a category where its archived rooms are.
const ARCHIVE: &str = " archive";

/// How many channels a category may hold.
const ROOM: usize = 50;

/// What is known of our categories.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// There is room in this one.
    Room(ChannelId),
    /// All are full, and this is what the next is called.
    Next(String),
}

/// What categories of ours are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// The rooms of incidents.
    Rooms,
    /// Those that are archived.
    Archive,
}

/// A category with room in it.
pub(crate) async fn with_room_on(account: &Account, shelf: Shelf) -> Result<ChannelId, Failure> {
    let _making = account.doing.making.lock().await;
    if account.doing.is_unsure() {
        channels::all(account).await?;
    }
    let standing = {
        let guild = account.guild();
        standing(&guild, (&account.settings, shelf), |id, count| account.doing.is_full(id, count))
    };
    match standing {
        Standing::Room(id) => Ok(id),
        Standing::Next(name) => {
            channels::make(account, json!({ "name": name, "type": kind::CATEGORY })).await
        }
    }
}

/// Whether a category is one of these.
pub(crate) fn is_on(account: &Account, category: Option<ChannelId>, shelf: Shelf) -> bool {
    let guild = account.guild();
    category.is_some_and(|id| place(&guild, id, (&account.settings.category, shelf)).is_some())
}

/// Discord takes no more channels into this category.
pub(crate) async fn refused(account: &Account, category: ChannelId) -> Result<(), Failure> {
    // It may be gone, or be fuller than we know.
    channels::all(account).await?;
    let count = children(&account.guild(), category);
    account.doing.note_full(category, count);
    Ok(())
}

fn standing(
    guild: &Guild,
    (settings, shelf): (&DiscordSettings, Shelf),
    is_full: impl Fn(ChannelId, usize) -> bool,
) -> Standing {
    let name = name(guild, (&settings.category, shelf));
    let place = |id| place(guild, id, (&settings.category, shelf));
    let ours = guild.channels.keys().filter_map(|id| Some((place(*id)?, *id)));
    let mut ours: Vec<(u32, ChannelId)> = ours.collect();
    ours.sort_unstable();
    let has_room = |id: ChannelId| {
        let count = children(guild, id);
        count < ROOM && !is_full(id, count)
    };
    match ours.iter().find(|(_, id)| has_room(*id)) {
        Some((_, id)) => Standing::Room(*id),
        None => Standing::Next(match ours.last() {
            Some((last, _)) => format!("{name} {}", last + 1),
            None => name,
        }),
    }
}

impl Guild {
    /// Whether a category is one that incident rooms are put in: the configured one, or one that took its overflow.
    pub(crate) fn is_our_category(&self, id: ChannelId, configured: &str) -> bool {
        place(self, id, (configured, Shelf::Rooms)).is_some()
    }
}

/// Which of our categories it is, if it is one: the configured one is the first.
fn place(guild: &Guild, id: ChannelId, (configured, shelf): (&str, Shelf)) -> Option<u32> {
    let channel = guild.channels.get(&id).filter(|channel| channel.kind == ChannelType::Category)?;
    let name = name(guild, (configured, shelf));
    let is_configured = shelf == Shelf::Rooms && id.to_string() == configured;
    if is_configured || channel.name == name { Some(1) } else { number(&channel.name, &name) }
}

/// What the first category is called. The configuration may give its number.
fn name(guild: &Guild, (configured, shelf): (&str, Shelf)) -> String {
    let by_number = configured.parse().ok().filter(|id| *id != 0).map(ChannelId::new);
    let numbered = by_number.and_then(|id| guild.channels.get(&id));
    let name = numbered.map_or_else(|| configured.to_owned(), |channel| channel.name.clone());
    match shelf {
        Shelf::Rooms => name,
        Shelf::Archive => format!("{}{ARCHIVE}", shortened(&name, 100 - ARCHIVE.len() - 4)),
    }
}

/// Which of the further categories it is.
fn number(category: &str, name: &str) -> Option<u32> {
    category.strip_prefix(name)?.strip_prefix(' ')?.parse().ok().filter(|number| *number > 1)
}

fn children(guild: &Guild, category: ChannelId) -> usize {
    guild.channels.values().filter(|channel| !channel.is_thread() && channel.parent == Some(category)).count()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        guild::tests::{channel, guild},
        settings::tests::settings,
    };

    fn with(channels: &[(u64, &str, Value)]) -> Guild {
        let mut guild = guild();
        for (id, name, more) in channels {
            guild.put_channel(&channel(*id, name, more.clone()));
        }
        guild
    }

    fn fill(guild: &mut Guild, category: u64, count: u64) {
        for id in 0..count {
            let parent = json!({ "parent_id": category.to_string() });
            guild.put_channel(&channel(category * 1_000 + id, "room", parent));
        }
    }

    #[test]
    fn rooms_go_where_there_is_room() {
        let (settings, category) = (settings(), json!({ "type": 4 }));
        let now = |guild: &Guild| standing(guild, (&settings, Shelf::Rooms), |_, _| false);
        let next = |name: &str| Standing::Next(name.to_owned());
        assert_eq!(now(&with(&[(50, "Other", category.clone())])), next("Incidents"));
        assert_eq!(now(&with(&[(50, "Incidents", json!({}))])), next("Incidents"), "it is a channel");
        let mut guild = with(&[
            (52, "Incidents 3", category.clone()),
            (51, "Incidents 2", category.clone()),
            (50, "Incidents", category.clone()),
            (53, "Incidents of old", category),
        ]);
        assert_eq!(now(&guild), Standing::Room(ChannelId::new(50)));
        let full = |id, _| id == ChannelId::new(50);
        assert_eq!(standing(&guild, (&settings, Shelf::Rooms), full), Standing::Room(ChannelId::new(51)));
        fill(&mut guild, 50, 50);
        assert_eq!(now(&guild), Standing::Room(ChannelId::new(51)));
        fill(&mut guild, 51, 50);
        fill(&mut guild, 52, 49);
        assert_eq!(now(&guild), Standing::Room(ChannelId::new(52)));
        fill(&mut guild, 52, 50);
        assert_eq!(now(&guild), next("Incidents 4"));
    }

    #[test]
    fn archived_rooms_have_categories_of_their_own() {
        let (settings, category) = (settings(), json!({ "type": 4 }));
        let now = |guild: &Guild, shelf| standing(guild, (&settings, shelf), |_, _| false);
        let mut guild = with(&[(50, "Incidents", category.clone())]);
        assert_eq!(now(&guild, Shelf::Archive), Standing::Next("Incidents archive".to_owned()));
        guild.put_channel(&channel(51, "Incidents archive", category));
        assert_eq!(now(&guild, Shelf::Archive), Standing::Room(ChannelId::new(51)));
        assert_eq!(now(&guild, Shelf::Rooms), Standing::Room(ChannelId::new(50)));
        fill(&mut guild, 51, 50);
        assert_eq!(now(&guild, Shelf::Archive), Standing::Next("Incidents archive 2".to_owned()));
        assert!(!guild.is_our_category(ChannelId::new(51), &settings.category));
    }

    #[test]
    fn a_category_may_be_given_by_its_number() {
        let settings = DiscordSettings { category: "50".to_owned(), ..settings() };
        let mut guild = with(&[(50, "Fires", json!({ "type": 4 })), (51, "Fires 2", json!({ "type": 4 }))]);
        let now = |guild: &Guild| standing(guild, (&settings, Shelf::Rooms), |_, _| false);
        assert_eq!(now(&guild), Standing::Room(ChannelId::new(50)));
        fill(&mut guild, 50, 50);
        assert_eq!(now(&guild), Standing::Room(ChannelId::new(51)));
        let is_ours = |id| guild.is_our_category(ChannelId::new(id), &settings.category);
        assert_eq!([50, 51, 50_000].map(is_ours), [true, true, false]);
    }
}
