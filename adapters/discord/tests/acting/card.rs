//! The card: an embed, pinned, changed in place, and posted anew when it can't be changed any more.

use std::time::Duration;

use sitrep_core::{
    effect::Purpose,
    message::{Message, bold},
    port::{Action, Button, Outcome, Receipt},
    room::MessageRef,
};
use sitrep_fake_discord::permission;

use crate::bench::{Bench, again, fresh, message, open, receipt, room};

fn card(status: &str) -> Message {
    Message::line([bold(format!("INC-1 · {status}"))]).and([bold("checkout is down")])
}

fn post(bench: &Bench) -> MessageRef {
    let action = Action::Say {
        thread: None,
        room: room("ops"),
        answers: None,
        only_for: None,
        purpose: Purpose::Card,
        message: card("declared"),
        attachment: None,
    };
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let card = message(&bench.done_in_doubt(&action));
    bench.done(&Action::Pin { message: card.clone() });
    card
}

fn edit(message: &MessageRef, status: &str) -> Action {
    Action::Edit { message: message.clone(), purpose: Purpose::Card, content: card(status) }
}

fn pins(bench: &Bench) -> Vec<String> {
    bench.discord.channel("ops").unwrap().pins.iter().map(u64::to_string).collect()
}

fn cards(bench: &Bench) -> Vec<String> {
    let ours = bench.discord.messages("ops").into_iter().filter(|it| !it.embeds.is_empty());
    ours.map(|it| it.text().replace('\n', " / ")).collect()
}

#[test]
fn a_card_is_an_embed_that_is_pinned_and_changed() {
    let bench = open();
    let card = post(&bench);
    assert_eq!(pins(&bench), std::slice::from_ref(&card.id));
    let attempt = fresh();
    bench.discord.faults().lose_reply("PATCH", "/channels/*/messages/*", 1);
    assert!(matches!(bench.attempt(&edit(&card, "acknowledged"), &attempt), Outcome::Transient(_)));
    assert_eq!(receipt(bench.attempt(&edit(&card, "acknowledged"), &again(&attempt))), Receipt::Done);
    assert_eq!(cards(&bench), ["INC-1 · acknowledged / **checkout is down**"]);
    let asked = bench.asked("PATCH", "/messages");
    assert_eq!(bench.done(&edit(&card, "acknowledged")), Receipt::Done);
    assert_eq!(bench.asked("PATCH", "/messages"), asked, "it says so already");
    bench.is_clean();
}

#[test]
fn a_card_that_discord_lets_nobody_change_is_posted_anew_once() {
    let bench = open();
    let card = post(&bench);
    bench.discord.faults().refuse("PATCH", "/channels/*/messages/*", 1, (429, 30_046));
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let attempt = fresh();
    let outcome = bench.attempt(&edit(&card, "mitigated"), &attempt);
    assert!(matches!(outcome, Outcome::InDoubt(_)), "{outcome:?}");
    // Discord would let it be changed now: the new card is there all the same.
    let new = message(&receipt(bench.attempt(&edit(&card, "mitigated"), &again(&attempt))));
    assert_ne!(new.id, card.id);
    assert_eq!(cards(&bench).len(), 2);
    assert_eq!(pins(&bench), Vec::<String>::new(), "the old one makes room");
    bench.done(&Action::Pin { message: new.clone() });
    assert_eq!(pins(&bench), std::slice::from_ref(&new.id));
    assert_eq!(bench.done(&edit(&new, "resolved")), Receipt::Done);
    bench.is_clean();
}

#[test]
fn a_card_that_is_older_than_an_hour_is_posted_anew_when_it_has_changed_too_often() {
    let bench = open();
    let mut card = post(&bench);
    bench.discord.clock().advance(Duration::from_secs(2 * 60 * 60));
    for number in 0..5 {
        if let Receipt::Message(new) = bench.done(&edit(&card, &format!("state {number}"))) {
            assert!(number > 0, "it was tried");
            bench.done(&Action::Pin { message: new.clone() });
            card = new;
        }
    }
    assert_eq!(cards(&bench).len(), 2);
    assert!(cards(&bench)[1].starts_with("INC-1 · state 4"));
    assert_eq!(pins(&bench), [card.id]);
    bench.is_clean();
}

#[test]
fn a_card_that_somebody_deleted_is_posted_anew() {
    let mut bench = open();
    let card = post(&bench);
    bench.remove_message("ops", &card.id);
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let attempt = fresh();
    assert!(matches!(bench.attempt(&edit(&card, "resolved"), &attempt), Outcome::InDoubt(_)));
    bench.restart();
    let new = message(&receipt(bench.attempt(&edit(&card, "resolved"), &attempt)));
    assert_eq!(cards(&bench), ["INC-1 · resolved / **checkout is down**"]);
    assert_ne!(new.id, card.id);
    bench.is_clean();
}

#[test]
fn a_pin_that_does_not_work_is_said_plainly() {
    let bench = open();
    let card = post(&bench);
    bench.discord.revoke(permission::PIN_MESSAGES);
    let pin = Action::Pin { message: card };
    let words = "sitrep lacks the permission Pin Messages on Discord".to_owned();
    assert_eq!(bench.outcome(&pin), Outcome::Permanent(words));
    bench.discord.restore(permission::PIN_MESSAGES);
    bench.discord.faults().refuse("PUT", "/channels/*/pins/*", 1, (400, 30_003));
    bench.discord.faults().refuse("PUT", "/channels/*/messages/pins/*", 1, (400, 30_003));
    let words = "the channel has as many pinned messages as Discord allows".to_owned();
    assert_eq!(bench.outcome(&pin), Outcome::Permanent(words));
}

#[test]
fn buttons_stand_below_a_message_until_they_are_taken_away() {
    let bench = open();
    let card = post(&bench);
    let button = |verb: &'static str, label: &'static str| Button {
        key: "✅".to_owned(),
        verb,
        words: "",
        label: label.to_owned(),
        form: None,
        choices: Vec::new(),
    };
    let buttons = |buttons: Vec<Button>| Action::Buttons { message: card.clone(), buttons };
    bench.done(&buttons(vec![button("ack", "Acknowledge"), button("update", "Update")]));
    let shown = || bench.discord.messages("ops")[0].buttons();
    let named = |label: &str, id: &str| (format!("✅ {label}"), format!("sitrep:{id}"));
    assert_eq!(shown(), [named("Acknowledge", "ack"), named("Update", "update")]);
    bench.done(&edit(&card, "acknowledged"));
    assert_eq!(shown().len(), 2, "a change of the card leaves them");
    bench.discord.faults().refuse("PATCH", "/channels/*/messages/*", 1, (429, 30_046));
    let outcome = bench.outcome(&buttons(Vec::new()));
    assert!(matches!(outcome, Outcome::Partly { left: 1, .. }), "{outcome:?}");
    bench.done(&buttons(Vec::new()));
    assert_eq!(shown(), []);
    assert_eq!(cards(&bench).len(), 1);
    bench.remove_message("ops", &card.id);
    bench.done(&buttons(Vec::new()));
    bench.is_clean();
}
