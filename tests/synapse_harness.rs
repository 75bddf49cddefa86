//! The harness itself, on a real Synapse: if one of these fails, believe no other test.

use serde_json::json;

use crate::support::Failed;
use crate::support::synapse::{Limits, SERVER_NAME, Synapse};
use crate::support::trials::{Test, needs_synapse};

pub(crate) fn tests() -> Vec<Test> {
    vec![
        needs_synapse("synapse_harness::two_people_talk", two_people_talk),
        needs_synapse("synapse_harness::invitations_say_who_and_where", invitations_say_who_and_where),
        needs_synapse("synapse_harness::edits_and_redactions_are_shown", edits_and_redactions_are_shown),
        needs_synapse("synapse_harness::reactions_can_be_taken_back", reactions_can_be_taken_back),
        needs_synapse(
            "synapse_harness::a_room_has_pins_members_and_powers",
            a_room_has_pins_members_and_powers,
        ),
        needs_synapse("synapse_harness::waiting_in_vain_shows_the_room", waiting_in_vain_shows_the_room),
        needs_synapse("synapse_harness::an_alias_in_use_is_refused", an_alias_in_use_is_refused),
        needs_synapse("synapse_harness::messages_survive_kill_and_stop", messages_survive_kill_and_stop),
        needs_synapse(
            "synapse_harness::limits_are_synapse_s_own_unless_lifted",
            limits_are_synapse_s_own_unless_lifted,
        ),
    ]
}

fn two_people_talk() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
    let alias = synapse.unique("ops");
    let room = alice.create_room(Some(&alias), &[&bob.user_id])?;
    assert_eq!(bob.join(&format!("#{alias}:{SERVER_NAME}"))?, room);
    let hello = alice.say_to(&room, "hello bob", &[&bob.user_id])?;
    let heard = bob.wait_for(&room, |seen| seen.sender == alice.user_id)?;
    assert_eq!((heard.event_id.as_str(), heard.body.as_str()), (hello.as_str(), "hello bob"));
    assert_eq!((heard.mentions, heard.mentions_room), (vec![bob.user_id.clone()], false));

    // Said while the other one waits: the long poll wakes up.
    let answer = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| alice.wait_for_after(&room, &hello, |_| true));
        let said = bob.reply(&room, &hello, "hello alice")?;
        let answer = waiting.join().map_err(|_| Failed::from("waiting panicked"))??;
        assert_eq!(answer.event_id, said);
        Ok::<_, Failed>(answer)
    })?;
    assert_eq!(answer.replies_to(), Some(hello.as_str()));
    assert!(answer.mentions.is_empty());

    bob.say_html(&room, "*now*", "<em>now</em>")?;
    let emphasis = alice.wait_for(&room, |seen| seen.body == "*now*")?;
    assert_eq!(emphasis.formatted_body.as_deref(), Some("<em>now</em>"));
    let threaded = bob.say_in_thread(&room, &hello, "aside")?;
    let aside = alice.wait_for(&room, |seen| seen.thread() == Some(&hello))?;
    assert_eq!(aside.event_id, threaded);
    Ok(())
}

fn invitations_say_who_and_where() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
    assert!(bob.invitations()?.is_empty());
    let direct = alice.create_direct_room(&bob.user_id)?;
    let first = bob.wait_for_invite(|invitation| invitation.direct)?;
    assert_eq!((first.room.as_str(), first.inviter.as_str()), (direct.as_str(), alice.user_id.as_str()));
    bob.leave(&direct)?;

    let alias = synapse.unique("ops");
    let room = alice.create_room(Some(&alias), &[])?;
    alice.invite(&room, &bob.user_id)?;
    let second = bob.wait_for_invite(|invitation| !invitation.direct)?;
    assert_eq!((second.room.as_str(), second.name.as_deref()), (room.as_str(), Some(alias.as_str())));
    assert_eq!(alice.invited(&room)?, [bob.user_id.as_str()]);
    bob.join(&room)?;
    assert_eq!(bob.rooms()?, [room]);
    Ok(())
}

fn edits_and_redactions_are_shown() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let alice = synapse.person("alice")?;
    let room = alice.create_room(None, &[])?;
    let first = alice.say(&room, "the databse is down")?;
    let second = alice.say(&room, "my password is swordfish")?;
    let edit = alice.edit(&room, &first, "the database is down")?;
    alice.redact(&room, &second)?;

    let words: Vec<String> = alice.shown(&room)?.into_iter().map(|seen| seen.body).collect();
    assert_eq!(words, ["the database is down"]);
    let sent = alice.messages(&room)?;
    assert_eq!(sent.len(), 3, "{sent:#?}");
    assert_eq!((sent[0].body.as_str(), sent[0].redacted), ("the databse is down", false));
    assert_eq!((sent[1].body.as_str(), sent[1].redacted), ("", true));
    assert_eq!((sent[2].event_id.as_str(), sent[2].edits()), (edit.as_str(), Some(first.as_str())));
    Ok(())
}

