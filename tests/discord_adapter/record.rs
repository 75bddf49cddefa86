//! What stays of an incident: what people mark, what there is to do, and the room when it is over.

use serde_json::json;
use sitrep_fake_discord::{Message, Person};

use crate::support::Failed;
use crate::support::discord::{Guild, plain};
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::what_is_marked_is_on_the_timeline_until_the_mark_is_taken_off", marked),
        test("discord::tasks_are_ticked_by_buttons_that_say_which", ticked),
        test("discord::an_archived_room_is_out_of_the_way_and_comes_back_as_it_was", archived),
    ]
}

const PIN: &str = "\u{1f4cc}";

/// The timeline, as it is shown to one person.
fn timeline(guild: &Guild, person: &Person, room: &str) -> Result<String, Failed> {
    Ok(guild.answer(&person.slash(room, "timeline", &[])?)?.content)
}

/// Asks for the timeline until it is right.
fn until(guild: &Guild, who: (&Person, &str), is_right: impl Fn(&str) -> bool) -> Result<(), Failed> {
    let (person, room) = who;
    let mut last = String::new();
    for _ in 0..60 {
        last = timeline(guild, person, room)?;
        if is_right(&last) {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    Err(format!("the timeline is never right:\n{last}").into())
}

fn marked() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    let said = bob.say(&id, &format!("<@{}> the database is full", alice.id()))?;
    let thread = guild.thread(&id, "talk", &bob)?;
    let aside = bob.say(&thread, "I have made room")?;
    alice.react(&id, said, PIN)?;
    bob.react(&id, said, PIN)?;
    alice.react(&thread, aside, PIN)?;
    let has = |line: &'static str| move |shown: &str| shown.matches(line).count() == 1;
    until(&guild, (&alice, &id), has("the database is full"))?;
    until(&guild, (&alice, &id), has("I have made room"))?;
    bob.edit(&id, said, "the disk is full")?;
    until(&guild, (&alice, &id), has("the disk is full"))?;
    alice.unreact(&id, said, PIN)?;
    alice.unreact(&thread, aside, PIN)?;
    until(&guild, (&alice, &id), |shown| !shown.contains("I have made room"))?;
    assert!(timeline(&guild, &alice, &id)?.contains("the disk is full"), "bob's mark is still there");
    guild.discord.sweep(&id, said, None);
    until(&guild, (&alice, &id), |shown| !shown.contains("the disk is full"))?;
    guild.is_content()
}

fn ticked() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep =
        guild.sitrep("\n[checklist]\ndefault = [\"Look at the panels\", \"What has changed?\"]\n")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    let has_both =
        |message: &Message| message.buttons().len() >= 2 && plain(message).contains("What has changed?");
    let list = guild.hear(&id, "the tasks with a button each", has_both)?;
    let ids: Vec<String> = list.buttons().into_iter().map(|(_, id)| id).collect();
    assert!(ids.iter().all(|id| id.contains("task")), "{ids:?}");
    alice.press(&id, list.id, &ids[1])?;
    guild.hear(&id, "the second task, done", |message| {
        message.id == list.id
            && plain(message).contains("\u{2611} 2.")
            && plain(message).contains("\u{2610} 1.")
    })?;
    guild.is_content()
}

fn archived() -> Result<(), Failed> {
    let guild = Guild::with_roles()?;
    let _sitrep = guild.sitrep("\n[incident]\narchive_after = \"1s\"\n")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let room = guild.declare(&alice, "!incident --private payroll zebra")?;
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!ack")?;
    let overwrites = || {
        let mut all = guild.discord.channel(&id).map(|channel| channel.overwrites).unwrap_or_default();
        all.sort_by_key(|it| it.id);
        all
    };
    let before = overwrites();
    guild.ask(&alice, &id, "!resolve done. lost: nothing")?;
    guild.ask(&alice, &id, "!retro decline nothing to learn")?;
    let parent = || guild.discord.channel(&id).and_then(|channel| channel.parent);
    guild.wait("the room in the archive", || (parent()? == "Incidents archive").then_some(()))?;
    assert!(
        alice.say(&id, "hello").is_err() && alice.reads(&id).is_ok(),
        "it can be read, and not written in"
    );
    assert!(bob.reads(&id).is_err(), "it is still private");
    let pending = alice.slash(&id, "reopen", &[("why", json!("payments fail again"))])?;
    guild.answer(&pending)?;
    guild.wait("the room back", || (parent()? == "Incidents").then_some(()))?;
    guild.wait("everybody may do what they could", || (overwrites() == before).then_some(()))?;
    alice.say(&id, "hello again")?;
    assert!(bob.reads(&id).is_err(), "it is still private");
    guild.is_content()
}
