//! Rooms that are put out of the way and brought back.

use sitrep_core::port::{Action, Outcome};
use sitrep_core::room::RoomRef;
use sitrep_fake_discord::{Overwrite, permission};

use crate::bench::{Bench, again, by_role, fresh, open, open_room, receipt, room};

fn archive(room: &RoomRef) -> Action {
    Action::Archive { room: room.clone() }
}

fn restore(room: &RoomRef) -> Action {
    Action::Restore { room: room.clone() }
}

fn parent(bench: &Bench, id: &str) -> Option<String> {
    bench.discord.channel(id).unwrap().parent
}

/// The overwrites of a channel, in no order.
fn overwrites(bench: &Bench, id: &str) -> Vec<Overwrite> {
    let mut all = bench.discord.channel(id).unwrap().overwrites;
    all.sort_by_key(|it| it.id);
    all
}

fn writes(bench: &Bench, who: &str, id: &str) -> bool {
    bench.discord.person(who).say(id, "hello").is_ok()
}

fn reads(bench: &Bench, who: &str, id: &str) -> bool {
    bench.discord.person(who).reads(id).is_ok()
}

#[test]
fn nobody_writes_in_an_archived_room_but_sitrep_and_it_comes_back_as_it_was() {
    let cases = [(open(), false), (by_role(), false), (open(), true), (by_role(), true)];
    for (bench, is_private) in cases {
        let opened = bench.done(&open_room("it-is-down", is_private, vec![bench.person("alice")]));
        let (own, id) = bench.room_of(&opened);
        let said = bench.discord.person("alice").say(&id, "it is down").unwrap();
        // Somebody may only look on, and that is theirs to have again.
        bench.discord.overwrite(&id, "carol", permission::VIEW_CHANNEL, permission::SEND_MESSAGES);
        let before = overwrites(&bench, &id);
        let seen = ["alice", "bob", "carol"].map(|who| reads(&bench, who, &id));
        bench.done(&archive(&own));
        assert_eq!(parent(&bench, &id).as_deref(), Some("Incidents archive"));
        assert_eq!(bench.asked("PATCH", &format!("/channels/{id}")), 1, "it is closed and moved at once");
        for who in ["alice", "bob", "carol"] {
            assert!(!writes(&bench, who, &id), "{who} writes");
        }
        assert_eq!(["alice", "bob", "carol"].map(|who| reads(&bench, who, &id)), seen);
        assert!(bench.discord.person("alice").react(&id, said, "\u{1f44d}").is_err());
        let say = crate::bench::say_in(&id, sitrep_core::message::Message::text("It is archived."));
        bench.done(&say);
        bench.done(&archive(&own));
        assert_eq!(bench.asked("PATCH", &format!("/channels/{id}")), 1, "twice is once");
        bench.done(&restore(&own));
        assert_eq!((parent(&bench, &id).as_deref(), overwrites(&bench, &id)), (Some("Incidents"), before));
        assert!(writes(&bench, "alice", &id) && !writes(&bench, "carol", &id));
        bench.done(&restore(&own));
        assert_eq!(bench.asked("PATCH", &format!("/channels/{id}")), 2, "twice is once");
        bench.is_clean();
    }
}

#[test]
fn what_was_there_before_survives_crashes_and_lost_answers() {
    let mut bench = by_role();
    let opened = bench.done(&open_room("leak", true, vec![bench.person("alice")]));
    let (own, id) = bench.room_of(&opened);
    bench.discord.overwrite(&id, "alice", permission::VIEW_CHANNEL, permission::SEND_MESSAGES);
    let before = overwrites(&bench, &id);
    let attempt = fresh();
    bench.discord.faults().lose_reply("PATCH", "/channels/*", 1);
    let first = bench.attempt(&archive(&own), &attempt);
    assert!(matches!(first, Outcome::Transient(_)), "{first:?}");
    bench.restart();
    receipt(bench.attempt(&archive(&own), &again(&attempt)));
    assert_eq!(bench.asked("PATCH", &format!("/channels/{id}")), 1);
    bench.restart();
    bench.done(&restore(&own));
    assert_eq!(overwrites(&bench, &id), before);
    assert!(!reads(&bench, "bob", &id));
    bench.is_clean();
}

