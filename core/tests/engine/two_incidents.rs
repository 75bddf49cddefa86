//! Two incidents that are one, or have to do with each other; and what neither may hear of the other.

use sitrep_core::{
    person::Person,
    port::{Action, Content, Perform},
};

use crate::bench::{Bench, platform, saying, words};

fn does(bench: &mut Bench, place: &str, line: &str) -> Vec<Perform> {
    bench.hear(place, line);
    bench.done()
}

fn said_in(done: &[Perform], place: &str) -> Vec<String> {
    let said = done.iter().filter_map(saying).filter(|(room, _)| room == place);
    said.map(|(_, words)| words).collect()
}

/// Everything that anybody reads outside of these places: what is said, and what cards say.
fn read_outside(done: &[Perform], inside: &[&str]) -> Vec<String> {
    let read = |perform: &Perform| match &perform.action {
        Action::Say { room, message, .. } => (!inside.contains(&room.room.as_str())).then(|| words(message)),
        Action::Edit { message, content, .. } => {
            (!inside.contains(&message.room.room.as_str())).then(|| words(content))
        }
        _ => None,
    };
    done.iter().filter_map(read).collect()
}

fn asked_in(done: &[Perform], place: &str) -> Vec<Person> {
    let people = |perform: &Perform| match &perform.action {
        Action::Invite { room, people } if room.room == place => Some(people.clone()),
        _ => None,
    };
    done.iter().filter_map(people).next_back().unwrap_or_default()
}

fn person(name: &str) -> Person {
    Person::new(&platform(), name)
}

/// Two public incidents, declared by alice and by bob.
fn two(bench: &mut Bench) -> (String, String) {
    let first = bench.declares("!incident checkout is down");
    bench.settle();
    bench.happens("bob", "ops", Content::Said("!incident payments fail".to_owned()));
    let done = bench.done();
    let second = done.iter().find_map(|perform| match &perform.action {
        Action::OpenRoom { name, .. } => Some(name.clone()),
        _ => None,
    });
    (first, second.expect("a room"))
}

#[test]
fn a_duplicate_goes_on_as_the_other_one() {
    let mut bench = Bench::new();
    let (first, second) = two(&mut bench);
    bench.happens("bob", &second, Content::Said("!duplicate INC-1".to_owned()));
    let done = bench.done();
    let answer = &said_in(&done, &second)[0];
    assert!(answer.contains("goes on as INC-1 (checkout is down)") && answer.contains(&first), "{answer}");
    assert_eq!(asked_in(&done, &first), [person("alice"), person("bob")]);
    assert!(said_in(&done, &first)[0].contains("INC-2 turned out to be the same as INC-1"), "{done:?}");
    let told = &said_in(&done, "status")[0];
    assert_eq!(told, "INC-2 (payments fail) is the same as INC-1, and goes on there.");
    let ended = &said_in(&does(&mut bench, &second, "!ack"), &second)[0];
    assert!(ended.contains("goes on as INC-1: `!status INC-1`"), "{ended}");
    let retro = &said_in(&does(&mut bench, &second, "!retro ok"), &second)[0];
    assert!(retro.contains("no retrospective"), "{retro}");
    let status = &said_in(&does(&mut bench, "ops", "!status INC-2"), "ops")[0];
    assert!(status.contains("It goes on as INC-1."), "{status}");
    let status = &said_in(&does(&mut bench, "ops", "!status INC-1"), "ops")[0];
    assert!(status.contains("Related: INC-2"), "{status}");
}

#[test]
fn a_duplicate_of_nothing_sensible_is_refused() {
    let mut bench = Bench::new();
    let (first, second) = two(&mut bench);
    let refused = |bench: &mut Bench, place: &str, line: &str, expected: &str| {
        let done = does(bench, place, line);
        let said = said_in(&done, place);
        assert!(said.len() == 1 && said[0].contains(expected), "{line}: {said:?}");
        assert_eq!(read_outside(&done, &[place]), Vec::<String>::new(), "{line}");
    };
    refused(&mut bench, &second, "!duplicate INC-2", "can't point to itself");
    refused(&mut bench, &second, "!duplicate INC-9", "There is no INC-9");
    refused(&mut bench, "ops", "!duplicate INC-1", "Which incident?");
    does(&mut bench, "ops", "!duplicate INC-2 of INC-1");
    bench.declares("!incident checkout is slow");
    bench.settle();
    refused(&mut bench, "ops", "!duplicate INC-3 INC-2", "INC-2 is a duplicate itself: it goes on as INC-1");
    refused(&mut bench, "ops", "!duplicate INC-2 INC-3", "goes on as INC-1");
    does(&mut bench, &first, "!resolve rolled back. lost: nothing");
    refused(&mut bench, "ops", "!duplicate INC-3 INC-1", "`!reopen INC-1 WHY` first");
}

