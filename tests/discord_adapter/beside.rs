//! What stands beside an incident's channel: a place to talk, an entry in the calendar, channels with one person.

use sitrep_fake_discord::view::ChannelKind;
use sitrep_fake_discord::{Channel, permission};

use crate::support::Failed;
use crate::support::discord::Guild;
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::a_voice_channel_comes_and_goes_with_the_incident", voice),
        test("discord::the_voice_channel_of_a_private_incident_is_private", private_voice),
        test("discord::the_retrospective_is_in_the_calendar", calendar),
        test("discord::of_a_private_incident_nothing_is_in_the_calendar", private_calendar),
        test("discord::an_incident_can_be_declared_in_a_direct_channel", direct),
        test("discord::people_who_take_no_messages_hold_nothing_up", no_messages),
    ]
}

const VOICE: &str = "[meeting]\nprovider = \"discord_voice\"\n";

fn voices(guild: &Guild) -> Vec<Channel> {
    guild.discord.channels().into_iter().filter(|it| it.kind == ChannelKind::Voice).collect()
}

fn voice() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep(VOICE)?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let place = guild.wait("a voice channel", || voices(&guild).into_iter().next())?;
    assert_eq!(place.parent.as_deref(), Some("Incidents"));
    assert!(place.name.ends_with("-inc-1") && !place.name.contains("checkout"), "{}", place.name);
    guild.wait("a link to it on the card", || {
        guild.card(&room).ok().filter(|card| {
            card.text().contains(&place.id.to_string())
                || format!("{:?}", card.components).contains(&place.id.to_string())
        })
    })?;
    // Whatever is done again finds it.
    sitrep.kill9();
    sitrep.start_again()?;
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!status")?;
    assert_eq!(voices(&guild).len(), 1);
    guild.ask(&alice, &id, "!resolve done")?;
    guild.wait("no voice channel", || voices(&guild).is_empty().then_some(()))?;
    guild.is_content()
}

fn private_voice() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep(VOICE)?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let room = guild.declare(&alice, "!incident --private payroll zebra")?;
    let place = guild.wait("a voice channel", || voices(&guild).into_iter().next())?;
    assert!(alice.channels().contains(&place.name), "{:?}", alice.channels());
    assert!(bob.reads(&place.id.to_string()).is_err(), "bob is not asked in");
    guild.ask(&alice, &room.id.to_string(), &format!("!lead <@{}>", bob.id()))?;
    guild.wait("bob may talk there too", || {
        let place = voices(&guild).into_iter().next()?;
        place
            .overwrites
            .iter()
            .any(|it| it.id == bob.id() && it.allow & permission::VIEW_CHANNEL != 0)
            .then_some(())
    })?;
    guild.is_content()
}

fn calendar() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!ack")?;
    guild.ask(&alice, &id, "!resolve done")?;
    guild.ask(&alice, &id, "!retro tomorrow 14:00")?;
    let open = || guild.discord.events().into_iter().filter(|it| it.status < 3).collect::<Vec<_>>();
    let event = guild.wait("an entry", || open().into_iter().next())?;
    assert!(
        event.name.contains("INC-1") && event.location.unwrap_or_default().contains(&id),
        "{:#?}",
        open()
    );
    assert!(event.ends_at.is_some_and(|end| end > event.starts_at));
    guild.ask(&alice, &id, "!retro tomorrow 15:00")?;
    guild.wait("it is moved", || open().into_iter().find(|moved| moved.starts_at > event.starts_at))?;
    assert_eq!(open().len(), 1, "there is one");
    guild.ask(&alice, &id, "!retro decline nothing to learn")?;
    guild.wait("it is gone", || open().is_empty().then_some(()))?;
    guild.is_content()
}

fn private_calendar() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident --private payroll zebra")?;
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!resolve done")?;
    guild.ask(&alice, &id, "!retro tomorrow 14:00")?;
    guild.ask(&alice, &id, "!status")?;
    assert!(guild.discord.events().is_empty(), "everybody reads it: {:#?}", guild.discord.events());
    guild.is_content()
}

fn direct() -> Result<(), Failed> {
    let guild = Guild::with_roles()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let direct = guild.direct_with(&alice);
    let answer = guild.ask(&alice, &direct, "!incident payroll zebra")?;
    assert!(answer.text().contains("privately"), "{}", answer.text());
    let room = guild.new_room(0)?;
    assert!(alice.reads(&room.id.to_string()).is_ok());
    assert!(guild.person("bob").reads(&room.id.to_string()).is_err());
    assert!(guild.said_in("ops").is_empty() && guild.said_in("status").is_empty());
    // Roles decide here, too.
    let mallory = guild.person("mallory");
    let refused = guild.ask(&mallory, &guild.direct_with(&mallory), "!incident free coffee")?;
    assert!(refused.text().contains("may command"), "{}", refused.text());
    assert_eq!(guild.rooms().len(), 1);
    guild.is_content()
}

fn no_messages() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.discord.takes_direct_messages("alice", false);
    let room = guild.declare(&alice, "!incident --private payroll zebra")?;
    // Those who lead it are to be told, each alone; she takes no messages.
    guild.discord.remove_channel(&room.id.to_string());
    let answer = guild.ask(&alice, "ops", "!incidents")?;
    assert!(!answer.text().contains("zebra"), "{}", answer.text());
    guild.declare(&alice, "!incident checkout is down")?;
    for said in guild.said_in("ops").iter().chain(&guild.said_in("status")) {
        assert!(!said.text().contains("zebra"), "{}", said.text());
    }
    guild.is_content()
}