#[test]
fn archived_rooms_fill_categories_of_their_own() {
    let bench = open();
    bench.discord.add_any_channel("Incidents archive", sitrep_fake_discord::ChannelKind::Category, None);
    for number in 0..50 {
        bench.discord.add_channel(&format!("old-{number}"), Some("Incidents archive"));
    }
    let (own, id) = bench.room_of(&bench.done(&open_room("it-is-down", false, vec![])));
    bench.done(&archive(&own));
    assert_eq!(parent(&bench, &id).as_deref(), Some("Incidents archive 2"));
    bench.done(&restore(&own));
    assert_eq!(parent(&bench, &id).as_deref(), Some("Incidents"));
    bench.is_clean();
}

#[test]
fn where_no_category_can_be_made_a_room_falls_silent_where_it_is() {
    let bench = open();
    let (own, id) = bench.room_of(&bench.done(&open_room("it-is-down", false, vec![])));
    bench.discord.faults().refuse("POST", "/guilds/*/channels", 1, (400, 30_013));
    bench.done(&archive(&own));
    assert_eq!(parent(&bench, &id).as_deref(), Some("Incidents"));
    assert!(!writes(&bench, "alice", &id));
    bench.done(&restore(&own));
    assert!(writes(&bench, "alice", &id));
    bench.is_clean();
}

#[test]
fn what_people_have_set_by_hand_and_we_may_not_set_stays() {
    let bench = by_role();
    let opened = bench.done(&open_room("leak", true, vec![bench.person("alice")]));
    let (own, id) = bench.room_of(&opened);
    let more = permission::MANAGE_GUILD;
    bench.discord.overwrite(&id, "carol", permission::VIEW_CHANNEL | more, 0);
    let before = overwrites(&bench, &id);
    bench.done(&archive(&own));
    assert_eq!(parent(&bench, &id).as_deref(), Some("Incidents archive"));
    assert!(!writes(&bench, "alice", &id) && !reads(&bench, "bob", &id));
    bench.done(&restore(&own));
    assert_eq!(overwrites(&bench, &id), before);
    let refused = bench.discord.violations();
    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn a_thread_is_archived_and_locked() {
    let bench = open();
    bench.discord.faults().refuse("POST", "/guilds/*/channels", 5, (400, 30_013));
    let (own, id) = bench.room_of(&bench.done(&open_room("it-is-down", false, vec![])));
    let is_archived = || bench.discord.channel(&id).unwrap().archived;
    for _ in 0..2 {
        bench.done(&archive(&own));
        assert!(is_archived() && !writes(&bench, "alice", &id), "it is locked");
    }
    bench.done(&restore(&own));
    assert!(!is_archived() && writes(&bench, "alice", &id));
    bench.is_clean();
}

#[test]
fn without_the_right_to_lock_a_thread_it_is_archived() {
    let bench = open();
    bench.discord.faults().refuse("POST", "/guilds/*/channels", 5, (400, 30_013));
    let (own, id) = bench.room_of(&bench.done(&open_room("it-is-down", false, vec![])));
    let is_archived = || bench.discord.channel(&id).unwrap().archived;
    bench.discord.revoke(permission::MANAGE_THREADS);
    bench.done(&archive(&own));
    assert!(is_archived());
    bench.done(&restore(&own));
    assert!(!is_archived());
    bench.is_clean();
}

#[test]
fn a_room_of_others_is_left_as_it_is() {
    let bench = open();
    for action in [archive(&room("ops")), restore(&room("ops"))] {
        bench.done(&action);
        assert!(writes(&bench, "alice", "ops"));
    }
    assert_eq!(bench.asked("PATCH", "/channels/"), 0);
    bench.is_clean();
}
