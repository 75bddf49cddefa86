//! Threads come, wake, sleep and go.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::intent;
use crate::render::{self, id};
use crate::rules::permissions;
use crate::state::State;
use crate::state::channel::{Channel, ChannelKind, Thread};
use crate::state::message::{HAS_THREAD, Message, THREAD_NOTICE};

/// What a thread is to be.
#[derive(Clone, Debug)]
pub struct NewThread {
    /// Its channel.
    pub parent: u64,
    /// The message it hangs on; then it has that message's id.
    pub message: Option<u64>,
    /// Its name.
    pub name: String,
    /// Only for those who are added.
    pub private: bool,
    /// Whether others may add people.
    pub invitable: bool,
    /// After how many minutes of silence it is archived.
    pub auto_archive_minutes: u64,
}

/// Starts a thread.
pub fn start(state: &mut State, new: NewThread, by: u64) -> u64 {
    let kind = if new.private { ChannelKind::PrivateThread } else { ChannelKind::PublicThread };
    let now = state.now();
    let mut channel = Channel::new(new.message.unwrap_or_else(|| state.next_id()), kind, new.name.clone());
    channel.parent = Some(new.parent);
    channel.thread = Some(Thread {
        owner: by,
        archived: false,
        locked: false,
        invitable: new.invitable,
        auto_archive_minutes: new.auto_archive_minutes,
        archived_changed_at: now,
        members: BTreeMap::from([(by, now)]),
        message_count: 0,
    });
    let thread = channel.id;
    state.channels.insert(thread, channel.clone());
    if permissions::sees(state, state.bot(), thread) {
        let mut d = render::channel::channel(state, &channel);
        d["newly_created"] = json!(true);
        state.emit("THREAD_CREATE", d, intent::GUILDS);
    }
    let on = new.message.and_then(|message| state.messages.get_mut(&new.parent)?.get_mut(&message));
    if let Some(on) = on {
        on.flags |= HAS_THREAD;
        super::message::changed(state, new.parent, thread);
    } else if !new.private {
        let notice = Message {
            channel: new.parent,
            author: by,
            content: new.name,
            kind: THREAD_NOTICE,
            ..Message::default()
        };
        super::message::post(state, notice, Some(&json!({ "parse": [] })));
    }
    thread
}

/// Somebody writes into a thread: if it was archived (and not locked), it isn't any more.
pub fn wakes(state: &mut State, channel: u64) {
    let asleep = state.channels.get(&channel).and_then(|it| it.thread.as_ref()).is_some_and(|it| it.archived);
    if asleep {
        let now = state.now();
        super::channel::change(state, channel, |channel| {
            if let Some(thread) = &mut channel.thread {
                thread.archived = false;
                thread.archived_changed_at = now;
            }
        });
    }
}

/// Puts people into a thread, if they see its channel and aren't in it yet.
pub fn join(state: &mut State, channel: u64, users: &[u64]) {
    let Some(parent) = state.channels.get(&channel).and_then(|it| it.thread.as_ref().and(it.parent)) else {
        return;
    };
    let now = state.now();
    let mut added = Vec::new();
    for &user in users {
        let sees = permissions::sees(state, user, parent);
        let members =
            state.channels.get_mut(&channel).and_then(|it| it.thread.as_mut()).map(|it| &mut it.members);
        if let Some(members) = members.filter(|members| sees && !members.contains_key(&user)) {
            members.insert(user, now);
            added.push(user);
        }
    }
    if !added.is_empty() {
        members_changed(state, channel, &added, &[]);
    }
}

/// Takes somebody out of a thread.
pub fn leave(state: &mut State, channel: u64, user: u64) {
    let members =
        state.channels.get_mut(&channel).and_then(|it| it.thread.as_mut()).map(|it| &mut it.members);
    if members.is_some_and(|members| members.remove(&user).is_some()) {
        members_changed(state, channel, &[], &[user]);
    }
}

fn members_changed(state: &mut State, channel: u64, added: &[u64], removed: &[u64]) {
    let Some(known) = state.channels.get(&channel) else { return };
    let bot = state.bot();
    if added.contains(&bot) && known.kind == ChannelKind::PrivateThread {
        let d = render::channel::channel(state, known);
        state.emit("THREAD_CREATE", d, intent::GUILDS);
    }
    let Some(known) = state.channels.get(&channel) else { return };
    let d = json!({
        "id": id(channel),
        "guild_id": id(state.guild.id),
        "member_count": known.thread.as_ref().map_or(0, |thread| thread.members.len()).min(50),
        "added_members": added.iter().map(|&user| {
            let mut member = render::channel::thread_member(known, user);
            member["member"] = render::user::member(state, user);
            member["presence"] = Value::Null;
            member
        }).collect::<Vec<_>>(),
        "removed_member_ids": removed.iter().copied().map(id).collect::<Vec<_>>(),
    });
    // Without the intent for members, a bot hears of itself only.
    let own = added.contains(&bot) || removed.contains(&bot);
    if own || permissions::sees(state, bot, channel) {
        state.emit("THREAD_MEMBERS_UPDATE", d, if own { intent::GUILDS } else { intent::GUILD_MEMBERS });
    }
}

/// What is told of a thread that is gone.
pub fn gone(state: &State, thread: &Channel) -> Value {
    json!({
        "id": id(thread.id),
        "guild_id": id(state.guild.id),
        "parent_id": thread.parent.map(id),
        "type": thread.kind.number(),
    })
}
