//! Alerts: one group is one report, whatever it is told again; what becomes of it is the operator's to say.

use chrono::Duration;
use sitrep_core::port::{Alert, AlertState, Outcome, Signal};

use crate::{
    bench::{Bench, opens_room, says_in},
    desk::{
        alert, bench, edits, firing, labelled, line_of, lines_of, notified, resolved, restarted, said,
        said_in, was_said,
    },
};

fn told(bench: &mut Bench, alerts: impl IntoIterator<Item = Alert>) -> Vec<sitrep_core::port::Perform> {
    bench.told(alerts.into_iter().map(Signal::Alert).collect())
}

fn critical(group: &str) -> Alert {
    labelled(firing(group), "severity", "critical")
}

#[test]
fn one_group_is_one_line_that_counts() {
    let mut bench = bench();
    let done = told(&mut bench, [firing("a"), firing("a")]);
    line_of(&done);
    assert!(was_said(&done, "support", "REP-1 · waiting · alert from prometheus: disk a is full"));
    assert_eq!(notified(&done, "support"), ["dora"]);
    assert_eq!(said(&done).len(), 1, "nothing begins anew: {:?}", said(&done));
    let done = told(&mut bench, [firing("a"), firing("a")]);
    assert!(said(&done).is_empty());
    assert!(edits(&done).iter().any(|text| text.contains("told 4 times")), "{:?}", edits(&done));
    let mut bench = restarted(&bench);
    bench.done();
    let done = told(&mut bench, [firing("a"), firing("b")]);
    line_of(&done);
    assert!(edits(&done).iter().any(|text| text.contains("told 5 times")), "{:?}", edits(&done));
    assert_eq!(bench.engine.status(bench.now).alerts.get("prometheus"), Some(&2));
}

#[test]
fn it_is_taken_when_it_is_durable_and_not_before() {
    let mut bench = bench();
    bench.tell(5, vec![Signal::Alert(firing("a"))]);
    assert!(bench.taken.is_empty());
    bench.fail_commit();
    assert!(bench.taken.is_empty());
    bench.wait(Duration::seconds(2));
    bench.commit();
    assert_eq!(bench.taken.len(), 1);
    // What changes nothing is taken, too.
    bench.tell(6, vec![Signal::Alert(resolved("unknown"))]);
    bench.done();
    assert_eq!(bench.taken.len(), 2);
}

#[test]
fn what_is_over_calls_nobody_until_it_begins_anew() {
    let mut bench = bench();
    told(&mut bench, [firing("a")]);
    let done = told(&mut bench, [resolved("a")]);
    assert!(edits(&done).iter().any(|text| text.contains("Over since")), "{:?}", edits(&done));
    assert!(said(&bench.waits(Duration::minutes(20))).is_empty());
    let done = told(&mut bench, [firing("a")]);
    assert!(lines_of(&done).is_empty());
    assert_eq!(notified(&done, "support"), ["dora"], "{:?}", said(&done));
    let done = bench.waits(Duration::minutes(5));
    assert_eq!(notified(&done, "support"), ["erik"], "{:?}", said(&done));
    // After half an hour it is another one.
    told(&mut bench, [resolved("a")]);
    bench.waits(Duration::minutes(31));
    line_of(&told(&mut bench, [firing("a")]));
}

#[test]
fn what_is_acknowledged_where_it_comes_from_calls_nobody() {
    let mut bench = bench();
    told(&mut bench, [firing("a")]);
    let done = told(&mut bench, [alert("a", AlertState::Acknowledged), firing("a")]);
    assert!(edits(&done).iter().any(|text| text.contains("Acknowledged where it comes from")));
    assert!(said(&bench.waits(Duration::hours(2))).is_empty());
}

#[test]
fn what_is_over_before_it_was_heard_of_is_nothing() {
    let mut bench = bench();
    assert!(told(&mut bench, [resolved("a")]).is_empty());
    let ignored = labelled(firing("b"), "severity", "debug");
    let only_attached = labelled(firing("c"), "severity", "info");
    assert!(told(&mut bench, [ignored, only_attached]).is_empty());
}

