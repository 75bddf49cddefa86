//! The incident's channel: its name, its place among the others, who sees it, its card.

use sitrep_fake_discord::view::ChannelKind;
use sitrep_fake_discord::{World, permission};

use crate::support::Failed;
use crate::support::discord::{Guild, world};
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::a_room_lies_in_a_category_that_is_made", category),
        test("discord::a_room_is_named_in_any_script", names),
        test("discord::a_full_category_rolls_over", rollover),
        test("discord::a_full_server_has_threads_instead", full),
        test("discord::members_are_let_in_and_called_once", members),
        test("discord::name_and_topic_are_written_once", written_once),
        test("discord::a_corrected_title_is_in_topic_and_card", corrected),
        test("discord::a_title_taken_back_is_in_no_name", taken_back),
    ]
}

fn category() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let first = guild.declare(&alice, "!incident checkout is down")?;
    let second = guild.declare(&alice, "!incident payroll is late")?;
    let categories: Vec<_> =
        guild.discord.channels().into_iter().filter(|it| it.kind == ChannelKind::Category).collect();
    assert_eq!(categories.len(), 1, "it is made once: {categories:#?}");
    for room in [&first, &second] {
        assert_eq!(room.parent.as_deref(), Some("Incidents"));
        assert!(room.name.starts_with("20") && !room.name.ends_with('-'), "{}", room.name);
    }
    let topic = first.topic.unwrap_or_default();
    assert!(topic.contains("checkout is down"), "{topic}");
    let card = guild.card(&second)?;
    assert_eq!(second.pins, [card.id], "the card is the first pinned message");
    assert!(card.text().contains("payroll is late"), "{}", card.text());
    // A category that is there already is used.
    let other = Guild::of(world().category("Incidents"), "@everyone")?;
    let _sitrep = other.sitrep("")?;
    other.declare(&other.person("alice"), "!incident checkout is down")?;
    let categories =
        other.discord.channels().into_iter().filter(|it| it.kind == ChannelKind::Category).count();
    assert_eq!(categories, 1);
    guild.is_content()?;
    other.is_content()
}

fn names() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let long = "x".repeat(300);
    for title in ["支付失败", "Оплата не работает", "!!!", "ระบบล่ม 🔥", "@everyone @here", &long]
    {
        let room = guild.declare(&alice, &format!("!incident {title}"))?;
        let length = room.name.chars().count();
        assert!((15..=80).contains(&length) && !room.name.ends_with('-'), "{title}: {}", room.name);
    }
    let rooms = guild.rooms();
    let mut names: Vec<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rooms.len(), "no two are called the same: {names:?}");
    guild.is_content()
}

/// Channels enough to leave so many places in a category, or on the server.
fn crowded(world: World, category: Option<&str>, channels: usize) -> World {
    (0..channels).fold(world, |world, number| match category {
        Some(category) => world.channel_in(category, &format!("old-{number}")),
        None => world.voice(&format!("other-{number}")),
    })
}

fn rollover() -> Result<(), Failed> {
    let guild = Guild::of(crowded(world().category("Incidents"), Some("Incidents"), 49), "@everyone")?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let parents: Vec<Option<String>> = ["one", "two", "three"]
        .into_iter()
        .map(|title| Ok(guild.declare(&alice, &format!("!incident {title} is down"))?.parent))
        .collect::<Result<_, Failed>>()?;
    let parents: Vec<&str> = parents.iter().map(|parent| parent.as_deref().unwrap_or_default()).collect();
    assert_eq!(parents, ["Incidents", "Incidents 2", "Incidents 2"]);
    guild.is_content()
}

