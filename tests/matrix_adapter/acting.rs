//! Each thing is done once, however often it is tried, and as it was meant.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use sitrep_core::effect::Purpose;
use sitrep_core::message::{Message, Span, mention, text};
use sitrep_core::person::Person;
use sitrep_core::port::{Action, Outcome, Receipt, RoomKind};

use super::bot::{Bot, handle, handles, texts};
use crate::support::Failed;
use crate::support::synapse::Synapse;

pub(super) fn one_key_is_one_message() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let say = || Action::Say {
        thread: None,
        room: bot.room(0),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("said once"),
        attachment: None,
    };
    let first = bot.perform("key00001-1-0", Utc::now(), say());
    assert_eq!(bot.perform("key00001-1-0", Utc::now(), say()), first);
    let Outcome::Done(Receipt::Message(message)) = &first else { return Err(format!("{first:?}").into()) };
    assert_eq!(message.room, bot.room(0));
    // Long after: the homeserver may have forgotten, so that the room is asked.
    let long_ago = Utc::now() - TimeDelta::days(2);
    for number in 0..30 {
        bot.perform(&format!("key00001-2-{number}"), Utc::now(), say());
    }
    assert_eq!(bot.perform("key00001-1-0", long_ago, say()), first);
    let other = bot.perform("key00001-3-0", long_ago, say());
    assert!(matches!(&other, Outcome::Done(Receipt::Message(said)) if said.id != message.id), "{other:?}");
    let keys: Vec<Value> =
        alice.messages(&ops)?.iter().map(|seen| seen.content["org.sitrep.key"].clone()).collect();
    let distinct: BTreeSet<String> = keys.iter().map(Value::to_string).collect();
    assert_eq!((keys.len(), distinct.len()), (32, 32));
    // What it says itself it doesn't hear.
    bot.is_quiet()
}

pub(super) fn encrypted_rooms_work_too() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    let algorithm = json!({ "algorithm": "m.megolm.v1.aes-sha2" });
    alice.set_state(&ops, "m.room.encryption", "", &algorithm)?;
    bot.start()?;
    let room = bot.room(0);
    let say = || Action::Say {
        thread: None,
        room: room.clone(),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("said once"),
        attachment: None,
    };
    let first = bot.perform("key00002-1-0", Utc::now(), say());
    assert!(matches!(first, Outcome::Done(_)), "{first:?}");
    assert_eq!(bot.perform("key00002-1-0", Utc::now(), say()), first);
    bot.kill();
    bot.connect()?;
    let long_ago = Utc::now() - TimeDelta::days(2);
    assert_eq!(bot.perform("key00002-1-0", long_ago, say()), first, "found by the key inside");
    let events = alice.events(&ops)?;
    let sent: Vec<&str> = events
        .iter()
        .filter(|event| event.sender == bot.account.user_id && event.state_key.is_none())
        .map(|event| event.kind.as_str())
        .collect();
    assert_eq!(sent, ["m.room.encrypted"]);
    Ok(())
}

pub(super) fn one_key_is_one_room() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    bot.start()?;
    let open = |people: &[&str]| open_room("checkout is down", &handles(people));
    let me = bot.account.user_id.clone();
    let key = format!("KEY-{}", synapse.unique("r"));
    let first = bot.perform(&key, Utc::now(), open(&[&alice.user_id, &me, &alice.user_id]));
    let Outcome::Done(Receipt::Room(room)) = &first else { return Err(format!("{first:?}").into()) };
    assert_eq!(bot.perform(&key, Utc::now(), open(&[&alice.user_id])), first);
    bot.kill();
    bot.connect()?;
    assert_eq!(bot.perform(&key, Utc::now() - TimeDelta::days(2), open(&[])), first);

    let invited = alice.wait_for_invite(|invitation| invitation.room == room.room)?;
    assert_eq!((invited.name.as_deref(), invited.direct), (Some("checkout is down"), false));
    alice.join(&room.room)?;
    let state = |kind: &str| alice.state(&room.room, kind, "");
    assert_eq!(state("m.room.topic")?.map(|topic| topic["topic"].clone()), Some("the topic".into()));
    assert_eq!(state("m.room.join_rules")?, Some(json!({ "join_rule": "invite" })));
    assert_eq!(state("m.room.history_visibility")?, Some(json!({ "history_visibility": "shared" })));
    assert_eq!(state("m.room.guest_access")?, Some(json!({ "guest_access": "forbidden" })));
    alice.say(&room.room, "!ack")?;
    let heard = bot.hear(1)?;
    assert_eq!(
        (texts(&heard)[0].as_str(), heard[0].kind),
        ("!ack", RoomKind::Own),
        "one person, but not direct"
    );
    Ok(())
}

