//! Asking people into a room: an overwrite for each who doesn't see it yet, and one message that mentions them all.
//!
//! - **Whoever was told is settled.** The messages that told them stand in the room, which is how that is known after a
//!   restart. Somebody who was shut out again by people is left in peace.
//! - Who sees the room anyway needs no overwrite, and is told all the same; who was heard in it needs no word.
//! - A few at a time: between two attempts core lets go what matters more. The message comes when all are let in.
//! - Who isn't on the server can't be asked in, and costs nobody else anything.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;
use serenity::{
    all::{ChannelId, GuildId, RoleId, TargetId, UserId},
    http::Route,
};
use sha2::{Digest, Sha256};
use sitrep_core::{
    args,
    message::catalogue::{Language, Words},
    person::Person,
    port::{Attempt, Outcome, Receipt, RoomKind},
    room::RoomRef,
};

use crate::{
    account::Account,
    channels,
    client::Call,
    failure::{Failure, code},
    history,
    overwrites::{Use, Visibility, lets_in},
    post::{Post, post},
    raw::{Posted, RawChannel, RawMember},
    render::Body,
    say,
};

/// How many calls one attempt makes for people.
const AT_A_TIME: usize = 10;

/// How many people one message mentions: a mention has 22 characters at most.
const IN_ONE_MESSAGE: usize = 80;

/// How the message begins by which it is known who was told, in a language.
fn told(words: &Words) -> String {
    let told = words.phrase("adapter.asked_in", args![]);
    format!("{told}: ")
}

/// How many pages of a hundred messages are read for those messages: they come first in most rooms.
const PAGES: usize = 5;

/// Sees to it that these people are in a room, or asked in.
pub(crate) async fn invite(
    account: &Account,
    attempt: &Attempt,
    room: &RoomRef,
    people: &[Person],
) -> Result<Outcome, Failure> {
    let channel = say::channel(account, room, None)?;
    if !is_ours(account, channel).await? {
        // Where an incident runs in a room of others, who is in it is theirs to say.
        return Ok(Outcome::Done(Receipt::Done));
    }
    let settled = settled(account, channel).await?;
    let door = Door::of(account, channel).await?;
    let mut round = Round { account, key: &attempt.key, door, calls: 0, left: 0 };
    let (mut new, mut refused, mut quiet) = (Vec::new(), Vec::new(), Vec::new());
    for person in people {
        let Some(user) = account.user_id(person) else {
            refused.push((person.clone(), "has no Discord account that I know of".to_owned()));
            continue;
        };
        if user == account.user || settled.told.contains(&user) || new.contains(&user) {
            continue;
        }
        let knows = settled.wrote.contains(&user) || account.doing.is_present(channel, user);
        match round.let_in(user).await? {
            LetIn::Yes if knows => quiet.push(user),
            LetIn::Yes => new.push(user),
            LetIn::Later => {}
            LetIn::No(why) => refused.push((person.clone(), why)),
        }
    }
    if round.left > 0 {
        return Ok(Outcome::Partly { left: round.left, wait: Duration::ZERO });
    }
    for some in new.chunks(IN_ONE_MESSAGE) {
        tell(account, attempt, channel, some).await?;
    }
    note(account, channel, &quiet);
    account.doing.forget_let_in(&attempt.key);
    Ok(Outcome::Done(if refused.is_empty() { Receipt::Done } else { Receipt::DoneExcept(refused) }))
}

/// Whether a room is one that we made.
async fn is_ours(account: &Account, channel: ChannelId) -> Result<bool, Failure> {
    let kind = || account.rooms().kind_of(&account.guild(), channel);
    if !account.guild().channels.contains_key(&channel) {
        channels::all(account).await?;
    }
    Ok(kind() == RoomKind::Own)
}

/// How people come into a room.
enum Door {
    /// By an overwrite of their own, unless they see it anyway.
    Channel { now: RawChannel, visibility: Visibility },
    /// By being added.
    Thread(ChannelId),
}

impl Door {
    async fn of(account: &Account, id: ChannelId) -> Result<Self, Failure> {
        if account.guild().channels.get(&id).is_some_and(|channel| channel.is_thread()) {
            return Ok(Self::Thread(id));
        }
        let now = channels::one(account, id).await?;
        let now = now.ok_or_else(|| Failure::refused("the channel is gone"))?;
        Ok(Self::Channel { now, visibility: Visibility::of(account) })
    }
}

/// What became of letting somebody in.
enum LetIn {
    Yes,
    Later,
    No(String),
}

