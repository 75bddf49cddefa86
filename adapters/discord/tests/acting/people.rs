//! People: let in, told once, and left in peace.

use sitrep_core::{
    person::Person,
    port::{Action, Outcome, Receipt},
    room::{PlatformName, RoomRef},
};
use sitrep_fake_discord::permission;

use crate::bench::{Bench, again, by_role, fresh, open, open_room, receipt, room};

fn invite(room: &RoomRef, people: &[Person]) -> Action {
    Action::Invite { room: room.clone(), people: people.to_vec() }
}

fn a_room(bench: &Bench, private: bool, invited: &[Person]) -> RoomRef {
    bench.room_of(&bench.done(&open_room("down", private, invited.to_vec()))).0
}

fn told(bench: &Bench) -> Vec<String> {
    bench.discord.pings().into_iter().map(|ping| ping.person).collect()
}

#[test]
fn everybody_is_let_in_and_told_once() {
    let bench = by_role();
    let (alice, bob, carol) = (bench.person("alice"), bench.person("bob"), bench.person("carol"));
    let room = a_room(&bench, false, std::slice::from_ref(&bob));
    bench.done(&invite(&room, &[alice.clone(), bob.clone()]));
    assert_eq!(told(&bench), ["alice", "bob"], "also who sees it anyway, and who was let in as it was made");
    assert_eq!(bench.discord.messages("down").len(), 1, "in one message");
    bench.done(&invite(&room, &[alice.clone(), bob.clone(), carol.clone()]));
    assert_eq!(told(&bench), ["alice", "bob", "carol"]);
    assert!(bench.discord.person("carol").channels().contains(&"down".to_owned()));
    let own = bench.discord.channel("down").unwrap().overwrites;
    let alices = own.iter().filter(|it| it.id.to_string() == alice.handle).count();
    assert_eq!(alices, 0, "her role lets her in");
    bench.done(&invite(&room, &[carol, bob, alice]));
    assert_eq!(told(&bench).len(), 3);
    bench.is_clean();
}

#[test]
fn whoever_was_told_is_known_after_a_restart() {
    let mut bench = by_role();
    let (alice, bob) = (bench.person("alice"), bench.person("bob"));
    let room = a_room(&bench, true, &[]);
    let attempt = fresh();
    bench.discord.faults().lose_reply("POST", "/channels/*/messages", 1);
    let outcome = bench.attempt(&invite(&room, std::slice::from_ref(&alice)), &attempt);
    assert!(matches!(outcome, Outcome::InDoubt(_)), "{outcome:?}");
    bench.restart();
    receipt(bench.attempt(&invite(&room, std::slice::from_ref(&alice)), &attempt));
    bench.done(&invite(&room, &[alice, bob]));
    assert_eq!(told(&bench), ["alice", "bob"]);
    bench.is_clean();
}

#[test]
fn a_lost_answer_lets_nobody_be_told_twice() {
    let bench = by_role();
    let people = [bench.person("alice"), bench.person("bob")];
    let room = a_room(&bench, true, &[]);
    for (method, path) in [("PUT", "/channels/*/permissions/*"), ("POST", "/channels/*/messages")] {
        bench.discord.faults().lose_reply(method, path, 1);
    }
    let mut attempt = fresh();
    for _ in 0..5 {
        if let Outcome::Done(_) = bench.attempt(&invite(&room, &people), &attempt) {
            break;
        }
        attempt = again(&attempt);
    }
    assert_eq!(told(&bench), ["alice", "bob"]);
    assert_eq!(bench.discord.messages("down").len(), 1);
    bench.is_clean();
}

#[test]
fn who_is_not_here_costs_nobody_else_anything() {
    let bench = open();
    let discord = PlatformName::new("discord");
    let stranger = Person::new(&discord, "1574025281893654565");
    let other = Person::new(&PlatformName::new("matrix"), "@dave:example.org");
    let (alice, nobody) = (bench.person("alice"), Person::new(&discord, "dave"));
    let room = a_room(&bench, true, &[]);
    let people = [stranger.clone(), other.clone(), nobody.clone(), alice];
    let done = bench.done(&invite(&room, &people));
    let no_account = "has no Discord account that I know of".to_owned();
    let expected = vec![
        (stranger, "is not on the server".to_owned()),
        (other, no_account.clone()),
        (nobody, no_account),
    ];
    assert_eq!(done, Receipt::DoneExcept(expected));
    assert_eq!(told(&bench), ["alice"]);
}

#[test]
fn many_people_come_in_a_few_at_a_time() {
    let mut world = crate::bench::world();
    for number in 0..25 {
        world = world.person(&format!("p{number}"), &[]);
    }
    let bench = Bench::new(world, sitrep_discord::AllowRoles::Everyone);
    let people: Vec<Person> = (0..25).map(|number| bench.person(&format!("p{number}"))).collect();
    let room = a_room(&bench, true, &[]);
    let (mut attempt, mut rounds) = (fresh(), 0);
    while let Outcome::Partly { wait, .. } = bench.attempt(&invite(&room, &people), &attempt) {
        // Discord's own limit is waited for, where it is long.
        std::thread::sleep(wait);
        (attempt, rounds) = (again(&attempt), rounds + 1);
    }
    assert!(rounds >= 3, "{rounds}");
    assert_eq!(told(&bench).len(), 25);
    assert_eq!(bench.discord.messages("down").len(), 1);
    bench.is_clean();
}

