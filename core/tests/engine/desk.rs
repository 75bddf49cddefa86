//! What the tests of reports and alerts share: a room of reports, somebody on duty, and machines that tell.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use sitrep_core::{
    engine::{Input, SignalsId},
    incident::Severity,
    message::Message,
    person::Person,
    policy::{AlertAction, AlertRule, AlertSource, OnCall, Policy, Service},
    port::{Action, Alert, AlertState, Change, Content, Perform, Signal},
    room::MessageRef,
};

use crate::bench::{self, Bench, platform, room, saying, words};

/// Dora is on duty, Erik is next, then the team of Fred; nobody after that.
pub(crate) fn policy() -> Policy {
    let mut policy = bench::policy();
    if let Some(test) = policy.platforms.get_mut(&platform()) {
        test.support_room = Some(room("support"));
        test.has_threads = true;
    }
    for name in ["dora", "erik", "fred"] {
        policy.people.insert(name.to_owned(), vec![Person::new(&platform(), name)]);
    }
    policy.teams.insert("platform".to_owned(), vec!["fred".to_owned()]);
    // A team that is called like the rota: never called as a whole.
    policy.teams.insert("support".to_owned(), vec!["dora".to_owned(), "erik".to_owned()]);
    let people = vec!["dora".to_owned(), "erik".to_owned()];
    let support = OnCall { people, escalate_to: Some("platform".to_owned()), ..OnCall::default() };
    policy.oncall.insert("support".to_owned(), support);
    policy.report.oncall = Some("support".to_owned());
    policy.report.contacts = Some("Call Jane: +49 30 1234".to_owned());
    let cart = Service { words: vec!["cart".to_owned()], ..Service::default() };
    policy.services.insert("checkout".to_owned(), cart);
    let rule = |level: &str, action| AlertRule {
        labels: vec![("severity".to_owned(), level.to_owned())],
        action,
        ..AlertRule::default()
    };
    let rules = vec![
        rule("critical", AlertAction::Declare(Severity::Sev1)),
        rule("info", AlertAction::Attach),
        rule("debug", AlertAction::Ignore),
    ];
    policy.sources.insert("prometheus".to_owned(), AlertSource { rules, ..AlertSource::default() });
    policy
}

/// An engine that has listened before, with that policy.
pub(crate) fn bench() -> Bench {
    let mut bench = Bench::with(policy());
    bench.hear("ops", "good morning");
    bench.done();
    bench
}

/// The same after its process was killed and started again.
pub(crate) fn restarted(bench: &Bench) -> Bench {
    let policy = bench.policy.clone();
    let heard = bench.heard;
    Bench { heard, ..Bench::under(policy, bench.store.clone(), bench.now) }
}

/// An alert of prometheus.
pub(crate) fn alert(group: &str, state: AlertState) -> Alert {
    Alert {
        source: "prometheus".to_owned(),
        group: group.to_owned(),
        state,
        title: format!("disk {group} is full"),
        firing: 1,
        labels: BTreeMap::new(),
        link: None,
        since: None,
    }
}

pub(crate) fn firing(group: &str) -> Alert {
    alert(group, AlertState::Firing)
}

pub(crate) fn resolved(group: &str) -> Alert {
    alert(group, AlertState::Resolved)
}

/// The same with a label.
pub(crate) fn labelled(mut alert: Alert, key: &str, value: &str) -> Alert {
    alert.labels.insert(key.to_owned(), value.to_owned());
    alert
}

pub(crate) fn change(title: &str, at: DateTime<Utc>) -> Change {
    Change { source: "ci".to_owned(), title: title.to_owned(), at, labels: BTreeMap::new(), link: None }
}

impl Bench {
    /// Machines tell something; everything that can be done is done.
    pub(crate) fn told(&mut self, signals: Vec<Signal>) -> Vec<Perform> {
        self.tell(1, signals);
        self.done()
    }

    /// Machines tell something.
    pub(crate) fn tell(&mut self, id: u64, signals: Vec<Signal>) {
        self.hand_in(Input::Signals(SignalsId(id), signals));
    }

    /// Somebody says something in the thread of a line.
    pub(crate) fn replies(&mut self, person: &str, line: &MessageRef, text: &str) -> Vec<Perform> {
        let thread = line.id.clone();
        let said = Content::Said(text.to_owned());
        self.happens_so(person, &line.room.room, said, |inbound| {
            inbound.message.thread = Some(thread.clone());
        });
        self.done()
    }

    /// Somebody says something, and everything that can be done is done.
    pub(crate) fn says(&mut self, person: &str, place: &str, text: &str) -> Vec<Perform> {
        self.happens(person, place, Content::Said(text.to_owned()));
        self.done()
    }

    /// Alice reports something in `ops`: its line.
    pub(crate) fn reported(&mut self, text: &str) -> MessageRef {
        line_of(&self.says("alice", "ops", &format!("!report {text}")))
    }

    /// Time passes, and everything that can be done is done.
    pub(crate) fn waits(&mut self, span: Duration) -> Vec<Perform> {
        self.wait(span);
        self.done()
    }
}

/// The only line that was said, as the platform knows it.
pub(crate) fn line_of(done: &[Perform]) -> MessageRef {
    let lines = lines_of(done);
    let [line] = lines.as_slice() else { panic!("{} lines in {done:?}", lines.len()) };
    line.clone()
}

/// The lines that were said.
pub(crate) fn lines_of(done: &[Perform]) -> Vec<MessageRef> {
    let line = |perform: &Perform| match &perform.action {
        Action::Say { room, purpose: sitrep_core::effect::Purpose::Line, .. } => {
            Some(MessageRef { room: room.clone(), id: perform.attempt.key.clone(), thread: None })
        }
        _ => None,
    };
    done.iter().filter_map(line).collect()
}

/// What was said, with where.
pub(crate) fn said(done: &[Perform]) -> Vec<(String, String)> {
    done.iter().filter_map(saying).collect()
}

/// What was said in a room.
pub(crate) fn said_in(done: &[Perform], place: &str) -> Vec<String> {
    said(done).into_iter().filter(|(room, _)| room == place).map(|(_, text)| text).collect()
}

/// Whether something like this was said in a room.
pub(crate) fn was_said(done: &[Perform], place: &str, what: &str) -> bool {
    said_in(done, place).iter().any(|text| text.contains(what))
}

/// What was edited, as it reads since.
pub(crate) fn edits(done: &[Perform]) -> Vec<String> {
    let edit = |perform: &Perform| match &perform.action {
        Action::Edit { content, .. } => Some(words(content)),
        _ => None,
    };
    done.iter().filter_map(edit).collect()
}

/// The messages of a kind that were said in a thread.
pub(crate) fn in_thread(done: &[Perform], line: &MessageRef) -> Vec<Message> {
    let said = |perform: &Perform| match &perform.action {
        Action::Say { thread: Some(thread), message, .. } if thread == line => Some(message.clone()),
        _ => None,
    };
    done.iter().filter_map(said).collect()
}

/// Whom a message in a room notifies.
pub(crate) fn notified(done: &[Perform], place: &str) -> Vec<String> {
    let people = |perform: &Perform| match &perform.action {
        Action::Say { room, message, .. } if room.room == place => {
            message.mentions().into_iter().map(|person| person.handle.clone()).collect()
        }
        _ => Vec::new(),
    };
    done.iter().flat_map(people).collect()
}

/// A change of a service.
pub(crate) fn labelled_change(mut change: Change, service: &str) -> Change {
    change.labels.insert("service".to_owned(), service.to_owned());
    change
}
