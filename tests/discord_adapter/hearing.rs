//! What people write, whichever way; what was missed; what comes twice or out of order.

use std::time::Duration;

use serde_json::json;

use crate::support::Failed;
use crate::support::discord::{Guild, world};
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::a_mention_is_a_command", mentioned),
        test("discord::without_reading_messages_commands_and_mentions_still_work", without_content),
        test("discord::what_was_said_while_it_was_down_is_heard_everywhere", heard_afterwards),
        test("discord::what_a_lost_session_left_out_is_fetched_everywhere", fetched),
        test("discord::a_resumed_session_loses_and_doubles_nothing", resumed),
        test("discord::doubled_and_swapped_events_are_heard_once", doubled),
        test("discord::a_long_absence_is_caught_up_with", long_absence),
        test("discord::threads_are_answered_where_they_are", threads),
        test("discord::bots_are_not_obeyed", bots),
    ]
}

/// Who answers what, how often.
fn replies(guild: &Guild, channel: &str, to: u64) -> usize {
    guild.said_in(channel).iter().filter(|said| said.reply_to == Some(to)).count()
}

/// Each of these messages has exactly one reply, and no more come.
fn each_is_answered_once(guild: &Guild, asked: &[(String, u64)]) -> Result<(), Failed> {
    guild.wait("an answer to everything", || {
        asked.iter().all(|(channel, id)| replies(guild, channel, *id) > 0).then_some(())
    })?;
    std::thread::sleep(Duration::from_millis(400));
    for (channel, id) in asked {
        assert_eq!(replies(guild, channel, *id), 1, "{id} in {channel}\n{}", guild.transcript());
    }
    Ok(())
}

fn mentioned() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let bot = guild.discord.bot_id();
    for words in [format!("<@{bot}> incidents"), format!("<@!{bot}>  !incidents")] {
        let answer = guild.ask(&alice, "ops", &words)?;
        assert!(answer.text().contains("Nothing is open"), "{}", answer.text());
    }
    let talk = alice.say("ops", &format!("I like <@{bot}> a lot"))?;
    guild.ask(&alice, "ops", "!incidents")?;
    assert_eq!(replies(&guild, "ops", talk), 0, "talk about it is talk");
    guild.is_content()
}

fn without_content() -> Result<(), Failed> {
    let guild = Guild::of(world().message_content(false), "@everyone")?;
    let sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let log = sitrep.log().to_lowercase();
    assert!(log.contains("message content"), "it says so: {log}");
    let typed = alice.say("ops", "!incidents")?;
    let bot = guild.discord.bot_id();
    let answer = guild.ask(&alice, "ops", &format!("<@{bot}> incidents"))?;
    assert!(answer.text().contains("Nothing is open"), "{}", answer.text());
    alice.slash("ops", "incident", &[("title", json!("checkout is down"))])?;
    let room = guild.new_room(0)?;
    let inside = room.id.to_string();
    guild.ask(&alice, &inside, &format!("<@{bot}> ack"))?;
    assert_eq!(replies(&guild, "ops", typed), 0, "it can't be read");
    guild.is_content()
}

/// Rooms where commands are heard, one of each kind, and what is asked there.
fn everywhere(guild: &Guild, words: &str) -> Result<Vec<(String, u64)>, Failed> {
    let alice = guild.person("alice");
    let mut rooms = vec!["ops".to_owned(), "support".to_owned(), guild.direct_with(&alice)];
    rooms.extend(guild.rooms().iter().map(|room| room.id.to_string()));
    rooms.into_iter().map(|room| Ok((room.clone(), alice.say(&room, words)?))).collect()
}

fn heard_afterwards() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let ops = alice.say("ops", "!incidents")?;
    guild.wait("an answer", || (replies(&guild, "ops", ops) > 0).then_some(()))?;
    guild.declare(&alice, "!incident checkout is down")?;
    guild.declare(&alice, "!incident --private payroll zebra")?;
    each_is_answered_once(&guild, &everywhere(&guild, "!status INC-1")?)?;
    sitrep.kill9();
    let mut asked = everywhere(&guild, "!incidents")?;
    asked.extend(everywhere(&guild, "!status INC-1")?);
    sitrep.start_again()?;
    each_is_answered_once(&guild, &asked)?;
    guild.is_content()
}

fn fetched() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.declare(&alice, "!incident checkout is down")?;
    guild.declare(&alice, "!incident --private payroll zebra")?;
    each_is_answered_once(&guild, &everywhere(&guild, "!status INC-1")?)?;
    let gateway = guild.discord.gateway();
    guild.discord.faults().refuse_connections(Duration::from_secs(600));
    guild.discord.faults().invalidate(false);
    guild.wait("no session", || (!gateway.is_connected()).then_some(()))?;
    let asked = everywhere(&guild, "!incidents")?;
    guild.discord.faults().refuse_connections(Duration::ZERO);
    each_is_answered_once(&guild, &asked)?;
    guild.is_content()
}

fn resumed() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    let gateway = guild.discord.gateway();
    let mut asked = Vec::new();
    for _ in 0..3 {
        guild.discord.faults().reset();
        asked.push(("ops".to_owned(), alice.say("ops", "!incidents")?));
        guild.wait("the session", || gateway.is_connected().then_some(()))?;
        asked.push(("ops".to_owned(), alice.say("ops", "!help ack")?));
    }
    each_is_answered_once(&guild, &asked)?;
    assert_eq!(guild.discord.identifies(), 1, "it was the same session all along");
    guild.is_content()
}

fn doubled() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    guild.discord.faults().duplicate(100);
    guild.discord.faults().reorder(100);
    let mut asked = Vec::new();
    for level in [1, 3, 2, 4, 1, 2] {
        asked.push((id.clone(), alice.say(&id, &format!("!sev {level}"))?));
    }
    alice.say(&id, "and some talk")?;
    guild.discord.faults().duplicate(0);
    guild.discord.faults().reorder(0);
    each_is_answered_once(&guild, &asked)?;
    guild.is_content()
}

fn long_absence() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    sitrep.kill9();
    // More than one page of history, with commands at its beginning, in its middle and at its end.
    let mut asked = Vec::new();
    for line in 0..230 {
        if line % 100 == 5 {
            asked.push(("ops".to_owned(), alice.say("ops", "!incidents")?));
        }
        alice.say("ops", &format!("talk {line}"))?;
    }
    asked.push(("ops".to_owned(), alice.say("ops", "!incidents")?));
    sitrep.start_again()?;
    each_is_answered_once(&guild, &asked)?;
    guild.is_content()
}

fn threads() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    let thread = guild.thread("ops", "a talk aside", &alice)?;
    let answer = guild.ask(&alice, &thread, "!incidents")?;
    assert!(answer.text().contains("Nothing is open"), "{}", answer.text());
    let before = guild.said_in("ops").len();
    guild.ask(&alice, &thread, "!help ack")?;
    assert_eq!(guild.said_in("ops").len(), before, "what is asked in a thread is answered there");
    guild.is_content()
}

fn bots() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    {
        let mut state = guild.discord.server().state();
        let bob = state.user("bob").map(|user| user.id).ok_or("no bob")?;
        state.users.entry(bob).and_modify(|user| user.bot = true);
    }
    let by_bot = guild.person("bob").say("ops", "!incident a loop")?;
    guild.ask(&alice, "ops", "!incidents")?;
    assert_eq!(replies(&guild, "ops", by_bot), 0);
    assert!(guild.rooms().is_empty());
    guild.is_content()
}