#[test]
fn many_people_who_see_the_room_anyway_are_told_in_a_few_rounds() {
    let mut world = crate::bench::world();
    for number in 0..12 {
        world = world.person(&format!("p{number}"), &["ops"]);
    }
    let bench = Bench::new(world, sitrep_discord::AllowRoles::Of(vec!["ops".to_owned()]));
    let mut people: Vec<Person> = (0..12).map(|number| bench.person(&format!("p{number}"))).collect();
    let strangers = (0..4).map(|number| (1_574_025_281_893_654_565_u64 + number).to_string());
    people.extend(strangers.map(|id| Person::new(&PlatformName::new("discord"), id)));
    let room = a_room(&bench, false, &[]);
    let (mut attempt, mut outcome) = (fresh(), None);
    for _ in 0..8 {
        let now = bench.attempt(&invite(&room, &people), &attempt);
        let wait = if let Outcome::Partly { wait, .. } = now { Some(wait) } else { None };
        outcome = Some(now);
        let Some(wait) = wait else { break };
        std::thread::sleep(wait);
        attempt = again(&attempt);
    }
    let Some(Outcome::Done(Receipt::DoneExcept(refused))) = outcome else { panic!("{outcome:?}") };
    assert_eq!((refused.len(), told(&bench).len()), (4, 12));
    assert_eq!(bench.asked("PUT", "/permissions"), 0, "they see it by their role");
    bench.is_clean();
}

#[test]
fn a_role_that_was_let_in_by_hand_lets_nobody_else_in() {
    let world = crate::bench::world().role("support");
    let bench = Bench::new(world, sitrep_discord::AllowRoles::Of(vec!["ops".to_owned()]));
    let room = a_room(&bench, true, &[]);
    bench.discord.overwrite("down", "support", permission::VIEW_CHANNEL, 0);
    bench.done(&invite(&room, &[bench.person("alice")]));
    assert!(bench.discord.person("alice").channels().contains(&"down".to_owned()));
    assert_eq!(told(&bench), ["alice"]);
    bench.is_clean();
}

#[test]
fn a_room_stays_closed_to_those_who_may_command_only_now() {
    let bench = by_role();
    let room = a_room(&bench, false, &[]);
    let bench = bench.with(|settings| settings.allow = sitrep_discord::AllowRoles::Everyone);
    bench.done(&invite(&room, &[bench.person("bob")]));
    assert!(bench.discord.person("bob").channels().contains(&"down".to_owned()));
    bench.is_clean();
}

#[test]
fn where_an_incident_runs_among_others_nobody_is_let_in() {
    let bench = by_role();
    bench.done(&invite(&room("ops"), &[bench.person("carol")]));
    assert!(told(&bench).is_empty());
    assert_eq!(bench.asked("PUT", "/permissions"), 0);
}

#[test]
fn a_missing_permission_to_let_people_in_is_named() {
    let bench = by_role();
    let room = a_room(&bench, true, &[]);
    bench.discord.revoke(permission::MANAGE_ROLES);
    let outcome = bench.outcome(&invite(&room, &[bench.person("bob")]));
    assert_eq!(outcome, Outcome::Permanent("sitrep lacks the permission Manage Roles on Discord".to_owned()));
}

#[test]
fn whoever_was_heard_in_the_room_is_let_in_without_a_word() {
    for is_restarted in [false, true] {
        let mut bench = by_role();
        bench.listen();
        let room = a_room(&bench, false, &[]);
        let (alice, bob) = (bench.person("alice"), bench.person("bob"));
        bench.hears(|| bench.discord.person("alice").say("down", "I am looking at it").unwrap());
        if is_restarted {
            bench.restart();
        }
        bench.done(&invite(&room, &[alice, bob]));
        assert_eq!(told(&bench), ["bob"]);
        bench.is_clean();
    }
}

#[test]
fn whoever_takes_no_direct_messages_costs_nobody_anything() {
    let bench = open();
    bench.discord.takes_direct_messages("alice", false);
    let direct = |name: &str| {
        let (room, _) = bench.room_of(&bench.done(&Action::OpenDirect { person: bench.person(name) }));
        crate::bench::say_in(&room.room, sitrep_core::message::Message::text("What you are here for."))
    };
    let (alice, bob) = (direct("alice"), direct("bob"));
    for _ in 0..4 {
        let outcome = bench.outcome(&alice);
        assert_eq!(outcome, Outcome::Permanent("they take no direct messages from me".to_owned()));
    }
    assert_eq!(bench.asked("POST", "/messages"), 4, "each was said at once, and tried once");
    bench.done(&bob);
    bench.discord.takes_direct_messages("alice", true);
    bench.done(&alice);
    assert_eq!(bench.discord.person("alice").reads_directly().len(), 1);
    bench.is_clean();
}
