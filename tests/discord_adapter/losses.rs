//! What is taken away meanwhile: permissions, channels, the category, the place on the server.

use sitrep_fake_discord::permission;

use crate::support::Failed;
use crate::support::discord::Guild;
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::a_deleted_incident_channel_is_gone_on_without", deleted_room),
        test("discord::a_closed_incident_channel_is_gone_on_without", closed_room),
        test("discord::a_deleted_private_channel_tells_those_who_lead_alone", deleted_private_room),
        test("discord::a_deleted_configured_channel_is_said", deleted_stakeholders),
        test("discord::a_deleted_category_is_made_anew", deleted_category),
        test("discord::what_was_deleted_while_it_was_down_is_noticed", deleted_meanwhile),
        test("discord::without_pins_everything_else_works", no_pins),
        test("discord::without_the_calendar_everything_else_works", no_calendar),
        test("discord::without_managing_channels_the_incident_runs_where_it_was_declared", no_channels),
        test("discord::put_out_of_the_server_it_says_so", put_out),
    ]
}

fn goes_on(guild: &Guild, lose: impl FnOnce(&str)) -> Result<(), Failed> {
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    guild.ask(&alice, &room.id.to_string(), "!ack")?;
    lose(&room.id.to_string());
    guild.hear_words("ops", "go on here")?;
    let answer = guild.ask(&alice, "ops", "!update INC-1 half of it is drained")?;
    assert!(answer.text().contains("Sent to"), "{}", answer.text());
    guild.hear_words("status", "half of it is drained")?;
    guild.ask(&alice, "ops", "!resolve INC-1 done")?;
    guild.is_content()
}

fn deleted_room() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    goes_on(&guild, |room| assert!(guild.discord.remove_channel(room)))
}

fn closed_room() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    goes_on(&guild, |room| guild.close_to_sitrep(room))
}

fn deleted_private_room() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident --private payroll zebra")?;
    guild.ask(&alice, &room.id.to_string(), "!ack")?;
    guild.discord.remove_channel(&room.id.to_string());
    let direct = guild.wait("a direct channel with alice", || guild.direct(&alice))?;
    guild.hear_words(&direct, "INC-1")?;
    let answer = guild.ask(&alice, &direct, "!status INC-1")?;
    assert!(answer.text().contains("payroll zebra"), "{}", answer.text());
    for channel in ["ops", "support", "status"] {
        for said in guild.said_in(channel) {
            assert!(!said.text().contains("zebra"), "#{channel}: {}", said.text());
        }
    }
    guild.is_content()
}

fn deleted_stakeholders() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    guild.discord.remove_channel("status");
    guild.hear("ops", "a sentence about #status", |said| said.text().contains("status"))?;
    let room = guild.declare(&alice, "!incident checkout is down")?;
    guild.ask(&alice, &room.id.to_string(), "!resolve done")?;
    guild.is_content()
}

fn deleted_category() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let first = guild.declare(&alice, "!incident checkout is down")?;
    guild.discord.remove_channel("Incidents");
    guild.ask(&alice, &first.id.to_string(), "!ack")?;
    let second = guild.declare(&alice, "!incident payroll is late")?;
    assert_eq!(second.parent.as_deref(), Some("Incidents"));
    guild.is_content()
}

fn deleted_meanwhile() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    goes_on(&guild, |room| {
        sitrep.kill9();
        assert!(guild.discord.remove_channel(room));
        sitrep.start_again().expect("it starts again");
    })
}

fn no_pins() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    guild.discord.revoke(permission::PIN_MESSAGES);
    guild.ask(&alice, "ops", "!incident checkout is down")?;
    let room = guild.wait("a room", || guild.rooms().into_iter().next())?;
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!ack")?;
    guild.ask(&alice, &id, "!resolve done")?;
    guild.hear_words("status", "is resolved")?;
    guild.is_content()
}

fn no_calendar() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    let room = guild.declare(&alice, "!incident checkout is down")?;
    guild.discord.revoke(permission::CREATE_EVENTS | permission::MANAGE_EVENTS);
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!resolve done")?;
    let answer = guild.ask(&alice, &id, "!retro tomorrow 14:00")?;
    assert!(!answer.text().is_empty());
    guild.hear_words("status", "etrospective")?;
    assert!(guild.discord.events().is_empty());
    guild.is_content()
}

fn no_channels() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.ask(&alice, "ops", "!incidents")?;
    guild.discord.revoke(permission::MANAGE_CHANNELS);
    let answer = guild.ask(&alice, "ops", "!incident checkout is down")?;
    assert!(answer.text().contains("run it here"), "{}", answer.text());
    guild.ask(&alice, "ops", "!ack INC-1")?;
    let refused = guild.ask(&alice, "ops", "!incident --private payroll zebra")?;
    assert!(!refused.text().contains("zebra"), "{}", refused.text());
    for said in guild.said_in("ops").iter().chain(&guild.said_in("status")) {
        assert!(!said.text().contains("zebra"), "{}", said.text());
    }
    guild.is_content()
}

fn put_out() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let mut sitrep = guild.sitrep("")?;
    guild.ask(&guild.person("alice"), "ops", "!incidents")?;
    guild.discord.remove_bot();
    guild.wait("a sentence in the log", || {
        let log = sitrep.log().to_lowercase();
        (log.contains("server") && (log.contains("warn") || log.contains("error"))).then_some(())
    })?;
    let requests = guild.discord.requests().len();
    std::thread::sleep(std::time::Duration::from_secs(2));
    let more = guild.discord.requests().len() - requests;
    assert!(more <= 20, "{more} requests in two seconds to a server that it was put out of");
    let _ = sitrep.ended()?;
    Ok(())
}
