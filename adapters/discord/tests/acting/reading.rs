//! Reading what somebody said, to put it on record.

use sitrep_core::{
    port::{Action, Outcome, Receipt, Said},
    room::MessageRef,
};
use sitrep_fake_discord::permission;

use crate::bench::{Bench, message, open, room, say};

fn read(id: u64, thread: Option<u64>) -> Action {
    let thread = thread.map(|thread| thread.to_string());
    Action::Read { message: MessageRef { room: room("ops"), id: id.to_string(), thread } }
}

fn said(bench: &Bench, action: &Action) -> Said {
    let Receipt::Said(said) = bench.done(action) else { panic!("not said") };
    said
}

#[test]
fn a_message_is_read_as_it_stands_now() {
    let bench = open();
    let (alice, bob) = (bench.discord.person("alice"), bench.discord.person("bob"));
    let id = alice.say("ops", "<@1> restarts it").unwrap();
    alice.edit("ops", id, &format!("<@{}> restarted it, see #ops", bob.id())).unwrap();
    let read_back = said(&bench, &read(id, None));
    assert_eq!(read_back.author, bench.person("alice"));
    assert_eq!(read_back.text, format!("@{} restarted it, see #ops", bob.id()));
    let age = (chrono::Utc::now() - read_back.sent_at).num_seconds();
    assert!((0..60).contains(&age), "{age} s ago");
    let with_file = alice.attach("ops", "the graph", "graph.png", b"x").unwrap();
    assert_eq!(said(&bench, &read(with_file, None)).text, "the graph\n[graph.png]");
    let addressed = alice.say("ops", &format!("<@{}> status", bench.discord.bot_id())).unwrap();
    let text = said(&bench, &read(addressed, None)).text;
    assert_eq!(text, format!("@{} status", bench.discord.bot_id()), "it is no command here");
    let ours = message(&bench.done(&say("It is down."))).id.parse().unwrap();
    let read_back = said(&bench, &read(ours, None));
    assert_eq!(read_back.text, "It is down.");
    assert_eq!(read_back.author.handle, bench.discord.bot_id().to_string());
    let thread = alice.start_thread("ops", id, "talk").unwrap();
    let in_thread = bob.say("talk", "it is back").unwrap();
    assert_eq!(said(&bench, &read(in_thread, Some(thread))).text, "it is back");
    bench.listen();
    bench.hears(|| bob.say("talk", "really").unwrap());
    assert_eq!(said(&bench, &read(in_thread, None)).text, "it is back", "the room is enough");
    bench.is_clean();
}

#[test]
fn what_cannot_be_read_is_said_plainly() {
    let bench = open();
    let alice = bench.discord.person("alice");
    let id = alice.say("ops", "it is down").unwrap();
    let permanent = |words: &str| Outcome::Permanent(words.to_owned());
    let pinned = message(&bench.done(&say("It is down.")));
    bench.done(&Action::Pin { message: pinned });
    let notice = bench.discord.messages("ops").pop().unwrap().id;
    assert_eq!(bench.outcome(&read(notice, None)), permanent("there are no words in the message"));
    alice.delete("ops", id).unwrap();
    assert_eq!(bench.outcome(&read(id, None)), permanent("the message is gone"));
    let other = alice.say("ops", "it is still down").unwrap();
    bench.discord.revoke(permission::READ_MESSAGE_HISTORY);
    let outcome = bench.outcome(&read(other, None));
    let Outcome::Permanent(words) = outcome else { panic!("{outcome:?}") };
    assert!(words.contains("sitrep"), "{words}");
    bench.discord.remove_channel("ops");
    assert_eq!(bench.outcome(&read(other, None)), permanent("the channel is gone"));
    bench.is_clean();
}
