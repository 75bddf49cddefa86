//! Who may do and see what.

use serde_json::json;

use crate::support::Failed;
use crate::support::discord::Guild;
use crate::support::trials::{Test, test};

pub(super) fn tests() -> Vec<Test> {
    vec![
        test("discord::roles_decide_who_may_command", roles),
        test("discord::a_role_counts_as_it_is_now", roles_change),
        test("discord::a_public_room_is_for_those_who_may_command", public_rooms),
        test("discord::a_private_incident_is_nowhere_else", private),
        test("discord::a_private_room_is_private_from_its_first_moment", from_the_start),
    ]
}

fn roles() -> Result<(), Failed> {
    let guild = Guild::with_roles()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, mallory) = (guild.person("alice"), guild.person("mallory"));
    let typed = guild.ask(&mallory, "ops", "!incident free coffee")?;
    assert!(typed.text().contains("may command"), "{}", typed.text());
    let given = mallory.slash("ops", "incident", &[("title", json!("free coffee"))])?;
    let answer = guild.answer(&given)?;
    assert!(answer.ephemeral && answer.content.contains("may command"), "{answer:?}");
    let offered = mallory.complete("ops", "status", &[], "incident")?;
    let room = guild.declare(&alice, "!incident checkout is down")?;
    let later = mallory.complete("ops", "status", &[], "incident")?;
    assert!(offered.is_empty() && later.is_empty(), "{offered:?} {later:?}");
    assert_eq!(guild.rooms().len(), 1);
    assert!(mallory.reads(&room.id.to_string()).is_err(), "who may not command may not read");
    guild.is_content()
}

fn roles_change() -> Result<(), Failed> {
    let guild = Guild::with_roles()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, mallory) = (guild.person("alice"), guild.person("mallory"));
    guild.ask(&alice, "ops", "!incidents")?;
    guild.discord.set_roles("mallory", &["ops-people"]);
    guild.discord.set_roles("alice", &[]);
    let answer = guild.ask(&mallory, "ops", "!incidents")?;
    assert!(answer.text().contains("Nothing is open"), "{}", answer.text());
    let direct = guild.direct_with(&alice);
    let refused = guild.ask(&alice, &direct, "!incidents")?;
    assert!(refused.text().contains("may command"), "{}", refused.text());
    // Nobody is turned away twice in words, but a command list waits for one.
    let refused = guild.answer(&alice.slash("ops", "incidents", &[])?)?;
    assert!(refused.content.contains("may command"), "{refused:?}");
    guild.is_content()
}

fn public_rooms() -> Result<(), Failed> {
    let everybody = Guild::new()?;
    let _sitrep = everybody.sitrep("")?;
    let room = everybody.declare(&everybody.person("alice"), "!incident checkout is down")?;
    assert!(everybody.person("mallory").reads(&room.id.to_string()).is_ok(), "everybody may command");
    let some = Guild::with_roles()?;
    let _sitrep = some.sitrep("")?;
    let room = some.declare(&some.person("alice"), "!incident checkout is down")?;
    let id = room.id.to_string();
    assert!(some.person("bob").reads(&id).is_ok(), "bob may command");
    assert!(some.person("mallory").reads(&id).is_err(), "mallory may not");
    everybody.is_content()?;
    some.is_content()
}

fn private() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let (alice, bob) = (guild.person("alice"), guild.person("bob"));
    let asked =
        alice.slash("ops", "incident", &[("title", json!("payroll zebra")), ("private", json!(true))])?;
    let room = guild.new_room(0)?;
    let id = room.id.to_string();
    guild.ask(&alice, &id, "!ack")?;
    guild.ask(&alice, &id, "!update the zebra is loose")?;
    let listed = guild.ask(&alice, "ops", "!incidents")?;
    assert!(listed.text().contains("Nothing is open"), "{}", listed.text());
    let status = guild.ask(&bob, "ops", "!status INC-1")?;
    assert!(status.text().contains("no INC-1 that you can see"), "{}", status.text());
    guild.ask(&alice, &id, "!resolve the zebra is home")?;
    guild.hear_words("ops", "INC-1 is over")?;
    drop(asked);
    for channel in guild.discord.channels() {
        if channel.id == room.id {
            continue;
        }
        let others = ["bob", "carol", "mallory"].map(|name| guild.person(name));
        for other in &others {
            for said in other.reads(&channel.id.to_string()).unwrap_or_default() {
                assert!(!said.text().contains("zebra"), "in #{}: {}", channel.name, said.text());
            }
        }
    }
    for other in ["bob", "carol", "mallory"] {
        let names = guild.person(other).channels();
        assert!(!names.iter().any(|name| name.contains("zebra")), "{other} sees {names:?}");
    }
    assert!(guild.said_in("status").is_empty());
    guild.is_content()
}

/// Whatever goes wrong, there is no moment in which it is open.
fn from_the_start() -> Result<(), Failed> {
    let guild = Guild::new()?;
    let _sitrep = guild.sitrep("")?;
    let alice = guild.person("alice");
    guild.declare(&alice, "!incident --private payroll zebra")?;
    // What the gateway told of the channel as it was made: everybody was denied it in that very request.
    let everyone = guild.discord.guild_id().to_string();
    let state = guild.discord.server().state();
    let made: Vec<_> = state
        .log
        .iter()
        .filter(|it| {
            it.t == "CHANNEL_CREATE" && it.d["name"].as_str().is_some_and(|name| name.contains("zebra"))
        })
        .collect();
    assert_eq!(made.len(), 1);
    let overwrites = made[0].d["permission_overwrites"].as_array().cloned().unwrap_or_default();
    let denies = overwrites.iter().any(|it| {
        let deny: u64 = it["deny"].as_str().and_then(|bits| bits.parse().ok()).unwrap_or_default();
        it["id"] == everyone.as_str() && deny & (1 << 10) != 0
    });
    assert!(denies, "{overwrites:#?}");
    drop(state);
    guild.is_content()
}