fn full() -> Result<(), Failed> {
    for allow in ["@everyone", "ops-people"] {
        // Three rooms and a category are there besides.
        let guild = Guild::of(crowded(world().category("Incidents"), None, 496), allow)?;
        let _sitrep = guild.sitrep("")?;
        let alice = guild.person("alice");
        let asked = alice.say("ops", "!incident checkout is down")?;
        let thread = guild.wait("a thread with a card", || {
            let mut threads = guild.discord.channels().into_iter().filter(|it| it.kind.is_thread());
            threads.find(|thread| thread.parent.as_deref() == Some("ops") && !thread.pins.is_empty())
        })?;
        let everybody = allow == "@everyone";
        let kind = if everybody { ChannelKind::PublicThread } else { ChannelKind::PrivateThread };
        assert_eq!(thread.kind, kind);
        let answer = guild.hear("ops", "the answer", |said| said.reply_to == Some(asked))?;
        assert!(answer.content.contains(&thread.id.to_string()), "{}", answer.content);
        let inside = thread.id.to_string();
        guild.wait("alice is in it", || alice.reads(&inside).is_ok().then_some(()))?;
        guild.ask(&alice, &inside, "!ack")?;
        let sees = guild.person("mallory").reads(&inside).is_ok();
        assert_eq!(sees, everybody, "{allow}: who may not command may not read");
        // A private one is refused in plain words, and nothing of it is public.
        let refused = guild.ask(&alice, "ops", "!incident --private payroll zebra")?;
        let said = guild.said_in("ops");
        assert!(said.iter().all(|said| !said.text().contains("zebra")), "{said:#?}");
        assert!(!refused.text().is_empty());
        let threads = guild.discord.channels().into_iter().filter(|it| it.kind.is_thread()).count();
        assert_eq!(threads, 1, "a private incident gets no thread");
        guild.is_content()?;
    }
    Ok(())
}

fn members() -> Result<(), Failed> {
    let guild = Guild::with_roles()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let room = guild.declare(&alice, "!incident --private payroll zebra")?;
    let id = room.id.to_string();
    let calls = |name: &str| {
        guild.discord.pings().iter().filter(|ping| ping.person == name && ping.channel == room.name).count()
    };
    guild.wait("alice is called", || (calls("alice") == 1).then_some(()))?;
    assert!(bob.reads(&id).is_err());
    guild.ask(&alice, &id, &format!("!lead <@{}>", bob.id()))?;
    guild.wait("bob is let in and called", || (calls("bob") >= 1 && bob.reads(&id).is_ok()).then_some(()))?;
    guild.ask(&alice, &id, "!status")?;
    assert_eq!(calls("alice"), 1, "once: {:#?}", guild.discord.pings());
    // Asked in, and told that he leads.
    assert!(calls("bob") <= 2, "{:#?}", guild.discord.pings());
    let channel = guild.discord.channel(&id).ok_or("no channel")?;
    for overwrite in channel.overwrites.iter().filter(|it| it.member) {
        assert!(overwrite.allow & permission::ADMINISTRATOR == 0, "{overwrite:?}");
    }
    assert!(guild.person("carol").reads(&id).is_err() && guild.person("mallory").reads(&id).is_err());
    guild.is_content()
}

fn written_once() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    for words in ["!ack", "!sev 1", "!update half of it", "!next 30m", "!sev 3", "!resolve done"] {
        guild.ask(&alice, &id, words)?;
    }
    let path = format!("/channels/{id}");
    let changes =
        guild.discord.requests().iter().filter(|it| it.method == "PATCH" && it.path == path).count();
    assert_eq!(changes, 0, "status is never in the name or the topic");
    let after = guild.discord.channel(&id).ok_or("no channel")?;
    assert_eq!((after.name, after.topic), (room.name, room.topic));
    guild.is_content()
}

fn corrected() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let asked = alice.say("ops", "!incident chekcout is down")?;
    let room = guild.new_room(0)?;
    alice.edit("ops", asked, "!incident checkout is down")?;
    let id = room.id.to_string();
    let topic = || guild.discord.channel(&id).and_then(|room| room.topic).unwrap_or_default();
    guild.wait("another topic", || topic().contains("checkout is down").then_some(()))?;
    guild.wait("another card", || {
        guild.card(&room).ok().filter(|card| card.text().contains("checkout is down"))
    })?;
    guild.is_content()
}

fn taken_back() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let asked = alice.say("ops", "!incident zebra is down")?;
    let room = guild.new_room(0)?;
    alice.delete("ops", asked)?;
    let id = room.id.to_string();
    guild.wait("a name without it", || {
        let room = guild.discord.channel(&id)?;
        let named = format!("{} {}", room.name, room.topic.unwrap_or_default());
        (!named.contains("zebra")).then_some(())
    })?;
    guild
        .wait("a card without it", || guild.card(&room).ok().filter(|card| !card.text().contains("zebra")))?;
    guild.is_content()
}