fn reactions_can_be_taken_back() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let alice = synapse.person("alice")?;
    let room = alice.create_room(None, &[])?;
    let card = alice.say(&room, "INC-12")?;
    let mark = alice.react(&room, &card, "✅")?;
    assert_eq!(alice.reactions(&room, &card)?, [(alice.user_id.clone(), "✅".to_owned())]);
    alice.redact(&room, &mark)?;
    assert!(alice.reactions(&room, &card)?.is_empty());
    Ok(())
}

fn a_room_has_pins_members_and_powers() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
    let room = alice.create_room(None, &[&bob.user_id])?;
    assert!(alice.pinned(&room)?.is_empty());
    assert_eq!(alice.state(&room, "m.room.topic", "")?, None);
    assert_eq!(alice.members(&room)?, [alice.user_id.as_str()]);
    bob.join(&room)?;
    let card = bob.say(&room, "INC-12")?;
    let pins = json!({ "pinned": [card] });
    assert!(bob.set_state(&room, "m.room.pinned_events", "", &pins).is_err(), "bob has no power yet");
    alice.set_power(&room, &bob.user_id, 50)?;
    bob.set_state(&room, "m.room.pinned_events", "", &pins)?;
    assert_eq!(alice.pinned(&room)?, [card]);
    alice.remove(&room, &bob.user_id)?;
    assert_eq!(alice.members(&room)?, [alice.user_id.as_str()]);
    Ok(())
}

fn waiting_in_vain_shows_the_room() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let alice = synapse.person("alice")?;
    let room = alice.create_room(None, &[])?;
    alice.say(&room, "is anybody there?")?;
    let patience = std::time::Duration::from_millis(200);
    let Err(failed) = alice.wait_for_within(patience, &room, |seen| seen.sender != alice.user_id) else {
        return Err("nobody else is in the room".into());
    };
    let shown = failed.message().unwrap_or_default();
    assert!(shown.contains("waited 0.2 s") && shown.contains(": is anybody there?"), "{shown}");
    Ok(())
}

/// What a second attempt to make a room under its derived address relies on.
fn an_alias_in_use_is_refused() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let alice = synapse.person("alice")?;
    let alias = synapse.unique("ops");
    let room = alice.create_room(Some(&alias), &[])?;
    let answer = alice.try_create_room(&json!({ "room_alias_name": alias }))?;
    assert_eq!((answer.status, answer.errcode()), (400, Some("M_ROOM_IN_USE")), "{answer}");
    assert_eq!(alice.resolve(&format!("#{alias}:{SERVER_NAME}"))?, Some(room));
    assert_eq!(alice.resolve(&format!("#{}:{SERVER_NAME}", synapse.unique("nowhere")))?, None);
    Ok(())
}

fn messages_survive_kill_and_stop() -> Result<(), Failed> {
    let mut synapse = Synapse::start(Limits::Lifted)?;
    let account = synapse.account("bob")?;
    let alice = synapse.person("alice")?;
    let room = alice.create_room(None, &[&account.user_id])?;
    let first = alice.say(&room, "before the kill")?;
    let url = synapse.url.clone();
    synapse.kill();
    assert!(alice.say(&room, "into the void").is_err(), "a killed server takes no messages");
    synapse.start_again()?;
    assert_eq!(synapse.url, url);
    let second = alice.say(&room, "before the stop")?;
    synapse.stop()?;
    synapse.start_again()?;

    let bob = crate::support::person::Person::log_in(&synapse.url, &account)?;
    bob.join(&room)?;
    let words: Vec<(String, String)> =
        bob.messages(&room)?.into_iter().map(|seen| (seen.event_id, seen.body)).collect();
    assert_eq!(words, [(first, "before the kill".to_owned()), (second, "before the stop".to_owned())]);
    Ok(())
}

fn limits_are_synapse_s_own_unless_lifted() -> Result<(), Failed> {
    let mut refused = Vec::new();
    for limits in [Limits::Default, Limits::Lifted] {
        let synapse = Synapse::start(limits)?;
        let alice = synapse.person("alice")?;
        let room = alice.create_room(None, &[])?;
        let path = format!("/_matrix/client/v3/rooms/{room}/send/m.room.message");
        let words = json!({ "msgtype": "m.text", "body": "again" });
        let mut first = None;
        for attempt in 1..=30 {
            let answer = alice.api.ask("PUT", &format!("{path}/{attempt}"), Some(&words))?;
            if answer.status == 429 {
                first = Some(attempt);
                break;
            }
        }
        refused.push(first);
    }
    assert!(refused[0].is_some(), "by default nobody may say 30 things at once");
    assert_eq!(refused[1], None, "refused although the limits are lifted");
    Ok(())
}