#[test]
fn the_other_one_is_loaded_when_it_is_settled() {
    let mut bench = Bench::new();
    let (first, second) = two(&mut bench);
    does(&mut bench, &first, "!false-alarm");
    assert_eq!(bench.engine.incidents().count(), 1);
    let done = does(&mut bench, &second, "!attach INC-1");
    assert!(said_in(&done, &second)[0].contains("has to do with INC-1 (checkout is down)"), "{done:?}");
    assert_eq!(said_in(&done, &first), ["INC-1 has to do with INC-2."]);
    let again = &said_in(&does(&mut bench, &first, "!attach INC-2"), &first)[0];
    assert!(again.contains("already"), "{again}");
}

#[test]
fn a_public_one_never_points_to_a_private_one() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let secret = bench.declares("!incident --private payroll leaked");
    bench.settle();
    for verb in ["duplicate", "attach"] {
        // Alice belongs to both, and still it would be read by people who don't.
        let said = said_in(&does(&mut bench, &home, &format!("!{verb} INC-2")), &home);
        assert!(matches!(&said[..], [words] if words.starts_with("There is no INC-2")), "{said:?}");
        for place in [secret.as_str(), "alice"] {
            let done = does(&mut bench, place, &format!("!{verb} INC-1 INC-2"));
            assert!(said_in(&done, place)[0].contains("INC-2 is private"), "{done:?}");
            assert_eq!(read_outside(&done, &[place]), Vec::<String>::new());
        }
        bench.happens("bob", "bob", Content::Said(format!("!{verb} INC-1 INC-2")));
        let said = said_in(&bench.done(), "bob");
        assert!(matches!(&said[..], [words] if words.starts_with("There is no INC-2")), "{said:?}");
    }
}

#[test]
fn a_private_one_goes_on_as_a_public_one_in_silence() {
    let mut bench = Bench::new();
    let home = bench.declares("!incident checkout is down");
    bench.settle();
    let secret = bench.declares("!incident --private payroll leaked");
    bench.settle();
    let done = does(&mut bench, &secret, "!duplicate INC-1");
    let answer = &said_in(&done, &secret)[0];
    assert!(
        answer.contains("goes on as INC-1") && answer.contains("nothing is said about it in INC-1"),
        "{answer}"
    );
    assert_eq!(said_in(&done, &home), Vec::<String>::new());
    // Where it was declared, people know that there was one.
    let outside = read_outside(&done, &[&secret]);
    assert_eq!(outside, ["INC-2 is over."]);
    let status = &said_in(&does(&mut bench, &home, "!status"), &home)[0];
    assert!(!status.contains("INC-2"), "{status}");
}

#[test]
fn of_two_private_ones_only_that_points_whose_people_belong_to_the_other() {
    let mut bench = Bench::new();
    let first = bench.declares("!incident --private payroll leaked");
    bench.settle();
    let second = bench.declares("!incident --private payroll leaks");
    bench.settle();
    does(&mut bench, &second, "!lead @bob");
    // Bob belongs to the second only, and reads what is said there.
    let done = does(&mut bench, &second, "!duplicate INC-1");
    assert!(said_in(&done, &second)[0].starts_with("There is no INC-1"), "{done:?}");
    assert_eq!(read_outside(&done, &[&second]), Vec::<String>::new());
    let done = does(&mut bench, "alice", "!duplicate INC-2 INC-1");
    assert!(said_in(&done, "alice")[0].contains("not everybody in INC-2 belongs to it"), "{done:?}");
    assert_eq!(read_outside(&done, &["alice"]), Vec::<String>::new());
    // The other way round everybody belongs; but bob need not hear that there is a first.
    let done = does(&mut bench, &first, "!duplicate INC-2");
    assert!(said_in(&done, &first)[0].contains("goes on as INC-2"), "{done:?}");
    assert_eq!(said_in(&done, &second), Vec::<String>::new());
    assert_eq!(read_outside(&done, &[&first]), ["INC-1 is over."]);
}
