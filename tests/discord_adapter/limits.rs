//! What Discord asks to wait for, what it refuses, and what it swallows after having done it.

use std::time::Duration;

use sitrep_fake_discord::refusal::Scope;

use crate::support::discord::Guild;
use crate::support::sitrep::Sitrep;
use crate::support::trials::{Test, test};
use crate::support::{Failed, surroundings};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::a_limit_of_its_own_is_waited_out", of_its_own),
        test("discord::a_shared_limit_holds_up_nothing_else", shared),
        test("discord::a_global_limit_is_waited_out", global),
        test("discord::the_servers_in_front_are_waited_out", in_front),
        test("discord::a_limit_without_end_holds_up_no_other_channel", endless),
        test("discord::a_corrected_title_waits_for_the_limit_of_names", names),
        test("discord::a_card_that_may_not_be_edited_is_posted_anew", old_card),
        test("discord::refusals_in_a_row_end_the_asking", refused),
        test("discord::lost_replies_double_nothing", lost_replies),
        test("discord::lost_replies_double_nothing_beside_the_room", lost_beside),
        test("discord::requests_cut_off_or_slow_are_made_again_once", slow),
        test("discord::after_a_long_outage_history_tells_what_was_said", long_outage),
    ]
}

const MESSAGES: (&str, &str) = ("POST", "/channels/*/messages");

fn requests(guild: &Guild, method: &str, is_it: impl Fn(&str) -> bool) -> usize {
    guild.discord.requests().iter().filter(|it| it.method == method && is_it(&it.path)).count()
}

fn declared_once(guild: &Guild) -> Result<(), Failed> {
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let answers = guild.said_in("ops");
    assert_eq!(answers.len(), 1, "{answers:#?}");
    let cards = guild.said_in(&room.id.to_string()).iter().filter(|said| !said.embeds.is_empty()).count();
    assert_eq!((cards, guild.rooms().len(), room.pins.len()), (1, 1, 1), "{}", guild.transcript());
    guild.hear_words("status", "checkout is down")?;
    assert_eq!(guild.said_in("status").len(), 1);
    guild.is_content()
}

/// Declares while messages are limited.
fn limited(scope: Scope, times: usize) -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "support", "!help ack")?;
    guild.discord.faults().limit(MESSAGES.0, MESSAGES.1, times, (scope, Duration::from_millis(1200)));
    let before = requests(&guild, "POST", |path| path.ends_with("/messages"));
    declared_once(&guild)?;
    let asked = requests(&guild, "POST", |path| path.ends_with("/messages")) - before;
    assert!(asked <= 3 + 1 + 2 * times, "{asked} requests for a few messages and {times} limits");
    Ok(())
}

fn of_its_own() -> Result<(), Failed> {
    limited(Scope::User, 2)
}

fn shared() -> Result<(), Failed> {
    limited(Scope::Shared, 2)
}

fn global() -> Result<(), Failed> {
    limited(Scope::Global, 1)
}

fn in_front() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "support", "!help ack")?;
    let cloudflare = sitrep_fake_discord::faults::Fault::Cloudflare(Duration::from_secs(2));
    guild.discord.faults().on(MESSAGES.0, MESSAGES.1, 1, cloudflare);
    declared_once(&guild)
}

fn endless() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    let ops = guild.discord.channel("ops").ok_or("no #ops")?.id;
    let path = format!("/channels/{ops}/messages");
    guild.discord.faults().limit("POST", &path, 1, (Scope::User, Duration::from_secs(40)));
    let held = alice.say("ops", "!incidents")?;
    let elsewhere = guild.ask(&alice, "support", "!help ack")?;
    assert!(!elsewhere.text().is_empty());
    assert!(guild.said_in("ops").iter().all(|said| said.reply_to != Some(held)), "it waits");
    guild.is_content()
}

fn names() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let asked = alice.say("ops", "!incident chekcout")?;
    let room = guild.new_room(0)?;
    let id = room.id.to_string();
    for title in ["checkout is", "checkout is do", "checkout is down", "checkout is really down"] {
        alice.edit("ops", asked, &format!("!incident {title}"))?;
        guild
            .wait("the card follows", || guild.card(&room).ok().filter(|card| card.text().contains(title)))?;
    }
    // The third change in ten minutes is refused by Discord; meanwhile everything else goes on.
    guild.ask(&alice, &id, "!ack")?;
    let patches = requests(&guild, "PATCH", |path| path == format!("/channels/{id}"));
    assert!(patches <= 6, "it asked {patches} times for what takes ten minutes");
    guild.is_content()
}

