//! Rooms that are lost or replaced, and rooms for one person.

use sitrep_core::{
    event::{Event, WorkspaceEvent},
    incident::RoomState,
    port::{Action, Commit, Content, Inbound, Outcome, Perform, RoomKind},
};

use crate::bench::{Bench, room, saying, says_in};

fn opens_direct(action: &Action) -> bool {
    matches!(action, Action::OpenDirect { .. })
}

fn direct_rooms(commit: &Commit) -> usize {
    let is_one = |event: &Event| matches!(event, Event::Workspace(WorkspaceEvent::DirectRoomOpened { .. }));
    commit.facts.iter().filter(|fact| is_one(&fact.record.event)).count()
}

/// Does everything; gives back what was said, and how often a direct room was asked for.
fn settled(bench: &mut Bench) -> (Vec<(String, String)>, usize) {
    let (mut said, mut asked_for) = (Vec::new(), 0);
    while !(bench.commits.is_empty() && bench.performs.is_empty()) {
        if !bench.commits.is_empty() {
            bench.commit();
            continue;
        }
        let perform = bench.performs.remove(0);
        said.extend(saying(&perform));
        asked_for += usize::from(opens_direct(&perform.action));
        bench.succeed(&perform);
    }
    (said, asked_for)
}

/// A private incident with a room, declared by alice and led by bob.
fn private() -> (Bench, String) {
    let mut bench = Bench::new();
    let name = bench.declares("!incident --private payroll leaked");
    bench.settle();
    bench.hear(&name, "!lead @bob");
    bench.settle();
    (bench, name)
}

#[test]
fn those_who_lead_are_told_each_alone_in_one_room_each() {
    let (mut bench, home) = private();
    bench.happens("mallory", &home, Content::Removed { banned: false });
    let (said, asked_for) = settled(&mut bench);
    let rooms: Vec<&str> = said.iter().map(|(room, _)| room.as_str()).collect();
    assert_eq!((rooms, asked_for), (vec!["alice", "bob"], 2), "{said:?}");
    assert!(
        said.iter().all(|(_, text)| text.contains("removed me") && !text.contains("payroll")),
        "{said:?}"
    );
    // They invite it again, and it is removed again.
    bench.hear(&home, "!status");
    bench.settle();
    bench.happens("mallory", &home, Content::Removed { banned: true });
    let (said, asked_for) = settled(&mut bench);
    assert_eq!((said.len(), asked_for), (2, 2), "it is looked whether they are alone there still: {said:?}");
}

#[test]
fn a_direct_room_is_asked_for_once_while_it_is_being_made() {
    let (mut bench, home) = private();
    bench.happens("mallory", &home, Content::Removed { banned: false });
    bench.commit();
    let asked: Vec<Perform> =
        bench.performs.iter().filter(|perform| opens_direct(&perform.action)).cloned().collect();
    assert_eq!(asked.len(), 2);
    assert!(!bench.performs.iter().any(|perform| says_in("alice")(&perform.action)), "it waits for its room");
    bench.hear(&home, "!status");
    bench.commit();
    bench.happens("mallory", &home, Content::Removed { banned: false });
    bench.commit();
    let more = bench.performs.iter().filter(|perform| opens_direct(&perform.action)).count();
    assert_eq!(more, 2, "the same two are under way");
}

#[test]
fn a_persons_own_direct_message_shows_the_room() {
    let (mut bench, home) = private();
    bench.hear("alice", "!incidents");
    assert_eq!(direct_rooms(&bench.commit()), 1);
    bench.settle();
    bench.hear("alice", "!incidents");
    assert_eq!(direct_rooms(&bench.commit()), 0, "known already");
    bench.settle();
    bench.happens("mallory", &home, Content::Removed { banned: false });
    let (said, asked_for) = settled(&mut bench);
    assert_eq!((said.len(), asked_for), (2, 2), "hers is looked at, his is made: {said:?}");
}