/// One attempt at letting people in.
struct Round<'a> {
    account: &'a Account,
    key: &'a str,
    door: Door,
    calls: usize,
    left: usize,
}

impl Round<'_> {
    async fn let_in(&mut self, user: UserId) -> Result<LetIn, Failure> {
        // Each attempt has to come further than the one before, also where all that it did was to look.
        if let Some(why_not) = self.account.doing.let_in(self.key, user) {
            return Ok(why_not.map_or(LetIn::Yes, LetIn::No));
        }
        if self.calls >= AT_A_TIME {
            self.left += 1;
            return Ok(LetIn::Later);
        }
        let why_not = self.try_now(user).await?;
        self.account.doing.note_let_in(self.key, user, why_not.clone());
        Ok(why_not.map_or(LetIn::Yes, LetIn::No))
    }

    /// Lets somebody in, and says why they can't be, if they can't.
    async fn try_now(&mut self, user: UserId) -> Result<Option<String>, Failure> {
        let Some(roles) = self.look_up(user).await? else {
            return Ok(Some("is not on the server".to_owned()));
        };
        let (route, body, needs) = match &self.door {
            Door::Thread(channel_id) => (
                Route::ChannelThreadMember { channel_id: *channel_id, user_id: user },
                None,
                "Send Messages in Threads",
            ),
            Door::Channel { now, visibility } => {
                if visibility.sees(&now.permission_overwrites, user, Some(&roles)) == Some(true) {
                    return Ok(None);
                }
                let route =
                    Route::ChannelPermission { channel_id: now.id, target_id: TargetId::new(user.get()) };
                (route, Some(visibility.let_in(Use::Writing)), "Manage Roles")
            }
        };
        self.calls += 1;
        // To let somebody in twice is to let them in once.
        let done = self.account.client.send(Call::put(route, body).needs(needs)).await;
        match done.map_err(Failure::while_reading) {
            Ok(_) => Ok(None),
            Err(Failure::Refused(refusal))
                if refusal.status != 403 && refusal.code != code::UNKNOWN_CHANNEL =>
            {
                Ok(Some(refusal.words))
            }
            Err(failure) => Err(failure),
        }
    }

    /// The roles of somebody, where they matter; `None` if they are not on the server.
    async fn look_up(&mut self, user: UserId) -> Result<Option<Vec<RoleId>>, Failure> {
        let needs_roles = match &self.door {
            Door::Thread(_) => false,
            Door::Channel { now, visibility } => {
                visibility.sees(&now.permission_overwrites, user, None).is_none()
            }
        };
        if !needs_roles && self.account.doing.is_member(user) {
            return Ok(Some(Vec::new()));
        }
        self.calls += 1;
        let found = member(self.account, user).await?;
        if found.is_some() {
            self.account.doing.note_member(user);
        }
        Ok(found.map(|member| member.roles))
    }
}