pub(super) fn an_invitation_never_costs_the_room() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, bob) = (synapse.person("alice")?, synapse.person("bob")?);
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    let elsewhere = "@carol:unreachable.example";
    let key = synapse.unique("key");
    let opened = bot.settled(&key, || open_room("a room", &handles(&[elsewhere, &alice.user_id])))?;
    let Outcome::Done(Receipt::Room(room)) = opened else { return Err(format!("{opened:?}").into()) };
    let people = handles(&[&alice.user_id, elsewhere, "nobody", &bob.user_id, &bot.account.user_id]);
    let invite = || Action::Invite { room: room.clone(), people: people.clone() };
    for _ in 0..2 {
        let outcome = bot.perform("key-invite", Utc::now(), invite());
        let Outcome::Done(Receipt::DoneExcept(except)) = outcome else {
            return Err(format!("{outcome:?}").into());
        };
        let left_out: Vec<&str> = except.iter().map(|(person, _)| person.handle.as_str()).collect();
        assert_eq!(left_out, [elsewhere, "nobody"]);
    }
    for person in [&alice, &bob] {
        person.wait_for_invite(|invitation| invitation.room == room.room)?;
    }
    bob.join(&room.room)?;
    let only_bob = Action::Invite { room: room.clone(), people: handles(&[&bob.user_id]) };
    assert_eq!(bot.perform("key-invite-2", Utc::now(), only_bob), Outcome::Done(Receipt::Done));
    Ok(())
}

pub(super) fn whoever_said_no_is_left_in_peace() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let mut bot = Bot::new(&synapse)?;
    bot.start()?;
    let alice = synapse.person("alice")?;
    let (declined, left) = (synapse.person("bob")?, synapse.person("carol")?);
    let (removed, banned) = (synapse.person("dave")?, synapse.person("eve")?);
    let gone = [&declined, &left, &removed, &banned];
    let mut people = vec![alice.user_id.as_str()];
    people.extend(gone.iter().map(|person| person.user_id.as_str()));
    let opened = bot.perform(&synapse.unique("peace"), Utc::now(), open_room("a room", &handles(&people)));
    let Outcome::Done(Receipt::Room(room)) = opened else { return Err(format!("{opened:?}").into()) };
    let me = bot.session_api()?;
    let change = |change: &str, user: &str| {
        me.post(&format!("/_matrix/client/v3/rooms/{}/{change}", room.room), &json!({ "user_id": user }))
    };
    declined.leave(&room.room)?;
    for person in [&left, &removed, &banned, &alice] {
        person.join(&room.room)?;
    }
    left.leave(&room.room)?;
    change("kick", &removed.user_id)?;
    change("ban", &banned.user_id)?;
    let invite = Action::Invite { room: room.clone(), people: handles(&people) };
    assert_eq!(bot.perform("key-peace", Utc::now(), invite), Outcome::Done(Receipt::Done));
    assert_eq!(alice.invited(&room.room)?, Vec::<String>::new());
    for person in gone {
        assert!(person.invitations()?.iter().all(|invitation| invitation.room != room.room));
    }
    Ok(())
}