fn old_card() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    let first = guild.card(&room)?;
    guild.discord.faults().refuse(
        "PATCH",
        &format!("/channels/{id}/messages/{}", first.id),
        1000,
        (429, 30046),
    );
    guild.ask(&alice, &id, "!ack")?;
    let second = guild.wait("another card, pinned", || {
        let card = guild.card(&room).ok()?;
        (card.text().contains("acknowledged")).then_some(card)
    })?;
    assert_ne!(second.id, first.id, "it is a new one");
    let pins = guild.discord.channel(&id).ok_or("no channel")?.pins;
    assert_eq!(pins, [second.id], "only the card that counts is pinned");
    // It goes on from there.
    guild.ask(&alice, &id, "!sev 1")?;
    guild.wait("the new card changes", || {
        guild.card(&room).ok().filter(|card| card.id == second.id && card.text().contains("Sev1"))
    })?;
    guild.wait("buttons on the new card", || {
        guild.card(&room).ok().filter(|card| !card.buttons().is_empty())
    })?;
    guild.is_content()
}

fn refused() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    let status = guild.discord.channel("status").ok_or("no #status")?.id;
    guild.discord.faults().refuse("POST", &format!("/channels/{status}/messages"), 10_000, (403, 50013));
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    for number in 0..12 {
        guild.ask(&alice, &id, &format!("!update news {number}"))?;
    }
    let refused = guild.discord.requests().iter().filter(|it| it.status == 403).count();
    assert!(refused <= 12, "{refused} refusals, which add up to a ban");
    let complaints = guild.said_in(&id);
    let complaints = complaints.iter().filter(|said| said.text().contains("have given up")).count();
    assert!(complaints >= 1, "it is said that the stakeholders hear nothing\n{}", guild.transcript());
    guild.is_content()
}

/// Every first reply to each kind of request is lost after it was carried out.
fn lost_replies() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "support", "!help ack")?;
    let faults = guild.discord.faults();
    faults.lose_reply("POST", "/guilds/*/channels", 2);
    faults.lose_reply("POST", "/channels/*/messages", 3);
    faults.lose_reply("PUT", "/channels/**", 2);
    faults.lose_reply("PATCH", "/channels/**", 2);
    declared_once(&guild)?;
    let categories =
        guild.discord.channels().into_iter().filter(|it| it.name.starts_with("Incidents")).count();
    assert_eq!(categories, 1, "{}", guild.transcript());
    guild.is_content()
}

fn lost_beside() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("[meeting]\nprovider = \"discord_voice\"\n")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    guild.wait("a link to the voice channel", || {
        guild.card(&room).ok().filter(|card| card.text().contains("Meeting"))
    })?;
    let second = guild.rooms().len();
    guild.discord.faults().lose_reply("POST", "/guilds/*/channels", 2);
    guild.declare(&alice, "!incident payroll is late")?;
    assert_eq!(guild.rooms().len(), second + 1);
    let voices = || {
        guild
            .discord
            .channels()
            .into_iter()
            .filter(|it| it.kind == sitrep_fake_discord::view::ChannelKind::Voice)
            .count()
    };
    guild.wait("two voice channels", || (voices() == 2).then_some(()))?;
    guild.discord.faults().lose_reply("POST", "/guilds/*/scheduled-events", 1);
    guild.ask(&alice, &id, "!resolve done")?;
    guild.ask(&alice, &id, "!retro tomorrow 14:00")?;
    guild.wait("an entry in the calendar", || (!guild.discord.events().is_empty()).then_some(()))?;
    guild.ask(&alice, &id, "!retro tomorrow 15:00")?;
    guild.ask(&alice, &id, "!status")?;
    let open = guild.discord.events().into_iter().filter(|it| it.status < 3).count();
    assert_eq!(open, 1, "{:#?}", guild.discord.events());
    assert!(voices() <= 2);
    guild.is_content()
}

fn slow() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "support", "!help ack")?;
    let faults = guild.discord.faults();
    faults.cut_before("POST", "/guilds/*/channels", 1);
    faults.cut_before("POST", "/channels/*/messages", 2);
    let slow = sitrep_fake_discord::faults::Fault::SlowReply(Duration::from_secs(20));
    faults.on("POST", "/channels/*/messages", 1, slow);
    declared_once(&guild)
}

/// What may have been said is looked for in the room, once Discord no longer knows the nonce.
fn long_outage() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = Sitrep::run(surroundings::under(guild.home("")?)?)?;
    let alice = guild.person("alice");
    guild.ask(&alice, "support", "!help ack")?;
    guild.discord.faults().lose_reply(MESSAGES.0, MESSAGES.1, 1);
    let asked = alice.say("ops", "!incidents")?;
    guild.wait("it is said", || (guild.said_in("ops").len() == 1).then_some(()))?;
    sitrep.kill9();
    let outage = Duration::from_secs(30 * 60);
    guild.discord.clock().advance(outage);
    surroundings::set_ahead(sitrep.home(), outage)?;
    sitrep.start_again()?;
    let next = guild.ask(&alice, "ops", "!help ack")?;
    assert!(!next.text().is_empty());
    let answers = guild.said_in("ops").into_iter().filter(|said| said.reply_to == Some(asked)).count();
    assert_eq!(answers, 1, "{}", guild.transcript());
    guild.is_content()
}
