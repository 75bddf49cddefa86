//! What must hold in the end, whatever was killed: read in the channels themselves.
//!
//! - Every typed command has exactly one answer, and talk has none.
//! - Each incident has one channel with one card, pinned; what was to be told elsewhere is told there once.
//! - No nonce is there twice. Who gave a command that died with the process before it was durable is left waiting, and
//!   Discord tells them so after a quarter of an hour: such are counted.

use std::collections::BTreeMap;

use sitrep_fake_discord::Message;

use crate::support::discord::{Guild, plain};

use super::{Deed, Said, Way};

/// How much there was to judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) commands: usize,
    pub(super) incidents: usize,
    pub(super) messages: usize,
    pub(super) requests: usize,
    pub(super) waiting: usize,
}

/// Everything that is wrong so far. What is only still missing may yet come.
pub(super) fn judge(guild: &Guild, said: &[Said]) -> (Vec<String>, Counts) {
    let mut wrong = Vec::new();
    let by_channel: BTreeMap<String, Vec<Message>> = guild
        .discord
        .channels()
        .into_iter()
        .map(|channel| channel.id.to_string())
        .map(|id| (id.clone(), guild.discord.messages(&id)))
        .collect();
    let own: Vec<&Message> =
        by_channel.values().flatten().filter(|message| message.author == "sitrep").collect();
    nothing_is_doubled(&own, &mut wrong);
    let waiting = own.iter().filter(|message| message.thinking).count();
    let mut commands = 0;
    for one in said {
        let Way::Typed(id) = one.way else { continue };
        let answers: Vec<&&Message> = own.iter().filter(|message| message.reply_to == Some(id)).collect();
        let expected = usize::from(one.deed != Deed::Talk);
        commands += expected;
        if answers.len() != expected {
            let texts: Vec<String> = answers.iter().map(|answer| answer.text()).collect();
            wrong.push(format!(
                "{:?} by {} in {} has {} answers: {texts:?}",
                one.deed,
                one.by,
                one.channel,
                answers.len()
            ));
        }
        if let (Deed::Update(words), Some(answer)) = (&one.deed, answers.first()) {
            let was_sent = answer.text().contains("Sent to");
            let told = guild
                .said_in("status")
                .iter()
                .filter(|told| told.text().contains(&format!("{words} ")))
                .count();
            if told != usize::from(was_sent) {
                wrong.push(format!("{words} was told {told} times, and sent: {was_sent}"));
            }
        }
    }
    let incidents = rooms(guild, &by_channel, said, &mut wrong);
    let requests = guild.discord.requests().len();
    (wrong, Counts { commands, incidents, messages: own.len(), requests, waiting })
}

fn nothing_is_doubled(own: &[&Message], wrong: &mut Vec<String>) {
    let mut nonces: BTreeMap<&str, usize> = BTreeMap::new();
    for message in own {
        if let Some(nonce) = &message.nonce {
            *nonces.entry(nonce).or_default() += 1;
        }
    }
    let doubled = nonces.into_iter().filter(|(_, count)| *count > 1);
    wrong.extend(doubled.map(|(nonce, count)| format!("{count} messages are called {nonce}")));
}

/// One channel and one card for each incident that was declared.
fn rooms(
    guild: &Guild,
    by_channel: &BTreeMap<String, Vec<Message>>,
    said: &[Said],
    wrong: &mut Vec<String>,
) -> usize {
    let rooms = guild.rooms();
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    for room in &rooms {
        let messages = by_channel.get(&room.id.to_string()).map(Vec::as_slice).unwrap_or_default();
        let cards: Vec<&Message> = messages
            .iter()
            .filter(|it| it.author == "sitrep" && !it.embeds.is_empty() && it.reply_to.is_none())
            .collect();
        let pinned: Vec<u64> = cards.iter().map(|card| card.id).collect();
        if cards.len() != 1 || room.pins != pinned {
            wrong.push(format!("#{} has {} cards and {:?} pinned", room.name, cards.len(), room.pins));
        }
        let text = cards.first().map(|card| plain(card)).unwrap_or_default();
        if let Some(title) = text.lines().find(|line| line.starts_with("trouble ")) {
            *titles.entry(title.to_owned()).or_default() += 1;
        }
    }
    let mut declared = 0;
    for one in said {
        let Deed::Declare(words) = &one.deed else { continue };
        let count = titles.get(words).copied().unwrap_or(0);
        declared += count;
        let is_right = if one.way == Way::Given { count <= 1 } else { count == 1 };
        if !is_right {
            wrong.push(format!("{words:?} has {count} rooms; there are {titles:?}"));
        }
    }
    if rooms.len() != declared {
        wrong.push(format!("{} rooms for {declared} incidents", rooms.len()));
    }
    rooms.len()
}