/// Somebody on the server.
pub(crate) async fn member(account: &Account, user_id: UserId) -> Result<Option<RawMember>, Failure> {
    let guild_id = GuildId::new(account.settings.guild_id);
    match account.client.ask(Call::get(Route::GuildMember { guild_id, user_id })).await {
        Ok(member) => Ok(Some(member)),
        Err(failure) if failure.is(&[code::UNKNOWN_MEMBER, code::UNKNOWN_USER]) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Tells people that they are asked in.
async fn tell(
    account: &Account,
    attempt: &Attempt,
    channel: ChannelId,
    people: &[UserId],
) -> Result<(), Failure> {
    let mentions: Vec<String> = people.iter().map(|user| format!("<@{user}>")).collect();
    let content = format!("{}{}", told(&account.settings.words), mentions.join(" "));
    let body = Body { content, users: people.to_vec(), ..Body::default() };
    // One effect may take several of these, and the people in them differ where some were told before.
    let attempt = Attempt { key: key(&attempt.key, people), ..attempt.clone() };
    let sent = post(account, &attempt, &Post::new(channel, &body)).await;
    match &sent {
        Ok(_) => note(account, channel, people),
        // Some of it may have worked: the room says what.
        Err(_) => account.doing.set_told(channel, None),
    }
    sent.map(drop)
}

/// Remembers that people need not be told any more.
fn note(account: &Account, channel: ChannelId, people: &[UserId]) {
    if let Some(told) = account.doing.told(channel) {
        account.doing.set_told(channel, Some(told.into_iter().chain(people.iter().copied()).collect()));
    }
}

/// Who needs nothing more, or no word.
#[derive(Default)]
struct Settled {
    told: BTreeSet<UserId>,
    /// Who has written in the room.
    wrote: BTreeSet<UserId>,
}

/// A key for the message to just these people: letters and digits, 25 of them.
fn key(key: &str, people: &[UserId]) -> String {
    let mut hash = Sha256::new();
    hash.update(key);
    people.iter().for_each(|user| hash.update(user.get().to_le_bytes()));
    hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// Who was told, from memory or from the room's history.
async fn settled(account: &Account, channel: ChannelId) -> Result<Settled, Failure> {
    if let Some(told) = account.doing.told(channel) {
        return Ok(Settled { told, ..Settled::default() });
    }
    let (mut settled, mut after) = (Settled::default(), channel.get());
    for number in 0..PAGES {
        let page = history::page(account, channel, after).await?;
        settled.read(account, &page);
        let last = page.iter().map(|posted| posted.id.get()).max();
        match last.filter(|_| page.len() >= 100) {
            Some(last) => after = last,
            None => break,
        }
        if number + 1 == PAGES {
            let call = Call::get(Route::ChannelMessages { channel_id: channel }).with("limit", 100);
            let newest: Vec<Posted> = account.client.ask(call.needs("Read Message History")).await?;
            settled.read(account, &newest);
        }
    }
    account.doing.set_told(channel, Some(settled.told.clone()));
    for user in &settled.wrote {
        account.doing.note_present(channel, *user);
    }
    Ok(settled)
}

impl Settled {
    fn read(&mut self, account: &Account, page: &[Posted]) {
        for posted in page {
            if posted.author.id == account.user {
                self.told.extend(mentioned(&posted.content, &account.settings.words));
            } else {
                self.wrote.insert(posted.author.id);
            }
        }
    }
}

/// Whom a message told that they are asked in.
fn mentioned(content: &str, words: &Words) -> Vec<UserId> {
    let languages = Language::ALL.map(Words::of);
    let told = [words].into_iter().chain(&languages).map(told);
    let Some(people) = told.into_iter().find_map(|told| content.strip_prefix(&*told)) else {
        return Vec::new();
    };
    let id = |mention: &str| {
        let digits = mention.strip_prefix("<@")?.strip_suffix('>')?;
        digits.parse().ok().filter(|id| *id != 0).map(UserId::new)
    };
    people.split_whitespace().filter_map(id).collect()
}

/// Sees to it that people are let into a channel, without a word.
pub(crate) async fn let_in_quietly(
    account: &Account,
    channel: &RawChannel,
    to: Use,
    people: &[UserId],
) -> Result<(), Failure> {
    let body: Value = Visibility::of(account).let_in(to);
    for user in people.iter().filter(|user| !lets_in(&channel.permission_overwrites, **user)) {
        let route = Route::ChannelPermission { channel_id: channel.id, target_id: TargetId::new(user.get()) };
        let call = Call::put(route, Some(body.clone())).needs("Manage Roles");
        match account.client.send(call).await.map_err(Failure::while_reading) {
            Ok(_) => {}
            Err(Failure::Refused(refusal))
                if refusal.status != 403 && refusal.code != code::UNKNOWN_CHANNEL =>
            {
                tracing::debug!("Somebody could not be let into {}: {}.", channel.id, refusal.words);
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_told_is_read_from_the_room() {
        let user = UserId::new;
        let cases = [
            ("You are asked in: <@42> <@43>", vec![user(42), user(43)]),
            ("You are asked in: <@42> <@0> <@x> @44", vec![user(42)]),
            ("Ihr seid eingeladen: <@42>", vec![user(42)]),
            ("Hello <@42>", vec![]),
            ("", vec![]),
        ];
        for (content, expected) in cases {
            assert_eq!(mentioned(content, &Words::default()), expected, "{content}");
        }
    }

    #[test]
    fn the_same_people_are_told_under_the_same_key() {
        let people = [UserId::new(42), UserId::new(43)];
        assert_eq!(key("k", &people), key("k", &people));
        assert_ne!(key("k", &people), key("k", &people[..1]));
        assert_ne!(key("k", &people), key("l", &people));
        assert!(key("k", &people).len() <= 25);
    }

    #[test]
    fn one_message_has_room_for_all_its_mentions() {
        let people = vec![UserId::new(u64::MAX); IN_ONE_MESSAGE];
        let mentions: String = people.iter().map(|user| format!("<@{user}> ")).collect();
        assert!(told(&Words::default()).len() + mentions.len() <= 2_000);
    }
}