pub(super) fn pins_edits_and_answers() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    alice.set_power(&ops, &bot.account.user_id, 50)?;
    bot.start()?;
    let root = alice.say(&ops, "!incident a")?;
    alice.say_in_thread(&ops, &root, "!status")?;
    let heard = bot.hear(2)?;
    let answer = |index: usize| {
        let asked = heard[index].message.clone();
        Action::Say {
            thread: None,
            room: bot.room(0),
            answers: Some(asked),
            only_for: None,
            purpose: Purpose::Notice,
            message: Message::text(format!("answer {index}")),
            attachment: None,
        }
    };
    let card = bot.said("key-answer-0", answer(0))?;
    let threaded = bot.said("key-answer-1", answer(1))?;
    assert_eq!((card.thread.as_ref(), threaded.thread.as_ref()), (None, Some(&root)));
    let seen = |id: &str| alice.wait_for(&ops, |seen| seen.event_id == id);
    assert_eq!(seen(&card.id)?.replies_to(), Some(root.as_str()));
    assert_eq!(seen(&threaded.id)?.thread(), Some(root.as_str()));

    let other = alice.say(&ops, "pinned by alice")?;
    alice.set_state(&ops, "m.room.pinned_events", "", &json!({ "pinned": [other] }))?;
    for _ in 0..2 {
        let pin = Action::Pin { message: card.clone() };
        assert_eq!(bot.perform("key-pin", Utc::now(), pin), Outcome::Done(Receipt::Done));
    }
    assert_eq!(alice.pinned(&ops)?, [other, card.id.clone()]);

    let words = Message::line([text("now "), mention(&handle(&alice.user_id))]);
    let edit = Action::Edit { message: card.clone(), purpose: Purpose::Card, content: words };
    assert_eq!(bot.perform("key-edit", Utc::now(), edit), Outcome::Done(Receipt::Done));
    let shown = alice.shown(&ops)?;
    let edited = shown.iter().find(|seen| seen.event_id == card.id).ok_or("the card is gone")?;
    assert!(edited.body.starts_with("now @alice"), "{}", edited.body);
    assert!(alice.messages(&ops)?.iter().all(|seen| seen.edits().is_none() || seen.mentions.is_empty()));
    Ok(())
}

pub(super) fn hostile_words_stay_words() -> Result<(), Failed> {
    let synapse = Synapse::shared()?;
    let (alice, mut bot) = (synapse.person("alice")?, Bot::new(&synapse)?);
    let ops = bot.configured_room(&synapse, &alice)?;
    bot.start()?;
    let words = "@room <b>\"x\"</b> <script>alert(1)</script> \u{0}\u{7} & '";
    let message =
        Message::line([text(words), mention(&handle(&alice.user_id)), Span::Link("javascript:x".to_owned())])
            .bullet([Span::Room(bot.room(0), "<i>ops</i>".to_owned())])
            .quote(&"\"<&\u{1f525}".repeat(40_000));
    let say = Action::Say {
        thread: None,
        room: bot.room(0),
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message,
        attachment: None,
    };
    let said = bot.said("key-hostile", say)?;
    let seen = alice.wait_for(&ops, |seen| seen.event_id == said.id)?;
    let html = seen.formatted_body.clone().ok_or("there is no HTML")?;
    for tag in ["<script", "<b>", "<i>", "javascript:x\""] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
    assert!(html.contains("&lt;i&gt;ops&lt;/i&gt;"));
    assert_eq!((seen.mentions.as_slice(), seen.mentions_room), ([alice.user_id.clone()].as_slice(), false));
    assert!(seen.body.starts_with("@room <b>") && seen.body.ends_with('…'));
    Ok(())
}

fn open_room(name: &str, invited: &[Person]) -> Action {
    Action::OpenRoom {
        name: name.to_owned(),
        topic: "the topic".to_owned(),
        invited: invited.to_vec(),
        private: false,
        open_to: None,
    }
}