#[test]
fn a_severity_declares_and_all_of_one_trouble_is_one_incident() {
    let mut bench = bench();
    let alerts = (0..10).map(|number| labelled(critical(&format!("g{number}")), "service", "checkout"));
    let mut done = told(&mut bench, alerts.take(5));
    bench.waits(Duration::minutes(3));
    done.extend(told(&mut bench, (5..10).map(|number| critical(&format!("g{number}")))));
    assert_eq!(bench.engine.incidents().count(), 1);
    assert_eq!(done.iter().filter(|perform| opens_room(&perform.action)).count(), 1);
    let incident = bench.engine.incidents().next().expect("it is declared").clone();
    assert_eq!((incident.reporter.clone(), incident.reports.len()), (None, 10));
    assert_eq!(incident.services, ["checkout"]);
    let texts = said(&done);
    // The line first, and the answer goes there.
    let place = |what: &str| texts.iter().position(|(_, text)| text.contains(what));
    assert!(place("REP-1") < place("INC-1"), "{texts:?}");
    for (_, text) in &texts {
        assert!(!text.contains("None") && !text.contains("  ") && !text.contains("by ."), "{text}");
    }
    assert!(notified(&done, "support").iter().all(|person| person != "dora"), "the incident calls");
    assert!(edits(&done).iter().any(|text| text.contains("belongs to INC-1")));
}

#[test]
fn whoever_is_on_duty_for_the_service_is_invited_first() {
    let mut bench = bench();
    if let Some(service) = bench.policy.services.get_mut("checkout") {
        service.oncall = Some("support".to_owned());
        service.invite = vec!["fred".to_owned()];
    }
    let mut bench = restarted(&bench);
    bench.done();
    told(&mut bench, [labelled(critical("a"), "service", "checkout")]);
    let incident = bench.engine.incidents().next().expect("it is declared");
    let invited: Vec<&str> = incident.people.iter().map(|person| person.handle.as_str()).collect();
    assert_eq!(invited, ["dora", "fred"]);
}

#[test]
fn one_that_is_declined_before_its_line_is_posted_declares_nothing() {
    let mut bench = bench();
    bench.tell(1, vec![Signal::Alert(critical("a"))]);
    bench.commit();
    let line = bench.take(says_in("support"));
    bench.says("dora", "ops", "!decline REP-1 a planned test");
    bench.succeed(&line);
    bench.done();
    assert_eq!(bench.engine.incidents().count(), 0);
}

#[test]
fn one_whose_line_can_be_said_nowhere_declares_all_the_same() {
    let mut bench = bench();
    bench.tell(1, vec![Signal::Alert(critical("a"))]);
    bench.commit();
    for place in ["support", "ops"] {
        let line = bench.take(says_in(place));
        bench.report(&line, Outcome::Permanent("forbidden".to_owned()));
        bench.commit();
    }
    let done = bench.done();
    assert_eq!(bench.engine.incidents().count(), 1);
    assert!(was_said(&done, "status", "INC-1"), "{:?}", said(&done));
}

#[test]
fn where_all_is_private_an_alert_names_nothing_in_public() {
    let mut bench = bench();
    bench.policy.private_by_default = true;
    let mut bench = restarted(&bench);
    bench.done();
    let mut done = told(&mut bench, [critical("a")]);
    done.extend(told(&mut bench, [critical("b")]));
    assert!(
        edits(&done).iter().filter(|text| text.contains("being dealt with")).count() >= 2,
        "{:?}",
        edits(&done)
    );
    assert!(edits(&done).iter().all(|text| !text.contains("belongs to INC-1")), "{:?}", edits(&done));
}