#[test]
fn a_room_that_is_replaced_gets_the_card_anew() {
    let mut bench = Bench::new();
    let name = bench.declares("!incident checkout is down");
    bench.settle();
    bench.happens("alice", &name, Content::Moved { to: room("upgraded") });
    let said = bench.settle();
    let in_new = |start: &str| said.iter().any(|(room, text)| room == "upgraded" && text.contains(start));
    assert!(
        in_new("alice replaced the room of INC-1") && in_new("INC-1 · Sev2 · declared\ncheckout is down"),
        "{said:?}"
    );
    assert!(said.iter().all(|(room, _)| room == "upgraded"), "{said:?}");
    let incident = bench.engine.incidents().next().expect("it is open");
    assert_eq!(incident.room, RoomState::Open(room("upgraded")));
    assert_eq!(incident.card.as_ref().map(|card| &card.room), Some(&room("upgraded")));
    bench.hear("upgraded", "!ack");
    let said = bench.settle();
    assert!(said.iter().any(|(room, text)| room == "upgraded" && text.starts_with("Thank you")), "{said:?}");
}

#[test]
fn nobody_is_asked_into_the_room_where_it_was_declared() {
    let mut bench = Bench::new();
    bench.hear("ops", "!incident checkout is down");
    bench.settle();
    let home = bench.engine.incident_rooms().next().expect("it has a room").room.clone();
    bench.hear("ops", "!lead INC-1 @bob");
    bench.commit();
    // The invitation of bob waits behind what is being said when the room is lost.
    bench.happens("mallory", &home, Content::Removed { banned: false });
    while !bench.commits.is_empty() || !bench.performs.is_empty() {
        while !bench.commits.is_empty() {
            bench.commit();
        }
        for perform in std::mem::take(&mut bench.performs) {
            let touches_ops = match &perform.action {
                Action::Invite { room, .. } | Action::Name { room, .. } => room.room == "ops",
                Action::Say { .. }
                | Action::OpenRoom { .. }
                | Action::Edit { .. }
                | Action::Pin { .. }
                | Action::OpenDirect { .. }
                | Action::Buttons { .. }
                | Action::OpenMeeting { .. }
                | Action::CloseMeeting { .. }
                | Action::Appoint { .. }
                | Action::Archive { .. }
                | Action::Restore { .. }
                | Action::Measure { .. }
                | Action::Read { .. } => false,
            };
            assert!(!touches_ops, "{:?}", perform.action);
            bench.succeed(&perform);
        }
    }
}

#[test]
fn a_direct_room_that_cannot_be_made_is_given_up_with_a_note() {
    let (mut bench, home) = private();
    bench.happens("mallory", &home, Content::Removed { banned: false });
    bench.commit();
    let open = bench.take(opens_direct);
    bench.report(&open, Outcome::Permanent("forbidden".to_owned()));
    bench.settle();
    assert!(bench.notes.iter().any(|note| note.contains("make a direct room")), "{:?}", bench.notes);
}

/// A platform that was killed as it made a direct room may take it for an incident's, until it is asked for it again.
#[test]
fn what_is_said_in_a_direct_room_that_is_being_made_waits_for_it() {
    let (mut bench, home) = private();
    bench.happens("mallory", &home, Content::Removed { banned: false });
    bench.commit();
    let as_own = |inbound: &mut Inbound| inbound.kind = RoomKind::Own;
    let batch = bench.happens_so("alice", "alice", Content::Said("!status".to_owned()), as_own);
    assert!(
        bench.commits.is_empty() && !bench.accepted.contains(&batch),
        "it is not known what that room is"
    );
    let (said, _) = settled(&mut bench);
    let answers: Vec<&str> =
        said.iter().filter(|(room, _)| room == "alice").map(|(_, text)| text.as_str()).collect();
    assert!(answers.iter().any(|text| text.contains("Which incident?")), "{said:?}");
    assert!(bench.accepted.contains(&batch));
    // And it is heard there from then on, whatever the platform takes it for.
    bench.happens_so("alice", "alice", Content::Said("!help".to_owned()), as_own);
    assert!(settled(&mut bench).0.iter().any(|(room, _)| room == "alice"));
}

#[test]
fn nothing_waits_for_a_direct_room_that_can_not_be_made() {
    let (mut bench, home) = private();
    bench.happens("mallory", &home, Content::Removed { banned: false });
    bench.commit();
    let as_own = |inbound: &mut Inbound| inbound.kind = RoomKind::Own;
    let batch = bench.happens_so("alice", "elsewhere", Content::Said("!status".to_owned()), as_own);
    for perform in bench.performs.clone().iter().filter(|perform| opens_direct(&perform.action)) {
        bench.performs.retain(|other| other.id != perform.id);
        bench.report(perform, Outcome::Permanent("it is not allowed".to_owned()));
    }
    settled(&mut bench);
    assert!(bench.accepted.contains(&batch));
}
