//! Pictures and files: in the message that they belong to, or missed in words.

use sitrep_core::{
    effect::Purpose,
    message::Message,
    person::Person,
    port::{Action, Attachment, Outcome},
    room::{MessageRef, RoomRef},
};
use sitrep_fake_discord::{AnswerKind, permission};

use crate::{
    bench::{again, by_role, fresh, message, open, open_room, receipt, room},
    interactions::asked,
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\x68";
const ALT: &str = "Requests failing: 9 %, an hour ago 0.1 %";

fn picture(png: &[u8]) -> Attachment {
    let (name, alt) = ("figures.png".to_owned(), ALT.to_owned());
    Attachment::Picture { name, alt, png: png.to_vec(), width: 640, height: 360 }
}

fn say(room: RoomRef, attachment: Attachment) -> Action {
    Action::Say {
        thread: None,
        room,
        answers: None,
        only_for: None,
        purpose: Purpose::Notice,
        message: Message::text("How it is:"),
        attachment: Some(Box::new(attachment)),
    }
}

#[test]
fn a_picture_is_in_the_message_and_says_what_it_shows() {
    let bench = open();
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let said = message(&bench.done_in_doubt(&say(room("ops"), picture(PNG))));
    let all = bench.discord.messages("ops");
    let [shown] = &all[..] else { panic!("it is said once: {all:?}") };
    assert_eq!((shown.id.to_string(), shown.content.as_str()), (said.id.clone(), "How it is:"));
    let [file] = &shown.attachments[..] else { panic!("{:?}", shown.attachments) };
    assert_eq!((file.description.as_deref(), file.size), (Some(ALT), Some((640, 360))));
    assert_eq!((file.kind.as_str(), file.content.as_slice()), ("image/png", PNG));
    let content = Message::text("How it was:");
    bench.done(&Action::Edit { message: said, purpose: Purpose::Notice, content });
    let edited = bench.discord.messages("ops").pop().unwrap();
    assert_eq!((edited.content.as_str(), &edited.attachments), ("How it was:", &shown.attachments));
    bench.is_clean();
}

#[test]
fn a_file_is_handed_over_in_a_private_room_too() {
    let bench = by_role();
    let opened = bench.done(&open_room("leak", true, vec![bench.person("alice")]));
    let (own, id) = bench.room_of(&opened);
    let (name, media_type) = ("INC-1.md".to_owned(), "text/markdown".to_owned());
    bench.done(&say(own, Attachment::File { name, media_type, content: "# INC-1\n".to_owned() }));
    let read = bench.discord.person("alice").reads(&id).unwrap().pop().unwrap();
    let [file] = &read.attachments[..] else { panic!("{read:?}") };
    assert_eq!((file.name.as_str(), file.content.as_slice()), ("INC-1.md", b"# INC-1\n".as_slice()));
    bench.is_clean();
}

#[test]
fn what_cannot_be_attached_is_missed_in_words() {
    let bench = open();
    let too_large = vec![0; (10 << 20) + 1];
    bench.done(&say(room("ops"), picture(&too_large)));
    bench.discord.faults().refuse("POST", "/channels/*/messages", 1, (413, 40_005));
    bench.done(&say(room("ops"), picture(PNG)));
    bench.discord.revoke(permission::ATTACH_FILES);
    bench.done(&say(room("ops"), picture(PNG)));
    let said = bench.discord.messages("ops");
    let missing = "How it is:\n(figures.png is not here: ";
    let larger = format!("{missing}it is larger than the chat server takes.)");
    let forbidden = format!("{missing}sitrep lacks the permission Attach Files.)");
    let words: Vec<&str> = said.iter().map(|it| it.content.as_str()).collect();
    assert_eq!(words, [&larger, &larger, &forbidden]);
    assert!(said.iter().all(|it| it.attachments.is_empty()));
    bench.discord.revoke(permission::SEND_MESSAGES);
    let outcome = bench.outcome(&say(room("status"), picture(PNG)));
    let words = "sitrep lacks the permission Send Messages on Discord".to_owned();
    assert_eq!(outcome, Outcome::Permanent(words));
    bench.is_clean();
}

fn answer(to: &MessageRef, only_for: Option<Person>) -> Action {
    Action::Say {
        thread: None,
        room: to.room.clone(),
        answers: Some(to.clone()),
        only_for,
        purpose: Purpose::Answer,
        message: Message::text("How it is:"),
        attachment: Some(Box::new(picture(PNG))),
    }
}

#[test]
fn an_answer_for_one_person_has_its_picture_for_them_alone() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    let (action, attempt) = (answer(&asked, Some(bench.person("alice"))), fresh());
    bench.discord.faults().lose_reply("PATCH", "/webhooks/*/*/messages/@original", 1);
    assert!(matches!(bench.attempt(&action, &attempt), Outcome::InDoubt(_) | Outcome::Transient(_)));
    receipt(bench.attempt(&action, &again(&attempt)));
    let given = pending.answer().unwrap();
    assert!(given.ephemeral && given.content == "How it is:", "{given:?}");
    let files = |who: &str| {
        let read = bench.discord.person(who).reads("ops").unwrap();
        read.iter().map(|it| it.attachments.len()).sum::<usize>()
    };
    assert_eq!([files("alice"), files("bob")], [1, 0]);
    bench.is_clean();
}

#[test]
fn an_answer_for_all_has_its_picture_in_the_channel() {
    let bench = open();
    let (pending, asked) = asked(&bench);
    bench.done(&answer(&asked, None));
    assert_eq!(pending.answer().unwrap().kind, AnswerKind::Deferred, "it is said that an answer will come");
    let said = bench.discord.messages("ops");
    let shown: Vec<_> = said.iter().map(|it| (it.content.as_str(), it.attachments.len())).collect();
    assert_eq!(shown, [("How it is:", 1)], "and nothing else stands there");
    bench.is_clean();
}