#[test]
fn an_alert_about_the_service_of_an_open_incident_is_shown_there() {
    for private in [false, true] {
        let mut bench = bench();
        let text =
            if private { "!incident --private the cart is empty" } else { "!incident the cart is empty" };
        let place = bench.declares(text);
        bench.done();
        let done = told(&mut bench, [labelled(firing("a"), "service", "checkout")]);
        assert_eq!(line_of(&done).room.room, place);
        assert!(said_in(&done, "support").is_empty(), "{:?}", said(&done));
        assert!(notified(&done, &place).is_empty());
        let refused = bench.says("dora", "ops", "!decline REP-1 no");
        assert_eq!(was_said(&refused, "ops", "INC-1"), !private, "{:?}", said(&refused));
        let done = told(&mut bench, [resolved("a")]);
        assert_eq!(said_in(&done, &place).len(), 1, "{:?}", said(&done));
        assert!(was_said(&done, &place, "All alerts of INC-1 are over."), "{:?}", said(&done));
        assert!(bench.engine.incidents().all(|incident| incident.status.is_open()), "it never closes");
        let done = told(&mut bench, [labelled(firing("d"), "severity", "info")]);
        assert!(done.is_empty(), "it is about nothing that is open");
    }
}

#[test]
fn what_is_attached_waits_for_the_room() {
    let mut bench = bench();
    bench.hear("ops", "!incident the cart is empty");
    bench.commit();
    let open = bench.take(opens_room);
    let done = told(&mut bench, [labelled(firing("a"), "service", "checkout")]);
    assert!(lines_of(&done).is_empty());
    bench.succeed(&open);
    let done = bench.done();
    let line = line_of(&done);
    assert!(!["ops", "support"].contains(&line.room.room.as_str()), "{line:?}");
}

#[test]
fn mitigate_is_suggested_only_when_all_of_them_are_over() {
    let mut bench = bench();
    let line = line_of(&told(&mut bench, [firing("a")]));
    bench.replies("dora", &line, "!incident");
    // One that is over as it is attached counts as over.
    let other = line_of(&told(&mut bench, [firing("b")]));
    told(&mut bench, [resolved("b")]);
    bench.replies("dora", &other, "!attach INC-1");
    let done = told(&mut bench, [resolved("a")]);
    assert!(said(&done).iter().any(|(_, text)| text.contains("!mitigate")), "{:?}", said(&done));
    let again = told(&mut bench, [firing("a"), firing("b"), resolved("a")]);
    assert!(!said(&again).iter().any(|(_, text)| text.contains("!mitigate")), "{:?}", said(&again));
}

#[test]
fn what_begins_anew_after_its_incident_is_over_is_reported_anew() {
    let mut bench = bench();
    let line = line_of(&told(&mut bench, [firing("a")]));
    bench.replies("dora", &line, "!incident");
    told(&mut bench, [resolved("a")]);
    bench.says("dora", "ops", "!resolve INC-1 cleaned up");
    let done = told(&mut bench, [firing("a")]);
    let line = line_of(&done);
    assert_eq!(notified(&done, "support"), ["dora"], "{:?}", said(&done));
    bench.replies("dora", &line, "!ack REP-2");
    let done = told(&mut bench, [firing("a")]);
    assert!(lines_of(&done).is_empty(), "there is one live report of a group");
}

#[test]
fn a_retold_alert_is_no_second_report_whatever_was_lost() {
    let mut bench = bench();
    bench.tell(1, vec![Signal::Alert(firing("a"))]);
    let commit = bench.commits.pop_front().expect("a commit");
    // Durable, and the process dies before it knows.
    sitrep_core::testing::block_on(sitrep_core::port::Store::commit(&bench.store, &commit)).expect("kept");
    let mut bench = restarted(&bench);
    let mut done = bench.done();
    done.extend(told(&mut bench, [firing("a")]));
    line_of(&done);
    // Not durable: it is as if it had never been told.
    bench.tell(2, vec![Signal::Alert(firing("b"))]);
    bench.commits.clear();
    let mut bench = restarted(&bench);
    assert!(said(&bench.done()).is_empty());
    line_of(&told(&mut bench, [firing("b")]));
    assert_eq!(bench.engine.status(bench.now).reports_waiting, 2);
}
